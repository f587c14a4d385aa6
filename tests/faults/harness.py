"""What all the fault tests share: how a client is made, how a call is made, and how its end is read."""

from __future__ import annotations

import asyncio
import enum
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

import aiohttp

from threecommas_async import Account, HmacCredentials, RsaCredentials, ThreeCommasClient
from threecommas_async.errors import Outcome, ThreeCommasError
from threecommas_async.transport.limits import Limit

from .server import FaultServer

KEY: Final = HmacCredentials("api-key-of-the-fault-tests", "api-secret-of-the-fault-tests")


class Verdict(enum.Enum):
    """How a call ended, as its caller sees it."""

    SUCCESS = "success"
    NOT_DONE = "not done"
    UNKNOWN = "unknown"
    DONE = "done"


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
    timeout: float = 30.0,
    clock: FakeClock | None = None,
    session: aiohttp.ClientSession | None = None,
    limits: Sequence[Limit] | None = None,
) -> ThreeCommasClient:
    """Build a client, by default without a limiter: what is under test here is what happens on the wire."""
    return ThreeCommasClient(
        credentials,
        base_url=server.url,
        timeout=timeout,
        session=session,
        limits=limits,
        clock=clock or FakeClock(),
    )


Call = Callable[[ThreeCommasClient, int], Awaitable[Account]]


def _through_transport(method: str, path: str, *, with_body: bool = False, reads: bool | None = None) -> Call:
    async def call(client: ThreeCommasClient, marker: int) -> Account:
        request = cast("Callable[..., Awaitable[Account]]", client._transport.request)
        body: dict[str, Any] | None = {"note": "x" * 40, "amount": "0.1"} if with_body else None
        return await request(method, path, Account, ids={"account_id": marker}, body=body, reads=reads)

    return call


async def create(client: ThreeCommasClient, marker: int) -> Account:
    return await client.accounts.create(
        type="binance", name=f"m{marker}", api_key="exchange-api-key", secret="exchange-secret"
    )


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
