"""Many tasks on a clock that jumps from one event to the next, so that a month passes in minutes.

``python -m tests.simulation --days 30`` runs the client's limiter against the sandbox's enforcement of the documented
limits, under heavier load than the test suite does.

``python -m tests.simulation --days 30 --processes 4`` runs the limiters of a fleet on a real Redis, which is restarted,
flushed, blocked and slow, and counts the requests that were sent beyond a limit.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import heapq
import itertools
import logging
import random
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import redis

from tests.transport.redis_server import RedisServer
from threecommas_async.sandbox.http.limits import ENFORCED_LIMITS, Enforcement
from threecommas_async.transport.limits import DOCUMENTED_LIMITS, Limit, MemoryLimiter, WaitTooLongError
from threecommas_async.transport.redis_limits import Fleet, RedisLimiter

ROUTES = (
    "POST /ver1/accounts/new",
    "GET /ver1/accounts",
    "GET /ver1/deals",
    "GET /ver1/deals/{deal_id}/show",
    "GET /v2/smart_trades",
)
SLOWEST = 0.9


class JumpingClock:
    """A clock that :meth:`run` moves on to the next sleeper whenever nothing else can happen."""

    def __init__(self) -> None:
        self.elapsed = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()

    def monotonic(self) -> float:
        return 1000.0 + self.elapsed

    def now(self) -> datetime:
        return datetime(2024, 9, 17, tzinfo=UTC) + timedelta(seconds=self.elapsed)

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.elapsed + max(seconds, 0), next(self._numbers), woken))
        await woken

    async def run(self, work: Iterable[Coroutine[Any, Any, None]]) -> None:
        """Run all of ``work`` to its end."""
        tasks = {asyncio.ensure_future(one) for one in work}
        running = set(tasks)
        for task in tasks:
            task.add_done_callback(running.discard)
        ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        while running:
            await asyncio.sleep(0)
            while ready:
                await asyncio.sleep(0)
            while self._sleepers and self._sleepers[0][2].done():
                heapq.heappop(self._sleepers)
            if self._sleepers:
                moment, _, woken = heapq.heappop(self._sleepers)
                self.elapsed = max(self.elapsed, moment)
                woken.set_result(None)
        for task in tasks:
            task.result()


class ProcessClock:
    """The same time as another process sees it: its wall clock is wrong, and its monotonic one started elsewhen."""

    def __init__(self, clock: JumpingClock, skew: float, started: float) -> None:
        self._clock = clock
        self._skew = timedelta(seconds=skew)
        self._started = started

    def monotonic(self) -> float:
        return self._clock.monotonic() - self._started

    def now(self) -> datetime:
        return self._clock.now() + self._skew

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)


def ignore_wait(seconds: float) -> None:
    """Take no note of a wait."""


async def simulate(*, days: float, callers: int, burst: int, every: float, seed: int) -> Counter[int]:
    """Let ``callers`` send bursts through one limiter, and count how the sandbox's enforcement takes them."""
    clock, chance = JumpingClock(), random.Random(seed)  # noqa: S311
    limiter, enforcement = MemoryLimiter(DOCUMENTED_LIMITS, clock), Enforcement(ENFORCED_LIMITS)
    statuses: Counter[int] = Counter()

    async def call(route: str) -> None:
        await limiter.acquire(route, 1e9, ignore_wait)
        await clock.sleep(chance.random() * SLOWEST)
        method, path = route.replace("{deal_id}", "7").split(" ")
        refused = enforcement.check("key", "127.0.0.1", method, path, clock.now())
        statuses[200 if refused is None else refused.status] += 1

    async def caller() -> None:
        while clock.elapsed < days * 86400:
            route = chance.choice(ROUTES)
            for _ in range(burst):
                await call(route)
            # Half of the bursts come at the full hour, all together.
            pause = chance.expovariate(1 / every)
            await clock.sleep(pause if chance.random() < 0.5 else every - clock.elapsed % every)

    await clock.run(caller() for _ in range(callers))
    return statuses


