"""The price levels of a deal: which there are, and where those that are only planned lie."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import attrs
import pytest

from tests.cli.trading_server import TradingServer, example, order
from threecommas_async import codec
from threecommas_async.cli.deal_levels import average, levels_of
from threecommas_async.cli.levels import Level
from threecommas_async.models.dca_steps import SafetyStep
from threecommas_async.models.deal import Deal, DealTakeProfitStep
from threecommas_async.models.deal_order import DealOrder
from threecommas_async.models.strategy import BotStrategy

DEAL = codec.from_json(json.dumps(example("deals", "get_deal")), Deal)
ORDERS = codec.from_json(json.dumps(TradingServer().orders), list[DealOrder])


def texts(levels: list[Level]) -> list[str]:
    """Price, mark and text of each level."""
    marks = {(True, False): "●", (False, True): "·", (False, False): "○"}
    return [f"{level.price:f} {marks[level.done, level.planned]} {level.text}" for level in levels]


def test_a_running_deal() -> None:
    assert texts(levels_of(DEAL, ORDERS)) == [
        "2966.43 ○ take profit",
        "2959.74 ○ price now",
        "2941.72879 ● base order",
        "2934.117357455919395465994962217 ○ average",
        "2915.22231 ● safety order 1",
        "2794.64 ○ safety order 2",
        "2323.96 ○ safety order 3",
        "2294.5484562 ○ stop loss",
    ]


def test_planned_safety_orders_lie_where_the_vendors_do() -> None:
    """The vendor's example has the orders that the formula, cut to the tick, has to give."""
    placed = [one for one in ORDERS if one.deal_order_type != "Safety"]
    planned = [level for level in levels_of(DEAL, placed) if level.planned]
    assert texts(planned) == ["2912.31 · safety order 1", "2794.64 · safety order 2", "2323.96 · safety order 3"]


def test_only_those_that_are_not_placed_are_planned() -> None:
    placed = [one for one in ORDERS if one.order_id != "1000000004"]
    assert texts(levels_of(DEAL, placed))[-2:] == ["2323.96 · safety order 3", "2294.5484562 ○ stop loss"]


def test_a_short_deal_is_the_other_way_round() -> None:
    short = attrs.evolve(
        DEAL,
        strategy="short",
        sold_average_price=Decimal("0.26"),
        base_order_average_price=Decimal("0.2580424"),
        bought_average_price=Decimal(0),
        take_profit_price=Decimal("0.25"),
        stop_loss_price=None,
        current_price=Decimal("0.2596"),
        martingale_step_coefficient=Decimal(1),
    )
    assert average(short) == Decimal("0.26")
    assert texts(levels_of(short)) == [
        "0.2658 · safety order 3",
        "0.2633 · safety order 2",
        "0.2607 · safety order 1",
        "0.26 ○ average",
        "0.2596 ○ price now",
        "0.2580424 ● base order",
        "0.25 ○ take profit",
    ]


def test_safety_orders_of_their_own_distances() -> None:
    steps = (SafetyStep(deviation=Decimal(-2), size=Decimal(10)), SafetyStep(deviation=Decimal(-5), size=Decimal(20)))
    planned = [level for level in levels_of(attrs.evolve(DEAL, custom_safety_steps=steps)) if level.planned]
    assert texts(planned) == ["2882.89 · safety order 1", "2794.64 · safety order 2"]


@pytest.mark.parametrize(
    "fields",
    [
        {"safety_order_calculation_mode": "last_executed"},
        {"safety_strategy_list": (BotStrategy(strategy="rsi"),)},
        {"base_order_average_price": None},
        {"safety_order_step_percentage": None},
        {"max_safety_orders": None},
    ],
    ids=str,
)
def test_what_cannot_be_calculated_is_not_planned(fields: dict[str, Any]) -> None:
    assert not any(level.planned for level in levels_of(attrs.evolve(DEAL, **fields)))


def test_take_profit_steps_stand_for_the_take_profit() -> None:
    steps = (
        DealTakeProfitStep(id=0, amount_percentage=Decimal("50.0"), price=Decimal(3000)),
        DealTakeProfitStep(id=1, amount_percentage=Decimal("50.0"), price=Decimal(3100)),
    )
    found = texts(levels_of(attrs.evolve(DEAL, take_profit_steps=steps)))
    assert found[:2] == ["3100 ○ take profit 2, 50 %", "3000 ○ take profit 1, 50 %"]
    assert not any(text.startswith("2966.43") for text in found)


def test_trailing() -> None:
    trailing = attrs.evolve(DEAL, trailing_enabled=True, trailing_max_price=Decimal(2970), tsl_enabled=True)
    found = texts(levels_of(trailing))
    assert found[:2] == ["2970 ○ best price while trailing", "2966.43 ○ take profit, trailing"]
    assert found[-1] == "2294.5484562 ○ stop loss, trailing"


def test_safety_orders_by_hand() -> None:
    by_hand = [order(7, "Manual Safety", "Active", "2800"), order(8, "Manual Safety", "Inactive", "0.297")]
    found = codec.from_json(json.dumps(by_hand), list[DealOrder])
    assert "2800 ○ manual safety order" in texts(levels_of(DEAL, [*ORDERS, *found]))
    assert len(levels_of(DEAL, [*ORDERS, *found])) == len(levels_of(DEAL, ORDERS)) + 1


def test_a_finished_deal_waits_for_nothing() -> None:
    finished = attrs.evolve(
        DEAL,
        finished=True,
        current_price=Decimal(0),
        take_profit_price=Decimal(0),
        stop_loss_price=None,
        sold_average_price=Decimal(2970),
    )
    filled = [one for one in ORDERS if one.is_filled]
    assert texts(levels_of(finished, filled)) == [
        "2970 ○ closed at",
        "2941.72879 ● base order",
        "2934.117357455919395465994962217 ○ average",
        "2915.22231 ● safety order 1",
    ]


def test_a_deal_of_which_nothing_is_known() -> None:
    assert levels_of(Deal(id=1)) == []
