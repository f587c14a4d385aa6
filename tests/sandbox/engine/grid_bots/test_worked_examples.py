"""E13 of the trading semantics, digit by digit, and what the vendor's examples show of lines and steps.

None of the numbers was computed here.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

from tests.sandbox.engine.grid_bots.grids import USDT, created, grid, lines, messages, resting, rows, sides
from tests.sandbox.engine.trading import ACCOUNT, D, free, held, text, to, world
from threecommas_async.sandbox.engine import Engine
from threecommas_async.sandbox.engine.grid_bots.grid_bot import GridBot
from threecommas_async.sandbox.engine.grid_bots.ladder import Ladder
from threecommas_async.sandbox.engine.grid_bots.settings import GridSettings

GROUP: Final[dict[str, Any]] = json.loads(
    (Path(__file__).parents[3] / "fixtures" / "catalogue" / "grid_bots.json").read_text()
)


def test_e13_lines_are_marked_when_the_bot_is_created() -> None:
    engine = world("2010", USDT)
    bot = created(engine)
    assert lines(bot) == [
        ("1800.0", "buy", False),
        ("1900.0", "buy", False),
        ("2000.0", None, False),
        ("2100.0", "sell", False),
        ("2200.0", "sell", False),
    ]
    assert (bot.is_enabled, bot.start_price, text(bot.ladder.step)) == (False, None, "100.0")
    assert held(engine, "USDT") == "10000.0"


def test_e13_balancing_order_and_the_orders_of_the_lines() -> None:
    engine, bot = grid()
    assert rows(bot) == [
        ("Balancing", "BUY", "2010.0", "0.093", "Filled"),
        ("Grid Line", "BUY", "1900.0", "0.0526", "Active"),
        ("Grid Line", "BUY", "1800.0", "0.0555", "Active"),
        ("Grid Line", "SELL", "2100.0", "0.0476", "Active"),
        ("Grid Line", "SELL", "2200.0", "0.0454", "Active"),
    ]
    assert text(bot.orders[0].total) == "187.11693"
    funds = engine.account(ACCOUNT).funds
    assert funds.locked == {"USDT": D("200.03984"), "ETH": D("0.093")}
    assert free(engine, "USDT") == "9612.84323"
    assert (bot.is_enabled, text(bot.start_price), sides(bot)) == (True, "2010.0", "BB-SS")


def test_e13_a_purchase_is_sold_at_the_next_line_and_closes_a_pair() -> None:
    engine, bot = grid()
    to(engine, "1900")
    assert sides(bot) == "B-SSS"
    assert resting(bot)[1] == ("SELL", "2000.0", "0.0526")
    assert (bot.total_profits_count, text(bot.current_profit)) == (0, "0.0")
    to(engine, "2000")
    assert sides(bot) == "BB-SS"
    assert (bot.total_profits_count, text(bot.current_profit)) == (1, "5.05486")
    [profit] = bot.profits
    assert (text(profit.profit), text(profit.usd_profit), text(profit.line.price)) == ("5.05486", "5.05486", "2000.0")


def test_e13_geometric() -> None:
    engine = world("2010", USDT)
    bot = created(engine, grid_type="geometric")
    assert [text(line.price) for line in bot.lines] == ["1800.0", "1892.61", "1989.97", "2092.35", "2200.0"]
    assert [line.side for line in bot.lines] == ["buy", "buy", None, "sell", "sell"]
    engine.grid_bots.enable(bot.id)
    engine.settle()
    assert [price for _, price, _ in resting(bot)] == ["1800.0", "1892.61", "2092.35", "2200.0"]


def test_required_balances_of_e13() -> None:
    engine = world("2010", USDT)
    bot = created(engine)
    needed = engine.grid_bots.required_balances(bot.id)
    assert (text(needed.base), text(needed.quote)) == ("0.093", "200.03984")
    assert (text(needed.missing_base), text(needed.missing_quote)) == ("0.093", "0.0")
    assert (needed.needs_balancing, needed.is_balancing_available) == (True, True)
    assert needed.balancing == ("BUY", D("0.093"))
    assert needed.necessary == (D("0.093"), "ETH")


def at(price: int) -> str:
    return f"Current price: {price}.0 USDT, Success."


def test_events_are_told_in_the_recorded_form() -> None:
    engine, bot = grid(grids_quantity=3, leverage_type="cross", leverage_custom_value=D(10))
    assert messages(bot) == [
        "Start command received",
        "Bot is turned on",
        "Setting leverage: cross 10.0, Success.",
        "Creating balancing order, Price: 2010.0 USDT, Size: 91.254 USDT (0.0454 ETH).",
        "Balancing order filled, Price: 2012.01 USDT, Size: 91.345254 USDT (0.0454 ETH).",
        f"Creating LIMIT BUY order, Price: 1800.0 USDT, Size: 99.9 USDT (0.0555 ETH), {at(2010)}",
        f"Creating LIMIT SELL order, Price: 2200.0 USDT, Size: 99.88 USDT (0.0454 ETH), {at(2010)}",
    ]
    to(engine, "2200")
    engine.grid_bots.disable(bot.id)
    assert messages(bot)[7:] == [
        "LIMIT SELL order filled, Price: 2197.8 USDT, Size: 99.78012 USDT (0.0454 ETH), Profit: 8.88932 USDT.",
        f"Creating LIMIT BUY order, Price: 2000.0 USDT, Size: 100.0 USDT (0.05 ETH), {at(2200)}",
        "Stop command received",
        "Cancelling LIMIT BUY order, Price: 1800.0 USDT, Size: 99.9 USDT (0.0555 ETH), Success.",
        "Cancelling LIMIT BUY order, Price: 2000.0 USDT, Size: 100.0 USDT (0.05 ETH), Success.",
        "Bot is turned off",
    ]


# ---- what the vendor's examples show ---------------------------------------------------------------------------------
def documented(name: str) -> dict[str, Any]:
    endpoint = next(one for one in GROUP["endpoints"] if one["name"] == name)
    response = next(one for one in endpoint["responses"] if one["status"] < 300)
    example: dict[str, Any] = json.loads(response["example_json"])
    return example


def like(example: dict[str, Any], tick: str) -> tuple[Engine, GridBot]:
    """Create the grid of an example at the price of the example."""
    engine = Engine(world().now)
    pair = example["pair"]
    engine.add_pair("binance", pair, price=D(example["current_price"]), tick=D(tick), lot=D("0.00001"))
    engine.add_account(ACCOUNT, "binance", balances=USDT)
    settings = GridSettings(
        account_id=ACCOUNT,
        pair=pair,
        lower_price=D(example["lower_price"]),
        upper_price=D(example["upper_price"]),
        grids_quantity=int(example["grids_quantity"]),
        quantity_per_grid=D(example["quantity_per_grid"]),
        grid_type=example["grid_type"],
    )
    return engine, engine.grid_bots.create(settings)


@pytest.mark.parametrize(("name", "tick", "count"), [("create_grid_bot", "0.01", 3), ("edit_grid_bot", "0.1", 40)])
def test_arithmetic_lines_and_sides_are_those_of_the_examples(name: str, tick: str, count: int) -> None:
    example = documented(name)
    _, bot = like(example, tick)
    ours = {text(line.price): line.side for line in bot.lines}
    theirs = {line["price"]: line["side"] for line in example["grid_lines"]}
    assert len(theirs) == count
    assert theirs.items() <= ours.items()
    assert text(bot.ladder.step) == example["grid_price_step"]


def test_a_price_below_the_grid_leaves_the_lowest_line_out_as_in_the_example() -> None:
    endpoint = next(one for one in GROUP["endpoints"] if one["name"] == "get_the_list_of_grid_bots")
    example = json.loads(endpoint["responses"][0]["example_json"])[1]
    _, bot = like(example, "0.00001")
    assert text(bot.ladder.step) == example["grid_price_step"]
    expected = [(line["price"], line["side"], False) for line in example["grid_lines"]]
    assert lines(bot)[:2] == expected


@pytest.mark.parametrize(
    ("lower", "upper", "step"),
    [
        ("0.016352", "0.022503", "1.00399920581210916146041542739112586575"),
        ("0.10666", "0.14684", "1.004004212440096376563170259278331655"),
        ("0.0175", "0.024073", "1.00399408015751539830711995"),
    ],
)
def test_geometric_steps_have_the_digits_of_the_examples(lower: str, upper: str, step: str) -> None:
    ladder = Ladder(D(lower), D(upper), 81, "geometric", D("0.000001"))
    assert str(ladder.step).startswith(step)
    assert ladder.prices()[0] == D(lower)
    assert ladder.prices()[-1] == D(upper)


def test_investments_have_the_digits_of_the_examples() -> None:
    shares = [D("895.856662933930571109"), D("888.770386170732791182")]
    for price, share in zip(("0.022325", "0.022503"), shares, strict=True):
        engine = Engine(world().now)
        engine.add_pair("binance", "USDT_VET", price=D("0.0221"), tick=D("0.000001"), lot=D(1))
        engine.add_account(ACCOUNT, "binance", balances={"USDT": D(100), "VET": D(1000)})
        bot = engine.grid_bots.create(
            GridSettings(
                account_id=ACCOUNT,
                pair="USDT_VET",
                lower_price=D("0.0221"),
                upper_price=D(price),
                grids_quantity=2,
                quantity_per_grid=D(20),
            )
        )
        engine.grid_bots.enable(bot.id)
        engine.settle()
        assert str(bot.investment_base_currency).startswith(str(share)[:20])
    assert documented("get_grid_bot")["investment_base_currency"].startswith(str(sum(shares, Decimal(0)))[:20])
