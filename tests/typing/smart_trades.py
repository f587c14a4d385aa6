"""What editors and type checkers see of SmartTrades. Nothing here runs: mypy and pyright read it with all the rest.

A line with an ``ignore`` is a mistake that they must find: mypy reports an ignore that hides nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import assert_type

from threecommas_async import ThreeCommasClient, ThreeCommasError
from threecommas_async.models.base import OMITTED, Omitted
from threecommas_async.models.smart_trade import (
    ReduceFundsInfo,
    SmartTrade,
    SmartTradeData,
    SmartTradePosition,
    SmartTradeStatus,
    SmartTradeTakeProfitStep,
    SmartTradeTrade,
)
from threecommas_async.models.smart_trade_parts import (
    EntryCondition,
    Leverage,
    LimitPrice,
    Position,
    Trailing,
    TriggerPrice,
    Units,
)
from threecommas_async.models.smart_trade_plan import SmartTradePlan
from threecommas_async.models.smart_trade_targets import StopLoss, StopLossTimeout, TakeProfit, TakeProfitStep


async def calls(client: ThreeCommasClient, plan: SmartTradePlan, error: ThreeCommasError) -> None:
    trades = client.smart_trades
    trade = await trades.create(account_id=1, plan=plan)
    assert_type(trade, SmartTrade)
    assert_type(await trades.find_created(error), SmartTrade | None)
    assert_type(await trades.get(1), SmartTrade)
    assert_type(await trades.update(1, plan), SmartTrade)
    assert_type(await trades.edit(1, stop_loss=StopLoss.at(price="1900")), SmartTrade)
    assert_type(await trades.edit(trade, take_profit=TakeProfit.off(), leverage=OMITTED), SmartTrade)
    assert_type(await trades.list(status="active", order_by="profit", created_from=datetime.now(UTC)), list[SmartTrade])
    assert_type(await trades.list(status="a new word", type="another"), list[SmartTrade])
    assert_type(trades.iterate(quote="USDT"), AsyncIterator[SmartTrade])
    assert_type(await trades.add_funds(1, order_type="market", units=Decimal("0.5")), SmartTrade)
    assert_type(await trades.reduce_funds_info(1), ReduceFundsInfo)
    assert_type(await trades.reduce_funds(1, order_type="limit", units="0.5", price=2000), SmartTrade)
    assert_type(await trades.close_by_market(1), SmartTrade)
    assert_type(await trades.set_note(1, "mine"), SmartTrade)
    assert_type(await trades.cancel(1), SmartTrade | None)
    assert_type(await trades.force_start(1), SmartTrade)
    assert_type(await trades.trades(1), list[SmartTradeTrade])
    assert_type(await trades.close_trade_by_market(1, 2), SmartTrade)
    assert_type(await trades.cancel_trade(1, 2), SmartTrade | None)


def plans(trade: SmartTrade) -> SmartTradePlan:
    made = trade.plan()
    assert_type(made, SmartTradePlan)
    assert_type(made.position, Position)
    assert_type(made.stop_loss, StopLoss | Omitted)
    assert_type(made.note, str | Omitted)
    if made.take_profit is not OMITTED:
        assert_type(made.take_profit.steps, tuple[TakeProfitStep, ...])
        assert_type(made.take_profit.steps[0].volume, Decimal)
        assert_type(made.take_profit.steps[0].price.percent, Decimal | Omitted)
    assert_type(made.evolve(stop_loss=StopLoss.off(), note=OMITTED), SmartTradePlan)
    assert_type(SmartTradePlan.smart_sell("USDT_ETH", units=1, stop_loss=StopLoss.at(percent="5")), SmartTradePlan)
    assert_type(SmartTradePlan.simple_buy("USDT_ETH", units="0.1", leverage=Leverage.cross()), SmartTradePlan)
    return SmartTradePlan(
        pair="USDT_ETH",
        position=Position(
            type="sell",
            order_type="conditional",
            units=Units(value="0.1"),
            price=LimitPrice(value=Decimal(2000)),
            conditional=EntryCondition(
                order_type="limit", price=TriggerPrice(value=2010, type="bid"), trailing=Trailing.by("0.5")
            ),
        ),
        take_profit=TakeProfit(enabled=True, steps=[TakeProfitStep.at(percent="5", trailing="0.5")]),
        stop_loss=StopLoss.at(price="2100", limit=2105, timeout=60),
        leverage=Leverage(enabled=True, type="a new word"),
    )


def fields(trade: SmartTrade, sub: SmartTradeTrade, step: SmartTradeTakeProfitStep) -> None:
    assert_type(trade.id, int)
    assert_type(trade.status, SmartTradeStatus | None)
    assert_type(trade.position, SmartTradePosition | None)
    assert_type(trade.data, SmartTradeData | None)
    assert_type(trade.state, str | None)
    assert_type(trade.account_id, int | None)
    assert_type(trade.created_at, datetime | None)
    assert_type(trade.is_waiting, bool)
    assert_type(step.settings(), TakeProfitStep)
    assert_type(step.total, Decimal | None)
    assert_type(sub.trade_purpose, str | None)
    assert_type(sub.average_price, Decimal | None)


async def mistakes(client: ThreeCommasClient, trade: SmartTrade, plan: SmartTradePlan) -> None:
    trades = client.smart_trades
    await trades.create(account_id=1, plan={"pair": "USDT_ETH"})  # type: ignore[arg-type]
    await trades.create(1, plan)  # type: ignore[call-arg]
    await trades.update(trade, plan)  # type: ignore[arg-type]
    await trades.update(1, trade)  # type: ignore[arg-type]
    await trades.edit(trade, stop_los=StopLoss.off())  # type: ignore[call-arg]
    await trades.edit(trade, stop_loss=None)  # type: ignore[arg-type]
    await trades.edit(trade, stop_loss=TakeProfit.off())  # type: ignore[arg-type]
    await trades.edit(trade, pair="USDT_BTC")  # type: ignore[call-arg]
    await trades.edit(trade, note="mine")  # type: ignore[call-arg]
    await trades.edit("7", stop_loss=StopLoss.off())  # type: ignore[arg-type]
    await trades.list(order_by="name")  # type: ignore[arg-type]
    await trades.list(order_direction="desc")  # type: ignore[arg-type]
    await trades.add_funds(1, order_type="stop", units=1)  # type: ignore[arg-type]
    await trades.add_funds(1, order_type="market", units=0.5)  # type: ignore[arg-type]
    await trades.reduce_funds(1, units=1)  # type: ignore[call-arg]
    (await trades.cancel(1)).id  # type: ignore[union-attr]  # noqa: B018
    SmartTradePlan.buy("USDT_ETH", units=0.1)  # type: ignore[arg-type]
    SmartTradePlan.buy("USDT_ETH", units="0.1", stop="1900")  # type: ignore[call-arg]
    SmartTradePlan.simple_buy("USDT_ETH", units="0.1", stop_loss=StopLoss.off())  # type: ignore[call-arg]
    TakeProfitStep.at("5")  # type: ignore[call-arg]
    TakeProfitStep.at(percent=5.0)  # type: ignore[arg-type]
    TakeProfit.of("5")  # type: ignore[arg-type]
    StopLoss.at(price="1900", trailing="0.5")  # type: ignore[arg-type]
    StopLossTimeout(enabled=True, value="60")  # type: ignore[arg-type]
    EntryCondition.at("1950", order_type="conditional")  # type: ignore[arg-type]
    Position(type="long", order_type="market", units=Units(value=1))  # type: ignore[arg-type]
    Position(type="buy", order_type="market", units="1")  # type: ignore[arg-type]
    plan.evolve(stop_loss="1900")  # type: ignore[arg-type]
    plan.note = "mine"  # type: ignore[misc]
