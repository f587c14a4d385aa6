"""Checks of the arguments of controls; the messages name what is wrong."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

Amount = Decimal | str | int
"""An amount or a price; never a float, which is not exact."""


def checked_amount(name: str, value: object, *, above_zero: bool = True) -> Decimal:
    """Return an amount.

    :raises TypeError: it is a float, or not a number.
    :raises ValueError: it is not finite, or too small.
    """
    if isinstance(value, float):
        raise TypeError(f"{name} must be a Decimal, a str or an int: a float is not exact")
    if isinstance(value, bool) or not isinstance(value, Decimal | str | int):
        raise TypeError(f"{name} must be a Decimal, a str or an int, not {type(value).__name__}")
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise ValueError(f"{name} must be a number, not {value!r}") from None
    if not amount.is_finite() or amount < 0 or (above_zero and not amount):
        raise ValueError(f"{name} must be a number {'above' if above_zero else 'of at least'} 0, not {value}")
    return amount


def checked_text(name: str, value: object) -> str:
    """Return a text.

    :raises TypeError: it is not a str.
    :raises ValueError: it is empty.
    """
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, not {type(value).__name__}")
    if not value:
        raise ValueError(f"{name} must not be empty")
    return value


def checked_id(name: str, value: object) -> int:
    """Return an id.

    :raises TypeError: it is not an int.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be an int, not {type(value).__name__}")
    return value


def checked_count(name: str, value: object) -> int:
    """Return a count.

    :raises TypeError: it is not an int.
    :raises ValueError: it is negative.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be an int, not {type(value).__name__}")
    if value < 0:
        raise ValueError(f"{name} must be at least 0, not {value}")
    return value


def checked_share(name: str, value: object) -> float:
    """Return a share.

    :raises TypeError: it is not a number.
    :raises ValueError: it is not from 0 to 1.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} must be a number from 0 to 1, not {type(value).__name__}")
    if not 0 <= value <= 1:
        raise ValueError(f"{name} must be from 0 to 1, not {value}")
    return value
