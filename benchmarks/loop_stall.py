"""Point 4: how long the event loop stands still while a list of 1,000 accounts is read."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import Awaitable, Callable
from decimal import Decimal
from statistics import median
from time import perf_counter
from typing import Any, Final

import aiohttp

from threecommas_async import codec
from threecommas_async.models import Account

from . import documents
from .contestants import base_url, floor_session, our_client
from .report import Ratio, Result, Row
from .rival_models import read_with_pydantic
from .rounds import interleaved_async, missing
from .server import ACCOUNTS, running

_TICK: Final = 0.001

Read = Callable[[], Awaitable[object]]


def stall(rounds: int | None) -> Result:
    """Measure the longest gap of a ticker; the floor decodes to plain dictionaries, the peer is floor plus pydantic."""
    with running() as port:
        found = asyncio.run(_compete(port, rounds or 15))
    data = documents.accounts(ACCOUNTS)
    decoding = median(_milliseconds(lambda: codec.from_json(data, list[Account])) for _ in range(9))
    size = f"{ACCOUNTS} accounts ({len(data) / 1e6:.1f} MB)"
    notes = [f"what bounds it: {size} are decoded in one go, {decoding:.1f} ms by itself; a page of the API holds 100"]
    ratios = [Ratio.between("/ floor", found["ours"], found["floor"])]
    if "peer" in found:
        ratios.append(Ratio.between("/ floor+pydantic", found["ours"], found["peer"], 1.0))
    else:
        notes.append(missing("pydantic"))
    row = Row.of_rounds(4, "longest stall while 1,000 accounts are read", "ms", found, tuple(ratios))
    return Result((row,), tuple(notes))


async def _compete(port: int, rounds: int) -> dict[str, list[float]]:
    url = f"{base_url(port)}/ver1/accounts"
    readers = read_with_pydantic()
    async with our_client(port) as client, floor_session() as session:
        contestants: dict[str, Callable[[], Awaitable[float]]] = {
            "ours": lambda: _longest_stall(client.accounts.list),
            "floor": lambda: _longest_stall(lambda: _read(session, url, _plain)),
        }
        if readers is not None:
            contestants["peer"] = lambda: _longest_stall(lambda: _read(session, url, readers[1]))
        return await interleaved_async(rounds, contestants)


async def _read(session: aiohttp.ClientSession, url: str, decode: Callable[[bytes], object]) -> object:
    async with session.get(url) as response:
        return decode(await response.read())


def _plain(data: bytes) -> Any:
    return json.loads(data, parse_float=Decimal)


async def _longest_stall(read: Read) -> float:
    """Return milliseconds. What was read is kept until the ticker has stopped."""
    longest = 0.0

    async def tick() -> None:
        nonlocal longest
        last = perf_counter()
        while True:
            await asyncio.sleep(_TICK)
            now = perf_counter()
            longest = max(longest, now - last - _TICK)
            last = now

    gc.collect()
    ticker = asyncio.create_task(tick())
    await asyncio.sleep(5 * _TICK)
    kept = await read()
    await asyncio.sleep(5 * _TICK)
    ticker.cancel()
    del kept
    return longest * 1e3


def _milliseconds(act: Callable[[], object]) -> float:
    started = perf_counter()
    act()
    return (perf_counter() - started) * 1e3
