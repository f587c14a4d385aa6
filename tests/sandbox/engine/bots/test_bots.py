"""When bots open deals and when they do not, and what is counted of them."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from tests.sandbox.engine.trading import (
    ACCOUNT,
    BASE_ONLY,
    E1,
    MARKET,
    NONSTOP,
    PAIR,
    D,
    after,
    opened,
    running_bot,
    text,
    to,
    world,
)
from threecommas_async.sandbox.engine import Engine
from threecommas_async.sandbox.engine.bots.bot import Bot
from threecommas_async.sandbox.engine.deals.settings import StartCondition
from threecommas_async.sandbox.engine.refusals import RefusedError

LTC = "USDT_LTC"
TWO = (PAIR, LTC)


def multi(engine: Engine, **changes: Any) -> Bot:
    return running_bot(engine, BASE_ONLY, **{"pairs": TWO, "max_active_deals": 2, **changes})


def test_a_new_bot_is_disabled_and_has_no_deal() -> None:
    engine = world()
    bot = engine.bots.create(evolve(E1, strategy_list=NONSTOP))
    assert (bot.is_enabled, bot.active_deals_count, bot.is_deletable, bot.type) == (False, 0, True, "Bot::SingleBot")
    to(engine, "1990")
    assert engine.deals.select() == []


def test_a_nonstop_bot_opens_a_deal_at_once_and_the_next_in_the_step_that_ends_one() -> None:
    engine = world()
    bot = running_bot(engine, BASE_ONLY, strategy_list=NONSTOP)
    assert bot.active_deals_count == 1
    to(engine, "2060")
    first, second = bot.deals.values()
    assert (first.status, second.status) == ("completed", "bought")
    assert second.created_at == first.closed_at
    assert text(second.base_order_average_price) == "2062.06"


def test_a_disabled_bot_lets_its_deal_run_and_opens_no_other() -> None:
    engine = world()
    bot = running_bot(engine, BASE_ONLY, strategy_list=NONSTOP)
    engine.bots.disable(bot.id)
    assert [deal.status for deal in bot.deals.values()] == ["bought"]
    to(engine, "2060")
    assert [deal.status for deal in bot.deals.values()] == ["completed"]


def test_cooldown_counts_from_the_last_closing() -> None:
    engine = world()
    bot = running_bot(engine, BASE_ONLY, strategy_list=NONSTOP, cooldown=D(30))
    to(engine, "2060")
    after(engine, 29.9)
    assert len(bot.deals) == 1
    after(engine, 0.1)
    assert len(bot.deals) == 2


def test_cooldown_holds_up_signals_too() -> None:
    engine = world()
    bot = running_bot(engine, BASE_ONLY, cooldown=D(30))
    engine.bots.open_signal(bot.id)
    to(engine, "2060")
    assert engine.bots.open_signal(bot.id).obstacle == "the cooldown is not over"
    after(engine, 30)
    assert engine.bots.open_signal(bot.id).deal is not None


def test_start_delay_counts_from_the_signal() -> None:
    engine = world()
    bot = running_bot(engine, BASE_ONLY, deal_start_delay_seconds=20)
    opening = engine.bots.open_signal(bot.id)
    assert (opening.deal, opening.obstacle) == (None, None)
    assert opening.due_at is not None
    to(engine, "1990")
    after(engine, 19)
    assert len(bot.deals) == 0
    after(engine, 1)
    (deal,) = bot.deals.values()
    assert deal.created_at == opening.due_at
    assert text(deal.base_order_average_price) == "1991.99"


def test_conditions_are_those_after_the_delay() -> None:
    engine = world()
    bot = running_bot(engine, BASE_ONLY, deal_start_delay_seconds=20)
    engine.bots.open_signal(bot.id)
    engine.bots.disable(bot.id)
    after(engine, 20)
    assert len(bot.deals) == 0


def test_start_delay_of_a_nonstop_bot() -> None:
    engine = world()
    bot = running_bot(engine, BASE_ONLY, strategy_list=NONSTOP, deal_start_delay_seconds=20)
    assert len(bot.deals) == 0
    after(engine, 20)
    assert len(bot.deals) == 1
    to(engine, "2060")
    after(engine, 19)
    assert len(bot.deals) == 1
    after(engine, 1)
    assert len(bot.deals) == 2


@pytest.mark.parametrize(
    ("changes", "price", "obstacle"),
    [
        ({"min_price": D(2000)}, "1999.99", "the price is below min_price"),
        ({"min_price": D(2000)}, "2000", None),
        ({"max_price": D(2000)}, "2000.01", "the price is above max_price"),
        ({"max_price": D(2000)}, "2000", None),
    ],
)
def test_price_limits(changes: dict[str, Any], price: str, obstacle: str | None) -> None:
    engine = world()
    to(engine, price)
    bot = running_bot(engine, BASE_ONLY, **changes)
    assert engine.bots.open_signal(bot.id).obstacle == obstacle


@pytest.mark.parametrize(
    ("changes", "on_the_way"), [({"min_price": D(2100)}, "2050"), ({"max_price": D(1900)}, "1950")]
)
def test_a_nonstop_bot_waits_for_its_price(changes: dict[str, Any], on_the_way: str) -> None:
    engine = world()
    bot = running_bot(engine, BASE_ONLY, strategy_list=NONSTOP, **changes)
    to(engine, on_the_way)
    assert len(bot.deals) == 0
    to(engine, *(text(limit) or "" for limit in changes.values()))
    assert len(bot.deals) == 1


def test_deal_limits_of_a_bot_with_several_pairs() -> None:
    engine = world(pairs={LTC: "100", "USDT_XRP": "2"})
    bot = multi(engine, pairs=(*TWO, "USDT_XRP"))
    assert bot.type == "Bot::MultiBot"
    assert engine.bots.open_signal(bot.id, PAIR).deal is not None
    assert engine.bots.open_signal(bot.id, PAIR).obstacle == "allowed_deals_on_same_pair is reached"
    assert engine.bots.open_signal(bot.id, LTC).deal is not None
    assert engine.bots.open_signal(bot.id, "USDT_XRP").obstacle == "max_active_deals is reached"


def test_several_deals_on_the_same_pair_where_allowed() -> None:
    engine = world(pairs={LTC: "100"})
    bot = multi(engine, allowed_deals_on_same_pair=2)
    assert engine.bots.open_signal(bot.id, PAIR).deal is not None
    assert engine.bots.open_signal(bot.id, PAIR).deal is not None


def test_a_bot_of_one_pair_knows_no_second_deal_on_it() -> None:
    engine = world()
    bot = running_bot(engine, BASE_ONLY, allowed_deals_on_same_pair=5)
    engine.bots.open_signal(bot.id)
    assert engine.bots.open_signal(bot.id).obstacle == "max_active_deals is reached"


def test_black_list() -> None:
    engine = world()
    bot = running_bot(engine, BASE_ONLY, strategy_list=NONSTOP, cooldown=D(10))
    engine.bots.black_list = (PAIR,)
    assert engine.bots.black_list == (PAIR,)
    to(engine, "2060")
    after(engine, 100)
    assert len(bot.deals) == 1
    assert engine.bots.open_signal(bot.id).obstacle == "the pair is on the black list"
    engine.bots.black_list = ()
    assert len(bot.deals) == 2


def test_a_disabled_bot_opens_nothing_by_signal() -> None:
    engine = world()
    bot = engine.bots.create(E1)
    assert engine.bots.open_signal(bot.id).obstacle == "the bot is disabled"


def test_a_signal_names_a_pair_of_the_bot() -> None:
    engine = world(pairs={LTC: "100"})
    bot = multi(engine)
    with pytest.raises(RefusedError, match="is missing"):
        engine.bots.open_signal(bot.id)
    with pytest.raises(RefusedError, match="does not have a valid value"):
        engine.bots.open_signal(bot.id, "USDT_XRP")


def test_a_bot_is_disabled_after_so_many_deals() -> None:
    engine = world()
    bot = running_bot(engine, BASE_ONLY, strategy_list=NONSTOP, disable_after_deals_count=2)
    assert (bot.deals_counter, bot.is_enabled) == (1, True)
    to(engine, "2060")
    assert (bot.deals_counter, bot.is_enabled) == (2, False)
    to(engine, "2200")
    assert len(bot.deals) == 2


def test_deals_are_not_counted_without_a_limit() -> None:
    engine = world()
    bot = running_bot(engine, BASE_ONLY, strategy_list=NONSTOP)
    assert bot.deals_counter is None


def test_a_base_order_that_cannot_be_paid_fails_the_deal() -> None:
    engine = world(balances={"USDT": D(100)})
    deal = opened_or_failed(engine)
    assert (deal.status, deal.closed_at) == ("failed", engine.now)
    assert deal.error_message == "Error placing base order: Insufficient funds. ERR_805Y Not enough USDT."
    assert (deal.orders, text(deal.final_profit), text(deal.bought_average_price)) == ([], "0.0", "0.0")


def test_a_short_needs_coins() -> None:
    engine = world(balances={"USDT": D(1000)})
    deal = opened_or_failed(engine, strategy="short")
    assert deal.error_message == "Error placing base order: Insufficient funds. ERR_805Y Not enough ETH."


def test_a_percentage_of_nothing_fails() -> None:
    engine = world(balances={})
    deal = opened_or_failed(engine, base_order_volume=D(50), base_order_volume_type="percent")
    assert deal.status == "failed"


def test_a_nonstop_bot_without_money_fails_once_and_goes_on_when_there_is_some() -> None:
    engine = world(balances={"USDT": D(50)})
    bot = running_bot(engine, BASE_ONLY, strategy_list=NONSTOP)
    to(engine, "1990", "2010", "2000")
    after(engine, 1000)
    assert [deal.status for deal in bot.deals.values()] == ["failed"]
    engine.set_free(ACCOUNT, "USDT", D(100))
    assert len(bot.deals) == 1
    engine.set_free(ACCOUNT, "USDT", D(101))
    assert [deal.status for deal in bot.deals.values()] == ["failed", "bought"]


def test_a_nonstop_bot_without_money_goes_on_when_its_order_costs_less() -> None:
    engine = world(balances={"USDT": D(100)})
    bot = running_bot(
        engine, BASE_ONLY, strategy_list=NONSTOP, base_order_volume=D("0.05"), base_order_volume_type="base_currency"
    )
    to(engine, "1999")
    assert [deal.status for deal in bot.deals.values()] == ["failed"]
    to(engine, "1990")
    assert [deal.status for deal in bot.deals.values()] == ["failed", "bought"]


def test_a_percentage_leaves_room_for_the_fee() -> None:
    engine = world(balances={"USDT": D(1000)})
    deal = opened(engine, BASE_ONLY, base_order_volume=D(100), base_order_volume_type="percent")
    assert (text(deal.bought_amount), text(deal.bought_volume)) == ("0.4995", "999.999")


@pytest.mark.parametrize(("kind", "text_of_it"), [("limit", "2000.0 USDT"), ("market", "market")])
def test_start_order_type(kind: str, text_of_it: str) -> None:
    deal = opened(world(), start_order_type=kind)
    assert deal.events[0].message == f"Placing base order. Price: {text_of_it} Size: 100.0 USDT (0.05 ETH)"
    assert (deal.status, text(deal.base_order_average_price)) == ("bought", "2002.0")


def test_base_order_in_base_currency() -> None:
    deal = opened(world(), base_order_volume=D("0.02"), base_order_volume_type="base_currency")
    assert text(deal.bought_amount) == "0.02"


def test_update_is_for_new_deals_only() -> None:
    engine = world()
    bot = running_bot(engine, BASE_ONLY, strategy_list=NONSTOP)
    (first,) = bot.deals.values()
    after(engine, 5)
    engine.bots.update(bot.id, evolve(bot.settings, take_profit=D(10), base_order_volume=D(300), name="new"))
    assert (text(first.settings.take_profit), first.bot_name) == ("2.0", "ETH")
    assert bot.updated_at == engine.now
    to(engine, "2060")
    assert first.status == "completed"
    second = list(bot.deals.values())[1]
    assert (text(second.settings.take_profit), second.bot_name, text(second.base_order_average_price)) == (
        "10.0",
        "new",
        "2062.06",
    )


def test_copy_is_disabled_and_names_what_it_needs() -> None:
    engine = world()
    bot = running_bot(engine)
    copy, required = engine.bots.copy(bot.id, "twin")
    assert (copy.id, copy.is_enabled, copy.settings.name, required) == (bot.id + 1, False, "twin", D("337.5"))
    assert evolve(copy.settings, name="ETH") == bot.settings


def test_delete() -> None:
    engine = world()
    bot = running_bot(engine, BASE_ONLY, strategy_list=NONSTOP)
    with pytest.raises(RefusedError) as refused:
        engine.bots.delete(bot.id)
    assert (refused.value.status, refused.value.code, refused.value.fields) == (403, "Forbidden", None)
    engine.bots.cancel_all_deals(bot.id)
    engine.bots.delete(bot.id)
    assert engine.bots.select() == []
    assert len(engine.deals.select()) == 1
    to(engine, "1990")
    after(engine, 100)
    assert len(engine.deals.select()) == 1


def test_a_deleted_bot_forgets_its_signals() -> None:
    engine = world()
    bot = running_bot(engine, BASE_ONLY, deal_start_delay_seconds=20)
    engine.bots.open_signal(bot.id)
    engine.bots.delete(bot.id)
    after(engine, 100)
    assert engine.deals.select() == []


def test_panic_sell_all_deals_disables_the_bot() -> None:
    engine = world(pairs={LTC: "100"})
    bot = multi(engine)
    engine.bots.open_signal(bot.id, PAIR)
    engine.bots.open_signal(bot.id, LTC)
    engine.bots.panic_sell_all_deals(bot.id)
    assert not bot.is_enabled
    assert [deal.status for deal in bot.active_deals.values()] == ["panic_sell_pending"] * 2
    engine.settle()
    assert [deal.status for deal in bot.deals.values()] == ["panic_sold"] * 2


def test_cancel_all_deals_disables_the_bot() -> None:
    engine = world()
    bot = running_bot(engine, BASE_ONLY, strategy_list=NONSTOP)
    engine.bots.cancel_all_deals(bot.id)
    assert [deal.status for deal in bot.active_deals.values()] == ["cancel_pending"]
    engine.settle()
    assert (bot.is_enabled, bot.active_deals_count, len(bot.deals)) == (False, 0, 1)


def test_finished_deals_are_counted_with_profits_and_losses() -> None:
    engine = world()
    bot = running_bot(engine, BASE_ONLY, strategy_list=NONSTOP, stop_loss_percentage=D(8))
    to(engine, "2044.09", "1800")
    first, second = list(bot.deals.values())[:2]
    assert (first.status, second.status) == ("completed", "stop_loss_finished")
    assert bot.finished_deals_count == 2
    assert bot.finished_deals_profit_usd == bot.realised == first.final_profit + second.final_profit
    (running,) = bot.active_deals.values()
    assert bot.active_deals_usd_profit == running.actual_usd_profit != 0


def test_events_of_a_bot_are_those_of_its_deals_by_time() -> None:
    engine = world()
    bot = running_bot(engine, BASE_ONLY, strategy_list=NONSTOP)
    after(engine, 3)
    to(engine, "2060")
    found = bot.events()
    assert [event.created_at for event in found] == sorted(event.created_at for event in found)
    assert len(found) == sum(len(deal.events) for deal in bot.deals.values()) > 6


def test_bots_are_listed_by_id_and_filtered() -> None:
    engine = world()
    engine.add_account(8, MARKET, balances={"USDT": D(1000)})
    first, second = running_bot(engine), engine.bots.create(evolve(E1, account_id=8))
    assert engine.bots.select() == [first, second]
    assert engine.bots.select(is_enabled=False) == [second]
    assert engine.bots.select(account_id=7) == [first]
    assert engine.bots.get(second.id) is second


def test_a_nonstop_condition_among_others_needs_no_signal() -> None:
    engine = world()
    bot = running_bot(engine, BASE_ONLY, strategy_list=(StartCondition("rsi"), StartCondition("nonstop")))
    assert bot.active_deals_count == 1


def opened_or_failed(engine: Engine, **changes: Any) -> Any:
    bot = running_bot(engine, BASE_ONLY, **changes)
    return engine.bots.open_signal(bot.id).deal
