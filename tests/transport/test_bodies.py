"""Large bodies are decompressed and read in slices, and others have a turn between them."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from collections.abc import Callable, Generator
from typing import Any, Self, cast

import pytest
from aiohttp import ClientResponse
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.loopback import Loopback
from threecommas_async import codec
from threecommas_async.codec import reading
from threecommas_async.models import Account
from threecommas_async.transport import bodies

ROWS: list[dict[str, Any]] = [{"id": number, "name": "x" * 1000} for number in range(100)]
CAP = 1_000_000


class _Content:
    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    async def readany(self) -> bytes:
        return self._pieces.pop(0) if self._pieces else b""


class _Raw:
    """As much of a response as is read."""

    def __init__(self, packed: bytes, length: int) -> None:
        self.headers = {"Content-Encoding": "gzip"}
        self.content = _Content([packed[start : start + length] for start in range(0, len(packed), length)])


async def _read(packed: bytes, *, length: int = 2**16, cap: int = CAP) -> bytes:
    chunks: list[bytes] = []
    await bodies.read_body(cast("ClientResponse", _Raw(packed, length)), cap, chunks)
    return b"".join(chunks)


class _Ticker:
    """Counts its turns."""

    def __init__(self) -> None:
        self.turns = 0

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._tick())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()

    async def _tick(self) -> None:
        while True:
            self.turns += 1
            await asyncio.sleep(0)


@settings(max_examples=50)
@given(
    st.binary(max_size=40) | st.integers(0, 5000).map(lambda count: b"ab" * count),
    st.integers(1, 300),
    st.integers(1, 5),
    st.integers(1, 40),
)
def test_what_is_decompressed_in_slices_is_the_whole(body: bytes, slice_: int, members: int, length: int) -> None:
    packed = gzip.compress(body) * members
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bodies, "_SLICE", slice_)
        assert asyncio.run(_read(packed, length=length)) == body * members


@pytest.mark.parametrize("slice_", [1, 7, 100, 2**19])
async def test_the_cap_holds_within_a_slice(slice_: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "_SLICE", slice_)
    packed = gzip.compress(b"a" * 1000)
    assert len(await _read(packed, cap=1000)) == 1000
    chunks: list[bytes] = []
    with pytest.raises(bodies.UnreadableBodyError, match="larger than 999 bytes"):
        await bodies.read_body(cast("ClientResponse", _Raw(packed, 2**16)), 999, chunks)
    assert len(b"".join(chunks)) == 1000


async def test_a_compression_that_breaks_in_a_later_slice_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "_SLICE", 100)
    packed = bytearray(gzip.compress(bytes(range(256)) * 10))
    packed[-6] ^= 1  # its checksum
    with pytest.raises(bodies.UnreadableBodyError, match="broken"):
        await _read(bytes(packed))


async def test_others_have_a_turn_between_slices_of_what_is_decompressed(monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[int] = []
    inflate = zlib.decompressobj

    async with _Ticker() as ticker:

        class Watched:
            def __init__(self, wbits: int) -> None:
                self._stream = inflate(wbits)

            def decompress(self, data: bytes, most: int) -> bytes:
                turns.append(ticker.turns)
                return self._stream.decompress(data, most)

            def __getattr__(self, name: str) -> Any:
                return getattr(self._stream, name)

        monkeypatch.setattr(zlib, "decompressobj", Watched)
        monkeypatch.setattr(bodies, "_SLICE", 10_000)
        assert len(await _read(gzip.compress(b"a" * 95_000))) == 95_000
    assert len(turns) == 10
    assert turns == sorted(set(turns))


@pytest.fixture
def slices_end_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_SLICE", -1.0)


def _watching(monkeypatch: pytest.MonkeyPatch, ticker: _Ticker) -> list[int]:
    """Note the turns of others that there were before each slice."""
    turns: list[int] = []
    in_slices: Callable[..., Generator[None, None, Any]] = codec.from_json_in_slices

    def watched(*arguments: Any) -> Generator[None, None, Any]:
        slices = in_slices(*arguments)
        while True:
            turns.append(ticker.turns)
            try:
                next(slices)
            except StopIteration as end:
                return end.value
            yield

    monkeypatch.setattr(codec, "from_json_in_slices", watched)
    return turns


@pytest.mark.usefixtures("slices_end_at_once")
async def test_others_have_a_turn_between_slices_of_a_large_list(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{**row, "brand_new": 1.5} for row in ROWS]
    async with Loopback(text=json.dumps(rows)) as server, server.client() as client, _Ticker() as ticker:
        turns = _watching(monkeypatch, ticker)
        accounts = await client.accounts.list()
    assert accounts == codec.from_json(json.dumps(rows), list[Account])
    assert len(turns) == len(rows) + 3
    assert turns == sorted(set(turns))


@pytest.mark.usefixtures("slices_end_at_once")
async def test_others_have_a_turn_between_slices_of_exact_json(monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps(ROWS)
    async with Loopback(text=text) as server, server.client() as client, _Ticker() as ticker:
        turns = _watching(monkeypatch, ticker)
        assert await client.request("GET", "/ver1/accounts", reads=True) == codec.decode_json(text)
    assert len(turns) == len(ROWS) + 3
    assert turns == sorted(set(turns))


@pytest.mark.parametrize("rows", [ROWS[:3], []], ids=len)
async def test_a_small_list_is_read_at_once(rows: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    async with Loopback(text=json.dumps(rows)) as server, server.client() as client, _Ticker() as ticker:
        turns = _watching(monkeypatch, ticker)
        assert len(await client.accounts.list()) == len(rows)
    assert turns == []
