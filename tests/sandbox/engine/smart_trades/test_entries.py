"""How a position is opened: by market, at a limit, when a price has come, or not at all because it is there."""

from __future__ import annotations

import pytest

from tests.sandbox.engine.smart_trades.plans import (
    at,
    buy,
    created,
    failure,
    plan,
    sell,
    standing,
    state,
    status,
    step,
    stop,
    trigger,
    when,
)
from tests.sandbox.engine.trading import ACCOUNT, MARKET, PAIR, D, after, free, held, text, to, world
from threecommas_async.sandbox.engine.refusals import RefusedError
from threecommas_async.sandbox.engine.smart_trades.plan import (
    Condition,
    PositionChanges,
    PositionPlan,
    SmartTradePlan,
    StopLossPlan,
)


# ---- by market, at a limit -------------------------------------------------------------------------------------------
def test_it_is_created_first_and_entered_when_that_is_settled() -> None:
    engine = world()
    one = engine.smart_trades.create(plan(buy(), step(percent="5"), stop_loss=stop("1900")))
    assert (one.status, one.position.status, one.is_position_not_filled) == ("created", "to_process", True)
    assert (one.profit, one.profit_percent, one.average_enter_price) == (None, D(0), None)
    assert standing(one.steps) == [("idle", "2100.0", None)]
    assert held(engine, "USDT") == "1000000.0"
    after(engine, 0)
    assert (status(one), state(one.position)) == ("waiting_targets", "finished")
    assert one.stop_loss is not None
    assert (one.stop_loss.status, one.is_position_not_filled) == ("to_process", False)


@pytest.mark.parametrize("do", ["price", "time", "operation"])
def test_the_next_call_settles_it(do: str) -> None:
    engine = world()
    one = engine.smart_trades.create(plan())
    if do == "price":
        to(engine, "2100")
    elif do == "time":
        after(engine, 1)
    else:
        engine.smart_trades.set_note(one.id, "x")
    assert (one.status, text(one.entered_total)) == ("waiting_targets", "200.2")


def test_it_waits_if_nothing_settles_by_itself() -> None:
    engine = world(settle_automatically=False)
    one = engine.smart_trades.create(plan())
    to(engine, "2100")
    assert status(one) == "created"
    engine.settle()
    assert (status(one), text(one.entered_total)) == ("waiting_targets", "210.21")


def test_a_limit_order_waits_and_fills_at_its_own_price() -> None:
    engine = world()
    one = created(engine, buy(**at("1950.009")), step(percent="5"))
    assert (one.status, one.position.status) == ("waiting_position", "order_placed")
    assert standing([one.position, *one.steps]) == [("order_placed", "1950.0", "0.1"), ("idle", "2047.5", None)]
    assert free(engine, "USDT") == "999804.805"
    to(engine, "1940")
    assert (status(one), text(one.entered_total), text(one.average_enter_price)) == (
        "waiting_targets",
        "195.195",
        "1951.95",
    )
    assert standing(one.steps) == [("order_placed", "2049.55", "0.1")]


def test_a_limit_order_that_the_price_has_reached_fills_at_once() -> None:
    engine = world()
    one = created(engine, sell(**at("1990")))
    assert (one.status, text(one.entered_total)) == ("waiting_targets", "198.801")


def test_amounts_are_rounded_down_to_lots() -> None:
    one = created(world(), buy("0.10009"))
    assert text(one.entered_amount) == "0.1"


def test_an_entry_that_can_no_longer_be_paid_fails() -> None:
    engine = world(settle_automatically=False)
    one = engine.smart_trades.create(plan(buy(), step(percent="5"), stop_loss=stop("1900")))
    engine.set_free(ACCOUNT, "USDT", D(200))
    engine.settle()
    assert (one.status, one.position.status, one.error) == (
        "failed",
        "failed",
        "Insufficient funds. ERR_805Y Not enough USDT.",
    )
    assert (one.position.error, one.steps, one.profit, one.closed_at) == (one.error, [], None, engine.now)
    assert one.is_entered
    assert one.is_position_not_filled
    assert one.stop_loss is not None
    assert one.stop_loss.status == "cancelled"


def test_a_limit_order_that_can_no_longer_be_paid_fails() -> None:
    engine = world(settle_automatically=False)
    one = engine.smart_trades.create(plan(sell(**at("2100"))))
    engine.set_free(ACCOUNT, "ETH", D("0.05"))
    engine.settle()
    assert (one.status, failure(one)) == ("failed", "Insufficient funds. ERR_805Y Not enough ETH.")


# ---- simple buys and sells -------------------------------------------------------------------------------------------
def test_a_simple_buy_is_finished_when_it_is_filled() -> None:
    engine = world()
    one = created(engine, buy(), instant=True)
    assert (one.type, one.status, one.profit, one.closed_at) == ("simple_buy", "finished", None, engine.now)
    assert (held(engine, "ETH"), held(engine, "USDT")) == ("1000.1", "999799.8")


