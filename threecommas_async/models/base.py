"""What every model shares."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Final

import attrs

JsonValue = None | bool | int | str | Decimal | list["JsonValue"] | dict[str, "JsonValue"]
"""Decoded JSON, with :class:`~decimal.Decimal` for every number that is no integer."""

JSON_KEY: Final = "json_key"
"""The entry of a field's attrs metadata that holds its name in JSON, where that differs."""

# Values that the API writes in another form than is usual for their class. A type checker sees the class alone.

UnixSeconds = Annotated[datetime, "seconds since 1970"]
"""An aware datetime that is whole seconds since 1970 in JSON."""

UnixMilliseconds = Annotated[datetime, "milliseconds since 1970"]
"""An aware datetime that is whole milliseconds since 1970 in JSON."""

Month = Annotated[date, "year and month"]
"""The first day of a month that is ``2025-03`` in JSON."""

IntOrText = Annotated[int | str, "whichever came"]
"""An integer or a text, whichever came: the API's 0 for what is otherwise a word."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class Model:
    """Base of what the API returns.

    :ivar unrecognized: fields that this library does not know, and values that it could not read without loss, as
        decoded JSON under their own names. Empty as long as the API keeps to what is known of it. Not part of the repr:
        nobody knows whether one of them is a secret.
    """

    unrecognized: Mapping[str, JsonValue] = attrs.field(factory=dict[str, JsonValue], hash=False, repr=False)


@attrs.frozen(kw_only=True, weakref_slot=False)
class CurrencyAmount(Model):
    """An amount together with its currency.

    :ivar currency: the currency's code, such as ``USD``.
    :ivar amount: the exact amount; in fields whose name ends in ``percentage``, percent.
    """

    currency: str | None = None
    amount: Decimal | None = None
