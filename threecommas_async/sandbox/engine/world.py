"""What all of the engine shares: prices, accounts, entities, time, and who is to be looked at next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import final

from attrs import define, field

from threecommas_async.sandbox.engine.agenda import Agenda
from threecommas_async.sandbox.engine.alarms import Entity, Level, Rank, Watcher
from threecommas_async.sandbox.engine.books import Book
from threecommas_async.sandbox.engine.bots.bot import Bot
from threecommas_async.sandbox.engine.deals.deal import Deal
from threecommas_async.sandbox.engine.funds import Account
from threecommas_async.sandbox.engine.grid_bots.grid_bot import GridBot
from threecommas_async.sandbox.engine.orders import Order
from threecommas_async.sandbox.engine.refusals import unknown_id
from threecommas_async.sandbox.engine.smart_trades.smart_trade import SmartTrade
from threecommas_async.sandbox.engine.trades.trade import SimpleTrade


@final
@define
class Ids:
    """The next id of each kind. They ascend, each kind by itself."""

    bot: int = 1
    deal: int = 1
    order: int = 1
    simple_trade: int = 1
    grid_bot: int = 1
    grid_line: int = 1
    smart_trade: int = 1
    step: int = 1
    """Of all trades of SmartTrades."""

    def next_bot(self) -> int:
        self.bot += 1
        return self.bot - 1

    def next_deal(self) -> int:
        self.deal += 1
        return self.deal - 1

    def next_order(self) -> int:
        self.order += 1
        return self.order - 1

    def next_grid_bot(self) -> int:
        self.grid_bot += 1
        return self.grid_bot - 1

    def next_grid_line(self) -> int:
        self.grid_line += 1
        return self.grid_line - 1

    def next_smart_trade(self) -> int:
        self.smart_trade += 1
        return self.smart_trade - 1

    def next_step(self) -> int:
        self.step += 1
        return self.step - 1

    def next_simple_trade(self) -> int:
        self.simple_trade += 1
        return self.simple_trade - 1


@final
@define(eq=False)
class World:
    """The state of the engine."""

    now: datetime
    usd_price: Callable[[str], Decimal]
    ids: Ids = field(factory=Ids)
    books: dict[tuple[str, str], Book] = field(factory=dict[tuple[str, str], Book])
    accounts: dict[int, Account] = field(factory=dict[int, Account])
    bots: dict[int, Bot] = field(factory=dict[int, Bot])
    deals: dict[int, Deal] = field(factory=dict[int, Deal])
    active_deals: dict[int, Deal] = field(factory=dict[int, Deal])
    smart_trades: dict[int, SmartTrade] = field(factory=dict[int, SmartTrade])
    active_smart_trades: dict[int, SmartTrade] = field(factory=dict[int, SmartTrade])
    simple_trades: dict[int, SimpleTrade] = field(factory=dict[int, SimpleTrade])
    active_simple_trades: dict[int, SimpleTrade] = field(factory=dict[int, SimpleTrade])
    grid_bots: dict[int, GridBot] = field(factory=dict[int, GridBot])
    black_list: tuple[str, ...] = ()
    step: int = 0
    """Counts the steps: each price, each moment, each operation."""
    settlements: list[Callable[[], None]] = field(factory=list[Callable[[], None]])
    """What is still to be carried out of closings in two phases."""
    changed: dict[Rank, Entity] = field(factory=dict[Rank, Entity])
    """What has changed since it was last reported."""
    touched: dict[tuple[str, str], Book] = field(factory=dict[tuple[str, str], Book])
    """The books in which the price has reached something."""
    told: list[Watcher] = field(factory=list[Watcher])
    """Who waited for funds that have come."""
    openers: dict[int, Bot] = field(factory=dict[int, Bot])
    """Bots that may be able to open a deal now."""
    later: dict[int, Bot] = field(factory=dict[int, Bot])
    """Bots that are to be asked again in the next step."""
    moments: Agenda[tuple[datetime], Watcher] = field(factory=Agenda[tuple[datetime], Watcher])
    keeps_updated_at: Callable[[Entity], bool] | None = None
    """Decides of a change whether it leaves ``updated_at`` as it was, as was recorded of some; by default none does."""

    def account(self, account_id: int) -> Account:
        """Return an exchange account.

        :raises RefusedError: There is none (404).
        """
        if account_id not in self.accounts:
            raise unknown_id()
        return self.accounts[account_id]

    def touch(self, entity: Entity) -> None:
        """Note that something has changed."""
        if self.keeps_updated_at is None or not self.keeps_updated_at(entity):
            entity.updated_at = self.now
        self.changed[entity.rank] = entity

    def changed_bot(self, bot: Bot) -> None:
        """Note that a bot was changed: it may open a deal now."""
        bot.updated_at = self.now
        self.openers[bot.id] = bot

    def disable(self, bot: Bot) -> None:
        """Let a bot open no more deals."""
        bot.is_enabled = False
        self.changed_bot(bot)

    def rest(self, order: Order) -> None:
        """Put an order into its book."""
        book = self.books[order.pair.market, order.pair.code]
        if book.rest(order):
            self.touched[order.pair.market, order.pair.code] = book

    def watch(
        self, watcher: Watcher, book: Book, fall: Level | None, rise: Level | None, moment: datetime | None
    ) -> None:
        """Have somebody look again when the price or the time has come, in place of what was waited for before."""
        if book.watch(watcher, fall, rise):
            self.touched[book.pair.market, book.pair.code] = book
        self.wake_at(watcher, moment)

    def wake_at(self, watcher: Watcher, moment: datetime | None) -> None:
        """Have somebody look again at a moment, in place of the one before."""
        entry = watcher.alarm.moment
        if entry is not None and entry.is_live:
            if moment is not None and entry.key == (moment,):
                return
            self.moments.withdraw(entry)
        watcher.alarm.moment = None if moment is None else self.moments.add((moment,), watcher)

    def due(self) -> Iterator[Watcher]:
        """Take those out whose moment has come."""
        while (entry := self.moments.first()) and entry.key[0] <= self.now:
            yield self.moments.take().value

    def next_moment(self) -> datetime | None:
        entry = self.moments.first()
        return entry.key[0] if entry else None
