"""The kinds of rounds that random schedules are made of. A round is some clients and one server.

What was carried out is compared with what callers were told at the end of a round, when nothing is on its way any more.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from random import Random
from typing import Final

import aiohttp
import attrs

from threecommas_async import ThreeCommasClient, ThreeCommasError
from threecommas_async.transport.limits import Limit, Limits

from .canaries import Watch
from .flaky_redis import FlakyRedis, Mood
from .harness import (
    API_SECRET,
    CALLS,
    EXCHANGE_KEY,
    EXCHANGE_SECRET,
    Verdict,
    WrongAnswerError,
    make_client,
    verdict_of,
)
from .meddlers import ANY, NONE, draw
from .report import Report, Told
from .server import FaultServer, Script, settle
from .user_code import MEDDLER, Meddler, meddles, meddling_hooks
from .virtual_time import VirtualClock
from .weather import STRAY_ANSWERS, Fault

CALLS_IN_ROUND: Final = 250
_CLOSED_IN_ROUND: Final = 60
_CROWD: Final = 8
_TIMEOUTS: Final = (0.1, 1.0, 5.5, 30.0)
_SIGNATURE: Final = re.compile(rb"\r\nSignature: (\S+)", re.IGNORECASE)
_DAYS: Final = 30 * 24 * 3600.0


@attrs.frozen(kw_only=True)
class Setting:
    """What a round has to do with.

    :ivar name: says how to have it again.
    :ivar rows: the faults.
    :ivar redis: for the rounds that need one; those come one after the other.
    """

    name: str
    random: Random
    rows: Sequence[Fault]
    redis: FlakyRedis
    redis_free: asyncio.Lock

    def fault(self, rows: Sequence[Fault] | None = None) -> Fault:
        """Draw a fault."""
        chosen = rows or self.rows
        return self.random.choices(chosen, [row.weight for row in chosen])[0]

    def verb(self) -> str:
        """Draw a call."""
        return self.random.choice(tuple(CALLS))


def _script(fault: Fault, random: Random) -> Script:
    return fault.script(random) if fault.script is not None else Script()


@attrs.frozen
class Caller:
    """Makes calls with one client.

    :ivar watch: looks at what comes out of them, if it is there.
    """

    client: ThreeCommasClient
    timeout: float
    clock: VirtualClock
    name: str = ""
    watch: Watch | None = None

    async def call(
        self,
        verb: str,
        marker: int,
        fault: Fault,
        meddler: Meddler | None = None,
        allows: frozenset[Verdict] = NONE,
    ) -> Told:
        """Make one call, and note how it ended."""
        verdict, text, wrong = Verdict.UNKNOWN, "", ""
        started = self.clock.monotonic()
        token = MEDDLER.set(meddler)
        try:
            verdict, error = await verdict_of(CALLS[verb], self.client, marker)
            if error is not None:
                text = f"{type(error).__name__}: {error}"
                wrong = self._look(f"{self.name} call {marker} {meddler and meddler.name}", error)
        except WrongAnswerError as mixed_up:
            verdict, wrong = Verdict.SUCCESS, str(mixed_up)
        except Exception as foreign:  # noqa: BLE001 - that there are none but the user's own is to be shown
            if meddler is not None and _is_of(meddler, foreign):
                verdict, text = Verdict.PASSED, repr(foreign)
            else:
                wrong = f"not the library's: {foreign!r}"
            self._look(f"{self.name} call {marker} {meddler and meddler.name}", foreign)
        finally:
            MEDDLER.reset(token)
        lasted = self.clock.monotonic() - started
        if meddler is not None:
            await meddler.clear_away()
        return Told(
            marker=marker,
            verb=verb,
            fault=fault,
            meddler=meddler,
            allows=allows,
            timeout=self.timeout,
            lasted=lasted,
            verdict=verdict,
            text=text,
            wrong=wrong,
        )

    def _look(self, where: str, error: Exception) -> str:
        """Have the watch look at an error; tell what is wrong with it by itself."""
        if self.watch is not None:
            self.watch.look_at_error(where, error)
        links: list[BaseException | None] = [error.__cause__, error.__context__]
        if isinstance(error, ThreeCommasError) and any(_is_of_aiohttp(link) for link in links):
            return f"an exception of aiohttp hangs on it: {links}"
        return ""


def _is_of(meddler: Meddler, error: Exception) -> bool:
    # One middleware may fail to read what another made up.
    return any(error is raised for raised in meddler.raised) or (meddler.makes_up and isinstance(error, ValueError))


def _is_of_aiohttp(error: BaseException | None) -> bool:
    return type(error).__module__.partition(".")[0] == "aiohttp"


@asynccontextmanager
async def _callers(setting: Setting, server: FaultServer, watch: Watch | None = None) -> AsyncGenerator[list[Caller]]:
    """Three clients: one without user code, and two with it, one of which borrows its session."""
    clock = VirtualClock()
    timeout = setting.random.choice(_TIMEOUTS)
    hooks = [meddling_hooks()]
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession(trace_configs=hooks))
        clients = (
            make_client(server, clock=clock, timeout=timeout),
            make_client(server, clock=clock, timeout=timeout, middlewares=[meddles], trace_configs=hooks),
            make_client(server, clock=clock, timeout=timeout, middlewares=[meddles], session=session),
        )
        yield [
            Caller(await stack.enter_async_context(client), timeout, clock, setting.name, watch) for client in clients
        ]


def _scripts(setting: Setting, fault: Fault, meddler: Meddler | None) -> list[Script]:
    """Return what the server does with the attempts of a call."""
    scripts = [] if fault.script is None else [fault.script(setting.random)]
    if meddler is not None and meddler.repeats:
        # What it meets when it sends again is another fault.
        rows = [row for row in setting.rows if not row.before]
        scripts = [_script(fault, setting.random), *(_script(setting.fault(rows), setting.random) for _ in range(2))]
    return scripts


def _drawn(setting: Setting, callers: list[Caller], marker: int) -> tuple[Caller, Meddler | None, frozenset[Verdict]]:
    random = setting.random
    if random.random() < 0.55:
        return callers[0], None, NONE
    if random.random() < 0.1:
        return random.choice(callers[1:]), None, NONE
    return random.choice(callers[1:]), *draw(random, marker)


async def one_by_one(setting: Setting, watch: Watch | None = None) -> Report:
    """Calls one after the other, so that faults can be set below the level of a request."""
    random = setting.random
    told: list[Told] = []
    report = Report(0)
    server = FaultServer(keeps_requests=watch is not None)
    async with server, _callers(setting, server, watch) as callers:
        for marker in range(1, CALLS_IN_ROUND + 1):
            verb, fault = setting.verb(), setting.fault()
            caller, meddler, allows = _drawn(setting, callers, marker)
            server.scripts.clear()
            await _prepare(server, fault, random)
            server.scripts.extend(_scripts(setting, fault, meddler))
            told.append(await caller.call(verb, marker, fault, meddler, allows))
            if fault.before == "refuse":
                await server.listen()
            await settle()
            caller.clock.advance(_DAYS)
            if watch is not None:
                _judge_secrets(watch, server)
        server.scripts.clear()
    await settle()
    report.judge(told, server, setting.name)
    return report


async def _prepare(server: FaultServer, fault: Fault, random: Random) -> None:
    if fault.before == "refuse":
        await server.refuse()
    elif fault.before == "drop" or random.random() < 0.1:
        await server.drop_all()
    elif fault.before == "stray":
        server.send_stray(random.choice(STRAY_ANSWERS))
        await settle()


async def crowded(setting: Setting) -> Report:
    """Calls all at once, over the clients' pools."""
    rows = [row for row in setting.rows if not (row.before or row.pauses or row.lingers)]
    told: list[Told] = []
    report = Report(0)
    server = FaultServer()
    async with server, _callers(setting, server) as callers:
        plan: deque[Callable[[], Awaitable[Told]]] = deque()
        for marker in range(1, CALLS_IN_ROUND + 1):
            verb, fault = setting.verb(), setting.fault(rows)
            caller, meddler, allows = _drawn(setting, callers, marker)
            server.scripts_of[marker] = deque(_scripts(attrs.evolve(setting, rows=rows), fault, meddler))
            plan.append(
                lambda caller=caller, call=(verb, marker, fault, meddler, allows): caller.call(*call)  # type: ignore[misc]
            )

        async def work() -> None:
            while plan:
                told.append(await plan.popleft()())

        async with asyncio.TaskGroup() as group:
            for _ in range(_CROWD):
                group.create_task(work())
    await settle()
    report.judge(told, server, f"{setting.name} (crowded)")
    return report


