"""Calls a sandbox with nothing but aiohttp and the standard library: signatures are made here by hand."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import aiohttp
from attrs import frozen
from multidict import CIMultiDictProxy
from yarl import URL

from threecommas_async.sandbox import Sandbox, SandboxKey


class MovingClock:
    """A clock that stands still until it is told to move, or until somebody sleeps by it."""

    def __init__(self) -> None:
        self.now = datetime(2024, 10, 2, 12, 56, 40, 607_000, UTC)
        self.slept: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.move(seconds=seconds)


@frozen
class Answer:
    status: int
    text: str
    headers: CIMultiDictProxy[str]

    @property
    def json(self) -> Any:
        return json.loads(self.text, parse_float=Decimal)


class Caller:
    """One key of a sandbox, and a session to call with."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession, key: SandboxKey) -> None:
        self.sandbox = sandbox
        self.session = session
        self.key = key

    async def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, object] | None = None,
        form: Mapping[str, object] | None = None,
        well_signed: bool = True,
    ) -> Answer:
        assert self.key.secret is not None
        path += f"?{urlencode(query)}" if query else ""
        target = f"/public/api{path}".encode()
        data = json.dumps(body).encode() if body is not None else urlencode(form).encode() if form else b""
        separator = (b"&" if query else b"?") if data else b""
        text = target + separator + data if well_signed else b"another text"
        headers = {
            "Apikey": self.key.api_key,
            "Signature": hmac.new(self.key.secret.encode(), text, hashlib.sha256).hexdigest(),
            "Content-Type": "application/x-www-form-urlencoded" if form else "application/json",
        }
        url = URL(self.sandbox.url + path, encoded=True)
        async with self.session.request(method, url, data=data or None, headers=headers) as answer:
            return Answer(answer.status, await answer.text(), answer.headers)

    async def statuses(self, times: int, method: str = "GET", path: str = "/ver1/validate") -> list[int]:
        return [(await self.call(method, path)).status for _ in range(times)]


@asynccontextmanager
async def calling(sandbox: Sandbox) -> AsyncGenerator[Caller, None]:
    """Run a sandbox and give a caller with a key that may do everything."""
    # A fresh connection each time: aiohttp would repeat a GET whose kept-alive connection breaks.
    connector = aiohttp.TCPConnector(force_close=True)
    async with sandbox, aiohttp.ClientSession(connector=connector) as session:
        yield Caller(sandbox, session, sandbox.add_key())