class Judge:
    """Counts what was sent in any window of each limit, and knows nothing of those who send."""

    def __init__(self, limits: Sequence[Limit]) -> None:
        self._recent: dict[Limit, deque[float]] = {limit: deque() for limit in limits}
        self._by_route = {route: limit for limit in limits for route in limit.routes}
        self._rest = next(limit for limit in limits if not limit.routes)
        self.sent = 0
        self.over: list[tuple[float, str, int]] = []

    def see(self, moment: float, route: str) -> None:
        limit = self._by_route.get(route, self._rest)
        recent = self._recent[limit]
        recent.append(moment)
        while recent[0] <= moment - limit.per:
            recent.popleft()
        self.sent += 1
        if len(recent) > limit.requests:
            self.over.append((moment, route, len(recent)))


@attrs.define
class Weather:
    """What befalls Redis: the seconds from one of a kind to the next on average, 0 for never, and how bad it gets."""

    restarts: float = 5 * 3600.0
    longest_restart: float = 300.0
    flushes: float = 7 * 3600.0
    blocks: float = 4 * 3600.0
    longest_block: float = 50.0
    stragglers: float = 0.0005
    delays: float = 0.05


class WeatheredRedis:
    """A blocking client of a real Redis with an asynchronous face: no simulated time passes while Redis works."""

    def __init__(self, client: redis.Redis, clock: JumpingClock, weather: Weather, chance: random.Random) -> None:
        self._client = client
        self._clock = clock
        self._weather = weather
        self._chance = chance
        self.is_down = False
        self._blocked_until = 0.0
        self._late: list[Callable[[], object]] = []
        self.trouble = 0.0
        self.events: Counter[str] = Counter()

    async def evalsha(self, digest: str, keys: int, /, *arguments: str | float) -> object:
        return await self._run(self._client.evalsha, digest, keys, arguments)

    async def eval(self, script: str, keys: int, /, *arguments: str | float) -> object:
        return await self._run(self._client.eval, script, keys, arguments)

    async def _run(
        self, run: Callable[..., object], script: str, keys: int, arguments: Sequence[str | float]
    ) -> object:
        def command() -> object:
            now = round((1e6 + self._clock.elapsed) * 1000)
            return run(script, keys, *arguments[:keys], now, *arguments[keys + 1 :])

        asked = self._clock.elapsed
        way = self._way()
        there = max(way * self._chance.random(), self._blocked_until - asked)
        if self.is_down:
            raise redis.ConnectionError("down")
        if there:
            await self._clock.sleep(min(there, 1))
        if self.is_down:
            raise redis.ConnectionError("down")
        if there > 1:  # nobody waits for the answer any more, but the question is under way
            self._late.append(command)
            raise TimeoutError
        self._run_late()
        answer = command()
        back = way * self._chance.random()
        left = 1 - (self._clock.elapsed - asked)
        if back:
            await self._clock.sleep(min(back, left))
        if back > left:
            raise TimeoutError
        return answer

    def _way(self) -> float:
        if self._chance.random() < self._weather.stragglers:
            return self._chance.uniform(0.5, 5)
        return self._chance.uniform(0, 0.9) if self._chance.random() < self._weather.delays else 0.0

    def _run_late(self) -> None:
        late, self._late = self._late, []
        for command in late:
            with contextlib.suppress(redis.RedisError):
                command()

    async def _comes(self, every: float, until: float) -> bool:
        if every:
            await self._clock.sleep(self._chance.expovariate(1 / every))
        return bool(every) and self._clock.elapsed < until

    async def restart_at_times(self, until: float) -> None:
        while await self._comes(self._weather.restarts, until):
            self.events["restarts"] += 1
            self.is_down = True
            self._late.clear()
            lasts = self._chance.uniform(0, self._chance.choice((5, self._weather.longest_restart)))
            self.trouble += lasts
            await self._clock.sleep(lasts)
            self._client.flushall()
            self._client.script_flush()
            self.is_down = False

    async def flush_at_times(self, until: float) -> None:
        while await self._comes(self._weather.flushes, until):
            self.events["flushes"] += 1
            self._client.flushall()

    async def block_at_times(self, until: float) -> None:
        while await self._comes(self._weather.blocks, until):
            self.events["blocks"] += 1
            lasts = self._chance.uniform(0, self._weather.longest_block)
            self.trouble += lasts
            self._blocked_until = self._clock.elapsed + lasts
            await self._clock.sleep(lasts)
            self._run_late()


