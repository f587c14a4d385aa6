"""What all the fault tests share: how a client is made, how a call is made, and how its end is read."""

from __future__ import annotations

import asyncio
import enum
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

import aiohttp

from threecommas_async import HmacCredentials, RsaCredentials, ThreeCommasClient
from threecommas_async.client import DEFAULT_MAX_BODY
from threecommas_async.errors import Outcome, ThreeCommasError
from threecommas_async.models import Account
from threecommas_async.transport.clock import Clock
from threecommas_async.transport.limits import Limit, Limits

from .server import FaultServer

API_SECRET: Final = "api-secret-of-the-fault-tests"
EXCHANGE_KEY: Final = "exchange-api-key-0123456789"
EXCHANGE_SECRET: Final = "exchange-secret-9876543210"
KEY: Final = HmacCredentials("api-key-of-the-fault-tests", API_SECRET)


class Verdict(enum.Enum):
    """How a call ended, as its caller sees it."""

    SUCCESS = "success"
    NOT_DONE = "not done"
    UNKNOWN = "unknown"
    DONE = "done"
    PASSED = "passed"
    """An exception of the user's own code came out of it, which says that nothing was sent."""


_VERDICTS: Final = {
    Outcome.NOT_DONE: Verdict.NOT_DONE,
    Outcome.UNKNOWN: Verdict.UNKNOWN,
    Outcome.DONE: Verdict.DONE,
}
EXECUTIONS: Final = {
    Verdict.SUCCESS: frozenset({1}),
    Verdict.NOT_DONE: frozenset({0}),
    Verdict.UNKNOWN: frozenset({0, 1}),
    Verdict.DONE: frozenset({1}),
    Verdict.PASSED: frozenset({0}),
}
"""How often a write may have been carried out, for what its caller was told."""


class FakeClock:
    """A clock that stands still until somebody sleeps, and then jumps.

    :ivar slept: how long each sleep was to be.
    :ivar on_sleep: is called at the end of each.
    """

    def __init__(self) -> None:
        self.slept: Final[list[float]] = []
        self.on_sleep: Callable[[], Awaitable[None]] | None = None
        self._elapsed = 0.0
        self._epoch: Final = datetime(2026, 1, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        return self._elapsed

    def now(self) -> datetime:
        return self._epoch + timedelta(seconds=self._elapsed)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._elapsed += max(seconds, 0)
        await asyncio.sleep(0)
        if self.on_sleep is not None:
            await self.on_sleep()

    def advance(self, seconds: float) -> None:
        self._elapsed += seconds


def make_client(
    server: FaultServer,
    *,
    credentials: HmacCredentials | RsaCredentials | None = KEY,
    host: str = "127.0.0.1",
    timeout: float = 30.0,
    clock: Clock | None = None,
    session: aiohttp.ClientSession | None = None,
    limits: Sequence[Limit] | Limits | None = None,
    max_wait: float = 30.0,
    middlewares: Sequence[aiohttp.ClientMiddlewareType] = (),
    trace_configs: Sequence[aiohttp.TraceConfig] = (),
    max_body: int = DEFAULT_MAX_BODY,
) -> ThreeCommasClient:
    """Build a client, by default without a limiter: what is under test here is what happens on the wire."""
    return ThreeCommasClient(
        credentials,
        base_url=server.url.replace("127.0.0.1", host),
        timeout=timeout,
        session=session,
        limits=limits,
        max_wait=max_wait,
        middlewares=middlewares,
        trace_configs=trace_configs,
        max_body=max_body,
        clock=clock or FakeClock(),
    )


@asynccontextmanager
async def connected(
    server: FaultServer,
    *,
    borrowed: bool,
    middlewares: Sequence[aiohttp.ClientMiddlewareType] = (),
    trace_configs: Sequence[aiohttp.TraceConfig] = (),
    host: str = "127.0.0.1",
    clock: Clock | None = None,
    timeout: float = 30.0,  # noqa: ASYNC109 - it is the client's
    max_body: int = DEFAULT_MAX_BODY,
    connections: int = 100,
) -> AsyncGenerator[ThreeCommasClient]:
    """Lend a client with a session of its own, or with a borrowed one; trace configurations belong to the session.

    :param connections: how many connections a borrowed session may have.
    """
    async with AsyncExitStack() as stack:
        session = None
        if borrowed:
            connector = aiohttp.TCPConnector(limit=connections)
            session = await stack.enter_async_context(
                aiohttp.ClientSession(connector=connector, trace_configs=list(trace_configs))
            )
        yield await stack.enter_async_context(
            make_client(
                server,
                session=session,
                host=host,
                middlewares=middlewares,
                trace_configs=() if borrowed else trace_configs,
                clock=clock,
                timeout=timeout,
                max_body=max_body,
            )
        )


Call = Callable[[ThreeCommasClient, int], Awaitable[Account]]


def _through_transport(method: str, path: str, *, with_body: bool = False, reads: bool | None = None) -> Call:
    async def call(client: ThreeCommasClient, marker: int) -> Account:
        request = cast("Callable[..., Awaitable[Account]]", client._transport.request)
        body: dict[str, Any] | None = {"note": "x" * 40, "amount": "0.1"} if with_body else None
        return await request(method, path, Account, ids={"account_id": marker}, body=body, reads=reads)

    return call


async def create(client: ThreeCommasClient, marker: int) -> Account:
    return await client.accounts.create(type="binance", name=f"m{marker}", api_key=EXCHANGE_KEY, secret=EXCHANGE_SECRET)


async def get(client: ThreeCommasClient, marker: int) -> Account:
    return await client.accounts.get(marker)


CREATE: Final = "POST create"
DELETE: Final = "DELETE"
GET: Final = "GET"
PUT: Final = "PUT"

CALLS: Final[dict[str, Call]] = {
    CREATE: create,
    "POST": _through_transport("POST", "/ver1/accounts/{account_id}/sell_all_to_usd", with_body=True),
    "POST empty": _through_transport("POST", "/ver1/accounts/{account_id}/remove"),
    "PATCH": _through_transport("PATCH", "/ver1/accounts/{account_id}", with_body=True),
    PUT: _through_transport("PUT", "/ver1/accounts/{account_id}", with_body=True),
    DELETE: _through_transport("DELETE", "/ver1/accounts/{account_id}"),
    GET: get,
    "POST that reads": _through_transport("POST", "/ver1/accounts/{account_id}/load_balances", reads=True),
}
READS: Final = frozenset({GET, "POST that reads"})
WRITES: Final = tuple(name for name in CALLS if name not in READS)


class WrongAnswerError(AssertionError):
    """A call returned what was meant for another one."""


async def verdict_of(call: Call, client: ThreeCommasClient, marker: int) -> tuple[Verdict, ThreeCommasError | None]:
    """Make a call and tell how it ended. An exception that is not the library's goes through."""
    try:
        account = await call(client, marker)
    except ThreeCommasError as error:
        return _VERDICTS[error.outcome], error
    if account.id != marker:
        raise WrongAnswerError(f"asked for {marker}, was given {account.id}")
    return Verdict.SUCCESS, None
