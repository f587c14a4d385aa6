"""What the API and a test can ask of the grid bots."""

from __future__ import annotations

from typing import final

from attrs import evolve

from threecommas_async.sandbox.engine.funds import Account, NotEnoughError
from threecommas_async.sandbox.engine.grid_bots import events
from threecommas_async.sandbox.engine.grid_bots.balances import Requirement, requirement, requirement_to_start
from threecommas_async.sandbox.engine.grid_bots.checks import check_grid, traded
from threecommas_async.sandbox.engine.grid_bots.desk import GridBotDesk
from threecommas_async.sandbox.engine.grid_bots.grid_bot import GridBot
from threecommas_async.sandbox.engine.grid_bots.placing import lay, log, mark
from threecommas_async.sandbox.engine.grid_bots.settings import GridSettings
from threecommas_async.sandbox.engine.pairs import Pair
from threecommas_async.sandbox.engine.refusals import RefusedError, not_allowed, operation_forbidden, unknown_id
from threecommas_async.sandbox.engine.stepper import Stepper
from threecommas_async.sandbox.engine.world import World


@final
class GridBotOperations:
    """``engine.grid_bots.select``: the grid bots."""

    def __init__(self, world: World, stepper: Stepper, desk: GridBotDesk) -> None:
        self._world = world
        self._stepper = stepper
        self._desk = desk

    def create(self, settings: GridSettings) -> GridBot:
        """Create a grid bot, disabled, its lines marked by the price.

        :raises RefusedError: The settings are wrong (400), or there is no such account (404).
        """
        self._stepper.begin_operation()
        world, account = self._world, self._world.account(settings.account_id)
        book = traded(world.books, account.market, settings.pair)
        check_grid(settings, book.pair)
        settings = _completed(settings, book.pair)
        bot = GridBot(world.ids.next_grid_bot(), settings, account, book, self._desk, world.now, world.now)
        world.grid_bots[bot.id] = bot
        lay(world, bot)
        mark(bot)
        self._stepper.run()
        return bot

    def update(self, bot_id: int, settings: GridSettings) -> GridBot:
        """Change the settings of a grid bot. Account, pair, currencies and mode stay as they are.

        The lines are laid anew, and the orders of a bot that trades with them. Assumption: that trades on with the
        orders it has if nothing has changed that the lines follow from.

        :raises RefusedError: The settings are wrong (400), or there is no such grid bot (404).
        """
        self._stepper.begin_operation()
        bot = self.get(bot_id)
        check_grid(settings, bot.book.pair)
        settings = _completed(settings, bot.book.pair)
        is_same = settings.layout == bot.settings.layout
        bot.settings = settings
        if bot.is_enabled and is_same:
            self._world.touch(bot)
            bot.examine()
        else:
            self._desk.lay_again(bot)
        self._stepper.run()
        return bot

    def set_note(self, bot_id: int, note: str) -> GridBot:
        """Note something.

        :raises RefusedError: There is no such grid bot (404).
        """
        self._stepper.begin_operation()
        bot = self.get(bot_id)
        bot.settings = evolve(bot.settings, note=note)
        return self._changed(bot)

    def enable(self, bot_id: int) -> GridBot:
        """Let a grid bot trade. Its orders are placed in a second phase, as recorded; one that trades goes on.

        Assumption: a bot whose account lacks what it needs is refused.

        :raises RefusedError: The account has too little (422), or there is no such grid bot (404).
        """
        self._stepper.begin_operation()
        bot = self.get(bot_id)
        if not bot.is_enabled:
            needed = requirement_to_start(bot)
            if not needed.is_balancing_available:
                raise not_allowed(str(NotEnoughError(needed.necessary[1])))
            log(self._world, bot, *events.STARTED)
            self._desk.start(bot)
        self._stepper.run()
        return bot

    def disable(self, bot_id: int) -> GridBot:
        """Let a grid bot trade no more: its orders are cancelled, what it holds stays in the account.

        :raises RefusedError: There is no such grid bot (404).
        """
        self._stepper.begin_operation()
        bot = self.get(bot_id)
        if bot.is_enabled:
            log(self._world, bot, events.STOPPED)
            self._desk.stop(bot)
        self._stepper.run()
        return bot

    def delete(self, bot_id: int) -> None:
        """Delete a grid bot.

        :raises RefusedError: It is enabled (403, an assumption), or there is no such grid bot (404).
        """
        self._stepper.begin_operation()
        if self.get(bot_id).is_enabled:
            raise operation_forbidden()
        del self._world.grid_bots[bot_id]

    def required_balances(self, bot_id: int) -> Requirement:
        """Return what a grid bot needs, and what of that its account does not have.

        :raises RefusedError: Its lines are not marked, as those of a bot that was disabled (500), it is on futures
            (422, an assumption: the documentation says that it works on spot only), or there is no such grid bot (404).
        """
        bot = self.get(bot_id)
        if bot.book.pair.market_type == "futures":
            raise not_allowed("Required balances are available for spot accounts only")
        if not any(line.side for line in bot.lines):
            raise RefusedError(500, "grid_lines_not_marked", "Grid lines empty or not marked")
        return requirement(bot)

    def get(self, bot_id: int) -> GridBot:
        """Return a grid bot.

        :raises RefusedError: There is none (404).
        """
        if bot_id not in self._world.grid_bots:
            raise unknown_id()
        return self._world.grid_bots[bot_id]

    def select(self, *, account_id: int | None = None, is_enabled: bool | None = None) -> list[GridBot]:
        """Return the grid bots, by id."""
        return [
            bot
            for bot in self._world.grid_bots.values()
            if account_id in (None, bot.account.id) and is_enabled in (None, bot.is_enabled)
        ]

    # ---- accounts and pairs -----------------------------------------------------------------------------------------
    def obstacle_to_removing(self, market: str, pair: str) -> str | None:
        """Say why a market cannot stop trading a pair, if a grid bot trades it there."""
        if any(bot.account.market == market and bot.pair == pair for bot in self._world.grid_bots.values()):
            return f"a grid bot trades {pair} at {market}"
        return None

    def cancel_all_on(self, account: Account) -> None:
        """Disable the grid bots of an account."""
        for bot in self.select(account_id=account.id):
            self.disable(bot.id)

    def forget_all_on(self, account: Account) -> None:
        """Delete the grid bots of an account."""
        for bot in self.select(account_id=account.id):
            self.delete(bot.id)

    # ---- parts ------------------------------------------------------------------------------------------------------
    def _changed(self, bot: GridBot) -> GridBot:
        self._world.touch(bot)
        self._stepper.run()
        return bot


def _completed(settings: GridSettings, pair: Pair) -> GridSettings:
    """Return settings with a name, and with as many active lines as there are where nothing was said of them."""
    count = settings.grids_quantity
    return evolve(
        settings,
        name=settings.name or f"{pair.base}/{pair.quote}",
        max_active_buy_lines=settings.max_active_buy_lines or count,
        max_active_sell_lines=settings.max_active_sell_lines or count,
    )
