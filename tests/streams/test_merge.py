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


# ---- what is counted, and what is remembered -------------------------------------------------------------------------
def test_what_is_no_news_is_counted() -> None:
    merge = Merge(10)
    assert (merge.same, merge.older, merge.changed) == (0, 0, 0)
    merge.take(state(2, 2, log=2), "push")
    assert (merge.same, merge.older) == (0, 0)
    for count in (1, 2):
        merge.take(state(2, 2, log=2, came=count), "push")
        assert (merge.same, merge.older) == (count, count - 1)
        merge.take(state(1, 1, log=1, came=count), "push")
        assert (merge.same, merge.older) == (count, count)


def test_what_a_row_has_told_is_counted_when_it_is_pushed() -> None:
    merge = Merge(10)
    merge.take(state(1, 1, is_row=True), "backfill")
    for count in (1, 2, 3):
        merge.take(state(1, 1, came=count), "push")
        assert merge.same == count


def test_changes_that_rows_brought_are_counted_anew_after_each_resynced() -> None:
    merge = Merge(10)
    for expected in (2, 1):
        merge.gap(START, "lost")
        for number in range(expected):
            merge.take(state(10 - expected, expected, is_row=True, deal_id=number), "backfill")
        merge.take(state(1, 1, deal_id=7), "push")  # is none of them
        merge.resynced(3)
        assert [one for one in iter(merge.next, None) if isinstance(one, Resynced)] == [Resynced(3, expected)]
    assert merge.changed == 0


def test_rows_between_two_gaps_are_counted_for_the_next() -> None:
    merge = Merge(10)
    merge.resynced(0)
    merge.take(state(1, 1, is_row=True), "audit")
    merge.resynced(1)
    assert merge.changed == 0
    changes = [one for one in iter(merge.next, None) if isinstance(one, Resynced)]
    assert changes == [Resynced(1, 1)]


def test_a_change_tells_how_it_became_known() -> None:
    merge = Merge(10)
    merge.take(state(1, 1), "snapshot")
    first = merge.next()
    merge.take(state(2, 2), "push")
    second = merge.next()
    assert isinstance(first, Change)
    assert isinstance(second, Change)
    assert (first.origin, second.origin) == ("snapshot", "push")


def test_there_is_room_again_for_as_many_as_were_told() -> None:
    merge = Merge(3)
    for number in range(3):
        merge.take(state(1, 1, deal_id=number), "push")
    merge.next()
    merge.next()
    assert [merge.take(state(1, 1, deal_id=number), "push") for number in (3, 4, 5)] == ["new", "new", "full"]


def test_a_gap_takes_the_place_of_no_other() -> None:
    merge = Merge(10)
    merge.gap(START, "lost")
    assert merge.next() == Gap(START, "lost")
    merge.resynced(1)
    assert merge.next() == Resynced(1, 0)
    merge.gap(START, "lost again")
    assert [merge.next(), merge.next()] == [Gap(START, "lost again"), None]


@pytest.mark.parametrize(("updated", "verdict"), [(0, "older"), (1, "new"), (2, "new")])
def test_of_a_quiet_state_the_version_is_remembered(updated: int, verdict: str) -> None:
    merge = Merge(10)
    merge.take(state(1, 1, came=5, is_row=True), "snapshot", is_quiet=True)
    assert merge.take(state(updated, 9, log=updated, came=9), "push") == verdict


def test_of_a_quiet_state_the_moment_is_remembered() -> None:
    merge = Merge(10)
    merge.take(state(1, 1, came=5, is_row=True), "snapshot", is_quiet=True)
    assert merge.take(state(1, 2, came=4, is_row=True), "audit") == "older"
    assert merge.take(state(1, 2, came=6, is_row=True), "audit") == "new"


def test_of_a_quiet_state_the_log_is_remembered() -> None:
    merge = Merge(10)
    merge.take(state(1, 1, log=5, is_row=True), "snapshot", is_quiet=True)
    assert merge.take(state(1, 2, log=4, came=1), "push") == "older"
    assert merge.take(state(1, 2, log=5, came=2), "push") == "older"  # the row is of the same log, and has it whole
    assert merge.take(state(1, 2, log=6, came=3), "push") == "new"


def test_a_push_of_a_rows_state_makes_it_one_with_a_log() -> None:
    merge = Merge(10)
    merge.take(state(1, 1, is_row=True), "backfill")
    assert merge.take(state(1, 1, log=3, came=1), "push") == "same"
    assert merge.take(state(1, 9, log=2, came=2), "push") == "older"
    assert merge.take(state(1, 9, log=3, came=3), "push") == "new"  # no row any more: of two pushes the later counts


def test_a_later_entry_of_the_log_stays_when_an_earlier_is_pushed() -> None:
    merge = Merge(10)
    merge.take(state(1, 1, log=5, is_row=True), "backfill")
    assert merge.take(state(1, 1, log=3, came=1), "push") == "same"
    assert merge.take(state(1, 9, log=4, came=2), "push") == "older"


def test_of_two_pushes_of_one_version_the_later_counts() -> None:
    merge = Merge(10)
    merge.take(state(1, 1, log=1), "push")
    assert merge.take(state(1, 2, log=1, came=1), "push") == "new"
    merge.take(state(2, 3), "push")
    assert merge.take(state(2, 4, came=1), "push") == "new"


def test_a_push_without_a_log_is_later_than_a_row_without_one() -> None:
    merge = Merge(10)
    merge.take(state(1, 1, is_row=True), "backfill")
    assert merge.take(state(1, 2, came=1), "push") == "new"
