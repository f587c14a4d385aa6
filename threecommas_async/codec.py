"""The one converter: JSON to attrs classes and back, every number exact.

Reading has two ways with one result. The quick one lets msgspec decode straight into a *wire form* of the class, a
strict :class:`msgspec.Struct`, and copies that over. Whatever it balks at (a new field, a number where a string was
documented, ``"14.0"`` for an integer) is read once more by the tolerant way: field by field, converting what can be
converted without loss, and keeping the rest raw under ``unrecognized``.

In between stands one cattrs converter. Its hooks for attrs classes take either form; those for scalars are strict where
cattrs by itself is not (``bool("false")`` is ``True``, ``int(1.9)`` is ``1``, ``str(None)`` is ``"None"``).
"""

from __future__ import annotations

import functools
import logging
import operator
import re
import types
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Final, TypeVar, Union, cast, get_args, get_origin
from uuid import UUID

import attrs
import cattrs
import msgspec

from threecommas_async.credentials import Secret
from threecommas_async.models.base import JSON_KEY, IntOrText, JsonValue, Month, UnixMilliseconds, UnixSeconds

T = TypeVar("T")

_WRITTEN_AS_THEY_ARE: Final = frozenset({str, int, bool})
_LOGGER: Final = logging.getLogger("threecommas_async.codec")


class DecodeError(ValueError):
    """The data is no JSON, or lacks what the class cannot do without."""


def from_json(data: bytes | str, kind: type[T]) -> T:
    """Read JSON, as the API sends it, into ``kind``.

    Numbers and decimal strings become :class:`~decimal.Decimal` with every digit and sign. What ``kind`` does not
    know, or cannot read without loss, is kept raw in the object's ``unrecognized``, and the attribute is then None. Of
    a list, an item that cannot be read at all is left out. One log warning names each.

    :param data: UTF-8 JSON.
    :param kind: a model class such as :class:`~threecommas_async.Account`, or a list of one: ``list[Account]``.
    :raises DecodeError: (a :class:`ValueError`) ``data`` is no JSON, or lacks a required field.
    """
    read = from_documented_json(data, kind)
    return read if read is not None else _read_tolerantly(data, kind)


def from_documented_json(data: bytes | str, kind: type[T]) -> T | None:
    """Read JSON into ``kind`` if it holds what is documented and nothing else; otherwise return None."""
    decode, structure = _quick_way(cast("Any", kind))
    try:
        return cast("T", structure(decode(data), kind))
    except (ValueError, RecursionError, InvalidOperation):
        return None


def to_json(value: object) -> bytes:
    """Write a model object, or a list of them, as the API would have sent it.

    Decimals are written as strings in plain notation, so that no reader turns them into binary floating point;
    ``unrecognized`` values go back where they came from. Secret fields are written as they are: treat the
    result as secret.
    """
    return msgspec.json.encode(_CONVERTER.unstructure(value))


def decode_json(data: bytes | str) -> JsonValue:
    """Decode JSON without a class in mind, numbers exact.

    :raises DecodeError: ``data`` is no strict JSON: ``NaN``, bad UTF-8, numbers or nesting beyond all reason.
    """
    try:
        return cast("JsonValue", _EXACT.decode(data))
    except (ValueError, RecursionError, InvalidOperation) as error:
        problem = str(error) if isinstance(error, msgspec.DecodeError) else type(error).__name__
    raise DecodeError(f"not readable as JSON: {problem}")


def encode_json(fields: Mapping[str, object]) -> bytes:
    """Write a request body: the fields in the given order, decimals as strings in plain notation."""
    if all(type(value) in _WRITTEN_AS_THEY_ARE for value in fields.values()):
        return msgspec.json.encode(fields)
    return msgspec.json.encode(_CONVERTER.unstructure(fields))


def plain(number: Decimal) -> str:
    """Write ``number`` in plain notation, unless its exponent would make that absurdly long."""
    return f"{number:f}" if -_LONGEST_PLAIN < number.adjusted() < _LONGEST_PLAIN else str(number)


