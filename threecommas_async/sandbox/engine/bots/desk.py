"""When bots open deals, and how a deal begins."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, final

from attrs import frozen

from threecommas_async.sandbox.engine.alarms import Level
from threecommas_async.sandbox.engine.books import Book
from threecommas_async.sandbox.engine.bots.bot import Bot
from threecommas_async.sandbox.engine.deals import events
from threecommas_async.sandbox.engine.deals.closing import finish, freeze
from threecommas_async.sandbox.engine.deals.deal import Deal
from threecommas_async.sandbox.engine.deals.desk import DealDesk
from threecommas_async.sandbox.engine.deals.placing import derive, log, order_amount, trade
from threecommas_async.sandbox.engine.deals.safety_orders import adjustment, plan
from threecommas_async.sandbox.engine.deals.targets import new_targets
from threecommas_async.sandbox.engine.directions import direction
from threecommas_async.sandbox.engine.exact import ONE, floor_to, half_up, percent, times
from threecommas_async.sandbox.engine.funds import NotEnoughError
from threecommas_async.sandbox.engine.orders import Order, price_with_fee, worth
from threecommas_async.sandbox.engine.world import World

_WHOLE: Final = Decimal(100)


@final
@frozen
class Opening:
    """What came of a signal to open a deal."""

    deal: Deal | None = None
    due_at: datetime | None = None
    """When it will be acted upon, if the bot starts deals with a delay."""
    obstacle: str | None = None
    """Why there is no deal."""


@final
class BotDesk:
    """Opens the deals of a world's bots."""

    def __init__(self, world: World, deal_desk: DealDesk) -> None:
        self._world = world
        self._deal_desk = deal_desk

    def obstacle(
        self, bot: Bot, pair: str, *, even_if_disabled: bool = False, any_number_on_pair: bool = False
    ) -> str | None:
        """Say why a bot may not open a deal on a pair now, if it may not.

        Assumption: ``min_volume_btc_24h`` is always met.
        """
        settings, book = bot.settings, self._book(bot, pair)
        allowed = settings.allowed_deals_on_same_pair or 1 if len(settings.pairs) > 1 else 1
        ready_at = self._cooled_at(bot, pair)
        if not bot.is_enabled and not even_if_disabled:
            return "the bot is disabled"
        if len(bot.active_deals) >= settings.max_active_deals:
            return "max_active_deals is reached"
        if bot.active_on(pair) >= allowed and not any_number_on_pair:
            return "allowed_deals_on_same_pair is reached"
        if pair in self._world.black_list:
            return "the pair is on the black list"
        if settings.min_price is not None and book.price < settings.min_price:
            return "the price is below min_price"
        if settings.max_price is not None and book.price > settings.max_price:
            return "the price is above max_price"
        if ready_at is not None and self._world.now < ready_at:
            return "the cooldown is not over"
        return None

    def signal(self, bot: Bot, pair: str, *, skips_delay: bool = False) -> Opening:
        """Act upon a signal to open a deal, at once or after the bot's delay.

        Assumption: the conditions are those of the moment in which the deal would open.
        """
        delay = bot.settings.deal_start_delay_seconds
        if delay and not skips_delay:
            due_at = self._world.now + timedelta(seconds=delay)
            bot.signals.append((due_at, pair))
            self._wait(bot)
            return Opening(due_at=due_at)
        obstacle = self.obstacle(bot, pair)
        return Opening(obstacle=obstacle) if obstacle else Opening(deal=self.open(bot, pair))

    def examine(self, bot: Bot) -> None:
        """Have a bot asked whether it opens a deal, after all that is due at the same time."""
        self._world.openers[bot.id] = bot

    def consider(self, bot: Bot) -> None:
        """Open the deals that a bot may open now, and say what to wait for if there is none.

        Assumptions: a bot opens one deal in a step, so that one which is stopped out at once does not open the next at
        the same price; after a base order that it could not pay it waits until the account has enough, with no further
        failed deals.
        """
        world = self._world
        for due_at, pair in [signal for signal in bot.signals if signal[0] <= world.now]:
            bot.signals.remove((due_at, pair))
            if self.obstacle(bot, pair) is None:
                self.open(bot, pair)
        if bot.is_nonstop and bot.is_enabled:
            self._go_on(bot, bot.settings.pairs[0])
        self._wait(bot)

    def open(self, bot: Bot, pair: str) -> Deal:
        """Open a deal: its base order, if the account can pay it, and all that follows from its fill."""
        world, settings = self._world, bot.settings
        deal = self._draft(bot, pair)
        deal.id = world.ids.next_deal()
        world.deals[deal.id] = world.active_deals[deal.id] = deal
        bot.deals[deal.id] = bot.active_deals[deal.id] = deal
        bot.opened_in_step = world.step
        try:
            order = _buy_base(world, deal)
        except NotEnoughError as error:
            deal.error_message = events.refused("Base", str(error))
            log(world, deal, deal.error_message)
            bot.lacks_funds = True
            finish(world, deal, "failed")
            return deal
        bot.lacks_funds = False
        by_market = settings.start_order_type == "market"
        change = events.volume_change(deal.volume_change, deal.from_currency)
        log(world, deal, events.placing_base(order, by_market, change))
        log(world, deal, events.base_executed(order))
        deal.base_order, deal.entered_amount, deal.entered_volume = order, order.quantity, order.total
        deal.become("bought")
        deal.targets = new_targets(settings)
        derive(world, deal)
        freeze(deal, deal.book.price)
        self._deal_desk.arm(deal)
        self._count(bot)
        return deal

    # ---- parts ------------------------------------------------------------------------------------------------------
    def _book(self, bot: Bot, pair: str) -> Book:
        return self._world.books[bot.account.market, pair]

    def _count(self, bot: Bot) -> None:
        limit = bot.settings.disable_after_deals_count
        bot.opened_deals += 1
        if limit is not None and bot.opened_deals >= limit:
            bot.is_enabled = False
            bot.updated_at = self._world.now

    def _go_on(self, bot: Bot, pair: str) -> None:
        """Open the next deal of a nonstop bot.

        Assumption: its delay counts from when it was enabled, or from the end of the cooldown.
        """
        world = self._world
        if bot.opened_in_step == world.step:
            world.later[bot.id] = bot
        elif self._ready_at(bot, pair) <= world.now and self.obstacle(bot, pair) is None and self._can_pay(bot, pair):
            self.open(bot, pair)

    def _draft(self, bot: Bot, pair: str) -> Deal:
        """Return a deal as it would open now."""
        world, settings = self._world, bot.settings
        deal = Deal(
            id=0,
            bot_id=bot.id,
            bot_name=settings.name,
            settings=settings,
            direction=direction(settings.strategy),
            account=bot.account,
            book=self._book(bot, pair),
            desk=self._deal_desk,
            created_at=world.now,
            updated_at=world.now,
            planned=plan(settings),
            close_timeout=settings.close_deals_timeout,
        )
        deal.free_at_start = bot.account.funds.available(_entry_currency(deal))
        _reinvest(deal, bot)
        return deal

    def _can_pay(self, bot: Bot, pair: str) -> bool:
        """Say whether a bot that could not pay its base order can pay it now; if not, wait for funds."""
        if not bot.lacks_funds:
            return True
        deal = self._draft(bot, pair)
        amount, free, is_long = _base_amount(deal), deal.free_at_start, deal.direction.is_long
        needed = worth("BUY", deal.book.price, amount, bot.account.fee) if is_long else amount
        if amount and needed <= free:
            return True
        bot.account.funds.wait_for(_entry_currency(deal), bot)
        return False

    def _cooled_at(self, bot: Bot, pair: str) -> datetime | None:
        closed_at = bot.closed_at.get(pair)
        return None if closed_at is None else closed_at + _seconds(bot.settings.cooldown)

    def _ready_at(self, bot: Bot, pair: str) -> datetime:
        starts = [bot.enabled_at or bot.created_at, self._cooled_at(bot, pair)]
        delay = timedelta(seconds=bot.settings.deal_start_delay_seconds or 0)
        return max(start for start in starts if start is not None) + delay

    def _wait(self, bot: Bot) -> None:
        """Wait for the next signal to be due; a nonstop bot also for its time and for a price that it may open at."""
        world, settings = self._world, bot.settings
        moments = [due_at for due_at, _ in bot.signals]
        fall = rise = None
        book = self._book(bot, settings.pairs[0])
        if bot.is_nonstop and bot.is_enabled and not bot.active_deals:
            ready_at = self._ready_at(bot, book.pair.code)
            if ready_at > world.now:
                moments.append(ready_at)
            if settings.max_price is not None and book.price > settings.max_price:
                fall = Level(settings.max_price)
            elif bot.lacks_funds and settings.strategy == "long":
                fall = Level(book.price, is_beyond=True)
            if settings.min_price is not None and book.price < settings.min_price:
                rise = Level(settings.min_price)
        world.watch(bot, book, fall, rise, min(moments, default=None))


