"""Every endpoint that a sandbox serves: one file a group, its rows and its handlers."""

from __future__ import annotations

from typing import Final

from threecommas_async.sandbox.api import (
    accounts,
    balances,
    bots,
    deals,
    exchange,
    grid_bots,
    market_data,
    signals,
    smart_trades,
    trades,
    undocumented,
    users,
)

# The first row that fits answers: the fixed paths of the market data stand before the accounts.
ENDPOINTS: Final = (
    *users.ENDPOINTS,
    *market_data.ENDPOINTS,
    *accounts.ENDPOINTS,
    *balances.ENDPOINTS,
    *exchange.ENDPOINTS,
    *bots.ENDPOINTS,
    *deals.ENDPOINTS,
    *grid_bots.ENDPOINTS,
    *smart_trades.ENDPOINTS,
    *trades.ENDPOINTS,
    *undocumented.ENDPOINTS,
)

WEBHOOKS: Final = signals.WEBHOOKS
