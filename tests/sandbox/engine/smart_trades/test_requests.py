"""What a user asks of a SmartTrade: closings, edits, notes; what each status allows; and the account around it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.sandbox.engine.smart_trades.plans import (
    at,
    buy,
    created,
    plan,
    sell,
    standing,
    status,
    step,
    stop,
)
from tests.sandbox.engine.trading import ACCOUNT, MARKET, PAIR, D, free, text, to, world
from threecommas_async.sandbox.engine import Engine
from threecommas_async.sandbox.engine.alarms import Entity
from threecommas_async.sandbox.engine.refusals import RefusedError
from threecommas_async.sandbox.engine.smart_trades.plan import Leverage
from threecommas_async.sandbox.engine.smart_trades.smart_trade import IllegalTransitionError, SmartTrade


# ---- closings --------------------------------------------------------------------------------------------------------
def test_closing_by_market_takes_two_phases() -> None:
    engine = world()
    one = created(engine, buy(), step(50, value="2100"), step(50, value="2200"), stop_loss=stop("1900"))
    engine.smart_trades.add_funds(one.id, D("0.1"), order_type="limit", price=D(1950))
    engine.smart_trades.close_by_market(one.id)
    assert (status(one), one.market_close, text(one.closed_total)) == ("panic_sell_pending", None, "0.0")
    assert (one.panic_sell_available, one.cancel_available, one.editable) == (False, False, False)
    engine.settle()
    assert (status(one), text(one.closed_total), text(one.profit)) == ("panic_sold", "199.8", "-0.4")
    assert one.market_close is not None
    assert standing([one.market_close]) == [("finished", "2000.0", "0.1")]
    assert (one.added[0].status, free(engine, "USDT"), free(engine, "ETH")) == ("cancelled", "999999.6", "1000.0")


def test_what_is_being_closed_can_no_longer_be_filled() -> None:
    engine = world(settle_automatically=False)
    one = created(engine, buy(), step(value="2100"), stop_loss=stop("1900"))
    engine.smart_trades.close_by_market(one.id)
    to(engine, "2150", "1850")
    assert (status(one), text(one.closed_total)) == ("panic_sell_pending", "0.0")
    engine.settle()
    assert (status(one), text(one.closed_total)) == ("panic_sold", "184.815")


def test_what_holds_nothing_yet_is_cancelled_instead() -> None:
    engine = world()
    one = created(engine, buy(**at("1900")), step(value="2100"))
    engine.smart_trades.close_by_market(one.id)
    assert status(one) == "cancellation_pending"
    engine.settle()
    assert (status(one), one.position.status, free(engine, "USDT")) == ("cancelled", "cancelled", "1000000.0")


def test_a_closing_that_cannot_be_paid_waits_for_money() -> None:
    engine = world(balances={"ETH": D("0.1")})
    one = created(engine, sell())
    engine.set_free(ACCOUNT, "USDT", D(190))
    engine.smart_trades.close_by_market(one.id)
    to(engine, "2010", "1990")
    assert one.market_close is not None
    assert (status(one), one.market_close.error) == (
        "panic_sell_in_progress",
        "Insufficient funds. ERR_805Y Not enough USDT.",
    )
    to(engine, "1890")
    assert (status(one), text(one.closed_total), one.market_close.error) == ("panic_sold", "189.189", None)


def test_a_closing_that_waits_for_money_can_be_cancelled() -> None:
    engine = world(balances={"ETH": D("0.1")})
    one = created(engine, sell())
    engine.set_free(ACCOUNT, "USDT", D(190))
    engine.smart_trades.close_by_market(one.id)
    engine.settle()
    engine.smart_trades.cancel(one.id)
    engine.settle()
    assert one.market_close is not None
    assert (one.status, one.market_close.status) == ("cancelled", "cancelled")


def test_cancelling_keeps_the_coins() -> None:
    engine = world()
    one = created(engine, buy(), step(50, value="2050"), step(50, value="2100"))
    to(engine, "2050")
    engine.smart_trades.cancel(one.id)
    assert (status(one), one.steps[1].status) == ("cancellation_pending", "order_placed")
    engine.settle()
    assert (status(one), [each.status for each in one.steps], free(engine, "ETH")) == (
        "cancelled",
        ["finished"],
        "1000.05",
    )
    assert (one.profit, text(one.profit_percent), one.is_closed, one.closed_at) == (None, "0.0", False, engine.now)


# ---- what each status allows -----------------------------------------------------------------------------------------
def waiting(engine: Engine) -> SmartTrade:
    return created(engine, buy(**at("1900")), step(value="2100"))


def running(engine: Engine) -> SmartTrade:
    return created(engine, buy(), step(value="2100"))


def reducing(engine: Engine) -> SmartTrade:
    one = running(engine)
    engine.smart_trades.reduce_funds(one.id, D("0.05"), order_type="limit", price=D(2050))
    engine.settle()
    return one


def stopping(engine: Engine) -> SmartTrade:
    one = created(engine, buy(), stop_loss=stop("1990", limit="2050"))
    to(engine, "1990")
    return one


def ended(engine: Engine) -> SmartTrade:
    one = running(engine)
    to(engine, "2100")
    return one


ASKED: dict[str, Callable[[Engine, int], object]] = {
    "close": lambda engine, number: engine.smart_trades.close_by_market(number),
    "cancel": lambda engine, number: engine.smart_trades.cancel(number),
    "start": lambda engine, number: engine.smart_trades.force_start(number),
    "add": lambda engine, number: engine.smart_trades.add_funds(number, D("0.1"), order_type="market"),
    "reduce": lambda engine, number: engine.smart_trades.reduce_funds(number, D("0.01"), order_type="market"),
    "update": lambda engine, number: engine.smart_trades.update(number, {"take_profit": (step(value="2300"),)}),
    "note": lambda engine, number: engine.smart_trades.set_note(number, "x"),
}


@pytest.mark.parametrize(
    ("brought_to", "allowed"),
    [
        (waiting, "close cancel start add update note"),
        (running, "close cancel add reduce update note"),
        (reducing, "close cancel note"),
        (stopping, "close cancel note"),
        (ended, "note"),
    ],
)
@pytest.mark.parametrize("asked", ASKED)
def test_a_status_allows_what_it_says(brought_to: Callable[[Engine], SmartTrade], allowed: str, asked: str) -> None:
    engine = world()
    one = brought_to(engine)
    flags = {
        "cancel": one.cancel_available,
        "start": one.force_start_available,
        "add": one.add_funds_available,
        "reduce": one.reduce_funds_available,
        "update": one.editable,
    }
    if asked in flags:
        assert flags[asked] == (asked in allowed.split())
    assert one.panic_sell_available == (brought_to in (running, reducing, stopping))
    before = one.status
    if asked in allowed.split():
        ASKED[asked](engine, one.id)
        return
    with pytest.raises(RefusedError):
        ASKED[asked](engine, one.id)
    assert one.status == before


@pytest.mark.parametrize("asked", ASKED)
def test_an_unknown_id_is_not_found(asked: str) -> None:
    with pytest.raises(RefusedError) as caught:
        ASKED[asked](world(), 7)
    assert (caught.value.status, caught.value.code, caught.value.description) == (
        404,
        "Not found",
        "Smart Trade not found",
    )


def test_a_status_that_the_table_does_not_have_is_an_error() -> None:
    one = ended(world())
    with pytest.raises(IllegalTransitionError, match="finished -> waiting_targets"):
        one.become("waiting_targets")


# ---- edits -----------------------------------------------------------------------------------------------------------
def test_new_steps_take_the_place_of_those_before() -> None:
    engine = world()
    one = created(engine, buy(), step(value="2100"))
    [before] = one.steps
    engine.smart_trades.update(one.id, {"take_profit": (step(50, value="2200"), step(50, percent="20"))})
    assert (before.status, standing(one.steps)) == ("cancelled", [("idle", "2200.0", None), ("idle", "2402.4", None)])
    engine.settle()
    assert standing(one.steps) == [("order_placed", "2200.0", "0.05"), ("order_placed", "2402.4", "0.05")]


def test_a_step_that_is_done_stays_in_its_place() -> None:
    engine = world()
    one = created(engine, buy(), step(50, value="2050"), step(50, value="2100"))
    to(engine, "2050")
    done = one.steps[0]
    engine.smart_trades.update(one.id, {"take_profit": (step(50, value="2060"), step(50, value="2200"))})
    engine.settle()
    assert one.steps[0] is done
    assert standing(one.steps) == [("finished", "2050.0", "0.05"), ("order_placed", "2200.0", "0.05")]


def test_after_an_edit_the_steps_cover_the_whole_position_again() -> None:
    engine = world()
    one = created(engine, buy(), step(50, value="2100"), step(50, value="2200"))
    engine.smart_trades.cancel_trade(one.id, one.steps[0].id)
    engine.smart_trades.update(one.id, {"take_profit": (step(value="2300"),)})
    engine.settle()
    assert standing(one.steps) == [("order_placed", "2300.0", "0.1")]


def test_steps_can_be_switched_off() -> None:
    engine = world()
    one = created(engine, buy(), step(50, value="2050"), step(50, value="2100"))
    to(engine, "2050")
    engine.smart_trades.update(one.id, {"take_profit": ()})
    to(engine, "2200")
    assert (status(one), one.take_profit_enabled, free(engine, "ETH")) == ("waiting_targets", False, "1000.05")
    engine.smart_trades.reduce_funds(one.id, D("0.01"), order_type="market")
    engine.settle()
    assert (status(one), text(one.left)) == ("waiting_targets", "0.04")


def test_a_plan_that_is_wrong_changes_nothing() -> None:
    engine = world()
    one = created(engine, buy(), step(value="2100"), stop_loss=stop("1900"))
    with pytest.raises(RefusedError, match="volume must add up to 100"):
        engine.smart_trades.update(one.id, {"take_profit": (step(90, value="2200"),), "stop_loss": None})
    assert (standing(one.steps), one.stop_plan) == ([("order_placed", "2100.0", "0.1")], stop("1900"))


def test_leverage_is_shown_and_has_no_effect() -> None:
    engine = world()
    one = created(engine, buy(), leverage=Leverage("isolated", D(5)))
    assert (one.leverage, text(one.entered_total)) == (Leverage("isolated", D(5)), "200.2")
    engine.smart_trades.update(one.id, {"leverage": None})
    assert one.leverage is None


# ---- lists, listeners, accounts --------------------------------------------------------------------------------------
def test_they_are_selected_by_scope_account_and_pair() -> None:
    engine = world(pairs={"USDT_LTC": "100"})
    engine.add_account(8, MARKET, balances={"USDT": D(1000)})
    first, second, third = waiting(engine), running(engine), created(engine, buy(), instant=True)
    engine.smart_trades.cancel(first.id)
    engine.settle()
    select = engine.smart_trades.select
    assert [select(scope) for scope in (None, "all", "active", "finished")] == [
        [first, second, third],
        [first, second, third],
        [second],
        [first, third],
    ]
    assert (select("successfully_finished"), select("cancelled"), select("failed")) == ([third], [first], [])
    assert (select(account_id=8), select(pair="USDT_LTC"), len(select(account_id=ACCOUNT, pair=PAIR))) == ([], [], 3)


def test_a_listener_hears_of_each_change() -> None:
    engine = world()
    heard = list[tuple[str, str]]()

    def listen(entity: Entity) -> None:
        assert isinstance(entity, SmartTrade)
        heard.append((entity.status, entity.position.status))

    engine.listener = listen
    one = engine.smart_trades.create(plan(buy(**at("1950")), step(value="2100")))
    to(engine, "1980")
    to(engine, "1950")
    engine.smart_trades.set_note(one.id, "x")
    to(engine, "1960")
    engine.smart_trades.cancel(one.id)
    engine.settle()
    assert heard == [
        ("created", "idle"),
        ("waiting_position", "order_placed"),
        ("waiting_targets", "finished"),
        ("waiting_targets", "finished"),
        ("cancellation_pending", "finished"),
        ("cancelled", "finished"),
    ]


def test_a_pair_that_is_traded_stays() -> None:
    engine = world()
    one = running(engine)
    with pytest.raises(ValueError, match="a SmartTrade on USDT_ETH is active at binance"):
        engine.remove_pair(MARKET, PAIR)
    engine.smart_trades.cancel(one.id)
    engine.settle()
    engine.remove_pair(MARKET, PAIR)


def test_an_account_is_removed_with_all_that_traded_on_it() -> None:
    engine = world(settle_automatically=False)
    running(engine)
    stopping(engine)
    engine.smart_trades.create(plan())
    engine.remove_account(ACCOUNT)
    assert (engine.smart_trades.select(), list(engine.smart_trades.active), engine.book(MARKET, PAIR).resting) == (
        [],
        [],
        0,
    )


def test_two_short_ones_that_wait_for_the_same_money_do_not_disturb_a_removal() -> None:
    engine = world(balances={"ETH": D(1), "USDT": D(300)})
    rich = created(engine, buy())
    poor = created(engine, sell())
    engine.set_free(ACCOUNT, "USDT", D(100))
    engine.smart_trades.close_by_market(poor.id)
    engine.settle()
    assert (poor.status, rich.status) == ("panic_sell_in_progress", "waiting_targets")
    engine.remove_account(ACCOUNT)
    assert engine.smart_trades.select() == []
