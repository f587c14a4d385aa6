"""Lines: where they lie, how they are marked, how much is traded there."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.engine.grid_bots.grids import E13, USDT, created, grid, sides
from tests.sandbox.engine.trading import D, to, world
from threecommas_async.sandbox.engine.grid_bots.ladder import Ladder, line_amount
from threecommas_async.sandbox.engine.grid_bots.settings import GridType

prices = st.decimals("0.5", 5000, places=2)


@given(lower=prices, gap=prices, count=st.integers(2, 60), kind=st.sampled_from(["arithmetic", "geometric"]))
def test_lines_ascend_from_the_lower_to_the_upper_price(
    lower: Decimal, gap: Decimal, count: int, kind: GridType
) -> None:
    ladder = Ladder(lower, lower + gap, count, kind, D("0.0001"))
    found = ladder.prices()
    assert (found[0], found[-1], len(found)) == (lower, lower + gap, count)
    assert found == sorted(set(found))
    differences = {b - a for a, b in pairwise(found)}
    if kind == "arithmetic":
        assert max(differences) - min(differences) <= D("0.0001")
    else:
        assert found[1] - found[0] <= found[-1] - found[-2] + D("0.0001")


@given(kind=st.sampled_from(["arithmetic", "geometric"]), above=st.decimals(0, 50_000, places=2))
def test_steps_reached_are_all_lines_up_to_the_price(kind: GridType, above: Decimal) -> None:
    ladder = Ladder(D(1800), D(2200), 5, kind, D("0.01"))
    steps = ladder.steps_reached(2200 + above)
    assert ladder.price(4 + steps) <= 2200 + above < ladder.price(5 + steps)


def test_prices_are_steps_of_the_pair_that_are_no_powers_of_ten() -> None:
    assert Ladder(D(1), D(2), 4, "arithmetic", D("0.05")).prices() == [D(1), D("1.35"), D("1.65"), D(2)]


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        ("2010", "bb-ss"),
        ("1990", "bb-ss"),
        ("2049.99", "bb-ss"),
        ("2050", "bb-ss"),
        ("2050.01", "bbb-s"),
        ("1950", "b-sss"),
        ("1700", "-ssss"),
        ("1800", "-ssss"),
        ("2200", "bbbb-"),
        ("9999", "bbbb-"),
    ],
)
def test_the_nearest_line_waits_and_of_two_the_lower(price: str, expected: str) -> None:
    assert sides(created(world(price, USDT))) == expected


def test_lines_are_marked_anew_when_the_bot_is_enabled() -> None:
    engine = world("2010", USDT)
    bot = created(engine)
    to(engine, "1890")
    assert sides(bot) == "bb-ss"
    engine.grid_bots.enable(bot.id)
    assert (sides(bot), bot.start_price) == ("b-sss", D(1890))
    engine.settle()
    assert sides(bot) == "B-SSS"


def test_orders_are_placed_in_a_second_phase() -> None:
    engine = world("2010", USDT, settle_automatically=False)
    bot = created(engine)
    engine.grid_bots.enable(bot.id)
    assert (bot.is_enabled, bot.is_trading, sides(bot), bot.orders) == (True, False, "bb-ss", [])
    assert (bot.investment_quote_currency, bot.current_profit_loss) == (D(0), None)
    to(engine, "1850")
    assert bot.orders == []
    engine.settle()
    # The price has passed the line at 1900: its purchase waits until it is below the price again.
    assert sides(bot) == "Bb-SS"
    to(engine, "1901")
    assert sides(bot) == "BB-SS"


def test_amounts_in_quote_currency_are_rounded_down_to_lots_at_the_price_of_the_line() -> None:
    amounts = [line_amount(E13, D(price), D("0.0001")) for price in (1800, 1900, 2000, 2100, 2200)]
    assert amounts == [D("0.0555"), D("0.0526"), D("0.05"), D("0.0476"), D("0.0454")]


def test_amounts_in_base_currency_are_the_same_at_every_line() -> None:
    _, bot = grid(order_currency_type="base", quantity_per_grid=D("0.05239"))
    assert {order.quantity for order in bot.orders if order.kind == "Grid Line"} == {D("0.0523")}
    assert bot.investment_base_currency == D("0.10478")
    assert bot.investment_quote_currency == D("193.843")


def test_a_line_that_the_price_is_at_waits_for_it_to_leave() -> None:
    engine = world("2010", USDT, settle_automatically=False)
    bot = created(engine)
    engine.grid_bots.enable(bot.id)
    to(engine, "1900")
    engine.settle()
    assert sides(bot) == "Bb-SS"
    to(engine, "1900.01")
    assert sides(bot) == "BB-SS"
    other = created(engine)
    engine.grid_bots.enable(other.id)
    to(engine, "2000")
    engine.settle()
    assert sides(other) == "B-sSS"
    to(engine, "1999.99")
    assert sides(other) == "B-SSS"
