"""How SmartTrades end, and what is closed by market on the way."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from threecommas_async.sandbox.engine.exact import ZERO, minus, plus
from threecommas_async.sandbox.engine.funds import NotEnoughError
from threecommas_async.sandbox.engine.orders import worth
from threecommas_async.sandbox.engine.smart_trades.placing import (
    become,
    cancel_trades,
    closing_units,
    drop_order,
    end,
    execute,
    exit_currency,
    place_steps,
    refuse,
    submit,
)
from threecommas_async.sandbox.engine.smart_trades.smart_trade import SmartTrade
from threecommas_async.sandbox.engine.smart_trades.statuses import FinalStatus
from threecommas_async.sandbox.engine.smart_trades.trade import Purpose, Trade
from threecommas_async.sandbox.engine.world import World


def new_trade(world: World, smart_trade: SmartTrade, purpose: Purpose, *, units: Decimal | None = None) -> Trade:
    """Add a trade to a SmartTrade."""
    trend = smart_trade.direction
    side = trend.entry_side if purpose == "position" else trend.exit_side
    trade = Trade(world.ids.next_step(), smart_trade, purpose, side, "market", world.now, world.now, units=units)
    smart_trade.trades.append(trade)
    return trade


# ---- exits -----------------------------------------------------------------------------------------------------------
def count_exit(smart_trade: SmartTrade, trade: Trade) -> None:
    """Count a trade that has closed a part of the position."""
    smart_trade.closed_amount = plus(smart_trade.closed_amount, trade.realised_amount)
    smart_trade.closed_total = plus(smart_trade.closed_total, trade.realised_total)
    smart_trade.closed_bare_total = plus(smart_trade.closed_bare_total, trade.realised_bare_total)


def close_step(world: World, smart_trade: SmartTrade, step: Trade) -> bool:
    """Carry a step out by market.

    :returns: Whether the account could pay it.
    """
    units = step.units or ZERO
    if _cannot_pay(world, smart_trade, step, units, [step]):
        return False
    execute(world, step, units)
    count_step(world, smart_trade, step)
    return True


def count_step(world: World, smart_trade: SmartTrade, step: Trade) -> None:
    """Count a step that was filled.

    The first one moves the stop loss to breakeven, if that is wanted; the last one ends the SmartTrade.
    """
    count_exit(smart_trade, step)
    if smart_trade.stop_plan is not None and smart_trade.stop_plan.breakeven and smart_trade.breakeven_level is None:
        smart_trade.breakeven_level = smart_trade.enter_price
    world.touch(smart_trade)
    conclude(world, smart_trade)


def stop(world: World, smart_trade: SmartTrade, trade: Trade) -> bool:
    """Let the stop loss close what is left: by market, or by a limit order that then waits for its price.

    Assumption: the steps and all other orders are cancelled in both cases.

    :returns: Whether the account could pay it.
    """
    plan = smart_trade.stop_plan
    limit = trade.price if plan is not None and plan.order_type == "limit" else None
    if _cannot_pay(world, smart_trade, trade, smart_trade.left, smart_trade.trades, price=limit):
        return False
    cancel_trades(world, smart_trade, besides=trade)
    trade.units = smart_trade.left
    if limit is None:
        execute(world, trade, smart_trade.left)
        count_exit(smart_trade, trade)
        finish(world, smart_trade, "stop_loss_finished")
    else:
        submit(world, trade, limit, smart_trade.left)
        smart_trade.become("stop_loss_in_progress")
        world.touch(smart_trade)
    return True


def reduce(world: World, smart_trade: SmartTrade, trade: Trade) -> None:
    """Place the order of a reduction; what the steps would close shrinks before.

    Assumptions: one that the account cannot pay fails, and the SmartTrade goes on without it; no more is taken out than
    the steps that were filled meanwhile have left.
    """
    units = trade.units = min(trade.units or ZERO, minus(smart_trade.left, closing_units(smart_trade)))
    if units <= 0:
        give_up_reduction(world, smart_trade, trade)
        return
    become(world, trade, "to_process")
    place_steps(world, smart_trade)
    try:
        if trade.order_type == "market":
            execute(world, trade, units)
            count_reduction(world, smart_trade, trade)
        else:
            submit(world, trade, trade.price or ZERO, units)
            smart_trade.become("reduce_funds_in_progress")
            world.touch(smart_trade)
    except NotEnoughError as error:
        trade.error = str(error)
        give_up_reduction(world, smart_trade, trade, failed=True)


def count_reduction(world: World, smart_trade: SmartTrade, trade: Trade) -> None:
    """Count a reduction that was filled: the SmartTrade goes on with what is left, if anything is."""
    count_exit(smart_trade, trade)
    world.touch(smart_trade)
    if not conclude(world, smart_trade):
        smart_trade.become("waiting_targets")
        place_steps(world, smart_trade)


def give_up_reduction(world: World, smart_trade: SmartTrade, trade: Trade, *, failed: bool = False) -> None:
    """End a reduction that was not filled: the steps close what it would have closed."""
    drop_order(world, trade)
    end(world, trade, "failed" if failed else "cancelled")
    if not conclude(world, smart_trade):
        smart_trade.become("waiting_targets")
        place_steps(world, smart_trade)
        world.touch(smart_trade)


def close_by_market(world: World, smart_trade: SmartTrade) -> bool:
    """Cancel the orders, and close what is left by market.

    Assumption: while the account cannot pay that it is ``panic_sell_in_progress``, and tried again when there is more
    money, or when a better price asks for less.

    :returns: Whether the SmartTrade has ended.
    """
    trade = smart_trade.market_close
    if trade is None:
        trade = smart_trade.market_close = new_trade(world, smart_trade, "market_close", units=smart_trade.left)
        trade.price = smart_trade.book.price
    if _cannot_pay(world, smart_trade, trade, smart_trade.left, smart_trade.trades):
        if smart_trade.status == "panic_sell_pending":
            smart_trade.become("panic_sell_in_progress")
            become(world, trade, "to_process")
            world.touch(smart_trade)
        return False
    cancel_trades(world, smart_trade, besides=trade)
    execute(world, trade, smart_trade.left)
    count_exit(smart_trade, trade)
    finish(world, smart_trade, "panic_sold")
    return True


# ---- the end ---------------------------------------------------------------------------------------------------------
def conclude(world: World, smart_trade: SmartTrade) -> bool:
    """End a SmartTrade of which nothing is left, or whose steps are all done.

    :returns: Whether it has ended.
    """
    are_done = bool(smart_trade.take_profit_enabled and smart_trade.steps) and not smart_trade.open_steps
    are_done = are_done and smart_trade.reduction is None
    if smart_trade.left and not are_done:
        return False
    finish(world, smart_trade, "finished")
    return True


def finish(world: World, smart_trade: SmartTrade, status: FinalStatus) -> None:
    """End a SmartTrade: its orders go, its coins stay where they are."""
    cancel_trades(world, smart_trade)
    smart_trade.become(status)
    smart_trade.closed_at = world.now
    smart_trade.final_price = smart_trade.book.price
    smart_trade.final_usd_price = smart_trade.book.usd_price(smart_trade.book.pair.quote)
    smart_trade.stop_broken_at = None
    smart_trade.exit_refused = smart_trade.lacks_funds = False
    world.watch(smart_trade, smart_trade.book, None, None, None)
    del world.active_smart_trades[smart_trade.id]
    world.touch(smart_trade)


def fail(world: World, smart_trade: SmartTrade, error: NotEnoughError) -> None:
    """End a SmartTrade whose entry the exchange has refused."""
    position = smart_trade.position
    position.error = smart_trade.error = str(error)
    drop_order(world, position)
    end(world, position, "failed")
    finish(world, smart_trade, "failed")


def _cannot_pay(
    world: World,
    smart_trade: SmartTrade,
    trade: Trade,
    amount: Decimal,
    released: Iterable[Trade],
    price: Decimal | None = None,
) -> bool:
    """Say whether the account has too little to close an amount.

    :param trade: Who says so in its status.
    :param released: Trades whose locked funds can be used for it.
    :param price: At which price; at the market's if left out.
    """
    trend, currency = smart_trade.direction, exit_currency(smart_trade)
    price = smart_trade.book.price if price is None else price
    needed = amount if trend.is_long else worth("BUY", price, amount, smart_trade.account.fee)
    own = (one.order.locked for one in released if one.order is not None and one.order.currency == currency)
    if needed <= plus(smart_trade.account.funds.available(currency), *own):
        return False
    smart_trade.exit_refused = True
    refuse(world, smart_trade, trade, NotEnoughError(currency))
    return True
