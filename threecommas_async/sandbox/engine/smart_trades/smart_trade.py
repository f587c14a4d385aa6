"""A SmartTrade: what it holds, where it stands, and what the API shows of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal, Protocol, final

from attrs import define, field

from threecommas_async.sandbox.engine.alarms import Alarm, Rank
from threecommas_async.sandbox.engine.books import Book
from threecommas_async.sandbox.engine.deals import profit
from threecommas_async.sandbox.engine.directions import Direction
from threecommas_async.sandbox.engine.exact import ZERO, decimals, half_up, minus, plus, times
from threecommas_async.sandbox.engine.funds import Account
from threecommas_async.sandbox.engine.orders import Order, worth
from threecommas_async.sandbox.engine.smart_trades.plan import Leverage, StopLossPlan
from threecommas_async.sandbox.engine.smart_trades.statuses import (
    CANCELLABLE,
    CLOSED,
    EDITABLE,
    FINAL,
    PANIC_SELLABLE,
    RUNNING,
    TRANSITIONS,
    SmartTradeStatus,
)
from threecommas_async.sandbox.engine.smart_trades.trade import Trade

SMART_TRADES: Final = 2
"""The kind of SmartTrades in a rank. Assumption: at the same price they come after deals."""

SmartTradeType = Literal["simple_buy", "simple_sell", "smart_sell", "smart_buy", "smart_trade", "smart_cover"]
_PLACES: Final = 8


class Desk(Protocol):
    """Who trades for the SmartTrades."""

    def filled(self, smart_trade: SmartTrade, trade: Trade, order: Order) -> None: ...

    def examine(self, smart_trade: SmartTrade) -> None: ...


class IllegalTransitionError(RuntimeError):
    """A SmartTrade was to take a step that the table of transitions does not have: a mistake of the engine."""


@final
@define(eq=False)
class SmartTrade:
    """A SmartTrade.

    Names are the API's where it has one; *entered* stands for bought in a long one and sold in a short one, *closed*
    for the reverse.
    """

    id: int
    direction: Direction
    account: Account = field(repr=False)
    book: Book = field(repr=False)
    desk: Desk = field(repr=False)
    instant: bool
    skip_enter_step: bool
    created_at: datetime
    updated_at: datetime
    leverage: Leverage | None = None
    note: str | None = None
    status: SmartTradeStatus = "created"
    error: str | None = None
    """Why it failed: ``status.error``."""
    closed_at: datetime | None = None

    trades: list[Trade] = field(factory=list[Trade], repr=False)
    """All its trades, in the order of their ids."""
    steps: list[Trade] = field(factory=list[Trade], repr=False)
    """The steps of its take profit, without those that were cancelled."""
    take_profit_enabled: bool = False
    stop_loss: Trade | None = field(default=None, repr=False)
    stop_plan: StopLossPlan | None = field(default=None, repr=False)
    market_close: Trade | None = field(default=None, repr=False)

    entered_amount: Decimal = ZERO
    entered_total: Decimal = ZERO
    entered_bare_total: Decimal = ZERO
    """The same without fees."""
    closed_amount: Decimal = ZERO
    closed_total: Decimal = ZERO
    closed_bare_total: Decimal = ZERO

    uncovered: Decimal = ZERO
    """The shares of steps that were removed: no other step closes what they would have closed."""
    breakeven_level: Decimal | None = None
    stop_best: Decimal | None = None
    """The best price since the position is there, if the stop loss trails."""
    stop_reference: Decimal | None = None
    """The price from which a stop loss that trails keeps its distance."""
    stop_broken_at: datetime | None = None
    """Since when the price has been beyond the stop loss, while its timeout runs."""
    exit_refused: bool = field(default=False, repr=False)
    """Whether a closing by market waits for funds."""
    lacks_funds: bool = field(default=False, repr=False)
    """Whether an order of a step waits for funds."""
    final_price: Decimal | None = None
    """The price when it ended: what was not closed counts at it from then on (assumption)."""
    final_usd_price: Decimal | None = None
    """What the quote currency was worth in dollars then."""
    alarm: Alarm = field(factory=Alarm, repr=False)

    # ---- what moves it ----------------------------------------------------------------------------------------------
    @property
    def rank(self) -> Rank:
        return SMART_TRADES, self.id

    def trade_filled(self, trade: Trade, order: Order) -> None:
        self.desk.filled(self, trade, order)

    def examine(self) -> None:
        self.desk.examine(self)

    def become(self, status: SmartTradeStatus) -> None:
        """Take a step of the table.

        :raises IllegalTransitionError: The table does not have it.
        """
        if status not in TRANSITIONS.get(self.status, ()):
            raise IllegalTransitionError(f"SmartTrade {self.id}: {self.status} -> {status}")
        self.status = status

    # ---- its trades -------------------------------------------------------------------------------------------------
    @property
    def position(self) -> Trade:
        return self.trades[0]

    @property
    def added(self) -> Sequence[Trade]:
        """The funds that were added, or are to be."""
        return [trade for trade in self.trades[1:] if trade.purpose == "position"]

    @property
    def reductions(self) -> Sequence[Trade]:
        return [trade for trade in self.trades if trade.purpose == "reduce_funds"]

    @property
    def reduction(self) -> Trade | None:
        """The reduction that is not done yet."""
        return next((trade for trade in self.reductions if trade.is_open), None)

    @property
    def open_steps(self) -> list[Trade]:
        return [step for step in self.steps if step.is_open]

    @property
    def waiting_steps(self) -> list[Trade]:
        """The steps that nobody is closing or removing."""
        return [step for step in self.steps if step.is_waiting]

    def is_cancelable(self, trade: Trade) -> bool:
        """Say whether a trade can be removed.

        Assumption: an entry goes with its SmartTrade only; funds that are to be added or taken out while their order
        rests.
        """
        if trade is self.position or not trade.is_waiting:
            return False
        if not self.is_running and self.status != "waiting_position":
            return False
        return trade.purpose in ("take_profit", "stop_loss") or trade.status == "order_placed"

    @property
    def active_stop_loss(self) -> Trade | None:
        """The stop loss that the price can reach."""
        trade = self.stop_loss
        return trade if trade is not None and trade.status == "to_process" and not trade.is_leaving else None

    # ---- status -----------------------------------------------------------------------------------------------------
    @property
    def type(self) -> SmartTradeType:
        """``data.type``."""
        is_long = self.direction.is_long
        if self.instant:
            return "simple_buy" if is_long else "simple_sell"
        if self.skip_enter_step:
            return "smart_sell" if is_long else "smart_buy"
        return "smart_trade" if is_long else "smart_cover"

    @property
    def is_final(self) -> bool:
        return self.status in FINAL

    @property
    def is_closed(self) -> bool:
        """``data.finished``."""
        return self.status in CLOSED

    @property
    def is_running(self) -> bool:
        """Whether it has its position, and nobody is closing it."""
        return self.status in RUNNING

    @property
    def is_entered(self) -> bool:
        """``data.base_position_step_finished``, which a failed entry is as well."""
        return not self.position.is_open

    @property
    def is_position_not_filled(self) -> bool:
        return self.position.status not in ("finished", "smart_sell")

    @property
    def editable(self) -> bool:
        return self.status in EDITABLE

    @property
    def panic_sell_available(self) -> bool:
        return self.status in PANIC_SELLABLE

    @property
    def cancel_available(self) -> bool:
        return self.status in CANCELLABLE

    @property
    def add_funds_available(self) -> bool:
        return self.status in EDITABLE and not self.instant and self.position.trailing is None

    @property
    def reduce_funds_available(self) -> bool:
        return self.status == "waiting_targets"

    @property
    def force_start_available(self) -> bool:
        return self.status in ("created", "waiting_position") and self.position.is_processed

    # ---- pair and price ---------------------------------------------------------------------------------------------
    @property
    def pair(self) -> str:
        return self.book.pair.code

    @property
    def enter_price(self) -> Decimal | None:
        """What the entries cost on the average: what percentages are of; ``None`` before the entry."""
        return self._average(self.entered_total, self.entered_amount)

    @property
    def average_enter_price(self) -> Decimal | None:
        """The same; ``None`` also if the entry was skipped."""
        return None if self.skip_enter_step else self.enter_price

    @property
    def average_enter_price_without_commission(self) -> Decimal | None:
        return None if self.skip_enter_step else self._average(self.entered_bare_total, self.entered_amount)

    @property
    def average_close_price(self) -> Decimal | None:
        return self._average(self.closed_total, self.closed_amount)

    @property
    def average_close_price_without_commission(self) -> Decimal | None:
        return self._average(self.closed_bare_total, self.closed_amount)

    def _average(self, total: Decimal, amount: Decimal) -> Decimal | None:
        return half_up(total, decimals(self.book.pair.tick), per=amount) if amount else None

    # ---- amounts ----------------------------------------------------------------------------------------------------
    @property
    def left(self) -> Decimal:
        """The amount that has been entered and not closed: ``max_reduce_funds_amount``."""
        return minus(self.entered_amount, self.closed_amount)

    @property
    def position_units(self) -> Decimal:
        """``position.units.value``: all that was entered, or what is to be."""
        return self.position.units or ZERO if self.is_position_not_filled else self.entered_amount

    @property
    def position_price(self) -> Decimal:
        """``position.price.value``."""
        price = self.position.price or ZERO
        return price if self.is_position_not_filled else self.enter_price or price

    @property
    def position_total(self) -> Decimal:
        """``position.total.value``."""
        if self.is_position_not_filled:
            return times(self.position_units, self.position_price)
        return half_up(self.entered_total, _PLACES)

    @property
    def missing_funds_to_close(self) -> Decimal:
        """What the account lacks to close what is left. Assumption: counted for each SmartTrade by itself."""
        if not self.is_running:
            return ZERO
        pair, funds = self.book.pair, self.account.funds
        if self.direction.is_long:
            currency, needed = pair.base, self.left
        else:
            currency, needed = pair.quote, worth("BUY", self.book.price, self.left, self.account.fee)
        own = (trade.order.locked for trade in self.trades if trade.order is not None and trade.side != self.entry_side)
        return max(ZERO, minus(needed, plus(funds.available(currency), *own)))

    @property
    def entry_side(self) -> str:
        return self.direction.entry_side

    # ---- profit -----------------------------------------------------------------------------------------------------
    @property
    def profit(self) -> Decimal | None:
        """``profit.volume``, in quote currency.

        ``None`` before the entry, and of what was cancelled or failed. Assumption: also of simple buys and sells, which
        close nothing.
        """
        if not self.entered_amount or self.instant or self.status in ("cancelled", "failed"):
            return None
        price = self.book.price if self.final_price is None else self.final_price
        fee = self.account.fee
        return profit.open_profit(self.direction, self.entered_total, self.closed_total, self.left, price, fee)

    @property
    def usd_profit(self) -> Decimal | None:
        """``profit.usd``."""
        volume = self.profit
        if volume is None:
            return None
        usd_price = self.final_usd_price
        return times(volume, self.book.usd_price(self.book.pair.quote) if usd_price is None else usd_price)

    @property
    def profit_percent(self) -> Decimal:
        volume = self.profit
        return ZERO if volume is None else half_up(times(volume, Decimal(100)), 2, per=self.entered_total)
