"""What editors and type checkers see of bots and deals. Nothing here runs: mypy and pyright read it with all the rest.

A line with an ``ignore`` is a mistake that they must find: mypy reports an ignore that hides nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import assert_type

from threecommas_async import ThreeCommasClient
from threecommas_async.models.adding_funds import AddingFundsInfo, AddingFundsLimits
from threecommas_async.models.base import OMITTED, Omitted
from threecommas_async.models.bot_event import BotEvent
from threecommas_async.models.bot_stats import BotCopy, BotDayProfit, BotDealsStats, BotStats, BotStatsByDate
from threecommas_async.models.dca_bot import DcaBot
from threecommas_async.models.dca_bot_settings import DcaBotSettings
from threecommas_async.models.dca_steps import BreakevenSettings, SafetyStepSettings, TakeProfitStepSettings
from threecommas_async.models.deal import Deal, DealTakeProfitStep, DealWidget
from threecommas_async.models.deal_order import DealOrder
from threecommas_async.models.smart_trade import SmartTrade, SmartTradeStatus
from threecommas_async.models.strategy import AvailableStrategy, BotStrategy, StrategySettings
from threecommas_async.secret import Secret


async def bots(client: ThreeCommasClient, settings: DcaBotSettings) -> None:
    bots = client.bots
    assert_type(await bots.strategies(strategy="long", type="simple"), dict[str, AvailableStrategy])
    bot = await bots.create(account_id=1, settings=settings)
    assert_type(bot, DcaBot)
    assert_type(await bots.get(1, include_events=True), DcaBot)
    assert_type(await bots.update(1, settings), DcaBot)
    assert_type(await bots.edit(1, take_profit="2.5", pairs=["USDT_ETH"], close_deals_timeout=None), DcaBot)
    assert_type(await bots.edit(bot, stop_loss_percentage=Decimal(12), cooldown=OMITTED), DcaBot)
    assert_type(await bots.list(scope="enabled", created_from=datetime.now(UTC)), list[DcaBot])
    assert_type(bots.iterate(quote="USDT"), AsyncIterator[DcaBot])
    assert_type(await bots.enable(1), DcaBot)
    assert_type(await bots.disable(1), DcaBot)
    assert_type(await bots.copy(1, name="Copy", secret=Secret("...")), BotCopy)
    assert_type(await bots.panic_sell_all_deals(1), DcaBot)
    assert_type(await bots.cancel_all_deals(1), DcaBot)
    assert_type(await bots.blacklist(), list[str])
    assert_type(await bots.set_blacklist(("BTC_SUI",)), list[str])
    assert_type(await bots.profit_by_day(1, days=7), list[BotDayProfit])
    assert_type(await bots.stats(account_id=1), BotStats)
    assert_type(await bots.stats_by_date(date(2025, 3, 28)), BotStatsByDate)
    assert_type(await bots.deals_stats(1), BotDealsStats)
    await bots.delete(1)


async def deals(client: ThreeCommasClient) -> None:
    deals = client.deals
    assert_type(await deals.get(1), Deal)
    assert_type(await deals.list(scope="active", order="profit"), list[Deal])
    assert_type(deals.iterate(bot_id=1), AsyncIterator[Deal])
    assert_type(await deals.update(1, take_profit="2.5", note=None), Deal)
    assert_type(await deals.panic_sell(1), Deal)
    assert_type(await deals.panic_sell_step(1, 2), Deal)
    assert_type(await deals.cancel(1), Deal)
    assert_type(await deals.market_orders(1), list[DealOrder])
    assert_type(await deals.data_for_adding_funds(1), AddingFundsInfo)
    assert_type(
        await deals.add_funds(1, quantity="1", is_market=False, rate=2, response_type="market_order"), DealOrder
    )
    assert_type(await deals.add_funds(1, quantity="1", is_market=True, response_type="deal"), Deal)
    await deals.add_funds(1, quantity="1", is_market=True)
    assert_type(await deals.update_max_safety_orders(1, 3), Deal)
    assert_type(await deals.cancel_order(1, "2"), list[DealOrder])
    assert_type(await deals.convert_to_smart_trade(1, stop_bot=False), SmartTrade)


def settings(bot: DcaBot) -> DcaBotSettings:
    made = bot.settings(sl_to_breakeven_enabled=True)
    assert_type(made, DcaBotSettings)
    assert_type(made.take_profit, Decimal | None)
    assert_type(made.pairs, tuple[str, ...])
    assert_type(made.min_price, Decimal | Omitted | None)
    if made.cooldown is not OMITTED:
        assert_type(made.cooldown, Decimal)
    assert_type(made.evolve(take_profit=2, take_profit_steps=[], min_price="1"), DcaBotSettings)
    return DcaBotSettings(
        name="ETH",
        pairs=["USDT_ETH"],
        strategy_list=[StrategySettings(strategy="nonstop")],
        base_order_volume="100",
        take_profit_type="total",
        take_profit=0,
        take_profit_steps=(TakeProfitStepSettings(amount_percentage=100, profit_percentage="2"),),
        safety_order_volume=Decimal(50),
        safety_order_step_percentage="1",
        max_safety_orders=3,
        active_safety_orders_count=2,
        martingale_volume_coefficient="1.5",
        martingale_step_coefficient="2",
        custom_safety_steps=[SafetyStepSettings(deviation="-1.1", size=10)],
        leverage_type="a new word",
        sl_to_breakeven_data=BreakevenSettings(upper_breakeven_limit=1),
    )


def fields(bot: DcaBot, deal: Deal, order: DealOrder, info: AddingFundsInfo, trade: SmartTrade) -> None:
    assert_type(bot.id, int)
    assert_type(bot.url_secret, Secret | None)
    assert_type(bot.take_profit, Decimal | None)
    assert_type(bot.strategy_list, tuple[BotStrategy, ...] | None)
    assert_type(bot.active_deals, tuple[Deal, ...] | None)
    assert_type(bot.bot_events, tuple[BotEvent, ...] | None)
    assert_type(bot.is_short, bool)
    assert_type(deal.finished, bool | None)
    assert_type(deal.is_finished, bool)
    assert_type(deal.profit, Decimal | None)
    assert_type(deal.closed_at, datetime | None)
    assert_type(deal.take_profit_steps, tuple[DealTakeProfitStep, ...] | None)
    assert_type(deal.crypto_widget, DealWidget | None)
    assert_type(order.order_id, str)
    assert_type(order.rate, Decimal | None)
    assert_type(info.limits, AddingFundsLimits | None)
    assert_type(trade.status, SmartTradeStatus | None)
    assert_type(trade.state, str | None)


async def mistakes(client: ThreeCommasClient, bot: DcaBot) -> None:
    bots, deals = client.bots, client.deals
    await bots.edit(bot, take_profitt="2.5")  # type: ignore[call-arg]
    await bots.edit(bot, take_profit=2.5)  # type: ignore[arg-type]
    await bots.edit(bot, strategy="short")  # type: ignore[call-arg]
    await bots.edit("7", name="Other")  # type: ignore[arg-type]
    await bots.edit(bot, take_profit_type="all")  # type: ignore[arg-type]
    await bots.edit(bot, name=None)  # type: ignore[arg-type]
    await bots.update(bot, bot.settings())  # type: ignore[arg-type]
    await bots.create(account_id=1, settings={"name": "ETH"})  # type: ignore[arg-type]
    await bots.list(scope="enable")  # type: ignore[arg-type]
    bot.settings().evolve(stop_loss="5")  # type: ignore[call-arg]
    bot.settings().evolve(max_safety_orders="3")  # type: ignore[arg-type]
    bot.settings(name="Other")  # type: ignore[call-arg]
    bot.settings().take_profit = 2  # type: ignore[misc, assignment]
    DcaBotSettings(name="ETH")  # type: ignore[call-arg]
    StrategySettings("nonstop")  # type: ignore[call-arg]
    await deals.update(1, take_profit=2.5)  # type: ignore[arg-type]
    await deals.update(1, trailing_deviation=1)  # type: ignore[call-arg]
    await deals.add_funds(1, quantity="1")  # type: ignore[call-overload]
    await deals.add_funds(1, quantity="1", is_market=True, response_type="order")  # type: ignore[call-overload]
    await deals.list(order="name")  # type: ignore[arg-type]
