"""One limit for a fleet of processes that use the same API key, kept in Redis."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, cast, final

import attrs

from threecommas_async.transport.clock import Clock
from threecommas_async.transport.limits import (
    DOCUMENTED_LIMITS,
    Limit,
    MemoryLimiter,
    WaitTooLongError,
    interval_of,
    limit_of,
)

if TYPE_CHECKING:
    from pyrate_limiter import RedisBucket
    from redis.asyncio import Redis

_LOGGER: Final = logging.getLogger("threecommas_async.transport")
_ANSWERS_WITHIN: Final = 1.0
_TRY_AGAIN_AFTER: Final = 5.0
_TIDY_EVERY: Final = 50


@final
class RedisLimits:
    """Limits that several processes share; give it to every client as ``limits=``. Needs the extra ``redis``.

    While Redis is away, each process keeps to its share by itself: the limits divided by ``processes``. Calls go on, a
    warning is logged, and Redis is tried again every few seconds. What was sent meanwhile is not entered afterwards.

    :param redis: a client of Redis, from ``redis.asyncio``. It is not closed. One that takes longer than a
        second counts as away.
    :param processes: how many processes share the limits; at least 1.
    :param limits: the limits to share.
    :param prefix: what the keys in Redis begin with. They hold a hash of the API key, not the key.
    """

    def __init__(
        self,
        redis: Redis,
        *,
        processes: int,
        limits: Sequence[Limit] = DOCUMENTED_LIMITS,
        prefix: str = "threecommas",
    ) -> None:
        if processes < 1:
            raise ValueError(f"processes must be at least 1, not {processes}")
        self._redis: Final = redis
        self._processes: Final = processes
        self._limits: Final = tuple(limits)
        self._prefix: Final = prefix

    def limiter(self, origin: str, api_key: str, clock: Clock) -> RedisLimiter:
        """Return the limiter of this process for one API key."""
        digest = hashlib.sha256(f"{origin} {api_key}".encode()).hexdigest()[:32]
        share = MemoryLimiter(
            [attrs.evolve(limit, requests=max(limit.requests // self._processes, 1)) for limit in self._limits], clock
        )
        return RedisLimiter(self._redis, self._limits, f"{self._prefix}:{digest}", share, clock)


@final
class RedisLimiter:
    """The limiter that :class:`RedisLimits` makes; ``share`` takes over while Redis is away."""

    def __init__(self, redis: Redis, limits: Sequence[Limit], prefix: str, share: MemoryLimiter, clock: Clock) -> None:
        self._limits: Final = tuple(limits)
        self._windows: Final = {
            limit: _SharedWindow(redis, limit, f"{prefix}:{number}", clock) for number, limit in enumerate(limits)
        }
        self._share: Final = share
        self._clock: Final = clock
        self._away_until: float | None = None

    async def acquire(self, route: str, patience: float) -> None:
        """Wait for a place in the shared log, or in this process's share of it."""
        from redis.exceptions import RedisError

        limit = limit_of(self._limits, route)
        if limit is None:
            return
        if self._away_until is None or self._clock.monotonic() >= self._away_until:
            try:
                await self._windows[limit].acquire(patience)
            except (RedisError, OSError) as error:
                self._note_away(error)
            else:
                self._share.note(route)
                self._note_back()
                return
        await self._share.acquire(route, patience)

    async def close_gate(self, route: str, seconds: float) -> None:
        """Close the gate for all processes; for this one even if Redis is away."""
        from redis.exceptions import RedisError

        await self._share.close_gate(route, seconds)
        limit = limit_of(self._limits, route)
        if limit is not None:
            try:
                await self._windows[limit].close(seconds)
            except (RedisError, OSError) as error:
                self._note_away(error)

    def pause_of(self, route: str) -> float:
        """Return for how many seconds the API refuses ``route`` once its limit was overrun."""
        return self._share.pause_of(route)

    def _note_away(self, error: Exception) -> None:
        if self._away_until is None:
            _LOGGER.warning("Redis is away (%s): this process keeps to its share of the limits", type(error).__name__)
        self._away_until = self._clock.monotonic() + _TRY_AGAIN_AFTER

    def _note_back(self) -> None:
        if self._away_until is not None:
            _LOGGER.warning("Redis is back: the limits are shared again")
            self._away_until = None


@final
class _SharedWindow:
    """The requests of all processes under one limit, and this process's queue for them."""

    def __init__(self, redis: Redis, limit: Limit, key: str, clock: Clock) -> None:
        self._redis: Final = redis
        self._limit: Final = limit
        self._key: Final = key
        self._gate: Final = f"{key}:gate"
        self._clock: Final = clock
        self._interval: Final = interval_of(limit)
        self._queue: Final = asyncio.Lock()
        self._bucket: RedisBucket | None = None
        self._taken = 0

    async def acquire(self, patience: float) -> None:
        latest = self._clock.monotonic() + patience
        async with self._queue:
            while (wait := await asyncio.wait_for(self._take(), _ANSWERS_WITHIN)) > 0:
                if self._clock.monotonic() + wait > latest:
                    raise WaitTooLongError(wait)
                await self._clock.sleep(wait)

    async def close(self, seconds: float) -> None:
        closing = self._redis.set(self._gate, "closed", px=max(round(seconds * 1000), 1))
        await asyncio.wait_for(closing, _ANSWERS_WITHIN)

    async def _take(self) -> float:
        """Take a place in the shared log and return 0, or return the seconds until there may be one."""
        from pyrate_limiter import RateItem
        from redis.exceptions import NoScriptError

        closed_for = await self._redis.pttl(self._gate)
        if closed_for > 0:
            return closed_for / 1000
        now = int(self._clock.now().timestamp() * 1000)
        request = RateItem("request", now)
        bucket = await self._ready_bucket()
        try:
            taken = await _resolved(bucket.put(request))
        except NoScriptError:  # Redis was restarted, and forgot
            self._bucket = None
            bucket = await self._ready_bucket()
            taken = await _resolved(bucket.put(request))
        if taken:
            await self._tidy(bucket, now)
            return 0
        return max(cast("int", await _resolved(bucket.waiting(request))), 1) / 1000

    async def _ready_bucket(self) -> RedisBucket:
        from pyrate_limiter import Rate, RedisBucket

        if self._bucket is None:
            rates = [Rate(self._limit.requests, self._interval)]
            self._bucket = cast("RedisBucket", await _resolved(RedisBucket.init(rates, self._redis, self._key)))
        return self._bucket

    async def _tidy(self, bucket: RedisBucket, now: int) -> None:
        self._taken += 1
        if self._taken % _TIDY_EVERY == 1:
            await _resolved(bucket.leak(now))
            await self._redis.pexpire(self._key, self._interval * 2)


async def _resolved(value: object) -> object:
    """pyrate-limiter answers at once or with an awaitable, by the kind of Redis client that it was given."""
    from inspect import isawaitable

    return await value if isawaitable(value) else value
