"""Answers that cannot be read: always an ``UnreadableResponseError`` with their start, and memory stays bounded."""

from __future__ import annotations

import gzip
import itertools
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Iterator
from typing import Final

import pytest

from threecommas_async import Outcome, ThreeCommasClient, ThreeCommasError, UnreadableResponseError
from threecommas_async.models import Account

from .harness import create, make_client
from .server import End, FaultServer, Script, http
from .weather import HTML

CAP: Final = 8 * 1024 * 1024
MEBIBYTE: Final = 1024 * 1024

NO_WORD: Final = {
    "empty": b"",
    "blank": b" \r\n\t ",
    "cut": b'{"id": 1, "name": "x',
    "deep lists": b"[" * 200_000,
    "deep objects": b'{"a":' * 200_000,
    "deep and whole": b"[" * 100_000 + b"]" * 100_000,
    "deep in an unknown field": b'{"id":1,"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "huge integer for the id": b'{"id":' + b"9" * 100_000 + b"}",
    "huge integer in an unknown field": b'{"id":1,"x":' + b"9" * 5_000 + b"}",
    "number beyond all numbers": b'{"id":1,"btc_amount":1e9999999999999999999}',
    "NaN": b'{"id":NaN}',
    "NaN elsewhere": b'{"id":1,"btc_amount":NaN}',
    "Infinity": b'{"id":1,"btc_amount":-Infinity}',
    "invalid UTF-8": b'{"id":1,"name":"\xff\xfe"}',
    "lone surrogate": b'{"id":1,"name":"\xed\xa0\x80"}',
    "UTF-16": '{"id":1}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"id":1}',
    "NUL": b"\x00" * 10,
    "two documents": b'{"id":1}{"id":2}',
    "plain text": b"Success",
}
"""What cannot be read as JSON: nobody can tell what it says."""
OTHER_WORDS: Final = {
    "integer with a huge exponent for the id": b'{"id":1e999999999}',
    "no object": b"[]",
    "null": b"null",
    "text": b'"ok"',
    "id missing": b"{}",
    "id null": b'{"id":null}',
    "id fractional": b'{"id":1.5}',
}
"""What can be read, and is not what was expected."""
UNREADABLE: Final = {**NO_WORD, **OTHER_WORDS}
READABLE: Final = {
    "large integer in an unknown field": b'{"id":1,"x":' + b"9" * 4_000 + b"}",
    "an amount with a large exponent": b'{"id":1,"btc_amount":"1e999999"}',
    "an amount that is no number": b'{"id":1,"btc_amount":"NaN"}',
    "a name of another type": b'{"id":1,"name":[[]]}',
    "a repeated key": b'{"id":2,"id":1}',
}


@pytest.fixture
async def server() -> AsyncIterator[FaultServer]:
    async with FaultServer() as server:
        yield server


@pytest.fixture
async def client(server: FaultServer) -> AsyncIterator[ThreeCommasClient]:
    async with make_client(server) as client:
        yield client


async def unreadable(client: ThreeCommasClient, server: FaultServer, answer: bytes) -> UnreadableResponseError:
    """Have ``answer`` given to a write and to reads, and return the error of the write."""
    server.scripts.append(Script(answer=lambda _: answer, end=End.CLOSE))
    with pytest.raises(UnreadableResponseError) as of_write:
        await create(client, 1)
    for call in (client.accounts.list, client.market_data.markets, client.users.validate):
        # A read whose answer was cut short is made once more.
        server.scripts.extend([Script(answer=lambda _: answer, end=End.CLOSE)] * 2)
        with pytest.raises(UnreadableResponseError):
            await call()
        server.scripts.clear()
    return of_write.value


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", UNREADABLE)
@pytest.mark.parametrize("zipped", [False, True], ids=["plain", "gzip"])
async def test_bodies_that_cannot_be_read(
    client: ThreeCommasClient, server: FaultServer, name: str, *, zipped: bool
) -> None:
    body = UNREADABLE[name]
    answer = http("200 OK", gzip.compress(body), "Content-Encoding: gzip") if zipped else http("200 OK", body)
    server.scripts.append(Script(answer=lambda _: answer))
    with pytest.raises(UnreadableResponseError) as caught:
        await create(client, 1)
    error = caught.value
    assert error.outcome is (Outcome.DONE if name in OTHER_WORDS else Outcome.UNKNOWN)
    assert error.status == 200
    assert error.body == body.decode("utf-8", "replace")[:2000]
    assert error.__cause__ is None
    assert error.__context__ is None
    assert len(str(error)) < 1000


@pytest.mark.parametrize("body", READABLE.values(), ids=READABLE)
async def test_bodies_that_cost_no_more_than_a_field(
    client: ThreeCommasClient, server: FaultServer, body: bytes
) -> None:
    server.scripts.append(Script(answer=lambda _: http("200 OK", body)))
    account = await create(client, 1)
    assert isinstance(account, Account)
    assert account.id == 1


@pytest.mark.parametrize("status", ["200 OK", "201 Created", "202 Accepted"])
@pytest.mark.parametrize("kind", ["text/html", "application/json"])
async def test_a_page_is_no_word_of_3commas(
    client: ThreeCommasClient, server: FaultServer, status: str, kind: str
) -> None:
    error = await unreadable(client, server, http(status, HTML, content_type=kind))
    assert error.outcome is Outcome.UNKNOWN
    assert error.body == HTML.decode()


@pytest.mark.parametrize("body", [b"", b"[" * 100_000, HTML, b"\xff\xff", b'{"error":' + b"9" * 5000 + b"}"])
@pytest.mark.parametrize("status", ["400 Bad Request", "418 I'm a teapot", "429 Too Many Requests", "500 Oh"])
async def test_errors_with_strange_bodies(
    client: ThreeCommasClient, server: FaultServer, status: str, body: bytes
) -> None:
    server.scripts.append(Script(executes=False, answer=lambda _: http(status, body)))
    with pytest.raises(ThreeCommasError) as caught:
        await create(client, 1)
    error = caught.value
    assert error.outcome is (Outcome.UNKNOWN if status.startswith("500") else Outcome.NOT_DONE)
    assert error.status == int(status[:3])
    assert error.body == body.decode("utf-8", "replace")[:2000]


async def test_just_below_the_cap(client: ThreeCommasClient, server: FaultServer) -> None:
    body = b'{"id":1,"name":"' + b"x" * (CAP - 18) + b'"}'
    assert len(body) == CAP
    server.scripts.append(Script(answer=lambda _: http("200 OK", body)))
    assert (await create(client, 1)).id == 1


async def test_over_the_cap(client: ThreeCommasClient, server: FaultServer) -> None:
    body = b'{"id":1,"name":"' + b"x" * (CAP - 17) + b'"}'
    error = await unreadable(client, server, http("200 OK", body))
    assert error.outcome is Outcome.UNKNOWN
    assert (error.body or "").startswith('{"id":1,"name":"xxx')


def _bomb() -> bytes:
    """About 200 kB that become 200 MiB."""
    packer = zlib.compressobj(9, wbits=31)
    spaces = b" " * MEBIBYTE
    return packer.compress(b'{"id":1}') + b"".join(packer.compress(spaces) for _ in range(200)) + packer.flush()


BOMB: Final = _bomb()


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate", "br", "zstd", "gzip, gzip", "GZIP"])
@pytest.mark.usefixtures("traced")
async def test_a_bomb_of_200_mebibytes(client: ThreeCommasClient, server: FaultServer, encoding: str) -> None:
    assert len(BOMB) < MEBIBYTE
    data = BOMB if encoding != "deflate" else zlib.compress(b'{"id":1}' + b" " * (20 * MEBIBYTE), 9)
    server.scripts.append(Script(answer=lambda _: http("200 OK", data, f"Content-Encoding: {encoding}")))
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    with pytest.raises(UnreadableResponseError) as caught:
        await create(client, 1)
    peak = tracemalloc.get_traced_memory()[1] - before
    assert caught.value.outcome is Outcome.UNKNOWN
    assert peak < 6 * CAP, f"{peak / MEBIBYTE:.1f} MiB"


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: "], ids=["body", "header"])
@pytest.mark.usefixtures("traced")
async def test_a_flood(client: ThreeCommasClient, server: FaultServer, answer: bytes) -> None:
    server.scripts.append(Script(answer=lambda _: answer, flood=b"1," * 32768, flood_limit=1 << 40))
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    with pytest.raises(ThreeCommasError) as caught:
        await create(client, 1)
    peak = tracemalloc.get_traced_memory()[1] - before
    assert caught.value.outcome is Outcome.UNKNOWN
    assert peak < 6 * CAP, f"{peak / MEBIBYTE:.1f} MiB"


def _pieces(body: bytes, *places: int) -> bytes:
    """Compress ``body`` in several gzip members."""
    bounds = [0, *places, len(body)]
    return b"".join(gzip.compress(body[first:last]) for first, last in itertools.pairwise(bounds))


async def test_a_body_may_be_compressed_in_members(client: ThreeCommasClient, server: FaultServer) -> None:
    body = b'{"id":1,"name":"m1"}'
    for places in (*((place,) for place in range(len(body) + 1)), (3, 3, 9), range(1, len(body))):
        data = _pieces(body, *places)
        for cut in (0, 10, len(data) // 2, len(data) - 1):
            answer = http("200 OK", data, "Content-Encoding: gzip")
            place = len(answer) - len(data) + cut
            first = answer[:place]
            server.scripts.append(Script(answer=lambda _, first=first: first, later=answer[place:]))  # type: ignore[misc]
            assert (await create(client, 1)).name == "m1"


async def test_a_member_that_is_none_cannot_be_read(client: ThreeCommasClient, server: FaultServer) -> None:
    whole = gzip.compress(b'{"id":1}')
    for more in (b"x", b"\xa5" * 300_000, whole[:-1], whole[:5], b"{}", gzip.compress(b"}")):
        answer = http("200 OK", whole + more, "Content-Encoding: gzip")
        server.scripts.append(Script(answer=lambda _, answer=answer: answer))  # type: ignore[misc]
        with pytest.raises(UnreadableResponseError) as caught:
            await create(client, 1)
        assert caught.value.outcome is Outcome.UNKNOWN


_NOTHING: Final = gzip.compress(b"")


@pytest.mark.parametrize("flood", [b"\xa5" * 65536, b"\0" * 65536, _NOTHING * 3000], ids=["bytes", "zeros", "members"])
@pytest.mark.usefixtures("traced")
async def test_a_flood_behind_the_end_of_the_compression(
    client: ThreeCommasClient, server: FaultServer, flood: bytes
) -> None:
    head = http("200 OK", gzip.compress(b'{"id":1}'), "Content-Encoding: gzip", length=-1)
    server.scripts.append(Script(answer=lambda _: head, flood=flood, flood_limit=400 * MEBIBYTE))
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    with pytest.raises(UnreadableResponseError) as caught:
        await create(client, 1)
    peak = tracemalloc.get_traced_memory()[1] - before
    assert caught.value.outcome is Outcome.UNKNOWN
    assert peak < 6 * CAP, f"{peak / MEBIBYTE:.1f} MiB"
    assert server.flooded < 4 * CAP, f"{server.flooded / MEBIBYTE:.1f} MiB were read"