def test_a_simple_sell_may_wait_at_a_limit() -> None:
    engine = world()
    one = created(engine, sell(**at("2100")), instant=True)
    assert (one.type, status(one), one.add_funds_available) == ("simple_sell", "waiting_position", False)
    to(engine, "2100")
    assert (status(one), held(engine, "ETH")) == ("finished", "999.9")


# ---- conditions ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("position", "before", "price"),
    [
        (buy(**when("2050")), "2049.99", "2060"),
        (buy(**when("1950")), "1950.01", "1940"),
        (sell(**when("1950")), "1950.01", "1950"),
        (sell(**when("2050")), "2049.99", "2050"),
    ],
)
def test_an_entry_waits_for_the_price_to_cross_from_where_it_was(
    position: PositionPlan, before: str, price: str
) -> None:
    engine = world()
    one = created(engine, position)
    assert (status(one), one.position.status, one.position.order) == ("waiting_position", "to_process", None)
    to(engine, before)
    assert status(one) == "waiting_position"
    to(engine, price)
    assert (status(one), text(one.average_enter_price_without_commission)) == ("waiting_targets", text(D(price)))


def test_a_price_that_is_there_already_counts() -> None:
    assert created(world(), buy(**when("2000"))).status == "waiting_targets"


def test_a_condition_may_place_a_limit_order() -> None:
    engine = world()
    one = created(engine, buy(**when("1950", limit="1940")))
    to(engine, "1945")
    assert (status(one), standing([one.position])) == ("waiting_position", [("order_placed", "1940.0", "0.1")])
    to(engine, "1940")
    assert (status(one), text(one.entered_total)) == ("waiting_targets", "194.194")


def test_a_limit_order_without_a_price_has_that_of_the_condition() -> None:
    engine = world()
    condition = Condition(order_type="limit", price=D("2050.005"))
    one = created(engine, sell(order_type="conditional", conditional=condition))
    assert standing([one.position]) == [("to_process", "2050.01", "0.1")]
    to(engine, "2060")
    assert (one.status, text(one.average_enter_price_without_commission)) == ("waiting_targets", "2050.01")


def test_an_entry_that_waits_locks_nothing_and_fails_if_it_cannot_be_paid_then() -> None:
    engine = world(balances={"USDT": D(250)})
    one = created(engine, buy(**when("1950")))
    assert free(engine, "USDT") == "250.0"
    engine.set_free(ACCOUNT, "USDT", D(100))
    to(engine, "1950")
    assert (one.status, failure(one)) == ("failed", "Insufficient funds. ERR_805Y Not enough USDT.")


def test_a_buy_that_trails_waits_for_a_rebound_from_the_lowest_price() -> None:
    engine = world()
    one = created(engine, buy(**when("1950", trailing="1")))
    assert not one.add_funds_available
    to(engine, "1950")
    assert (status(one), state(one.position), text(one.position.best_price)) == (
        "waiting_position",
        "trailing_activated",
        "1950.0",
    )
    to(engine, "1900", "1918.99")
    assert (status(one), text(one.position.best_price)) == ("waiting_position", "1900.0")
    to(engine, "1919")
    assert (status(one), text(one.average_enter_price_without_commission)) == ("waiting_targets", "1919.0")


def test_a_sale_that_trails_waits_for_the_price_to_come_down_from_its_highest() -> None:
    engine = world()
    one = created(engine, sell(**when("2050", limit="2040", trailing="2")))
    to(engine, "2100", "2200", "2156")
    assert (one.status, text(one.average_enter_price_without_commission)) == ("waiting_targets", "2156.0")


# ---- entries that are skipped ----------------------------------------------------------------------------------------
def test_a_smart_sell_closes_what_is_held() -> None:
    engine = world()
    one = created(engine, buy(price=D(1900)), step(percent="10"), stop_loss=stop(percent="5"), skip_enter_step=True)
    assert (one.type, status(one), one.position.status) == ("smart_sell", "waiting_targets", "smart_sell")
    assert (text(one.entered_total), one.average_enter_price, text(one.position_price)) == ("190.0", None, "1900.0")
    assert (standing(one.steps), trigger(one)) == ([("order_placed", "2090.0", "0.1")], "1805.0")
    assert (held(engine, "ETH"), text(one.profit)) == ("1000.0", "9.8")
    to(engine, "2090")
    assert (status(one), held(engine, "ETH"), text(one.profit)) == ("finished", "999.9", "18.791")


