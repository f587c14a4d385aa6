"""Reads a response's body up to a maximum size, both compressed and decompressed."""

from __future__ import annotations

import asyncio
import zlib
from typing import Final, Protocol

from aiohttp import ClientResponse, hdrs

ACCEPTED_ENCODINGS: Final = "gzip, deflate"
_GZIP_OR_ZLIB: Final = zlib.MAX_WBITS | 32
_MOST_MEMBERS: Final = 1000
_SLICE: Final = 2**19
"""How much is decompressed before others have a turn: less than a millisecond's work."""


class _Stream(Protocol):
    """A decompressor of zlib, whose class has no public name."""

    @property
    def unconsumed_tail(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class UnreadableBodyError(Exception):
    """The body is cut short, too large or badly compressed.

    :ivar cut_short: whether it ended early.
    """

    def __init__(self, reason: str, *, cut_short: bool = False) -> None:
        super().__init__(reason)
        self.cut_short = cut_short


async def read_body(response: ClientResponse, cap: int, chunks: list[bytes]) -> None:
    """Read and decompress the body of ``response`` into ``chunks``, which keep what was read if it fails.

    aiohttp's own decompression has no maximum, and accepts a gzip stream that ends early as complete. So its
    decompression is switched off, and the body is decompressed here.

    :raises UnreadableBodyError: more than ``cap`` bytes, a broken or unfinished compression, or one not asked for.
    """
    encoding = response.headers.get(hdrs.CONTENT_ENCODING, "").strip().lower()
    if encoding in ("gzip", "x-gzip", "deflate"):
        await _read_compressed(response, cap, chunks)
        return
    if encoding not in ("", "identity"):
        raise UnreadableBodyError(f"its body is compressed with {encoding[:40]!r}, which was not asked for")
    content = response.content
    size = 0
    while chunk := await content.readany():
        chunks.append(chunk)
        size += len(chunk)
        if size > cap:
            raise UnreadableBodyError(f"its body is larger than {cap} bytes")
        if content.at_eof():
            break


async def _read_compressed(response: ClientResponse, cap: int, chunks: list[bytes]) -> None:
    stream = zlib.decompressobj(_GZIP_OR_ZLIB)
    raw = size = members = 0
    while chunk := await response.content.readany():
        raw += len(chunk)
        # Bytes after the end of the compressed data decompress to nothing, so the raw bytes count as well.
        if raw > cap:
            raise UnreadableBodyError(f"its body is larger than {cap} bytes")
        while chunk:
            if stream.eof:  # further members of gzip are legal
                stream = zlib.decompressobj(_GZIP_OR_ZLIB)
                members += 1
                if members > _MOST_MEMBERS:
                    raise UnreadableBodyError(f"its body is compressed in more than {_MOST_MEMBERS} pieces")
            size += await _inflate(stream, chunk, cap + 1 - size, chunks)
            if size > cap:
                raise UnreadableBodyError(f"its body is larger than {cap} bytes")
            chunk = stream.unused_data
    if raw and not stream.eof:
        raise UnreadableBodyError("its body ends before its compression does", cut_short=True)


async def _inflate(stream: _Stream, data: bytes, most: int, chunks: list[bytes]) -> int:
    """Decompress up to ``most`` bytes into ``chunks``, with a turn for others after each slice; return how many."""
    size = 0
    while True:
        length = min(most - size, _SLICE)
        try:
            chunks.append(stream.decompress(data, length))
        except zlib.error:
            raise UnreadableBodyError("the compression of its body is broken") from None
        size += len(chunks[-1])
        if len(chunks[-1]) < length or size == most:
            return size
        data = stream.unconsumed_tail
        await asyncio.sleep(0)
