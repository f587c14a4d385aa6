"""The prices and moments that matter to a SmartTrade."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from threecommas_async.sandbox.engine.alarms import Level, nearest
from threecommas_async.sandbox.engine.directions import LONG, SHORT, Direction
from threecommas_async.sandbox.engine.exact import ZERO, grown, nearest_to, times
from threecommas_async.sandbox.engine.smart_trades.plan import StopLossPlan
from threecommas_async.sandbox.engine.smart_trades.smart_trade import SmartTrade
from threecommas_async.sandbox.engine.smart_trades.trade import Trade
from threecommas_async.sandbox.engine.stops import tighter, trailed


# ---- the entry -------------------------------------------------------------------------------------------------------
def entry_trend(smart_trade: SmartTrade) -> Direction:
    """Return what an entry that trails follows: a buy a price that falls, a sell one that rises."""
    return SHORT if smart_trade.direction.is_long else LONG


def is_triggered(smart_trade: SmartTrade) -> bool:
    """Say whether the price has crossed what the entry waits for, from where it was when that was asked for."""
    position, price = smart_trade.position, smart_trade.book.price
    if position.trigger is None:
        return False
    return price >= position.trigger if position.trigger_rises else price <= position.trigger


def has_rebounded(smart_trade: SmartTrade) -> bool:
    """Say whether the price has come back far enough from its best for an entry that trails."""
    position, trend = smart_trade.position, entry_trend(smart_trade)
    return _has_come_back(position, trend, smart_trade.book.price)


# ---- the targets -----------------------------------------------------------------------------------------------------
def triggered_steps(smart_trade: SmartTrade) -> list[Trade]:
    """Return the steps that wait for their price, without an order in the book, and could be carried out."""
    return [
        step
        for step in smart_trade.waiting_steps
        if not step.rests
        and step.status in ("to_process", "trailing_activated")
        and (step.price or ZERO) > 0
        and (step.units or ZERO) > 0
    ]


def has_retraced(smart_trade: SmartTrade, step: Trade) -> bool:
    """Say whether the price has come back far enough from its best for a step that trails."""
    return _has_come_back(step, smart_trade.direction, smart_trade.book.price)


def stop_price(smart_trade: SmartTrade, plan: StopLossPlan) -> Decimal:
    """Return where the stop loss of a plan is: as given, or so many percent from the average price of the entries.

    Assumption: before the entry the percentage is of the position's price.
    """
    if plan.percent is None:
        return plan.value or ZERO
    base = smart_trade.enter_price or smart_trade.position.price or ZERO
    return nearest_to(grown(base, smart_trade.direction.into_loss(plan.percent)), smart_trade.book.pair.tick)


def refresh_stop(smart_trade: SmartTrade) -> None:
    """Work out the level of the stop loss.

    Percentages are of the average price of the entries, rounded to the pair's prices. Assumptions: a level that trails
    keeps, in proportion, the distance that it had from the average price of the entries or from the price if that was
    better; a level once at breakeven goes no further back.
    """
    trade, plan, trend = smart_trade.stop_loss, smart_trade.stop_plan, smart_trade.direction
    enter_price = smart_trade.enter_price
    if trade is None or plan is None or not trade.is_open or enter_price is None:
        return
    level, tick = stop_price(smart_trade, plan), smart_trade.book.pair.tick
    if plan.trailing:
        price = smart_trade.book.price
        if smart_trade.stop_reference is None:
            smart_trade.stop_reference = smart_trade.stop_best = better(trend, enter_price, price)
        best = smart_trade.stop_best or price
        if plan.percent is None:
            level = nearest_to(times(best, level), tick, per=smart_trade.stop_reference)
        else:
            level = nearest_to(trailed(trend, best, plan.percent), tick)
    trade.trigger = tighter(trend, level, smart_trade.breakeven_level)


def better(trend: Direction, price: Decimal, other: Decimal) -> Decimal:
    return price if trend.is_better(price, other) else other


def stops_at(smart_trade: SmartTrade) -> datetime | None:
    """Return when the stop loss closes a SmartTrade if the price does not recover before."""
    plan = smart_trade.stop_plan
    if smart_trade.stop_broken_at is None or plan is None or plan.timeout is None:
        return None
    return smart_trade.stop_broken_at + timedelta(seconds=plan.timeout)


def next_moment(smart_trade: SmartTrade, now: datetime) -> datetime | None:
    """Return the next moment at which a SmartTrade is to be looked at."""
    moment = stops_at(smart_trade) if smart_trade.is_running else None
    return moment if moment is not None and moment > now else None


# ---- what is waited for ----------------------------------------------------------------------------------------------
def levels(smart_trade: SmartTrade) -> tuple[Level | None, Level | None]:
    """Return the nearest level below the price that a SmartTrade waits for, and the nearest above it."""
    trend, price = smart_trade.direction, smart_trade.book.price
    if smart_trade.status == "waiting_position":
        return nearest(*_entry_levels(smart_trade))
    gains, losses = _gains(smart_trade), _losses(smart_trade)
    if smart_trade.exit_refused:
        # What the account cannot pay is not tried again at the same price: that would go on for ever.
        gains = [level for level in gains if level.is_beyond or not trend.in_profit(price, level.price)]
        losses = [level for level in losses if not trend.in_loss(price, level.price)]
        if not trend.is_long:
            gains.append(Level(price, is_beyond=True))
    return nearest(losses, gains) if trend.is_long else nearest(gains, losses)


def _entry_levels(smart_trade: SmartTrade) -> tuple[list[Level], list[Level]]:
    """Return the levels below the price and above it."""
    position = smart_trade.position
    if position.status == "trailing_activated" and position.best_price is not None:
        trend = entry_trend(smart_trade)
        ahead = [Level(position.best_price, is_beyond=True)]
        back = [Level(trailed(trend, position.best_price, position.trailing or ZERO))]
        return (back, ahead) if trend.is_long else (ahead, back)
    if position.status == "to_process" and position.trigger is not None:
        level = [Level(position.trigger)]
        return ([], level) if position.trigger_rises else (level, [])
    return [], []


def _gains(smart_trade: SmartTrade) -> list[Level]:
    """Return the levels on the side where the SmartTrade earns."""
    found = list[Level]()
    if not smart_trade.is_running:
        return found
    for step in triggered_steps(smart_trade):
        if step.status == "trailing_activated" and step.best_price is not None:
            found.append(Level(step.best_price, is_beyond=True))
        elif step.status == "to_process":
            found.append(Level(step.price or ZERO))
    stop_loss = smart_trade.active_stop_loss
    if stop_loss is None:
        return found
    if smart_trade.stop_best is not None:
        found.append(Level(smart_trade.stop_best, is_beyond=True))
    if stop_loss.trigger is not None and smart_trade.stop_broken_at is not None:
        found.append(Level(stop_loss.trigger, is_beyond=True))
    return found


def _losses(smart_trade: SmartTrade) -> list[Level]:
    """Return the levels on the side where the SmartTrade loses."""
    if not smart_trade.is_running:
        return []
    found = [
        Level(trailed(smart_trade.direction, step.best_price, step.trailing or ZERO))
        for step in triggered_steps(smart_trade)
        if step.best_price is not None
    ]
    stop_loss = smart_trade.active_stop_loss
    if stop_loss is not None and stop_loss.trigger is not None and smart_trade.stop_broken_at is None:
        found.append(Level(stop_loss.trigger))
    return found


def _has_come_back(trade: Trade, trend: Direction, price: Decimal) -> bool:
    if trade.best_price is None:
        return False
    return trend.in_loss(price, trailed(trend, trade.best_price, trade.trailing or ZERO))
