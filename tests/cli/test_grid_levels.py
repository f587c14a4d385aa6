"""The price levels of a grid bot: its lines with their orders, and its limits."""

from __future__ import annotations

import json

from threecommas_async import codec
from threecommas_async.cli.grid_levels import levels_of
from threecommas_async.models.grid_bot import GridBot, GridBotOrder


def grid_bot(**fields: object) -> GridBot:
    lines = [
        {"id": 1, "price": "1900.0", "side": "buy", "order_placed": True},
        {"id": 2, "price": "2000.0", "side": None, "order_placed": False},
        {"id": 3, "price": "2100.0", "side": "sell", "order_placed": True},
        {"id": 4, "price": "2200.0", "side": "sell", "order_placed": False},
    ]
    document = {"id": 7, "pair": "USDT_ETH", "is_enabled": True, "current_price": "2010.5", "grid_lines": lines}
    return codec.from_json(json.dumps(document | fields), GridBot)


def order(number: int, side: str, status: str, rate: str, quantity: str, minute: int) -> GridBotOrder:
    document = {
        "order_id": number,
        "order_type": side,
        "status_string": status,
        "created_at": f"2024-10-03T19:{minute:02}:00Z",
        "updated_at": f"2024-10-03T20:{minute:02}:00Z",
        "quantity": quantity,
        "rate": rate,
    }
    return codec.from_json(json.dumps(document), GridBotOrder)


def texts(bot: GridBot, *orders: GridBotOrder) -> list[str]:
    return [f"{level.price:f} {'· ' if level.planned else ''}{level.text}" for level in levels_of(bot, orders)]


def test_lines_have_the_amounts_of_their_orders() -> None:
    assert texts(
        grid_bot(),
        order(4, "SELL", "Inactive", "2200.0", "0.0454", 4),
        order(3, "SELL", "Active", "2100.0", "0.0476", 3),
        order(2, "SELL", "Cancelled", "2100.0", "9", 5),
        order(1, "BUY", "Active", "1900.0", "0.0526", 1),
    ) == [
        "2200.0 · sell 0.0454 ETH",
        "2100.0 sell 0.0476 ETH",
        "2010.5 price now",
        "2000.0 waiting",
        "1900.0 buy 0.0526 ETH",
    ]


def test_what_was_filled_last_at_a_line_is_told_whatever_the_order_of_the_list() -> None:
    bought, sold = (
        order(1, "BUY", "Filled", "2000.0", "0.05", 1),
        order(2, "SELL", "Filled", "2000.0", "0.0499", 2),
    )
    before = order(3, "SELL", "Filled", "1900.0", "0.05", 3)
    for orders in ((bought, sold, before), (sold, before, bought)):
        found = texts(grid_bot(), *orders)
        assert "2000.0 waiting, sold 0.0499 ETH" in found
        assert "1900.0 buy, sold before" in found


def test_limits_are_drawn_only_while_they_are_on() -> None:
    limits = {
        "upper_stop_loss_price": "2500.0",
        "upper_stop_loss_action": "stop_bot_and_buy",
        "lower_stop_loss_price": "1500.0",
        "expansion_down_stop_price": "1600.0",
    }
    on = {"upper_stop_loss_enabled": True, "lower_stop_loss_enabled": True, "expansion_down_enabled": "true"}
    found = texts(grid_bot(**limits, **on))
    assert (found[0], found[-2:]) == (
        "2500.0 stop loss, stop bot and buy",
        ["1600.0 no more lines below", "1500.0 stop loss, stop bot"],
    )
    assert texts(grid_bot(**limits)) == texts(grid_bot())


def test_a_bot_that_is_off_waits_for_nothing() -> None:
    assert "2000.0 no order" in texts(grid_bot(is_enabled=False))


def test_a_bot_of_which_nothing_is_known() -> None:
    assert levels_of(GridBot(id=1)) == []
