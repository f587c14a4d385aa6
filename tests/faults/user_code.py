"""What programs put between the client and aiohttp, and how it misbehaves: middlewares and trace hooks."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable, Generator
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any, Final, cast

import aiohttp
import attrs
from aiohttp import ClientHandlerType, ClientMiddlewareType, ClientRequest, ClientResponse, hdrs
from aiohttp.base_protocol import BaseProtocol
from aiohttp.client_reqrep import ConnectionKey
from aiohttp.helpers import TimerNoop
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

Raise = Callable[[], BaseException]


class UserError(Exception):
    """Raised by code that is not the library's."""


_KEY: Final = ConnectionKey("collector.invalid", 443, True, True, None, None, None)
_URL: Final = URL("https://collector.invalid/")
_REQUEST: Final = aiohttp.RequestInfo(_URL, "POST", CIMultiDictProxy(CIMultiDict[str]()), _URL)


def _certificate_error() -> ssl.SSLCertVerificationError:
    return ssl.SSLCertVerificationError(1, "certificate verify failed")


OWN: Final[dict[str, Raise]] = {
    "an exception of its own": lambda: UserError("broken"),
    "RuntimeError": lambda: RuntimeError("Session is closed"),
    "LookupError": lambda: LookupError("no such thing"),
    "UnicodeDecodeError": lambda: UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
    "StopAsyncIteration": lambda: StopAsyncIteration(),
    "an exception group": lambda: ExceptionGroup("several", [UserError("one"), OSError(5, "two")]),
}
"""Exceptions that neither aiohttp nor the operating system raises."""

SYSTEM: Final[dict[str, Raise]] = {
    "OSError": lambda: OSError(28, "No space left on device"),
    "ConnectionRefusedError": lambda: ConnectionRefusedError(111, "Connection refused"),
    "BrokenPipeError": lambda: BrokenPipeError(32, "Broken pipe"),
    "TimeoutError": lambda: TimeoutError(),
    "TimeoutError of the system": lambda: TimeoutError(110, "Connection timed out"),
    "ssl.SSLError": lambda: ssl.SSLError(1, "wrong version number"),
}
"""Exceptions that aiohttp takes for its own ones, or turns into them."""

AIOHTTP: Final[dict[str, Raise]] = {
    "ClientConnectorError": lambda: aiohttp.ClientConnectorError(_KEY, OSError(111, "Connection refused")),
    "ClientConnectorDNSError": lambda: aiohttp.ClientConnectorDNSError(_KEY, OSError(-2, "Name not known")),
    "ClientProxyConnectionError": lambda: aiohttp.ClientProxyConnectionError(_KEY, OSError(111, "refused")),
    "ConnectionTimeoutError": lambda: aiohttp.ConnectionTimeoutError("Connection timeout to host"),
    "SocketTimeoutError": lambda: aiohttp.SocketTimeoutError("Timeout on reading data from socket"),
    "ServerTimeoutError": lambda: aiohttp.ServerTimeoutError("timed out"),
    "ClientConnectorSSLError": lambda: aiohttp.ClientConnectorSSLError(_KEY, ssl.SSLError(1, "wrong version number")),
    "ClientConnectorCertificateError": lambda: aiohttp.ClientConnectorCertificateError(_KEY, _certificate_error()),
    "ServerFingerprintMismatch": lambda: aiohttp.ServerFingerprintMismatch(b"1", b"2", "collector.invalid", 443),
    "ClientHttpProxyError": lambda: aiohttp.ClientHttpProxyError(_REQUEST, (), status=502, message="Bad Gateway"),
    "ClientResponseError": lambda: aiohttp.ClientResponseError(_REQUEST, (), status=404, message="Not Found"),
    "ContentTypeError": lambda: aiohttp.ContentTypeError(_REQUEST, (), status=400, message="unexpected mimetype"),
    "TooManyRedirects": lambda: aiohttp.TooManyRedirects(_REQUEST, ()),
    "InvalidURL": lambda: aiohttp.InvalidURL("http://["),
    "ServerDisconnectedError": lambda: aiohttp.ServerDisconnectedError(),
    "ClientOSError": lambda: aiohttp.ClientOSError(104, "Connection reset by peer"),
    "ClientConnectionResetError": lambda: aiohttp.ClientConnectionResetError("Cannot write to closing transport"),
    "ClientConnectionError": lambda: aiohttp.ClientConnectionError("Connector is closed."),
    "ClientPayloadError": lambda: aiohttp.ClientPayloadError("Response payload is not completed"),
    "ClientError": lambda: aiohttp.ClientError("broken"),
}
"""aiohttp's exceptions, as work of the user's own with another host raises them."""

