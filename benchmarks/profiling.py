"""Point 6, second half: where the time of a sequential create goes."""

from __future__ import annotations

import asyncio
import cProfile
import pstats
from collections import defaultdict
from pathlib import Path
from typing import Any, Final

import threecommas_async

from .contestants import EXCHANGE_ACCOUNT, our_client
from .report import Ratio, Result, Row
from .rounds import interleaved
from .server import running

_CALLS: Final = 300
_TOP: Final = 10
_OURS: Final = str(Path(threecommas_async.__file__).parent)
_WAITING: Final = ("poll", "select")

Function = tuple[str, int, str]
Statistics = dict[Function, tuple[int, int, float, float, dict[Function, tuple[int, int, float, float]]]]


def profile(rounds: int | None) -> Result:
    """Profile creates, one after another. The profiler slows Python code down more than C: shares are rough."""
    latest: Statistics = {}

    def share() -> float:
        latest.clear()
        latest.update(asyncio.run(_profiled(port)))
        working = sum(entry[2] for function, entry in latest.items() if not _is_waiting(function))
        return sum(_own_time(latest).values()) / working * 100

    with running() as port:
        shares = interleaved(rounds or 3, {"ours": share})["ours"]
    ratio = Ratio.between("of all work", shares, [100.0] * len(shares))
    row = Row.of_rounds(6, "share of a create that our code takes (profile)", "%", {"ours": shares}, (ratio,))
    return Result((row,), (*_top_lines(latest), *_our_lines(latest)))


async def _profiled(port: int) -> Statistics:
    async with our_client(port) as client:
        for _ in range(_CALLS // 3):
            await client.accounts.create(**EXCHANGE_ACCOUNT)
        profiler = cProfile.Profile()
        profiler.enable()
        for _ in range(_CALLS):
            await client.accounts.create(**EXCHANGE_ACCOUNT)
        profiler.disable()
    statistics: Any = pstats.Stats(profiler)
    found: Statistics = statistics.stats
    return found


def _own_time(statistics: Statistics) -> dict[Function, float]:
    """Return the time spent in functions of ours, and in C functions and generated code that they call themselves."""
    owned: dict[Function, float] = defaultdict(float)

    def attribute(function: Function, seconds: float, depth: int) -> None:
        if function[0].startswith(_OURS):
            owned[function] += seconds
        elif function[0][:1] in "~<" and depth < 3 and not _is_waiting(function):
            callers = statistics[function][4]
            whole = sum(entry[2] for entry in callers.values()) or 1.0
            for caller, entry in callers.items():
                attribute(caller, seconds * entry[2] / whole, depth + 1)

    for function, entry in statistics.items():
        attribute(function, entry[2], 0)
    return owned


def _is_waiting(function: Function) -> bool:
    return function[0] == "~" and any(f"'{word}'" in function[2] for word in _WAITING)


def _top_lines(statistics: Statistics) -> list[str]:
    whole = sum(entry[2] for entry in statistics.values())
    top = sorted(statistics, key=lambda function: -statistics[function][2])[:_TOP]
    lines = [f"{_CALLS} creates, {whole / _CALLS * 1e6:.0f} us each under the profiler; by own time:"]
    for function in top:
        calls, seconds = statistics[function][1], statistics[function][2]
        each = f"{seconds / _CALLS * 1e6:6.1f} us {calls / _CALLS:5.1f} calls"
        lines.append(f"  {seconds / whole:5.1%} {each} a create  {_name(function)}")
    return lines


def _our_lines(statistics: Statistics) -> list[str]:
    owned = _own_time(statistics)
    top = sorted(owned, key=lambda function: -owned[function])[:_TOP]
    lines = ["ours alone, with the C functions that they call:"]
    return lines + [f"  {owned[function] / _CALLS * 1e6:6.1f} us a create  {_name(function)}" for function in top]


def _name(function: Function) -> str:
    file, line, name = function
    if file == "~":
        return name
    short = "/".join(Path(file).parts[-3:])
    return f"{short}:{line} {name}"
