"""Changes of objects that the API writes as a whole: read, change, write, and compare what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar, cast, final
from weakref import WeakValueDictionary

import attrs
from yarl import URL

from threecommas_async.errors import (
    ConflictError,
    ErrorDetails,
    NotAppliedError,
    NotSentError,
    Outcome,
    ThreeCommasError,
)
from threecommas_async.models.base import JSON_KEY, OMITTED
from threecommas_async.models.editable import COMPARED_BY, Editable
from threecommas_async.models.request import Request
from threecommas_async.resources.checks import identifier

E = TypeVar("E", bound=Editable)
S = TypeVar("S", bound=Request)

Differences = dict[str, tuple[object, object]]

_NOWHERE: Final[Mapping[str, str]] = MappingProxyType({})


def fields_of(settings: Request, *, without: Collection[str] = ()) -> dict[str, object]:
    """Return what is sent of settings, by its name in JSON; what is omitted is not in it."""
    given = {field: getattr(settings, field.name) for field in attrs.fields(type(settings))}
    return {
        str(field.metadata.get(JSON_KEY, field.name)): value
        for field, value in given.items()
        if value is not OMITTED and field.name not in without
    }


@final
class Editor(Generic[E, S]):
    """Changes objects of one kind. Two changes of one object, made through the same editor, wait for each other.

    :param kind: the objects' class.
    :param what: what a message calls one: ``bot``.
    :param id_name: the parameter that names one: ``bot_id``.
    :param method: the verb of the call that writes.
    :param path: its path template.
    :param base_url: the API that is asked.
    :param read: reads one.
    :param write: writes one, leaving out what cannot be changed.
    :param settings_of: makes settings of one; a ValueError says that something would be lost.
    :param fixed: fields of the settings that cannot be changed.
    :param elsewhere: fields that another method changes, with its name.
    :param called: what the settings are called where they are an argument.
    :param example: a change, for a message.
    """

    def __init__(
        self,
        kind: type[E],
        *,
        what: str,
        id_name: str,
        method: str,
        path: str,
        base_url: str,
        read: Callable[[int], Awaitable[E]],
        write: Callable[[int, S], Awaitable[E]],
        settings_of: Callable[[E], S],
        fixed: Collection[str] = (),
        elsewhere: Mapping[str, str] = _NOWHERE,
        called: str = "settings",
        example: str = "name='Main'",
    ) -> None:
        self._kind: Final = kind
        self._what: Final = what
        self._id_name: Final = id_name
        self._method: Final = method
        self._path: Final = path
        self._host: Final = URL(base_url).host_port_subcomponent or ""
        self._read: Final = read
        self._write: Final = write
        self._settings_of: Final = settings_of
        self._fixed: Final = frozenset(fixed)
        self._elsewhere: Final = elsewhere
        self._called: Final = called
        self._example: Final = example
        self._locks: Final[WeakValueDictionary[int, asyncio.Lock]] = WeakValueDictionary()

    async def update(self, entity_id: int, settings: S) -> E:
        """Write settings, and check that the response has them.

        :raises NotAppliedError: it has others.
        """
        number = cast("int", identifier(self._id_name, entity_id))
        if not isinstance(settings, self._kind.SETTINGS):
            raise TypeError(f"{self._called} must be {self._kind.SETTINGS.__name__}, not {type(settings).__name__}")
        async with self._turn(number):
            after = await self._write(number, settings)
        given = [name for name in attrs.fields_dict(type(settings)) if getattr(settings, name) is not OMITTED]
        return self._applied(number, after, _unlike(settings, after, changed=given))

    async def edit(self, entity: int | E, changes: Mapping[str, object]) -> E:
        """Read an object, change some of its settings, write them all, and check that the response has them.

        :param entity: its number, or what was read of it before, which must then still hold.
        :raises ConflictError: it does not hold any more; nothing was written.
        :raises NotAppliedError: the response differs from what was read, with the changes.
        """
        self._check(changes)
        known = entity if isinstance(entity, self._kind) else None
        number = cast("int", identifier(self._id_name, known.id if known is not None else entity))
        if known is not None:
            self._settings_of(known).evolved(changes)  # what does not go together is refused before anything is sent
        async with self._turn(number):
            before = await self._fresh(number)
            if known is not None:
                self._still_holds(number, known, before)
            wanted = self._settings_of(before).evolved(changes)
            after = await self._write(number, wanted)
        return self._applied(
            number, after, {**_unlike(wanted, after, changed=changes.keys()), **_strayed(before, after)}
        )

    def _check(self, changes: Mapping[str, object]) -> None:
        """Check each change by itself, as far as that is possible before the object is read."""
        if not changes:
            raise ValueError(f"edit needs at least one change, such as {self._example}")
        settings = self._kind.SETTINGS
        fields = attrs.fields_dict(settings)
        for name, value in changes.items():
            if name in self._elsewhere:
                raise TypeError(f"{name} is not changed by edit, but by {self._elsewhere[name]}")
            if name in self._fixed:
                raise TypeError(f"{name} cannot be changed: a {self._what} is given it when it is created")
            if name not in fields:
                settings.evolved(object.__new__(settings), {name: value})  # refuses it, and says what may be meant
            field = cast("Any", fields[name])
            taken = value if field.converter is None else field.converter(value)
            if field.validator is not None:
                field.validator(None, field, taken)

    def _turn(self, number: int) -> asyncio.Lock:
        lock = self._locks.get(number)
        if lock is None:
            lock = self._locks[number] = asyncio.Lock()
        return lock

    async def _fresh(self, number: int) -> E:
        """Read the object; whatever that ends in, nothing was written."""
        try:
            return await self._read(number)
        except ThreeCommasError as error:
            if error.outcome is Outcome.NOT_DONE:
                raise
            problem = error
        raise NotSentError(
            f"{self._what} {number} at {self._host} was not changed, for it could not be read first: {problem}",
            **self._details(number),
        ) from problem

    def _still_holds(self, number: int, known: E, now: E) -> None:
        found = {**_apart(known, now), **_strayed(known, now)}
        if found:
            raise ConflictError(
                f"{self._what} {number} at {self._host} was not changed: {_names(found)} differ from what was read"
                " before. Read it again, then decide",
                differences=found,
                **self._details(number),
            )

    def _applied(self, number: int, after: E, found: Differences) -> E:
        if found:
            raise NotAppliedError(
                f"{self._what} {number} at {self._host} was written, but the response differs from what was asked for"
                f" in {_names(found)}",
                differences=found,
                **self._details(number),
            )
        return after

    def _details(self, number: int) -> ErrorDetails:
        return ErrorDetails(method=self._method, path=self._path, ids={self._id_name: number}, host=self._host)


def _unlike(wanted: Request, after: Editable, *, changed: Collection[str]) -> Differences:
    """Compare settings with what a response has; of what it lacks, only what was to be changed counts."""
    found: Differences = {}
    for field in attrs.fields(type(wanted)):
        asked = getattr(wanted, field.name)
        if asked is OMITTED or field.name not in attrs.fields_dict(type(after)):
            continue
        has = _found(after, field.name, kept=field.name not in changed)
        if has is OMITTED and (asked == () or field.name not in changed):
            continue
        found |= _between(field.name, field, asked, has)
    return found


def _apart(one: Editable, other: Editable) -> Differences:
    """Compare the settings of two states of an object; what one of them lacks counts for nothing."""
    found: Differences = {}
    for field in attrs.fields(one.SETTINGS):
        was, now = _found(one, field.name, kept=True), _found(other, field.name, kept=True)
        if was is not OMITTED and now is not OMITTED:
            found |= _between(field.name, field, was, now)
    return found


def _between(place: str, field: attrs.Attribute[Any], asked: object, has: object) -> Differences:
    """Compare two values; of what is made of parts, name the parts that differ. What was not asked for differs not."""
    if asked is OMITTED or _same(field, asked, has):
        return {}
    if not isinstance(asked, Request) or type(asked) is not type(has):
        return {place: (asked, None if has is OMITTED else has)}
    found: Differences = {}
    for part in attrs.fields(type(asked)):
        if part.eq:
            found |= _between(f"{place}.{part.name}", part, getattr(asked, part.name), getattr(has, part.name))
    return found


def _strayed(before: Editable, after: Editable) -> Differences:
    """Compare what is not written: some fields that are known, and all that both have and the library does not know."""
    known = {str(field.metadata.get(JSON_KEY, field.name)) for field in attrs.fields(type(before))}
    both = before.unrecognized.keys() & after.unrecognized.keys()
    pairs: dict[str, tuple[object, object]] = {
        **{name: (getattr(before, name), getattr(after, name)) for name in before.COMPARED},
        **{key: (before.unrecognized[key], after.unrecognized[key]) for key in sorted(both - known)},
    }
    return {name: (was, now) for name, (was, now) in pairs.items() if was is not None is not now and was != now}


def _found(model: Editable, name: str, *, kept: bool) -> object:
    """Return what stands for a field of the settings; what cannot be read, as it came.

    :param kept: whether it was not to be changed.
    """
    try:
        return model.kept(name) if kept else model.setting(name)
    except (ValueError, TypeError):
        field = attrs.fields_dict(type(model))[name]
        return model.unrecognized.get(str(field.metadata.get(JSON_KEY, name)), getattr(model, name))


def _same(field: attrs.Attribute[Any], one: object, other: object) -> bool:
    """Compare values as the settings do: numbers by value, pairs in any order, what is off with what is not there."""
    key: Callable[[object], object] | None = field.metadata.get(COMPARED_BY)
    try:
        return one == other if key is None else key(one) == key(other)
    except (TypeError, ValueError):
        return False  # one of them is something that could not be read


def _names(found: Differences) -> str:
    return ", ".join(found)