ERRORS: Final = {**OWN, **SYSTEM, **AIOHTTP}
MEANS_CONNECTING: Final = frozenset(
    {
        "ClientConnectorError",
        "ClientConnectorDNSError",
        "ClientProxyConnectionError",
        "ConnectionTimeoutError",
        "ClientConnectorSSLError",
        "ClientConnectorCertificateError",
        "ServerFingerprintMismatch",
        "ClientHttpProxyError",
        "InvalidURL",
    }
)
"""Those that say, where aiohttp raises them for the request itself, that no byte of it left."""


async def passes(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    """A middleware that does nothing."""
    return await handler(request)


def before(error: Raise) -> ClientMiddlewareType:
    async def middleware(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        raise error()

    return middleware


def after(error: Raise) -> ClientMiddlewareType:
    """Fails in its own work with a response that it was given."""

    async def middleware(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        await handler(request)
        raise error()

    return middleware


def translates(error: Raise) -> ClientMiddlewareType:
    """Puts an exception of its own in the place of any other."""

    async def middleware(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        try:
            return await handler(request)
        except Exception as original:
            raise error() from original

    return middleware


def retries_on_exception(times: int = 2) -> ClientMiddlewareType:
    async def middleware(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        for _ in range(times):
            with contextlib.suppress(Exception):
                return await handler(request)
        return await handler(request)

    return middleware


def retries_on_status(times: int = 2) -> ClientMiddlewareType:
    async def middleware(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        response = await handler(request)
        for _ in range(times):
            if response.status < 300:
                break
            response = await handler(request)
        return response

    return middleware


def retries_on_anything(times: int = 2) -> ClientMiddlewareType:
    """Takes neither an exception nor a status for an answer."""
    on_status, on_exception = retries_on_status(times), retries_on_exception(times)

    async def middleware(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        async def inner(request: ClientRequest) -> ClientResponse:
            return await on_exception(request, handler)

        return await on_status(request, inner)

    return middleware


async def repeats(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    """Sends everything twice."""
    await handler(request)
    return await handler(request)


async def repeats_and_takes_the_first(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    first = await handler(request)
    with contextlib.suppress(Exception):
        await handler(request)
    return first


async def hedges(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    """Sends everything twice at the same time, and takes what succeeds first."""
    tasks = [asyncio.ensure_future(handler(request)) for _ in range(2)]
    try:
        for response in asyncio.as_completed(tasks):
            with contextlib.suppress(Exception):
                return await response
        return tasks[0].result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def abandons(error: Raise, left: set[asyncio.Future[ClientResponse]], *, turns: int = 0) -> ClientMiddlewareType:
    """Loses its patience with a request that it does not cancel, as ``wait_for(shield(...))`` does.

    :param left: what it leaves behind.
    """

    async def middleware(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        task = asyncio.ensure_future(handler(request))
        left.add(task)
        for _ in range(turns):
            await asyncio.sleep(0)
        raise error()

    return middleware


async def runs_in_a_task(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    return await asyncio.create_task(cast("Any", handler(request)))


async def raises_for_status(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    response = await handler(request)
    response.raise_for_status()
    return response


async def logs(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    """Looks at everything, and touches nothing."""
    response = await handler(request)
    f"{request!r} {response!r} {request.url} {dict(response.headers)} {response.status} {response.reason}"
    return response


async def _text(response: ClientResponse) -> None:
    await response.text()


async def _json(response: ClientResponse) -> None:
    await response.json(content_type=None)


async def _read(response: ClientResponse) -> None:
    await response.read()


async def _read_twice(response: ClientResponse) -> None:
    await response.read()
    await response.text(errors="replace")


async def _iterate(response: ClientResponse) -> None:
    async for _ in response.content.iter_any():
        pass


async def _iterate_in_pieces(response: ClientResponse) -> None:
    async for _ in response.content.iter_chunked(7):
        pass


async def _read_a_line(response: ClientResponse) -> None:
    await response.content.readline()


async def _release(response: ClientResponse) -> None:
    response.release()


async def _close(response: ClientResponse) -> None:
    response.close()


READERS: Final[dict[str, Callable[[ClientResponse], Awaitable[None]]]] = {
    "text": _text,
    "json": _json,
    "read": _read,
    "read twice": _read_twice,
    "iterate": _iterate,
    "iterate in pieces": _iterate_in_pieces,
    "read a line": _read_a_line,
    "release": _release,
    "close": _close,
}
"""What a middleware may do with the body of a response, and should change nothing by."""


def reads(how: str) -> ClientMiddlewareType:
    read = READERS[how]

    async def middleware(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        response = await handler(request)
        await read(response)
        return response

    return middleware


def sleeps(*, first: float = 0.0, then: float = 0.0) -> ClientMiddlewareType:
    """Takes its time before and after the request."""

    async def middleware(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        await asyncio.sleep(first)
        response = await handler(request)
        await asyncio.sleep(then)
        return response

    return middleware


def answers_itself(status: int, body: bytes) -> ClientMiddlewareType:
    """Sends nothing, as a cache does."""

    async def middleware(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        return made_up(request, status, body)

    return middleware


def replaces(status: int, body: bytes) -> ClientMiddlewareType:
    """Returns another response than the one that came."""

    async def middleware(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        await handler(request)
        return made_up(request, status, body)

    return middleware


def made_up(request: ClientRequest, status: int, body: bytes) -> ClientResponse:
    """Build a response that no server sent."""
    loop = asyncio.get_running_loop()
    response = ClientResponse(
        request.method,
        request.url,
        writer=None,
        continue100=None,
        timer=TimerNoop(),
        request_info=request.request_info,
        traces=[],
        loop=loop,
        session=cast("Any", None),
        stream_writer=cast("Any", SimpleNamespace(output_size=0)),
    )
    response.status = status
    response.reason = "Made Up"
    response._headers = CIMultiDictProxy(CIMultiDict({hdrs.CONTENT_TYPE: "application/json"}))
    response._raw_headers = ()
    response.content = aiohttp.StreamReader(BaseProtocol(loop), 65536, loop=loop)
    response.content.feed_data(body)
    response.content.feed_eof()
    return response


BEFORE_SENDING: Final = (
    "request_start",
    "connection_queued_start",
    "connection_queued_end",
    "connection_create_start",
    "connection_create_end",
    "connection_reuseconn",
    "dns_resolvehost_start",
    "dns_resolvehost_end",
    "dns_cache_hit",
    "dns_cache_miss",
)
"""The signals that aiohttp sends before it hands a request to a connection."""
AFTER_SENDING: Final = ("request_headers_sent", "request_chunk_sent", "response_chunk_received", "request_end")
"""The signals that it sends once it has."""
SIGNALS: Final = (*BEFORE_SENDING, *AFTER_SENDING, "request_exception", "request_redirect")


def hook(signal: str, error: Raise) -> aiohttp.TraceConfig:
    """A trace configuration that raises at one signal."""

    async def raise_(*_: object) -> None:
        raise error()

    config = aiohttp.TraceConfig()
    getattr(config, f"on_{signal}").append(raise_)
    return config


def hooks(react: Callable[[str], Awaitable[None]]) -> aiohttp.TraceConfig:
    """A trace configuration that has every signal named to ``react``."""
    config = aiohttp.TraceConfig()

    def listener(signal: str) -> Callable[..., Awaitable[None]]:
        async def listen(*_: object) -> None:
            await react(signal)

        return listen

    for signal in SIGNALS:
        getattr(config, f"on_{signal}").append(listener(signal))
    return config


@attrs.define
class Meddler:
    """What user code does to one call: at most one thing in a middleware, and one in a trace hook.

    :ivar error: what it raises, if it does.
    :ivar repeats: whether it may send more than once.
    :ivar makes_up: whether it may return a response that no server sent.
    :ivar sleeps: whether it takes its time.
    :ivar raised: what it has raised.
    :ivar left: the requests that it has left behind.
    """

    name: str
    middleware: ClientMiddlewareType | None = None
    signal: str = ""
    error: Raise | None = None
    repeats: bool = False
    makes_up: bool = False
    sleeps: bool = False
    raised: list[BaseException] = attrs.Factory(list[BaseException])
    left: set[asyncio.Future[ClientResponse]] = attrs.Factory(set[asyncio.Future[ClientResponse]])

    @property
    def dawdles(self) -> bool:
        """Whether it may catch the end of the call's time, and take more of it."""
        return self.sleeps and self.repeats

    async def clear_away(self) -> None:
        """Have an end of what was left behind, after it has had its chance."""
        if self.left:
            for _ in range(40):
                await asyncio.sleep(0)
            for task in self.left:
                task.cancel()
            await asyncio.gather(*self.left, return_exceptions=True)
            self.left.clear()

    def raising(self) -> BaseException:
        assert self.error is not None
        self.raised.append(self.error())
        return self.raised[-1]


MEDDLER: Final[ContextVar[Meddler | None]] = ContextVar("MEDDLER", default=None)
"""Who meddles with the call that is under way here."""


@contextlib.contextmanager
def meddling(meddler: Meddler) -> Generator[None]:
    """Let ``meddler`` do what it does to the calls that are made inside."""
    token = MEDDLER.set(meddler)
    try:
        yield
    finally:
        MEDDLER.reset(token)


async def meddles(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    """A middleware that leaves it to the call's :data:`MEDDLER`."""
    meddler = MEDDLER.get()
    middleware = meddler.middleware if meddler is not None else None
    return await (middleware or passes)(request, handler)


def meddling_hooks() -> aiohttp.TraceConfig:
    """Trace hooks that leave it to the call's :data:`MEDDLER`."""

    async def react(signal: str) -> None:
        meddler = MEDDLER.get()
        if meddler is not None and meddler.signal == signal:
            raise meddler.raising()

    return hooks(react)