@attrs.define
class Report:
    """What became of the requests of a simulated fleet.

    :ivar over: those beyond a limit: when, to what route, and the how-manieth in the window.
    :ivar through_the_gate: those that were sent although the gate was closed.
    :ivar alone: those that were sent while Redis was unavailable.
    :ivar waited: for how many seconds, all together.
    :ivar trouble: the part of the time in which Redis was down or gave no answers.
    """

    sent: int
    over: list[tuple[float, str, int]]
    through_the_gate: int
    refused: int
    refused_late: int
    cancelled: int
    events: Counter[str]
    waited: float
    alone: int = 0
    trouble: float = 0.0


@attrs.define
class Load:
    """How much is asked of a fleet."""

    days: float = 30
    callers: int = 100
    processes: int = 4
    skew: float = 10
    burst: int = 10
    every: float = 6 * 3600.0
    cancelled: float = 0.03
    refusals: float = 0.0002


class SimulatedFleet:
    """Processes with a limiter each, that send bursts through it."""

    def __init__(self, server: RedisServer, load: Load, weather: Weather, seed: int) -> None:
        self._load = load
        self._chance = chance = random.Random(seed)  # noqa: S311
        self._clock = clock = JumpingClock()
        self._until = load.days * 86400
        self._blocking = redis.Redis(unix_socket_path=server.socket)
        self.redis = WeatheredRedis(self._blocking, clock, weather, chance)
        fleet = Fleet(self.redis, load.processes, DOCUMENTED_LIMITS, "simulation")
        self._limiters = [
            RedisLimiter(
                fleet, "key", ProcessClock(clock, chance.uniform(-load.skew, load.skew), chance.uniform(0, 900))
            )
            for _ in range(load.processes)
        ]
        self._judge = Judge(DOCUMENTED_LIMITS)
        self._gates = dict.fromkeys(self._limiters, 0.0)
        self._common_gate = (0.0, self._memory())
        self._report = Report(0, self._judge.over, 0, 0, 0, 0, self.redis.events, 0)

    async def run(self) -> Report:
        weather = (
            self.redis.restart_at_times(self._until),
            self.redis.flush_at_times(self._until),
            self.redis.block_at_times(self._until),
        )
        callers = (
            self._caller(limiter) for limiter, _ in zip(itertools.cycle(self._limiters), range(self._load.callers))
        )
        await self._clock.run([*weather, *callers])
        self._report.sent = self._judge.sent
        self._report.trouble = self.redis.trouble / self._until
        self._blocking.close()
        return self._report

    async def _caller(self, limiter: RedisLimiter) -> None:
        load, chance = self._load, self._chance
        while self._clock.elapsed < self._until:
            route = chance.choice(ROUTES)
            patience = chance.choice((0, 5, 30, 120, 1e6))
            for _ in range(load.burst):
                if chance.random() < load.cancelled:
                    await self._cancelled_call(limiter, route, patience)
                else:
                    await self._call(limiter, route, patience)
            # Half of the bursts come at the full hour, all together.
            pause = chance.expovariate(1 / load.every)
            await self._clock.sleep(pause if chance.random() < 0.5 else load.every - self._clock.elapsed % load.every)

    async def _cancelled_call(self, limiter: RedisLimiter, route: str, patience: float) -> None:
        call = asyncio.ensure_future(self._call(limiter, route, patience))
        await self._clock.sleep(self._chance.choice((0, self._chance.expovariate(1 / 20))))
        if call.cancel():
            self._report.cancelled += 1
        with contextlib.suppress(asyncio.CancelledError):
            await call

    async def _call(self, limiter: RedisLimiter, route: str, patience: float) -> None:
        asked = self._clock.elapsed
        try:
            await limiter.acquire(route, patience, ignore_wait)
        except WaitTooLongError as refusal:
            if refusal.wait <= 0:
                raise AssertionError("refused although there was a place") from refusal
            self._report.refused += 1
            # What Redis takes to answer is real time, to which no simulated patience applies.
            self._report.refused_late += self._clock.elapsed > asked + patience + 5
            return
        moment = self._clock.elapsed
        self._report.waited += moment - asked
        self._report.alone += limiter.contact.is_lost
        self._judge.see(moment, route)
        opens = self._gates[limiter]
        if self._common_gate[1] == self._memory() and not limiter.contact.is_lost:
            opens = max(opens, self._common_gate[0])
        self._report.through_the_gate += moment < opens - 0.002  # the times of Redis have no more digits
        if self._chance.random() < self._load.refusals:
            await self._close(limiter, self._chance.uniform(5, 60))

    async def _close(self, limiter: RedisLimiter, seconds: float) -> None:
        self.redis.events["gates"] += 1
        opens = self._clock.elapsed + seconds
        self._gates[limiter] = max(self._gates[limiter], opens)
        memory = self._memory()
        await limiter.close_gate(seconds)
        if not limiter.contact.is_lost:
            await self._clock.sleep(1)  # for the answers that were under way
            self._common_gate = (opens, memory)

    def _memory(self) -> tuple[int, int]:
        """What Redis forgets, and with it a gate that only it knows of."""
        return self.redis.events["restarts"], self.redis.events["flushes"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=float, default=30)
    parser.add_argument("--callers", type=int, default=100)
    parser.add_argument("--burst", type=int, default=50)
    parser.add_argument("--every", type=float, default=3600.0)
    parser.add_argument("--seed", type=int, default=random.randrange(10**9))  # noqa: S311
    fleet = parser.add_argument_group("a fleet on Redis")
    fleet.add_argument("--processes", type=int, default=0, help="0: one process without Redis")
    fleet.add_argument("--skew", type=float, default=10.0, help="how wrong the wall clocks may be, in seconds")
    fleet.add_argument("--restarts", type=float, default=5.0, help="hours between restarts, 0 for none")
    fleet.add_argument("--flushes", type=float, default=7.0, help="hours between FLUSHALLs, 0 for none")
    fleet.add_argument("--blocks", type=float, default=4.0, help="hours between times without an answer, 0 for none")
    fleet.add_argument("--longest-block", type=float, default=50.0, help="in seconds; its memory is kept")
    fleet.add_argument("--stragglers", type=float, default=0.0005, help="the part of the answers that come very late")
    options = parser.parse_args()
    if options.processes == 0:
        plain = {name: getattr(options, name) for name in ("days", "callers", "burst", "every", "seed")}
        print(f"{plain}: answered {dict(asyncio.run(simulate(**plain)))}")  # noqa: T201
        return
    load = Load(
        days=options.days,
        callers=options.callers,
        processes=options.processes,
        skew=options.skew,
        burst=options.burst,
        every=options.every,
    )
    weather = Weather(
        restarts=options.restarts * 3600,
        flushes=options.flushes * 3600,
        blocks=options.blocks * 3600,
        longest_block=options.longest_block,
        stragglers=options.stragglers,
    )
    logging.getLogger("threecommas_async").setLevel(logging.ERROR)
    started = time.perf_counter()
    report = simulate_fleet(load, weather, options.seed)
    took = time.perf_counter() - started
    print(f"seed {options.seed}, {load}\n{weather}\n{report}\n{took:.0f} s")  # noqa: T201


def simulate_fleet(load: Load, weather: Weather, seed: int) -> Report:
    """Run a fleet on a Redis of its own."""
    with tempfile.TemporaryDirectory() as folder:
        server = RedisServer(Path(folder))
        server.start()
        try:
            return asyncio.run(SimulatedFleet(server, load, weather, seed).run())
        finally:
            server.stop()


if __name__ == "__main__":
    main()
