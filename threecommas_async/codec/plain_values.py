"""Models as plain values, for JSON, CSV, databases and DataFrames."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final, cast
from uuid import UUID

import attrs
import msgspec

from threecommas_async.codec.scalars import iso, plain
from threecommas_async.models.base import Model
from threecommas_async.secret import HIDDEN, Secret

Decimals = Callable[[Decimal], object] | type[str] | type[Decimal]
"""How a Decimal is converted: ``str`` for plain notation with every digit, ``Decimal`` to keep it, or a function."""

_SEPARATOR: Final = "."


def to_dict(model: Model, *, secrets: bool = False, flat: bool = False, decimals: Decimals = str) -> dict[str, object]:
    """Return a model's fields as plain values: str, int, bool, None, lists and dicts of them, and ``decimals``.

    The keys are the names of the attributes. Times are ISO 8601. What the library could not read stays under
    ``unrecognized``; with ``flat`` it is omitted, so that all rows of a table have the same columns.

    ::

        frame = pandas.DataFrame([codec.to_dict(account, flat=True) async for account in client.accounts.iterate()])

    :param secrets: whether secrets are written in plain text; otherwise as ``<hidden>``.
    :param flat: whether nested models become keys with a dot, ``day_profit.amount``, and lists become JSON, for CSV
        files and DataFrames.
    :param decimals: ``str`` for exact texts, ``Decimal`` to keep them, or a function such as ``float``.
    """
    write = (
        plain if decimals is str else (_same if decimals is Decimal else cast("Callable[[Decimal], object]", decimals))
    )

    def value_of(value: object) -> object:
        if isinstance(value, Decimal):
            return write(value)
        if isinstance(value, Secret):
            return value.reveal() if secrets else HIDDEN
        if isinstance(value, datetime):
            return iso(value)
        if isinstance(value, (date, UUID)):
            return str(value)
        if isinstance(value, Model):
            return fields_of(value)
        if isinstance(value, Mapping):
            return {str(key): value_of(item) for key, item in cast("Mapping[object, object]", value).items()}
        if isinstance(value, (list, tuple)):
            return [value_of(item) for item in cast("list[object]", value)]
        return value

    def fields_of(one: Model) -> dict[str, object]:
        return {
            field.name: value_of(getattr(one, field.name))
            for field in attrs.fields(type(one))
            if not flat or field.name != "unrecognized"
        }

    return dict(_flattened("", fields_of(model))) if flat else fields_of(model)


def _flattened(name: str, value: object) -> list[tuple[str, object]]:
    if isinstance(value, dict):
        return [
            entry
            for key, item in cast("dict[str, object]", value).items()
            for entry in _flattened(f"{name}{_SEPARATOR}{key}" if name else key, item)
        ]
    return [(name, msgspec.json.encode(value).decode() if isinstance(value, list) else value)]


def _same(value: Decimal) -> Decimal:
    return value
