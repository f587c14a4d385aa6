"""The readers of form fields: texts, numbers, words, moments."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final, TypeVar, cast

from threecommas_async.sandbox.http.forms import INVALID, UNKNOWN_VALUE, Draft, Reader, WrongValueError

T = TypeVar("T")
W = TypeVar("W", bound=str)

_WHOLE_NUMBER: Final = re.compile(r"[0-9]{1,18}")
_AMOUNT: Final = re.compile(r"-?[0-9]{1,20}(\.[0-9]{0,40})?")
_LARGEST_ID: Final = 10**18 - 1
_LARGEST: Final = Decimal(10) ** 20
_FINEST: Final = -40


def text(*, minimum: int = 0, maximum: int | None = None, too_long: str | None = None) -> Reader[str]:
    """Read a text of ``minimum`` to ``maximum`` characters; numbers count as text, as they do in a form.

    :param too_long: the reason if there are more than ``maximum``.
    """

    def read(value: object, _: Draft) -> str:
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            raise WrongValueError(INVALID)
        if len(value) < minimum:
            raise WrongValueError(f"is too short (minimum is {minimum} characters)")
        if maximum is not None and len(value) > maximum:
            raise WrongValueError(too_long or f"is too long (maximum is {maximum} characters)")
        return value

    return Reader(read, blank_is_absent=not minimum)


def whole_number(*, minimum: int = 0, maximum: int = 999_999_999) -> Reader[int]:
    """Read a whole number between two bounds."""

    def read(value: object, _: Draft) -> int:
        if isinstance(value, str) and _WHOLE_NUMBER.fullmatch(value):
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and minimum <= value <= maximum:
            return value
        raise WrongValueError(INVALID)

    return Reader(read)


def identifier() -> Reader[int]:
    """Read an id; ids of deals and orders need more than 31 bits."""
    return whole_number(maximum=_LARGEST_ID)


def amount(
    *,
    minimum: Decimal | int | None = None,
    maximum: Decimal | int | None = None,
    exclusive: bool = False,
) -> Reader[Decimal]:
    """Read a number with every digit, sent as a JSON number or a text.

    :param exclusive: whether the bounds are excluded.
    """

    def read(value: object, _: Draft) -> Decimal:
        found = _decimal(value)
        if minimum is not None and (found < minimum or (exclusive and found == minimum)):
            raise WrongValueError(f"must be greater than {'' if exclusive else 'or equal to '}{minimum}")
        if maximum is not None and (found > maximum or (exclusive and found == maximum)):
            raise WrongValueError(f"must be less than {'' if exclusive else 'or equal to '}{maximum}")
        return found

    return Reader(read, blank_is_absent=True)


def _decimal(value: object) -> Decimal:
    if isinstance(value, str) and _AMOUNT.fullmatch(value):
        return Decimal(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise WrongValueError(INVALID)
    found = Decimal(value)
    exponent = found.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < _FINEST or not -_LARGEST < found < _LARGEST:
        raise WrongValueError(INVALID)
    return found


def flag() -> Reader[bool]:
    """Read a boolean; in a query or a form it is a word."""

    def read(value: object, _: Draft) -> bool:
        if isinstance(value, bool):
            return value
        if value in ("true", "false"):
            return value == "true"
        raise WrongValueError(INVALID)

    return Reader(read)


def choice(allowed: Collection[str] | Callable[[Draft], Collection[str] | None]) -> Reader[str]:
    """Read one of the allowed words, which may depend on the draft; any word, if they cannot be determined."""

    def read(value: object, draft: Draft) -> str:
        word = text().read(value, draft)
        words = allowed(draft) if callable(allowed) else allowed
        if words is not None and word not in words:
            raise WrongValueError(UNKNOWN_VALUE)
        return word

    return Reader(read, blank_is_absent=True)


def word(*allowed: W) -> Reader[W]:
    """Read one of the allowed words, keeping their literal type."""
    return cast("Reader[W]", choice(allowed))


def options() -> Reader[Mapping[str, str]]:
    """Read an object and convert its values to texts."""

    def read(value: object, _: Draft) -> Mapping[str, str]:
        if not isinstance(value, dict):
            raise WrongValueError(INVALID)
        return {name: str(one) for name, one in cast("dict[str, object]", value).items()}

    return Reader(read)


def member(named: Mapping[str, T]) -> Reader[T]:
    """Read a word, and return what it stands for in ``named``."""

    def read(value: object, draft: Draft) -> T:
        return named[choice(named).read(value, draft)]

    return Reader(read, blank_is_absent=True)


def words(allowed: Callable[[Draft], Collection[str]], *, minimum: int = 0) -> Reader[list[str]]:
    """Read a list of words, each one of ``allowed``, and drop repetitions."""

    def read(value: object, draft: Draft) -> list[str]:
        items = cast("list[object]", value) if isinstance(value, list) else None
        if items is None or len(items) < minimum or not all(isinstance(item, str) for item in items):
            raise WrongValueError(INVALID)
        if not all(item in allowed(draft) for item in items):
            raise WrongValueError(UNKNOWN_VALUE)
        return [str(item) for item in dict.fromkeys(items)]

    return Reader(read)


def moment() -> Reader[datetime]:
    """Read a moment in ISO 8601; UTC if it has no time zone."""

    def read(value: object, draft: Draft) -> datetime:
        try:
            found = datetime.fromisoformat(text().read(value, draft))
        except ValueError:
            raise WrongValueError(INVALID) from None
        return found if found.tzinfo is not None else found.replace(tzinfo=UTC)

    return Reader(read, blank_is_absent=True)


def day(pattern: str) -> Reader[date]:
    """Read a day that is written exactly in the format ``pattern``, such as ``"%Y-%m-%d"``."""

    def read(value: object, draft: Draft) -> date:
        given = text().read(value, draft)
        try:
            found = datetime.strptime(given, pattern).replace(tzinfo=UTC).date()
        except ValueError:
            raise WrongValueError(INVALID) from None
        # strptime also accepts a single digit for a month or a day.
        if len(given) != len(f"{found:{pattern}}"):
            raise WrongValueError(INVALID)
        return found

    return Reader(read, blank_is_absent=True)
