"""One count and one gate for each key, one ban for each address; kept while they matter, and no longer."""

from __future__ import annotations

import asyncio
import gc
import re
import threading
import weakref
from collections.abc import Callable

import pytest
from redis.asyncio import Redis

from tests.simulation import ignore_wait
from threecommas_async import DOCUMENTED_LIMITS, Limit, RedisLimits
from threecommas_async.transport import sharing
from threecommas_async.transport.limits import Limiter, WaitTooLongError
from threecommas_async.transport.sharing import join_ban, join_limiter
from threecommas_async.transport.simulated_clock import SimulatedClock

LIMITS = (Limit(requests=2, per=60, pause=300), Limit(requests=3, per=10, pause=10, routes=frozenset({"GET /special"})))
ORIGIN = "https://api"


def join(
    clock: SimulatedClock, key: str = "key", limits: tuple[Limit, ...] = LIMITS
) -> tuple[Limiter, Callable[[], None]]:
    return join_limiter(ORIGIN, key, limits, clock)


@pytest.fixture(autouse=True)
def _nothing_shared_yet() -> None:
    sharing._LIMITERS._table.clear()
    sharing._BANS._table.clear()


async def test_clients_of_one_key_share_one_limiter(clock: SimulatedClock) -> None:
    one, _one = join(clock)
    assert join(clock)[0] is one
    assert join(clock, limits=LIMITS[::-1])[0] is one
    assert join(clock, "other")[0] is not one
    assert join(SimulatedClock())[0] is not one
    assert join_limiter("https://other", "key", LIMITS, clock)[0] is not one


async def test_other_limits_than_those_of_an_open_client_are_refused(clock: SimulatedClock) -> None:
    _, leave = join(clock, "secret-key")
    with pytest.raises(ValueError, match="2 requests in 60 s, 3 requests in 10 s for GET /special") as caught:
        join(clock, "secret-key", DOCUMENTED_LIMITS)
    assert re.search("not 100 requests in 60 s, 40 requests in 10 s for .*, 120 requests in 60 s", str(caught.value))
    assert "secret-key" not in str(caught.value)
    with pytest.raises(ValueError, match="RedisLimits of 2 processes: 100 requests in 60 s"):
        join_limiter(ORIGIN, "secret-key", RedisLimits(Redis(), processes=2), clock)
    leave()
    join(clock, "secret-key", DOCUMENTED_LIMITS)


async def test_other_limits_know_what_was_sent_before(clock: SimulatedClock) -> None:
    one, leave = join(clock)
    assert one.take("GET /x")
    assert one.take("GET /special")
    leave()
    more = (
        Limit(requests=3, per=60, pause=300),
        Limit(requests=2, per=10, pause=10, routes=frozenset({"GET /special"})),
    )
    other, leave = join(clock, limits=more)
    assert [other.take("GET /x") for _ in range(3)] == [True, True, False]
    assert [other.take("GET /special") for _ in range(2)] == [True, False]
    leave()
    other, _ = join(clock, limits=(Limit(requests=6, per=60, pause=300),))  # one count for all that had one each
    assert [other.take("GET /x") for _ in range(2)] == [True, False]


async def test_what_was_sent_and_the_gate_outlive_the_client(clock: SimulatedClock) -> None:
    for _ in range(2):
        one, leave = join(clock)
        assert one.take("GET /x")
        leave()
    one, leave = join(clock)
    assert not one.take("GET /x")
    await one.close_gate(100)
    leave()
    await clock.advance(62)
    other, leave = join(clock, limits=DOCUMENTED_LIMITS)
    assert not other.take("GET /x")
    leave()
    assert not join(clock)[0].take("GET /x")
    await clock.advance(39)
    assert join(clock)[0].take("GET /x")


async def test_what_does_not_matter_any_more_is_forgotten(clock: SimulatedClock) -> None:
    _, leave = join(clock)
    leave()
    assert len(sharing._LIMITERS) == 0
    one, leave = join(clock)
    assert one.take("GET /x")
    leave()
    leave()
    assert len(sharing._LIMITERS) == 1
    await clock.advance(61)
    join(clock, "other")[1]()
    assert len(sharing._LIMITERS) == 0


async def test_leaving_twice_is_leaving_once(clock: SimulatedClock) -> None:
    one, leave = join(clock)
    _, stay = join(clock)
    leave()
    leave()
    assert join(clock)[0] is one
    stay()


async def test_a_client_that_is_collected_has_left(clock: SimulatedClock) -> None:
    _, leave = join(clock)
    assert len(sharing._LIMITERS) == 1
    del leave
    gc.collect()
    join(clock, limits=DOCUMENTED_LIMITS)[1]()
    assert len(sharing._LIMITERS) == 0


