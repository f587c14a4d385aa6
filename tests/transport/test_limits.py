"""Never more than N in any window, first come, first served; the gate."""

from __future__ import annotations

import asyncio
import math
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.recorder import Recorder
from tests.simulation import ignore_wait, simulate
from threecommas_async import (
    DOCUMENTED_LIMITS,
    HmacCredentials,
    Limit,
    NotSentError,
    Outcome,
    PlanError,
    RateLimitedError,
    ThreeCommasClient,
)
from threecommas_async.models import Account
from threecommas_async.sandbox import Sandbox
from threecommas_async.transport.limits import MemoryLimiter, WaitTooLongError, checked_limits, limits_of_plan
from threecommas_async.transport.simulated_clock import SimulatedClock

ACCOUNT = '{"id": 1}'
CREDENTIALS = HmacCredentials("key", "secret")


async def read(client: ThreeCommasClient) -> Account:
    return await client.accounts.get(1)


async def write(client: ThreeCommasClient) -> Account:
    return await client.accounts.create(type="binance", name="Main")


def most_in_any_window(moments: Sequence[float], window: float) -> int:
    return max((sum(start <= moment < start + window for moment in moments) for start in moments), default=0)


@settings(max_examples=50, deadline=None)
@given(
    requests=st.integers(1, 8),
    arrivals=st.lists(st.floats(0, 40), min_size=1, max_size=60),
    cancelled=st.sets(st.integers(0, 59)),
)
def test_never_too_many_and_in_order(requests: int, arrivals: list[float], cancelled: set[int]) -> None:
    clock = SimulatedClock()
    limiter = MemoryLimiter([Limit(requests=requests, per=10, pause=10)], clock)
    passed: list[tuple[int, float]] = []

    async def pass_limiter(number: int) -> None:
        await limiter.acquire("GET /x", 1e9, ignore_wait)
        passed.append((number, clock.elapsed))

    async def caller(number: int, arrival: float) -> None:
        await clock.sleep(arrival)
        passing = asyncio.ensure_future(pass_limiter(number))
        if number in cancelled:
            await clock.sleep(3)
            passing.cancel()
        await asyncio.gather(passing, return_exceptions=True)

    async def all_callers() -> None:
        await asyncio.gather(*(caller(number, arrival) for number, arrival in enumerate(in_order)))

    in_order = sorted(arrivals)
    asyncio.run(all_callers())
    assert most_in_any_window([moment for _, moment in passed], 10) <= requests
    patient = [number for number, _ in passed if number not in cancelled]
    assert patient == sorted(patient)
    assert set(patient) == set(range(len(in_order))) - cancelled


async def test_a_month_of_a_hundred_callers_without_one_refusal() -> None:
    statuses = await simulate(days=30, callers=100, burst=10, every=6 * 3600, seed=20240917)
    assert statuses.keys() == {200}
    assert statuses[200] > 100_000


async def test_a_bot_that_creates_three_hundred_accounts(clock: SimulatedClock) -> None:
    async with Sandbox(clock=clock, limits=True) as sandbox:
        client = sandbox.client(clock=clock, timeout=120, max_wait=120)
        async with client:
            for number in range(300):
                await client.accounts.create(
                    type="binance", name=f"Bot {number}", api_key=f"key {number}", secret="secret"
                )
        assert [record.status for record in sandbox.requests] == [201] * 300
    assert 120 < clock.elapsed < 200


