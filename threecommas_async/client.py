"""The client: owns or borrows the aiohttp session, and provides the resources."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, TypedDict, TypeVar, Unpack, final, overload

import aiohttp

from threecommas_async.credentials import Credentials, HmacCredentials, RsaCredentials
from threecommas_async.models.base import JsonValue
from threecommas_async.redaction import conceals_arguments
from threecommas_async.secret import Secret
from threecommas_async.transport.call import Id, Method
from threecommas_async.transport.clock import Clock, SystemClock
from threecommas_async.transport.limits import DOCUMENTED_LIMITS, Limit, Limits, Plan, checked_limits, limits_of_plan
from threecommas_async.transport.settings import (
    Mode,
    checked_base_url,
    checked_clock,
    checked_max_body,
    checked_middlewares,
    checked_route,
    checked_seconds,
    checked_session,
    checked_signals_url,
    checked_stream_url,
    checked_trace_configs,
    loopback_origin,
    stream_url_of,
)
from threecommas_async.transport.transport import CallOptions, Transport

if TYPE_CHECKING:
    from threecommas_async.resources.accounts import Accounts
    from threecommas_async.resources.bots import Bots
    from threecommas_async.resources.deals import Deals
    from threecommas_async.resources.grid_bots import GridBots
    from threecommas_async.resources.market_data import MarketData
    from threecommas_async.resources.smart_trades import SmartTrades
    from threecommas_async.resources.trades import Trades
    from threecommas_async.resources.users import Users
    from threecommas_async.signals.signals import Signals
    from threecommas_async.streams.streams import Streams

T = TypeVar("T")

DEFAULT_BASE_URL: Final = "https://api.3commas.io/public/api"
DEFAULT_TIMEOUT: Final = 30.0
DEFAULT_MAX_BODY: Final = 8 * 1024 * 1024
_SYSTEM_CLOCK: Final = SystemClock()


class ClientOptions(TypedDict, total=False):
    """The keyword arguments of :class:`ThreeCommasClient` other than ``base_url``, for functions that pass them on."""

    session: aiohttp.ClientSession | None
    timeout: float
    mode: Mode | None
    plan: Plan | None
    limits: Sequence[Limit] | Limits | None
    max_wait: float
    max_body: int
    middlewares: Sequence[aiohttp.ClientMiddlewareType]
    trace_configs: Sequence[aiohttp.TraceConfig]
    stream_url: str | None
    signals_url: str | None
    clock: Clock


@final
class ThreeCommasClient:
    """An asyncio client of the 3Commas API.

    ::

        async with ThreeCommasClient(HmacCredentials(api_key, secret)) as client:
            account = await client.accounts.create(type="binance", name="Main", api_key="...", secret="...")

    Building one does no I/O and needs no running event loop. Use it with ``async with``, or await :meth:`close` at the
    end. One client may serve any number of tasks of one event loop.

    :param credentials: :class:`HmacCredentials` or :class:`RsaCredentials`; with None, only public calls are possible.
    :param base_url: the URL of the API or of another server, such as a sandbox; plain http is for loopback hosts only.
    :param session: an aiohttp session to borrow. It is not closed. Its own middlewares do not run for this client's
        calls; pass those that you want in ``middlewares``.
    :param timeout: seconds for a whole call, waits and further attempts included; finite and above 0.
    :param mode: ``"paper"`` or ``"real"``: the trading mode of the calls, whatever the web application is switched to
        (header ``Forced-Mode``).
    :param plan: your subscription plan, ``"starter"``, ``"pro"`` or ``"expert"``, if it allows another number of
        requests per minute than the documented 100.
    :param limits: the limits to keep to instead of the documented ones, or :class:`RedisLimits`, which several
        processes share; None switches the client's own limiter off. Clients of one event loop that have the same key
        share one count, and must have the same limits.
    :param max_wait: the longest wait of a call for its turn, in seconds. A call that would have to wait longer, or
        beyond ``timeout``, raises :class:`RateLimitedError` at once, with ``retry_at``.
    :param max_body: the largest response body, in bytes, both compressed and decompressed.
    :param middlewares: aiohttp client middlewares that run before the one that signs. They see decompressed bodies. An
        exception that one raises before the request is sent is passed on; later, it becomes the ``__cause__`` of
        :class:`OutcomeUnknownError`. A write that may have been carried out is not sent again, even if one tries to.
    :param trace_configs: aiohttp trace configurations for the client's own session.
    :param stream_url: the URL of the websocket of :attr:`streams`; by default it follows from ``base_url``, if that is
        the API itself or a loopback host.
    :param signals_url: where the webhooks of :attr:`signals` are; by default at 3Commas or, if ``base_url`` is a
        loopback host, there.
    :param clock: the clock; for tests and simulations.
    :raises ValueError: an argument is not valid; the text names it.
    :raises TypeError: an argument is of the wrong type.
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
        stream_url: str | None = None,
        signals_url: str | None = None,
        clock: Clock = _SYSTEM_CLOCK,
    ) -> None:
        if not isinstance(credentials, HmacCredentials | RsaCredentials | None):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(
                f"credentials must be HmacCredentials, RsaCredentials or None, not {type(credentials).__name__}"
            )
        if plan is not None and limits is not DOCUMENTED_LIMITS:
            raise ValueError("give plan or limits, not both")
        base_url = checked_base_url(base_url)
        self._stream_url = stream_url_of(base_url) if stream_url is None else checked_stream_url(stream_url)
        self._signals_url = loopback_origin(base_url) if signals_url is None else checked_signals_url(signals_url)
        self._transport = Transport(
            credentials,
            base_url=base_url,
            session=checked_session(session),
            options=CallOptions(
                timeout=checked_seconds("timeout", timeout, above_zero=True),
                max_wait=checked_seconds("max_wait", max_wait, above_zero=False),
                mode=mode,
            ),
            limits=limits_of_plan(plan) if plan is not None else checked_limits(limits),
            max_body=checked_max_body(max_body),
            middlewares=checked_middlewares(middlewares),
            trace_configs=checked_trace_configs(trace_configs, session),
            clock=checked_clock(clock),
        )

    # A group is imported when it is first used: its classes are most of the cost of importing everything.

    @functools.cached_property
    def accounts(self) -> Accounts:
        """The exchange accounts and wallets that are connected to 3Commas."""
        from threecommas_async.resources.accounts import Accounts

        return Accounts(self._transport)

    @functools.cached_property
    def bots(self) -> Bots:
        """DCA bots, which open deals, buy more on the way down and sell with a profit."""
        from threecommas_async.resources.bots import Bots

        return Bots(self._transport)

    @functools.cached_property
    def deals(self) -> Deals:
        """The deals of DCA bots: what was bought, what is still to be bought and sold, and at which price."""
        from threecommas_async.resources.deals import Deals

        return Deals(self._transport)

    @functools.cached_property
    def grid_bots(self) -> GridBots:
        """Grid bots, which buy and sell at the lines of a grid of prices."""
        from threecommas_async.resources.grid_bots import GridBots

        return GridBots(self._transport)

    @functools.cached_property
    def market_data(self) -> MarketData:
        """Markets, pairs and rates; public."""
        from threecommas_async.resources.market_data import MarketData

        return MarketData(self._transport)

    @functools.cached_property
    def smart_trades(self) -> SmartTrades:
        """SmartTrades: an entry, targets to take profits at, and a stop loss."""
        from threecommas_async.resources.smart_trades import SmartTrades

        return SmartTrades(self._transport)

    @functools.cached_property
    def trades(self) -> Trades:
        """Simple trades, which are single orders, with or without a condition."""
        from threecommas_async.resources.trades import Trades

        return Trades(self._transport)

    @functools.cached_property
    def signals(self) -> Signals:
        """The webhooks by which a program starts and closes deals itself; they need no API key."""
        from threecommas_async.signals.signals import Signals

        return Signals(self._transport, self.streams, self._signals_url)

    @functools.cached_property
    def streams(self) -> Streams:
        """What becomes of deals and SmartTrades, told as it happens."""
        from threecommas_async.streams.streams import Streams

        return Streams(self._transport, self._stream_url)

    @functools.cached_property
    def users(self) -> Users:
        """The API key and its owner."""
        from threecommas_async.resources.users import Users

        return Users(self._transport)

    @classmethod
    def from_env(cls, **options: Unpack[ClientOptions]) -> Self:
        """Build a client from the environment.

        It reads ``THREECOMMAS_API_KEY`` together with ``THREECOMMAS_API_SECRET`` or, for an RSA key,
        ``THREECOMMAS_PRIVATE_KEY_FILE``, and optionally ``THREECOMMAS_BASE_URL``. The options are the constructor's.

        :raises ValueError: a variable is missing, or both kinds of secret are set.
        :raises OSError: the private key's file cannot be read.
        """
        base_url = os.environ.get("THREECOMMAS_BASE_URL") or DEFAULT_BASE_URL
        return cls(_credentials_from_env(), base_url=base_url, **options)

    def with_options(
        self, *, mode: Mode | None = None, timeout: float | None = None, max_wait: float | None = None
    ) -> Self:
        """Return another view of this client with other options; session, limits and bans are shared.

        ::

            paper = client.with_options(mode="paper")

        Closing one view closes all of them. An option that is None stays as it is.

        :param mode: ``"paper"`` or ``"real"``: the trading mode of the view's calls.
        :param timeout: seconds for a whole call; finite and above 0.
        :param max_wait: the longest wait of a call for its turn, in seconds.
        :raises ValueError: an argument is not valid; the text names it.
        """
        now = self._transport.options
        options = CallOptions(
            timeout=now.timeout if timeout is None else checked_seconds("timeout", timeout, above_zero=True),
            max_wait=now.max_wait if max_wait is None else checked_seconds("max_wait", max_wait, above_zero=False),
            mode=now.mode if mode is None else mode,
        )
        view = object.__new__(type(self))
        view._stream_url, view._signals_url = self._stream_url, self._signals_url
        view._transport = self._transport.with_options(options)
        return view

    @overload
    async def request(
        self,
        /,
        method: Method,
        path: str,
        *,
        ids: Mapping[str, Id] | None = None,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, object] | None = None,
        kind: None = None,
        reads: bool | None = None,
        public: bool = False,
    ) -> JsonValue: ...

    @overload
    async def request(
        self,
        /,
        method: Method,
        path: str,
        *,
        ids: Mapping[str, Id] | None = None,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, object] | None = None,
        kind: type[T],
        reads: bool | None = None,
        public: bool = False,
    ) -> T: ...

    @conceals_arguments
    async def request(
        self,
        method: Method,
        path: str,
        *,
        ids: Mapping[str, Id] | None = None,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, object] | None = None,
        kind: type[T] | None = None,
        reads: bool | None = None,
        public: bool = False,
    ) -> T | JsonValue:
        """Make a call that has no method: signed, limited, and with the same errors as any other.

        ::

            path = "/ver1/bots/{bot_id}/start_new_deal"
            await client.request("POST", path, ids={"bot_id": 7}, body={"pair": "USDT_ETH"})

        :param method: the verb.
        :param path: the path template below the base URL.
        :param ids: the values for the template's placeholders: ints, UUIDs or plain words.
        :param query: the parameters of the query; None and ``OMITTED`` are not sent.
        :param body: the fields of the JSON body; None is null, ``OMITTED`` is not sent. Decimals are written exactly.
        :param kind: a model class, or a list of one, to read the result into; None for the exact JSON, in which numbers
            other than integers are :class:`~decimal.Decimal`.
        :param reads: whether the call changes nothing and may be repeated; by default, that applies to GET only.
        :param public: whether to send it unsigned.
        :returns: the result; None if the response is empty.
        :raises ValueError: an argument is not valid; nothing was sent.
        :raises TypeError: a value has no exact form; nothing was sent.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        checked_route(method, path)
        return await self._transport.request(
            method, path, kind, ids=ids, query=query, body=body, reads=reads, public=public
        )

    async def close(self) -> None:
        """Close the session, unless it was borrowed. A closed client sends nothing more."""
        await self._transport.close()

    def __repr__(self) -> str:
        key = "signed" if self._transport.credentials is not None else "without a key"
        mode = f", {self._transport.options.mode}" if self._transport.options.mode else ""
        return (
            f"<{type(self).__name__} {self._transport.base_url}, {key}{mode}{', closed' * self._transport.is_closed}>"
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exception_type: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _credentials_from_env() -> Credentials:
    # Concealed at once: any of them may contain a secret by mistake, and a traceback would show it.
    api_key, secret, key_file = (
        Secret(os.environ.get(name, ""))
        for name in ("THREECOMMAS_API_KEY", "THREECOMMAS_API_SECRET", "THREECOMMAS_PRIVATE_KEY_FILE")
    )
    if not api_key:
        raise ValueError("the environment variable THREECOMMAS_API_KEY is not set")
    if secret and key_file:
        raise ValueError("set THREECOMMAS_API_SECRET or THREECOMMAS_PRIVATE_KEY_FILE, not both")
    if key_file:
        return RsaCredentials(api_key, Path(key_file.reveal()))
    if not secret:
        raise ValueError(
            "set the environment variable THREECOMMAS_API_SECRET or, for an RSA key, THREECOMMAS_PRIVATE_KEY_FILE"
        )
    return HmacCredentials(api_key, secret)
