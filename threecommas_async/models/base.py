"""What every model shares."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, ClassVar, Final, Literal

import attrs

from threecommas_async.secret import Secret

JsonValue = None | bool | int | str | Decimal | list["JsonValue"] | dict[str, "JsonValue"]
"""Decoded JSON, with :class:`~decimal.Decimal` for every number that is not an integer."""

GuardedJson = None | bool | int | str | Decimal | Secret | list["GuardedJson"] | dict[str, "GuardedJson"]
"""Decoded JSON whose texts and numbers are a :class:`Secret` where their name is that of one."""

JSON_KEY: Final = "json_key"
"""The entry of a field's attrs metadata that holds its name in JSON, where that differs."""

# Values that the API writes in another form than is usual for their class. A type checker sees the class alone.

UnixSeconds = Annotated[datetime, "seconds since 1970"]
"""An aware datetime that is whole seconds since 1970 in JSON."""

UnixMilliseconds = Annotated[datetime, "milliseconds since 1970"]
"""An aware datetime that is whole milliseconds since 1970 in JSON."""

Month = Annotated[date, "year and month"]
"""The first day of a month that is ``2025-03`` in JSON."""

IntAsText = Annotated[int, "digits in a text"]
"""An integer that is a text in JSON."""

BoolAsText = Annotated[bool, "true or false in a text"]
"""A boolean that is the text ``"true"`` or ``"false"`` in JSON."""

IntOrText = Annotated[int | str, "whichever came"]
"""An integer or a text, whichever came: the API's 0 for what is otherwise a word."""


class Omitted(enum.Enum):
    """The class of :data:`OMITTED`, an enum so that type checkers narrow on ``is OMITTED``."""

    OMITTED = "omitted"

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "OMITTED"


OMITTED: Final = Omitted.OMITTED
"""In a :class:`Request` or a raw body: not sent, where None means null. It is falsy."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class Model:
    """Base of what the API returns."""

    SHOWN: ClassVar[tuple[str, ...]] = ()
    """The fields that the repr shows, because they distinguish objects; by default all."""

    unrecognized: Mapping[str, GuardedJson] = attrs.field(factory=dict[str, GuardedJson], hash=False)
    """Fields that this library does not know, and values that it could not read without loss, as decoded JSON under
    their own names; texts and numbers that are named like secrets are a :class:`Secret`. Empty as long as the API
    returns what is documented. Not part of the repr, since one of them may be an unknown secret."""

    def __repr__(self) -> str:
        names = self.SHOWN or [field.name for field in attrs.fields(type(self)) if field.name != "unrecognized"]
        shown = [(name, getattr(self, name)) for name in names]
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in shown if value is not None)})"

    def needs(self, *names: str) -> None:
        """Check that fields could be read, before they are used in something that is written back.

        :raises ValueError: a field is in ``unrecognized``: its value would be lost.
        """
        keys = {field.name: str(field.metadata.get(JSON_KEY, field.name)) for field in attrs.fields(type(self))}
        unread = [name for name in names if keys[name] in self.unrecognized]
        if unread:
            raise ValueError(
                f"{', '.join(unread)} of {self!r} could not be read (see 'unrecognized'): writing it back would lose it"
            )


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class CurrencyAmount(Model):
    """An amount together with its currency."""

    currency: str | None = None
    """The currency's code, such as ``USD``."""
    amount: Decimal | None = None
    """The exact amount; in fields whose name ends in ``percentage``, percent."""