class TestPatience:
    async def test_a_wait_that_is_too_long_is_known_at_once(self, clock: SimulatedClock) -> None:
        limits = [Limit(requests=2, per=60, pause=300)]
        async with Recorder(200, ACCOUNT) as recorder:
            client = ThreeCommasClient(CREDENTIALS, base_url=recorder.url, limits=limits, clock=clock, timeout=30)
            async with client:
                await client.accounts.get(1)
                await client.accounts.get(1)
                with pytest.raises(RateLimitedError, match="rate limit") as caught:
                    await client.accounts.get(1)
            assert len(recorder.arrived) == 2
        assert not clock.sleeps
        assert caught.value.outcome is Outcome.NOT_DONE
        assert 60 <= (caught.value.retry_at - clock.now()).total_seconds() <= 62

    async def test_a_client_that_is_closed_while_a_call_waits(self) -> None:
        clock = SimulatedClock()
        async with Recorder(200, ACCOUNT) as recorder:
            limits = [Limit(requests=1, per=9, pause=0)]
            client = ThreeCommasClient(CREDENTIALS, base_url=recorder.url, limits=limits, clock=clock)
            await client.accounts.get(1)

            async def wait() -> None:
                with pytest.raises(NotSentError, match="closed"):
                    await client.accounts.get(1)

            async def close() -> None:
                await clock.sleep(1)
                await client.close()

            await asyncio.gather(wait(), close())
            assert len(recorder.arrived) == 1

    async def test_clients_with_one_key_share_one_count(self, clock: SimulatedClock) -> None:
        limits = [Limit(requests=2, per=60, pause=300)]
        async with Recorder(200, ACCOUNT) as recorder:

            async def ask(key: str) -> None:
                credentials = HmacCredentials(key, "secret")
                async with ThreeCommasClient(
                    credentials, base_url=recorder.url, limits=limits, clock=clock, max_wait=0
                ) as client:
                    await client.accounts.get(1)

            await ask("one")
            await ask("one")
            await ask("other")
            with pytest.raises(RateLimitedError):
                await ask("one")


class TestRoutes:
    def test_the_documented_numbers(self) -> None:
        general, deals, smart_trades = DOCUMENTED_LIMITS
        assert (general.requests, general.per, general.pause, general.routes) == (100, 60, 300, frozenset())
        assert (deals.requests, deals.per, deals.pause) == (120, 60, 60)
        assert deals.routes == {"GET /ver1/deals", "GET /ver1/deals/{deal_id}/show"}
        assert (smart_trades.requests, smart_trades.per, smart_trades.pause) == (40, 10, 10)

    @pytest.mark.parametrize(("plan", "requests"), [("starter", 5), ("pro", 50), ("expert", 120)])
    def test_plans(self, plan: Any, requests: int) -> None:
        general, *others = limits_of_plan(plan)
        assert general.requests == requests
        assert tuple(others) == DOCUMENTED_LIMITS[1:]

    async def test_special_routes_have_a_count_of_their_own(self, clock: SimulatedClock) -> None:
        limiter = MemoryLimiter(DOCUMENTED_LIMITS, clock)
        for _ in range(100):
            await limiter.acquire("GET /ver1/accounts", 0, ignore_wait)
        with pytest.raises(WaitTooLongError):
            await limiter.acquire("POST /ver1/accounts/new", 0, ignore_wait)
        for _ in range(60):
            await limiter.acquire("GET /ver1/deals", 0, ignore_wait)
            await limiter.acquire("GET /ver1/deals/{deal_id}/show", 0, ignore_wait)
        with pytest.raises(WaitTooLongError):
            await limiter.acquire("GET /ver1/deals", 0, ignore_wait)


