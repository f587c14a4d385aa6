"""Heaps whose entries can be withdrawn."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from threecommas_async.sandbox.engine.agenda import Agenda


@given(steps=st.lists(st.one_of(st.integers(0, 9), st.just(None), st.tuples(st.integers(0, 30))), max_size=200))
def test_the_first_is_the_smallest_that_was_not_withdrawn(steps: list[int | tuple[int] | None]) -> None:
    agenda = Agenda[tuple[int], int]()
    entries = []
    expected = list[tuple[int, int]]()
    for number, step in enumerate(steps):
        if isinstance(step, int):
            entries.append(agenda.add((step,), number))
            expected.append((step, number))
        elif step is None and expected:
            first = agenda.first()
            assert first is not None
            assert (first.key[0], first.value) == min(expected)
            assert agenda.take() is first
            expected.remove(min(expected))
        elif step is not None and step[0] < len(entries):
            entry = entries[step[0]]
            agenda.withdraw(entry)
            expected = [item for item in expected if item != (entry.key[0], entry.value)]
        assert len(agenda) == len(expected)
    assert (agenda.first() is None) == (not expected)


def test_withdrawn_entries_do_not_pile_up() -> None:
    agenda = Agenda[tuple[int], int]()
    agenda.add((0,), 0)
    for number in range(1, 10_000):
        agenda.withdraw(agenda.add((number,), number))
    assert len(agenda) == 1
    assert len(agenda._heap) < 200
