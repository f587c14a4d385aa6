"""A server on loopback that records exactly what arrives, and answers what it is told."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import attrs
from aiohttp import web


@attrs.frozen
class Arrived:
    """A request as it came over the wire."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class Recorder:
    """``async with Recorder() as recorder``: answers with ``recorder.reply`` and keeps ``recorder.arrived``."""

    def __init__(self, status: int = 200, body: bytes | str = "{}", headers: dict[str, str] | None = None) -> None:
        self.arrived: list[Arrived] = []
        self.status = status
        self.body = body.encode() if isinstance(body, str) else body
        self.headers = {"Content-Type": "application/json", **(headers or {})}
        self._runner: web.ServerRunner | None = None
        self.origin = ""

    @property
    def url(self) -> str:
        return f"{self.origin}/public/api"

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        headers = {name.title(): value for name, value in request.headers.items()}
        self.arrived.append(Arrived(request.method, request.raw_path, headers, await request.read()))
        return web.Response(status=self.status, body=self.body, headers=self.headers)

    async def __aenter__(self) -> Self:
        self._runner = web.ServerRunner(web.Server(self._answer, access_log=None))
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.origin = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()
