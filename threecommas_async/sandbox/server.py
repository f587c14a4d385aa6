"""The server of the sandbox: from the socket to a handler and back."""

from __future__ import annotations

import logging
import secrets
import traceback
from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal, Self
from uuid import uuid4

from aiohttp import ClientSession, web
from aiohttp.typedefs import Handler
from attrs import frozen

from threecommas_async.sandbox.answers import Refusal, invalid, json_response, not_found, not_permitted
from threecommas_async.sandbox.authentication import authenticate
from threecommas_async.sandbox.calls import Call, Endpoint, State
from threecommas_async.sandbox.endpoints import ENDPOINTS
from threecommas_async.sandbox.keys import ALL_PERMISSIONS, KeyRing, SandboxKey
from threecommas_async.sandbox.parameters import Parameters

if TYPE_CHECKING:
    from types import TracebackType

    from threecommas_async.client import ThreeCommasClient

_PREFIX: Final = "/public/api"
_BIND: Final = {"127.0.0.1": "127.0.0.1", "localhost": "127.0.0.1", "::1": "::1"}
_SHUTDOWN_SECONDS: Final = 0.2
_REQUESTS_KEPT: Final = 10_000

_logger: Final = logging.getLogger("threecommas_async.sandbox")

# aiohttp's server logs what it could not parse or handle, headers and all: nothing of that gets out.
_nowhere: Final = logging.getLogger("threecommas_async.sandbox.aiohttp")
_nowhere.addFilter(lambda record: False)


def _utc_now() -> datetime:
    return datetime.now(UTC)


@frozen
class RequestRecord:
    """One request that reached the sandbox, without anything that could be a secret."""

    method: str
    path: str
    """The path, without its query string."""
    status: int
    time: datetime


class Sandbox:
    """An offline 3Commas on the loopback interface, for as long as an ``async with`` block lasts.

    It checks signatures, permissions and parameters, keeps the accounts it is given (of their secrets: nothing), and
    answers in the shapes and with the errors of the real service. Accounts and keys outlive the block: the same
    sandbox can be entered again, at another port if ``port`` is 0.

    :param host: ``127.0.0.1``, ``localhost`` or ``::1``; a sandbox is not reachable from other machines.
    :param port: 0 to take a free one.
    :param clock: where the time comes from; has to give aware datetimes.
    :raises ValueError: one of them is not what it should be.
    """

    requests: deque[RequestRecord]
    """The latest requests, oldest first, 10,000 at most. May be cleared."""

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0, clock: Callable[[], datetime] = _utc_now) -> None:
        if host not in _BIND:
            raise ValueError(f"host must be one of {', '.join(_BIND)}, not {host!r}: a sandbox stays on this machine")
        if not 0 <= port <= 65535:
            raise ValueError(f"port must be between 0 and 65535, not {port}")
        if clock().tzinfo is None:
            raise ValueError("clock must give aware datetimes, such as datetime.now(UTC)")
        self._host: Final = _BIND[host]
        self._port: Final = port
        self._clock: Final = clock
        self._keys: Final = KeyRing()
        self._state: Final = State()
        self._runner: web.AppRunner | None = None
        self.requests = deque(maxlen=_REQUESTS_KEPT)

    def __repr__(self) -> str:
        return f"<Sandbox {'not running' if self._runner is None else self.url}>"

    @property
    def url(self) -> str:
        """The base URL for clients, ``/public/api`` included.

        :raises RuntimeError: the sandbox is not running.
        """
        if self._runner is None or not self._runner.addresses:
            raise RuntimeError("the sandbox is not running: it has a URL inside its 'async with' block only")
        host, port, *_ = self._runner.addresses[0]
        return f"http://{f'[{host}]' if ':' in host else host}:{port}{_PREFIX}"

    def add_key(
        self,
        *,
        api_key: str | None = None,
        secret: str | None = None,
        public_key: str | bytes | None = None,
        permissions: Iterable[str] = ALL_PERMISSIONS,
    ) -> SandboxKey:
        """Let the sandbox know an API key.

        :param api_key: random when not given.
        :param secret: the HMAC secret; random when neither it nor ``public_key`` is given.
        :param public_key: the public half of an RSA key in PEM form, for a key whose requests are signed with RSA.
        :param permissions: what the key is allowed to do, see :class:`Permission`; everything when not given.
        :raises ValueError: one of them is not what it should be, or the sandbox has this ``api_key`` already.
        """
        return self._keys.add(api_key, secret, public_key, permissions)

    def client(
        self,
        *,
        session: ClientSession | None = None,
        timeout: float = 30.0,
        mode: Literal["paper", "real"] | None = None,
    ) -> ThreeCommasClient:
        """Return a client of this sandbox with a fresh key that may do everything.

        The parameters are those of :class:`~threecommas_async.ThreeCommasClient`; closing the client is up to you.

        :raises RuntimeError: the sandbox is not running.
        """
        url = self.url
        from threecommas_async.client import ThreeCommasClient

        credentials = self.add_key().credentials()
        return ThreeCommasClient(credentials, base_url=url, session=session, timeout=timeout, mode=mode)

    async def __aenter__(self) -> Self:
        if self._runner is not None:
            raise RuntimeError("the sandbox is running already")
        runner = web.AppRunner(
            self._application(), access_log=None, logger=_nowhere, shutdown_timeout=_SHUTDOWN_SECONDS
        )
        self._runner = runner
        try:
            await runner.setup()
            await web.TCPSite(runner, self._host, self._port).start()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    async def _stop(self) -> None:
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    def _application(self) -> web.Application:
        # From the outside in. What limits or disturbs requests before they are understood has its place in this list.
        application = web.Application(middlewares=[self._record, _speak_json])
        for endpoint in ENDPOINTS:
            application.router.add_route(endpoint.method, _PREFIX + endpoint.path, self._handler(endpoint))
        return application

    def _handler(self, endpoint: Endpoint) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            body = await request.read()
            if endpoint.signed:
                key = authenticate(request, body, self._keys)
                if endpoint.permission is not None and endpoint.permission not in key.permissions:
                    raise not_permitted()
            parameters = Parameters.of(request, body)
            document = endpoint.answer(Call(self._state, request.match_info, parameters, self._clock()))
            return json_response(endpoint.status, document)

        return handle

    @web.middleware
    async def _record(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        response.headers["X-Request-Id"] = str(uuid4())
        response.headers["Cf-Ray"] = f"{secrets.token_hex(8)}-SBX"
        path = request.raw_path.partition("?")[0]
        self.requests.append(RequestRecord(request.method, path, response.status, self._clock()))
        return response


@web.middleware
async def _speak_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Refusal as refusal:
        status, document = refusal.status, refusal.document()
    except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
        status, document = 404, not_found().document()
    except web.HTTPException as error:
        status, document = error.status, {"error": error.reason}
    except (web.RequestPayloadError, ConnectionError):
        status, document = 400, invalid().document()
    except Exception as error:  # noqa: BLE001
        # A fault of the sandbox. Where it happened is told, its text is not: that may quote the request.
        place = "".join(traceback.format_tb(error.__traceback__))
        _logger.error("The sandbox failed with %s:\n%s", type(error).__name__, place)  # noqa: TRY400
        status, document = 500, {"error": "unknown_error"}
    return json_response(status, document)
