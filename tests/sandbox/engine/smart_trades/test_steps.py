"""The steps of a take profit: amounts, prices, orders, trailing, and what becomes of the rest when one goes."""

from __future__ import annotations

import pytest

from tests.sandbox.engine.smart_trades.plans import (
    at,
    buy,
    created,
    plan,
    sell,
    standing,
    state,
    status,
    step,
    stop,
    trigger,
)
from tests.sandbox.engine.trading import ACCOUNT, D, free, held, text, to, world
from threecommas_async.sandbox.engine import Engine
from threecommas_async.sandbox.engine.refusals import RefusedError
from threecommas_async.sandbox.engine.smart_trades.placing import split
from threecommas_async.sandbox.engine.smart_trades.plan import OrderType, PositionChanges
from threecommas_async.sandbox.engine.smart_trades.smart_trade import SmartTrade

NONE = D(0)


# ---- amounts and prices ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("amount", "shares", "uncovered", "lot", "parts"),
    [
        ("14", (50, 25, 25), 0, "1", "8 3 3"),  # recorded
        ("0.1", (50, 50), 0, "0.0001", "0.05 0.05"),
        ("0.1003", (20, 30, 50), 0, "0.0001", "0.0202 0.03 0.0501"),
        ("20", (35, 35), 30, "1", "7 7"),  # the vendor's example of a step that is removed
        ("13", (35,), 30, "1", "7"),
        ("6", (25, 25), 0, "1", "3 3"),
        ("0.5", (25, 25), 0, "1", "0.5 0"),
        ("0", (50, 50), 0, "1", "0 0"),
    ],
)
def test_amounts_are_split_by_shares_and_the_first_takes_the_rest(
    amount: str, shares: tuple[int, ...], uncovered: int, lot: str, parts: str
) -> None:
    got = split(D(amount), [D(share) for share in shares], D(uncovered), D(lot))
    assert got == [D(part) for part in parts.split()]
    assert split(D(1), [], NONE, D(1)) == []


def test_prices_in_percent_are_of_the_average_price_of_the_entries() -> None:
    engine = world(price="1999.99")
    one = created(engine, buy(), step(40, percent="1.11"), step(60, value="2100.005"))
    assert text(one.average_enter_price) == "2001.99"
    assert standing(one.steps) == [("order_placed", "2024.21", "0.04"), ("order_placed", "2100.01", "0.06")]


def test_of_a_short_one_they_lie_below() -> None:
    one = created(world(), sell(), step(50, percent="2"), step(50, percent="100"))
    assert standing(one.steps) == [("order_placed", "1958.04", "0.05"), ("to_process", "0.0", "0.05")]


# ---- fills -----------------------------------------------------------------------------------------------------------
def test_steps_rest_as_limit_orders_and_the_last_one_finishes_it() -> None:
    engine = world()
    one = created(engine, buy(), step(50, value="2050"), step(50, value="2100"), stop_loss=stop("1900"))
    assert (free(engine, "ETH"), held(engine, "ETH")) == ("1000.0", "1000.1")
    to(engine, "2060")
    assert (status(one), [step.status for step in one.steps], text(one.left)) == (
        "waiting_targets",
        ["finished", "order_placed"],
        "0.05",
    )
    to(engine, "2200")
    assert (status(one), text(one.closed_total), one.closed_at) == ("finished", "207.2925", engine.now)
    assert one.stop_loss is not None
    assert (one.stop_loss.status, held(engine, "ETH")) == ("cancelled", "1000.0")


def test_a_market_step_sells_at_the_price_as_it_is() -> None:
    engine = world()
    one = created(engine, buy(), step(50, value="2050", order_type="market"), step(50, value="2100"))
    assert (one.steps[0].status, one.steps[0].order) == ("to_process", None)
    to(engine, "2049.99")
    assert text(one.closed_total) == "0.0"
    to(engine, "2080")
    assert (one.status, text(one.closed_total)) == ("waiting_targets", "103.896")


