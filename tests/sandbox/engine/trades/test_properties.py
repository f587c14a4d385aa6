"""What must hold of simple trades whatever happens: to money, to statuses, to orders, to what is over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Context, Decimal, Inexact, localcontext
from unittest.mock import patch

from hypothesis import given, settings

from tests.sandbox.engine.trades.histories import (
    PAIRS,
    Happening,
    History,
    begin,
    happen,
    histories,
    history,
    picture,
    pictures,
    play,
)
from tests.sandbox.engine.trading import ACCOUNT, MARKET, D
from threecommas_async.sandbox.engine import Engine
from threecommas_async.sandbox.engine.exact import minus, plus, times
from threecommas_async.sandbox.engine.orders import Order
from threecommas_async.sandbox.engine.trades.trade import SimpleTrade

ZERO = D(0)

# Written down once more: what the engine has in its table must not be the only witness.
MOVES = {
    *(
        (waiting, end)
        for waiting in ("to_process", "trailing_activated")
        for end in ("finished", "cancelled", "failed")
    ),
    ("to_process", "trailing_activated"),
    ("to_process", "order_placed"),
    ("trailing_activated", "order_placed"),
    ("order_placed", "finished"),
    ("order_placed", "cancelled"),
}


def orders(engine: Engine) -> Iterator[Order]:
    return (trade.order for trade in engine.trades.select() if trade.order is not None)


def spent_and_got(engine: Engine, history: History, currency: str) -> Decimal:
    """Return what all filled orders say that an account must have of a currency now."""
    has = history.balances[currency]
    for order in orders(engine):
        if order.status != "Filled":
            continue
        price, fee = times(order.price, order.quantity), times(order.price, order.quantity, history.fee)
        if order.pair.base == currency:
            has = plus(has, order.quantity) if order.side == "BUY" else minus(has, order.quantity)
        elif order.pair.quote == currency:
            has = minus(minus(has, price), fee) if order.side == "BUY" else minus(plus(has, price), fee)
    return has


@contextmanager
def moves_recorded() -> Generator[list[tuple[str, str]]]:
    """Record every status that a trade gets, and from which."""
    moves, become = list[tuple[str, str]](), SimpleTrade.become

    def recording(trade: SimpleTrade, status: str) -> None:
        moves.append((trade.status, status))
        become(trade, status)  # type: ignore[arg-type]

    with patch.object(SimpleTrade, "become", recording):
        yield moves


@given(history=histories)
def test_money_is_conserved_to_the_last_digit(history: History) -> None:
    def watch(engine: Engine) -> None:
        funds = engine.account(ACCOUNT).funds
        for currency in history.balances:
            assert funds.of(currency) == spent_and_got(engine, history, currency)
        for trade in engine.trades.select():
            filled = trade.order is not None and trade.order.status == "Filled"
            assert filled is trade.is_filled is (trade.status == "finished")
            assert (trade.filled_units > 0) is (trade.filled_total > 0) is filled

    play(history, watch)


@given(history=histories)
def test_orders_never_spend_more_than_the_account_holds(history: History) -> None:
    def watch(engine: Engine) -> None:
        funds = engine.account(ACCOUNT).funds
        assert all(amount >= 0 for amount in (*funds.free.values(), *funds.locked.values()))
        active = [order for order in orders(engine) if order.status == "Active"]
        for currency in history.balances:
            needed = plus(ZERO, *(one.spending(one.price, one.quantity) for one in active if one.currency == currency))
            assert needed == funds.locked.get(currency, ZERO)

    play(history, watch)


@given(history=histories)
def test_no_order_rests_that_the_price_has_reached_and_only_placed_ones_rest(history: History) -> None:
    def watch(engine: Engine) -> None:
        for trade in engine.trades.select():
            order = trade.order
            rests = order is not None and order.place is not None
            assert rests is (trade.status == "order_placed")
            if order is not None and rests:
                assert order.price < trade.book.price if order.side == "BUY" else order.price > trade.book.price

    play(history, watch)


@given(history=histories)
def test_nothing_waits_for_what_has_come(history: History) -> None:
    def watch(engine: Engine) -> None:
        engine.settle()
        for trade in engine.trades.active:
            condition = trade.settings.condition
            if trade.status == "to_process" and trade.check_at is None:
                assert condition is not None
                assert not condition.holds_at(trade.book.price)
            if trade.check_at is not None:
                assert trade.check_at > engine.now

    play(history, watch)


@given(history=histories)
def test_what_is_over_never_changes(history: History) -> None:
    over = dict[int, dict[str, object]]()

    def watch(engine: Engine) -> None:
        for trade in engine.trades.select(is_active=False):
            assert over.setdefault(trade.id, picture(trade)) == picture(trade)
            assert trade.closed_at is not None
        assert not {trade.id for trade in engine.trades.active} & set(over)
        assert len(engine.trades.select()) == len(over) + len(list(engine.trades.active))

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
@settings(max_examples=50)
def test_books_forget_what_is_done(history: History) -> None:
    engine = play(history)
    engine.settle()
    for trade in list(engine.trades.active):
        engine.trades.cancel(trade.id)
    assert not any(engine.account(ACCOUNT).funds.locked.values())
    for pair in PAIRS:
        book = engine.book(MARKET, pair)
        assert book.resting == len(book._falling) == len(book._rising) == 0


def test_histories_reach_every_move_and_every_way_to_end() -> None:
    with moves_recorded() as moves:
        engines = [play(history(seed, 90)) for seed in range(150)]
    assert set(moves) == MOVES
    ends = Counter(
        (trade.settings.type, trade.settings.strategy, trade.status)
        for engine in engines
        for trade in engine.trades.select(is_active=False)
    )
    for strategy in ("gtc", "ioc", "fok", "post_only"):
        assert ends["limit", strategy, "finished"] > 10
        assert ends["limit", strategy, "cancelled"] > 10
    assert ends["limit", "post_only", "failed"] > 10
    assert ends["market", None, "failed"] > 10
