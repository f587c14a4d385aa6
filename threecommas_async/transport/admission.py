"""Decides whether a call may be sent now: within the limits, and not during a ban."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import timedelta
from types import TracebackType
from typing import Final, Self, final

import attrs

from threecommas_async.errors import IpBannedError, NotSentError, RateLimitedError
from threecommas_async.transport.attempt import Response
from threecommas_async.transport.bans import Ban
from threecommas_async.transport.call import Call
from threecommas_async.transport.clock import Clock
from threecommas_async.transport.limits import Limit, Limiter, Limits, WaitTooLongError
from threecommas_async.transport.sharing import join_ban, join_limiter
from threecommas_async.transport.verdicts import Failure

# How long the API rejects requests after a 429, if neither a limit nor the response says.
_PAUSE: Final = timedelta(minutes=2)
_BANNED: Final = 418


@attrs.frozen
class _Gate:
    """What the clients of an event loop share: the limiter of a key, and the ban of the address."""

    limiter: Limiter | None
    ban: Ban
    leave: Callable[[], None]


@final
class Admission:
    """The gate that every attempt passes, and that learns from rejections.

    :param base_url: the API.
    :param api_key: the key by which the API counts requests; empty without one.
    :param limits: the limits to keep to, or None.
    """

    def __init__(self, base_url: str, api_key: str, limits: tuple[Limit, ...] | Limits | None, clock: Clock) -> None:
        self._base_url: Final = base_url
        self._api_key: Final = api_key
        self._limits: Final = limits
        self._clock: Final = clock
        self._shared: _Gate | None = None

    def turn(self, call: Call, deadline: float, max_wait: float) -> Turn:
        """Return the turn of one attempt: ``async with`` waits for it, for ``max_wait`` at most and until ``deadline``.

        :raises RateLimitedError: from ``async with``: the wait would be too long.
        :raises IpBannedError: from ``async with``: the address is banned.
        :raises NotSentError: from ``async with``: the turn came too late.
        :raises ValueError: an open client of the same key has other limits.
        """
        return Turn(self._gate(), call, deadline, max_wait, self._clock)

    def pause_of(self, call: Call) -> timedelta:
        """Return how long the API rejects requests after a 429 to this call, unless its response says."""
        limiter = self._gate().limiter
        return timedelta(seconds=limiter.pause_of(call.route)) if limiter is not None else _PAUSE

    async def heed(self, failure: Failure, left: float) -> None:
        """Note a 429 or 418, so that calls that would be rejected, too, are not sent.

        :param left: the seconds that the call has left; noting it may take no longer.
        """
        error, gate = failure.error, self._gate()
        if isinstance(error, IpBannedError):
            lasts = gate.ban.begin((error.retry_at - self._clock.now()).total_seconds())
            error.retry_at = self._clock.now() + timedelta(seconds=lasts)
        elif isinstance(error, RateLimitedError) and gate.limiter is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(left, 0.0)):
                    await gate.limiter.close_gate((error.retry_at - self._clock.now()).total_seconds())

    def wait_after(self, error: RateLimitedError, patience: float) -> float | None:
        """Return how long a rejected call should wait before it is sent again, or None if its caller will not wait."""
        wait = (error.retry_at - self._clock.now()).total_seconds()
        return max(wait, 0.0) if self._limits is not None and wait < patience else None

    def banned_for(self) -> float:
        """Return for how many seconds the API may not be asked, because of a ban."""
        return self._gate().ban.remaining()

    def slack_in(self, route: str) -> float:
        """Return in how many seconds a request would leave some of its limit to others, as far as is known here."""
        limiter = self._gate().limiter
        return 0.0 if limiter is None else limiter.own.slack_in(route)

    def leave(self) -> None:
        """Leave what is shared."""
        shared, self._shared = self._shared, None
        if shared is not None:
            shared.leave()

    def _gate(self) -> _Gate:
        """Return what is shared; the first call joins it, since it belongs to the running event loop."""
        if self._shared is None:
            limiter, leave_limiter = None, _do_nothing
            if self._limits is not None:
                limiter, leave_limiter = join_limiter(self._base_url, self._api_key, self._limits, self._clock)
            ban, leave_ban = join_ban(self._base_url, self._clock)

            def leave() -> None:
                leave_limiter()
                leave_ban()

            self._shared = _Gate(limiter, ban, leave)
        return self._shared


@final
class Turn:
    """One attempt's turn. :meth:`saw` notes its response, which decides a ban's probe."""

    __slots__ = ("_call", "_clock", "_deadline", "_gate", "_max_wait", "_probes", "_response")

    def __init__(self, gate: _Gate, call: Call, deadline: float, max_wait: float, clock: Clock) -> None:
        self._gate: Final = gate
        self._call: Final = call
        self._deadline: Final = deadline
        self._max_wait: Final = max_wait
        self._clock: Final = clock
        self._probes = False
        self._response: Response | None = None

    def saw(self, response: Response) -> None:
        """Note the response of the attempt."""
        self._response = response

    async def __aenter__(self) -> Self:
        gate = self._gate
        if gate.ban.is_on:
            self._heed_ban()
        if gate.limiter is not None and not gate.limiter.take(self._call.route):
            await self._wait(gate.limiter)
            self._heed_ban()
        self._probes = gate.ban.is_on and gate.ban.admit()
        return self

    async def __aexit__(
        self, exception_type: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._probes and (self._response is None or self._response.status != _BANNED):
            self._gate.ban.probed(answered=self._response is not None)

    async def _wait(self, limiter: Limiter) -> None:
        call, wait = self._call, 0.0
        left = max(self._deadline - self._clock.monotonic(), 0.0)
        try:
            # A limiter that asks Redis takes a moment for that, even if the caller is not willing to wait for a turn.
            async with asyncio.timeout(left):
                await limiter.acquire(
                    call.route, min(self._max_wait, left), lambda seconds: call.log_wait("the rate limit", seconds)
                )
            in_time = self._clock.monotonic() < self._deadline
        except WaitTooLongError as refusal:
            wait, in_time = refusal.wait, True
        except TimeoutError:
            in_time = False
        if wait:
            raise RateLimitedError(
                f"{call} was not sent: rate limit reached, next slot in {wait:.1f} s",
                retry_at=self._clock.now() + timedelta(seconds=wait),
                **call.details,
            )
        if not in_time:
            raise NotSentError(f"{call} was not sent: its turn did not come within its timeout", **call.details)

    def _heed_ban(self) -> None:
        wait = self._gate.ban.remaining()
        if wait:
            raise IpBannedError(
                f"{self._call} was not sent: 3Commas has banned this address, for about {wait:.0f} s more",
                retry_at=self._clock.now() + timedelta(seconds=wait),
                **self._call.details,
            )


def _do_nothing() -> None:
    return None
