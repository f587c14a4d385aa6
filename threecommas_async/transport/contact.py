"""What one process of a fleet knows of Redis, and from it of the other processes; without I/O.

See :mod:`threecommas_async.transport.redis_limits` for what follows from it.
"""

from __future__ import annotations

import math
from typing import Final, final

import attrs

from threecommas_async.transport.limits import Window

REPLIES_WITHIN: Final = 1.0
"""How long Redis may take before it counts as unavailable, in seconds."""
_TRY_AGAIN_AFTER: Final = 5.0
# From the moment at which Redis is available again to the last request that a busy process sends alone, unaware of it.
_SETTLES_WITHIN: Final = _TRY_AGAIN_AFTER + 3 * REPLIES_WITHIN
REMEMBERED: Final = 24 * 60 * 60.0
"""For how many seconds Redis remembers a fleet that does nothing."""


@final
@attrs.define(eq=False)
class Contact:
    """The contact of a process with Redis. Moments are by the clock of the process.

    :ivar longest: the longest window, in seconds.
    :ivar has_others: whether the fleet has other processes.
    :ivar epoch: the epoch of the data in which all requests that were sent are logged, if there is contact.
    :ivar known: the epoch of the last contact.
    :ivar heard_at: the moment of the last reply that arrived in time, by the clock of Redis, in milliseconds.
    :ivar is_lost: whether Redis is unavailable.
    """

    longest: float
    has_others: bool
    epoch: str | None = None
    known: str | None = None
    heard_at: int = 0
    is_lost: bool = False
    _last_at: float = -math.inf
    _failed_at: float = -math.inf
    _failed_asking_at: float = -math.inf
    # The requests of others before these moments are unknown.
    _left_at: float = -math.inf
    _emptied_at: float = -math.inf
    # When a process that had sent alone last regained contact, and when a silence last ended.
    _steady_since: float = -math.inf
    _awake_since: float = -math.inf

    def is_old(self, now: float) -> bool:
        """Tell whether the last contact was so long ago that the others must be told of the new one."""
        return self.has_others and now > self._last_at + self.longest / 2

    def try_in(self, now: float) -> float:
        """Return the seconds until Redis is to be tried again."""
        if not self.is_lost:
            return math.inf
        return min(self._try_at, math.inf if self._has_failed_after_hold else self._held_until) - now

    def is_proved_lost(self, now: float) -> bool:
        """Tell whether Redis was found unavailable a moment ago: for some seconds after, requests may be sent alone.

        The first of them needs a failure at the end of the hold: by then, the others have been without contact for so
        long that their first reply tells them of the silence.
        """
        is_recent = self.is_lost and now <= self._try_at + REPLIES_WITHIN
        return is_recent and (now < self._held_until or self._has_failed_after_hold)

    def note_reply(self, now: float, heard_at: int) -> None:
        """Note a reply."""
        self._last_at = now
        self.heard_at = heard_at

    def note_failure(self, now: float, asked_at: float) -> None:
        """Note that Redis failed, or did not reply in time."""
        failed_at, self._failed_at = self._failed_at, now
        self._failed_asking_at = max(self._failed_asking_at, asked_at)
        self.epoch = None
        if not self.is_lost:
            self.is_lost = True
            self._hold(now)
        elif now > failed_at + 2 * _TRY_AGAIN_AFTER:
            # It may have been available since, and only this reply is late: the next attempt will show.
            self._hold(max(self._left_at, self._try_at - self.longest - REPLIES_WITHIN))

    def note_data(self, now: float, epoch: str, age: float) -> None:
        """Note that the requests of this process are logged in Redis's data.

        :param age: the age of the data, in seconds.
        """
        is_remembered = self.known is not None and now - self._last_at < REMEMBERED / 2
        if is_remembered and self.known != epoch and self.has_others:
            self._emptied_at = max(self._emptied_at, now - age)
        self._left_at = -math.inf
        self.is_lost = False
        self.epoch = self.known = epoch

    def note_others(self, now: float, steady_for: float, awake_for: float) -> bool:
        """Note what Redis knows of the others; tell whether that is new."""
        steady, awake = now - steady_for, now - awake_for
        # Differences that the transmission time explains are ignored.
        if steady <= self._steady_since + REPLIES_WITHIN and awake <= self._awake_since + REPLIES_WITHIN:
            return False
        self._steady_since = max(self._steady_since, steady)
        self._awake_since = max(self._awake_since, awake)
        return True

    def restrict(self, window: Window) -> None:
        """Hold and confine the requests of a window, according to what is known of the others."""
        window.held_until = max(self._held_until, self._emptied_at + window.interval)
        window.confined_until = max(self._steady_since + window.interval, self._awake_since) + _SETTLES_WITHIN
        if self.is_lost:
            window.confined_until = math.inf

    def is_later_than(self, other: Contact) -> bool:
        """Tell whether this process, or event loop, asked Redis later than another."""
        return max(self._last_at, self._failed_at) > max(other._last_at, other._failed_at)

    def inherited(self) -> Contact:
        """Return this for another event loop of the process, which has yet to log what was sent."""
        return attrs.evolve(self, epoch=None)

    def _hold(self, left_at: float) -> None:
        if self.known is not None and self.has_others:
            self._left_at = left_at

    @property
    def _held_until(self) -> float:
        """The end of the hold after contact was lost.

        A reply to another process may have been sent just before the loss, and may be used up to a second later.
        """
        return self._left_at + self.longest + REPLIES_WITHIN

    @property
    def _has_failed_after_hold(self) -> bool:
        return self._failed_asking_at >= self._held_until

    @property
    def _try_at(self) -> float:
        return self._failed_at + _TRY_AGAIN_AFTER
