"""The front of the engine: all that the API and a test can ask of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final, Protocol, final

from threecommas_async.sandbox.engine.alarms import Entity
from threecommas_async.sandbox.engine.books import Book
from threecommas_async.sandbox.engine.bots.desk import BotDesk
from threecommas_async.sandbox.engine.bots.operations import BotOperations
from threecommas_async.sandbox.engine.deals.desk import DealDesk
from threecommas_async.sandbox.engine.deals.operations import DealOperations
from threecommas_async.sandbox.engine.deals.requests import DealRequests
from threecommas_async.sandbox.engine.exact import ONE, ZERO
from threecommas_async.sandbox.engine.funds import Account, Funds
from threecommas_async.sandbox.engine.grid_bots.desk import GridBotDesk
from threecommas_async.sandbox.engine.grid_bots.operations import GridBotOperations
from threecommas_async.sandbox.engine.pairs import MarketType, Pair
from threecommas_async.sandbox.engine.signals.operations import SignalOperations
from threecommas_async.sandbox.engine.smart_trades.desk import SmartTradeDesk
from threecommas_async.sandbox.engine.smart_trades.operations import SmartTradeOperations
from threecommas_async.sandbox.engine.smart_trades.requests import SmartTradeRequests
from threecommas_async.sandbox.engine.stepper import Listener, Stepper
from threecommas_async.sandbox.engine.trades.operations import TradeOperations
from threecommas_async.sandbox.engine.world import Ids, World

FEE: Final = Decimal("0.001")
"""The fee rate of demo and Binance accounts."""


def _dollar(currency: str) -> Decimal:
    del currency
    return ONE


class Group(Protocol):
    """The operations of one kind of what trades."""

    def obstacle_to_removing(self, market: str, pair: str) -> str | None:
        """Say why a market cannot stop trading a pair, if something trades it there."""

    def cancel_all_on(self, account: Account) -> None:
        """Begin to cancel all that is active on an account."""

    def forget_all_on(self, account: Account) -> None:
        """Forget all that an account had, once nothing of it is active."""


@final
class Engine:
    """Time, prices and the exchange accounts; what trades on them is in groups, as in the API.

    The engine has no clock: time is what ``advance_to`` was last given. It has no randomness either: the same calls
    give the same world. Every operation carries out all its consequences before it returns, except the second phase
    of closings: ``deals.panic_sell``, ``deals.cancel``, ``deals.panic_sell_step``, ``deals.convert_to_smart_trade`` and
    the two of ``bots`` that close all deals leave them in a transitional status, which the answer of the API shows, and
    so do ``trades.create`` and what ``smart_trades`` creates, edits, starts, reduces, closes and cancels;
    ``grid_bots.enable`` leaves the orders that it places. It is settled before the next operation, price or moment, or
    by ``settle``.

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
        desk = DealDesk(self._world)
        bot_desk = BotDesk(self._world, desk)
        requests = DealRequests(self._world, desk)
        self._stepper = Stepper(self._world, bot_desk)
        self._stepper.settle_automatically = settle_automatically
        self.bots: Final = BotOperations(self._world, self._stepper, bot_desk, requests)
        smart_trades = SmartTradeRequests(self._world, SmartTradeDesk(self._world))
        self.deals: Final = DealOperations(self._world, self._stepper, desk, requests, smart_trades)
        self.smart_trades: Final = SmartTradeOperations(self._world, self._stepper, smart_trades)
        self.trades: Final = TradeOperations(self._world, self._stepper)
        self.grid_bots: Final = GridBotOperations(self._world, self._stepper, GridBotDesk(self._world))
        self.signals: Final = SignalOperations(self._world, self._stepper, self.bots, self.deals, self.smart_trades)
        self._groups: Final[tuple[Group, ...]] = (
            self.bots,
            self.deals,
            self.smart_trades,
            self.trades,
            self.grid_bots,
            self.signals,
        )

    # ---- time, prices, accounts -------------------------------------------------------------------------------------
    @property
    def now(self) -> datetime:
        return self._world.now

    @property
    def listener(self) -> Listener | None:
        """Called for everything that has changed, after the fills, the triggers and the new deals of each step."""
        return self._stepper.listener

    @listener.setter
    def listener(self, listener: Listener | None) -> None:
        self._stepper.listener = listener

    def keep_updated_at(self, decide: Callable[[Entity], bool]) -> None:
        """Have somebody decide of each change whether it leaves ``updated_at`` as it was, as was recorded of some."""
        self._world.keeps_updated_at = decide

    def advance_to(self, moment: datetime) -> None:
        """Let time pass.

        :raises ValueError: The moment is past.
        """
        if moment < self._world.now:
            raise ValueError(f"time goes forward only: {moment} is before {self._world.now}")
        while (due_at := self.signals.next_moment()) is not None and due_at <= moment:
            self._stepper.settle_if_automatic()
            self._stepper.run_until(due_at)
            self.signals.carry_out_next()
        self._stepper.settle_if_automatic()
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
        self._stepper.settle_if_automatic()
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
        return self._world.account(account_id)

    def remove_pair(self, market: str, code: str) -> None:
        """Have a market trade a pair no more.

        :raises ValueError: Something trades it there.
        :raises KeyError: The market does not trade it.
        """
        for group in self._groups:
            if obstacle := group.obstacle_to_removing(market, code):
                raise ValueError(obstacle)
        del self._world.books[market, code]

    def remove_account(self, account_id: int) -> None:
        """Forget an account and all that traded on it; what is active is cancelled first.

        :raises RefusedError: There is none (404).
        """
        account = self.account(account_id)
        self.cancel_all_on(account_id)
        for group in self._groups:
            group.forget_all_on(account)
        del self._world.accounts[account_id]

    def cancel_all_on(self, account_id: int) -> None:
        """Cancel all that is active on an account.

        :raises RefusedError: There is none (404).
        """
        account = self.account(account_id)
        for group in self._groups:
            group.cancel_all_on(account)
        self.settle()

    def set_free(self, account_id: int, currency: str, amount: Decimal) -> None:
        """Say how much of a currency is free in an account; what open orders lock stays as it is.

        :raises ValueError: The amount is below zero.
        """
        if amount < 0:
            raise ValueError(f"an account cannot have {amount} {currency}")
        self._stepper.begin_operation()
        funds = self.account(account_id).funds
        funds.free[currency] = amount
        funds.tell(currency)
        self._stepper.run()
