"""Which state is newer, what is told, and in which order: no I/O."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threecommas_async.streams import Gap, Resynced
from threecommas_async.streams.merge import Change, Merge, State

START = datetime(2025, 1, 1, tzinfo=UTC)


def at(seconds: float | None) -> datetime | None:
    return None if seconds is None else START + timedelta(seconds=seconds)


def state(
    updated: float | None,
    essence: int,
    *,
    log: float | None = None,
    came: float = 0,
    is_row: bool = False,
    deal_id: int = 1,
) -> State:
    return State(deal_id, b"{}", at(updated), at(log), essence, came, is_row)


def essence_of(change: Change) -> int:
    assert isinstance(change.state.essence, int)
    return change.state.essence


def told(merge: Merge) -> list[tuple[int, int]]:
    """Return id and essence of all changes that wait."""
    changes = list[tuple[int, int]]()
    while (one := merge.next()) is not None:
        if isinstance(one, Change):
            changes.append((one.state.id, essence_of(one)))
    return changes


def test_first_state_is_told() -> None:
    merge = Merge(10)
    assert merge.take(state(1, 1), "push") == "new"
    assert told(merge) == [(1, 1)]


@pytest.mark.parametrize("is_row", [True, False])
def test_later_updated_at_wins_whatever_comes_first(is_row: bool) -> None:
    merge = Merge(10)
    assert merge.take(state(2, 2, came=1), "push") == "new"
    assert merge.take(state(1, 1, came=9, is_row=is_row), "push") == "older"
    assert told(merge) == [(1, 2)]


def test_log_decides_where_updated_at_ties() -> None:
    merge = Merge(10)
    assert merge.take(state(1, 3, log=3, came=1), "push") == "new"
    assert merge.take(state(1, 2, log=2, came=2), "push") == "older"
    assert merge.take(state(1, 4, log=4, came=3), "push") == "new"


def test_what_differs_in_prices_only_is_no_news() -> None:
    merge = Merge(10)
    merge.take(state(1, 1, log=1), "push")
    assert merge.take(state(1, 1, log=1, came=5), "push") == "same"
    assert merge.take(state(1, 1, came=6, is_row=True), "audit") == "same"


def test_row_asked_for_before_a_push_came_is_older_than_it() -> None:
    merge = Merge(10)
    merge.take(state(1, 2, log=2, came=5), "push")
    assert merge.take(state(1, 1, came=4, is_row=True), "backfill") == "older"


def test_row_asked_for_later_wins_a_tie_once_the_log_was_asked_for() -> None:
    merge = Merge(10)
    merge.take(state(1, 1, log=1, came=5), "push")
    row = state(1, 2, came=6, is_row=True)
    assert merge.take(row, "backfill", is_last_word=False) == "doubtful"
    assert told(merge) == [(1, 1)]
    assert merge.take(row, "backfill") == "new"
    assert told(merge) == [(1, 2)]


def test_push_from_before_a_row_is_older_than_the_row() -> None:
    merge = Merge(10)
    merge.take(state(1, 1, log=1, came=1), "push")
    merge.take(state(1, 2, came=2, is_row=True), "backfill")
    assert merge.take(state(1, 1, log=1, came=3), "push") == "older"


def test_push_of_what_a_row_has_told_is_no_news() -> None:
    merge = Merge(10)
    merge.take(state(1, 1, log=1, came=1), "push")
    merge.take(state(1, 2, came=2, is_row=True), "backfill")
    assert merge.take(state(1, 2, log=2, came=3), "push") == "same"
    assert merge.take(state(1, 1, log=1, came=4), "push") == "older"


def test_quiet_state_is_remembered_and_told_once_it_is_pushed() -> None:
    merge = Merge(10)
    assert merge.take(state(1, 1, is_row=True), "snapshot", is_quiet=True) == "same"
    assert merge.take(state(1, 1, is_row=True, came=1), "audit") == "same"
    assert told(merge) == []
    assert merge.take(state(1, 1, log=1, came=2), "push") == "new"


def test_latest_state_keeps_the_place_of_the_first_and_counts_what_it_replaced() -> None:
    merge = Merge(10)
    for number in range(3):
        merge.take(state(number, number, deal_id=1), "push")
        merge.take(state(number, 10 + number, deal_id=2), "push")
    first, second = merge.next(), merge.next()
    assert isinstance(first, Change)
    assert isinstance(second, Change)
    assert (first.state.id, first.state.essence, first.skipped) == (1, 2, 2)
    assert (second.state.id, second.state.essence, second.skipped) == (2, 12, 2)
    assert merge.next() is None


def test_no_more_entities_wait_than_there_is_room_for() -> None:
    merge = Merge(2)
    assert [merge.take(state(1, 1, deal_id=number), "push") for number in (1, 2, 3)] == ["new", "new", "full"]
    assert merge.take(state(2, 2, deal_id=1), "push") == "new"
    was_half_empty = merge.is_half_empty
    merge.next()
    assert (was_half_empty, merge.is_half_empty) == (False, True)
    assert merge.take(state(1, 1, deal_id=3), "push") == "new", "what had no room is not taken for known"


def test_resynced_comes_after_all_that_it_vouches_for() -> None:
    merge = Merge(10)
    merge.gap(START, "closed")
    merge.take(state(1, 1, is_row=True), "backfill")
    merge.resynced(2)
    merge.take(state(1, 1, deal_id=2), "push")
    assert merge.next() == Gap(START, "closed")
    assert isinstance(merge.next(), Change)
    assert merge.next() == Resynced(requests=2, changed=1)
    assert isinstance(merge.next(), Change)


def test_second_gap_before_the_first_is_closed_is_the_same_gap() -> None:
    merge = Merge(10)
    merge.gap(START + timedelta(seconds=5), "closed")
    merge.gap(START, "closed again")
    assert merge.gap_since == START
    assert isinstance(merge.next(), Gap)
    assert merge.next() is None


def test_gap_takes_back_a_resynced_that_was_not_told_yet() -> None:
    merge = Merge(10)
    merge.gap(START, "closed")
    assert isinstance(merge.next(), Gap)
    merge.resynced(2)
    merge.gap(START, "closed again")
    assert merge.next() is None
    merge.resynced(2)
    assert merge.next() == Resynced(2, 0)


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(0, 5)), max_size=40),
    st.lists(st.integers(0, 3), max_size=40),
)
def test_in_any_order_of_pushes_no_state_goes_backwards_and_the_newest_is_told(
    pushes: list[tuple[int, int]], pauses: list[int]
) -> None:
    """Each push is a deal, and which of its six states; two of them each have the same ``updated_at``."""
    merge, seen, newest = Merge(10), dict[int, int](), dict[int, int]()

    def read(number: int) -> None:
        for _ in range(number):
            one = merge.next()
            if isinstance(one, Change):
                assert essence_of(one) > seen.get(one.state.id, -1)
                seen[one.state.id] = essence_of(one)

    for position, (deal_id, number) in enumerate(pushes):
        merge.take(state(number // 2, number, log=number, came=position, deal_id=deal_id), "push")
        newest[deal_id] = max(newest.get(deal_id, 0), number)
        read(pauses[position] if position < len(pauses) else 0)
    read(len(merge))
    assert seen == newest
