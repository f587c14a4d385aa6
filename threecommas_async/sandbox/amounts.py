"""Exact arithmetic with amounts of money."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_DOWN, Context, Decimal
from typing import Final

EXACT: Final = Context(prec=200)

_LIKE_A_DOUBLE: Final = Context(prec=16)
_ZERO: Final = Decimal(0)


def total(amounts: Iterable[Decimal]) -> Decimal:
    result = _ZERO
    for amount in amounts:
        result = EXACT.add(result, amount)
    return result


def product(amount: Decimal, factor: Decimal) -> Decimal:
    return EXACT.multiply(amount, factor)


def share(part: Decimal, whole: Decimal) -> Decimal:
    """Return ``part`` as a percentage of ``whole``."""
    return _LIKE_A_DOUBLE.divide(product(part, Decimal(100)), whole) if whole else _ZERO


def rounded(amount: Decimal, places: int) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-places), context=EXACT)


def rounded_down(amount: Decimal, places: int) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_DOWN, context=EXACT)


def like_a_double(amount: Decimal) -> Decimal:
    """Round to the digits of a binary floating-point number, which is what the API has in some places."""
    return amount.normalize(_LIKE_A_DOUBLE)
