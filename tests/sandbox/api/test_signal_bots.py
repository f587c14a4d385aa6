"""The webhook of Signal Bots: verdicts, positions, flips, strategies, with messages as other programs send them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox.signalling import BOT_PATH, bot_message, post, signal_bot, tell_bot
from tests.sandbox.trading import PAIR, D, Exchange, exchange
from threecommas_async import ApiError
from threecommas_async.models import SmartTrade
from threecommas_async.sandbox import Sandbox, SignalRecord
from threecommas_async.transport.simulated_clock import SimulatedClock

BUY = {"amount": "100", "currency_type": "quote"}


async def smart_trades(here: Exchange) -> list[SmartTrade]:
    return sorted(await here.client.smart_trades.list(), key=lambda one: one.id)


async def statuses(here: Exchange) -> list[str | None]:
    return [one.status.type for one in await smart_trades(here) if one.status]


async def held(here: Exchange) -> Any:
    return (await here.held())["ETH"]


def said(record: SignalRecord) -> tuple[str, str | None]:
    return record.verdict, record.reason


# ---- entries ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("order", "units"),
    [
        (None, "0.05"),
        (BUY, "0.05"),
        ({"amount": 100, "currency_type": "quote", "order_type": "market"}, "0.05"),
        ({"amount": "0.3", "currency_type": "base"}, "0.3"),
        ({"amount": "0.0199", "currency_type": "margin_percent"}, "0.0994"),  # 199 USDT, fee included
    ],
    ids=str,
)
async def test_a_position_is_entered(here: Exchange, order: object, units: str) -> None:
    before = await held(here)
    bot = signal_bot(here)
    record = await tell_bot(here, bot, "enter_long", order=order)
    [opened] = await smart_trades(here)
    assert (record.verdict, record.reason, record.ids) == ("executed", None, (opened.id,))
    assert (record.action, record.bot, record.pair) == ("enter_long", bot.uuid, PAIR)
    assert opened.status is not None
    assert (opened.status.type, opened.pair) == ("waiting_targets", PAIR)
    assert await held(here) - before == D(units)


@pytest.mark.parametrize("instrument", ["ETHUSDT", "ETH/USDT", "ethusdt"])
async def test_an_instrument_has_several_names(here: Exchange, instrument: str) -> None:
    assert (await tell_bot(here, signal_bot(here), "enter_long", tv_instrument=instrument)).pair == PAIR


@pytest.mark.parametrize("instrument", ["BTCUSDT", "BTCUSDT.P", "BTC/USDT"])
async def test_futures_have_instruments_too(here: Exchange, instrument: str) -> None:
    account_id = here.sandbox.accounts.add(type="binance_futures", balances={"USDT": 100_000})
    bot = here.sandbox.signals.create_bot(account_id, instruments=[instrument])
    assert said(await tell_bot(here, bot, "enter_long", tv_instrument="BTCUSDT")) == ("executed", None)
    assert said(await tell_bot(here, bot, "exit_long", tv_instrument="BTCUSDT.P")) == ("executed", None)


@pytest.mark.parametrize(
    ("order", "price"),
    [
        ({"price": "1900"}, "1900"),
        ({"price_percent": "1"}, "1980"),
        ({"price_percent": 1.5, "price_percent_ref_type": "current_price"}, "1970"),
    ],
    ids=str,
)
async def test_an_entry_at_a_limit_waits(here: Exchange, order: dict[str, object], price: str) -> None:
    bot = signal_bot(here)
    await tell_bot(here, bot, "enter_long", order={**BUY, "order_type": "limit", **order})
    assert await statuses(here) == ["waiting_position"]
    await here.to(f"{D(price) + D('0.01')}")
    assert await statuses(here) == ["waiting_position"]
    await here.to(price)
    assert await statuses(here) == ["waiting_targets"]


async def test_an_entry_that_waits_is_cancelled_by_an_exit(here: Exchange) -> None:
    bot = signal_bot(here)
    await tell_bot(here, bot, "enter_long", order={**BUY, "order_type": "limit", "price": "1900"})
    assert said(await tell_bot(here, bot, "exit_long")) == ("executed", None)
    assert await statuses(here) == ["cancelled"]


async def test_a_position_is_entered_further_as_often_as_the_bot_allows(here: Exchange) -> None:
    bot, before = signal_bot(here, entries=3), await held(here)
    await tell_bot(here, bot, "enter_long")
    await here.to("1000")
    limit = {"amount": 50, "currency_type": "position_percent", "order_type": "limit", "price_percent": 10}
    record = await tell_bot(here, bot, "enter_long", order={**limit, "price_percent_ref_type": "base_entry_price"})
    assert said(record) == ("executed", None)
    further = await tell_bot(here, bot, "enter_long")
    [one] = await smart_trades(here)
    assert further.ids == (one.id,)
    assert said(await tell_bot(here, bot, "enter_long")) == ("rejected", "the bot allows no further entry")
    assert await held(here) - before == D("0.05") + D("0.025") + D("0.1")


async def test_an_entry_that_cannot_be_paid_is_a_failure(here: Exchange) -> None:
    here.sandbox.accounts.set_balances(here.account_id, {"USDT": 10})
    record = await tell_bot(here, signal_bot(here), "enter_long")
    assert record.verdict == "failed"
    assert str(record.reason).startswith("position is invalid; position.total must be less than or equal to")
    assert await statuses(here) == []


async def test_targets_and_stop_of_the_signal(here: Exchange) -> None:
    steps = [
        {"order_type": "limit", "price_percent": 1, "volume_percent": 50},
        {
            "order_type": "market",
            "price_percent": "2.5",
            "volume_percent": "50",
            "trailing": {"enabled": True, "percent": "0.5"},
        },
    ]
    stop = {"enabled": True, "order_type": "market", "trigger_price_percent": 2, "breakeven": True}
    await tell_bot(here, signal_bot(here), "enter_long", take_profit={"enabled": True, "steps": steps}, stop_loss=stop)
    [one] = await smart_trades(here)
    assert one.take_profit is not None
    assert one.stop_loss is not None
    assert one.stop_loss.conditional is not None
    assert one.stop_loss.conditional.price is not None
    assert [step.price.value for step in one.take_profit.steps or () if step.price] == [D("2022.02"), D("2052.05")]
    assert one.stop_loss.conditional.price.value == D("1961.96")
    await here.to("2100", "2080")
    assert await statuses(here) == ["finished"]


async def test_targets_and_stop_can_be_switched_off(here: Exchange) -> None:
    off = {"enabled": False}
    assert said(await tell_bot(here, signal_bot(here), "enter_long", take_profit=off, stop_loss=off)) == (
        "executed",
        None,
    )
    [one] = await smart_trades(here)
    assert one.take_profit is not None
    assert not one.take_profit.enabled


async def test_a_position_that_its_targets_closed_can_be_opened_anew(here: Exchange) -> None:
    bot = signal_bot(here)
    target = {"enabled": True, "steps": [{"price_percent": 1, "volume_percent": 100}]}
    await tell_bot(here, bot, "enter_long", take_profit=target)
    await here.to("2100")
    assert said(await tell_bot(here, bot, "exit_long")) == ("rejected", "there is no long position")
    assert said(await tell_bot(here, bot, "enter_long")) == ("executed", None)
    assert await statuses(here) == ["finished", "waiting_targets"]


# ---- exits -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("order", "left"),
    [
        (None, None),
        ({"amount": "100", "currency_type": "position_percent"}, None),
        ({"amount": 25, "currency_type": "position_percent", "order_type": "market"}, "0.0375"),
        ({"amount": "0.01", "currency_type": "base"}, "0.04"),
        ({"amount": "40", "currency_type": "quote"}, "0.03"),
        ({"amount": "4000", "currency_type": "quote"}, None),
    ],
    ids=str,
)
async def test_a_position_is_left_as_a_whole_or_in_part(here: Exchange, order: object, left: str | None) -> None:
    bot, before = signal_bot(here), await held(here)
    await tell_bot(here, bot, "enter_long")
    record = await tell_bot(here, bot, "exit_long", order=order)
    [one] = await smart_trades(here)
    assert (record.verdict, record.ids) == ("executed", (one.id,))
    assert await held(here) - before == D(left or "0")
    assert await statuses(here) == ["panic_sold" if left is None else "waiting_targets"]


@pytest.mark.parametrize(
    ("action", "order", "reason"),
    [
        ("exit_short", None, "there is no short position"),
        ("exit_long", {**BUY, "order_type": "limit", "price": 2100}, "an exit is carried out by market only"),
        (
            "exit_long",
            {"amount": 10, "currency_type": "margin_percent"},
            "an exit is not a percentage of the margin",
        ),
    ],
)
async def test_exits_that_are_rejected(here: Exchange, action: str, order: object, reason: str) -> None:
    bot = signal_bot(here)
    await tell_bot(here, bot, "enter_long")
    assert said(await tell_bot(here, bot, action, order=order)) == ("rejected", reason)
    assert await statuses(here) == ["waiting_targets"]


async def test_the_minimum_profit_holds_an_exit_back(here: Exchange) -> None:
    bot = signal_bot(here, min_profit="1")
    await tell_bot(here, bot, "enter_long")
    await here.to("2019")
    assert said(await tell_bot(here, bot, "exit_long")) == ("rejected", "the profit is below the bot's minimum")
    await here.to("2025")
    assert said(await tell_bot(here, bot, "exit_long")) == ("executed", None)


# ---- both directions -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("direction", "wrong"), [("long", "short"), ("short", "long")])
async def test_a_bot_of_one_direction_does_not_go_the_other_way(here: Exchange, direction: str, wrong: str) -> None:
    bot = signal_bot(here, direction=direction)
    assert said(await tell_bot(here, bot, f"enter_{wrong}")) == ("rejected", f"the bot does not trade {wrong}")
    assert said(await tell_bot(here, bot, f"enter_{direction}")) == ("executed", None)
    [one] = await smart_trades(here)
    assert one.position is not None
    assert one.position.type == ("buy" if direction == "long" else "sell")


async def test_an_opposite_entry_closes_and_turns_if_the_bot_reverses(here: Exchange) -> None:
    bot, before = signal_bot(here, direction="both", reverse=True), await held(here)
    [long] = (await tell_bot(here, bot, "enter_long")).ids
    record = await tell_bot(here, bot, "enter_short", order={"amount": 5, "currency_type": "margin_percent"})
    assert await statuses(here) == ["panic_sold", "waiting_targets"]
    assert (record.verdict, record.ids) == ("executed", (long, (await smart_trades(here))[1].id))
    assert await held(here) == before * D("0.95")


async def test_an_opposite_entry_is_ignored_if_the_bot_does_not_reverse(here: Exchange) -> None:
    bot = signal_bot(here, direction="both")
    await tell_bot(here, bot, "enter_short")
    assert said(await tell_bot(here, bot, "enter_long")) == (
        "rejected",
        "a short position is open, and the bot does not reverse",
    )
    assert await statuses(here) == ["waiting_targets"]


async def test_futures_always_close_first(here: Exchange) -> None:
    account_id = here.sandbox.accounts.add(type="binance_futures", balances={"USDT": 100_000})
    create = here.sandbox.signals.create_bot
    other = create(account_id, instruments=["BTCUSDT"])  # buys what the position of the next one sells
    bot = create(account_id, instruments=["BTCUSDT"], direction="both")
    for one, action in ((other, "enter_long"), (bot, "enter_long"), (bot, "enter_short")):
        assert said(await tell_bot(here, one, action, tv_instrument="BTCUSDT.P")) == ("executed", None)
    assert await statuses(here) == ["waiting_targets", "panic_sold", "waiting_targets"]


async def test_a_turn_that_fails_halfway_names_what_was_closed(here: Exchange) -> None:
    bot = signal_bot(here, direction="both", reverse=True)
    [long] = (await tell_bot(here, bot, "enter_long")).ids
    record = await tell_bot(here, bot, "enter_short", order={"amount": "5000", "currency_type": "base"})
    assert (record.verdict, record.ids) == ("failed", (long,))
    other = await tell_bot(here, bot, "enter_long")
    reason = "there is no position to take a percentage of"
    record = await tell_bot(here, bot, "enter_short", order={"amount": 5, "currency_type": "position_percent"})
    assert (record.verdict, record.reason, record.ids) == ("failed", reason, other.ids)


# ---- age -------------------------------------------------------------------------------------------------------------
def ago(here: Exchange, seconds: float, form: str) -> object:
    moment = here.clock.now() - timedelta(seconds=seconds)
    forms: dict[str, object] = {
        "iso": moment.isoformat(),
        "Z": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "naive": f"{moment:%Y-%m-%dT%H:%M:%S}",
        "seconds": int(moment.timestamp()),
        "text": str(int(moment.timestamp())),
        "milliseconds": int(moment.timestamp() * 1000),
    }
    return forms[form]


@pytest.mark.parametrize("form", ["iso", "Z", "naive", "seconds", "text", "milliseconds"])
@pytest.mark.parametrize(("age", "max_lag", "verdict"), [(300, "300", "executed"), (301, "300", "rejected")])
async def test_a_signal_older_than_max_lag_is_rejected(
    here: Exchange, form: str, age: float, max_lag: str, verdict: str
) -> None:
    record = await tell_bot(here, signal_bot(here), "enter_long", timestamp=ago(here, age, form), max_lag=max_lag)
    assert record.verdict == verdict
    assert record.reason in (None, "the signal is older than max_lag, 300 s")


@pytest.mark.parametrize(
    "fields",
    [{"timestamp": "2000-01-01T00:00:00Z"}, {"max_lag": 1}, {"timestamp": "2100-01-01T00:00:00Z", "max_lag": 1}],
    ids=str,
)
async def test_without_a_timestamp_or_max_lag_nothing_is_too_old(here: Exchange, fields: dict[str, object]) -> None:
    assert said(await tell_bot(here, signal_bot(here), "enter_long", **fields)) == ("executed", None)


# ---- what is wrong with a message ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"tv_instrument": "BTCUSDT"}, "the bot does not trade the pair"),
        ({"tv_instrument": "USDT_ETH"}, "the account's exchange does not have tv_instrument"),
        ({"tv_instrument": None}, "tv_instrument is missing"),
        ({"tv_exchange": None}, "tv_exchange is missing"),
        ({"action": None}, "action is missing"),
        ({"action": "reverse"}, "the action is unknown"),
        ({"action": "buy"}, "the action is not for bots of the custom kind"),
        ({"timestamp": "{{timenow}}"}, "timestamp is invalid"),
        ({"timestamp": 10**30}, "timestamp is invalid"),
        ({"trigger_price": "{{close}}"}, "trigger_price is invalid"),
        ({"max_lag": "soon"}, "max_lag is invalid"),
        ({"take_profit": 3}, "take_profit is invalid"),
        ({"stop_loss": "2"}, "stop_loss is invalid"),
        ({"take_profit": {"steps": []}}, "take_profit[steps] is invalid"),
        ({"order": {"amount": 1}}, "order[currency_type] is missing"),
        ({"order": {**BUY, "order_type": "limit"}}, "a limit order needs price or price_percent"),
        (
            {"order": {**BUY, "order_type": "limit", "price_percent": 100}},
            "price_percent leads to a price that is not above 0",
        ),
        (
            {"order": {**BUY, "order_type": "limit", "price_percent": 1, "price_percent_ref_type": "avg_entry_price"}},
            "there is no position, and so no avg_entry_price",
        ),
        (
            {"order": {"amount": 1, "currency_type": "position_percent"}},
            "there is no position to take a percentage of",
        ),
    ],
    ids=str,
)
async def test_why_a_signal_is_rejected(here: Exchange, fields: dict[str, object], reason: str) -> None:
    record = await tell_bot(here, signal_bot(here), **{"action": "enter_long", **fields})  # type: ignore[arg-type]
    assert said(record) == ("rejected", reason)
    assert await statuses(here) == []


async def test_targets_that_do_not_add_up_are_a_failure(here: Exchange) -> None:
    targets = {"enabled": True, "steps": [{"price_percent": 1, "volume_percent": 99}]}
    assert said(await tell_bot(here, signal_bot(here), "enter_long", take_profit=targets)) == (
        "failed",
        "take_profit[steps] volume must add up to 100",
    )


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"secret": "no"}, 401),
        ({"secret": None}, 401),
        ({"secret": "é"}, 401),
        ({"bot_uuid": None}, 404),
        ({"bot_uuid": "0a0b0c0d-0000-4000-8000-000000000002"}, 404),
    ],
    ids=str,
)
async def test_secret_and_uuid_are_checked(here: Exchange, change: dict[str, object], status: int) -> None:
    bot = signal_bot(here)
    answer = await post(here, BOT_PATH, bot_message(bot, "enter_long", **change))
    assert answer[0] == status
    assert bot.secret not in answer[1]
    assert not here.sandbox.signals.log


async def test_one_secret_may_be_that_of_several_bots(here: Exchange) -> None:
    first = signal_bot(here)
    second, third = signal_bot(here, secret=first.secret), signal_bot(here)
    assert first.secret == second.secret != third.secret
    assert said(await tell_bot(here, second, "enter_long")) == ("executed", None)
    assert (await post(here, BOT_PATH, bot_message(third, "enter_long", secret=first.secret)))[0] == 401


# ---- the bot ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("positions", "after"),
    [(None, "waiting_targets"), ("market_close", "panic_sold"), ("cancel", "cancelled")],
)
async def test_a_bot_is_disabled_until_a_person_enables_it(here: Exchange, positions: str | None, after: str) -> None:
    bot = signal_bot(here)
    await tell_bot(here, bot, "enter_long")
    record = await tell_bot(here, bot, "disable", positions_sub_action=positions, tv_exchange=None, tv_instrument=None)
    assert said(record) == ("executed", None)
    assert await statuses(here) == [after]
    assert said(await tell_bot(here, bot, "enter_long")) == ("rejected", "the bot is disabled")
    assert said(await tell_bot(here, bot, "exit_long")) == ("rejected", "the bot is disabled")
    assert said(await tell_bot(here, bot, "disable")) == ("executed", None)
    here.sandbox.signals.enable_bot(bot.uuid)
    assert said(await tell_bot(here, bot, "exit_short")) == ("rejected", "there is no short position")


async def test_an_account_with_a_signal_bot_cannot_be_removed_by_a_call(here: Exchange) -> None:
    bot = signal_bot(here)
    with pytest.raises(ApiError) as caught:
        await here.client.accounts.remove(here.account_id)
    assert (caught.value.status, caught.value.code) == (422, "account_not_deletable")
    here.sandbox.accounts.remove(here.account_id)
    assert (await post(here, BOT_PATH, bot_message(bot, "enter_long")))[0] == 404


async def test_a_signal_bot_outlives_the_block_of_its_sandbox() -> None:
    sandbox = Sandbox(clock=SimulatedClock())
    account_id = sandbox.accounts.add(balances={"USDT": 1000})
    bot = sandbox.signals.create_bot(account_id, instruments=["ETHUSDT"])
    for verdict in ("executed", "rejected"):
        async with sandbox, sandbox.client() as client:
            await client.signals.bot(bot.uuid, secret=bot.secret, exchange="BINANCE").enter_long("ETHUSDT")
        assert sandbox.signals.log[-1].verdict == verdict


# ---- strategies ------------------------------------------------------------------------------------------------------
def strategy(before: tuple[str, str], after: tuple[str, str], amount: str | None = None) -> dict[str, object]:
    info = {
        "market_position": after[0],
        "market_position_size": after[1],
        "prev_market_position": before[0],
        "prev_market_position_size": before[1],
    }
    order = None if amount is None else {"amount": amount, "currency_type": "base"}
    return {"strategy_info": info, "order": order}


FLAT = ("flat", "0")


async def test_a_strategy_is_followed(here: Exchange) -> None:
    bot, before = signal_bot(here, kind="strategy", direction="both", entries=2), await held(here)

    async def follow(action: str, *positions: tuple[str, str], amount: str | None = None) -> Any:
        record = await tell_bot(here, bot, action, **strategy(positions[0], positions[1], amount))
        assert said(record) == ("executed", None)
        return await held(here) - before

    assert await follow("buy", FLAT, ("long", "0.4"), amount="0.4") == D("0.4")
    assert await follow("buy", ("long", "0.4"), ("long", "0.6"), amount="0.2") == D("0.6")
    assert await follow("sell", ("long", "0.6"), ("long", "0.2"), amount="0.4") == D("0.2")
    assert await follow("sell", ("long", "0.2"), ("short", "0.3"), amount="0.5") == D("-0.3")
    assert await follow("sell", ("short", "0.3"), ("short", "0.4")) == D("-0.4")
    assert await follow("buy", ("short", "0.4"), FLAT, amount="0.4") == 0
    assert await statuses(here) == ["panic_sold", "panic_sold"]


async def test_a_bot_that_came_late_goes_the_way_of_its_strategy(here: Exchange) -> None:
    bot = signal_bot(here, kind="strategy", direction="both")
    assert said(await tell_bot(here, bot, "sell", **strategy(("long", "1"), ("short", "0.5"), "1.5"))) == (
        "executed",
        None,
    )
    [one] = await smart_trades(here)
    assert one.position is not None
    assert one.position.units is not None
    assert (one.position.type, one.position.units.value) == ("sell", D("0.5"))


async def test_a_strategy_that_turns_is_left_by_a_bot_of_one_direction(here: Exchange) -> None:
    bot = signal_bot(here, kind="strategy")
    await tell_bot(here, bot, "buy", **strategy(FLAT, ("long", "0.1"), "0.1"))
    record = await tell_bot(here, bot, "sell", **strategy(("long", "0.1"), ("short", "0.1"), "0.2"))
    assert said(record) == ("executed", None)
    assert await statuses(here) == ["panic_sold"]
    again = await tell_bot(here, bot, "sell", **strategy(FLAT, ("short", "0.1"), "0.1"))
    assert said(again) == ("rejected", "the bot does not trade short")


@pytest.mark.parametrize(
    ("action", "fields", "reason"),
    [
        ("buy", {}, "there is no strategy_info"),
        ("buy", strategy(FLAT, FLAT), "the two positions are the same"),
        ("buy", strategy(("long", "1"), ("long", "1.0")), "the two positions are the same"),
        ("sell", strategy(("long", "2"), ("long", "1")), "there is no long position"),
        ("sell", strategy(("long", "2"), FLAT), "there is no long position"),
        ("buy", strategy(("up", "2"), FLAT), "strategy_info[prev_market_position] does not have a valid value"),
        ("enter_long", {}, "the action is not for bots of the strategy kind"),
    ],
    ids=str,
)
async def test_strategies_that_are_rejected(
    here: Exchange, action: str, fields: dict[str, object], reason: str
) -> None:
    assert said(await tell_bot(here, signal_bot(here, kind="strategy"), action, **fields)) == ("rejected", reason)
    assert await statuses(here) == []


async def test_positions_are_closed_before_the_other_way_even_if_nothing_settles_by_itself() -> None:
    async with exchange(settle_automatically=False) as here:
        bot = signal_bot(here, direction="both", reverse=True)
        await tell_bot(here, bot, "enter_long")
        here.sandbox.settle()
        assert said(await tell_bot(here, bot, "enter_short")) == ("executed", None)
        assert await statuses(here) == ["panic_sold", "created"]
