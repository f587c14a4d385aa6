"""Waiting for the first of several things, by a clock that can be handed in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar, cast

from threecommas_async.transport.clock import Clock

T = TypeVar("T")


async def first_of(*works: Coroutine[Any, Any, T]) -> T:
    """Return what the first of several gives, or raise what it raises; the others are cancelled, and have ended."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return next(task for task in tasks if task.done()).result()
    finally:
        await ended(*tasks)


async def within(clock: Clock, seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """Return what ``work`` gives.

    :raises TimeoutError: that took longer than ``seconds`` by the clock.
    """

    async def timer() -> T:
        await clock.sleep(seconds)
        raise TimeoutError

    return await first_of(work, timer())


async def sleep_or_event(clock: Clock, seconds: float | None, event: asyncio.Event) -> None:
    """Return after ``seconds``, if any are given, or once the event is set, whichever is first."""
    waits: list[Coroutine[Any, Any, object]] = [event.wait()]
    if seconds is not None:
        waits.append(clock.sleep(seconds))
    await first_of(*waits)


async def ended(*tasks: asyncio.Future[Any]) -> None:
    """Cancel tasks, and return once all of them have ended, however they do."""
    for task in tasks:
        task.cancel()
    await cast("Awaitable[object]", asyncio.gather(*tasks, return_exceptions=True))
