"""The parameters of a request: its query string and its body, merged as Rails does."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, cast
from urllib.parse import parse_qsl

import msgspec
from aiohttp import web

from threecommas_async.sandbox.http.authentication import FORM
from threecommas_async.sandbox.http.refusals import invalid, unknown_error

_DECODER: Final = msgspec.json.Decoder(float_hook=Decimal)


def parameters_of(request: web.Request, body: bytes) -> Mapping[str, object]:
    """Return all parameters by name; if query and body both have one, the query takes precedence.

    :raises Refusal: the body is declared as JSON and is not a JSON object.
    """
    query = request.raw_path.partition("?")[2].encode(errors="surrogateescape")
    return _decoded_body(request.content_type, body) | _decoded_form(query)


def _decoded_form(form: bytes) -> dict[str, object]:
    values: dict[str, object] = {}
    for name, value in parse_qsl(form.decode(errors="replace"), keep_blank_values=True):
        if name.endswith("[]"):
            items = values.setdefault(name.removesuffix("[]"), [])
            if isinstance(items, list):
                cast("list[object]", items).append(value)
        else:
            values[name] = value
    return values


def _decoded_body(content_type: str, body: bytes) -> dict[str, object]:
    """Decode what Rails would decode: a form, or declared JSON. Any other body is ignored."""
    if content_type == FORM:
        return _decoded_form(body)
    if not body or not (content_type == "application/json" or content_type.endswith("+json")):
        return {}
    try:
        document: object = _DECODER.decode(body)
    except (ValueError, ArithmeticError, RecursionError):
        # `from None`: the decoder's message may quote the body. The vendor documents this server error for a list.
        raise unknown_error("JSON::ParserError") from None
    if not isinstance(document, dict):
        raise invalid()
    return cast("dict[str, object]", document)
