"""No call lasts longer than its ``timeout`` by the client's clock, whatever it waits for; none is sent after that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final, final

import attrs
import pytest
from aiohttp import ClientMiddlewareType

from threecommas_async import NotSentError, RateLimitedError, ThreeCommasClient
from threecommas_async.transport.clock import Clock
from threecommas_async.transport.limits import Limit, Limiter, Limits, MemoryLimiter

from .flaky_redis import FlakyRedis, Mood, flaky_redis
from .harness import CALLS, CREATE, EXECUTIONS, GET, WRITES, FakeClock, Verdict, connected, make_client, verdict_of
from .server import End, FaultServer, Script, http, settle
from .user_code import sleeps
from .virtual_time import VirtualClock, in_virtual_time
from .weather import in_chunks, too_long_a_length

INSTANT: Final = 0.002
"""What a call may take beyond its timeout: aiohttp's shortest one is a millisecond."""

VERB: Final = pytest.mark.parametrize("verb", CALLS)
TIMEOUT: Final = pytest.mark.parametrize("timeout", [0.5, 3.0, 7.3, 30.0])


async def timed(verb: str, client: ThreeCommasClient, marker: int, timeout: float) -> Verdict:  # noqa: ASYNC109
    """Make a call, and assert that it does not last longer than ``timeout``."""
    clock = client._transport.clock
    started = clock.monotonic()
    verdict, error = await verdict_of(CALLS[verb], client, marker)
    lasted = clock.monotonic() - started
    assert lasted <= timeout + INSTANT, f"{lasted:.4f} s in place of {timeout} s: {error}"
    return verdict


@attrs.frozen
class Scene:
    """What keeps a call waiting.

    :ivar scripts: for each of its attempts.
    """

    name: str
    script: Script | None = None
    middlewares: tuple[ClientMiddlewareType, ...] = ()


SCENES: Final = (
    Scene("no answer", Script(writes=0, end=End.STALL)),
    Scene("half a request taken", Script(reads=20, end=End.STALL)),
    Scene("half a head", Script(writes=30, end=End.STALL)),
    Scene("half a body", Script(answer=too_long_a_length, end=End.STALL)),
    Scene("half a chunk", Script(answer=lambda request: in_chunks(request)[:-9], end=End.STALL)),
    Scene("byte by byte", Script(pace=0.4)),
    Scene("a body without an end", Script(answer=lambda _: http("200 OK", b" " * 60, length=-1), pace=0.6)),
    Scene("failures", Script(executes=False, answer=lambda _: http("503 Service Unavailable", b""))),
    Scene("slow failures", Script(executes=False, answer=lambda _: b"HTTP/1.1 502 Oh\r\n\r\n", pace=0.1)),
    Scene("limited", Script(executes=False, answer=lambda _: http("429 Too Many Requests", b"", "Retry-After: 1"))),
    Scene("lost again and again", Script(writes=0, end=End.RESET)),
    Scene("a middleware that sleeps before", middlewares=(sleeps(first=1000),)),
    Scene("a middleware that sleeps after", middlewares=(sleeps(then=1000),)),
    Scene(
        "a middleware that sleeps after half a body",
        Script(answer=too_long_a_length, end=End.STALL),
        middlewares=(sleeps(then=1000),),
    ),
    Scene(
        "a middleware that sleeps a little",
        Script(executes=False, answer=lambda _: http("503 Oh", b"")),
        (sleeps(first=0.4),),
    ),
)


@TIMEOUT
@pytest.mark.parametrize("borrowed", [False, True], ids=["own session", "borrowed session"])
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
@in_virtual_time
async def test_a_call_ends_in_time(scene: Scene, timeout: float, *, borrowed: bool) -> None:  # noqa: ASYNC109
    async with (
        FaultServer() as server,
        connected(
            server, borrowed=borrowed, clock=VirtualClock(), timeout=timeout, middlewares=scene.middlewares
        ) as client,
    ):
        for marker, verb in enumerate(CALLS, 1):
            await asyncio.sleep(0.37)
            server.scripts.extend([] if scene.script is None else [scene.script] * 9)
            verdict = await timed(verb, client, marker, timeout)
            server.scripts.clear()
            assert server.received[marker] <= 1 or verb not in WRITES
            await settle()
            assert server.executed[marker] in EXECUTIONS[verdict] or verb not in WRITES


