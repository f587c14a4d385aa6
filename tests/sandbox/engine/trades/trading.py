"""What the tests of simple trades share: the settings of the usual ones, and how to look at them."""

from __future__ import annotations

from typing import Any

from tests.sandbox.engine.trading import ACCOUNT, PAIR, D, text
from threecommas_async.sandbox.engine import Engine
from threecommas_async.sandbox.engine.trades.settings import (
    Comparison,
    TradeCondition,
    TradeSettings,
    TradeTrailing,
)
from threecommas_async.sandbox.engine.trades.trade import SimpleTrade


def plan(**changes: Any) -> TradeSettings:
    """Return the settings of a trade: it buys 0.1 ETH by market, if nothing else is said."""
    usual: dict[str, Any] = {"account_id": ACCOUNT, "pair": PAIR, "type": "market", "side": "buy", "units": D("0.1")}
    return TradeSettings(**{**usual, **changes})


def limit(price: str, side: str = "buy", **changes: Any) -> TradeSettings:
    return plan(**{"type": "limit", "side": side, "price": D(price), "strategy": "gtc", **changes})


def when(comparison: Comparison, price: str) -> TradeCondition:
    return TradeCondition(comparison, D(price), "last")


def by_percent(percentage: str) -> TradeTrailing:
    return TradeTrailing(percent=D(percentage))


def by_value(value: str) -> TradeTrailing:
    return TradeTrailing(value=D(value))


def created(engine: Engine, settings: TradeSettings | None = None, **changes: Any) -> SimpleTrade:
    """Create a trade, and settle it."""
    trade = engine.trades.create(plan(**changes) if settings is None else settings)
    engine.settle()
    return trade


def status(trade: SimpleTrade) -> str:
    return trade.status


def bought(trade: SimpleTrade) -> tuple[str | None, str | None, str | None]:
    """Return units, total and price of the fill."""
    return text(trade.filled_units), text(trade.filled_total), text(trade.filled_price)


NOTHING = ("0.0", "0.0", None)
