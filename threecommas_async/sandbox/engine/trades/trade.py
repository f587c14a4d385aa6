"""A simple trade: where it stands, and what the API shows of it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Final, Protocol, final

from attrs import define, field

from threecommas_async.sandbox.engine.alarms import Alarm, Rank
from threecommas_async.sandbox.engine.books import Book
from threecommas_async.sandbox.engine.exact import ZERO, decimals, floor_to, half_up, times
from threecommas_async.sandbox.engine.funds import Account
from threecommas_async.sandbox.engine.orders import Order
from threecommas_async.sandbox.engine.trades.settings import TradeSettings
from threecommas_async.sandbox.engine.trades.statuses import FINAL, TRANSITIONS, TradeStatus

SIMPLE_TRADES: Final = 3
"""The kind of simple trades in a rank. Assumption: at the same price they come after deals and SmartTrades."""


class Desk(Protocol):
    """Who trades for the simple trades."""

    def filled(self, trade: SimpleTrade, order: Order) -> None: ...

    def examine(self, trade: SimpleTrade) -> None: ...


class IllegalTransitionError(RuntimeError):
    """A trade was to take a step that the table of transitions does not have: a mistake of the engine."""


@final
@define(eq=False)
class SimpleTrade:
    """A single order, and what it waits for before it is placed."""

    id: int
    """Ascending; the API shows a UUID in its place."""
    settings: TradeSettings
    account: Account = field(repr=False)
    book: Book = field(repr=False)
    desk: Desk = field(repr=False)
    created_at: datetime
    updated_at: datetime
    price_at_creation: Decimal = field(repr=False)
    status: TradeStatus = "to_process"
    closed_at: datetime | None = None
    error: str | None = None
    """Why it failed: ``status.error``."""
    order: Order | None = field(default=None, repr=False)
    """Its order, once that has been placed."""
    is_triggered: bool = False
    """Whether its condition was met, and its timeout is over."""
    check_at: datetime | None = None
    """When its condition is looked at again, while its timeout runs."""
    best_price: Decimal | None = None
    """The best price since it began to trail."""
    alarm: Alarm = field(factory=Alarm, repr=False)

    # ---- what moves it ----------------------------------------------------------------------------------------------
    @property
    def rank(self) -> Rank:
        return SIMPLE_TRADES, self.id

    def filled(self, order: Order) -> None:
        self.desk.filled(self, order)

    def examine(self) -> None:
        self.desk.examine(self)

    def become(self, status: TradeStatus) -> None:
        """Take a step of the table.

        :raises IllegalTransitionError: The table does not have it.
        """
        if status not in TRANSITIONS.get(self.status, ()):
            raise IllegalTransitionError(f"simple trade {self.id}: {self.status} -> {status}")
        self.status = status

    # ---- what it shows ----------------------------------------------------------------------------------------------
    @property
    def pair(self) -> str:
        return self.book.pair.code

    @property
    def is_final(self) -> bool:
        """Whether it is over: it is in the history, not among the active trades."""
        return self.status in FINAL

    @property
    def cancelable(self) -> bool:
        """``data.cancelable``. Assumption: in every status that is not final."""
        return not self.is_final

    @property
    def quantity(self) -> Decimal:
        """What its order is over. Assumption: the units that were asked for, rounded down to lots."""
        return floor_to(self.settings.units, self.book.pair.lot)

    @property
    def limit(self) -> Decimal | None:
        """The price of its order. Assumption: that which was asked for, rounded to one that is not worse."""
        price = self.settings.price
        return None if price is None else self.settings.rounding.entry_price(price, self.book.pair.tick)

    @property
    def total(self) -> Decimal:
        """``total.value``: without fee, at the limit or at the price when it was created."""
        settings = self.settings
        return times(settings.units, self.price_at_creation if settings.price is None else settings.price)

    @property
    def is_filled(self) -> bool:
        return self.status == "finished"

    @property
    def filled_units(self) -> Decimal:
        return ZERO if self.order is None or not self.is_filled else self.order.quantity

    @property
    def filled_total(self) -> Decimal:
        """With the fee."""
        return ZERO if self.order is None or not self.is_filled else self.order.total

    @property
    def filled_price(self) -> Decimal | None:
        """With the fee, rounded to the decimals of the pair's prices; ``None`` before the fill."""
        if self.order is None or not self.is_filled:
            return None
        return half_up(self.order.average_price, decimals(self.book.pair.tick))
