"""Simple trades, rule by rule: prices of USDT_ETH, fee 0.1 %, steps of 0.01 and 0.0001."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.engine.trades.trading import (
    NOTHING,
    bought,
    by_percent,
    by_value,
    created,
    limit,
    plan,
    status,
    when,
)
from tests.sandbox.engine.trading import ACCOUNT, MARKET, PAIR, START, D, after, free, held, opened, text, to, world
from threecommas_async.sandbox.engine.alarms import Entity
from threecommas_async.sandbox.engine.refusals import RefusedError
from threecommas_async.sandbox.engine.trades.settings import TradeSettings, TradeTrailing
from threecommas_async.sandbox.engine.trades.trade import IllegalTransitionError, SimpleTrade


def test_e14_a_conditional_trade_digit_by_digit() -> None:
    engine = world()
    trade = engine.trades.create(plan(condition=when("less_or_equal", "1950")))
    assert (text(trade.total), status(trade), bought(trade)) == ("200.0", "to_process", NOTHING)
    to(engine, "1960", "1950.01")
    assert status(trade) == "to_process"
    after(engine, 60)
    to(engine, "1940")
    assert (status(trade), bought(trade)) == ("finished", ("0.1", "194.194", "1941.94"))
    assert text(trade.total) == "200.0"
    assert trade.closed_at == engine.now
    assert (held(engine, "USDT"), held(engine, "ETH")) == ("999805.806", "1000.1")


# ---- orders ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("side", "fill", "usdt", "eth"),
    [
        ("buy", ("0.1", "200.2", "2002.0"), "999799.8", "1000.1"),
        ("sell", ("0.1", "199.8", "1998.0"), "1000199.8", "999.9"),
    ],
)
def test_a_market_order_is_to_process_and_then_filled_at_the_price(
    side: str, fill: tuple[str, str, str], usdt: str, eth: str
) -> None:
    engine = world(settle_automatically=False)
    trade = engine.trades.create(plan(side=side))
    assert (status(trade), trade.cancelable, bought(trade)) == ("to_process", True, NOTHING)
    to(engine, "2100", "2000")
    assert status(trade) == "to_process"
    engine.settle()
    assert (status(trade), trade.cancelable, bought(trade)) == ("finished", False, fill)
    assert (held(engine, "USDT"), held(engine, "ETH")) == (usdt, eth)


def test_what_is_pending_is_settled_before_the_next_price() -> None:
    engine = world()
    trade = engine.trades.create(plan())
    to(engine, "1000")
    assert bought(trade) == ("0.1", "200.2", "2002.0")


@pytest.mark.parametrize(
    ("settings", "locked", "fill"),
    [
        (limit("1900"), ("USDT", "190.19"), ("0.1", "190.19", "1901.9")),
        (limit("2100", "sell"), ("ETH", "0.1"), ("0.1", "209.79", "2097.9")),
    ],
)
def test_a_limit_order_rests_and_is_filled_at_its_own_price(
    settings: TradeSettings, locked: tuple[str, str], fill: tuple[str, str, str]
) -> None:
    engine = world()
    trade = created(engine, settings)
    assert (status(trade), trade.cancelable, bought(trade)) == ("order_placed", True, NOTHING)
    assert text(engine.account(ACCOUNT).funds.locked[locked[0]]) == locked[1]
    to(engine, "1901", "2099")
    assert status(trade) == "order_placed"
    to(engine, "1800" if settings.side == "buy" else "2200")
    assert (status(trade), bought(trade)) == ("finished", fill)
    assert not any(engine.account(ACCOUNT).funds.locked.values())
    assert engine.book(MARKET, PAIR).resting == 0


@pytest.mark.parametrize("strategy", ["gtc", "ioc", "fok"])
@pytest.mark.parametrize(("side", "price"), [("buy", "2010"), ("sell", "1990"), ("buy", "2000"), ("sell", "2000")])
def test_a_limit_that_the_price_has_reached_is_filled_at_once(side: str, price: str, strategy: str) -> None:
    engine = world()
    trade = created(engine, limit(price, side, strategy=strategy))
    assert status(trade) == "finished"
    assert trade.order is not None
    assert (trade.order.price, trade.closed_at) == (D(price), START)


@pytest.mark.parametrize("strategy", ["ioc", "fok"])
@pytest.mark.parametrize(("side", "price"), [("buy", "1999.99"), ("sell", "2000.01")])
def test_ioc_and_fok_that_the_price_does_not_reach_are_cancelled(side: str, price: str, strategy: str) -> None:
    engine = world()
    trade = created(engine, limit(price, side, strategy=strategy))
    assert (status(trade), trade.error, trade.closed_at, bought(trade)) == ("cancelled", None, START, NOTHING)
    assert engine.book(MARKET, PAIR).resting == 0
    assert (held(engine, "USDT"), held(engine, "ETH")) == ("1000000.0", "1000.0")


@pytest.mark.parametrize(("side", "price"), [("buy", "2000"), ("sell", "2000"), ("buy", "2010"), ("sell", "1990")])
def test_post_only_that_would_be_filled_at_once_fails(side: str, price: str) -> None:
    trade = created(world(), limit(price, side, strategy="post_only"))
    assert (status(trade), trade.error) == ("failed", "Post only order would be filled at once")
    assert bought(trade) == NOTHING


def test_post_only_that_the_price_does_not_reach_rests() -> None:
    engine = world()
    trade = created(engine, limit("1999.99", strategy="post_only"))
    assert status(trade) == "order_placed"
    to(engine, "1999.99")
    assert status(trade) == "finished"


def test_a_strategy_means_nothing_to_a_market_order() -> None:
    assert status(created(world(), strategy="post_only")) == "finished"


# ---- conditions ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("comparison", "prices", "at"),
    [
        ("less", ("1990", "1950"), "1949.99"),
        ("less_or_equal", ("1990", "1950.01"), "1950"),
        ("greater", ("2010", "2050"), "2050.01"),
        ("greater_or_equal", ("2010", "2049.99"), "2050"),
    ],
)
def test_a_condition_is_met_at_its_price_or_beyond_it(comparison: Any, prices: tuple[str, ...], at: str) -> None:
    engine = world()
    trade = created(engine, condition=when(comparison, "1950" if "less" in comparison else "2050"))
    to(engine, *prices)
    assert status(trade) == "to_process"
    to(engine, at)
    assert status(trade) == "finished"
    assert trade.order is not None
    assert trade.order.price == D(at)


@pytest.mark.parametrize("comparison", ["less", "less_or_equal", "greater", "greater_or_equal"])
def test_a_condition_that_holds_already_is_met_at_once(comparison: Any) -> None:
    trade = created(world(), condition=when(comparison, "2001" if "less" in comparison else "1999"))
    assert status(trade) == "finished"


def test_a_conditional_limit_order_is_placed_when_the_condition_is_met() -> None:
    engine = world()
    trade = created(engine, limit("1900", condition=when("greater", "2050")))
    to(engine, "1850")
    assert status(trade) == "to_process"
    assert text(engine.account(ACCOUNT).funds.locked.get("USDT", D(0))) == "0.0"
    to(engine, "2060")
    assert status(trade) == "order_placed"
    to(engine, "1900")
    assert bought(trade) == ("0.1", "190.19", "1901.9")


def test_what_waits_locks_nothing_and_fails_when_it_cannot_be_paid() -> None:
    engine = world(balances={"USDT": D(150), "ETH": D("0.05")})
    trade = created(engine, condition=when("less", "1950"))
    assert (free(engine, "USDT"), status(trade)) == ("150.0", "to_process")
    after(engine, 10)
    to(engine, "1900")
    assert (status(trade), trade.error) == ("failed", "Insufficient funds. ERR_805Y Not enough USDT.")
    assert (trade.closed_at, bought(trade), free(engine, "USDT")) == (engine.now, NOTHING, "150.0")


def test_of_two_that_wait_for_the_same_price_the_older_one_gets_the_money() -> None:
    engine = world(balances={"USDT": D(250)})
    trades = [created(engine, condition=when("less", "1950")) for _ in range(2)]
    to(engine, "1900")
    assert [status(trade) for trade in trades] == ["finished", "failed"]


# ---- trailing ------------------------------------------------------------------------------------------------------
def test_a_sale_trails_a_rising_price_by_a_percentage() -> None:
    engine = world()
    trade = created(engine, side="sell", condition=when("greater_or_equal", "2100"), trailing=by_percent("1"))
    to(engine, "2090", "2100")
    assert (status(trade), trade.cancelable, text(trade.best_price)) == ("trailing_activated", True, "2100.0")
    to(engine, "2080", "2200", "2178.01")
    assert (status(trade), text(trade.best_price)) == ("trailing_activated", "2200.0")
    to(engine, "2178")
    assert (status(trade), bought(trade)) == ("finished", ("0.1", "217.5822", "2175.82"))


def test_a_purchase_trails_a_falling_price_by_a_value() -> None:
    engine = world()
    trade = created(engine, condition=when("less", "1950"), trailing=by_value("12.5"))
    to(engine, "1949.99", "1900", "1912.49")
    assert (status(trade), text(trade.best_price)) == ("trailing_activated", "1900.0")
    to(engine, "1912.5")
    assert (status(trade), bought(trade)) == ("finished", ("0.1", "191.44125", "1914.41"))


def test_a_limit_order_may_be_placed_after_trailing() -> None:
    engine = world()
    trade = created(engine, limit("1890", condition=when("less", "1950"), trailing=by_percent("1")))
    to(engine, "1900", "1919")
    assert status(trade) == "order_placed"
    to(engine, "1890")
    assert status(trade) == "finished"


def test_without_a_condition_a_trade_trails_at_once() -> None:
    engine = world()
    trade = created(engine, side="sell", trailing=by_value("100"))
    assert (status(trade), text(trade.best_price)) == ("trailing_activated", "2000.0")
    to(engine, "2050", "1950")
    assert (status(trade), bought(trade)) == ("finished", ("0.1", "194.805", "1948.05"))


def test_what_trails_does_not_wait_for_its_condition_again() -> None:
    engine = world()
    trade = created(engine, side="sell", condition=when("greater", "2100"), trailing=by_percent("10"))
    to(engine, "2110", "1950")
    assert status(trade) == "trailing_activated"
    to(engine, "1899")
    assert status(trade) == "finished"


# ---- timeouts ------------------------------------------------------------------------------------------------------
def test_a_timeout_waits_and_looks_again_before_the_order_is_placed() -> None:
    engine = world()
    trade = created(engine, condition=when("less_or_equal", "1950"), timeout=300)
    to(engine, "1940")
    after(engine, 299)
    assert status(trade) == "to_process"
    to(engine, "1930")
    after(engine, 1)
    assert (status(trade), bought(trade)) == ("finished", ("0.1", "193.193", "1931.93"))


def test_a_timeout_looks_at_its_end_and_not_in_between() -> None:
    engine = world()
    trade = created(engine, condition=when("less_or_equal", "1950"), timeout=300)
    to(engine, "1940", "2000")
    after(engine, 200)
    to(engine, "1950")
    after(engine, 100)
    assert status(trade) == "finished"


def test_a_condition_that_does_not_hold_after_the_timeout_is_waited_for_anew() -> None:
    engine = world()
    trade = created(engine, condition=when("less_or_equal", "1950"), timeout=300)
    to(engine, "1940", "1960")
    after(engine, 301)
    assert status(trade) == "to_process"
    after(engine, 10_000)
    to(engine, "1945")
    after(engine, 299)
    assert status(trade) == "to_process"
    after(engine, 1)
    assert status(trade) == "finished"


def test_a_timeout_ends_at_its_own_moment_however_far_time_jumps() -> None:
    engine = world()
    trade = created(engine, condition=when("greater", "1999"), timeout=60)
    after(engine, 86_400)
    assert trade.closed_at is not None
    assert (trade.closed_at - START).total_seconds() == 60


def test_trailing_begins_after_the_timeout() -> None:
    engine = world()
    trade = created(engine, condition=when("less", "1950"), timeout=60, trailing=by_value("10"))
    to(engine, "1900", "1940")
    assert status(trade) == "to_process"
    after(engine, 60)
    assert (status(trade), text(trade.best_price)) == ("trailing_activated", "1940.0")
    to(engine, "1950")
    assert status(trade) == "finished"


# ---- cancelling ----------------------------------------------------------------------------------------------------
WAITING: dict[str, dict[str, Any]] = {
    "to_process": {"condition": when("less", "1000")},
    "to_process, in its timeout": {"condition": when("less", "3000"), "timeout": 60},
    "order_placed": {"type": "limit", "price": D(1900), "strategy": "gtc"},
    "trailing_activated": {"trailing": by_percent("5")},
}


@pytest.mark.parametrize("case", WAITING)
def test_a_trade_that_waits_can_be_cancelled_and_nothing_is_left_of_it(case: str) -> None:
    engine = world()
    trade = created(engine, **WAITING[case])
    assert status(trade) == case.partition(",")[0]
    after(engine, 5)
    assert engine.trades.cancel(trade.id) is trade
    assert (status(trade), trade.closed_at, trade.cancelable, bought(trade)) == (
        "cancelled",
        engine.now,
        False,
        NOTHING,
    )
    assert engine.book(MARKET, PAIR).resting == 0
    assert (free(engine, "USDT"), held(engine, "ETH")) == ("1000000.0", "1000.0")
    to(engine, "900", "3000")
    after(engine, 1000)
    assert status(trade) == "cancelled"
    assert list(engine.trades.active) == []


def test_a_trade_is_cancelled_before_anything_was_done() -> None:
    engine = world(settle_automatically=False)
    trade = engine.trades.create(plan())
    engine.trades.cancel(trade.id)
    engine.settle()
    assert (status(trade), held(engine, "ETH")) == ("cancelled", "1000.0")


@pytest.mark.parametrize(
    "changes",
    [{}, {"type": "limit", "price": D(1), "strategy": "ioc", "units": D(10)}, {"condition": when("less", "1950")}],
)
def test_what_is_over_cannot_be_cancelled(changes: dict[str, Any]) -> None:
    engine = world(balances={"USDT": D(300)})
    trade = created(engine, **changes)
    engine.set_free(ACCOUNT, "USDT", D(1))
    to(engine, "1900")
    before = status(trade)
    with pytest.raises(RefusedError) as caught:
        engine.trades.cancel(trade.id)
    assert (caught.value.status, caught.value.code, caught.value.description, caught.value.fields) == (
        400,
        "unprocessable_entity",
        "Trade cannot be cancelled",
        None,
    )
    assert status(trade) == before in ("finished", "cancelled", "failed")


def test_a_trade_that_is_not_there_is_a_404() -> None:
    engine = world()
    for call in (engine.trades.get, engine.trades.cancel):
        with pytest.raises(RefusedError, match="404 not_found"):
            call(1)


# ---- refusals ------------------------------------------------------------------------------------------------------
WRONG: dict[str, dict[str, Any]] = {
    "no units": {"units": D(0)},
    "less than a lot": {"units": D("0.00009")},
    "a volume below the smallest": {"units": D("0.0024")},
    "a volume below the smallest at its limit": {"type": "limit", "price": D(40)},
    "a volume below the smallest at the price that it waits for": {"condition": when("less", "40")},
    "a limit order without a price": {"type": "limit"},
    "a limit of nothing": {"type": "limit", "price": D(0)},
    "a limit below the step of prices": {"type": "limit", "price": D("0.001"), "units": D(9000)},
    "a condition without a price": {"condition": when("less", "0")},
    "trailing by nothing": {"trailing": TradeTrailing()},
    "trailing by two things": {"trailing": TradeTrailing(D(1), D(1))},
    "trailing by zero": {"trailing": by_value("0")},
    "trailing by all of it": {"trailing": by_percent("100")},
    "a timeout for nothing": {"timeout": 60},
    "a timeout of nothing": {"condition": when("less", "1950"), "timeout": 0},
    "a pair that is not traded": {"pair": "USDT_NO"},
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_refused_and_changes_nothing(case: str) -> None:
    engine = world()
    with pytest.raises(RefusedError) as caught:
        engine.trades.create(plan(**WRONG[case]))
    refused = caught.value
    assert (refused.status, refused.code, refused.description, refused.fields) == (
        422,
        "invalid_request",
        "Missing or invalid parameters",
        None,
    )
    assert engine.trades.select() == []
    assert engine.trades.create(plan()).id == 1


@pytest.mark.parametrize(
    ("settings", "currency"),
    [
        (plan(), "USDT"),
        (plan(side="sell"), "ETH"),
        (limit("2001"), "USDT"),
        (limit("2000", strategy="ioc"), "USDT"),
        (limit("3000", "sell"), "ETH"),
    ],
)
def test_an_order_that_the_account_cannot_pay_is_refused(settings: TradeSettings, currency: str) -> None:
    engine = world(balances={"USDT": D("200.19"), "ETH": D("0.0999")})
    with pytest.raises(RefusedError) as caught:
        engine.trades.create(settings)
    assert (caught.value.status, caught.value.code) == (422, "invalid_request")
    assert caught.value.description == f"Insufficient funds. ERR_805Y Not enough {currency}."
    assert engine.trades.select() == []


def test_the_last_cent_can_be_spent() -> None:
    engine = world(balances={"USDT": D("200.2")})
    assert status(created(engine)) == "finished"
    assert held(engine, "USDT") == "0.0"


def test_money_that_is_gone_before_the_settlement_is_a_failure() -> None:
    engine = world(balances={"USDT": D(201)}, settle_automatically=False)
    trade = engine.trades.create(plan())
    engine.set_free(ACCOUNT, "USDT", D(200))
    engine.settle()
    assert (status(trade), trade.error) == ("failed", "Insufficient funds. ERR_805Y Not enough USDT.")


def test_an_account_that_is_not_there_is_a_404() -> None:
    with pytest.raises(RefusedError, match="404 not_found"):
        world().trades.create(plan(account_id=8))


# ---- what it shows -------------------------------------------------------------------------------------------------
def test_units_are_rounded_down_to_lots_and_prices_to_steps_that_are_not_worse() -> None:
    engine = world()
    purchase = created(engine, limit("1900.009", units=D("0.10009")))
    sale = created(engine, limit("2100.001", "sell", units=D("0.10009")))
    assert (purchase.limit, purchase.quantity) == (D(1900), D("0.1"))
    assert (sale.limit, sale.quantity) == (D("2100.01"), D("0.1"))
    assert (text(purchase.settings.units), text(purchase.settings.price)) == ("0.10009", "1900.009")
    assert text(purchase.total) == "190.17190081"


def test_the_filled_price_is_rounded_half_up_to_the_decimals_of_the_pair() -> None:
    engine = world("1999.99")
    trade = created(engine, units=D("0.0333"))
    assert bought(trade) == ("0.0333", "66.666266667", "2001.99")


def test_trades_are_selected_by_state_account_and_pair() -> None:
    engine = world(pairs={"USDT_LTC": "100"})
    engine.add_account(8, MARKET, balances={"USDT": D(1000)})
    done, waiting = created(engine), created(engine, limit("1900"))
    other, elsewhere = created(engine, pair="USDT_LTC", units=D(1)), created(engine, account_id=8)
    select = engine.trades.select
    assert select() == [done, waiting, other, elsewhere]
    assert select(is_active=True) == list(engine.trades.active) == [waiting]
    assert select(is_active=False) == [done, other, elsewhere]
    assert select(account_id=8) == [elsewhere]
    assert select(pair="USDT_LTC") == [other]
    assert select(is_active=True, account_id=8) == []
    assert [trade.id for trade in select()] == [1, 2, 3, 4]


def test_listener_hears_of_every_change() -> None:
    engine = world()
    heard = list[str]()

    def listener(entity: Entity) -> None:
        assert isinstance(entity, SimpleTrade)
        heard.append(entity.status)

    engine.listener = listener
    engine.trades.create(plan(condition=when("less", "1950"), trailing=by_value("10")))
    to(engine, "1960", "1940", "1945", "1930")
    after(engine, 60)
    assert heard == ["to_process", "trailing_activated", "trailing_activated"]
    to(engine, "1940")
    assert heard[-1] == "finished"


def test_a_step_that_the_table_does_not_have_is_a_mistake() -> None:
    trade = created(world())
    with pytest.raises(IllegalTransitionError, match="finished -> order_placed"):
        trade.become("order_placed")


# ---- accounts and pairs --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("settle_automatically", [True, False])
def test_a_removed_account_takes_its_trades_with_it(settle_automatically: bool) -> None:
    engine = world(settle_automatically=settle_automatically)
    engine.add_account(8, MARKET, balances={"USDT": D(1000)})
    waiting, other = created(engine, limit("1900")), created(engine, limit("1900", account_id=8))
    begun = engine.trades.create(plan(condition=when("less", "1000")))
    engine.remove_account(ACCOUNT)
    assert (status(waiting), status(begun)) == ("cancelled", "cancelled")
    assert engine.trades.select() == [other]
    to(engine, "900")
    assert status(other) == "finished"


def test_all_on_an_account_can_be_cancelled() -> None:
    engine = world()
    deal, trade = opened(engine), created(engine, limit("1900"))
    engine.cancel_all_on(ACCOUNT)
    assert (deal.status, status(trade)) == ("cancelled", "cancelled")
    assert not any(engine.account(ACCOUNT).funds.locked.values())


def test_a_pair_is_removed_only_when_no_trade_waits_on_it() -> None:
    engine = world(pairs={"USDT_LTC": "100"})
    trade = created(engine, limit("1900"))
    with pytest.raises(ValueError, match="a simple trade on USDT_ETH is active at binance"):
        engine.remove_pair(MARKET, PAIR)
    engine.remove_pair(MARKET, "USDT_LTC")
    engine.trades.cancel(trade.id)
    engine.remove_pair(MARKET, PAIR)
    assert engine.trades.get(trade.id).pair == PAIR


def test_more_limit_orders_are_filled_by_one_price_than_rounds_are_allowed() -> None:
    engine = world(balances={"USDT": D(10) ** 9})
    for _ in range(10_050):
        engine.trades.create(limit("1900", units=D("0.01")))
    to(engine, "1800")
    assert {trade.status for trade in engine.trades.select()} == {"finished"}
