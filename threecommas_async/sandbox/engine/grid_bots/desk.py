"""What fills and prices do to a grid bot that trades, and how it starts and stops."""

from __future__ import annotations

from decimal import Decimal
from typing import final

from attrs import evolve

from threecommas_async.sandbox.engine.alarms import Level
from threecommas_async.sandbox.engine.exact import ZERO, floor_to, minus, plus, times
from threecommas_async.sandbox.engine.funds import NotEnoughError
from threecommas_async.sandbox.engine.grid_bots import events
from threecommas_async.sandbox.engine.grid_bots.balances import bought_for, requirement
from threecommas_async.sandbox.engine.grid_bots.grid_bot import Cell, GridBot, Line, Profit
from threecommas_async.sandbox.engine.grid_bots.placing import (
    aim,
    cancel,
    joined,
    lay,
    log,
    mark,
    review,
    trade,
)
from threecommas_async.sandbox.engine.grid_bots.settings import StopAction
from threecommas_async.sandbox.engine.orders import Order, OrderSide
from threecommas_async.sandbox.engine.world import World


@final
class GridBotDesk:
    """Trades for the grid bots of a world."""

    def __init__(self, world: World) -> None:
        self._world = world

    # ---- start and stop ---------------------------------------------------------------------------------------------
    def start(self, bot: GridBot) -> None:
        """Begin to trade: the lines are marked by the price; orders follow in the second phase."""
        bot.is_enabled, bot.start_price = True, bot.book.price
        mark(bot)
        self._world.settlements.append(lambda: self._launch(bot))
        self._world.touch(bot)

    def lay_again(self, bot: GridBot) -> None:
        """Lay the lines of a bot by settings that have changed; one that trades does so by the new ones.

        Assumption: what it holds to be sold is then as free as all the account has, and is used for the new lines.
        """
        was_enabled = bot.is_enabled
        if bot.is_trading:
            self._give_up(bot)
        lay(self._world, bot)
        if was_enabled:
            log(self._world, bot, events.CHANGED)
            self.start(bot)
        else:
            mark(bot)
            self._world.touch(bot)

    def stop(self, bot: GridBot) -> None:
        """Cancel the orders; the bot keeps nothing but its profits."""
        self._give_up(bot)
        bot.is_enabled = False
        for cell in bot.cells:
            cell.side, cell.amount = None, ZERO
        log(self._world, bot, events.TURNED_OFF)

    # ---- what happens to it -----------------------------------------------------------------------------------------
    def filled(self, bot: GridBot, order: Order) -> None:
        """Sell above what was bought, buy below what was sold."""
        cell = next(cell for cell in bot.cells if cell.order is order)
        cell.order = None
        if order.side == "BUY":
            bot.cost = plus(bot.cost, order.total)
            cell.side = "sell"
            log(self._world, bot, events.filled(order))
        else:
            self._count(bot, cell, order)
            aim(bot, cell, "buy")
        self._review(bot, order.price)

    def examine(self, bot: GridBot) -> None:
        """Do what the price or new funds make due: stop, move up, place what could not be placed."""
        if not bot.is_trading:
            return
        price, settings = bot.book.price, bot.settings
        if settings.upper_stop is not None and price >= settings.upper_stop:
            self._stop_out(bot, "Upper", settings.upper_stop, settings.upper_stop_loss_action)
        elif settings.lower_stop is not None and price <= settings.lower_stop:
            self._stop_out(bot, "Lower", settings.lower_stop, settings.lower_stop_loss_action)
        else:
            if settings.trails and (steps := bot.ladder.steps_reached(price)):
                self._move_up(bot, steps)
            self._review(bot, price)

    # ---- parts ------------------------------------------------------------------------------------------------------
    def _launch(self, bot: GridBot) -> None:
        if not bot.is_enabled or bot.is_trading:
            return
        if bot.settings.leverage_type in ("cross", "isolated"):
            log(self._world, bot, events.leverage_set(bot.settings))
        bot.is_trading = True
        bought = self._balance(bot)
        # What it did not buy it had already; that is worth what it costs.
        own = bot.held if bought is None else minus(bot.held, bought.quantity)
        bot.cost = plus(times(own, bot.book.price), ZERO if bought is None else bought.total)
        self._review(bot, bot.book.price)

    def _balance(self, bot: GridBot) -> Order | None:
        """Trade for the currency that is missing, and return the order if base currency was bought."""
        needed = requirement(bot)
        if needed.balancing is None:
            return None
        side, quantity = needed.balancing
        pair, price = bot.book.pair, bot.book.price
        try:
            order = trade(self._world, bot, side, quantity)
        except NotEnoughError as error:
            log(self._world, bot, events.creating_balancing(pair, price, quantity, str(error)))
            return None
        log(self._world, bot, events.creating_balancing(pair, price, quantity), events.balancing_filled(order))
        return order if side == "BUY" else None

    def _count(self, bot: GridBot, cell: Cell, order: Order) -> None:
        """Count what a sale brought: it closes a pair with the purchase at the line below.

        A first sale, of what the bot began with, counts against that line as well. Assumption: with profit in base
        currency the profit is what was not sold, and what the sale brought too much is not counted.
        """
        against = cell.cost(bot.account.fee)
        in_base = bot.takes_profit_in_base
        profit = minus(cell.amount, order.quantity) if in_base else minus(order.total, against)
        usd_profit = times(profit, bot.book.usd_price(bot.profit_currency))
        bot.cost = minus(bot.cost, against)
        bot.current_profit = plus(bot.current_profit, profit)
        bot.current_profit_usd = plus(bot.current_profit_usd, usd_profit)
        bot.profits.append(Profit(cell.upper, profit, usd_profit, self._world.now))
        log(self._world, bot, events.sold_with_profit(order, profit, bot.profit_currency))

    def _stop_out(self, bot: GridBot, which: str, level: Decimal, action: StopAction) -> None:
        """Stop at a stop price.

        Assumptions: what the bot holds to be sold is sold, and what its purchases would cost is spent, as far as the
        account has it; a position on futures is what the bot holds.
        """
        world, pair, price = self._world, bot.book.pair, bot.book.price
        log(world, bot, events.stop_reached(which, level, pair, price))
        held, reserved = bot.held, bot.reserved
        self._give_up(bot)
        funds = bot.account.funds
        if action == "stop_bot_and_buy":
            spent = min(reserved, funds.available(pair.quote))
            self._trade_all(bot, "BUY", bought_for(spent, price, bot.account.fee, pair.lot))
        elif action != "stop_bot":
            self._trade_all(bot, "SELL", floor_to(min(held, funds.available(pair.base)), pair.lot))
        self.stop(bot)

    def _trade_all(self, bot: GridBot, side: OrderSide, quantity: Decimal) -> None:
        if quantity > 0:
            log(self._world, bot, events.closing(trade(self._world, bot, side, quantity)))

    def _move_up(self, bot: GridBot, steps: int) -> None:
        """Add lines above, and remove as many below; the lower stop price moves as far as the lowest line.

        Assumption: what a removed cell still holds stays in the account. The new cells buy: the price is above them.
        """
        world, ladder, settings = self._world, bot.ladder, bot.settings
        count = settings.grids_quantity
        for cell in bot.cells[:steps]:
            self._drop(bot, cell)
        if steps < count:
            below, new = bot.cells[-1].upper, range(count, count + steps)
        else:
            below, new = self._line(ladder.price(steps)), range(steps + 1, steps + count)
        bot.cells = bot.cells[steps:]
        for place in new:
            above = self._line(ladder.price(place))
            cell = joined(below, above)
            aim(bot, cell, "buy")
            bot.cells.append(cell)
            below = above
        lower, upper = bot.cells[0].lower.price, bot.cells[-1].upper.price
        stop = settings.lower_stop_loss_price
        moved = None if stop is None else plus(stop, minus(lower, settings.lower_price))
        bot.settings = evolve(settings, lower_price=lower, upper_price=upper, lower_stop_loss_price=moved)
        log(world, bot, events.moved_up(bot.book.pair, lower, upper))

    def _line(self, price: Decimal) -> Line:
        return Line(self._world.ids.next_grid_line(), price)

    def _drop(self, bot: GridBot, cell: Cell) -> None:
        """Remove a cell from below. What it held leaves the bot at the price as it is."""
        cancel(self._world, bot, cell)
        if cell.side == "sell":
            bot.cost = minus(bot.cost, times(cell.amount, bot.book.price))
        cell.side, cell.upper.below = None, None

    def _give_up(self, bot: GridBot) -> None:
        """Cancel all orders, and wait for nothing."""
        for cell in bot.cells:
            cancel(self._world, bot, cell)
        bot.is_trading, bot.cost = False, ZERO
        self._world.watch(bot, bot.book, None, None, None)

    def _review(self, bot: GridBot, price: Decimal) -> None:
        review(self._world, bot, price)
        self._world.watch(bot, bot.book, self._fall(bot, price), self._rise(bot, price), None)

    def _fall(self, bot: GridBot, price: Decimal) -> Level | None:
        """Return the next price below that matters: the stop price, or a line that the price has to leave above it."""
        stop = bot.settings.lower_stop
        levels = [Level(cell.price, is_beyond=True) for cell in bot.selling if cell.price <= price]
        if stop is not None:
            levels.append(Level(stop))
        return max(levels, key=lambda level: (level.price, not level.is_beyond), default=None)

    def _rise(self, bot: GridBot, price: Decimal) -> Level | None:
        settings = bot.settings
        levels = [Level(cell.price, is_beyond=True) for cell in bot.buying if cell.price >= price]
        if settings.upper_stop is not None:
            levels.append(Level(settings.upper_stop))
        if settings.trails:
            levels.append(Level(bot.ladder.price(settings.grids_quantity)))
        return min(levels, default=None)