class TestArguments:
    @pytest.mark.parametrize(
        "wrong", [{"requests": 0}, {"per": 0}, {"per": math.inf}, {"per": math.nan}, {"pause": -1}]
    )
    def test_numbers_that_cannot_be(self, wrong: dict[str, Any]) -> None:
        limit: dict[str, Any] = {"requests": 1, "per": 1, "pause": 1, **wrong}
        with pytest.raises(ValueError, match=next(iter(wrong))):
            Limit(**limit)

    @pytest.mark.parametrize("wrong", [{"requests": 1.5}, {"requests": True}, {"per": "60"}, {"pause": None}])
    def test_values_of_other_types(self, wrong: dict[str, Any]) -> None:
        limit: dict[str, Any] = {"requests": 1, "per": 1, "pause": 1, **wrong}
        with pytest.raises(TypeError, match=next(iter(wrong))):
            Limit(**limit)

    @pytest.mark.parametrize("routes", ["GET /ver1/deals", [1]])
    def test_routes_that_are_no_collection_of_texts(self, routes: Any) -> None:
        with pytest.raises(TypeError, match="routes"):
            Limit(1, 1, 1, routes)

    @pytest.mark.parametrize("route", ["/ver1/deals", "GET ver1/deals", "get /ver1/deals", ""])
    def test_routes_without_verb_or_path(self, route: str) -> None:
        with pytest.raises(ValueError, match="routes"):
            Limit(1, 1, 1, frozenset({route}))

    @pytest.mark.parametrize(
        "limits", [5, "x", b"x", [1], [None], Limit, Limit(1, 1, 1), {"requests": 1}, {1}, MemoryLimiter]
    )
    def test_limits_of_another_type_are_refused(self, limits: object) -> None:
        with pytest.raises(TypeError, match="limits must"):
            checked_limits(limits)

    def test_no_limits_at_all_are_refused(self) -> None:
        with pytest.raises(ValueError, match="limits must contain at least one"):
            checked_limits([])

    def test_two_limits_for_one_route_are_refused(self) -> None:
        route = frozenset({"GET /x"})
        with pytest.raises(ValueError, match="two limits for GET /x"):
            checked_limits([Limit(1, 1, 1, route), Limit(2, 2, 2, route)])
        with pytest.raises(ValueError, match="two limits without routes"):
            checked_limits([Limit(1, 1, 1), Limit(2, 2, 2)])

    def test_right_limits_are_returned_as_a_tuple(self) -> None:
        assert checked_limits(list(DOCUMENTED_LIMITS)) == DOCUMENTED_LIMITS
        assert checked_limits(None) is None

    @pytest.mark.parametrize("plan", ["gold", None, [], 5])
    def test_a_plan_that_does_not_exist(self, plan: Any) -> None:
        with pytest.raises(ValueError, match="plan must be one of 'starter'"):
            limits_of_plan(plan)

    def test_nothing_heavy_is_imported(self) -> None:
        program = (
            "import sys, threecommas_async.transport.limits, threecommas_async.transport.redis_limits\n"
            "print({'pyrate_limiter', 'multiprocessing', 'sqlite3', 'redis'} & set(sys.modules))"
        )
        output = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
        assert output.strip() == "set()"


