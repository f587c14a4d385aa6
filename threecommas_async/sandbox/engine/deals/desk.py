"""What fills, prices and time do to a running deal."""

from __future__ import annotations

from typing import final

from threecommas_async.sandbox.engine.deals import events
from threecommas_async.sandbox.engine.deals.closing import (
    close_by_market,
    close_step,
    close_trailing,
    count_exit,
    finish,
    freeze,
    reached,
)
from threecommas_async.sandbox.engine.deals.deal import Deal, Target
from threecommas_async.sandbox.engine.deals.levels import (
    levels,
    move_to_breakeven,
    next_moment,
    refresh,
    stops_at,
    times_out_at,
)
from threecommas_async.sandbox.engine.deals.placing import (
    derive,
    log,
    next_planned,
    refuse,
    safety_aim,
    trade,
    withdraw_orders,
)
from threecommas_async.sandbox.engine.exact import plus
from threecommas_async.sandbox.engine.funds import NotEnoughError
from threecommas_async.sandbox.engine.orders import Order
from threecommas_async.sandbox.engine.stops import trailed
from threecommas_async.sandbox.engine.world import World


@final
class DealDesk:
    """Trades for the deals of a world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def filled(self, deal: Deal, order: Order) -> None:
        """Draw the consequences of a limit order that was filled."""
        if order.kind == "Take Profit":
            self._exit(deal, order)
        else:
            deal.safety_orders.pop(order.number, None)
            deal.manual_orders.pop(order.id, None)
            self.enter(deal, order)

    def enter(self, deal: Deal, order: Order) -> None:
        """Count a safety or manual order, re-place the take profits, and place the next safety order.

        Assumptions: a deal whose take profit trails waits for its take profit anew; a manual order moves neither the
        stop loss nor the prices of safety orders.
        """
        world = self._world
        count = len(deal.planned)
        if order.kind == "Safety":
            deal.used_numbers.add(order.number)
            deal.filled_safety_orders += 1
        else:
            deal.filled_manual_orders += 1
        deal.entered_amount = plus(deal.entered_amount, order.quantity)
        deal.entered_volume = plus(deal.entered_volume, order.total)
        log(world, deal, events.safety_executed(order, count))
        if deal.status == "ttp_activated":
            deal.become("bought")
            deal.trailing_max_price = None
        derive(world, deal)
        freeze(deal, order.price)
        self.arm(deal)

    def examine(self, deal: Deal) -> None:
        """Do what the price, the time or new funds make due: maxima first, then exits, then safety orders by market."""
        if deal.status == "panic_sell_pending":
            if deal.exit_refused and not close_by_market(self._world, deal, "Stop Loss", "panic_sold"):
                self.arm(deal)
            return
        if not deal.is_running:
            return
        was_refused = deal.exit_refused
        if deal.error_message is not None:
            derive(self._world, deal)
        self._follow(deal)
        deal.exit_refused = False
        if self._exit_due(deal):
            return
        if was_refused and not deal.exit_refused:
            derive(self._world, deal)
        self._enter_by_market(deal)
        self.arm(deal)

    def settle_step(self, deal: Deal, target: Target) -> None:
        """Carry out ``panic_sell_step``."""
        if target.status == "Panic closing" and deal.is_running and not close_step(self._world, deal, target):
            move_to_breakeven(deal)
            self.arm(deal)

    def arm(self, deal: Deal) -> None:
        """Wait for the next price and the next moment that matter to a deal."""
        if deal.is_running:
            refresh(deal)
        self._world.watch(deal, deal.book, *levels(deal), next_moment(deal, self._world.now))

    # ---- parts ------------------------------------------------------------------------------------------------------
    def _exit(self, deal: Deal, order: Order) -> None:
        world = self._world
        count_exit(deal, order)
        reached(world, next(target for target in deal.targets if target.order is order), order)
        log(world, deal, events.exit_executed(order))
        if all(target.status == "Finished" for target in deal.targets):
            finish(world, deal, "completed")
            return
        move_to_breakeven(deal)
        freeze(deal, order.price)
        self.arm(deal)

    def _follow(self, deal: Deal) -> None:
        """Let the maxima follow the price, and begin to trail."""
        world, trend, price = self._world, deal.direction, deal.book.price
        refresh(deal)
        if deal.tsl_max_price is not None and trend.is_better(price, deal.tsl_max_price):
            deal.tsl_max_price = price
            refresh(deal)
            world.touch(deal)
        target = deal.trailing_target
        if deal.status == "bought" and target and target.price > 0 and trend.in_profit(price, target.price):
            deal.become("ttp_activated")
            deal.trailing_max_price = price
            freeze(deal, price)
            world.touch(deal)
        elif deal.trailing_max_price is not None and trend.is_better(price, deal.trailing_max_price):
            deal.trailing_max_price = price
            world.touch(deal)

    def _exit_due(self, deal: Deal) -> bool:
        """Close the deal if that is due, and say whether it is finished."""
        world, trend, price = self._world, deal.direction, deal.book.price
        target = deal.trailing_target
        if target is not None and self._has_retraced(deal):
            if close_trailing(world, deal, target):
                return True
            move_to_breakeven(deal)
            refresh(deal)
        if deal.status == "close_strategy_activated" and (
            deal.min_profit_price is None or trend.in_profit(price, deal.min_profit_price)
        ):
            return close_by_market(world, deal, "Take Profit", "completed")
        if self._stop_due(deal):
            return close_by_market(world, deal, "Stop Loss", "stop_loss_finished")
        ends_at = times_out_at(deal)
        if ends_at is not None and world.now >= ends_at:
            deal.become("panic_sell_pending")
            withdraw_orders(deal)
            if not close_by_market(world, deal, "Stop Loss", "panic_sold"):
                self.arm(deal)
            return True
        return False

    def _has_retraced(self, deal: Deal) -> bool:
        """Say whether the price has come back far enough from its best for a take profit that trails."""
        trend, best = deal.direction, deal.trailing_max_price
        if best is None:
            return False
        return trend.in_loss(deal.book.price, trailed(trend, best, deal.settings.trailing_deviation))

    def _stop_due(self, deal: Deal) -> bool:
        """Say whether the stop loss closes the deal now.

        With a timeout the level must have been broken all the time: a better price stops the clock.
        """
        if deal.stop_level is None or not deal.direction.in_loss(deal.book.price, deal.stop_level):
            deal.stop_broken_at = None
            return False
        settings = deal.settings
        if not settings.stop_loss_timeout_enabled or not settings.stop_loss_timeout_in_seconds:
            return True
        now = self._world.now
        if deal.stop_broken_at is None:
            deal.stop_broken_at = now
        ends_at = stops_at(deal)
        return ends_at is not None and now >= ends_at

    def _enter_by_market(self, deal: Deal) -> None:
        """Buy the next safety order by market, if none rests and the price has reached it."""
        world, price = self._world, deal.book.price
        if deal.settings.active_safety_orders_count or not (planned := next_planned(deal)):
            return
        level, amount = safety_aim(deal, planned, market_price=price)
        if level <= 0 or not deal.direction.in_loss(price, level):
            return
        count = len(deal.planned)
        try:
            order = trade(world, deal, "Safety", amount, number=planned.number)
        except NotEnoughError as error:
            refuse(world, deal, events.refused("Safety", str(error), planned.number, count), error.currency)
            return
        log(world, deal, events.placing_safety(order, count, True, ""))
        self.enter(deal, order)
