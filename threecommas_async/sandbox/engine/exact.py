"""Decimal arithmetic that loses nothing: every rounding is asked for, by its unit and its direction.

The context of the thread is neither used nor changed. An operation that would have to round raises ``Inexact``
instead, so a digit can go only where one of the functions below that round is called.
"""

from __future__ import annotations

from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from typing import Final

ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)

# Two hundred safety orders whose steps grow by a coefficient with a few decimals have hundreds of digits. The precision
# costs nothing by itself: an operation takes as long as its operands are.
_EXACT: Final = Context(prec=20_000, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])
_HUNDREDTH: Final = Decimal("0.01")
_ROOTS: Final = Context(prec=100, traps=[InvalidOperation, DivisionByZero, Overflow])


def plus(first: Decimal, *others: Decimal) -> Decimal:
    for other in others:
        first = _EXACT.add(first, other)
    return first


def minus(minuend: Decimal, subtrahend: Decimal) -> Decimal:
    return _EXACT.subtract(minuend, subtrahend)


def times(first: Decimal, *others: Decimal) -> Decimal:
    for other in others:
        first = _EXACT.multiply(first, other)
    return first


def percent(value: Decimal, percentage: Decimal) -> Decimal:
    """Return so many percent of a value."""
    return _EXACT.multiply(_EXACT.multiply(value, percentage), _HUNDREDTH)


def grown(value: Decimal, percentage: Decimal) -> Decimal:
    """Return a value that has grown by so many percent, or shrunk if the percentage is negative."""
    return _EXACT.add(value, percent(value, percentage))


def floor_to(value: Decimal, unit: Decimal, per: Decimal = ONE) -> Decimal:
    """Return the greatest multiple of ``unit`` that is not above ``value / per``."""
    count, rest = _EXACT.divmod(value, _EXACT.multiply(per, unit))
    if rest and (rest < 0) != (per < 0):
        count = _EXACT.subtract(count, ONE)
    return _EXACT.multiply(count, unit)


def ceil_to(value: Decimal, unit: Decimal, per: Decimal = ONE) -> Decimal:
    """Return the smallest multiple of ``unit`` that is not below ``value / per``."""
    count, rest = _EXACT.divmod(value, _EXACT.multiply(per, unit))
    if rest and (rest < 0) == (per < 0):
        count = _EXACT.add(count, ONE)
    return _EXACT.multiply(count, unit)


def half_up(value: Decimal, places: int, per: Decimal = ONE) -> Decimal:
    """Return ``value / per`` with so many decimals; a half is rounded away from zero."""
    count, rest = _EXACT.divmod(_EXACT.scaleb(value, places), per)
    if _EXACT.multiply(rest.copy_abs(), Decimal(2)) >= per.copy_abs():
        count = _EXACT.add(count, ONE if (rest < 0) == (per < 0) else ONE.copy_negate())
    return _EXACT.scaleb(count, -places)


def nearest_to(value: Decimal, unit: Decimal, per: Decimal = ONE) -> Decimal:
    """Return the multiple of ``unit`` that is nearest to ``value / per``; from the middle, away from zero."""
    return _EXACT.multiply(half_up(value, 0, per=_EXACT.multiply(per, unit)), unit)


def on_curve(first: Decimal, last: Decimal, part: int, whole: int) -> Decimal:
    """Return what has come of ``first`` that becomes ``last`` by ``whole`` equal factors, after ``part`` of them.

    It has a hundred digits, all of them right but the last few, which is the one thing here that is not exact.
    """
    if part in (0, whole):
        return last if part else first
    share = _ROOTS.divide(Decimal(part), Decimal(whole))
    growth = _ROOTS.subtract(_ROOTS.ln(last), _ROOTS.ln(first))
    return _ROOTS.multiply(first, _ROOTS.exp(_ROOTS.multiply(growth, share)))


def decimals(unit: Decimal) -> int:
    """Return how many decimals the multiples of a unit have."""
    exponent = unit.normalize(_EXACT).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def shown(value: Decimal) -> str:
    """Write a number as the texts of the API do: no exponent, no zeros at the end, one decimal at least."""
    if not value:
        return "0.0"
    text = f"{value.normalize(_EXACT):f}"
    return text if "." in text else f"{text}.0"
