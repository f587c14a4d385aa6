"""What a user asks of a SmartTrade: closings in two phases, changes, more funds or fewer."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, final

from threecommas_async.sandbox.engine.deals.requests import Conversion
from threecommas_async.sandbox.engine.exact import ZERO, floor_to, minus, nearest_to, plus, times
from threecommas_async.sandbox.engine.refusals import not_allowed, wrong_parameters
from threecommas_async.sandbox.engine.smart_trades.building import (
    new_smart_trade,
    resting_price,
)
from threecommas_async.sandbox.engine.smart_trades.checks import (
    affordable,
    at_least,
    at_most,
    check_funds,
    check_plan,
    check_size,
    foreign_account,
    not_in_this_status,
    trade_not_found,
)
from threecommas_async.sandbox.engine.smart_trades.closing import (
    close_by_market,
    close_step,
    finish,
    give_up_reduction,
    new_trade,
    reduce,
)
from threecommas_async.sandbox.engine.smart_trades.desk import SmartTradeDesk
from threecommas_async.sandbox.engine.smart_trades.editing import edit
from threecommas_async.sandbox.engine.smart_trades.placing import (
    become,
    cancel,
    closing_units,
    execute,
    submit,
    withdraw_order,
    withdraw_orders,
)
from threecommas_async.sandbox.engine.smart_trades.plan import (
    OrderType,
    PlanChanges,
    PositionPlan,
    SmartTradePlan,
    StepPlan,
    StopLossPlan,
)
from threecommas_async.sandbox.engine.smart_trades.smart_trade import SmartTrade
from threecommas_async.sandbox.engine.smart_trades.trade import Trade
from threecommas_async.sandbox.engine.world import World

_CLOSING = Literal["panic_sell_pending", "cancellation_pending"]


@final
class SmartTradeRequests:
    """Carries out what a user asks of the SmartTrades of a world."""

    def __init__(self, world: World, desk: SmartTradeDesk) -> None:
        self._world = world
        self._desk = desk

    # ---- new ones ---------------------------------------------------------------------------------------------------
    def create(self, plan: SmartTradePlan) -> SmartTrade:
        """Create a SmartTrade; its entry is placed when it is settled.

        Assumptions: amounts are rounded down to lots, prices of limit orders to one that is not worse. An entry that
        waits for a price locks nothing, and fails when its order cannot be paid.
        """
        account = self._world.accounts.get(plan.account_id)
        if account is None:
            raise foreign_account()
        book = self._world.books.get((account.market, plan.pair))
        if book is None:
            raise wrong_parameters(pair="does not have a valid value")
        check_plan(plan)
        position = plan.position
        units, price = floor_to(position.units, book.pair.lot), resting_price(book, position)
        trend = position.direction
        check_size(book, trend.entry_side, units, price)
        if plan.skip_enter_step:
            check_funds(account, book, trend.exit_side, units, price if trend.is_long else book.price)
        elif position.order_type != "conditional":
            check_funds(account, book, trend.entry_side, units, price)
        return self._add(plan)

    def take_over(self, conversion: Conversion) -> SmartTrade:
        """Create the SmartTrade that a deal is converted to: what was left of the deal is its position."""
        stop_loss = conversion.stop_loss_price
        return self._add(
            SmartTradePlan(
                account_id=conversion.account_id,
                pair=conversion.pair,
                position=PositionPlan(
                    type="buy" if conversion.type == "smart_sell" else "sell",
                    order_type="market",
                    units=conversion.units,
                    price=conversion.price,
                ),
                take_profit=tuple(
                    StepPlan(order_type="limit", volume=share, value=price, price_type="bid")
                    for price, share in conversion.take_profits
                ),
                stop_loss=None
                if stop_loss is None
                else StopLossPlan(order_type="market", value=stop_loss, price_type="bid"),
                skip_enter_step=True,
                note=conversion.note,
            )
        )

    # ---- closings ---------------------------------------------------------------------------------------------------
    def close_by_market(self, smart_trade: SmartTrade) -> None:
        """Begin to close a SmartTrade by market; one that holds nothing yet is cancelled (assumption)."""
        is_waiting = smart_trade.status == "waiting_position"
        if not smart_trade.panic_sell_available and not is_waiting:
            raise not_allowed("Smart Trade cannot be closed in the current status")
        if is_waiting and not smart_trade.left:
            self.cancel(smart_trade)
            return
        self._begin(smart_trade, "panic_sell_pending")
        self._world.settlements.append(lambda: self._settle_closing(smart_trade))

    def cancel(self, smart_trade: SmartTrade) -> None:
        """Begin to cancel a SmartTrade. What it holds stays in the account."""
        if not smart_trade.cancel_available:
            raise not_allowed("Smart Trade cannot be cancelled in the current status")
        self._begin(smart_trade, "cancellation_pending")
        self._world.settlements.append(lambda: finish(self._world, smart_trade, "cancelled"))

    def force_start(self, smart_trade: SmartTrade) -> None:
        """Begin to open the position by market."""
        position = smart_trade.position
        if smart_trade.status != "waiting_position" or not smart_trade.force_start_available:
            raise not_allowed("Position cannot be opened in the current status")
        check_funds(
            smart_trade.account,
            smart_trade.book,
            position.side,
            position.units or ZERO,
            smart_trade.book.price,
            locked=ZERO if position.order is None else position.order.locked,
        )
        become(self._world, position, "panic_sell_pending")
        withdraw_order(position)
        self._changed(smart_trade)
        self._world.settlements.append(lambda: self._settle_start(smart_trade))

    # ---- single trades ----------------------------------------------------------------------------------------------
    def close_trade(self, smart_trade: SmartTrade, trade_id: int) -> None:
        """Begin to carry a step out by market."""
        trade = self._trade(smart_trade, trade_id)
        if trade.purpose != "take_profit" or not trade.is_processed or not smart_trade.is_running:
            raise not_allowed("Trade cannot be closed in the current status")
        become(self._world, trade, "panic_sell_pending")
        withdraw_order(trade)
        self._changed(smart_trade)
        self._world.settlements.append(lambda: self._settle_step(smart_trade, trade))

    def cancel_trade(self, smart_trade: SmartTrade, trade_id: int) -> None:
        """Begin to remove a trade: a step, the stop loss, funds that are to be added or taken out.

        Assumption: an entry is cancelled with its SmartTrade only.
        """
        trade = self._trade(smart_trade, trade_id)
        if not smart_trade.is_cancelable(trade):
            raise not_allowed("Trade cannot be cancelled in the current status")
        trade.is_leaving = True
        withdraw_order(trade)
        self._changed(smart_trade)
        self._world.settlements.append(lambda: self._settle_removal(smart_trade, trade))

    # ---- funds ------------------------------------------------------------------------------------------------------
    def add_funds(self, smart_trade: SmartTrade, order_type: OrderType, units: Decimal, price: Decimal | None) -> None:
        """Buy more for a long SmartTrade, sell more for a short one.

        Assumption: what is added before the entry is there at once, and waits with it for the targets.
        """
        if not smart_trade.add_funds_available:
            raise not_in_this_status("Add funds")
        book, trend, account = smart_trade.book, smart_trade.direction, smart_trade.account
        units = floor_to(units, book.pair.lot)
        price = book.price if order_type == "market" or price is None else trend.entry_price(price, book.pair.tick)
        smallest = book.pair.smallest_volume(price)
        if units <= 0 or times(units, price) < smallest:
            raise wrong_parameters(422, total=at_least(smallest))
        most = affordable(account, book, trend.entry_side, units, price)
        if most is not None:
            raise wrong_parameters(422, total=at_most(times(most, price)))
        trade = new_trade(self._world, smart_trade, "position", units=units)
        trade.order_type, trade.price, trade.price_type = order_type, price, smart_trade.position.price_type
        if order_type == "market":
            execute(self._world, trade, units)
            self._desk.add(smart_trade, trade)
        else:
            submit(self._world, trade, price, units)
            self._changed(smart_trade)

    def reduce_funds(
        self, smart_trade: SmartTrade, order_type: OrderType, units: Decimal, price: Decimal | None
    ) -> None:
        """Begin to close a part of the position.

        Assumptions: an amount below the pair's smallest order is too small; one above what is left is refused in words
        of the sandbox's own; the price of a limit order is rounded to the pair's prices.
        """
        if not smart_trade.reduce_funds_available:
            raise not_in_this_status("Reduce funds")
        book = smart_trade.book
        units = floor_to(units, book.pair.lot)
        price = book.price if order_type == "market" or price is None else nearest_to(price, book.pair.tick)
        if units < book.pair.min_lot or units <= 0 or times(units, price) < book.pair.smallest_volume(price):
            raise wrong_parameters(422, entered_amount="Too small")
        most = minus(smart_trade.left, closing_units(smart_trade))
        if units > most:
            raise wrong_parameters(422, **{"units[value]": at_most(most)})
        trade = new_trade(self._world, smart_trade, "reduce_funds", units=units)
        trade.order_type, trade.price = order_type, price
        smart_trade.become("pending_reduce_funds")
        self._changed(smart_trade)
        self._world.settlements.append(lambda: self._settle_reduction(smart_trade, trade))

    # ---- changes ----------------------------------------------------------------------------------------------------
    def set_note(self, smart_trade: SmartTrade, note: str) -> None:
        smart_trade.note = note
        self._world.touch(smart_trade)

    def update(self, smart_trade: SmartTrade, changes: PlanChanges) -> None:
        """Change a SmartTrade. New targets are aimed at when it is settled."""
        if not smart_trade.editable:
            raise not_in_this_status("Update")
        edit(self._world, self._desk, smart_trade, changes)
        self._desk.arm(smart_trade)
        self._world.settlements.append(lambda: self._desk.take_aim(smart_trade))

    # ---- second phases ----------------------------------------------------------------------------------------------
    def _settle_closing(self, smart_trade: SmartTrade) -> None:
        if smart_trade.status == "panic_sell_pending" and not close_by_market(self._world, smart_trade):
            self._desk.arm(smart_trade)

    def _settle_start(self, smart_trade: SmartTrade) -> None:
        if smart_trade.status == "waiting_position" and smart_trade.position.status == "panic_sell_pending":
            self._desk.enter_by_market(smart_trade)

    def _settle_step(self, smart_trade: SmartTrade, step: Trade) -> None:
        """Carry a step out. Assumption: one that the account cannot pay waits for its price again."""
        if step.status != "panic_sell_pending" or not smart_trade.is_running:
            return
        if not close_step(self._world, smart_trade, step):
            smart_trade.exit_refused = False
            if step.order is None:
                become(self._world, step, "to_process")
            else:
                become(self._world, step, "order_placed")
                self._world.rest(step.order)
            self._world.touch(smart_trade)
        self._desk.arm(smart_trade)

    def _settle_removal(self, smart_trade: SmartTrade, trade: Trade) -> None:
        """Remove a trade; with neither step nor stop loss left, the SmartTrade is cancelled."""
        if not trade.is_leaving or not (smart_trade.is_running or smart_trade.status == "waiting_position"):
            return
        world = self._world
        if trade.purpose == "reduce_funds":
            give_up_reduction(world, smart_trade, trade)
        else:
            cancel(world, trade)
        if trade.purpose == "take_profit":
            smart_trade.steps.remove(trade)
            smart_trade.uncovered = plus(smart_trade.uncovered, trade.share or ZERO)
        if trade is smart_trade.stop_loss:
            smart_trade.stop_loss = smart_trade.stop_plan = smart_trade.stop_best = smart_trade.stop_broken_at = None
        has_targets = smart_trade.open_steps or smart_trade.stop_loss is not None
        if trade.purpose in ("take_profit", "stop_loss") and not has_targets:
            finish(world, smart_trade, "cancelled")
        if not smart_trade.is_final:
            world.touch(smart_trade)
            self._desk.arm(smart_trade)

    def _settle_reduction(self, smart_trade: SmartTrade, trade: Trade) -> None:
        if trade.status == "idle" and smart_trade.status == "pending_reduce_funds":
            reduce(self._world, smart_trade, trade)
            self._desk.arm(smart_trade)

    # ---- parts ------------------------------------------------------------------------------------------------------
    def _add(self, plan: SmartTradePlan) -> SmartTrade:
        world = self._world
        account = world.accounts[plan.account_id]
        smart_trade = new_smart_trade(world, self._desk, plan, account, world.books[account.market, plan.pair])
        world.smart_trades[smart_trade.id] = world.active_smart_trades[smart_trade.id] = smart_trade
        world.settlements.append(lambda: self._desk.begin(smart_trade))
        world.touch(smart_trade)
        return smart_trade

    def _trade(self, smart_trade: SmartTrade, trade_id: int) -> Trade:
        trade = next((trade for trade in smart_trade.trades if trade.id == trade_id), None)
        if trade is None:
            raise trade_not_found()
        return trade

    def _begin(self, smart_trade: SmartTrade, status: _CLOSING) -> None:
        smart_trade.become(status)
        withdraw_orders(smart_trade)
        self._world.watch(smart_trade, smart_trade.book, None, None, None)
        self._world.touch(smart_trade)

    def _changed(self, smart_trade: SmartTrade) -> None:
        self._world.touch(smart_trade)
        self._desk.arm(smart_trade)
