"""Which state is newer, and what is still to be told: no I/O, no clock, one for each consumer.

A state's version is when it was updated, then the last entry of its log. ``updated_at`` alone is neither a version nor
the proof of a repetition: it does not move with every change. Where versions tie, the content decides whether there is
a change at all, and the order of arrival which of the two is the later.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from datetime import datetime
from typing import Literal, NamedTuple, final

from attrs import define

from threecommas_async.streams.events import Gap, Origin, Resynced

Verdict = Literal["new", "same", "older", "full", "doubtful"]
"""What became of a state: told next, known already, superseded already, or there was no room for it; or it has no log,
and only that could tell whether it is the later one."""


class State(NamedTuple):
    """An entity as it was at one moment."""

    id: int
    raw: bytes
    """The whole of it, as JSON."""
    updated_at: datetime | None
    logged_at: datetime | None
    """When the last entry of its log was made; None where the log is not part of it."""
    essence: object
    """All of it that does not follow the market by itself, to be compared with that of another state."""
    at: float
    """When a push came, or the request for a row was sent, by the clock."""
    is_row: bool
    """Whether it was asked for."""
    bot_id: int | None = None
    account_id: int | None = None


class _Known(NamedTuple):
    updated_at: datetime | None
    logged_at: datetime | None
    essence: object
    at: float
    was_told: bool
    is_row: bool


@final
@define
class Change:
    """A state that is to be told."""

    state: State
    origin: Origin
    skipped: int = 0


@final
class Merge:
    """What one consumer knows, and what it is still to be told.

    :param most: how many entities may wait to be told at a time.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known = dict[int, _Known]()
        # One order for all: an entity keeps its place while newer states of it replace the older.
        self._pending = OrderedDict[int | Literal["gap", "resynced"], Change | Gap | Resynced]()
        self._changes = 0
        self.gap_since: datetime | None = None
        """From when on changes may be missing, as long as they may."""
        self.changed = 0
        """How many changes were asked for since the gap, or the beginning."""
        self.same = 0
        self.older = 0

    def __len__(self) -> int:
        """Return how many things are to be told."""
        return len(self._pending)

    @property
    def is_half_empty(self) -> bool:
        """Whether there is room again for many."""
        return self._changes <= self._most // 2

    def take(self, state: State, origin: Origin, *, is_quiet: bool = False, is_last_word: bool = True) -> Verdict:
        """Take in a state.

        :param is_last_word: whether to decide by the time where only a log could tell.
        :param is_quiet: whether to remember it without telling it, unless it differs from what is known.
        """
        known = self._known.get(state.id)
        if known is None:
            if is_quiet:
                self._known[state.id] = _Known(state.updated_at, state.logged_at, state.essence, state.at, False, True)
                return "same"
        else:
            verdict = self._compared(state, known, is_last_word=is_last_word)
            if verdict is not None:
                return verdict
        return self._tell(state, origin, known)

    def _compared(self, state: State, known: _Known, *, is_last_word: bool) -> Verdict | None:
        """Tell whether a state is no news, given what is known."""
        order = _order(state.updated_at, known.updated_at)
        if order == 0 and state.essence == known.essence and known.is_row and known.was_told:
            # A row has no log: what the log says beyond it may have been in the row already.
            if state.logged_at is not None:
                logged_at = max(state.logged_at, known.logged_at or state.logged_at)
                self._known[state.id] = known._replace(logged_at=logged_at, is_row=False)
            self.same += 1
            return "same"
        order = order or _order(state.logged_at, known.logged_at)
        verdict = None if order > 0 else "older" if order < 0 else _of_same_version(state, known, is_last_word)
        self.same += verdict == "same"
        self.older += verdict == "older"
        return verdict

    def _tell(self, state: State, origin: Origin, known: _Known | None) -> Verdict:
        waiting = self._pending.get(state.id)
        if isinstance(waiting, Change):
            waiting.state, waiting.origin, waiting.skipped = state, origin, waiting.skipped + 1
        elif self._changes >= self._most:
            return "full"
        else:
            self._pending[state.id] = Change(state, origin)
            self._changes += 1
        logged_at = state.logged_at
        if logged_at is None and known is not None and state.updated_at == known.updated_at:
            logged_at = known.logged_at
        self._known[state.id] = _Known(state.updated_at, logged_at, state.essence, state.at, True, state.is_row)
        if state.is_row:
            self.changed += 1
        return "new"

    def gap(self, since: datetime, reason: str) -> None:
        """Note that changes may be missed from a moment on; a gap that is open already lasts on."""
        if self.gap_since is not None:
            self.gap_since = min(self.gap_since, since)
            return
        self.gap_since, self.changed = since, 0
        # What was not told yet of an earlier gap's end is not true any more.
        if self._pending.pop("resynced", None) is None:
            self._pending["gap"] = Gap(since, reason)

    def resynced(self, requests: int) -> None:
        """Note that everything is known again."""
        self.gap_since = None
        self._pending["resynced"] = Resynced(requests, self.changed)
        self.changed = 0

    def next(self) -> Change | Gap | Resynced | None:
        """Return what is to be told next, if there is anything."""
        if not self._pending:
            return None
        _, told = self._pending.popitem(last=False)
        if isinstance(told, Change):
            self._changes -= 1
        return told

    def ids(self) -> Iterator[int]:
        """Return the ids of all that is known."""
        return iter(self._known)


def _of_same_version(state: State, known: _Known, is_last_word: bool) -> Verdict | None:
    """Tell whether a state is no news, given what is known of the same version."""
    if state.essence == known.essence:
        # What was never told is told when it is pushed: that says that it has changed.
        return "same" if known.was_told or state.is_row else None
    if not state.is_row:
        is_before_row = known.is_row and state.logged_at is not None and state.logged_at == known.logged_at
        return "older" if is_before_row else None
    if state.at < known.at:
        return "older"
    is_undecided = state.logged_at is None and known.logged_at is not None and not is_last_word
    return "doubtful" if is_undecided else None


def _order(one: datetime | None, other: datetime | None) -> int:
    """Compare two moments: below zero, zero or above; what lacks one of them ties."""
    if one is None or other is None or one == other:
        return 0
    return -1 if one < other else 1
