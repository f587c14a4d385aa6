"""What became of a signal: seen, or not seen with the reasons that the bot's own state gives."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest

from tests.sandbox.trading import E1, MANUAL, PAIR, Exchange, exchange
from threecommas_async import ApiError, NotSentError
from threecommas_async.models import DcaBot, StrategySettings
from threecommas_async.signals import Confirmed, DcaBotSignals, NotSeen
from threecommas_async.signals.confirm import ConfirmedSignals

CUSTOM = StrategySettings(strategy="tv_custom_signal")
WEBHOOK = "/trade_signal/trading_view"


@pytest.fixture
async def market() -> AsyncGenerator[Exchange]:
    async with exchange() as running:
        yield running


async def bot_of(market: Exchange, **changes: Any) -> tuple[DcaBot, DcaBotSignals, ConfirmedSignals]:
    bot = await market.bot(E1, **{"strategy_list": [CUSTOM], **changes})
    signals = market.client.signals.dca(bot.id, email_token=market.sandbox.signals.email_token)
    return bot, signals, market.client.signals.confirm(signals, timeout=30)


async def test_started_deal_is_confirmed(market: Exchange) -> None:
    bot, _, confirmed = await bot_of(market)
    result = await confirmed.start_deal(PAIR)
    assert isinstance(result, Confirmed)
    assert (result.deal.bot_id, result.deal.pair, result.deal.status) == (bot.id, PAIR, "bought")
    assert result.receipt is not None
    assert result.receipt.status == 200


async def test_delays_are_waited_for(market: Exchange) -> None:
    _, _, confirmed = await bot_of(market, deal_start_delay_seconds=100)
    began = market.clock.monotonic()
    assert isinstance(await confirmed.start_deal(PAIR, delay_seconds=200), Confirmed)
    assert 300 <= market.clock.monotonic() - began < 340


async def test_closed_and_cancelled_deals_are_confirmed(market: Exchange) -> None:
    _, _, confirmed = await bot_of(market)
    for end in (confirmed.close_deal, confirmed.cancel_deal):
        opened = await confirmed.start_deal()
        assert isinstance(opened, Confirmed)
        ended = await end()
        assert isinstance(ended, Confirmed)
        assert ended.deal.id == opened.deal.id


@pytest.mark.parametrize("name", ["close_all", "cancel_all"])
async def test_end_of_all_deals_and_of_the_bot_is_confirmed(market: Exchange, name: str) -> None:
    bot, _, confirmed = await bot_of(market)
    await confirmed.start_deal()
    ended = await getattr(confirmed, name)(stop_bot=True)
    assert isinstance(ended, Confirmed)
    assert len(ended.deals) == 1
    assert ended.bot is not None
    assert (ended.bot.id, ended.bot.is_enabled) == (bot.id, False)


async def test_bot_that_is_stopped_and_started_is_confirmed(market: Exchange) -> None:
    bot, _, confirmed = await bot_of(market)
    for switch, is_enabled in ((confirmed.stop_bot, False), (confirmed.start_bot, True)):
        result = await switch(delay_seconds=20)
        assert isinstance(result, Confirmed)
        assert result.bot is not None
        assert (result.bot.id, result.bot.is_enabled) == (bot.id, is_enabled)


@pytest.mark.parametrize(
    ("changes", "pair", "reasons"),
    [
        ({"strategy_list": [MANUAL]}, PAIR, ("wrong_start_condition",)),
        ({}, "USDT_BTC", ("pair_not_in_bot",)),
    ],
)
async def test_deal_that_does_not_start_is_not_seen_for_a_reason(
    market: Exchange, changes: dict[str, Any], pair: str, reasons: tuple[str, ...]
) -> None:
    _, _, confirmed = await bot_of(market, **changes)
    result = await confirmed.start_deal(pair)
    assert isinstance(result, NotSeen)
    assert result.reasons == reasons
    assert result.receipt is not None


async def test_disabled_bot_is_a_reason(market: Exchange) -> None:
    bot, _, confirmed = await bot_of(market)
    await market.client.bots.disable(bot.id)
    result = await confirmed.start_deal()
    assert isinstance(result, NotSeen)
    assert result.reasons == ("bot_disabled",)


async def test_open_deal_and_the_limit_of_deals_are_reasons(market: Exchange) -> None:
    _, _, confirmed = await bot_of(market)
    assert isinstance(await confirmed.start_deal(), Confirmed)
    result = await confirmed.start_deal()
    assert isinstance(result, NotSeen)
    assert result.reasons == ("deal_limit_reached", "deal_open_on_pair")


async def test_cooldown_is_a_reason(market: Exchange) -> None:
    _, _, confirmed = await bot_of(market, cooldown="100000")
    await confirmed.start_deal()
    await confirmed.close_deal()
    result = await confirmed.start_deal()
    assert isinstance(result, NotSeen)
    assert result.reasons == ("cooldown",)


async def test_nothing_to_close_is_a_reason(market: Exchange) -> None:
    _, _, confirmed = await bot_of(market)
    result = await confirmed.close_deal()
    assert isinstance(result, NotSeen)
    assert result.reasons == ("no_open_deal",)


async def test_lost_response_is_no_reason_to_send_again_and_the_deal_is_seen(market: Exchange) -> None:
    bot, _, confirmed = await bot_of(market)
    market.sandbox.faults.drop_next(path=WEBHOOK, before_processing=False)
    result = await confirmed.start_deal()
    assert isinstance(result, Confirmed)
    assert result.receipt is None
    assert len(await market.client.deals.list(bot_id=bot.id)) == 1


async def test_lost_signal_is_not_seen_without_a_response(market: Exchange) -> None:
    _, _, confirmed = await bot_of(market)
    market.sandbox.faults.drop_next(path=WEBHOOK)
    result = await confirmed.start_deal()
    assert isinstance(result, NotSeen)
    assert (result.reasons, result.receipt) == (("no_response",), None)


async def test_bot_of_several_pairs_needs_one_before_sending(market: Exchange) -> None:
    await market.sandbox.prices.set("binance", "USDT_BTC", "60000")
    _, _, confirmed = await bot_of(market, pairs=[PAIR, "USDT_BTC"], max_active_deals=2)
    for call in (confirmed.start_deal, confirmed.close_deal, confirmed.cancel_deal):
        with pytest.raises(ValueError, match="pair must be one of the bot's pairs, which are USDT_ETH, USDT_BTC"):
            await call()
    assert not market.sandbox.signals.log


async def test_refused_signal_is_an_error(market: Exchange) -> None:
    bot, _, _ = await bot_of(market)
    wrong = market.client.signals.dca(bot.id, email_token="0f0e0d0c-0000-4000-8000-000000000001")
    with pytest.raises(ApiError):
        await market.client.signals.confirm(wrong).start_deal()


async def test_deal_that_was_there_is_not_taken_for_the_new_one(market: Exchange) -> None:
    bot, signals, confirmed = await bot_of(market)
    await confirmed.start_deal()
    await confirmed.close_deal()
    await market.client.bots.disable(bot.id)
    await market.to("1990")
    assert isinstance(await confirmed.start_deal(), NotSeen)
    await signals.start_deal()
    assert len(await market.client.deals.list(bot_id=bot.id)) == 1


@pytest.mark.parametrize("seed", range(3))
async def test_no_decision_is_carried_out_twice_under_faults(market: Exchange, seed: int) -> None:
    """A loop that starts and closes deals, while responses and connections are lost."""
    bot, _, confirmed = await bot_of(market)
    faults = market.sandbox.faults
    plans: list[Callable[[], object]] = [
        lambda: None,
        lambda: faults.drop_next(path=WEBHOOK, before_processing=False),
        lambda: faults.drop_next(path=WEBHOOK),
        lambda: faults.fail_next(502, path=WEBHOOK, before_processing=False),
        market.sandbox.cable.faults.drop_now,
        lambda: market.sandbox.cable.faults.mute(0.5),
    ]
    opened = list[int]()
    for turn in range(8):
        plans[(turn * 5 + seed) % len(plans)]()
        with contextlib.suppress(NotSentError):
            started = await confirmed.start_deal()
            if isinstance(started, Confirmed):
                opened.append(started.deal.id)
            ended = await confirmed.close_deal()
            assert isinstance(ended, Confirmed) or not isinstance(started, Confirmed) or ended.receipt is None
    deals = await market.client.deals.list(bot_id=bot.id)
    assert sorted(deal.id for deal in deals) == sorted(set(opened))
    assert len(opened) == len(set(opened))
    assert len(deals) <= 8
