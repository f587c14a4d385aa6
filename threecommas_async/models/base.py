"""What every model shares."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

import attrs

JsonValue = None | bool | int | str | Decimal | list["JsonValue"] | dict[str, "JsonValue"]
"""Decoded JSON, with :class:`~decimal.Decimal` for every number that is no integer."""

JSON_KEY: Final = "json_key"
"""The entry of a field's attrs metadata that holds its name in JSON, where that differs."""


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
