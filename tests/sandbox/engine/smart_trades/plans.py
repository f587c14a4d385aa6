"""What the tests of SmartTrades share: short ways to write plans, and to say where a SmartTrade stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.sandbox.engine.trading import ACCOUNT, PAIR, D
from threecommas_async.sandbox.engine import Engine
from threecommas_async.sandbox.engine.exact import shown
from threecommas_async.sandbox.engine.smart_trades.plan import (
    Condition,
    OrderType,
    PositionPlan,
    SmartTradePlan,
    StepPlan,
    StopLossPlan,
)
from threecommas_async.sandbox.engine.smart_trades.smart_trade import SmartTrade
from threecommas_async.sandbox.engine.smart_trades.trade import Trade


def buy(units: str = "0.1", **more: Any) -> PositionPlan:
    more.setdefault("order_type", "market")
    return PositionPlan(type="buy", units=D(units), **more)


def sell(units: str = "0.1", **more: Any) -> PositionPlan:
    more.setdefault("order_type", "market")
    return PositionPlan(type="sell", units=D(units), **more)


def at(price: str) -> dict[str, Any]:
    """Return what makes an entry a limit order."""
    return {"order_type": "limit", "price": D(price)}


def when(price: str, *, limit: str | None = None, trailing: str | None = None) -> dict[str, Any]:
    """Return what makes an entry wait for a price."""
    return {
        "order_type": "conditional",
        "price": None if limit is None else D(limit),
        "conditional": Condition(
            order_type="market" if limit is None else "limit",
            price=D(price),
            trailing=None if trailing is None else D(trailing),
        ),
    }


def step(
    volume: int = 100,
    *,
    value: str | None = None,
    percent: str | None = None,
    order_type: OrderType = "limit",
    trailing: str | None = None,
) -> StepPlan:
    return StepPlan(
        order_type=order_type,
        volume=D(volume),
        value=None if value is None else D(value),
        percent=None if percent is None else D(percent),
        trailing=None if trailing is None else D(trailing),
    )


def stop(
    value: str | None = None, *, percent: str | None = None, limit: str | None = None, **more: Any
) -> StopLossPlan:
    return StopLossPlan(
        order_type="market" if limit is None else "limit",
        value=None if value is None else D(value),
        percent=None if percent is None else D(percent),
        limit=None if limit is None else D(limit),
        **more,
    )


def plan(position: PositionPlan | None = None, *steps: StepPlan, **more: Any) -> SmartTradePlan:
    return SmartTradePlan(account_id=ACCOUNT, pair=PAIR, position=position or buy(), take_profit=steps, **more)


def created(engine: Engine, position: PositionPlan | None = None, *steps: StepPlan, **more: Any) -> SmartTrade:
    """Create a SmartTrade, and settle that."""
    smart_trade = engine.smart_trades.create(plan(position, *steps, **more))
    engine.settle()
    return smart_trade


def standing(trades: Sequence[Trade]) -> list[tuple[str, str | None, str | None]]:
    """Return status, price and amount of each trade."""
    return [
        (
            trade.status,
            None if trade.price is None else shown(trade.price),
            None if trade.units is None else shown(trade.units),
        )
        for trade in trades
    ]


def status(smart_trade: SmartTrade) -> str:
    return smart_trade.status


def state(trade: Trade) -> str:
    return trade.status


def failure(smart_trade: SmartTrade) -> str | None:
    return smart_trade.error


def trigger(smart_trade: SmartTrade) -> str | None:
    """Return the level of the stop loss."""
    trade = smart_trade.stop_loss
    return None if trade is None or trade.trigger is None else shown(trade.trigger)