def test_the_last_step_may_trail() -> None:
    engine = world()
    one = created(engine, buy(), step(50, value="2050"), step(50, value="2100", trailing="1"))
    last = one.steps[1]
    to(engine, "2150")
    assert (one.steps[0].status, state(last), text(last.best_price)) == ("finished", "trailing_activated", "2150.0")
    to(engine, "2300", "2277.01")
    assert (status(one), text(last.best_price)) == ("waiting_targets", "2300.0")
    to(engine, "2276")
    assert (status(one), text(one.closed_total)) == ("finished", "216.0837")


def test_of_a_short_one_it_trails_downwards() -> None:
    engine = world()
    one = created(engine, sell(), step(percent="2", trailing="1"))
    to(engine, "1958.04", "1900", "1918.99")
    assert status(one) == "waiting_targets"
    to(engine, "1919")
    assert (status(one), text(one.closed_total)) == ("finished", "192.0919")


def test_trailing_goes_on_when_funds_are_added() -> None:
    engine = world()
    one = created(engine, buy(), step(percent="2", trailing="1"))
    to(engine, "2100")
    engine.smart_trades.add_funds(one.id, D("0.1"), order_type="market")
    assert standing(one.steps) == [("trailing_activated", "2093.09", "0.2")]
    to(engine, "2079")
    assert (one.status, text(one.closed_amount)) == ("finished", "0.2")


def test_a_step_that_lacks_coins_waits_for_them() -> None:
    engine = world(settle_automatically=False)
    one = engine.smart_trades.create(plan(buy(), step(value="2100"), skip_enter_step=True))
    engine.set_free(ACCOUNT, "ETH", D("0.05"))
    engine.settle()
    assert standing(one.steps) == [("to_process", "2100.0", "0.1")]
    assert (one.steps[0].error, text(one.missing_funds_to_close)) == (
        "Insufficient funds. ERR_805Y Not enough ETH.",
        "0.05",
    )
    to(engine, "2050")
    assert one.lacks_funds
    created(engine, buy(), instant=True)
    assert standing(one.steps) == [("order_placed", "2100.0", "0.1")]
    assert (one.steps[0].error, one.missing_funds_to_close) == (None, NONE)


def test_a_step_that_costs_more_than_there_is_loses_its_place_and_is_placed_again_later() -> None:
    engine = world(balances={"USDT": D(201), "ETH": D(1)})
    one = created(engine, sell(price=D(2000)), step(percent="5"), skip_enter_step=True)
    engine.set_free(ACCOUNT, "USDT", D(5))
    assert standing(one.steps) == [("order_placed", "1900.0", "0.1")]
    engine.smart_trades.update(one.id, {"position": PositionChanges(price=D(2080))})
    engine.settle()
    assert (standing(one.steps), free(engine, "USDT")) == ([("to_process", "1976.0", "0.1")], "195.19")
    errors = [one.steps[0].error]
    created(engine, sell("0.01"), instant=True)
    assert standing(one.steps) == [("order_placed", "1976.0", "0.1")]
    assert [*errors, one.steps[0].error] == ["Insufficient funds. ERR_805Y Not enough USDT.", None]


def test_a_market_step_that_lacks_coins_is_tried_again_when_there_are_more() -> None:
    engine = world(balances={"ETH": D("0.1"), "USDT": D(300)})
    one = created(engine, buy(), step(value="2100", order_type="market"), skip_enter_step=True)
    engine.set_free(ACCOUNT, "ETH", D("0.05"))
    to(engine, "2150", "2160")
    assert (status(one), one.exit_refused, one.steps[0].error) == (
        "waiting_targets",
        True,
        "Insufficient funds. ERR_805Y Not enough ETH.",
    )
    created(engine, buy("0.06"), instant=True)
    assert (status(one), text(one.closed_total), one.steps[0].error) == ("finished", "215.784", None)


