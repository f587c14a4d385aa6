"""What prices, time and fills do to a simple trade."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Literal, final

from threecommas_async.sandbox.engine.alarms import Level
from threecommas_async.sandbox.engine.funds import NotEnoughError
from threecommas_async.sandbox.engine.orders import Order, OrderSide
from threecommas_async.sandbox.engine.trades.settings import TradeTrailing
from threecommas_async.sandbox.engine.trades.trade import SimpleTrade
from threecommas_async.sandbox.engine.world import World

_WOULD_TAKE: Final = "Post only order would be filled at once"


@final
class TradeDesk:
    """Trades for the simple trades of a world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def filled(self, trade: SimpleTrade, order: Order) -> None:
        """Draw the consequences of a limit order that was filled: there are no others."""
        self._end(trade, "finished")

    def examine(self, trade: SimpleTrade) -> None:
        """Do what the price or the time makes due: the condition first, then trailing, then the order."""
        if trade.status not in ("to_process", "trailing_activated"):
            return
        trade.is_triggered = trade.is_triggered or self._triggers(trade)
        trailing = trade.settings.trailing
        if trade.is_triggered and (trailing is None or self._has_come_back(trade, trailing)):
            self._place(trade)
        else:
            self._arm(trade)

    def cancel(self, trade: SimpleTrade) -> None:
        """End a trade that is not over."""
        if trade.order is not None:
            trade.book.withdraw(trade.order)
            trade.order.close("Cancelled", self._world.now)
        self._end(trade, "cancelled")

    # ---- parts ------------------------------------------------------------------------------------------------------
    def _triggers(self, trade: SimpleTrade) -> bool:
        """Say whether the condition is met, and has been looked at again after the timeout.

        As documented the condition is looked at twice, and not in between. Assumption: if it does not hold any more the
        second time, the trade waits for it anew.
        """
        condition, now = trade.settings.condition, self._world.now
        if condition is None:
            return True
        if trade.check_at is not None and now < trade.check_at:
            return False
        holds = condition.holds_at(trade.book.price)
        if holds and trade.check_at is None and trade.settings.timeout is not None:
            trade.check_at = now + timedelta(seconds=trade.settings.timeout)
            return False
        trade.check_at = None
        return holds

    def _has_come_back(self, trade: SimpleTrade, trailing: TradeTrailing) -> bool:
        """Let the best price follow the price, and say whether it has come back far enough from there.

        Assumption: a trade without a condition begins to trail at once.
        """
        trend, price = trade.settings.trend, trade.book.price
        if trade.best_price is None:
            trade.become("trailing_activated")
            trade.best_price = price
            self._world.touch(trade)
        elif trend.is_better(price, trade.best_price):
            trade.best_price = price
            self._world.touch(trade)
        return trend.in_loss(price, trailing.level(trend, trade.best_price))

    def _arm(self, trade: SimpleTrade) -> None:
        """Wait for the next price or moment that matters to a trade."""
        settings, fall, rise = trade.settings, None, None
        if not trade.is_triggered and trade.check_at is None and settings.condition is not None:
            level = settings.condition.level
            fall, rise = (level, None) if settings.condition.is_fall else (None, level)
        if trade.best_price is not None and settings.trailing is not None:
            better = Level(trade.best_price, is_beyond=True)
            back = Level(settings.trailing.level(settings.trend, trade.best_price))
            fall, rise = (back, better) if settings.trend.is_long else (better, back)
        self._world.watch(trade, trade.book, fall, rise, trade.check_at)

    def _place(self, trade: SimpleTrade) -> None:
        """Place the order.

        Assumptions: a limit order that the price has reached already is filled at its own price, as every limit order;
        since orders fill in full, ``ioc`` and ``fok`` are the same; what cannot be paid fails.
        """
        self._world.watch(trade, trade.book, None, None, None)
        strategy, order = trade.settings.strategy, self._order(trade)
        is_reached = order.price >= trade.book.price if order.side == "BUY" else order.price <= trade.book.price
        if trade.limit is not None and strategy == "post_only" and is_reached:
            self._end(trade, "failed", _WOULD_TAKE)
        elif trade.limit is not None and strategy in ("ioc", "fok") and not is_reached:
            self._end(trade, "cancelled")
        else:
            try:
                self._submit(trade, order, rests=trade.limit is not None and strategy not in ("ioc", "fok"))
            except NotEnoughError as error:
                self._end(trade, "failed", str(error))

    def _submit(self, trade: SimpleTrade, order: Order, *, rests: bool) -> None:
        world = self._world
        if rests:
            order.lock()
        else:
            order.fill(order.price, world.now)
        order.id = world.ids.next_order()
        trade.order = order
        if rests:
            trade.become("order_placed")
            world.rest(order)
            world.touch(trade)
        else:
            self._end(trade, "finished")

    def _order(self, trade: SimpleTrade) -> Order:
        side: OrderSide = "BUY" if trade.settings.side == "buy" else "SELL"
        price = trade.book.price if trade.limit is None else trade.limit
        now, pair = self._world.now, trade.book.pair
        return Order(0, trade, trade.account, pair, side, "Simple Trade", price, trade.quantity, now, now)

    def _end(
        self, trade: SimpleTrade, status: Literal["finished", "cancelled", "failed"], error: str | None = None
    ) -> None:
        world = self._world
        trade.become(status)
        trade.closed_at, trade.error, trade.check_at = world.now, error, None
        world.watch(trade, trade.book, None, None, None)
        del world.active_simple_trades[trade.id]
        world.touch(trade)
