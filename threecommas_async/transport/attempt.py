"""The middleware that knows how far an attempt came, whatever user code in front of it does or raises."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, final

import aiohttp
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse, StreamReader, hdrs
from aiohttp.base_protocol import BaseProtocol

from threecommas_async.transport.bodies import UnreadableBodyError, read_body
from threecommas_async.transport.frames import drop_frames
from threecommas_async.transport.stray_answers import send_on_clean_connection

_BUFFER: Final = 2**16
_SWITCHING_PROTOCOLS: Final = 101


class ConnectionLostError(aiohttp.ClientConnectionError):
    """The connection broke after the request, or a part of it, had gone out.

    It stands in for aiohttp's own exceptions, of which some print headers, and on some of which aiohttp sends a GET,
    PUT or DELETE once more by itself.
    """


class MiddlewareFailedError(aiohttp.ClientConnectionError):
    """A middleware failed with an exception of aiohttp's on which aiohttp would send the request once more."""


class RepeatedWriteError(aiohttp.ClientError):
    """A middleware was about to send a write once more, although the API may have carried it out or is about to."""


class CallIsOverError(aiohttp.ClientError):
    """A request that a middleware left behind was about to be sent after its call had ended."""


@final
class Response:
    """A response as it came, its body read under a cap and decompressed.

    :ivar problem: why the body is not whole, if it is not.
    :ivar cut_short: whether that is because it ended early.
    :ivar came_late: whether that is because the time was over.
    :ivar is_word_of_api: whether the body was found to be JSON, or another text that the API is known to answer with. A
        2xx with anything else, a gateway's page among them, does not say that anything was done.
    :ivar replaces_another: whether a middleware gave it in place of what became of a request that was sent.
    """

    __slots__ = ("body", "came_late", "cut_short", "headers", "is_word_of_api", "problem", "replaces_another", "status")

    def __init__(self, status: int, headers: Mapping[str, str]) -> None:
        self.status: Final = status
        self.headers: Final = headers
        self.body = b""
        self.problem: str | None = None
        self.cut_short = False
        self.came_late = False
        self.is_word_of_api = False
        self.replaces_another = False

    @property
    def is_success(self) -> bool:
        """Whether the status is a 2xx."""
        return 200 <= self.status < 300

    @property
    def is_refusal(self) -> bool:
        """Whether the status says that nothing was done: 4xx, but for 408, which leaves that open."""
        return 400 <= self.status < 500 and self.status != 408

    @property
    def is_html(self) -> bool:
        """Whether the body is a page for people, as gateways send them."""
        return self.body.lstrip()[:1] == b"<" or "html" in self.headers.get(hdrs.CONTENT_TYPE, "").lower()

    @classmethod
    async def read(cls, raw: ClientResponse, cap: int) -> Response:
        """Read a response to its end, or to where it cannot be read any further."""
        response = cls(raw.status, raw.headers)
        chunks: list[bytes] = []
        try:
            await read_body(raw, cap, chunks)
        except TimeoutError:
            response.problem, response.cut_short, response.came_late = "its body did not come in time", True, True
        except (aiohttp.ClientError, OSError) as error:
            response.problem, response.cut_short = f"its body is cut short ({type(error).__name__})", True
            drop_frames(error)
        except UnreadableBodyError as error:
            response.problem, response.cut_short = str(error), error.cut_short
        response.body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        return response