def iso(instant: datetime) -> str:
    """Write an aware datetime as the API does: ISO 8601 with milliseconds, or microseconds where there are some."""
    precision = "milliseconds" if instant.microsecond % 1000 == 0 else "microseconds"
    return instant.isoformat(timespec=precision).replace("+00:00", "Z")


def _read_tolerantly(data: bytes | str, kind: type[T]) -> T:
    raw = decode_json(data)
    try:
        return _CONVERTER.structure(raw, kind)
    except RecursionError:
        problem = "nested too deeply"
    except DecodeError as error:
        problem = str(error)
    raise DecodeError(problem)


# Scalars: what they are on the wire, how the quick way gets from there to Python, the strict tolerant reading.


@attrs.frozen
class _Scalar:
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


def _read_int_or_text(value: JsonValue) -> int | str:
    return value if isinstance(value, str) else _read_int(value)


def _unix(unit: timedelta) -> _Scalar:
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

    return _Scalar(int, read, read, write)


_SCALARS: Final[Mapping[Any, _Scalar]] = {
    bool: _Scalar(bool, None, _read_bool),
    int: _Scalar(int, None, _read_int),
    str: _Scalar(str, None, _read_str),
    Decimal: _Scalar(Decimal, _finite, _read_decimal, plain),
    datetime: _Scalar(str, _read_instant, _read_instant, iso),
    date: _Scalar(str, _read_date, _read_date, date.isoformat),
    UUID: _Scalar(str, _read_uuid, _read_uuid, str),
    Secret: _Scalar(str, Secret, lambda value: Secret(_read_str(value)), Secret.reveal),
    UnixSeconds: _unix(timedelta(seconds=1)),
    UnixMilliseconds: _unix(timedelta(milliseconds=1)),
    Month: _Scalar(str, _read_month, _read_month, _write_month),
    IntOrText: _Scalar(int | str, None, _read_int_or_text),
}


# Wire forms and the converter.


@functools.cache
def _quick_way(kind: Any) -> tuple[Callable[[bytes | str], Any], Callable[[Any, Any], Any]]:
    decoder = msgspec.json.Decoder(_wire_form(kind), float_hook=Decimal)
    return decoder.decode, _CONVERTER.get_structure_hook(kind)


_EXACT: Final = msgspec.json.Decoder(float_hook=Decimal)


@functools.cache
def _wire_form(kind: Any) -> Any:
    """The type that msgspec is to decode into where ``kind`` is wanted."""
    if kind in _SCALARS:
        return _SCALARS[kind].wire
    if attrs.has(kind):
        fields: list[tuple[str, Any] | tuple[str, Any, Any]] = []
        for field in _json_fields(kind):
            wire = _wire_form(cast("Any", field.type))
            fields.append((field.name, wire) if field.default is attrs.NOTHING else (field.name, wire, None))
        return msgspec.defstruct(
            f"{kind.__name__}OnTheWire",
            fields,
            rename={field.name: _json_key(field) for field in _json_fields(kind)},
            forbid_unknown_fields=True,
            kw_only=True,
            gc=False,
        )
    origin, arguments = get_origin(kind), get_args(kind)
    if _is_union(kind):
        return Union[tuple(_wire_form(argument) for argument in arguments)]  # noqa: UP007
    if origin is tuple:
        return types.GenericAlias(tuple, (_wire_form(arguments[0]), ...))
    if origin is list:
        return types.GenericAlias(list, _wire_form(arguments[0]))
    if origin is Mapping:
        return dict[str, Any]
    return kind


def _json_fields(model: type) -> list[attrs.Attribute[Any]]:
    attrs.resolve_types(model)
    return [field for field in attrs.fields(model) if field.name != "unrecognized"]


def _json_key(field: attrs.Attribute[Any]) -> str:
    key: str = field.metadata.get(JSON_KEY, field.name)
    return key


