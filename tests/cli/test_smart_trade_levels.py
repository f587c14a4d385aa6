"""The price levels of a SmartTrade: which there are in each of its states."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.trading_server import example
from threecommas_async import codec
from threecommas_async.cli.levels import Level
from threecommas_async.cli.smart_trade_levels import entry_price, levels_of
from threecommas_async.models.smart_trade import SmartTrade, SmartTradeTrade

STEP = {"order_type": "limit", "volume": "50.0", "trailing": {"enabled": False}, "status": {"type": "order_placed"}}


def smart_trade(**fields: object) -> SmartTrade:
    """The vendor's running SmartTrade, bought at 0.00000442, with other fields; a part keeps what is not named."""
    document: dict[str, Any] = example("smart_trades", "edit_smart_trade")
    for name, value in fields.items():
        document[name] = document[name] | value if isinstance(value, dict) else value
    return codec.from_json(json.dumps(document), SmartTrade)


def orders(*documents: dict[str, object]) -> list[SmartTradeTrade]:
    return codec.from_json(json.dumps(documents), list[SmartTradeTrade])


def status(word: str) -> dict[str, object]:
    return {"type": word, "basic_type": word, "title": word}


def steps(*changes: dict[str, object]) -> dict[str, object]:
    return {"steps": [{**STEP, "position": number, **change} for number, change in enumerate(changes, 1)]}


def texts(levels: list[Level]) -> list[str]:
    """Price, mark and text of each level."""
    marks = {(True, False): "●", (False, True): "·", (False, False): "○"}
    return [f"{level.price:f} {marks[level.done, level.planned]} {level.text}" for level in levels]


def test_steps_with_their_shares() -> None:
    profit = steps(
        {"price": {"value": "0.00000500"}, "status": {"type": "finished"}},
        {"price": {"value": "0.00000550"}, "trailing": {"enabled": True, "percent": "0.5"}},
        {"price": {"value": "0.00000600"}, "status": {"type": "cancelled"}},
    )
    assert texts(levels_of(smart_trade(take_profit=profit)))[:3] == [
        "0.00000550 ○ take profit 2, 50 %, trailing",
        "0.00000500 ● take profit 1, 50 %",
        "0.00000442 ● entry, buy",
    ]


def test_a_stop_loss_says_how_it_stops() -> None:
    stop = {
        "status": status("to_process"),
        "order_type": "limit",
        "price": {"value": "0.0000027"},
        "breakeven": True,
        "timeout": {"enabled": True, "value": "60.0"},
        "conditional": {"price": {"value": "0.0000028"}, "trailing": {"enabled": True}},
    }
    assert texts(levels_of(smart_trade(stop_loss=stop)))[-2:] == [
        "0.0000028 ○ stop loss, trailing, after 60 s, to breakeven",
        "0.0000027 ○ stop loss, its order",
    ]


def test_a_conditional_entry_that_waits() -> None:
    trade = smart_trade(
        status=status("waiting_position"),
        is_position_not_filled=True,
        data={"average_enter_price": None},
        position={
            "order_type": "conditional",
            "status": status("to_process"),
            "price": {"value": None},
            "conditional": {"order_type": "market", "price": {"value": "0.000002"}, "trailing": {"enabled": True}},
        },
    )
    assert str(entry_price(trade)) == "0.000002"
    assert texts(levels_of(trade))[-1] == "0.000002 ○ entry is triggered, then trails"


def test_a_position_that_was_held_already() -> None:
    assert "0.00000442 ● entry, own funds" in texts(levels_of(smart_trade(skip_enter_step=True)))


def test_funds_that_were_added_and_taken_out() -> None:
    trades = orders(
        {"id": 1, "trade_purpose": "position", "status": "finished", "realised_price": "0.00000442"},
        {
            "id": 2,
            "trade_purpose": "position",
            "status": "finished",
            "realised_price": "0.000004",
            "initial_amount": "5.0",
        },
        {
            "id": 3,
            "trade_purpose": "position",
            "status": "order_placed",
            "order_price": "0.000003",
            "initial_amount": "7.0",
        },
        {"id": 4, "trade_purpose": "position", "status": "cancelled", "order_price": "0.000001"},
    )
    reduced = {"steps": [{"units": {"value": "2.0"}, "price": {"value": "0.0000045"}, "status": status("finished")}]}
    trade = smart_trade(reduce_funds=reduced, data={"average_enter_price": "0.0000043"})
    found = texts(levels_of(trade, trades))
    assert found[1:6] == [
        "0.0000045 ● 2.0 1INCH taken out",
        "0.00000442 ● entry, buy",
        "0.0000043 ○ average",
        "0.000004 ● 5.0 1INCH added",
        "0.000003 ○ 7.0 1INCH added",
    ]
    assert not any(text.startswith("0.000001 ") for text in found)
    assert str(entry_price(trade)) == "0.0000043"


def test_the_best_price_while_trailing() -> None:
    trailing = orders(
        {"id": 5, "trade_purpose": "take_profit", "status": "trailing_activated", "trailing_last_price": 1}
    )
    assert texts(levels_of(smart_trade(), trailing))[0] == "1 ○ best price while trailing"


def test_liquidation() -> None:
    assert texts(levels_of(smart_trade(data={"liquidation_price": "0.000001"})))[-1] == "0.000001 ○ liquidation"


@pytest.mark.parametrize("word", ["finished", "panic_sold", "stop_loss_finished"])
def test_of_a_finished_one_only_what_was_filled_is_left(word: str) -> None:
    profit = steps(
        {"price": {"value": "0.00000500"}, "status": {"type": "finished"}}, {"price": {"value": "0.00000550"}}
    )
    trade = smart_trade(status=status(word), take_profit=profit, data={"average_close_price": "0.0000047"})
    assert texts(levels_of(trade)) == [
        "0.00000500 ● take profit 1, 50 %",
        "0.0000047 ○ closed at",
        "0.00000442 ● entry, buy",
    ]


def test_one_that_was_cancelled_before_its_entry_has_no_levels() -> None:
    trade = smart_trade(
        status=status("cancelled"), is_position_not_filled=True, data={"average_enter_price": None, "finished": True}
    )
    assert levels_of(trade) == []


def test_one_of_which_nothing_is_known() -> None:
    assert levels_of(SmartTrade(id=1)) == []
    assert entry_price(SmartTrade(id=1)) is None
