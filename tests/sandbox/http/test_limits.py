"""The sandbox's rate limits and bans, under a clock that the tests move."""

from __future__ import annotations

import asyncio
import re

import pytest
from yarl import URL

from tests.sandbox.calling import Caller, calling, simulated_clock
from threecommas_async import RateLimitedError
from threecommas_async.sandbox import ENFORCED_LIMITS, Sandbox, SandboxLimit

DAY = 24 * 60 * 60


async def test_without_limits_a_test_suite_is_not_held_up() -> None:
    async with calling(Sandbox()) as caller:
        assert await caller.statuses(150) == [200] * 150


async def test_the_general_limit_and_its_pause() -> None:
    clock = simulated_clock()
    async with calling(Sandbox(clock=clock, limits=True)) as caller:
        assert await caller.statuses(101) == [200] * 100 + [429]
        await clock.advance(299)
        assert await caller.statuses(1) == [429]
        await clock.advance(1)
        assert await caller.statuses(101) == [200] * 100 + [429]


async def test_the_window_slides() -> None:
    clock = simulated_clock()
    async with calling(Sandbox(clock=clock, limits=True)) as caller:
        assert await caller.statuses(50) == [200] * 50
        await clock.advance(59)
        assert await caller.statuses(50) == [200] * 50
        await clock.advance(1)
        # A window aligned to the clock, or a bucket that refills, would let another number pass.
        assert await caller.statuses(51) == [200] * 50 + [429]


async def test_a_rate_limit_speaks_as_the_real_one() -> None:
    clock = simulated_clock()
    async with calling(Sandbox(clock=clock, limits=True)) as caller:
        await caller.statuses(100)
        answer = await caller.call("GET", "/ver1/validate")
        assert (answer.status, answer.text) == (429, "Retry later\n")
        assert answer.headers["Content-Type"].startswith("text/plain")
        assert answer.headers["X-Request-Id"]
        assert answer.headers["Cf-Ray"]
        assert "Retry-After" not in answer.headers
        assert [record.status for record in caller.sandbox.requests] == [200] * 100 + [429]


async def test_retry_after_is_sent_when_asked_for() -> None:
    clock = simulated_clock()
    async with calling(Sandbox(clock=clock, limits=True, send_retry_after=True)) as caller:
        await caller.statuses(100)
        assert (await caller.call("GET", "/ver1/validate")).headers["Retry-After"] == "300"
        await clock.advance(100.5)
        assert (await caller.call("GET", "/ver1/validate")).headers["Retry-After"] == "200"
        banned = await caller.call("GET", "/ver1/validate")
        assert (banned.status, banned.headers["Retry-After"]) == (418, "120")


