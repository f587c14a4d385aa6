"""Orders: what they spend, what they bring, how they stand."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal, Protocol, final

from attrs import define, field

from threecommas_async.sandbox.engine.agenda import Entry
from threecommas_async.sandbox.engine.exact import ONE, ZERO, minus, plus, times
from threecommas_async.sandbox.engine.funds import Account
from threecommas_async.sandbox.engine.pairs import Pair

OrderSide = Literal["BUY", "SELL"]
OrderKind = Literal[
    "Base",
    "Safety",
    "Manual Safety",
    "Take Profit",
    "Stop Loss",
    "SmartTrade",
    "Simple Trade",
    "Grid Line",
    "Balancing",
]
OrderStatus = Literal["Active", "Filled", "Cancelled", "Inactive"]


def price_with_fee(side: OrderSide, price: Decimal, fee: Decimal) -> Decimal:
    """Return what a unit costs when it is bought at a price, or brings when it is sold."""
    return times(price, plus(ONE, fee) if side == "BUY" else minus(ONE, fee))


def worth(side: OrderSide, price: Decimal, quantity: Decimal, fee: Decimal) -> Decimal:
    """Return the volume of a fill, with its fee."""
    return times(price_with_fee(side, price, fee), quantity)


class Owner(Protocol):
    """Whose order it is."""

    def filled(self, order: Order) -> None:
        """Draw the consequences of a fill."""


@final
@define(eq=False)
class Order:
    """An order: a row of ``market_orders``, where a group has them."""

    id: int
    """``order_id``."""
    owner: Owner = field(repr=False)
    account: Account = field(repr=False)
    pair: Pair = field(repr=False)
    side: OrderSide
    """``order_type``."""
    kind: OrderKind
    """``deal_order_type``."""
    price: Decimal
    """``rate``, without fee; of a market order the price at which it was filled."""
    quantity: Decimal
    created_at: datetime
    updated_at: datetime
    status: OrderStatus = "Active"
    """``status_string``. A refused manual order is ``Inactive``; ``Finished`` is never used (assumption)."""
    number: int = 0
    """Which of the safety orders it is, from 1 on; 0 for all other orders."""
    locked: Decimal = ZERO
    """What the account keeps locked for it."""
    place: Entry[tuple[Decimal, int], Order] | None = field(default=None, repr=False)
    """Where it stands in the book, if it does."""

    @property
    def cancellable(self) -> bool:
        return self.status == "Active"

    @property
    def average_price(self) -> Decimal:
        """The price with fee; zero before the fill."""
        return price_with_fee(self.side, self.price, self.account.fee) if self.status == "Filled" else ZERO

    @property
    def total(self) -> Decimal:
        """The volume with fee; zero before the fill."""
        return times(self.average_price, self.quantity)

    @property
    def quantity_remaining(self) -> Decimal:
        return ZERO if self.status == "Filled" else self.quantity

    @property
    def currency(self) -> str:
        """What it spends."""
        return self.pair.quote if self.side == "BUY" else self.pair.base

    def spending(self, price: Decimal, quantity: Decimal) -> Decimal:
        """Return how much it would spend for a quantity at a price."""
        return worth("BUY", price, quantity, self.account.fee) if self.side == "BUY" else quantity

    def lock(self) -> None:
        """Lock what it will spend.

        :raises NotEnoughError: The account has less; nothing has changed.
        """
        needed = self.spending(self.price, self.quantity)
        self.account.funds.lock(self.currency, needed, unlocking=self.locked)
        self.locked = needed

    def unlock(self) -> None:
        """Free what it has locked; who waits for that is not told."""
        if self.locked:
            self.account.funds.unlock(self.currency, self.locked)
            self.locked = ZERO

    def fill(self, price: Decimal, now: datetime) -> None:
        """Exchange the whole quantity at a price.

        :raises NotEnoughError: The account has less; nothing has changed.
        """
        funds, fee = self.account.funds, self.account.fee
        funds.pay(self.currency, self.spending(price, self.quantity), unlocking=self.locked)
        if self.side == "BUY":
            funds.receive(self.pair.base, self.quantity)
        else:
            funds.receive(self.pair.quote, worth("SELL", price, self.quantity, fee))
        self.locked, self.price = ZERO, price
        self.status, self.updated_at = "Filled", now

    def close(self, status: Literal["Cancelled", "Inactive"], now: datetime) -> None:
        """End it unfilled, and free what was locked for it."""
        if self.locked:
            self.unlock()
            self.account.funds.tell(self.currency)
        self.status, self.updated_at = status, now
