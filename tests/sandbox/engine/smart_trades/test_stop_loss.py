"""Stop losses: by market and by limit order, with a timeout, trailing, in percent, and edited."""

from __future__ import annotations

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
    trigger,
)
from tests.sandbox.engine.trading import ACCOUNT, D, after, free, held, text, to, world
from threecommas_async.sandbox.engine.refusals import RefusedError


def test_it_closes_by_market_at_the_price_as_it_is() -> None:
    engine = world()
    one = created(engine, buy(), step(50, value="2100"), step(50, value="2200"), stop_loss=stop("1900"))
    to(engine, "1900.01")
    assert status(one) == "waiting_targets"
    to(engine, "1850")
    assert (status(one), text(one.closed_total), text(one.profit)) == ("stop_loss_finished", "184.815", "-15.385")
    assert (one.is_closed, one.closed_at, one.steps) == (True, engine.now, [])
    assert (free(engine, "ETH"), held(engine, "ETH")) == ("1000.0", "1000.0")


def test_its_own_price_counts() -> None:
    engine = world()
    one = created(engine, sell(), stop_loss=stop("2100"))
    to(engine, "2100")
    assert status(one) == "stop_loss_finished"


def test_percentages_are_of_the_average_price_and_follow_it() -> None:
    engine = world()
    one = created(engine, buy(), stop_loss=stop(percent="5"))
    assert trigger(one) == "1901.9"
    to(engine, "1950")
    engine.smart_trades.add_funds(one.id, D("0.1"), order_type="market")
    assert (text(one.average_enter_price), trigger(one)) == ("1976.98", "1878.13")
    assert trigger(created(engine, sell(), stop_loss=stop(percent="5"))) == "2045.45"


def test_before_the_entry_it_is_not_there() -> None:
    engine = world()
    one = created(engine, buy(**at("1950")), stop_loss=stop("1980"))
    to(engine, "1960")
    assert (status(one), trigger(one)) == ("waiting_position", "1980.0")
    to(engine, "1950")
    assert (status(one), text(one.closed_total)) == ("stop_loss_finished", "194.805")


# ---- limit orders ----------------------------------------------------------------------------------------------------
def test_a_limit_order_waits_for_its_own_price() -> None:
    engine = world()
    one = created(engine, buy(), step(value="2100"), stop_loss=stop("1900", limit="1880"))
    to(engine, "1890")
    assert (one.status, text(one.closed_total)) == ("stop_loss_finished", "187.812")


def test_until_then_it_is_in_progress() -> None:
    engine = world()
    one = created(engine, buy(), step(value="2100"), stop_loss=stop("1900", limit="1920"))
    to(engine, "1890")
    assert one.stop_loss is not None
    assert (status(one), standing([one.stop_loss]), one.steps) == (
        "stop_loss_in_progress",
        [("order_placed", "1920.0", "0.1")],
        [],
    )
    assert (one.panic_sell_available, one.cancel_available, one.add_funds_available) == (True, True, False)
    to(engine, "1925")
    assert (status(one), text(one.closed_total)) == ("stop_loss_finished", "191.808")


def test_what_is_in_progress_can_be_closed_by_market() -> None:
    engine = world()
    one = created(engine, buy(), stop_loss=stop("1900", limit="1920"))
    to(engine, "1890")
    engine.smart_trades.close_by_market(one.id)
    engine.settle()
    assert (one.status, text(one.closed_total)) == ("panic_sold", "188.811")
    assert one.stop_loss is not None
    assert (one.stop_loss.status, free(engine, "ETH")) == ("cancelled", "1000.0")


# ---- timeout ---------------------------------------------------------------------------------------------------------
def test_with_a_timeout_the_level_must_stay_broken() -> None:
    engine = world()
    one = created(engine, buy(), stop_loss=stop("1900", timeout=60))
    to(engine, "1890")
    after(engine, 59)
    assert status(one) == "waiting_targets"
    to(engine, "1901", "1895")
    after(engine, 59)
    assert status(one) == "waiting_targets"
    after(engine, 1)
    assert (status(one), text(one.closed_total)) == ("stop_loss_finished", "189.3105")


