"""What became of a signal to a DCA bot: looks before, sends once, then watches the bot and its deals.

A response to a signal says that it was received, and nothing more. So what there is before is read, and what is new
afterwards is the effect. A new deal is told from an old one by its id and by when it was opened, both by the server's
word: no clock of this machine is asked.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final, final

import attrs

from threecommas_async.errors import OutcomeUnknownError
from threecommas_async.models.dca_bot import DcaBot
from threecommas_async.models.deal import Deal
from threecommas_async.resources.bots import Bots
from threecommas_async.resources.deals import Deals
from threecommas_async.signals.dca import DcaBotSignals
from threecommas_async.signals.receipts import Confirmed, NotSeen, Reason, SignalReceipt
from threecommas_async.streams.events import DealChanged
from threecommas_async.streams.streams import Streams
from threecommas_async.transport.clock import Clock
from threecommas_async.transport.waiting import within

_LOOK: Final = 2.0
_START_CONDITION: Final = "tv_custom_signal"
_CLOSING: Final = frozenset({"panic_sell_pending", "cancel_pending"})

Send = Callable[[], Awaitable[SignalReceipt]]


@attrs.frozen
class _Before:
    """What there was before the signal."""

    bot: DcaBot
    active: tuple[Deal, ...]
    latest: tuple[Deal, ...]

    def is_new(self, deal: Deal) -> bool:
        """Tell whether a deal was opened since."""
        if any(deal.id == one.id for one in (*self.active, *self.latest)):
            return False
        opened = max((one.created_at for one in self.latest if one.created_at is not None), default=None)
        return opened is None or deal.created_at is None or deal.created_at >= opened


@final
class ConfirmedSignals:
    """The signals of one DCA bot, each with what became of it; made by :meth:`Signals.confirm`.

    Each method sends one signal, once, and returns :class:`Confirmed` when its effect is seen, or :class:`NotSeen` with
    the reasons that the bot's own state gives. If the response is lost, the effect is looked for all the same. Needs an
    API key with BOTS_READ, of the bot's owner.

    Errors that the methods share are those of :class:`DcaBotSignals`, but for :class:`OutcomeUnknownError`, and those
    of reading.
    """

    def __init__(
        self, signals: DcaBotSignals, bots: Bots, deals: Deals, streams: Streams, clock: Clock, timeout: float
    ) -> None:
        self._signals: Final = signals
        self._bots: Final = bots
        self._deals: Final = deals
        self._streams: Final = streams
        self._clock: Final = clock
        self._timeout: Final = timeout

    def __repr__(self) -> str:
        return f"<ConfirmedSignals of bot {self._signals.bot_id}, waiting {self._timeout:g} s>"

    # ---- deals ------------------------------------------------------------------------------------------------------
    async def start_deal(self, pair: str | None = None, *, delay_seconds: int = 0) -> Confirmed | NotSeen:
        """Start a deal, and wait until it is there.

        :param pair: which of the bot's pairs; a bot of one pair needs none.
        :param delay_seconds: after how many seconds 3Commas acts.
        """
        return await self._open(
            pair, delay_seconds, lambda: self._signals.start_deal(pair, delay_seconds=delay_seconds)
        )

    async def close_deal(self, pair: str | None = None, *, delay_seconds: int = 0) -> Confirmed | NotSeen:
        """Close the deal on a pair at the market price, and wait until it is being closed.

        :param pair: which of the bot's pairs; a bot of one pair needs none.
        :param delay_seconds: after how many seconds 3Commas acts.
        """
        return await self._end(pair, delay_seconds, lambda: self._signals.close_deal(pair, delay_seconds=delay_seconds))

    async def cancel_deal(self, pair: str | None = None, *, delay_seconds: int = 0) -> Confirmed | NotSeen:
        """Cancel the deal on a pair, and wait until it is being cancelled.

        :param pair: which of the bot's pairs; a bot of one pair needs none.
        :param delay_seconds: after how many seconds 3Commas acts.
        """
        return await self._end(
            pair, delay_seconds, lambda: self._signals.cancel_deal(pair, delay_seconds=delay_seconds)
        )

    async def close_all(self, *, stop_bot: bool = False, delay_seconds: int = 0) -> Confirmed | NotSeen:
        """Close all deals of the bot at the market price, and wait until all are being closed.

        :param stop_bot: whether to disable the bot, too, and to wait for that.
        :param delay_seconds: after how many seconds 3Commas acts.
        """
        return await self._end(
            None,
            delay_seconds,
            lambda: self._signals.close_all(stop_bot=stop_bot, delay_seconds=delay_seconds),
            is_of_all=True,
            stops=stop_bot,
        )

    async def cancel_all(self, *, stop_bot: bool = False, delay_seconds: int = 0) -> Confirmed | NotSeen:
        """Cancel all deals of the bot, and wait until all are being cancelled.

        :param stop_bot: whether to disable the bot, too, and to wait for that.
        :param delay_seconds: after how many seconds 3Commas acts.
        """
        return await self._end(
            None,
            delay_seconds,
            lambda: self._signals.cancel_all(stop_bot=stop_bot, delay_seconds=delay_seconds),
            is_of_all=True,
            stops=stop_bot,
        )

    # ---- the bot ----------------------------------------------------------------------------------------------------
    async def start_bot(self, *, delay_seconds: int = 0) -> Confirmed | NotSeen:
        """Enable the bot, and wait until it is.

        :param delay_seconds: after how many seconds 3Commas acts.
        """
        return await self._switch(True, delay_seconds, lambda: self._signals.start_bot(delay_seconds=delay_seconds))

    async def stop_bot(self, *, delay_seconds: int = 0) -> Confirmed | NotSeen:
        """Disable the bot, and wait until it is. Its deals go on.

        :param delay_seconds: after how many seconds 3Commas acts.
        """
        return await self._switch(False, delay_seconds, lambda: self._signals.stop_bot(delay_seconds=delay_seconds))

    # ---- parts ------------------------------------------------------------------------------------------------------
    async def _open(self, pair: str | None, delay_seconds: int, send: Send) -> Confirmed | NotSeen:
        bot_id = self._signals.bot_id
        async with self._streams.deals(bot_id=bot_id) as changes:
            before = await self._look()
            wanted = _pair_of(before.bot, pair)

            def is_it(deal: Deal) -> bool:
                return before.is_new(deal) and (wanted is None or deal.pair == wanted)

            receipt = await _sent(send)

            async def seen() -> Deal:
                async for event in changes:
                    if isinstance(event, DealChanged) and is_it(event.deal):
                        return event.deal
                raise AssertionError("a stream ends by an exception only")

            deal = await self._within(delay_seconds + (before.bot.deal_start_delay_seconds or 0), seen())
        if deal is None:
            deal = next(filter(is_it, await self._deals.list(bot_id=bot_id, limit=100)), None)
        if deal is not None:
            return Confirmed((deal,), receipt=receipt)
        return NotSeen(await self._reasons_not_to_open(before, wanted, receipt), receipt=receipt)

    async def _end(
        self, pair: str | None, delay_seconds: int, send: Send, *, is_of_all: bool = False, stops: bool = False
    ) -> Confirmed | NotSeen:
        bot_id = self._signals.bot_id
        before = await self._look()
        wanted = None if is_of_all else _pair_of(before.bot, pair)
        running = {deal.id: deal for deal in before.active if wanted is None or deal.pair == wanted}
        ended = dict[int, Deal]()
        async with self._streams.deals(bot_id=bot_id, snapshot="active") as changes:
            receipt = await _sent(send)

            async def seen() -> None:
                while running.keys() - ended.keys():
                    event = await anext(changes)
                    if isinstance(event, DealChanged) and event.deal.id in running and _is_ending(event.deal):
                        ended[event.deal.id] = event.deal

            if running:
                await self._within(delay_seconds, seen())
        for deal_id in running.keys() - ended.keys():
            deal = running[deal_id] = await self._deals.get(deal_id)
            if _is_ending(deal):
                ended[deal_id] = deal
        bot = await self._switched(delay_seconds, to=False) if stops else None
        left = tuple(deal for deal_id, deal in running.items() if deal_id not in ended)
        if not left and (running or stops) and (bot is None or bot.is_enabled is False):
            return Confirmed(tuple(ended.values()), bot, receipt)
        reasons: list[Reason] = [] if running else ["no_open_deal"]
        return NotSeen((*reasons, *_of_receipt(receipt)), left, receipt)

    async def _switch(self, to: bool, delay_seconds: int, send: Send) -> Confirmed | NotSeen:
        await self._bots.get(self._signals.bot_id)  # there is such a bot, and it can be read
        receipt = await _sent(send)
        bot = await self._switched(delay_seconds, to=to)
        if bot.is_enabled is to:
            return Confirmed(bot=bot, receipt=receipt)
        return NotSeen(_of_receipt(receipt), receipt=receipt)

    async def _switched(self, delay_seconds: int, *, to: bool) -> DcaBot:
        """Return the bot as it was read last: once it is switched, or when the time is over."""
        ends_at = self._clock.monotonic() + delay_seconds + self._timeout
        while True:
            bot = await self._bots.get(self._signals.bot_id)
            if bot.is_enabled is to or self._clock.monotonic() >= ends_at:
                return bot
            await self._clock.sleep(_LOOK)

    async def _look(self) -> _Before:
        bot_id = self._signals.bot_id
        bot = await self._bots.get(bot_id)
        active = [deal async for deal in self._deals.iterate(bot_id=bot_id, scope="active")]
        latest = await self._deals.list(bot_id=bot_id, order="created_at", order_direction="DESC", limit=100)
        return _Before(bot, tuple(active), tuple(latest))

    async def _within(self, delay: float, seen: Coroutine[Any, Any, Any]) -> Any:
        with suppress(TimeoutError):
            return await within(self._clock, delay + self._timeout, seen)
        return None

    async def _reasons_not_to_open(
        self, before: _Before, pair: str | None, receipt: SignalReceipt | None
    ) -> tuple[Reason, ...]:
        """Return why a deal was not opened, as far as the bot's own state tells."""
        bot = await self._bots.get(self._signals.bot_id)
        on_pair = [deal for deal in before.active if deal.pair == pair]
        conditions = [condition.strategy for condition in bot.strategy_list or ()]
        allowed = (bot.allowed_deals_on_same_pair or 1) if len(bot.pairs or ()) > 1 else 1
        checks: list[tuple[Reason, bool]] = [
            ("bot_disabled", bot.is_enabled is False),
            ("pair_not_in_bot", pair is not None and bot.pairs is not None and pair not in bot.pairs),
            ("deal_limit_reached", bot.max_active_deals is not None and len(before.active) >= bot.max_active_deals),
            ("deal_open_on_pair", len(on_pair) >= allowed),
            ("cooldown", _cools_down(bot, before.latest, pair)),
            ("wrong_start_condition", bool(conditions) and _START_CONDITION not in conditions),
        ]
        return (*(reason for reason, holds in checks if holds), *_of_receipt(receipt))


