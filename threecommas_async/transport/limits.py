"""Keeps a client within the API's limits: at most N requests in any window, first come, first served."""

from __future__ import annotations

import asyncio
import math
import sys
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Literal, Protocol, cast, final, runtime_checkable

import attrs

from threecommas_async.transport.clock import Clock

Plan = Literal["starter", "pro", "expert"]


def _frozen(routes: Iterable[str]) -> frozenset[str]:
    if isinstance(routes, str):
        raise TypeError(f"routes must be a collection of routes, not the single text {routes!r}")
    return frozenset(routes)


def _check_requests(limit: Limit, field: attrs.Attribute[int], value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{field.name} must be an int, not {value!r}")
    if value < 1:
        raise ValueError(f"{field.name} must be at least 1, not {value}")


def _check_seconds(limit: Limit, field: attrs.Attribute[float], value: object) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError(f"{field.name} must be a number of seconds, not {value!r}")
    if not math.isfinite(value) or value < 0:
        raise ValueError(f"{field.name} must be finite and not below 0, not {value}")


def _check_above_zero(limit: Limit, field: attrs.Attribute[float], value: float) -> None:
    if value == 0:
        raise ValueError(f"{field.name} must be above 0")


def _check_routes(limit: Limit, field: attrs.Attribute[frozenset[str]], value: frozenset[object]) -> None:
    for route in value:
        if not isinstance(route, str):
            raise TypeError(f"{field.name} must hold texts such as 'GET /ver1/deals', not {route!r}")
        method, _, path = route.partition(" ")
        if not (method.isupper() and path.startswith("/")):
            raise ValueError(f"{field.name} must hold texts such as 'GET /ver1/deals', not {route!r}")


@attrs.frozen
class Limit:
    """At most so many requests in any window of time.

    :ivar requests: the number of requests.
    :ivar per: the length of the window, in seconds.
    :ivar pause: how long the API rejects requests after the limit was exceeded, in seconds.
    :ivar routes: the routes that it applies to, such as ``GET /ver1/deals``; empty for all that no other limit names.
    :raises ValueError: a value is not valid; the text names it.
    :raises TypeError: a value is of the wrong type.
    """

    requests: int = attrs.field(validator=_check_requests)
    per: float = attrs.field(validator=[_check_seconds, _check_above_zero])
    pause: float = attrs.field(validator=_check_seconds)
    routes: frozenset[str] = attrs.field(default=frozenset[str](), converter=_frozen, validator=_check_routes)


DOCUMENTED_LIMITS: Final = (
    Limit(requests=100, per=60, pause=300),
    Limit(requests=120, per=60, pause=60, routes=frozenset({"GET /ver1/deals", "GET /ver1/deals/{deal_id}/show"})),
    Limit(requests=40, per=10, pause=10, routes=frozenset({"GET /v2/smart_trades"})),
)
"""The limits that the vendor documents (quick start, limits). A route with a limit of its own does not count towards
the general one: otherwise its limit could never be reached."""

_REQUESTS_BY_PLAN: Final[dict[Plan, int]] = {"starter": 5, "pro": 50, "expert": 120}

# A request may take a second longer to arrive than the one that is sent a window later: the API would see both in one.
_MARGIN: Final = 1.0
# Far below the margin, and above the rounding error of adding seconds to a clock's reading: no wait is shorter.
_INSTANT: Final = 1e-6
# Where others wait already, who should come after them looks again.
_NEXT_LOOK: Final = 1.0
# Whatever a response demands: no longer pause is known, and the arithmetic stays finite.
_LONGEST_PAUSE: Final = 24 * 60 * 60.0


def limits_of_plan(plan: Plan) -> tuple[Limit, ...]:
    """Return the documented limits, with the general limit of the subscription plan.

    The vendor changes these numbers; other clients have used 5, 50 and 120 a minute.

    :raises ValueError: there is no such plan.
    """
    if plan not in tuple(_REQUESTS_BY_PLAN):
        raise ValueError(f"plan must be one of {', '.join(map(repr, _REQUESTS_BY_PLAN))}, not {plan!r}")
    general, *others = DOCUMENTED_LIMITS
    return (attrs.evolve(general, requests=_REQUESTS_BY_PLAN[plan]), *others)


def checked_limits(limits: object) -> tuple[Limit, ...] | Limits | None:
    """Return the limits of a client, checked.

    :raises TypeError: they are neither a sequence of :class:`Limit`, nor limits of another kind, nor None.
    :raises ValueError: there are none, or two of them apply to the same requests.
    """
    if limits is None or (isinstance(limits, Limits) and not isinstance(limits, type)):
        return limits
    if not isinstance(limits, Sequence) or isinstance(limits, str | bytes | bytearray):
        raise TypeError(f"limits must be a sequence of Limit, RedisLimits or None, not {type(limits).__name__}")
    several = cast("Sequence[object]", limits)
    if not several:
        raise ValueError("limits must contain at least one Limit; None switches the client's limiter off")
    checked: list[Limit] = []
    for limit in several:
        if not isinstance(limit, Limit):
            raise TypeError(f"limits must contain only Limit, not {type(limit).__name__}")
        if any(not limit.routes and not other.routes for other in checked):
            raise ValueError("limits must not contain two limits without routes")
        twice = sorted(route for other in checked for route in limit.routes & other.routes)
        if twice:
            raise ValueError(f"limits must not contain two limits for {twice[0]}")
        checked.append(limit)
    return tuple(checked)


def described(limits: Iterable[Limit]) -> str:
    """Return limits in words: ``100 requests in 60 s, 40 in 10 s for GET /v2/smart_trades``."""
    return ", ".join(_described(limit) for limit in sorted(limits, key=lambda limit: sorted(limit.routes)))


def _described(limit: Limit) -> str:
    routes = f" for {' and '.join(sorted(limit.routes))}" if limit.routes else ""
    return f"{limit.requests} requests in {limit.per:g} s{routes}"


class WaitTooLongError(Exception):
    """The next request would have to wait longer than its caller is willing to.

    :ivar wait: the seconds that it would have to wait; above 0.
    """

    def __init__(self, wait: float) -> None:
        super().__init__(wait)
        self.wait = wait


class Limiter(Protocol):
    """A limiter for one API key: asked before each attempt, and told of a 429."""

    @property
    def limits(self) -> tuple[Limit, ...]:
        """The limits that are kept to."""
        ...

    @property
    def own(self) -> MemoryLimiter:
        """The requests of this process, which outlive its clients."""
        ...

    def inherit(self, older: Limiter) -> None:
        """Take over what an older limiter of the same key knows."""
        ...

    def take(self, route: str) -> bool:
        """Let a request to ``route`` pass at once and count it, if nobody waits; if False, use :meth:`acquire`."""
        ...

    async def acquire(self, route: str, patience: float, on_wait: Callable[[float], None]) -> None:
        """Wait until a request to ``route`` may be sent, and count it.

        :param patience: the longest wait in seconds.
        :param on_wait: called once with the seconds to wait, when a wait begins.
        :raises WaitTooLongError: that takes more than ``patience`` seconds; raised at once, if it is known at once.
        """
        ...

    async def close_gate(self, seconds: float) -> None:
        """Let no request of this key pass for ``seconds``: the API rejected one with a 429."""
        ...

    def pause_of(self, route: str) -> float:
        """Return for how many seconds the API refuses ``route`` once its limit was overrun."""
        ...


@runtime_checkable
class Limits(Protocol):
    """Limits with a limiter of their own, such as :class:`~threecommas_async.RedisLimits`."""

    @property
    def limits(self) -> tuple[Limit, ...]:
        """The limits that are kept to."""
        ...

    def limiter(self, origin: str, api_key: str, clock: Clock) -> Limiter:
        """Return a limiter for one API key."""
        ...


# The limit of routes to which no limit applies: they wait only for the gate.
_UNLIMITED: Final = Limit(requests=sys.maxsize, per=1, pause=DOCUMENTED_LIMITS[0].pause)


@final
class MemoryLimiter:
    """A limiter of this process, with a sliding log of the requests that were sent.

    :param processes: the number by which the limits are divided while a window is confined to its share.
    """

    def __init__(self, limits: Iterable[Limit], clock: Clock, *, processes: int = 1) -> None:
        self.windows: Final = tuple(Window(limit, max(limit.requests // processes, 1)) for limit in limits)
        self._unlimited: Final = Window(_UNLIMITED, _UNLIMITED.requests)
        self._rest: Final = next((window for window in self.windows if not window.limit.routes), self._unlimited)
        self._by_route: Final = {route: window for window in self.windows for route in window.limit.routes}
        self._clock: Final = clock
        self._opens_at = -math.inf

    @property
    def limits(self) -> tuple[Limit, ...]:
        """The limits that are kept to."""
        return tuple(window.limit for window in self.windows)

    @property
    def own(self) -> MemoryLimiter:
        """This limiter: it knows only the requests of this process."""
        return self

    @property
    def opens_at(self) -> float:
        """The moment at which the gate opens, or opened, by the clock."""
        return self._opens_at

    def take(self, route: str) -> bool:
        """Let a request pass at once and count it, if nobody waits."""
        window = self._by_route.get(route, self._rest)
        now = self._clock.monotonic()
        sent = window.sent
        if window.queue or now < self._opens_at or now < window.held_until or now < window.confined_until:
            return False
        if len(sent) == window.limit.requests and sent[0].at + window.interval > now:
            return False
        sent.append(Sent(now, ""))
        return True

    async def acquire(self, route: str, patience: float, on_wait: Callable[[float], None]) -> None:
        """Wait until a request may be sent, first come, first served, and count it."""
        if not self.take(route):
            await self.wait(self.window(route), self._clock.monotonic() + patience, on_wait)

    async def close_gate(self, seconds: float) -> None:
        """Let nothing pass for ``seconds``; those who are not willing to wait that long are told at once."""
        self.close(seconds)

    def pause_of(self, route: str) -> float:
        """Return for how many seconds the API refuses ``route`` once its limit was overrun."""
        return self.window(route).limit.pause

    def window(self, route: str) -> Window:
        """Return the window in which requests to ``route`` count."""
        return self._by_route.get(route, self._rest)

    def names(self, routes: frozenset[str]) -> bool:
        """Tell whether the limits name all of these routes."""
        return routes <= self._by_route.keys()

    def is_limited(self, window: Window) -> bool:
        """Tell whether a limit applies to this window's routes."""
        return window is not self._unlimited

    async def wait(
        self,
        window: Window,
        latest: float,
        on_wait: Callable[[float], None],
        name: str = "",
        errand: Errand | None = None,
    ) -> Sent:
        """Wait until a request may be sent, and log it.

        :param latest: the moment at which the caller's patience ends, by the clock.
        :param name: the request's name in Redis.
        :param errand: what the first of those who wait does meanwhile.
        :raises WaitTooLongError: the moment would be after ``latest``.
        """
        now = self._clock.monotonic()
        slot = self._slot(window, now, len(window.queue))
        if slot <= now + _INSTANT and not window.queue:
            return window.add(Sent(now, name))
        if slot > latest + _INSTANT:
            raise WaitTooLongError(slot - now)
        waiter = Waiter(latest)
        window.queue[waiter] = None
        try:
            on_wait(slot - now)
            if window.first() is not waiter:
                await waiter.turn
            while True:
                if waiter.refusal is not None:
                    raise WaitTooLongError(waiter.refusal)
                now = self._clock.monotonic()
                slot = self._slot(window, now)
                if slot <= now + _INSTANT:
                    return window.add(Sent(now, name))
                if slot > latest + _INSTANT:
                    raise WaitTooLongError(slot - now)
                if errand is not None and errand.due_in() <= 0:
                    await errand.run(slot - now)
                else:
                    await waiter.sleep(self._clock, self._nap(window, slot, now, errand))
        finally:
            was_first = window.first() is waiter
            window.queue.pop(waiter, None)
            if was_first:
                window.wake_first()

    def enter(self, window: Window, sent: Sent) -> float:
        """Log a request that Redis lets pass, or log it anew; return 0, or the seconds that it must wait here."""
        window.withdraw(sent)
        now = self._clock.monotonic()
        wait = self._slot(window, now) - now
        if wait > _INSTANT:
            return wait
        sent.at = now
        window.add(sent)
        if window.queue:  # they counted on another moment
            self.reconsider()
        return 0

    def wait_of(self, window: Window) -> float:
        """Return the seconds that the next request would have to wait."""
        now = self._clock.monotonic()
        return self._slot(window, now) - now

    def slack_in(self, route: str) -> float:
        """Return in how many seconds a request to ``route`` would leave a tenth of its limit to others."""
        window = self.window(route)
        now = self._clock.monotonic()
        if window.queue:
            return _NEXT_LOOK
        requests = window.limit.requests
        index = len(window.sent) - max(requests - max(requests // 10, 1), 1)
        slot = max(now, self._opens_at, window.held_until)
        if index >= 0:
            slot = max(slot, window.sent[index].at + window.interval)
        return slot - now

    def close(self, seconds: float) -> None:
        """Close the gate for at least ``seconds``."""
        opens_at = self._clock.monotonic() + min(seconds, _LONGEST_PAUSE)
        if opens_at > self._opens_at:
            self._opens_at = opens_at
            self.reconsider()

    def reconsider(self) -> None:
        """Calculate the waits anew, and refuse those who cannot wait that long."""
        now = self._clock.monotonic()
        for window in (*self.windows, self._unlimited):
            place = 0
            for waiter in tuple(window.queue):
                slot = self._slot(window, now, place)
                if slot > max(waiter.latest, now) + _INSTANT:
                    del window.queue[waiter]
                    waiter.refuse(slot - now)
                else:
                    place += 1
            window.wake_first()

    def is_idle(self) -> bool:
        """Tell whether a new limiter would let the same requests pass."""
        now = self._clock.monotonic()
        return now >= self._opens_at and all(
            now >= window.held_until and (not window.sent or now >= window.sent[-1].at + window.interval)
            for window in self.windows
        )

    def inherit(self, older: Limiter) -> None:
        """Take over the log and the gate of another limiter of the same key."""
        known = older.own
        self._opens_at = max(self._opens_at, known.opens_at)
        for window in self.windows:
            others = [other for other in known.windows if self._may_count(window, other, known)]
            sent = sorted((*window.sent, *(sent for other in others for sent in other.sent)), key=lambda sent: sent.at)
            window.sent.clear()
            window.sent.extend(sent)

    def _may_count(self, window: Window, other: Window, older: MemoryLimiter) -> bool:
        """Tell whether a window of this limiter may count requests of a window of another limiter."""
        if window.limit.routes and other.limit.routes:
            return not window.limit.routes.isdisjoint(other.limit.routes)
        # One of them counts the rest: the routes that no other limit of its limiter names.
        named, limiter = (window.limit.routes, older) if window.limit.routes else (other.limit.routes, self)
        return not named or not limiter.names(named)

    def _nap(self, window: Window, slot: float, now: float, errand: Errand | None) -> float:
        """Return how long the first may sleep: until its slot, until that may change, or until the errand is due."""
        due_in = math.inf if errand is None else errand.due_in()
        return min(slot - now, due_in, window.confined_until - now if window.confined_until > now else math.inf)

    def _slot(self, window: Window, now: float, before: int = 0) -> float:
        """Return the moment at which a request may be sent, after ``before`` others; not before now."""
        allowed = window.limit.requests if now >= window.confined_until else window.share
        rounds, place = divmod(before, allowed)
        index = len(window.sent) + place - allowed
        slot = max(now, self._opens_at, window.held_until)
        if index >= 0:
            slot = max(slot, window.sent[index].at + window.interval)
        return slot + rounds * window.interval


class Errand(Protocol):
    """A task to be tried regularly while anybody waits."""

    def due_in(self) -> float:
        """Return the seconds until it is due."""
        ...

    async def run(self, within: float) -> None:
        """Run it, for at most ``within`` seconds."""
        ...


@final
class Sent:
    """A request that was let pass.

    :ivar at: the moment, by the clock.
    :ivar name: its name in Redis, if any.
    :ivar shared: whether Redis let it pass as well.
    """

    __slots__ = ("at", "name", "shared")

    def __init__(self, at: float, name: str) -> None:
        self.at = at
        self.name = name
        self.shared = False


@final
class Window:
    """The requests under one limit: those that were sent, oldest first, and the queue of those that wait.

    :ivar interval: the length of the window in seconds, a little longer than the limit's.
    :ivar share: how many requests pass in a window until ``confined_until``.
    :ivar confined_until: the moment until which the window is confined to its share.
    :ivar held_until: the moment before which no request passes.
    """

    __slots__ = ("confined_until", "held_until", "interval", "limit", "queue", "sent", "share")

    def __init__(self, limit: Limit, share: int) -> None:
        self.limit: Final = limit
        self.share: Final = share
        self.interval: Final = limit.per + _MARGIN
        # A window contains no more requests than the limit: those that are pushed out no longer matter.
        self.sent: Final = deque[Sent](maxlen=limit.requests if limit is not _UNLIMITED else 0)
        self.queue: Final = OrderedDict[Waiter, None]()  # a waiter may leave at any time
        self.held_until = -math.inf
        self.confined_until = -math.inf

    def first(self) -> Waiter | None:
        """Return the one that has waited longest."""
        return next(iter(self.queue), None)

    def wake_first(self) -> None:
        """Wake the one that has waited longest, so that it checks its slot again."""
        first = self.first()
        if first is not None:
            first.wake()

    def add(self, sent: Sent) -> Sent:
        """Log a request as the latest."""
        self.sent.append(sent)
        return sent

    def withdraw(self, sent: Sent) -> None:
        """Take back a request that was not sent after all."""
        if sent in self.sent:
            self.sent.remove(sent)
            self.wake_first()


@final
class Waiter:
    """A caller that waits: first for its turn, then asleep until its slot."""

    __slots__ = ("_sleep", "latest", "refusal", "turn")

    def __init__(self, latest: float) -> None:
        self.latest: Final = latest
        self.turn: Final[asyncio.Future[None]] = asyncio.get_running_loop().create_future()
        self.refusal: float | None = None
        self._sleep: asyncio.Timeout | None = None

    async def sleep(self, clock: Clock, seconds: float) -> None:
        """Sleep by the clock, or until woken."""
        try:
            async with asyncio.timeout(None) as self._sleep:
                await clock.sleep(seconds)
        except TimeoutError:
            if self._sleep is not None:  # not woken: the error is the clock's own
                raise
        finally:
            self._sleep = None

    def wake(self) -> None:
        """Wake it, so that it checks its slot again."""
        if not self.turn.done():
            self.turn.set_result(None)
        sleep, self._sleep = self._sleep, None
        if sleep is not None:
            sleep.reschedule(0)  # interrupts an await without racing it against another

    def refuse(self, wait: float) -> None:
        """End its wait with an error: it would have to wait ``wait`` seconds."""
        self.refusal = wait
        self.wake()
