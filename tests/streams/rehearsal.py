"""Random days of a stream: deals change while the connection drops, stalls, repeats, swaps, tears and lags."""

from __future__ import annotations

import asyncio
import contextlib
import random
from typing import Final, final

from attrs import define

from tests.streams.exchange import DealExchange
from tests.streams.watcher import Watcher
from threecommas_async import SimulatedClock

QUIET: Final = 400.0
"""Seconds without faults at the end: longer than the audit's interval."""


@final
@define
class Weather:
    """What goes wrong.

    :ivar drops: how often the connection is cut, half of the times in the middle of a frame.
    :ivar stalls: the share of these that are silences instead.
    :ivar duplicates: the share of pushes that come twice.
    :ivar swaps: the share of pushes that the next one passes.
    :ivar muted: the share of pushes that are lost while the connection is well.
    :ivar untouched: the share of changes without a new ``updated_at``.
    :ivar lag: how many seconds lists lag behind.
    """

    drops: int = 100
    stalls: float = 0.05
    duplicates: float = 0.1
    swaps: float = 0.1
    muted: float = 0.0
    untouched: float = 0.2
    lag: float = 0.0


@define
class Result:
    """What became of a run."""

    changes: int
    missed: int
    backwards: int
    repeated: int
    events: int
    gaps: int
    requests: int
    connections: int
    audit_found: int
    simulated: float


async def rehearse(
    seed: int, weather: Weather, *, deals: int = 200, audit: float | None = 300.0, consumers: int = 1
) -> Result:
    """Let a day pass, and tell what a consumer knows at its end."""
    rng = random.Random(seed)  # noqa: S311 - which day it is
    clock = SimulatedClock()
    async with DealExchange(clock) as exchange, exchange.client() as client:
        for number in range(1, deals + 1):
            exchange.open(number)
        exchange.faults.seed(seed)
        streams = [client.streams.deals(snapshot="active", audit=audit) for _ in range(consumers)]
        watchers = [Watcher(stream) for stream in streams]
        async with contextlib.AsyncExitStack() as stack:
            for stream in streams:
                await stack.enter_async_context(stream)
            tasks = [asyncio.create_task(watcher.read()) for watcher in watchers]
            stack.callback(lambda: [task.cancel() for task in tasks])
            await clock.sleep(5)
            exchange.faults.duplicate(weather.duplicates)
            exchange.faults.reorder(weather.swaps)
            exchange.faults.mute(weather.muted)
            exchange.faults.lag_rest(weather.lag)
            changes = await _misbehave(rng, exchange, clock, weather, deals)
            exchange.faults.clear()
            await clock.sleep(QUIET)
            status = client.streams.status
            result = Result(
                changes=changes,
                missed=sum(len(watcher.missed(exchange)) for watcher in watchers),
                backwards=sum(watcher.backwards for watcher in watchers),
                repeated=sum(watcher.repeated for watcher in watchers),
                events=sum(watcher.events for watcher in watchers),
                gaps=watchers[0].kinds.count("Gap"),
                requests=status.deals.requests,
                connections=status.connections,
                audit_found=status.deals.audit_found,
                simulated=clock.elapsed,
            )
        await asyncio.gather(*tasks, return_exceptions=True)
    return result


async def _misbehave(
    rng: random.Random, exchange: DealExchange, clock: SimulatedClock, weather: Weather, deals: int
) -> int:
    """Change deals at random, and cut the connection so many times; return how many changes were made."""
    changes, next_deal = 0, deals
    for _ in range(weather.drops or 200):
        for _ in range(rng.randint(1, 60)):
            active = [deal.id for deal in exchange.deals.values() if not deal.is_finished] or [0]
            match rng.random():
                case chance if chance < 0.03 or active == [0]:
                    next_deal += 1
                    exchange.open(next_deal)
                case chance if chance < 0.06:
                    exchange.finish(rng.choice(active))
                case chance if chance < 0.10:
                    exchange.tick(rng.choice(active))
                    changes -= 1
                case _:
                    exchange.change(rng.choice(active), touch=rng.random() >= weather.untouched)
            changes += 1
            if rng.random() < 0.2:
                await asyncio.sleep(0)
        if weather.drops:
            if rng.random() < weather.stalls:
                exchange.faults.stall()
            elif rng.random() < 0.5:
                exchange.faults.half_frame()
            else:
                exchange.faults.drop_now()
        await clock.sleep(rng.choice((0.0, 0.05, 0.5, 3.0, 20.0)))
    return changes
