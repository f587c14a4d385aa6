"""One limit for a fleet, on a real Redis server; and what happens while that is unavailable, or has forgotten."""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
import weakref
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
import redis as blocking
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.crc import key_slot

from tests.faults import virtual_time
from tests.faults.flaky_redis import FlakyRedis, Mood
from tests.faults.virtual_time import VirtualClock
from tests.recorder import Recorder
from tests.simulation import ignore_wait
from tests.transport.redis_server import RedisServer, SteppedRedis, SteppingClock
from threecommas_async import HmacCredentials, Limit, RateLimitedError, RedisLimits, ThreeCommasClient
from threecommas_async.transport.clock import Clock, SystemClock
from threecommas_async.transport.limits import WaitTooLongError
from threecommas_async.transport.redis_limits import RedisLimiter
from threecommas_async.transport.sharing import join_limiter

LIMITS = (Limit(requests=6, per=60, pause=300), Limit(requests=2, per=10, pause=10, routes=frozenset({"GET /special"})))
SETTLED = 70  # a window and the seconds in which everybody comes back


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def client(server: RedisServer) -> AsyncIterator[Redis]:
    client = Redis(unix_socket_path=server.socket, retry=Retry(NoBackoff(), 0))
    await client.flushall()
    await client.script_flush()
    yield client
    await client.aclose()


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def redis(client: Redis, clock: SteppingClock) -> SteppedRedis:
    return SteppedRedis(client, clock)


def limiter(redis: object, clock: Clock, processes: int = 2) -> RedisLimiter:
    """Return the limiter of one more process."""
    return RedisLimits(cast("Redis", redis), processes=processes, limits=LIMITS).limiter("https://api", "key", clock)


async def passed(limiter: RedisLimiter, route: str = "GET /x", tries: int = 20) -> int:
    count = 0
    for _ in range(tries):
        try:
            await limiter.acquire(route, 0, ignore_wait)
        except WaitTooLongError:
            break
        count += 1
    return count


async def wait_of(limiter: RedisLimiter, route: str = "GET /x", patience: float = 0) -> float:
    with pytest.raises(WaitTooLongError) as caught:
        await limiter.acquire(route, patience, ignore_wait)
    return caught.value.wait


def fleet_in_virtual_time(redis: FlakyRedis) -> RedisLimiter:
    """Return the limiter of one more process, by a clock that goes with the event loop's time."""
    return limiter(redis, VirtualClock())


def in_flaky_weather(server: RedisServer, test: Callable[[FlakyRedis], Coroutine[Any, Any, None]]) -> None:
    """Run a test in virtual time, with a Redis that is slow on command."""

    async def run() -> None:
        client = Redis(unix_socket_path=server.socket)
        redis = FlakyRedis(client)
        try:
            await redis.forget()
            await test(redis)
        finally:
            await client.aclose()

    virtual_time.run(run())


async def settle(clock: SteppingClock, *limiters: RedisLimiter) -> None:
    """Let a fleet make contact, and let the time pass in which all keep to their share; nobody falls silent."""
    for _ in range(2):
        for each in limiters:
            await each.acquire("GET /special", 100, ignore_wait)
        clock.elapsed += SETTLED / 2
    for each in limiters:
        await each.acquire("GET /special", 100, ignore_wait)
    clock.elapsed += 11
    clock.sleeps.clear()


