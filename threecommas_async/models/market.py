"""Markets: the exchanges and wallets that 3Commas can connect to."""

from __future__ import annotations

from typing import Literal

import attrs

from threecommas_async.models.base import Model

MarketCode = (
    Literal[
        "binance",
        "binance_futures",
        "binance_futures_coin",
        "binance_futures_eea",
        "binance_margin",
        "binance_tr",
        "binance_us",
        "bitfinex",
        "bitget",
        "bitmex",
        "bitstamp",
        "bybit",
        "bybit_spot",
        "bybit_usdt_perpetual",
        "coinbase",
        "coinbase_advanced",
        "crypto_com",
        "ethereumwallet",
        "gate_io",
        "gate_io_usdt_perpetual",
        "gdax",
        "gemini",
        "huobi",
        "kraken",
        "kucoin",
        "okex",
        "okex_futures",
        "paper_trading",
    ]
    | str
)
"""The code of a market: one that is known, which editors complete, or any that 3Commas has added since."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class MarketFormField(Model):
    """A parameter that connecting an account of some market takes.

    :ivar field: the parameter of ``accounts.create``, such as ``api_key``.
    :ivar localized_name: what to ask a person for.
    """

    field: str
    localized_name: str | None = None


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class MarketFormFields(Model):
    """The parameters that connecting an account of some market takes.

    :ivar required: those that must be given.
    :ivar optional: those that may be given.
    """

    required: tuple[MarketFormField, ...] | None = None
    optional: tuple[MarketFormField, ...] | None = None


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class Market(Model):
    """An exchange, a part of one, or a kind of wallet. Vendor's page: "Supported markets list".

    :ivar market_code: what ``accounts.create`` takes as ``type``.
    :ivar market_name: the market, as people call it.
    :ivar market_url: the exchange's site (a referral link).
    :ivar market_icon: URL of its icon.
    :ivar help_link: the vendor's help on connecting it.
    :ivar form_fields: the parameters that connecting an account takes.
    :ivar available_connection_flows: ways to connect: ``form``, ``fast_connect``.
    :ivar third_party_allowed: whether it lets third-party applications connect.
    :ivar trusted_ips: the addresses of 3Commas to allow at the exchange.
    :ivar trusted_ips_input_type: how the exchange wants those addresses entered.
    :ivar fast_connect_action_name: the market's name in the quick way to connect.
    """

    market_code: str
    market_name: str | None = None
    market_url: str | None = None
    market_icon: str | None = None
    help_link: str | None = None
    form_fields: MarketFormFields | None = None
    available_connection_flows: tuple[str, ...] | None = None
    third_party_allowed: bool | None = None
    trusted_ips: tuple[str, ...] | None = None
    trusted_ips_input_type: str | None = None
    fast_connect_action_name: str | None = None