async def closed(setting: Setting) -> Report:
    """Each call with a client of its own, which somebody closes while the call is under way."""
    random = setting.random
    told: list[Told] = []
    report = Report(0)
    server = FaultServer()
    async with server:
        for marker in range(1, _CLOSED_IN_ROUND + 1):
            fault = setting.fault()
            server.scripts.clear()
            await _prepare(server, fault, random)
            told.append(await _closed_under_way(setting, server, marker, fault))
            if fault.before == "refuse":
                await server.listen()
            await settle()
    await settle()
    report.judge(told, server, f"{setting.name} (closed)")
    return report


async def _closed_under_way(setting: Setting, server: FaultServer, marker: int, fault: Fault) -> Told:
    random, clock, timeout = setting.random, VirtualClock(), setting.random.choice(_TIMEOUTS)
    meddler, _ = draw(random, marker) if random.random() < 0.2 else (None, NONE)
    hooks = [meddling_hooks()]
    middlewares = [meddles] if meddler is not None else []
    async with AsyncExitStack() as stack:
        session = None
        if random.random() < 0.5:
            session = await stack.enter_async_context(aiohttp.ClientSession(trace_configs=hooks))
        client = await stack.enter_async_context(
            make_client(
                server,
                clock=clock,
                timeout=timeout,
                session=session,
                middlewares=middlewares,
                trace_configs=hooks if session is None else (),
            )
        )
        caller = Caller(client, timeout, clock)
        if random.random() < 0.5:
            await caller.call("POST empty", 0, fault)  # opens a connection
        server.scripts.extend(_scripts(setting, fault, meddler))
        call = asyncio.create_task(caller.call(setting.verb(), marker, fault, meddler, ANY))
        for _ in range(random.randrange(25)):
            await asyncio.sleep(0)
        if random.random() < 0.3:
            await asyncio.sleep(random.uniform(0, timeout))
        closers: list[Callable[[], Awaitable[None]]] = [client.close]
        if session is not None:
            closers.append(session.close)
        await random.choice(closers)()
        return await call


