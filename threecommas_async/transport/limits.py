"""Keeps a client within the API's limits: never more than N requests in any window, first come, first served."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, Literal, Protocol, cast, final
from weakref import WeakKeyDictionary

import attrs

from threecommas_async.transport.clock import Clock

if TYPE_CHECKING:
    from pyrate_limiter import RateItem

Plan = Literal["starter", "pro", "expert"]


def _frozen(routes: Iterable[str]) -> frozenset[str]:
    return frozenset(routes)


@attrs.frozen
class Limit:
    """At most so many requests in any window of time.

    :ivar requests: how many.
    :ivar per: the window's length, in seconds.
    :ivar pause: how long the API refuses everything once the limit was overrun, in seconds.
    :ivar routes: the routes that it is for, such as ``GET /ver1/deals``; empty for all that no other limit names.
    """

    requests: int = attrs.field(validator=attrs.validators.gt(0))
    per: float = attrs.field(validator=attrs.validators.gt(0))
    pause: float = attrs.field(validator=attrs.validators.ge(0))
    routes: frozenset[str] = attrs.field(default=frozenset[str](), converter=_frozen)


DOCUMENTED_LIMITS: Final = (
    Limit(requests=100, per=60, pause=300),
    Limit(requests=120, per=60, pause=60, routes=frozenset({"GET /ver1/deals", "GET /ver1/deals/{deal_id}/show"})),
    Limit(requests=40, per=10, pause=10, routes=frozenset({"GET /v2/smart_trades"})),
)
"""The limits that the vendor documents (quick start, limits). A route with a limit of its own does not count in the
general one: it could not be used up otherwise."""

_REQUESTS_BY_PLAN: Final[dict[Plan, int]] = {"starter": 5, "pro": 50, "expert": 120}

# A request may be a second longer under way than the one that is sent a window later: the API would see both in one.
_MARGIN: Final = 1.0


def limits_of_plan(plan: Plan) -> tuple[Limit, ...]:
    """Return the documented limits with the general one as the subscription plan has it.

    The vendor changes these numbers; other clients have used 5, 50 and 120 a minute.
    """
    if plan not in _REQUESTS_BY_PLAN:
        raise ValueError(f"plan must be one of {', '.join(map(repr, _REQUESTS_BY_PLAN))}, not {plan!r}")
    general, *others = DOCUMENTED_LIMITS
    return (attrs.evolve(general, requests=_REQUESTS_BY_PLAN[plan]), *others)


class WaitTooLongError(Exception):
    """The next request would have to wait longer than its caller will.

    :ivar wait: the seconds that it would have to wait.
    """

    def __init__(self, wait: float) -> None:
        super().__init__(wait)
        self.wait = wait


class Limiter(Protocol):
    """What the transport asks before each attempt, and tells after a 429."""

    async def acquire(self, route: str, patience: float) -> None:
        """Return when a request to ``route`` may be sent.

        :raises WaitTooLongError: that takes more than ``patience`` seconds; known at once, as far as it can be.
        """
        ...

    async def close_gate(self, route: str, seconds: float) -> None:
        """Let no request to ``route`` pass for ``seconds``: the API refused one with a 429."""
        ...

    def pause_of(self, route: str) -> float:
        """Return for how many seconds the API refuses ``route`` once its limit was overrun."""
        ...


def interval_of(limit: Limit) -> int:
    """Return the window that is kept to, in milliseconds: a little longer than the limit's."""
    return round((limit.per + _MARGIN) * 1000)


def limit_of(limits: Sequence[Limit], route: str) -> Limit | None:
    """Return the limit that counts requests to ``route``."""
    return next(
        (limit for limit in limits if route in limit.routes),
        next((limit for limit in limits if not limit.routes), None),
    )