class TestTheCount:
    async def test_is_shared(self, redis: SteppedRedis, clock: SteppingClock) -> None:
        one, other = limiter(redis, clock), limiter(redis, clock)
        await settle(clock, one, other)
        assert await passed(one, tries=4) == 4
        assert await passed(other) == 2
        assert await passed(one) == 0
        assert await passed(other, "GET /special") == 2
        assert await passed(one, "GET /special") == 0
        clock.elapsed += 59
        assert await passed(other) == 0
        clock.elapsed += 2
        assert await passed(one) == 6

    async def test_knows_no_wall_clock_and_no_clock_of_a_process(self, client: Redis) -> None:
        class Wrong(SystemClock):
            def __init__(self, by: float) -> None:
                self.by = by

            def now(self) -> datetime:
                return super().now() + timedelta(seconds=self.by)

            def monotonic(self) -> float:
                return super().monotonic() + self.by

        limiters = [limiter(client, Wrong(by), processes=1) for by in (-100, 0, 100)]
        assert [await passed(each) for each in limiters] == [6, 0, 0]

    async def test_lives_for_two_windows_from_every_take(
        self, redis: SteppedRedis, client: Redis, clock: SteppingClock
    ) -> None:
        one = limiter(redis, clock, processes=1)
        for _ in range(5):
            assert await passed(one, tries=1) == 1
            (log,) = [key async for key in client.scan_iter("*:general")]
            assert 120_000 < await client.pttl(log) <= 122_000
            await client.pexpire(log, 1000)

    async def test_has_keys_on_one_node_that_do_not_show_the_api_key(
        self, redis: SteppedRedis, client: Redis, clock: SteppingClock
    ) -> None:
        limits = RedisLimits(cast("Redis", redis), processes=1, limits=LIMITS, prefix="fleet")
        limiter = limits.limiter("https://api", "canary-key", clock)
        await limiter.acquire("GET /x", 0, ignore_wait)
        await limiter.acquire("GET /special", 0, ignore_wait)
        await limiter.close_gate(5)
        keys = [key async for key in client.scan_iter()]
        assert len(keys) == 4
        assert len({key_slot(key) for key in keys}) == 1
        assert all(key.startswith(b"fleet:") and b"canary" not in key for key in keys)
        assert min([await client.pttl(key) for key in keys]) > 0

    async def test_survives_that_redis_forgets_the_scripts(
        self, redis: SteppedRedis, client: Redis, clock: SteppingClock
    ) -> None:
        one = limiter(redis, clock)
        assert await passed(one, tries=1) == 1
        await client.script_flush()
        assert await passed(one, tries=1) == 1

    async def test_is_one_for_the_same_limits_in_another_order(self, redis: SteppedRedis, clock: SteppingClock) -> None:
        fleet = cast("Redis", redis)
        one, other = (
            RedisLimits(fleet, processes=1, limits=limits).limiter("https://api", "key", clock)
            for limits in (LIMITS, LIMITS[::-1])
        )
        assert await passed(one) == 6
        assert await passed(other) == 0
        assert await passed(other, "GET /special") == 2

    async def test_a_route_without_a_limit_asks_nobody(self, redis: SteppedRedis, clock: SteppingClock) -> None:
        limits = RedisLimits(cast("Redis", redis), processes=1, limits=LIMITS[1:])
        one = limits.limiter("https://api", "key", clock)
        assert one.take("GET /x")
        assert not one.take("GET /special")
        await one.acquire("GET /x", 0, ignore_wait)
        assert redis.asked == 0
        await one.close_gate(5)
        assert not one.take("GET /x")
        assert await wait_of(one) == pytest.approx(5)


class TestWaits:
    async def test_are_told_and_slept_once(self, redis: SteppedRedis, clock: SteppingClock) -> None:
        one = limiter(redis, clock, processes=1)
        assert await passed(one) == 6
        clock.elapsed += 10
        told: list[float] = []
        await one.acquire("GET /x", 100, told.append)
        assert told == clock.sleeps == pytest.approx([51], abs=0.01)

    async def test_that_are_too_long_are_known_at_once_and_reserve_nothing(
        self, redis: SteppedRedis, clock: SteppingClock
    ) -> None:
        one = limiter(redis, clock, processes=1)
        assert await passed(one) == 6
        for _ in range(10):
            assert await wait_of(one, patience=60.5) == pytest.approx(61, abs=0.01)
        assert clock.sleeps == []
        await one.acquire("GET /x", 61.5, ignore_wait)

    async def test_are_in_the_order_of_the_fleet(self, redis: SteppedRedis, clock: SteppingClock) -> None:
        one, other = limiter(redis, clock), limiter(redis, clock)
        await settle(clock, one, other)
        assert await passed(one) == 6
        order: list[str] = []
        asleep: list[asyncio.Future[None]] = []

        async def sleep(seconds: float) -> None:
            asleep.append(asyncio.get_running_loop().create_future())
            await asleep[-1]

        clock.sleep = sleep  # type: ignore[method-assign]

        async def wait(name: str, limiter: RedisLimiter) -> None:
            await limiter.acquire("GET /x", 1000, ignore_wait)
            order.append(name)

        waiting: list[asyncio.Task[None]] = []
        for number in range(6):
            waiting.append(asyncio.create_task(wait(f"one {number}", one)))
            while len(asleep) == number:
                await asyncio.sleep(0)
        clock.elapsed += 60.9
        assert await passed(other) == 0
        clock.elapsed += 0.2  # there are six places again, and all of them are reserved
        assert await wait_of(other, patience=30) == pytest.approx(61, abs=0.2)
        for each in asleep:
            each.set_result(None)
        await asyncio.gather(*waiting)
        assert sorted(order) == [f"one {number}" for number in range(6)]

    async def test_that_are_cancelled_give_their_place_back(self, redis: SteppedRedis, clock: SteppingClock) -> None:
        one, other = limiter(redis, clock, processes=1), limiter(redis, clock, processes=1)
        assert await passed(one) == 6
        asleep: list[float] = []

        async def sleep(seconds: float) -> None:
            asleep.append(seconds)
            await asyncio.Event().wait()

        clock.sleep = sleep  # type: ignore[method-assign]
        waiting = [asyncio.create_task(one.acquire("GET /x", 1000, ignore_wait)) for _ in range(6)]
        while len(asleep) < 6:
            await asyncio.sleep(0)
        assert await wait_of(other, patience=62) == pytest.approx(122, abs=0.01)
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert all(each.cancelled() for each in waiting)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert await wait_of(other) == pytest.approx(61, abs=0.01)


