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
    """A parameter that connecting an account of some market takes."""

    field: str
    """The parameter of ``accounts.create``, such as ``api_key``."""
    localized_name: str | None = None
    """What to ask a person for."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class MarketFormFields(Model):
    """The parameters that connecting an account of some market takes."""

    required: tuple[MarketFormField, ...] | None = None
    """Those that must be given."""
    optional: tuple[MarketFormField, ...] | None = None
    """Those that may be given."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class Market(Model):
    """An exchange, a part of one, or a kind of wallet. Vendor's page: "Supported markets list"."""

    market_code: str
    """What ``accounts.create`` takes as ``type``."""
    market_name: str | None = None
    """The market, as people call it."""
    market_url: str | None = None
    """The exchange's site (a referral link)."""
    market_icon: str | None = None
    """URL of its icon."""
    help_link: str | None = None
    """The vendor's help on connecting it."""
    form_fields: MarketFormFields | None = None
    """The parameters that connecting an account takes."""
    available_connection_flows: tuple[str, ...] | None = None
    """Ways to connect: ``form``, ``fast_connect``."""
    third_party_allowed: bool | None = None
    """Whether it lets third-party applications connect."""
    trusted_ips: tuple[str, ...] | None = None
    """The addresses of 3Commas to allow at the exchange."""
    trusted_ips_input_type: str | None = None
    """How the exchange wants those addresses entered."""
    fast_connect_action_name: str | None = None
    """The market's name in the quick way to connect."""
