"""Take profits: prices in which the fees of both sides are contained, and amounts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from threecommas_async.sandbox.engine.directions import Direction
from threecommas_async.sandbox.engine.exact import (
    ONE,
    ZERO,
    ceil_to,
    floor_to,
    half_up,
    minus,
    percent,
    plus,
    times,
)

_HUNDRED = Decimal(100)


def exit_price(
    trend: Direction, volume: Decimal, amount: Decimal, gain: Decimal, fee: Decimal, tick: Decimal
) -> Decimal:
    """Return the price at which the exit leaves a gain in quote currency.

    Assumption: of a short deal the mirror image of the formula that was recorded of long ones.

    :param volume: Volume of the entries, with fee.
    :param amount: Amount of the entries.
    """
    if trend.is_long:
        return ceil_to(plus(volume, gain), tick, per=times(amount, minus(ONE, fee)))
    return floor_to(minus(volume, gain), tick, per=times(amount, plus(ONE, fee)))


def sold_for_cost(volume: Decimal, price: Decimal, fee: Decimal, lot: Decimal) -> Decimal:
    """Return how much a long deal sells that takes its profit in base currency: what pays for the entries.

    Assumption: it sells at the price of a deal with profit in quote currency, and keeps the rest.
    """
    return ceil_to(volume, lot, per=times(price, minus(ONE, fee)))


def bought_back(
    volume: Decimal, amount: Decimal, gain: Decimal, fee: Decimal, tick: Decimal, lot: Decimal
) -> tuple[Decimal, Decimal]:
    """Return price and amount at which a short deal that takes its profit in base currency buys back.

    :param gain: In base currency.
    """
    quantity = ceil_to(plus(amount, gain), lot, per=minus(ONE, fee))
    return floor_to(volume, tick, per=quantity), quantity


def split(amount: Decimal, shares: Sequence[Decimal], lot: Decimal) -> list[Decimal]:
    """Return the amounts of the steps: by their shares, rounded down to lots, the last one takes the rest.

    Assumption: the shares need not be of a hundred: after some steps were sold, what is left is split over the others
    in proportion of theirs.
    """
    whole = plus(ZERO, *shares)
    parts = [floor_to(times(amount, share), lot, per=whole) for share in shares[:-1]]
    return [*parts, minus(amount, plus(ZERO, *parts))]


def gain(percentage: Decimal, basis: Decimal) -> Decimal:
    """Return so many percent of what a profit is counted on."""
    return percent(basis, percentage)


def rise(price: Decimal, current: Decimal) -> Decimal:
    """Return how far the price has to move to another one, in percent with two decimals."""
    return half_up(times(minus(price, current), _HUNDRED), 2, per=current)
