"""Edits of bots and deals: through answers that surprise the library, get lost, or come from somebody else."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.trading import E1, RSI, D, Exchange
from threecommas_async.errors import ConflictError, NotAppliedError, NotSentError, Outcome, OutcomeUnknownError
from threecommas_async.models import (
    BreakevenSettings,
    DcaBot,
    DcaBotSettings,
    SafetyStepSettings,
    TakeProfitStepSettings,
)

SHOW = "/ver1/bots/{bot_id}/show"
UPDATE = "/ver1/bots/{bot_id}/update"
EVERYTHING = E1.evolved(
    {
        "base_order_volume_type": "quote_currency",
        "safety_order_volume_type": "quote_currency",
        "strategy": "short",
        "profit_currency": "base_currency",
        "start_order_type": "market",
        "max_active_deals": 1,
        "allowed_deals_on_same_pair": 2,
        "disable_after_deals_count": 5,
        "leverage_type": "custom",
        "leverage_custom_value": "3",
        "trailing_enabled": True,
        "trailing_deviation": "0.35",
        "take_profit": 0,
        "take_profit_steps": [
            TakeProfitStepSettings(amount_percentage="33.5", profit_percentage="1.25"),
            TakeProfitStepSettings(amount_percentage="66.5", profit_percentage=2),
        ],
        "close_strategy_list": [RSI],
        "safety_strategy_list": [RSI],
        "min_profit_type": "base_order_volume",
        "min_profit_percentage": "0.75",
        "close_deals_timeout": 3600,
        "stop_loss_percentage": "12.5",
        "stop_loss_type": "stop_loss_and_disable_bot",
        "tsl_enabled": True,
        "stop_loss_timeout_enabled": True,
        "stop_loss_timeout_in_seconds": 90,
        "sl_to_breakeven_enabled": True,
        "sl_to_breakeven_data": BreakevenSettings(upper_breakeven_limit=1),
        "risk_reduction_percentage": 40,
        "reinvesting_percentage": 60,
        "custom_safety_steps": [SafetyStepSettings(deviation="2.2", size=15), SafetyStepSettings(deviation=5, size=20)],
        "min_volume_btc_24h": 100,
        "min_price": 100,
        "max_price": "5000.5",
        "min_price_percentage": -10,
        "max_price_percentage": 300,
        "deal_start_delay_seconds": 20,
        "cooldown": 300,
    }
)


async def shown(here: Exchange, bot_id: int) -> dict[str, Any]:
    """Return a bot as it came over the wire."""
    answer = await here.caller.call("GET", f"/ver1/bots/{bot_id}/show")
    document: dict[str, Any] = json.loads(answer.text)
    return document


async def instead(here: Exchange, bot_id: int, path: str, change: Callable[[dict[str, Any]], object]) -> None:
    """Have the next answer at a path be the bot as it is, but for a change."""
    document = await shown(here, bot_id)
    change(document)
    here.sandbox.faults.fail_next(200, body=document, path=path, before_processing=False)


async def test_every_setting_comes_back_as_it_was_sent(here: Exchange) -> None:
    bot = await here.client.bots.create(account_id=here.account_id, settings=EVERYTHING)
    kept = {"sl_to_breakeven_enabled": True, "sl_to_breakeven_data": BreakevenSettings(upper_breakeven_limit=1)}
    assert bot.settings().evolved(kept) == EVERYTHING
    edited = await here.client.bots.edit(bot, take_profit_steps=[], take_profit="2.5", name="Edited")
    assert (edited.name, edited.take_profit, edited.take_profit_steps) == ("Edited", D("2.5"), ())
    back = {"name": "ETH", "take_profit": 0, "take_profit_steps": EVERYTHING.take_profit_steps}
    assert edited.settings().evolved(back).evolved(kept) == EVERYTHING
    undone = await here.client.bots.update(bot.id, bot.settings())
    assert undone.settings() == bot.settings()


async def test_what_is_sent_as_null_is_gone_and_what_is_not_sent_stays(here: Exchange) -> None:
    bot = await here.client.bots.create(account_id=here.account_id, settings=EVERYTHING)
    cleared = await here.client.bots.edit(
        bot.id,
        close_deals_timeout=None,
        reinvesting_percentage=None,
        deal_start_delay_seconds=None,
        min_profit_type=None,
    )
    assert (cleared.close_deals_timeout, cleared.deal_start_delay_seconds) == (None, None)
    assert (cleared.reinvesting_percentage, cleared.min_profit_type) == (None, None)
    assert cleared.risk_reduction_percentage == D(40)
    few = await here.client.bots.update(bot.id, E1.evolved({"take_profit_steps": [], "stop_loss_percentage": 20}))
    assert (few.take_profit, few.cooldown, few.max_price, few.strategy) == (D(2), D(300), D("5000.5"), "short")


async def test_running_deals_keep_their_settings(here: Exchange) -> None:
    deal = await here.deal()
    await here.client.bots.edit(deal.bot_id or 0, take_profit=5)
    assert (await here.client.deals.get(deal.id)).take_profit == D(2)


async def test_an_edit_keeps_a_field_that_the_library_does_not_know(here: Exchange) -> None:
    bot = await here.bot()

    def add(document: dict[str, Any]) -> None:
        document["new_field"] = {"of": ["3Commas"]}

    await instead(here, bot.id, SHOW, add)
    edited = await here.client.bots.edit(bot.id, take_profit="2.5")
    assert edited.take_profit == D("2.5")
    await instead(here, bot.id, UPDATE, lambda document: document.update(name="Other", new_field={"of": ["3Commas"]}))
    assert (await here.client.bots.edit(bot.id, name="Other")).unrecognized == {"new_field": {"of": ["3Commas"]}}


async def test_an_edit_under_a_stop_loss_that_cannot_be_read_writes_nothing(here: Exchange) -> None:
    bot = await here.bot(stop_loss_percentage=12)

    def garble(document: dict[str, Any]) -> None:
        document["stop_loss_percentage"] = {"value": 12}

    await instead(here, bot.id, SHOW, garble)
    with pytest.raises(ValueError, match="stop_loss_percentage"):
        await here.client.bots.edit(bot.id, take_profit="2.5")
    assert not any(request.path.endswith("/update") for request in here.sandbox.requests)
    now = await here.client.bots.get(bot.id)
    assert (now.stop_loss_percentage, now.take_profit) == (D(12), D(2))


async def test_an_edit_whose_answer_is_lost_is_unknown_and_can_be_looked_up(here: Exchange) -> None:
    bot = await here.bot()
    for is_done in (True, False):
        here.sandbox.faults.drop_next(before_processing=not is_done, path=UPDATE)
        with pytest.raises(OutcomeUnknownError) as caught:
            await here.client.bots.edit(bot.id, take_profit="2.5" if is_done else "3.5")
        assert caught.value.outcome is Outcome.UNKNOWN
        assert (await here.client.bots.get(bot.id)).take_profit == D("2.5")
    assert here.sandbox.faults.pending == 0


async def test_an_edit_whose_reading_fails_is_not_sent(here: Exchange) -> None:
    bot = await here.bot()
    here.sandbox.faults.truncate_next(times=10, path=SHOW)
    with pytest.raises(NotSentError):
        await here.client.bots.edit(bot.id, take_profit="2.5")
    here.sandbox.faults.clear()
    assert (await here.client.bots.get(bot.id)).take_profit == D(2)


async def test_an_edit_of_a_bot_that_somebody_else_has_changed_is_a_conflict(here: Exchange) -> None:
    bot = await here.bot()
    async with here.sandbox.client() as other:
        await other.bots.edit(bot.id, stop_loss_percentage=15)
    with pytest.raises(ConflictError) as caught:
        await here.client.bots.edit(bot, take_profit="2.5")
    assert caught.value.differences == {"stop_loss_percentage": (D(0), D(15))}
    now = await here.client.bots.get(bot.id)
    assert (now.stop_loss_percentage, now.take_profit) == (D(15), D(2))


async def test_a_setting_that_was_dropped_is_not_applied(here: Exchange) -> None:
    bot = await here.bot()

    def drop(document: dict[str, Any]) -> None:
        document["take_profit"] = "9.0"

    await instead(here, bot.id, UPDATE, drop)
    with pytest.raises(NotAppliedError) as caught:
        await here.client.bots.edit(bot.id, stop_loss_percentage=11)
    assert "take_profit" in caught.value.differences


async def test_a_creation_whose_answer_is_lost_is_found(here: Exchange) -> None:
    here.sandbox.faults.drop_next(before_processing=False, path="/ver1/bots/create_bot")
    with pytest.raises(OutcomeUnknownError) as caught:
        await here.client.bots.create(account_id=here.account_id, settings=E1)
    found = await here.client.bots.find_created(caught.value)
    assert isinstance(found, DcaBot)
    assert [bot.id for bot in await here.client.bots.list()] == [found.id]
    here.sandbox.faults.drop_next(before_processing=True, path="/ver1/bots/create_bot")
    other: DcaBotSettings = E1.evolved({"name": "Other"})
    with pytest.raises(OutcomeUnknownError) as lost:
        await here.client.bots.create(account_id=here.account_id, settings=other)
    assert await here.client.bots.find_created(lost.value) is None


async def test_a_copy_is_disabled_and_has_the_settings(here: Exchange) -> None:
    bot = await here.bot(EVERYTHING, strategy="long", custom_safety_steps=[])
    assert bot.url_secret is not None
    copy = await here.client.bots.copy(bot.id, name="Copy", secret=bot.url_secret)
    copied = await here.client.bots.get(copy.bot_id)
    assert copied.is_enabled is False
    assert copied.settings() == bot.settings().evolved({"name": "Copy"})
    assert copy.bot_required_amount == 100 + 50 + 75 + D("112.5")
    assert copied.url_secret != bot.url_secret


async def test_changes_of_a_deal(here: Exchange) -> None:
    client = here.client
    deal = await here.deal()
    changed = await client.deals.update(
        deal.id,
        take_profit=3,
        stop_loss_percentage="4",
        stop_loss_timeout_enabled=True,
        stop_loss_timeout_in_seconds=100,
        max_safety_orders=1,
        note="mine",
        sl_to_breakeven_data=BreakevenSettings(upper_breakeven_limit=2),
        close_timeout=600,
    )
    assert (changed.take_profit, changed.stop_loss_price, changed.note) == (D(3), D("1921.92"), "mine")
    assert (changed.max_safety_orders, changed.current_active_safety_orders) == (1, 1)
    assert changed.sl_to_breakeven_data == {"upper_breakeven_limit": 2}
    assert (await client.deals.update(deal.id, note=None)).note is None
    steps = [TakeProfitStepSettings(amount_percentage=50, profit_percentage=p) for p in (2, 4)]
    stepped = await client.deals.update(deal.id, take_profit=0, take_profit_steps=steps)
    assert stepped.take_profit is None
    assert [step.initial_amount for step in stepped.take_profit_steps or ()] == [D("0.025"), D("0.025")]
    one = await client.deals.update(deal.id, take_profit="2.5", take_profit_steps=[])
    assert (one.take_profit, one.take_profit_steps) == (D("2.5"), ())
    await here.clock.advance(601)
    assert (await client.deals.get(deal.id)).status == "panic_sold"


async def test_pairs_on_the_black_list_open_no_deals(here: Exchange) -> None:
    bot = await here.bot()
    assert await here.client.bots.set_blacklist(["USDT_ETH", "BTC_SUI"]) == ["USDT_ETH", "BTC_SUI"]
    assert (await here.sandbox.signals.open(bot.id)).obstacle == "the pair is on the black list"
    assert await here.client.bots.set_blacklist([]) == []
    assert (await here.sandbox.signals.open(bot.id)).deal_id is not None


async def test_of_pairs_in_a_query_the_last_one_counts(here: Exchange) -> None:
    path = "/ver1/bots/update_pairs_black_list?pairs=USDT_ETH&pairs=USDT_BTC"
    answer = await here.caller.send("POST", path)
    assert (answer.status, answer.json) == (201, {"pairs": ["USDT_BTC"]})