class TestTheGate:
    async def test_is_closed_for_all_processes_and_routes(self, redis: SteppedRedis, clock: SteppingClock) -> None:
        one, other = limiter(redis, clock), limiter(redis, clock)
        await one.close_gate(30)
        for each in (one, other):
            assert await wait_of(each, "GET /x") == pytest.approx(30, abs=0.01)
            assert await wait_of(each, "GET /special") == pytest.approx(30, abs=0.01)
        await other.close_gate(10)
        clock.elapsed += 29
        assert await passed(one) == 0
        clock.elapsed += 1
        assert await passed(one, tries=1) == 1
        assert one.pause_of("GET /x") == 300
        assert one.pause_of("GET /special") == 10

    async def test_has_a_queue_before_it(self, redis: SteppedRedis, clock: SteppingClock) -> None:
        one, other = limiter(redis, clock, processes=1), limiter(redis, clock, processes=1)
        await one.close_gate(30)
        asleep: list[float] = []

        async def sleep(seconds: float) -> None:
            asleep.append(seconds)
            await asyncio.Event().wait()

        clock.sleep = sleep  # type: ignore[method-assign]
        waiting = [asyncio.create_task(one.acquire("GET /x", 40, ignore_wait)) for _ in range(6)]
        while len(asleep) < 6:
            await asyncio.sleep(0)
        assert await wait_of(other, patience=40) == pytest.approx(91, abs=0.01)
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    async def test_that_is_closed_during_a_wait_is_met_after_it(
        self, redis: SteppedRedis, clock: SteppingClock
    ) -> None:
        one, other = limiter(redis, clock, processes=1), limiter(redis, clock, processes=1)
        assert await passed(one) == 6
        closed: list[bool] = []

        async def sleep(seconds: float) -> None:
            if not closed:
                closed.append(True)
                clock.elapsed += 10
                await other.close_gate(100)
                seconds -= 10
            clock.elapsed += seconds

        clock.sleep = sleep  # type: ignore[method-assign]
        await one.acquire("GET /x", 1000, ignore_wait)
        assert clock.elapsed == pytest.approx(110, abs=0.1)

    async def test_that_is_closed_here_ends_the_waits_of_the_impatient_at_once(
        self, redis: SteppedRedis, clock: SteppingClock
    ) -> None:
        one = limiter(redis, clock, processes=1)
        assert await passed(one) == 6
        began, wake = asyncio.Event(), asyncio.Event()

        async def sleep(seconds: float) -> None:
            began.set()
            await wake.wait()

        clock.sleep = sleep  # type: ignore[method-assign]
        waiting = asyncio.create_task(one.acquire("GET /x", 70, ignore_wait))
        await began.wait()
        await one.close_gate(100)
        with pytest.raises(WaitTooLongError) as caught:
            await waiting
        assert caught.value.wait == pytest.approx(100)

    async def test_stays_closed_here_while_redis_is_unavailable_and_is_told_later(
        self, redis: SteppedRedis, clock: SteppingClock
    ) -> None:
        one, other = limiter(redis, clock), limiter(redis, clock)
        redis.error = OSError("gone")
        await one.close_gate(100)
        assert await passed(one) == 0
        redis.error = None
        clock.elapsed += 6
        assert await passed(one) == 0
        assert await wait_of(other) == pytest.approx(94, abs=0.01)


class TestAFreshFleet:
    async def test_keeps_to_its_shares_for_a_window(self, redis: SteppedRedis, clock: SteppingClock) -> None:
        one, other = limiter(redis, clock), limiter(redis, clock)
        assert await passed(one) == 3
        assert await passed(other) == 3
        clock.elapsed += 40
        assert await passed(one, "GET /special") == 2  # its window is shorter
        clock.elapsed += 29.5
        assert await passed(one) == 6

    async def test_of_one_process_has_it_all(self, redis: SteppedRedis, clock: SteppingClock) -> None:
        assert await passed(limiter(redis, clock, processes=1)) == 6


