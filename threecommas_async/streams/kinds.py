"""What a stream needs to know of the entities on it: where they are, what tells two states apart, how they are told."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Final, Generic, TypeVar, final

import attrs
import msgspec

from threecommas_async import codec
from threecommas_async.models.base import JSON_KEY, JsonValue, Model
from threecommas_async.resources.paging import Cut
from threecommas_async.streams.events import Origin
from threecommas_async.streams.merge import State

M = TypeVar("M", bound=Model)
EventT = TypeVar("EventT")


@attrs.frozen(kw_only=True)
class Kind(Generic[M, EventT]):
    """Deals, or SmartTrades.

    :ivar name: what they are called in the library.
    :ivar channel: the channel of the websocket.
    :ivar signed: the text that a subscription to it is signed over.
    :ivar model: the class of one.
    :ivar path: where their list is.
    :ivar active: the query for those that are active.
    :ivar one: where one is, with its log, if it has any.
    :ivar latest: the query for all, those that changed last first.
    :ivar page: names the part of the query that cuts a page out, given where it begins and its size.
    :ivar cut: how the list is cut.
    :ivar read: reads a state out of JSON.
    :ivar event: what is told of a change.
    """

    name: str
    channel: str
    signed: bytes
    model: type[M]
    path: str
    one: str | None
    active: Mapping[str, object]
    latest: Mapping[str, object]
    page: Callable[[int, int], Mapping[str, object]]
    cut: Cut
    read: Callable[[bytes, float, bool], State]
    event: Callable[[M, Origin, int], EventT]

    def told(self, state: State, origin: Origin, skipped: int) -> EventT:
        """Return the event of a change.

        :raises DecodeError: the state cannot be read.
        """
        return self.event(codec.from_json(state.raw, self.model), origin, skipped)


def json_names(model: type[Model], without: Collection[str]) -> list[str]:
    """Return the names in JSON of a model's fields but for some."""
    fields = [field for field in attrs.fields(model) if field.name not in {"unrecognized", *without}]
    return [str(field.metadata.get(JSON_KEY, field.name)) for field in fields]


@final
class Essence:
    """What a state says in its stable fields: equal to another if no field that both of them have differs.

    Lists, pushes and older forms of the API differ in which fields they have; null and empty say the same.
    """

    __slots__ = ("_marks",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, values: Iterable[object]) -> None:
        # Most are texts: without a call for each of them.
        marks = [hash(value) & _BITS | _IS_SAID if type(value) is str and value else _mark(value) for value in values]
        self._marks: Final = array("I", marks)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Essence):
            return NotImplemented
        one, two = self._marks, other._marks
        return one == two or all(mark == mark2 or not mark or not mark2 for mark, mark2 in zip(one, two, strict=True))


def _mark(value: object) -> int:
    """Return a number for a value: 0 for one that is absent."""
    if not value:
        return 0 if value is msgspec.UNSET else 1
    return hash(value if isinstance(value, str) else _encode(value)) & _BITS | _IS_SAID


_BITS: Final = 0x7FFF_FFFF
_IS_SAID: Final = 0x8000_0000
_encode: Final = msgspec.json.Encoder().encode


def decoder(head: Mapping[str, Any], stable: list[str]) -> Callable[[bytes], tuple[Any, ...]]:
    """Return what reads the fields of a head, and as its last item the essence of the stable fields.

    :param head: the types of the fields that are read, by their names in JSON; those after the first may be missing.
    """
    fields: list[Any] = []
    renamed = dict[str, str]()
    for position, (name, kind) in enumerate([*head.items(), *((name, Any) for name in stable)]):
        field = f"f{position}"
        renamed[field] = name
        absent = None if name in head else msgspec.UNSET
        fields.append((field, kind) if position == 0 else (field, kind, absent))
    struct = msgspec.defstruct("Head", fields, rename=renamed, gc=False)
    # The digits of a number as they came: no state is told from it, only whether it is another one.
    decode = msgspec.json.Decoder(struct, float_hook=str).decode
    count = len(head)

    def read(raw: bytes) -> tuple[Any, ...]:
        values = msgspec.structs.astuple(decode(raw))
        return (*values[:count], Essence(values[count:]))

    return read


def lenient_moment(value: object) -> datetime | None:
    """Return a time if that can be read."""
    try:
        return msgspec.convert(value, datetime)
    except (msgspec.ValidationError, ValueError):
        return None


def lenient_id(value: object) -> int:
    """Return an id.

    :raises ValueError: it is none.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    raise ValueError("an entity without an id")


def lenient_object(raw: bytes) -> dict[str, JsonValue]:
    """Return a JSON object.

    :raises ValueError: it is none.
    """
    data = codec.decode_json(raw)
    if not isinstance(data, dict):
        raise ValueError("not an object")  # noqa: TRY004
    return data
