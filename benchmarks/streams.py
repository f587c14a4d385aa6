"""Pushes of the stream of deals, beside the bare aiohttp websocket that decodes the same pushes with msgspec."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Callable, Coroutine
from decimal import Decimal
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final

import aiohttp
import msgspec

from threecommas_async import HmacCredentials, ThreeCommasClient
from threecommas_async.codec.wire import wire_form
from threecommas_async.models import Deal
from threecommas_async.streams import DealChanged

from .push_server import LAST, pushing
from .report import Ratio, Result, Row
from .rounds import interleaved

_PUSHES: Final = 20_000
_DEALS: Final = 500
_MANY: Final = 5_000
_SLOW: Final = 0.010
_STATUS: Final = Path("/proc/self/statm")

Reader = Callable[[int], Coroutine[Any, Any, None]]


class _Frame(msgspec.Struct):
    identifier: str = ""
    type: str = ""
    message: msgspec.Raw = msgspec.Raw()


def streams(rounds: int | None) -> Result:
    """Measure wall and CPU of a flood of pushes, and what a consumer that is slow costs."""
    rows: list[Row] = []
    with pushing(_PUSHES, _DEALS) as port:
        for name, clock in (("wall", perf_counter), ("CPU", process_time)):
            found = interleaved(
                rounds or 5,
                {who: _timed(reader, port, clock) for who, reader in (("ours", _ours), ("floor", _floor))},
            )
            rows.append(
                Row.of_rounds(
                    11,
                    f"push of a deal ({_DEALS} deals, flooded), {name}",
                    "us",
                    found,
                    (Ratio.between("/ bare websocket", found["ours"], found["floor"]),),
                )
            )
    with pushing(_PUSHES, _MANY) as port:
        grown = asyncio.run(_slow(port))
    rows.append(Row(11, f"memory of {_MANY:,} deals for a consumer of {_SLOW * 1000:.0f} ms an event", "MB", grown))
    return Result(tuple(rows))


def _timed(reader: Reader, port: int, clock: Callable[[], float]) -> Callable[[], float]:
    def run() -> float:
        gc.collect()
        began = clock()
        asyncio.run(reader(port))
        return (clock() - began) / _PUSHES * 1e6

    return run


def _client(port: int) -> ThreeCommasClient:
    return ThreeCommasClient(HmacCredentials("key", "secret"), base_url=f"http://127.0.0.1:{port}/public/api")


async def _ours(port: int) -> None:
    async with _client(port) as client, client.streams.deals(audit=None) as deals:
        async for event in deals:
            if isinstance(event, DealChanged) and event.deal.id == LAST:
                return


async def _floor(port: int) -> None:
    read = msgspec.json.Decoder(_Frame).decode
    read_deal = msgspec.json.Decoder(wire_form(Deal), float_hook=Decimal).decode
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"ws://127.0.0.1:{port}/websocket", decode_text=False) as socket,
    ):
        await socket.send_str('{"identifier":"deals","command":"subscribe"}')
        while True:
            message = await socket.receive()
            frame = read(message.data)
            if not frame.type and read_deal(frame.message).id == LAST:
                return


async def _slow(port: int) -> float:
    """Return by how many MB the process grows while a consumer is far behind."""
    async with _client(port) as client, client.streams.deals(audit=None) as deals:
        before, most = _resident(), 0
        async for event in deals:
            most = max(most, _resident())
            if isinstance(event, DealChanged) and event.deal.id == LAST:
                break
            if client.streams.status.deals.pushes >= _PUSHES:
                break
            await asyncio.sleep(_SLOW)
    return (most - before) / 1e6


def _resident() -> int:
    pages = int(_STATUS.read_text(encoding="ascii").split()[1]) if _STATUS.exists() else 0
    return pages * os.sysconf("SC_PAGE_SIZE")
