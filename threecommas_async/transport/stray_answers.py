"""Keeps a response that nobody asked for from being taken for the response to the next request.

Some servers say 408 on an idle connection before they close it, and a broken one may send anything. aiohttp keeps such
bytes, and would hand them to the next request on that connection: the caller of a write would read another's answer. It
gives a connection to nobody but the request, in ``ClientRequest.send``: so that is where the connection is looked at,
by a ``send`` of the request's own that is taken away again afterwards. This is the one place that replaces a method of
aiohttp, and what must be looked at first when aiohttp changes.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final, final

from aiohttp import ClientHandlerType, ClientRequest, ClientResponse
from aiohttp.connector import Connection

_MOST_STRAYS: Final = 200
"""More than there can be idle connections."""


class ServerSpeaksFirstError(Exception):
    """On every connection to the API something came in before a request was sent."""


class _StrayAnswerError(Exception):
    """The connection that was about to be used has bytes on it that nobody asked for."""


@final
class _Send:
    """Stands in for ``request.send`` while the request is under way; a middleware may send one twice at once.

    :ivar passes: how often it is under way.
    """

    __slots__ = ("_hand_over", "_request", "passes")

    def __init__(self, request: ClientRequest, hand_over: Callable[[], None]) -> None:
        self._request: Final = request
        self._hand_over: Final = hand_over
        self.passes = 0

    def __call__(self, conn: Connection) -> Coroutine[Any, Any, ClientResponse]:
        if conn.protocol is None or conn.protocol.should_close:
            raise _StrayAnswerError  # whereupon aiohttp closes the connection
        self._hand_over()
        return type(self._request).send(self._request, conn)


async def send_on_clean_connection(
    request: ClientRequest, handler: ClientHandlerType, hand_over: Callable[[], None]
) -> ClientResponse:
    """Let ``handler`` send ``request`` on a connection without stray bytes.

    :param hand_over: is called right before the request is handed to its connection; until then no byte has left.
    :raises ServerSpeaksFirstError: there is no such connection.
    """
    # Not by way of vars(request): CPython would from then on look up all of the request's attributes in a dict.
    send: Any = request.send
    if not isinstance(send, _Send):
        request.send = send = _Send(request, hand_over)  # type: ignore[method-assign]
    send.passes += 1
    try:
        for _ in range(_MOST_STRAYS):
            try:
                return await handler(request)
            except _StrayAnswerError:
                continue
        raise ServerSpeaksFirstError
    finally:
        send.passes -= 1
        if not send.passes:
            del request.send  # the request would otherwise hold a function that holds the request
