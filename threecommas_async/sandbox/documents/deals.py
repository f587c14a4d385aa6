"""Deals, as in lists and as on their own pages."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from threecommas_async.sandbox.documents.settings import conditions_document, safety_steps_document
from threecommas_async.sandbox.documents.writing import (
    iso_time,
    iso_time_or_none,
    number,
    short_zero,
    shortened,
    shortened_or_none,
)
from threecommas_async.sandbox.engine.deals.deal import Deal, Target
from threecommas_async.sandbox.engine.events import Event
from threecommas_async.sandbox.engine.exact import decimals

# The vendor spells this key with a Cyrillic capital A.
_TTP_ACTIVATED: Final = "TTP\N{CYRILLIC CAPITAL LETTER A}ctivated"


def deal_document(deal: Deal) -> dict[str, object]:
    """Return a deal as in lists of deals and in the bot that runs it."""
    settings, allowed, book = deal.settings, deal.permissions, deal.book
    orders = deal.current_active_safety_orders_count
    return {
        "from_currency_id": 0,
        "to_currency_id": 0,
        "id": deal.id,
        "type": deal.type,
        "bot_id": deal.bot_id,
        "max_safety_orders": settings.max_safety_orders,
        "deal_has_error": deal.deal_has_error,
        "account_id": deal.account.id,
        "active_safety_orders_count": settings.active_safety_orders_count,
        "created_at": iso_time(deal.created_at),
        "updated_at": iso_time(deal.updated_at),
        "closed_at": iso_time_or_none(deal.closed_at),
        "finished?": deal.is_finished,
        "current_active_safety_orders_count": orders,
        "current_active_safety_orders": orders,
        "completed_safety_orders_count": deal.completed_safety_orders_count,
        "completed_manual_safety_orders_count": deal.filled_manual_orders,
        "cancellable?": allowed.cancellable,
        "panic_sellable?": allowed.panic_sellable,
        "trailing_enabled": settings.trailing_enabled,
        "tsl_enabled": settings.tsl_enabled,
        "stop_loss_timeout_enabled": settings.stop_loss_timeout_enabled,
        "stop_loss_timeout_in_seconds": settings.stop_loss_timeout_in_seconds,
        "active_manual_safety_orders": deal.active_manual_safety_orders,
        "pair": deal.pair,
        "status": deal.status,
        "localized_status": deal.localized_status,
        "take_profit": None if settings.take_profit_steps else shortened_or_none(settings.take_profit),
        "take_profit_steps": [_step(step_id, target) for step_id, target in enumerate(_steps(deal))],
        "base_order_volume": shortened(settings.base_order_volume),
        "safety_order_volume": shortened(settings.safety_order_volume),
        "safety_order_step_percentage": shortened(settings.safety_order_step_percentage),
        "safety_order_calculation_mode": "base",
        "leverage_type": settings.leverage_type,
        "leverage_custom_value": shortened_or_none(settings.leverage_custom_value),
        **_amounts(deal),
        "take_profit_type": settings.take_profit_type,
        "final_profit": shortened(deal.final_profit),
        "martingale_coefficient": "1.0",
        "martingale_volume_coefficient": shortened(settings.martingale_volume_coefficient),
        "martingale_step_coefficient": shortened(settings.martingale_step_coefficient),
        "stop_loss_percentage": shortened(settings.stop_loss_percentage),
        "sl_to_breakeven_enabled": settings.sl_to_breakeven_enabled,
        "sl_to_breakeven_data": None
        if settings.sl_to_breakeven_data is None
        else {"upper_breakeven_limit": settings.sl_to_breakeven_data.upper_breakeven_limit},
        "error_message": deal.error_message,
        "profit_currency": settings.profit_currency,
        "stop_loss_type": settings.stop_loss_type,
        "safety_order_volume_type": settings.safety_order_volume_type,
        "base_order_volume_type": settings.base_order_volume_type,
        "from_currency": deal.from_currency,
        "to_currency": deal.to_currency,
        "final_profit_percentage": shortened(deal.final_profit_percentage) if deal.is_finished else "0",
        "usd_final_profit": shortened(deal.usd_final_profit),
        "actual_profit": shortened(deal.actual_profit),
        "actual_usd_profit": shortened(deal.actual_usd_profit),
        "failed_message": deal.error_message,
        "reserved_base_coin": "0" if deal.status == "failed" else shortened(deal.reserved_base_coin),
        "reserved_second_coin": shortened(deal.reserved_second_coin),
        "trailing_deviation": shortened(settings.trailing_deviation),
        "trailing_max_price": shortened_or_none(deal.trailing_max_price),
        "tsl_max_price": shortened_or_none(deal.tsl_max_price),
        "strategy": settings.strategy,
        "last_known_position_info": None,
        "min_profit_percentage": shortened_or_none(settings.min_profit_percentage),
        "min_profit_type": settings.min_profit_type,
        "close_strategy_list": conditions_document(settings.close_strategy_list),
        "safety_strategy_list": conditions_document(settings.safety_strategy_list),
        "custom_safety_steps": safety_steps_document(settings.custom_safety_steps, done=deal.used_numbers),
        "note": deal.note,
        "add_fundable": allowed.add_fundable,
        "smart_trade_convertable": allowed.smart_trade_convertable,
        "bot_name": deal.bot_name,
        "account_name": deal.account.name,
        "market_type": book.pair.market_type,
        "current_price": shortened(deal.current_price),
        "take_profit_price": short_zero(deal.take_profit_price),
        "stop_loss_price": shortened_or_none(deal.stop_loss_price),
        "actual_profit_percentage": "0" if deal.is_finished else shortened(deal.actual_profit_percentage),
        "reserved_quote_funds": "0.0",
        "reserved_base_funds": "0.0",
        "orderbook_price_currency": deal.from_currency,
        "crypto_widget": _widget(deal) if deal.is_running else None,
    }


def whole_deal_document(deal: Deal) -> dict[str, object]:
    """Return a deal with its events, as on its own page and in the responses to changes."""
    return {**deal_document(deal), "buy_steps": _buy_steps(deal), "bot_events": event_documents(deal.events)}


def event_documents(events: list[Event]) -> list[dict[str, str]]:
    return [{"message": event.message, "created_at": iso_time(event.created_at)} for event in events]


def _amounts(deal: Deal) -> dict[str, object]:
    """Return what was bought and sold: null, according to recordings, if a deal failed before it began."""
    failed = deal.status == "failed"

    def shown(amount: Decimal) -> str | None:
        return None if failed else shortened(amount)

    return {
        "bought_amount": shown(deal.bought_amount),
        "bought_volume": shown(deal.bought_volume),
        "bought_average_price": short_zero(deal.bought_average_price),
        "base_order_average_price": shown(deal.base_order_average_price),
        "sold_amount": shown(deal.sold_amount),
        "sold_volume": shown(deal.sold_volume),
        "sold_average_price": short_zero(deal.sold_average_price),
    }


def _steps(deal: Deal) -> list[Target]:
    return deal.targets if deal.settings.take_profit_steps else []


def _step(step_id: int, target: Target) -> dict[str, object]:
    return {
        "id": step_id,
        "amount_percentage": number(target.share),
        "profit_percentage": number(target.percentage),
        "editable": target.is_open,
        "panic_sellable": target.is_open,
        "trade_id": target.trade_id,
        "execution_timestamp": iso_time_or_none(target.executed_at),
        "initial_amount": shortened(target.amount),
        "price": shortened(target.price),
        "status": target.status,
    }


def _buy_steps(deal: Deal) -> list[dict[str, str]]:
    price = deal.next_safety_price
    return [] if price is None or deal.is_finished else [{"price": shortened(price), "filled": "0.0"}]


def _widget(deal: Deal) -> dict[str, object]:
    return {
        "progressAccuracy": decimals(deal.book.pair.tick),
        _TTP_ACTIVATED: deal.status == "ttp_activated",
        "buyPrice": shortened(deal.average_price),
        "currentPrice": shortened(deal.current_price),
        "inverted": not deal.direction.is_long,
        "stopLosses": None if deal.stop_loss_price is None else [[shortened(deal.stop_loss_price), False]],
        "LP": None,
        "buySteps": _buy_steps(deal),
        "marks": [
            {"type": "tp", "label": label, "price": shortened(price), "position": "down"}
            for label, price in _marks(deal)
        ],
    }


def _marks(deal: Deal) -> list[tuple[str, Decimal]]:
    if deal.settings.closes_by_signal:
        return [] if deal.min_profit_price is None else [("MP", deal.min_profit_price)]
    if deal.settings.take_profit_steps:
        return [(f"TP{place}", target.price) for place, target in enumerate(deal.targets, start=1)]
    return [("TP", target.price) for target in deal.targets]