class TestTheQueue:
    async def test_the_queue_before_it_counts(self) -> None:
        clock = SimulatedClock()
        limiter = MemoryLimiter([Limit(requests=2, per=9, pause=0)], clock)  # two every 10 seconds, margin included
        waits: list[float] = []

        waiting = [asyncio.ensure_future(limiter.acquire("GET /x", 1e9, ignore_wait)) for _ in range(7)]
        await asyncio.sleep(0)
        with pytest.raises(WaitTooLongError) as caught:
            await limiter.acquire("GET /x", 29, waits.append)
        waits.append(-caught.value.wait)
        await limiter.acquire("GET /x", 31, waits.append)
        waits.append(clock.elapsed)
        await asyncio.gather(*waiting)
        assert waits == pytest.approx([-30, 30, 30])  # the refusal; the wait when it began, and when it was over

    async def test_nobody_overtakes_those_who_wait(self, clock: SimulatedClock) -> None:
        limiter = MemoryLimiter([Limit(requests=2, per=9, pause=0)], clock)
        assert limiter.take("GET /x")
        assert limiter.take("GET /x")
        asleep, wake = asyncio.Event(), asyncio.Event()
        order: list[str] = []

        async def sleep(seconds: float) -> None:
            asleep.set()
            await wake.wait()

        clock.sleep = sleep  # type: ignore[method-assign]

        async def pass_limiter(name: str, patience: float) -> None:
            await limiter.acquire("GET /x", patience, ignore_wait)
            order.append(name)

        first = asyncio.ensure_future(pass_limiter("first", 100))
        await asleep.wait()
        await clock.advance(10)  # there are two places again, and the first has not woken yet
        assert not limiter.take("GET /x")
        second = asyncio.ensure_future(pass_limiter("second", 0))
        await asyncio.sleep(0)
        with pytest.raises(WaitTooLongError) as caught:
            await limiter.acquire("GET /x", 5, ignore_wait)
        assert caught.value.wait == pytest.approx(10)
        assert order == []
        wake.set()
        await asyncio.gather(first, second)
        assert order == ["first", "second"]

    @pytest.mark.parametrize("cancelled", [0, 1, 2])
    async def test_one_that_is_cancelled_costs_no_place(self, cancelled: int) -> None:
        clock = SimulatedClock()
        limiter = MemoryLimiter([Limit(requests=1, per=9, pause=0)], clock)
        passed: dict[int, float] = {}

        async def pass_limiter(number: int) -> None:
            await limiter.acquire("GET /x", 1e9, ignore_wait)
            passed[number] = clock.elapsed

        assert limiter.take("GET /x")
        waiting = [asyncio.ensure_future(pass_limiter(number)) for number in range(3)]
        await clock.sleep(5)
        waiting[cancelled].cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert list(passed) == [number for number in range(3) if number != cancelled]
        assert list(passed.values()) == pytest.approx([10, 20])

    async def test_one_that_is_cancelled_as_its_turn_comes_passes_it_on(self) -> None:
        clock = SimulatedClock()
        limiter = MemoryLimiter([Limit(requests=2, per=9, pause=0)], clock)
        passed: list[tuple[int, float]] = []
        waiting: list[asyncio.Future[None]] = []

        async def pass_limiter(number: int) -> None:
            await limiter.acquire("GET /x", 1e9, ignore_wait)
            passed.append((number, clock.elapsed))
            waiting[1].cancel()  # at first: it has been told that it is its turn, and has not run yet

        assert limiter.take("GET /x")
        assert limiter.take("GET /x")
        waiting.extend(asyncio.ensure_future(pass_limiter(number)) for number in range(3))
        await asyncio.gather(*waiting, return_exceptions=True)
        assert passed == [(0, 10), (2, 10)]

    async def test_a_wait_is_told_when_it_begins_and_not_when_there_is_none(self, clock: SimulatedClock) -> None:
        limiter = MemoryLimiter([Limit(requests=1, per=9, pause=0)], clock)
        told: list[float] = []

        def on_wait(seconds: float) -> None:
            told.extend((clock.elapsed, seconds))

        await limiter.acquire("GET /x", 100, on_wait)
        with pytest.raises(WaitTooLongError):
            await limiter.acquire("GET /x", 5, on_wait)
        assert told == []
        await limiter.acquire("GET /x", 100, on_wait)
        assert told == pytest.approx([0, 10])
        assert [*clock.sleeps] == pytest.approx([10])

    async def test_what_the_clock_raises_passes_and_the_next_has_its_turn(self, clock: SimulatedClock) -> None:
        limiter = MemoryLimiter([Limit(requests=1, per=9, pause=0)], clock)
        assert limiter.take("GET /x")

        sleep = clock.sleep

        async def fail(seconds: float) -> None:
            clock.sleep = sleep  # type: ignore[method-assign]
            raise TimeoutError("of the clock's own")

        clock.sleep = fail  # type: ignore[method-assign]
        first, second = (asyncio.ensure_future(limiter.acquire("GET /x", 100, ignore_wait)) for _ in range(2))
        with pytest.raises(TimeoutError, match="of the clock's own"):
            await first
        await second

    async def test_a_place_that_is_given_back_is_taken_at_once(self) -> None:
        clock = SimulatedClock()
        limiter = MemoryLimiter([Limit(requests=1, per=9, pause=0)], clock)
        window = limiter.window("GET /x")

        sent = await limiter.wait(window, 1e9, ignore_wait)
        waiting = asyncio.ensure_future(limiter.acquire("GET /x", 1e9, ignore_wait))
        await clock.sleep(4)
        window.withdraw(sent)
        await waiting
        assert clock.elapsed == 4

    async def test_those_who_cannot_wait_for_one_that_was_sent_later_are_told(self) -> None:
        clock = SimulatedClock()
        limiter = MemoryLimiter([Limit(requests=1, per=9, pause=0)], clock)
        window = limiter.window("GET /x")

        sent = await limiter.wait(window, 1e9, ignore_wait)
        patient = asyncio.ensure_future(limiter.acquire("GET /x", 1e9, ignore_wait))
        impatient = asyncio.ensure_future(limiter.acquire("GET /x", 22, ignore_wait))
        await clock.sleep(5)
        assert limiter.enter(window, sent) == 0
        with pytest.raises(WaitTooLongError) as caught:
            await impatient
        assert [clock.elapsed, caught.value.wait] == pytest.approx([5, 20])
        await patient
        assert clock.elapsed == pytest.approx(15)

    async def test_one_that_woke_too_late_for_a_free_place_has_it(self, clock: SimulatedClock) -> None:
        limiter = MemoryLimiter([Limit(requests=1, per=9, pause=0)], clock)
        assert limiter.take("GET /x")
        asleep, wake = asyncio.Event(), asyncio.Event()

        async def sleep(seconds: float) -> None:
            asleep.set()
            await wake.wait()

        clock.sleep = sleep  # type: ignore[method-assign]
        waiting = asyncio.ensure_future(limiter.acquire("GET /x", 12, ignore_wait))
        await asleep.wait()
        await clock.advance(15)  # the machine was busy, and whoever has waited so long decides what it is worth
        limiter.reconsider()
        wake.set()
        await waiting
        assert not limiter.take("GET /x")

    async def test_who_waits_in_a_confined_window_passes_when_it_is_no_more(self) -> None:
        clock = SimulatedClock()
        limiter = MemoryLimiter([Limit(requests=2, per=9, pause=0)], clock, processes=2)
        window = limiter.window("GET /x")
        window.confined_until = clock.monotonic() + 3
        assert not limiter.take("GET /x")

        await limiter.acquire("GET /x", 0, ignore_wait)
        await limiter.acquire("GET /x", 100, ignore_wait)
        assert clock.elapsed == pytest.approx(3)

    async def test_a_route_without_a_limit_passes(self, clock: SimulatedClock) -> None:
        limiter = MemoryLimiter([Limit(1, 60, 300, frozenset({"GET /x"}))], clock)
        assert all(limiter.take("GET /y") for _ in range(1000))
        assert limiter.take("GET /x")
        assert not limiter.take("GET /x")
        assert limiter.is_idle() is False
        await clock.advance(61)
        assert limiter.is_idle()