def test_a_timeout_of_nothing_is_none() -> None:
    engine = world()
    one = created(engine, buy(), stop_loss=stop("1900", timeout=0))
    to(engine, "1900")
    assert one.status == "stop_loss_finished"


# ---- trailing --------------------------------------------------------------------------------------------------------
def test_a_level_in_percent_follows_the_best_price() -> None:
    engine = world()
    one = created(engine, buy(), stop_loss=stop(percent="5", trailing=True))
    assert trigger(one) == "1901.9"
    to(engine, "2100")
    assert trigger(one) == "1995.0"
    to(engine, "2050", "2000")
    assert (status(one), trigger(one)) == ("waiting_targets", "1995.0")
    to(engine, "1995")
    assert (status(one), text(one.closed_total)) == ("stop_loss_finished", "199.3005")


def test_a_level_that_was_given_keeps_its_distance_in_proportion() -> None:
    engine = world()
    one = created(engine, sell(), stop_loss=stop("2098", trailing=True))
    assert trigger(one) == "2098.0"
    to(engine, "1900")
    assert trigger(one) == "1995.1"
    to(engine, "1900", "1990")
    assert (status(one), trigger(one)) == ("waiting_targets", "1995.1")
    to(engine, "1995.1")
    assert status(one) == "stop_loss_finished"


def test_breakeven_and_trailing_give_the_tighter_level() -> None:
    engine = world()
    steps = step(50, value="2050"), step(50, value="2400")
    one = created(engine, buy(), *steps, stop_loss=stop(percent="5", trailing=True, breakeven=True))
    to(engine, "2050")
    assert trigger(one) == "2002.0"
    to(engine, "2200")
    assert trigger(one) == "2090.0"


# ---- what it lacks ---------------------------------------------------------------------------------------------------
def test_a_short_one_that_lacks_money_waits_for_it() -> None:
    engine = world(balances={"ETH": D("0.11")})
    one = created(engine, sell(), stop_loss=stop("2100"))
    engine.set_free(ACCOUNT, "USDT", D(205))
    to(engine, "2110", "2120")
    assert one.stop_loss is not None
    assert (status(one), one.stop_loss.error) == ("waiting_targets", "Insufficient funds. ERR_805Y Not enough USDT.")
    created(engine, sell("0.01"), instant=True)
    assert (status(one), text(one.closed_total)) == ("stop_loss_finished", "212.212")


# ---- edited ----------------------------------------------------------------------------------------------------------
def test_it_can_be_replaced_switched_off_and_on() -> None:
    engine = world()
    one = created(engine, buy(), stop_loss=stop("1900"))
    before = one.stop_loss
    assert before is not None
    engine.smart_trades.update(one.id, {"stop_loss": stop("1950", trailing=True)})
    assert one.stop_loss is not None
    assert (before.status, state(one.stop_loss), one.stop_loss.id > before.id) == ("cancelled", "idle", True)
    engine.settle()
    assert (state(one.stop_loss), trigger(one)) == ("to_process", "1950.0")
    to(engine, "2100")
    assert trigger(one) == "2045.45"
    engine.smart_trades.update(one.id, {"stop_loss": None})
    to(engine, "1800")
    assert (status(one), one.stop_plan) == ("waiting_targets", None)
    engine.smart_trades.update(one.id, {"stop_loss": stop("1850")})
    assert status(one) == "waiting_targets"
    engine.settle()
    assert (status(one), text(one.closed_total)) == ("stop_loss_finished", "179.82")


def test_a_new_one_is_at_breakeven_if_a_step_is_done() -> None:
    engine = world()
    one = created(engine, buy(), step(50, value="2050"), step(50, value="2100"))
    to(engine, "2050")
    engine.smart_trades.update(one.id, {"stop_loss": stop("1900", breakeven=True)})
    engine.settle()
    assert trigger(one) == "2002.0"


def test_breakeven_needs_two_steps_also_of_an_edit() -> None:
    engine = world()
    one = created(engine, buy(), step(50, value="2050"), step(50, value="2100"), stop_loss=stop("1", breakeven=True))
    with pytest.raises(RefusedError, match="at least two take profit steps"):
        engine.smart_trades.update(one.id, {"take_profit": (step(value="2100"),)})
    assert len(one.steps) == 2
