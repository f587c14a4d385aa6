"""One signal of a bot at a time, and not too many of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final, final

from threecommas_async.transport.clock import Clock


@final
class Lanes:
    """Lets the signals of each bot pass one after the other, in the order in which they were asked for.

    No limit of the webhooks is known; it is an assumption that one signal a second and bot is not too many.

    :param pause: the seconds between two of them.
    """

    def __init__(self, clock: Clock, pause: float) -> None:
        self._clock: Final = clock
        self._pause: Final = pause
        self._locks: Final[dict[str, asyncio.Lock]] = {}
        self._free_at: Final[dict[str, float]] = {}

    @asynccontextmanager
    async def turn(self, bot: str) -> AsyncGenerator[None]:
        """Wait for the turn of a signal of a bot."""
        lock = self._locks.setdefault(bot, asyncio.Lock())
        async with lock:
            wait = self._free_at.get(bot, 0.0) - self._clock.monotonic()
            if wait > 0:
                await self._clock.sleep(wait)
            try:
                yield
            finally:
                self._free_at[bot] = self._clock.monotonic() + self._pause
