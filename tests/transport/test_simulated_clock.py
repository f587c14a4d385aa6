"""The simulated clock: who wakes when, what it shows then, and that nobody is late because somebody else waits."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from threecommas_async import ThreeCommasClient
from threecommas_async.sandbox import Sandbox
from threecommas_async.transport.simulated_clock import SimulatedClock

START = datetime(2024, 9, 17, tzinfo=UTC)


class Diary:
    """Who woke when."""

    def __init__(self, clock: SimulatedClock) -> None:
        self.clock = clock
        self.entries: list[tuple[str, float]] = []

    async def sleep(self, name: str, *seconds: float) -> None:
        for one in seconds:
            await self.clock.sleep(one)
            self.entries.append((name, self.clock.elapsed))

    def start(self, name: str, *seconds: float) -> asyncio.Task[None]:
        return asyncio.create_task(self.sleep(name, *seconds))


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(START)


@pytest.fixture
async def manual() -> AsyncIterator[Diary]:
    yield Diary(SimulatedClock(START, auto=False))
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()


# --- a clock that moves by itself


async def test_a_sleep_takes_no_time_and_all_the_time_that_it_was_asked_for(clock: SimulatedClock) -> None:
    before = clock.monotonic()
    await clock.sleep(3600)
    assert clock.monotonic() - before == clock.elapsed == 3600
    assert clock.now() == START + timedelta(hours=1)
    assert [*clock.sleeps] == [3600]


async def test_several_sleep_at_the_same_time_and_wake_at_their_own_moments(clock: SimulatedClock) -> None:
    diary = Diary(clock)
    await asyncio.gather(diary.sleep("a", 10, 10), diary.sleep("b", 5, 0.5), diary.sleep("c", 5), diary.sleep("d", 0))
    assert diary.entries == [("d", 0), ("b", 5), ("c", 5), ("b", 5.5), ("a", 10), ("a", 20)]


async def test_what_is_on_its_way_is_done_before_the_clock_moves_on(clock: SimulatedClock) -> None:
    elapsed: list[float] = []

    async def work() -> None:
        for _ in range(500):
            await asyncio.sleep(0)
        elapsed.append(clock.elapsed)

    await asyncio.gather(clock.sleep(60), work())
    assert elapsed == [0]
    assert clock.elapsed == 60


async def test_sockets_are_given_a_moment(clock: SimulatedClock) -> None:
    elapsed: list[float] = []
    async with Sandbox():
        # Stands for what another process or thread sends: nothing in this loop tells that it is to come.
        asyncio.get_running_loop().call_later(0.0005, lambda: elapsed.append(clock.elapsed))
        await clock.sleep(60)
    assert elapsed == [0]


async def test_calls_do_not_time_out_because_others_wait(clock: SimulatedClock) -> None:
    async with Sandbox(clock=clock) as sandbox, sandbox.client(timeout=5) as client:

        async def wait() -> None:
            for _ in range(50):
                await clock.sleep(3600)

        async def call(client: ThreeCommasClient) -> None:
            for _ in range(10):
                sandbox.faults.fail_next(502, path="/ver1/accounts")
                await client.accounts.list()  # is repeated after a pause, if the clock says that there is time for it

        waiting = asyncio.create_task(wait())
        await call(client)
        assert clock.elapsed < 10 * 5
        await waiting
    assert len([record for record in sandbox.requests if record.status == 502]) == 10


async def test_whoever_polls_is_not_waited_for_for_ever(clock: SimulatedClock) -> None:
    async def poll() -> None:
        while not clock.elapsed:
            await asyncio.sleep(0)

    async with asyncio.timeout(10):
        await asyncio.gather(clock.sleep(1), poll())


async def test_time_may_be_let_pass_as_well(clock: SimulatedClock) -> None:
    diary = Diary(clock)
    diary.start("a", 5)
    await clock.advance(10)
    assert diary.entries == [("a", 5)]
    assert clock.elapsed == 10


# --- a clock that the test moves


async def test_who_sleeps_sleeps_until_the_test_lets_the_time_pass(manual: Diary) -> None:
    task = manual.start("a", 60)
    await manual.clock.advance(0)
    assert (manual.clock.sleeping, manual.clock.elapsed) == (1, 0)
    await manual.clock.advance(59.5)
    assert (task.done(), manual.clock.elapsed) == (False, 59.5)
    await manual.clock.advance(0.5)
    assert (manual.entries, manual.clock.sleeping) == ([("a", 60)], 0)


async def test_sleepers_wake_in_the_order_of_their_moments_and_find_the_clock_there(manual: Diary) -> None:
    manual.start("a", 30, 5, 100)
    manual.start("b", 10)
    manual.start("c", 30)
    await manual.clock.advance(90)
    assert manual.entries == [("b", 10), ("a", 30), ("c", 30), ("a", 35)]
    assert (manual.clock.elapsed, manual.clock.sleeping) == (90, 1)


async def test_who_falls_asleep_on_the_way_wakes_at_the_end_of_it(manual: Diary) -> None:
    manual.start("a", 5, 5)
    await manual.clock.advance(10)
    assert manual.entries == [("a", 5), ("a", 10)]


async def test_fractions_of_seconds_add_up(manual: Diary) -> None:
    manual.start("a", 0.6)
    for _ in range(2):
        await manual.clock.advance(0.3)  # which is 0.5999999999999 in floats
    assert manual.clock.sleeping == 0


async def test_moments_that_are_almost_the_same_do_not_turn_the_clock_back(manual: Diary) -> None:
    manual.start("a", 1 + 4e-8)
    manual.start("b", 1)
    await manual.clock.advance(2)
    (first, then), (second, later) = manual.entries
    assert (first, second) == ("a", "b")
    assert 1 < then <= later < 1.000001


async def test_two_may_let_time_pass_together(manual: Diary) -> None:
    manual.start("a", 15)
    await asyncio.gather(manual.clock.advance(10), manual.clock.advance(20))
    assert (manual.entries, manual.clock.elapsed) == ([("a", 15)], 20)


async def test_a_sandbox_answers_while_the_clock_stands(manual: Diary) -> None:
    async with Sandbox(clock=manual.clock) as sandbox, sandbox.client(timeout=5) as client:
        sandbox.faults.delay_next(3)
        call = asyncio.create_task(client.users.ping())
        await manual.clock.advance(2.5)
        assert not call.done()
        await manual.clock.advance(0.5)
        assert call.done()
        assert (await call).pong == "pong"


async def test_it_tells_when_the_next_sleeper_will_wake(manual: Diary) -> None:
    clock = manual.clock
    assert clock.next_wake is None
    manual.start("a", 90, 3600)
    soon = manual.start("b", 30)
    later = asyncio.create_task(clock.advance(100))
    await asyncio.sleep(0)
    assert clock.next_wake == START + timedelta(seconds=30)
    soon.cancel()
    await asyncio.sleep(0)
    assert clock.next_wake == START + timedelta(seconds=90)
    await later
    assert clock.next_wake == START + timedelta(seconds=3690)
    await clock.advance(3600)
    assert clock.next_wake is None


@pytest.mark.parametrize("seconds", [math.inf, 1e15])
async def test_who_sleeps_for_longer_than_there_are_days_will_not_wake(manual: Diary, seconds: float) -> None:
    manual.start("a", seconds)
    await manual.clock.advance(0)
    assert (manual.clock.sleeping, manual.clock.next_wake) == (1, None)


# --- either


async def test_the_shortest_sleep_makes_progress(clock: SimulatedClock) -> None:
    await clock.sleep(1e9)
    before = clock.monotonic()
    await clock.sleep(1e-12)
    assert clock.monotonic() > before


async def test_a_loop_that_waits_for_a_moment_ends_at_it(clock: SimulatedClock) -> None:
    await clock.sleep(0.1)
    until = clock.monotonic() + 0.7
    while (wait := until - clock.monotonic()) > 0:
        await clock.sleep(wait)
    assert clock.monotonic() == until
    assert len(clock.sleeps) == 2


async def test_who_was_cancelled_is_not_waited_for(clock: SimulatedClock) -> None:
    task = asyncio.create_task(clock.sleep(100))
    await asyncio.sleep(0)
    task.cancel()
    await clock.sleep(1)
    assert (clock.sleeping, clock.elapsed) == (0, 1)


async def test_who_sleeps_for_ever_does_so(clock: SimulatedClock) -> None:
    task = asyncio.create_task(clock.sleep(math.inf))
    await clock.sleep(1e9)
    await asyncio.sleep(0.002)  # a loop without anything to do
    assert (task.done(), clock.sleeping, clock.elapsed) == (False, 1, 1e9)
    task.cancel()


@pytest.mark.parametrize("auto", [True, False])
def test_one_clock_may_serve_one_loop_after_the_other(auto: bool) -> None:
    clock = SimulatedClock(auto=auto)

    async def abandon() -> None:
        asyncio.ensure_future(clock.sleep(5))  # noqa: RUF006
        await asyncio.sleep(0)

    async def pass_time() -> None:
        await asyncio.gather(clock.sleep(5), clock.advance(5))

    asyncio.run(abandon())
    for number in (1, 2):
        asyncio.run(asyncio.wait_for(pass_time(), 5))
        assert clock.elapsed == number * 5


def test_what_it_does_not_take() -> None:
    with pytest.raises(ValueError, match="start must have a time zone"):
        SimulatedClock(datetime(2024, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize("seconds", [-1, math.inf, math.nan])
async def test_time_that_cannot_pass(clock: SimulatedClock, seconds: float) -> None:
    with pytest.raises(ValueError, match="seconds must be a finite number of at least 0"):
        await clock.advance(seconds)


async def test_a_sleep_that_is_not_a_number_is_refused(clock: SimulatedClock) -> None:
    with pytest.raises(ValueError, match="seconds must be a number, not nan"):
        await clock.sleep(math.nan)


async def test_a_negative_sleep_is_none(clock: SimulatedClock) -> None:
    await clock.sleep(-1)
    assert clock.elapsed == 0


async def test_its_repr_says_what_time_it_is(manual: Diary) -> None:
    manual.start("a", 5)
    await manual.clock.advance(1)
    assert repr(manual.clock) == "<SimulatedClock 2024-09-17T00:00:01+00:00, 1 sleeping>"