def _entry_currency(deal: Deal) -> str:
    return deal.from_currency if deal.direction.is_long else deal.to_currency


def _buy_base(world: World, deal: Deal) -> Order:
    """Carry out the base order.

    Assumption: a base order of nothing, which a percentage of nothing is, lacks funds.

    :raises NotEnoughError: The account cannot pay it.
    """
    amount = _base_amount(deal)
    if not amount:
        raise NotEnoughError(_entry_currency(deal))
    return trade(world, deal, "Base", amount)


def _base_amount(deal: Deal) -> Decimal:
    """Return the amount of the base order.

    Assumption: of a percentage no more than that share is spent, fee included.
    """
    settings, book = deal.settings, deal.book
    if settings.base_order_volume_type != "percent":
        return order_amount(deal, settings.base_order_volume, settings.base_order_volume_type, book.price)
    share = percent(deal.free_at_start, settings.base_order_volume)
    price = price_with_fee("BUY", book.price, deal.account.fee) if deal.direction.is_long else ONE
    return floor_to(share, book.pair.lot, per=price)


def _reinvest(deal: Deal, bot: Bot) -> None:
    """Let the orders of a deal grow with the bot's profit, or shrink with its loss.

    Assumption: a short bot does the same as a long one, and percentages of funds do not change.
    """
    settings = bot.settings
    share = settings.reinvesting_percentage if bot.realised > 0 else settings.risk_reduction_percentage
    if not share:
        return
    lot, price = deal.book.pair.lot, deal.book.price
    deal.amount_change = adjustment(bot.realised, share, 1 + settings.max_safety_orders, price, lot)
    deal.volume_change = times(deal.amount_change, price)


def _seconds(count: Decimal) -> timedelta:
    return timedelta(microseconds=int(half_up(times(count, Decimal(1_000_000)), 0)))
