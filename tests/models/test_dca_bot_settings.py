"""Settings of DCA bots and deals: what is taken in, what is refused by name, and what the typed changes can name."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final, cast

import attrs
import pytest

from threecommas_async import codec
from threecommas_async.models.base import OMITTED
from threecommas_async.models.dca_bot_settings import CREATE_ONLY, DcaBotChanges, DcaBotEdits, DcaBotSettings
from threecommas_async.models.dca_steps import BreakevenSettings, SafetyStepSettings, TakeProfitStepSettings
from threecommas_async.models.deal_settings import DealChanges, DealSettings
from threecommas_async.models.editable import may_be_null
from threecommas_async.models.request import Request
from threecommas_async.models.strategy import StrategySettings

NONSTOP: Final = StrategySettings(strategy="nonstop")
MANUAL: Final = StrategySettings(strategy="manual")
SETTINGS: Final = DcaBotSettings(
    name="ETH",
    pairs=["USDT_ETH"],
    strategy_list=[NONSTOP],
    base_order_volume="100",
    take_profit_type="total",
    take_profit="2.50",
    safety_order_volume=50,
    safety_order_step_percentage="1",
    max_safety_orders=3,
    active_safety_orders_count=2,
    martingale_volume_coefficient="1.5",
    martingale_step_coefficient="2",
)


def step(share: str | int, profit: str | int = 2) -> TakeProfitStepSettings:
    return TakeProfitStepSettings(amount_percentage=share, profit_percentage=profit)


def names(kind: type[Request]) -> set[str]:
    return {field.name for field in attrs.fields(kind)}


def test_the_changes_name_the_fields_and_no_others() -> None:
    assert DcaBotChanges.__annotations__.keys() == names(DcaBotSettings)
    assert DcaBotEdits.__annotations__.keys() == names(DcaBotSettings) - CREATE_ONLY
    assert DealChanges.__annotations__.keys() == names(DealSettings)


@pytest.mark.parametrize(
    ("changes", "kind"), [(DcaBotChanges, DcaBotSettings), (DealChanges, DealSettings)], ids=["bot", "deal"]
)
def test_the_changes_may_be_null_where_the_fields_may(changes: Any, kind: type[Request]) -> None:
    nullable = {name for name, annotation in changes.__annotations__.items() if "None" in str(annotation)}
    assert nullable == {name for name in names(kind) if may_be_null(kind, name)}


def test_what_is_not_given_is_not_sent() -> None:
    written = cast("dict[str, object]", codec.value_of(SETTINGS, "settings"))
    assert len(written) == 12
    assert written["take_profit"] == "2.50"
    assert written["safety_order_volume"] == "50"
    assert written["pairs"] == ["USDT_ETH"]
    assert written["strategy_list"] == [{"strategy": "nonstop", "options": {}}]


def test_every_field_can_be_sent() -> None:
    whole = SETTINGS.evolve(
        pairs=["USDT_ETH", "USDT_BTC"],
        strategy_list=[StrategySettings(strategy="rsi", options={"time": "5m", "points": 30})],
        take_profit=0,
        take_profit_steps=[step(50), step("50.0", "3.5")],
        base_order_volume_type="xbt",
        safety_order_volume_type="something new",
        strategy="short",
        profit_currency="base_currency",
        start_order_type="market",
        max_active_deals=2,
        allowed_deals_on_same_pair=2,
        disable_after_deals_count=10,
        leverage_type="isolated",
        leverage_custom_value="3",
        trailing_enabled=True,
        trailing_deviation="0.2",
        close_strategy_list=[MANUAL],
        min_profit_type="total_bought_volume",
        min_profit_percentage="1",
        close_deals_timeout=60,
        stop_loss_percentage="30",
        stop_loss_type="stop_loss_and_disable_bot",
        tsl_enabled=True,
        stop_loss_timeout_enabled=True,
        stop_loss_timeout_in_seconds=100,
        sl_to_breakeven_enabled=True,
        sl_to_breakeven_data=BreakevenSettings(upper_breakeven_limit=1),
        risk_reduction_percentage="50",
        reinvesting_percentage=100,
        safety_strategy_list=[MANUAL],
        custom_safety_steps=[SafetyStepSettings(deviation="-1.1", size=10)],
        min_volume_btc_24h="0.5",
        min_price="1",
        max_price="2",
        min_price_percentage="-94.9",
        max_price_percentage="999.9",
        deal_start_delay_seconds=5,
        cooldown=2592000,
    )
    written = cast("dict[str, object]", codec.value_of(whole, "settings"))
    assert written.keys() == names(DcaBotSettings)
    assert written["sl_to_breakeven_data"] == {"upper_breakeven_limit": 1}
    assert written["custom_safety_steps"] == [{"deviation": "-1.1", "size": "10"}]
    assert written["take_profit_steps"] == [
        {"amount_percentage": "50", "profit_percentage": "2"},
        {"amount_percentage": "50.0", "profit_percentage": "3.5"},
    ]
    assert written["trailing_enabled"] is True


WRONG: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"name": ""}, ValueError, "name must have from 1 to 200 characters, not 0"),
    ({"name": "x" * 201}, ValueError, "name must have from 1 to 200 characters, not 201"),
    ({"name": None}, TypeError, "name must not be None"),
    ({"pairs": []}, ValueError, "pairs must not be empty"),
    ({"pairs": "USDT_ETH"}, TypeError, r"pairs must be a sequence, such as \['USDT_BTC'\], not str"),
    ({"pairs": ["ETH/USDT"]}, ValueError, r"pairs\[0\] must be a pair with the quote currency first"),
    ({"pairs": ["USDT_ETH", "USDT_ETH"]}, ValueError, "pairs has the same pair twice"),
    ({"pairs": ["USDT_ETH", "USDT_BTC"]}, ValueError, "strategy_list must not have 'nonstop' with more than one"),
    ({"strategy_list": ["nonstop"]}, TypeError, r"strategy_list\[0\] must be of class StrategySettings, not str"),
    ({"strategy_list": OMITTED}, TypeError, "strategy_list must"),
    ({"base_order_volume": 100.0}, TypeError, "base_order_volume must be a Decimal or a str, not a float"),
    ({"base_order_volume": "NaN"}, ValueError, "base_order_volume must be a finite number"),
    ({"take_profit": OMITTED}, TypeError, "take_profit must"),
    ({"take_profit_type": "all"}, ValueError, "take_profit_type must be 'base' or 'total', not 'all'"),
    ({"max_safety_orders": 201}, ValueError, "max_safety_orders must be from 0 to 200, not 201"),
    ({"max_safety_orders": "3"}, TypeError, "max_safety_orders must be an int, not str"),
    ({"active_safety_orders_count": -1}, ValueError, "active_safety_orders_count must be at least 0, not -1"),
    ({"max_active_deals": 0}, ValueError, "max_active_deals must be from 1 to 199, not 0"),
    ({"max_active_deals": None}, TypeError, "max_active_deals must not be None"),
    ({"martingale_volume_coefficient": "0.09"}, ValueError, "martingale_volume_coefficient must be from 0.1 to 10"),
    ({"martingale_step_coefficient": "10.1"}, ValueError, "martingale_step_coefficient must be from 0.1 to 10"),
    ({"min_price_percentage": -95}, ValueError, "min_price_percentage must be above -95 and below 1000, not -95"),
    ({"max_price_percentage": 1000}, ValueError, "max_price_percentage must be above -95 and below 1000, not 1000"),
    ({"reinvesting_percentage": 101}, ValueError, "reinvesting_percentage must be from 0 to 100, not 101"),
    ({"close_deals_timeout": 59}, ValueError, "close_deals_timeout must be at least 60, not 59"),
    ({"cooldown": 2592001}, ValueError, "cooldown must be from 0 to 2592000, not 2592001"),
    ({"stop_loss_percentage": "-5"}, ValueError, "stop_loss_percentage must be at least 0, not -5"),
    ({"stop_loss_percentage": None}, TypeError, "stop_loss_percentage must not be None"),
    ({"stop_loss_type": "stop"}, ValueError, "stop_loss_type must be 'stop_loss' or 'stop_loss_and_disable_bot'"),
    ({"strategy": "sideways"}, ValueError, "strategy must be 'long' or 'short', not 'sideways'"),
    ({"tsl_enabled": "true"}, TypeError, "tsl_enabled must be a bool, not str"),
    ({"trailing_enabled": True}, ValueError, "trailing_deviation is required when trailing_enabled is on"),
    (
        {"stop_loss_timeout_enabled": True},
        ValueError,
        "stop_loss_timeout_in_seconds is required when stop_loss_timeout_enabled is on",
    ),
    ({"take_profit_steps": [step(100)]}, ValueError, "take_profit must be 0 together with take_profit_steps"),
    (
        {"take_profit": None, "take_profit_steps": [step(100)]},
        ValueError,
        "take_profit must be 0 together with take_profit_steps",
    ),
    (
        {"take_profit": 0, "take_profit_steps": [step("33.3")] * 3},
        ValueError,
        r"the shares \(amount_percentage\) of take_profit_steps must sum to 100, not 99.9",
    ),
    ({"take_profit": 0, "take_profit_steps": [step(20)] * 5}, ValueError, "take_profit_steps may have at most 4 steps"),
    ({"take_profit_steps": [{"amount_percentage": 100}]}, TypeError, r"take_profit_steps\[0\] must be of class"),
    ({"sl_to_breakeven_enabled": True}, ValueError, "sl_to_breakeven_enabled wants at least two take_profit_steps"),
    (
        {"take_profit": 0, "take_profit_steps": [step(100)], "sl_to_breakeven_enabled": True},
        ValueError,
        "sl_to_breakeven_enabled wants at least two take_profit_steps",
    ),
    ({"sl_to_breakeven_data": {"upper_breakeven_limit": 1}}, TypeError, "sl_to_breakeven_data must be of class"),
    ({"leverage_type": ""}, ValueError, "leverage_type must not be empty"),
    ({"takeprofit": 1}, TypeError, "DcaBotSettings has no field 'takeprofit'; did you mean 'take_profit'"),
]


@pytest.mark.parametrize(("changes", "kind", "message"), WRONG, ids=lambda value: str(value)[:40])
def test_what_cannot_be_right_is_refused_by_name(changes: dict[str, Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        SETTINGS.evolve(**changes)
    assert SETTINGS.take_profit == Decimal("2.50")


def test_null_and_not_sent_differ() -> None:
    assert "min_price" not in cast("dict[str, object]", codec.value_of(SETTINGS, "settings"))
    written = cast("dict[str, object]", codec.value_of(SETTINGS.evolve(min_price=None, take_profit=None), "settings"))
    assert written["min_price"] is None
    assert written["take_profit"] is None


def test_options_are_the_same_whether_their_numbers_are_texts_or_not() -> None:
    sent = StrategySettings(strategy="rsi", options={"points": 30, "time": "5m", "levels": [Decimal("1.50"), True]})
    read = StrategySettings(strategy="rsi", options={"time": "5m", "points": "30.0", "levels": ["1.5", True]})
    assert sent == read
    assert sent != StrategySettings(strategy="rsi", options={"time": "3m", "points": "30", "levels": ["1.5", True]})
    assert sent != StrategySettings(strategy="rsi", options={"time": "5m", "points": "30", "levels": ["1.5", 1]})
    assert sent != StrategySettings(strategy="qfl", options=sent.options)


@pytest.mark.parametrize(
    ("options", "message"), [("time", "options must be a mapping"), ({1: "5m"}, "the keys of options must be strings")]
)
def test_options_are_a_mapping_of_names(options: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        StrategySettings(strategy="rsi", options=options)


@pytest.mark.parametrize(
    ("deviation", "size", "message"),
    [("-100.1", 1, "deviation must be from -100 to 10000"), ("1", 1.5, "size must be a Decimal or a str, not a float")],
)
def test_safety_steps_keep_to_their_bounds(deviation: Any, size: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        SafetyStepSettings(deviation=deviation, size=size)


def test_steps_of_a_deal_have_numbers_which_make_no_difference() -> None:
    numbered = TakeProfitStepSettings(amount_percentage="50.0", profit_percentage=2, id=1)
    assert codec.value_of(numbered, "step") == {"amount_percentage": "50.0", "profit_percentage": "2", "id": 1}
    assert numbered == step(50)


DEAL_WRONG: list[tuple[dict[str, Any], str]] = [
    ({"take_profit": 2, "take_profit_steps": [step(100)]}, "take_profit must be 0 together with take_profit_steps"),
    ({"take_profit_steps": [step(100)]}, "take_profit must be 0 together with take_profit_steps"),
    ({"take_profit": 0, "take_profit_steps": [step(99)]}, "must sum to 100, not 99"),
    ({"take_profit": 0, "take_profit_steps": [step(100)], "sl_to_breakeven_enabled": True}, "wants at least two"),
    ({"stop_loss_timeout_enabled": True}, "stop_loss_timeout_in_seconds is required"),
    ({"max_safety_orders": 201}, "max_safety_orders must be from 0 to 200"),
    ({"close_timeout": 59}, "close_timeout must be at least 60"),
    ({"stop_loss_percentage": "-1"}, "stop_loss_percentage must be at least 0"),
    ({"profit_currency": "quite_currency"}, "profit_currency must be 'quote_currency' or 'base_currency'"),
]


@pytest.mark.parametrize(("changes", "message"), DEAL_WRONG, ids=lambda value: str(value)[:40])
def test_what_cannot_be_right_of_a_deal_is_refused_by_name(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        DealSettings(**changes)


def test_a_deal_may_have_the_steps_that_its_stop_loss_moves_along() -> None:
    assert DealSettings(sl_to_breakeven_enabled=True).sl_to_breakeven_enabled is True
    assert DealSettings(take_profit_steps=[]).take_profit_steps == ()
