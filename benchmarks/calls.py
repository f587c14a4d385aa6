"""Points 1 and 2: a signed create, one after another and 50 at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from statistics import median
from time import perf_counter
from typing import Final

from .contestants import EXCHANGE_ACCOUNT, base_url, floor_create, floor_session, our_client, peer_create
from .report import Ratio, Result, Row
from .rounds import interleaved_async, missing
from .server import running, wire_rate, wire_seconds

_IN_A_ROW: Final = 20
_AT_ONCE: Final = 50
_EACH: Final = 4

Create = Callable[[], Awaitable[object]]


def create(rounds: int | None) -> Result:
    """Measure the time of one create."""
    with running() as port:
        microseconds = asyncio.run(_compete(port, rounds or 60, _one_after_another))
        wire = median(wire_seconds(port, 200) for _ in range(9)) * 1e6
    ratios = [Ratio.between("/ floor", microseconds["ours"], microseconds["floor"], 1.15)]
    notes = [f"the server and the loopback alone take {wire:.0f} us a call, over a plain socket"]
    if "peer" in microseconds:
        ratios.append(Ratio.between("/ py3cw", microseconds["ours"], microseconds["peer"], 0.45))
    else:
        notes.append(missing("py3cw"))
    row = Row.of_rounds(1, "signed create, one after another", "us/call", microseconds, tuple(ratios))
    return Result((row,), tuple(notes))


def concurrent(rounds: int | None) -> Result:
    """Measure how many creates a second 50 tasks get done; py3cw knows no tasks, and makes one after another."""
    with running() as port:
        rates = asyncio.run(_compete(port, rounds or 24, _all_at_once))
        wire = median(wire_rate(port, _AT_ONCE, 0.1) for _ in range(9))
    ratios = [Ratio.between("/ floor", rates["ours"], rates["floor"], 0.75, at_least=True)]
    notes = [f"the server alone answers {wire:,.0f} a second over {_AT_ONCE} plain sockets, fed by one core"]
    if "peer" in rates:
        ratios.append(Ratio.between("/ py3cw", rates["ours"], rates["peer"], 5, at_least=True))
    else:
        notes.append(missing("py3cw"))
    row = Row.of_rounds(2, f"{_AT_ONCE} creates at once (py3cw: its sequential rate)", "calls/s", rates, tuple(ratios))
    return Result((row,), tuple(notes))


async def _compete(port: int, rounds: int, measure: Callable[[Create], Awaitable[float]]) -> dict[str, list[float]]:
    url = f"{base_url(port)}/ver1/accounts/new"
    peer = peer_create(port)
    async with our_client(port) as client, floor_session() as session:
        contestants: dict[str, Callable[[], Awaitable[float]]] = {
            "ours": lambda: measure(lambda: client.accounts.create(**EXCHANGE_ACCOUNT)),
            "floor": lambda: measure(lambda: floor_create(session, url)),
        }
        if peer is not None:
            is_rate = measure is _all_at_once
            contestants["peer"] = lambda: _without_tasks(peer, is_rate=is_rate)
        return await interleaved_async(rounds, contestants)


async def _one_after_another(create: Create) -> float:
    started = perf_counter()
    for _ in range(_IN_A_ROW):
        await create()
    return (perf_counter() - started) / _IN_A_ROW * 1e6


async def _all_at_once(create: Create) -> float:
    async def some() -> None:
        for _ in range(_EACH):
            await create()

    started = perf_counter()
    await asyncio.gather(*[some() for _ in range(_AT_ONCE)])
    return _AT_ONCE * _EACH / (perf_counter() - started)


async def _without_tasks(create: Callable[[], object], *, is_rate: bool) -> float:
    started = perf_counter()
    for _ in range(_IN_A_ROW):
        create()
    seconds = (perf_counter() - started) / _IN_A_ROW
    return 1 / seconds if is_rate else seconds * 1e6
