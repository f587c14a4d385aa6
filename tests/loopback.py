"""A server on loopback that answers what it is told to, and keeps what it was asked."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Final, Self, final

from aiohttp import web
from attrs import frozen
from multidict import CIMultiDictProxy

from threecommas_async import Clock, HmacCredentials, SystemClock, ThreeCommasClient

_SYSTEM_CLOCK: Final = SystemClock()
_PREFIX: Final = "/public/api"


@frozen
class Asked:
    """A request as it arrived."""

    verb: str
    path: str
    query: str
    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def is_signed(self) -> bool:
        return "Apikey" in self.headers and "Signature" in self.headers


@final
class Loopback:
    """Answers every request with ``status`` and ``text``, or with what ``text`` makes of the request.

    :ivar asked: the requests so far.
    """

    def __init__(self, status: int = 200, text: str | Callable[[Asked], str] = "") -> None:
        self.status = status
        self.text = text
        self.asked: Final[list[Asked]] = []
        app = web.Application()
        app.router.add_route("*", "/{anything:.*}", self._answer)
        self._runner: Final = web.AppRunner(app)
        self._url = ""

    def client(self, *, signs: bool = True, clock: Clock = _SYSTEM_CLOCK) -> ThreeCommasClient:
        """Return a client of this server that holds nothing back."""
        credentials = HmacCredentials("key", "secret") if signs else None
        return ThreeCommasClient(credentials, base_url=self._url, limits=None, clock=clock)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self._url = f"http://127.0.0.1:{self._runner.addresses[0][1]}{_PREFIX}"
        return self

    async def __aexit__(
        self, exception_type: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        path, _, query = request.path_qs.partition("?")
        body = await request.read()
        asked = Asked(request.method, path.removeprefix(_PREFIX), query, request.headers, body)
        self.asked.append(asked)
        text = self.text if isinstance(self.text, str) else self.text(asked)
        return web.Response(status=self.status, text=text, content_type="application/json")