def _copier(kind: Any) -> Callable[[Any], object] | None:
    """What turns the wire form of ``kind`` (never None here) into ``kind``; None where they are the same."""
    if kind in _SCALARS:
        return _SCALARS[kind].convert
    if attrs.has(kind):
        return _model_copier(kind)
    origin, arguments = get_origin(kind), get_args(kind)
    if _is_union(kind):
        return _copier(next(argument for argument in arguments if argument is not type(None)))
    if origin is tuple and (copy := _copier(arguments[0])) is not None:
        return lambda items: tuple(map(copy, items))
    return None


@functools.cache
def _model_copier(model: Any) -> Callable[[Any], Any]:
    """Write the function that takes the wire form of ``model`` to ``model``.

    Written out, as attrs and cattrs do with theirs, since a loop over sixty fields costs more than the rest of the
    reading; and past the frozen ``__init__``, which costs as much again: what is filled is a twin with the same slots
    that lets itself be written to, and becomes the model at the end.
    """
    scope: dict[str, Any] = {"new": object.__new__, "twin": _writable_twin(model), "model": model}
    lines = ["def copy_over(wire):", " built = new(twin)", " built.unrecognized = {}"]
    for field in _json_fields(model):
        convert = scope[f"convert_{field.name}"] = _copier(field.type)
        if convert is None:
            lines.append(f" built.{field.name} = wire.{field.name}")
        else:
            lines.append(f" value = wire.{field.name}")
            lines.append(f" built.{field.name} = None if value is None else convert_{field.name}(value)")
    lines += [" built.__class__ = model", " return built"]
    exec("\n".join(lines), scope)  # noqa: S102  # nothing but field names of our own classes goes in
    return cast("Callable[[Any], Any]", scope["copy_over"])


