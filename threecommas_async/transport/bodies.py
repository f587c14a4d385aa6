"""Reads an answer's body under a cap, decompressed bytes counted."""

from __future__ import annotations

import zlib
from typing import Final

from aiohttp import ClientResponse, hdrs

ACCEPTED_ENCODINGS: Final = "gzip, deflate"
_GZIP_OR_ZLIB: Final = zlib.MAX_WBITS | 32


class UnreadableBodyError(Exception):
    """The body is cut short, too large or badly compressed.

    :ivar start: what could be read of it.
    :ivar cut_short: whether it ends early.
    """

    def __init__(self, reason: str, start: bytes, *, cut_short: bool = False) -> None:
        super().__init__(reason)
        self.start = start
        self.cut_short = cut_short


async def read_body(response: ClientResponse, cap: int) -> bytes:
    """Return the whole body of ``response``, decompressed.

    aiohttp's own decompression knows no cap, and takes a gzip stream that ends early for a complete one. So it is told
    to leave the bytes alone, and they are decompressed here.

    :raises UnreadableBodyError: more than ``cap`` bytes, a broken or unfinished compression, or one not asked for.
    """
    encoding = response.headers.get(hdrs.CONTENT_ENCODING, "").strip().lower()
    if encoding in ("", "identity"):
        return await _read_plain(response, cap)
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise UnreadableBodyError(f"its body is compressed with {encoding!r}, which was not asked for", b"")
    return await _read_compressed(response, cap)


async def _read_plain(response: ClientResponse, cap: int) -> bytes:
    content = response.content
    chunks: list[bytes] = []
    size = 0
    while chunk := await content.readany():
        chunks.append(chunk)
        size += len(chunk)
        if size > cap:
            raise UnreadableBodyError(f"its body is larger than {cap} bytes", b"".join(chunks))
        if content.at_eof():
            break
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


async def _read_compressed(response: ClientResponse, cap: int) -> bytes:
    stream = zlib.decompressobj(_GZIP_OR_ZLIB)
    body = bytearray()
    while chunk := await response.content.readany():
        try:
            body += stream.decompress(chunk, cap + 1 - len(body))
        except zlib.error:
            raise UnreadableBodyError("the compression of its body is broken", bytes(body)) from None
        if len(body) > cap:
            raise UnreadableBodyError(f"its body is larger than {cap} bytes", bytes(body))
    if body and not stream.eof:
        raise UnreadableBodyError("its body ends before its compression does", bytes(body), cut_short=True)
    return bytes(body)