class TestRedisThatForgets:
    async def test_lets_nothing_pass_that_those_who_knew_it_do_not_know_of(
        self, redis: SteppedRedis, client: Redis, clock: SteppingClock
    ) -> None:
        one, other, new = limiter(redis, clock), limiter(redis, clock), limiter(redis, clock)
        await settle(clock, one, other)
        assert await passed(one) == 6
        await client.flushall()
        assert await wait_of(other) == pytest.approx(61, abs=0.01)
        clock.elapsed += 20
        assert await wait_of(one) == pytest.approx(41, abs=0.01)
        assert await passed(new) == 0  # what one had sent is entered again
        clock.elapsed += 41
        assert await passed(one) == 3
        assert await passed(other) == 3
        clock.elapsed += 40
        await passed(one, "GET /special", tries=1)
        clock.elapsed += 21
        assert await passed(other) == 6

    async def test_is_of_no_consequence_when_it_was_long_ago(
        self, redis: SteppedRedis, client: Redis, clock: SteppingClock
    ) -> None:
        one, other = limiter(redis, clock), limiter(redis, clock)
        await settle(clock, one, other)
        await client.flushall()
        await passed(one, "GET /special")
        for _ in range(3):
            clock.elapsed += SETTLED / 2
            await passed(one, "GET /special")
        assert await passed(other) == 6

    async def test_may_do_so_when_the_whole_fleet_has_been_idle_for_a_day(
        self, redis: SteppedRedis, client: Redis, clock: SteppingClock
    ) -> None:
        one = limiter(redis, clock)
        assert await passed(one) == 3
        clock.elapsed += 25 * 3600
        await client.flushall()  # as Redis itself does with keys that nobody has used for so long
        assert await passed(one) == 3

    async def test_does_not_stop_the_only_process_which_knows_all(
        self, redis: SteppedRedis, client: Redis, clock: SteppingClock
    ) -> None:
        one = limiter(redis, clock, processes=1)
        for count in (4, 2, 0):
            assert await passed(one, tries=4) == count
            await client.flushall()
        clock.elapsed += 61
        assert await passed(one) == 6

    async def test_a_wait_goes_on_as_a_new_one(self, redis: SteppedRedis, client: Redis, clock: SteppingClock) -> None:
        one = limiter(redis, clock, processes=1)
        assert await passed(one) == 6
        forgotten: list[bool] = []

        async def sleep(seconds: float) -> None:
            if not forgotten:
                forgotten.append(True)
                await client.flushall()
            clock.elapsed += seconds

        clock.sleep = sleep  # type: ignore[method-assign]
        await one.acquire("GET /x", 1000, ignore_wait)
        assert clock.elapsed == pytest.approx(61, abs=0.1)

    async def test_those_who_wait_with_too_little_patience_are_told_at_once(
        self, redis: SteppedRedis, client: Redis, clock: SteppingClock
    ) -> None:
        one = limiter(redis, clock)
        await settle(clock, one)
        assert await passed(one) == 6
        clock.elapsed += 30
        began = asyncio.Event()

        async def sleep(seconds: float) -> None:
            began.set()
            await asyncio.Event().wait()

        clock.sleep = sleep  # type: ignore[method-assign]
        waiting = asyncio.create_task(one.acquire("GET /x", 40, ignore_wait))
        await began.wait()
        await client.flushall()
        assert await wait_of(one, "GET /special") > 0
        with pytest.raises(WaitTooLongError) as caught:
            await waiting
        assert caught.value.wait == pytest.approx(61, abs=0.01)


