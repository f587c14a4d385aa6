"""What an account holds: over time, and currency by currency."""

from __future__ import annotations

from decimal import Decimal

import attrs

from threecommas_async.models.base import CurrencyAmount, IntOrText, Model, UnixSeconds


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class BalancePoint(Model):
    """What an account held at one time. Vendor's page: "Balance history data"."""

    date: UnixSeconds
    """The time, to the second."""
    btc: Decimal | None = None
    """The whole account, in BTC."""
    usd: Decimal | None = None
    """The whole account, in USD."""
    btc_deposit_amount: Decimal | None = None
    """What was deposited then, in BTC."""
    usd_deposit_amount: Decimal | None = None
    """What was deposited then, in USD."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class PieChartSlice(Model):
    """One currency's share of an account. Vendor's page: "User balances for pie chart visualization"."""

    code: str
    """The currency's code, such as ``BTC``."""
    name: str | None = None
    """The currency's name."""
    coinmarketcapid: str | None = None
    """The currency's number at CoinMarketCap."""
    percentage: Decimal | None = None
    """Its share of the account's value, in percent."""
    y: Decimal | None = None
    """What the web application draws; the same number as ``percentage`` in all observed responses."""
    amount: Decimal | None = None
    """How much of the currency there is."""
    btc_value: Decimal | None = None
    """What that is worth in BTC."""
    usd_value: Decimal | None = None
    """What that is worth in USD."""
    primary_display_currency: CurrencyAmount | None = None
    """What that is worth in the currency that the owner chose to see."""
    account_id: int | None = None
    """The account's ``id``."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class AccountTableRow(Model):
    """One currency of an account in detail. Vendor's page: "User balances for table chart visualization"."""

    currency_code: str
    """The currency's code, such as ``BTC``."""
    currency_name: str | None = None
    """The currency's name."""
    currency_icon: str | None = None
    """URL of its icon."""
    currency_slug: str | None = None
    """The currency's name in URLs."""
    percentage: Decimal | None = None
    """Its share of the account's value, in percent."""
    position: Decimal | None = None
    """How much of the currency there is."""
    position_available: Decimal | None = None
    """How much of it is neither borrowed nor in orders."""
    position_type: IntOrText | None = None
    """``"long"``, ``"short"``, or the number 0 where there is no such thing."""
    borrowed: Decimal | None = None
    """How much is borrowed."""
    on_orders: Decimal | None = None
    """How much is in orders."""
    on_orders_with_leverage: Decimal | None = None
    """How much is in orders, leverage counted in."""
    on_orders_long: Decimal | None = None
    """How much is in long orders."""
    on_orders_short: Decimal | None = None
    """How much is in short orders."""
    equity: Decimal | None = None
    """The equity in this currency."""
    current_price: Decimal | None = None
    """The currency's price, in BTC."""
    current_price_usd: Decimal | None = None
    """The currency's price, in USD."""
    day_change_percent: Decimal | None = None
    """The price's change of the day in the owner's currency, in percent."""
    day_change_percent_btc: Decimal | None = None
    """The same counted in BTC."""
    day_change_percent_usd: Decimal | None = None
    """The same counted in USD."""
    btc_value: Decimal | None = None
    """What the position is worth in BTC."""
    usd_value: Decimal | None = None
    """What the position is worth in USD."""
    available_long: Decimal | None = None
    """How much can go into long positions."""
    available_short: Decimal | None = None
    """How much can go into short positions."""
    available_with_leverage_long: Decimal | None = None
    """How much can go into long positions, leverage counted in."""
    available_with_leverage_short: Decimal | None = None
    """How much can go into short positions, leverage counted in."""
    account_id: int | None = None
    """The account's ``id``."""
    is_wallet: bool | None = None
    """Whether the account is a wallet."""
