"""Models of pydantic and msgspec that are equivalent to ours, field by field, since they are made from ours."""

from __future__ import annotations

import functools
import types
from collections.abc import Mapping
from typing import Any, Final, Union, get_args, get_origin

import attrs
import msgspec

from threecommas_async import Secret
from threecommas_async.models import Account
from threecommas_async.models.base import JSON_KEY

from .rounds import optional_module

_REQUIRED: Final = attrs.NOTHING


@functools.cache
def msgspec_model(model: Any) -> Any:
    """Return a struct with the fields of ``model``; it drops what it does not know."""
    fields: list[tuple[str, Any] | tuple[str, Any, Any]] = []
    for field in _fields(model):
        kind = _plain_type(field.type, msgspec_model)
        fields.append((field.name, kind) if field.default is _REQUIRED else (field.name, kind, None))
    return msgspec.defstruct(model.__name__, fields, rename=_keys(model), kw_only=True, frozen=True)


@functools.cache
def pydantic_model(model: Any) -> Any:
    """Return a frozen pydantic model with the fields of ``model`` that keeps what it does not know.

    :raises ModuleNotFoundError: pydantic is not installed.
    """
    pydantic = optional_module("pydantic")
    if pydantic is None:
        raise ModuleNotFoundError("pydantic")
    keys = _keys(model)
    fields: dict[str, Any] = {}
    for field in _fields(model):
        kind = _plain_type(field.type, pydantic_model)
        default = ... if field.default is _REQUIRED else None
        fields[field.name] = (kind, pydantic.Field(default, alias=keys.get(field.name)))
    configuration = pydantic.ConfigDict(extra="allow", frozen=True)
    return pydantic.create_model(model.__name__, __config__=configuration, **fields)


def read_with_msgspec(model: Any = Account) -> tuple[Any, Any]:
    """Return what reads one ``model``, and what reads a list of them. Digits in a text are an integer to it, too."""
    struct = msgspec_model(model)
    one = msgspec.json.Decoder(struct, strict=False)
    many = msgspec.json.Decoder(types.GenericAlias(list, (struct,)), strict=False)
    return one.decode, many.decode


def read_with_pydantic(model: Any = Account) -> tuple[Any, Any] | None:
    """Return what reads one ``model``, and what reads a list of them; None if pydantic is not installed."""
    pydantic = optional_module("pydantic")
    if pydantic is None:
        return None
    rival = pydantic_model(model)
    return rival.model_validate_json, pydantic.TypeAdapter(types.GenericAlias(list, (rival,))).validate_json


def _fields(model: type) -> list[attrs.Attribute[Any]]:
    attrs.resolve_types(model)
    return [field for field in attrs.fields(model) if field.name != "unrecognized"]


def _keys(model: type) -> dict[str, str]:
    return {field.name: field.metadata[JSON_KEY] for field in _fields(model) if JSON_KEY in field.metadata}


def _plain_type(kind: Any, model_of: Any) -> Any:
    if kind is Secret:
        return str
    if attrs.has(kind):
        return model_of(kind)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Union or isinstance(kind, types.UnionType):
        return Union[tuple(_plain_type(argument, model_of) for argument in arguments)]  # noqa: UP007
    if origin is Mapping:
        return dict[str, Any]
    if origin in (tuple, list):
        return types.GenericAlias(origin, tuple(_plain_type(argument, model_of) for argument in arguments))
    return kind
