"""What a user asks of a deal: closings in two phases, changes, more funds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final, Literal, cast, final

from attrs import evolve, frozen

from threecommas_async.sandbox.engine.deals import events
from threecommas_async.sandbox.engine.deals.closing import close_by_market, finish, freeze
from threecommas_async.sandbox.engine.deals.deal import Deal
from threecommas_async.sandbox.engine.deals.desk import DealDesk
from threecommas_async.sandbox.engine.deals.placing import (
    cancel,
    derive,
    log,
    review_safety_orders,
    submit,
    trade,
    withdraw_orders,
)
from threecommas_async.sandbox.engine.deals.safety_orders import plan
from threecommas_async.sandbox.engine.deals.settings import DealChanges
from threecommas_async.sandbox.engine.deals.targets import check_steps, new_targets
from threecommas_async.sandbox.engine.exact import ZERO, decimals, floor_to, half_up
from threecommas_async.sandbox.engine.funds import NotEnoughError
from threecommas_async.sandbox.engine.orders import Order
from threecommas_async.sandbox.engine.refusals import (
    cannot_be_cancelled,
    cannot_be_edited,
    not_allowed,
)
from threecommas_async.sandbox.engine.world import World

_PENDING_ERROR: Final = "Deal cannot be closed in the current status"


@final
@frozen
class Conversion:
    """What the SmartTrade needs to know that takes over a deal."""

    deal_id: int
    account_id: int
    pair: str
    type: Literal["smart_sell", "smart_buy"]
    units: Decimal
    """What is left in the deal."""
    price: Decimal
    """``position.price``: the average price of the entries, rounded to the decimals of the pair."""
    take_profits: tuple[tuple[Decimal, Decimal], ...]
    """Price and share in percent of each step. Assumption: a deal with steps hands on those that are open."""
    stop_loss_price: Decimal | None
    note: str


@final
class DealRequests:
    """Carries out what a user asks of the deals of a world."""

    def __init__(self, world: World, desk: DealDesk) -> None:
        self._world = world
        self._desk = desk

    # ---- closings ---------------------------------------------------------------------------------------------------
    def panic_sell(self, deal: Deal) -> None:
        """Begin to close a deal by market."""
        if not deal.permissions.panic_sellable:
            raise not_allowed(_PENDING_ERROR)
        self._begin(deal, "panic_sell_pending")
        self._world.settlements.append(lambda: self._settle_panic_sell(deal))

    def cancel(self, deal: Deal) -> None:
        """Begin to cancel a deal. Its coins stay in the account."""
        if not deal.permissions.cancellable:
            raise not_allowed("Deal cannot be cancelled in the current status")
        self._begin(deal, "cancel_pending")
        self._world.settlements.append(lambda: finish(self._world, deal, "cancelled"))

    def panic_sell_step(self, deal: Deal, trade_id: int) -> None:
        """Begin to sell a take profit step by market. A take profit that trails stops doing so."""
        target = next((target for target in deal.targets if target.trade_id == trade_id), None)
        if not deal.permissions.panic_sellable or target is None or not target.is_open:
            raise not_allowed("Step cannot be closed in the current status")
        if not deal.settings.take_profit_steps:
            raise not_allowed("Deal has no take profit steps")
        if target is deal.trailing_target and deal.status == "ttp_activated":
            deal.become("bought")
            deal.trailing_max_price = None
        target.status = "Panic closing"
        if target.order is not None:
            deal.book.withdraw(target.order)
        self._desk.arm(deal)
        self._world.touch(deal)
        self._world.settlements.append(lambda: self._desk.settle_step(deal, target))

    def start_trailing(self, deal: Deal) -> None:
        """Let the take profit trail from the present price on, wherever that is.

        Assumption: only that of a deal whose settings let it trail.
        """
        if deal.trailing_target is None:
            raise not_allowed("The take profit of the deal does not trail")
        if deal.status != "bought":
            raise not_allowed("Trailing cannot be started in the current status")
        deal.become("ttp_activated")
        deal.trailing_max_price = deal.book.price
        freeze(deal, deal.book.price)
        self._desk.arm(deal)
        self._world.touch(deal)

    def convert(self, deal: Deal) -> Conversion:
        """Begin to hand a deal over to a SmartTrade: the deal is cancelled.

        :returns: What the SmartTrade needs.
        """
        if not deal.permissions.smart_trade_convertable:
            raise not_allowed("Deal cannot be converted in the current status")
        pair, is_long = deal.book.pair, deal.direction.is_long
        opened = [target for target in deal.targets if target.is_open]
        conversion = Conversion(
            deal.id,
            deal.account.id,
            pair.code,
            "smart_sell" if is_long else "smart_buy",
            deal.left,
            half_up(deal.entered_volume, decimals(pair.tick), per=deal.entered_amount),
            tuple((target.price, target.share) for target in opened),
            deal.stop_loss_price,
            f"Created from deal {deal.id}",
        )
        self._begin(deal, "cancel_pending")
        self._world.settlements.append(lambda: finish(self._world, deal, "cancelled"))
        return conversion

    # ---- funds and orders -------------------------------------------------------------------------------------------
    def add_funds(self, deal: Deal, amount: Decimal, rate: Decimal | None) -> Order:
        """Buy more for a long deal, sell more for a short one.

        Assumptions: the amount is rounded down to lots, the price to one that is not worse; an order below the pair's
        smallest is kept as ``Inactive``, with an amount of zero, as the exchange's refusals were recorded.

        :param rate: The price of a limit order; ``None`` buys by market.
        """
        if not deal.permissions.add_fundable:
            raise not_allowed("Funds cannot be added in the current status")
        world, pair = self._world, deal.book.pair
        amount = floor_to(amount, pair.lot)
        price = deal.book.price if rate is None else deal.direction.entry_price(rate, pair.tick)
        if amount < pair.min_lot or amount <= 0 or price <= 0:
            return self._inactive(deal, price)
        count = len(deal.planned)
        try:
            if rate is None:
                order = trade(world, deal, "Manual Safety", amount)
                log(world, deal, events.placing_safety(order, count, True, ""))
                self._desk.enter(deal, order)
            else:
                order = submit(world, deal, "Manual Safety", price, amount)
                deal.manual_orders[order.id] = order
                log(world, deal, events.placing_safety(order, count, False, ""))
        except NotEnoughError as error:
            raise not_allowed(str(error)) from None
        return order

    def cancel_order(self, deal: Deal, order_id: int) -> None:
        """Cancel a safety or manual order that rests."""
        order = next((order for order in deal.orders if order.id == order_id), None)
        if order is None or order.status != "Active" or order.kind not in ("Safety", "Manual Safety"):
            raise cannot_be_cancelled()
        if not deal.is_running:
            raise cannot_be_cancelled()
        cancel(self._world, deal, order)
        if order.kind == "Safety":
            deal.used_numbers.add(order.number)

    # ---- changes ----------------------------------------------------------------------------------------------------
    def update(self, deal: Deal, changes: DealChanges) -> None:
        """Change the deal's own settings, and place its orders anew where they differ.

        Assumption: steps that were sold stay as they are, and count as the first of those given.
        """
        if deal.status not in ("bought", "close_strategy_activated"):
            raise cannot_be_edited()
        own = {name: value for name, value in changes.items() if name not in ("note", "close_timeout")}
        settings = evolve(deal.settings, **cast("dict[str, Any]", own))
        check_steps(settings)
        deal.settings, deal.planned = settings, plan(settings)
        deal.note = changes.get("note", deal.note)
        deal.close_timeout = changes.get("close_timeout", deal.close_timeout)
        self._renew_targets(deal)
        review_safety_orders(self._world, deal)
        derive(self._world, deal)
        self._world.touch(deal)
        self._desk.examine(deal)

    # ---- parts ------------------------------------------------------------------------------------------------------
    def _begin(self, deal: Deal, status: Literal["panic_sell_pending", "cancel_pending"]) -> None:
        deal.become(status)
        withdraw_orders(deal)
        freeze(deal, deal.book.price)
        self._world.watch(deal, deal.book, None, None, None)
        self._world.touch(deal)

    def _settle_panic_sell(self, deal: Deal) -> None:
        if deal.status == "panic_sell_pending" and not close_by_market(self._world, deal, "Stop Loss", "panic_sold"):
            self._desk.arm(deal)

    def _inactive(self, deal: Deal, price: Decimal) -> Order:
        world = self._world
        side, pair = deal.direction.entry_side, deal.book.pair
        number, now = world.ids.next_order(), world.now
        order = Order(number, deal, deal.account, pair, side, "Manual Safety", price, ZERO, now, now)
        order.close("Inactive", world.now)
        deal.orders.append(order)
        world.touch(deal)
        return order

    def _renew_targets(self, deal: Deal) -> None:
        done = [target for target in deal.targets if not target.is_open]
        opened = [target for target in deal.targets if target.is_open]
        wanted = new_targets(deal.settings)
        wanted = wanted[len(done) :] if deal.settings.take_profit_steps else wanted
        for target, changed in zip(opened, wanted, strict=False):
            target.share, target.percentage = changed.share, changed.percentage
        for target in opened[len(wanted) :]:
            if target.order is not None:
                cancel(self._world, deal, target.order)
        deal.targets = [*done, *opened[: len(wanted)], *wanted[len(opened) :]]