def test_a_smart_buy_covers_what_was_sold() -> None:
    engine = world()
    one = created(engine, sell(price=D(2100)), step(value="1950"), skip_enter_step=True)
    assert (one.type, text(one.entered_total)) == ("smart_buy", "210.0")
    to(engine, "1950")
    assert (one.status, held(engine, "ETH"), text(one.profit)) == ("finished", "1000.1", "14.805")


def test_without_a_price_it_has_cost_what_the_market_says() -> None:
    one = created(world(), buy(), skip_enter_step=True)
    assert (text(one.position_price), text(one.entered_total), one.stop_loss) == ("2000.0", "200.0", None)


def test_what_it_is_said_to_have_cost_can_be_changed() -> None:
    engine = world()
    one = created(engine, buy(price=D(1900)), step(percent="10"), skip_enter_step=True)
    engine.smart_trades.update(one.id, {"position": PositionChanges(units=D(7), price=D(1850))})
    engine.settle()
    assert (text(one.entered_total), text(one.entered_amount)) == ("185.0", "0.1")
    assert standing(one.steps) == [("order_placed", "2035.0", "0.1")]


# ---- started by hand -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("position", [buy(**at("1900")), buy(**when("1900")), buy(**when("2000", trailing="3"))])
def test_an_entry_that_waits_can_be_opened_by_market(position: PositionPlan) -> None:
    engine = world()
    one = created(engine, position, step(percent="5"))
    assert one.force_start_available
    engine.smart_trades.force_start(one.id)
    assert (status(one), state(one.position), one.force_start_available) == (
        "waiting_position",
        "panic_sell_pending",
        False,
    )
    engine.settle()
    assert (status(one), text(one.entered_total), free(engine, "USDT")) == ("waiting_targets", "200.2", "999799.8")
    with pytest.raises(RefusedError, match="cannot be opened"):
        engine.smart_trades.force_start(one.id)


def test_it_cannot_be_opened_by_market_without_money() -> None:
    engine = world(balances={"USDT": D("190.19")})
    one = created(engine, buy(**at("1900")))
    with pytest.raises(RefusedError, match="units_to_buy"):
        engine.smart_trades.force_start(one.id)
    assert (one.position.status, free(engine, "USDT")) == ("order_placed", "0.0")


def test_an_opening_that_can_no_longer_be_paid_fails() -> None:
    engine = world(balances={"USDT": D(201)}, settle_automatically=False)
    one = created(engine, buy(**at("1900")))
    engine.smart_trades.force_start(one.id)
    engine.settle()
    assert status(one) == "waiting_targets"
    other = created(engine, sell(**at("2100")))
    engine.smart_trades.force_start(other.id)
    to(engine, "2200")
    assert (status(other), other.position.order is not None and other.position.order.place) == (
        "waiting_position",
        None,
    )
    engine.settle()
    assert (status(other), text(other.entered_total)) == ("waiting_targets", "219.78")


# ---- changed while they wait -----------------------------------------------------------------------------------------
def test_a_limit_order_is_replaced() -> None:
    engine = world()
    one = created(engine, buy(**at("1900")))
    engine.smart_trades.update(one.id, {"position": PositionChanges(units=D("0.2"), price=D("1950.005"))})
    assert standing([one.position]) == [("order_placed", "1950.0", "0.2")]
    assert free(engine, "USDT") == "999609.61"
    to(engine, "1950")
    assert (one.status, text(one.entered_amount)) == ("waiting_targets", "0.2")


def test_what_does_not_change_keeps_its_order() -> None:
    engine = world()
    one = created(engine, buy(**at("1900")))
    order = one.position.order
    engine.smart_trades.update(one.id, {"position": PositionChanges(units=D("0.1"), price=D(1900))})
    assert one.position.order is order


def test_a_limit_order_that_cannot_be_paid_does_not_change() -> None:
    engine = world(balances={"USDT": D(200)})
    one = created(engine, buy(**at("1900")))
    with pytest.raises(RefusedError, match="units_to_buy"):
        engine.smart_trades.update(one.id, {"position": PositionChanges(units=D("0.2"))})
    assert standing([one.position]) == [("order_placed", "1900.0", "0.1")]


def test_a_condition_is_waited_for_anew_from_where_the_price_is() -> None:
    engine = world()
    one = created(engine, buy(**when("2000", trailing="3")))
    assert one.position.status == "trailing_activated"
    condition = Condition(order_type="market", price=D(2100))
    engine.smart_trades.update(one.id, {"position": PositionChanges(conditional=condition)})
    assert (state(one.position), one.position.trailing, text(one.position_price)) == ("to_process", None, "2100.0")
    to(engine, "2050", "1900")
    assert status(one) == "waiting_position"
    to(engine, "2100")
    assert status(one) == "waiting_targets"


