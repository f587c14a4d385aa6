"""What the API and a test can ask of the SmartTrades."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Literal, final

from threecommas_async.sandbox.engine.funds import Account
from threecommas_async.sandbox.engine.smart_trades.checks import not_found, not_in_this_status
from threecommas_async.sandbox.engine.smart_trades.plan import OrderType, PlanChanges, SmartTradePlan
from threecommas_async.sandbox.engine.smart_trades.requests import SmartTradeRequests
from threecommas_async.sandbox.engine.smart_trades.smart_trade import SmartTrade
from threecommas_async.sandbox.engine.stepper import Stepper
from threecommas_async.sandbox.engine.world import World

Scope = Literal["all", "active", "finished", "successfully_finished", "cancelled", "failed"]


@final
class SmartTradeOperations:
    """``engine.smart_trades.select``: the SmartTrades."""

    def __init__(self, world: World, stepper: Stepper, requests: SmartTradeRequests) -> None:
        self._world = world
        self._stepper = stepper
        self._requests = requests

    def create(self, plan: SmartTradePlan) -> SmartTrade:
        """Create a SmartTrade: it is ``created``, and goes on when that has been settled.

        :raises RefusedError: The plan is wrong (400), the position is too large, too small, or more than the account
            can pay (422), or there is no such account (403).
        """
        self._stepper.begin_operation()
        smart_trade = self._requests.create(plan)
        self._stepper.run()
        return smart_trade

    def get(self, smart_trade_id: int) -> SmartTrade:
        """Return a SmartTrade.

        :raises RefusedError: There is none (404).
        """
        if smart_trade_id not in self._world.smart_trades:
            raise not_found()
        return self._world.smart_trades[smart_trade_id]

    @property
    def active(self) -> Iterable[SmartTrade]:
        """The SmartTrades that have not ended, by id."""
        return self._world.active_smart_trades.values()

    def select(
        self, scope: Scope | None = None, *, account_id: int | None = None, pair: str | None = None
    ) -> list[SmartTrade]:
        """Return the SmartTrades, by id.

        :param scope: Assumption: those that have not ended; those that have; among these the ones in the first three
            final statuses, or in just the one of this name.
        """
        found = self._world.active_smart_trades if scope == "active" else self._world.smart_trades
        return [
            one
            for one in found.values()
            if account_id in (None, one.account.id) and pair in (None, one.pair) and _is_in(one, scope)
        ]

    def update(self, smart_trade_id: int, changes: PlanChanges) -> SmartTrade:
        """Change a SmartTrade.

        :raises RefusedError: Its status does not allow it or the changes are wrong (400), the account cannot pay a
            changed position (422), or there is no such SmartTrade (404).
        """
        return self._request(smart_trade_id, lambda one: self._requests.update(one, changes))

    def add_funds(
        self, smart_trade_id: int, units: Decimal, *, order_type: OrderType, price: Decimal | None = None
    ) -> SmartTrade:
        """Buy more for a SmartTrade; for a short one, sell more.

        :param price: That of a limit order.
        :raises RefusedError: Its status does not allow it (400), it is too little or more than the account can pay
            (422), or there is no such SmartTrade (404).
        """
        return self._request(smart_trade_id, lambda one: self._requests.add_funds(one, order_type, units, price))

    def max_reduce_funds_amount(self, smart_trade_id: int) -> Decimal:
        """Return by how much a SmartTrade can be reduced.

        :raises RefusedError: Its status does not allow it (400), or there is no such SmartTrade (404).
        """
        smart_trade = self.get(smart_trade_id)
        if not smart_trade.reduce_funds_available:
            raise not_in_this_status("Reduce funds")
        return smart_trade.left

    def reduce_funds(
        self, smart_trade_id: int, units: Decimal, *, order_type: OrderType, price: Decimal | None = None
    ) -> SmartTrade:
        """Begin to close a part of a SmartTrade.

        :param price: That of a limit order.
        :raises RefusedError: Its status does not allow it (400), it is too little or more than is left (422), or there
            is no such SmartTrade (404).
        """
        return self._request(smart_trade_id, lambda one: self._requests.reduce_funds(one, order_type, units, price))

    def close_by_market(self, smart_trade_id: int) -> SmartTrade:
        """Begin to close a SmartTrade by market.

        :raises RefusedError: Its status does not allow it (422), or there is no such SmartTrade (404).
        """
        return self._request(smart_trade_id, self._requests.close_by_market)

    def cancel(self, smart_trade_id: int) -> SmartTrade:
        """Begin to cancel a SmartTrade; what it holds stays in the account.

        :raises RefusedError: Its status does not allow it (422), or there is no such SmartTrade (404).
        """
        return self._request(smart_trade_id, self._requests.cancel)

    def force_start(self, smart_trade_id: int) -> SmartTrade:
        """Begin to open the position of a SmartTrade by market.

        :raises RefusedError: Its status or the account's funds do not allow it (422), or there is no such SmartTrade
            (404).
        """
        return self._request(smart_trade_id, self._requests.force_start)

    def set_note(self, smart_trade_id: int, note: str) -> SmartTrade:
        """Write a note, whatever the status is.

        :raises RefusedError: There is no such SmartTrade (404).
        """
        return self._request(smart_trade_id, lambda one: self._requests.set_note(one, note))

    def close_trade(self, smart_trade_id: int, trade_id: int) -> SmartTrade:
        """Begin to carry a step of the take profit out by market.

        :raises RefusedError: It is no step, or its status does not allow it (422), or there is no such trade or
            SmartTrade (404).
        """
        return self._request(smart_trade_id, lambda one: self._requests.close_trade(one, trade_id))

    def cancel_trade(self, smart_trade_id: int, trade_id: int) -> SmartTrade:
        """Begin to remove a trade; with neither step nor stop loss left, the SmartTrade is cancelled.

        :raises RefusedError: Its status does not allow it (422), or there is no such trade or SmartTrade (404).
        """
        return self._request(smart_trade_id, lambda one: self._requests.cancel_trade(one, trade_id))

    # ---- accounts and pairs ------------------------------------------------------------------------------------------
    def obstacle_to_removing(self, market: str, pair: str) -> str | None:
        """Say why a market cannot stop trading a pair, if a SmartTrade is active on it there."""
        if any(one.account.market == market and one.pair == pair for one in self.active):
            return f"a SmartTrade on {pair} is active at {market}"
        return None

    def cancel_all_on(self, account: Account) -> None:
        """Begin to cancel the SmartTrades of an account."""
        self._stepper.settle()
        for one in self.select("active", account_id=account.id):
            if one.cancel_available:
                self.cancel(one.id)

    def forget_all_on(self, account: Account) -> None:
        """Forget the SmartTrades of an account."""
        for one in self.select(account_id=account.id):
            del self._world.smart_trades[one.id]

    # ---- parts ------------------------------------------------------------------------------------------------------
    def _request(self, smart_trade_id: int, carry_out: Callable[[SmartTrade], None]) -> SmartTrade:
        self._stepper.begin_operation()
        smart_trade = self.get(smart_trade_id)
        carry_out(smart_trade)
        self._stepper.run()
        return smart_trade


def _is_in(smart_trade: SmartTrade, scope: Scope | None) -> bool:
    match scope:
        case None | "all":
            return True
        case "active":
            return not smart_trade.is_final
        case "finished":
            return smart_trade.is_final
        case "successfully_finished":
            return smart_trade.is_closed
        case _:
            return smart_trade.status == scope
