"""The cattrs converter: its hooks read models from decoded JSON, strictly but tolerantly of drift, and write them."""

from __future__ import annotations

import functools
import logging
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Final, cast, get_args, get_origin

import attrs
import msgspec

from threecommas_async.codec.scalars import SCALARS, DecodeError
from threecommas_async.codec.wire import FieldReader, Keeper, Tolerance, is_union, json_fields, json_key
from threecommas_async.models.base import GuardedJson, JsonValue
from threecommas_async.redaction import is_secret_name
from threecommas_async.secret import Secret

if TYPE_CHECKING:
    import cattrs

_LOGGER: Final = logging.getLogger("threecommas_async.codec")
_UNKNOWN: Final = "is not known to this library"


def _model_hook(model: Any) -> Callable[[Any, Any], object]:
    """The cattrs hook that reads ``model`` from decoded JSON, field by field."""
    readers = {json_key(field): (field.name, field_reader(model, field)) for field in json_fields(model)}
    required = [field.name for field in json_fields(model) if field.default is attrs.NOTHING]

    def structure(value: JsonValue, _kind: Any) -> object:
        if not isinstance(value, dict):
            raise DecodeError(f"{model.__name__}: not an object")
        known: dict[str, object] = {}
        unrecognized: dict[str, GuardedJson] = {}
        for key, item in value.items():
            if key in readers:
                name, read = readers[key]
                known[name] = read(item, unrecognized)
            else:
                keep(model, key, item, unrecognized)
        for name in required:
            if name not in known:
                raise DecodeError(f"{model.__name__}: {name} is missing")
        return model(**known, unrecognized=in_order(unrecognized))

    return structure


def keep(model: type, key: str, value: JsonValue, unrecognized: dict[str, GuardedJson]) -> None:
    """Keep the value of a field that ``model`` does not know, and warn of it."""
    unrecognized[key] = _guarded(key, value)
    _warn(model, key, _UNKNOWN)


def keeper(model: type, key: str) -> Keeper:
    """Return what does that for one field."""
    warning, is_secret = (model, key, _UNKNOWN), is_secret_name(key)

    def keep_one(value: JsonValue, unrecognized: dict[str, GuardedJson]) -> None:
        unrecognized[key] = _guarded(key, value) if is_secret or isinstance(value, (dict, list)) else value
        if warning not in _WARNED:
            _warn(*warning)

    return keep_one


def field_reader(model: type, field: attrs.Attribute[Any]) -> FieldReader:
    """Return what reads the value of a field; what it cannot read without loss it keeps, warns of, and returns None.

    It raises :class:`DecodeError` if the field is required.
    """
    structure, key = the_converter().get_structure_hook(field.type), json_key(field)

    def read(value: JsonValue, unrecognized: dict[str, GuardedJson]) -> object:
        try:
            return structure(value, field.type)
        except DecodeError as error:
            if field.default is attrs.NOTHING:
                raise DecodeError(f"{model.__name__}.{field.name}: {error}") from None
            unrecognized[key] = _guarded(key, value)
            _warn(model, key, f"cannot be read: {error}")
        return None

    return read


TOLERANCE: Final = Tolerance(keeper, field_reader)


def in_order(unrecognized: dict[str, GuardedJson]) -> dict[str, GuardedJson]:
    """Sort by name, so that the way in which an object was read does not show."""
    return dict(sorted(unrecognized.items())) if len(unrecognized) > 1 else unrecognized


def _guarded(key: str, value: JsonValue, *, within: bool = False) -> GuardedJson:
    """Conceal texts and numbers under the name of a secret, at any depth."""
    within = within or is_secret_name(key)
    if isinstance(value, dict):
        return {name: _guarded(name, item, within=within) for name, item in value.items()}
    if isinstance(value, list):
        return [_guarded(key, item, within=within) for item in value]
    if within and isinstance(value, (str, int, Decimal)) and not isinstance(value, bool):
        return Secret(str(value))
    return value


_WARNED: Final[set[tuple[type, str, str]]] = set()
_MOST_WARNINGS: Final = 1000
_LONGEST_NAME: Final = 64
_NAME: Final = re.compile(
    r"_?[a-z]{1,16}[0-9]{0,3}(?:_[a-z]{1,16}[0-9]{0,3}|_[0-9]{1,3}[a-z]{0,2}|[A-Z][a-z]{1,16})*\??"
)


