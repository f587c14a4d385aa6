"""Decides whether a failed attempt is repeated, and after which pause."""

from __future__ import annotations

import enum
import random
from typing import Final, final


class Repeat(enum.Enum):
    """How far a failed attempt may be repeated."""

    NEVER = enum.auto()
    """Repeating would not help, or could do the work twice."""
    UNSENT = enum.auto()
    """No byte was sent: reads and writes may be repeated, twice."""
    READ = enum.auto()
    """A read got no response, or a server error: it may be repeated."""
    CUT_SHORT = enum.auto()
    """A read got an incomplete response: it may be repeated once."""


_MOST: Final = {Repeat.NEVER: 0, Repeat.UNSENT: 2, Repeat.READ: 3, Repeat.CUT_SHORT: 1}
_FIRST_PAUSE: Final = 0.25
_LONGEST_PAUSE: Final = 8.0
_BUDGET: Final = 10.0
_EARNED_BY_SUCCESS: Final = 0.1


@final
class Retries:
    """The pauses between attempts, and a retry budget over all calls of a client.

    Pauses have full jitter: anything from 0 to a bound that doubles with each attempt. The budget keeps retries from
    amplifying an outage: each retry costs 1, each success gives back a tenth, up to 10.
    """

    __slots__ = ("_budget", "_random")

    def __init__(self, rng: random.Random | None = None) -> None:
        self._random: Final = rng or random.SystemRandom()
        self._budget = _BUDGET

    def pause(self, repeat: Repeat, attempt: int) -> float | None:
        """Return the seconds to wait before the next attempt, or None if the call is not to be repeated.

        :param attempt: how many attempts have been made.
        """
        if attempt > _MOST[repeat] or self._budget < 1:
            return None
        self._budget -= 1
        return self._random.uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** (attempt - 1)))

    def succeeded(self) -> None:
        """Note a successful call."""
        if self._budget < _BUDGET:
            self._budget = min(_BUDGET, self._budget + _EARNED_BY_SUCCESS)
