"""What must hold of SmartTrades whatever happens: of money, of the final ones, of statuses, of orders."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Context, Decimal, Inexact, localcontext
from unittest.mock import patch

from hypothesis import given, settings

from tests.sandbox.engine.smart_trades.histories import (
    PAIRS,
    Happening,
    History,
    begin,
    happen,
    histories,
    picture,
    pictures,
    play,
)
from tests.sandbox.engine.trading import ACCOUNT, MARKET, D
from threecommas_async.sandbox.engine import Engine
from threecommas_async.sandbox.engine.exact import minus, plus, times
from threecommas_async.sandbox.engine.orders import Order
from threecommas_async.sandbox.engine.smart_trades.smart_trade import SmartTrade
from threecommas_async.sandbox.engine.smart_trades.trade import Trade

ZERO = D(0)
RUNNING = ("waiting_targets", "pending_reduce_funds", "reduce_funds_in_progress")

# What may follow what, written down once more: the engine's table must not be the only witness.
MOVES = {
    *(("created", after) for after in ("waiting_position", "waiting_targets", "finished", "failed")),
    *(("waiting_position", after) for after in ("waiting_targets", "finished", "failed", "cancelled")),
    *(("waiting_position", after) for after in ("cancellation_pending", "panic_sell_pending")),
    *((running, "cancellation_pending") for running in RUNNING),
    *((running, "panic_sell_pending") for running in RUNNING),
    *((running, "stop_loss_in_progress") for running in RUNNING),
    *((running, "stop_loss_finished") for running in RUNNING),
    *((running, "finished") for running in RUNNING),
    *((running, "cancelled") for running in RUNNING),
    ("waiting_targets", "pending_reduce_funds"),
    ("pending_reduce_funds", "reduce_funds_in_progress"),
    ("pending_reduce_funds", "waiting_targets"),
    ("reduce_funds_in_progress", "waiting_targets"),
    ("stop_loss_in_progress", "stop_loss_finished"),
    ("stop_loss_in_progress", "panic_sell_pending"),
    ("stop_loss_in_progress", "cancellation_pending"),
    ("panic_sell_pending", "panic_sold"),
    ("panic_sell_pending", "panic_sell_in_progress"),
    ("panic_sell_in_progress", "panic_sold"),
    ("panic_sell_in_progress", "cancellation_pending"),
    ("cancellation_pending", "cancelled"),
}


def trades(engine: Engine) -> Iterator[Trade]:
    return (trade for smart_trade in engine.smart_trades.select() for trade in smart_trade.trades)


def orders(engine: Engine) -> Iterator[Order]:
    return (trade.order for trade in trades(engine) if trade.order is not None)


class Ledger:
    """What the account must have, by the orders that were filled, and by what was put in or taken out by hand."""

    def __init__(self, history: History) -> None:
        self.fee = history.fee
        self.given = dict(history.balances)

    def by_hand(self, engine: Engine, happening: Happening) -> None:
        kind, currency, amount = happening
        if kind == "free":
            before = engine.account(ACCOUNT).funds.available(currency)
            self.given[currency] = plus(self.given[currency], minus(amount, before))

    def has(self, engine: Engine, currency: str) -> Decimal:
        has = self.given[currency]
        for order in orders(engine):
            if order.status != "Filled":
                continue
            price, fee = times(order.price, order.quantity), times(order.price, order.quantity, self.fee)
            if order.pair.base == currency:
                has = plus(has, order.quantity) if order.side == "BUY" else minus(has, order.quantity)
            elif order.pair.quote == currency:
                has = minus(minus(has, price), fee) if order.side == "BUY" else minus(plus(has, price), fee)
        return has


def side_sum(smart_trade: SmartTrade, side: str) -> tuple[Decimal, Decimal]:
    """Return amount and volume of the filled trades of a side."""
    filled = [trade for trade in smart_trade.trades if trade.side == side and trade.is_filled]
    return plus(ZERO, *(t.realised_amount for t in filled)), plus(ZERO, *(t.realised_total for t in filled))


@contextmanager
def moves_recorded() -> Generator[list[tuple[str, str]]]:
    """Record every status that a SmartTrade gets, and from which."""
    moves, become = list[tuple[str, str]](), SmartTrade.become

    def recording(smart_trade: SmartTrade, status: str) -> None:
        moves.append((smart_trade.status, status))
        become(smart_trade, status)  # type: ignore[arg-type]

    with patch.object(SmartTrade, "become", recording):
        yield moves


@given(history=histories)
def test_money_is_conserved_to_the_last_digit(history: History) -> None:
    ledger, engine = Ledger(history), begin(history)
    for happening in history.happenings:
        if happening[0] == "free" and history.settle_automatically:
            engine.settle()
        ledger.by_hand(engine, happening)
        happen(engine, happening)
        for currency in history.balances:
            assert engine.account(ACCOUNT).funds.of(currency) == ledger.has(engine, currency)
        for one in engine.smart_trades.select():
            entered, closed = side_sum(one, one.direction.entry_side), side_sum(one, one.direction.exit_side)
            if not one.skip_enter_step:
                assert (one.entered_amount, one.entered_total) == entered
            assert (one.closed_amount, one.closed_total) == closed
            assert one.left >= ZERO


@given(history=histories)
def test_orders_never_spend_more_than_the_account_holds(history: History) -> None:
    def watch(engine: Engine) -> None:
        funds = engine.account(ACCOUNT).funds
        assert all(amount >= 0 for amount in (*funds.free.values(), *funds.locked.values()))
        active = [order for order in orders(engine) if order.status == "Active"]
        for currency in history.balances:
            needed = (order.spending(order.price, order.quantity) for order in active if order.currency == currency)
            assert plus(ZERO, *needed) == funds.locked.get(currency, ZERO)

    play(history, watch)


@given(history=histories)
def test_no_more_is_to_be_closed_than_is_left(history: History) -> None:
    def watch(engine: Engine) -> None:
        for one in engine.smart_trades.select("active"):
            exits = [trade for trade in one.trades if trade.side == one.direction.exit_side and trade.is_resting]
            resting = plus(ZERO, *(trade.order.quantity for trade in exits if trade.order is not None))
            assert resting <= one.left

    play(history, watch)


@given(history=histories)
def test_no_order_rests_that_the_price_has_reached(history: History) -> None:
    def watch(engine: Engine) -> None:
        for order in orders(engine):
            price = engine.book(order.pair.market, order.pair.code).price
            assert (order.place is None) or order.status == "Active"
            if order.place is not None:
                assert order.price < price if order.side == "BUY" else order.price > price

    play(history, watch)


@given(history=histories)
def test_no_stop_loss_without_a_timeout_waits_beyond_its_level(history: History) -> None:
    def watch(engine: Engine) -> None:
        for one in engine.smart_trades.select("active"):
            trade, stop_plan = one.active_stop_loss, one.stop_plan
            if not one.is_running or trade is None or trade.trigger is None or stop_plan is None or stop_plan.timeout:
                continue
            assert one.exit_refused or not one.direction.in_loss(one.book.price, trade.trigger)

    play(history, watch)


@given(history=histories)
def test_a_final_one_never_changes(history: History) -> None:
    final = dict[int, dict[str, object]]()

    def watch(engine: Engine) -> None:
        for one in engine.smart_trades.select("finished"):
            assert final.setdefault(one.id, picture(one)) == picture(one)
            assert not any(trade.is_open or trade.is_resting for trade in one.trades)
        assert not {one.id for one in engine.smart_trades.active} & set(final)

    play(history, watch)


@given(history=histories)
def test_statuses_move_along_the_table_only(history: History) -> None:
    with moves_recorded() as moves:
        play(history)
    assert set(moves) <= MOVES


@given(history=histories)
def test_the_same_inputs_give_the_same_world(history: History) -> None:
    assert pictures(play(history)) == pictures(play(history))


@given(history=histories)
def test_the_decimal_context_of_the_caller_has_no_part_in_it(history: History) -> None:
    expected = pictures(play(history))
    with localcontext(Context(prec=3, traps=[Inexact])):
        got = pictures(play(history))
    assert got == expected


@given(history=histories)
def test_time_may_pass_in_one_step_or_in_many(history: History) -> None:
    def in_seconds(engine: Engine, happening: Happening) -> None:
        kind, what, _ = happening
        if kind != "advance":
            happen(engine, happening)
            return
        for _second in range(what):
            engine.advance_to(engine.now + timedelta(seconds=1))

    at_once, bit_by_bit = begin(history), begin(history)
    for happening in history.happenings:
        happen(at_once, happening)
        in_seconds(bit_by_bit, happening)
        assert pictures(at_once) == pictures(bit_by_bit)


@given(history=histories)
def test_everything_that_has_changed_is_told(history: History) -> None:
    engine, told = begin(history), set[tuple[int, int]]()
    engine.listener = lambda entity: told.add(entity.rank)
    for happening in history.happenings:
        before = {one.rank: picture(one)["trades"] for one in engine.smart_trades.select()}
        told.clear()
        happen(engine, happening)
        for one in engine.smart_trades.select():
            assert one.rank in told or picture(one)["trades"] == before[one.rank]


@given(history=histories)
@settings(max_examples=50)
def test_books_forget_what_is_done(history: History) -> None:
    engine = play(history)
    engine.remove_account(ACCOUNT)
    assert engine.smart_trades.select() == []
    assert all(engine.book(MARKET, pair).resting == 0 for pair in PAIRS)
