"""The one converter: JSON to attrs classes and back, every number exact.

There are two ways of reading, with the same result. The quick one lets msgspec decode into a *wire form* of the class,
a strict :class:`msgspec.Struct`, and copies that over. What it rejects (a new field, a number where a string was
documented, ``"14.0"`` for an integer) is read again in the tolerant way: field by field, converting what can be
converted without loss, and keeping the rest raw under ``unrecognized``. A list is read item by item, and a field that
has come otherwise than documented once is known to the wire form from then on, so that neither costs much.

The tolerant way is a cattrs converter, whose hooks for scalars are strict where cattrs is not by default
(``bool("false")`` is ``True``, ``int(1.9)`` is ``1``, ``str(None)`` is ``"None"``).
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar, cast

import msgspec

from threecommas_async.codec.converter import the_converter
from threecommas_async.codec.plain_values import to_dict
from threecommas_async.codec.reading import LARGE, exactly, exactly_in_slices, reader
from threecommas_async.codec.scalars import DecodeError, iso, plain
from threecommas_async.codec.writing import Number, value_of, write_body, write_query
from threecommas_async.models.base import JsonValue

__all__ = [
    "LARGE",
    "DecodeError",
    "Number",
    "decode_json",
    "from_decoded",
    "from_documented_json",
    "from_json",
    "from_json_in_slices",
    "iso",
    "plain",
    "to_dict",
    "to_json",
    "value_of",
    "write_body",
    "write_query",
]

T = TypeVar("T")


def from_json(data: bytes | str, kind: type[T]) -> T:
    """Read JSON, as the API sends it, into ``kind``.

    Numbers and decimal strings become :class:`~decimal.Decimal` with every digit and sign. A field that ``kind`` does
    not know, or a value that cannot be read without loss, is kept raw in the object's ``unrecognized``, and the
    attribute is None. An item of a list that cannot be read at all is skipped. One log warning names each of them.

    :param data: the JSON, in UTF-8.
    :param kind: a model class such as :class:`~threecommas_async.Account`, or a list of one: ``list[Account]``.
    :raises DecodeError: (a :class:`ValueError`) ``data`` is not valid JSON, or lacks a required field.
    """
    read = reader(kind, None).read(data)
    return read if read is not None else cast("T", from_decoded(decode_json(data), kind))


def from_documented_json(data: bytes | str, kind: type[T], envelope: str | None = None) -> T | None:
    """Read JSON into ``kind`` if it is as documented, or otherwise in a way that is known; return None if not.

    A list is always read, unless it is not valid JSON.

    :param envelope: the key of the JSON object that it is wrapped in, if it is.
    """
    return cast("T | None", reader(kind, envelope).read(data))


def from_json_in_slices(
    data: bytes | str, kind: type[T] | None, envelope: str | None = None
) -> Generator[None, None, T | JsonValue]:
    """Read a list as :func:`from_documented_json` and :func:`decode_json` do, in slices of about a millisecond.

    What drives it gives others a turn between them. Returns None if it is not a list, or not valid JSON.

    :param kind: a list of a model; None for exact JSON.
    :param envelope: the key of the JSON object that the list is wrapped in, if it is.
    """
    return exactly_in_slices(data) if kind is None else reader(kind, envelope).in_slices(data)


def to_json(value: object) -> bytes:
    """Write a model object, or a list of them, as the API would have sent it.

    Decimals are written as strings in plain notation, so that no reader turns them into binary floating point;
    ``unrecognized`` values go back where they came from. Secret fields are written as they are: treat the
    result as secret.
    """
    return msgspec.json.encode(the_converter().unstructure(value))


def decode_json(data: bytes | str) -> JsonValue:
    """Decode JSON without a class in mind, numbers exact.

    :raises DecodeError: ``data`` is not strict JSON (``NaN``, bad UTF-8), or its numbers or nesting are too large.
    """
    return exactly(data)


def from_decoded(data: JsonValue, kind: type[T] | None, envelope: str | None = None) -> T | JsonValue:
    """Read decoded JSON into ``kind`` in the tolerant way, as :func:`from_json` does with undocumented data.

    :param kind: the class, or None to return ``data`` unchanged.
    :param envelope: the key of the JSON object that it is wrapped in, if it is.
    :raises DecodeError: ``data`` lacks a required field, or the envelope.
    """
    if envelope is not None:
        if not isinstance(data, dict) or envelope not in data:
            raise DecodeError(f"it is not wrapped in {envelope!r}")
        data = data[envelope]
    if kind is None:
        return data
    reader(kind, envelope).learn(data)
    try:
        return the_converter().structure(data, kind)
    except RecursionError:
        problem = "nested too deeply"
    except DecodeError as error:
        problem = str(error)
    raise DecodeError(problem)
