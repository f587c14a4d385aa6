"""SmartTrades."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Final, TypeVar, cast

import attrs

from threecommas_async.models.base import JSON_KEY, OMITTED, Model, Omitted
from threecommas_async.models.editable import Editable, complete, present
from threecommas_async.models.smart_trade_parts import (
    EntryCondition,
    Leverage,
    LimitPrice,
    Position,
    PriceType,
    Trailing,
    TriggerPrice,
    Units,
)
from threecommas_async.models.smart_trade_plan import SmartTradePlan
from threecommas_async.models.smart_trade_targets import (
    StopLoss,
    StopLossCondition,
    StopLossTimeout,
    TakeProfit,
    TakeProfitStep,
)

T = TypeVar("T")

FINAL_STATUSES: Final = frozenset({"finished", "stop_loss_finished", "panic_sold", "cancelled", "failed"})
"""The statuses of a SmartTrade that is over."""

_CLOSING: Final = frozenset(
    {
        "cancellation_pending",
        "cancellation_in_progress",
        "panic_sell_pending",
        "panic_sell_in_progress",
        "stop_loss_in_progress",
    }
)
_ENTERED: Final = frozenset({"finished", "smart_sell"})


def _given(value: T | None) -> T | Omitted:
    """Return what is sent for what was read: null and absent read alike, and neither is sent."""
    return OMITTED if value is None else value


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

    def settings(self) -> Leverage:
        """Return the leverage as it is sent.

        :raises ValueError: something of it could not be read, and would be lost.
        """
        return Leverage(**complete(self, "enabled"), type=_given(self.type), value=_given(self.value))


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

    def trigger(self, *, by_percent: bool) -> TriggerPrice:
        """Return the price as it is sent where it triggers something.

        :param by_percent: which of the two counts, where it came as a value and in percent.
        :raises ValueError: something of it could not be read, and would be lost, or neither came.
        """
        self.needs("type", "value", "percent")
        value, percent = self.value, self.percent
        if value is not None and percent is not None:
            value, percent = (None, percent) if by_percent else (value, None)
        kind = cast("PriceType | Omitted", _given(self.type))  # which it is is checked
        return TriggerPrice(type=kind, value=_given(value), percent=_given(percent))

    def limit(self) -> LimitPrice:
        """Return the price as it is sent where it is that of an order: without fees, which it has once that is filled.

        :raises ValueError: it could not be read, or did not come.
        """
        if self.value_without_commission is None:
            return LimitPrice(**present(self, "value"))
        return LimitPrice(value=self.value_without_commission)


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

    def settings(self, *, with_percent: bool = True) -> Trailing:
        """Return it as it is sent.

        :param with_percent: whether the distance is a setting; that of a stop loss follows from its price.
        :raises ValueError: something of it could not be read, and would be lost.
        """
        return Trailing(**complete(self, "enabled"), percent=_given(self.percent) if with_percent else OMITTED)


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

    def entry(self) -> EntryCondition:
        """Return it as it is sent for a position.

        :raises ValueError: something of it could not be read, and would be lost, or did not come.
        """
        given = complete(self, "order_type", "price")
        return EntryCondition(
            order_type=given["order_type"],
            price=given["price"].trigger(by_percent=False),
            trailing=OMITTED if self.trailing is None else self.trailing.settings(),
        )

    def stop(self, *, by_percent: bool) -> StopLossCondition:
        """Return it as it is sent for a stop loss.

        :param by_percent: which of the two counts, where the price came as a value and in percent.
        :raises ValueError: something of it could not be read, and would be lost, or did not come.
        """
        return StopLossCondition(
            price=complete(self, "price")["price"].trigger(by_percent=by_percent),
            trailing=OMITTED if self.trailing is None else self.trailing.settings(with_percent=False),
        )


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

    def settings(self, *, is_held: bool = False) -> Position:
        """Return it as it is sent. Of a market order, the price is what it was filled at, and not sent.

        :param is_held: whether the position was held already; its price is then what it was entered at.
        :raises ValueError: something of it could not be read, and would be lost, or did not come.
        """
        self.needs("price", "conditional")
        given = present(self, "type", "order_type", "units")
        has_price = self.order_type != "market" or is_held
        return Position(
            type=given["type"],
            order_type=given["order_type"],
            units=Units(**present(given["units"], "value")),
            price=self.price.limit() if self.price is not None and has_price else OMITTED,
            conditional=self.conditional.entry() if self.conditional is not None else OMITTED,
        )


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

    def settings(self) -> TakeProfitStep:
        """Return the step as it is sent. One that has a profit in percent keeps that: its price follows from it.

        :raises ValueError: something of it could not be read, and would be lost, or did not come.
        """
        self.needs("id", "trailing")
        given = present(self, "order_type", "volume", "price")
        return TakeProfitStep(
            order_type=given["order_type"],
            volume=given["volume"],
            price=given["price"].trigger(by_percent=True),
            trailing=OMITTED if self.trailing is None else self.trailing.settings(),
            id=_given(self.id),
        )


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SmartTradeTakeProfit(Model):
    """The take profit of a SmartTrade."""

    enabled: bool | None = None
    """Whether it has one."""
    price_type: str | None = None
    """How prices were given: ``value`` or ``percentage``."""
    steps: tuple[SmartTradeTakeProfitStep, ...] | None = None
    """Its steps; empty without."""

    def settings(self) -> TakeProfit:
        """Return the take profit as it is sent. One of which no step is left is off.

        :raises ValueError: something of it could not be read, and would be lost, or did not come.
        """
        self.needs("steps")
        steps = [step.settings() for step in self.steps or ()]
        return TakeProfit.of(*steps) if present(self, "enabled")["enabled"] and steps else TakeProfit.off()


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SmartTradeTimeout(Model):
    """How long the price must stay beyond a stop loss, before it is carried out."""

    enabled: bool | None = None
    """Whether it must."""
    value: Decimal | None = None
    """How long, in seconds."""

    def settings(self) -> StopLossTimeout:
        """Return the timeout as it is sent, in whole seconds.

        :raises ValueError: something of it could not be read, and would be lost.
        """
        seconds = self.value
        if seconds is not None and seconds != seconds.to_integral_value():
            raise ValueError(f"{self!r} is not in whole seconds, which alone can be sent")
        return StopLossTimeout(**complete(self, "enabled"), value=OMITTED if seconds is None else int(seconds))


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

    def settings(self, *, by_percent: bool = False) -> StopLoss:
        """Return the stop loss as it is sent.

        :param by_percent: whether the percentage counts, where a value came with it.
        :raises ValueError: something of it could not be read, and would be lost, or did not come.
        """
        if not present(self, "enabled")["enabled"]:
            return StopLoss.off()
        self.needs("breakeven", "price", "timeout")
        given = present(self, "order_type", "conditional")
        return StopLoss(
            enabled=True,
            order_type=given["order_type"],
            price=self.price.limit() if self.price is not None and self.order_type == "limit" else OMITTED,
            conditional=given["conditional"].stop(by_percent=by_percent),
            breakeven=_given(self.breakeven),
            timeout=OMITTED if self.timeout is None else self.timeout.settings(),
        )


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
class SmartTrade(Editable):
    """A trade with an entry, and targets to leave at. Vendor's page: "SmartTrade entity".

    Only ``id`` is always there; every other field is None where the API left it out or sent null. Amounts, prices and
    percentages are exact. :meth:`plan` has what it is told to do in the form in which it is sent.
    """

    SHOWN = ("id", "pair", "status", "profit")
    SETTINGS = SmartTradePlan
    COMPARED = ("account_id",)

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
    def kind(self) -> str | None:
        """Its kind: ``smart_trade`` (buys first), ``smart_cover`` (sells first), ``smart_sell`` and others."""
        return None if self.data is None else self.data.type

    @property
    def is_finished(self) -> bool:
        """Whether it is over, by its status: nothing more will happen to it."""
        return self.state in FINAL_STATUSES

    @property
    def is_active(self) -> bool:
        """Whether it is not over yet: it may be waiting for its entry, or be closing."""
        return not self.is_finished

    @property
    def is_entered(self) -> bool:
        """Whether its position was entered, or was held already."""
        if self.skip_enter_step:
            return True
        if self.is_position_not_filled is not None:
            return not self.is_position_not_filled
        status = None if self.position is None else self.position.status
        return status is not None and (status.type or status.basic_type) in _ENTERED

    @property
    def is_waiting(self) -> bool:
        """Whether its position is still to be entered."""
        return self.is_active and not self.is_entered

    @property
    def is_closing(self) -> bool:
        """Whether it is being closed at the market price, by its stop loss, or cancelled."""
        return self.state in _CLOSING

    @property
    def is_short(self) -> bool:
        """Whether it sells first, and gains when the price falls."""
        return self.position is not None and self.position.type == "sell"

    @property
    def account_id(self) -> int | None:
        """Number of the account that it runs on."""
        return None if self.account is None else self.account.id

    @property
    def quote_currency(self) -> str | None:
        """The currency that prices are in: USDT of ``USDT_ETH``."""
        return self.pair.partition("_")[0] if self.pair else None

    @property
    def base_currency(self) -> str | None:
        """The currency that is bought and sold: ETH of ``USDT_ETH``."""
        return self.pair.partition("_")[2] if self.pair else None

    @property
    def created_at(self) -> datetime | None:
        """When it was created."""
        return None if self.data is None else self.data.created_at

    @property
    def updated_at(self) -> datetime | None:
        """When it last changed."""
        return None if self.data is None else self.data.updated_at

    def setting(self, name: str) -> object:
        """Return what stands for one field of :class:`SmartTradePlan`; OMITTED where the response did not have it.

        :raises ValueError: the value came, but could not be read, and writing it back would lose it.
        """
        if name == "position" and self.position is not None:
            return self.position.settings(is_held=self.skip_enter_step is True)
        if name == "stop_loss" and self.stop_loss is not None:
            return self.stop_loss.settings(by_percent=not self.is_entered)
        if name == "note":
            self.needs("note", "note_raw")
            return self.note_raw or self.note or OMITTED
        return super().setting(name)

    def kept(self, name: str) -> object:
        """Return what stands for a field that was not to be changed.

        A position that is entered is what was filled, at what price, which is not what was asked for; one that was held
        already stays what it was said to be. The note has a call of its own.
        """
        is_filled = self.is_entered and not self.skip_enter_step
        return OMITTED if name == "note" or (name == "position" and is_filled) else self.setting(name)

    def plan(self) -> SmartTradePlan:
        """Return what it is told to do, as ``client.smart_trades.create`` and ``client.smart_trades.update`` send it.

        :raises ValueError: something came that could not be read, or something that is needed did not come: writing the
            plan back would lose it.
        """
        fields: dict[str, Any] = self.settings_fields()
        return SmartTradePlan(**fields)


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class ReduceFundsInfo(Model):
    """By how much a SmartTrade can be made smaller. Vendor's page: "Available reduce funds"."""

    max_reduce_funds_amount: Decimal | None = None
    """The most units, in the base currency."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SmartTradeTrade(Model):
    """A trade of a SmartTrade: its entry, a step, its stop loss. Vendor's page: "Trade entity"."""

    SHOWN = ("id", "trade_purpose", "order_side", "order_type", "status")

    id: int
    """Number of the trade; what other calls take as ``trade_id``."""
    pair: str | None = None
    """What it trades, the quote currency first: ``USDT_ETH``."""
    trade_purpose: str | None = None
    """What it is for: ``position``, ``take_profit``, ``stop_loss`` or ``reduce_funds``."""
    order_side: str | None = None
    """Its side: ``buy`` or ``sell``."""
    order_type: str | None = None
    """Its kind: ``market`` or ``limit``."""
    status: str | None = None
    """How it stands: ``to_process``, ``order_placed``, ``finished`` and others."""
    position_percentage: Decimal | None = None
    """The share of the position that it closes, in percent; None for the entry."""
    order_price: Decimal | None = None
    """Its price, if it is a limit order."""
    average_price: Decimal | None = None
    """The average price that it was filled at; None before."""
    initial_price: Decimal | None = None
    """The price that it was to have."""
    initial_amount: Decimal | None = None
    """What it was for, in the base currency."""
    initial_total: Decimal | None = None
    """What that was worth, in the quote currency."""
    realised_price: Decimal | None = None
    """The price that it was filled at, rounded; None before."""
    realised_amount: Decimal | None = None
    """How much of it is filled, in the base currency."""
    realised_total: Decimal | None = None
    """What that was worth, in the quote currency; None before."""
    realised_percentage: Decimal | None = None
    """How much of it is filled, in percent."""
    follow_price_type: str | None = None
    """The price that it follows: ``bid``, ``ask`` or ``last``."""
    take_profit_percentage: Decimal | None = None
    """The profit at which a step closes, in percent, where it was given so."""
    trigger_type: str | None = None
    """What triggers it: ``conditional``, or ``none``."""
    trigger_condition: str | None = None
    """How the price must lie: ``greater``, ``less``, ``greater_or_equal`` or ``less_or_equal``."""
    trigger_price: Decimal | None = None
    """The price that triggers it."""
    trigger_price_percentage: Decimal | None = None
    """The same as a distance from the price of entry, in percent."""
    trailing_enabled: bool | None = None
    """Whether it follows the price."""
    trail_percentage: Decimal | None = None
    """How far behind the best price it stays, in percent."""
    trail_value: Decimal | None = None
    """The same distance as 3Commas has computed it."""
    trailing_last_price: Decimal | None = None
    """The best price that it followed to."""
    trailing_last_price_updated_at: datetime | None = None
    """When that was; None wherever it has been seen."""
    cancelable: bool | None = None
    """Whether it can be cancelled."""
    force_processable: bool | None = None
    """Whether it can be closed at the market price."""
    created_at: datetime | None = None
    """When it was created."""
    updated_at: datetime | None = None
    """When it last changed."""
