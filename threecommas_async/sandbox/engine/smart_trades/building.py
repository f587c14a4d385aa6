"""New SmartTrades, and new trades of one."""

from __future__ import annotations

from decimal import Decimal

from threecommas_async.sandbox.engine.books import Book
from threecommas_async.sandbox.engine.exact import ZERO, floor_to
from threecommas_async.sandbox.engine.funds import Account
from threecommas_async.sandbox.engine.smart_trades.closing import new_trade
from threecommas_async.sandbox.engine.smart_trades.levels import stop_price
from threecommas_async.sandbox.engine.smart_trades.placing import target_price
from threecommas_async.sandbox.engine.smart_trades.plan import (
    Condition,
    PositionPlan,
    SmartTradePlan,
    StepPlan,
    StopLossPlan,
)
from threecommas_async.sandbox.engine.smart_trades.smart_trade import Desk, SmartTrade
from threecommas_async.sandbox.engine.smart_trades.trade import WHOLE, Trade
from threecommas_async.sandbox.engine.world import World


def new_smart_trade(world: World, desk: Desk, plan: SmartTradePlan, account: Account, book: Book) -> SmartTrade:
    """Return a SmartTrade that has not begun."""
    smart_trade = SmartTrade(
        world.ids.next_smart_trade(),
        plan.position.direction,
        account,
        book,
        desk,
        plan.instant,
        plan.skip_enter_step,
        world.now,
        world.now,
        plan.leverage,
        plan.note,
    )
    _new_position(world, smart_trade, plan.position)
    smart_trade.steps = [new_step(world, smart_trade, step) for step in plan.take_profit]
    smart_trade.take_profit_enabled = bool(plan.take_profit)
    smart_trade.stop_plan = plan.stop_loss
    if plan.stop_loss is not None:
        smart_trade.stop_loss = new_stop_loss(world, smart_trade, plan.stop_loss)
    return smart_trade


def new_step(world: World, smart_trade: SmartTrade, plan: StepPlan) -> Trade:
    trade = new_trade(world, smart_trade, "take_profit")
    trade.order_type, trade.share, trade.price_type = plan.order_type, plan.volume, plan.price_type
    trade.price, trade.percent, trade.trailing = plan.value, plan.percent, plan.trailing
    trade.price = target_price(smart_trade, trade)
    return trade


def new_stop_loss(world: World, smart_trade: SmartTrade, plan: StopLossPlan) -> Trade:
    trade = new_trade(world, smart_trade, "stop_loss")
    trade.order_type, trade.share, trade.price_type = plan.order_type, WHOLE, plan.price_type
    trade.price, trade.percent, trade.trigger = plan.limit, plan.percent, stop_price(smart_trade, plan)
    trade.trigger_rises = not smart_trade.direction.is_long
    return trade


def aim(position: Trade, condition: Condition, price: Decimal) -> None:
    """Have an entry wait for a price, from the price as it is."""
    position.conditional_order_type, position.trigger = condition.order_type, condition.price
    position.trigger_rises = condition.price >= price
    position.trailing = condition.trailing
    position.best_price = position.best_price_at = None
    position.price_type = condition.price_type or position.price_type


def is_aimed(position: Trade, condition: Condition) -> bool:
    """Say whether an entry waits for a price, or has waited, as a condition says."""
    aimed = (position.conditional_order_type, position.trigger, position.trailing)
    return aimed == (condition.order_type, condition.price, condition.trailing)


def resting_price(book: Book, plan: PositionPlan) -> Decimal:
    """Return the price of an entry: that of its limit order, that which it waits for, or that of the market."""
    if plan.price is not None and plan.order_type != "market":
        return plan.direction.entry_price(plan.price, book.pair.tick)
    if plan.conditional is not None and plan.order_type == "conditional":
        return plan.direction.entry_price(plan.conditional.price, book.pair.tick)
    return book.price


def changed_price(smart_trade: SmartTrade, price: Decimal | None, condition: Condition | None) -> Decimal:
    """Return the price of an entry after a change.

    :param price: What was asked for. Without it an entry keeps its price, unless it was that of its condition.
    :param condition: What it is to wait for in place of its condition before.
    """
    position, trend, tick = smart_trade.position, smart_trade.direction, smart_trade.book.pair.tick
    if price is not None:
        return trend.entry_price(price, tick)
    before = position.price or ZERO
    if condition is not None and before == trend.entry_price(position.trigger or ZERO, tick):
        return trend.entry_price(condition.price, tick)
    return before


def _new_position(world: World, smart_trade: SmartTrade, plan: PositionPlan) -> None:
    """Add the entry.

    Assumption: an entry that is skipped has cost what is said, or the price as it is.
    """
    book, pair = smart_trade.book, smart_trade.book.pair
    trade = new_trade(world, smart_trade, "position", units=floor_to(plan.units, pair.lot))
    trade.order_type, trade.price_type = plan.order_type, "ask" if smart_trade.direction.is_long else "bid"
    trade.price = resting_price(book, plan)
    if smart_trade.skip_enter_step and plan.price is not None:
        trade.price = plan.price
    if plan.order_type == "market" and not smart_trade.skip_enter_step:
        trade.status = "to_process"
    if plan.conditional is not None and plan.order_type == "conditional":
        aim(trade, plan.conditional, book.price)
