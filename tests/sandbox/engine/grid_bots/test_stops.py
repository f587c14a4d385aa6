"""Stop prices and the four actions; the grid that moves up."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.engine.grid_bots.grids import grid, lines, messages, rows, sides
from tests.sandbox.engine.trading import ACCOUNT, D, held, to
from threecommas_async.sandbox.engine.grid_bots.settings import StopAction


@pytest.mark.parametrize(
    ("action", "eth", "usdt"),
    [
        ("stop_bot", "0.2011", "9612.84323"),
        ("stop_bot_and_sell", "0.0", "9954.37136"),
        ("stop_bot_and_close_position", "0.0", "9954.37136"),
        ("stop_bot_and_buy", "0.2011", "9612.84323"),
    ],
)
def test_lower_stop(action: StopAction, eth: str, usdt: str) -> None:
    engine, bot = grid(lower_stop_loss_enabled=True, lower_stop_loss_price=D(1700), lower_stop_loss_action=action)
    to(engine, "1700.01")
    assert (sides(bot), held(engine, "ETH")) == ("-SSSS", "0.2011")
    to(engine, "1700")
    assert (bot.is_enabled, sides(bot)) == (False, "-----")
    assert (held(engine, "ETH"), held(engine, "USDT")) == (eth, usdt)
    assert not any(engine.account(ACCOUNT).funds.locked.values())
    assert messages(bot)[-1] == "Bot is turned off"
    assert "Lower stop loss price 1700.0 USDT is reached, Current price: 1700.0 USDT" in messages(bot)


@pytest.mark.parametrize(
    ("action", "order"),
    [
        ("stop_bot", None),
        ("stop_bot_and_sell", None),
        ("stop_bot_and_buy", ("Balancing", "BUY", "2300.0", "0.1738", "Filled")),
    ],
)
def test_upper_stop(action: StopAction, order: tuple[str, ...] | None) -> None:
    engine, bot = grid(upper_stop_loss_enabled=True, upper_stop_loss_price=D(2300), upper_stop_loss_action=action)
    to(engine, "2299.99")
    assert sides(bot) == "BBBB-"
    assert bot.reserved == D("400.1998")
    to(engine, "2400", "2300") if order is None else to(engine, "2300")
    assert not bot.is_enabled
    assert (rows(bot)[-1] if rows(bot)[-1][0] == "Balancing" else None) == order
    if order:
        # No more is spent than the lines would have cost.
        assert D(0) <= bot.reserved + D("400.1998") - bot.orders[-1].total < D("0.24")
        assert bot.balancing_orders[0] is bot.orders[-1]


def test_lines_on_the_way_fill_before_the_stop() -> None:
    engine, bot = grid(
        lower_stop_loss_enabled=True, lower_stop_loss_price=D(1850), lower_stop_loss_action="stop_bot_and_sell"
    )
    to(engine, "1700")
    filled = [row[1:4] for row in rows(bot) if row[4] == "Filled"]
    assert filled == [
        ("BUY", "2010.0", "0.093"),
        ("BUY", "1900.0", "0.0526"),
        ("BUY", "1800.0", "0.0555"),
        ("SELL", "1700.0", "0.2011"),
    ]


def test_a_bot_that_is_enabled_beyond_its_stop_price_stops_at_once() -> None:
    engine, bot = grid("1700", lower_stop_loss_enabled=True, lower_stop_loss_price=D(1750))
    assert not bot.is_enabled
    assert not any(engine.account(ACCOUNT).funds.locked.values())


def test_a_stop_price_that_is_off_does_nothing() -> None:
    engine, bot = grid(lower_stop_loss_price=D(1750))
    to(engine, "1000")
    assert bot.is_enabled


def test_coins_that_are_not_the_bots_are_not_sold() -> None:
    engine, bot = grid(
        balances={"USDT": D(1000), "ETH": D(5)},
        lower_stop_loss_enabled=True,
        lower_stop_loss_price=D(1700),
        lower_stop_loss_action="stop_bot_and_sell",
    )
    to(engine, "1700")
    # It used 0.093 of the five, and bought 0.1081.
    assert held(engine, "ETH") == "4.907"
    assert not bot.is_enabled


def test_only_what_is_left_in_the_account_is_sold() -> None:
    engine, bot = grid(
        max_active_sell_lines=1,
        lower_stop_loss_enabled=True,
        lower_stop_loss_price=D(1700),
        lower_stop_loss_action="stop_bot_and_sell",
    )
    engine.set_free(ACCOUNT, "ETH", D("0.01"))
    to(engine, "1700")
    assert (bot.is_enabled, held(engine, "ETH")) == (False, "0.0")


# ---- trailing up -----------------------------------------------------------------------------------------------------
def test_the_grid_moves_up_a_line_for_every_step_above_it() -> None:
    engine, bot = grid(trailing_up_enabled=True, lower_stop_loss_enabled=True, lower_stop_loss_price=D(1750))
    kept = {line.price: line.id for line in bot.lines}
    to(engine, "2299.99")
    assert [price for price, _, _ in lines(bot)] == ["1800.0", "1900.0", "2000.0", "2100.0", "2200.0"]
    to(engine, "2300")
    assert lines(bot) == [
        ("1900.0", "buy", True),
        ("2000.0", "buy", True),
        ("2100.0", "buy", True),
        ("2200.0", "buy", True),
        ("2300.0", None, False),
    ]
    settings = bot.settings
    assert (settings.lower_price, settings.upper_price, settings.lower_stop) == (D(1900), D(2300), D(1850))
    assert {line.price: line.id for line in bot.lines if line.price in kept} == {
        price: number for price, number in kept.items() if price > 1800
    }
    assert messages(bot)[-2] == "Grid is moved up, Lower price: 1900.0 USDT, Upper price: 2300.0 USDT"
    to(engine, "2550")
    assert sides(bot) == "BBBB-"
    assert settings.upper_price + 200 == bot.settings.upper_price


def test_a_jump_moves_all_lines() -> None:
    engine, bot = grid(trailing_up_enabled=True)
    to(engine, "1000000")
    assert lines(bot)[0] == ("999600.0", "buy", True)
    assert lines(bot)[-1] == ("1000000.0", None, False)
    assert engine.account(ACCOUNT).funds.locked["ETH"] == 0
    assert len({line.id for line in bot.lines}) == 5


def test_what_a_removed_cell_holds_leaves_the_bot_without_a_profit() -> None:
    engine, bot = grid(trailing_up_enabled=True, grids_quantity=5, max_active_sell_lines=1)
    engine.set_free(ACCOUNT, "ETH", D(0))
    to(engine, "2299")
    # The coins for the line at 2200 were taken away: it could not sell.
    assert (sides(bot), bot.held) == ("BBB-s", D("0.0454"))
    before = bot.current_profit_loss
    assert before is not None
    to(engine, "2700")
    assert (sides(bot), bot.held) == ("BBBB-", D(0))
    assert bot.current_profit_loss == before + D("0.0454") * (2700 - 2299)


def test_a_geometric_grid_keeps_its_ratio() -> None:
    engine, bot = grid(trailing_up_enabled=True, grid_type="geometric")
    before = bot.ladder.step
    to(engine, "2320")
    assert [price for price, _, _ in lines(bot)] == ["1892.61", "1989.97", "2092.35", "2200.0", "2313.18"]
    assert bot.ladder.step.quantize(D("0.00001")) == before.quantize(D("0.00001"))


@pytest.mark.parametrize(
    "changes",
    [{"trailing_up_enabled": False}, {"order_currency_type": "base"}, {"profit_currency_type": "base"}],
    ids=str,
)
def test_other_grids_stay(changes: dict[str, Any]) -> None:
    quantity = D("0.05") if "order_currency_type" in changes else D(100)
    given: dict[str, Any] = {"trailing_up_enabled": True, "quantity_per_grid": quantity, **changes}
    engine, bot = grid(**given)
    to(engine, "3000")
    assert [price for price, _, _ in lines(bot)] == ["1800.0", "1900.0", "2000.0", "2100.0", "2200.0"]


def test_a_line_that_was_removed_is_still_there_in_the_profits() -> None:
    engine, bot = grid(trailing_up_enabled=True)
    to(engine, "1850", "1950", "3000")
    line = bot.profits[0].line
    assert (line.price, line.side, line.order_placed) == (D(1900) + 100, None, False)
    assert line not in bot.lines