async def test_a_hundred_thousand_clients_leave_nothing(clock: SimulatedClock) -> None:
    most = objects = 0
    for number in range(100_000):
        limiter, leave = join(clock, f"key {number}")
        if number % 10 == 0:
            await clock.advance(10)
            assert limiter.take("GET /x")
        leave()
        most = max(most, len(sharing._LIMITERS))
        if number == 1000:
            gc.collect()
            objects = len(gc.get_objects())
    gc.collect()
    assert most <= 10  # those of the last window
    assert len(gc.get_objects()) < objects + 100


async def test_clients_that_nobody_closes_leave_nothing(clock: SimulatedClock) -> None:
    for number in range(10_000):
        join(clock, f"key {number}")
        join_ban(f"https://{number}", clock)
    gc.collect()
    for number in range(10_000):
        join(clock, f"other {number}")[1]()
        join_ban(f"https://other/{number}", clock)[1]()
    assert len(sharing._LIMITERS) == len(sharing._BANS) == 0


class TestEventLoops:
    def test_one_after_the_other_keep_one_count(self, clock: SimulatedClock) -> None:
        async def send() -> bool:
            limiter, _leave = join(clock)
            return limiter.take("GET /x")

        assert [asyncio.run(send()) for _ in range(3)] == [True, True, False]
        asyncio.run(clock.advance(61))
        assert asyncio.run(send())
        assert len(sharing._LIMITERS) == 1

    def test_one_that_waited_when_its_loop_ended_does_not_stand_in_the_way(self) -> None:
        clock = SimulatedClock(auto=False)

        async def wait() -> None:
            limiter, _leave = join(clock)
            assert limiter.take("GET /x")
            assert limiter.take("GET /x")
            waiting = asyncio.ensure_future(limiter.acquire("GET /x", 100, ignore_wait))
            await asyncio.sleep(0)
            assert clock.sleeping == 1
            waiting.cancel()

        asyncio.run(wait())
        asyncio.run(clock.advance(61))

        async def send() -> bool:
            return join(clock)[0].take("GET /x")

        assert asyncio.run(send())

    def test_are_not_kept(self, clock: SimulatedClock) -> None:
        loops: list[weakref.ref[asyncio.AbstractEventLoop]] = []

        async def send() -> None:
            loops.append(weakref.ref(asyncio.get_running_loop()))
            limiter, _leave = join(clock)
            limiter.take("GET /x")
            limiter.take("GET /x")
            with pytest.raises(WaitTooLongError):
                await limiter.acquire("GET /x", 0, ignore_wait)
            join_ban(ORIGIN, clock)[0].begin(100)

        for _ in range(3):
            asyncio.run(send())
            asyncio.run(clock.advance(61))
        gc.collect()
        assert [loop() for loop in loops] == [None] * 3

    def test_what_a_stopped_clock_left_is_forgotten_in_the_end(
        self, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now = 0.0
        monkeypatch.setattr("threecommas_async.transport.sharing.time.monotonic", lambda: now)

        async def send() -> None:
            join(SimulatedClock())[0].take("GET /x")
            join(clock, "idle")[1]()

        asyncio.run(send())
        asyncio.run(send())
        now = 601
        asyncio.run(send())
        now = 1202
        asyncio.run(send())
        assert len(sharing._LIMITERS) <= 2

    def test_in_several_threads_have_counts_of_their_own(self, clock: SimulatedClock) -> None:
        problems: list[BaseException] = []

        async def work() -> None:
            for number in range(300):
                limiter, leave = join(clock, f"key {number % 7}")
                limiter.take("GET /x")
                await asyncio.sleep(0)
                leave()

        def run() -> None:
            try:
                asyncio.run(work())
            except BaseException as problem:  # noqa: BLE001
                problems.append(problem)

        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert problems == []


class TestBans:
    async def test_are_of_an_address_and_shared(self, clock: SimulatedClock) -> None:
        ban, _leave = join_ban(ORIGIN, clock)
        assert join_ban(ORIGIN, clock)[0] is ban
        assert join_ban("https://other", clock)[0] is not ban

    async def test_outlive_the_client_until_they_are_long_over(self, clock: SimulatedClock) -> None:
        ban, leave = join_ban(ORIGIN, clock)
        ban.begin(120)
        leave()
        assert join_ban(ORIGIN, clock)[0].remaining() == pytest.approx(120)
        await clock.advance(3600)
        ban, leave = join_ban(ORIGIN, clock)
        assert ban.admit()  # a probe is still wanted
        ban.probed(answered=True)
        leave()
        assert len(sharing._BANS) == 0

    def test_outlive_the_event_loop_and_its_probe(self, clock: SimulatedClock) -> None:
        async def begin() -> None:
            ban, _leave = join_ban(ORIGIN, clock)
            ban.begin(120)
            await clock.advance(121)
            assert ban.admit()  # and the loop ends before the probe has

        async def go_on() -> None:
            ban, _leave = join_ban(ORIGIN, clock)
            assert ban.remaining() == 0
            assert ban.admit()

        asyncio.run(begin())
        asyncio.run(go_on())
