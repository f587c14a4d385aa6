"""The formulas one by one, with the numbers of the worked examples and those at their limits."""

from __future__ import annotations

from fractions import Fraction

import pytest
from attrs import evolve

from tests.sandbox.engine.trading import E1, D, text
from threecommas_async.sandbox.engine.deals import profit
from threecommas_async.sandbox.engine.deals.safety_orders import (
    adjustment,
    deviations,
    last_deviation,
    plan,
    quantity,
    required_volume,
    safety_price,
    scaled,
    smallest_quantity,
)
from threecommas_async.sandbox.engine.deals.settings import SafetyStep
from threecommas_async.sandbox.engine.deals.take_profit import bought_back, exit_price, rise, sold_for_cost, split
from threecommas_async.sandbox.engine.directions import LONG, SHORT
from threecommas_async.sandbox.engine.pairs import Pair
from threecommas_async.sandbox.engine.stops import breakeven_step, tighter, trailed

FEE, TICK, LOT = D("0.001"), D("0.01"), D("0.0001")


def test_deviations_add_up() -> None:
    assert deviations(D(1), D(2), 3) == (D(1), D(3), D(7))
    assert deviations(D("1.5"), D(1), 3) == (D("1.5"), D(3), D("4.5"))
    assert deviations(D(1), D(2), 0) == ()


def test_two_hundred_deviations_are_exact() -> None:
    last = deviations(D(1), D("1.05"), 200)[-1]
    assert len(str(last).partition(".")[2]) == 398
    assert Fraction(last) == (Fraction(105, 100) ** 200 - 1) / Fraction(5, 100)


def test_volumes_grow() -> None:
    assert scaled(D(50), D("1.5"), 3) == (D(50), D(75), D("112.5"))


def test_safety_prices_round_to_the_worse_side_of_the_market() -> None:
    assert safety_price(LONG, D(2002), D(-1), TICK) == D("1981.98")
    assert safety_price(LONG, D("2002.005"), D(-1), TICK) == D("1981.98")
    assert safety_price(SHORT, D(1998), D(1), TICK) == D("2017.98")
    assert safety_price(SHORT, D("1998.001"), D(1), TICK) == D("2017.99")


def test_custom_steps_replace_the_coefficients_and_are_no_more_than_the_maximum() -> None:
    custom = (SafetyStep(D("-1.1"), D(10)), SafetyStep(D(-4), D(20)), SafetyStep(D(-9), D(30)))
    planned = plan(evolve(E1, custom_safety_steps=custom, max_safety_orders=2))
    assert [(item.number, item.shift, item.volume) for item in planned] == [(1, D("-1.1"), D(10)), (2, D(-4), D(20))]
    assert last_deviation(evolve(E1, custom_safety_steps=custom)) == 9


def test_plan_of_a_short_bot_goes_upwards() -> None:
    assert [item.shift for item in plan(evolve(E1, strategy="short"))] == [1, 3, 7]
    assert last_deviation(evolve(E1, strategy="short")) == 7


def test_last_deviation_of_no_safety_orders_is_zero() -> None:
    assert last_deviation(evolve(E1, max_safety_orders=0)) == 0


def test_amounts_are_rounded_up_to_lots() -> None:
    assert quantity(D(100), False, D(2000), LOT) == D("0.05")
    assert quantity(D(100), False, D(1999), LOT) == D("0.0501")
    assert quantity(D("15.00001"), True, D("0.26"), D("0.1")) == D("15.1")


def test_smallest_quantity_is_in_lots() -> None:
    pair = Pair("binance", "USDT_X", TICK, D("0.1"), D("0.25"))
    assert smallest_quantity(D("0.1"), pair) == D("0.3")
    assert smallest_quantity(D(5), pair) == 5
    assert (pair.quote, pair.base, pair.smallest_volume(D(100))) == ("USDT", "X", D(25))


def test_required_funds_are_all_orders_of_all_deals() -> None:
    assert required_volume(E1) == D("337.5")
    assert required_volume(evolve(E1, max_active_deals=3)) == D("1012.5")


