"""The aiohttp application of a sandbox: from a request to its handler and back."""

from __future__ import annotations

import logging
import secrets
import traceback
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol

from aiohttp import web
from aiohttp.typedefs import Handler
from attrs import frozen

from threecommas_async.sandbox.http.answers import json_response
from threecommas_async.sandbox.http.authentication import authenticate
from threecommas_async.sandbox.http.cable import CableServer
from threecommas_async.sandbox.http.disturbances import NoAnswer
from threecommas_async.sandbox.http.faults import FaultQueue
from threecommas_async.sandbox.http.gateway import gateway_page, over_limit
from threecommas_async.sandbox.http.limits import Enforcement
from threecommas_async.sandbox.http.parameters import parameters_of
from threecommas_async.sandbox.http.refusals import Refusal, invalid, unknown_error
from threecommas_async.sandbox.http.requests import Endpoint, HandledRequest
from threecommas_async.sandbox.http.routes import PREFIX, path_below_base_url
from threecommas_async.sandbox.http.webhooks import Webhook
from threecommas_async.sandbox.reference.endpoints import WEBHOOKS
from threecommas_async.sandbox.state.platform import Platform
from threecommas_async.transport.clock import Clock

_logger: Final = logging.getLogger("threecommas_async.sandbox")


@frozen
class RequestRecord:
    """A request that reached the sandbox, without anything that could be a secret."""

    method: str
    path: str
    """The path, without its query string."""
    status: int | None
    """The status of the response; ``None`` if a fault closed the connection instead."""
    time: datetime


class Control(Protocol):
    """Handles requests that do not belong to the API."""

    def concerns(self, request: web.Request, /) -> bool: ...

    async def answer(self, request: web.Request, /) -> web.StreamResponse: ...


@frozen
class Application:
    """Builds the aiohttp application from the parts of a sandbox."""

    endpoints: Sequence[Endpoint]
    webhooks: Sequence[Webhook]
    clock: Clock
    platform: Platform
    enforcement: Enforcement
    send_retry_after: bool
    faults: FaultQueue
    requests: deque[RequestRecord]
    control: Control
    cable: CableServer

    def build(self) -> web.Application:
        # From the outside in: the websocket and the controls are not part of the API; everything else is recorded;
        # limits come before faults, so that a rejected request uses up no fault; a fault that changes the response must
        # find one, so a handler's errors become responses inside of it. Webhooks are not known to have limits.
        application = web.Application(
            middlewares=[self._control, self._record, _speak_json, self._limit, self._disturb, _speak_json]
        )
        application.on_response_prepare.append(_identify)
        for endpoint in self.endpoints:
            application.router.add_route(endpoint.method, PREFIX + endpoint.path, self._handler(endpoint))
        for webhook in self.webhooks:
            application.router.add_route("*", webhook.path, self._receiver(webhook))
        return application

    def _receiver(self, webhook: Webhook) -> Handler:
        async def receive(request: web.Request) -> web.StreamResponse:
            return await webhook.handle(request, self.platform, self.clock.now)

        return receive

    def _handler(self, endpoint: Endpoint) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            body = await request.read()
            if endpoint.signed:
                key = authenticate(request, body, self.platform.keys)
                if endpoint.permission is not None and endpoint.permission not in key.permissions:
                    raise endpoint.denied()
            parameters = parameters_of(request, body)
            now = self.clock.now()
            self.platform.trading.bring_to(now)
            document = endpoint.answer(HandledRequest(self.platform, request.match_info, parameters, now))
            return json_response(endpoint.status, self.cable.lagging(endpoint.path, document))

        return handle

    @web.middleware
    async def _control(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self.cable.concerns(request):
            return await self.cable.handle(request)
        return await (self.control.answer(request) if self.control.concerns(request) else handler(request))

    @web.middleware
    async def _record(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        status = None if isinstance(response, NoAnswer) else response.status
        path = request.raw_path.partition("?")[0]
        self.requests.append(RequestRecord(request.method, path, status, self.clock.now()))
        return response

    @web.middleware
    async def _limit(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        # A request counts, and meets a fault, once it has been received completely.
        await request.read()
        if not self.enforcement.enforces or request.path in WEBHOOKS:
            return await handler(request)
        api_key = request.headers.get("Apikey", "")
        address = request.remote or ""
        caller = f"key {api_key}" if self.platform.keys.find(api_key) else f"address {address}"
        now = self.clock.now()
        path = path_below_base_url(request.raw_path)
        over = self.enforcement.check(caller, address, request.method, path, now)
        if over is None:
            return await handler(request)
        return over_limit(over.status, over.until - now if self.send_retry_after else None)

    @web.middleware
    async def _disturb(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        return await self.faults.disturb(request, handler)


async def _identify(_: web.Request, response: web.StreamResponse) -> None:
    """Add the headers that 3Commas and the gateway in front of it add to every response."""
    response.headers["X-Request-Id"] = secrets.token_hex(16)
    response.headers["Cf-Ray"] = f"{secrets.token_hex(8)}-SBX"


@web.middleware
async def _speak_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Refusal as refusal:
        status, document = refusal.status, refusal.document()
    except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
        # There is no recording of what 3Commas sends where nothing is served; an HTML page is what web servers send.
        return gateway_page(404)()
    except web.HTTPException as error:
        status, document = error.status, {"error": error.reason}
    except (web.RequestPayloadError, ConnectionError):
        status, document = 400, invalid().document()
    except Exception as error:  # noqa: BLE001
        # A bug in the sandbox. Its place is logged, its text is not, since that may quote the request.
        place = "".join(traceback.format_tb(error.__traceback__))
        _logger.error("The sandbox failed with %s:\n%s", type(error).__name__, place)  # noqa: TRY400
        status, document = 500, {"error": unknown_error().error}
    return json_response(status, document)
