"""SmartTrades."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Final

import attrs

from threecommas_async.models.base import JSON_KEY, Model

FINAL_STATUSES: Final = frozenset({"finished", "stop_loss_finished", "panic_sold", "cancelled", "failed"})
"""The statuses of a SmartTrade that is over."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SmartTradeAccount(Model):
    """The account that a SmartTrade runs on."""

    id: int | None = None
    """Number of the account."""
    type: str | None = None
    """The market's code: ``binance``, ``paper_trading``."""
    name: str | None = None
    """What its owner calls it."""
    market: str | None = None
    """The market, as people call it: ``Binance Spot``."""
    link: str | None = None
    """Where the web application shows it."""
    account_class: str | None = attrs.field(default=None, metadata={JSON_KEY: "class"})
    """The kind of account; ``class`` in JSON, and only in older answers."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SmartTradeStatus(Model):
    """How a SmartTrade, or an order of it, stands."""

    SHOWN = ("type", "title", "error")

    type: str | None = None
    """The status: ``waiting_targets``, ``order_placed``, ``finished`` and others."""
    basic_type: str | None = None
    """The same word; the vendor documents this one, and older answers lack it."""
    title: str | None = None
    """The same for people; the words change."""
    error: str | None = None
    """What went wrong, if something did."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SmartTradeLeverage(Model):
    """The leverage of a SmartTrade."""

    enabled: bool | None = None
    """Whether it has any."""
    type: str | None = None
    """The kind: ``cross``, ``isolated`` or ``custom``."""
    value: Decimal | None = None
    """The leverage."""
    type_editable: bool | None = None
    """Whether the kind can still be changed."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SmartTradeUnits(Model):
    """How much an order is for."""

    value: Decimal | None = None
    """The amount, in the base currency; None where it follows from something that has not happened yet."""
    editable: bool | None = None
    """Whether it can still be changed."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SmartTradePrice(Model):
    """A price: of an order, or one that triggers something."""

    type: str | None = None
    """The price that it is compared with: ``bid``, ``ask`` or ``last``."""
    value: Decimal | None = None
    """The price, with fees where an order was filled."""
    value_without_commission: Decimal | None = None
    """The price without fees."""
    percent: Decimal | None = None
    """The price as a distance from that of the entry, in percent."""
    editable: bool | None = None
    """Whether it can still be changed."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SmartTradeTotal(Model):
    """What an order is worth."""

    value: Decimal | None = None
    """The worth, in the quote currency, with fees."""
    value_without_commission: Decimal | None = None
    """The worth without fees."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SmartTradeTrailing(Model):
    """Whether an order follows the price."""

    enabled: bool | None = None
    """Whether it does."""
    percent: Decimal | None = None
    """How far behind the best price it stays, in percent; below 0 is under it."""
    editable: bool | None = None
    """Whether that can still be changed; in no answer that has been seen."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SmartTradeConditional(Model):
    """What makes an order happen."""

    editable: bool | None = None
    """Whether it can still be changed."""
    order_type: str | None = None
    """The kind of order that is placed then: ``market`` or ``limit``."""
    price: SmartTradePrice | None = None
    """The price that triggers it."""
    trailing: SmartTradeTrailing | None = None
    """Whether the trigger follows the price."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SmartTradePosition(Model):
    """The order by which a SmartTrade enters."""

    type: str | None = None
    """Its side: ``buy`` or ``sell``."""
    order_type: str | None = None
    """Its kind: ``market``, ``limit`` or ``conditional``."""
    editable: bool | None = None
    """Whether it can still be changed."""
    units: SmartTradeUnits | None = None
    """How much it is for."""
    price: SmartTradePrice | None = None
    """Its price; market orders have one, too."""
    total: SmartTradeTotal | None = None
    """What it is worth."""
    conditional: SmartTradeConditional | None = None
    """What triggers it, if it is conditional."""
    status: SmartTradeStatus | None = None
    """How it stands."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SmartTradeActions(Model):
    """What can be done with an order."""

    cancelable: bool | None = None
    """Whether it can be cancelled."""
    panic_sell_available: bool | None = None
    """Whether it can be closed at the market price."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SmartTradeTakeProfitStep(Model):
    """A step of a SmartTrade's take profit."""

    SHOWN = ("id", "order_type", "volume", "price", "status")

    id: int | None = None
    """Number of the trade behind it."""
    position: int | None = None
    """Its place among the steps, from 1."""
    order_type: str | None = None
    """The kind of order: ``market`` or ``limit``."""
    editable: bool | None = None
    """Whether it can still be changed."""
    units: SmartTradeUnits | None = None
    """How much it sells; None inside until the position is entered."""
    price: SmartTradePrice | None = None
    """The price at which it sells."""
    volume: Decimal | None = None
    """The share of the position that it sells, in percent."""
    total: Decimal | None = None
    """What that is worth, in the quote currency; None until the position is entered."""
    trailing: SmartTradeTrailing | None = None
    """Whether it follows the price."""
    status: SmartTradeStatus | None = None
    """How it stands."""
    data: SmartTradeActions | None = None
    """What can be done with it."""
    closed_at: datetime | None = None
    """When it was closed; None before."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SmartTradeTakeProfit(Model):
    """The take profit of a SmartTrade."""

    enabled: bool | None = None
    """Whether it has one."""
    price_type: str | None = None
    """How prices were given: ``value`` or ``percentage``."""
    steps: tuple[SmartTradeTakeProfitStep, ...] | None = None
    """Its steps; empty without."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SmartTradeTimeout(Model):
    """How long the price must stay beyond a stop loss, before it is carried out."""

    enabled: bool | None = None
    """Whether it must."""
    value: Decimal | None = None
    """How long, in seconds."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SmartTradeStopLoss(Model):
    """The stop loss of a SmartTrade. Where there is none, only ``enabled`` is there."""

    enabled: bool | None = None
    """Whether it has one."""
    price_type: str | None = None
    """How prices were given: ``value`` or ``percentage``."""
    breakeven: bool | None = None
    """Whether it moves to the price of entry when the first step of the take profit is reached."""
    order_type: str | None = None
    """The kind of order: ``market`` or ``limit``."""
    editable: bool | None = None
    """Whether it can still be changed."""
    price: SmartTradePrice | None = None
    """The price of the order, if it is a limit order."""
    units: SmartTradeUnits | None = None
    """How much it sells."""
    total: SmartTradeTotal | None = None
    """What that is worth."""
    conditional: SmartTradeConditional | None = None
    """What triggers it."""
    timeout: SmartTradeTimeout | None = None
    """How long the price must stay beyond it."""
    status: SmartTradeStatus | None = None
    """How it stands."""
    closed_at: datetime | None = None
    """When it was carried out; None before."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SmartTradeReduceFundsStep(Model):
    """An order by which a SmartTrade was made smaller."""

    SHOWN = ("id", "type", "units", "status")

    id: int | None = None
    """Number of the trade behind it."""
    type: str | None = None
    """The kind of order: ``market`` or ``limit``."""
    order_type: str | None = None
    """The name of ``type`` in the vendor's table; in no answer that has been seen."""
    units: SmartTradeUnits | None = None
    """How much it sells."""
    price: SmartTradePrice | None = None
    """Its price."""
    total: SmartTradeTotal | None = None
    """What it is worth."""
    status: SmartTradeStatus | None = None
    """How it stands."""
    data: SmartTradeActions | None = None
    """What can be done with it."""
    closed_at: datetime | None = None
    """When it was closed; None before."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SmartTradeReduceFunds(Model):
    """The orders by which a SmartTrade was made smaller."""

    steps: tuple[SmartTradeReduceFundsStep, ...] | None = None
    """The orders; empty without."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SmartTradeMarketClose(Model):
    """The order by which a SmartTrade was closed at the market price; empty without."""

    id: int | None = None
    """Number of the trade behind it."""
    type: str | None = None
    """The kind of order."""
    status: SmartTradeStatus | None = None
    """How it stands."""
    units: SmartTradeUnits | None = None
    """How much it sells."""
    price: SmartTradePrice | None = None
    """Its price."""
    total: SmartTradeTotal | None = None
    """What it is worth."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SmartTradeCurrentPrice(Model):
    """The price of a SmartTrade's pair."""

    bid: Decimal | None = None
    """The best bid."""
    ask: Decimal | None = None
    """The best ask."""
    last: Decimal | None = None
    """The last price."""
    quote_volume: Decimal | None = None
    """What was traded in the last 24 hours, in the quote currency."""
    day_change_percent: Decimal | None = None
    """By how much the price changed in the last 24 hours, in percent."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SmartTradeData(Model):
    """Figures of a SmartTrade, and what can be done with it."""

    SHOWN = ("type", "finished", "entered_amount", "closed_amount")

    type: str | None = None
    """Its kind: ``simple_buy``, ``simple_sell``, ``smart_sell``, ``smart_buy``, ``smart_trade`` or ``smart_cover``."""
    editable: bool | None = None
    """Whether it can be changed."""
    current_price: SmartTradeCurrentPrice | None = None
    """The price of its pair."""
    target_price_type: str | None = None
    """Not documented by the vendor; ``price`` wherever it has been seen."""
    orderbook_price_currency: str | None = None
    """The currency that prices in the order book are in."""
    base_order_finished: bool | None = None
    """Whether its position was entered, or needed not to be."""
    base_position_step_finished: bool | None = None
    """Whether entering its position is over."""
    missing_funds_to_close: Decimal | None = None
    """How much the account lacks to close all SmartTrades."""
    liquidation_price: Decimal | None = None
    """The price at which a futures exchange liquidates it."""
    average_enter_price: Decimal | None = None
    """The average price of what was entered, with fees; None before."""
    average_enter_price_without_commission: Decimal | None = None
    """The same without fees."""
    average_close_price: Decimal | None = None
    """The average price of what was closed, with fees; None before."""
    average_close_price_without_commission: Decimal | None = None
    """The same without fees."""
    entered_amount: Decimal | None = None
    """What was entered, added funds included, in the base currency."""
    entered_total: Decimal | None = None
    """What was paid for it, in the quote currency."""
    closed_amount: Decimal | None = None
    """What was closed, in the base currency."""
    closed_total: Decimal | None = None
    """What that brought, in the quote currency."""
    commission: Decimal | None = None
    """The exchange's fee, as a fraction: 0.001 is 0.1 percent."""
    panic_sell_available: bool | None = None
    """Whether it can be closed at the market price."""
    add_funds_available: bool | None = None
    """Whether funds can be added."""
    reduce_funds_available: bool | None = None
    """Whether it can be made smaller."""
    force_start_available: bool | None = None
    """Whether its position can be entered at once."""
    force_process_available: bool | None = None
    """Whether it can be made to look at the exchange again."""
    cancel_available: bool | None = None
    """Whether it can be cancelled."""
    finished: bool | None = None
    """Whether it is over. It can be false though ``closed_at`` is set: go by the status, as ``is_finished`` does."""
    created_at: datetime | None = None
    """When it was created."""
    updated_at: datetime | None = None
    """When it last changed."""
    closed_at: datetime | None = None
    """When it was closed; it can be set while the SmartTrade still runs."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SmartTradeProfit(Model):
    """The profit of a SmartTrade."""

    volume: Decimal | None = None
    """In the quote currency; None until the position is entered."""
    usd: Decimal | None = None
    """In USD; None until the position is entered."""
    percent: Decimal | None = None
    """In percent of what was entered."""
    roe: Decimal | None = None
    """In percent of the margin, with leverage; None without."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SmartTradeMargin(Model):
    """The margin of a SmartTrade."""

    amount: Decimal | None = None
    """In the base currency."""
    total: Decimal | None = None
    """In the quote currency."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SmartTrade(Model):
    """A trade with an entry, and targets to leave at. Vendor's page: "SmartTrade entity".

    Only ``id`` is always there; every other field is None where the API left it out or sent null. Amounts, prices and
    percentages are exact.
    """

    SHOWN = ("id", "pair", "status", "profit")

    id: int
    """Number of the SmartTrade."""
    version: int | None = None
    """Not documented by the vendor; 2 wherever it has been seen."""
    account: SmartTradeAccount | None = None
    """The account that it runs on."""
    pair: str | None = None
    """What it trades, the quote currency first: ``USDT_ETH``."""
    instant: bool | None = None
    """Whether it is a plain buy or sale, without targets."""
    skip_enter_step: bool | None = None
    """Whether it begins with a position that is held already."""
    status: SmartTradeStatus | None = None
    """How it stands; see also :attr:`state`."""
    leverage: SmartTradeLeverage | None = None
    """Its leverage."""
    position: SmartTradePosition | None = None
    """The order by which it enters."""
    take_profit: SmartTradeTakeProfit | None = None
    """The prices at which it takes profits."""
    stop_loss: SmartTradeStopLoss | None = None
    """The price at which it limits its loss."""
    reduce_funds: SmartTradeReduceFunds | None = None
    """The orders by which it was made smaller."""
    market_close: SmartTradeMarketClose | None = None
    """The order by which it was closed at the market price; empty without."""
    note: str | None = None
    """A note of its owner's, as it is shown; empty without."""
    note_raw: str | None = None
    """The note as it was written; None without."""
    data: SmartTradeData | None = None
    """Figures, and what can be done with it."""
    profit: SmartTradeProfit | None = None
    """Its profit."""
    margin: SmartTradeMargin | None = None
    """Its margin."""
    is_position_not_filled: bool | None = None
    """Whether its position is still to be entered."""

    @property
    def state(self) -> str | None:
        """The word for how it stands: ``waiting_position``, ``waiting_targets``, ``finished`` and others."""
        return None if self.status is None else self.status.type or self.status.basic_type

    @property
    def is_finished(self) -> bool:
        """Whether it is over, by its status: nothing more will happen to it."""
        return self.state in FINAL_STATUSES

    @property
    def quote_currency(self) -> str | None:
        """The currency that prices are in: USDT of ``USDT_ETH``."""
        return self.pair.partition("_")[0] if self.pair else None

    @property
    def base_currency(self) -> str | None:
        """The currency that is bought and sold: ETH of ``USDT_ETH``."""
        return self.pair.partition("_")[2] if self.pair else None