def test_reinvesting_rounds_down_and_risk_reduction_up() -> None:
    assert adjustment(D(12), D(100), 4, D(2000), LOT) == D("0.0015")
    assert adjustment(D("12.7"), D(100), 4, D(2000), LOT) == D("0.0015")
    assert adjustment(D("-12.1"), D(100), 4, D(2000), LOT) == D("-0.0016")
    assert adjustment(D(-12), D(50), 4, D(2000), LOT) == D("-0.0008")


def test_exit_prices_contain_both_fees() -> None:
    assert exit_price(LONG, D("225.522469172"), D("0.114"), D("4.51044938344"), FEE, TICK) == D("2019.86")
    assert exit_price(SHORT, D("149.895858096"), D("0.0748"), D("2.99791716192"), FEE, TICK) == D("1961.91")


def test_profit_in_base_currency() -> None:
    assert sold_for_cost(D("100.1"), D("2044.09"), FEE, LOT) == D("0.0491")
    assert bought_back(D("149.895858096"), D("0.0748"), D("0.001496"), FEE, TICK, LOT) == (D("1961.98"), D("0.0764"))


def test_split_gives_the_rest_to_the_last() -> None:
    assert split(D("0.114"), [D(40), D(50), D(10)], LOT) == [D("0.0456"), D("0.057"), D("0.0114")]
    assert split(D("0.0373"), [D(40), D(50), D(10)], LOT) == [D("0.0149"), D("0.0186"), D("0.0038")]
    assert split(D("0.0684"), [D(50), D(10)], LOT) == [D("0.057"), D("0.0114")]
    assert split(D("0.0002"), [D(25), D(25), D(50)], LOT) == [0, 0, D("0.0002")]


def test_rise_has_two_decimals() -> None:
    assert str(rise(D("2044.09"), D(2000))) == "2.20"


@pytest.mark.parametrize(
    ("volume", "amount", "average"),
    [
        ("150.294238094", "0.0753", "1995.939416918990703851261620186"),
        ("1", "3", "0.333333333333333333333333333333333333"),
        ("2", "3", "0.666666666666666666666666666666666667"),
        ("10", "3", "3.333333333333333333333333333"),
        ("3", "3", "1.0"),
    ],
)
def test_averages_have_27_decimals_and_36_below_one(volume: str, amount: str, average: str) -> None:
    assert text(profit.average_price(D(volume), D(amount))) == average


def test_average_of_nothing_is_zero() -> None:
    assert profit.average_price(D(0), D(0)) == 0


def test_profits_of_long_and_short() -> None:
    assert profit.open_profit(LONG, D("100.1"), D(0), D("0.05"), D(2000), FEE) == D("-0.2")
    assert profit.open_profit(SHORT, D("99.9"), D(0), D("0.05"), D(2000), FEE) == D("-0.2")
    assert profit.open_percentage(LONG, D("100.1"), D("0.05"), D(2000)) == D("-0.10")
    assert profit.open_percentage(SHORT, D("99.9"), D("0.05"), D(2000)) == D("-0.10")
    assert profit.final_percentage(LONG, D(100), D(102)) == 2
    assert profit.final_percentage(SHORT, D(100), D(98)) == 2
    assert profit.open_percentage(LONG, D(0), D(0), D(2000)) == profit.final_percentage(LONG, D(0), D(0)) == 0


def test_trailed_levels_are_not_rounded() -> None:
    assert trailed(LONG, D("2941.72879"), D(22)) == D("2294.5484562")
    assert trailed(SHORT, D(1998), D(8)) == D("2157.84")


def test_stop_loss_never_goes_backwards() -> None:
    assert tighter(LONG, D(1900), D(1950)) == 1950
    assert tighter(LONG, D(1960), D(1950)) == 1960
    assert tighter(SHORT, D(2100), D(2050)) == 2050
    assert tighter(SHORT, D(2100), None) == 2100


@pytest.mark.parametrize(
    ("filled", "limit", "step"), [(1, 0, 0), (2, 0, 0), (1, 2, 0), (2, 2, 1), (3, 2, 2), (4, 2, 2)]
)
def test_breakeven_steps(filled: int, limit: int, step: int) -> None:
    assert breakeven_step(filled, limit) == step
