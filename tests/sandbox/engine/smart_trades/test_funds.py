"""Funds that are added to a SmartTrade, and taken out of it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.sandbox.engine.smart_trades.plans import (
    at,
    buy,
    created,
    sell,
    standing,
    state,
    status,
    step,
    stop,
    when,
)
from tests.sandbox.engine.trading import ACCOUNT, D, free, held, text, to, world
from threecommas_async.sandbox.engine.refusals import RefusedError
from threecommas_async.sandbox.engine.smart_trades.plan import OrderType


# ---- added -----------------------------------------------------------------------------------------------------------
def test_a_limit_order_waits_and_then_counts() -> None:
    engine = world()
    one = created(engine, buy(), step(percent="5"))
    engine.smart_trades.add_funds(one.id, D("0.05"), order_type="limit", price=D("1900.009"))
    [added] = one.added
    assert (standing([added]), text(one.entered_amount)) == ([("order_placed", "1900.0", "0.05")], "0.1")
    to(engine, "1890")
    assert (state(added), text(one.entered_total)) == ("finished", "295.295")
    assert standing(one.steps) == [("order_placed", "2067.06", "0.15")]


def test_a_short_one_sells_more() -> None:
    engine = world()
    one = created(engine, sell(), step(percent="5"))
    to(engine, "2100")
    engine.smart_trades.add_funds(one.id, D("0.1"), order_type="market")
    assert (text(one.entered_total), text(one.average_enter_price)) == ("409.59", "2047.95")
    assert standing(one.steps) == [("order_placed", "1945.55", "0.2")]


def test_what_waits_can_be_removed() -> None:
    engine = world()
    one = created(engine)
    engine.smart_trades.add_funds(one.id, D("0.05"), order_type="limit", price=D(1900))
    [added] = one.added
    engine.smart_trades.cancel_trade(one.id, added.id)
    engine.settle()
    assert (one.status, state(added), free(engine, "USDT")) == ("waiting_targets", "cancelled", "999799.8")
    with pytest.raises(RefusedError, match="cannot be cancelled"):
        engine.smart_trades.cancel_trade(one.id, added.id)


def test_what_is_added_before_the_entry_waits_with_it() -> None:
    engine = world()
    one = created(engine, buy(**at("1900")), step(percent="5"))
    engine.smart_trades.add_funds(one.id, D("0.1"), order_type="market")
    assert (status(one), text(one.entered_total), text(one.position_units)) == ("waiting_position", "200.2", "0.1")
    assert standing(one.steps) == [("idle", "1995.0", None)]
    to(engine, "1900")
    assert (status(one), text(one.position_units), text(one.average_enter_price)) == (
        "waiting_targets",
        "0.2",
        "1951.95",
    )
    assert standing(one.steps) == [("order_placed", "2049.55", "0.2")]


def test_what_was_added_before_the_entry_is_closed_by_market() -> None:
    engine = world()
    one = created(engine, buy(**at("1900")))
    engine.smart_trades.add_funds(one.id, D("0.1"), order_type="market")
    engine.smart_trades.close_by_market(one.id)
    assert status(one) == "panic_sell_pending"
    engine.settle()
    assert (status(one), one.position.status, held(engine, "ETH")) == ("panic_sold", "cancelled", "1000.0")


@pytest.mark.parametrize(
    ("units", "order_type", "price", "text_of_refusal"),
    [
        ("0.002", "market", None, "must be greater than or equal to 5.0"),
        ("0.00001", "market", None, "must be greater than or equal to 5.0"),
        ("0.1", "limit", "49", "must be greater than or equal to 5.0"),
        ("0.2", "market", None, "must be less than or equal to 200.0"),
        ("0.2", "limit", "1000", None),
    ],
)
def test_what_is_too_little_or_too_much_is_refused(
    units: str, order_type: OrderType, price: str | None, text_of_refusal: str | None
) -> None:
    engine = world(balances={"USDT": D("400.4")})
    one = created(engine)
    rate = None if price is None else D(price)
    if text_of_refusal is None:
        engine.smart_trades.add_funds(one.id, D(units), order_type=order_type, price=rate)
        return
    with pytest.raises(RefusedError) as caught:
        engine.smart_trades.add_funds(one.id, D(units), order_type=order_type, price=rate)
    assert (caught.value.status, caught.value.fields) == (422, {"total": (text_of_refusal,)})
    assert one.added == []


def test_nothing_is_added_to_what_ended_trails_its_entry_or_is_simple() -> None:
    engine = world()
    ended = created(engine, buy(), instant=True)
    trailing = created(engine, buy(**when("1900", trailing="1")))
    simple = created(engine, buy(**at("1900")), instant=True)
    for one in (ended, trailing, simple):
        with pytest.raises(RefusedError) as caught:
            engine.smart_trades.add_funds(one.id, D("0.1"), order_type="market")
        error = caught.value
        assert (error.status, error.code, error.description) == (
            400,
            "Wrong param(s)",
            "Add funds is not allowed in the current status",
        )


# ---- taken out -------------------------------------------------------------------------------------------------------
def test_a_limit_order_is_in_progress_until_it_fills() -> None:
    engine = world()
    one = created(engine, buy(), step(40, value="2100"), step(60, value="2200"), stop_loss=stop("1900"))
    engine.smart_trades.reduce_funds(one.id, D("0.04009"), order_type="limit", price=D("2050.004"))
    [reduction] = one.reductions
    assert (status(one), state(reduction)) == ("pending_reduce_funds", "idle")
    engine.settle()
    assert (status(one), standing([reduction])) == ("reduce_funds_in_progress", [("order_placed", "2050.0", "0.04")])
    assert [text(each.units) for each in one.steps] == ["0.024", "0.036"]
    assert (one.reduce_funds_available, one.add_funds_available, one.cancel_available) == (False, False, True)
    to(engine, "2060")
    assert (status(one), state(reduction), text(one.left)) == ("waiting_targets", "finished", "0.06")
    assert [text(each.units) for each in one.steps] == ["0.024", "0.036"]


def test_targets_are_waited_for_meanwhile() -> None:
    engine = world()
    one = created(engine, buy(), step(value="2100"))
    engine.smart_trades.reduce_funds(one.id, D("0.04"), order_type="limit", price=D(2150))
    to(engine, "2110")
    assert (status(one), state(one.steps[0]), text(one.left)) == ("reduce_funds_in_progress", "finished", "0.04")
    to(engine, "2150")
    assert (status(one), text(one.left)) == ("finished", "0.0")


def test_the_stop_loss_takes_it_along() -> None:
    engine = world()
    one = created(engine, buy(), stop_loss=stop("1900"))
    engine.smart_trades.reduce_funds(one.id, D("0.04"), order_type="limit", price=D(2150))
    to(engine, "1900")
    assert (one.status, text(one.closed_amount), one.reductions[0].status) == ("stop_loss_finished", "0.1", "cancelled")


def test_all_can_be_taken_out() -> None:
    engine = world()
    one = created(engine, buy(), step(value="2100"))
    engine.smart_trades.reduce_funds(one.id, D("0.1"), order_type="market")
    engine.settle()
    assert (one.status, one.steps, held(engine, "ETH")) == ("finished", [], "1000.0")


def test_a_reduction_that_waits_can_be_removed() -> None:
    engine = world()
    one = created(engine, buy(), step(value="2100"))
    engine.smart_trades.reduce_funds(one.id, D("0.04"), order_type="limit", price=D(2150))
    engine.settle()
    assert one.is_cancelable(one.reductions[0])
    engine.smart_trades.cancel_trade(one.id, one.reductions[0].id)
    engine.settle()
    assert (one.status, one.reductions[0].status, text(one.steps[0].units)) == ("waiting_targets", "cancelled", "0.1")


def test_when_the_steps_are_done_a_removed_reduction_ends_it() -> None:
    engine = world()
    one = created(engine, buy(), step(value="2100"))
    engine.smart_trades.reduce_funds(one.id, D("0.04"), order_type="limit", price=D(2150))
    to(engine, "2100")
    engine.smart_trades.cancel_trade(one.id, one.reductions[0].id)
    engine.settle()
    assert (one.status, text(one.left), held(engine, "ETH")) == ("finished", "0.04", "1000.04")


def test_a_reduction_that_cannot_be_paid_fails_and_the_rest_goes_on() -> None:
    engine = world(balances={"ETH": D("0.1")})
    one = created(engine, sell(), step(value="1900", order_type="market"))
    engine.set_free(ACCOUNT, "USDT", D(10))
    engine.smart_trades.reduce_funds(one.id, D("0.04"), order_type="market")
    engine.settle()
    [reduction] = one.reductions
    assert (one.status, reduction.status, reduction.error, text(one.steps[0].units)) == (
        "waiting_targets",
        "failed",
        "Insufficient funds. ERR_805Y Not enough USDT.",
        "0.1",
    )


def test_no_more_is_taken_out_than_the_steps_have_left_meanwhile() -> None:
    engine = world(settle_automatically=False)
    one = created(engine, buy(), step(60, value="2100"), step(40, value="2200"))
    engine.smart_trades.reduce_funds(one.id, D("0.08"), order_type="market")
    to(engine, "2150")
    engine.settle()
    assert (one.status, text(one.closed_amount), text(one.reductions[0].units)) == ("finished", "0.1", "0.04")


def test_a_reduction_for_which_nothing_is_left_is_given_up() -> None:
    engine = world(settle_automatically=False)
    one = created(engine, buy(), step(60, value="2100"), step(40, value="2200"))
    engine.smart_trades.reduce_funds(one.id, D("0.04"), order_type="market")
    engine.smart_trades.close_trade(one.id, one.steps[0].id)
    engine.smart_trades.close_trade(one.id, one.steps[1].id)
    engine.settle()
    assert (one.status, text(one.closed_amount), one.reductions[0].status) == ("finished", "0.1", "cancelled")


@pytest.mark.parametrize(
    ("units", "fields"),
    [
        ("0.002", {"entered_amount": ("Too small",)}),
        ("0.00001", {"entered_amount": ("Too small",)}),
        ("0.1001", {"units[value]": ("must be less than or equal to 0.1",)}),
    ],
)
def test_too_little_and_too_much_cannot_be_taken_out(units: str, fields: dict[str, tuple[str, ...]]) -> None:
    engine = world()
    one = created(engine)
    with pytest.raises(RefusedError) as caught:
        engine.smart_trades.reduce_funds(one.id, D(units), order_type="market")
    assert (caught.value.status, caught.value.fields, one.status) == (422, fields, "waiting_targets")


def test_nothing_is_taken_out_of_what_has_no_position() -> None:
    engine = world()
    one = created(engine, buy(**at("1900")))
    asks = (
        lambda: engine.smart_trades.reduce_funds(one.id, D("0.01"), order_type="market"),
        lambda: engine.smart_trades.max_reduce_funds_amount(one.id),
    )
    for ask in asks:
        with pytest.raises(RefusedError) as caught:
            ask()
        assert (caught.value.status, caught.value.code, caught.value.description) == (
            400,
            "Wrong param(s)",
            "Reduce funds is not allowed in the current status",
        )


def test_what_can_be_taken_out_is_what_is_left() -> None:
    engine = world()
    one = created(engine, buy(), step(40, value="2100"), step(60, value="2200"))
    to(engine, "2100")
    most: Decimal = engine.smart_trades.max_reduce_funds_amount(one.id)
    assert text(most) == "0.06"
