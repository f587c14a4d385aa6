"""JSON answers."""

from __future__ import annotations

import msgspec
from aiohttp import web


def json_response(status: int, document: object) -> web.Response:
    """Write a document; a ``msgspec.Raw`` in it goes out as it is, which keeps the digits of bare numbers."""
    return web.Response(status=status, body=json_body(document), content_type="application/json")


def json_body(document: object) -> bytes:
    """Write a document as the body of an answer."""
    return msgspec.json.encode(document)
