"""Point 7: callers that wait on the limiter, from 10 to 10,000 of them.

Two questions. With the gate shut: what does it cost to wait, and to give up? With the gate open for 500 in one window:
what does it cost until all are through? Both in processor time, since waiting itself is what a limiter is for. The
floor is as many bare tasks that wait on an ``asyncio.Lock``.
"""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from functools import partial
from statistics import median
from time import process_time
from typing import Any, Final

from threecommas_async import ThreeCommasClient

from .contestants import our_client, takes
from .report import Ratio, Result, Row
from .rounds import interleaved, optional_module
from .server import running

_SIZES: Final = (10, 100, 1_000, 10_000)
_PATIENCE: Final = 1e7
_SHUT: Final = (1, 60.0)
_SHORT: Final = 0.001
_BURST: Final = 500

Measure = Callable[[int], Coroutine[Any, Any, float]]
Tasks = list[asyncio.Task[Any]]


def growth(rounds: int | None) -> Result:
    """Measure time and memory a caller; flat is the aim, so the ratio of the last two sizes counts."""
    if not takes("limits"):
        return Result(notes=("NOT BUILT YET: the client has no parameter 'limits'",))
    few = rounds or 3
    with running() as port:
        ours, floor = partial(_wait, port), _wait_on_a_lock
        found = [_grown("waiting at the limiter, giving up", "us/caller", ours, floor, few)]
        with _no_collector():
            found.append(_grown("the same, garbage collector off", "us/caller", ours, floor, few))
        memory = partial(_memory, port)
        found.append(_grown("waiting at the limiter, memory", "bytes/caller", memory, _memory_on_a_lock, 1))
        through = partial(_get_through, port)
        found.append(_grown("through the limiter, call included", "us/caller", through, None, 1, warm_up=False))
    return Result(tuple(row for row, _ in found), tuple(note for _, note in found))


def _grown(
    name: str, unit: str, ours: Measure, floor: Measure | None, rounds: int, *, warm_up: bool = True
) -> tuple[Row, str]:
    measures = {"ours": ours} | ({} if floor is None else {"floor": floor})
    contestants = {
        f"{who} {size}": partial(_run, measure, size) for size in _SIZES for who, measure in measures.items()
    }
    found = interleaved(rounds, contestants, warm_up=warm_up)
    ratios = [
        Ratio.between(f"{who} 10,000 / 1,000 callers", found[f"{who} {_SIZES[-1]}"], found[f"{who} {_SIZES[-2]}"])
        for who in measures
    ]
    largest = {who: found[f"{who} {_SIZES[-1]}"] for who in measures}
    figures = ", ".join(f"{size:,} callers {median(found[f'ours {size}']):,.4g}" for size in _SIZES)
    return Row.of_rounds(7, f"{name} (10,000)", unit, largest, tuple(ratios)), f"{name}, {unit}: {figures}"


def _run(measure: Measure, size: int) -> float:
    return asyncio.run(measure(size))


@contextmanager
def _no_collector() -> Generator[None]:
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _limited(port: int, calls: int, seconds: float) -> ThreeCommasClient:
    limits = optional_module("threecommas_async.transport.limits")
    assert limits is not None
    own: Any = limits.Limit(requests=calls, per=seconds, pause=seconds)
    patient = {"max_wait": _PATIENCE} if takes("max_wait") else {}
    return our_client(port, limits=(own,), timeout=_PATIENCE, **patient)


async def _wait(port: int, callers: int) -> float:
    async with _limited(port, *_SHUT) as client:
        await client.accounts.get(1)
        started = process_time()
        await _give_up(await _started(callers, lambda: client.accounts.get(1)))
        return (process_time() - started) / callers * 1e6


async def _wait_on_a_lock(callers: int) -> float:
    lock = asyncio.Lock()
    async with lock:
        started = process_time()
        await _give_up(await _started(callers, lock.acquire))
        return (process_time() - started) / callers * 1e6


async def _memory(port: int, callers: int) -> float:
    async with _limited(port, *_SHUT) as client:
        await client.accounts.get(1)
        return await _bytes_each(callers, lambda: client.accounts.get(1))


async def _memory_on_a_lock(callers: int) -> float:
    lock = asyncio.Lock()
    async with lock:
        return await _bytes_each(callers, lock.acquire)


async def _bytes_each(callers: int, call: Callable[[], Coroutine[Any, Any, object]]) -> float:
    gc.collect()
    tracemalloc.start()
    tasks = await _started(callers, call)
    gc.collect()
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    await _give_up(tasks)
    return used / callers


async def _get_through(port: int, callers: int) -> float:
    async with _limited(port, min(_BURST, -(-callers // 3)), _SHORT) as client:
        started = process_time()
        await asyncio.gather(*[client.accounts.get(1) for _ in range(callers)])
        return (process_time() - started) / callers * 1e6


async def _started(callers: int, call: Callable[[], Coroutine[Any, Any, object]]) -> Tasks:
    tasks: Tasks = [asyncio.create_task(call()) for _ in range(callers)]
    await asyncio.sleep(0.05)  # all have got as far as they can
    return tasks


async def _give_up(tasks: Tasks) -> None:
    for task in tasks:
        task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    if not all(isinstance(end, asyncio.CancelledError) for end in ended):
        raise RuntimeError("not all callers were waiting on the limiter")
