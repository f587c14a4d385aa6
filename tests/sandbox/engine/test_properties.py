"""What must hold whatever happens: to money, to finished deals, to statuses, to orders."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Context, Decimal, Inexact, localcontext
from unittest.mock import patch

from hypothesis import given, settings

from tests.sandbox.engine.histories import Happening, History, begin, happen, histories, picture, pictures, play
from tests.sandbox.engine.trading import ACCOUNT, D
from threecommas_async.sandbox.engine import Engine
from threecommas_async.sandbox.engine.deals.deal import Deal
from threecommas_async.sandbox.engine.exact import minus, plus, times
from threecommas_async.sandbox.engine.orders import Order

ZERO = D(0)

# The diagram of the statuses, written down once more: what the engine has in its table must not be the only witness.
MOVES = {
    ("base_order_placed", "bought"),
    ("base_order_placed", "failed"),
    ("bought", "ttp_activated"),
    ("ttp_activated", "bought"),
    ("bought", "close_strategy_activated"),
    *((running, "completed") for running in ("bought", "ttp_activated", "close_strategy_activated")),
    *((running, "stop_loss_finished") for running in ("bought", "ttp_activated", "close_strategy_activated")),
    *((running, "panic_sell_pending") for running in ("bought", "ttp_activated", "close_strategy_activated")),
    *((running, "cancel_pending") for running in ("bought", "ttp_activated", "close_strategy_activated")),
    ("bought", "panic_sold"),
    ("panic_sell_pending", "panic_sold"),
    ("panic_sell_pending", "cancel_pending"),
    ("cancel_pending", "cancelled"),
}


def orders(engine: Engine) -> Iterator[Order]:
    yield from (order for deal in engine.deals.select() for order in deal.orders)
    # Those to which deals were converted.
    trades = (trade for smart_trade in engine.smart_trades.select() for trade in smart_trade.trades)
    yield from (trade.order for trade in trades if trade.order is not None)


def spent_and_got(engine: Engine, history: History, currency: str) -> Decimal:
    """Return what the rows of all filled orders say that an account must have of a currency now."""
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
    """Record every status that a deal gets, and from which."""
    moves, become = list[tuple[str, str]](), Deal.become

    def recording(deal: Deal, status: str) -> None:
        moves.append((deal.status, status))
        become(deal, status)  # type: ignore[arg-type]

    with patch.object(Deal, "become", recording):
        yield moves


@given(history=histories)
def test_money_is_conserved_to_the_last_digit(history: History) -> None:
    def watch(engine: Engine) -> None:
        funds = engine.account(ACCOUNT).funds
        for currency in history.balances:
            assert funds.of(currency) == spent_and_got(engine, history, currency)
        for deal in engine.deals.select():
            filled = [order for order in deal.orders if order.status == "Filled"]
            bought = [order for order in filled if order.side == "BUY"]
            sold = [order for order in filled if order.side == "SELL"]
            assert deal.bought_volume == plus(ZERO, *(order.total for order in bought))
            assert deal.bought_amount == plus(ZERO, *(order.quantity for order in bought))
            assert deal.sold_volume == plus(ZERO, *(order.total for order in sold))
            assert deal.sold_amount == plus(ZERO, *(order.quantity for order in sold))

    play(history, watch)


@given(history=histories)
def test_orders_never_spend_more_than_the_account_holds(history: History) -> None:
    def watch(engine: Engine) -> None:
        funds = engine.account(ACCOUNT).funds
        assert all(amount >= 0 for amount in (*funds.free.values(), *funds.locked.values()))
        active = [order for order in orders(engine) if order.status == "Active"]
        for currency in history.balances:
            needed = plus(
                ZERO,
                *(order.spending(order.price, order.quantity) for order in active if order.currency == currency),
            )
            assert needed == funds.locked.get(currency, ZERO)

    play(history, watch)


@given(history=histories)
def test_no_order_rests_that_the_price_has_reached(history: History) -> None:
    def watch(engine: Engine) -> None:
        for deal in engine.deals.select():
            for order in deal.orders:
                assert (order.place is None) or order.status == "Active"
                if order.place is not None and order.side == "BUY":
                    assert order.price < deal.book.price
                elif order.place is not None:
                    assert order.price > deal.book.price

    play(history, watch)


@given(history=histories)
def test_a_finished_deal_never_changes(history: History) -> None:
    finished = dict[int, dict[str, object]]()

    def watch(engine: Engine) -> None:
        for deal in engine.deals.select("finished"):
            assert finished.setdefault(deal.id, picture(deal)) == picture(deal)
            assert all(order.status != "Active" for order in deal.orders)
        assert not {deal.id for deal in engine.deals.select("active")} & set(finished)

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
    for bot in engine.bots.select():
        engine.bots.cancel_all_deals(bot.id)
    for smart_trade in engine.smart_trades.select("active"):
        engine.smart_trades.cancel(smart_trade.id)
    engine.settle()
    assert engine.deals.select("active") == []
    assert not any(engine.account(ACCOUNT).funds.locked.values())
    assert all(engine.book("binance", pair).resting == 0 for pair in ("USDT_ETH", "USDT_LTC"))
