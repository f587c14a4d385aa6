"""What fills, prices and time do to a SmartTrade."""

from __future__ import annotations

from decimal import Decimal
from typing import final

from threecommas_async.sandbox.engine.exact import ZERO, plus, times
from threecommas_async.sandbox.engine.funds import NotEnoughError
from threecommas_async.sandbox.engine.orders import Order
from threecommas_async.sandbox.engine.smart_trades.closing import (
    close_by_market,
    close_step,
    count_exit,
    count_reduction,
    count_step,
    fail,
    finish,
    stop,
)
from threecommas_async.sandbox.engine.smart_trades.levels import (
    entry_trend,
    has_rebounded,
    has_retraced,
    is_triggered,
    levels,
    next_moment,
    refresh_stop,
    stops_at,
    triggered_steps,
)
from threecommas_async.sandbox.engine.smart_trades.placing import become, end, execute, place_steps, submit
from threecommas_async.sandbox.engine.smart_trades.smart_trade import SmartTrade
from threecommas_async.sandbox.engine.smart_trades.trade import Trade
from threecommas_async.sandbox.engine.world import World


@final
class SmartTradeDesk:
    """Trades for the SmartTrades of a world."""

    def __init__(self, world: World) -> None:
        self._world = world

    # ---- the entry --------------------------------------------------------------------------------------------------
    def begin(self, smart_trade: SmartTrade) -> None:
        """Place the entry of a new SmartTrade, or take over what is held."""
        world, position = self._world, smart_trade.position
        if smart_trade.skip_enter_step:
            units = position.units or ZERO
            smart_trade.entered_amount = units
            smart_trade.entered_total = smart_trade.entered_bare_total = times(units, position.price or ZERO)
            become(world, position, "smart_sell")
            self._take_aim(smart_trade)
        elif position.order_type == "market":
            self.enter_by_market(smart_trade)
        elif position.order_type == "limit":
            self._place_entry(smart_trade, position.price)
        else:
            become(world, position, "to_process")
            smart_trade.become("waiting_position")
            world.touch(smart_trade)
            self.examine(smart_trade)

    def enter_by_market(self, smart_trade: SmartTrade) -> None:
        """Open the position by market; a SmartTrade whose account cannot pay that fails (assumption)."""
        position = smart_trade.position
        try:
            execute(self._world, position, position.units or ZERO)
        except NotEnoughError as error:
            fail(self._world, smart_trade, error)
            return
        self._entered(smart_trade)

    def renew_entry(self, smart_trade: SmartTrade, *, is_placed: bool) -> None:
        """Place a changed entry in place of the one before, or wait for its price anew."""
        if is_placed:
            self._place_entry(smart_trade, smart_trade.position.price)
        else:
            become(self._world, smart_trade.position, "to_process")
            self.examine(smart_trade)

    # ---- fills, prices, time ----------------------------------------------------------------------------------------
    def filled(self, smart_trade: SmartTrade, trade: Trade, order: Order) -> None:
        """Draw the consequences of a limit order that was filled."""
        world = self._world
        end(world, trade, "finished")
        if trade is smart_trade.position:
            self._entered(smart_trade)
            return
        match trade.purpose:
            case "position":
                self.add(smart_trade, trade)
            case "take_profit":
                count_step(world, smart_trade, trade)
            case "reduce_funds":
                count_reduction(world, smart_trade, trade)
            case _:
                count_exit(smart_trade, trade)
                finish(world, smart_trade, "stop_loss_finished")
        self.arm(smart_trade)

    def add(self, smart_trade: SmartTrade, trade: Trade) -> None:
        """Count funds that were added. The steps follow, those given in percent also in price."""
        self._count_entry(smart_trade, trade)
        if smart_trade.is_running:
            place_steps(self._world, smart_trade)
        self._world.touch(smart_trade)
        self.arm(smart_trade)

    def examine(self, smart_trade: SmartTrade) -> None:
        """Do what the price, the time or new funds make due: maxima first, then steps, then the stop loss."""
        if smart_trade.status == "panic_sell_in_progress":
            smart_trade.exit_refused = False
            close_by_market(self._world, smart_trade)
        elif smart_trade.status == "waiting_position":
            self._enter_if_due(smart_trade)
        elif smart_trade.is_running:
            if smart_trade.lacks_funds:
                place_steps(self._world, smart_trade)
            smart_trade.exit_refused = False
            self._follow(smart_trade)
            self._close_steps(smart_trade)
            self._stop_if_due(smart_trade)
        self.arm(smart_trade)

    def arm(self, smart_trade: SmartTrade) -> None:
        """Wait for the next price and the next moment that matter to a SmartTrade."""
        if smart_trade.is_final:
            return
        if smart_trade.is_running:
            refresh_stop(smart_trade)
        moment = next_moment(smart_trade, self._world.now)
        self._world.watch(smart_trade, smart_trade.book, *levels(smart_trade), moment)

    def take_aim(self, smart_trade: SmartTrade) -> None:
        """Place the steps, and wait for the stop loss, of a position that is there."""
        if not smart_trade.is_running:
            return
        place_steps(self._world, smart_trade)
        trade = smart_trade.stop_loss
        if trade is not None and trade.status == "idle":
            become(self._world, trade, "to_process")
        self._world.touch(smart_trade)
        self.arm(smart_trade)

    # ---- parts ------------------------------------------------------------------------------------------------------
    def _place_entry(self, smart_trade: SmartTrade, price: Decimal | None) -> None:
        position = smart_trade.position
        try:
            submit(self._world, position, price or ZERO, position.units or ZERO)
        except NotEnoughError as error:
            fail(self._world, smart_trade, error)
            return
        if smart_trade.status == "created":
            smart_trade.become("waiting_position")
        self._world.touch(smart_trade)

    def _enter_if_due(self, smart_trade: SmartTrade) -> None:
        """Let a conditional entry follow the price, and place its order.

        Assumptions: one that trails begins to do so when its price has come; a limit order has the price of the
        position, if there is one, else that of the trigger, and if it has trailed the price as it is.
        """
        position, price = smart_trade.position, smart_trade.book.price
        if position.status == "to_process" and is_triggered(smart_trade):
            if position.trailing is None:
                self._place_conditional(smart_trade, position.price)
                return
            become(self._world, position, "trailing_activated")
            self._note_best(smart_trade, position)
        elif position.status == "trailing_activated" and position.best_price is not None:
            if entry_trend(smart_trade).is_better(price, position.best_price):
                self._note_best(smart_trade, position)
            elif has_rebounded(smart_trade):
                self._place_conditional(smart_trade, price)

    def _place_conditional(self, smart_trade: SmartTrade, price: Decimal | None) -> None:
        if smart_trade.position.conditional_order_type == "market":
            self.enter_by_market(smart_trade)
        else:
            self._place_entry(smart_trade, price)

    def _entered(self, smart_trade: SmartTrade) -> None:
        self._count_entry(smart_trade, smart_trade.position)
        if smart_trade.instant:
            finish(self._world, smart_trade, "finished")
        else:
            self._take_aim(smart_trade)

    def _count_entry(self, smart_trade: SmartTrade, trade: Trade) -> None:
        smart_trade.entered_amount = plus(smart_trade.entered_amount, trade.realised_amount)
        smart_trade.entered_total = plus(smart_trade.entered_total, trade.realised_total)
        smart_trade.entered_bare_total = plus(smart_trade.entered_bare_total, trade.realised_bare_total)

    def _take_aim(self, smart_trade: SmartTrade) -> None:
        smart_trade.become("waiting_targets")
        self.take_aim(smart_trade)

    def _follow(self, smart_trade: SmartTrade) -> None:
        """Let the best prices follow the price, and begin to trail."""
        world, trend, price = self._world, smart_trade.direction, smart_trade.book.price
        if smart_trade.stop_best is not None and trend.is_better(price, smart_trade.stop_best):
            smart_trade.stop_best = price
            world.touch(smart_trade)
        refresh_stop(smart_trade)
        for step in triggered_steps(smart_trade):
            if step.trailing is None:
                continue
            if step.status == "to_process" and trend.in_profit(price, step.price or ZERO):
                become(world, step, "trailing_activated")
                self._note_best(smart_trade, step)
            elif step.best_price is not None and trend.is_better(price, step.best_price):
                self._note_best(smart_trade, step)

    def _close_steps(self, smart_trade: SmartTrade) -> None:
        """Carry out the steps by market whose price has come, or has come back."""
        price = smart_trade.book.price
        for step in triggered_steps(smart_trade):
            if step.trailing is None:
                is_due = smart_trade.direction.in_profit(price, step.price or ZERO)
            else:
                is_due = has_retraced(smart_trade, step)
            if is_due:
                close_step(self._world, smart_trade, step)
            if not smart_trade.is_running:
                return

    def _stop_if_due(self, smart_trade: SmartTrade) -> None:
        """Let the stop loss close the SmartTrade if its level is broken.

        With a timeout the level must have been broken all the time: a better price stops the clock.
        """
        if not smart_trade.is_running:
            return
        refresh_stop(smart_trade)
        trade, trend = smart_trade.active_stop_loss, smart_trade.direction
        if trade is None or trade.trigger is None or not trend.in_loss(smart_trade.book.price, trade.trigger):
            smart_trade.stop_broken_at = None
            return
        plan, now = smart_trade.stop_plan, self._world.now
        if plan is not None and plan.timeout:
            smart_trade.stop_broken_at = smart_trade.stop_broken_at or now
            ends_at = stops_at(smart_trade)
            if ends_at is not None and now < ends_at:
                return
        stop(self._world, smart_trade, trade)

    def _note_best(self, smart_trade: SmartTrade, trade: Trade) -> None:
        trade.best_price, trade.best_price_at = smart_trade.book.price, self._world.now
        self._world.touch(smart_trade)
