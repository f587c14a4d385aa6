"""A raw-socket HTTP server that fails on command, and remembers what it carried out.

It is no real server on purpose: nothing but asyncio's sockets stands between a test and the bytes, so a test can cut,
garble or withhold any of them. It runs in the client's event loop.

What it does with a request is a :class:`Script`. What it carried out it counts by the request's *marker*: the number in
the path, or the number in the body's ``name`` or ``bot_id``. A request is carried out only when every byte of it has
come.
"""

from __future__ import annotations

import asyncio
import enum
import json
import re
import socket
import struct
from collections import Counter, deque
from collections.abc import Callable
from typing import Final, Self, cast

import attrs

BASE_PATH: Final = "/public/api"
_HEAD_END: Final = b"\r\n\r\n"
_LENGTH: Final = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)
_NUMBER_IN_PATH: Final = re.compile(rb"\A[A-Z]+ [^ ?]*?/(\d+)(?:/[a-z_]+)?(?:\?[^ ]*)? HTTP/1\.1\r\n")
_NUMBER_IN_NAME: Final = re.compile(rb'"name":"[^"\d]*(\d+)[^"\d]*"|"bot_id":(\d+)')
_LATER: Final = 0.002
_RESET_AT_CLOSE: Final = struct.pack("ii", 1, 0)


class End(enum.Enum):
    """How the server's part in a request ends."""

    KEEP = "keep"
    """The connection stays open for the next request."""
    CLOSE = "close"
    """Closed in good order (FIN)."""
    RESET = "reset"
    """Torn down (RST)."""
    STALL = "stall"
    """Nothing more is ever sent."""


@attrs.frozen
class Request:
    """A request that came in whole."""

    raw: bytes
    head: bytes
    body: bytes
    marker: int

    @property
    def method(self) -> str:
        return self.raw.partition(b" ")[0].decode()


Answer = Callable[[Request], bytes]


@attrs.frozen(kw_only=True)
class Script:
    """What the server does with one request.

    :ivar reads: None takes the whole request. A number: only so many of its bytes (never all of them), then ``end``;
        0 acts as soon as the connection is accepted or, on a connection in use, when the next request begins.
    :ivar executes: whether it carries out what it received whole.
    :ivar answer: writes the answer.
    :ivar writes: bytes of the answer that go out before ``end``; None is all of them.
    :ivar end: what becomes of the connection.
    :ivar flood: is sent again and again after the answer, until the client has had enough or ``flood_limit`` is met.
    :ivar later: is sent after the answer, in a packet of its own.
    :ivar pace: if it is not 0, the answer is sent byte by byte, so many seconds between them.
    """

    reads: int | None = None
    executes: bool = True
    answer: Answer | None = None
    writes: int | None = None
    end: End = End.KEEP
    flood: bytes = b""
    flood_limit: int = 64 * 1024 * 1024
    later: bytes = b""
    pace: float = 0.0


FINE: Final = Script()


def http(
    status: str = "200 OK",
    body: bytes = b"",
    *headers: str,
    content_type: str = "application/json; charset=utf-8",
    length: int | None = None,
) -> bytes:
    """Write an HTTP/1.1 response; ``length`` lies about its size, and -1 says nothing about it."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", *headers]
    if length != -1:
        lines.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join(lines).encode() + _HEAD_END + body


def chunked(status: str = "200 OK", *chunks: bytes, headers: tuple[str, ...] = ()) -> bytes:
    """Write an HTTP/1.1 response in chunks."""
    framed = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    head = "\r\n".join([f"HTTP/1.1 {status}", "Transfer-Encoding: chunked", *headers]).encode()
    return head + _HEAD_END + framed + b"0\r\n\r\n"


def success_body(request: Request) -> bytes:
    """Answer as the API would: an account with the marker for its id."""
    return json.dumps({"id": request.marker, "name": f"m{request.marker}", "btc_amount": "0.1"}).encode()


def success(request: Request) -> bytes:
    """Answer as the API would: an account with the marker for its id."""
    return http("200 OK", success_body(request), "X-Request-Id: 7a0e0ff0-0000-4000-8000-000000000000")


class FaultServer:
    """Listens on a loopback port of its own; ``async with`` opens and closes it.

    :ivar scripts: what to do with the next requests, in order of arrival; :data:`FINE` once it is empty.
    :ivar scripts_of: what to do with the requests of one marker; looked at when ``scripts`` is empty.
    :ivar executed: how often each marker was carried out.
    :ivar received: how often each marker came in whole.
    :ivar requests: the requests that came in whole, if ``keeps_requests``.
    :ivar arrivals: when each of them came, by the event loop's time.
    :ivar bytes_received: all that came, over all connections.
    :ivar flooded: how much of floods was sent.
    :ivar accepted: how many connections were made.
    """

    def __init__(self, *, keeps_requests: bool = False) -> None:
        self.scripts: Final[deque[Script]] = deque()
        self.scripts_of: Final[dict[int, deque[Script]]] = {}
        self.executed: Final[Counter[int]] = Counter()
        self.received: Final[Counter[int]] = Counter()
        self.requests: Final[list[Request]] = []
        self.arrivals: Final[list[float]] = []
        self.keeps_requests: Final = keeps_requests
        self.bytes_received = 0
        self.flooded = 0
        self.accepted = 0
        self.connections: Final[set[_Connection]] = set()
        # Holds the port while nothing listens on it, so that nobody else gets it, least of all the client's own socket.
        self._reserved: Final = _bound(0)
        self.port: Final[int] = self._reserved.getsockname()[1]
        self._listener: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{BASE_PATH}"

    async def __aenter__(self) -> Self:
        await self.listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.refuse()
        self._reserved.close()

    async def listen(self) -> None:
        """Accept connections (again)."""
        if self._listener is None:
            loop = asyncio.get_running_loop()
            self._listener = await loop.create_server(lambda: _Connection(self), sock=_bound(self.port))

    async def refuse(self) -> None:
        """Refuse connections from now on, and close those that are open."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        await self.drop_all()

    async def drop_all(self, end: End = End.CLOSE) -> None:
        """Close every open connection, and give the client the time to notice."""
        for connection in list(self.connections):
            connection.finish(end)
        await settle()

    def send_stray(self, data: bytes) -> None:
        """Send ``data`` on every open connection, unasked."""
        for connection in self.connections:
            connection.write(data)

    def script_for(self, marker: int) -> Script:
        queue = self.scripts_of.get(marker)
        return queue.popleft() if queue else FINE


