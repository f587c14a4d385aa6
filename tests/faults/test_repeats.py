"""What is sent again, and what never is, counted on the server's side."""

from __future__ import annotations

from random import Random

import pytest

from threecommas_async import NotSentError, OutcomeUnknownError, RateLimitedError, ThreeCommasError
from threecommas_async.transport.limits import Limit

from .harness import CALLS, GET, READS, WRITES, FakeClock, Verdict, make_client, verdict_of
from .server import FaultServer, Script, http
from .weather import TROUBLE, faults

# After these, a read has no answer of 3Commas' own yet.
MENDED_BY_REPEATING = (
    "accepted and dropped",
    "dropped at the first byte",
    "request cut",
    "carried out, no answer",
    "answer cut in its head",
    "answer cut in its body",
    "length too long",
    "garbage for a status line",
    "bad headers",
    "bad chunks in the packet of the head",
    "trouble by status",
)


@pytest.mark.parametrize("verb", sorted(READS))
@pytest.mark.parametrize("name", MENDED_BY_REPEATING)
async def test_a_read_gets_over_one_fault(verb: str, name: str) -> None:
    (row,) = (row for row in faults("http://127.0.0.1:9/") if row.name == name)
    random = Random(3)  # noqa: S311 - the same faults each time
    for marker in range(1, 21):
        async with FaultServer() as server, make_client(server) as client:
            assert row.script is not None
            server.scripts.append(row.script(random))
            verdict, error = await verdict_of(CALLS[verb], client, marker)
            assert verdict is Verdict.SUCCESS, error
            assert server.received[marker] <= 2


@pytest.mark.parametrize("verb", CALLS)
@pytest.mark.parametrize("times", [1, 2, 3])
async def test_what_was_not_sent_is_sent_twice_more(verb: str, times: int) -> None:
    clock = FakeClock()
    async with FaultServer() as server, make_client(server, clock=clock) as client:
        await server.refuse()

        async def come_back() -> None:
            if len(clock.slept) == times:
                await server.listen()

        clock.on_sleep = come_back
        if times <= 2:
            assert (await verdict_of(CALLS[verb], client, 1))[0] is Verdict.SUCCESS
            assert server.executed[1] == 1
        else:
            with pytest.raises(NotSentError):
                await CALLS[verb](client, 1)
            assert server.bytes_received == 0


@pytest.mark.parametrize("verb", WRITES)
@pytest.mark.parametrize("status", TROUBLE)
async def test_a_write_is_not_sent_again_after_trouble(verb: str, status: str) -> None:
    async with FaultServer() as server, make_client(server) as client:
        for marker, executes in ((1, False), (2, True)):
            server.scripts.append(Script(executes=executes, answer=lambda _: http(status, b"", "Retry-After: 0")))
            with pytest.raises(OutcomeUnknownError) as caught:
                await CALLS[verb](client, marker)
            assert caught.value.status == int(status[:3])
            assert server.received[marker] == 1


async def test_an_outage_is_not_multiplied() -> None:
    async with FaultServer() as server, make_client(server) as client:
        server.scripts.extend([Script(answer=lambda _: http("503 Service Unavailable", b""))] * 10_000)
        for marker in range(1, 101):
            with pytest.raises(ThreeCommasError):
                await CALLS[GET](client, marker)
        assert server.received.total() <= 110
        # When it is over, reads are tried again as before, after a while.
        server.scripts.clear()
        for marker in range(101, 301):
            assert (await verdict_of(CALLS[GET], client, marker))[0] is Verdict.SUCCESS
        server.scripts.append(Script(answer=lambda _: http("503 Service Unavailable", b"")))
        assert (await verdict_of(CALLS[GET], client, 301))[0] is Verdict.SUCCESS


@pytest.mark.parametrize("verb", [*WRITES, GET])
async def test_a_429_is_waited_out_if_that_is_not_long(verb: str) -> None:
    clock = FakeClock()
    limits = (Limit(requests=1000, per=1, pause=300),)
    async with FaultServer() as server, make_client(server, clock=clock, limits=limits) as client:
        for marker, seconds in ((1, 5), (2, 500)):
            refusal = http("429 Too Many Requests", b"", f"Retry-After: {seconds}")
            server.scripts.append(Script(executes=False, answer=lambda _, refusal=refusal: refusal))  # type: ignore[misc]
            if seconds == 5:
                assert (await verdict_of(CALLS[verb], client, marker))[0] is Verdict.SUCCESS
                assert (server.received[marker], server.executed[marker]) == (2, 1)
                assert sum(clock.slept) >= seconds
            else:
                with pytest.raises(RateLimitedError):
                    await CALLS[verb](client, marker)
                assert (server.received[marker], server.executed[marker]) == (1, 0)
