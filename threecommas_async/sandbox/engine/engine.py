"""The front of the engine: all that the API and a test can ask of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal, final

from attrs import evolve

from threecommas_async.sandbox.engine.books import Book
from threecommas_async.sandbox.engine.bot_checks import check_bot, check_stop_loss
from threecommas_async.sandbox.engine.bot_desk import BotDesk, Opening
from threecommas_async.sandbox.engine.bots import Bot
from threecommas_async.sandbox.engine.deal_desk import DealDesk
from threecommas_async.sandbox.engine.deal_requests import Conversion, DealRequests
from threecommas_async.sandbox.engine.deals import Deal
from threecommas_async.sandbox.engine.exact import ONE, ZERO
from threecommas_async.sandbox.engine.funds import Account, Funds
from threecommas_async.sandbox.engine.orders import Order
from threecommas_async.sandbox.engine.pairs import MarketType, Pair
from threecommas_async.sandbox.engine.refusals import forbidden, invalid, not_allowed, not_found
from threecommas_async.sandbox.engine.safety_orders import required_volume
from threecommas_async.sandbox.engine.settings import BotSettings, DealChanges
from threecommas_async.sandbox.engine.statuses import FINISHED
from threecommas_async.sandbox.engine.steps import Listener, Stepper
from threecommas_async.sandbox.engine.world import Ids, World

Scope = Literal["active", "finished", "completed", "cancelled", "failed"]

FEE: Final = Decimal("0.001")
"""The fee rate of demo and Binance accounts."""


def _dollar(currency: str) -> Decimal:
    del currency
    return ONE


@final
class Engine:
    """Bots, their deals, and the exchange accounts they trade on.

    The engine has no clock: time is what ``advance_to`` was last given. It has no randomness either: the same calls
    give the same world. Every operation carries out all its consequences before it returns, except the second phase
    of closings: ``panic_sell``, ``cancel_deal``, ``panic_sell_step``, ``convert_to_smart_trade`` and the two of a bot
    that close all deals leave them in a transitional status, which the answer of the API shows. It is settled before
    the next operation, price or moment, or by ``settle``.

    What is returned is alive: it changes with the world, and is to be changed by nobody else.
    """

    def __init__(
        self,
        now: datetime,
        *,
        usd_price: Callable[[str], Decimal] = _dollar,
        settle_automatically: bool = True,
        ids: Ids | None = None,
    ) -> None:
        """
        :param now: The time, aware.
        :param usd_price: What a unit of a currency is worth in dollars.
        :param settle_automatically: Whether the second phase of a closing comes by itself.
        :param ids: The first ids to be given.
        """
        self._world = World(now, usd_price, ids or Ids())
        self._desk = DealDesk(self._world)
        self._bot_desk = BotDesk(self._world, self._desk)
        self._requests = DealRequests(self._world, self._desk)
        self._stepper = Stepper(self._world, self._bot_desk)
        self.settle_automatically = settle_automatically

    # ---- time, prices, accounts -------------------------------------------------------------------------------------
    @property
    def now(self) -> datetime:
        return self._world.now

    @property
    def listener(self) -> Listener | None:
        """Called for every deal that has changed, after the fills, the triggers and the new deals of each step."""
        return self._stepper.listener

    @listener.setter
    def listener(self, listener: Listener | None) -> None:
        self._stepper.listener = listener

    def advance_to(self, moment: datetime) -> None:
        """Let time pass.

        :raises ValueError: The moment is past.
        """
        if moment < self._world.now:
            raise ValueError(f"time goes forward only: {moment} is before {self._world.now}")
        self._settle_if_automatic()
        self._stepper.run_until(moment)

    def settle(self) -> None:
        """Carry out the second phase of all closings."""
        self._stepper.settle()

    def add_pair(
        self,
        market: str,
        code: str,
        *,
        price: Decimal,
        tick: Decimal,
        lot: Decimal,
        min_lot: Decimal | None = None,
        min_total: Decimal = ZERO,
        market_type: MarketType = "spot",
    ) -> Book:
        """Have a market trade a pair.

        :param code: ``QUOTE_BASE``.
        :param tick: The step of prices.
        :param lot: The step of amounts.
        :param min_lot: The smallest amount of an order; one lot if left out.
        :param min_total: The smallest volume of an order.
        :raises ValueError: There is such a pair, or a number is not above zero.
        """
        if (market, code) in self._world.books:
            raise ValueError(f"{market} trades {code} already")
        if min(price, tick, lot) <= 0 or not all(code.partition("_")):
            raise ValueError(f"no pair can be {code} at {price} with steps of {tick} and {lot}")
        pair = Pair(market, code, tick, lot, lot if min_lot is None else min_lot, min_total, market_type)
        book = self._world.books[market, code] = Book(pair, price, self._world.usd_price)
        return book

    def book(self, market: str, code: str) -> Book:
        """Return a pair with its price.

        :raises KeyError: The market does not trade it.
        """
        return self._world.books[market, code]

    def set_price(self, market: str, code: str, price: Decimal) -> None:
        """Move the price in one monotone step: limit orders on the way fill, then triggers, then time, then new deals.

        :raises ValueError: The price is not above zero.
        """
        if price <= 0:
            raise ValueError(f"a price is above zero, not {price}")
        self._settle_if_automatic()
        self._stepper.begin()
        book = self._world.books[market, code]
        book.move(price)
        self._world.touched[market, code] = book
        self._stepper.run()

    def walk(self, market: str, code: str, prices: Iterable[Decimal]) -> None:
        """Move the price from one to the next."""
        for price in prices:
            self.set_price(market, code, price)

    def add_account(
        self,
        account_id: int,
        market: str,
        *,
        name: str = "",
        fee: Decimal = FEE,
        balances: Mapping[str, Decimal] | None = None,
    ) -> Account:
        """Open an exchange account.

        :raises ValueError: There is one with this id.
        """
        if account_id in self._world.accounts:
            raise ValueError(f"there is an account {account_id} already")
        funds = Funds(free=dict(balances or {}), told=self._world.told)
        account = self._world.accounts[account_id] = Account(account_id, market, fee, name, funds)
        return account

    def account(self, account_id: int) -> Account:
        """Return an exchange account.

        :raises RefusedError: There is none (404).
        """
        if account_id not in self._world.accounts:
            raise not_found()
        return self._world.accounts[account_id]

    def remove_pair(self, market: str, code: str) -> None:
        """Have a market trade a pair no more.

        :raises ValueError: A bot trades it there, or an active deal.
        :raises KeyError: The market does not trade it.
        """
        bots, deals = self._world.bots.values(), self._world.active_deals.values()
        if any(bot.account.market == market and code in bot.settings.pairs for bot in bots):
            raise ValueError(f"a bot trades {code} at {market}")
        if any(deal.account.market == market and code == deal.pair for deal in deals):
            raise ValueError(f"a deal on {code} is active at {market}")
        del self._world.books[market, code]

    def remove_account(self, account_id: int) -> None:
        """Forget an account, its bots and its deals; what is active is cancelled first.

        :raises RefusedError: There is none (404).
        """
        self.account(account_id)
        world = self._world
        bots = self.bots(account_id=account_id)
        for bot in bots:
            self.cancel_all_deals(bot.id)
        self.settle()
        for bot in bots:
            self.delete_bot(bot.id)
        for deal in self.deals(account_id=account_id):
            del world.deals[deal.id]
        del world.accounts[account_id]

    def set_free(self, account_id: int, currency: str, amount: Decimal) -> None:
        """Say how much of a currency is free in an account; what open orders lock stays as it is.

        :raises ValueError: The amount is below zero.
        """
        if amount < 0:
            raise ValueError(f"an account cannot have {amount} {currency}")
        self._begin()
        funds = self.account(account_id).funds
        funds.free[currency] = amount
        funds.tell(currency)
        self._stepper.run()

    @property
    def black_list(self) -> tuple[str, ...]:
        """Pairs on which no bot opens deals."""
        return self._world.black_list

    @black_list.setter
    def black_list(self, pairs: Iterable[str]) -> None:
        self._begin()
        self._world.black_list = tuple(pairs)
        self._world.openers.update(self._world.bots)
        self._stepper.run()

    # ---- bots -------------------------------------------------------------------------------------------------------
    def create_bot(self, settings: BotSettings) -> Bot:
        """Create a bot, disabled.

        :raises RefusedError: The settings are wrong (400), or there is no such account (404).
        """
        self._begin()
        account = self.account(settings.account_id)
        check_bot(settings, account.market, self._world.books)
        world = self._world
        bot = Bot(world.ids.next_bot(), settings, account, self._bot_desk, world.now, world.now)
        world.bots[bot.id] = bot
        return bot

    def update_bot(self, bot_id: int, settings: BotSettings) -> Bot:
        """Change the settings of a bot, for new deals only.

        Assumption: the account of a bot with active deals cannot be changed.

        :raises RefusedError: The settings are wrong (400), or there is no such bot or account (404).
        """
        self._begin()
        bot, account = self.bot(bot_id), self.account(settings.account_id)
        check_bot(settings, account.market, self._world.books)
        check_stop_loss(settings)
        if account is not bot.account and bot.active_deals:
            raise invalid(account_id="can't be changed while deals are active")
        self._world.watch(bot, self._world.books[bot.account.market, bot.settings.pairs[0]], None, None, None)
        bot.settings, bot.account, bot.lacks_funds = settings, account, False
        bot.signals = [(due_at, pair) for due_at, pair in bot.signals if pair in settings.pairs]
        return self._changed(bot)

    def enable_bot(self, bot_id: int) -> Bot:
        """Let a bot open deals; a nonstop bot opens one at once (assumption).

        :raises RefusedError: There is no such bot (404).
        """
        self._begin()
        bot = self.bot(bot_id)
        if not bot.is_enabled:
            bot.is_enabled, bot.enabled_at, bot.lacks_funds = True, self._world.now, False
        return self._changed(bot)

    def disable_bot(self, bot_id: int) -> Bot:
        """Let a bot open no more deals. Those that run go on.

        :raises RefusedError: There is no such bot (404).
        """
        self._begin()
        return self._disable(self.bot(bot_id))

    def delete_bot(self, bot_id: int) -> None:
        """Delete a bot; its deals stay.

        :raises RefusedError: It has active deals (403), or there is no such bot (404).
        """
        self._begin()
        bot = self.bot(bot_id)
        if not bot.is_deletable:
            raise forbidden()
        self._world.watch(bot, self._world.books[bot.account.market, bot.settings.pairs[0]], None, None, None)
        del self._world.bots[bot_id]

    def copy_bot(self, bot_id: int, name: str) -> tuple[Bot, Decimal]:
        """Copy a bot; the copy is disabled.

        :returns: The copy, and the funds that it can need (``bot_required_amount``).
        :raises RefusedError: There is no such bot (404), or no name (400).
        """
        bot = self.create_bot(evolve(self.bot(bot_id).settings, name=name))
        return bot, required_volume(bot.settings)

    def panic_sell_all_deals(self, bot_id: int) -> Bot:
        """Disable a bot, and begin to close its deals by market.

        :raises RefusedError: There is no such bot (404).
        """
        self._begin()
        bot = self.bot(bot_id)
        for deal in list(bot.active_deals.values()):
            if deal.permissions.panic_sellable:
                self._requests.panic_sell(deal)
        return self._disable(bot)

    def cancel_all_deals(self, bot_id: int) -> Bot:
        """Disable a bot, and begin to cancel its deals.

        :raises RefusedError: There is no such bot (404).
        """
        self._begin()
        bot = self.bot(bot_id)
        for deal in list(bot.active_deals.values()):
            if deal.permissions.cancellable:
                self._requests.cancel(deal)
        return self._disable(bot)

    def bot(self, bot_id: int) -> Bot:
        """Return a bot.

        :raises RefusedError: There is none (404).
        """
        if bot_id not in self._world.bots:
            raise not_found()
        return self._world.bots[bot_id]

    def bots(self, *, account_id: int | None = None, is_enabled: bool | None = None) -> list[Bot]:
        """Return the bots, by id."""
        return [
            bot
            for bot in self._world.bots.values()
            if account_id in (None, bot.account.id) and is_enabled in (None, bot.is_enabled)
        ]

    # ---- signals ----------------------------------------------------------------------------------------------------
    def open_signal(self, bot_id: int, pair: str | None = None) -> Opening:
        """Let the start conditions of a bot hold, all of them.

        :param pair: On which pair; a bot of one pair needs none.
        :raises RefusedError: There is no such bot (404), or it does not trade the pair (400).
        """
        self._begin()
        bot = self.bot(bot_id)
        if pair is None and len(bot.settings.pairs) == 1:
            pair = bot.settings.pairs[0]
        if pair is None or pair not in bot.settings.pairs:
            raise invalid(pair="is missing" if pair is None else "does not have a valid value")
        opening = self._bot_desk.signal(bot, pair)
        self._stepper.run()
        return opening

    def close_signal(self, deal_id: int) -> Deal:
        """Let the close conditions of a deal hold: it is completed, or waits for its minimum profit.

        :raises RefusedError: It has no close conditions or does not run (422), or there is no such deal (404).
        """
        self._begin()
        deal = self.deal(deal_id)
        if not deal.settings.closes_by_signal or not deal.is_running:
            raise not_allowed("Deal is not closed by a signal")
        if deal.status == "bought":
            deal.become("close_strategy_activated")
            self._world.touch(deal)
        self._desk.examine(deal)
        self._stepper.run()
        return deal

    # ---- deals ------------------------------------------------------------------------------------------------------
    def deal(self, deal_id: int) -> Deal:
        """Return a deal.

        :raises RefusedError: There is none (404).
        """
        if deal_id not in self._world.deals:
            raise not_found()
        return self._world.deals[deal_id]

    @property
    def active_deals(self) -> Iterable[Deal]:
        """The deals that are active, by id."""
        return self._world.active_deals.values()

    def deals(
        self, scope: Scope | None = None, *, bot_id: int | None = None, account_id: int | None = None
    ) -> list[Deal]:
        """Return the deals, by id.

        :param scope: Assumption: the active ones, those in one of the seven final statuses, or those in just this one.
        """
        world = self._world
        bot = None if bot_id is None else world.bots.get(bot_id)
        if scope == "active":
            deals = world.active_deals if bot is None else bot.active_deals
        else:
            deals = world.deals if bot is None else bot.deals
        return [
            deal
            for deal in deals.values()
            if bot_id in (None, deal.bot_id)
            and account_id in (None, deal.account.id)
            and (
                scope is None or scope == deal.status or scope == ("finished" if deal.status in FINISHED else "active")
            )
        ]

    def panic_sell(self, deal_id: int) -> Deal:
        """Begin to close a deal by market.

        :raises RefusedError: Its status does not allow it (422), or there is no such deal (404).
        """
        return self._request(deal_id, self._requests.panic_sell)

    def cancel_deal(self, deal_id: int) -> Deal:
        """Begin to cancel a deal; its coins stay in the account.

        :raises RefusedError: Its status does not allow it (422), or there is no such deal (404).
        """
        return self._request(deal_id, self._requests.cancel)

    def panic_sell_step(self, deal_id: int, trade_id: int) -> Deal:
        """Begin to sell a take profit step by market.

        :raises RefusedError: Status or step do not allow it (422), or there is no such deal (404).
        """
        return self._request(deal_id, lambda deal: self._requests.panic_sell_step(deal, trade_id))

    def convert_to_smart_trade(self, deal_id: int, *, stop_bot: bool) -> Conversion:
        """Begin to hand a deal over to a SmartTrade: the deal is cancelled.

        :param stop_bot: Whether to disable its bot.
        :raises RefusedError: Its status does not allow it (422), or there is no such deal (404).
        """
        self._begin()
        deal = self.deal(deal_id)
        conversion = self._requests.convert(deal)
        if stop_bot:
            self._disable(self.bot(deal.bot_id))
        self._stepper.run()
        return conversion

    def add_funds(self, deal_id: int, quantity: Decimal, *, is_market: bool, rate: Decimal | None = None) -> Order:
        """Buy more for a deal; for a short one, sell more.

        :param quantity: In base currency.
        :param rate: The price of a limit order.
        :raises RefusedError: There is no rate (400), status or funds do not allow it (422), or there is no such deal
            (404).
        """
        self._begin()
        deal = self.deal(deal_id)
        if not is_market and rate is None:
            raise invalid(rate="is missing")
        order = self._requests.add_funds(deal, quantity, None if is_market else rate)
        self._stepper.run()
        return order

    def cancel_order(self, deal_id: int, order_id: int) -> list[Order]:
        """Cancel a safety or manual order that rests.

        :returns: All orders of the deal, as the API lists them.
        :raises RefusedError: It is none of these (422), or there is no such deal (404).
        """
        return self._request(deal_id, lambda deal: self._requests.cancel_order(deal, order_id)).listed_orders()

    def update_deal(self, deal_id: int, changes: DealChanges) -> Deal:
        """Change a deal's own settings.

        :raises RefusedError: Its status does not allow it or the settings are wrong (400), or there is no such deal
            (404).
        """
        return self._request(deal_id, lambda deal: self._requests.update(deal, changes))

    def update_max_safety_orders(self, deal_id: int, max_safety_orders: int) -> Deal:
        """Change how many safety orders a deal may have.

        :raises RefusedError: Its status does not allow it (400), or there is no such deal (404).
        """
        return self.update_deal(deal_id, {"max_safety_orders": max_safety_orders})

    # ---- parts ------------------------------------------------------------------------------------------------------
    def _settle_if_automatic(self) -> None:
        if self.settle_automatically:
            self._stepper.settle()

    def _begin(self) -> None:
        self._settle_if_automatic()
        self._stepper.begin()

    def _request(self, deal_id: int, carry_out: Callable[[Deal], None]) -> Deal:
        self._begin()
        deal = self.deal(deal_id)
        carry_out(deal)
        self._stepper.run()
        return deal

    def _changed(self, bot: Bot) -> Bot:
        bot.updated_at = self._world.now
        self._world.openers[bot.id] = bot
        self._stepper.run()
        return bot

    def _disable(self, bot: Bot) -> Bot:
        bot.is_enabled = False
        return self._changed(bot)
