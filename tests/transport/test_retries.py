"""What is repeated, how often, after which pauses; and what never is."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from tests.recorder import Recorder
from threecommas_async import (
    HmacCredentials,
    NotSentError,
    Outcome,
    OutcomeUnknownError,
    ServerError,
    ThreeCommasClient,
    UnreadableResponseError,
)
from threecommas_async.models import Account
from threecommas_async.transport.retries import Repeat, Retries
from threecommas_async.transport.simulated_clock import SimulatedClock

CREDENTIALS = HmacCredentials("key", "secret")
ACCOUNT = '{"id": 1}'
NOBODY = "http://127.0.0.1:9"


def client_of(url: str, clock: SimulatedClock, **options: Any) -> ThreeCommasClient:
    return ThreeCommasClient(CREDENTIALS, base_url=url, clock=clock, limits=None, **options)


async def read(client: ThreeCommasClient) -> Account:
    return await client.accounts.get(1)


async def write(client: ThreeCommasClient) -> Account:
    return await client.accounts.create(type="binance", name="Main")


@pytest.mark.parametrize("status", [408, 500, 503, 522])
async def test_a_read_is_repeated_after_a_servers_fault(status: int, clock: SimulatedClock) -> None:
    async with Recorder(status) as recorder, client_of(recorder.url, clock) as client:
        with pytest.raises(ServerError):
            await read(client)
        assert len(recorder.arrived) == 4
    assert len(clock.sleeps) == 3
    assert all(0 <= pause <= bound for pause, bound in zip(clock.sleeps, (0.25, 0.5, 1.0), strict=True))


async def test_a_read_that_recovers() -> None:
    clock = SimulatedClock(auto=False)
    async with Recorder(503) as recorder, client_of(recorder.url, clock) as client:
        reading = asyncio.ensure_future(read(client))
        await clock.advance(0)
        recorder.status, recorder.body = 200, ACCOUNT.encode()
        await clock.advance(1)
        assert (await reading).id == 1
        assert len(recorder.arrived) == 2


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 520, 522, 524, 201, 302, 400])
async def test_a_write_that_was_answered_is_never_repeated(status: int, clock: SimulatedClock) -> None:
    async with Recorder(status, "no json") as recorder, client_of(recorder.url, clock) as client:
        with pytest.raises(Exception, match="POST /ver1/accounts/new"):
            await write(client)
        assert len(recorder.arrived) == 1
    assert not clock.sleeps


@pytest.mark.parametrize("call", [read, write])
async def test_what_was_not_sent_is_tried_thrice(
    call: Callable[[ThreeCommasClient], Awaitable[Account]], clock: SimulatedClock
) -> None:
    tries = 0

    async def count(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        nonlocal tries
        tries += 1
        return await handler(request)

    async with client_of(NOBODY, clock, middlewares=[count]) as client:
        with pytest.raises(NotSentError) as caught:
            await call(client)
    assert caught.value.outcome is Outcome.NOT_DONE
    assert tries == 3
    assert len(clock.sleeps) == 2


async def test_a_budget_keeps_an_outage_from_being_multiplied(clock: SimulatedClock) -> None:
    async with Recorder(503) as recorder, client_of(recorder.url, clock) as client:
        for _ in range(50):
            with pytest.raises(ServerError):
                await read(client)
        assert len(recorder.arrived) == 50 + 10


def test_the_budget_is_earned_back() -> None:
    retries = Retries()
    pauses = [retries.pause(Repeat.READ, 1) for _ in range(12)]
    assert pauses.count(None) == 2
    for _ in range(9):
        retries.succeeded()
    assert retries.pause(Repeat.READ, 1) is None
    retries.succeeded()
    retries.succeeded()
    assert retries.pause(Repeat.READ, 1) is not None
    assert retries.pause(Repeat.READ, 1) is None


def test_no_repeat_for_what_would_not_help() -> None:
    assert Retries().pause(Repeat.NEVER, 1) is None


async def test_the_deadline_bounds_waits_too(clock: SimulatedClock) -> None:
    async def drag(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        await clock.sleep(4.0)  # leaves a second of real time, for a busy machine
        return await handler(request)

    async with Recorder(503) as recorder, client_of(recorder.url, clock, timeout=5, middlewares=[drag]) as client:
        with pytest.raises(ServerError):
            await read(client)
        assert len(recorder.arrived) <= 2


async def test_half_an_answer_to_a_read_is_asked_for_once_more(clock: SimulatedClock) -> None:
    answered = 0

    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal answered
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"id": 1')
        answered += 1
        writer.close()

    server = await asyncio.start_server(cut, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, client_of(f"http://127.0.0.1:{port}", clock) as client:
        with pytest.raises(UnreadableResponseError, match="cut short") as caught:
            await read(client)
    assert answered == 2
    assert caught.value.body == '{"id": 1'


async def test_a_dropped_delete_is_not_sent_again_by_aiohttp(clock: SimulatedClock) -> None:
    received: list[bytes] = []

    async def drop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.readuntil(b"\r\n\r\n"))
        writer.close()

    server = await asyncio.start_server(drop, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, client_of(f"http://127.0.0.1:{port}", clock) as client:
        with pytest.raises(OutcomeUnknownError):
            await client._transport.request("DELETE", "/ver1/grid_bots/{id}", type(None), ids={"id": 1})
    assert len(received) == 1


async def test_a_cancelled_write_says_that_it_may_have_been_done(clock: SimulatedClock) -> None:
    arrived, gone = asyncio.Event(), asyncio.Event()

    async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        arrived.set()
        await reader.read()
        writer.close()
        gone.set()

    server = await asyncio.start_server(stall, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, client_of(f"http://127.0.0.1:{port}", clock) as client:
        task = asyncio.ensure_future(write(client))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        await gone.wait()
    assert any("is unknown" in note for note in caught.value.__notes__)


async def test_log_records(clock: SimulatedClock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="threecommas_async")
    async with Recorder(503, "", {"X-Request-Id": "7f9c"}) as recorder, client_of(recorder.url, clock) as client:
        with pytest.raises(ServerError):
            await read(client)
    debug = [record for record in caplog.records if record.levelno == logging.DEBUG]
    info = [record for record in caplog.records if record.levelno == logging.INFO]
    assert [vars(record)["attempt"] for record in debug] == [1, 2, 3, 4]
    assert len(info) == 3
    for record in debug:
        fields = vars(record)
        assert fields["method"] == "GET"
        assert fields["path_template"] == "/ver1/accounts/{account_id}"
        assert fields["status"] == 503
        assert fields["request_id"] == "7f9c"
        assert fields["elapsed"] >= 0


class Largest(random.Random):
    """Always chooses the longest pause."""

    def uniform(self, a: float, b: float) -> float:
        return b


def test_the_bound_of_pauses_doubles_with_each_attempt() -> None:
    retries = Retries(Largest())
    assert [retries.pause(Repeat.READ, attempt) for attempt in (1, 2, 3, 4)] == [0.25, 0.5, 1.0, None]
