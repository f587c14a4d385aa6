"""Price levels: what happens at which price, and the distances between the prices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal, localcontext
from typing import Final, Literal

import attrs

Kind = Literal[
    "take profit",
    "stop loss",
    "safety order",
    "entry",
    "average",
    "price",
    "best price",
    "closed",
    "reduction",
    "buy",
    "sell",
    "waiting",
]

EXACT: Final = Context(prec=60, Emax=MAX_EMAX, Emin=MIN_EMIN, rounding=ROUND_HALF_EVEN)
"""Enough digits for any price, and any exponent that a price can have."""
HUNDRED: Final = Decimal(100)

_AVERAGES: Final = ("average", "closed")
"""Kinds whose prices have more digits than a market's."""


@attrs.frozen
class Level:
    """A price that matters.

    :ivar text: its description.
    :ivar done: whether an order was filled there.
    :ivar planned: whether there is no order yet.
    """

    price: Decimal
    kind: Kind
    text: str
    done: bool = False
    planned: bool = False


@attrs.frozen
class Rung:
    """A line of the drawing: a level, or an empty line.

    :ivar distance: its distance from the origin, in percent; None for the origin itself.
    :ivar shown: the price to print; that of an average is rounded to the digits of the other prices.
    """

    level: Level | None
    distance: Decimal | None = None
    shown: Decimal = Decimal(0)


def highest_first(levels: Iterable[Level]) -> list[Level]:
    """Return the levels in the order in which they are drawn, without those that are no prices."""
    return sorted((level for level in levels if level.price > 0), key=lambda level: level.price, reverse=True)


def ladder(levels: Sequence[Level], origin: Decimal | None, spare: int) -> list[Rung]:
    """Return the lines of the drawing, with empty lines where levels are far apart.

    :param levels: the levels, the highest price first.
    :param origin: the price that distances are measured from.
    :param spare: the highest number of empty lines.
    """
    rungs: list[Rung] = []
    digits = min((exponent(level.price) for level in levels if level.kind not in _AVERAGES), default=None)
    with localcontext(EXACT):
        span = levels[0].price - levels[-1].price if levels else Decimal(0)
        for place, level in enumerate(levels):
            if place and span:
                gap = (levels[place - 1].price - level.price) / span * spare
                rungs += [Rung(None)] * int(gap)
            price = level.price
            if level.kind in _AVERAGES and digits is not None and exponent(price) < digits:
                price = price.quantize(Decimal((0, (1,), digits)))
            rungs.append(Rung(level, _distance(level, origin), price))
    return rungs


def exponent(number: Decimal) -> int:
    """Return the exponent of a number's last digit: -2 for ``0.10``."""
    found = number.as_tuple().exponent
    return found if isinstance(found, int) else 0


def _distance(level: Level, origin: Decimal | None) -> Decimal | None:
    return (level.price / origin - 1) * HUNDRED if origin and level.price != origin else None
