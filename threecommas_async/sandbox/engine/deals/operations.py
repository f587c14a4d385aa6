"""What the API and a test can ask of the deals."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Literal, final

from threecommas_async.sandbox.engine.deals.deal import Deal
from threecommas_async.sandbox.engine.deals.desk import DealDesk
from threecommas_async.sandbox.engine.deals.requests import DealRequests
from threecommas_async.sandbox.engine.deals.settings import DealChanges
from threecommas_async.sandbox.engine.deals.statuses import FINISHED
from threecommas_async.sandbox.engine.funds import Account
from threecommas_async.sandbox.engine.orders import Order
from threecommas_async.sandbox.engine.refusals import not_allowed, unknown_id, wrong_parameters
from threecommas_async.sandbox.engine.smart_trades.requests import SmartTradeRequests
from threecommas_async.sandbox.engine.smart_trades.smart_trade import SmartTrade
from threecommas_async.sandbox.engine.stepper import Stepper
from threecommas_async.sandbox.engine.world import World

Scope = Literal["active", "finished", "completed", "cancelled", "failed"]


@final
class DealOperations:
    """``engine.deals.select``: the deals of DCA bots."""

    def __init__(
        self,
        world: World,
        stepper: Stepper,
        desk: DealDesk,
        requests: DealRequests,
        smart_trades: SmartTradeRequests,
    ) -> None:
        self._world = world
        self._stepper = stepper
        self._desk = desk
        self._requests = requests
        self._smart_trades = smart_trades

    def get(self, deal_id: int) -> Deal:
        """Return a deal.

        :raises RefusedError: There is none (404).
        """
        if deal_id not in self._world.deals:
            raise unknown_id()
        return self._world.deals[deal_id]

    @property
    def active(self) -> Iterable[Deal]:
        """The deals that are active, by id."""
        return self._world.active_deals.values()

    def select(
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

    def cancel(self, deal_id: int) -> Deal:
        """Begin to cancel a deal; its coins stay in the account.

        :raises RefusedError: Its status does not allow it (422), or there is no such deal (404).
        """
        return self._request(deal_id, self._requests.cancel)

    def panic_sell_step(self, deal_id: int, trade_id: int) -> Deal:
        """Begin to sell a take profit step by market.

        :raises RefusedError: Status or step do not allow it (422), or there is no such deal (404).
        """
        return self._request(deal_id, lambda deal: self._requests.panic_sell_step(deal, trade_id))

    def start_trailing(self, deal_id: int) -> Deal:
        """Let the take profit of a deal trail from the present price on, wherever that is.

        :raises RefusedError: Its take profit does not trail, or trails already (422), or there is no such deal (404).
        """
        return self._request(deal_id, self._requests.start_trailing)

    def convert_to_smart_trade(self, deal_id: int, *, stop_bot: bool) -> SmartTrade:
        """Begin to hand a deal over to a SmartTrade, which goes on with what is left: the deal is cancelled.

        :param stop_bot: Whether to disable its bot.
        :raises RefusedError: Its status does not allow it (422), or there is no such deal (404).
        """
        self._stepper.begin_operation()
        deal = self.get(deal_id)
        smart_trade = self._smart_trades.take_over(self._requests.convert(deal))
        if stop_bot:
            self._world.disable(self._world.bots[deal.bot_id])
        self._stepper.run()
        return smart_trade

    def add_funds(self, deal_id: int, quantity: Decimal, *, is_market: bool, rate: Decimal | None = None) -> Order:
        """Buy more for a deal; for a short one, sell more.

        :param quantity: In base currency.
        :param rate: The price of a limit order.
        :raises RefusedError: There is no rate (400), status or funds do not allow it (422), or there is no such deal
            (404).
        """
        self._stepper.begin_operation()
        deal = self.get(deal_id)
        if not is_market and rate is None:
            raise wrong_parameters(rate="is missing")
        order = self._requests.add_funds(deal, quantity, None if is_market else rate)
        self._stepper.run()
        return order

    def cancel_order(self, deal_id: int, order_id: int) -> list[Order]:
        """Cancel a safety or manual order that rests.

        :returns: All orders of the deal, as the API lists them.
        :raises RefusedError: It is none of these (422), or there is no such deal (404).
        """
        return self._request(deal_id, lambda deal: self._requests.cancel_order(deal, order_id)).listed_orders()

    def update(self, deal_id: int, changes: DealChanges) -> Deal:
        """Change a deal's own settings.

        :raises RefusedError: Its status does not allow it or the settings are wrong (400), or there is no such deal
            (404).
        """
        return self._request(deal_id, lambda deal: self._requests.update(deal, changes))

    def update_max_safety_orders(self, deal_id: int, max_safety_orders: int) -> Deal:
        """Change how many safety orders a deal may have.

        :raises RefusedError: Its status does not allow it (400), or there is no such deal (404).
        """
        return self.update(deal_id, {"max_safety_orders": max_safety_orders})

    def close_signal(self, deal_id: int) -> Deal:
        """Let the close conditions of a deal hold: it is completed, or waits for its minimum profit.

        :raises RefusedError: It has no close conditions or does not run (422), or there is no such deal (404).
        """
        self._stepper.begin_operation()
        deal = self.get(deal_id)
        if not deal.settings.closes_by_signal or not deal.is_running:
            raise not_allowed("Deal is not closed by a signal")
        if deal.status == "bought":
            deal.become("close_strategy_activated")
            self._world.touch(deal)
        self._desk.examine(deal)
        self._stepper.run()
        return deal

    # ---- accounts and pairs ------------------------------------------------------------------------------------------
    def obstacle_to_removing(self, market: str, pair: str) -> str | None:
        """Say why a market cannot stop trading a pair, if a deal is active on it there."""
        deals = self._world.active_deals.values()
        if any(deal.account.market == market and pair == deal.pair for deal in deals):
            return f"a deal on {pair} is active at {market}"
        return None

    def cancel_all_on(self, account: Account) -> None:
        """Do nothing: the bots of the account cancel their deals."""

    def forget_all_on(self, account: Account) -> None:
        """Forget the deals of an account."""
        for deal in self.select(account_id=account.id):
            del self._world.deals[deal.id]

    # ---- parts ------------------------------------------------------------------------------------------------------
    def _request(self, deal_id: int, carry_out: Callable[[Deal], None]) -> Deal:
        self._stepper.begin_operation()
        deal = self.get(deal_id)
        carry_out(deal)
        self._stepper.run()
        return deal
