"""The trades of a SmartTrade: its position, its steps, its stop loss, and what was added, reduced or closed."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Final, Literal, Protocol, final

from attrs import define, field

from threecommas_async.sandbox.engine.books import Book
from threecommas_async.sandbox.engine.exact import ZERO, times
from threecommas_async.sandbox.engine.funds import Account
from threecommas_async.sandbox.engine.orders import Order, OrderSide
from threecommas_async.sandbox.engine.smart_trades.plan import OrderType, PositionOrderType, PriceType
from threecommas_async.sandbox.engine.smart_trades.statuses import PROCESSED, WAITING, TradeStatus

Purpose = Literal["position", "take_profit", "stop_loss", "reduce_funds", "market_close"]
"""``trade_purpose``.

Assumptions: added funds are a ``position``; ``market_close``, which the page does not list, closes a SmartTrade by
market.
"""

WHOLE: Final = Decimal(100)


class Whole(Protocol):
    """The SmartTrade that a trade is a part of."""

    @property
    def account(self) -> Account: ...

    @property
    def book(self) -> Book: ...

    def trade_filled(self, trade: Trade, order: Order) -> None:
        """Draw the consequences of a fill."""


@final
@define(eq=False)
class Trade:
    """A trade of a SmartTrade: an order of its own, or what waits for a price to place one."""

    id: int
    whole: Whole = field(repr=False)
    purpose: Purpose
    side: OrderSide
    order_type: PositionOrderType
    created_at: datetime
    updated_at: datetime
    conditional_order_type: OrderType | None = None
    """What a conditional position places when its price has come."""
    status: TradeStatus = "idle"
    error: str | None = None
    """Why it failed, or what it lacks: ``status.error``."""
    closed_at: datetime | None = None
    units: Decimal | None = None
    """In base currency; of a step, and of the stop loss, only once the position is there."""
    price: Decimal | None = None
    """``price.value``: its limit, or the price at which a step is closed."""
    price_type: PriceType = "last"
    share: Decimal | None = None
    """``volume`` of a step, in percent of the position."""
    percent: Decimal | None = None
    """Where its price, or that of its trigger, is given as a percentage of the average price of the entries."""
    trigger: Decimal | None = None
    """``conditional.price.value``: the price that the entry or the stop loss waits for."""
    trigger_rises: bool = False
    """Whether the price has to rise to its trigger."""
    trailing: Decimal | None = None
    """How far the price has to come back from its best, in percent; ``None`` if it does not trail."""
    best_price: Decimal | None = None
    """The best price since it began to trail."""
    best_price_at: datetime | None = None
    order: Order | None = field(default=None, repr=False)
    """The order that rests, or that was filled."""
    is_leaving: bool = False
    """Whether it is being removed."""

    def filled(self, order: Order) -> None:
        self.whole.trade_filled(self, order)

    @property
    def is_waiting(self) -> bool:
        """Whether it is still to be carried out, and nobody is closing or removing it."""
        return self.status in WAITING and not self.is_leaving

    @property
    def is_open(self) -> bool:
        """Whether it is neither done nor given up."""
        return self.status in WAITING or self.status == "panic_sell_pending"

    @property
    def is_processed(self) -> bool:
        """Whether it can be carried out by market."""
        return self.status in PROCESSED and not self.is_leaving

    @property
    def rests(self) -> bool:
        """Whether a step is a limit order in the book, rather than one that waits for its price."""
        return self.order_type == "limit" and self.trailing is None

    @property
    def limit(self) -> Decimal | None:
        """``order_price``: the price of its limit order."""
        return None if "market" in (self.order_type, self.conditional_order_type) else self.price

    @property
    def is_resting(self) -> bool:
        return self.order is not None and self.order.status == "Active"

    # ---- what was done ----------------------------------------------------------------------------------------------
    @property
    def is_filled(self) -> bool:
        return self.order is not None and self.order.status == "Filled"

    @property
    def realised_amount(self) -> Decimal:
        return self.order.quantity if self.order is not None and self.is_filled else ZERO

    @property
    def realised_total(self) -> Decimal:
        """With the fee."""
        return self.order.total if self.order is not None and self.is_filled else ZERO

    @property
    def realised_bare_total(self) -> Decimal:
        """Without the fee."""
        return times(self.order.price, self.order.quantity) if self.order is not None and self.is_filled else ZERO