@final
class MemoryLimiter:
    """A limiter of this process, with a sliding log of what was sent."""

    def __init__(self, limits: Sequence[Limit], clock: Clock) -> None:
        self._limits: Final = tuple(limits)
        self._windows: Final = {limit: _Window(limit, clock) for limit in self._limits}
        self._by_route: Final[dict[str, _Window | None]] = {}

    async def acquire(self, route: str, patience: float) -> None:
        window = self._window(route)
        if window is not None:
            await window.acquire(patience)

    async def close_gate(self, route: str, seconds: float) -> None:
        window = self._window(route)
        if window is not None:
            window.close(seconds)

    def note(self, route: str) -> None:
        """Enter a request that another limiter let pass."""
        window = self._window(route)
        if window is not None:
            window.note()

    def pause_of(self, route: str) -> float:
        window = self._window(route)
        return window.limit.pause if window is not None else DOCUMENTED_LIMITS[0].pause

    def _window(self, route: str) -> _Window | None:
        if route not in self._by_route:
            limit = limit_of(self._limits, route)
            self._by_route[route] = self._windows[limit] if limit is not None else None
        return self._by_route[route]


@final
class _Window:
    """The requests under one limit: those that were sent, and the queue of those that want to be."""

    def __init__(self, limit: Limit, clock: Clock) -> None:
        from pyrate_limiter import InMemoryBucket, Rate  # imported late: it brings multiprocessing and sqlite3 along

        self.limit: Final = limit
        self._clock: Final = clock
        self._interval: Final = interval_of(limit)
        self._log: Final = InMemoryBucket([Rate(limit.requests, self._interval)])
        self._queue: Final = asyncio.Lock()
        self._waiting = 0
        self._open_at = 0.0

    async def acquire(self, patience: float) -> None:
        if self._waiting == 0 and self._take() == 0:
            return
        wait = self._expected_wait()
        if wait > patience:
            raise WaitTooLongError(wait)
        latest = self._clock.monotonic() + patience
        self._waiting += 1
        try:
            async with self._queue:  # asyncio's locks are fair, and a waiter that is cancelled leaves no trace
                while (wait := self._take()) > 0:
                    if self._clock.monotonic() + wait > latest:
                        raise WaitTooLongError(wait)
                    await self._clock.sleep(wait)
        finally:
            self._waiting -= 1

    def note(self) -> None:
        self._log.put(_entry(int(self._clock.monotonic() * 1000)))

    def close(self, seconds: float) -> None:
        self._open_at = max(self._open_at, self._clock.monotonic() + seconds)

    def _take(self) -> float:
        """Take a place in the log and return 0, or return the seconds until there may be one."""
        now = self._clock.monotonic()
        if now < self._open_at:
            return self._open_at - now
        milliseconds = int(now * 1000)
        self._log.leak(milliseconds)
        request = _entry(milliseconds)
        if self._log.put(request):
            return 0
        return max(cast("int", self._log.waiting(request)), 1) / 1000

    def _expected_wait(self) -> float:
        """Return how long a newcomer will have to wait, everyone in the queue before it."""
        now = self._clock.monotonic()
        rounds, place = divmod(self._waiting, self.limit.requests)
        blocking = self._log.peek(self.limit.requests - 1 - place)
        free_in = blocking.timestamp + self._interval - int(now * 1000) if blocking is not None else 0
        return max(free_in / 1000, self._open_at - now, 0.0) + rounds * self._interval / 1000


def _entry(milliseconds: int) -> RateItem:
    from pyrate_limiter import RateItem

    return RateItem("", milliseconds)


_SHARED: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, dict[object, Limiter]]] = WeakKeyDictionary()


class Limits(Protocol):
    """Limits that bring a limiter of their own, as :class:`~threecommas_async.RedisLimits` do."""

    def limiter(self, origin: str, api_key: str, clock: Clock) -> Limiter:
        """Return the limiter for one API key."""
        ...


def shared_limiter(origin: str, api_key: str, limits: Sequence[Limit] | Limits, clock: Clock) -> Limiter:
    """Return the limiter that all clients of the running loop with the same key share: the API counts by key."""
    shared = _SHARED.setdefault(asyncio.get_running_loop(), {})
    key = (origin, api_key, tuple(limits) if isinstance(limits, Sequence) else limits, clock)
    limiter = shared.get(key)
    if limiter is None:
        own = MemoryLimiter(limits, clock) if isinstance(limits, Sequence) else limits.limiter(origin, api_key, clock)
        limiter = shared[key] = own
    return limiter
