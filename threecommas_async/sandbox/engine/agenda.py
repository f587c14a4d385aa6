"""Heaps whose entries can be withdrawn: what rests at a price, or waits for a price or for a moment."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import Any, Generic, TypeVar, final

from attrs import define

KeyT = TypeVar("KeyT", bound="tuple[Any, ...]")
ValueT = TypeVar("ValueT")

_FEW: int = 64


@final
@define(eq=False)
class Entry(Generic[KeyT, ValueT]):
    """A place in an agenda."""

    key: KeyT
    value: ValueT
    is_live: bool = True
    """False once it has been withdrawn or taken."""


@final
class Agenda(Generic[KeyT, ValueT]):
    """What is to come, by its key: adding, withdrawing and taking the first cost ``log n``.

    A withdrawn entry leaves the heap when it comes to the top, or when more than half of the heap has been withdrawn.
    """

    __slots__ = ("_added", "_heap", "_withdrawn")

    def __init__(self) -> None:
        self._heap: list[tuple[KeyT, int, Entry[KeyT, ValueT]]] = []
        self._added = 0
        self._withdrawn = 0

    def __len__(self) -> int:
        return len(self._heap) - self._withdrawn

    def add(self, key: KeyT, value: ValueT) -> Entry[KeyT, ValueT]:
        """Add a value; among equal keys the one added first comes first."""
        entry = Entry(key, value)
        self._added += 1
        heappush(self._heap, (key, self._added, entry))
        return entry

    def withdraw(self, entry: Entry[KeyT, ValueT]) -> None:
        """Take an entry out, wherever it stands."""
        if not entry.is_live:
            return
        entry.is_live = False
        self._withdrawn += 1
        if self._withdrawn > _FEW and 2 * self._withdrawn > len(self._heap):
            self._heap = [item for item in self._heap if item[2].is_live]
            heapify(self._heap)
            self._withdrawn = 0

    def first(self) -> Entry[KeyT, ValueT] | None:
        """Return the entry with the smallest key."""
        heap = self._heap
        while heap and not heap[0][2].is_live:
            heappop(heap)
            self._withdrawn -= 1
        return heap[0][2] if heap else None

    def take(self) -> Entry[KeyT, ValueT]:
        """Take the entry out that ``first`` has just returned."""
        entry = heappop(self._heap)[2]
        entry.is_live = False
        return entry