def is_plain_name(key: str) -> bool:
    """Tell whether a name consists of words, as the API's do; others may be secrets, or forge records of a log."""
    return len(key) <= _LONGEST_NAME and _NAME.fullmatch(key) is not None


def _warn(model: type, key: str, problem: str) -> None:
    # Once for each field: a service that polls would otherwise drown in warnings. A secret may be echoed as a name, and
    # line breaks would forge records: only names that consist of words, as the API's do, are shown.
    name = key if is_plain_name(key) else f"<a name of {len(key)} characters>"
    if (model, name, problem) not in _WARNED and len(_WARNED) < _MOST_WARNINGS:
        _WARNED.add((model, name, problem))
        _LOGGER.warning("%s.%s %s; it is kept under 'unrecognized'", model.__name__, name, problem)


def _is_optional(kind: Any) -> bool:
    return is_union(kind) and type(None) in get_args(kind)


def _originates_in(origin: object, kind: Any) -> bool:
    return get_origin(kind) is origin


def _read_scalar(read: Callable[[Any], object], value: Any, _kind: Any) -> object:
    return read(value)


def _union_hook(kind: Any) -> Callable[[Any, Any], object]:
    (inner,) = (argument for argument in get_args(kind) if argument is not type(None))
    read = the_converter().get_structure_hook(inner)
    return lambda value, _kind: None if value is None else read(value, inner)


def _tuple_hook(kind: Any) -> Callable[[Any, Any], object]:
    inner = get_args(kind)[0]
    read = the_converter().get_structure_hook(inner)

    def structure(value: Any, _kind: Any) -> object:
        if not isinstance(value, (list, tuple)):
            raise DecodeError("not a list")
        return tuple([read(item, inner) for item in cast("Iterable[object]", value)])

    return structure


def _list_hook(kind: Any) -> Callable[[Any, Any], object]:
    """The hook for lists: an item that cannot be read does not cost the caller the others."""
    (inner,) = get_args(kind)
    read_item = the_converter().get_structure_hook(inner)

    def structure(value: Any, _kind: Any) -> object:
        if not isinstance(value, list):
            raise DecodeError("not a list")
        items: list[object] = []
        for position, item in enumerate(cast("list[object]", value)):
            try:
                items.append(read_item(item, inner))
            except DecodeError as error:
                skipped(position, inner, error)
        return items

    return structure


def skipped(position: int, kind: Any, error: DecodeError) -> None:
    """Warn of an item of a list that cannot be read."""
    name = getattr(kind, "__name__", str(kind))
    _LOGGER.warning("item %d of a list of %s cannot be read and is skipped: %s", position, name, error)


def _read_mapping(value: Any, _kind: Any) -> object:
    if not isinstance(value, dict):
        raise DecodeError("not an object")
    return cast("object", value)


def _model_writer(model: type) -> Callable[[Any], dict[str, object]]:
    plan = [(field.name, json_key(field), _field_writer(field.type)) for field in json_fields(model)]

    def unstructure(value: Any) -> dict[str, object]:
        written = {key: write(getattr(value, name)) for name, key, write in plan}
        return written | {key: as_it_came(item) for key, item in value.unrecognized.items()}

    return unstructure


def _field_writer(kind: Any) -> Callable[[Any], object]:
    """Return the writer of a field: chosen by its value's class, except for free JSON and ``Annotated`` types."""
    if _is_optional(kind):
        (kind,) = (argument for argument in get_args(kind) if argument is not type(None))
    if get_origin(kind) is Mapping:
        return as_it_came
    write = SCALARS[kind].write if get_origin(kind) is Annotated else None
    return the_converter().unstructure if write is None else lambda value: None if value is None else write(value)


def as_it_came(value: GuardedJson) -> object:
    """Prepare raw JSON for writing: a number stays a number, so that reading it again gives the same result."""
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, Decimal):
        return msgspec.Raw(str(value).encode())
    if isinstance(value, dict):
        return {key: as_it_came(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_it_came(item) for item in value]
    return value


@functools.cache
def the_converter() -> cattrs.Converter:
    """Return the converter. It is made when it is first needed: what comes as documented is read without cattrs."""
    import cattrs

    converter = cattrs.Converter(detailed_validation=False)
    converter.register_structure_hook_factory(attrs.has, _model_hook)
    converter.register_unstructure_hook_factory(attrs.has, _model_writer)
    for kind, scalar in SCALARS.items():
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
