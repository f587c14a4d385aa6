"""Whether an answer came through the library whole."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, cast, get_args

import attrs

from threecommas_async import codec
from threecommas_async.models.base import JsonValue, Model


def differences(came: JsonValue, written: JsonValue, place: str = "") -> Iterator[str]:
    """Compare what came with what the library makes of it when it writes it back: number by number, key by key.

    A number may come back as a string, in other notation, if value and sign are the same. A key that did not
    come may come back as null. Nothing else may differ.
    """
    if isinstance(came, dict) and isinstance(written, dict):
        for key in came.keys() | written.keys():
            if key in came and key not in written:
                yield f"{place}.{key} is lost"
            elif key in came:
                yield from differences(came[key], written[key], f"{place}.{key}")
            elif written[key] is not None:
                yield f"{place}.{key} was invented: {written[key]!r}"
    elif isinstance(came, list) and isinstance(written, list):
        if len(came) != len(written):
            yield f"{place} had {len(came)} items, now {len(written)}"
        for number, (one, other) in enumerate(zip(came, written, strict=False)):
            yield from differences(one, other, f"{place}[{number}]")
    elif (type(came) is not type(written) or came != written) and not _is_same_number(came, written):
        yield f"{place} was {came!r}, is {written!r}"


def unrecognized(value: object) -> Iterator[str]:
    """Name what a result of the library keeps as unrecognized, however deep."""
    if isinstance(value, Model):
        yield from (f"{type(value).__name__}.{key}" for key in value.unrecognized)
        for field in attrs.fields(type(value)):
            if field.name != "unrecognized":
                yield from unrecognized(getattr(value, field.name))
    elif isinstance(value, (list, tuple)):
        for item in cast("list[object]", value):
            yield from unrecognized(item)


def rewritten(value: object) -> JsonValue:
    """Return what the library writes for ``value``, decoded."""
    return codec.decode_json(codec.to_json(value))


def model_in(annotation: Any) -> type[Model] | None:
    """Find the model in ``Model | None`` or ``tuple[Model, ...] | None``."""
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return annotation
    return next((found for one in get_args(annotation) if (found := model_in(one))), None)


def _is_same_number(came: JsonValue, written: JsonValue) -> bool:
    if not isinstance(came, (str, int, Decimal)) or not isinstance(written, str) or isinstance(came, bool):
        return False
    try:
        before, after = Decimal(came), Decimal(written)
    except InvalidOperation:
        return False
    return before == after and before.is_signed() == after.is_signed()
