"""A deal: what it holds, where it stands, and what the API shows of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal, Protocol, final

from attrs import define, field

from threecommas_async.sandbox.engine.alarms import Alarm, Rank
from threecommas_async.sandbox.engine.books import Book
from threecommas_async.sandbox.engine.deals import profit
from threecommas_async.sandbox.engine.deals.safety_orders import PlannedSafetyOrder
from threecommas_async.sandbox.engine.deals.settings import BotSettings
from threecommas_async.sandbox.engine.deals.statuses import (
    FINISHED,
    LOCALIZED,
    TRANSITIONS,
    DealStatus,
    Permissions,
    permissions,
)
from threecommas_async.sandbox.engine.directions import Direction
from threecommas_async.sandbox.engine.events import Event
from threecommas_async.sandbox.engine.exact import ZERO, half_up, minus, times
from threecommas_async.sandbox.engine.funds import Account
from threecommas_async.sandbox.engine.orders import Order

TargetStatus = Literal["Placed", "Panic closing", "Finished"]

DEALS: Final = 0
"""The kind of deals in a rank. Assumption: at the same price they come before all other kinds of entities."""


@final
@define(eq=False)
class Target:
    """A take profit: a step of ``take_profit_steps``, or the only one."""

    trade_id: int
    """Assumption: the id of its order."""
    share: Decimal
    """``amount_percentage``."""
    percentage: Decimal
    """``profit_percentage``."""
    price: Decimal = ZERO
    amount: Decimal = ZERO
    """``initial_amount``."""
    status: TargetStatus = "Placed"
    order: Order | None = field(default=None, repr=False)
    """Its row of ``market_orders``: none while it trails, or while the account has too little."""
    executed_at: datetime | None = None
    """``execution_timestamp``."""

    @property
    def is_open(self) -> bool:
        """Whether it waits for its price: ``editable`` and ``panic_sellable`` of a step."""
        return self.status == "Placed"


class Desk(Protocol):
    """Who trades for the deals."""

    def filled(self, deal: Deal, order: Order) -> None: ...

    def examine(self, deal: Deal) -> None: ...


class IllegalTransitionError(RuntimeError):
    """A deal was to take a step that the table of transitions does not have: a mistake of the engine."""


@final
@define(eq=False)
class Deal:
    """A deal of a bot.

    Names are the API's where it has one; *entered* stands for bought in a long deal and sold in a short one, *exited*
    for the reverse.
    """

    id: int
    bot_id: int
    bot_name: str
    settings: BotSettings
    """The deal's own copy: a change of the bot does not reach it."""
    direction: Direction
    account: Account = field(repr=False)
    book: Book = field(repr=False)
    desk: Desk = field(repr=False)
    created_at: datetime
    updated_at: datetime
    planned: Sequence[PlannedSafetyOrder] = field(default=(), repr=False)
    """All its safety orders, as the settings define them."""
    status: DealStatus = "base_order_placed"
    closed_at: datetime | None = None
    close_timeout: int | None = None
    """Seconds after the base order; taken from ``close_deals_timeout``."""
    note: str | None = None

    entered_amount: Decimal = ZERO
    entered_volume: Decimal = ZERO
    exited_amount: Decimal = ZERO
    exited_volume: Decimal = ZERO

    base_order: Order | None = field(default=None, repr=False)
    orders: list[Order] = field(factory=list[Order], repr=False)
    """All rows, in the order of their ids but for a step that first trailed and was then sold."""
    targets: list[Target] = field(factory=list[Target], repr=False)
    safety_orders: dict[int, Order] = field(factory=dict[int, Order], repr=False)
    """Those that rest, by number."""
    manual_orders: dict[int, Order] = field(factory=dict[int, Order], repr=False)
    """Those that rest, by id."""
    used_numbers: set[int] = field(factory=set[int], repr=False)
    """Numbers of the safety orders that were filled, or cancelled by hand; they are not placed again."""
    filled_safety_orders: int = 0
    filled_manual_orders: int = 0
    """``completed_manual_safety_orders_count``."""

    amount_change: Decimal = ZERO
    """By how much every order differs after reinvesting or risk reduction, in base currency."""
    volume_change: Decimal = ZERO
    """The same in quote currency, at the price at the start."""
    free_at_start: Decimal = field(default=ZERO, repr=False)
    """What volumes given as percentages are of."""

    min_profit_price: Decimal | None = None
    """From where on a signal closes the deal; ``None`` if at any price."""
    stop_level: Decimal | None = None
    trailing_max_price: Decimal | None = None
    tsl_max_price: Decimal | None = None
    stop_broken_at: datetime | None = None
    """Since when the price has been beyond the stop loss, while its timeout runs."""
    breakeven_level: Decimal | None = None
    close_signalled: bool = False
    exit_refused: bool = field(default=False, repr=False)
    """Whether a closing by market waits for funds."""
    error_message: str | None = None
    """Also ``failed_message``. Assumption: gone once what was refused could be carried out."""

    final_profit: Decimal = ZERO
    """While active the profit at the price of the last fill or change of status (assumption); rounded."""
    final_usd_price: Decimal | None = None
    """What the quote currency was worth in dollars when the deal finished."""
    events: list[Event] = field(factory=list[Event], repr=False)
    """``bot_events``."""
    alarm: Alarm = field(factory=Alarm, repr=False)

    # ---- what moves it ----------------------------------------------------------------------------------------------
    @property
    def rank(self) -> Rank:
        return DEALS, self.id

    def filled(self, order: Order) -> None:
        self.desk.filled(self, order)

    def examine(self) -> None:
        self.desk.examine(self)

    def become(self, status: DealStatus) -> None:
        """Take a step of the table.

        :raises IllegalTransitionError: The table does not have it.
        """
        if status not in TRANSITIONS.get(self.status, ()):
            raise IllegalTransitionError(f"deal {self.id}: {self.status} -> {status}")
        self.status = status

    # ---- status -----------------------------------------------------------------------------------------------------
    @property
    def type(self) -> str:
        return "Deal" if self.direction.is_long else "Deal::ShortDeal"

    @property
    def localized_status(self) -> str:
        return LOCALIZED[self.status]

    @property
    def is_finished(self) -> bool:
        """``finished?``."""
        return self.status in FINISHED

    @property
    def is_running(self) -> bool:
        """Whether it trades: it has its coins, and nobody is closing it."""
        return self.status in ("bought", "ttp_activated", "close_strategy_activated")

    @property
    def permissions(self) -> Permissions:
        """The four flags. A deal that closes by signal cannot be converted."""
        allowed = permissions(self.status)
        if allowed.smart_trade_convertable and self.settings.closes_by_signal:
            return Permissions(allowed.cancellable, allowed.panic_sellable, allowed.add_fundable, False)
        return allowed

    @property
    def deal_has_error(self) -> bool:
        return self.error_message is not None

    # ---- pair and price ---------------------------------------------------------------------------------------------
    @property
    def pair(self) -> str:
        return self.book.pair.code

    @property
    def from_currency(self) -> str:
        """The quote currency; also ``orderbook_price_currency``."""
        return self.book.pair.quote

    @property
    def to_currency(self) -> str:
        """The base currency."""
        return self.book.pair.base

    @property
    def current_price(self) -> Decimal:
        return ZERO if self.is_finished else self.book.price

    @property
    def take_profit_price(self) -> Decimal:
        """The price of the take profit or of the minimum profit; with steps the current price; zero when finished.

        Zero also if there is neither (assumption).
        """
        if self.is_finished or self.status == "base_order_placed":
            return ZERO
        if self.settings.closes_by_signal:
            return self.min_profit_price or ZERO
        if self.settings.take_profit_steps:
            return self.book.price
        return self.targets[-1].price if self.targets else ZERO

    @property
    def stop_loss_price(self) -> Decimal | None:
        """The level of the stop loss; ``None`` when it is off, and when the deal is finished."""
        return None if self.is_finished else self.stop_level

    # ---- amounts ----------------------------------------------------------------------------------------------------
    @property
    def left(self) -> Decimal:
        """The amount that has been entered and not exited: ``reserved_second_coin``."""
        return minus(self.entered_amount, self.exited_amount)

    @property
    def bought_amount(self) -> Decimal:
        return self.entered_amount if self.direction.is_long else self.exited_amount

    @property
    def bought_volume(self) -> Decimal:
        return self.entered_volume if self.direction.is_long else self.exited_volume

    @property
    def sold_amount(self) -> Decimal:
        return self.exited_amount if self.direction.is_long else self.entered_amount

    @property
    def sold_volume(self) -> Decimal:
        return self.exited_volume if self.direction.is_long else self.entered_volume

    @property
    def bought_average_price(self) -> Decimal:
        return profit.average_price(self.bought_volume, self.bought_amount)

    @property
    def sold_average_price(self) -> Decimal:
        return profit.average_price(self.sold_volume, self.sold_amount)

    @property
    def average_price(self) -> Decimal:
        """The average price of the entries."""
        return profit.average_price(self.entered_volume, self.entered_amount)

    @property
    def base_order_average_price(self) -> Decimal:
        return ZERO if self.base_order is None else self.base_order.average_price

    @property
    def reserved_base_coin(self) -> Decimal:
        """What is still in the deal, in *quote* currency; of a finished one volume entered less volume exited, too."""
        return minus(self.entered_volume, self.exited_volume)

    @property
    def reserved_second_coin(self) -> Decimal:
        return self.left

    # ---- profits ----------------------------------------------------------------------------------------------------
    @property
    def actual_profit(self) -> Decimal:
        """In quote currency, whatever ``profit_currency`` is. Zero of a cancelled or failed deal (assumption)."""
        if self.status in ("cancelled", "failed"):
            return ZERO
        if self.is_finished:
            return profit.result(self.direction, self.entered_volume, self.exited_volume)
        return self.profit_at(self.book.price)

    def profit_at(self, price: Decimal) -> Decimal:
        """Return the profit if what is left were closed at a price."""
        return profit.open_profit(
            self.direction, self.entered_volume, self.exited_volume, self.left, price, self.account.fee
        )

    @property
    def actual_profit_percentage(self) -> Decimal:
        if self.is_finished:
            return ZERO
        return profit.open_percentage(self.direction, self.entered_volume, self.entered_amount, self.book.price)

    @property
    def final_profit_percentage(self) -> Decimal:
        if self.status not in ("completed", "stop_loss_finished", "panic_sold"):
            return ZERO
        return profit.final_percentage(self.direction, self.entered_volume, self.exited_volume)

    @property
    def usd_price(self) -> Decimal:
        """What the quote currency is worth in dollars; of a finished deal what it was then (assumption)."""
        return self.book.usd_price(self.from_currency) if self.final_usd_price is None else self.final_usd_price

    @property
    def actual_usd_profit(self) -> Decimal:
        return times(self.actual_profit, self.usd_price)

    @property
    def usd_final_profit(self) -> Decimal:
        return half_up(times(self.final_profit, self.usd_price), 2)

    # ---- orders -----------------------------------------------------------------------------------------------------
    @property
    def completed_safety_orders_count(self) -> int:
        """Filled safety orders, without manual ones."""
        return self.filled_safety_orders

    @property
    def current_active_safety_orders_count(self) -> int:
        """Open safety orders, manual ones included; also ``current_active_safety_orders``."""
        return len(self.safety_orders) + len(self.manual_orders)

    @property
    def active_manual_safety_orders(self) -> int:
        return len(self.manual_orders)

    @property
    def next_safety_price(self) -> Decimal | None:
        """The price of the next open safety order: the one item of ``buy_steps``."""
        return self.safety_orders[min(self.safety_orders)].price if self.safety_orders else None

    @property
    def filled_targets(self) -> int:
        return sum(target.status == "Finished" for target in self.targets)

    @property
    def last_open_target(self) -> Target | None:
        return next((target for target in reversed(self.targets) if target.is_open), None)

    @property
    def trailing_target(self) -> Target | None:
        """The take profit that trails: the last one. Assumption: with steps all others are limit orders."""
        if not self.settings.trailing_enabled or not self.targets or not self.targets[-1].is_open:
            return None
        return self.targets[-1]

    def listed_orders(self) -> list[Order]:
        """Return all orders as ``market_orders`` and ``cancel_order`` list them: by kind, the newest first in each."""
        return sorted(self.orders, key=lambda order: (_LISTED.index(order.kind), -order.id))


_LISTED: Final = ("Stop Loss", "Manual Safety", "Take Profit", "Safety", "Base")
