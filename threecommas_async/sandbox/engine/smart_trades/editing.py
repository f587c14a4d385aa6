"""Changes of a SmartTrade: of its entry, its steps, its stop loss."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import final

from attrs import frozen

from threecommas_async.sandbox.engine.exact import ZERO, floor_to, minus, plus, times
from threecommas_async.sandbox.engine.smart_trades.building import (
    aim,
    changed_price,
    is_aimed,
    new_step,
    new_stop_loss,
)
from threecommas_async.sandbox.engine.smart_trades.checks import check_breakeven, check_funds, check_size, check_steps
from threecommas_async.sandbox.engine.smart_trades.desk import SmartTradeDesk
from threecommas_async.sandbox.engine.smart_trades.placing import cancel, drop_order, place_steps
from threecommas_async.sandbox.engine.smart_trades.plan import (
    Condition,
    PlanChanges,
    PositionChanges,
    StepPlan,
    StopLossPlan,
)
from threecommas_async.sandbox.engine.smart_trades.smart_trade import SmartTrade
from threecommas_async.sandbox.engine.world import World


@final
@frozen
class _Entry:
    """What an entry is to be."""

    units: Decimal
    price: Decimal
    condition: Condition | None
    """What it is to wait for in place of its condition before."""


def edit(world: World, desk: SmartTradeDesk, smart_trade: SmartTrade, changes: PlanChanges) -> None:
    """Carry out changes, all or none of them. Steps and stop losses are new trades, which are not placed yet.

    Assumptions: a position that is there stays as it is, but for the price of one that was never opened; a step that is
    done, or being closed, stays and counts as the one that is given in its place.

    :raises RefusedError: They are wrong (400), or the account cannot pay a changed entry (422).
    """
    steps = changes.get("take_profit")
    stop_loss = changes.get("stop_loss", smart_trade.stop_plan)
    check_steps(steps or ())
    check_breakeven(stop_loss, len(smart_trade.steps) if steps is None else len(steps))
    position = changes.get("position", PositionChanges())
    entry = _changed_entry(smart_trade, position)
    if smart_trade.skip_enter_step:
        _change_cost(world, smart_trade, position.price)
    if "leverage" in changes:
        smart_trade.leverage = changes["leverage"]
    if steps is not None:
        _renew_steps(world, smart_trade, steps)
    if "stop_loss" in changes:
        _renew_stop_loss(world, smart_trade, changes["stop_loss"])
    world.touch(smart_trade)
    # The last, for it may open the position at once.
    if entry is not None:
        _change_entry(world, desk, smart_trade, entry)


def _changed_entry(smart_trade: SmartTrade, changes: PositionChanges) -> _Entry | None:
    """Return what an entry that waits is to be, if that is something else than it is."""
    position, book = smart_trade.position, smart_trade.book
    if smart_trade.status != "waiting_position" or not position.is_waiting:
        return None
    condition = changes.conditional if position.order_type == "conditional" else None
    if condition is not None and is_aimed(position, condition):
        condition = None
    units = position.units or ZERO if changes.units is None else floor_to(changes.units, book.pair.lot)
    price = changed_price(smart_trade, changes.price, condition)
    if condition is None and (units, price) == (position.units, position.price):
        return None
    check_size(book, position.side, units, price)
    if position.is_resting and condition is None:
        locked = ZERO if position.order is None else position.order.locked
        check_funds(smart_trade.account, book, position.side, units, price, locked=locked)
    return _Entry(units, price, condition)


def _change_entry(world: World, desk: SmartTradeDesk, smart_trade: SmartTrade, entry: _Entry) -> None:
    position, condition = smart_trade.position, entry.condition
    is_placed = position.is_resting and condition is None
    position.units, position.price = entry.units, entry.price
    drop_order(world, position)
    if condition is not None:
        aim(position, condition, smart_trade.book.price)
    if is_placed or condition is not None:
        desk.renew_entry(smart_trade, is_placed=is_placed)


def _change_cost(world: World, smart_trade: SmartTrade, price: Decimal | None) -> None:
    """Change what a position that was never opened is said to have cost."""
    position = smart_trade.position
    if price is None or price == position.price:
        return
    units, before = position.units or ZERO, position.price or ZERO
    change = minus(times(units, price), times(units, before))
    smart_trade.entered_total = plus(smart_trade.entered_total, change)
    smart_trade.entered_bare_total = plus(smart_trade.entered_bare_total, change)
    position.price = price
    place_steps(world, smart_trade)


def _renew_steps(world: World, smart_trade: SmartTrade, plans: Sequence[StepPlan]) -> None:
    before = smart_trade.steps
    for step in smart_trade.waiting_steps:
        cancel(world, step)
    smart_trade.steps = [
        before[place]
        if place < len(before) and before[place].status != "cancelled"
        else new_step(world, smart_trade, plan)
        for place, plan in enumerate(plans)
    ]
    smart_trade.steps += [step for step in before[len(plans) :] if step.status != "cancelled"]
    smart_trade.take_profit_enabled = bool(plans)
    smart_trade.uncovered = ZERO


def _renew_stop_loss(world: World, smart_trade: SmartTrade, plan: StopLossPlan | None) -> None:
    if smart_trade.stop_loss is not None and smart_trade.stop_loss.is_open:
        cancel(world, smart_trade.stop_loss)
    smart_trade.stop_plan = plan
    smart_trade.stop_loss = None if plan is None else new_stop_loss(world, smart_trade, plan)
    smart_trade.stop_best = smart_trade.stop_reference = smart_trade.stop_broken_at = None
    are_done = any(step.status == "finished" for step in smart_trade.steps)
    smart_trade.breakeven_level = smart_trade.enter_price if plan and plan.breakeven and are_done else None