def test_a_short_one_that_lacks_money_is_tried_again_when_it_is_cheaper() -> None:
    engine = world(balances={"ETH": D("0.1")})
    one = created(engine, sell(), step(value="1950", order_type="market"))
    engine.set_free(ACCOUNT, "USDT", D(190))
    to(engine, "1940", "1930")
    assert (status(one), one.exit_refused) == ("waiting_targets", True)
    to(engine, "1890")
    assert (status(one), text(one.closed_total)) == ("finished", "189.189")


# ---- closed by hand --------------------------------------------------------------------------------------------------
def stepped(*, order_type: OrderType = "limit") -> tuple[Engine, SmartTrade]:
    engine = world()
    steps = (step(50, value="2100", order_type=order_type), step(25, value="2200"), step(25, value="2300"))
    return engine, created(engine, buy(), *steps)


@pytest.mark.parametrize("order_type", ["limit", "market"])
def test_a_step_can_be_closed_by_market(order_type: OrderType) -> None:
    engine, one = stepped(order_type=order_type)
    engine.smart_trades.close_trade(one.id, one.steps[0].id)
    assert (one.status, one.steps[0].status, text(one.closed_total)) == ("waiting_targets", "panic_sell_pending", "0.0")
    engine.settle()
    assert (one.status, state(one.steps[0]), text(one.closed_total)) == ("waiting_targets", "finished", "99.9")
    assert [text(s.units) for s in one.steps] == ["0.05", "0.025", "0.025"]


def test_the_last_step_that_is_closed_by_market_finishes_it() -> None:
    engine, one = stepped()
    for each in list(one.steps):
        engine.smart_trades.close_trade(one.id, each.id)
    engine.settle()
    assert (one.status, text(one.closed_total)) == ("finished", "199.8")


def test_what_is_being_closed_can_no_longer_be_filled() -> None:
    engine = world(settle_automatically=False)
    one = created(engine, buy(), step(50, value="2100"), step(50, value="2200"))
    engine.smart_trades.close_trade(one.id, one.steps[0].id)
    to(engine, "2150")
    assert (state(one.steps[0]), text(one.closed_total)) == ("panic_sell_pending", "0.0")
    engine.settle()
    assert (state(one.steps[0]), text(one.closed_total)) == ("finished", "107.3925")


def test_a_step_that_cannot_be_paid_waits_for_its_price_again() -> None:
    engine = world(balances={"ETH": D("0.1")})
    one = created(engine, sell(), step(50, value="1950"), step(50, value="1900", order_type="market"))
    engine.set_free(ACCOUNT, "USDT", NONE)
    to(engine, "2010")
    for each in one.steps:
        engine.smart_trades.close_trade(one.id, each.id)
    engine.settle()
    assert [s.status for s in one.steps] == ["order_placed", "to_process"]
    to(engine, "1950")
    assert (state(one.steps[0]), text(one.closed_total)) == ("finished", "97.5975")


@pytest.mark.parametrize("purpose", ["position", "stop_loss"])
def test_only_steps_can_be_closed_by_market(purpose: str) -> None:
    engine = world()
    one = created(engine, buy(), step(value="2100"), stop_loss=stop("1900"))
    trade = next(trade for trade in one.trades if trade.purpose == purpose)
    with pytest.raises(RefusedError, match=r"422 .*cannot be closed"):
        engine.smart_trades.close_trade(one.id, trade.id)
    with pytest.raises(RefusedError, match="404 Not found"):
        engine.smart_trades.close_trade(one.id, 99)


def test_a_step_before_the_entry_cannot_be_closed() -> None:
    engine = world()
    one = created(engine, buy(**at("1900")), step(value="2100"))
    with pytest.raises(RefusedError, match="cannot be closed"):
        engine.smart_trades.close_trade(one.id, one.steps[0].id)


