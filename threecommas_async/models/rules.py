"""What fields of Request classes must keep to beyond their type: bounds, words, lengths; goes with ``checked``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final, TypeVar, cast

from threecommas_async.models.base import Omitted
from threecommas_async.models.request import Money, exact, listed, money, number, pair_name

T = TypeVar("T")
Take = Callable[[str, object], object]

MOST_STEPS: Final = 4
"""The most steps that a take profit may have."""

_WHOLE: Final = Decimal(100)


def between(lowest: int | str, highest: int | str | None = None, *, exclusive: bool = False) -> Take:
    """Make a check of an exact number's bounds.

    :param exclusive: whether the bounds themselves are wrong already.
    """
    least, most = Decimal(lowest), None if highest is None else Decimal(highest)
    limits = f"at least {least:f}" if most is None else f"from {least:f} to {most:f}"
    if exclusive:
        limits = f"above {least:f}" if most is None else f"above {least:f} and below {most:f}"

    def take(name: str, value: object) -> Decimal:
        amount = exact(name, value)
        too_low = amount <= least if exclusive else amount < least
        too_high = most is not None and (amount >= most if exclusive else amount > most)
        if too_low or too_high:
            raise ValueError(f"{name} must be {limits}, not {amount:f}")
        return amount

    return take


def whole_number(lowest: int, highest: int | None = None) -> Take:
    """Make a check of an int's bounds."""
    limits = f"at least {lowest}" if highest is None else f"from {lowest} to {highest}"

    def take(name: str, value: object) -> int:
        count = number(name, value)
        if count < lowest or (highest is not None and count > highest):
            raise ValueError(f"{name} must be {limits}, not {count}")
        return count

    return take


def one_of(*words: str) -> Take:
    """Make a check of a word."""

    def take(name: str, value: object) -> object:
        if not isinstance(value, str) or value not in words:
            raise ValueError(f"{name} must be {' or '.join(map(repr, words))}, not {value!r}")
        return value

    return take


def text(*, shortest: int = 0, longest: int | None = None) -> Take:
    """Make a check of a text's length."""

    def take(name: str, value: object) -> object:
        if not isinstance(value, str):
            raise TypeError(f"{name} must be a str, not {type(value).__name__}")
        if len(value) < shortest or (longest is not None and len(value) > longest):
            bounds = f"at least {shortest}" if longest is None else f"from {shortest} to {longest}"
            raise ValueError(f"{name} must have {bounds} characters, not {len(value)}")
        return value

    return take


def instance(kind: type) -> Take:
    """Make a check of a value's class."""

    def take(name: str, value: object) -> object:
        if not isinstance(value, kind):
            raise TypeError(f"{name} must be of class {kind.__name__}, not {type(value).__name__}")
        return value

    return take


def each(take: Take, *, least: int = 0, example: str = "a list") -> Take:
    """Make a check of all items of a sequence.

    :param least: how many there must be.
    :param example: what would be right, for the message.
    """

    def take_all(name: str, value: object) -> object:
        if not isinstance(value, tuple):
            raise TypeError(f"{name} must be a sequence, such as {example}, not {type(value).__name__}")
        items = cast("tuple[object, ...]", value)
        if len(items) < least:
            raise ValueError(f"{name} must not be empty")
        for place, item in enumerate(items):
            take(f"{name}[{place}]", item)
        return items

    return take_all


def pairs(name: str, value: object) -> object:
    """Return ``value`` if it is a tuple of pairs, at least one and none twice."""
    items = cast("tuple[str, ...]", each(pair_name, least=1, example="['USDT_BTC']")(name, value))
    if len(set(items)) < len(items):
        raise ValueError(f"{name} has the same pair twice")
    return items


def check_shares(name: str, shares: Sequence[Decimal]) -> None:
    """Check the shares that the steps of a take profit sell, in percent.

    :raises ValueError: there are too many of them, or they are not the whole together.
    """
    if len(shares) > MOST_STEPS:
        raise ValueError(f"{name} may have at most {MOST_STEPS} steps, not {len(shares)}")
    total = sum(shares, Decimal(0))
    if shares and total != _WHOLE:
        raise ValueError(f"the shares (amount_percentage) of {name} must sum to 100, not {total:f}")


def check_timeout(enabled: bool | Omitted | None, seconds: int | Omitted | None) -> None:
    """Check that the timeout of a stop loss says how long it is if it is on."""
    if enabled is True and (isinstance(seconds, Omitted) or seconds is None):
        raise ValueError("stop_loss_timeout_in_seconds is required when stop_loss_timeout_enabled is on")


# Converters, as those of request.py: what cannot be converted is left for the field's validator to refuse by name.


def money_if_given(value: Money | Omitted) -> Decimal | Omitted:
    """Take in a number that may not be sent, but is never null."""
    return value if isinstance(value, Omitted) else money(value)


def as_tuple(value: Sequence[T]) -> tuple[T, ...]:
    """Take in a sequence; what is none, and a text, goes on to the validator, which names the field.

    Not a converter by itself: mypy does not see what it makes of which field.
    """
    return listed(value) if isinstance(cast("object", value), Sequence) else cast("tuple[T, ...]", value)


def texts(value: Sequence[str]) -> tuple[str, ...]:
    """Take in a sequence of texts."""
    return as_tuple(value)