def test_a_condition_that_stays_goes_on_trailing() -> None:
    engine = world()
    one = created(engine, buy(**when("2000", trailing="3")))
    to(engine, "1900")
    condition = Condition(order_type="market", price=D(2000), trailing=D(3))
    engine.smart_trades.update(one.id, {"position": PositionChanges(units=D("0.2"), conditional=condition)})
    to(engine, "1957")
    assert (one.status, text(one.entered_total)) == ("waiting_targets", "391.7914")


def test_a_limit_order_that_a_condition_has_placed_goes_when_the_condition_changes() -> None:
    engine = world()
    one = created(engine, buy(**when("1950", limit="1940")))
    to(engine, "1945")
    condition = Condition(order_type="limit", price=D(1900))
    engine.smart_trades.update(one.id, {"position": PositionChanges(conditional=condition)})
    assert (standing([one.position]), free(engine, "USDT")) == ([("to_process", "1940.0", "0.1")], "1000000.0")


def test_a_position_that_is_there_stays_as_it_is() -> None:
    engine = world()
    one = created(engine)
    engine.smart_trades.update(one.id, {"position": PositionChanges(units=D(1), price=D(1))})
    assert (text(one.position_units), text(one.position_price)) == ("0.1", "2002.0")


# ---- refused ---------------------------------------------------------------------------------------------------------
REFUSED: list[tuple[SmartTradePlan, int, dict[str, tuple[str, ...]]]] = [
    (
        plan(buy("9001")),
        422,
        {
            "position": ("is invalid",),
            "position.total": ("must be less than or equal to 9000000.0",),
            "units_to_buy": ("must be less than or equal to 9000.0",),
        },
    ),
    (plan(buy("0.00009")), 422, {"units_to_buy": ("must be greater than or equal to 0.0001",)}),
    (plan(buy("0.0024")), 422, {"position.total": ("must be greater than or equal to 5.0",)}),
    (
        plan(sell("1001")),
        422,
        {
            "position.total": ("must be less than or equal to 2000000.0",),
            "units_to_sell": ("must be less than or equal to 1000.0",),
        },
    ),
    (
        plan(buy("600")),
        422,
        {
            "position.total": ("must be less than or equal to 999000.8",),
            "units_to_buy": ("must be less than or equal to 499.5004",),
        },
    ),
    (plan(buy("1001"), skip_enter_step=True), 422, {"units_to_sell": ("must be less than or equal to 1000.0",)}),
    (plan(sell("1001"), skip_enter_step=True), 422, {"units_to_buy": ("must be less than or equal to 499.5004",)}),
    (plan(buy(), step(60, value="2100")), 400, {"take_profit[steps]": ("volume must add up to 100",)}),
    (
        plan(buy(), step(50, value="2100", trailing="1"), step(50, value="2200")),
        400,
        {"take_profit[steps][0][trailing]": ("is available for the last step only",)},
    ),
    (
        plan(buy(), step(value="2100"), stop_loss=stop("1900", breakeven=True)),
        400,
        {"stop_loss[breakeven]": ("requires at least two take profit steps",)},
    ),
    (
        plan(buy(), step(value="2100"), instant=True),
        400,
        {"instant": ("is not available with take_profit or stop_loss",)},
    ),
    (
        plan(buy(), stop_loss=stop("1"), instant=True),
        400,
        {"instant": ("is not available with take_profit or stop_loss",)},
    ),
    (plan(buy(), skip_enter_step=True, instant=True), 400, {"instant": ("is not available with skip_enter_step",)}),
    (
        SmartTradePlan(account_id=ACCOUNT, pair="USDT_XYZ", position=buy()),
        400,
        {"pair": ("does not have a valid value",)},
    ),
]


@pytest.mark.parametrize(("refused", "code", "fields"), REFUSED)
def test_a_plan_is_refused_in_the_words_of_the_api(
    refused: SmartTradePlan, code: int, fields: dict[str, tuple[str, ...]]
) -> None:
    engine = world(balances={"USDT": D(1_000_000), "ETH": D(1_000)})
    engine.set_price(MARKET, PAIR, D(2000))
    with pytest.raises(RefusedError) as caught:
        engine.smart_trades.create(refused)
    assert (caught.value.status, caught.value.code) == (code, "record_invalid")
    assert caught.value.fields is not None
    assert fields.items() <= caught.value.fields.items()
    assert engine.smart_trades.select() == []


def test_an_unknown_account_is_a_foreign_one() -> None:
    with pytest.raises(RefusedError, match="403 Forbidden") as caught:
        world().smart_trades.create(SmartTradePlan(account_id=8, pair=PAIR, position=buy()))
    assert caught.value.description == "Account not owned by current user."


def test_a_stop_loss_needs_no_steps() -> None:
    one = created(world(), buy(), stop_loss=StopLossPlan(order_type="market", percent=D(5)))
    assert (one.status, trigger(one), one.take_profit_enabled) == ("waiting_targets", "1901.9", False)
