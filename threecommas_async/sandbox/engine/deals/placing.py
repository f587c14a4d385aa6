"""The orders of a running deal: placed, re-placed after a fill or a change, and cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from threecommas_async.sandbox.engine.deals import events
from threecommas_async.sandbox.engine.deals.deal import Deal, Target
from threecommas_async.sandbox.engine.deals.safety_orders import (
    PlannedSafetyOrder,
    quantity,
    safety_price,
    smallest_quantity,
)
from threecommas_async.sandbox.engine.deals.settings import VolumeType
from threecommas_async.sandbox.engine.deals.take_profit import bought_back, exit_price, gain, rise, sold_for_cost, split
from threecommas_async.sandbox.engine.events import Event
from threecommas_async.sandbox.engine.exact import ZERO, minus, percent, plus
from threecommas_async.sandbox.engine.funds import NotEnoughError
from threecommas_async.sandbox.engine.orders import Order, OrderKind, OrderSide
from threecommas_async.sandbox.engine.world import World


def log(world: World, deal: Deal, message: str) -> None:
    deal.events.append(Event(message, world.now))
    world.touch(deal)


def refuse(world: World, deal: Deal, message: str, currency: str) -> None:
    """Note that the exchange has refused an order, and try again when there is more of the currency.

    The deal goes on. Assumption: what was refused is tried again as soon as more of the currency is free.
    """
    if deal.error_message != message:
        deal.error_message = message
        log(world, deal, message)
    deal.account.funds.wait_for(currency, deal)


# ---- single orders ---------------------------------------------------------------------------------------------------
def submit(
    world: World, deal: Deal, kind: OrderKind, price: Decimal, amount: Decimal, *, exits: bool = False, number: int = 0
) -> Order:
    """Place a limit order.

    :raises NotEnoughError: The account cannot pay it; there is no order.
    """
    order = _order(world, deal, kind, price, amount, exits, number)
    order.lock()
    order.id = world.ids.next_order()
    deal.orders.append(order)
    world.rest(order)
    return order


def trade(
    world: World,
    deal: Deal,
    kind: OrderKind,
    amount: Decimal,
    *,
    exits: bool = False,
    number: int = 0,
    order_id: int | None = None,
) -> Order:
    """Buy or sell by market, at the price as it is.

    :raises NotEnoughError: The account cannot pay it; there is no order.
    """
    order = _order(world, deal, kind, deal.book.price, amount, exits, number)
    order.fill(order.price, world.now)
    order.id = world.ids.next_order() if order_id is None else order_id
    deal.orders.append(order)
    return order


def cancel(world: World, deal: Deal, order: Order) -> None:
    """Cancel an order that rests. The texts are those of its kind."""
    if order.kind == "Take Profit":
        log(world, deal, events.cancelling_take_profit(order))
        log(world, deal, events.take_profit_cancelled(order))
    else:
        count = len(deal.planned)
        log(world, deal, events.cancelling_safety(order, count))
        log(world, deal, events.safety_cancelled(order, count))
        deal.safety_orders.pop(order.number, None)
        deal.manual_orders.pop(order.id, None)
    deal.book.withdraw(order)
    order.close("Cancelled", world.now)


def cancel_orders(world: World, deal: Deal) -> None:
    """Cancel all that rests: the take profits first."""
    for target in deal.targets:
        _retire(world, deal, target)
    for order in [*deal.safety_orders.values(), *deal.manual_orders.values()]:
        cancel(world, deal, order)


def withdraw_orders(deal: Deal) -> None:
    """Take all orders out of the book while the deal is being closed: they are shown, but can no longer be filled."""
    for order in resting_orders(deal):
        deal.book.withdraw(order)


def resting_orders(deal: Deal) -> list[Order]:
    take_profits = (target.order for target in deal.targets)
    return [
        *(order for order in take_profits if order is not None and order.status == "Active"),
        *deal.safety_orders.values(),
        *deal.manual_orders.values(),
    ]


# ---- all of them -----------------------------------------------------------------------------------------------------
def derive(world: World, deal: Deal) -> None:
    """Place what should rest now: take profits for all that the deal holds, then the next safety orders."""
    placed = [place_targets(world, deal), place_safety_orders(world, deal)]
    if all(placed) and not deal.exit_refused:
        deal.error_message = None


def place_targets(world: World, deal: Deal) -> bool:
    """Place the take profits, or re-place those whose price or amount is another one; their rows stay.

    Assumption: a target at a price of zero or below, which a short deal can have, is not placed.

    :returns: Whether the account could pay them all.
    """
    opened = [target for target in deal.targets if target.is_open]
    if not opened:
        return True
    trailing, currency = deal.trailing_target, _exit_currency(deal)
    free = deal.account.funds.available(currency)
    stay = list[Target]()
    for target, (price, amount) in zip(opened, _aims(deal, opened), strict=True):
        target.price, target.amount = price, amount
        order = target.order
        if order is not None and (order.price, order.quantity) == (price, amount) and target is not trailing:
            stay.append(target)
        elif order is not None and (target is trailing or not _can_rest(target)):
            _retire(world, deal, target)
        elif order is not None:
            log(world, deal, events.cancelling_take_profit(order))
            log(world, deal, events.take_profit_cancelled(order))
            deal.book.withdraw(order)
            order.unlock()
    resting = [target for target in opened if target is not trailing and target not in stay and _can_rest(target)]
    placed = [_place_target(world, deal, target) for target in resting]
    if deal.account.funds.available(currency) > free:
        deal.account.funds.tell(currency)
    return all(placed)


def place_safety_orders(world: World, deal: Deal) -> bool:
    """Place the next safety orders, as many as may rest at a time.

    Assumptions: one that was cancelled by hand is not placed again, and its place stays empty until the next fill; an
    order whose price would be zero or below is left out, and with it those behind it.

    :returns: Whether the account could pay them all.
    """
    settings = deal.settings
    room = min(settings.active_safety_orders_count, settings.max_safety_orders - deal.filled_safety_orders)
    room -= len(deal.safety_orders)
    while room > 0 and (planned := next_planned(deal)):
        price, amount = safety_aim(deal, planned)
        if price <= 0:
            break
        count = len(deal.planned)
        try:
            order = submit(world, deal, "Safety", price, amount, number=planned.number)
        except NotEnoughError as error:
            refuse(world, deal, events.refused("Safety", str(error), planned.number, count), error.currency)
            return False
        deal.safety_orders[planned.number] = order
        log(world, deal, events.placing_safety(order, count, False, _change(deal)))
        room -= 1
    return True


def review_safety_orders(world: World, deal: Deal) -> None:
    """Cancel the resting safety orders that the settings do not have any more, or have elsewhere."""
    planned = {item.number: item for item in deal.planned}
    wanted = sorted(number for number in planned if number not in deal.used_numbers)
    wanted = wanted[: max(0, deal.settings.active_safety_orders_count)]
    for number, order in sorted(deal.safety_orders.items()):
        if number not in wanted or safety_aim(deal, planned[number]) != (order.price, order.quantity):
            cancel(world, deal, order)


def next_planned(deal: Deal) -> PlannedSafetyOrder | None:
    """Return the next safety order that neither rests nor has been used."""
    for planned in deal.planned:
        if planned.number not in deal.used_numbers and planned.number not in deal.safety_orders:
            return planned
    return None


def safety_aim(deal: Deal, planned: PlannedSafetyOrder, market_price: Decimal | None = None) -> tuple[Decimal, Decimal]:
    """Return price and amount of a safety order.

    :param market_price: The price at which it is bought by market; else it is its own.
    """
    pair = deal.book.pair
    price = safety_price(deal.direction, deal.base_order_average_price, planned.shift, pair.tick)
    at = price if market_price is None else market_price
    kind = deal.settings.safety_order_volume_type
    return price, order_amount(deal, planned.volume, kind, at) if at > 0 else ZERO


def order_amount(deal: Deal, volume: Decimal, kind: VolumeType, price: Decimal) -> Decimal:
    """Return the amount of an order of a volume.

    Assumptions: a percentage is of what was free when the deal opened, in quote currency, of a short deal in base
    currency; risk reduction does not go below the smallest amount of the pair.
    """
    is_amount = kind == "base_currency" or (kind == "percent" and not deal.direction.is_long)
    if kind == "percent":
        volume = percent(deal.free_at_start, volume)
    lot = deal.book.pair.lot
    if not deal.amount_change:
        return quantity(volume, is_amount, price, lot)
    changed = plus(volume, deal.amount_change if is_amount else deal.volume_change)
    return smallest_quantity(quantity(changed, is_amount, price, lot), deal.book.pair)


# ---- parts -----------------------------------------------------------------------------------------------------------
def _order(
    world: World, deal: Deal, kind: OrderKind, price: Decimal, amount: Decimal, exits: bool, number: int
) -> Order:
    side: OrderSide = deal.direction.exit_side if exits else deal.direction.entry_side
    pair = deal.book.pair
    return Order(0, deal, deal.account, pair, side, kind, price, amount, world.now, world.now, number=number)


def _place_target(world: World, deal: Deal, target: Target) -> bool:
    try:
        if target.order is None:
            target.order = submit(world, deal, "Take Profit", target.price, target.amount, exits=True)
            target.trade_id = target.order.id
        else:
            target.order.price, target.order.quantity = target.price, target.amount
            target.order.lock()
            target.order.updated_at = world.now
            world.rest(target.order)
    except NotEnoughError as error:
        if target.order is not None:
            target.order.close("Cancelled", world.now)
            target.order = None
        refuse(world, deal, events.refused("Take Profit", str(error)), error.currency)
        return False
    distance = rise(target.price, deal.book.price)
    log(world, deal, events.placing_take_profit(target.order, distance))
    return True


def _retire(world: World, deal: Deal, target: Target) -> None:
    """Cancel the order of a take profit, if it rests."""
    if target.order is not None and target.order.status == "Active":
        cancel(world, deal, target.order)
        target.order = None


def _can_rest(target: Target) -> bool:
    return target.price > 0 and target.amount > 0


def _exit_currency(deal: Deal) -> str:
    return deal.book.pair.base if deal.direction.is_long else deal.book.pair.quote


def _aims(deal: Deal, opened: Sequence[Target]) -> list[tuple[Decimal, Decimal]]:
    """Return price and amount of each open take profit.

    Assumptions: after steps were sold the averages stay those of all entries; steps take their profit in quote
    currency.
    """
    pair, fee, trend = deal.book.pair, deal.account.fee, deal.direction
    of_base = deal.settings.take_profit_type == "base"
    in_base = deal.settings.profit_currency == "base_currency" and not deal.settings.take_profit_steps
    volume, amount = deal.entered_volume, deal.entered_amount
    if in_base and not trend.is_long:
        gained = gain(opened[-1].percentage, _base_amount(deal) if of_base else amount)
        return [bought_back(volume, amount, gained, fee, pair.tick, pair.lot)]
    basis = _base_volume(deal) if of_base else volume
    prices = [exit_price(trend, volume, amount, gain(target.percentage, basis), fee, pair.tick) for target in opened]
    closing = plus(ZERO, *(target.amount for target in deal.targets if target.status == "Panic closing"))
    left = minus(deal.left, closing)
    if in_base:
        return [(prices[0], min(left, sold_for_cost(volume, prices[0], fee, pair.lot)))]
    return list(zip(prices, split(left, [target.share for target in opened], pair.lot), strict=True))


def _base_volume(deal: Deal) -> Decimal:
    return ZERO if deal.base_order is None else deal.base_order.total


def _base_amount(deal: Deal) -> Decimal:
    return ZERO if deal.base_order is None else deal.base_order.quantity


def _change(deal: Deal) -> str:
    return events.volume_change(deal.volume_change, deal.from_currency)


def minimum_profit_price(deal: Deal) -> Decimal | None:
    """Return from where on a signal closes the deal.

    Assumption: without ``min_profit_percentage`` at any price; without ``min_profit_type`` it counts on all entries.
    """
    settings = deal.settings
    if not settings.closes_by_signal or not settings.min_profit_percentage:
        return None
    basis = _base_volume(deal) if settings.min_profit_type == "base_order_volume" else deal.entered_volume
    gained = gain(settings.min_profit_percentage, basis)
    pair, fee = deal.book.pair, deal.account.fee
    return exit_price(deal.direction, deal.entered_volume, deal.entered_amount, gained, fee, pair.tick)
