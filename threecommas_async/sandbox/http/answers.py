"""JSON responses."""

from __future__ import annotations

import msgspec
from aiohttp import web


def json_response(status: int, document: object) -> web.Response:
    """Return a response with a document; a ``msgspec.Raw`` in it is sent unchanged, so that numbers keep all digits."""
    return web.Response(status=status, body=json_body(document), content_type="application/json")


def json_body(document: object) -> bytes:
    """Write a document as a response body."""
    return msgspec.json.encode(document)
