"""The API's bans (status 418): nothing is sent while one lasts, and one probe finds out whether it is over."""

from __future__ import annotations

from typing import Final, final

from threecommas_async.transport.clock import Clock

_PROBE: Final = 1.0
_LONGEST_BAN: Final = 3 * 24 * 60 * 60.0


@final
class Ban:
    """Whether the API has banned this address (status 418), and the one probe that finds out whether it still does."""

    __slots__ = ("_clock", "_length", "_probing", "_until")

    def __init__(self, clock: Clock) -> None:
        self._clock: Final = clock
        self._until: float | None = None
        self._length = 0.0
        self._probing = False

    @property
    def is_on(self) -> bool:
        """Whether there is a ban, or was one that no probe has found to be over."""
        return self._until is not None

    def remaining(self) -> float:
        """Return the seconds for which nothing may be sent; while the probe is under way, a second."""
        if self._until is None:
            return 0.0
        return max(self._until - self._clock.monotonic(), _PROBE if self._probing else 0.0)

    def admit(self) -> bool:
        """Let a request pass; tell whether it is the probe after a ban, which must report with :meth:`probed`."""
        self._probing = self._until is not None
        return self._probing

    def begin(self, seconds: float) -> float:
        """Note a 418, and return the seconds that the ban is taken to last: longer each time the probe meets one."""
        if self._until is None or self._probing:
            self._length = min(max(seconds, self._length * 2), _LONGEST_BAN)
            self._until = self._clock.monotonic() + self._length
            self._probing = False
        return max(self._until - self._clock.monotonic(), 0.0)

    def probed(self, *, answered: bool) -> None:
        """Note how the probe ended, unless by another 418: with an answer, or with none."""
        self._probing = False
        if answered:
            self._until = None
            self._length = 0.0

    def is_idle(self) -> bool:
        """Tell whether it can be forgotten: none is on, or it is over for longer than any would have lasted."""
        return self._until is None or self._clock.monotonic() > self._until + _LONGEST_BAN

    def adopted(self) -> Ban:
        """Return this for another event loop: a probe that the finished one had under way will not report."""
        self._probing = False
        return self
