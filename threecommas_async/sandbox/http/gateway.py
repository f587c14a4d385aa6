"""The responses to requests that do not get through: of the limits, and of the gateway in front of 3Commas."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from aiohttp import web

from threecommas_async.sandbox.http.answers import json_body
from threecommas_async.sandbox.http.refusals import (
    Refusal,
    invalid,
    not_found,
    not_permitted,
    unknown_error,
    unknown_key,
)

_JSON: Final = "application/json"
_TEXT: Final = "text/plain; charset=utf-8"
_HTML: Final = "text/html; charset=UTF-8"

# There is no recording of the body of a real 429. According to a user whose parser failed on it, it is not JSON and
# begins with an R (https://github.com/rentorm/3commas-api-node/issues/18). This is what Rails applications usually
# send.
_RATE_LIMITED: Final = "Retry later\n"
_BANNED: Final = "Forbidden\n"

_PAGE: Final = """<!DOCTYPE html>
<html lang="en-US"><head><title>api.3commas.io | {status}: {reason}</title></head>
<body><h1>{reason} <span>Error code {status}</span></h1><p>Cloudflare</p></body></html>
"""

_USUAL: Final[Mapping[int, Callable[[], Refusal]]] = {
    400: invalid,
    401: unknown_key,
    403: not_permitted,
    404: not_found,
    500: unknown_error,
}


def over_limit(status: int, retry_after: timedelta | None) -> web.Response:
    """Return the response to a request over a limit (429), or from a banned address (418)."""
    response = web.Response(status=status, text=_BANNED if status == 418 else _RATE_LIMITED)
    if retry_after is not None:
        response.headers["Retry-After"] = str(math.ceil(retry_after.total_seconds()))
    return response


def usual_answer(
    status: int, body: Mapping[str, object] | str | bytes | None, headers: Mapping[str, str]
) -> Callable[[], web.Response]:
    """Return a function that makes a response with this body, by default the usual one for the status."""
    content, content_type = _usual_body(status) if body is None else _given_body(body)
    if any(name.lower() == "content-type" for name in headers):
        given = dict(headers)
    else:
        given = {"Content-Type": content_type, **headers}
    return lambda: web.Response(status=status, body=content, headers=given)


def gateway_page(status: int) -> Callable[[], web.Response]:
    return usual_answer(status, _page(status), {"Content-Type": _HTML})


def error_inside(error: object) -> Callable[[], web.Response]:
    return usual_answer(200, {"error": {"status_code": 502} if error is None else error}, {})


def plan_refusal(request_type: str) -> Callable[[], web.Response]:
    sentence = (
        f"The request type '{request_type}' is not available with your current subscription plan. "
        "Please upgrade your plan to use this type of request."
    )
    return usual_answer(429, {"error": sentence}, {})


def _given_body(body: Mapping[str, object] | str | bytes) -> tuple[bytes, str]:
    if isinstance(body, str):
        return body.encode(), _TEXT
    if isinstance(body, bytes):
        return body, _TEXT
    return json_body(body), _JSON


def _usual_body(status: int) -> tuple[bytes, str]:
    if status in (418, 429):
        return (_BANNED if status == 418 else _RATE_LIMITED).encode(), _TEXT
    refusal = _USUAL.get(status)
    if refusal is not None:
        return json_body(refusal().document()), _JSON
    if status > 500:
        return _page(status).encode(), _HTML
    return json_body({"error": _reason(status)}), _JSON


def _page(status: int) -> str:
    return _PAGE.format(status=status, reason=_reason(status))


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Web server returned an unknown error" if status >= 520 else f"Status {status}"
