"""Calls a sandbox with nothing but aiohttp and the standard library: signatures are made here by hand."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, cast
from urllib.parse import urlencode

import aiohttp
from attrs import frozen
from multidict import CIMultiDictProxy
from yarl import URL

from threecommas_async.sandbox import Sandbox, SandboxKey
from threecommas_async.transport.simulated_clock import SimulatedClock

START: Final = datetime(2024, 10, 2, 12, 56, 40, 607_000, UTC)
BINANCE: Final[Mapping[str, object]] = {
    "type": "binance",
    "name": "Main",
    "api_key": "exchange-key",
    "secret": "exchange-secret",
}
ALREADY: Final = {"api_key": ["This account is already connected!"]}
MISSING: Final = "is missing"
NOT_VALID: Final = "does not have a valid value"


def simulated_clock() -> SimulatedClock:
    """Return a clock that shows the moment of which the vendor's examples are."""
    return SimulatedClock(START)


@frozen
class Answer:
    status: int
    text: str
    headers: CIMultiDictProxy[str]

    @property
    def json(self) -> Any:
        return json.loads(self.text, parse_float=Decimal)

    @property
    def wrong(self) -> dict[str, list[str]]:
        """What is said to be wrong with the parameters; the answer has to be such a refusal."""
        said = self.json
        assert (self.status, said["error"], said["error_description"]) == (400, "record_invalid", "Invalid parameters")
        return cast("dict[str, list[str]]", said["error_attributes"])


class Caller:
    """One key of a sandbox, and a session to call with."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession, key: SandboxKey) -> None:
        self.sandbox = sandbox
        self.session = session
        self.key = key

    def with_key(self, key: SandboxKey) -> Caller:
        return Caller(self.sandbox, self.session, key)

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
        path += f"?{urlencode(query)}" if query else ""
        data = json.dumps(body).encode() if body is not None else urlencode(form).encode() if form else b""
        content_type = "application/x-www-form-urlencoded" if form else "application/json"
        return await self.send(method, path, data, content_type, well_signed=well_signed)

    async def send(
        self, method: str, target: str, data: bytes = b"", content_type: str | None = None, *, well_signed: bool = True
    ) -> Answer:
        """Send exactly this target and this body."""
        assert self.key.secret is not None
        path = f"/public/api{target}".encode()
        text = path + ((b"&" if "?" in target else b"?") + data if data else b"")
        headers = {
            "Apikey": self.key.api_key,
            "Signature": hmac.new(
                self.key.secret.encode(), text if well_signed else b"another text", hashlib.sha256
            ).hexdigest(),
        }
        if content_type is not None:
            headers["Content-Type"] = content_type
        url = URL(self.sandbox.url + target, encoded=True)
        async with self.session.request(method, url, data=data or None, headers=headers) as answer:
            assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-Id"])
            assert re.fullmatch("[0-9a-f]{16}-[A-Z]{3}", answer.headers["Cf-Ray"])
            return Answer(answer.status, await answer.text(), answer.headers)

    async def new(self, account: Mapping[str, object]) -> Answer:
        """Connect an account."""
        return await self.call("POST", "/ver1/accounts/new", body=account)

    async def statuses(self, times: int, method: str = "GET", path: str = "/ver1/validate") -> list[int]:
        return [(await self.call(method, path)).status for _ in range(times)]


async def get(caller: Caller, path: str, **query: object) -> Any:
    """Call with GET, and return the JSON of the success that it must be."""
    answer = await caller.call("GET", path, query=query)
    assert answer.status in (200, 201), answer.text
    return answer.json


async def wrong(caller: Caller, method: str, path: str, **query: object) -> dict[str, list[str]]:
    """Call, and return what the refusal that it must be says of the parameters."""
    return (await caller.call(method, path, query=query)).wrong


def plain_session() -> aiohttp.ClientSession:
    # A fresh connection each time: aiohttp would repeat a GET whose kept-alive connection breaks.
    connector = aiohttp.TCPConnector(force_close=True)
    return aiohttp.ClientSession(connector=connector, skip_auto_headers=["Content-Type"])


@asynccontextmanager
async def calling(sandbox: Sandbox) -> AsyncGenerator[Caller, None]:
    """Run a sandbox and give a caller with a key that may do everything."""
    async with sandbox, plain_session() as session:
        yield Caller(sandbox, session, sandbox.add_key())
