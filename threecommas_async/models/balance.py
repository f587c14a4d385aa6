"""What an account holds: over time, and currency by currency."""

from __future__ import annotations

from decimal import Decimal

import attrs

from threecommas_async.models.base import CurrencyAmount, IntOrText, Model, UnixSeconds


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class BalancePoint(Model):
    """What an account held at one time. Vendor's page: "Balance history data".

    :ivar date: the time, to the second.
    :ivar btc: the whole account, in BTC.
    :ivar usd: the whole account, in USD.
    :ivar btc_deposit_amount: what was deposited then, in BTC.
    :ivar usd_deposit_amount: what was deposited then, in USD.
    """

    date: UnixSeconds
    btc: Decimal | None = None
    usd: Decimal | None = None
    btc_deposit_amount: Decimal | None = None
    usd_deposit_amount: Decimal | None = None


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class PieChartSlice(Model):
    """One currency's share of an account. Vendor's page: "User balances for pie chart visualization".

    :ivar code: the currency's code, such as ``BTC``.
    :ivar name: the currency's name.
    :ivar coinmarketcapid: the currency's number at CoinMarketCap.
    :ivar percentage: its share of the account's value, in percent.
    :ivar y: what the web application draws; the same number as ``percentage`` wherever it has been seen.
    :ivar amount: how much of the currency there is.
    :ivar btc_value: what that is worth in BTC.
    :ivar usd_value: what that is worth in USD.
    :ivar primary_display_currency: what that is worth in the currency that the owner chose to see.
    :ivar account_id: the account's ``id``.
    """

    code: str
    name: str | None = None
    coinmarketcapid: str | None = None
    percentage: Decimal | None = None
    y: Decimal | None = None
    amount: Decimal | None = None
    btc_value: Decimal | None = None
    usd_value: Decimal | None = None
    primary_display_currency: CurrencyAmount | None = None
    account_id: int | None = None


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class AccountTableRow(Model):
    """One currency of an account in detail. Vendor's page: "User balances for table chart visualization".

    :ivar currency_code: the currency's code, such as ``BTC``.
    :ivar currency_name: the currency's name.
    :ivar currency_icon: URL of its icon.
    :ivar currency_slug: the currency's name in URLs.
    :ivar percentage: its share of the account's value, in percent.
    :ivar position: how much of the currency there is.
    :ivar position_available: how much of it is neither borrowed nor in orders.
    :ivar position_type: ``"long"``, ``"short"``, or the number 0 where there is no such thing.
    :ivar borrowed: how much is borrowed.
    :ivar on_orders: how much is in orders.
    :ivar on_orders_with_leverage: how much is in orders, leverage counted in.
    :ivar on_orders_long: how much is in long orders.
    :ivar on_orders_short: how much is in short orders.
    :ivar equity: the equity in this currency.
    :ivar current_price: the currency's price, in BTC.
    :ivar current_price_usd: the currency's price, in USD.
    :ivar day_change_percent: the price's change of the day in the owner's currency, in percent.
    :ivar day_change_percent_btc: the same counted in BTC.
    :ivar day_change_percent_usd: the same counted in USD.
    :ivar btc_value: what the position is worth in BTC.
    :ivar usd_value: what the position is worth in USD.
    :ivar available_long: how much can go into long positions.
    :ivar available_short: how much can go into short positions.
    :ivar available_with_leverage_long: how much can go into long positions, leverage counted in.
    :ivar available_with_leverage_short: how much can go into short positions, leverage counted in.
    :ivar account_id: the account's ``id``.
    :ivar is_wallet: whether the account is a wallet.
    """

    currency_code: str
    currency_name: str | None = None
    currency_icon: str | None = None
    currency_slug: str | None = None
    percentage: Decimal | None = None
    position: Decimal | None = None
    position_available: Decimal | None = None
    position_type: IntOrText | None = None
    borrowed: Decimal | None = None
    on_orders: Decimal | None = None
    on_orders_with_leverage: Decimal | None = None
    on_orders_long: Decimal | None = None
    on_orders_short: Decimal | None = None
    equity: Decimal | None = None
    current_price: Decimal | None = None
    current_price_usd: Decimal | None = None
    day_change_percent: Decimal | None = None
    day_change_percent_btc: Decimal | None = None
    day_change_percent_usd: Decimal | None = None
    btc_value: Decimal | None = None
    usd_value: Decimal | None = None
    available_long: Decimal | None = None
    available_short: Decimal | None = None
    available_with_leverage_long: Decimal | None = None
    available_with_leverage_short: Decimal | None = None
    account_id: int | None = None
    is_wallet: bool | None = None
