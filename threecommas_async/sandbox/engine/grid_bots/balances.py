"""What a grid bot needs, and what has to be traded before it can start."""

from __future__ import annotations

from decimal import Decimal
from typing import final

from attrs import frozen

from threecommas_async.sandbox.engine.exact import ZERO, ceil_to, floor_to, minus, plus
from threecommas_async.sandbox.engine.grid_bots.grid_bot import GridBot
from threecommas_async.sandbox.engine.grid_bots.ladder import line_amount
from threecommas_async.sandbox.engine.grid_bots.placing import sides
from threecommas_async.sandbox.engine.orders import OrderSide, price_with_fee, worth
from threecommas_async.sandbox.engine.pairs import Pair


@final
@frozen
class Requirement:
    """``required_balances``: what the lines of a bot take, beside what its account has."""

    pair: Pair
    price: Decimal
    fee: Decimal
    base: Decimal
    """What is to be sold."""
    quote: Decimal
    """What is to be bought for, with fee."""
    available_base: Decimal
    available_quote: Decimal

    @property
    def missing_base(self) -> Decimal:
        return max(minus(self.base, self.available_base), ZERO)

    @property
    def missing_quote(self) -> Decimal:
        return max(minus(self.quote, self.available_quote), ZERO)

    @property
    def needs_balancing(self) -> bool:
        return bool(self.missing_base or self.missing_quote)

    @property
    def balancing(self) -> tuple[OrderSide, Decimal] | None:
        """What has to be traded by market before the bot can start: only one currency can be missing."""
        if self.missing_base and not self.missing_quote:
            return "BUY", ceil_to(self.missing_base, self.pair.lot)
        if self.missing_quote and not self.missing_base:
            return "SELL", ceil_to(self.missing_quote, self.pair.lot, per=self._brings)
        return None

    @property
    def is_balancing_available(self) -> bool:
        """Whether the account has enough of the other currency."""
        balancing = self.balancing
        if balancing is None:
            return not self.needs_balancing
        side, quantity = balancing
        if side == "BUY":
            cost = worth("BUY", self.price, quantity, self.fee)
            return plus(self.quote, cost) <= self.available_quote
        return plus(self.base, quantity) <= self.available_base

    @property
    def necessary(self) -> tuple[Decimal, str]:
        """``necessary_quantities``: how much of which currency is missing.

        Assumption: the base currency is named if both are missing, and the quote currency if none is.
        """
        if self.missing_base:
            return self.missing_base, self.pair.base
        return self.missing_quote, self.pair.quote

    @property
    def _brings(self) -> Decimal:
        return price_with_fee("SELL", self.price, self.fee)


def requirement(bot: GridBot) -> Requirement:
    """Return what a bot whose lines are marked needs at the price as it is.

    Assumption: all its lines count, also those for which no order would be placed at first; what its own orders have
    locked counts as available.
    """
    return _requirement(bot, bot.held, bot.reserved)


def requirement_to_start(bot: GridBot) -> Requirement:
    """Return what a bot would need if it were enabled now."""
    lot, fee = bot.book.pair.lot, bot.account.fee
    base, quote = ZERO, ZERO
    for cell, side in zip(bot.cells, sides(bot), strict=True):
        if side == "sell":
            base = plus(base, line_amount(bot.settings, cell.upper.price, lot))
        else:
            price = cell.lower.price
            quote = plus(quote, worth("BUY", price, line_amount(bot.settings, price, lot), fee))
    return _requirement(bot, base, quote)


def _requirement(bot: GridBot, base: Decimal, quote: Decimal) -> Requirement:
    funds, pair = bot.account.funds, bot.book.pair
    placed = [cell.order for cell in bot.cells if cell.order is not None and cell.is_placed]
    own_base = plus(ZERO, *(order.locked for order in placed if order.side == "SELL"))
    own_quote = plus(ZERO, *(order.locked for order in placed if order.side == "BUY"))
    available_base = plus(funds.available(pair.base), own_base)
    available_quote = plus(funds.available(pair.quote), own_quote)
    return Requirement(pair, bot.book.price, bot.account.fee, base, quote, available_base, available_quote)


def bought_for(volume: Decimal, price: Decimal, fee: Decimal, lot: Decimal) -> Decimal:
    """Return how much can be bought for a volume."""
    return floor_to(volume, lot, per=price_with_fee("BUY", price, fee))
