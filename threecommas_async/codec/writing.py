"""The writers of queries and bodies: both exact, at any depth of nesting.

Decimals are written in plain notation, as strings; booleans as ``true`` and ``false``; datetimes must be aware. A
``float`` is rejected, because it has already lost digits.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final, cast
from urllib.parse import quote, urlencode
from uuid import UUID

import attrs
import msgspec

from threecommas_async.codec.scalars import iso, plain
from threecommas_async.codec.wire import json_key
from threecommas_async.models.base import OMITTED
from threecommas_async.models.request import Request
from threecommas_async.redaction import encodable
from threecommas_async.secret import Secret, secret_text

_DEEPEST: Final = 100
_ENCODER: Final = msgspec.json.Encoder(enc_hook=Secret.reveal)


@attrs.frozen
class Number:
    """A decimal that is a number in JSON, with every digit, where nearly all of the API's are texts."""

    value: Decimal


def write_query(fields: Mapping[str, object]) -> str:
    """Write a query string; exactly these characters are signed and sent.

    Lists become ``name[]=1&name[]=2`` and mappings ``name[key]=value``, as the API's framework reads them. A query
    has no null: a value that is None or ``OMITTED`` is left out.

    :raises TypeError: a value is a ``float`` or of another class that cannot be written exactly.
    :raises ValueError: a datetime is naive, a number is not finite, or a text cannot be encoded.
    """
    return urlencode([*_pairs(fields)], quote_via=quote, safe="")


def write_body(fields: Mapping[str, object]) -> bytes:
    """Write a JSON body, with the fields in the given order. None is null; ``OMITTED`` is left out.

    :raises TypeError: a value is a ``float`` or of another class that cannot be written exactly.
    :raises ValueError: a datetime is naive, a number is not finite, or a text cannot be encoded.
    """
    return _ENCODER.encode(_mapping(fields, "", 0))


def _pairs(fields: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in fields.items():
        if value is None or value is OMITTED:
            continue
        yield from _flattened(encodable("the name of a parameter", name), value_of(value, name))


def _flattened(name: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in cast("dict[str, object]", value).items():
            yield from _flattened(f"{name}[{key}]", item)
    elif isinstance(value, list):
        for item in cast("list[object]", value):
            yield from _flattened(f"{name}[]", item)
    elif isinstance(value, Secret):
        yield name, value.reveal()
    elif value is not None:
        yield name, ("true" if value else "false") if isinstance(value, bool) else str(value)


def value_of(value: object, name: str) -> object:
    """Return the form of ``value`` in JSON: a str, int, bool, None or Secret, or a list or dict of them.

    :param name: its name in error messages.
    """
    return _written(value, name, 0)


def _written(value: object, name: str, depth: int) -> object:
    write = _EXACTLY.get(type(value))
    if write is not None:
        return write(value, name)
    if isinstance(value, enum.Enum) and value is not OMITTED:
        return _written(value.value, name, depth)
    if depth > _DEEPEST:
        raise ValueError(f"{name} is nested too deeply")
    if isinstance(value, Mapping):
        return _mapping(cast("Mapping[object, object]", value), name, depth)
    if isinstance(value, Request):
        fields = {json_key(field): getattr(value, field.name) for field in attrs.fields(type(value))}
        return _mapping(fields, name, depth)
    if isinstance(value, (Sequence, set, frozenset)) and not isinstance(value, (str, bytes, bytearray)):
        items = cast("Iterable[object]", value)
        return [_written(item, f"{name}[{place}]", depth + 1) for place, item in enumerate(items)]
    for kind, written in _EXACTLY.items():
        if isinstance(value, kind):
            return written(value, name)
    if isinstance(value, float):
        raise TypeError(f"{name} must be a Decimal or a str, not a float, which is not exact")
    raise TypeError(f"{name} cannot be sent: {type(value).__name__} has no exact form in JSON")


def _mapping(fields: Mapping[Any, object], name: str, depth: int) -> dict[str, object]:
    written: dict[str, object] = {}
    for key, value in fields.items():
        if type(key) is not str:
            raise TypeError(f"the keys of {name or 'a body'} must be strings, not {type(key).__name__}")
        if not key.isascii():
            encodable("a key", key)
        if type(value) is str and value.isascii():  # most of what is sent
            written[key] = value
        elif value is not OMITTED:
            written[key] = _written(value, f"{name}.{key}" if name else key, depth + 1)
    return written


def _decimal(value: Decimal, name: str) -> str:
    if not value.is_finite():
        raise ValueError(f"{name} must be a finite number, not {value}")
    return plain(value)


def _instant(value: datetime, name: str) -> str:
    if value.utcoffset() is None:
        raise ValueError(f"{name} must be an aware datetime, with a time zone such as datetime.UTC")
    return iso(value.astimezone(UTC))


def _as_it_is(value: object, _name: str) -> object:
    return value


# By exact class first; subclasses (an IntEnum, a str of another library) fall back to the first that fits.
_EXACTLY: Final[Mapping[type, Callable[[Any, str], object]]] = {
    str: lambda value, name: encodable(name, str.__str__(value)),
    bool: _as_it_is,
    int: lambda value, _: int(value),
    type(None): _as_it_is,
    Decimal: _decimal,
    datetime: _instant,
    date: lambda value, _: value.isoformat(),
    UUID: lambda value, _: str(value),
    Number: lambda value, name: msgspec.Raw(_decimal(value.value, name).encode()),
    Secret: lambda value, name: secret_text(name, value, shortest=0),
}
