"""The price of a pair, the orders that rest there, and who waits for which price."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import final

from attrs import define, field

from threecommas_async.sandbox.engine.agenda import Agenda, Entry
from threecommas_async.sandbox.engine.alarms import Level, Watcher
from threecommas_async.sandbox.engine.orders import Order
from threecommas_async.sandbox.engine.pairs import Pair

_Orders = Agenda[tuple[Decimal, int], Order]
_Levels = Agenda[tuple[Decimal, bool], Watcher]


@final
@define(eq=False)
class Book:
    """One pair of one market.

    Assumption: there is one price, which is bid, ask and last; orders fill in full, without slippage or delay.
    """

    pair: Pair
    price: Decimal
    usd_price: Callable[[str], Decimal] = field(repr=False)
    """What a unit of a currency is worth in dollars."""
    has_fallen: bool = False
    """Whether the last move of the price was downwards."""
    _buys: _Orders = field(factory=_Orders, repr=False)
    _sells: _Orders = field(factory=_Orders, repr=False)
    _falling: _Levels = field(factory=_Levels, repr=False)
    _rising: _Levels = field(factory=_Levels, repr=False)

    @property
    def resting(self) -> int:
        """How many orders rest."""
        return len(self._buys) + len(self._sells)

    def move(self, price: Decimal) -> None:
        if price != self.price:
            self.has_fallen = price < self.price
        self.price = price

    def rest(self, order: Order) -> bool:
        """Put an order into the book, and say whether the price has reached it already."""
        if order.side == "BUY":
            order.place = self._buys.add((order.price.copy_negate(), order.id), order)
            return order.price >= self.price
        order.place = self._sells.add((order.price, order.id), order)
        return order.price <= self.price

    def withdraw(self, order: Order) -> None:
        """Take an order out of the book."""
        if order.place is not None:
            (self._buys if order.side == "BUY" else self._sells).withdraw(order.place)
            order.place = None

    def take_reached(self) -> Order | None:
        """Take the order out that the price reached first on its way: the nearest to where it came from."""
        order = None
        for take in (self._take_buy, self._take_sell) if self.has_fallen else (self._take_sell, self._take_buy):
            order = order or take()
        if order is not None:
            order.place = None
        return order

    def watch(self, watcher: Watcher, fall: Level | None, rise: Level | None) -> bool:
        """Wait for the price to fall or to rise to a level, in place of what was waited for before.

        :returns: Whether one of the levels has been reached already.
        """
        alarm = watcher.alarm
        wanted = None if fall is None else (fall.price.copy_negate(), fall.is_beyond)
        alarm.fall = _replaced(self._falling, alarm.fall, wanted, watcher)
        wanted = None if rise is None else (rise.price, rise.is_beyond)
        alarm.rise = _replaced(self._rising, alarm.rise, wanted, watcher)
        return (fall is not None and self._has_fallen_to(*fall)) or (rise is not None and self._has_risen_to(*rise))

    def due(self) -> Iterator[Watcher]:
        """Take those out whose level has been reached."""
        while (entry := self._falling.first()) and self._has_fallen_to(entry.key[0].copy_negate(), entry.key[1]):
            yield self._falling.take().value
        while (entry := self._rising.first()) and self._has_risen_to(*entry.key):
            yield self._rising.take().value

    def _take_buy(self) -> Order | None:
        entry = self._buys.first()
        return self._buys.take().value if entry and entry.value.price >= self.price else None

    def _take_sell(self) -> Order | None:
        entry = self._sells.first()
        return self._sells.take().value if entry and entry.value.price <= self.price else None

    def _has_fallen_to(self, level: Decimal, is_beyond: bool) -> bool:
        return self.price < level or (not is_beyond and self.price == level)

    def _has_risen_to(self, level: Decimal, is_beyond: bool) -> bool:
        return self.price > level or (not is_beyond and self.price == level)


def _replaced(
    levels: _Levels, entry: Entry[tuple[Decimal, bool], Watcher] | None, key: tuple[Decimal, bool] | None, who: Watcher
) -> Entry[tuple[Decimal, bool], Watcher] | None:
    if entry is not None and entry.is_live:
        if entry.key == key:
            return entry
        levels.withdraw(entry)
    return None if key is None else levels.add(key, who)
