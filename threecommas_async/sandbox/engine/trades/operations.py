"""What the API and a test can ask of the simple trades."""

from __future__ import annotations

from collections.abc import Iterable
from typing import final

from threecommas_async.sandbox.engine.funds import Account
from threecommas_async.sandbox.engine.refusals import unknown_id
from threecommas_async.sandbox.engine.stepper import Stepper
from threecommas_async.sandbox.engine.trades.checks import check_funds, check_settings, check_size
from threecommas_async.sandbox.engine.trades.desk import TradeDesk
from threecommas_async.sandbox.engine.trades.refusals import cannot_be_cancelled, invalid_trade
from threecommas_async.sandbox.engine.trades.settings import TradeSettings
from threecommas_async.sandbox.engine.trades.trade import SimpleTrade
from threecommas_async.sandbox.engine.world import World


@final
class TradeOperations:
    """``engine.trades.select``: the simple trades."""

    def __init__(self, world: World, stepper: Stepper) -> None:
        self._world = world
        self._stepper = stepper
        self._desk = TradeDesk(world)

    def create(self, settings: TradeSettings) -> SimpleTrade:
        """Begin a trade: it is ``to_process``, and goes on when that has been settled.

        :raises RefusedError: The settings are wrong, or the account has too little (422); or there is no such account
            (404; assumption).
        """
        self._stepper.begin_operation()
        world = self._world
        account = world.account(settings.account_id)
        book = world.books.get((account.market, settings.pair))
        if book is None:
            raise invalid_trade()
        check_settings(settings)
        trade = SimpleTrade(0, settings, account, book, self._desk, world.now, world.now, book.price)
        check_size(trade)
        check_funds(trade)
        trade.id = world.ids.next_simple_trade()
        world.simple_trades[trade.id] = world.active_simple_trades[trade.id] = trade
        world.settlements.append(trade.examine)
        world.touch(trade)
        self._stepper.run()
        return trade

    def cancel(self, trade_id: int) -> SimpleTrade:
        """Cancel a trade.

        :raises RefusedError: It is over (400), or there is no such trade (404).
        """
        self._stepper.begin_operation()
        trade = self.get(trade_id)
        if not trade.cancelable:
            raise cannot_be_cancelled()
        self._desk.cancel(trade)
        self._stepper.run()
        return trade

    def get(self, trade_id: int) -> SimpleTrade:
        """Return a trade.

        :raises RefusedError: There is none (404).
        """
        if trade_id not in self._world.simple_trades:
            raise unknown_id()
        return self._world.simple_trades[trade_id]

    @property
    def active(self) -> Iterable[SimpleTrade]:
        """The trades that are not over, by id."""
        return self._world.active_simple_trades.values()

    def select(
        self, *, is_active: bool | None = None, account_id: int | None = None, pair: str | None = None
    ) -> list[SimpleTrade]:
        """Return the trades, by id.

        :param is_active: Those that are not over, or those that are.
        """
        world = self._world
        return [
            trade
            for trade in (world.active_simple_trades if is_active else world.simple_trades).values()
            if is_active in (None, not trade.is_final)
            and account_id in (None, trade.account.id)
            and pair in (None, trade.pair)
        ]

    # ---- accounts and pairs ------------------------------------------------------------------------------------------
    def obstacle_to_removing(self, market: str, pair: str) -> str | None:
        """Say why a market cannot stop trading a pair, if a trade waits on it there."""
        if any(trade.account.market == market and trade.pair == pair for trade in self.active):
            return f"a simple trade on {pair} is active at {market}"
        return None

    def cancel_all_on(self, account: Account) -> None:
        """Cancel the trades of an account."""
        for trade in self.select(is_active=True, account_id=account.id):
            self.cancel(trade.id)

    def forget_all_on(self, account: Account) -> None:
        """Forget the trades of an account."""
        for trade in self.select(account_id=account.id):
            del self._world.simple_trades[trade.id]
