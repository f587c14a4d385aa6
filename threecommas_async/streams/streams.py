"""``client.streams``: what becomes of deals and SmartTrades, told as it happens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar, final

import attrs
import msgspec

from threecommas_async.resources.checks import identifier, in_range, moment
from threecommas_async.secret import Secret
from threecommas_async.streams.channel import Channel, Counters
from threecommas_async.streams.events import DealChanged, SmartTradeChanged
from threecommas_async.streams.stream import Stream
from threecommas_async.transport.cable import Cable, CableState
from threecommas_async.transport.settings import checked_seconds
from threecommas_async.transport.transport import Transport
from threecommas_async.transport.waiting import within

if TYPE_CHECKING:
    from threecommas_async.models.deal import Deal
    from threecommas_async.models.smart_trade import SmartTrade
    from threecommas_async.streams.kinds import Kind
    from threecommas_async.streams.merge import State

T = TypeVar("T")

StreamTransport = Literal["websocket", "poll"]

_MOST_PENDING: Final = 10_000
_AUDIT: Final = 300.0
_OPEN_TIMEOUT: Final = 30.0


@final
@attrs.frozen
class StreamStatus:
    """How the streams of a client stand.

    :ivar state: of the connection: ``"idle"`` before the first stream, ``"connecting"``, ``"greeting"``,
        ``"subscribing"``, ``"live"``, ``"waiting"`` for the next attempt, ``"failed"``, ``"closed"``.
    :ivar server_time: the server's clock, by its last ping.
    :ivar silent_for: the seconds since anything was heard from the server; None without a connection.
    :ivar connections: how many connections were made.
    :ivar last_loss: why the last connection ended, or could not be made.
    :ivar gap_since: from when on changes may be missing, if they may.
    :ivar deals: what has come by on the stream of deals.
    :ivar smart_trades: what has come by on the stream of SmartTrades.
    :ivar stray: how many messages came that nobody had subscribed to.
    """

    state: CableState
    server_time: datetime | None
    silent_for: float | None
    connections: int
    last_loss: str | None
    gap_since: datetime | None
    deals: Counters
    smart_trades: Counters
    stray: int


@final
class Streams:
    """The streams of a client. All of them share one connection, which is open from the first to the last.

    The vendor's present documentation has no page of streams: what is known of them is older. Should the service stop
    serving them, ``transport="poll"`` tells the same on ordinary requests alone, within the limits.
    """

    def __init__(self, transport: Transport, url: str | None) -> None:
        self._transport: Final = transport
        self._url: Final = url
        self._channels: Final[dict[tuple[str, StreamTransport], Channel[Any, Any]]] = {}
        self._identifiers: Final[dict[str, Secret]] = {}

    def deals(
        self,
        *,
        snapshot: Literal["active"] | None = None,
        since: datetime | None = None,
        bot_id: int | None = None,
        account_id: int | None = None,
        max_pending: int = _MOST_PENDING,
        audit: float | None = _AUDIT,
        open_timeout: float = _OPEN_TIMEOUT,
        transport: StreamTransport = "websocket",
    ) -> Stream[DealChanged]:
        """Open a stream of deals: every change of every deal, its latest state first. Needs the permission BOTS_READ.

        ::

            async with client.streams.deals() as deals:
                async for event in deals:
                    match event:
                        case DealChanged(deal=deal): ...
                        case Gap(since=since, reason=reason): ...  # states may be stale from here on
                        case Resynced(): ...  # everything is known again

        The websocket's channel ``DealsChannel``, and ``GET /ver1/deals`` for what was missed. It is entered once the
        subscription is confirmed, connects again by itself, and ends by an exception or by leaving it.

        :param snapshot: ``"active"`` to be told all active deals first; a :class:`Resynced` follows them.
        :param since: be told first what changed from this time on, as after a gap.
        :param bot_id: only the deals of this bot.
        :param account_id: only those of this account.
        :param max_pending: of how many deals changes may wait to be read; then there is a :class:`Gap`.
        :param audit: after how many seconds all is asked for although nothing tells of a loss; None for never.
        :param open_timeout: the seconds that entering may take.
        :param transport: ``"poll"`` to ask every few seconds, and use no websocket.
        :raises ValueError: an argument cannot be right; the text names it.
        :raises TypeError: an argument is of the wrong type.
        """
        from threecommas_async.streams.deals import DEALS

        bot = None if bot_id is None else identifier("bot_id", bot_id)
        account = None if account_id is None else identifier("account_id", account_id)
        return self._stream(
            DEALS,
            lambda state: bot in (None, state.bot_id) and account in (None, state.account_id),
            snapshot=snapshot,
            since=since,
            max_pending=max_pending,
            audit=audit,
            open_timeout=open_timeout,
            transport=transport,
        )

    def smart_trades(
        self,
        *,
        snapshot: Literal["active"] | None = None,
        since: datetime | None = None,
        account_id: int | None = None,
        max_pending: int = _MOST_PENDING,
        audit: float | None = _AUDIT,
        open_timeout: float = _OPEN_TIMEOUT,
        transport: StreamTransport = "websocket",
    ) -> Stream[SmartTradeChanged]:
        """Open a stream of SmartTrades. Needs the permission SMART_TRADES_READ.

        The websocket's channel ``SmartTradesChannel``, and ``GET /v2/smart_trades`` for what was missed; otherwise as
        :meth:`deals`.

        :param snapshot: ``"active"`` to be told all active SmartTrades first; a :class:`Resynced` follows them.
        :param since: be told first what changed from this time on, as after a gap.
        :param account_id: only those of this account.
        :param max_pending: of how many SmartTrades changes may wait to be read; then there is a :class:`Gap`.
        :param audit: after how many seconds all is asked for although nothing tells of a loss; None for never.
        :param open_timeout: the seconds that entering may take.
        :param transport: ``"poll"`` to ask every few seconds, and use no websocket.
        :raises ValueError: an argument cannot be right; the text names it.
        :raises TypeError: an argument is of the wrong type.
        """
        from threecommas_async.streams.smart_trades import SMART_TRADES

        account = None if account_id is None else identifier("account_id", account_id)
        return self._stream(
            SMART_TRADES,
            lambda state: account in (None, state.account_id),
            snapshot=snapshot,
            since=since,
            max_pending=max_pending,
            audit=audit,
            open_timeout=open_timeout,
            transport=transport,
        )

    async def wait_for_deal(
        self,
        deal_id: int,
        condition: Callable[[Deal], bool],
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - by the clock that was handed in
    ) -> Deal:
        """Return a deal once a condition holds for it; look first, then wait. Needs the permission BOTS_READ.

        ::

            deal = await client.streams.wait_for_deal(deal.id, lambda deal: deal.is_finished, timeout=600)

        :param deal_id: the deal's ``id``.
        :param condition: tells whether this is it; called with each state that becomes known.
        :param timeout: the most seconds to wait; None for as long as it takes.
        :raises TimeoutError: (the builtin) the condition did not hold in time.
        :raises NotFoundError: there is no such deal.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        from threecommas_async.resources.deals import Deals
        from threecommas_async.streams.deals import DEALS

        get = Deals(self._transport).get

        async def wait() -> Deal:
            deal = await get(deal_id)
            if condition(deal):
                return deal
            async with self._stream(DEALS, lambda state: state.id == deal_id) as changes:
                deal = await get(deal_id)  # what happened before the subscription was confirmed
                if condition(deal):
                    return deal
                async for event in changes:
                    if isinstance(event, DealChanged) and condition(event.deal):
                        return event.deal
            raise AssertionError("a stream ends by an exception only")

        return await self._bounded(wait, timeout)

    async def wait_for_smart_trade(
        self,
        smart_trade_id: int,
        condition: Callable[[SmartTrade], bool],
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - by the clock that was handed in
    ) -> SmartTrade:
        """Return a SmartTrade once a condition holds for it; look first, then wait. Needs SMART_TRADES_READ.

        :param smart_trade_id: the SmartTrade's ``id``.
        :param condition: tells whether this is it; called with each state that becomes known.
        :param timeout: the most seconds to wait; None for as long as it takes.
        :raises TimeoutError: (the builtin) the condition did not hold in time.
        :raises NotFoundError: there is no such SmartTrade.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        from threecommas_async.resources.smart_trades import SmartTrades
        from threecommas_async.streams.smart_trades import SMART_TRADES

        get = SmartTrades(self._transport).get

        async def wait() -> SmartTrade:
            trade = await get(smart_trade_id)
            if condition(trade):
                return trade
            async with self._stream(SMART_TRADES, lambda state: state.id == smart_trade_id) as changes:
                trade = await get(smart_trade_id)  # what happened before the subscription was confirmed
                if condition(trade):
                    return trade
                async for event in changes:
                    if isinstance(event, SmartTradeChanged) and condition(event.smart_trade):
                        return event.smart_trade
            raise AssertionError("a stream ends by an exception only")

        return await self._bounded(wait, timeout)

    @property
    def status(self) -> StreamStatus:
        """How the connection and the streams stand."""
        cable = self._transport.cable
        channels = self._channels.values()
        return StreamStatus(
            state="idle" if cable is None else cable.state,
            server_time=None if cable is None else cable.server_time,
            silent_for=None if cable is None or cable.state in ("idle", "closed", "failed") else cable.silent_for,
            connections=0 if cable is None else cable.connections,
            last_loss=None if cable is None else cable.last_loss,
            gap_since=min((since for channel in channels if (since := channel.gap_since) is not None), default=None),
            deals=self._counted("deals"),
            smart_trades=self._counted("smart_trades"),
            stray=0 if cable is None else cable.stray,
        )

    def __repr__(self) -> str:
        cable = self._transport.cable
        return f"<Streams, {'idle' if cable is None else cable.state}>"

    # ---- parts ------------------------------------------------------------------------------------------------------
    def _stream(
        self,
        kind: Kind[Any, T],
        wants: Callable[[State], bool],
        *,
        snapshot: object = None,
        since: datetime | None = None,
        max_pending: int = _MOST_PENDING,
        audit: float | None = _AUDIT,
        open_timeout: float = _OPEN_TIMEOUT,
        transport: StreamTransport = "websocket",
    ) -> Stream[T]:
        if snapshot not in (None, "active"):
            raise ValueError(f"snapshot must be 'active' or None, not {snapshot!r}")
        moment("since", since)
        in_range("max_pending", max_pending, 1)
        if transport not in ("websocket", "poll"):
            raise ValueError(f"transport must be 'websocket' or 'poll', not {transport!r}")
        if self._transport.credentials is None:
            raise ValueError("a stream needs a key: give ThreeCommasClient its credentials")
        return Stream(
            self._channel(kind, transport),
            self._transport.clock,
            lambda: self._identifier(kind),
            wants=wants,
            snapshot=snapshot is not None,
            since=since,
            max_pending=max_pending,
            audit=None if audit is None else checked_seconds("audit", audit, above_zero=True),
            open_timeout=checked_seconds("open_timeout", open_timeout, above_zero=True),
        )

    def _cable(self) -> Cable:
        if self._url is None:
            raise ValueError(
                f"where the websocket of {self._transport.base_url} is does not follow from its address: give "
                "ThreeCommasClient a stream_url, or use transport='poll'"
            )
        return self._transport.open_cable(self._url)

    def _channel(self, kind: Kind[Any, T], transport: StreamTransport) -> Channel[Any, T]:
        key = (kind.name, transport)
        if key not in self._channels:
            self._channels[key] = Channel(kind, self._transport, self._cable() if transport == "websocket" else None)
        return self._channels[key]

    async def _identifier(self, kind: Kind[Any, Any]) -> Secret:
        """Return the identifier of a subscription. Its signature is always the same, and is made once."""
        credentials = self._transport.credentials
        if kind.channel not in self._identifiers and credentials is not None:
            sign = credentials.sign
            signature = await asyncio.to_thread(sign, kind.signed) if credentials.signs_in_thread else sign(kind.signed)
            self._identifiers[kind.channel] = _identifier(kind.channel, credentials.api_key, Secret(signature))
        return self._identifiers[kind.channel]

    async def _bounded(self, wait: Callable[[], Coroutine[Any, Any, T]], seconds: float | None) -> T:
        if seconds is None:
            return await wait()
        return await within(self._transport.clock, checked_seconds("timeout", seconds, above_zero=True), wait())

    def _counted(self, name: str) -> Counters:
        several = [channel.counters for channel in self._channels.values() if channel.name == name]
        return Counters(
            **{
                field.name: sum(getattr(counters, field.name) for counters in several)
                for field in attrs.fields(Counters)
            }
        )


def _identifier(channel: str, api_key: str, signature: Secret) -> Secret:
    users = [{"api_key": api_key, "signature": signature.reveal()}]
    return Secret(msgspec.json.encode({"channel": channel, "users": users}).decode())
