"""The webhook of DCA bots and accounts, and what both webhooks refuse, with messages as other programs send them."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest

from tests.sandbox.signalling import (
    BOT_PATH,
    BY_SIGNAL,
    DCA_PATH,
    bot_message,
    message,
    post,
    signal_bot,
    signalled_bot,
    tell,
)
from tests.sandbox.trading import E1, MANUAL, PAIR, RICH, RSI, D, Exchange, exchange
from threecommas_async.models import DcaBot, Deal
from threecommas_async.sandbox import SandboxLimit

OTHER = "USDT_BTC"
BOTH: dict[str, Any] = {"pairs": [PAIR, OTHER], "max_active_deals": 2}


async def deals(here: Exchange) -> list[Deal]:
    return sorted(await here.client.deals.list(), key=lambda deal: deal.id)


async def statuses(here: Exchange) -> list[str | None]:
    return [deal.status for deal in await deals(here)]


async def is_enabled(here: Exchange, bot: DcaBot) -> bool | None:
    return (await here.client.bots.get(bot.id)).is_enabled


# ---- what others send ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "text/plain;charset=UTF-8", None])
async def test_a_deal_is_started_whatever_the_message_is_declared_as(here: Exchange, content_type: str | None) -> None:
    bot = await signalled_bot(here)
    assert await post(here, DCA_PATH, message(here, bot, pair=PAIR), content_type=content_type) == (200, "")
    assert await statuses(here) == ["bought"]


@pytest.mark.parametrize("host", ["3commas.io", "app.3commas.io"])
async def test_both_hosts_have_the_same_path(here: Exchange, host: str) -> None:
    bot = await signalled_bot(here)
    assert await post(here, DCA_PATH, message(here, bot), Host=host) == (200, "")
    assert await statuses(here) == ["bought"]


@pytest.mark.parametrize(
    "fields",
    [
        {"bot_id": "{id}"},
        {"email_token": "{TOKEN}"},
        {"delay_seconds": "0"},
        {"delay_seconds": None, "action": None, "pair": None},
        {"pair": PAIR, "strategy": "unknown fields are not read"},
    ],
    ids=str,
)
async def test_forms_of_a_message_that_programs_send(here: Exchange, fields: dict[str, object]) -> None:
    bot = await signalled_bot(here)
    token = here.sandbox.signals.email_token
    forms = {"{id}": str(bot.id), "{TOKEN}": token.upper()}
    record = await tell(here, bot, **{name: forms.get(str(value), value) for name, value in fields.items()})
    assert (record.action, record.bot, record.verdict) == ("start_deal", str(bot.id), "executed")


async def test_a_list_of_messages_is_carried_out_in_the_order_of_its_delays(here: Exchange) -> None:
    bot = await signalled_bot(here, **BOTH)
    first = message(here, bot, pair=PAIR, action="close_at_market_price", delay_seconds=5)
    assert await post(here, DCA_PATH, [first, message(here, bot, pair=PAIR), message(here, bot, pair=OTHER)]) == (
        200,
        "",
    )
    assert await statuses(here) == ["bought", "bought"]
    await here.clock.advance(5)
    assert await statuses(here) == ["panic_sold", "bought"]


async def test_a_list_with_a_wrong_message_does_nothing(here: Exchange) -> None:
    bot = await signalled_bot(here)
    wrong = message(here, bot, action="start_deal")
    assert (await post(here, DCA_PATH, [message(here, bot), wrong]))[0] == 400
    assert (await post(here, DCA_PATH, []))[0] == 400
    assert await statuses(here) == []


async def test_equal_messages_are_all_carried_out(here: Exchange) -> None:
    bot = await signalled_bot(here, **BOTH, allowed_deals_on_same_pair=2)
    assert [(await tell(here, bot, pair=PAIR)).verdict for _ in range(3)] == ["executed", "executed", "rejected"]
    assert await statuses(here) == ["bought", "bought"]


# ---- credentials and refusals ----------------------------------------------------------------------------------------
async def test_the_token_is_a_random_uuid_of_the_user(here: Exchange) -> None:
    token = here.sandbox.signals.email_token
    assert str(UUID(token)) == token
    async with exchange() as other:
        assert other.sandbox.signals.email_token != token


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"email_token": "0f0e0d0c-0000-4000-8000-000000000001"}, 401),
        ({"email_token": "é"}, 401),
        ({"email_token": None}, 400),
        ({"bot_id": 7}, 404),
        ({"bot_id": "x"}, 400),
        ({"bot_id": None}, 400),
        ({"message_type": "user"}, 400),
        ({"message_type": None}, 400),
        ({"action": "start_deal"}, 400),
        ({"action": "add_funds_in_base"}, 400),
        ({"delay_seconds": -1}, 400),
        ({"delay_seconds": 0.5}, 400),
        ({"volume": "much"}, 400),
        ({"volume": 0}, 400),
        ({"message_type": "account", "account_id": 7, "action": "stop_all_long"}, 404),
        ({"message_type": "account", "account_id": 7, "action": "stop_bot"}, 400),
        ({"message_type": "account", "account_id": 7}, 400),
    ],
    ids=str,
)
async def test_a_message_that_is_refused_is_neither_carried_out_nor_in_the_log(
    here: Exchange, change: dict[str, object], status: int
) -> None:
    bot = await signalled_bot(here)
    answer = await post(here, DCA_PATH, message(here, bot, **change))
    assert answer[0] == status
    assert json.loads(answer[1]).keys() == {"error"}
    assert here.sandbox.signals.email_token not in answer[1]
    assert not here.sandbox.signals.log
    assert await statuses(here) == []


@pytest.mark.parametrize("path", [DCA_PATH, BOT_PATH])
@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'"text"', b"[1]", b"1e999999999", b"[" * 100_000, b"null"])
async def test_what_is_not_a_message_is_a_400(here: Exchange, path: str, body: bytes) -> None:
    assert (await post(here, path, body))[0] == 400
    assert not here.sandbox.signals.log


@pytest.mark.parametrize("path", [DCA_PATH, BOT_PATH])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_another_method_is_a_405(here: Exchange, path: str, method: str) -> None:
    assert await post(here, path, b"", method=method) == (405, "")


@pytest.mark.parametrize("path", [DCA_PATH, BOT_PATH])
async def test_the_webhooks_are_not_below_the_base_url(here: Exchange, path: str) -> None:
    assert (await here.caller.call("POST", path)).status == 404


async def test_statuses_of_refusals_are_chosen(here: Exchange) -> None:
    bot, signals = await signalled_bot(here), here.sandbox.signals
    custom = signal_bot(here)
    signals.refuse_with(wrong_token=403, unknown_bot=422)
    signals.refuse_with(wrong_message=415)
    bodies = [message(here, bot, email_token="no"), message(here, 7), message(here, bot, action="no")]
    assert [(await post(here, DCA_PATH, body))[0] for body in bodies] == [403, 422, 415]
    others = [bot_message(custom, "enter_long", secret="no"), bot_message(custom, "exit_long", bot_uuid="no"), []]
    assert [(await post(here, BOT_PATH, body))[0] for body in others] == [403, 422, 415]


async def test_the_token_of_one_webhook_is_nothing_to_the_other(here: Exchange) -> None:
    bot, custom = await signalled_bot(here), signal_bot(here)
    assert (await post(here, BOT_PATH, message(here, bot)))[0] == 404
    assert (await post(here, DCA_PATH, bot_message(custom, "enter_long")))[0] == 400


async def test_no_response_of_the_api_shows_a_credential(here: Exchange) -> None:
    bot, custom, signals = await signalled_bot(here), signal_bot(here), here.sandbox.signals
    await tell(here, bot)
    seen = ""
    for path in ("/ver1/bots", f"/ver1/bots/{bot.id}/show", "/ver1/deals", "/ver1/accounts", "/v2/smart_trades"):
        seen += (await here.caller.call("GET", path)).text
    seen += repr(here.sandbox) + repr(signals) + repr(signals.log) + repr(here.sandbox._platform) + repr(custom)
    assert not [one for one in (signals.email_token, custom.secret) if one in seen]
    assert custom.uuid in repr(custom)


async def test_signals_count_towards_no_limit_and_are_among_the_requests() -> None:
    async with exchange(limits=[SandboxLimit(requests=5, per_seconds=60, pause_seconds=60)]) as here:
        bot = await signalled_bot(here)
        before = len(here.sandbox.requests)
        for _ in range(10):
            await tell(here, bot, action="stop_bot")
        assert [(one.method, one.path, one.status) for one in here.sandbox.requests][before:] == (
            [("POST", DCA_PATH, 200)] * 10
        )
        assert await is_enabled(here, bot) is False


# ---- starting --------------------------------------------------------------------------------------------------------
async def test_a_deal_is_started_on_the_pair(here: Exchange) -> None:
    bot = await signalled_bot(here, **BOTH)
    record = await tell(here, bot, pair=OTHER)
    [deal] = await deals(here)
    assert (deal.status, deal.pair, deal.bot_id) == ("bought", OTHER, bot.id)
    assert (record.pair, record.ids, record.reason) == (OTHER, (deal.id,), None)
    assert record.time == here.clock.now()


@pytest.mark.parametrize(
    ("changes", "fields", "reason"),
    [
        ({"strategy_list": [MANUAL]}, {}, "tv_custom_signal is no start condition of the bot"),
        ({"strategy_list": [RSI]}, {}, "tv_custom_signal is no start condition of the bot"),
        ({"strategy_list": [BY_SIGNAL, RSI]}, {}, "not all start conditions are met: rsi"),
        (BOTH, {}, "the bot has several pairs, and the signal names none"),
        ({}, {"pair": OTHER}, "the bot does not trade the pair"),
        ({}, {"pair": "ETHUSDT"}, "the bot does not trade the pair"),
        ({"max_price": "1999"}, {}, "the price is above max_price"),
        ({"min_price": "2001"}, {}, "the price is below min_price"),
    ],
    ids=str,
)
async def test_why_no_deal_is_started(
    here: Exchange, changes: dict[str, Any], fields: dict[str, object], reason: str
) -> None:
    bot = await signalled_bot(here, **changes)
    record = await tell(here, bot, **fields)
    assert (record.verdict, record.reason, record.ids) == ("rejected", reason, ())
    assert await statuses(here) == []


async def test_why_no_further_deal_is_started(here: Exchange) -> None:
    client = here.client
    bot = await signalled_bot(here, **BOTH, cooldown=60)

    async def reason(pair: str) -> str | None:
        return (await tell(here, bot, pair=pair)).reason

    assert await reason(PAIR) is None
    assert await reason(PAIR) == "allowed_deals_on_same_pair is reached"
    assert await reason(OTHER) is None
    assert await reason(PAIR) == "max_active_deals is reached"
    assert (await tell(here, bot, pair=PAIR, action="close_at_market_price")).verdict == "executed"
    assert await reason(PAIR) == "the cooldown is not over"
    await here.clock.advance(60)
    await client.bots.disable(bot.id)
    assert await reason(PAIR) == "the bot is disabled"
    await client.bots.enable(bot.id)
    await client.bots.set_blacklist([PAIR])
    assert await reason(PAIR) == "the pair is on the black list"
    await client.bots.set_blacklist([])
    assert await reason(PAIR) is None


async def test_a_base_order_that_cannot_be_paid_is_a_failure(here: Exchange) -> None:
    here.sandbox.accounts.set_balances(here.account_id, {"USDT": 10})
    record = await tell(here, await signalled_bot(here))
    [deal] = await deals(here)
    assert (record.verdict, record.ids, deal.status) == ("failed", (deal.id,), "failed")
    assert "Not enough USDT" in str(record.reason)


# ---- delays ----------------------------------------------------------------------------------------------------------
async def test_a_signal_is_carried_out_at_its_own_moment(here: Exchange) -> None:
    bot, signals = await signalled_bot(here), here.sandbox.signals
    start = here.clock.now()
    assert await post(here, DCA_PATH, message(here, bot, delay_seconds=15)) == (200, "")
    await here.clock.advance(14.5)
    assert (await statuses(here), signals.waiting, [*signals.log]) == ([], 1, [])
    await here.clock.advance(100)
    [deal] = await deals(here)
    assert deal.created_at is not None
    assert (deal.created_at - start).total_seconds() == 15
    assert (signals.waiting, [(record.time - start).total_seconds() for record in signals.log]) == (0, [15])


async def test_what_counts_is_the_bot_at_the_end_of_the_delay(here: Exchange) -> None:
    bot = await signalled_bot(here)
    await here.client.bots.disable(bot.id)
    await post(here, DCA_PATH, message(here, bot, delay_seconds=10))
    await here.client.bots.enable(bot.id)
    await post(here, DCA_PATH, message(here, bot, delay_seconds=20, action="stop_bot"))
    await post(here, DCA_PATH, message(here, bot, delay_seconds=30, action="cancel"))
    await post(here, DCA_PATH, message(here, bot, delay_seconds=31))
    await here.clock.advance(60)
    assert [record.verdict for record in here.sandbox.signals.log] == ["executed"] * 3 + ["rejected"]
    assert here.sandbox.signals.log[-1].reason == "the bot is disabled"
    assert await statuses(here) == ["cancelled"]


async def test_a_delayed_closing_meets_the_deals_and_the_price_of_its_moment(here: Exchange) -> None:
    bot = await signalled_bot(here, **BOTH)
    await tell(here, bot, pair=PAIR)
    await post(here, DCA_PATH, message(here, bot, action="close_at_market_price_all", delay_seconds=10))
    await here.clock.advance(5)
    await here.to("2020")
    await tell(here, bot, pair=OTHER)
    await here.clock.advance(10)
    eth, btc = await deals(here)
    assert (eth.status, eth.sold_average_price, btc.status) == ("panic_sold", D("2020") * D("0.999"), "panic_sold")
    assert here.sandbox.signals.log[-1].ids == (eth.id, btc.id)


async def test_a_bot_that_is_deleted_meanwhile(here: Exchange) -> None:
    bot = await signalled_bot(here)
    await post(here, DCA_PATH, message(here, bot, delay_seconds=10))
    await here.client.bots.delete(bot.id)
    await here.clock.advance(10)
    assert [record.reason for record in here.sandbox.signals.log] == ["the bot was deleted"]


async def test_the_bot_delays_starts_on_top_and_nothing_else(here: Exchange) -> None:
    bot, signals = await signalled_bot(here, deal_start_delay_seconds=30), here.sandbox.signals
    start = here.clock.now()
    await post(here, DCA_PATH, message(here, bot, delay_seconds=10))
    await here.clock.advance(39)
    assert (await statuses(here), signals.waiting) == ([], 1)
    await here.clock.advance(1)
    [deal] = await deals(here)
    assert [(record.time - start).total_seconds() for record in signals.log] == [40]
    assert (await tell(here, bot, action="close_at_market_price")).ids == (deal.id,)


async def test_a_delayed_start_is_rejected_for_what_holds_when_it_is_over(here: Exchange) -> None:
    bot = await signalled_bot(here, deal_start_delay_seconds=30)
    await post(here, DCA_PATH, message(here, bot, action="start_bot_and_start_deal"))
    await here.client.bots.disable(bot.id)
    await here.clock.advance(30)
    [record] = here.sandbox.signals.log
    assert (record.action, record.reason) == ("start_bot_and_start_deal", "the bot is disabled")


# ---- closing and cancelling ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("action", "after", "stays_enabled"),
    [
        ("close_at_market_price", ["panic_sold", "bought"], True),
        ("cancel", ["cancelled", "bought"], True),
        ("close_at_market_price_all", ["panic_sold", "panic_sold"], True),
        ("cancel_all", ["cancelled", "cancelled"], True),
        ("close_at_market_price_all_and_stop_bot", ["panic_sold", "panic_sold"], False),
        ("cancel_all_and_stop_bot", ["cancelled", "cancelled"], False),
        ("stop_bot", ["bought", "bought"], False),
    ],
)
async def test_what_ends_deals(here: Exchange, action: str, after: list[str], stays_enabled: bool) -> None:
    bot = await signalled_bot(here, **BOTH)
    first, second = (await tell(here, bot, pair=PAIR)).ids + (await tell(here, bot, pair=OTHER)).ids
    record = await tell(here, bot, action=action, pair=PAIR)
    ended = [number for number, status in zip((first, second), after, strict=True) if status != "bought"]
    assert (record.action, record.verdict, list(record.ids)) == (action, "executed", ended)
    assert await statuses(here) == after
    assert await is_enabled(here, bot) is stays_enabled


async def test_cancelled_coins_stay_and_closed_ones_are_sold(here: Exchange) -> None:
    bot = await signalled_bot(here)
    before = await here.held()
    await tell(here, bot)
    await tell(here, bot, action="cancel")
    cancelled = await here.held()
    assert cancelled["ETH"] == before["ETH"] + D("0.05")
    await tell(here, bot)
    await tell(here, bot, action="close_at_market_price")
    assert (await here.held())["ETH"] == cancelled["ETH"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"action": "close_at_market_price", "pair": PAIR}, "there is no open deal"),
        ({"action": "cancel", "pair": OTHER}, "there is no open deal"),
        ({"action": "cancel"}, "the bot has several pairs, and the signal names none"),
        ({"action": "close_at_market_price", "pair": "USDT_BNB"}, "the bot does not trade the pair"),
        ({"action": "close_at_market_price_all"}, "there is no open deal"),
        ({"action": "start_trailing", "pair": PAIR}, "there is no open deal"),
        ({"action": "add_funds_in_quote", "pair": PAIR, "volume": 10}, "there is no open deal"),
    ],
    ids=str,
)
async def test_where_no_deal_is_nothing_happens(here: Exchange, fields: dict[str, object], reason: str) -> None:
    record = await tell(here, await signalled_bot(here, **BOTH), **fields)
    assert (record.verdict, record.reason) == ("rejected", reason)


async def test_a_bot_without_deals_is_stopped_all_the_same(here: Exchange) -> None:
    bot = await signalled_bot(here)
    assert (await tell(here, bot, action="cancel_all_and_stop_bot")).verdict == "executed"
    assert await is_enabled(here, bot) is False


async def test_a_deal_on_a_pair_that_the_bot_has_given_up_is_closed(here: Exchange) -> None:
    bot = await signalled_bot(here, **BOTH)
    await tell(here, bot, pair=OTHER)
    await here.client.bots.edit(bot.id, pairs=[PAIR], max_active_deals=1)
    assert (await tell(here, bot, action="close_at_market_price", pair=OTHER)).verdict == "executed"
    assert await statuses(here) == ["panic_sold"]


async def test_a_deal_that_is_being_closed_is_not_closed_again() -> None:
    async with exchange(settle_automatically=False) as here:
        bot = await signalled_bot(here)
        await tell(here, bot)
        await tell(here, bot, action="close_at_market_price")
        assert await statuses(here) == ["panic_sell_pending"]
        record = await tell(here, bot, action="close_at_market_price")
        assert (record.verdict, record.reason) == ("failed", "Deal cannot be closed in the current status")
        here.sandbox.settle()
        assert await statuses(here) == ["panic_sold"]


# ---- the bot, its trailing and its funds -----------------------------------------------------------------------------
async def test_a_bot_is_started_and_stopped(here: Exchange) -> None:
    bot = await signalled_bot(here)
    assert (await tell(here, bot, action="stop_bot")).verdict == "executed"
    assert await is_enabled(here, bot) is False
    assert (await tell(here, bot, action="start_bot")).verdict == "executed"
    assert (await is_enabled(here, bot), await statuses(here)) == (True, [])


async def test_a_bot_is_started_with_a_deal(here: Exchange) -> None:
    bot = await signalled_bot(here, **BOTH)
    await here.client.bots.disable(bot.id)
    record = await tell(here, bot, action="start_bot_and_start_deal", pair=OTHER)
    assert (record.action, record.verdict, record.pair) == ("start_bot_and_start_deal", "executed", OTHER)
    assert (await is_enabled(here, bot), await statuses(here)) == (True, ["bought"])


async def test_trailing_begins_below_the_take_profit(here: Exchange) -> None:
    bot = await signalled_bot(here, trailing_enabled=True, trailing_deviation="1")
    [number] = (await tell(here, bot)).ids
    await here.to("2010")
    assert (await tell(here, bot, action="start_trailing", pair=PAIR)).ids == (number,)
    assert await statuses(here) == ["ttp_activated"]
    again = await tell(here, bot, action="start_trailing", pair=PAIR)
    assert (again.verdict, again.reason) == ("failed", "Trailing cannot be started in the current status")
    await here.to("2030", "2010", "2009")
    [deal] = await deals(here)
    assert (deal.status, deal.sold_average_price) == ("completed", D("2009") * D("0.999"))


async def test_a_take_profit_that_does_not_trail_begins_no_trailing(here: Exchange) -> None:
    bot = await signalled_bot(here)
    await tell(here, bot)
    record = await tell(here, bot, action="start_trailing", pair=PAIR)
    assert (record.verdict, record.reason) == ("failed", "The take profit of the deal does not trail")


async def test_funds_are_added_by_market(here: Exchange) -> None:
    bot = await signalled_bot(here)
    [number] = (await tell(here, bot)).ids
    before = await here.client.deals.get(number)
    record = await tell(here, bot, action="add_funds_in_quote", pair=PAIR, volume=50.5)
    deal = await here.client.deals.get(number)
    assert (record.verdict, record.ids) == ("executed", (number,))
    assert deal.bought_amount is not None
    assert before.bought_amount is not None
    assert deal.bought_amount - before.bought_amount == D("0.0252")  # 50.5 / 2000, in lots
    assert deal.completed_manual_safety_orders_count == 1


async def test_funds_are_added_at_a_limit(here: Exchange) -> None:
    bot = await signalled_bot(here)
    [number] = (await tell(here, bot)).ids
    await tell(here, bot, action="add_funds_in_quote", volume="95", price="1900")
    order = next(one for one in await here.client.deals.market_orders(number) if one.deal_order_type == "Manual Safety")
    assert (order.status_string, order.rate, order.quantity) == ("Active", D(1900), D("0.05"))


@pytest.mark.parametrize(
    ("volume", "verdict", "reason"),
    [
        (None, "rejected", "there is no volume"),
        ("0.01", "failed", "the order is smaller than the exchange takes"),
        (10_000_000, "failed", "Insufficient funds. ERR_805Y Not enough USDT."),
    ],
)
async def test_why_no_funds_are_added(here: Exchange, volume: object, verdict: str, reason: str) -> None:
    bot = await signalled_bot(here)
    await tell(here, bot)
    record = await tell(here, bot, action="add_funds_in_quote", volume=volume)
    assert (record.verdict, record.reason) == (verdict, reason)


async def test_all_bots_of_an_account_that_go_one_way_are_stopped(here: Exchange) -> None:
    long, short = await signalled_bot(here), await signalled_bot(here, strategy="short")
    other = here.sandbox.accounts.add(balances=RICH)
    elsewhere = await here.client.bots.create(account_id=other, settings=E1.evolved({"strategy_list": [BY_SIGNAL]}))
    await here.client.bots.enable(elsewhere.id)
    await tell(here, long)
    about = {
        "message_type": "account",
        "account_id": here.account_id,
        "email_token": here.sandbox.signals.email_token,
        "delay_seconds": 0,
        "action": "stop_all_long",
    }
    assert await post(here, DCA_PATH, about) == (200, "")
    assert [await is_enabled(here, bot) for bot in (long, short, elsewhere)] == [False, True, True]
    assert await statuses(here) == ["bought"]
    assert await post(here, DCA_PATH, about) == (200, "")
    first, second = [*here.sandbox.signals.log][-2:]
    assert (first.bot, first.action, first.verdict) == (f"account {here.account_id}", "stop_all_long", "executed")
    assert (second.verdict, second.reason) == ("rejected", "no long bot of the account is enabled")
