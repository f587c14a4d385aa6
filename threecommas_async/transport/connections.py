"""The pool of connections of a client's own session."""

from __future__ import annotations

from typing import Final, final

import aiohttp
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

# Servers and gateways keep an idle connection for a minute and longer. One that has idled for a quarter of that is not
# used again: a write on it could meet the server's closing it, and nobody could tell what became of it.
KEEP_ALIVE: Final = 15.0


@final
class CleanConnector(aiohttp.TCPConnector):
    """Hands out no idle connection on which something has come in that nobody asked for.

    Some servers say 408 on a connection before they close it. aiohttp would take that for the answer to the next
    request.
    """

    async def connect(
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109  # the signature is aiohttp's
    ) -> Connection:
        """Return a connection for ``req`` with nothing left on it."""
        connection = await super().connect(req, traces, timeout)
        while connection.protocol is not None and connection.protocol.should_close:
            connection.close()
            connection = await super().connect(req, traces, timeout)
        return connection
