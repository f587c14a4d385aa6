"""The aiohttp session of a client: its own or a borrowed one, bound to one event loop, closed or not."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final, final

import aiohttp

# Servers and gateways keep an idle connection for a minute or longer. One that has been idle for a quarter of that is
# not reused: a write on it could coincide with the server closing it, and its outcome would be unknown.
_KEEP_ALIVE: Final = 15.0


class UnusableSessionError(Exception):
    """The session cannot be used; the text says why."""


@final
class Session:
    """Provides the aiohttp session as long as it can be used, and closes it if it is the client's own.

    :param borrowed: a session that the client was given; it stays open.
    :param middlewares: for the own session: the middlewares of requests that have none of their own.
    :param trace_configs: for the own session.
    :param outer: whose connections are used, if they are another one's.
    """

    def __init__(
        self,
        borrowed: aiohttp.ClientSession | None,
        middlewares: Sequence[aiohttp.ClientMiddlewareType],
        trace_configs: Sequence[aiohttp.TraceConfig],
        outer: Session | None = None,
    ) -> None:
        self._session = borrowed
        self._is_own: Final = borrowed is None
        self._middlewares: Final = tuple(middlewares)
        self._trace_configs: Final = list(trace_configs)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False
        self._outer: Final = outer
        self._detached: Final[list[Session]] = []

    def detached(self) -> Session:
        """Return one over the same connections, without this one's middlewares, trace hooks, headers and cookies.

        It is closed with this one.
        """
        session = Session(None, (), (), self)
        self._detached.append(session)
        return session

    @property
    def is_closed(self) -> bool:
        """Whether the session can no longer be used."""
        if self._outer is not None and self._outer.is_closed:
            return True
        return self._closed or (self._session is not None and self._session.closed)

    def get(self) -> aiohttp.ClientSession:
        """Return the session; the first call binds it to the running loop, and opens one if none was given.

        :raises UnusableSessionError: the client or the session is closed, or belongs to another event loop.
        """
        session = self._session
        if self._closed:
            raise UnusableSessionError("the client is closed")
        loop = asyncio.get_running_loop()
        if self._loop is None:
            if session is None:
                session = self._session = self._open()
            # aiohttp warns of its public property; without this look a session of a dead loop fails half-way.
            elif getattr(session, "_loop", loop) is not loop:
                raise UnusableSessionError("the session that was passed belongs to another event loop")
            self._loop = loop
        if self._loop is not loop:
            raise UnusableSessionError("the client belongs to another event loop")
        if session is None or session.closed:
            raise UnusableSessionError("the session is closed")
        return session

    async def close(self) -> None:
        """End the use of the session, and close it if it is the client's own."""
        self._closed = True
        session, self._session = self._session, None
        for other in self._detached:
            await other.close()
        if self._is_own and session is not None:
            await session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._outer is not None:
            outer = self._outer.get()
            return aiohttp.ClientSession(
                connector=outer.connector,
                connector_owner=outer.connector is None,
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=outer.trust_env,
            )
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(keepalive_timeout=_KEEP_ALIVE),
            middlewares=self._middlewares,
            cookie_jar=aiohttp.DummyCookieJar(),
            trace_configs=self._trace_configs,
            trust_env=False,
        )
