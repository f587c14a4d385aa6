"""A clock for tests, on which waits take no time."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import math
from collections import deque
from collections.abc import Callable, Sized
from datetime import UTC, datetime, timedelta
from typing import Final, final

from attrs import field, frozen

_START: Final = datetime(2025, 1, 1, tzinfo=UTC)
_MONOTONIC_START: Final = 1000.0
_SLEEPS_KEPT: Final = 10_000


@frozen(order=True)
class _Sleeper:
    """Somebody to be woken at a moment: those who sleep in the order in which they came, then who lets time pass."""

    due: float
    """The moment in tenths of a microsecond: floats that were added up on different ways meet there."""
    is_advance: bool
    number: int
    moment: float = field(order=False)
    woken: asyncio.Future[None] = field(order=False)


@final
class SimulatedClock:
    """A clock for tests, on which an hour takes no time.

    Give the same one to a client and to its sandbox, and both live in one time::

        clock = SimulatedClock()
        options = {"timeout": 3600, "max_wait": 3600}
        async with Sandbox(clock=clock, limits=True) as sandbox, sandbox.client(**options) as client:
            for _ in range(300):
                await client.users.validate()  # waits for the rate limit, at once
        assert clock.elapsed > 120

    - With ``auto``, a sleep ends at once: when nothing else can happen, the clock moves on to the next moment at which
      somebody wakes.
    - Without, whoever sleeps by it sleeps until the test lets the time pass::

          call = asyncio.create_task(client.users.validate())
          await clock.advance(299)
          assert clock.sleeping == 1
          await clock.advance(1)

    Either way sleepers wake one after the other, in the order of their moments, and each of them finds the clock at its
    own moment. The clock does not move while anything can still happen at the present one: calls that are under way on
    this event loop, a sandbox's answers among them, are finished first, so that none of them runs into its deadline
    because somebody else waits. What another process or thread has to do is given a millisecond each time.

    Only what sleeps by this clock is affected: not ``asyncio.sleep`` and ``asyncio.timeout``, and not the time limits
    that aiohttp sets for a response. The clock belongs to one event loop at a time.

    :param start: what :meth:`now` says at first.
    :param auto: whether the time passes by itself.
    :raises ValueError: ``start`` has no time zone.

    :ivar sleeps: how long each sleep was to last, the latest 10,000. May be cleared.
    """

    sleeps: deque[float]

    def __init__(self, start: datetime = _START, *, auto: bool = True) -> None:
        if start.tzinfo is None:
            raise ValueError("start must have a time zone, such as datetime(2025, 1, 1, tzinfo=UTC)")
        self.sleeps = deque(maxlen=_SLEEPS_KEPT)
        self._start: Final = start
        self._monotonic = _MONOTONIC_START
        self._may_reach = math.inf if auto else _MONOTONIC_START
        self._sleepers: list[_Sleeper] = []
        self._numbers: Final = itertools.count()
        self._waits_in: asyncio.AbstractEventLoop | None = None

    def __repr__(self) -> str:
        return f"<SimulatedClock {self.now().isoformat()}, {self.sleeping} sleeping>"

    def monotonic(self) -> float:
        return self._monotonic

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.elapsed)

    @property
    def elapsed(self) -> float:
        """The seconds that have passed since the start."""
        return self._monotonic - _MONOTONIC_START

    @property
    def sleeping(self) -> int:
        """How many are asleep."""
        return sum(not (sleeper.is_advance or sleeper.woken.done()) for sleeper in self._sleepers)

    @property
    def next_wake(self) -> datetime | None:
        """When the next of those who are asleep will wake, by :meth:`now`; None if nobody is, or for ever."""
        dues = [sleeper.moment for sleeper in self._sleepers if not (sleeper.is_advance or sleeper.woken.done())]
        moment = min(dues, default=math.inf)
        if moment == math.inf:
            return None
        try:
            return self._start + timedelta(seconds=moment - _MONOTONIC_START)
        except OverflowError:  # after the last day that there is
            return None

    async def sleep(self, seconds: float) -> None:
        """Return once ``seconds`` have passed on this clock.

        :raises ValueError: ``seconds`` is not a number.
        """
        if math.isnan(seconds):
            raise ValueError("seconds must be a number, not nan")
        self.sleeps.append(seconds)
        if seconds <= 0:
            await asyncio.sleep(0)
        else:
            await self._wait_until(self._after(seconds))

    async def advance(self, seconds: float) -> None:
        """Let so much time pass, and everything happen that happens in it.

        Returns when nothing more can happen at the moment that is reached. With 0 the clock stands still.

        :raises ValueError: ``seconds`` is negative or not finite.
        """
        if not 0 <= seconds < math.inf:
            raise ValueError(f"seconds must be a finite number of at least 0, not {seconds}")
        moment = self._after(seconds)
        self._may_reach = max(self._may_reach, _due(moment))
        await self._wait_until(moment, is_advance=True)

    def _after(self, seconds: float) -> float:
        """Return the moment in so many seconds: later than now, however short that is."""
        moment = self._monotonic + seconds
        return moment if moment > self._monotonic or not seconds else math.nextafter(moment, math.inf)

    async def _wait_until(self, moment: float, *, is_advance: bool = False) -> None:
        loop = asyncio.get_running_loop()
        woken = loop.create_future()
        heapq.heappush(self._sleepers, _Sleeper(_due(moment), is_advance, next(self._numbers), moment, woken))
        self._wait_for_idleness(loop)
        await woken

    def _wait_for_idleness(self, loop: asyncio.AbstractEventLoop) -> None:
        """Move on once nothing else can happen, if there is a moment to move on to."""
        while self._sleepers and self._sleepers[0].woken.done():
            heapq.heappop(self._sleepers)
        if self._waits_in is loop or not self._sleepers:
            return
        if self._sleepers[0].due <= self._may_reach and self._sleepers[0].due < math.inf:
            self._waits_in = loop
            _WhenIdle(loop, self._move)

    def _move(self, loop: asyncio.AbstractEventLoop) -> None:
        self._waits_in = None
        if self._sleepers:
            sleeper = self._sleepers[0]
            if not sleeper.woken.done() and sleeper.due <= self._may_reach:
                heapq.heappop(self._sleepers)
                self._monotonic = max(self._monotonic, sleeper.moment)
                sleeper.woken.set_result(None)
        self._wait_for_idleness(loop)


def _due(moment: float) -> float:
    return round(moment, 7)


_QUIET_PASSES: Final = 2
_PASSES_OF_AN_UNKNOWN_LOOP: Final = 200
_MOST_PASSES: Final = 20_000
_LOOK: Final = 0.001


@final
class _WhenIdle:
    """Calls back when nothing more can happen in an event loop but by the passing of time.

    That is so when the loop has gone round a few times with nothing to do, and has then looked at its sockets for a
    moment in vain. Somebody who polls keeps a loop busy for ever, so that there is an end to it.
    """

    __slots__ = ("_callback", "_has_sockets", "_looked", "_loop", "_passes", "_quiet", "_ready")

    def __init__(self, loop: asyncio.AbstractEventLoop, callback: Callable[[asyncio.AbstractEventLoop], None]) -> None:
        self._loop: Final = loop
        self._callback: Final = callback
        # asyncio does not tell what its loops are about to do; other loops do not even have these.
        self._ready: Final[Sized | None] = getattr(loop, "_ready", None)
        sockets: Callable[[], Sized] | None = getattr(getattr(loop, "_selector", None), "get_map", None)
        self._has_sockets: Final = sockets is None or len(sockets()) > 1  # one is the loop's own
        self._passes = 0
        self._quiet = 0
        self._looked = False
        loop.call_soon(self._pass)

    def _pass(self) -> None:
        self._passes += 1
        if self._ready is None:
            is_idle = self._passes % _PASSES_OF_AN_UNKNOWN_LOOP == 0
        else:
            self._quiet = 0 if self._ready else self._quiet + 1
            is_idle = self._quiet >= _QUIET_PASSES or self._passes >= _MOST_PASSES
        if not is_idle:
            if self._quiet == 0:
                self._looked = False
            self._loop.call_soon(self._pass)
        elif self._has_sockets and not self._looked:
            self._looked = True
            self._quiet = 0
            self._loop.call_later(_LOOK, self._pass)
        else:
            self._callback(self._loop)
