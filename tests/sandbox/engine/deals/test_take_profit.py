"""Take profits: one or several, resting or trailing, in quote or in base currency, by price or by signal."""

from __future__ import annotations

import pytest

from tests.sandbox.engine.trading import (
    ACCOUNT,
    BASE_ONLY,
    RSI,
    D,
    after,
    error,
    held,
    opened,
    resting,
    steps,
    text,
    the,
    to,
    world,
)
from threecommas_async.sandbox.engine.refusals import RefusedError


def test_it_fills_at_its_own_price_however_far_the_price_goes() -> None:
    engine = world()
    deal = opened(engine, BASE_ONLY)
    to(engine, "2500")
    assert (deal.status, text(deal.sold_average_price)) == ("completed", "2042.04591")


def test_without_one_the_deal_waits() -> None:
    engine = world()
    deal = opened(engine, BASE_ONLY, take_profit=D(0))
    to(engine, "4000")
    assert (deal.status, deal.targets, text(deal.take_profit_price)) == ("bought", [], "0.0")


def test_long_with_profit_in_base_currency_sells_what_pays_for_it() -> None:
    engine = world()
    deal = opened(engine, BASE_ONLY, profit_currency="base_currency")
    assert resting(deal, "Take Profit") == [("2044.09", "0.0491")]
    to(engine, "2044.09")
    assert (deal.status, text(deal.reserved_second_coin)) == ("completed", "0.0009")
    assert held(engine, "ETH") == "1000.0009"


def test_steps_complete_the_deal_one_after_the_other() -> None:
    engine = world()
    deal = opened(engine, BASE_ONLY, take_profit=None, take_profit_steps=steps((50, 1), (50, 2)))
    to(engine, "2030")
    after(engine, 5)
    to(engine, "2044.09")
    assert deal.status == "completed"
    assert [(target.status, target.order is not None) for target in deal.targets] == [("Finished", True)] * 2
    assert deal.targets[1].executed_at == engine.now
    assert [target.trade_id for target in deal.targets] == [
        order.id for order in deal.orders if order.kind == "Take Profit"
    ]


def test_a_safety_order_splits_what_is_left_over_the_open_steps() -> None:
    engine = world()
    deal = opened(engine, take_profit=None, take_profit_steps=steps((40, 1), (50, 3), (10, 4)))
    to(engine, "2030")
    assert text(deal.left) == "0.03"
    to(engine, "1980")
    assert [text(target.amount) for target in deal.targets] == ["0.02", "0.046", "0.0093"]
    assert text(deal.left) == "0.0553"


def test_only_the_last_step_trails() -> None:
    engine = world()
    deal = opened(
        engine,
        BASE_ONLY,
        take_profit=None,
        take_profit_steps=steps((40, 1), (60, 2)),
        trailing_enabled=True,
        trailing_deviation=D("0.5"),
    )
    assert resting(deal, "Take Profit") == [("2024.05", "0.02")]
    to(engine, "2060")
    assert (deal.status, text(deal.trailing_max_price), deal.filled_targets) == ("ttp_activated", "2060.0", 1)
    to(engine, "2049.7")
    assert (deal.status, text(deal.exited_amount)) == ("completed", "0.05")


def test_last_step_that_trailed_before_the_others_leaves_the_deal_running() -> None:
    engine = world()
    deal = opened(
        engine,
        BASE_ONLY,
        take_profit=None,
        take_profit_steps=steps((40, 5), (60, 1)),
        trailing_enabled=True,
        trailing_deviation=D("0.5"),
    )
    to(engine, "2040", "2025")
    assert (deal.status, text(deal.exited_amount), deal.trailing_max_price) == ("bought", "0.03", None)
    to(engine, "2110")
    assert deal.status == "completed"


def test_a_safety_order_sets_a_trailing_deal_back() -> None:
    engine = world()
    deal = opened(engine, trailing_enabled=True, trailing_deviation=D(10))
    to(engine, "2050")
    assert deal.status == "ttp_activated"
    to(engine, "1975")
    assert (deal.status, deal.trailing_max_price) == ("bought", None)
    assert text(deal.take_profit_price) == "2037.9"
    to(engine, "2038")
    assert deal.status == "ttp_activated"


