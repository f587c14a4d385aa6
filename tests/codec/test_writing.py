"""Queries and bodies: exact, however deeply nested; what cannot be written exactly is refused by name."""

from __future__ import annotations

import enum
import json
from collections import OrderedDict
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import attrs
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from threecommas_async import Secret, codec
from threecommas_async.models.base import JSON_KEY, OMITTED
from threecommas_async.models.request import Request

NOON = datetime(2025, 8, 4, 12, 0, 0, 500_000, tzinfo=timezone(timedelta(hours=2)))
KEY = UUID("0b1c6f64-38b5-4f3a-9f0a-0b1c6f6438b5")


class Side(enum.StrEnum):
    BUY = "buy"


class Number(int, enum.Enum):
    MAIN = 7


@attrs.frozen(kw_only=True)
class Step(Request):
    price: Decimal
    is_last: bool | Any | None = attrs.field(default=OMITTED, metadata={JSON_KEY: "last?"})
    note: str | Any | None = OMITTED


# As they go out in a query, and in a body.
EXAMPLES: list[tuple[object, str, object]] = [
    ("text", "text", "text"),
    (True, "true", True),
    (False, "false", False),
    (7, "7", 7),
    (Decimal("1E-7"), "0.0000001", "0.0000001"),
    (Decimal("-0.0"), "-0.0", "-0.0"),
    (Decimal("1E+3"), "1000", "1000"),
    (NOON, "2025-08-04T10:00:00.500Z", "2025-08-04T10:00:00.500Z"),
    (date(2025, 8, 4), "2025-08-04", "2025-08-04"),
    (KEY, str(KEY), str(KEY)),
    (Side.BUY, "buy", "buy"),
    (Number.MAIN, "7", 7),
    (Secret("hidden text"), "hidden text", "hidden text"),
]


@pytest.mark.parametrize(("value", "in_query", "in_body"), EXAMPLES)
def test_values_are_written_exactly(value: object, in_query: str, in_body: object) -> None:
    assert parse_qsl(codec.write_query({"name": value})) == [("name", in_query)]
    assert json.loads(codec.write_body({"name": value})) == {"name": in_body}


@pytest.mark.parametrize(("value", "in_query", "in_body"), EXAMPLES)
def test_values_are_written_exactly_however_deeply_they_are_nested(
    value: object, in_query: str, in_body: object
) -> None:
    nested = {"outer": [{"inner": (value, value)}]}
    assert parse_qsl(codec.write_query(nested)) == [("outer[][inner][]", in_query)] * 2
    assert json.loads(codec.write_body(nested)) == {"outer": [{"inner": [in_body, in_body]}]}


def test_none_is_null_in_a_body_and_absent_from_a_query() -> None:
    assert codec.write_body({"a": None, "b": {"c": None}}) == b'{"a":null,"b":{"c":null}}'
    assert codec.write_query({"a": None, "b": {"c": None}, "d": [None, 1]}) == "d%5B%5D=1"


def test_what_is_omitted_never_reaches_json() -> None:
    assert not OMITTED
    assert codec.write_body({"a": OMITTED, "b": {"c": OMITTED}, "d": 1}) == b'{"b":{},"d":1}'
    assert codec.write_query({"a": OMITTED, "d": 1}) == "d=1"
    with pytest.raises(TypeError, match=r"a\[0\] cannot be sent: Omitted"):
        codec.write_body({"a": [OMITTED]})


def test_a_request_class_writes_its_fields_by_their_names_in_json() -> None:
    steps = [Step(price=Decimal("0.10"), is_last=True), Step(price=Decimal(2), note=None)]
    assert codec.write_body({"steps": steps}) == b'{"steps":[{"price":"0.10","last?":true},{"price":"2","note":null}]}'


REFUSED: list[tuple[object, type[Exception], str]] = [
    (1.5, TypeError, r"a\.b\[1\] must be a Decimal or a str, not a float"),
    (float("nan"), TypeError, "not a float"),
    (Decimal("NaN"), ValueError, r"a\.b\[1\] must be a finite number"),
    (Decimal("Infinity"), ValueError, "finite number"),
    (datetime(2025, 8, 4), ValueError, r"a\.b\[1\] must be an aware datetime"),  # noqa: DTZ001
    ("half \ud83d", ValueError, r"a\.b\[1\] has a lone surrogate"),
    (b"bytes", TypeError, r"a\.b\[1\] cannot be sent: bytes"),
    (object(), TypeError, "cannot be sent: object"),
    ({1: 2}, TypeError, r"the keys of a\.b\[1\] must be strings, not int"),
    (timedelta(1), TypeError, "cannot be sent: timedelta"),
]


@pytest.mark.parametrize(("value", "kind", "message"), REFUSED)
def test_what_has_no_exact_form_is_refused_by_name(value: object, kind: type[Exception], message: str) -> None:
    for write in (codec.write_body, codec.write_query):
        with pytest.raises(kind, match=message):
            write({"a": {"b": [0, value]}})


def test_nesting_without_end_is_refused() -> None:
    endless: dict[str, object] = {}
    endless["again"] = endless
    for write in (codec.write_body, codec.write_query):
        with pytest.raises(ValueError, match="nested too deeply"):
            write(endless)


def test_subclasses_are_written_as_what_they_are() -> None:
    class Text(str):
        __slots__ = ()

        def __str__(self) -> str:
            return "another"

    class Whole(int):
        def __str__(self) -> str:
            return "another"

    fields = OrderedDict(text=Text("text"), whole=Whole(5))
    assert codec.write_body(fields) == b'{"text":"text","whole":5}'
    assert codec.write_query(fields) == "text=text&whole=5"


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30)
INSTANTS = st.datetimes(timezones=st.just(UTC))
LEAVES = st.none() | st.booleans() | st.integers() | TEXTS | DECIMALS | INSTANTS | st.uuids()
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=8
)


@given(st.dictionaries(TEXTS, TREES, max_size=4))
def test_a_body_reads_back_as_what_was_meant(fields: dict[str, object]) -> None:
    assert msgspec.json.decode(codec.write_body(fields)) == _meant(fields)


@given(st.dictionaries(st.text("abcdefgh", min_size=1), LEAVES, max_size=4))
def test_a_query_reads_back_as_what_was_meant(fields: dict[str, object]) -> None:
    read = dict(parse_qsl(codec.write_query(fields), keep_blank_values=True))
    assert read == {
        name: {True: "true", False: "false"}[value] if isinstance(value, bool) else str(_meant(value))
        for name, value in fields.items()
        if value is not None
    }


def _meant(value: object) -> object:
    if isinstance(value, dict):
        return {key: _meant(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_meant(item) for item in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        precision = "microseconds" if value.microsecond % 1000 else "milliseconds"
        return value.strftime("%Y").zfill(4) + value.isoformat(timespec=precision)[4:-6] + "Z"
    return str(value) if isinstance(value, UUID) else value
