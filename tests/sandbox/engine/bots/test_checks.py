"""Settings with which no bot can be created or changed."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from tests.sandbox.engine.trading import BASE_ONLY, E1, MARKET, NONSTOP, PAIR, D, opened, running_bot, steps, world
from threecommas_async.sandbox.engine import Engine
from threecommas_async.sandbox.engine.deals.settings import SafetyStep
from threecommas_async.sandbox.engine.refusals import RefusedError

YFI, ADA = "USDT_YFI", "USDT_ADA"


def market() -> Engine:
    engine = world(pairs={"BTC_ETH": "0.04"})
    engine.add_pair(MARKET, YFI, price=D(33350), tick=D(1), lot=D("0.001"), min_total=D(10))
    engine.add_pair(MARKET, ADA, price=D("0.5"), tick=D("0.0001"), lot=D("0.1"), min_total=D(10))
    return engine


def refusal(engine: Engine, **changes: Any) -> RefusedError:
    with pytest.raises(RefusedError) as refused:
        engine.bots.create(evolve(E1, **changes))
    return refused.value


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"name": ""}, {"name": ("is missing",)}),
        ({"pairs": ()}, {"pairs": ("is missing",)}),
        ({"pairs": ("USDT_NO",)}, {"pairs": ("USDT_NO is not available on this exchange",)}),
        ({"pairs": (PAIR, "BTC_ETH")}, {"pairs": ("must have the same quote currency",)}),
        (
            {"pairs": (PAIR, ADA), "strategy_list": NONSTOP},
            {"strategy_list": ("nonstop is available for one pair only",)},
        ),
        ({"max_active_deals": 2}, {"max_active_deals": ("must be less than or equal to 1",)}),
        ({"pairs": (PAIR, ADA), "max_active_deals": 3}, {"max_active_deals": ("must be less than or equal to 2",)}),
        (
            {"take_profit": None, "take_profit_steps": steps((50, 1), (40, 2))},
            {"take_profit_steps": ("amount_percentage must add up to 100",)},
        ),
        (
            {"take_profit": None, "take_profit_steps": steps(*[(20, 1)] * 5)},
            {"take_profit_steps": ("must have at most 4 items",)},
        ),
        (
            {"take_profit_steps": steps((50, 1), (50, 2))},
            {"take_profit_steps": ("must be empty if take_profit is set",)},
        ),
    ],
)
def test_wrong_settings(changes: dict[str, Any], fields: dict[str, tuple[str, ...]]) -> None:
    engine = market()
    refused = refusal(engine, **changes)
    assert (refused.status, refused.code, refused.description, refused.fields) == (
        400,
        "record_invalid",
        "Invalid parameters",
        fields,
    )
    assert engine.bots.select() == []


def test_orders_that_are_too_small_are_named_pair_by_pair() -> None:
    refused = refusal(
        market(), pairs=(YFI, ADA), base_order_volume=D(9), safety_order_volume=D("9.99"), max_active_deals=2
    )
    assert refused.fields == {
        "base_order_volume": (
            "Base order size is too small. Min: 33.35, USDT_YFI",
            "Base order size is too small. Min: 10.0, USDT_ADA",
        ),
        "safety_order_volume": (
            "Safety trade size is too small. Min: 33.35, USDT_YFI",
            "Safety trade size is too small. Min: 10.0, USDT_ADA",
        ),
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"base_order_volume": D("33.35"), "safety_order_volume": D("33.35")},
        {"base_order_volume": D("33.35"), "max_safety_orders": 0, "safety_order_volume": D(0)},
        {"base_order_volume": D(5), "base_order_volume_type": "percent"},
        {"base_order_volume": D("0.001"), "base_order_volume_type": "base_currency"},
    ],
)
def test_orders_that_are_just_large_enough(changes: dict[str, Any]) -> None:
    market().bots.create(evolve(E1, pairs=(YFI,), **changes))


def test_amounts_and_custom_steps_can_be_too_small() -> None:
    custom = (SafetyStep(D(-1), D(50)), SafetyStep(D(-2), D("0.0009")))
    refused = refusal(
        market(),
        pairs=(YFI,),
        base_order_volume=D("0.0009"),
        base_order_volume_type="base_currency",
        safety_order_volume_type="base_currency",
        custom_safety_steps=custom,
    )
    assert refused.fields == {
        "base_order_volume": ("Base order size is too small. Min: 0.001, USDT_YFI",),
        "safety_order_volume": ("Safety trade size is too small. Min: 0.001, USDT_YFI",),
    }


def test_an_unknown_account_is_not_found() -> None:
    assert refusal(market(), account_id=99).status == 404


@pytest.mark.parametrize(("stop_loss", "is_refused"), [("0", False), ("0.1", True), ("7", True), ("7.01", False)])
def test_an_update_checks_the_stop_loss_against_the_last_safety_order(stop_loss: str, is_refused: bool) -> None:
    engine = world()
    bot = running_bot(engine)
    changed = evolve(E1, stop_loss_percentage=D(stop_loss))
    if not is_refused:
        assert engine.bots.update(bot.id, changed).settings == changed
        return
    with pytest.raises(RefusedError) as refused:
        engine.bots.update(bot.id, changed)
    assert refused.value.fields == {"stop_loss_percentage": ("Stop Loss should be below the last safety order (7.0)",)}
    assert bot.settings == E1


def test_without_safety_orders_any_stop_loss_will_do() -> None:
    engine = world()
    bot = running_bot(engine, BASE_ONLY)
    assert engine.bots.update(bot.id, evolve(BASE_ONLY, stop_loss_percentage=D("0.1"))) is bot


def test_an_update_is_refused_like_a_creation() -> None:
    engine = world()
    bot = running_bot(engine)
    with pytest.raises(RefusedError, match="is missing"):
        engine.bots.update(bot.id, evolve(E1, name=""))


def test_the_account_of_a_bot_with_active_deals_stays() -> None:
    engine = world()
    engine.add_account(8, MARKET)
    deal = opened(engine)
    with pytest.raises(RefusedError, match="account_id"):
        engine.bots.update(deal.bot_id, evolve(E1, account_id=8))
    engine.deals.cancel(deal.id)
    assert engine.bots.update(deal.bot_id, evolve(E1, account_id=8)).account.id == 8


def test_an_update_of_a_deal_checks_its_steps() -> None:
    engine = world()
    deal = opened(engine)
    with pytest.raises(RefusedError, match="add up to 100"):
        engine.deals.update(deal.id, {"take_profit": None, "take_profit_steps": steps((50, 1))})
    assert deal.settings.take_profit_steps == ()


def test_a_refusal_says_in_one_line_what_it_is() -> None:
    assert str(refusal(market(), name="")) == "400 record_invalid: {'name': ('is missing',)}"
    assert str(RefusedError(403, "Forbidden")) == "403 Forbidden"
