"""Asyncio client for the 3Commas trading API: typed, exact decimals, honest failures, an offline sandbox.

The names are loaded when they are first asked for, so that what merely finds the package installed (pytest, with its
plugin) does not pay for aiohttp.
"""

from __future__ import annotations

import logging
from importlib import import_module
from typing import TYPE_CHECKING, Final

from threecommas_async.version import __version__

if TYPE_CHECKING:
    from threecommas_async import codec
    from threecommas_async.client import ThreeCommasClient
    from threecommas_async.credentials import Credentials, HmacCredentials, RsaCredentials, Secret
    from threecommas_async.errors import (
        ApiError,
        AuthenticationError,
        InvalidRequestError,
        IpBannedError,
        NotFoundError,
        NotSentError,
        Outcome,
        OutcomeUnknownError,
        PermissionDeniedError,
        PlanError,
        RateLimitedError,
        ServerError,
        ThreeCommasError,
        UnreadableResponseError,
    )
    from threecommas_async.models.account import Account
    from threecommas_async.models.account_volume import AccountVolume, DailyVolume, MonthlyVolume
    from threecommas_async.models.active_entities import ActiveTradingEntities
    from threecommas_async.models.balance import AccountTableRow, BalancePoint, PieChartSlice
    from threecommas_async.models.base import CurrencyAmount, JsonValue
    from threecommas_async.models.deposit import DepositData
    from threecommas_async.models.dust import ConvertedAsset, DustConversion
    from threecommas_async.models.key_validity import KeyValidity
    from threecommas_async.models.leverage import LeverageBounds, LeverageType
    from threecommas_async.models.market import Market, MarketFormField, MarketFormFields
    from threecommas_async.models.market_subtype import MarketSubtype
    from threecommas_async.models.network import CurrencyNetworks, Network
    from threecommas_async.models.rates import CurrencyRates, CurrencyRatesWithLeverage
    from threecommas_async.models.server import Pong, ServerTime
    from threecommas_async.transport.clock import Clock
    from threecommas_async.transport.limits import DOCUMENTED_LIMITS, Limit
    from threecommas_async.transport.redis_limits import RedisLimits

_HOMES: Final = {
    "client": ("ThreeCommasClient",),
    "credentials": ("Credentials", "HmacCredentials", "RsaCredentials", "Secret"),
    "errors": (
        "ApiError",
        "AuthenticationError",
        "InvalidRequestError",
        "IpBannedError",
        "NotFoundError",
        "NotSentError",
        "Outcome",
        "OutcomeUnknownError",
        "PermissionDeniedError",
        "PlanError",
        "RateLimitedError",
        "ServerError",
        "ThreeCommasError",
        "UnreadableResponseError",
    ),
    "models.account": ("Account",),
    "models.account_volume": (
        "AccountVolume",
        "DailyVolume",
        "MonthlyVolume",
    ),
    "models.active_entities": ("ActiveTradingEntities",),
    "models.balance": (
        "AccountTableRow",
        "BalancePoint",
        "PieChartSlice",
    ),
    "models.base": (
        "CurrencyAmount",
        "JsonValue",
    ),
    "models.deposit": ("DepositData",),
    "models.dust": (
        "ConvertedAsset",
        "DustConversion",
    ),
    "models.key_validity": ("KeyValidity",),
    "models.leverage": (
        "LeverageBounds",
        "LeverageType",
    ),
    "models.market": (
        "Market",
        "MarketFormField",
        "MarketFormFields",
    ),
    "models.market_subtype": ("MarketSubtype",),
    "models.network": (
        "CurrencyNetworks",
        "Network",
    ),
    "models.rates": (
        "CurrencyRates",
        "CurrencyRatesWithLeverage",
    ),
    "models.server": (
        "Pong",
        "ServerTime",
    ),
    "transport.clock": ("Clock",),
    "transport.limits": ("DOCUMENTED_LIMITS", "Limit"),
    "transport.redis_limits": ("RedisLimits",),
}
_HOME_OF: Final = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "DOCUMENTED_LIMITS",
    "Account",
    "AccountTableRow",
    "AccountVolume",
    "ActiveTradingEntities",
    "ApiError",
    "AuthenticationError",
    "BalancePoint",
    "Clock",
    "ConvertedAsset",
    "Credentials",
    "CurrencyAmount",
    "CurrencyNetworks",
    "CurrencyRates",
    "CurrencyRatesWithLeverage",
    "DailyVolume",
    "DepositData",
    "DustConversion",
    "HmacCredentials",
    "InvalidRequestError",
    "IpBannedError",
    "JsonValue",
    "KeyValidity",
    "LeverageBounds",
    "LeverageType",
    "Limit",
    "Market",
    "MarketFormField",
    "MarketFormFields",
    "MarketSubtype",
    "MonthlyVolume",
    "Network",
    "NotFoundError",
    "NotSentError",
    "Outcome",
    "OutcomeUnknownError",
    "PermissionDeniedError",
    "PieChartSlice",
    "PlanError",
    "Pong",
    "RateLimitedError",
    "RedisLimits",
    "RsaCredentials",
    "Secret",
    "ServerError",
    "ServerTime",
    "ThreeCommasClient",
    "ThreeCommasError",
    "UnreadableResponseError",
    "__version__",
    "codec",
]

logging.getLogger(__name__).addHandler(logging.NullHandler())


def __getattr__(name: str) -> object:
    if name == "codec":
        return import_module("threecommas_async.codec")
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
