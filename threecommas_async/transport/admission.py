"""Whether a call may be sent now: within the limits, and not during a ban."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, final

from threecommas_async.errors import IpBannedError, RateLimitedError
from threecommas_async.transport.bans import Ban
from threecommas_async.transport.call import Call
from threecommas_async.transport.clock import Clock
from threecommas_async.transport.limits import Limiter, WaitTooLongError
from threecommas_async.transport.verdicts import Failure

_NOTABLE_WAIT: Final = 0.01
# How long the API refuses after a 429 or bans after a 418, where neither the limit nor the answer says.
_PAUSE: Final = timedelta(minutes=2)


@final
class Admission:
    """The gate that every attempt passes, and that learns from refusals.

    :param limiter: None if the client keeps to no limits.
    :param max_wait: the longest that a call may wait, in seconds.
    """

    def __init__(self, limiter: Limiter | None, ban: Ban, max_wait: float, clock: Clock) -> None:
        self._limiter: Final = limiter
        self._ban: Final = ban
        self._max_wait: Final = max_wait
        self._clock: Final = clock

    @property
    def is_open(self) -> bool:
        """Whether any call may be sent at any time."""
        return self._limiter is None and not self._ban.is_on

    async def admit(self, call: Call, deadline: float) -> bool:
        """Return when the call may be sent; tell whether it is the probe after a ban, which must report back.

        :raises RateLimitedError: that would take longer than ``max_wait``, or beyond ``deadline``.
        :raises IpBannedError: nothing may be sent.
        """
        self._heed_ban(call)
        if self._limiter is not None:
            await self._heed_limits(self._limiter, call, deadline)
            self._heed_ban(call)
        return self._ban.admit()

    def probed(self, *, answered: bool) -> None:
        """Note how the probe ended, unless by another 418: with an answer, or with none."""
        self._ban.probed(answered=answered)

    def pause_of(self, call: Call) -> timedelta:
        """Return for how long the API refuses after a 429 to this call, unless its answer says."""
        return timedelta(seconds=self._limiter.pause_of(call.route)) if self._limiter is not None else _PAUSE

    async def heed(self, failure: Failure, call: Call) -> None:
        """Hold back what would be refused as this call was."""
        error = failure.error
        if isinstance(error, IpBannedError):
            lasts = self._ban.begin((error.retry_at - self._clock.now()).total_seconds())
            error.retry_at = self._clock.now() + timedelta(seconds=lasts)
        elif isinstance(error, RateLimitedError) and self._limiter is not None:
            await self._limiter.close_gate(call.route, (error.retry_at - self._clock.now()).total_seconds())

    def wait_after(self, error: RateLimitedError, left: float) -> float | None:
        """Return how long a refused call should wait before it is sent again, or None if its caller will not wait."""
        wait = (error.retry_at - self._clock.now()).total_seconds()
        return wait if self._limiter is not None and wait < min(self._max_wait, left) else None

    async def _heed_limits(self, limiter: Limiter, call: Call, deadline: float) -> None:
        asked = self._clock.monotonic()
        wait = 0.0
        try:
            await limiter.acquire(call.route, min(self._max_wait, deadline - asked))
        except WaitTooLongError as refusal:
            wait = refusal.wait
        if wait:
            raise RateLimitedError(
                f"{call} was held back: within the limit of requests it may go out in {wait:.1f} s at the earliest",
                retry_at=self._clock.now() + timedelta(seconds=wait),
                method=call.method,
                path=call.path,
            )
        waited = self._clock.monotonic() - asked
        if waited >= _NOTABLE_WAIT:
            call.log_wait("the limit of requests", waited)

    def _heed_ban(self, call: Call) -> None:
        wait = self._ban.remaining()
        if wait:
            raise IpBannedError(
                f"{call} was held back: 3Commas has banned this address, for about {wait:.0f} s more",
                retry_at=self._clock.now() + timedelta(seconds=wait),
                method=call.method,
                path=call.path,
            )
