"""The example of a program that decides by itself, in a sandbox, while responses are lost."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from decimal import Decimal

import pytest

import examples.decision_loop as decision_loop
from tests.sandbox.trading import E1, MARKET, PAIR, Exchange, exchange
from threecommas_async.models import DcaBot, StrategySettings

WEBHOOK = "/trade_signal/trading_view"
PATH = ("2000", "1990", "1970", "1980", "2000", "1975", "1960", "1996")


async def bot_of(market: Exchange) -> DcaBot:
    return await market.bot(
        E1, strategy_list=[StrategySettings(strategy="tv_custom_signal")], max_safety_orders=0, take_profit="50"
    )


async def run(market: Exchange, bot: DcaBot, before: Callable[[int], object]) -> None:
    signals = market.client.signals.dca(bot.id, email_token=market.sandbox.signals.email_token)

    async def incoming() -> AsyncIterator[Decimal]:
        for number, price in enumerate(PATH):
            await market.to(price)
            before(number)
            yield Decimal(price)

    await decision_loop.decide(market.client.signals.confirm(signals, timeout=20), PAIR, incoming())


async def test_deals_are_started_after_a_fall_and_closed_after_a_rise() -> None:
    async with exchange() as market:
        bot = await bot_of(market)
        await run(market, bot, lambda number: None)
        deals = await market.client.deals.list(bot_id=bot.id, order_direction="ASC")
        assert [(deal.status, deal.bought_average_price) for deal in deals] == [
            ("panic_sold", Decimal("1971.97")),
            ("panic_sold", Decimal("1976.975")),
        ]


@pytest.mark.parametrize("before_processing", [True, False])
async def test_lost_responses_start_nothing_twice(before_processing: bool) -> None:
    async with exchange() as market:
        bot = await bot_of(market)
        lose = market.sandbox.faults.drop_next
        await run(market, bot, lambda _: lose(path=WEBHOOK, before_processing=before_processing))
        deals = await market.client.deals.list(bot_id=bot.id)
        carried_out = [entry for entry in market.sandbox.signals.log if entry.verdict == "executed"]
        assert len(deals) == len([entry for entry in carried_out if entry.action == "start_deal"])
        assert len(deals) == (0 if before_processing else 2)
        market.sandbox.faults.clear()


async def test_prices_come_from_the_rates() -> None:
    async with exchange() as market:
        async for price in decision_loop.prices(market.client, MARKET, PAIR):
            assert price == 2000
            break
