"""A real Redis that breaks on command, in virtual time: it stops, restarts, loses its memory, or answers late."""

from __future__ import annotations

import asyncio
import contextlib
import enum
from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, cast, final

from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from tests.transport.redis_server import RedisServer
from threecommas_async import RedisLimits
from threecommas_async.transport.limits import Limit

from .virtual_time import VirtualTimeLoop


class Mood(enum.Enum):
    """What becomes of the next commands."""

    FINE = enum.auto()
    STOPPED = enum.auto()
    """They fail at once."""
    LATE = enum.auto()
    """They are done after a while."""
    MUTE = enum.auto()
    """They are done at once, and answered after a while."""


@final
class FlakyRedis:
    """What the limits need of a client of Redis: it runs scripts, by the loop's time.

    :ivar mood: what becomes of commands.
    :ivar delay: how long it takes over one if it is slow, in seconds.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis: Final = redis
        self.mood = Mood.FINE
        self.delay = 0.0

    async def evalsha(self, digest: str, keys: int, /, *arguments: str | float) -> object:
        return await self._run(self._redis.evalsha, digest, keys, arguments)

    async def eval(self, script: str, keys: int, /, *arguments: str | float) -> object:
        return await self._run(self._redis.eval, script, keys, arguments)

    def limits(self, *limits: Limit, processes: int, prefix: str = "threecommas") -> RedisLimits:
        """Return limits that this Redis keeps."""
        return RedisLimits(cast("Redis", self), processes=processes, limits=limits, prefix=prefix)

    async def forget(self) -> None:
        """Lose everything, scripts among it."""
        with _loop().outside():
            await self._redis.flushall()
            await self._redis.script_flush()

    async def _run(self, run: Any, script: str, keys: int, arguments: tuple[str | float, ...]) -> object:
        if self.mood is Mood.STOPPED:
            raise RedisConnectionError("Connection refused")
        if self.mood is Mood.LATE:
            await asyncio.sleep(self.delay)
        # The first argument is the time, left to Redis; its own clock knows nothing of the loop's.
        now = round(_loop().time() * 1000)
        with _loop().outside():
            answer = await cast("Awaitable[object]", run(script, keys, *arguments[:keys], now, *arguments[keys + 1 :]))
        if self.mood is Mood.MUTE:
            await asyncio.sleep(self.delay)
        return answer


def _loop() -> VirtualTimeLoop:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualTimeLoop)
    return loop


@asynccontextmanager
async def flaky_redis(folder: Path) -> AsyncGenerator[FlakyRedis]:
    """Start a Redis of this process's own, and stop it."""
    server = RedisServer(folder)
    server.start()
    redis = Redis(unix_socket_path=server.socket)
    try:
        yield FlakyRedis(redis)
    finally:
        with contextlib.suppress(Exception):
            await redis.aclose()
        server.stop()
