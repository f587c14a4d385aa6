"""The aiohttp client middleware next to the wire: it signs requests, and keeps aiohttp from sending one twice."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from typing import Final, final

import aiohttp
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse, hdrs
from aiohttp.connector import Connection
from yarl import URL

from threecommas_async.credentials import Credentials

_MOST_STRAYS: Final = 200
"""More than there can be idle connections."""


class ForeignOriginError(Exception):
    """A request was about to go to a host that is not the API's."""


class ServerSpeaksFirstError(Exception):
    """On every connection to the API something came in before a request was sent."""


class _StrayAnswerError(Exception):
    """The connection that was about to be used has an answer on it that nobody asked for."""


class ConnectionLostError(Exception):
    """The connection broke after the request, or a part of it, had gone out.

    It stands in for aiohttp's own exceptions: on those, aiohttp sends a GET, PUT or DELETE once more by itself.
    """


@final
class SigningMiddleware:
    """Signs each request exactly as it goes out: raw path with prefix, raw query, body bytes.

    It stands last in the chain, so that nothing changes the request after it is signed. aiohttp runs middlewares
    again for each hop of a redirect: a request for another origin than the API's is refused, not signed.

    :param credentials: the key to sign with; None lets requests through unsigned, for the public endpoints.
    :param base_url: the API; only requests for its origin are let through.

    Vendor's pages: quick start, "Signing a request using HMAC SHA256" and "... using RSA".
    """

    __slots__ = ("_credentials", "_origin")

    def __init__(self, credentials: Credentials | None, base_url: URL) -> None:
        self._credentials: Final = credentials
        self._origin: Final = base_url.origin()

    async def __call__(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        if request.url.origin() != self._origin:
            raise ForeignOriginError
        credentials = self._credentials
        if credentials is not None:
            # What is signed and its signature are secrets: they never become local variables, which tracebacks keep.
            request.headers["Apikey"] = credentials.api_key
            body = request.body
            if credentials.signs_in_thread:
                request.headers["Signature"] = await asyncio.to_thread(
                    credentials.sign, _signed_text(request, await body.as_bytes() if body else b"", credentials)
                )
            else:
                request.headers["Signature"] = credentials.sign(
                    _signed_text(request, await body.as_bytes() if body else b"", credentials)
                )
        # Some servers say 408 on an idle connection before they close it. aiohttp would take that for the answer to the
        # next request. It hands a connection to nobody but the request: so that is where it is looked at.
        request.send = functools.partial(_send_if_clean, request)  # type: ignore[method-assign]
        try:
            for _ in range(_MOST_STRAYS):
                with contextlib.suppress(_StrayAnswerError):
                    return await handler(request)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise  # no connection came about: aiohttp lets these pass
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
            raise ConnectionLostError(type(error).__name__) from None
        raise ServerSpeaksFirstError


async def _send_if_clean(request: ClientRequest, connection: Connection) -> ClientResponse:
    if connection.protocol is None or connection.protocol.should_close:
        raise _StrayAnswerError  # whereupon aiohttp closes the connection
    return await type(request).send(request, connection)


def _signed_text(request: ClientRequest, body: bytes, credentials: Credentials) -> bytes:
    target = request.url.raw_path_qs.encode()
    if not body:
        return target
    if request.headers.get(hdrs.CONTENT_TYPE, "").startswith("application/json"):
        separator = credentials.JSON_SEPARATOR
    else:
        separator = b"&" if request.url.raw_query_string else b"?"
    return target + separator + body