def test_a_trailing_short_follows_the_lowest_price() -> None:
    engine = world()
    deal = opened(engine, BASE_ONLY, strategy="short", trailing_enabled=True, trailing_deviation=D(1))
    to(engine, "1956.08")
    assert (deal.status, text(deal.trailing_max_price)) == ("ttp_activated", "1956.08")
    to(engine, "1900", "1918.99")
    assert (deal.status, text(deal.trailing_max_price)) == ("ttp_activated", "1900.0")
    to(engine, "1919")
    assert (deal.status, text(deal.bought_average_price)) == ("completed", "1920.919")


@pytest.mark.parametrize(
    ("strategy", "prices"), [("long", ("2050", "2080", "2069")), ("short", ("1950", "1930", "1941"))]
)
def test_trailing_with_profit_in_base_currency_leaves_coins(strategy: str, prices: tuple[str, ...]) -> None:
    engine = world()
    deal = opened(
        engine,
        BASE_ONLY,
        strategy=strategy,
        profit_currency="base_currency",
        trailing_enabled=True,
        trailing_deviation=D("0.5"),
    )
    to(engine, *prices)
    assert deal.status == "completed"
    assert D(held(engine, "ETH")) > 1000
    assert deal.final_profit >= 0


def test_close_signal_without_minimum_profit_completes_at_any_price() -> None:
    engine = world()
    deal = opened(engine, BASE_ONLY, take_profit=D(0), close_strategy_list=RSI)
    assert not deal.permissions.smart_trade_convertable
    to(engine, "1900")
    engine.deals.close_signal(deal.id)
    assert (deal.status, text(deal.final_profit)) == ("completed", "-5.195")
    assert the(deal, "Take Profit").status == "Filled"


def test_close_signal_waits_for_the_minimum_profit() -> None:
    engine = world()
    deal = opened(
        engine,
        take_profit=D(0),
        close_strategy_list=RSI,
        min_profit_percentage=D(2),
        min_profit_type="base_order_volume",
    )
    assert text(deal.take_profit_price) == "2044.09"
    to(engine, "1980")
    assert text(deal.take_profit_price) == "2024.56"
    engine.deals.close_signal(deal.id)
    assert (deal.status, deal.localized_status) == ("close_strategy_activated", "Close strategy activated")
    assert deal.permissions.cancellable
    assert not deal.permissions.smart_trade_convertable
    to(engine, "2024.55")
    assert deal.status == "close_strategy_activated"
    to(engine, "2024.56")
    assert (deal.status, text(deal.final_profit)) == ("completed", "2.00268054")


def test_minimum_profit_of_all_entries() -> None:
    engine = world()
    deal = opened(
        engine,
        take_profit=D(0),
        close_strategy_list=RSI,
        min_profit_percentage=D(2),
        min_profit_type="total_bought_volume",
    )
    to(engine, "1980")
    assert text(deal.take_profit_price) == "2037.9"


def test_close_signal_is_refused_where_nothing_closes_by_signal() -> None:
    engine = world()
    deal = opened(engine)
    with pytest.raises(RefusedError, match="not closed by a signal"):
        engine.deals.close_signal(deal.id)


def test_a_short_that_cannot_pay_its_take_profit_is_marked_and_recovers() -> None:
    engine = world(balances={"ETH": D(1)})
    deal = opened(engine, BASE_ONLY, strategy="short", profit_currency="base_currency")
    assert error(deal) == "Error placing TakeProfit trade: Insufficient funds. ERR_805Y Not enough USDT."
    assert resting(deal, "Take Profit") == []
    engine.set_free(ACCOUNT, "USDT", D(110))
    assert error(deal) is None
    assert len(resting(deal, "Take Profit")) == 1
    assert deal.targets[0].trade_id == the(deal, "Take Profit").id


def test_a_short_target_below_zero_is_not_placed() -> None:
    engine = world()
    deal = opened(engine, BASE_ONLY, strategy="short", take_profit=D(120))
    assert resting(deal, "Take Profit") == []
    to(engine, "1")
    assert deal.status == "bought"
