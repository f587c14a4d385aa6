"""What signals do to Signal Bots and their SmartTrades.

Assumptions, wherever nothing is known: an exit without an order closes the whole position; a bot on a market for
futures works in one-way mode, so that an entry the other way always closes first; targets and stop of a further entry
are those of the first one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, final

from attrs import evolve

from threecommas_async.sandbox.engine.books import Book
from threecommas_async.sandbox.engine.directions import Strategy, direction
from threecommas_async.sandbox.engine.exact import ZERO, floor_to, grown, minus, percent, times
from threecommas_async.sandbox.engine.orders import price_with_fee
from threecommas_async.sandbox.engine.refusals import RefusedError
from threecommas_async.sandbox.engine.signals.messages import (
    BotSignal,
    Effect,
    EntryOrder,
    PositionSide,
    PriceReference,
    StrategyInfo,
    executed,
    failed,
    rejected,
    words,
)
from threecommas_async.sandbox.engine.signals.signal_bot import SignalBot, SignalBotKind
from threecommas_async.sandbox.engine.smart_trades.operations import SmartTradeOperations
from threecommas_async.sandbox.engine.smart_trades.plan import PositionPlan, SmartTradePlan
from threecommas_async.sandbox.engine.smart_trades.smart_trade import SmartTrade
from threecommas_async.sandbox.engine.world import World

_KINDS: Final[Mapping[str, SignalBotKind]] = {
    "enter_long": "custom",
    "enter_short": "custom",
    "exit_long": "custom",
    "exit_short": "custom",
    "buy": "strategy",
    "sell": "strategy",
}
"""The kind of the bots that an action is for; all bots have ``disable``."""


class _RejectedError(Exception):
    """A signal is not to be executed; the argument is the reason."""


@final
class SignalBotSignals:
    """Carries out signals to Signal Bots."""

    def __init__(self, world: World, smart_trades: SmartTradeOperations, settle: Callable[[], None]) -> None:
        """
        :param settle: Carries out the second phase of closings.
        """
        self._world = world
        self._smart_trades = smart_trades
        self._settle = settle

    def carry_out(self, bot: SignalBot, signal: BotSignal) -> Effect:
        """Carry a signal out."""
        changed = list[SmartTrade]()
        try:
            self._carry_out(bot, signal, changed)
        except _RejectedError as error:
            if changed:
                return failed(str(error), *changed, pair=signal.pair)
            return rejected(str(error), signal.pair)
        except RefusedError as error:
            return failed(words(error), *changed, pair=signal.pair)
        return executed(*changed, pair=signal.pair)

    def _carry_out(self, bot: SignalBot, signal: BotSignal, changed: list[SmartTrade]) -> None:
        if signal.problem is not None:
            raise _RejectedError(signal.problem)
        _check_age(signal, self._world.now)
        if signal.action == "disable":
            self._disable(bot, signal, changed)
            return
        if not bot.is_enabled:
            raise _RejectedError("the bot is disabled")
        if signal.pair is None or signal.pair not in bot.pairs:
            raise _RejectedError("the bot does not trade the pair")
        if signal.action not in _KINDS:
            raise _RejectedError("the action is unknown")
        if _KINDS[signal.action] != bot.kind:
            raise _RejectedError(f"the action is not for bots of the {bot.kind} kind")
        side: Strategy = "long" if signal.action.endswith("_long") else "short"
        if bot.kind == "strategy":
            self._follow(bot, signal.pair, signal, changed)
        elif signal.action.startswith("enter"):
            self._enter(bot, signal.pair, side, signal, changed)
        else:
            self._exit(bot, signal.pair, side, signal.order, changed)

    # ---- entries ----------------------------------------------------------------------------------------------------
    def _enter(self, bot: SignalBot, pair: str, side: Strategy, signal: BotSignal, changed: list[SmartTrade]) -> None:
        """Open a position, or enter it further."""
        if bot.direction not in (side, "both"):
            raise _RejectedError(f"the bot does not trade {side}")
        book = self._world.books[bot.account.market, pair]
        order = signal.order or EntryOrder(amount=bot.amount, amount_type="quote")
        before = self._position(bot, pair, side)
        if before is not None and len(before.added) + 1 >= bot.most_entries:
            raise _RejectedError("the bot allows no further entry")
        price = _limit(order, side, book, before) if order.order_type == "limit" else None
        turned = self._turn(bot, pair, "short" if side == "long" else "long", book)
        if turned is not None:
            changed.append(turned)
        units = _units(bot, order, side, book, book.price if price is None else price, before)
        if before is not None:
            changed.append(before)
            self._smart_trades.add_funds(before.id, units, order_type=order.order_type, price=price)
            return
        plan = SmartTradePlan(
            account_id=bot.account.id,
            pair=pair,
            position=PositionPlan(
                type="buy" if side == "long" else "sell", order_type=order.order_type, units=units, price=price
            ),
            take_profit=bot.take_profit if signal.take_profit is None else signal.take_profit,
            stop_loss=signal.stop_loss if signal.has_stop_loss else bot.stop_loss,
        )
        opened = self._smart_trades.create(plan)
        bot.smart_trades.append(opened)
        changed.append(opened)

    def _turn(self, bot: SignalBot, pair: str, side: PositionSide, book: Book) -> SmartTrade | None:
        """Close a position that goes the other way, if the bot turns."""
        opposite = self._position(bot, pair, side)
        if opposite is None:
            return None
        if not bot.reverses and book.pair.market_type != "futures":
            raise _RejectedError(f"a {side} position is open, and the bot does not reverse")
        self._close(bot, opposite)
        self._settle()
        return opposite

    # ---- exits ------------------------------------------------------------------------------------------------------
    def _exit(
        self, bot: SignalBot, pair: str, side: PositionSide, order: EntryOrder | None, changed: list[SmartTrade]
    ) -> None:
        """Close a position or a part of it."""
        position = self._position(bot, pair, side)
        if position is None:
            raise _RejectedError(f"there is no {side} position")
        if order is not None and order.order_type == "limit":
            raise _RejectedError("an exit is carried out by market only")
        self._leave(bot, position, position.left if order is None else _part(order, position), changed)

    def _leave(self, bot: SignalBot, position: SmartTrade, units: Decimal, changed: list[SmartTrade]) -> None:
        if bot.min_profit is not None and position.profit_percent < bot.min_profit:
            raise _RejectedError("the profit is below the bot's minimum")
        changed.append(position)
        if units >= position.left:
            self._close(bot, position)
        else:
            self._smart_trades.reduce_funds(position.id, units, order_type="market")

    def _close(self, bot: SignalBot, position: SmartTrade) -> None:
        self._smart_trades.close_by_market(position.id)
        bot.smart_trades.remove(position)

    def _disable(self, bot: SignalBot, signal: BotSignal, changed: list[SmartTrade]) -> None:
        """Disable the bot. Only a person enables it again."""
        bot.is_enabled = False
        for position in [one for one in bot.smart_trades if not one.is_final and signal.positions is not None]:
            changed.append(position)
            if signal.positions == "market_close":
                self._close(bot, position)
            else:
                self._smart_trades.cancel(position.id)
                bot.smart_trades.remove(position)

    # ---- strategies -------------------------------------------------------------------------------------------------
    def _follow(self, bot: SignalBot, pair: str, signal: BotSignal, changed: list[SmartTrade]) -> None:
        """Do what leads from one position of a strategy to the next.

        Assumption: it is derived from the two positions alone. What grows is entered by the amount of the order, what
        shrinks is reduced in proportion, what turns is closed and opened anew in its new size.
        """
        info = signal.strategy
        if info is None:
            raise _RejectedError("there is no strategy_info")
        if info.before == info.after and (info.after == "flat" or info.size_before == info.size_after):
            raise _RejectedError("the two positions are the same")
        if info.before == info.after and info.size_after < info.size_before:
            self._shrink(bot, pair, info, changed)
            return
        if info.before != "flat" and info.before != info.after:
            if info.after == "flat" or self._position(bot, pair, info.before) is not None:
                self._exit(bot, pair, info.before, None, changed)
                self._settle()
            if changed and bot.direction not in (info.after, "both"):
                return
        if info.after != "flat":
            self._enter(bot, pair, info.after, evolve(signal, order=_growth(signal.order, info)), changed)

    def _shrink(self, bot: SignalBot, pair: str, info: StrategyInfo, changed: list[SmartTrade]) -> None:
        """Close a part of a position, in proportion."""
        position = self._position(bot, pair, info.before)
        if position is None:
            raise _RejectedError(f"there is no {info.before} position")
        part = minus(info.size_before, info.size_after)
        units = floor_to(times(position.left, part), position.book.pair.lot, per=info.size_before)
        self._leave(bot, position, units, changed)

    # ---- parts ------------------------------------------------------------------------------------------------------
    def _position(self, bot: SignalBot, pair: str, side: PositionSide) -> SmartTrade | None:
        """Return the SmartTrade of a position that has not ended."""
        bot.smart_trades = [one for one in bot.smart_trades if not one.is_final]
        return next((one for one in bot.smart_trades if (one.pair, one.direction.strategy) == (pair, side)), None)


def _check_age(signal: BotSignal, now: datetime) -> None:
    """Assumption: the age counts from the timestamp to when the signal is acted upon; the future is not too old."""
    if signal.sent_at is None or signal.max_lag is None:
        return
    if now - signal.sent_at > timedelta(seconds=signal.max_lag):
        raise _RejectedError(f"the signal is older than max_lag, {signal.max_lag} s")


def _limit(order: EntryOrder, side: Strategy, book: Book, before: SmartTrade | None) -> Decimal:
    """Return the price of an entry at a limit."""
    if order.price is not None:
        return order.price
    if order.price_percent is None:
        raise _RejectedError("a limit order needs price or price_percent")
    references: dict[PriceReference, Decimal | None] = {
        "current_price": book.price,
        "base_entry_price": None if before is None else before.position.price,
        "avg_entry_price": None if before is None else before.enter_price,
    }
    reference = references[order.reference]
    if reference is None:
        raise _RejectedError(f"there is no position, and so no {order.reference}")
    price = grown(reference, direction(side).into_loss(order.price_percent))
    if price <= 0:
        raise _RejectedError("price_percent leads to a price that is not above 0")
    return price


def _units(
    bot: SignalBot, order: EntryOrder, side: Strategy, book: Book, price: Decimal, before: SmartTrade | None
) -> Decimal:
    """Return the amount of an entry in base currency.

    Assumption: a percentage of the margin is one of what is free and would be spent, fee included.
    """
    pair, funds = book.pair, bot.account.funds
    match order.amount_type:
        case "base":
            return order.amount
        case "quote":
            return floor_to(order.amount, pair.lot, per=price)
        case "margin_percent":
            if side == "short":
                return percent(funds.available(pair.base), order.amount)
            spent = percent(funds.available(pair.quote), order.amount)
            return floor_to(spent, pair.lot, per=price_with_fee("BUY", price, bot.account.fee))
        case "position_percent":
            if before is None:
                raise _RejectedError("there is no position to take a percentage of")
            return percent(before.left, order.amount)


def _part(order: EntryOrder, position: SmartTrade) -> Decimal:
    """Return which amount of a position an exit closes."""
    lot = position.book.pair.lot
    match order.amount_type:
        case "base":
            return order.amount
        case "quote":
            return floor_to(order.amount, lot, per=position.book.price)
        case "position_percent":
            return floor_to(percent(position.left, order.amount), lot)
        case "margin_percent":
            raise _RejectedError("an exit is not a percentage of the margin")


def _growth(order: EntryOrder | None, info: StrategyInfo) -> EntryOrder:
    """Return the entry that leads to a position of a strategy: its order, but for one that turns."""
    if order is not None and info.before in ("flat", info.after):
        return order
    held = info.size_before if info.before == info.after else ZERO
    return EntryOrder(amount=minus(info.size_after, held), amount_type="base")