def _writable_twin(model: type) -> type:
    slots = [name for name in vars(model)["__slots__"] if name != "__weakref__"]
    plainly = {"__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
    return type(f"Writable{model.__name__}", model.__bases__, {"__slots__": slots, **plainly})


def _model_hook(model: Any) -> Callable[[Any, Any], object]:
    """The cattrs hook that reads ``model`` from its wire form or, tolerantly, from decoded JSON."""
    wire_form = _wire_form(model)
    copy_over = _model_copier(model)
    fields = {_json_key(field): (field, _CONVERTER.get_structure_hook(field.type)) for field in _json_fields(model)}

    def structure(value: Any, _kind: Any) -> object:
        return copy_over(value) if type(value) is wire_form else tolerate(value)

    def tolerate(value: JsonValue) -> object:
        if not isinstance(value, dict):
            raise DecodeError(f"{model.__name__}: not an object")
        known: dict[str, object] = {}
        unrecognized: dict[str, JsonValue] = {}
        for key, item in value.items():
            if key not in fields:
                unrecognized[key] = item
                _warn(model, key, "is not known to this library")
                continue
            field, read = fields[key]
            try:
                known[field.name] = read(item, field.type)
            except DecodeError as error:
                if field.default is attrs.NOTHING:
                    raise DecodeError(f"{model.__name__}.{field.name}: {error}") from None
                unrecognized[key] = item
                _warn(model, key, f"cannot be read: {error}")
        for field, _ in fields.values():
            if field.default is attrs.NOTHING and field.name not in known:
                raise DecodeError(f"{model.__name__}: {field.name} is missing")
        return model(**known, unrecognized=unrecognized)

    return structure


_WARNED: Final[set[tuple[type, str, str]]] = set()
_MOST_WARNINGS: Final = 1000


def _warn(model: type, key: str, problem: str) -> None:
    # Once for each field: a service that polls would otherwise drown in it.
    if (model, key, problem) not in _WARNED and len(_WARNED) < _MOST_WARNINGS:
        _WARNED.add((model, key, problem))
        _LOGGER.warning("%s.%s %s; it is kept under 'unrecognized'", model.__name__, key, problem)


def _is_optional(kind: Any) -> bool:
    return _is_union(kind) and type(None) in get_args(kind)


def _is_union(kind: Any) -> bool:
    return isinstance(kind, types.UnionType) or get_origin(kind) is Union


def _originates_in(origin: object, kind: Any) -> bool:
    return get_origin(kind) is origin


def _read_scalar(read: Callable[[Any], object], value: Any, _kind: Any) -> object:
    return read(value)


def _union_hook(kind: Any) -> Callable[[Any, Any], object]:
    (inner,) = (argument for argument in get_args(kind) if argument is not type(None))
    read = _CONVERTER.get_structure_hook(inner)
    return lambda value, _kind: None if value is None else read(value, inner)


def _tuple_hook(kind: Any) -> Callable[[Any, Any], object]:
    inner = get_args(kind)[0]
    read = _CONVERTER.get_structure_hook(inner)

    def structure(value: Any, _kind: Any) -> object:
        if not isinstance(value, (list, tuple)):
            raise DecodeError("not a list")
        return tuple([read(item, inner) for item in cast("Iterable[object]", value)])

    return structure


def _list_hook(kind: Any) -> Callable[[Any, Any], object]:
    """The hook for whole answers: an item that cannot be read does not cost the caller the others."""
    (inner,) = get_args(kind)
    name = getattr(inner, "__name__", str(inner))
    read = _CONVERTER.get_structure_hook(inner)

    def structure(value: Any, _kind: Any) -> object:
        if not isinstance(value, list):
            raise DecodeError("not a list")
        items: list[object] = []
        for position, item in enumerate(cast("list[object]", value)):
            try:
                items.append(read(item, inner))
            except DecodeError as error:
                if isinstance(item, msgspec.Struct):
                    raise  # the tolerant way comes next
                _LOGGER.warning("item %d of a list of %s cannot be read and is left out: %s", position, name, error)
        return items

    return structure


def _read_mapping(value: Any, _kind: Any) -> object:
    if not isinstance(value, dict):
        raise DecodeError("not an object")
    return cast("object", value)


def _model_writer(model: type) -> Callable[[Any], dict[str, object]]:
    plan = [(field.name, _json_key(field), _field_writer(field.type)) for field in _json_fields(model)]

    def unstructure(value: Any) -> dict[str, object]:
        written = {key: write(getattr(value, name)) for name, key, write in plan}
        return written | {key: _as_it_came(item) for key, item in value.unrecognized.items()}

    return unstructure


def _field_writer(kind: Any) -> Callable[[Any], object]:
    """What writes a field of this type: its value's class decides, but for free JSON and for ``Annotated`` types."""
    if _is_optional(kind):
        (kind,) = (argument for argument in get_args(kind) if argument is not type(None))
    if get_origin(kind) is Mapping:
        return _as_it_came
    write = _SCALARS[kind].write if get_origin(kind) is Annotated else None
    return _CONVERTER.unstructure if write is None else lambda value: None if value is None else write(value)


def _as_it_came(value: JsonValue) -> object:
    """Prepare raw JSON for writing: a number stays a number, so that reading it again gives the same."""
    if isinstance(value, Decimal):
        return msgspec.Raw(str(value).encode())
    if isinstance(value, dict):
        return {key: _as_it_came(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_it_came(item) for item in value]
    return value


def _make_converter() -> cattrs.Converter:
    converter = cattrs.Converter(detailed_validation=False)
    converter.register_structure_hook_factory(attrs.has, _model_hook)
    converter.register_unstructure_hook_factory(attrs.has, _model_writer)
    for kind, scalar in _SCALARS.items():
        read = functools.partial(_read_scalar, scalar.read)
        if not isinstance(kind, type):
            converter.register_structure_hook_func(functools.partial(operator.eq, kind), read)
            continue
        converter.register_structure_hook(kind, read)  # a predicate would come after cattrs' own int(), str(), bool()
        if scalar.write is not None:
            converter.register_unstructure_hook(kind, scalar.write)
    converter.register_structure_hook_factory(_is_optional, _union_hook)
    converter.register_structure_hook_factory(functools.partial(_originates_in, tuple), _tuple_hook)
    converter.register_structure_hook_factory(functools.partial(_originates_in, list), _list_hook)
    converter.register_structure_hook_func(functools.partial(_originates_in, Mapping), _read_mapping)
    return converter


_CONVERTER: Final = _make_converter()
