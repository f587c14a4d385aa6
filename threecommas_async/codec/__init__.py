"""The one converter: JSON to attrs classes and back, every number exact.

Reading has two ways with one result. The quick one lets msgspec decode straight into a *wire form* of the class, a
strict :class:`msgspec.Struct`, and copies that over. Whatever it refuses (a new field, a number where a string was
documented, ``"14.0"`` for an integer) is read once more by the tolerant way: field by field, converting what can be
converted without loss, and keeping the rest raw under ``unrecognized``.

In between stands one cattrs converter. Its hooks for attrs classes take either form; those for scalars are strict where
cattrs by itself is not (``bool("false")`` is ``True``, ``int(1.9)`` is ``1``, ``str(None)`` is ``"None"``).
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeVar, cast

import msgspec

from threecommas_async.codec.converter import CONVERTER
from threecommas_async.codec.plain_values import to_dict
from threecommas_async.codec.scalars import DecodeError, iso, plain
from threecommas_async.codec.wire import wire_form
from threecommas_async.codec.writing import value_of, write_body, write_query
from threecommas_async.models.base import JsonValue

__all__ = [
    "DecodeError",
    "decode_json",
    "from_decoded",
    "from_documented_json",
    "from_json",
    "iso",
    "plain",
    "to_dict",
    "to_json",
    "value_of",
    "write_body",
    "write_query",
]

T = TypeVar("T")

_EXACT: Final = msgspec.json.Decoder(float_hook=Decimal)


def from_json(data: bytes | str, kind: type[T]) -> T:
    """Read JSON, as the API sends it, into ``kind``.

    Numbers and decimal strings become :class:`~decimal.Decimal` with every digit and sign. What ``kind`` does not
    know, or cannot read without loss, is kept raw in the object's ``unrecognized``, and the attribute is then None. Of
    a list, an item that cannot be read at all is left out. One log warning names each.

    :param data: UTF-8 JSON.
    :param kind: a model class such as :class:`~threecommas_async.Account`, or a list of one: ``list[Account]``.
    :raises DecodeError: (a :class:`ValueError`) ``data`` is not valid JSON, or lacks a required field.
    """
    read = from_documented_json(data, kind)
    return read if read is not None else cast("T", from_decoded(decode_json(data), kind))


def from_documented_json(data: bytes | str, kind: type[T], envelope: str | None = None) -> T | None:
    """Read JSON into ``kind`` if it holds what is documented and nothing else; otherwise return None.

    :param envelope: the key of the JSON object that it is wrapped in, if it is.
    """
    read = _quick_way(cast("Any", kind), envelope)
    try:
        return cast("T", read(data))
    except (ValueError, RecursionError, InvalidOperation):
        return None


def to_json(value: object) -> bytes:
    """Write a model object, or a list of them, as the API would have sent it.

    Decimals are written as strings in plain notation, so that no reader turns them into binary floating point;
    ``unrecognized`` values go back where they came from. Secret fields are written as they are: treat the
    result as secret.
    """
    return msgspec.json.encode(CONVERTER.unstructure(value))


def decode_json(data: bytes | str) -> JsonValue:
    """Decode JSON without a class in mind, numbers exact.

    :raises DecodeError: ``data`` is not strict JSON: ``NaN``, bad UTF-8, numbers or nesting beyond all reason.
    """
    try:
        return cast("JsonValue", _EXACT.decode(data))
    except (ValueError, RecursionError, InvalidOperation) as error:
        problem = str(error) if isinstance(error, msgspec.DecodeError) else type(error).__name__
    raise DecodeError(f"not valid JSON: {problem}")


def from_decoded(data: JsonValue, kind: type[T] | None, envelope: str | None = None) -> T | JsonValue:
    """Read decoded JSON into ``kind`` the tolerant way, as :func:`from_json` does with what is not as documented.

    :param kind: None leaves it as it is.
    :param envelope: the key of the JSON object that it is wrapped in, if it is.
    :raises DecodeError: ``data`` lacks a required field, or the envelope.
    """
    if envelope is not None:
        if not isinstance(data, dict) or envelope not in data:
            raise DecodeError(f"it is not wrapped in {envelope!r}")
        data = data[envelope]
    if kind is None:
        return data
    try:
        return CONVERTER.structure(data, kind)
    except RecursionError:
        problem = "nested too deeply"
    except DecodeError as error:
        problem = str(error)
    raise DecodeError(problem)


@functools.cache
def _quick_way(kind: Any, envelope: str | None) -> Callable[[bytes | str], Any]:
    structure = CONVERTER.get_structure_hook(kind)
    on_the_wire = wire_form(kind)
    if envelope is None:
        decode = msgspec.json.Decoder(on_the_wire, float_hook=Decimal).decode
        return lambda data: structure(decode(data), kind)
    wrapped = msgspec.defstruct("Wrapped", [(envelope, on_the_wire)], forbid_unknown_fields=True, gc=False)
    unwrap, content = msgspec.json.Decoder(wrapped, float_hook=Decimal).decode, operator.attrgetter(envelope)
    return lambda data: structure(content(unwrap(data)), kind)
