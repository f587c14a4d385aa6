"""What the API and a test can ask of the bots."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import final

from attrs import evolve

from threecommas_async.sandbox.engine.bots.bot import Bot
from threecommas_async.sandbox.engine.bots.checks import check_bot, check_stop_loss
from threecommas_async.sandbox.engine.bots.desk import BotDesk, Opening
from threecommas_async.sandbox.engine.deals.deal import Deal
from threecommas_async.sandbox.engine.deals.requests import DealRequests
from threecommas_async.sandbox.engine.deals.safety_orders import required_volume
from threecommas_async.sandbox.engine.deals.settings import BotSettings
from threecommas_async.sandbox.engine.funds import Account
from threecommas_async.sandbox.engine.refusals import not_allowed, operation_forbidden, unknown_id, wrong_parameters
from threecommas_async.sandbox.engine.stepper import Stepper
from threecommas_async.sandbox.engine.world import World


@final
class BotOperations:
    """``engine.bots.select``: the DCA bots."""

    def __init__(self, world: World, stepper: Stepper, desk: BotDesk, requests: DealRequests) -> None:
        self._world = world
        self._stepper = stepper
        self._desk = desk
        self._requests = requests

    def create(self, settings: BotSettings) -> Bot:
        """Create a bot, disabled.

        :raises RefusedError: The settings are wrong (400), or there is no such account (404).
        """
        self._stepper.begin_operation()
        account = self._world.account(settings.account_id)
        check_bot(settings, account.market, self._world.books)
        world = self._world
        bot = Bot(world.ids.next_bot(), settings, account, self._desk, world.now, world.now)
        world.bots[bot.id] = bot
        return bot

    def update(self, bot_id: int, settings: BotSettings) -> Bot:
        """Change the settings of a bot, for new deals only.

        Assumption: the account of a bot with active deals cannot be changed.

        :raises RefusedError: The settings are wrong (400), or there is no such bot or account (404).
        """
        self._stepper.begin_operation()
        bot, account = self.get(bot_id), self._world.account(settings.account_id)
        check_bot(settings, account.market, self._world.books)
        check_stop_loss(settings)
        if account is not bot.account and bot.active_deals:
            raise wrong_parameters(account_id="can't be changed while deals are active")
        self._world.watch(bot, self._world.books[bot.account.market, bot.settings.pairs[0]], None, None, None)
        bot.settings, bot.account, bot.lacks_funds = settings, account, False
        bot.signals = [(due_at, pair) for due_at, pair in bot.signals if pair in settings.pairs]
        return self._changed(bot)

    def enable(self, bot_id: int) -> Bot:
        """Let a bot open deals; a nonstop bot opens one at once (assumption).

        :raises RefusedError: There is no such bot (404).
        """
        self._stepper.begin_operation()
        bot = self.get(bot_id)
        if not bot.is_enabled:
            bot.is_enabled, bot.enabled_at, bot.lacks_funds = True, self._world.now, False
        return self._changed(bot)

    def disable(self, bot_id: int) -> Bot:
        """Let a bot open no more deals. Those that run go on.

        :raises RefusedError: There is no such bot (404).
        """
        self._stepper.begin_operation()
        return self._disable(self.get(bot_id))

    def delete(self, bot_id: int) -> None:
        """Delete a bot; its deals stay.

        :raises RefusedError: It has active deals (403), or there is no such bot (404).
        """
        self._stepper.begin_operation()
        bot = self.get(bot_id)
        if not bot.is_deletable:
            raise operation_forbidden()
        self._world.watch(bot, self._world.books[bot.account.market, bot.settings.pairs[0]], None, None, None)
        del self._world.bots[bot_id]

    def copy(self, bot_id: int, name: str) -> tuple[Bot, Decimal]:
        """Copy a bot; the copy is disabled.

        :returns: The copy, and the funds that it can need (``bot_required_amount``).
        :raises RefusedError: There is no such bot (404), or no name (400).
        """
        bot = self.create(evolve(self.get(bot_id).settings, name=name))
        return bot, required_volume(bot.settings)

    def panic_sell_all_deals(self, bot_id: int) -> Bot:
        """Disable a bot, and begin to close its deals by market.

        :raises RefusedError: There is no such bot (404).
        """
        self._stepper.begin_operation()
        bot = self.get(bot_id)
        for deal in list(bot.active_deals.values()):
            if deal.permissions.panic_sellable:
                self._requests.panic_sell(deal)
        return self._disable(bot)

    def cancel_all_deals(self, bot_id: int) -> Bot:
        """Disable a bot, and begin to cancel its deals.

        :raises RefusedError: There is no such bot (404).
        """
        self._stepper.begin_operation()
        bot = self.get(bot_id)
        for deal in list(bot.active_deals.values()):
            if deal.permissions.cancellable:
                self._requests.cancel(deal)
        return self._disable(bot)

    def get(self, bot_id: int) -> Bot:
        """Return a bot.

        :raises RefusedError: There is none (404).
        """
        if bot_id not in self._world.bots:
            raise unknown_id()
        return self._world.bots[bot_id]

    def select(self, *, account_id: int | None = None, is_enabled: bool | None = None) -> list[Bot]:
        """Return the bots, by id."""
        return [
            bot
            for bot in self._world.bots.values()
            if account_id in (None, bot.account.id) and is_enabled in (None, bot.is_enabled)
        ]

    def open_signal(self, bot_id: int, pair: str | None = None, *, skips_delay: bool = False) -> Opening:
        """Let the start conditions of a bot hold, all of them.

        :param pair: On which pair; a bot of one pair needs none.
        :param skips_delay: Whether the delay of the bot is over.
        :raises RefusedError: There is no such bot (404), or it does not trade the pair (400).
        """
        self._stepper.begin_operation()
        bot = self.get(bot_id)
        opening = self._desk.signal(bot, _pair_of(bot, pair), skips_delay=skips_delay)
        self._stepper.run()
        return opening

    def start_new_deal(
        self,
        bot_id: int,
        pair: str | None = None,
        *,
        skips_signals: bool = False,
        skips_open_deals: bool = False,
        only_if_enabled: bool = False,
    ) -> Deal:
        """Open a deal now, without the delay of the bot.

        Assumptions: a condition that a signal has to meet does not hold by itself, so that a bot with one needs
        ``skips_signals``; open deals are skipped on the pair, not in ``max_active_deals``; all else that keeps a bot
        from opening a deal does so here, but for being disabled.

        :param pair: On which pair; a bot of one pair needs none.
        :raises RefusedError: The bot may not open one (422), there is no such bot (404), or it does not trade the pair
            (400).
        """
        self._stepper.begin_operation()
        bot = self.get(bot_id)
        code = _pair_of(bot, pair)
        obstacle = self._desk.obstacle(
            bot, code, even_if_disabled=not only_if_enabled, any_number_on_pair=skips_open_deals
        )
        if obstacle is None and not skips_signals and bot.settings.waits_for_signal:
            obstacle = "the start conditions are not met"
        if obstacle is not None:
            raise not_allowed(f"No deal was started: {obstacle}")
        deal = self._desk.open(bot, code)
        self._stepper.run()
        return deal

    @property
    def black_list(self) -> tuple[str, ...]:
        """Pairs on which no bot opens deals."""
        return self._world.black_list

    @black_list.setter
    def black_list(self, pairs: Iterable[str]) -> None:
        self._stepper.begin_operation()
        self._world.black_list = tuple(pairs)
        self._world.openers.update(self._world.bots)
        self._stepper.run()

    # ---- accounts and pairs ------------------------------------------------------------------------------------------
    def obstacle_to_removing(self, market: str, pair: str) -> str | None:
        """Say why a market cannot stop trading a pair, if a bot trades it there."""
        bots = self._world.bots.values()
        if any(bot.account.market == market and pair in bot.settings.pairs for bot in bots):
            return f"a bot trades {pair} at {market}"
        return None

    def cancel_all_on(self, account: Account) -> None:
        """Disable the bots of an account, and begin to cancel their deals."""
        for bot in self.select(account_id=account.id):
            self.cancel_all_deals(bot.id)

    def forget_all_on(self, account: Account) -> None:
        """Delete the bots of an account."""
        for bot in self.select(account_id=account.id):
            self.delete(bot.id)

    # ---- parts ------------------------------------------------------------------------------------------------------
    def _changed(self, bot: Bot) -> Bot:
        self._world.changed_bot(bot)
        self._stepper.run()
        return bot

    def _disable(self, bot: Bot) -> Bot:
        self._world.disable(bot)
        self._stepper.run()
        return bot


def _pair_of(bot: Bot, pair: str | None) -> str:
    """Return the pair that is meant; a bot of one pair needs none to be named."""
    if pair is None and len(bot.settings.pairs) == 1:
        return bot.settings.pairs[0]
    if pair is None or pair not in bot.settings.pairs:
        raise wrong_parameters(pair="is missing" if pair is None else "does not have a valid value")
    return pair
