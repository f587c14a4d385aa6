"""SmartTrades, and their trades."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from threecommas_async.sandbox.documents.writing import (
    iso_time,
    iso_time_or_none,
    number,
    shortened,
    shortened_or_none,
    unix_seconds,
)
from threecommas_async.sandbox.engine.deals.profit import average_price
from threecommas_async.sandbox.engine.exact import ZERO, decimals, floor_to, half_up, percent, times
from threecommas_async.sandbox.engine.smart_trades.smart_trade import SmartTrade
from threecommas_async.sandbox.engine.smart_trades.statuses import FINAL, PROCESSED, TITLES, TRADE_TITLES
from threecommas_async.sandbox.engine.smart_trades.trade import Trade
from threecommas_async.sandbox.state.account import ExchangeAccount

_VOLUME: Final = "3523687887.023767"


def smart_trade_document(smart_trade: SmartTrade, account: ExchangeAccount) -> dict[str, object]:
    """Return a SmartTrade, as on its own page, in lists and in the responses to changes."""
    return {
        "id": smart_trade.id,
        "version": 2,
        "account": {
            "id": account.id,
            "type": account.market.code,
            "name": account.name,
            "market": account.market.exchange_name,
            "link": f"/accounts/{account.id}",
        },
        "pair": smart_trade.pair,
        "instant": smart_trade.instant,
        "status": _status(smart_trade.status, TITLES[smart_trade.status], smart_trade.error),
        "leverage": _leverage(smart_trade),
        "position": _position(smart_trade),
        "take_profit": {
            "enabled": smart_trade.take_profit_enabled,
            "price_type": _price_type(*smart_trade.steps),
            "steps": [_step(step, place) for place, step in enumerate(smart_trade.steps, start=1)],
        },
        "stop_loss": _stop_loss(smart_trade),
        "reduce_funds": {"steps": [_reduction(smart_trade, trade) for trade in smart_trade.reductions]},
        "market_close": _market_close(smart_trade),
        "note": smart_trade.note or "",
        "note_raw": smart_trade.note,
        "skip_enter_step": smart_trade.skip_enter_step,
        "data": _data(smart_trade),
        "profit": {
            "volume": shortened_or_none(smart_trade.profit),
            "usd": shortened_or_none(smart_trade.usd_profit),
            "percent": shortened(smart_trade.profit_percent),
            "roe": None if smart_trade.leverage is None else "0.0",
        },
        "margin": {"amount": None, "total": None},
        "is_position_not_filled": smart_trade.is_position_not_filled,
    }


def trade_document(smart_trade: SmartTrade, trade: Trade) -> dict[str, object]:
    """Return a trade of a SmartTrade, as in the list of its trades."""
    amount, total = trade.realised_amount, trade.realised_total
    first_amount, first_price = _first_amount(smart_trade, trade), trade.price or trade.trigger or ZERO
    is_step, trigger = trade.purpose == "take_profit", trade.trigger
    rises = trade.trigger_rises
    if is_step and not trade.rests:
        trigger, rises = trade.price, smart_trade.direction.is_long
    return {
        "id": trade.id,
        "average_price": shortened(average_price(total, amount)) if amount else None,
        "follow_price_type": trade.price_type,
        "initial_amount": shortened(first_amount),
        "initial_total": shortened(times(first_amount, first_price)),
        "order_price": shortened_or_none(trade.limit),
        "order_side": trade.side.lower(),
        "order_type": trade.order_type,
        "pair": smart_trade.pair,
        "position_percentage": shortened_or_none(trade.share),
        "realised_amount": shortened(amount),
        "realised_total": shortened(total) if amount else None,
        "status": trade.status,
        "take_profit_percentage": shortened_or_none(trade.percent) if is_step else None,
        "trade_purpose": trade.purpose,
        "trail_percentage": shortened_or_none(trade.trailing),
        "trail_value": None,
        "trailing_enabled": trade.trailing is not None,
        "trailing_last_price": shortened_or_none(trade.best_price),
        "trailing_last_price_updated_at": None if trade.best_price_at is None else unix_seconds(trade.best_price_at),
        "trigger_condition": None if trigger is None else "greater_or_equal" if rises else "less_or_equal",
        "trigger_price": shortened_or_none(trigger),
        "trigger_price_percentage": None if is_step else shortened_or_none(trade.percent),
        "trigger_type": "none" if trigger is None else "conditional",
        "created_at": iso_time(trade.created_at),
        "updated_at": iso_time(trade.updated_at),
        "realised_percentage": "100.0" if amount else "0.0",
        "initial_price": shortened(first_price),
        "realised_price": _shown_price(smart_trade, total, amount) if amount else None,
        "cancelable": smart_trade.is_cancelable(trade),
        "force_processable": trade.is_processed,
    }


def _status(word: str, title: str, error: str | None) -> dict[str, object]:
    """Return a status; it has an ``error`` only if there is one."""
    shown = {"type": word, "basic_type": word, "title": title}
    return {**shown, "error": error} if error is not None else {**shown}


def _trade_status(trade: Trade) -> dict[str, object]:
    return _status(trade.status, TRADE_TITLES[trade.status], trade.error)


def _leverage(smart_trade: SmartTrade) -> dict[str, object]:
    leverage = smart_trade.leverage
    if leverage is None:
        return {"enabled": False}
    return {
        "enabled": True,
        "type": leverage.type,
        "value": shortened_or_none(leverage.value),
        "type_editable": smart_trade.editable,
    }


def _position(smart_trade: SmartTrade) -> dict[str, object]:
    position, is_open = smart_trade.position, smart_trade.is_position_not_filled
    price = smart_trade.position_price
    bare = price if is_open else smart_trade.average_enter_price_without_commission
    document: dict[str, object] = {
        "type": "buy" if smart_trade.direction.is_long else "sell",
        "editable": smart_trade.skip_enter_step and not smart_trade.is_final,
        "units": {"value": shortened(smart_trade.position_units), "editable": False},
        "price": {
            "value": shortened(price),
            "value_without_commission": shortened_or_none(bare),
            "editable": is_open or smart_trade.skip_enter_step,
        },
        "total": {"value": shortened(smart_trade.position_total)},
        "order_type": position.order_type,
        "status": _trade_status(position),
    }
    if position.order_type == "conditional":
        document["conditional"] = {
            "editable": smart_trade.status == "waiting_position",
            "price": {"value": shortened_or_none(position.trigger), "type": position.price_type},
            "order_type": position.conditional_order_type,
            "trailing": _trailing(position),
        }
    return document


def _step(step: Trade, place: int) -> dict[str, object]:
    total = None if step.units is None else times(step.units, step.price or ZERO)
    return {
        "id": step.id,
        "order_type": step.order_type,
        "editable": step.is_open,
        "units": {"value": shortened_or_none(step.units)},
        "price": {
            "type": step.price_type,
            "value": shortened_or_none(step.price),
            "percent": shortened_or_none(step.percent),
        },
        "volume": shortened_or_none(step.share),
        "total": shortened_or_none(total),
        "trailing": _trailing(step),
        "status": _trade_status(step),
        "closed_at": iso_time_or_none(step.closed_at),
        "data": {"cancelable": step.is_open, "panic_sell_available": step.status in PROCESSED},
        "position": place,
    }


def _stop_loss(smart_trade: SmartTrade) -> dict[str, object]:
    trade, plan = smart_trade.stop_loss, smart_trade.stop_plan
    if trade is None or plan is None:
        return {"enabled": False}
    units = smart_trade.left if trade.units is None and trade.status == "to_process" else trade.units
    total = None if units is None else times(units, trade.price or trade.trigger or ZERO)
    return {
        "enabled": True,
        "price_type": _price_type(trade),
        "breakeven": plan.breakeven,
        "order_type": trade.order_type,
        "editable": trade.is_open,
        "status": _trade_status(trade),
        "units": {"value": shortened_or_none(units)},
        "total": {"value": shortened_or_none(total)},
        "price": {"value": shortened_or_none(trade.price), "percent": None},
        "closed_at": iso_time_or_none(trade.closed_at),
        "conditional": {
            "price": {
                "value": shortened_or_none(trade.trigger),
                "type": trade.price_type,
                "percent": shortened_or_none(trade.percent),
            },
            "trailing": {"enabled": plan.trailing, "percent": None},
        },
        "timeout": {"enabled": plan.timeout is not None, "value": plan.timeout},
    }


def _reduction(smart_trade: SmartTrade, trade: Trade) -> dict[str, object]:
    return {
        "id": trade.id,
        "type": trade.order_type,
        "order_type": trade.order_type,
        **_execution(smart_trade, trade),
        "closed_at": iso_time_or_none(trade.closed_at),
        "data": {"cancelable": smart_trade.is_cancelable(trade), "panic_sell_available": False},
    }


def _market_close(smart_trade: SmartTrade) -> dict[str, object]:
    trade = smart_trade.market_close
    if trade is None:
        return {}
    return {"id": trade.id, "type": trade.order_type, **_execution(smart_trade, trade)}


def _execution(smart_trade: SmartTrade, trade: Trade) -> dict[str, object]:
    """Return the progress of a trade, and its price: with the fee once it was filled, without it before."""
    units, bare = trade.units or ZERO, trade.price or ZERO
    value, total = shortened(bare), times(units, bare)
    if trade.order is not None and trade.is_filled:
        bare, total = trade.order.price, trade.realised_total
        value = _shown_price(smart_trade, total, trade.realised_amount)
    return {
        "status": _trade_status(trade),
        "units": {"value": shortened(units)},
        "price": {"value": value, "value_without_commission": shortened(bare)},
        "total": {"value": shortened(total)},
    }


def _data(smart_trade: SmartTrade) -> dict[str, object]:
    price, final = shortened(smart_trade.book.price), smart_trade.is_final
    document: dict[str, object] = {
        "editable": smart_trade.editable,
        "current_price": {
            "bid": price,
            "ask": price,
            "last": price,
            "quote_volume": _VOLUME,
            "day_change_percent": "0.0",
        },
        "target_price_type": "price",
        "orderbook_price_currency": smart_trade.book.pair.quote,
        # True in every recording, even before the entry.
        "base_order_finished": True,
        "missing_funds_to_close": shortened(smart_trade.missing_funds_to_close),
        "liquidation_price": None,
        "average_enter_price": shortened_or_none(smart_trade.average_enter_price),
        "average_close_price": shortened_or_none(smart_trade.average_close_price),
        "average_enter_price_without_commission": shortened_or_none(smart_trade.average_enter_price_without_commission),
        "average_close_price_without_commission": shortened_or_none(smart_trade.average_close_price_without_commission),
        "panic_sell_available": smart_trade.panic_sell_available,
        "add_funds_available": smart_trade.add_funds_available,
        "reduce_funds_available": smart_trade.reduce_funds_available,
        "force_start_available": smart_trade.force_start_available,
        "force_process_available": not final,
        "cancel_available": smart_trade.cancel_available,
        "finished": smart_trade.is_closed,
        "base_position_step_finished": smart_trade.is_entered,
        "entered_amount": shortened(smart_trade.entered_amount),
        "entered_total": shortened(smart_trade.entered_total),
        "closed_amount": shortened(smart_trade.closed_amount),
        "closed_total": shortened(smart_trade.closed_total),
        # A text in some recordings, a number in most.
        "commission": number(smart_trade.account.fee),
        "created_at": iso_time(smart_trade.created_at),
        "updated_at": iso_time(smart_trade.updated_at),
    }
    if smart_trade.closed_at is not None:
        document["closed_at"] = iso_time(smart_trade.closed_at)
    return {**document, "type": smart_trade.type}


def _trailing(trade: Trade) -> dict[str, object]:
    return {"enabled": trade.trailing is not None, "percent": shortened_or_none(trade.trailing)}


def _price_type(*trades: Trade) -> str:
    return "percentage" if any(trade.percent is not None for trade in trades) else "value"


def _first_amount(smart_trade: SmartTrade, trade: Trade) -> Decimal:
    """Return the amount of a trade. Assumption: before the entry, it is its share of the amount to be entered."""
    if trade.units is not None:
        return trade.units
    if smart_trade.status in FINAL or trade.share is None:
        return ZERO
    whole = smart_trade.left if smart_trade.is_entered else smart_trade.position_units
    return floor_to(percent(whole, trade.share), smart_trade.book.pair.lot)


def _shown_price(smart_trade: SmartTrade, total: Decimal, amount: Decimal) -> str:
    return shortened(half_up(total, decimals(smart_trade.book.pair.tick), per=amount))