class TestRedisThatIsUnavailable:
    async def test_is_not_missed_by_a_process_that_never_had_contact(
        self, redis: SteppedRedis, clock: SteppingClock, caplog: pytest.LogCaptureFixture
    ) -> None:
        redis.error = ConnectionRefusedError("secret text")
        one = limiter(redis, clock)
        assert await passed(one) == 3
        assert [record.getMessage() for record in caplog.records] == [
            "Redis is unavailable (ConnectionRefusedError): this process keeps to its share of the limits"
        ]

    async def test_stops_one_that_had_contact_for_the_longest_window_and_confines_it_then(
        self, redis: SteppedRedis, clock: SteppingClock, caplog: pytest.LogCaptureFixture
    ) -> None:
        one, other = limiter(redis, clock), limiter(redis, clock)
        await settle(clock, one, other)
        redis.error = OSError("gone")
        assert await wait_of(one) == pytest.approx(62)
        assert await wait_of(one, "GET /special") == pytest.approx(62)
        clock.elapsed += 60
        assert await wait_of(one) == pytest.approx(5)  # by then it will have been tried again
        clock.elapsed += 6
        assert await passed(one, tries=1) == 1
        redis.error = None
        clock.elapsed += 5
        assert await passed(other) == 3  # its share, after such a silence
        assert await passed(one, tries=1) == 1  # which is back
        clock.elapsed += 9
        assert await passed(other) == 0
        clock.elapsed += 40
        assert await passed(other, "GET /special") == 2
        clock.elapsed += 21
        assert await passed(other) == 6
        texts = [record.getMessage() for record in caplog.records]
        assert texts == [
            "Redis is unavailable (OSError): this process keeps to its share of the limits",
            "Redis is available again: the limits are shared",
        ]

    async def test_is_told_once_whatever_the_number_of_keys(
        self, redis: SteppedRedis, clock: SteppingClock, caplog: pytest.LogCaptureFixture
    ) -> None:
        limits = RedisLimits(cast("Redis", redis), processes=2, limits=LIMITS)
        several = [limits.limiter("https://api", f"key {number}", clock) for number in range(5)]
        redis.error = OSError("gone")
        for each in several:
            assert await passed(each) == 3
        redis.error = None
        clock.elapsed += 5
        for each in several:
            await passed(each)
        assert len(caplog.records) == 2

    async def test_must_be_so_twice_in_a_row_after_a_silence(
        self, redis: SteppedRedis, clock: SteppingClock, caplog: pytest.LogCaptureFixture
    ) -> None:
        one, other = limiter(redis, clock), limiter(redis, clock)
        await settle(clock, one, other)
        redis.error = OSError("late")
        assert await passed(one) == 0
        redis.error = None
        clock.elapsed += 40
        assert await passed(other, "GET /special") == 2
        clock.elapsed += 40
        assert await passed(other) == 6
        redis.error = OSError("late again")
        assert await passed(one) == 0
        redis.error = None
        clock.elapsed += 6
        assert await passed(one) == 0

    async def test_does_not_stop_the_only_process(self, redis: SteppedRedis, clock: SteppingClock) -> None:
        one = limiter(redis, clock, processes=1)
        assert await passed(one, tries=4) == 4
        redis.error = OSError("gone")
        assert await passed(one) == 2
        clock.elapsed += 61
        assert await passed(one) == 6
        redis.error = None
        clock.elapsed += 6
        assert await passed(one) == 0
        assert await passed(limiter(redis, clock, processes=1)) == 0  # what was sent alone is entered

    async def test_learns_the_ages_of_what_was_sent_alone(self, redis: SteppedRedis, clock: SteppingClock) -> None:
        redis.error = OSError("gone")
        one, other = limiter(redis, clock), limiter(redis, clock)
        assert await passed(one) == 3
        clock.elapsed += 30
        redis.error = None
        await passed(one, "GET /special")
        clock.elapsed += 30.5
        assert await passed(other) == 3
        assert await passed(one) == 0
        clock.elapsed += 0.6
        assert await passed(one) == 3

    async def test_is_tried_again_every_five_seconds(self, redis: SteppedRedis, clock: SteppingClock) -> None:
        redis.error = OSError("gone")
        one = limiter(redis, clock)
        await passed(one)
        asked = redis.asked
        for _ in range(3):
            await passed(one)
        assert redis.asked == asked == 1
        clock.elapsed += 5
        await passed(one)
        await passed(one)
        assert redis.asked == 2

    async def test_is_tried_again_by_those_who_wait(self, redis: SteppedRedis, clock: SteppingClock) -> None:
        one = limiter(redis, clock)
        await settle(clock, one)
        redis.error = OSError("gone")
        assert await passed(one) == 0
        tries = redis.asked
        moments: list[float] = []

        def come_back() -> None:
            moments.append(clock.elapsed)
            if redis.asked == tries + 3:
                redis.error = None

        clock.on_sleep = come_back
        began = clock.elapsed
        await one.acquire("GET /x", 100, ignore_wait)
        assert [moment - began for moment in moments] == pytest.approx([5, 10, 15, 20])
        assert clock.elapsed == began + 20  # it has forgotten nothing: there is no reason to hold

    async def test_is_tried_by_one_and_the_others_do_not_wait_for_it(
        self, redis: SteppedRedis, clock: SteppingClock
    ) -> None:
        redis.error = OSError("gone")
        one = limiter(redis, clock)
        assert await passed(one, tries=1) == 1
        clock.elapsed += 5
        hang = asyncio.Event()

        async def evalsha(*arguments: object) -> object:
            redis.asked += 1
            await hang.wait()
            raise OSError

        redis.evalsha = evalsha  # type: ignore[method-assign]
        asked = redis.asked
        trying = asyncio.create_task(one.acquire("GET /x", 100, ignore_wait))
        while redis.asked == asked:
            await asyncio.sleep(0)
        await one.acquire("GET /x", 0, ignore_wait)
        assert redis.asked == asked + 1
        assert not trying.done()
        hang.set()
        await trying

    async def test_must_have_been_so_a_moment_ago_for_any_to_be_sent_alone(
        self, redis: SteppedRedis, clock: SteppingClock
    ) -> None:
        redis.error = OSError("gone")
        one = limiter(redis, clock)
        assert await passed(one) == 3
        redis.error = None
        clock.elapsed += 100
        other = limiter(redis, clock)
        assert await passed(other, tries=2) == 2
        asked = redis.asked
        # All at once: one of them finds out, and the others wait for what it finds.
        await asyncio.gather(*(one.acquire("GET /x", 0, ignore_wait) for _ in range(3)))
        assert redis.asked == asked + 1 + 3
        assert await passed(other, tries=1) == 1
        assert await passed(other) == 0

    async def test_that_hangs_keeps_nobody_longer_than_a_second(self, tmp_path: Path) -> None:
        async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()

        hanging = await asyncio.start_unix_server(stall, tmp_path / "redis.sock")
        async with hanging, asyncio.timeout(3):
            client = Redis(unix_socket_path=str(tmp_path / "redis.sock"))
            one = limiter(client, SystemClock())
            calls = (one.acquire("GET /x", 3, ignore_wait) for _ in range(8))
            results = await asyncio.gather(*calls, return_exceptions=True)
            assert [type(result) for result in results] == [type(None)] * 3 + [WaitTooLongError] * 5
            await one.close_gate(0.001)
        await client.aclose()

    async def test_and_hangs_keeps_no_impatient_caller_who_does_not_speak_for_the_others(
        self, redis: SteppedRedis, clock: SteppingClock, caplog: pytest.LogCaptureFixture
    ) -> None:
        one = limiter(redis, clock)
        assert await passed(one, tries=1) == 1
        answer = redis.evalsha

        async def hang(*arguments: object) -> object:
            await asyncio.Event().wait()
            raise AssertionError

        redis.evalsha = hang  # type: ignore[method-assign]
        async with asyncio.timeout(0.9):
            assert await wait_of(one) == 1
        redis.evalsha = answer  # type: ignore[method-assign]
        assert await passed(one, tries=1) == 1
        redis.evalsha = hang  # type: ignore[method-assign]
        for _ in range(5):  # but when they all meet with silence, that is how it is
            await wait_of(one)
        assert [record.getMessage()[:34] for record in caplog.records] == ["Redis is unavailable (TimeoutError"]

    def test_is_so_for_the_impatient_only_if_it_is_for_all(
        self, server: RedisServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def try_for_two_minutes(redis: FlakyRedis) -> None:
            one, other = fleet_in_virtual_time(redis), fleet_in_virtual_time(redis)
            for _ in range(8):
                for each in (one, other):
                    await each.acquire("GET /special", 100, ignore_wait)
                await asyncio.sleep(10)
            redis.mood, redis.delay = Mood.MUTE, 0.7  # some will wait for that, and some will not
            for _ in range(60):
                assert await passed(one) == 0
                await asyncio.sleep(1.5)
                await other.acquire("GET /special", 100, ignore_wait)
            await one.acquire("GET /x", 0.8, ignore_wait)  # and those have left none of its places taken

        in_flaky_weather(server, try_for_two_minutes)
        assert caplog.records == []

    def test_is_not_so_where_it_is_merely_far_away(self, server: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
        async def try_from_far_away(redis: FlakyRedis) -> None:
            redis.mood, redis.delay = Mood.MUTE, 0.4
            assert await passed(fleet_in_virtual_time(redis)) == 3

        in_flaky_weather(server, try_from_far_away)
        assert caplog.records == []

    def test_and_hangs_stops_nobody_whose_callers_all_give_up_early(
        self, server: RedisServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def give_up(redis: FlakyRedis) -> None:
            one = fleet_in_virtual_time(redis)
            assert await passed(one, tries=1) == 1
            redis.mood, redis.delay = Mood.LATE, 1000
            for _ in range(4):
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.4):
                        await one.acquire("GET /x", 100, ignore_wait)
            assert await wait_of(one) == pytest.approx(62, abs=1)

        in_flaky_weather(server, give_up)
        assert [record.getMessage()[:34] for record in caplog.records] == ["Redis is unavailable (TimeoutError"]

    async def test_and_does_what_it_is_asked_without_an_answer_is_silent_all_the_same(
        self, redis: SteppedRedis, client: Redis, clock: SteppingClock
    ) -> None:
        mute = SteppedRedis(client, clock)
        one, other = limiter(mute, clock), limiter(redis, clock)
        await settle(clock, one, other)

        def cut() -> None:
            raise OSError

        mute.on_answer = cut
        for _ in range(13):
            assert await passed(one) == 0
            clock.elapsed += 5
        assert await passed(one) == 3  # alone
        assert await passed(other) == 3  # which has missed it all

    async def test_until_just_before_one_would_be_sent_alone_is_tried_once_more(
        self, redis: SteppedRedis, clock: SteppingClock
    ) -> None:
        one, other = limiter(redis, clock), limiter(redis, clock)
        await settle(clock, one, other)
        assert await passed(other, "GET /special") == 2
        redis.error = OSError("gone")
        assert await passed(one) == 0
        for _ in range(12):
            clock.elapsed += 5
            assert await passed(one) == 0
        redis.error = None
        clock.elapsed += 0.5
        assert await passed(other) == 6
        clock.elapsed += 2
        assert await passed(one) == 0

    async def test_learns_of_what_was_sent_alone_while_it_was_tried(
        self, redis: SteppedRedis, client: Redis, clock: SteppingClock
    ) -> None:
        other, third = limiter(redis, clock), limiter(redis, clock)
        await settle(clock, other, third)
        gone = SteppedRedis(client, clock)
        gone.error = OSError("gone")
        new = limiter(gone, clock)
        assert await passed(new, "GET /special") == 1
        clock.elapsed += 6.5
        assert await passed(new, "GET /special") == 0
        clock.elapsed += 5  # what was sent is of no consequence any more
        gone.error = None
        asked, answer, answered = gone.asked, gone.evalsha, asyncio.Event()

        async def evalsha(*arguments: Any) -> object:
            result = await answer(*arguments)
            await answered.wait()
            return result

        gone.evalsha = evalsha  # type: ignore[method-assign]
        trying = asyncio.create_task(new.acquire("GET /special", 100, ignore_wait))
        while gone.asked == asked:
            await asyncio.sleep(0)
        assert await passed(new, tries=3) == 3
        assert not trying.done()
        answered.set()
        await trying
        assert await passed(other) == 3

    async def test_an_answer_that_comes_too_late_is_asked_for_again(
        self, redis: SteppedRedis, clock: SteppingClock
    ) -> None:
        one = limiter(redis, clock, processes=1)
        assert await passed(one, tries=1) == 1
        asked = redis.asked

        def delay() -> None:
            redis.on_answer = lambda: None
            clock.elapsed += 1.5

        redis.on_answer = delay
        await one.acquire("GET /x", 10, ignore_wait)
        assert redis.asked == asked + 2
        other = limiter(redis, clock, processes=1)
        assert await passed(other) == 4

    @pytest.mark.parametrize("processes", [1, 2])
    async def test_the_server_is_stopped_and_started(
        self, processes: int, clock: SteppingClock, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        server = RedisServer(tmp_path)
        server.start()
        client = Redis(unix_socket_path=server.socket, retry=Retry(NoBackoff(), 0))
        redis = SteppedRedis(client, clock)
        one = limiter(redis, clock, processes)
        assert await passed(one, tries=1) == 1
        server.stop()
        assert await passed(one) == (5 if processes == 1 else 0)
        await one.close_gate(5)
        clock.elapsed += 62
        await passed(one)
        clock.elapsed += 62
        assert await passed(one) == (6 if processes == 1 else 0)
        clock.elapsed += 6
        assert await passed(one) == (0 if processes == 1 else 3)
        server.start()
        clock.elapsed += 6
        assert await passed(one) == 0
        clock.elapsed += 61
        assert await passed(one) == 6 // processes
        await client.aclose()
        server.stop()
        assert [record.getMessage()[:22] for record in caplog.records] == [
            "Redis is unavailable (",
            "Redis is available aga",
        ]


class Broken(Redis):
    """Somebody's own kind of client."""

    answer: object = None

    async def evalsha(self, sha: str, numkeys: int, *keys_and_args: Any) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class OwnError(Exception):
    pass


class TestWhateverRedisDoes:
    @pytest.mark.parametrize(
        "answer",
        [
            RuntimeError("Event loop is closed"),
            ValueError(),
            OwnError(),
            TimeoutError(),
            blocking.RedisError(),
            None,
            5,
            [],
            [b"taken"],
            [b"taken", 0, 0, 0, None],
            [b"\xff", 0, 0, 0, 0],
            ["epoch", "x", 0, 0, 0],
            {},
        ],
        ids=repr,
    )
    async def test_nothing_escapes(
        self, answer: object, clock: SteppingClock, caplog: pytest.LogCaptureFixture
    ) -> None:
        redis = Broken()
        redis.answer = answer
        one = limiter(redis, clock)
        assert await passed(one) == 3
        await one.close_gate(5)
        assert len(caplog.records) == 1

    async def test_text_answers_are_understood(self, server: RedisServer, client: Redis) -> None:
        async with Redis(unix_socket_path=server.socket, decode_responses=True) as decoding:
            assert await passed(limiter(decoding, SystemClock(), processes=1)) == 6


class TestTheOwnLog:
    async def test_has_a_say_when_that_of_redis_is_lost_without_a_trace(
        self, redis: SteppedRedis, client: Redis, clock: SteppingClock
    ) -> None:
        one = limiter(redis, clock, processes=1)
        assert await passed(one) == 6
        (log,) = [key async for key in client.scan_iter("*:general")]
        await client.delete(log)
        assert await wait_of(one) == pytest.approx(61, abs=0.01)
        await one.acquire("GET /x", 100, ignore_wait)
        assert clock.elapsed == pytest.approx(61, abs=0.01)


class TestEventLoops:
    def test_two_after_another_share_a_client_of_redis(self, server: RedisServer) -> None:
        program = """
import asyncio, sys
from redis.asyncio import Redis
from threecommas_async import Limit, RedisLimits
from threecommas_async.transport.clock import SystemClock
from threecommas_async.transport.limits import WaitTooLongError

redis = Redis(unix_socket_path=sys.argv[1])
limits = RedisLimits(redis, processes=1, limits=[Limit(5, 60, 300)])

async def send():
    limiter = limits.limiter("https://api", "two loops", SystemClock())
    count = 0
    try:
        while True:
            await limiter.acquire("GET /x", 0, print)
            count += 1
            if count == 3:
                return count
    except WaitTooLongError:
        return count

print([asyncio.run(send()) for _ in range(3)])

import redis
print([client["addr"] for client in redis.Redis(unix_socket_path=sys.argv[1]).client_list()])
"""
        command = [sys.executable, "-X", "dev", "-W", "error", "-c", program, server.socket]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        assert done.stderr == ""
        counts, connections = done.stdout.splitlines()
        assert counts == "[3, 2, 0]"
        assert connections.count("redis.sock") == 1  # that of the one who asks

    @pytest.mark.parametrize("trouble", ["is stopped", "loses its data"])
    def test_what_one_knew_of_redis_holds_back_the_next(
        self, trouble: str, clock: SteppingClock, tmp_path: Path
    ) -> None:
        server = RedisServer(tmp_path)
        server.start()
        redis = Redis(unix_socket_path=server.socket, retry=Retry(NoBackoff(), 0))
        limits = RedisLimits(redis, processes=2, limits=LIMITS)

        async def send() -> float:
            limiter, leave = join_limiter("https://api", "several loops", limits, clock)
            try:
                await limiter.acquire("GET /x", 0, ignore_wait)
            except WaitTooLongError as refusal:
                return refusal.wait
            finally:
                leave()
            return 0

        try:
            assert [asyncio.run(send()) for _ in range(2)] == [0, 0]
            server.stop()
            if trouble == "loses its data":
                server.start()
            for _ in range(2):
                assert asyncio.run(send()) == (62 if trouble == "is stopped" else 61)
        finally:
            server.stop()

    def test_and_clients_of_redis_are_not_kept(self, server: RedisServer) -> None:
        kept: list[weakref.ref[Any]] = []

        async def send() -> None:
            redis = Redis(connection_pool=BlockingConnectionPool.from_url(f"unix://{server.socket}"))
            limits = RedisLimits(redis, processes=1, limits=LIMITS, prefix="kept")
            assert await passed(limits.limiter("https://api", "key", SystemClock()), tries=1) == 1
            kept.extend((weakref.ref(asyncio.get_running_loop()), weakref.ref(redis), weakref.ref(limits)))

        asyncio.run(send())
        gc.collect()
        assert [each() for each in kept] == [None] * 3

    def test_that_are_closed_without_ceremony_are_forgotten_by_the_next(self, server: RedisServer) -> None:
        redis = Redis(unix_socket_path=server.socket)
        limits = RedisLimits(redis, processes=1, limits=LIMITS, prefix="unceremonious")

        async def send() -> int:
            return await passed(limits.limiter("https://api", "key", SystemClock()), tries=1)

        for _ in range(2):
            loop = asyncio.new_event_loop()
            assert loop.run_until_complete(send()) == 1
            (pool,) = [twin.connection_pool for twin, _ in limits._fleet._twins.values()]
            loop.run_until_complete(pool.disconnect())
            loop.close()
        assert len(limits._fleet._twins) == 1


class TestTheLimits:
    def test_are_equal_if_they_count_together(self) -> None:
        one = RedisLimits(Redis(port=7000), processes=2)
        assert one == RedisLimits(Redis(port=7000), processes=2)
        assert hash(one) == hash(RedisLimits(Redis(port=7000), processes=2))
        assert one != RedisLimits(Redis(port=7001), processes=2)
        assert one != RedisLimits(Redis(port=7000), processes=3)
        assert one != RedisLimits(Redis(port=7000), processes=2, limits=LIMITS)
        assert one != RedisLimits(Redis(port=7000), processes=2, prefix="other")
        assert RedisLimits(Broken(), processes=2) != RedisLimits(Broken(), processes=2)
        assert one != "one"

    def test_show_what_they_are(self) -> None:
        redis = Redis(password="canary")
        assert repr(RedisLimits(redis, processes=2, limits=LIMITS[:1])) == (
            "<RedisLimits of 2 processes: 6 requests in 60 s>"
        )

    @pytest.mark.parametrize("processes", [0, -1])
    def test_are_of_some_processes(self, processes: int) -> None:
        with pytest.raises(ValueError, match="processes"):
            RedisLimits(Redis(), processes=processes)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("processes", 1.5),
            ("processes", True),
            ("limits", 5),
            ("limits", None),
            ("limits", [1]),
            ("limits", RedisLimits(Redis(), processes=1)),
            ("prefix", b"x"),
        ],
    )
    def test_refuse_arguments_of_another_type(self, name: str, value: object) -> None:
        arguments: dict[str, Any] = {"processes": 1, name: value}
        with pytest.raises(TypeError, match=name):
            RedisLimits(Redis(), **arguments)

    @pytest.mark.parametrize("redis", [blocking.Redis(), None, "redis://localhost"])
    def test_refuse_what_is_no_asynchronous_client(self, redis: Any) -> None:
        with pytest.raises(TypeError, match=r"redis must be a client from redis\.asyncio"):
            RedisLimits(redis, processes=1)

    async def test_are_kept_to_by_a_client(self, redis: SteppedRedis, clock: SteppingClock) -> None:
        limits = RedisLimits(cast("Redis", redis), processes=1, limits=LIMITS)
        async with Recorder(200, '{"id": 1}') as recorder:
            async with ThreeCommasClient(
                HmacCredentials("key", "secret"), base_url=recorder.url, limits=limits, clock=clock, max_wait=0
            ) as client:
                for _ in range(6):
                    await client.accounts.get(1)
                with pytest.raises(RateLimitedError):
                    await client.accounts.get(1)
            assert len(recorder.arrived) == 6


FLEET = """
import asyncio, json, sys
from redis.asyncio import Redis
from threecommas_async import Limit, RedisLimits
from threecommas_async.transport.clock import SystemClock
from threecommas_async.transport.limits import WaitTooLongError

async def main():
    redis = Redis(unix_socket_path=sys.argv[1])
    limits = RedisLimits(redis, processes=3, limits=[Limit(51, 60, 300)], prefix="three")
    limiter = limits.limiter("https://api", "key", SystemClock())
    count = 0
    try:
        for _ in range(50):
            await limiter.acquire("GET /x", 0, print)
            count += 1
    except WaitTooLongError:
        pass
    print(json.dumps(count))

asyncio.run(main())
"""


async def test_three_processes_one_key(server: RedisServer, client: Redis) -> None:
    async def one() -> Any:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", FLEET, server.socket, stdout=asyncio.subprocess.PIPE
        )
        output, _ = await process.communicate()
        return json.loads(output)

    assert list(await asyncio.gather(one(), one(), one())) == [17, 17, 17]
