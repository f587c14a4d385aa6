"""Fault injection: responses, delays and broken connections in place of, or around, a sandbox's own responses."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from typing import Final, Literal

from threecommas_async.sandbox.http.disturbances import (
    Disturbance,
    delayed,
    dropped,
    duplicated,
    postponed,
    replaced,
    truncated,
)
from threecommas_async.sandbox.http.faults import AppliedFault, FaultKind, FaultQueue, Plan, PlannedFault
from threecommas_async.sandbox.http.gateway import error_inside, gateway_page, plan_refusal, usual_answer
from threecommas_async.sandbox.http.routes import check_target
from threecommas_async.sandbox.reference.endpoints import WEBHOOKS
from threecommas_async.transport.clock import Clock


class Faults:
    """Fault injection: what is to go wrong with the next requests.

    Each request meets at most one fault: the first planned one that matches it and is not used up. So a script of
    failures is written in order::

        sandbox.faults.fail_next(502, times=2)
        sandbox.faults.drop_next(before_processing=False, method="POST")

    Parameters that all methods share:

    - ``times``: how many requests meet the fault.
    - ``method``, ``path``: match only requests with this verb, and with this path below the base URL, or with the path
      of a webhook, such as ``"/trade_signal/trading_view"``. In a path, ``{...}`` is one segment and ``*`` is anything:
      ``"/ver1/accounts/{account_id}"``, ``"/ver1/*"``. A verb or path that neither an endpoint of the API nor a webhook
      has raises ``ValueError``.
    - ``before_processing``: if true, the request is not carried out; if false, it is carried out first, so that only
      the response is lost.

    Requests that a rate limit rejects meet no fault.

    :ivar applied: the faults that were met, oldest first; the latest 10,000. May be cleared.
    """

    applied: deque[AppliedFault]

    def __init__(self, queue: FaultQueue, clock: Clock) -> None:
        self._queue: Final = queue
        self._clock: Final = clock
        self.applied = queue.applied

    @property
    def pending(self) -> int:
        """The number of requests that are still to meet a fault."""
        return sum(fault.remaining for fault in self._queue.planned)

    @property
    def planned(self) -> list[PlannedFault]:
        """The faults that are still to be met, in order."""
        return self._queue.planned

    def clear(self) -> None:
        """Drop all planned faults; ``applied`` is kept."""
        self._queue.clear()

    def fail_next(
        self,
        status: int = 502,
        *,
        times: int = 1,
        body: Mapping[str, object] | str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        before_processing: bool = True,
        method: str | None = None,
        path: str | None = None,
    ) -> None:
        """Respond with a status.

        :param body: a mapping is sent as JSON, a text unchanged; by default the usual body of 3Commas, or of the
            gateway in front of it, for this status. A 429 is a rate limit, a 418 a ban, both without consequences.
        :param headers: further headers, such as ``{"Retry-After": "7"}``.
        """
        answer = usual_answer(_checked_status(status), body, dict(headers or {}))
        disturb = replaced(answer, processed=not before_processing)
        self._plan("fail", disturb, times, method, path, processed=not before_processing)

    def html_next(
        self,
        status: int = 502,
        *,
        times: int = 1,
        before_processing: bool = True,
        method: str | None = None,
        path: str | None = None,
    ) -> None:
        """Respond with the HTML page of a gateway, with any status, even 200."""
        disturb = replaced(gateway_page(_checked_status(status)), processed=not before_processing)
        self._plan("html", disturb, times, method, path, processed=not before_processing)

    def error_inside_200_next(
        self,
        error: object = None,
        *,
        times: int = 1,
        before_processing: bool = True,
        method: str | None = None,
        path: str | None = None,
    ) -> None:
        """Respond with 200 and ``{"error": error}``; by default the error is ``{"status_code": 502}``."""
        disturb = replaced(error_inside(error), processed=not before_processing)
        self._plan("error_inside", disturb, times, method, path, processed=not before_processing)

    def plan_next(
        self,
        request_type: Literal["read", "write"] = "read",
        *,
        times: int = 1,
        method: str | None = None,
        path: str | None = None,
    ) -> None:
        """Respond with the 429 that is about the subscription plan: waiting does not help."""
        disturb = replaced(plan_refusal(request_type), processed=False)
        self._plan("plan", disturb, times, method, path, processed=False)

    def drop_next(
        self,
        *,
        times: int = 1,
        before_processing: bool = True,
        method: str | None = None,
        path: str | None = None,
    ) -> None:
        """Close the connection without a response."""
        disturb = dropped(processed=not before_processing)
        self._plan("drop", disturb, times, method, path, processed=not before_processing)

    def delay_next(
        self,
        seconds: float,
        *,
        times: int = 1,
        before_processing: bool = True,
        method: str | None = None,
        path: str | None = None,
    ) -> None:
        """Wait, and respond as usual. The request is carried out in any case, even if its sender has disconnected.

        :param seconds: how long to wait.
        :param before_processing: whether to wait before or after carrying it out.
        """
        if not 0 <= seconds < math.inf:
            raise ValueError(f"seconds must be a finite number of at least 0, not {seconds}")
        disturb = delayed(seconds, self._clock, first=before_processing)
        self._plan("delay", disturb, times, method, path, processed=True)

    def truncate_next(
        self,
        keep: int | None = None,
        *,
        times: int = 1,
        method: str | None = None,
        path: str | None = None,
    ) -> None:
        """Carry out the request, send the head and the beginning of the body of the response, and close the connection.

        :param keep: how many bytes of the body to send, but never all; by default half of them.
        """
        if keep is not None and keep < 0:
            raise ValueError(f"keep must be at least 0, not {keep}")
        self._plan("truncate", truncated(keep), times, method, path, processed=True)

    def duplicate_next(self, *, times: int = 1, method: str | None = None, path: str | None = None) -> None:
        """Carry out the request twice, and send one response, as if it had been delivered twice on the way."""
        self._plan("duplicate", duplicated(), times, method, path, processed=True)

    def postpone_next(self, seconds: float, *, times: int = 1, path: str | None = None) -> None:
        """Respond to a signal at once, and carry it out later. For the webhooks only.

        :param seconds: how much later, on top of the delay that the signal asks for.
        """
        if not 0 <= seconds < math.inf:
            raise ValueError(f"seconds must be a finite number of at least 0, not {seconds}")
        if path is not None and path not in WEBHOOKS:
            raise ValueError(f"path must be one of {', '.join(WEBHOOKS)}, not {path!r}")
        self._plan("postpone", postponed(seconds), times, None, path, processed=True)

    def _plan(
        self,
        kind: FaultKind,
        disturb: Disturbance,
        times: int,
        method: str | None,
        path: str | None,
        *,
        processed: bool,
    ) -> None:
        if times < 1:
            raise ValueError(f"times must be at least 1, not {times}")
        verb = None if method is None else method.upper()
        check_target(verb, path)
        self._queue.add(Plan(kind, disturb, processed, times, verb, path))


def _checked_status(status: int) -> int:
    if not 200 <= status <= 599:
        raise ValueError(f"status must be between 200 and 599, not {status}")
    return status
