"""One consumer's stream: entered once it misses nothing, read with ``async for``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Generic, Self, TypeVar, final

from threecommas_async.codec import DecodeError
from threecommas_async.errors import NotSentError, ThreeCommasError
from threecommas_async.secret import Secret
from threecommas_async.streams.channel import Channel
from threecommas_async.streams.events import Gap, Origin, Resynced
from threecommas_async.streams.merge import Change, Merge, State, Verdict
from threecommas_async.transport.clock import Clock
from threecommas_async.transport.waiting import within

EventT = TypeVar("EventT")

_BREATH: Final = 16


@final
class Stream(Generic[EventT]):
    """Changes as they come; an asynchronous context manager, and within it an asynchronous iterator.

    Entered once the subscription is confirmed: whatever happens from then on is told. Reading it is what may take long:
    of what changes meanwhile the latest state is kept.

    It is made by :class:`~threecommas_async.streams.Streams`, and is used once.
    """

    def __init__(
        self,
        channel: Channel[Any, EventT],
        clock: Clock,
        identify: Callable[[], Coroutine[Any, Any, Secret]],
        *,
        wants: Callable[[State], bool],
        snapshot: bool,
        since: datetime | None,
        max_pending: int,
        audit: float | None,
        open_timeout: float,
    ) -> None:
        self._channel: Final = channel
        self._clock: Final = clock
        self._identify: Final = identify
        self._wants: Final = wants
        self._snapshot: Final = snapshot
        self._since: Final = since
        self._open_timeout: Final = open_timeout
        self._merge: Final = Merge(max_pending)
        self._opened = asyncio.Event()
        self._ready = asyncio.Event()
        self._error: ThreeCommasError | None = None
        self._is_entered = False
        self._is_left = False
        self._joined_at: datetime | None = None
        self._has_baseline = False
        self._lacks_room = False
        self._told = 0
        self.audit = audit
        self.demand = 0

    def __repr__(self) -> str:
        state = "left" if self._is_left else "open" if self._joined_at is not None else "not entered"
        return f"<Stream of {self._channel.name}, {state}, {len(self._merge)} to be told>"

    # ---- for its user -----------------------------------------------------------------------------------------------
    async def __aenter__(self) -> Self:
        """Open the stream.

        :raises AuthenticationError: the key is wrong.
        :raises PermissionDeniedError: the key may not.
        :raises NotSentError: there was no connection within ``open_timeout``.
        """
        if self._is_entered:
            raise RuntimeError("a stream is entered once; ask for another one")
        self._is_entered = True
        is_late = False
        try:
            self._channel.add(self, await self._identify())
            await within(self._clock, self._open_timeout, self._opened.wait())
        except TimeoutError:
            is_late = True
        except BaseException:
            await self._leave()
            raise
        if is_late or self._error is not None:
            await self._leave()
            raise self._error or NotSentError(
                f"the stream of {self._channel.name} was not opened within {self._open_timeout:g} s: "
                f"{self._channel.problem}"
            )
        return self

    async def __aexit__(
        self, exception_type: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._leave()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> EventT | Gap | Resynced:
        if self._joined_at is None and not self._is_left:
            raise RuntimeError("enter the stream first: async with client.streams.deals() as deals")
        while not self._is_left:
            self._told += 1
            if self._told % _BREATH == 0:
                await asyncio.sleep(0)  # who has many to tell keeps nobody else from running
            event = self._next()
            if event is not None:
                return event
            if self._error is not None:
                raise self._error
            self._ready.clear()
            await self._ready.wait()
        raise StopAsyncIteration

    def _next(self) -> EventT | Gap | Resynced | None:
        while (told := self._merge.next()) is not None:
            if self._lacks_room and self._merge.is_half_empty:
                self._channel.wake()
            if not isinstance(told, Change):
                return told
            try:
                return self._channel.kind.told(told.state, told.origin, told.skipped)
            except DecodeError:
                self._channel.unreadable()
        return None

    async def _leave(self) -> None:
        self._is_left = True
        self._ready.set()
        await self._channel.remove(self)

    # ---- for its channel --------------------------------------------------------------------------------------------
    @property
    def has_room(self) -> bool:
        return not self._lacks_room or self._merge.is_half_empty

    @property
    def wants_since(self) -> datetime | None:
        bounds = [self._merge.gap_since, None if self._has_baseline else self._since or self._joined_at]
        return min((bound for bound in bounds if bound is not None), default=None)

    @property
    def gap_since(self) -> datetime | None:
        """From when on changes may be missing."""
        return self._merge.gap_since

    def confirmed(self, server_time: datetime) -> None:
        if self._joined_at is None:
            self._joined_at = server_time
        if not self._has_baseline or self._merge.gap_since is not None:
            self.demand += 1
        if self._channel.is_pushed:
            self._opened.set()

    def pushed(self, state: State) -> None:
        if self._joined_at is None or not self._wants(state):
            return
        if self._merge.take(state, "push") == "full":
            self._overflow(state)
        self._ready.set()

    @property
    def is_current(self) -> bool:
        return self._has_baseline and self._merge.gap_since is None

    def row(self, state: State, *, is_active: bool, is_last_word: bool) -> Verdict:
        if self._joined_at is None or not self._wants(state):
            return "same"
        in_gap = self._merge.gap_since is not None
        is_quiet, origin = False, self._origin(is_active=is_active)
        if not self._has_baseline and not in_gap:
            is_quiet = origin != "snapshot" and self._is_of_before(state)
        verdict = self._merge.take(state, origin, is_quiet=is_quiet, is_last_word=is_last_word)
        if verdict == "full":
            self._lacks_room = True
        elif verdict == "new":
            self._ready.set()
        return verdict

    def lost(self, since: datetime, reason: str) -> None:
        if self._joined_at is None:
            return
        self._merge.gap(since, reason)
        self.demand += 1
        self._ready.set()

    def passing(self) -> None:
        self._lacks_room = False

    def passed(self, demand: int, requests: int) -> None:
        if not demand or self._joined_at is None:
            return
        if self._lacks_room or self.demand != demand:
            return
        self.demand = 0
        is_beginning = not self._has_baseline
        self._has_baseline = True
        if self._merge.gap_since is not None or (is_beginning and (self._snapshot or self._since is not None)):
            self._merge.resynced(requests)
        self._opened.set()
        self._ready.set()

    def failed(self, error: ThreeCommasError) -> None:
        self._error = error
        self._opened.set()
        self._ready.set()

    def _origin(self, *, is_active: bool) -> Origin:
        """Return what a row is told as."""
        if self._merge.gap_since is not None:
            return "backfill"
        if self._has_baseline:
            return "audit"
        return "snapshot" if self._snapshot and is_active else "backfill"

    def _is_of_before(self, state: State) -> bool:
        """Tell whether a state that a pass at the beginning brings was there before."""
        bound = self._since or self._joined_at
        return state.updated_at is not None and bound is not None and state.updated_at <= bound

    def _overflow(self, state: State) -> None:
        self._lacks_room = True
        self._channel.overflowed(self, state)
