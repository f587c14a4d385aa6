"""The orders of a grid bot: placed, kept within their number, and cancelled."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

from threecommas_async.sandbox.engine.events import Event
from threecommas_async.sandbox.engine.exact import ceil_to, minus
from threecommas_async.sandbox.engine.funds import NotEnoughError
from threecommas_async.sandbox.engine.grid_bots import events
from threecommas_async.sandbox.engine.grid_bots.grid_bot import Cell, GridBot, Line, Side
from threecommas_async.sandbox.engine.grid_bots.ladder import line_amount
from threecommas_async.sandbox.engine.orders import Order, OrderKind, OrderSide, price_with_fee
from threecommas_async.sandbox.engine.world import World


def log(world: World, bot: GridBot, *messages: str) -> None:
    bot.events.extend(Event(message, world.now) for message in messages)
    world.touch(bot)


# ---- lines -----------------------------------------------------------------------------------------------------------
def lay(world: World, bot: GridBot) -> None:
    """Lay the lines anew, by the settings."""
    lines = [Line(world.ids.next_grid_line(), price) for price in bot.ladder.prices()]
    bot.cells = [joined(lower, upper) for lower, upper in pairwise(lines)]


def joined(lower: Line, upper: Line) -> Cell:
    """Return the cell between two lines."""
    cell = Cell(lower, upper)
    lower.above = upper.below = cell
    return cell


def sides(bot: GridBot) -> list[Side]:
    """Return what the cells do by the price: the nearest line waits, those above it sell, those below it buy.

    Assumption: of two lines that are equally near the lower one waits.
    """
    price = bot.book.price
    waiting = min(bot.lines, key=lambda line: (minus(line.price, price).copy_abs(), line.price))
    return ["sell" if cell.lower.price >= waiting.price else "buy" for cell in bot.cells]


def mark(bot: GridBot) -> None:
    """Mark the lines by the price."""
    for cell, side in zip(bot.cells, sides(bot), strict=True):
        aim(bot, cell, side)


def aim(bot: GridBot, cell: Cell, side: Side) -> None:
    """Say what a cell does next, with the amount of the line where it does that."""
    cell.side = side
    cell.amount = line_amount(bot.settings, cell.price, bot.book.pair.lot)


# ---- orders ----------------------------------------------------------------------------------------------------------
def review(world: World, bot: GridBot, price: Decimal) -> None:
    """Have those orders rest that are nearest to a price, as many as may on each side.

    Assumptions: what the account cannot pay is ``Inactive``, and tried again when there is more of the currency; those
    behind it wait as well. An order that the price has passed unplaced waits until it is on its own side again.

    :param price: Where the bot acts: on its way the price passes the lines one by one.
    """
    settings = bot.settings
    buying = [cell for cell in bot.buying if cell.price < price][: settings.max_active_buy_lines]
    selling = [cell for cell in bot.selling if cell.price > price][: settings.max_active_sell_lines]
    wanted = {id(cell) for cell in (*buying, *selling)}
    for cell in bot.cells:
        if cell.is_placed and id(cell) not in wanted:
            cancel(world, bot, cell)
    for cells in (buying, selling):
        for cell in cells:
            if not cell.is_placed and not place(world, bot, cell, price):
                break


def place(world: World, bot: GridBot, cell: Cell, current_price: Decimal) -> bool:
    """Place the order of a cell, and say whether the account could pay it."""
    order, is_new = cell.order, cell.order is None
    if order is None:
        side: OrderSide = "BUY" if cell.side == "buy" else "SELL"
        drafted = _draft(world, bot, side, "Grid Line", cell.price, order_quantity(bot, cell))
        order = cell.order = _numbered(world, bot, drafted)
    try:
        order.lock()
    except NotEnoughError as error:
        if is_new:
            order.close("Inactive", world.now)
            log(world, bot, events.creating(order, current_price, str(error)))
        bot.account.funds.wait_for(error.currency, bot)
        return False
    order.status, order.updated_at = "Active", world.now
    world.rest(order)
    log(world, bot, events.creating(order, current_price))
    return True


def order_quantity(bot: GridBot, cell: Cell) -> Decimal:
    """Return how much a cell trades next: with profit in base currency it sells only what pays for the purchase."""
    if cell.side == "buy" or not bot.takes_profit_in_base:
        return cell.amount
    fee, pair = bot.account.fee, bot.book.pair
    pays = ceil_to(cell.cost(fee), pair.lot, per=price_with_fee("SELL", cell.upper.price, fee))
    return min(pays, cell.amount)


def cancel(world: World, bot: GridBot, cell: Cell) -> None:
    """Cancel the order of a cell, if it rests; one that could not be paid is given up."""
    order, cell.order = cell.order, None
    if order is not None and order.status == "Active":
        bot.book.withdraw(order)
        order.close("Cancelled", world.now)
        log(world, bot, events.cancelling(order))


def trade(world: World, bot: GridBot, side: OrderSide, quantity: Decimal) -> Order:
    """Buy or sell by market, at the price as it is.

    :raises NotEnoughError: The account cannot pay it; there is no order.
    """
    order = _draft(world, bot, side, "Balancing", bot.book.price, quantity)
    order.fill(order.price, world.now)
    return _numbered(world, bot, order)


def _draft(world: World, bot: GridBot, side: OrderSide, kind: OrderKind, price: Decimal, quantity: Decimal) -> Order:
    return Order(0, bot, bot.account, bot.book.pair, side, kind, price, quantity, world.now, world.now)


def _numbered(world: World, bot: GridBot, order: Order) -> Order:
    order.id = world.ids.next_order()
    bot.orders.append(order)
    return order