@TIMEOUT
@in_virtual_time
async def test_the_wait_for_a_connection_counts(timeout: float) -> None:  # noqa: ASYNC109
    async with FaultServer() as server:
        server.scripts.append(Script(writes=0, end=End.STALL))
        async with connected(server, borrowed=True, connections=1, clock=VirtualClock(), timeout=timeout) as client:
            first = asyncio.create_task(timed(CREATE, client, 1, timeout))
            await settle()
            others = [asyncio.create_task(timed(verb, client, 2 + n, timeout)) for n, verb in enumerate(CALLS)]
            verdicts = await asyncio.gather(*others)
            assert await first is Verdict.UNKNOWN
            for marker, verdict in enumerate(verdicts, 2):
                assert server.executed[marker] in (EXECUTIONS[verdict] | {2})


ONE_IN_TEN_SECONDS: Final = (Limit(requests=1, per=10, pause=10),)


@VERB
@in_virtual_time
async def test_an_impatient_call_does_not_wait_behind_patient_ones(verb: str) -> None:
    clock = VirtualClock()
    async with FaultServer() as server:
        patient = make_client(server, clock=clock, limits=ONE_IN_TEN_SECONDS, timeout=100, max_wait=100)
        impatient = make_client(server, clock=clock, limits=ONE_IN_TEN_SECONDS, timeout=1, max_wait=1)
        async with patient, impatient:
            tasks = [asyncio.create_task(timed(CREATE, patient, marker, 100)) for marker in (1, 2, 3)]
            await settle()
            with pytest.raises(RateLimitedError):
                await CALLS[verb](impatient, 9)
            assert await timed(verb, impatient, 9, 1) is Verdict.NOT_DONE
            assert server.received[9] == 0
            await asyncio.gather(*tasks)


@VERB
@in_virtual_time
async def test_a_429_to_another_does_not_lengthen_the_wait_of_an_impatient_call(verb: str) -> None:
    clock = VirtualClock()
    limits = (Limit(requests=2, per=10, pause=300),)
    async with FaultServer() as server:
        patient = make_client(server, clock=clock, limits=limits, timeout=1000, max_wait=1000)
        impatient = make_client(server, clock=clock, limits=limits, timeout=20, max_wait=20)
        async with patient, impatient:
            refusal = http("429 Too Many Requests", b"")
            server.scripts.append(Script(executes=False, answer=lambda _: refusal, pace=0.05))
            tasks = [asyncio.create_task(timed(CREATE, patient, marker, 1000)) for marker in (1, 2, 3)]
            await settle()
            assert await timed(verb, impatient, 9, 20) is Verdict.NOT_DONE
            assert server.received[9] == 0
            await asyncio.gather(*tasks)


@pytest.mark.parametrize("verb", [CREATE, GET])
@in_virtual_time
async def test_a_turn_at_the_deadline(verb: str) -> None:
    """A slot comes free after about eleven seconds: around then, a call is sent in time or not at all."""
    verdicts: set[Verdict] = set()
    for place in range(-20, 21):
        timeout = 11 + place * 10.0 ** -(abs(place) % 7)
        if timeout <= 0:
            continue
        clock = VirtualClock()
        async with FaultServer() as server:
            client = make_client(server, clock=clock, limits=ONE_IN_TEN_SECONDS, timeout=timeout, max_wait=10_000)
            async with client:
                assert (await verdict_of(CALLS[CREATE], client, 1))[0] is Verdict.SUCCESS
                sent_at = clock.monotonic() + timeout
                verdict = await timed(verb, client, 2, timeout)
                assert server.executed[2] in EXECUTIONS[verdict]
                if server.received[2]:
                    assert clock.monotonic() < sent_at + INSTANT
                verdicts.add(verdict)
    assert {Verdict.SUCCESS, Verdict.NOT_DONE} <= verdicts


@final
class LateLimiter:
    """A limiter that lets everything pass, but not before ``lateness`` seconds more than one has."""

    def __init__(self, clock: Clock, lateness: float) -> None:
        self.own: Final = MemoryLimiter((Limit(requests=1000, per=1, pause=1),), clock)
        self._clock: Final = clock
        self._lateness: Final = lateness

    @property
    def limits(self) -> tuple[Limit, ...]:
        return self.own.limits

    def inherit(self, older: Limiter) -> None:
        self.own.inherit(older)

    def take(self, route: str) -> bool:
        del route
        return False

    async def acquire(self, route: str, patience: float, on_wait: Callable[[float], None]) -> None:
        del route, on_wait
        await self._clock.sleep(patience + self._lateness)

    async def close_gate(self, seconds: float) -> None:
        del seconds

    def pause_of(self, route: str) -> float:
        del route
        return 1.0


@final
@attrs.frozen
class LateLimits:
    """Brings :class:`LateLimiter`."""

    lateness: float
    limits: tuple[Limit, ...] = (Limit(requests=1000, per=1, pause=1),)

    def limiter(self, origin: str, api_key: str, clock: Clock) -> Limiter:
        del origin, api_key
        return LateLimiter(clock, self.lateness)