# ---- removed ---------------------------------------------------------------------------------------------------------
def test_a_step_that_is_removed_leaves_the_others_as_they_are() -> None:
    engine, one = stepped()
    first = one.steps[0]
    engine.smart_trades.cancel_trade(one.id, first.id)
    assert (len(one.steps), first.status) == (3, "order_placed")
    engine.settle()
    assert (standing(one.steps), state(first)) == (
        [("order_placed", "2200.0", "0.025"), ("order_placed", "2300.0", "0.025")],
        "cancelled",
    )
    assert free(engine, "ETH") == "1000.05"
    engine.smart_trades.add_funds(one.id, D("0.1"), order_type="market")
    assert [text(s.units) for s in one.steps] == ["0.05", "0.05"]
    to(engine, "2300")
    assert (one.status, text(one.closed_amount), text(one.left)) == ("finished", "0.1", "0.1")


def test_with_the_last_target_the_smart_trade_goes() -> None:
    engine = world()
    one = created(engine, buy(), step(50, value="2100"), step(50, value="2200"), stop_loss=stop("1900"))
    assert one.stop_loss is not None
    engine.smart_trades.cancel_trade(one.id, one.stop_loss.id)
    engine.smart_trades.cancel_trade(one.id, one.steps[0].id)
    engine.settle()
    assert (status(one), trigger(one), one.stop_plan) == ("waiting_targets", None, None)
    to(engine, "1800")
    assert status(one) == "waiting_targets"
    engine.smart_trades.cancel_trade(one.id, one.steps[0].id)
    engine.settle()
    assert (status(one), one.profit, held(engine, "ETH")) == ("cancelled", None, "1000.1")


def test_steps_can_be_removed_before_the_entry() -> None:
    engine = world()
    one = created(engine, buy(**at("1900")), step(50, value="2100"), step(50, value="2200"))
    engine.smart_trades.cancel_trade(one.id, one.steps[0].id)
    to(engine, "1900")
    assert standing(one.steps) == [("order_placed", "2200.0", "0.05")]
    other = created(engine, buy(**at("1800")), step(value="2100"))
    engine.smart_trades.cancel_trade(other.id, other.steps[0].id)
    engine.settle()
    assert (other.status, free(engine, "USDT")) == ("cancelled", "999809.81")


def test_what_is_being_removed_can_neither_be_filled_nor_removed_again() -> None:
    engine = world(settle_automatically=False)
    one = created(engine, buy(), step(50, value="2100"), step(50, value="2200"))
    leaving = one.steps[0]
    engine.smart_trades.cancel_trade(one.id, leaving.id)
    with pytest.raises(RefusedError, match=r"422 .*cannot be cancelled"):
        engine.smart_trades.cancel_trade(one.id, leaving.id)
    to(engine, "2150")
    assert text(one.closed_total) == "0.0"
    engine.smart_trades.close_by_market(one.id)
    engine.settle()
    assert (one.status, text(one.closed_amount), state(leaving)) == ("panic_sold", "0.1", "cancelled")


def test_an_entry_goes_with_its_smart_trade_only() -> None:
    engine = world()
    one = created(engine, buy(**at("1900")))
    with pytest.raises(RefusedError, match="cannot be cancelled"):
        engine.smart_trades.cancel_trade(one.id, one.position.id)


# ---- breakeven -------------------------------------------------------------------------------------------------------
def test_the_first_step_moves_the_stop_loss_to_the_average_price() -> None:
    engine = world()
    one = created(engine, buy(), step(50, value="2050"), step(50, value="2100"), stop_loss=stop("1900", breakeven=True))
    assert trigger(one) == "1900.0"
    to(engine, "2050")
    assert trigger(one) == "2002.0"
    engine.smart_trades.add_funds(one.id, D("0.1"), order_type="market")
    assert trigger(one) == "2002.0"
    to(engine, "2002")
    assert (one.status, text(one.closed_amount)) == ("stop_loss_finished", "0.2")


def test_without_breakeven_it_stays() -> None:
    engine = world()
    one = created(engine, buy(), step(50, value="2050"), step(50, value="2100"), stop_loss=stop("1900"))
    to(engine, "2050")
    assert trigger(one) == "1900.0"
