"""What the servers of the command's tests share: they are aiohttp applications on loopback."""

from __future__ import annotations

from abc import ABC, abstractmethod

from aiohttp import web


class LoopbackServer(ABC):
    """Serves every path with :meth:`respond`."""

    def __init__(self) -> None:
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self.respond)
        self._runner = web.AppRunner(application, shutdown_timeout=0.1)

    async def start(self) -> str:
        """Start it, and return its URL."""
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        await self._runner.cleanup()

    @abstractmethod
    async def respond(self, request: web.Request) -> web.Response: ...
