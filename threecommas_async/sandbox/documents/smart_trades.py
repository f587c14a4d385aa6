"""The SmartTrade that a deal is converted to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Final

from threecommas_async.sandbox.amounts import product, rounded
from threecommas_async.sandbox.documents.writing import iso_time, number, shortened
from threecommas_async.sandbox.engine.deals.deal import Deal
from threecommas_async.sandbox.engine.deals.requests import Conversion
from threecommas_async.sandbox.state.account import ExchangeAccount

_PENDING: Final = {"type": "created", "basic_type": "created", "title": "Pending"}
_IDLE: Final = {"type": "idle", "basic_type": "idle", "title": "Pending"}


def converted_document(
    conversion: Conversion,
    deal: Deal,
    account: ExchangeAccount,
    trade_id: int,
    step_ids: Iterable[int],
    now: datetime,
) -> dict[str, object]:
    """Return the SmartTrade as the answer to the conversion shows it.

    :param step_ids: the ids that its steps are given.
    """
    price = shortened(conversion.price)
    rate = shortened(deal.book.price)
    return {
        "id": trade_id,
        "version": 2,
        "account": {
            "id": account.id,
            "type": account.market.code,
            "name": account.name,
            "market": account.market.exchange_name,
            "link": f"/accounts/{account.id}",
        },
        "pair": conversion.pair,
        "instant": False,
        "status": _PENDING,
        "leverage": {"enabled": False},
        "position": {
            "type": "buy" if conversion.type == "smart_sell" else "sell",
            "editable": True,
            "units": {"value": shortened(conversion.units), "editable": False},
            "price": {"value": price, "value_without_commission": price, "editable": True},
            "total": {"value": shortened(rounded(product(conversion.units, conversion.price), 8))},
            "order_type": "market",
            "status": _IDLE,
        },
        "take_profit": {
            "enabled": bool(conversion.take_profits),
            "price_type": "value",
            "steps": [
                _step(step_id, place, *target)
                for place, (target, step_id) in enumerate(zip(conversion.take_profits, step_ids, strict=False), start=1)
            ],
        },
        "stop_loss": {"enabled": False}
        if conversion.stop_loss_price is None
        else _stop_loss(conversion.stop_loss_price),
        "reduce_funds": {"steps": []},
        "market_close": {},
        "note": conversion.note,
        "note_raw": conversion.note,
        "skip_enter_step": True,
        "data": {
            "editable": False,
            "current_price": {
                "day_change_percent": "0.0",
                "bid": rate,
                "ask": rate,
                "last": rate,
                "quote_volume": "3523687887.023767",
            },
            "target_price_type": "price",
            "orderbook_price_currency": deal.from_currency,
            "base_order_finished": True,
            "missing_funds_to_close": "0.0",
            "liquidation_price": None,
            "average_enter_price": None,
            "average_close_price": None,
            "average_enter_price_without_commission": None,
            "average_close_price_without_commission": None,
            "panic_sell_available": False,
            "add_funds_available": False,
            "reduce_funds_available": False,
            "force_start_available": False,
            "force_process_available": True,
            "cancel_available": False,
            "finished": False,
            "base_position_step_finished": False,
            "entered_amount": "0.0",
            "entered_total": "0.0",
            "closed_amount": "0.0",
            "closed_total": "0.0",
            "commission": number(deal.account.fee),
            "created_at": iso_time(now),
            "updated_at": iso_time(now),
            "type": conversion.type,
        },
        "profit": {"volume": None, "usd": None, "percent": "0.0", "roe": None},
        "margin": {"amount": None, "total": None},
        "is_position_not_filled": True,
    }


def _step(step_id: int, place: int, price: Decimal, volume: Decimal) -> dict[str, object]:
    return {
        "id": step_id,
        "order_type": "limit",
        "editable": True,
        "units": {"value": None},
        "price": {"type": "bid", "value": shortened(price), "percent": None},
        "volume": shortened(volume),
        "total": None,
        "trailing": {"enabled": False, "percent": None},
        "status": _IDLE,
        "data": {"cancelable": True, "panic_sell_available": False},
        "position": place,
    }


def _stop_loss(price: Decimal) -> dict[str, object]:
    return {
        "enabled": True,
        "price_type": "value",
        "breakeven": False,
        "order_type": "market",
        "editable": True,
        "status": _IDLE,
        "units": {"value": None},
        "total": {"value": None},
        "price": {"value": None, "percent": None},
        "conditional": {
            "price": {"value": shortened(price), "type": "bid", "percent": None},
            "trailing": {"enabled": False, "percent": None},
        },
        "timeout": {"enabled": False, "value": None},
    }
