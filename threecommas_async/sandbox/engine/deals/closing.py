"""How deals end, and what is sold by market on the way."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

from threecommas_async.sandbox.engine.deals import events
from threecommas_async.sandbox.engine.deals.deal import Deal, Target
from threecommas_async.sandbox.engine.deals.placing import (
    cancel_orders,
    log,
    refuse,
    resting_orders,
    trade,
)
from threecommas_async.sandbox.engine.deals.profit import money
from threecommas_async.sandbox.engine.deals.take_profit import sold_for_cost
from threecommas_async.sandbox.engine.exact import floor_to, plus, times
from threecommas_async.sandbox.engine.funds import NotEnoughError
from threecommas_async.sandbox.engine.orders import Order, price_with_fee, worth
from threecommas_async.sandbox.engine.world import World

Result = Literal["completed", "stop_loss_finished", "panic_sold"]
ExitKind = Literal["Take Profit", "Stop Loss"]


def close_by_market(world: World, deal: Deal, kind: ExitKind, status: Result) -> bool:
    """Cancel the orders, and sell what is left by market; a short deal buys it back.

    Assumptions: the order of a panic sell is a ``Stop Loss``, that of a close signal a ``Take Profit``. A deal that the
    account cannot pay back keeps its orders and its status, and is tried again when there is more money, or when a
    better price asks for less.

    :returns: Whether the deal is finished.
    """
    if _cannot_pay(world, deal, kind, deal.left, resting_orders(deal)):
        return False
    cancel_orders(world, deal)
    sell(world, deal, trade(world, deal, kind, deal.left, exits=True))
    finish(world, deal, status)
    return True


def close_trailing(world: World, deal: Deal, target: Target) -> bool:
    """Sell the take profit that trailed.

    Assumption: the deal goes on while other steps, which were not reached, are open.

    :returns: Whether the deal is finished.
    """
    others = [other for other in deal.targets if other is not target and other.status != "Finished"]
    amount = target.amount if others else _all_of(deal)
    if _cannot_pay(world, deal, "Take Profit", amount, [] if others else resting_orders(deal)):
        return False
    if not others:
        cancel_orders(world, deal)
    order = trade(world, deal, "Take Profit", amount, exits=True, order_id=target.trade_id)
    sell(world, deal, order)
    reached(world, target, order)
    if not others:
        finish(world, deal, "completed")
        return True
    deal.trailing_max_price = None
    deal.become("bought")
    freeze(deal, deal.book.price)
    return False


def close_step(world: World, deal: Deal, target: Target) -> bool:
    """Sell a step by market. The deal goes on until nothing is left of it.

    Assumption: a step that the account cannot pay back waits for its price again.

    :returns: Whether the deal is finished.
    """
    order = target.order
    if _cannot_pay(world, deal, "Take Profit", target.amount, [] if order is None else [order]):
        deal.exit_refused = False
        target.status = "Placed"
        if order is not None:
            world.rest(order)
        return False
    if order is None:
        order = trade(world, deal, "Take Profit", target.amount, exits=True, order_id=target.trade_id)
    else:
        order.fill(deal.book.price, world.now)
    sell(world, deal, order)
    reached(world, target, order)
    if not deal.left:
        finish(world, deal, "panic_sold")
        return True
    freeze(deal, deal.book.price)
    return False


def sell(world: World, deal: Deal, order: Order) -> None:
    """Count an exit that was executed by market."""
    count_exit(deal, order)
    log(world, deal, events.placing_exit(order))
    log(world, deal, events.exit_executed(order))


def count_exit(deal: Deal, order: Order) -> None:
    deal.exited_amount = plus(deal.exited_amount, order.quantity)
    deal.exited_volume = plus(deal.exited_volume, order.total)


def reached(world: World, target: Target, order: Order) -> None:
    """Note that a take profit is done."""
    target.status, target.executed_at, target.order = "Finished", world.now, order


def freeze(deal: Deal, price: Decimal) -> None:
    """Take the profit at a price as what ``final_profit`` shows from now on."""
    deal.final_profit = money(deal.profit_at(price))


def finish(world: World, deal: Deal, status: Literal[Result, "cancelled", "failed"]) -> None:
    """End a deal: its orders go, its result is counted for its bot, and the bot may open the next one.

    Assumption: the result of a cancelled or failed deal is zero.
    """
    cancel_orders(world, deal)
    deal.become(status)
    deal.final_profit = money(deal.actual_profit)
    deal.closed_at = world.now
    usd_price = deal.final_usd_price = deal.book.usd_price(deal.from_currency)
    deal.trailing_max_price = deal.stop_broken_at = None
    deal.exit_refused = False
    if status != "failed":
        deal.error_message = None
    if status in ("completed", "stop_loss_finished", "panic_sold"):
        usd = times(deal.final_profit, usd_price)
        percentage = deal.final_profit_percentage
        log(world, deal, events.trade_completed(deal.book.pair, deal.final_profit, usd, percentage))
    world.watch(deal, deal.book, None, None, None)
    world.touch(deal)
    _count(world, deal, usd_price)


def _count(world: World, deal: Deal, usd_price: Decimal) -> None:
    del world.active_deals[deal.id]
    bot = world.bots[deal.bot_id]
    del bot.active_deals[deal.id]
    bot.finished_deals_count += 1
    bot.realised = plus(bot.realised, deal.final_profit)
    bot.finished_deals_profit_usd = plus(bot.finished_deals_profit_usd, times(deal.final_profit, usd_price))
    bot.closed_at[deal.pair] = world.now
    if deal.status == "stop_loss_finished" and deal.settings.stop_loss_type == "stop_loss_and_disable_bot":
        bot.is_enabled = False
        bot.updated_at = world.now
    world.openers[bot.id] = bot


def _all_of(deal: Deal) -> Decimal:
    """Return what a trailing take profit sells in the end.

    Assumption: with profit in base currency a long deal sells what pays for its entries at the price as it is, and a
    short one buys back for all that it got.
    """
    if deal.settings.profit_currency == "quote_currency" or deal.settings.take_profit_steps:
        return deal.left
    pair, fee, price = deal.book.pair, deal.account.fee, deal.book.price
    if deal.direction.is_long:
        return min(deal.left, sold_for_cost(deal.entered_volume, price, fee, pair.lot))
    return floor_to(deal.entered_volume, pair.lot, per=price_with_fee("BUY", price, fee))


def _cannot_pay(world: World, deal: Deal, kind: ExitKind, amount: Decimal, released: Iterable[Order]) -> bool:
    """Say whether the account has too little for an exit.

    :param released: Open orders whose locked funds can be used for it.
    """
    trend, pair, fee = deal.direction, deal.book.pair, deal.account.fee
    currency = pair.base if trend.is_long else pair.quote
    needed = amount if trend.is_long else worth("BUY", deal.book.price, amount, fee)
    own = (order.locked for order in released if order.currency == currency)
    if needed <= plus(deal.account.funds.available(currency), *own):
        deal.exit_refused = False
        return False
    deal.exit_refused = True
    refuse(world, deal, events.refused(kind, str(NotEnoughError(currency))), currency)
    return True
