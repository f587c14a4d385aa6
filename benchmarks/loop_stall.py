"""Point 4: how long the event loop stands still while a large list is read."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import Awaitable, Callable
from decimal import Decimal
from statistics import median
from time import perf_counter, process_time
from typing import Any, Final

import aiohttp

from threecommas_async import codec
from threecommas_async.models import Account, Deal

from . import documents
from .contestants import base_url, floor_session, our_client
from .report import Ratio, Result, Row
from .rival_models import read_with_pydantic
from .rounds import interleaved_async, missing
from .server import ACCOUNTS, DEALS, running

_SETTLED: Final = 0.005
_MOST: Final = 5.0

Read = Callable[[], Awaitable[object]]


def stall(rounds: int | None) -> Result:
    """Measure the longest gap of a ticker, by the clock and by the processor time that the process spent in it.

    The floor decodes to plain dictionaries, and the peer is the floor plus pydantic. On a busy machine the clock also
    counts what others do.
    """
    with running() as port:
        found = asyncio.run(_compete(port, rounds or 15))
    rows: list[Row] = []
    for what in found:
        for clock, figures in zip(("wall", "CPU"), found[what], strict=True):
            ratios = [Ratio.between("milliseconds", figures["ours"], [1.0] * len(figures["ours"]), _MOST)]
            ratios += [Ratio.between(f"/ {who}", figures["ours"], figures[who]) for who in figures if who != "ours"]
            rows.append(Row.of_rounds(4, f"longest stall while {what} are read, {clock}", "ms", figures, tuple(ratios)))
    notes = [
        f"{count:,} of them ({len(data) / 1e6:.1f} MB) are read in {_in_one_go(data, kind):.1f} ms of processor time"
        for count, data, kind in (
            (ACCOUNTS, documents.accounts(ACCOUNTS), list[Account]),
            (DEALS, documents.deals(DEALS), list[Deal]),
        )
    ]
    if read_with_pydantic() is None:
        notes.append(missing("pydantic"))
    return Result(tuple(rows), tuple(notes))


async def _compete(port: int, rounds: int) -> dict[str, tuple[dict[str, list[float]], dict[str, list[float]]]]:
    url = f"{base_url(port)}/ver1"
    found: dict[str, tuple[dict[str, list[float]], dict[str, list[float]]]] = {}
    async with our_client(port) as client, floor_session() as session:

        def ours(path: str, kind: Any) -> Read:
            return lambda: client.request("GET", f"/ver1/{path}", kind=kind)

        def theirs(path: str, decode: Callable[[bytes], object]) -> Read:
            return lambda: _read(session, f"{url}/{path}", decode)

        for what, path, kind in (
            ("1,000 accounts", "accounts", list[Account]),
            ("1,000 deals", "deals", list[Deal]),
            ("1,000 deals, compressed,", "deals/zipped", list[Deal]),
            ("1,000 deals, as exact JSON,", "deals", None),
        ):
            readers = {"ours": ours(path, kind), "floor": theirs(path, _plain)}
            rival = read_with_pydantic(Account if path == "accounts" else Deal)
            if kind is not None and rival is not None:
                readers["peer"] = theirs(path, rival[1])
            found[what] = await _stalls(rounds, readers)
    return found


async def _stalls(rounds: int, readers: dict[str, Read]) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    worked: dict[str, list[float]] = {who: [] for who in readers}

    def measured(who: str, read: Read) -> Callable[[], Awaitable[float]]:
        async def measure() -> float:
            wall, cpu = await _longest_stall(read)
            worked[who].append(cpu)
            return wall

        return measure

    wall = await interleaved_async(rounds, {who: measured(who, read) for who, read in readers.items()})
    return wall, {who: figures[-rounds:] for who, figures in worked.items()}


async def _read(session: aiohttp.ClientSession, url: str, decode: Callable[[bytes], object]) -> object:
    async with session.get(url) as response:
        return decode(await response.read())


def _plain(data: bytes) -> Any:
    return json.loads(data, parse_float=Decimal)


async def _longest_stall(read: Read) -> tuple[float, float]:
    """Return milliseconds, by the clock and of processor time, between two turns of a task that is always ready.

    What was read is kept until that has stopped.
    """
    longest = busiest = 0.0

    async def tick() -> None:
        nonlocal longest, busiest
        last, worked = perf_counter(), process_time()
        while True:
            await asyncio.sleep(0)
            now, work = perf_counter(), process_time()
            longest, busiest = max(longest, now - last), max(busiest, work - worked)
            last, worked = now, work

    gc.collect()
    ticker = asyncio.create_task(tick())
    await asyncio.sleep(_SETTLED)
    kept = await read()
    await asyncio.sleep(_SETTLED)
    ticker.cancel()
    del kept
    return longest * 1e3, busiest * 1e3


def _in_one_go(data: bytes, kind: Any) -> float:
    def once() -> float:
        began = process_time()
        codec.from_json(data, kind)
        return (process_time() - began) * 1e3

    return median(once() for _ in range(9))
