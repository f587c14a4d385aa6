"""The webhooks of signals: outside the API, without signatures, and with credentials in the message."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web
from attrs import field, frozen

from threecommas_async.sandbox.state.platform import Platform

POSTPONED: Final = web.RequestKey("postponed", timedelta)
"""How long after the response a signal is to be carried out."""


@frozen
class ReceivedMessage:
    """A message that has arrived."""

    platform: Platform
    body: bytes = field(repr=False)
    now: datetime
    postponed: timedelta


@frozen
class Webhook:
    """A webhook: its path, and the function that takes a message in or raises a ``Refusal``."""

    path: str
    receive: Callable[[ReceivedMessage], None]

    async def handle(self, request: web.Request, platform: Platform, now: Callable[[], datetime]) -> web.Response:
        """Take a message in. Assumption: the response to one that is taken in has no body."""
        if request.method != "POST":
            return web.Response(status=405, headers={"Allow": "POST"})
        body = await request.read()
        moment = now()
        platform.trading.bring_to(moment)
        self.receive(ReceivedMessage(platform, body, moment, request.get(POSTPONED, timedelta(0))))
        return web.Response()
