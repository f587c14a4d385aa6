"""Every endpoint of the API that the library calls: one table a group, a row an endpoint.

A row states what the vendor's documentation does not tell: the method, its calls, and what deviates, and why.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.endpoints import accounts, bots, deals, grid_bots, market_data, smart_trades, trades, users
from tests.endpoints.rows import Row

GROUPS: Final[Mapping[str, tuple[Row, ...]]] = {
    "accounts": accounts.ROWS,
    "bots": bots.ROWS,
    "deals": deals.ROWS,
    "grid_bots": grid_bots.ROWS,
    "market_data": market_data.ROWS,
    "smart_trades": smart_trades.ROWS,
    "trades": trades.ROWS,
    "users": users.ROWS,
}
ROWS: Final = tuple(row for rows in GROUPS.values() for row in rows)

__all__ = ["GROUPS", "ROWS", "Row"]