async def limited(setting: Setting) -> Report:
    """Several clients of one key, which share a limit."""
    clock = VirtualClock()
    limits = (Limit(requests=setting.random.randint(3, 60), per=10, pause=setting.random.choice((0, 5, 60))),)
    return await _fleet(setting, [(clock, limits)], limits[0], "limited")


async def limited_by_redis(setting: Setting) -> Report:
    """Clients of one key in several processes, which share a limit by a Redis that breaks."""
    random = setting.random
    limit = Limit(requests=random.randint(6, 60), per=10, pause=random.choice((0, 5, 60)))
    processes = random.randint(1, 3)
    async with setting.redis_free:
        await setting.redis.forget()
        setting.redis.mood = Mood.FINE
        trouble = asyncio.create_task(_trouble(setting.redis, random))
        try:
            fleet: list[tuple[VirtualClock, Limits]] = []
            for _ in range(processes):
                clock = VirtualClock()
                clock.advance(random.uniform(0, 20))
                shared = setting.redis.limits(limit, processes=processes, prefix=setting.name.replace(" ", "-"))
                fleet.append((clock, shared))
            return await _fleet(setting, fleet, limit, "limited by Redis")
        finally:
            trouble.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await trouble


async def _trouble(redis: FlakyRedis, random: Random) -> None:
    while True:
        await asyncio.sleep(random.uniform(0.2, 15))
        redis.mood = random.choice((Mood.FINE, Mood.FINE, Mood.STOPPED, Mood.LATE, Mood.MUTE))
        redis.delay = random.uniform(0.01, 3)
        if random.random() < 0.3:
            await redis.forget()


