"""The engine of a sandbox, and its markets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Final, final

from threecommas_async.sandbox.engine import Engine
from threecommas_async.sandbox.engine.alarms import Entity
from threecommas_async.sandbox.engine.books import Book
from threecommas_async.sandbox.engine.world import Ids
from threecommas_async.sandbox.reference.currencies import Worth
from threecommas_async.sandbox.reference.markets import MARKETS, ListedMarket
from threecommas_async.sandbox.reference.pairs import PairPrice, pairs_of, price_of


@final
class Trading:
    """The trading of a sandbox.

    The engine has no clock. Its users first bring it to the present (:meth:`bring_to`): everything that was due in
    between then happens at its own moment, so that the result is the same as that of an engine that runs all the time.
    """

    def __init__(self, now: datetime, fee: Decimal, *, settle_automatically: bool) -> None:
        self.worth: Final = Worth()
        self.fee: Final = fee
        self.engine: Final = Engine(
            now,
            usd_price=self.worth.usd_price,
            settle_automatically=settle_automatically,
            ids=_first_ids(),
        )
        self.listeners: Final[list[Callable[[Entity], None]]] = []
        """Called with every entity that has changed."""
        self._pairs: Final[dict[str, list[str]]] = {}
        self.engine.listener = self._tell

    def bring_to(self, moment: datetime) -> None:
        """Let everything happen that is due until a moment. A clock that was set back undoes nothing."""
        self.engine.advance_to(max(moment, self.engine.now))

    # ---- markets ----------------------------------------------------------------------------------------------------
    def pairs_of(self, market: ListedMarket) -> list[str]:
        """Return the pairs that a market trades, including those that a test has added."""
        known = self._pairs.get(market.code)
        if known is None:
            known = self._pairs[market.code] = pairs_of(market)
            for pair in known:
                self._add(market, pair, price_of(market, pair))
        return known

    def book(self, market: ListedMarket, pair: str) -> Book:
        """Return the book of a pair.

        :raises KeyError: the market does not trade it.
        """
        self.pairs_of(market)
        return self.engine.book(market.code, pair)

    def price_of(self, market: ListedMarket, pair: str) -> PairPrice:
        """Return the present price and the rules of a pair."""
        book = self.book(market, pair)
        rules, listed = book.pair, pairs_of(market)
        currency = price_of(market, pair).currency if pair in listed else rules.quote
        return PairPrice(book.price, rules.tick, currency, rules.lot, rules.min_lot, rules.min_total)

    def add_pair(self, market: ListedMarket, pair: str, price: PairPrice) -> None:
        """Add a pair to a market, or change its rules.

        :raises ValueError: a bot trades it.
        """
        known = self.pairs_of(market)
        if pair in known:
            self.engine.remove_pair(market.code, pair)
        else:
            known.append(pair)
        self._add(market, pair, price)
        self.worth.follow(pair, price.last)

    def set_price(self, market: ListedMarket, pair: str, price: Decimal) -> None:
        """Move the price of a pair, and let everything happen that follows from it."""
        self.worth.follow(pair, price)
        self.engine.set_price(market.code, pair, price)

    def _add(self, market: ListedMarket, pair: str, price: PairPrice) -> None:
        self.engine.add_pair(
            market.code,
            pair,
            price=price.last,
            tick=price.step,
            lot=price.lot,
            min_lot=price.min_lot,
            min_total=price.min_total,
            market_type="futures" if market.trades == "futures" else "spot",
        )

    def _tell(self, entity: Entity) -> None:
        for listener in self.listeners:
            listener(entity)


def _first_ids() -> Ids:
    """Return the first id of each kind; ids of deals need more than 31 bits."""
    return Ids(
        bot=15_564_829,
        deal=2_376_506_366,
        order=1_123_064_630,
        smart_trade=31_421_185,
        step=1_116_304_581,
        grid_bot=2_340_693,
        grid_line=256_564_770,
    )


def market_of(code: str) -> ListedMarket:
    """Return the market with a code.

    :raises ValueError: there is no such market.
    """
    if code not in MARKETS:
        raise ValueError(f"market {code!r} is not in the market list")
    return MARKETS[code]