class TestTheGate:
    async def test_after_a_429_nothing_more_is_sent(self, clock: SimulatedClock) -> None:
        async with Recorder(429, "{}") as recorder:
            client = ThreeCommasClient(CREDENTIALS, base_url=recorder.url, clock=clock)
            async with client:
                for _ in range(5):
                    with pytest.raises(RateLimitedError) as caught:
                        await client.accounts.get(1)
                    assert caught.value.outcome is Outcome.NOT_DONE
                assert len(recorder.arrived) == 1
                await clock.advance(301)
                recorder.status, recorder.body = 200, ACCOUNT.encode()
                assert (await client.accounts.get(1)).id == 1
                assert len(recorder.arrived) == 2

    @pytest.mark.parametrize("call", [read, write])
    async def test_a_short_pause_is_waited_out(self, call: Callable[[ThreeCommasClient], Awaitable[Account]]) -> None:
        clock = SimulatedClock(auto=False)
        async with Recorder(429, "{}", {"Retry-After": "7"}) as recorder:
            async with ThreeCommasClient(CREDENTIALS, base_url=recorder.url, clock=clock) as client:
                calling = asyncio.ensure_future(call(client))
                await clock.advance(6.9)
                assert not calling.done()
                recorder.status, recorder.body = 200, ACCOUNT.encode()
                await clock.advance(0.2)
                assert (await calling).id == 1
            assert len(recorder.arrived) == 2

    async def test_an_api_that_keeps_refusing_is_not_asked_for_ever(self, clock: SimulatedClock) -> None:
        async with Recorder(429, "{}", {"Retry-After": "1"}) as recorder:
            async with ThreeCommasClient(CREDENTIALS, base_url=recorder.url, clock=clock) as client:
                with pytest.raises(RateLimitedError):
                    await client.accounts.get(1)
            assert len(recorder.arrived) == 3
        async with Recorder(429, "{}", {"Retry-After": "0"}) as recorder:
            async with ThreeCommasClient(CREDENTIALS, base_url=recorder.url, clock=clock) as client:
                with pytest.raises(RateLimitedError):
                    await client.accounts.get(1)
            assert len(recorder.arrived) == 1

    async def test_a_plan_closes_nothing(self, clock: SimulatedClock) -> None:
        text = '{"error":"The request type is not available with your current subscription plan."}'
        async with Recorder(429, text) as recorder:
            async with ThreeCommasClient(CREDENTIALS, base_url=recorder.url, clock=clock) as client:
                for _ in range(3):
                    with pytest.raises(PlanError):
                        await client.accounts.get(1)
            assert len(recorder.arrived) == 3

    async def test_without_a_limiter_a_429_is_only_told(self, clock: SimulatedClock) -> None:
        async with Recorder(429, "{}") as recorder:
            async with ThreeCommasClient(CREDENTIALS, base_url=recorder.url, clock=clock, limits=None) as client:
                for _ in range(3):
                    with pytest.raises(RateLimitedError):
                        await client.accounts.get(1)
            assert len(recorder.arrived) == 3


