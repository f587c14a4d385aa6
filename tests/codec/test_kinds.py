"""Values that the API writes in another form than is usual for their class: read, and written back as they came."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from threecommas_async import codec
from threecommas_async.models.base import (
    JSON_KEY,
    BoolAsText,
    IntAsText,
    IntOrText,
    JsonValue,
    Model,
    Month,
    UnixMilliseconds,
    UnixSeconds,
)


@attrs.frozen(kw_only=True, weakref_slot=False)
class Kinds(Model):
    """One field of each kind, and one that makes the quick way of reading give up."""

    seconds: UnixSeconds | None = None
    milliseconds: UnixMilliseconds | None = attrs.field(default=None, metadata={JSON_KEY: "milliSeconds"})
    month: Month | None = None
    either: IntOrText | None = None
    count: IntAsText | None = None
    on: BoolAsText | None = None
    needed: UnixSeconds


def _both_ways(fields: str) -> Kinds:
    """Read by the quick way and by the tolerant one, see that they agree, and return the result."""
    quick = codec.from_json(f'{{"needed": 0, {fields}}}', Kinds)
    tolerant = codec.from_json(f'{{"needed": 0, {fields}, "surprise": 1}}', Kinds)
    assert {**quick.unrecognized, "surprise": 1} == tolerant.unrecognized
    assert quick == attrs.evolve(tolerant, unrecognized=quick.unrecognized)
    return quick


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        ('"seconds": 1726617600', "seconds", datetime(2024, 9, 18, tzinfo=UTC)),
        ('"seconds": -1', "seconds", datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ('"milliSeconds": 1739799333228', "milliseconds", datetime(2025, 2, 17, 13, 35, 33, 228000, tzinfo=UTC)),
        ('"month": "2025-03"', "month", date(2025, 3, 1)),
        ('"either": 0', "either", 0),
        ('"either": "0"', "either", "0"),
        ('"either": "long"', "either", "long"),
        ('"count": "81"', "count", 81),
        ('"on": "true"', "on", True),
        ('"on": "false"', "on", False),
        ('"on": null', "on", None),
        ('"seconds": null', "seconds", None),
    ],
)
def test_it_is_read_and_written_back_as_it_came(fields: str, name: str, value: object) -> None:
    kinds = _both_ways(fields)
    assert (getattr(kinds, name), type(getattr(kinds, name))) == (value, type(value))
    assert kinds.unrecognized == {}
    written = codec.to_json(kinds).decode()
    assert fields.replace(": ", ":") in written
    assert codec.from_json(written, Kinds) == kinds


@pytest.mark.parametrize(("fields", "name", "value"), [('"on": true', "on", True), ('"count": 81', "count", 81)])
def test_what_is_a_text_may_come_as_what_it_means(fields: str, name: str, value: object) -> None:
    kinds = _both_ways(fields)
    assert (getattr(kinds, name), type(getattr(kinds, name))) == (value, type(value))
    assert kinds.unrecognized == {}


@pytest.mark.parametrize("number", ['"1726617600"', "1726617600.0", '"1726617600.0"', "1.7266176e9"])
def test_whole_seconds_may_be_written_otherwise(number: str) -> None:
    assert _both_ways(f'"seconds": {number}').seconds == datetime(2024, 9, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("seconds", "1726617600.5"),
        ("seconds", '"2024-09-18T00:00:00Z"'),
        ("seconds", "true"),
        ("seconds", "99999999999999"),
        ("seconds", "1e400"),
        ("milliSeconds", "0.5"),
        ("milliSeconds", "123456789012345678901234567890"),
        ("month", '"2025-13"'),
        ("month", '"2025-3"'),
        ("month", '"2025-03-28"'),
        ("month", "202503"),
        ("count", '"many"'),
        ("count", '"8.5"'),
        ("on", '"yes"'),
        ("on", '"True"'),
        ("on", "1"),
        ("on", '""'),
        ("either", "true"),
        ("either", "0.5"),
        ("either", '["long"]'),
    ],
)
def test_what_cannot_be_read_without_loss_is_kept_raw(key: str, value: str) -> None:
    kinds = _both_ways(f'"{key}": {value}')
    raw: JsonValue = codec.decode_json(value)
    assert kinds.unrecognized == {key: raw}
    assert getattr(kinds, key.lower()) is None
    written = codec.decode_json(codec.to_json(kinds))
    assert isinstance(written, dict)
    assert written[key] == raw


def test_a_field_that_is_needed_must_be_readable() -> None:
    with pytest.raises(codec.DecodeError, match=r"Kinds\.needed: not an integer"):
        codec.from_json('{"needed": "soon"}', Kinds)


@given(st.integers(-62135596800, 253402300799))
def test_every_second_there_is(number: int) -> None:
    kinds = _both_ways(f'"seconds": {number}, "milliSeconds": {number}')
    assert kinds.seconds == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=number)
    written = codec.decode_json(codec.to_json(kinds))
    assert isinstance(written, dict)
    assert written["seconds"] == written["milliSeconds"] == number


def test_a_time_in_another_zone_is_the_same_number() -> None:
    zone = timezone(timedelta(hours=2))
    kinds = Kinds(needed=datetime(1970, 1, 1, 2, tzinfo=zone))
    assert b'"needed":0' in codec.to_json(kinds)


def test_a_time_that_is_too_fine_is_not_rounded() -> None:
    kinds = Kinds(needed=datetime(1970, 1, 1, 0, 0, 0, 500000, tzinfo=UTC))
    with pytest.raises(ValueError, match="cannot be written as a whole number of 0:00:01"):
        codec.to_json(kinds)
