"""Single values: their form on the wire, and how they are read and written without loss."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from uuid import UUID

import attrs

from threecommas_async.models.base import (
    BoolAsText,
    IntAsText,
    IntOrText,
    JsonValue,
    Month,
    UnixMilliseconds,
    UnixSeconds,
)
from threecommas_async.secret import Secret, concealed


class DecodeError(ValueError):
    """The data is not valid JSON, or lacks a required field."""


def plain(number: Decimal) -> str:
    """Write ``number`` in plain notation, unless its exponent would make that absurdly long."""
    return f"{number:f}" if -_LONGEST_PLAIN < number.adjusted() < _LONGEST_PLAIN else str(number)


def iso(instant: datetime) -> str:
    """Write an aware datetime as the API does: ISO 8601 with milliseconds, or with microseconds if it has any."""
    precision = "milliseconds" if instant.microsecond % 1000 == 0 else "microseconds"
    return instant.isoformat(timespec=precision).replace("+00:00", "Z")


@attrs.frozen
class Scalar:
    wire: object
    convert: Callable[[Any], object] | None
    read: Callable[[JsonValue], object]
    write: Callable[[Any], object] | None = None


_LONGEST_PLAIN: Final = 1000
_INTEGRAL: Final = re.compile(r"[+-]?\d+(?:\.0*)?", re.ASCII)
_MONTH: Final = re.compile(r"\d{4}-\d\d", re.ASCII)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_INSTANT: Final = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)", re.ASCII | re.IGNORECASE
)


def _finite(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise DecodeError("not a finite number")
    return value


def _read_decimal(value: JsonValue) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise DecodeError("not a number")
    try:
        return _finite(Decimal(value))
    except InvalidOperation:
        pass
    raise DecodeError("not a number")


def _read_bool(value: JsonValue) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise DecodeError("not a boolean")


def _read_int(value: JsonValue) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if type(value) is str and value.isdecimal() and value.isascii() and len(value) <= _LONGEST_PLAIN:
        return int(value)
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        value = plain(value)
    if isinstance(value, str) and len(value) <= _LONGEST_PLAIN and _INTEGRAL.fullmatch(value):
        return int(value.partition(".")[0])
    raise DecodeError("not an integer")


def _read_str(value: JsonValue) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise DecodeError("not a string")


def _read_instant(value: JsonValue) -> datetime:
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            pass
    raise DecodeError("not an ISO 8601 instant with a time zone")


def _read_date(value: JsonValue) -> date:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise DecodeError("not an ISO 8601 date")


def _read_uuid(value: JsonValue) -> UUID:
    if isinstance(value, str):
        try:
            return UUID(value)
        except ValueError:
            pass
    raise DecodeError("not a UUID")


def _read_month(value: JsonValue) -> date:
    if isinstance(value, str) and _MONTH.fullmatch(value):
        return _read_date(f"{value}-01")
    raise DecodeError("not a year and month")


def _write_month(value: date) -> str:
    return value.isoformat()[:7]


def _write_bool(value: bool) -> str:
    return "true" if value else "false"


def _read_int_or_text(value: JsonValue) -> int | str:
    return value if isinstance(value, str) else _read_int(value)


def _unix(unit: timedelta) -> Scalar:
    def read(value: JsonValue) -> datetime:
        try:
            return _EPOCH + _read_int(value) * unit
        except OverflowError:
            pass
        raise DecodeError("not a time that a datetime can hold")

    def write(value: datetime) -> int:
        number, rest = divmod(value - _EPOCH, unit)
        if rest:
            raise ValueError(
                f"{value.isoformat()} cannot be written as a whole number of {unit}: it is finer than that"
            )
        return number

    return Scalar(int, read, read, write)


SCALARS: Final[Mapping[Any, Scalar]] = {
    bool: Scalar(bool, None, _read_bool),
    int: Scalar(int, None, _read_int),
    str: Scalar(str, None, _read_str),
    Decimal: Scalar(Decimal, _finite, _read_decimal, plain),
    datetime: Scalar(str, _read_instant, _read_instant, iso),
    date: Scalar(str, _read_date, _read_date, date.isoformat),
    UUID: Scalar(str, _read_uuid, _read_uuid, str),
    Secret: Scalar(str, concealed, lambda value: Secret(_read_str(value)), Secret.reveal),
    UnixSeconds: _unix(timedelta(seconds=1)),
    UnixMilliseconds: _unix(timedelta(milliseconds=1)),
    Month: Scalar(str, _read_month, _read_month, _write_month),
    IntAsText: Scalar(str, _read_int, _read_int, str),
    BoolAsText: Scalar(str, _read_bool, _read_bool, _write_bool),
    IntOrText: Scalar(int | str, None, _read_int_or_text),
}
