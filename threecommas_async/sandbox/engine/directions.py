"""Long and short: the same deal, mirrored."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, Literal, final

from attrs import frozen

from threecommas_async.sandbox.engine.exact import ceil_to, floor_to
from threecommas_async.sandbox.engine.orders import OrderSide

Strategy = Literal["long", "short"]


@final
@frozen
class Direction:
    """Which way a deal earns: a long one buys first and gains when the price rises, a short one the other way round."""

    strategy: Strategy
    entry_side: OrderSide
    exit_side: OrderSide

    @property
    def is_long(self) -> bool:
        return self.entry_side == "BUY"

    def is_better(self, price: Decimal, other: Decimal) -> bool:
        """Say whether a price earns more than another one."""
        return price > other if self.is_long else price < other

    def in_profit(self, price: Decimal, level: Decimal) -> bool:
        """Say whether the price has reached a level on the side where the deal earns."""
        return price >= level if self.is_long else price <= level

    def in_loss(self, price: Decimal, level: Decimal) -> bool:
        """Say whether the price has reached a level on the side where the deal loses."""
        return price <= level if self.is_long else price >= level

    def into_loss(self, percentage: Decimal) -> Decimal:
        """Return the change of the price, in percent, that is a loss of so many percent."""
        return percentage.copy_negate() if self.is_long else percentage

    def entry_price(self, price: Decimal, tick: Decimal) -> Decimal:
        """Round the price of an entry to a price that is not worse."""
        return floor_to(price, tick) if self.is_long else ceil_to(price, tick)


LONG: Final = Direction("long", "BUY", "SELL")
SHORT: Final = Direction("short", "SELL", "BUY")


def direction(strategy: Strategy) -> Direction:
    return LONG if strategy == "long" else SHORT