@pytest.mark.parametrize(
    ("path", "status", "requests", "window", "pause"),
    [
        ("/ver1/deals", 200, 120, 60, 60),
        ("/ver1/deals/123/show", 404, 120, 60, 60),
        ("/v2/smart_trades", 200, 40, 10, 10),
    ],
)
async def test_endpoints_with_a_limit_of_their_own(
    path: str, status: int, requests: int, window: int, pause: int
) -> None:
    clock = simulated_clock()
    async with calling(Sandbox(clock=clock, limits=True)) as caller:
        # A request that finds nothing counts all the same.
        assert await caller.statuses(requests // 2, path=path) == [status] * (requests // 2)
        await clock.advance(window - 1)
        assert await caller.statuses(requests // 2 + 1, path=path) == [status] * (requests // 2) + [429]
        assert await caller.statuses(100) == [200] * 100
        await clock.advance(pause)
        assert await caller.statuses(1, path=path) == [status]


async def test_a_limit_of_its_own_is_for_one_verb_and_one_path() -> None:
    async with calling(Sandbox(clock=simulated_clock(), limits=True)) as caller:
        assert await caller.statuses(50, "POST", "/v2/smart_trades") == [400] * 50
        assert await caller.statuses(49, "GET", "/v2/smart_trades/1") == [400] * 49
        assert await caller.statuses(2, "GET", "/ver1/deals/1/2/show") == [404, 429]


async def test_every_key_has_its_own_count_and_so_has_an_address_without_one() -> None:
    async with calling(Sandbox(clock=simulated_clock(), limits=True)) as caller:
        other = Caller(caller.sandbox, caller.session, caller.sandbox.add_key())
        assert await caller.statuses(101) == [200] * 100 + [429]
        assert await other.statuses(1) == [200]
        url = f"{caller.sandbox.url}/ver1/ping"
        for headers in ({}, {"Apikey": "unknown-1"}, {"Apikey": "unknown-2"}):
            for _ in range(33):
                async with caller.session.get(url, headers=headers) as answer:
                    assert answer.status == 200
        assert [(await caller.session.get(url)).status for _ in range(2)] == [200, 429]


async def test_refused_requests_do_not_use_up_the_window() -> None:
    clock = simulated_clock()
    limits = [SandboxLimit(requests=2, per_seconds=60, pause_seconds=10)]
    async with calling(Sandbox(clock=clock, limits=limits)) as caller:
        assert await caller.statuses(3) == [200, 200, 429]
        await clock.advance(10)
        assert await caller.statuses(1) == [429]
        await clock.advance(50)
        assert await caller.statuses(2) == [200, 200]


async def test_going_on_after_a_429_is_a_ban_of_the_address() -> None:
    clock = simulated_clock()
    async with calling(Sandbox(clock=clock, limits=True)) as caller:
        other = Caller(caller.sandbox, caller.session, caller.sandbox.add_key())
        assert await caller.statuses(103) == [200] * 100 + [429, 429, 418]
        assert (await caller.call("GET", "/ver1/validate")).text == "Forbidden\n"
        assert await other.statuses(1) == [418]
        assert (await caller.session.get(f"{caller.sandbox.url}/ver1/ping")).status == 418
        await clock.advance(119.999)
        assert await other.statuses(1) == [418]
        await clock.advance(0.001)
        assert await caller.statuses(1) == [200]
        assert await other.statuses(1) == [200]


async def test_bans_double_up_to_three_days() -> None:
    clock = simulated_clock()
    limits = [SandboxLimit(requests=1, per_seconds=1, pause_seconds=300)]
    lengths: list[float] = []
    async with calling(Sandbox(clock=clock, limits=limits, send_retry_after=True)) as caller:
        for _ in range(14):
            assert await caller.statuses(3) == [200, 429, 429]
            banned = await caller.call("GET", "/ver1/validate")
            assert banned.status == 418
            lengths.append(int(banned.headers["Retry-After"]))
            await clock.advance(lengths[-1])
    assert lengths == [min(120 * 2**number, 3 * DAY) for number in range(14)]
    assert lengths[-2:] == [3 * DAY, 3 * DAY]


async def test_a_ban_does_not_grow_while_it_lasts() -> None:
    clock = simulated_clock()
    limits = [SandboxLimit(requests=1, per_seconds=1, pause_seconds=300)]
    async with calling(Sandbox(clock=clock, limits=limits)) as caller:
        assert await caller.statuses(20) == [200, 429, 429, *[418] * 17]
        await clock.advance(120)
        assert await caller.statuses(1) == [200]


async def test_a_refused_request_is_read_and_not_done() -> None:
    limits = [SandboxLimit(requests=1, per_seconds=60, pause_seconds=300)]
    account = {"type": "binance", "name": "M" * 500_000, "api_key": "abcde", "secret": "abcde"}
    async with calling(Sandbox(clock=simulated_clock(), limits=limits)) as caller:
        assert await caller.statuses(1) == [200]
        assert (await caller.call("POST", "/ver1/accounts/new", body=account)).status == 429
        assert len(caller.sandbox.accounts) == 0


async def test_a_request_counts_once_all_of_it_is_here() -> None:
    limits = [SandboxLimit(requests=1, per_seconds=60, pause_seconds=300)]
    async with calling(Sandbox(clock=simulated_clock(), limits=limits)) as caller:
        _, writer = await asyncio.open_connection("127.0.0.1", URL(caller.sandbox.url).port)
        head = f"POST /public/api/ver1/accounts/new HTTP/1.1\r\nHost: x\r\nApikey: {caller.key.api_key}\r\n"
        writer.write(f"{head}Content-Length: 9\r\n\r\nx".encode())
        await writer.drain()
        async with caller.session.get(f"{caller.sandbox.url}/ver1/ping") as answer:  # the server saw the other by now
            assert answer.status == 200
        assert await caller.statuses(2) == [200, 429]
        writer.close()


async def test_a_loop_that_keeps_to_the_limit_is_never_refused() -> None:
    clock = simulated_clock()
    async with calling(Sandbox(clock=clock, limits=True)) as caller:
        for number in range(300):
            account = {"type": "binance", "name": "Bot", "api_key": f"key-{number}", "secret": "abcde"}
            assert (await caller.call("POST", "/ver1/accounts/new", body=account)).status == 201
            await clock.advance(0.6)


def test_the_documented_limits_are_data() -> None:
    assert [(limit.requests, limit.per_seconds, limit.pause_seconds, limit.routes) for limit in ENFORCED_LIMITS] == [
        (100, 60, 300, ()),
        (120, 60, 60, ("GET /ver1/deals",)),
        (120, 60, 60, ("GET /ver1/deals/{deal_id}/show",)),
        (40, 10, 10, ("GET /v2/smart_trades",)),
    ]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"requests": 0}, "requests must be at least 1, not 0"),
        ({"per_seconds": 0}, "per_seconds must be above 0"),
        ({"per_seconds": float("inf")}, "per_seconds must be above 0"),
        ({"pause_seconds": -1}, "pause_seconds must be at least 0"),
        ({"routes": ("GET /public/api/ver1/deals",)}, "path must be below the base URL"),
        ({"routes": ("/ver1/deals",)}, "path must be below the base URL"),
    ],
)
def test_limits_that_cannot_be(wrong: dict[str, object], message: str) -> None:
    good: dict[str, object] = {"requests": 1, "per_seconds": 1, "pause_seconds": 1}
    with pytest.raises(ValueError, match=re.escape(message)):
        SandboxLimit(**(good | wrong))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="limits must be a bool or a sequence of SandboxLimit, not of tuple"):
        Sandbox(limits=[(100, 60, 300)])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]


async def test_its_clients_limit_themselves_when_the_sandbox_does() -> None:
    async with Sandbox() as sandbox, sandbox.client(max_wait=0.01) as client:
        for _ in range(101):
            await client.users.validate()
    async with Sandbox(limits=True) as sandbox, sandbox.client(max_wait=0.01) as client:
        for _ in range(100):
            await client.users.validate()
        with pytest.raises(RateLimitedError):
            await client.users.validate()
        assert {record.status for record in sandbox.requests} == {200}
    async with Sandbox() as sandbox, sandbox.client(max_wait=0.01, plan="starter") as client:
        for _ in range(5):
            await client.users.validate()
        with pytest.raises(RateLimitedError):
            await client.users.validate()


async def test_a_bot_loop_of_300_creates_is_never_refused() -> None:
    clock = simulated_clock()
    start = clock.now()
    async with (
        Sandbox(clock=clock, limits=True) as sandbox,
        sandbox.client(timeout=3600, max_wait=3600) as client,
    ):
        for number in range(300):
            await client.accounts.create(type="binance", name="Bot", api_key=f"key-{number}", secret="abcde")
        assert [record.status for record in sandbox.requests] == [201] * 300
    assert 120 <= (clock.now() - start).total_seconds() < 130
