"""The ways of reading, quickest first, with one result.

What is as documented, or drifts as something did before, msgspec decodes into a strict struct, which is copied over.
A list is read item by item: one that is otherwise costs the others nothing. If such an item only has fields that are
not known, those that are known are still read in that way, and the others out of the decoded JSON. What remains is read
field by field.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Generator
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from time import perf_counter
from typing import Any, Final, cast, final, get_args, get_origin

import attrs
import msgspec

from threecommas_async.codec.converter import in_order, keeper, skipped, the_converter
from threecommas_async.codec.drift import Memory
from threecommas_async.codec.scalars import SCALARS, DecodeError
from threecommas_async.codec.wire import Forms, json_fields, json_key
from threecommas_async.models.base import GuardedJson, JsonValue

LARGE: Final = 64 * 1024
"""From how many bytes on a list is read item by item at once."""
_SLICE: Final = 0.001

_EXACT: Final = msgspec.json.Decoder(float_hook=Decimal).decode
_SPLIT: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode
_UNREADABLE: Final = (ValueError, RecursionError, InvalidOperation)

MEMORY: Final = Memory()

_ReadOne = Callable[[msgspec.Raw], Any]
Slices = Generator[None, None, Any]
"""Reads on whenever it is asked for the next slice, and returns the result; None if there is none in this way."""


def exactly(data: bytes | str | msgspec.Raw) -> JsonValue:
    """Decode JSON without a class in mind, numbers exact.

    :raises DecodeError: it is not strict JSON (``NaN``, bad UTF-8), or its numbers or nesting are too large.
    """
    try:
        return cast("JsonValue", _EXACT(data))
    except _UNREADABLE as error:
        problem = str(error) if isinstance(error, msgspec.DecodeError) else type(error).__name__
    raise DecodeError(f"not valid JSON: {problem}")


def exactly_in_slices(data: bytes | str) -> Slices:
    """Decode a list without a class in mind, item by item."""
    yield  # what came before, the last bytes of the body put together, was a slice of its own
    try:
        items = _SPLIT(data)
        yield
        read: list[JsonValue] = []
        until = perf_counter() + _SLICE
        for item in items:
            read.append(_EXACT(item))
            if perf_counter() > until:
                yield
                until = perf_counter() + _SLICE
    except _UNREADABLE:
        return None
    return read


@final
class Reader:
    """Reads a kind in all ways but the last: what it returns None for is to be read field by field.

    :param kind: a model, a list of one, or anything else that can be read.
    :param envelope: the key of the JSON object that it is wrapped in, if it is.
    """

    def __init__(self, kind: Any, envelope: str | None = None, memory: Memory = MEMORY) -> None:
        item = get_args(kind)[0] if get_origin(kind) is list else None
        self._kind: Final = kind
        self._envelope: Final = envelope
        self._item: Final = item if item is not None and attrs.has(item) else None
        self._memory: Final = memory
        self._split: Final = self._decoder(list[msgspec.Raw])
        self._is_quick: Final = _is_quick(kind)
        self._way: _Way | None = None

    def read(self, data: bytes | str) -> Any:
        """Read JSON; return None if that takes another way."""
        if self._item is None or len(data) < LARGE:
            way = self._way or self._first_way(data)
            while way is not None:
                try:
                    return way.copy(way.decode(data))
                except _UNREADABLE:
                    if way.forms is self._memory.forms:
                        break
                self._way = way = self._made_of(self._memory.forms)
        return None if self._item is None else whole(self.in_slices(data))

    def in_slices(self, data: bytes | str) -> Slices:
        """Read a list, item by item; return None if that takes another way."""
        if self._item is None:
            return None
        found: list[Any] = []
        yield  # as above
        try:
            items = self._split(data)
            yield
            if items and self._item not in self._memory.forms.drift:
                self._memory.observe(self._item, exactly(items[0]))
            read: _ReadOne = _ways(self._item, self._memory.forms).quickly
            until = perf_counter() + _SLICE
            for position, item in enumerate(items):
                try:
                    found.append(read(item))
                except _UNREADABLE:
                    one, read = self._otherwise(position, item)
                    if one is not None:
                        found.append(one)
                if perf_counter() > until:
                    yield
                    until = perf_counter() + _SLICE
        except _UNREADABLE:  # the JSON, which costs the whole
            return None
        return found

    def learn(self, value: JsonValue) -> None:
        """Remember in what a decoded object drifts, after it could not be read."""
        if attrs.has(self._kind):
            self._memory.learn(self._kind, value)

    def _otherwise(self, position: int, item: msgspec.Raw) -> tuple[Any, _ReadOne]:
        """Read an item that cannot be read quickly, and return it, or None, with the way for the next."""
        model: Any = self._item
        value = exactly(item)
        ways = _ways(model, self._memory.forms)
        self._memory.learn(model, value)
        if ways.forms is not self._memory.forms:
            ways = _ways(model, self._memory.forms)
            with suppress(*_UNREADABLE):
                return ways.quickly(item), ways.quickly
        if isinstance(value, dict):
            with suppress(*_UNREADABLE):
                return ways.beside_unknown(item, value), ways.drifting
        try:
            return the_converter().structure(value, model), ways.quickly
        except DecodeError as error:
            skipped(position, model, error)
        return None, ways.quickly

    def _first_way(self, data: bytes | str) -> _Way | None:
        """Make a way after a look at what comes."""
        if not self._is_quick:
            return None
        model = self._item or self._kind
        if attrs.has(model) and model not in self._memory.forms.drift:
            with suppress(*_UNREADABLE):
                value = exactly(data)
                if self._envelope is not None and isinstance(value, dict):
                    value = value.get(self._envelope)
                self._memory.observe(model, value[0] if isinstance(value, list) and value else value)
        self._way = way = self._made_of(self._memory.forms)
        return way

    def _made_of(self, forms: Forms) -> _Way:
        return _Way(forms, self._decoder(forms.wire(self._kind)), forms.copier(self._kind) or _as_it_is)

    def _decoder(self, wire: Any) -> Callable[[bytes | str], Any]:
        if self._envelope is None:
            return msgspec.json.Decoder(wire, float_hook=Decimal).decode
        # What else is in the envelope might be an error.
        wrapped = msgspec.defstruct("Wrapped", [(self._envelope, wire)], forbid_unknown_fields=True, gc=False)
        unwrap, content = msgspec.json.Decoder(wrapped, float_hook=Decimal).decode, operator.attrgetter(self._envelope)
        return lambda data: content(unwrap(data))


reader: Final[Callable[[Any, str | None], Reader]] = functools.cache(Reader)


@attrs.frozen
class _Way:
    forms: Forms
    decode: Callable[[bytes | str], Any]
    copy: Callable[[Any], Any]


@final
class _ModelWays:
    """The ways to read one object, given what is known of the drift. They raise what decoding and copying raise."""

    __slots__ = ("_copy", "_decode", "_decode_known", "_keep", "_names", "forms")

    def __init__(self, model: Any, forms: Forms) -> None:
        self.forms: Final = forms
        self._names: Final = {json_key(field) for field in json_fields(model)}.union(forms.drift_of(model).extra)
        self._decode: Final = msgspec.json.Decoder(forms.wire(model), float_hook=Decimal).decode
        self._decode_known: Final = msgspec.json.Decoder(forms.wire(model, is_lax=True), float_hook=Decimal).decode
        self._copy: Final = cast("Callable[[Any], Any]", forms.copier(model))
        self._keep: Final = functools.lru_cache(maxsize=64)(functools.partial(keeper, model))

    def quickly(self, item: msgspec.Raw) -> Any:
        """Read what is as documented, or drifts in a known way."""
        return self._copy(self._decode(item))

    def drifting(self, item: msgspec.Raw) -> Any:
        """Read what probably has fields that nothing is known of."""
        value = exactly(item)
        return self.beside_unknown(item, value) if isinstance(value, dict) else self.quickly(item)

    def beside_unknown(self, item: msgspec.Raw, fields: dict[str, JsonValue]) -> Any:
        """Read what is as documented beside fields that nothing is known of.

        :param fields: ``item``, decoded.
        """
        read = self._copy(self._decode_known(item))
        unknown = fields.keys() - self._names
        if unknown:
            unrecognized: dict[str, GuardedJson] = read.unrecognized
            for key in sorted(unknown):
                self._keep(key)(fields[key], unrecognized)
            if len(unrecognized) > 1:
                ordered = in_order(unrecognized)
                unrecognized.clear()
                unrecognized.update(ordered)
        return read


@functools.lru_cache(maxsize=256)
def _ways(model: Any, forms: Forms) -> _ModelWays:
    return _ModelWays(model, forms)


def whole(slices: Slices) -> Any:
    """Read all slices at once."""
    while True:
        try:
            next(slices)
        except StopIteration as end:
            return end.value


def _is_quick(kind: Any) -> bool:
    """Tell whether a kind is one that wire forms are made for: a model, a single value, or a list of either."""
    inner = get_args(kind)[0] if get_origin(kind) is list else kind
    return attrs.has(inner) or inner in SCALARS


def _as_it_is(value: Any) -> Any:
    return value
