"""What the API is sent where that is more than a few flat values, and how its fields take in what they are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Self, TypeVar, cast

import attrs

from threecommas_async.models.base import OMITTED, Omitted

T = TypeVar("T")
Money = Decimal | str | int
"""What is taken for an amount, a price or a percentage. A ``float`` is not: it has lost digits before it comes here."""

_SEPARATOR: Final = "_"


@attrs.frozen(kw_only=True, repr=False)
class Request:
    """Base of what the API is sent where that is more than a few flat values.

    Fields that are :data:`~threecommas_async.OMITTED` are not sent; those that are None are sent as null. A field that
    does not exist, or a value of the wrong type, is refused by type checkers and when the object is made.
    """

    def __repr__(self) -> str:
        given = [(field.name, getattr(self, field.name)) for field in attrs.fields(type(self))]
        shown = ", ".join(f"{name}={value!r}" for name, value in given if value is not OMITTED)
        return f"{type(self).__name__}({shown})"

    def evolved(self, changes: Mapping[str, object]) -> Self:
        """Return a copy with other values for some fields; classes with an ``edit`` offer it typed, as ``evolve``.

        :raises TypeError: there is no such field, or a value is of the wrong type.
        :raises ValueError: a value cannot be right, or does not go with the others.
        """
        known = [field.name for field in attrs.fields(type(self))]
        for name in changes:
            if name not in known:
                raise TypeError(f"{type(self).__name__} has no field {name!r}{_similar(name, known)}")
        return attrs.evolve(self, **cast("dict[str, Any]", changes))


def _similar(name: str, known: list[str]) -> str:
    from difflib import get_close_matches  # imported where used: only a mistake needs it

    close = get_close_matches(name, known, 1)
    return f"; did you mean {close[0]!r}?" if close else ""


def exact(name: str, value: object) -> Decimal:
    """Return ``value`` as a Decimal with every digit.

    :raises TypeError: it is not a Decimal, str or int.
    :raises ValueError: it is not a finite number.
    """
    if isinstance(value, float):
        raise TypeError(f"{name} must be a Decimal or a str, not a float, which is not exact")
    if isinstance(value, bool) or not isinstance(value, (Decimal, str, int)):
        raise TypeError(f"{name} must be a Decimal, a str or an int, not {type(value).__name__}")
    # Underscores are Python's own way of writing numbers, and nobody's of writing money.
    number = None
    if not isinstance(value, str) or _SEPARATOR not in value:
        try:
            number = Decimal(value)
        except InvalidOperation:
            number = None
    if number is None or not number.is_finite():
        raise ValueError(f"{name} must be a finite number, such as '2.5', not {str(value)[:40]!r}")
    return number


def pair_name(name: str, value: object) -> str:
    """Return ``value`` if it names a pair: quote currency, underscore, base currency."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, not {type(value).__name__}")
    quote, separator, base = value.partition(_SEPARATOR)
    if not (quote and separator and base) or value != value.strip() or "/" in value:
        raise ValueError(f"{name} must be a pair with the quote currency first, such as 'USDT_BTC', not {value!r}")
    return value


def word(name: str, value: object) -> str:
    """Return ``value`` if it is a word."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, not {type(value).__name__}")
    if not value:
        raise ValueError(f"{name} must not be empty")
    return value


def number(name: str, value: object) -> int:
    """Return ``value`` if it is an int."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} must be an int, not {type(value).__name__}")
    return int(value)


def flag(name: str, value: object) -> bool:
    """Return ``value`` if it is a bool."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be a bool, not {type(value).__name__}")
    return value


# Converters for attrs fields. Type checkers read the annotations. A converter does not know its field: what cannot be
# converted is left as it is, for the field's validator to refuse by name.


def money(value: Money) -> Decimal:
    """Take in a number; goes with the validator ``checked(exact)``."""
    try:
        return exact("", value)
    except (TypeError, ValueError):
        return cast("Decimal", value)


def money_or_none(value: Money | None) -> Decimal | None:
    """Take in a number that may be null; goes with the validator ``checked(exact, null=True)``."""
    return None if value is None else money(value)


def money_or_omitted(value: Money | Omitted | None) -> Decimal | Omitted | None:
    """Take in a number that may be null or not sent; goes with ``checked(exact, null=True, omitted=True)``."""
    return value if value is None or value is OMITTED else money(value)


def listed(value: Sequence[T]) -> tuple[T, ...]:
    """Take in a sequence; a text is none, and goes on to the validator as it is."""
    return cast("tuple[T, ...]", value) if isinstance(value, (str, bytes)) else tuple(value)


def checked(
    take: Callable[[str, object], object], *, null: bool = False, omitted: bool = False
) -> Callable[[Any, attrs.Attribute[Any], Any], None]:
    """Make an attrs validator of one of the functions above.

    :param null: whether None is right, too.
    :param omitted: whether OMITTED is right, too.
    """

    def validate(_: Any, field: attrs.Attribute[Any], value: object) -> None:
        if (value is None and null) or (value is OMITTED and omitted):
            return
        if value is None or value is OMITTED:
            raise TypeError(f"{field.name} must not be {value!r}")
        take(field.name, value)

    return validate
