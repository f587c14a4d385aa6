"""The API's bans (status 418): nothing is sent during a ban, and then a single probe finds out whether it is over."""

from __future__ import annotations

from typing import Final, final

from threecommas_async.transport.clock import Clock

_PROBE: Final = 1.0
_LONGEST_BAN: Final = 3 * 24 * 60 * 60.0


@final
class Ban:
    """Whether the API has banned this address (status 418), and the probe that finds out whether it still has."""

    __slots__ = ("_clock", "_length", "_probing", "_until")

    def __init__(self, clock: Clock) -> None:
        self._clock: Final = clock
        self._until: float | None = None
        self._length = 0.0
        self._probing = False

    @property
    def is_on(self) -> bool:
        """Whether there is a ban, or one has expired and no probe has confirmed that it is over."""
        return self._until is not None

    def remaining(self) -> float:
        """Return the seconds for which nothing may be sent: while the probe is in flight, at least one."""
        if self._until is None:
            return 0.0
        return max(self._until - self._clock.monotonic(), _PROBE if self._probing else 0.0)

    def admit(self) -> bool:
        """Let a request pass, and tell whether it is the probe after a ban, which must report with :meth:`probed`."""
        self._probing = self._until is not None
        return self._probing

    def begin(self, seconds: float) -> float:
        """Note a 418, and return the assumed seconds of the ban, which double each time the probe is banned again."""
        if self._until is None or self._probing:
            self._length = min(max(seconds, self._length * 2), _LONGEST_BAN)
            self._until = self._clock.monotonic() + self._length
            self._probing = False
        return max(self._until - self._clock.monotonic(), 0.0)

    def probed(self, *, answered: bool) -> None:
        """Note how the probe ended, unless with another 418: with or without a response."""
        self._probing = False
        if answered:
            self._until = None
            self._length = 0.0

    def is_idle(self) -> bool:
        """Tell whether it can be dropped: there is no ban, or it expired longer ago than the longest ban lasts."""
        return self._until is None or self._clock.monotonic() > self._until + _LONGEST_BAN

    def adopted(self) -> Ban:
        """Return this ban for another event loop: a probe in flight in the finished loop will not report."""
        self._probing = False
        return self