def _pair_of(bot: DcaBot, pair: str | None) -> str | None:
    """Return the pair that a signal is about; None if it cannot be known.

    :raises ValueError: the bot has several, and none is named.
    """
    if pair is None and len(bot.pairs or ()) > 1:
        raise ValueError(f"pair must be one of the bot's pairs, which are {', '.join(bot.pairs or ())}")
    return pair or (bot.pairs[0] if bot.pairs else None)


async def _sent(send: Send) -> SignalReceipt | None:
    """Send a signal; None if nobody knows whether it was received."""
    try:
        return await send()
    except OutcomeUnknownError:
        return None


def _of_receipt(receipt: SignalReceipt | None) -> tuple[Reason, ...]:
    return ("no_response",) if receipt is None else ()


def _is_ending(deal: Deal) -> bool:
    return deal.is_finished or deal.status in _CLOSING


def _cools_down(bot: DcaBot, latest: tuple[Deal, ...], pair: str | None) -> bool:
    """Tell whether a deal that was closed so lately holds up the next one, by the latest moment that the API told."""
    closed = [deal.closed_at for deal in latest if deal.closed_at is not None and pair in (None, deal.pair)]
    told = [moment for deal in latest for moment in (deal.updated_at, deal.created_at) if moment is not None]
    if not bot.cooldown or not closed or not told:
        return False
    return max(closed) + timedelta(seconds=int(bot.cooldown)) > max(told)
