"""Amounts of money: added and multiplied with every digit, and written in the ways in which the API writes them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_DOWN, Context, Decimal
from typing import Final

import msgspec

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


def plain(amount: Decimal) -> str:
    """Write an amount without an exponent, with every digit."""
    return f"{amount:f}"


def shortened(amount: Decimal) -> str:
    """Write an amount without an exponent and without zeros at its end, but with one decimal at least: ``"25.0"``."""
    text = f"{amount.normalize(EXACT):f}" if amount else "0"
    return text if "." in text else f"{text}.0"


def number(amount: Decimal) -> msgspec.Raw:
    """Return a bare JSON number with every digit, and with an exponent if it is a small one."""
    small = amount and amount.adjusted() < -6
    return msgspec.Raw((str(amount.normalize(EXACT)) if small else shortened(amount)).encode())
