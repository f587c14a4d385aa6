"""The rate limits and bans of 3Commas, as data, and their enforcement.

The numbers are those of the vendor's page (https://developers.3commas.io/general-information/limits). What it leaves
open is decided here: a limit counts in a sliding window, for each API key; an endpoint with a limit of its own does not
count towards the general one, which is narrower; the first request during a pause gets another 429; the next one bans
the address, which replaces the pause, and each ban is twice as long as the one before.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from attrs import define, field, frozen

from threecommas_async.sandbox.http.routes import path_pattern

FIRST_BAN: Final = timedelta(minutes=2)
LONGEST_BAN: Final = timedelta(days=3)
LET_OFF: Final = 1
"""The number of requests during a pause that get a 429 before the next one is banned."""


@frozen(kw_only=True)
class SandboxLimit:
    """At most ``requests`` in any window of ``per_seconds``; then 429 for ``pause_seconds``.

    :ivar routes: the endpoints that it counts, such as ``"GET /ver1/deals/{deal_id}/show"``; if empty, it counts every
        request that no other limit names.
    :raises ValueError: a value is not valid.
    """

    requests: int
    per_seconds: float
    pause_seconds: float
    routes: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        if self.requests < 1:
            raise ValueError(f"requests must be at least 1, not {self.requests}")
        if not 0 < self.per_seconds < math.inf:
            raise ValueError(f"per_seconds must be above 0, not {self.per_seconds}")
        if not 0 <= self.pause_seconds < math.inf:
            raise ValueError(f"pause_seconds must be at least 0, not {self.pause_seconds}")
        for route in self.routes:
            path_pattern(route.partition(" ")[2])

    def names(self, method: str, path: str) -> bool:
        """Tell whether this limit names this endpoint."""
        routes = (route.partition(" ") for route in self.routes)
        return any(verb == method and path_pattern(named).fullmatch(path) for verb, _, named in routes)


ENFORCED_LIMITS: Final = (
    SandboxLimit(requests=100, per_seconds=60, pause_seconds=300),
    SandboxLimit(requests=120, per_seconds=60, pause_seconds=60, routes=("GET /ver1/deals",)),
    SandboxLimit(requests=120, per_seconds=60, pause_seconds=60, routes=("GET /ver1/deals/{deal_id}/show",)),
    # The vendor's page has /ver1/smart_trades, which does not exist.
    SandboxLimit(requests=40, per_seconds=10, pause_seconds=10, routes=("GET /v2/smart_trades",)),
)
"""The limits of the vendor's documentation, which a sandbox enforces with ``limits=True``."""


def limits_to_enforce(limits: bool | Sequence[SandboxLimit]) -> tuple[SandboxLimit, ...]:
    """Return the limits to enforce: the documented ones for True, none for False."""
    if isinstance(limits, bool):
        return ENFORCED_LIMITS if limits else ()
    for limit in limits:
        if not isinstance(limit, SandboxLimit):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"limits must be a bool or a sequence of SandboxLimit, not of {type(limit).__name__}")
    return tuple(dict.fromkeys(limits))


@frozen
class OverLimit:
    """The rejection of a request."""

    status: int
    """429 for a limit, 418 for a ban."""
    until: datetime


@define
class _Window:
    """The requests of one key that one limit counts."""

    sent: deque[datetime] = field(factory=deque[datetime])
    paused_until: datetime | None = None
    sent_in_pause: int = 0


@define
class _Ban:
    until: datetime
    lasted: timedelta


class Enforcement:
    """Counts the requests of each key, and bans addresses that do not slow down."""

    def __init__(self, limits: Sequence[SandboxLimit]) -> None:
        self._special: Final = tuple(limit for limit in limits if limit.routes)
        self._general: Final = tuple(limit for limit in limits if not limit.routes)
        self._windows: Final[dict[tuple[str, SandboxLimit], _Window]] = {}
        self._bans: Final[dict[str, _Ban]] = {}

    @property
    def enforces(self) -> bool:
        """Whether there are any limits."""
        return bool(self._special or self._general)

    def check(self, caller: str, address: str, method: str, path: str, now: datetime) -> OverLimit | None:
        """Count a request, or return its rejection.

        :param caller: whose requests are counted together.
        :param address: the IP address that a ban applies to.
        :param path: the path below the base URL.
        """
        ban = self._bans.get(address)
        if ban is not None and now < ban.until:
            return OverLimit(418, ban.until)
        limits = [limit for limit in self._special if limit.names(method, path)] or self._general
        windows = [(limit, self._windows.setdefault((caller, limit), _Window())) for limit in limits]
        for limit, window in windows:
            over = self._over(limit, window, address, now)
            if over is not None:
                return over
        for _, window in windows:
            window.sent.append(now)
        return None

    def _over(self, limit: SandboxLimit, window: _Window, address: str, now: datetime) -> OverLimit | None:
        if window.paused_until is not None and now < window.paused_until:
            window.sent_in_pause += 1
            if window.sent_in_pause <= LET_OFF:
                return OverLimit(429, window.paused_until)
            window.paused_until = None
            return OverLimit(418, self._ban(address, now))
        while window.sent and now - window.sent[0] >= timedelta(seconds=limit.per_seconds):
            window.sent.popleft()
        if len(window.sent) < limit.requests:
            return None
        window.paused_until = now + timedelta(seconds=limit.pause_seconds)
        window.sent_in_pause = 0
        return OverLimit(429, window.paused_until)

    def _ban(self, address: str, now: datetime) -> datetime:
        before = self._bans.get(address)
        lasts = FIRST_BAN if before is None else min(before.lasted * 2, LONGEST_BAN)
        self._bans[address] = _Ban(now + lasts, lasts)
        return now + lasts
