"""Watches deals or SmartTrades: a table that follows them, or a line for each change."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import UTC
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import attrs
import msgspec
from rich.console import Console
from rich.live import Live

from threecommas_async import codec
from threecommas_async.cli.columns import in_currency, number_of, percent, plain
from threecommas_async.cli.options import TradingMode
from threecommas_async.cli.output import print_line, print_raw_json
from threecommas_async.cli.watch_board import Board, Line, age, line_of_deal, line_of_smart_trade
from threecommas_async.errors import ThreeCommasError
from threecommas_async.models.deal import Deal
from threecommas_async.models.smart_trade import SmartTrade
from threecommas_async.redaction import redact
from threecommas_async.streams import DealChanged, Gap, Resynced, SmartTradeChanged, Stream
from threecommas_async.transport.clock import SystemClock
from threecommas_async.transport.waiting import first_of

if TYPE_CHECKING:
    from threecommas_async.cli.rehearsal import Stage
    from threecommas_async.cli.views import Sections
    from threecommas_async.client import ThreeCommasClient

E = TypeVar("E", Deal, SmartTrade)
EventT = TypeVar("EventT", DealChanged, SmartTradeChanged)

_PAINTS_A_SECOND: Final = 4
_PRICES: Final = 10.0
"""The seconds between two looks at the prices."""
_PRICES_OF_A_REPLAY: Final = 0.5
_STEPS_A_SECOND: Final = 8
_MOMENT: Final = 0.1
_SECONDS: Final = 60.0
_MOST_DEALS: Final = 1000
_MOST_SMART_TRADES: Final = 100


@attrs.frozen
class Watch(Generic[E, EventT]):
    """What is watched.

    :ivar noun: what one is called.
    :ivar key: the same in JSON.
    :ivar open: opens the stream.
    :ivar entity: returns what an event is about.
    :ivar line: returns the line of one on the board, given the same one at the time of the latest known price.
    :ivar text: describes one in a line of text.
    :ivar prices: returns the active ones with their prices, in one request.
    """

    noun: str
    key: str
    open: Callable[[ThreeCommasClient], Stream[EventT]]
    entity: Callable[[EventT], E]
    line: Callable[[E, E], Line]
    text: Callable[[E], str]
    prices: Callable[[ThreeCommasClient], Awaitable[list[E]]]
    is_polling: bool

    def in_json(self, event: EventT | Gap | Resynced) -> str:
        """Return an event as one line of JSON; amounts are exact strings, and secrets are hidden."""
        match event:
            case Gap():
                document: dict[str, object] = {"event": "gap", "since": codec.iso(event.since), "reason": event.reason}
            case Resynced():
                document = {"event": "resynced", "requests": event.requests, "changed": event.changed}
            case _:
                entity = msgspec.Raw(codec.to_json(self.entity(event)))
                document = {"event": self.key, "origin": event.origin, "skipped": event.skipped, self.key: entity}
        return redact(msgspec.json.encode(document).decode())

    def in_words(self, event: EventT | Gap | Resynced) -> str:
        """Return an event as one line of text."""
        match event:
            case Gap():
                return f"Changes since {event.since:%Y-%m-%d %H:%M:%S} UTC may be missing: {event.reason}"
            case Resynced():
                return f"Everything is known: {number_of(event.changed, 'change')} found"
            case _:
                return self.text(self.entity(event))


def deals_of(bot_id: int | None, account_id: int | None, *, is_polling: bool) -> Watch[Deal, DealChanged]:
    """Return what is to be watched of deals."""
    return Watch(
        noun="deal",
        key="deal",
        open=lambda client: client.streams.deals(
            snapshot="active",
            bot_id=bot_id,
            account_id=account_id,
            transport="poll" if is_polling else "websocket",
        ),
        entity=lambda event: event.deal,
        line=line_of_deal,
        text=_deal_in_words,
        prices=lambda client: client.deals.list(
            scope="active", bot_id=bot_id, account_id=account_id, limit=_MOST_DEALS
        ),
        is_polling=is_polling,
    )


def smart_trades_of(account_id: int | None, *, is_polling: bool) -> Watch[SmartTrade, SmartTradeChanged]:
    """Return what is to be watched of SmartTrades."""
    return Watch(
        noun="SmartTrade",
        key="smart_trade",
        open=lambda client: client.streams.smart_trades(
            snapshot="active", account_id=account_id, transport="poll" if is_polling else "websocket"
        ),
        entity=lambda event: event.smart_trade,
        line=line_of_smart_trade,
        text=_smart_trade_in_words,
        prices=lambda client: client.smart_trades.list(
            status="active", account_id=account_id, per_page=_MOST_SMART_TRADES
        ),
        is_polling=is_polling,
    )


async def rehearse(
    watch: Watch[E, EventT], stage: Stage, seconds: float | None, mode: TradingMode | None, *, as_json: bool
) -> Sections:
    """Watch a rehearsal, and return its results.

    :param seconds: how long it is to take; by default a minute in a terminal, and elsewhere no longer than it must.
    """
    # The prices of a month pass in seconds: pings, and whoever waits for them, do not take part in that.
    clock = SystemClock()
    stage.sandbox.cable.ping_by(clock)
    async with stage.sandbox as sandbox, sandbox.client(clock=clock, mode=mode) as client:
        made = await stage.begin(client)
        taking = seconds if seconds is not None else _SECONDS if _is_live(as_json=as_json) else 0.0
        await follow(watch, client, as_json=as_json, place=" in the sandbox", play=_Player(stage, taking))
        return await stage.result(client, made)


class _Player:
    """Replays the prices of a stage, in a given time."""

    def __init__(self, stage: Stage, seconds: float) -> None:
        self._stage = stage
        self._seconds = seconds
        self._done = 0.0

    @property
    def progress(self) -> str:
        """How far it is."""
        return f"; {self._stage.sandbox.clock.now():%Y-%m-%d %H:%M}, {100 * self._done:.0f} %"

    async def __call__(self) -> None:
        rows = self._stage.rows[1:]
        steps = max(int(self._seconds * _STEPS_A_SECOND), 1)
        size = max(-(-len(rows) // steps), 1)
        began = _now()
        for start in range(0, len(rows), size):
            await self._stage.replay(rows[start : start + size])
            self._done = min((start + size) / len(rows), 1)
            await asyncio.sleep(max(began + self._done * self._seconds - _now(), 0))
        await asyncio.sleep(_MOMENT)  # for what was pushed last


async def follow(
    watch: Watch[E, EventT], client: ThreeCommasClient, *, as_json: bool, place: str, play: _Player | None = None
) -> None:
    """Tell what happens, until the replay ends, or else until the stream does."""
    if _is_live(as_json=as_json):
        await _show(watch, client, place, play)
        return

    began = asyncio.Event()

    async def tell() -> None:
        async with watch.open(client) as stream:
            began.set()
            async for event in stream:
                if as_json:
                    print_raw_json(watch.in_json(event))
                else:
                    print_line(watch.in_words(event))

    await _together([tell()], began, play)


async def _show(watch: Watch[E, EventT], client: ThreeCommasClient, place: str, play: _Player | None) -> None:
    """Show a table that follows what happens."""
    board, console = Board(watch.noun, watch.line), Console(highlight=False)
    live = Live(console=console, auto_refresh=False)
    began = asyncio.Event()
    priced_at: float | None = None

    async def tell() -> None:
        async with watch.open(client) as stream:
            began.set()
            async for event in stream:
                if isinstance(event, Gap | Resynced):
                    board.note(event)
                else:
                    board.take(watch.entity(event))

    async def price_once() -> None:
        nonlocal priced_at
        with contextlib.suppress(ThreeCommasError):  # the age of the prices tells
            board.price(await watch.prices(client))
            priced_at = _now()

    async def price() -> None:
        await began.wait()
        while True:
            await price_once()
            await asyncio.sleep(_PRICES if play is None else _PRICES_OF_A_REPLAY)

    def paint() -> None:
        since = None if priced_at is None else _now() - priced_at
        text = age(client.streams.status, since, is_polling=watch.is_polling)
        text += "" if play is None else play.progress
        live.update(board.shown(console.width, console.height, place, text), refresh=True)

    async def repaint() -> None:
        while True:
            paint()
            await asyncio.sleep(1 / _PAINTS_A_SECOND)

    with live:
        try:
            await _together([tell(), price(), repaint()], began, play, price_once)
        finally:
            paint()


async def _together(
    works: Sequence[Coroutine[Any, Any, None]],
    began: asyncio.Event,
    play: _Player | None,
    at_the_end: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Run all until one of them ends; the replay begins once the stream is open."""

    async def replay(player: _Player) -> None:
        await began.wait()
        await player()
        if at_the_end is not None:
            await at_the_end()

    await first_of(*works, *([] if play is None else [replay(play)]))


def _is_live(*, as_json: bool) -> bool:
    return not as_json and sys.stdout is not None and sys.stdout.isatty() and Console().is_interactive


def _now() -> float:
    return asyncio.get_running_loop().time()


def _deal_in_words(deal: Deal) -> str:
    return _in_words(deal, deal.status, in_currency(deal.profit, deal.quote_currency), deal.profit_percentage)


def _smart_trade_in_words(trade: SmartTrade) -> str:
    profit = trade.profit
    if profit is None:
        return _in_words(trade, trade.state, None, None)
    return _in_words(trade, trade.state, in_currency(profit.volume, trade.quote_currency), profit.percent)


def _in_words(one: Deal | SmartTrade, state: str | None, profit: str | None, share: Decimal | None) -> str:
    moment = "" if one.updated_at is None else f"{one.updated_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} "
    text = f"{moment}{one.id} {one.pair or ''} {state or ''}"
    if profit is not None:
        text += f", profit {profit}" + ("" if share is None else f" ({plain(percent(share))} %)")
    return text
