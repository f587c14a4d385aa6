"""Many tasks on a clock that jumps from one event to the next, so that a month passes in seconds.

``python -m tests.simulation --days 30 --callers 100`` runs the client's limiter against the sandbox's enforcement of
the documented limits, under heavier load than the test suite does.
"""

from __future__ import annotations

import argparse
import asyncio
import heapq
import itertools
import random
from collections import Counter
from collections.abc import Coroutine, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from threecommas_async.sandbox.limits import DOCUMENTED_LIMITS as ENFORCED
from threecommas_async.sandbox.limits import Limiter as Enforcement
from threecommas_async.transport.limits import DOCUMENTED_LIMITS, MemoryLimiter

ROUTES = (
    "POST /ver1/accounts/new",
    "GET /ver1/accounts",
    "GET /ver1/deals",
    "GET /ver1/deals/{deal_id}/show",
    "GET /v2/smart_trades",
)
SLOWEST = 0.9


class SimulatedClock:
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
        tasks = [asyncio.ensure_future(one) for one in work]
        ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        while not all(task.done() for task in tasks):
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


async def simulate(*, days: float, callers: int, burst: int, every: float, seed: int) -> Counter[int]:
    """Let ``callers`` send bursts through one limiter, and count how the sandbox's enforcement takes them."""
    clock, chance = SimulatedClock(), random.Random(seed)  # noqa: S311
    limiter, enforcement = MemoryLimiter(DOCUMENTED_LIMITS, clock), Enforcement(ENFORCED)
    statuses: Counter[int] = Counter()

    async def call(route: str) -> None:
        await limiter.acquire(route, patience=1e9)
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=float, default=30)
    parser.add_argument("--callers", type=int, default=100)
    parser.add_argument("--burst", type=int, default=50)
    parser.add_argument("--every", type=float, default=3600.0)
    parser.add_argument("--seed", type=int, default=random.randrange(10**9))  # noqa: S311
    options = parser.parse_args()
    statuses = asyncio.run(simulate(**vars(options)))
    print(f"{options}: answered {dict(statuses)}")  # noqa: T201


if __name__ == "__main__":
    main()
