"""The stream of SmartTrades."""

from __future__ import annotations

from datetime import datetime
from typing import Final, cast

import msgspec

from threecommas_async.models.smart_trade import SmartTrade
from threecommas_async.resources.paging import numbered
from threecommas_async.streams.events import SmartTradeChanged
from threecommas_async.streams.kinds import (
    Kind,
    decoder,
    json_names,
    lenient_id,
    lenient_moment,
    lenient_object,
)
from threecommas_async.streams.merge import State

# What follows the market, and not the SmartTrade; what its version is made of is in its ``data``.
_VOLATILE: Final = frozenset({"profit", "margin", "data"})
_VOLATILE_DATA: Final = frozenset({"current_price", "updated_at", "liquidation_price", "missing_funds_to_close"})
_PAGE: Final = 100


class _Account(msgspec.Struct, gc=False):
    id: int | None = None


_HEAD: Final = decoder(
    {"id": int, "account": _Account | None, "data": dict[str, object] | None},
    json_names(SmartTrade, _VOLATILE | {"id", "account"}),
)


def _read(raw: bytes, at: float, is_row: bool) -> State:
    """Read the state of a SmartTrade.

    :raises ValueError: it is none, or has no id.
    """
    try:
        head = _HEAD(raw)
        trade_id, essence = head[0], head[3]
        account: _Account | None = head[1]
        data: dict[str, object] = head[2] or {}
        updated_at = msgspec.convert(data.get("updated_at"), datetime | None)
    except (ValueError, RecursionError):
        return _read_leniently(raw, at, is_row)
    stable = [(name, value) for name, value in sorted(data.items()) if value and name not in _VOLATILE_DATA]
    essence = (essence, hash(msgspec.json.encode(stable)))
    return State(trade_id, raw, updated_at, None, essence, at, is_row, None, None if account is None else account.id)


def _read_leniently(raw: bytes, at: float, is_row: bool) -> State:
    trade = lenient_object(raw)
    updated_at = lenient_moment(_item(trade.get("data"), "updated_at"))
    essence = (None, hash(msgspec.json.encode({name: trade[name] for name in trade if name not in _VOLATILE})))
    account_id = _item(trade.get("account"), "id")
    account_id = account_id if isinstance(account_id, int) else None
    return State(lenient_id(trade.get("id")), raw, updated_at, None, essence, at, is_row, None, account_id)


def _item(value: object, name: str) -> object:
    return cast("dict[str, object]", value).get(name) if isinstance(value, dict) else None


def _page(start: int, size: int) -> dict[str, object]:
    return {"page": start // size + 1, "per_page": size}


SMART_TRADES: Final = Kind(
    name="smart_trades",
    channel="SmartTradesChannel",
    signed=b"/smart_trades",
    model=SmartTrade,
    path="/v2/smart_trades",
    one=None,
    active={"status": "active", "order_by": "created_at", "order_direction": "DESC"},
    latest={"status": "all", "order_by": "updated_at", "order_direction": "DESC"},
    page=_page,
    cut=numbered(_PAGE),
    read=_read,
    event=SmartTradeChanged,
)
