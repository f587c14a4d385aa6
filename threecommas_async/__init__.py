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
    from threecommas_async.models import (
        Account,
        CurrencyAmount,
        KeyValidity,
        Market,
        MarketFormField,
        MarketFormFields,
    )
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
    "models": ("Account", "CurrencyAmount", "KeyValidity", "Market", "MarketFormField", "MarketFormFields"),
    "transport.clock": ("Clock",),
    "transport.limits": ("DOCUMENTED_LIMITS", "Limit"),
    "transport.redis_limits": ("RedisLimits",),
}
_HOME_OF: Final = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "DOCUMENTED_LIMITS",
    "Account",
    "ApiError",
    "AuthenticationError",
    "Clock",
    "Credentials",
    "CurrencyAmount",
    "HmacCredentials",
    "InvalidRequestError",
    "IpBannedError",
    "KeyValidity",
    "Limit",
    "Market",
    "MarketFormField",
    "MarketFormFields",
    "NotFoundError",
    "NotSentError",
    "Outcome",
    "OutcomeUnknownError",
    "PermissionDeniedError",
    "PlanError",
    "RateLimitedError",
    "RedisLimits",
    "RsaCredentials",
    "Secret",
    "ServerError",
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