async def _fleet(
    setting: Setting, processes: Sequence[tuple[VirtualClock, Limits | Sequence[Limit]]], limit: Limit, kind: str
) -> Report:
    random = setting.random
    rows = [row for row in setting.rows if not (row.before or row.lingers)]
    told: list[Told] = []
    report = Report(0)
    server = FaultServer()
    async with server, AsyncExitStack() as stack:
        callers: list[Caller] = []
        for clock, limits in processes:
            for _ in range(random.randint(1, 3)):
                timeout = random.choice((1.0, 5.5, 30.0, 120.0))
                max_wait = random.choice((0.0, 1.0, 30.0, 500.0))
                client = make_client(server, clock=clock, timeout=timeout, limits=limits, max_wait=max_wait)
                callers.append(Caller(await stack.enter_async_context(client), timeout, clock))
        plan: deque[Callable[[], Awaitable[Told]]] = deque()
        for marker in range(1, CALLS_IN_ROUND + 1):
            verb, fault, caller = setting.verb(), setting.fault(rows), random.choice(callers)
            scripts = _scripts(setting, fault, None)
            server.scripts_of[marker] = deque(scripts)
            # A refused call may be sent again when its time has come.
            allows = frozenset({Verdict.NOT_DONE, Verdict.SUCCESS} if fault.pauses else {Verdict.NOT_DONE})
            plan.append(lambda caller=caller, call=(verb, marker, fault, None, allows): caller.call(*call))  # type: ignore[misc]

        async def work() -> None:
            while plan:
                await asyncio.sleep(random.choice((0, 0, 0.1, 3)))
                if plan:
                    told.append(await plan.popleft()())

        async with asyncio.TaskGroup() as group:
            for _ in range(_CROWD):
                group.create_task(work())
    await settle()
    report.judge(told, server, f"{setting.name} ({kind})")
    for first, last in zip(server.arrivals, server.arrivals[limit.requests :], strict=False):
        if last - first < limit.per:
            report.over.append(f"{setting.name} ({kind}): more than {limit.requests} in {last - first:.3f} s at {last}")
    return report


async def watched(setting: Setting) -> Report:
    """Calls one after the other, with a look at everything that is logged or raised."""
    watch = Watch({"API secret": API_SECRET, "exchange key": EXCHANGE_KEY, "exchange secret": EXCHANGE_SECRET})
    with _listening(watch):
        report = await one_by_one(setting, watch)
    watch.judge()
    report.leaks += watch.leaks
    report.looked += watch.looked
    return report


def _judge_secrets(watch: Watch, server: FaultServer) -> None:
    """Look for what is secret, the signatures of the last requests among it, in what has come out since."""
    for known in [known for known in watch.secrets if known.startswith("signature")]:
        del watch.secrets[known]
    for number, request in enumerate(server.requests):
        if found := _SIGNATURE.search(request.head):
            watch.secrets[f"signature {number}"] = found[1].decode()
    server.requests.clear()
    watch.judge()


@contextmanager
def _listening(watch: Watch) -> Generator[None]:
    """Have the watch look at every log record."""

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            watch.look("logging", f"{record.name} {record.getMessage()} {vars(record)!r}")

    handler = Handler(logging.DEBUG)
    loggers = [logging.getLogger(name) for name in ("threecommas_async", "aiohttp", "asyncio")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
        logger.addHandler(handler)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
            logger.removeHandler(handler)


Round = Callable[[Setting], Awaitable[Report]]

KINDS: Final[dict[str, Round]] = {
    "one by one": one_by_one,
    "crowded": crowded,
    "closed": closed,
    "limited": limited,
    "limited by Redis": limited_by_redis,
    "watched": watched,
}


def kind_of(number: int) -> str:
    """Return the kind of the round with this number."""
    if number % 40 == 7:
        return "limited by Redis"
    if number % 40 == 27:
        return "watched"
    return ("one by one", "one by one", "crowded", "one by one", "closed", "crowded", "one by one", "limited")[
        number % 8
    ]
