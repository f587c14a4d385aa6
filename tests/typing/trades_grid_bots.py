"""What editors and type checkers see of simple trades and grid bots. Nothing here runs: mypy and pyright read it.

A line with an ``ignore`` is a mistake that they must find: mypy reports an ignore that hides nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import assert_type
from uuid import UUID

from threecommas_async import ThreeCommasClient
from threecommas_async.models.base import OMITTED, Omitted
from threecommas_async.models.bot_event import BotEvent
from threecommas_async.models.grid_bot import (
    GridBot,
    GridBotBalance,
    GridBotLine,
    GridBotOrder,
    GridBotOrders,
    GridBotProfit,
    GridBotRequiredBalances,
)
from threecommas_async.models.grid_bot_settings import GridBotSettings
from threecommas_async.models.simple_trade import SimpleTrade, SimpleTradeAmount, SimpleTradeStatus
from threecommas_async.models.simple_trade_plan import SimpleTradePlan, TradeCondition, TradeOrder, TradeTrailing


async def trades(client: ThreeCommasClient, plan: SimpleTradePlan, uuid: UUID) -> None:
    trades = client.trades
    assert_type(await trades.create(account_id=1, plan=plan), SimpleTrade)
    assert_type(await trades.get(uuid), SimpleTrade)
    assert_type(await trades.get("f89e3f34-1db1-47f2-81cc-9b4e5c50d7e1"), SimpleTrade)
    assert_type(await trades.list(order_by="pair", order_direction="desc"), list[SimpleTrade])
    assert_type(await trades.history(order_by="a new word", limit=5), list[SimpleTrade])
    assert_type(trades.iterate(account_id=1), AsyncIterator[SimpleTrade])
    assert_type(trades.iterate_history(pair="USDT_BTC"), AsyncIterator[SimpleTrade])
    assert_type(await trades.cancel(uuid), SimpleTrade)


def plans() -> None:
    condition = TradeCondition.at_least("90000", price_type="bid")
    assert_type(condition, TradeCondition)
    plan = SimpleTradePlan.sell_market(
        pair="USDT_BTC", units=1, when=condition, trailing=TradeTrailing.by_percent(Decimal(1)), timeout=None
    )
    assert_type(plan, SimpleTradePlan)
    assert_type(plan.order, TradeOrder)
    assert_type(plan.units.value, Decimal)
    if plan.price is not OMITTED:
        assert_type(plan.price.value, Decimal)
    assert_type(SimpleTradePlan.buy_limit(pair="USDT_BTC", units="1", price=2, strategy="ioc"), SimpleTradePlan)


async def grid_bots(client: ThreeCommasClient, settings: GridBotSettings) -> None:
    bots = client.grid_bots
    bot = await bots.create(account_id=1, settings=settings)
    assert_type(bot, GridBot)
    assert_type(await bots.get(1), GridBot)
    assert_type(await bots.update(1, settings), GridBot)
    assert_type(await bots.edit(1, upper_price="2200", note=None, trailing_up_enabled=True), GridBot)
    assert_type(await bots.edit(bot, lower_stop_loss_price=Decimal(1700), grid_type=OMITTED), GridBot)
    assert_type(await bots.list(account_id=[1, 2], state="enabled", created_from=datetime.now(UTC)), list[GridBot])
    assert_type(await bots.list(account_id=1, state="a new word", sort_direction="ASC"), list[GridBot])
    assert_type(bots.iterate(quote="USDT"), AsyncIterator[GridBot])
    assert_type(await bots.profits(1, created_to=datetime.now(UTC)), list[GridBotProfit])
    assert_type(await bots.enable(1), GridBot)
    assert_type(await bots.disable(1), GridBot)
    assert_type(await bots.set_note(1, "mine"), GridBot)
    assert_type(await bots.required_balances(1), GridBotRequiredBalances)
    assert_type(await bots.events(1, page=2), list[BotEvent])
    assert_type(await bots.market_orders(1, limit=5), GridBotOrders)
    await bots.delete(1)


def settings(bot: GridBot) -> GridBotSettings:
    made = bot.settings(expansion_up_enabled=True, expansion_up_stop_price="2500")
    assert_type(made.upper_price, Decimal)
    assert_type(made.note, str | Omitted | None)
    if made.expansion_up_stop_price is not OMITTED:
        assert_type(made.expansion_up_stop_price, Decimal)
    assert_type(made.evolve(pair="USDT_BTC", lower_price=1, mode="long"), GridBotSettings)
    return GridBotSettings(
        name="ETH grid",
        pair="USDT_ETH",
        lower_price="1800",
        upper_price=Decimal(2200),
        grids_quantity=5,
        quantity_per_grid=100,
        leverage_type="a new word",
        lower_stop_loss_action="stop_bot_and_sell",
    )


def fields(trade: SimpleTrade, bot: GridBot, orders: GridBotOrders, balances: GridBotRequiredBalances) -> None:
    assert_type(trade.uuid, UUID)
    assert_type(trade.units, SimpleTradeAmount | None)
    assert_type(trade.status, SimpleTradeStatus | None)
    assert_type(trade.state, str | None)
    assert_type(trade.is_cancelable, bool)
    assert_type(trade.created_at, datetime | None)
    assert_type(bot.id, int)
    assert_type(bot.grids_quantity, int | None)
    assert_type(bot.trailing_up_enabled, bool | None)
    assert_type(bot.grid_lines, tuple[GridBotLine, ...] | None)
    assert_type(bot.lines_by_price, tuple[GridBotLine, ...])
    assert_type(bot.current_profit, Decimal | None)
    assert_type(orders.balancing_orders, tuple[GridBotOrder, ...] | None)
    assert_type(balances.missing_balance, GridBotBalance | None)


async def mistakes(client: ThreeCommasClient, bot: GridBot, plan: SimpleTradePlan) -> None:
    trades, bots = client.trades, client.grid_bots
    await trades.create(plan=plan)  # type: ignore[call-arg]
    await trades.create(account_id=1, plan={"pair": "USDT_BTC"})  # type: ignore[arg-type]
    await trades.get(7)  # type: ignore[arg-type]
    await trades.list(order="pair")  # type: ignore[call-arg]
    await trades.cancel(uuid=None)  # type: ignore[arg-type]
    SimpleTradePlan.buy_market(pair="USDT_BTC", units=1.5)  # type: ignore[arg-type]
    SimpleTradePlan.buy_market(pair="USDT_BTC", units=1, price=2)  # type: ignore[call-arg]
    SimpleTradePlan.buy_limit(pair="USDT_BTC", units=1)  # type: ignore[call-arg]
    SimpleTradePlan.sell_market(pair="USDT_BTC", units=1, conditional=plan.conditional)  # type: ignore[call-arg]
    SimpleTradePlan.sell_market(pair="USDT_BTC", units=1, strategy="day")  # type: ignore[arg-type]
    SimpleTradePlan.sell_market(pair="USDT_BTC", units=1, when="1950")  # type: ignore[arg-type]
    SimpleTradePlan("USDT_BTC")  # type: ignore[call-arg]
    TradeCondition.at_most("1", price_type="mid")  # type: ignore[arg-type]
    TradeTrailing.by_percent(0.5)  # type: ignore[arg-type]
    plan.pair = "USDT_ETH"  # type: ignore[misc]
    await bots.edit(bot, upper_pricee="1")  # type: ignore[call-arg]
    await bots.edit(bot, upper_price=2.5)  # type: ignore[arg-type]
    await bots.edit(bot, pair="USDT_BTC")  # type: ignore[call-arg]
    await bots.edit(bot, order_currency_type="base")  # type: ignore[call-arg]
    await bots.edit(bot, mode="long")  # type: ignore[call-arg]
    await bots.edit("7", name="Other")  # type: ignore[arg-type]
    await bots.edit(bot, name=None)  # type: ignore[arg-type]
    await bots.edit(bot, upper_stop_loss_action="stop_bot_and_sell")  # type: ignore[arg-type]
    await bots.edit(bot, grids_quantity="5")  # type: ignore[arg-type]
    await bots.update(bot, bot.settings())  # type: ignore[arg-type]
    await bots.create(account_id=1, settings={"name": "ETH"})  # type: ignore[arg-type]
    await bots.list(account_id="1,2")  # type: ignore[arg-type]
    await bots.set_note(1)  # type: ignore[call-arg]
    bot.settings().evolve(upper=1)  # type: ignore[call-arg]
    bot.settings(name="Other")  # type: ignore[call-arg]
    bot.settings().upper_price = 2  # type: ignore[misc, assignment]
    GridBotSettings(name="ETH")  # type: ignore[call-arg]
