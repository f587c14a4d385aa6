"""Checks of arguments that several resources share; each names the argument and what would be right."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import cast
from uuid import UUID

from threecommas_async import codec
from threecommas_async.redaction import encodable
from threecommas_async.secret import Secret, secret_text


def given(**fields: object) -> dict[str, object]:
    """Return the fields that were given: in a flat call, None is an argument that was not."""
    return {name: value for name, value in fields.items() if value is not None}


def required_text(name: str, value: object, *, shortest: int = 1, when: str = "") -> str:
    """Return ``value`` if it is a str of at least ``shortest`` characters."""
    if value is None or value == "":
        raise ValueError(f"{name} is required{when}")
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, not {type(value).__name__}")
    if len(value) < shortest:
        raise ValueError(
            f"{name} is too short: it must have at least {shortest} character{'s' if shortest > 1 else ''}"
        )
    return value if value.isascii() else encodable(name, value)


def optional_secret(name: str, value: object, *, shortest: int = 1) -> Secret | None:
    """Return ``value`` as a Secret if it is None or a text of at least ``shortest`` characters."""
    return None if value is None else secret_text(name, value, shortest=shortest)


def text(name: str, value: object, *, shortest: int = 1) -> str | None:
    """Return ``value`` if it is None or a str of at least ``shortest`` characters."""
    return None if value is None else required_text(name, value, shortest=shortest)


def texts(name: str, value: object, example: str, *, may_be_empty: bool = False) -> list[str] | None:
    """Return ``value`` as a list if it is None or a sequence of non-empty strs; one str is not taken for a sequence."""
    if value is None:
        return None
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        items = list(cast("Iterable[object]", value))
        right = all(isinstance(item, str) and item for item in items) and (bool(items) or may_be_empty)
    else:
        items, right = [], False
    if not right:
        raise TypeError(f"{name} must be a sequence of strings, such as {example}")
    return cast("list[str]", items)


def in_range(name: str, value: object, lowest: int, highest: int | None = None) -> int | None:
    """Return ``value`` if it is None or an int from ``lowest`` to ``highest``."""
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} must be an int, not {type(value).__name__}")
    if value < lowest or (highest is not None and value > highest):
        bounds = f"from {lowest} to {highest}" if highest is not None else f"at least {lowest}"
        raise ValueError(f"{name} must be {bounds}, not {value}")
    return value


def identifier(name: str, value: object, *words: str) -> int | str:
    """Return ``value`` if it can be an id: an int of at least 0, or one of the words that stand for one."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return int(value)
    if isinstance(value, str) and value in words:
        return value
    allowed = "".join(f" or {word!r}" for word in words)
    raise ValueError(f"{name} must be an int of at least 0{allowed}, not {value!r}")


def uuid(name: str, value: object) -> UUID:
    """Return ``value`` as a UUID if it is one, or the text of one."""
    if isinstance(value, UUID):
        return value
    problem = isinstance(value, str)
    if isinstance(value, str):
        try:
            return UUID(value)
        except ValueError:
            problem = True
    raise (ValueError if problem else TypeError)(f"{name} must be a UUID, not {value!r}")


def flag(name: str, value: object) -> bool | None:
    """Return ``value`` if it is None or a bool."""
    if value is None or isinstance(value, bool):
        return value
    raise TypeError(f"{name} must be a bool, not {type(value).__name__}")


def one_of(name: str, value: object, *allowed: str) -> str | None:
    """Return ``value`` if it is None or one of the words that are allowed."""
    if value is None or (isinstance(value, str) and value in allowed):
        return value
    raise ValueError(f"{name} must be {' or '.join(map(repr, allowed))}, not {value!r}")


def day(name: str, value: object) -> str | None:
    """Return ``YYYY-MM-DD`` if ``value`` is a date; a datetime is none, for its day depends on the time zone."""
    if value is None:
        return None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise TypeError(f"{name} must be a datetime.date, not {type(value).__name__}")
    return value.isoformat()


def year_and_month(name: str, value: object) -> str | None:
    """Return ``YYYY-MM`` if ``value`` is a date."""
    iso = day(name, value)
    return None if iso is None else iso[:7]


def required_moment(name: str, value: object) -> str:
    """Return ISO 8601 in UTC if ``value`` is an aware datetime, and the day alone if it is a date."""
    if not isinstance(value, date):
        raise TypeError(f"{name} must be an aware datetime.datetime or a datetime.date, not {type(value).__name__}")
    if not isinstance(value, datetime):
        return value.isoformat()
    if value.utcoffset() is None:
        raise ValueError(f"{name} must be an aware datetime, with a time zone such as datetime.UTC")
    return codec.iso(value.astimezone(UTC))


def moment(name: str, value: object) -> str | None:
    """Return what :func:`required_moment` does, or None for None."""
    return None if value is None else required_moment(name, value)