class TestAClosedGate:
    async def test_nothing_passes_whatever_the_route(self, clock: SimulatedClock) -> None:
        limiter = MemoryLimiter(
            [Limit(5, 60, 300, frozenset({"GET /x"})), Limit(5, 60, 300, frozenset({"GET /y"}))], clock
        )
        await limiter.close_gate(30)
        for route in ("GET /x", "GET /y", "GET /unlimited"):
            assert not limiter.take(route)
            with pytest.raises(WaitTooLongError) as caught:
                await limiter.acquire(route, 29, ignore_wait)
            assert caught.value.wait == pytest.approx(30)
        assert not limiter.is_idle()
        await limiter.acquire("GET /unlimited", 30, ignore_wait)
        assert clock.elapsed == pytest.approx(30)
        assert limiter.take("GET /x")
        assert limiter.take("GET /y")

    async def test_a_shorter_pause_does_not_open_it(self, clock: SimulatedClock) -> None:
        limiter = MemoryLimiter(DOCUMENTED_LIMITS, clock)
        await limiter.close_gate(30)
        await limiter.close_gate(10)
        await clock.advance(29)
        assert not limiter.take("GET /x")

    async def test_the_impatient_are_told_at_once_and_the_patient_keep_their_order(self) -> None:
        clock = SimulatedClock()
        limiter = MemoryLimiter([Limit(requests=1, per=9, pause=0)], clock)
        ends: dict[str, list[float]] = {}

        async def pass_limiter(name: str, patience: float) -> None:
            try:
                await limiter.acquire("GET /x", patience, ignore_wait)
            except WaitTooLongError as refusal:
                ends[name] = [clock.elapsed, refusal.wait]
            else:
                ends[name] = [clock.elapsed]

        assert limiter.take("GET /x")
        names = {"first": 12, "second": 200, "third": 30, "fourth": 200}
        waiting = [asyncio.ensure_future(pass_limiter(*each)) for each in names.items()]
        await clock.sleep(4)
        await limiter.close_gate(96)
        await clock.sleep(0)
        await asyncio.gather(*waiting)
        assert ends["first"] == pytest.approx([4, 96])
        assert ends["third"] == pytest.approx([4, 106])  # behind the second
        assert ends["second"] == pytest.approx([100])
        assert ends["fourth"] == pytest.approx([110])

    @pytest.mark.parametrize("seconds", [math.inf, 1e300])
    async def test_no_pause_lasts_for_ever(self, seconds: float, clock: SimulatedClock) -> None:
        limiter = MemoryLimiter(DOCUMENTED_LIMITS, clock)
        await limiter.close_gate(seconds)
        await clock.advance(24 * 3600)
        assert limiter.take("GET /x")