@final
class Attempt:
    """One attempt of a call: the middleware behind the user's own, which has the request signed and sent.

    What the user's middlewares and trace hooks do (raise, retry, read the response, make one up) cannot change what it
    has seen. A write that the API may have carried out is not sent again, whoever asks.

    :param sign: signs a request, after a look at where it goes.
    :param keeps_readable: whether a middleware may want to read the response, too.
    :ivar started: whether aiohttp runs the middlewares at all, which a mock of the session does not.
    :ivar entered: whether the request came through the user's middlewares.
    :ivar handed_over: whether it was handed to a connection: from then on it may have been carried out.
    :ivar response: what came back last, if anything did.
    :ivar raw: aiohttp's object for it.
    :ivar signature: what the request was signed with, which no text may show.
    """

    __slots__ = (
        "_cap",
        "_is_over",
        "_keeps_readable",
        "_may_be_done",
        "_reading",
        "_sign",
        "_under_way",
        "_writes",
        "entered",
        "handed_over",
        "raw",
        "response",
        "signature",
        "started",
    )

    def __init__(
        self, cap: int, sign: Callable[[ClientRequest], Awaitable[None]], *, writes: bool, keeps_readable: bool
    ) -> None:
        self._cap: Final = cap
        self._sign: Final = sign
        self._writes: Final = writes
        self._keeps_readable: Final = keeps_readable
        self._may_be_done = False
        self._reading: Final[list[ClientResponse]] = []
        self._under_way = 0
        self._is_over = False
        self.started = False
        self.entered = False
        self.handed_over = False
        self.response: Response | None = None
        self.raw: ClientResponse | None = None
        self.signature: str | None = None

    async def begin(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """Stand in front of the user's middlewares, and note that they run."""
        self.started = True
        try:
            return await handler(request)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise  # on these aiohttp sends nothing again
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
            kind = type(error).__name__
        raise MiddlewareFailedError(kind)

    def close(self) -> None:
        """Let nothing more be sent: what became of the call is told now, and must stay true.

        Of what a middleware has left behind, no connection stays open either.
        """
        self._is_over = True
        for raw in tuple(self._reading):
            raw.close()

    async def __call__(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        if self._writes and (self._may_be_done or self._under_way):
            raise RepeatedWriteError("a write that may have been carried out is not sent again")
        self.started = self.entered = True
        self.response = self.raw = None
        self._under_way += 1
        lost = ""
        try:
            await self._sign(request)
            raw = await send_on_clean_connection(request, handler, self._hand_over)
        except TimeoutError:
            raise
        except (aiohttp.ClientError, OSError) as error:
            if not self._may_be_done:
                raise
            lost = type(error).__name__
        else:
            self.response = response = await self._read(raw)
            self.raw = raw
            self._may_be_done = not response.is_refusal
            if response.came_late:
                raise TimeoutError  # aiohttp's timer, which is spent, would not stop a middleware that goes on now
            if self._keeps_readable:
                raw.content = _refilled(response)
            return raw
        finally:
            self._under_way -= 1
            self.signature = request.headers.get("Signature")
        # Outside of the except block: aiohttp's exceptions print headers, and would stay on this one as its context.
        raise ConnectionLostError(lost)

    async def read_another(self, raw: ClientResponse) -> Response:
        """Read a response that is not the one of the wire: a mock's, or one that a middleware made up."""
        response = await Response.read(raw, self._cap)
        response.replaces_another = self._may_be_done
        return response

    async def _read(self, raw: ClientResponse) -> Response:
        if self._is_over:
            raw.close()
            raise CallIsOverError("the call is over")
        self._reading.append(raw)
        try:
            response = await Response.read(raw, self._cap)
        except BaseException:
            raw.close()
            raise
        finally:
            self._reading.remove(raw)
        if response.problem is not None or raw.status == _SWITCHING_PROTOCOLS:
            raw.close()  # aiohttp gives back by itself only what has come to its end
        elif not response.body and _ends_with_connection(raw):
            response.problem, response.cut_short = "nothing but the end of the connection says that it is whole", True
        return response

    def _hand_over(self) -> None:
        if self._is_over:
            raise CallIsOverError("the call is over")
        self.handed_over = self._may_be_done = True


def _ends_with_connection(raw: ClientResponse) -> bool:
    return raw.status != 204 and hdrs.CONTENT_LENGTH not in raw.headers and hdrs.TRANSFER_ENCODING not in raw.headers


def _refilled(response: Response) -> StreamReader:
    """Put the body back where a middleware looks for it: whole and decompressed, or as broken as it was."""
    loop = asyncio.get_running_loop()
    content = StreamReader(BaseProtocol(loop), _BUFFER, loop=loop)
    content.feed_data(response.body)
    if response.problem is None:
        content.feed_eof()
    else:
        content.set_exception(aiohttp.ClientPayloadError(response.problem))
    return content
