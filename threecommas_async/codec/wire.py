"""Wire forms: strict structs that msgspec decodes into, and the quick way from there to the models."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final, Union, cast, get_args, get_origin

import attrs
import msgspec

from threecommas_async.codec.scalars import SCALARS
from threecommas_async.models.base import JSON_KEY

_FINITE: Final = SCALARS[Decimal].convert


@functools.cache
def wire_form(kind: Any) -> Any:
    """Return the type into which msgspec decodes a ``kind``."""
    if kind in SCALARS:
        return SCALARS[kind].wire
    if attrs.has(kind):
        fields: list[tuple[str, Any] | tuple[str, Any, Any]] = []
        for field in json_fields(kind):
            wire = wire_form(cast("Any", field.type))
            fields.append((field.name, wire) if field.default is attrs.NOTHING else (field.name, wire, None))
        return msgspec.defstruct(
            f"{kind.__name__}OnTheWire",
            fields,
            rename={field.name: json_key(field) for field in json_fields(kind)},
            forbid_unknown_fields=True,
            kw_only=True,
            gc=False,
        )
    origin, arguments = get_origin(kind), get_args(kind)
    if is_union(kind):
        return Union[tuple(wire_form(argument) for argument in arguments)]  # noqa: UP007
    if origin is tuple:
        return types.GenericAlias(tuple, (wire_form(arguments[0]), ...))
    if origin is list:
        return types.GenericAlias(list, wire_form(arguments[0]))
    if origin is Mapping:
        return dict[str, Any]
    return kind


def json_fields(model: type) -> list[attrs.Attribute[Any]]:
    attrs.resolve_types(model)
    return [field for field in attrs.fields(model) if field.name != "unrecognized"]


def json_key(field: attrs.Attribute[Any]) -> str:
    key: str = field.metadata.get(JSON_KEY, field.name)
    return key


def _copier(kind: Any) -> Callable[[Any], object] | None:
    """Return the function from the wire form of ``kind`` (never None here) to ``kind``; None if they are the same."""
    if kind in SCALARS:
        return SCALARS[kind].convert
    if attrs.has(kind):
        return model_copier(kind)
    origin, arguments = get_origin(kind), get_args(kind)
    if is_union(kind):
        return _copier(next(argument for argument in arguments if argument is not type(None)))
    if origin is tuple and (copy := _copier(arguments[0])) is not None:
        return lambda items: tuple(map(copy, items))
    return None


@functools.cache
def model_copier(model: Any) -> Callable[[Any], Any]:
    """Generate the function that copies the wire form of ``model`` to a ``model``.

    Its code is generated, as in attrs and cattrs, since a loop over sixty fields costs more than the rest of the
    reading. It also bypasses the frozen ``__init__``, which costs as much again: it fills a mutable twin with the same
    slots, which becomes the model at the end.
    """
    if hasattr(model, "__attrs_post_init__") or any(field.converter for field in attrs.fields(model)):
        raise TypeError(f"{model.__name__} has a converter or __attrs_post_init__, which reading would skip")
    scope: dict[str, Any] = {"new": object.__new__, "twin": _writable_twin(model), "model": model}
    lines = ["def copy_over(wire):", " built = new(twin)", " built.unrecognized = {}"]
    for field in json_fields(model):
        convert = scope[f"convert_{field.name}"] = _copier(field.type)
        if convert is None:
            lines.append(f" built.{field.name} = wire.{field.name}")
        else:
            # A call for each of a model's numbers, only to look at it, would cost more than copying the whole.
            is_done = " or value.is_finite()" if convert is _FINITE else ""
            lines.append(f" value = wire.{field.name}")
            lines.append(f" built.{field.name} = value if value is None{is_done} else convert_{field.name}(value)")
    lines += [" built.__class__ = model", " return built"]
    exec("\n".join(lines), scope)  # noqa: S102  # nothing but field names of our own classes goes in
    return cast("Callable[[Any], Any]", scope["copy_over"])


def _writable_twin(model: type) -> type:
    slots = [name for name in vars(model)["__slots__"] if name != "__weakref__"]
    plainly = {"__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
    return type(f"Writable{model.__name__}", model.__bases__, {"__slots__": slots, **plainly})


def is_union(kind: Any) -> bool:
    return isinstance(kind, types.UnionType) or get_origin(kind) is Union
