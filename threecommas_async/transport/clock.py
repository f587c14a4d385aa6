"""Time, as something that can be handed in: the machine's, or another for tests."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the transport needs of time."""

    def monotonic(self) -> float:
        """Return seconds that never run backwards; where they start does not matter."""
        ...

    def now(self) -> datetime:
        """Return the wall-clock time, with time zone."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after ``seconds``."""
        ...


class SystemClock:
    """The clock of this machine."""

    __slots__ = ()

    def monotonic(self) -> float:
        return time.monotonic()

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
