"""Random days: whatever the connection does, the consumer knows in the end what the server knows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.streams.rehearsal import Result, Weather, rehearse
from threecommas_async.streams.fill import Fill
from threecommas_async.streams.merge import State

WEATHER = st.builds(
    Weather,
    drops=st.integers(1, 12),
    stalls=st.sampled_from([0.0, 0.3]),
    duplicates=st.sampled_from([0.0, 0.5]),
    swaps=st.sampled_from([0.0, 0.5]),
    muted=st.sampled_from([0.0, 0.1]),
    untouched=st.sampled_from([0.0, 0.4]),
    lag=st.sampled_from([0.0, 0.3, 5.0]),
)


@settings(max_examples=12)
@given(seed=st.integers(0, 2**32), weather=WEATHER, consumers=st.integers(1, 3))
def test_after_any_faults_and_a_quiet_time_every_state_is_known_and_none_came_twice_or_went_backwards(
    seed: int, weather: Weather, consumers: int
) -> None:
    result = asyncio.run(rehearse(seed, weather, deals=20, consumers=consumers))
    assert (result.missed, result.backwards, result.repeated) == (0, 0, 0)


def silent(seed: int, audit: float | None) -> Result:
    return asyncio.run(rehearse(seed, Weather(drops=0, muted=0.05), deals=100, audit=audit))


def test_pushes_that_are_lost_while_the_connection_is_well_are_found_by_the_audit_alone() -> None:
    assert silent(5, None).missed > 0
    assert silent(5, 300.0).missed == 0


def test_without_asking_for_what_was_missed_the_rehearsal_sees_what_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(*_: object) -> AsyncIterator[State]:
        states: tuple[State, ...] = ()
        for state in states:
            yield state

    monkeypatch.setattr(Fill, "active", nothing)
    monkeypatch.setattr(Fill, "changed", nothing)
    assert asyncio.run(rehearse(1, Weather(drops=30), deals=50)).missed > 10
