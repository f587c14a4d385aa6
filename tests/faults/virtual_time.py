"""An event loop in which waiting takes no time: when nothing can happen any more, its time jumps to the next timer.

Timeouts of aiohttp, pauses of the client and delays of a server then all belong to one time, and how fast the machine
is decides nothing. Sockets are real: the loop looks at them a while before it takes them for silent.
"""

from __future__ import annotations

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine, Generator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final, ParamSpec, TypeVar, TypeVarTuple, Unpack, final

P = ParamSpec("P")
T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_GRACE: Final = 0.002
_WORTH_WAITING: Final = 10.0
_EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)


class StuckError(Exception):
    """Nothing is on its way, and no timer runs: what is awaited will never happen."""


@final
class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """The loop.

    What is done by threads of its executor takes no time in it, and what other processes do has to be named with
    :meth:`outside`; everything else must happen in the loop itself.
    """

    def __init__(self) -> None:
        self._elapsed = 0.0
        self._outside = 0
        super().__init__(_Impatient(self))

    def time(self) -> float:
        return self._elapsed

    @contextmanager
    def outside(self) -> Generator[None]:
        """Let time stand still while something is awaited that another process or thread does."""
        self._outside += 1
        try:
            yield
        finally:
            self._outside -= 1

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[Unpack[Ts]], T], *args: *Ts
    ) -> asyncio.Future[T]:
        self._outside += 1
        done = super().run_in_executor(executor, func, *args)
        done.add_done_callback(self._back)
        return done

    async def shutdown_default_executor(self, *args: Any) -> None:
        with self.outside():
            await super().shutdown_default_executor(*args)

    def _back(self, _: object) -> None:
        self._outside -= 1

    def jump(self, seconds: float) -> None:
        self._elapsed += seconds

    @property
    def waits_for_outside(self) -> bool:
        return self._outside > 0


@final
class _Impatient(selectors.BaseSelector):
    """Waits for sockets only as long as something may still be on its way on them."""

    def __init__(self, loop: VirtualTimeLoop) -> None:
        self._loop: Final = loop
        self._real: Final = selectors.DefaultSelector()

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.modify(fileobj, events, data)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = self._real.select(0)
        if events or (timeout is not None and timeout <= 0):
            return events
        events = self._real.select(_WORTH_WAITING if timeout is None or self._loop.waits_for_outside else _GRACE)
        if not events and not self._loop.waits_for_outside:
            if timeout is None:
                raise StuckError
            self._loop.jump(timeout)
        return events

    def close(self) -> None:
        self._real.close()

    def get_key(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.get_key(fileobj)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()


@final
class VirtualClock:
    """A client's clock that goes with the loop's time; each may be ahead of it by another amount."""

    def __init__(self) -> None:
        self._loop: Final = asyncio.get_running_loop()
        self._ahead = 0.0

    def monotonic(self) -> float:
        return self._loop.time() + self._ahead

    def now(self) -> datetime:
        return _EPOCH + timedelta(seconds=self.monotonic())

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def advance(self, seconds: float) -> None:
        """Move on by so much at once."""
        self._ahead += seconds


def in_virtual_time(test: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]:
    """Make a test out of a coroutine function: one that runs in virtual time."""

    @functools.wraps(test)
    def run_test(*args: P.args, **kwargs: P.kwargs) -> T:
        return run(test(*args, **kwargs))

    return run_test


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run ``main`` in a loop of virtual time of its own."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)
