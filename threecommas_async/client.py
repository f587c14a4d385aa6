"""The client: owns or borrows the aiohttp session, and hangs the resources on it."""

from __future__ import annotations

import functools
import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, TypedDict, Unpack, final

import aiohttp

from threecommas_async.credentials import Credentials, HmacCredentials, RsaCredentials
from threecommas_async.transport.clock import Clock, SystemClock
from threecommas_async.transport.limits import DOCUMENTED_LIMITS, Limit, Limits, Plan, limits_of_plan
from threecommas_async.transport.settings import Mode
from threecommas_async.transport.transport import Transport

if TYPE_CHECKING:
    from threecommas_async.resources.accounts import Accounts
    from threecommas_async.resources.market_data import MarketData
    from threecommas_async.resources.users import Users

DEFAULT_BASE_URL: Final = "https://api.3commas.io/public/api"
DEFAULT_TIMEOUT: Final = 30.0
DEFAULT_MAX_BODY: Final = 8 * 1024 * 1024
_SYSTEM_CLOCK: Final = SystemClock()


class ClientOptions(TypedDict, total=False):
    """The keyword arguments of :class:`ThreeCommasClient` other than ``base_url``, for those who pass them on."""

    session: aiohttp.ClientSession | None
    timeout: float
    mode: Mode | None
    plan: Plan | None
    limits: Sequence[Limit] | Limits | None
    max_wait: float
    max_body: int
    middlewares: Sequence[aiohttp.ClientMiddlewareType]
    trace_configs: Sequence[aiohttp.TraceConfig]
    clock: Clock


@final
class ThreeCommasClient:
    """An asyncio client of the 3Commas API.

    ::

        async with ThreeCommasClient(HmacCredentials(api_key, secret)) as client:
            account = await client.accounts.create(type="binance", name="Main", api_key="...", secret="...")

    Building one does no I/O and needs no running event loop. Use it with ``async with``, or await :meth:`close` at the
    end. One client may serve any number of tasks of one event loop.

    :param credentials: :class:`HmacCredentials` or :class:`RsaCredentials`; None leaves the public calls only.
    :param base_url: another place to find the API at, such as a sandbox; plain http is for loopback hosts only.
    :param session: an aiohttp session to borrow. It is not closed. Its own middlewares do not run for this client's
        calls: one that repeats requests could repeat an order. Name those that you want in ``middlewares``.
    :param timeout: seconds for a whole call, waits and further attempts included; finite and above 0.
    :param mode: ``"paper"`` or ``"real"``: which trading mode the calls see, whatever the web application is
        switched to (header ``Forced-Mode``).
    :param plan: your subscription plan, ``"starter"``, ``"pro"`` or ``"expert"``, where it allows another number of
        requests a minute than the documented 100.
    :param limits: the limits to keep to instead of the documented ones, or :class:`RedisLimits`, which several
        processes share; None switches the client's own limiter off. Clients of one event loop that have the same key
        share one count.
    :param max_wait: the longest that a call may have to wait for its turn, in seconds. One that would have to wait
        longer, or beyond ``timeout``, ends in :class:`RateLimitedError` at once, with ``retry_at``.
    :param max_body: the largest answer that is read, in bytes, decompressed.
    :param middlewares: aiohttp client middlewares to run before the one that signs.
    :param trace_configs: aiohttp trace configurations for the client's own session.
    :param clock: where time comes from; for tests and simulations.
    :raises ValueError: an argument cannot be right; the text names it.
    """

    def __init__(
        self,
        credentials: Credentials | None = None,
        *,
        base_url: str = DEFAULT_BASE_URL,
        session: aiohttp.ClientSession | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        mode: Mode | None = None,
        plan: Plan | None = None,
        limits: Sequence[Limit] | Limits | None = DOCUMENTED_LIMITS,
        max_wait: float = DEFAULT_TIMEOUT,
        max_body: int = DEFAULT_MAX_BODY,
        middlewares: Sequence[aiohttp.ClientMiddlewareType] = (),
        trace_configs: Sequence[aiohttp.TraceConfig] = (),
        clock: Clock = _SYSTEM_CLOCK,
    ) -> None:
        if not isinstance(credentials, HmacCredentials | RsaCredentials | None):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(
                f"credentials must be HmacCredentials, RsaCredentials or None, not {type(credentials).__name__}"
            )
        if plan is not None and limits is not DOCUMENTED_LIMITS:
            raise ValueError("give plan or limits, not both")
        self._transport: Final = Transport(
            credentials,
            base_url=base_url,
            session=session,
            timeout=timeout,
            mode=mode,
            limits=limits_of_plan(plan) if plan is not None else limits,
            max_wait=max_wait,
            max_body=max_body,
            middlewares=middlewares,
            trace_configs=trace_configs,
            clock=clock,
        )

    # A group is imported when it is first used: its classes are most of what importing everything would cost.

    @functools.cached_property
    def accounts(self) -> Accounts:
        """The exchange accounts and wallets that are connected to 3Commas."""
        from threecommas_async.resources.accounts import Accounts

        return Accounts(self._transport)

    @functools.cached_property
    def market_data(self) -> MarketData:
        """Markets, pairs and rates; public."""
        from threecommas_async.resources.market_data import MarketData

        return MarketData(self._transport)

    @functools.cached_property
    def users(self) -> Users:
        """The API key and its owner."""
        from threecommas_async.resources.users import Users

        return Users(self._transport)

    @classmethod
    def from_env(cls, **options: Unpack[ClientOptions]) -> Self:
        """Build a client from the environment.

        ``THREECOMMAS_API_KEY`` together with ``THREECOMMAS_API_SECRET`` or, for an RSA key,
        ``THREECOMMAS_PRIVATE_KEY_FILE``; optionally ``THREECOMMAS_BASE_URL``. The options
        are the constructor's.

        :raises ValueError: a variable is missing, or both kinds of secret are set.
        :raises OSError: the private key's file cannot be read.
        """
        base_url = os.environ.get("THREECOMMAS_BASE_URL") or DEFAULT_BASE_URL
        return cls(_credentials_from_env(), base_url=base_url, **options)

    async def close(self) -> None:
        """Close the session, unless it was borrowed. A closed client sends nothing more."""
        await self._transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exception_type: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _credentials_from_env() -> Credentials:
    api_key = os.environ.get("THREECOMMAS_API_KEY")
    has_secret = bool(os.environ.get("THREECOMMAS_API_SECRET"))
    key_file = os.environ.get("THREECOMMAS_PRIVATE_KEY_FILE")
    if not api_key:
        raise ValueError("the environment variable THREECOMMAS_API_KEY is not set")
    if has_secret and key_file:
        raise ValueError("set THREECOMMAS_API_SECRET or THREECOMMAS_PRIVATE_KEY_FILE, not both")
    if key_file:
        return RsaCredentials(api_key, Path(key_file))
    if not has_secret:
        raise ValueError(
            "set the environment variable THREECOMMAS_API_SECRET or, for an RSA key, THREECOMMAS_PRIVATE_KEY_FILE"
        )
    return HmacCredentials(api_key, os.environ["THREECOMMAS_API_SECRET"])
