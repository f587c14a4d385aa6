"""The orders of a SmartTrade's trades: placed, re-placed after a fill or a change, carried out, cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from threecommas_async.sandbox.engine.directions import Direction
from threecommas_async.sandbox.engine.exact import ZERO, floor_to, grown, minus, nearest_to, plus, times
from threecommas_async.sandbox.engine.funds import NotEnoughError
from threecommas_async.sandbox.engine.orders import Order
from threecommas_async.sandbox.engine.smart_trades.smart_trade import SmartTrade
from threecommas_async.sandbox.engine.smart_trades.statuses import TradeStatus
from threecommas_async.sandbox.engine.smart_trades.trade import Trade
from threecommas_async.sandbox.engine.world import World


# ---- single trades ---------------------------------------------------------------------------------------------------
def become(world: World, trade: Trade, status: TradeStatus) -> None:
    if trade.status != status:
        trade.status, trade.updated_at = status, world.now


def end(world: World, trade: Trade, status: TradeStatus) -> None:
    """Note that a trade is over."""
    become(world, trade, status)
    trade.closed_at, trade.is_leaving = world.now, False
    if status != "failed":
        trade.error = None


def submit(world: World, trade: Trade, price: Decimal, quantity: Decimal) -> None:
    """Place the limit order of a trade.

    :raises NotEnoughError: The account cannot pay it; nothing has changed.
    """
    order = _order(world, trade, price, quantity)
    order.lock()
    trade.order, trade.error = order, None
    become(world, trade, "order_placed")
    world.rest(order)


def execute(world: World, trade: Trade, quantity: Decimal) -> Order:
    """Carry out a trade by market, in place of the order that rests.

    :raises NotEnoughError: The account cannot pay it; nothing has changed.
    """
    price, order = trade.whole.book.price, trade.order
    if order is None or not trade.is_resting:
        order = _order(world, trade, price, quantity)
    else:
        trade.whole.book.withdraw(order)
        order.quantity = quantity
    order.fill(price, world.now)
    trade.order = order
    end(world, trade, "finished")
    return order


def drop_order(world: World, trade: Trade) -> None:
    """Cancel the order of a trade, if one rests."""
    if trade.order is not None and trade.is_resting:
        trade.whole.book.withdraw(trade.order)
        trade.order.close("Cancelled", world.now)
        trade.order = None


def cancel(world: World, trade: Trade) -> None:
    """Give a trade up."""
    drop_order(world, trade)
    end(world, trade, "cancelled")


def withdraw_order(trade: Trade) -> None:
    """Take the order of a trade out of the book: it stays locked, and can no longer be filled."""
    if trade.order is not None and trade.is_resting:
        trade.whole.book.withdraw(trade.order)


def withdraw_orders(smart_trade: SmartTrade) -> None:
    """Take all orders out of the book while a SmartTrade is being closed."""
    for trade in smart_trade.trades:
        withdraw_order(trade)


def cancel_trades(world: World, smart_trade: SmartTrade, *, besides: Trade | None = None) -> None:
    """Give up all trades that are not done."""
    for trade in smart_trade.trades:
        if trade.is_open and trade is not besides:
            cancel(world, trade)
    smart_trade.steps = [step for step in smart_trade.steps if step.status != "cancelled"]


def refuse(world: World, smart_trade: SmartTrade, trade: Trade, error: NotEnoughError) -> None:
    """Note what a trade lacks, and try again when there is more of it.

    Assumption: the SmartTrade goes on, as a deal does.
    """
    if trade.error != str(error):
        trade.error = str(error)
        world.touch(smart_trade)
    smart_trade.account.funds.wait_for(error.currency, smart_trade)


# ---- steps -----------------------------------------------------------------------------------------------------------
def exit_currency(smart_trade: SmartTrade) -> str:
    """Return what closing the position spends."""
    pair = smart_trade.book.pair
    return pair.base if smart_trade.direction.is_long else pair.quote


def place_steps(world: World, smart_trade: SmartTrade) -> None:
    """Place the steps, or re-place those whose price or amount is another one.

    Assumptions: a step that trails already keeps on trailing; one whose price is zero or below, or whose amount is
    zero, is not placed; one that the account cannot pay is placed when there is more money.
    """
    steps = smart_trade.waiting_steps
    funds, currency = smart_trade.account.funds, exit_currency(smart_trade)
    free, before, moved = funds.available(currency), _shown(steps), list[Trade]()
    for step, units in zip(steps, _amounts(smart_trade, steps), strict=True):
        price, order = target_price(smart_trade, step), step.order
        stays = order is not None and (order.price, order.quantity) == (price, units)
        if (step.price, step.units) != (price, units):
            step.price, step.units, step.updated_at = price, units, world.now
        if stays or step.status == "trailing_activated":
            continue
        if order is not None:
            smart_trade.book.withdraw(order)
            order.unlock()
        moved.append(step)
    placed = [_place_step(world, smart_trade, step) for step in moved]
    smart_trade.lacks_funds = not all(placed)
    if funds.available(currency) > free:
        funds.tell(currency)
    if _shown(steps) != before:
        world.touch(smart_trade)


def target_price(smart_trade: SmartTrade, step: Trade) -> Decimal:
    """Return the price of a step: as given, or so many percent from the average price of the entries.

    Assumptions: a given one is rounded to the pair's prices; before the entry the percentage is of the position's.
    """
    tick = smart_trade.book.pair.tick
    if step.percent is None:
        return nearest_to(step.price or ZERO, tick)
    base = smart_trade.enter_price or smart_trade.position.price or ZERO
    return nearest_to(grown(base, _into_profit(smart_trade.direction, step.percent)), tick)


def split(amount: Decimal, shares: Sequence[Decimal], uncovered: Decimal, lot: Decimal) -> list[Decimal]:
    """Return the amounts of the steps: by their shares, rounded down to lots, the first one takes the rest.

    Assumption: the shares need not be of a hundred: after some steps were filled, what is left is split over the others
    in proportion of theirs.

    :param uncovered: The shares of steps that were removed, which the others do not take over: in the vendor's example
        two steps of 35 % keep their amounts without a third one.
    """
    if not shares:
        return []
    together = plus(ZERO, *shares)
    whole = plus(together, uncovered)
    parts = [floor_to(times(amount, share), lot, per=whole) for share in shares]
    covered = floor_to(times(amount, together), lot, per=whole) if uncovered else amount
    parts[0] = plus(parts[0], minus(covered, plus(ZERO, *parts)))
    return parts


def closing_units(smart_trade: SmartTrade) -> Decimal:
    """Return the amount of the steps that are being closed or removed."""
    steps = (step for step in smart_trade.open_steps if not step.is_waiting)
    return plus(ZERO, *(step.units or ZERO for step in steps))


def _amounts(smart_trade: SmartTrade, steps: Sequence[Trade]) -> list[Decimal]:
    taken = closing_units(smart_trade)
    reduction = smart_trade.reduction
    if reduction is not None and reduction.status != "idle":
        taken = plus(taken, reduction.units or ZERO)
    amount = max(ZERO, minus(smart_trade.left, taken))
    shares = [step.share or ZERO for step in steps]
    return split(amount, shares, smart_trade.uncovered, smart_trade.book.pair.lot)


def _shown(steps: Sequence[Trade]) -> list[object]:
    return [(step.status, step.price, step.units, step.error) for step in steps]


def _place_step(world: World, smart_trade: SmartTrade, step: Trade) -> bool:
    price, units, order = step.price or ZERO, step.units or ZERO, step.order
    if not step.rests or price <= 0 or units <= 0:
        if order is not None:
            order.close("Cancelled", world.now)
            step.order = None
        become(world, step, "to_process")
        step.error = None
        return True
    try:
        if order is None:
            submit(world, step, price, units)
        else:
            order.price, order.quantity, order.updated_at = price, units, world.now
            order.lock()
            world.rest(order)
            become(world, step, "order_placed")
    except NotEnoughError as error:
        if order is not None:
            order.close("Cancelled", world.now)
            step.order = None
        become(world, step, "to_process")
        refuse(world, smart_trade, step, error)
        return False
    step.error = None
    return True


def _into_profit(trend: Direction, percentage: Decimal) -> Decimal:
    return trend.into_loss(percentage.copy_negate())


def _order(world: World, trade: Trade, price: Decimal, quantity: Decimal) -> Order:
    whole = trade.whole
    return Order(
        trade.id, trade, whole.account, whole.book.pair, trade.side, "SmartTrade", price, quantity, world.now, world.now
    )
