"""What this library relies on in aiohttp, fact by fact, without this library.

A test that fails here after an update of aiohttp is no bug: it says that a fact is no longer one, and its text what
in the design rests on it. Where aiohttp has become better, the code that makes up for it can go.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aioresponses import aioresponses

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

Responder = Callable[[bytes, int], bytes | None]
"""Gets a request and its number on its connection; returns what is written back, or None to close the connection."""


class Server:
    """A server that writes exactly what a test says."""

    def __init__(self, respond: Responder) -> None:
        self.respond = respond
        self.requests: list[bytes] = []
        self.origin = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = 0
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
                body = await reader.readexactly(int(length or 0))
                self.requests.append(head + body)
                answer = self.respond(head + body, number)
                if answer is None:
                    return
                writer.write(answer)
                await writer.drain()
                number += 1
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    @property
    def first_lines(self) -> list[str]:
        return [request.partition(b"\r\n")[0].decode() for request in self.requests]


@asynccontextmanager
async def serving(respond: Responder) -> AsyncGenerator[Server, None]:
    server = Server(respond)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.origin = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listening.close()


def always(response: bytes) -> Responder:
    return lambda request, number: response


def drop_the_second(_: bytes, number: int) -> bytes | None:
    """A kept-alive connection that breaks: the second request on it gets no response."""
    return OK if number == 0 else None


def redirecting_to(origin: str) -> Responder:
    response = f"HTTP/1.1 307 T\r\nLocation: {origin}/there\r\nContent-Length: 0\r\n\r\n".encode()
    return lambda request, _: response if request.partition(b" ")[2].startswith(b"/here") else OK


async def send_twice(method: str, *middlewares: aiohttp.ClientMiddlewareType) -> list[str]:
    """Send a request over a connection, then another, which is dropped; return all that arrived."""
    async with serving(drop_the_second) as server, aiohttp.ClientSession(middlewares=middlewares) as session:
        async with session.get(server.origin) as response:
            await response.read()
        try:
            async with session.request(method, server.origin):
                pass
        except (aiohttp.ClientConnectionError, LookupError):
            pass
        return server.first_lines


# ---- what is sent again ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_aiohttp_sends_some_methods_again_after_a_dropped_connection(method: str) -> None:
    """Why ``Attempt`` exists: a DELETE that cancels a SmartTrade would be sent twice."""
    assert await send_twice(method) == ["GET / HTTP/1.1", *[f"{method} / HTTP/1.1"] * 2]


@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_aiohttp_does_not_send_other_methods_again(method: str) -> None:
    """A POST is never repeated below this library; should that change, ``Attempt`` still stops it."""
    assert await send_twice(method) == ["GET / HTTP/1.1", f"{method} / HTTP/1.1"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_a_middleware_that_raises_another_exception_stops_the_repetition(method: str) -> None:
    """How ``Attempt`` stops it: by an exception that is no ``OSError``."""

    async def attempt(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        try:
            return await send(request)
        except aiohttp.ClientConnectionError:
            raise LookupError from None

    assert await send_twice(method, attempt) == ["GET / HTTP/1.1", f"{method} / HTTP/1.1"]


# ---- redirects -------------------------------------------------------------------------------------------------------
async def test_middlewares_run_again_on_a_redirect_to_another_host() -> None:
    """Why redirects are never followed: the signing middleware would sign for the other host."""
    hosts: list[str] = []

    async def sign(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        hosts.append(str(request.url.origin()))
        return await send(request)

    async with serving(always(OK)) as other, serving(redirecting_to(other.origin)) as server:
        async with aiohttp.ClientSession(middlewares=[sign]) as session, session.get(f"{server.origin}/here"):
            assert hosts == [server.origin, other.origin]
        async with (
            aiohttp.ClientSession(middlewares=[sign]) as session,
            session.get(f"{server.origin}/here", allow_redirects=False) as response,
        ):
            assert (response.status, hosts[2:]) == (307, [server.origin])


async def test_headers_of_our_own_go_to_the_host_of_a_redirect() -> None:
    """Why redirects are never followed: the key would be sent to the other host, as ``Authorization`` would not."""
    keys = {"Apikey": "key", "Authorization": "key"}
    async with serving(always(OK)) as other, serving(redirecting_to(other.origin)) as server:
        async with aiohttp.ClientSession() as session, session.get(f"{server.origin}/here", headers=keys):
            (received,) = other.requests
            assert b"Apikey: key" in received
            assert b"Authorization" not in received


# ---- how failures look -----------------------------------------------------------------------------------------------
async def test_garbage_in_place_of_a_status_line_looks_like_a_status_400() -> None:
    """Why the verdict does not believe the status of a ``ClientResponseError``: no server has said it."""
    async with serving(always(b"garbage\r\n\r\n")) as server, aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientResponseError) as caught:
            await session.get(server.origin)
        assert caught.value.status == 400


async def test_the_total_timeout_is_the_builtin_error() -> None:
    """Why deadlines are told from connect timeouts by class."""
    ever = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ever.wait()
        writer.close()

    listening = await asyncio.start_server(silent, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.01)) as session:
        with pytest.raises(TimeoutError):
            await session.get(url)
    ever.set()
    listening.close()


# ---- bodies ----------------------------------------------------------------------------------------------------------
def compressed(body: bytes, *, cut: int = 0) -> bytes:
    sent = gzip.compress(body)[: -cut or None]
    return b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(sent) + sent


async def test_a_decompressed_body_has_no_cap() -> None:
    """Why ``bodies.py`` decompresses by itself: a few kilobytes may become any amount of memory."""
    large = bytes(20_000_000)
    assert len(compressed(large)) < 25_000
    async with serving(always(compressed(large))) as server, aiohttp.ClientSession() as session:
        async with session.get(server.origin) as response:
            assert len(await response.read()) == len(large)


async def test_a_truncated_gzip_body_looks_complete() -> None:
    """Why ``bodies.py`` checks the end of a compressed body: half a list would be taken for the whole."""
    body = b"[" + b", ".join(b"%d" % number for number in range(10_000)) + b"]"
    async with serving(always(compressed(body, cut=2_000))) as server, aiohttp.ClientSession() as session:
        async with session.get(server.origin) as response:
            received = await response.read()
            assert response.status == 200
            assert body.startswith(received)
            assert 0 < len(received) < len(body)


async def test_auto_decompress_off_leaves_the_bytes_as_they_came() -> None:
    """How ``bodies.py`` comes by the compressed bytes."""
    sent = compressed(b"[]")
    async with serving(always(sent)) as server, aiohttp.ClientSession(auto_decompress=False) as session:
        async with session.get(server.origin) as response:
            assert gzip.decompress(await response.read()) == b"[]"


# ---- what a middleware sees ------------------------------------------------------------------------------------------
async def test_a_request_has_an_empty_body_or_a_payload() -> None:
    """What the signing middleware signs: these two forms, and the bytes that go out."""
    bodies: list[object] = []

    async def sign(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        bodies.append(request.body if isinstance(request.body, bytes) else await request.body.as_bytes())
        bodies.append(type(request.body))
        return await send(request)

    async with serving(always(OK)) as server, aiohttp.ClientSession(middlewares=[sign]) as session:
        async with session.get(server.origin):
            pass
        async with session.post(server.origin, data=b'{"a": 1}'):
            pass
        assert bodies == [b"", bytes, b'{"a": 1}', aiohttp.BytesPayload]
        assert server.requests[1].endswith(b'\r\n\r\n{"a": 1}')


async def test_raw_path_qs_is_what_goes_on_the_wire() -> None:
    """What the signature covers."""
    seen: list[str] = []

    async def sign(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        seen.append(request.url.raw_path_qs)
        return await send(request)

    async with serving(always(OK)) as server, aiohttp.ClientSession(middlewares=[sign]) as session:
        async with session.get(f"{server.origin}/a%20b/ü", params={"q": "x y+z&ü/é", "p": "1"}):
            assert server.first_lines == [f"GET {seen[0]} HTTP/1.1"]


async def test_headers_that_a_middleware_adds_are_sent() -> None:
    """How a signature gets into a request."""

    async def sign(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        request.headers["Signature"] = "abc"
        return await send(request)

    async with serving(always(OK)) as server, aiohttp.ClientSession(middlewares=[sign]) as session:
        async with session.get(server.origin):
            assert b"\r\nSignature: abc\r\n" in server.requests[0]


async def test_middlewares_of_a_request_replace_those_of_the_session() -> None:
    """Why the middlewares of a borrowed session do not run: they may repeat, and see the secrets of others."""
    ran: list[str] = []

    def named(name: str) -> aiohttp.ClientMiddlewareType:
        async def middleware(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
            ran.append(name)
            return await send(request)

        return middleware

    async with serving(always(OK)) as server, aiohttp.ClientSession(middlewares=[named("session")]) as session:
        async with session.get(server.origin, middlewares=[named("outer"), named("inner")]):
            assert ran == ["outer", "inner"]


async def test_a_base_url_loses_its_path_to_a_path_with_a_slash() -> None:
    """Why URLs are put together here, and ``base_url`` of the session is not used."""
    async with serving(always(OK)) as server:
        async with aiohttp.ClientSession(base_url=f"{server.origin}/public/api/") as session, session.get("/ver1/ping"):
            assert server.first_lines == ["GET /ver1/ping HTTP/1.1"]


async def test_middlewares_never_run_under_aioresponses() -> None:
    """Why tests of what is on the wire use a real server: under ``aioresponses`` nothing is signed."""
    ran: list[str] = []

    async def sign(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        ran.append("sign")
        return await send(request)

    with aioresponses() as network:
        network.get("http://127.0.0.1/ping", payload={})
        async with aiohttp.ClientSession(middlewares=[sign]) as session, session.get("http://127.0.0.1/ping"):
            assert ran == []
