"""Simple trades."""

from __future__ import annotations

from typing import Final

from tests.endpoints.rows import Row
from threecommas_async.models import (
    SimpleTrade,
    SimpleTradePlan,
    TradeCondition,
    TradeTrailing,
)

UUID: Final = "f89e3f34-1db1-47f2-81cc-9b4e5c50d7e1"

MARKET_BUY: Final = SimpleTradePlan.buy_market(pair="USDT_BTC", units="1.0")
WHOLE: Final = SimpleTradePlan.sell_limit(
    pair="USDT_BTC",
    units="1.0",
    price="100000.0",
    when=TradeCondition.at_least("90000.0"),
    trailing=TradeTrailing.by_percent("1.0"),
    timeout=300,
    strategy="post_only",
    position_side="long",
    reduce_only=True,
    leverage="isolated",
)

ROWS: Final = (
    Row(
        "trades.create",
        "POST /ver1/trades",
        SimpleTrade,
        lambda c: c.trades.create(account_id=1, plan=MARKET_BUY),
        lambda c: c.trades.create(account_id=1, plan=WHOLE),
        inside="trade",
    ),
    Row("trades.get", "GET /ver1/trades/{uuid}", SimpleTrade, lambda c: c.trades.get(UUID), inside="trade"),
    Row(
        "trades.list",
        "GET /ver1/trades",
        SimpleTrade,
        lambda c: c.trades.list(account_id=1, limit=5),
        lambda c: c.trades.list(
            account_id=1, pair="USDT_BTC", order_by="pair", order_direction="desc", limit=5, offset=7
        ),
        inside="trades",
    ),
    Row(
        "trades.history",
        "GET /ver1/trades/history",
        SimpleTrade,
        lambda c: c.trades.history(account_id=1, limit=5),
        lambda c: c.trades.history(
            account_id=1, pair="USDT_BTC", order_by="closed_at", order_direction="asc", limit=5, offset=7
        ),
        inside="trades",
    ),
    Row(
        "trades.cancel",
        "POST /ver1/trades/{uuid}/cancel",
        SimpleTrade,
        lambda c: c.trades.cancel(UUID),
        inside="trade",
    ),
)
