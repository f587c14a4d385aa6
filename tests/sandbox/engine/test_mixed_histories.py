"""Everything on one account at once, over the same prices, funds and clock: what must hold whatever happens."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Context, Inexact, localcontext

from hypothesis import given, settings

from tests.sandbox.engine import histories as dca
from tests.sandbox.engine.mixed import (
    OTHER,
    ZERO,
    Happening,
    History,
    Ledger,
    begin,
    happen,
    histories,
    history,
    pictures,
    play,
    smart_trade_picture,
)
from tests.sandbox.engine.trades import histories as simple
from tests.sandbox.engine.trading import ACCOUNT, MARKET, PAIR
from threecommas_async.sandbox.engine import Engine
from threecommas_async.sandbox.engine.exact import plus

A_THIRD = settings(max_examples=settings().max_examples // 3)
"""These worlds are large."""


@given(history=histories)
@A_THIRD
def test_money_is_conserved_to_the_last_digit(history: History) -> None:
    ledger = Ledger()

    def watch(engine: Engine) -> None:
        ledger.look(engine)
        moved, funds = ledger.moved(engine), engine.account(ACCOUNT).funds
        for currency, amount in history.balances.items():
            assert funds.of(currency) == plus(amount, moved.get(currency, ZERO))

    play(history, watch)


@given(history=histories)
@A_THIRD
def test_orders_never_spend_more_than_the_account_holds(history: History) -> None:
    ledger = Ledger()

    def watch(engine: Engine) -> None:
        ledger.look(engine)
        funds = engine.account(ACCOUNT).funds
        assert all(amount >= 0 for amount in (*funds.free.values(), *funds.locked.values()))
        active = [order for order in ledger.orders(engine) if order.status == "Active"]
        assert len(set(active)) == len(active)
        for currency in history.balances:
            needed = (one.spending(one.price, one.quantity) for one in active if one.currency == currency)
            assert plus(ZERO, *needed) == funds.locked.get(currency, ZERO)

    play(history, watch)


@given(history=histories)
@A_THIRD
def test_no_order_rests_that_the_price_has_reached(history: History) -> None:
    ledger = Ledger()

    def watch(engine: Engine) -> None:
        ledger.look(engine)
        resting = Counter[str]()
        for order in ledger.orders(engine):
            assert (order.place is None) or order.status == "Active"
            if order.place is not None:
                price = engine.book(MARKET, order.pair.code).price
                assert order.price < price if order.side == "BUY" else order.price > price
                resting[order.pair.code] += 1
        assert all(engine.book(MARKET, pair).resting == resting[pair] for pair in (PAIR, OTHER))

    play(history, watch)


@given(history=histories)
@A_THIRD
def test_what_is_over_never_changes(history: History) -> None:
    over = dict[tuple[str, int], object]()

    def watch(engine: Engine) -> None:
        for deal in engine.deals.select("finished"):
            assert over.setdefault(("deal", deal.id), dca.picture(deal)) == dca.picture(deal)
        for trade in engine.trades.select(is_active=False):
            assert over.setdefault(("trade", trade.id), simple.picture(trade)) == simple.picture(trade)
        for one in engine.smart_trades.select("finished"):
            assert over.setdefault(("smart", one.id), smart_trade_picture(one)) == smart_trade_picture(one)
        active = {
            *(("deal", deal.id) for deal in engine.deals.active),
            *(("trade", trade.id) for trade in engine.trades.active),
            *(("smart", one.id) for one in engine.smart_trades.active),
        }
        assert not active & over.keys()
        assert len(active | over.keys()) == sum(
            len(found) for found in (engine.deals.select(), engine.trades.select(), engine.smart_trades.select())
        )

    play(history, watch)


@given(history=histories)
@A_THIRD
def test_the_same_inputs_give_the_same_world(history: History) -> None:
    assert pictures(play(history)) == pictures(play(history))


@given(history=histories)
@A_THIRD
def test_the_decimal_context_of_the_caller_has_no_part_in_it(history: History) -> None:
    expected = pictures(play(history))
    with localcontext(Context(prec=3, traps=[Inexact])):
        got = pictures(play(history))
    assert got == expected


@given(history=histories)
@A_THIRD
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
@A_THIRD
def test_nothing_is_left_in_the_books_when_all_is_cancelled(history: History) -> None:
    engine = play(history)
    engine.settle()
    engine.cancel_all_on(ACCOUNT)
    assert [*engine.deals.active, *engine.trades.active, *engine.smart_trades.active] == []
    assert not any(engine.account(ACCOUNT).funds.locked.values())
    assert all(engine.book(MARKET, pair).resting == 0 for pair in (PAIR, OTHER))


def test_histories_have_all_that_trades_in_them() -> None:
    seen = Counter[str]()
    for seed in range(60):
        engine = play(history(seed, 80))
        seen.update(f"deal {deal.status}" for deal in engine.deals.select())
        seen.update(f"trade {trade.status}" for trade in engine.trades.select())
        seen.update(f"{one.type} {one.status}" for one in engine.smart_trades.select())
        seen.update(f"{trade.purpose} {trade.status}" for one in engine.smart_trades.select() for trade in one.trades)
        for bot in engine.grid_bots.select():
            seen.update(f"grid {order.side} {order.status}" for order in bot.grid_line_orders)
            seen["grid profit"] += bot.total_profits_count
    wanted = {
        *(f"deal {status}" for status in ("bought", "completed", "stop_loss_finished", "panic_sold", "cancelled")),
        *(f"trade {status}" for status in ("finished", "cancelled", "failed")),
        *(f"{kind} finished" for kind in ("simple_buy", "simple_sell", "smart_trade", "smart_cover", "smart_sell")),
        *(f"smart_trade {status}" for status in ("waiting_targets", "stop_loss_finished", "panic_sold", "cancelled")),
        *(
            f"{purpose} finished"
            for purpose in ("position", "take_profit", "stop_loss", "reduce_funds", "market_close")
        ),
        *(f"grid {side} {status}" for side in ("BUY", "SELL") for status in ("Filled", "Active", "Cancelled")),
        "grid profit",
    }
    assert {what for what in wanted if seen[what] < 3} == set()