async def settle() -> None:
    """Let the event loop carry what is on its way over loopback to the other side."""
    for _ in range(4):
        await asyncio.sleep(0)


def _bound(port: int) -> socket.socket:
    # With the protocol named, asyncio switches Nagle's algorithm off: what is sent arrives at once.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound


class _Connection(asyncio.Protocol):
    """One accepted connection, and the request that is coming in on it."""

    __slots__ = ("_done", "_flooding", "_incoming", "_script", "_server", "_transport")

    def __init__(self, server: FaultServer) -> None:
        self._server: Final = server
        self._transport: asyncio.Transport | None = None
        self._incoming = b""
        self._script: Script | None = None
        self._done = False
        self._flooding: Script | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._server.accepted += 1
        self._server.connections.add(self)
        scripts = self._server.scripts
        if scripts and scripts[0].reads == 0:
            self.finish(scripts.popleft().end)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._server.connections.discard(self)
        self._done = True
        self._flooding = None
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._server.bytes_received += len(data)
        if self._done:
            return
        self._incoming += data
        more = True
        while more and self._incoming:
            more = self._take() and not self._done

    def resume_writing(self) -> None:
        if self._flooding is not None:
            self._flood_on(self._flooding)

    def write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def finish(self, end: End) -> None:
        if end is End.KEEP:
            return
        self._done = True
        if self._transport is None or end is End.STALL:
            return
        if end is End.RESET:
            sock: socket.socket = self._transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
            self._transport.abort()
        else:
            self._transport.close()

    def _take(self) -> bool:
        """Do what is to be done with what has come; tell whether more can be done with the rest."""
        server = self._server
        if self._script is None and server.scripts:
            self._script = server.scripts.popleft()
        script = self._script
        request = _whole(self._incoming)
        if request is None and (script is None or script.reads is None or len(self._incoming) < script.reads):
            return False
        if script is None:
            assert request is not None
            script = server.script_for(request.marker)
        assert script is not None
        if script.reads is not None or request is None:
            # What lies behind the cut is as good as never received.
            self.finish(script.end)
            return False
        self._incoming = self._incoming[len(request.raw) :]
        self._script = None
        self._answer(script, request)
        if script.later:
            asyncio.get_running_loop().call_later(_LATER, self._end, script)
            return False
        self.finish(script.end)
        return True

    def _end(self, script: Script) -> None:
        self.write(script.later)
        self.finish(script.end)

    def _answer(self, script: Script, request: Request) -> None:
        server = self._server
        server.received[request.marker] += 1
        server.arrivals.append(asyncio.get_running_loop().time())
        if server.keeps_requests:
            server.requests.append(request)
        if script.executes:
            server.executed[request.marker] += 1
        if script.writes == 0:
            return
        answer = (script.answer or success)(request)
        if script.pace:
            loop = asyncio.get_running_loop()
            for place in range(len(answer)):
                loop.call_later(place * script.pace, self.write, answer[place : place + 1])
            return
        self.write(answer if script.writes is None else answer[: script.writes])
        if script.flood:
            self._flood_on(script)

    def _flood_on(self, script: Script) -> None:
        self._flooding = None
        transport = self._transport
        left = script.flood_limit
        while transport is not None and left > 0 and not transport.is_closing():
            transport.write(script.flood)
            self._server.flooded += len(script.flood)
            left -= len(script.flood)
            if transport.get_write_buffer_size() > 256 * 1024:
                self._flooding = attrs.evolve(script, flood_limit=left)
                return


def _whole(data: bytes) -> Request | None:
    head, found, rest = data.partition(_HEAD_END)
    if not found:
        return None
    announced = _LENGTH.search(head)
    length = int(announced[1]) if announced else 0
    if len(rest) < length:
        return None
    body = rest[:length]
    number = _NUMBER_IN_PATH.match(data) or _NUMBER_IN_NAME.search(body)
    marker = int(number[number.lastindex or 1]) if number else 0
    return Request(data[: len(head) + 4 + length], head + found, body, marker)
