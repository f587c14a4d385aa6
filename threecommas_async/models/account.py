"""Exchange accounts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

import attrs

from threecommas_async.models.base import CurrencyAmount, Model
from threecommas_async.secret import Secret


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class Account(Model):
    """An exchange account or wallet that is connected to 3Commas.

    Only ``id`` is always there; every other field is None where the API left it out or sent null. Amounts and
    percentages are exact. Vendor's pages: "Add exchange account", "Account entity".
    """

    SHOWN = ("id", "name", "market_code", "usd_amount")

    id: int
    """Number of the account; what other calls take as ``account_id``."""
    name: str | None = None
    """The name that its owner gave it."""
    exchange_name: str | None = None
    """The exchange, as people call it: ``OKX Spot``."""
    market_code: str | None = None
    """The exchange, as the API calls it: ``okex``. The ``type`` that the account was created with."""
    market_icon: str | None = None
    """URL of the exchange's icon."""
    pretty_display_type: str | None = None
    """The kind of account, as the web application shows it: ``Okex``."""
    subaccount_name: str | None = None
    """The exchange's subaccount, if it is one."""
    customer_id: str | None = None
    """The customer number that Bitstamp gave its owner."""

    api_key: Secret | None = attrs.field(default=None, repr=False)
    """The exchange's API key, which does not show when printed; ``api_key.reveal()`` gives the text."""
    api_key_invalid: bool | None = None
    """Whether the exchange rejects the API key."""
    api_keys_state: str | None = None
    """State of the API key: ``ok``, ``expired`` and others."""

    is_locked: bool | None = None
    """Whether 3Commas has locked the account."""
    lock_reason: str | None = None
    """Why it is locked."""
    created_at: datetime | None = None
    """When the account was connected."""
    updated_at: datetime | None = None
    """When the account was last changed."""

    smart_trading_supported: bool | None = None
    """Whether SmartTrades can run on it."""
    smart_selling_supported: bool | None = None
    """Whether smart selling can run on it."""
    available_for_trading: Mapping[str, object] | None = attrs.field(default=None, hash=False)
    """Not documented by the vendor; always an empty object in observed responses."""
    trading_supported: bool | None = None
    """Whether 3Commas can trade on it at all."""
    stats_supported: bool | None = None
    """Whether profit statistics are kept for it."""
    market_buy_supported: bool | None = None
    """Whether the exchange takes market orders that buy."""
    market_sell_supported: bool | None = None
    """Whether the exchange takes market orders that sell."""
    conditional_buy_supported: bool | None = None
    """Whether the exchange takes conditional orders that buy."""
    supported_market_types: tuple[str, ...] | None = None
    """Kinds of market that it trades on: ``spot`` and others."""
    fast_convert_available: bool | None = None
    """Whether everything can be sold to BTC or USD with one call."""
    deposit_enabled: bool | None = None
    """Whether deposits can be made through 3Commas."""

    bots_allowed: bool | None = None
    """Whether DCA bots can run on it."""
    bots_ttp_allowed: bool | None = None
    """Whether bots may use a trailing take profit."""
    bots_tsl_allowed: bool | None = None
    """Whether bots may use a trailing stop loss."""
    multi_bots_allowed: bool | None = None
    """Whether bots may trade several pairs."""
    grid_bots_allowed: bool | None = None
    """Whether grid bots can run on it."""
    gordon_bots_available: bool | None = None
    """Whether Gordon bots can run on it."""

    hedge_mode_available: bool | None = None
    """Whether the exchange offers hedge mode."""
    hedge_mode_enabled: bool | None = None
    """Whether hedge mode is on."""

    autobalance_enabled: bool | None = None
    """Whether the portfolio is rebalanced by itself."""
    auto_balance_period: int | None = None
    """Hours between two rebalancings."""
    auto_balance_method: str | None = None
    """How rebalancing is done; always null in observed responses."""
    auto_balance_portfolio_id: int | None = None
    """The portfolio that rebalancing follows."""
    auto_balance_portfolio: Mapping[str, object] | None = attrs.field(default=None, hash=False)
    """That portfolio; always null in observed responses."""
    auto_balance_currency_change_limit: Decimal | None = None
    """Limit of change that rebalancing heeds; always null in observed responses."""
    auto_balance_error: str | None = None
    """Why the last rebalancing failed."""
    last_auto_balance: datetime | None = None
    """When the portfolio was last rebalanced."""

    include_in_summary: bool | None = None
    """Whether it counts in the summary over all accounts."""
    available_include_in_summary: bool | None = None
    """Whether it may count in that summary."""

    btc_amount: Decimal | None = None
    """What the account holds, in BTC."""
    usd_amount: Decimal | None = None
    """What the account holds, in USD."""
    primary_display_currency_amount: CurrencyAmount | None = None
    """What the account holds, in the currency that its owner chose to see."""
    day_profit_btc: Decimal | None = None
    """Profit of the day, in BTC."""
    day_profit_usd: Decimal | None = None
    """Profit of the day, in USD."""
    day_profit_primary_display_currency: CurrencyAmount | None = None
    """Profit of the day, in the owner's currency."""
    day_profit_btc_percentage: Decimal | None = None
    """Profit of the day counted in BTC, in percent."""
    day_profit_usd_percentage: Decimal | None = None
    """Profit of the day counted in USD, in percent."""
    day_profit_primary_display_currency_percentage: CurrencyAmount | None = None
    """Profit of the day counted in the owner's currency, in percent."""
    btc_profit: Decimal | None = None
    """Profit of the month, in BTC."""
    usd_profit: Decimal | None = None
    """Profit of the month, in USD."""
    primary_display_currency_profit: CurrencyAmount | None = None
    """Profit of the month, in the owner's currency."""
    btc_profit_percentage: Decimal | None = None
    """Profit of the month counted in BTC, in percent."""
    usd_profit_percentage: Decimal | None = None
    """Profit of the month counted in USD, in percent."""
    primary_display_currency_profit_percentage: CurrencyAmount | None = None
    """Profit of the month counted in the owner's currency, in percent."""
    total_btc_profit: Decimal | None = None
    """Profit since the account was connected, in BTC."""
    total_usd_profit: Decimal | None = None
    """Profit since the account was connected, in USD."""
    total_primary_display_currency_profit: CurrencyAmount | None = None
    """Profit since the account was connected, in the owner's currency."""
