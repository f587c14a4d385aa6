"""Never more than N in any window, first come, first served; gates and bans."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import SteppingClock
from tests.recorder import Recorder
from tests.simulation import SimulatedClock, simulate
from threecommas_async import (
    DOCUMENTED_LIMITS,
    HmacCredentials,
    IpBannedError,
    Limit,
    NotSentError,
    Outcome,
    PlanError,
    RateLimitedError,
    ThreeCommasClient,
)
from threecommas_async.sandbox import Sandbox
from threecommas_async.transport.limits import MemoryLimiter, WaitTooLongError, limits_of_plan

ACCOUNT = '{"id": 1}'
CREDENTIALS = HmacCredentials("key", "secret")


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
        await limiter.acquire("GET /x", 1e9)
        passed.append((number, clock.elapsed))

    async def caller(number: int, arrival: float) -> None:
        await clock.sleep(arrival)
        passing = asyncio.ensure_future(pass_limiter(number))
        if number in cancelled:
            await clock.sleep(3)
            passing.cancel()
        await asyncio.gather(passing, return_exceptions=True)

    in_order = sorted(arrivals)
    asyncio.run(clock.run(caller(number, arrival) for number, arrival in enumerate(in_order)))
    assert most_in_any_window([moment for _, moment in passed], 10) <= requests
    patient = [number for number, _ in passed if number not in cancelled]
    assert patient == sorted(patient)
    assert set(patient) == set(range(len(in_order))) - cancelled


async def test_a_month_of_a_hundred_callers_without_one_refusal() -> None:
    statuses = await simulate(days=30, callers=100, burst=10, every=6 * 3600, seed=20240917)
    assert statuses.keys() == {200}
    assert statuses[200] > 100_000


async def test_a_bot_that_creates_three_hundred_accounts(clock: SteppingClock) -> None:
    async with Sandbox(clock=clock.now, limits=True) as sandbox:
        client = sandbox.client(clock=clock, timeout=120, max_wait=120)
        async with client:
            for number in range(300):
                await client.accounts.create(
                    type="binance", name=f"Bot {number}", api_key=f"key {number}", secret="secret"
                )
        assert [record.status for record in sandbox.requests] == [201] * 300
    assert 120 < clock.elapsed < 200


class TestPatience:
    async def test_a_wait_that_is_too_long_is_known_at_once(self, clock: SteppingClock) -> None:
        limits = [Limit(requests=2, per=60, pause=300)]
        async with Recorder(200, ACCOUNT) as recorder:
            client = ThreeCommasClient(CREDENTIALS, base_url=recorder.url, limits=limits, clock=clock, timeout=30)
            async with client:
                await client.accounts.get(1)
                await client.accounts.get(1)
                with pytest.raises(RateLimitedError, match="held back") as caught:
                    await client.accounts.get(1)
            assert len(recorder.arrived) == 2
        assert clock.sleeps == []
        assert caught.value.outcome is Outcome.NOT_DONE
        assert 60 <= (caught.value.retry_at - clock.now()).total_seconds() <= 62

    async def test_the_queue_before_it_counts(self) -> None:
        clock = SimulatedClock()
        limiter = MemoryLimiter([Limit(requests=2, per=9, pause=0)], clock)  # two every 10 seconds, margin included
        waits: list[float] = []

        async def work() -> None:
            waiting = [asyncio.ensure_future(limiter.acquire("GET /x", 1e9)) for _ in range(7)]
            await asyncio.sleep(0)
            with pytest.raises(WaitTooLongError) as caught:
                await limiter.acquire("GET /x", 29)
            waits.append(caught.value.wait)
            await limiter.acquire("GET /x", 31)
            waits.append(clock.elapsed)
            await asyncio.gather(*waiting)

        await clock.run([work()])
        assert waits == [pytest.approx(30, abs=0.1), pytest.approx(30, abs=0.1)]

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

            await clock.run([wait(), close()])
            assert len(recorder.arrived) == 1

    async def test_clients_with_one_key_share_one_count(self, clock: SteppingClock) -> None:
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

    async def test_special_routes_have_a_count_of_their_own(self, clock: SteppingClock) -> None:
        limiter = MemoryLimiter(DOCUMENTED_LIMITS, clock)
        for _ in range(100):
            await limiter.acquire("GET /ver1/accounts", 0)
        with pytest.raises(WaitTooLongError):
            await limiter.acquire("POST /ver1/accounts/new", 0)
        for _ in range(60):
            await limiter.acquire("GET /ver1/deals", 0)
            await limiter.acquire("GET /ver1/deals/{deal_id}/show", 0)
        with pytest.raises(WaitTooLongError):
            await limiter.acquire("GET /ver1/deals", 0)

    @pytest.mark.parametrize("wrong", [{"requests": 0}, {"per": 0}, {"pause": -1}])
    def test_numbers_that_cannot_be(self, wrong: dict[str, Any]) -> None:
        limit: dict[str, Any] = {"requests": 1, "per": 1, "pause": 1, **wrong}
        with pytest.raises(ValueError, match=next(iter(wrong))):
            Limit(**limit)


class TestTheGate:
    async def test_after_a_429_nothing_more_is_sent(self, clock: SteppingClock) -> None:
        async with Recorder(429, "{}") as recorder:
            client = ThreeCommasClient(CREDENTIALS, base_url=recorder.url, clock=clock)
            async with client:
                for _ in range(5):
                    with pytest.raises(RateLimitedError) as caught:
                        await client.accounts.get(1)
                    assert caught.value.outcome is Outcome.NOT_DONE
                assert len(recorder.arrived) == 1
                clock.elapsed += 301
                recorder.status, recorder.body = 200, ACCOUNT.encode()
                assert (await client.accounts.get(1)).id == 1
                assert len(recorder.arrived) == 2

    @pytest.mark.parametrize("method", ["read", "write"])
    async def test_a_short_pause_is_waited_out(self, method: str, clock: SteppingClock) -> None:
        async with Recorder(429, "{}", {"Retry-After": "7"}) as recorder:

            def mend() -> None:
                recorder.status, recorder.body = 200, ACCOUNT.encode()

            clock.on_sleep = mend
            async with ThreeCommasClient(CREDENTIALS, base_url=recorder.url, clock=clock) as client:
                if method == "read":
                    await client.accounts.get(1)
                else:
                    await client.accounts.create(type="binance", name="Main")
            assert len(recorder.arrived) == 2
        assert clock.elapsed == pytest.approx(7, abs=0.1)

    async def test_an_api_that_keeps_refusing_is_not_asked_for_ever(self, clock: SteppingClock) -> None:
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

    async def test_a_plan_closes_nothing(self, clock: SteppingClock) -> None:
        text = '{"error":"The request type is not available with your current subscription plan."}'
        async with Recorder(429, text) as recorder:
            async with ThreeCommasClient(CREDENTIALS, base_url=recorder.url, clock=clock) as client:
                for _ in range(3):
                    with pytest.raises(PlanError):
                        await client.accounts.get(1)
            assert len(recorder.arrived) == 3

    async def test_without_a_limiter_a_429_is_only_told(self, clock: SteppingClock) -> None:
        async with Recorder(429, "{}") as recorder:
            async with ThreeCommasClient(CREDENTIALS, base_url=recorder.url, clock=clock, limits=None) as client:
                for _ in range(3):
                    with pytest.raises(RateLimitedError):
                        await client.accounts.get(1)
            assert len(recorder.arrived) == 3


class TestTheBan:
    async def test_nothing_during_one_probe_after_doubling(self, clock: SteppingClock) -> None:
        async with Recorder(418, "") as recorder:
            other = HmacCredentials("other", "secret")
            async with (
                ThreeCommasClient(CREDENTIALS, base_url=recorder.url, clock=clock) as client,
                ThreeCommasClient(other, base_url=recorder.url, clock=clock, limits=None) as neighbour,
            ):
                for round_, lasts in enumerate((120, 240, 480), start=1):
                    for refused in (client, neighbour, client, neighbour):
                        with pytest.raises(IpBannedError):
                            await refused.accounts.get(1)
                    with pytest.raises(IpBannedError) as caught:
                        await client.accounts.get(1)
                    assert len(recorder.arrived) == round_
                    left = (caught.value.retry_at - clock.now()).total_seconds()
                    assert left == pytest.approx(lasts, abs=1)
                    clock.elapsed += lasts + 0.1
                recorder.status, recorder.body = 200, ACCOUNT.encode()
                results = await asyncio.gather(*(client.accounts.get(1) for _ in range(5)), return_exceptions=True)
                assert len(recorder.arrived) == 4
                assert sum(isinstance(result, IpBannedError) for result in results) == 4
                await client.accounts.get(1)
                recorder.status = 418
                with pytest.raises(IpBannedError) as caught:
                    await client.accounts.get(1)
                assert (caught.value.retry_at - clock.now()).total_seconds() == pytest.approx(120, abs=1)

    async def test_a_probe_without_an_answer_is_followed_by_another(self, clock: SteppingClock) -> None:
        async with Recorder(418, "") as recorder:
            client = ThreeCommasClient(CREDENTIALS, base_url=recorder.url, clock=clock, timeout=5)
            with pytest.raises(IpBannedError):
                await client.accounts.get(1)
        clock.elapsed += 121
        with pytest.raises(NotSentError):
            await client.accounts.create(type="binance", name="Main")
        with pytest.raises(NotSentError):
            await client.accounts.create(type="binance", name="Main")
        await client.close()
