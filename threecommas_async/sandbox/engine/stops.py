"""Stop losses and trailing: the levels at which a deal is closed."""

from __future__ import annotations

from decimal import Decimal

from threecommas_async.sandbox.engine.directions import Direction
from threecommas_async.sandbox.engine.exact import grown


def trailed(trend: Direction, best: Decimal, percentage: Decimal) -> Decimal:
    """Return the level that follows the best price at a distance; it is not rounded."""
    return grown(best, trend.into_loss(percentage))


def tighter(trend: Direction, level: Decimal, other: Decimal | None) -> Decimal:
    """Return the level that the price reaches first. A stop loss never goes backwards."""
    return level if other is None or trend.is_better(level, other) else other


def breakeven_step(filled: int, limit: int) -> int:
    """Return where the stop loss stands after so many filled take profit steps.

    Assumption, for the documentation contradicts itself: after the first one at the average price (0), after each
    further one at the price of the step before it (1, 2, ...), but not beyond the limit.
    """
    return min(filled - 1, limit)
