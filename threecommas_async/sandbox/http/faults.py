"""The queue of planned faults, and the record of applied ones."""

from __future__ import annotations

from collections import deque
from datetime import datetime
from typing import Final, Literal

from aiohttp import web
from aiohttp.typedefs import Handler
from attrs import define, frozen

from threecommas_async.sandbox.http.disturbances import Disturbance
from threecommas_async.sandbox.http.routes import path_below_base_url, path_pattern
from threecommas_async.sandbox.reference.endpoints import WEBHOOKS
from threecommas_async.transport.clock import Clock

FaultKind = Literal["fail", "html", "error_inside", "plan", "drop", "delay", "truncate", "duplicate", "postpone"]

_APPLIED_KEPT: Final = 10_000


@frozen
class PlannedFault:
    """A fault that is still to be met."""

    kind: FaultKind
    method: str | None
    path: str | None
    """The path, or pattern of one, below the base URL."""
    remaining: int
    """The number of requests that are still to meet it."""

    def __str__(self) -> str:
        if self.path is None:
            requests = "any request" if self.method is None else f"any {self.method} request"
        else:
            requests = f"any request of {self.path}" if self.method is None else f"{self.method} {self.path}"
        return f"{self.kind} for {requests} ({'once' if self.remaining == 1 else f'{self.remaining} times'})"


@frozen
class AppliedFault:
    """A fault that a request met."""

    kind: FaultKind
    method: str
    path: str
    """The path below the base URL, without its query string."""
    processed: bool
    """Whether the sandbox processed the request, so that a permitted write was carried out."""
    time: datetime


@define
class Plan:
    """What a fault does, to which requests, and how often still."""

    kind: FaultKind
    disturb: Disturbance
    processed: bool
    remaining: int
    method: str | None
    path: str | None

    def fits(self, method: str, path: str) -> bool:
        if self.method not in (None, method) or (self.kind == "postpone" and path not in WEBHOOKS):
            return False
        return self.path is None or path_pattern(self.path).fullmatch(path) is not None


class FaultQueue:
    """The faults of a sandbox, in the order in which they were planned.

    :ivar applied: those that were met, oldest first.
    """

    applied: deque[AppliedFault]

    def __init__(self, clock: Clock) -> None:
        self._clock: Final = clock
        self._plans: Final[list[Plan]] = []
        self.applied = deque(maxlen=_APPLIED_KEPT)

    @property
    def planned(self) -> list[PlannedFault]:
        """The faults that are still to be met."""
        return [PlannedFault(plan.kind, plan.method, plan.path, plan.remaining) for plan in self._plans]

    def add(self, plan: Plan) -> None:
        self._plans.append(plan)

    def clear(self) -> None:
        """Drop all planned faults."""
        self._plans.clear()

    async def disturb(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Handle a request, with the fault that is planned for it, if any."""
        path = path_below_base_url(request.raw_path)
        for plan in self._plans:
            if plan.fits(request.method, path):
                break
        else:
            return await handler(request)
        plan.remaining -= 1
        if not plan.remaining:
            self._plans.remove(plan)
        self.applied.append(AppliedFault(plan.kind, request.method, path, plan.processed, self._clock.now()))
        return await plan.disturb(request, handler)