@VERB
@pytest.mark.parametrize("lateness", [0.0, 1e-9, 0.5])
@pytest.mark.parametrize("clock", [VirtualClock, FakeClock], ids=["of the loop", "of its own"])
@in_virtual_time
async def test_what_has_its_turn_when_nothing_is_left_of_its_time_is_not_sent(
    verb: str, lateness: float, clock: type[VirtualClock | FakeClock]
) -> None:
    limits: Limits = LateLimits(lateness)
    async with (
        FaultServer() as server,
        make_client(server, clock=clock(), limits=limits, timeout=3, max_wait=5) as client,
    ):
        with pytest.raises(NotSentError):
            await CALLS[verb](client, 1)
        assert server.bytes_received == 0
        assert server.accepted == 0


@in_virtual_time
async def test_what_has_its_turn_in_time_is_sent() -> None:
    async with (
        FaultServer() as server,
        make_client(server, clock=VirtualClock(), limits=LateLimits(0), timeout=3, max_wait=2) as client,
    ):
        assert await timed(CREATE, client, 1, 3) is Verdict.SUCCESS


SHARED: Final = (Limit(requests=50, per=10, pause=20),)


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("mood", Mood)
def test_a_redis_that_breaks_keeps_nobody_waiting(mood: Mood, processes: int, tmp_path: Path) -> None:
    @in_virtual_time
    async def main() -> None:
        async with flaky_redis(tmp_path) as redis:
            for delay in (0.3, 0.9, 1.1, 5.0, 1000.0):
                for timeout in (0.2, 0.5, 3.0):
                    await redis.forget()
                    await _calls_under(redis, mood, delay, timeout, processes)

    main()


async def _calls_under(redis: FlakyRedis, mood: Mood, delay: float, timeout: float, processes: int) -> None:  # noqa: ASYNC109
    clock = VirtualClock()
    limits = redis.limits(*SHARED, processes=processes)
    redis.mood, redis.delay = Mood.FINE, delay
    async with FaultServer() as server:
        client = make_client(server, clock=clock, limits=limits, timeout=timeout, max_wait=1000)
        settled = make_client(server, clock=clock, limits=limits, timeout=100, max_wait=100)
        async with client, settled:
            await timed(GET, settled, 1, 100)
            await asyncio.sleep(60)
            redis.mood = mood
            tasks = [
                asyncio.create_task(timed(verb, client, 10 + number, timeout))
                for number, verb in enumerate((*CALLS, *CALLS))
            ]
            for marker, verdict in enumerate(await asyncio.gather(*tasks), 10):
                assert server.executed[marker] in EXECUTIONS[verdict]
            redis.mood = Mood.FINE


@pytest.mark.parametrize("mood", Mood)
def test_a_429_while_redis_breaks_keeps_nobody_waiting(mood: Mood, tmp_path: Path) -> None:
    refusal = http("429 Too Many Requests", b"")

    @in_virtual_time
    async def main() -> None:
        async with flaky_redis(tmp_path) as redis, FaultServer() as server:
            for number, verb in enumerate(WRITES):
                await redis.forget()
                redis.mood, redis.delay = Mood.FINE, 0.9
                clock = VirtualClock()
                limits = redis.limits(*SHARED, processes=2, prefix=f"round {number}")
                client = make_client(server, clock=clock, limits=limits, timeout=0.5, max_wait=1000)
                settled = make_client(server, clock=clock, limits=limits, timeout=100, max_wait=100)
                async with client, settled:
                    await timed(GET, settled, 1, 100)
                    await asyncio.sleep(60)
                    server.scripts.append(Script(executes=False, answer=lambda _: refusal, pace=0.4 / len(refusal)))
                    call = asyncio.create_task(timed(verb, client, 2, 0.5))
                    await asyncio.sleep(0.2)
                    redis.mood = mood
                    assert await call is Verdict.NOT_DONE
                    redis.mood = Mood.FINE
                    server.scripts.clear()

    main()


@in_virtual_time
async def test_a_slow_reader_of_the_body_is_a_timeout_too() -> None:
    """aiohttp's own limit for reading has nothing to do with it: each byte comes in time, the whole does not."""
    async with FaultServer() as server:
        server.scripts.append(Script(pace=0.4))
        async with make_client(server, clock=VirtualClock(), timeout=30) as client:
            started = asyncio.get_running_loop().time()
            verdict, error = await verdict_of(CALLS[CREATE], client, 1)
            assert verdict is Verdict.UNKNOWN, error
            assert asyncio.get_running_loop().time() - started <= 30 + INSTANT
