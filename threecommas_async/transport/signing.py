"""The aiohttp client middleware that signs requests exactly as they go out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final, final

from aiohttp import ClientHandlerType, ClientRequest, ClientResponse, hdrs
from yarl import URL

from threecommas_async.credentials import Credentials
from threecommas_async.secret import is_encodable


class ForeignOriginError(Exception):
    """A request was about to go to a host that is not the API's."""


class UnsafeHeaderError(Exception):
    """A header of the request, of a borrowed session or a middleware, cannot be sent."""


@final
class SigningMiddleware:
    """Signs each request exactly as it goes out: raw path with prefix, raw query, body bytes.

    It is the last in a chain, or the last has a request signed by :meth:`sign`, so that nothing changes the request
    after it is signed. aiohttp runs middlewares again for each hop of a redirect: a request for another origin than the
    API's is refused, not signed.

    :param credentials: the key to sign with; None lets requests through unsigned, for the public endpoints.
    :param base_url: the API; only requests for its origin are let through.

    Vendor's pages: quick start, "Signing a request using HMAC SHA256" and "... using RSA".
    """

    __slots__ = ("_credentials", "_origin")

    def __init__(self, credentials: Credentials | None, base_url: URL) -> None:
        self._credentials: Final = credentials
        self._origin: Final = base_url.origin()

    async def __call__(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        await self.sign(request)
        return await handler(request)

    async def sign(self, request: ClientRequest) -> None:
        """Sign ``request`` as it stands.

        :raises ForeignOriginError: it would go to another host.
        :raises UnsafeHeaderError: it would fail later, in a place that remembers the signature.
        """
        if request.url.origin() != self._origin:
            raise ForeignOriginError
        # aiohttp finds out when it writes the head, with the signature in its local variables.
        if not _are_sendable(request.headers):
            raise UnsafeHeaderError
        credentials = self._credentials
        if credentials is not None:
            unsigned = _SignedText(request, await request.body.as_bytes() if request.body else b"", credentials)
            request.headers["Apikey"] = credentials.api_key
            request.headers["Signature"] = (
                await asyncio.to_thread(unsigned.signature) if credentials.signs_in_thread else unsigned.signature()
            )


@final
class _SignedText:
    """What is signed, in an object that does not show it: it may hold secrets, and tracebacks keep local variables."""

    __slots__ = ("_credentials", "_text")

    def __init__(self, request: ClientRequest, body: bytes, credentials: Credentials) -> None:
        self._credentials: Final = credentials
        self._text: Final = request.url.raw_path_qs.encode() + _separator(request, body, credentials) + body

    def signature(self) -> str:
        return self._credentials.sign(self._text)


def _separator(request: ClientRequest, body: bytes, credentials: Credentials) -> bytes:
    if not body:
        return b""
    if request.headers.get(hdrs.CONTENT_TYPE, "").startswith("application/json"):
        return credentials.JSON_SEPARATOR
    return b"&" if request.url.raw_query_string else b"?"


def _are_sendable(headers: Mapping[str, str]) -> bool:
    try:
        text = "".join([*headers, *headers.values()])  # one text is looked through much faster than a dozen
    except TypeError:  # one of them is not a str
        return False
    return "\r" not in text and "\n" not in text and "\0" not in text and is_encodable(text)
