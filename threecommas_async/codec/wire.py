"""Wire forms: strict structs that msgspec decodes into, and the quick way from there to the models."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Union, cast, final, get_args, get_origin

import attrs
import msgspec

from threecommas_async.codec.scalars import SCALARS
from threecommas_async.models.base import JSON_KEY, GuardedJson, JsonValue

_FINITE: Final = SCALARS[Decimal].convert
_INSTANT: Final = SCALARS[datetime].convert
# Tells ``2024-11-14T15:30:16.039Z`` from whatever else ``datetime.fromisoformat`` reads, in less time than it takes.
_IS_USUAL_INSTANT: Final = 'len(value) == 24 and value[4:20:3] == "--T::." and value[23] == "Z"'
Copier = Callable[[Any], Any]


@attrs.frozen
class Drift:
    """How a model comes.

    :ivar extra: the names in JSON of fields that the library does not know.
    :ivar odd: the names of fields that are documented as single values and come in another form.
    :ivar order: the names in JSON of its fields, in the order in which they come.
    """

    extra: tuple[str, ...] = ()
    odd: frozenset[str] = frozenset()
    order: tuple[str, ...] = ()


_NONE: Final = Drift()


FieldReader = Callable[[JsonValue, dict[str, GuardedJson]], object]
"""Reads the decoded value of a field, or puts it with what is unrecognized and returns None."""
Keeper = Callable[[JsonValue, dict[str, GuardedJson]], None]
"""Puts the decoded value of a field with what is unrecognized."""


@attrs.frozen
class Tolerance:
    """What is done with the values of fields that drift.

    :ivar keeper: returns what keeps the value of a field that a model does not know, given its name in JSON.
    :ivar field_reader: returns what reads the value of a field of a model.
    """

    keeper: Callable[[type, str], Keeper]
    field_reader: Callable[[type, attrs.Attribute[Any]], FieldReader]


@final
class Forms:
    """The wire forms of all kinds and the copiers from there, given in what the models drift.

    Safe when several threads read: a form may be made twice, and either will do.

    :param drift: what is known to come otherwise than documented.
    :param tolerance: what is done with it.
    """

    def __init__(self, drift: Mapping[Any, Drift], tolerance: Tolerance | None = None) -> None:
        self.drift: Final = drift
        self._tolerance: Final = tolerance
        self._structs: Final[dict[tuple[Any, bool], Any]] = {}
        self._copiers: Final[dict[Any, Copier]] = {}

    def with_drift(self, drift: Mapping[Any, Drift], tolerance: Tolerance) -> Forms:
        """Return the forms for another drift; those of models that it does not concern are the same."""
        forms = Forms(drift, tolerance)
        changed = {model for model in drift if drift[model] != self.drift.get(model)}
        forms._structs.update(
            {entry: made for entry, made in [*self._structs.items()] if changed.isdisjoint(_within(entry[0]))}
        )
        forms._copiers.update(
            {model: made for model, made in [*self._copiers.items()] if changed.isdisjoint(_within(model))}
        )
        return forms

    def drift_of(self, model: Any) -> Drift:
        """Return what is known of the drift of a model."""
        return self.drift.get(model, _NONE)

    def wire(self, kind: Any, *, is_lax: bool = False) -> Any:
        """Return the type into which msgspec decodes a ``kind``.

        :param is_lax: whether a model skips what it does not know; those within it never do.
        """
        if kind in SCALARS:
            return SCALARS[kind].wire
        if attrs.has(kind):
            if (kind, is_lax) not in self._structs:
                self._structs[kind, is_lax] = self._struct(kind, is_lax=is_lax)
            return self._structs[kind, is_lax]
        origin, arguments = get_origin(kind), get_args(kind)
        if is_union(kind):
            return Union[tuple(self.wire(argument) for argument in arguments)]  # noqa: UP007
        if origin is tuple:
            return types.GenericAlias(tuple, (self.wire(arguments[0]), ...))
        if origin is list:
            return types.GenericAlias(list, self.wire(arguments[0]))
        if origin is Mapping:
            return dict[str, Any]
        return kind

    def copier(self, kind: Any) -> Copier | None:
        """Return the function from the wire form of ``kind``, never None, to ``kind``; None if they are the same."""
        if kind in SCALARS:
            return SCALARS[kind].convert
        if attrs.has(kind):
            if kind not in self._copiers:
                self._copiers[kind] = self._model_copier(kind)
            return self._copiers[kind]
        origin, arguments = get_origin(kind), get_args(kind)
        if is_union(kind):
            return self.copier(next(argument for argument in arguments if argument is not type(None)))
        if origin in (tuple, list) and (copy := self.copier(arguments[0])) is not None:
            make = cast("Callable[[Iterable[object]], object]", origin)
            return lambda items: make(map(copy, items))
        return None

    def _struct(self, model: Any, *, is_lax: bool) -> Any:
        drift = self.drift_of(model)
        fields: list[tuple[str, Any] | tuple[str, Any, Any]] = []
        renamed = {field.name: json_key(field) for field in json_fields(model)}
        # In the order in which they come: msgspec looks first for the field after the one before.
        places = {key: place for place, key in enumerate(drift.order)}
        for field in sorted(json_fields(model), key=lambda field: places.get(json_key(field), len(places))):
            is_odd = field.name in drift.odd
            wire = Any if is_odd else self.wire(cast("Any", field.type))
            default = msgspec.UNSET if is_odd else None
            fields.append((field.name, wire) if field.default is attrs.NOTHING else (field.name, wire, default))
        for number, key in enumerate(drift.extra):
            fields.append((f"extra_{number}", Any, msgspec.UNSET))
            renamed[f"extra_{number}"] = key
        return msgspec.defstruct(
            f"{model.__name__}OnTheWire",
            fields,
            rename=renamed,
            forbid_unknown_fields=not is_lax,
            kw_only=True,
            gc=False,
        )

    def _model_copier(self, model: Any) -> Copier:
        """Generate the function that copies the wire form of ``model`` to a ``model``.

        Its code is generated, as in attrs and cattrs, since a loop over sixty fields costs more than the rest of the
        reading. It also bypasses the frozen ``__init__``, which costs as much again: it fills a mutable twin with the
        same slots, which becomes the model at the end.
        """
        if hasattr(model, "__attrs_post_init__") or any(field.converter for field in attrs.fields(model)):
            raise TypeError(f"{model.__name__} has a converter or __attrs_post_init__, which reading would skip")
        drift = self.drift_of(model)
        scope: dict[str, Any] = {
            "new": object.__new__,
            "twin": _writable_twin(model),
            "model": model,
            "unset": msgspec.UNSET,
            "instant": datetime.fromisoformat,
        }
        lines = ["def copy_over(wire):", " built = new(twin)", " built.unrecognized = {}"]
        tolerance = cast("Tolerance", self._tolerance)
        drifting: dict[str, list[str]] = {}
        # What is required first: without it nothing is to be warned of.
        for field in sorted(json_fields(model), key=lambda field: field.default is not attrs.NOTHING):
            if field.name in drift.odd:
                scope[f"read_{field.name}"] = tolerance.field_reader(model, field)
                read = f"read_{field.name}(value, built.unrecognized)"
                drifting[json_key(field)] = [
                    f" value = wire.{field.name}",
                    f" built.{field.name} = None if value is unset else {read}",
                ]
            else:
                lines += self._field_lines(field, scope)
        for number, key in enumerate(drift.extra):
            scope[f"keep_{number}"] = tolerance.keeper(model, key)
            drifting[key] = [
                f" value = wire.extra_{number}",
                f" if value is not unset: keep_{number}(value, built.unrecognized)",
            ]
        for key in sorted(drifting):  # as they are sorted in ``unrecognized``
            lines += drifting[key]
        lines += [" built.__class__ = model", " return built"]
        exec("\n".join(lines), scope)  # noqa: S102  # nothing but field names of our own classes goes in
        return cast("Copier", scope["copy_over"])

    def _field_lines(self, field: attrs.Attribute[Any], scope: dict[str, Any]) -> list[str]:
        name, kind = field.name, what_is_not_none(field.type)
        is_tuple = get_origin(kind) is tuple
        convert = self.copier(get_args(kind)[0] if is_tuple else kind)
        if convert is None:
            return [f" built.{name} = wire.{name}"]
        scope[f"convert_{name}"] = convert
        # A call for each value, only to look at it, would cost more than copying the whole.
        if is_tuple:
            copied = f"tuple(map(convert_{name}, value)) if value else value"
        elif convert is _FINITE:
            copied = f"value if value is None or value.is_finite() else convert_{name}(value)"
        elif convert is _INSTANT:
            copied = f"None if value is None else instant(value) if {_IS_USUAL_INSTANT} else convert_{name}(value)"
        else:
            copied = f"None if value is None else convert_{name}(value)"
        return [f" value = wire.{name}", f" built.{name} = {copied}"]


DOCUMENTED: Final = Forms({})
"""The forms of what comes exactly as documented."""


def wire_form(kind: Any) -> Any:
    """Return the type into which msgspec decodes a ``kind`` that comes exactly as documented."""
    return DOCUMENTED.wire(kind)


def json_fields(model: type) -> list[attrs.Attribute[Any]]:
    attrs.resolve_types(model)
    return [field for field in attrs.fields(model) if field.name != "unrecognized"]


def json_key(field: attrs.Attribute[Any]) -> str:
    key: str = field.metadata.get(JSON_KEY, field.name)
    return key


def what_is_not_none(kind: Any) -> Any:
    """Return ``X`` for ``X | None``."""
    if not is_union(kind) or type(None) not in get_args(kind):
        return kind
    return next(argument for argument in get_args(kind) if argument is not type(None))


def model_within(kind: Any) -> Any:
    """Return the model that a ``kind`` is, may be, or is a list or tuple of; None if there is none."""
    if attrs.has(kind):
        return kind
    if is_union(kind) or get_origin(kind) in (tuple, list):
        arguments = [argument for argument in get_args(kind) if argument not in (type(None), ...)]
        return model_within(arguments[0])
    return None


def _within(model: Any) -> set[Any]:
    """Return a model and all the models within it."""
    found = {model}
    for field in json_fields(model):
        inner = model_within(field.type)
        if inner is not None:
            found |= _within(inner)
    return found


def _writable_twin(model: type) -> type:
    slots = [name for name in vars(model)["__slots__"] if name != "__weakref__"]
    plainly = {"__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
    return type(f"Writable{model.__name__}", model.__bases__, {"__slots__": slots, **plainly})


def is_union(kind: Any) -> bool:
    return isinstance(kind, types.UnionType) or get_origin(kind) is Union
