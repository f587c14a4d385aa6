"""How a fault is carried out: one function for each way in which a request, or its response, can fail."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from aiohttp import web
from aiohttp.typedefs import Handler

from threecommas_async.sandbox.http.webhooks import POSTPONED
from threecommas_async.transport.clock import Clock

Disturbance = Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]
MakeResponse = Callable[[], web.Response]


class NoAnswer(web.Response):
    """Stands in for the response when the connection was closed instead."""


def replaced(answer: MakeResponse, *, processed: bool) -> Disturbance:
    """Send another response."""

    async def disturb(request: web.Request, handler: Handler) -> web.StreamResponse:
        if processed:
            await handler(request)
        return answer()

    return disturb


def dropped(*, processed: bool) -> Disturbance:
    """Close the connection."""

    async def disturb(request: web.Request, handler: Handler) -> web.StreamResponse:
        if processed:
            await handler(request)
        if request.transport is not None:
            request.transport.close()
        return NoAnswer()

    return disturb


def delayed(seconds: float, clock: Clock, *, first: bool) -> Disturbance:
    """Wait before or after the request is carried out."""

    async def disturb(request: web.Request, handler: Handler) -> web.StreamResponse:
        if first:
            await clock.sleep(seconds)
            return await handler(request)
        response = await handler(request)
        await clock.sleep(seconds)
        return response

    return disturb


def duplicated() -> Disturbance:
    """Carry the request out twice, and send the second response."""

    async def disturb(request: web.Request, handler: Handler) -> web.StreamResponse:
        await handler(request)
        return await handler(request)

    return disturb


def postponed(seconds: float) -> Disturbance:
    """Respond at once, and carry the signal out later."""

    async def disturb(request: web.Request, handler: Handler) -> web.StreamResponse:
        request[POSTPONED] = timedelta(seconds=seconds)
        return await handler(request)

    return disturb


def truncated(keep: int | None) -> Disturbance:
    """Send a part of the body and close the connection."""

    async def disturb(request: web.Request, handler: Handler) -> web.StreamResponse:
        whole = await handler(request)
        body = whole.body if isinstance(whole, web.Response) else None
        if not isinstance(body, bytes) or not body:
            return whole
        kept = len(body) // 2 if keep is None else min(keep, len(body) - 1)
        response = web.StreamResponse(status=whole.status, headers=whole.headers)
        response.content_length = len(body)
        await response.prepare(request)
        await response.write(body[:kept])
        if request.transport is not None:
            request.transport.close()
        return response

    return disturb
