"""What the clients of one event loop share: a limiter for each API key, and the state of a ban.

It outlives its clients for as long as it matters: a service that creates a client, or even an event loop, for each
request must keep to the limits, too.
"""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Final, Generic, TypeVar, cast, final
from weakref import WeakSet, ref

from threecommas_async.transport.bans import Ban
from threecommas_async.transport.clock import Clock
from threecommas_async.transport.limits import Limit, Limiter, Limits, MemoryLimiter, described

T = TypeVar("T")

# Each join checks so many other entries for removal: more than it adds itself, so that tables do not grow.
_SWEPT: Final = 3
# Entries of a finished loop are removed after so many seconds of real time, in case its clock has stopped.
_LEFT_BEHIND: Final = 10 * 60.0


def join_limiter(
    origin: str, api_key: str, limits: tuple[Limit, ...] | Limits, clock: Clock
) -> tuple[Limiter, Callable[[], None]]:
    """Return the limiter that all clients of the running loop with the same key share: the API counts by key.

    :returns: the limiter, and a function to call when the client is closed. A client that drops it without calling it
        counts as closed.
    :raises ValueError: a client that is still open has other limits.
    """

    def make(older: Sequence[Limiter]) -> Limiter:
        limiter = MemoryLimiter(limits, clock) if isinstance(limits, tuple) else limits.limiter(origin, api_key, clock)
        for other in older:
            limiter.inherit(other)
        return limiter

    return _LIMITERS.join((origin, api_key, clock), frozenset(limits) if isinstance(limits, tuple) else limits, make)


def join_ban(origin: str, clock: Clock) -> tuple[Ban, Callable[[], None]]:
    """Return the ban that all clients of the running loop share: the API bans the address, whatever the key.

    :returns: the ban, and a function to call when the client is closed.
    """
    return _BANS.join((origin, clock), None, lambda older: older[0].adopted() if older else Ban(clock))


def _words(limits: object) -> str:
    if isinstance(limits, frozenset):
        return described(cast("frozenset[Limit]", limits))
    return repr(limits)


@final
class _Member:
    """The share of one client: it lasts until the client calls it or drops it."""

    __slots__ = ("__weakref__", "_leave")

    def __init__(self, leave: Callable[[_Member], None]) -> None:
        self._leave: Final = leave

    def __call__(self) -> None:
        self._leave(self)


@final
class _Shared(Generic[T]):
    """An object that clients share."""

    def __init__(self, thing: T, asked: object, left: Callable[[], None]) -> None:
        self.thing: Final = thing
        self.asked: Final = asked
        self._left: Final = left
        self._loop: Final = ref(asyncio.get_running_loop())
        self._members: Final = WeakSet[_Member]()
        self._left_behind_at: float | None = None

    def join(self) -> _Member:
        """Return the share of another client."""
        member = _Member(self._leave)
        self._members.add(member)
        return member

    @property
    def loop(self) -> asyncio.AbstractEventLoop | None:
        """The event loop of the clients, or None if it is closed."""
        loop = self._loop()
        return None if loop is None or loop.is_closed() else loop

    @property
    def is_used(self) -> bool:
        """Whether any client still shares it."""
        return self.loop is not None and len(self._members) > 0

    @property
    def is_stale(self) -> bool:
        """Whether its loop has been closed for so long that its state no longer matters."""
        if self.loop is not None:
            return False
        now = time.monotonic()
        if self._left_behind_at is None:
            self._left_behind_at = now
        return now - self._left_behind_at > _LEFT_BEHIND

    def _leave(self, member: _Member) -> None:
        self._members.discard(member)
        if not self._members:
            self._left()


@final
class _Table(Generic[T]):
    """The shared objects by their key; safe for several threads, each with its own loop."""

    def __init__(self, is_idle: Callable[[T], bool]) -> None:
        self._is_idle: Final = is_idle
        self._table: Final = OrderedDict[Hashable, list[_Shared[T]]]()
        self._lock: Final = threading.RLock()

    def __len__(self) -> int:
        return len(self._table)

    def join(self, key: Hashable, asked: object, make: Callable[[Sequence[T]], T]) -> tuple[T, _Member]:
        """Join the shared object of the running loop, or a new one that takes over the state of the older ones.

        :param asked: its required settings; an unused object with other settings is replaced.
        :raises ValueError: it is in use with other settings.
        """
        loop = asyncio.get_running_loop()
        with self._lock:
            for oldest in list(itertools.islice(self._table, _SWEPT)):
                self._table.move_to_end(oldest)
                self._forget(oldest)
            several = self._table.get(key, [])
            found = next((shared for shared in several if shared.loop is loop), None)
            if found is None or (found.asked != asked and not found.is_used):
                older = [shared for shared in several if shared is found or shared.loop is None]
                found = _Shared(make([shared.thing for shared in older]), asked, lambda: self._forget(key))
                self._table[key] = [*(shared for shared in several if shared not in older), found]
            if found.asked != asked:
                raise ValueError(
                    "limits must be the same for all open clients of an API key, since they share one count: "
                    f"{_words(found.asked)}, not {_words(asked)}"
                )
            return found.thing, found.join()

    def _forget(self, key: Hashable) -> None:
        """Remove entries that are unused and whose state no longer matters."""
        with self._lock:
            left = [shared for shared in self._table.get(key, []) if shared.is_used or not self._is_of_no_use(shared)]
            if left:
                self._table[key] = left
            else:
                self._table.pop(key, None)

    def _is_of_no_use(self, shared: _Shared[T]) -> bool:
        return shared.is_stale or self._is_idle(shared.thing)


_LIMITERS: Final = _Table[Limiter](lambda limiter: limiter.own.is_idle())
_BANS: Final = _Table[Ban](Ban.is_idle)
