"""A relay between a client and a sandbox that cuts the line after any byte of a request or of its response."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Final, Literal, Self, final

from attrs import define
from yarl import URL

Way = Literal["request", "response"]


@final
@define
class Cut:
    """Where the line is to be cut."""

    way: Way
    place: int
    """After how many bytes."""
    resets: bool
    """Whether both ends see a reset (RST), not a close in good order (FIN)."""


@final
class Relay:
    """Passes on what a client and a sandbox say to each other, one exchange at a time.

    :ivar cut: where the line is to be cut next; None once that was done.
    :ivar passed: what has passed each way since :meth:`begin`.
    """

    def __init__(self, base_url: str) -> None:
        self._sandbox: Final = URL(base_url)
        self._server: asyncio.Server | None = None
        self._tasks: Final[set[asyncio.Task[None]]] = set()
        self.cut: Cut | None = None
        self.passed: dict[Way, bytearray] = {"request": bytearray(), "response": bytearray()}

    @property
    def url(self) -> str:
        """The base URL for clients."""
        assert self._server is not None
        port = self._server.sockets[0].getsockname()[1]
        return str(self._sandbox.with_port(port))

    def begin(self, cut: Cut | None) -> None:
        """Begin an exchange.

        :param cut: where to cut it, if at all.
        """
        self.cut = cut
        self.passed = {"request": bytearray(), "response": bytearray()}

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        to_sandbox = None
        try:
            from_sandbox, to_sandbox = await asyncio.open_connection(self._sandbox.host, self._sandbox.port)
            ends = (writer, to_sandbox)
            ways = [
                asyncio.ensure_future(self._pass_on("request", reader, to_sandbox, ends)),
                asyncio.ensure_future(self._pass_on("response", from_sandbox, writer, ends)),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        finally:
            for end in (writer, to_sandbox):
                if end is not None:
                    end.close()

    async def _pass_on(
        self,
        way: Way,
        source: asyncio.StreamReader,
        target: asyncio.StreamWriter,
        ends: tuple[asyncio.StreamWriter, ...],
    ) -> None:
        while data := await source.read(65_536):
            cut = self.cut
            if cut is not None and cut.way == way and cut.place <= len(self.passed[way]) + len(data):
                self.cut = None
                data = data[: cut.place - len(self.passed[way])]
            self.passed[way] += data
            target.write(data)
            await target.drain()
            if cut is not self.cut:
                for end in ends if cut is not None and cut.resets else ():
                    end.transport.abort()
                return
