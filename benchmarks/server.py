"""The server that all contestants talk to, in a process of its own: as little as HTTP/1.1 with keep-alive takes.

It looks at nothing but the verb, the length of the body and the path, and writes an answer that was ready before:
201 with the documented account for a POST, 200 with a list of 1,000 for ``GET .../accounts``, ``GET .../deals`` and,
compressed, ``GET .../deals/zipped``.
"""

from __future__ import annotations

import asyncio
import gzip
import re
import selectors
import socket
import subprocess
import sys
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from time import perf_counter
from typing import Final

from . import documents
from .rounds import ROOT

ACCOUNTS: Final = 1000
DEALS: Final = 1000
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_ENDING: Final = b"\r\n\r\n"


class _Connection(asyncio.Protocol):
    def __init__(self, one: bytes, many: Mapping[bytes, bytes]) -> None:
        self._one = one
        self._many = many
        self._unread = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        unread = self._unread + data if self._unread else data
        while (end := unread.find(_ENDING)) >= 0:
            length = _LENGTH.search(unread, 0, end)
            complete = end + len(_ENDING) + (int(length[1]) if length else 0)
            if len(unread) < complete:
                break
            wanted = unread.split(b" ", 2)[1].partition(b"/ver1/")[2] if unread.startswith(b"GET ") else b""
            self._transport.write(self._many.get(wanted, self._one))
            unread = unread[complete:]
        self._unread = unread


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    one, deals = _answer(b"201 Created", documents.account()), documents.deals(DEALS)
    many = {
        b"accounts": _answer(b"200 OK", documents.accounts(ACCOUNTS)),
        b"deals": _answer(b"200 OK", deals),
        b"deals/zipped": _answer(b"200 OK", gzip.compress(deals), b"Content-Encoding: gzip\r\n"),
    }
    server = await loop.create_server(lambda: _Connection(one, many), "127.0.0.1", 0, backlog=1024)
    over = asyncio.Event()

    def wait_for_parent() -> None:
        sys.stdin.buffer.read()  # ends when the parent does
        loop.call_soon_threadsafe(over.set)

    threading.Thread(target=wait_for_parent, daemon=True).start()
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await over.wait()


def _answer(status: bytes, body: bytes, headers: bytes = b"") -> bytes:
    return (
        b"HTTP/1.1 %s\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: %d\r\n"
        b"X-Request-Id: 4f1ecb0e-5c3c-4d39-9d2b-6d2b7c9a9b5e\r\nCf-Ray: 8c6f3a5d1b2e4f60-FRA\r\n%s\r\n%s"
        % (status, len(body), headers, body)
    )


@contextmanager
def running() -> Generator[int]:
    """Run the server in its own process, and give the port."""
    process = subprocess.Popen(
        [sys.executable, "-m", __name__], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process, process.stdin:
        yield int(process.stdout.readline())


def wire_seconds(port: int, calls: int) -> float:
    """Measure the server alone: seconds a call, one after another, over a plain socket."""
    request, length = _request(), len(_answer(b"201 Created", documents.account()))
    with socket.create_connection(("127.0.0.1", port)) as connection:
        started = perf_counter()
        for _ in range(calls):
            connection.sendall(request)
            _receive(connection, length)
        return (perf_counter() - started) / calls


def wire_rate(port: int, connections: int, seconds: float) -> float:
    """Measure the server alone: answers a second, over that many connections at once."""
    request, length = _request(), len(_answer(b"201 Created", documents.account()))
    with selectors.DefaultSelector() as selector:
        sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(connections)]
        try:
            for connection in sockets:
                selector.register(connection, selectors.EVENT_READ)
                connection.sendall(request)
            answers, started = 0, perf_counter()
            while perf_counter() - started < seconds:
                for key, _ in selector.select():
                    assert isinstance(key.fileobj, socket.socket)
                    _receive(key.fileobj, length)
                    key.fileobj.sendall(request)
                    answers += 1
            return answers / (perf_counter() - started)
        finally:
            for connection in sockets:
                connection.close()


def _request() -> bytes:
    body = b'{"type":"binance","name":"Main","api_key":"exchange-key","secret":"exchange-secret"}'
    return (
        b"POST /public/api/ver1/accounts/new HTTP/1.1\r\nHost: 127.0.0.1\r\nApikey: %s\r\nSignature: %s\r\n"
        b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (b"k" * 64, b"s" * 64, len(body), body)
    )


def _receive(connection: socket.socket, length: int) -> None:
    while length > 0:
        received = len(connection.recv(65536))
        if received == 0:
            raise ConnectionError("the server has gone")
        length -= received


if __name__ == "__main__":
    asyncio.run(_serve())
