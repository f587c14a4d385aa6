"""What an exchange account holds: free, or locked in open orders."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import final

from attrs import define, field

from threecommas_async.sandbox.engine.alarms import Watcher
from threecommas_async.sandbox.engine.exact import ZERO, minus, plus


@final
class NotEnoughError(Exception):
    """There is less of a currency than an order needs."""

    def __init__(self, currency: str) -> None:
        super().__init__(f"Insufficient funds. ERR_805Y Not enough {currency}.")
        self.currency = currency


@final
@define(eq=False)
class Funds:
    """The amounts of an account, by currency.

    An open order locks what it will spend, fee included, so no two orders can count on the same coins. That the
    exchange locks so is an assumption; the API shows nothing of it.
    """

    free: dict[str, Decimal] = field(factory=dict[str, Decimal])
    locked: dict[str, Decimal] = field(factory=dict[str, Decimal])
    waiting: dict[str, list[Watcher]] = field(factory=dict[str, list[Watcher]], repr=False)
    """Who is to be told when there is more of a currency."""
    told: list[Watcher] = field(factory=list[Watcher], repr=False)
    """Who waited for more of a currency that there is more of now."""

    def of(self, currency: str) -> Decimal:
        """Return the whole amount of a currency."""
        return plus(self.available(currency), self.locked.get(currency, ZERO))

    def available(self, currency: str) -> Decimal:
        return self.free.get(currency, ZERO)

    def totals(self) -> Mapping[str, Decimal]:
        """Return the whole amounts of all currencies."""
        return {currency: self.of(currency) for currency in sorted({*self.free, *self.locked})}

    def receive(self, currency: str, amount: Decimal) -> None:
        self.free[currency] = plus(self.available(currency), amount)
        self.tell(currency)

    def pay(self, currency: str, amount: Decimal, unlocking: Decimal = ZERO) -> None:
        """Spend an amount.

        :param unlocking: What was locked for it.
        :raises NotEnoughError: There is less; nothing has changed.
        """
        self._settle(currency, amount, unlocking)
        if unlocking:
            self.locked[currency] = minus(self.locked[currency], unlocking)

    def lock(self, currency: str, amount: Decimal, unlocking: Decimal = ZERO) -> None:
        """Lock an amount for an open order.

        :param unlocking: What was locked for it before.
        :raises NotEnoughError: There is less; nothing has changed.
        """
        self._settle(currency, amount, unlocking)
        self.locked[currency] = minus(plus(self.locked.get(currency, ZERO), amount), unlocking)

    def unlock(self, currency: str, amount: Decimal) -> None:
        """Free an amount. Those who wait for the currency are told by ``tell``, when it is clear that it stays free."""
        self.locked[currency] = minus(self.locked[currency], amount)
        self.free[currency] = plus(self.available(currency), amount)

    def tell(self, currency: str) -> None:
        """Tell those who wait for more of a currency that there is more."""
        if self.waiting.get(currency):
            self.told.extend(self.waiting.pop(currency))

    def wait_for(self, currency: str, watcher: Watcher) -> None:
        """Tell somebody, once, when there is more of a currency."""
        waiting = self.waiting.setdefault(currency, [])
        if watcher not in waiting:
            waiting.append(watcher)

    def _settle(self, currency: str, amount: Decimal, unlocking: Decimal) -> None:
        left = minus(plus(self.available(currency), unlocking), amount)
        if left < 0:
            raise NotEnoughError(currency)
        self.free[currency] = left
        if unlocking > amount:
            self.tell(currency)


@final
@define(eq=False)
class Account:
    """An exchange account, as far as the engine needs it."""

    id: int
    market: str
    fee: Decimal
    """The fee rate. Assumption: one rate for maker and taker, always taken in the quote currency."""
    name: str = ""
    funds: Funds = field(factory=Funds)
