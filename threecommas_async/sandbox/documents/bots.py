"""DCA bots, and the figures of their deals."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Final

import msgspec

from threecommas_async.sandbox.amounts import rounded
from threecommas_async.sandbox.documents.deals import deal_document, event_documents
from threecommas_async.sandbox.documents.settings import conditions_document, safety_steps_document
from threecommas_async.sandbox.documents.writing import (
    digits,
    iso_time,
    number,
    shortened,
    shortened_or_none,
    unix_seconds,
)
from threecommas_async.sandbox.engine.bots.bot import Bot
from threecommas_async.sandbox.engine.bots.statistics import DealsStats, deals_stats, profit_by_currency, usd_profit
from threecommas_async.sandbox.engine.deals.deal import Deal
from threecommas_async.sandbox.engine.deals.settings import TakeProfitStep
from threecommas_async.sandbox.reference.currencies import Worth

_CENTS: Final = 2
_SATOSHIS: Final = 8


def url_secret(bot: Bot) -> str:
    """Return the code with which a bot can be copied: stable, and different for each bot."""
    return hashlib.sha256(f"sandbox bot {bot.id}".encode()).hexdigest()[:10]


def bot_document(bot: Bot) -> dict[str, object]:
    """Return a bot as in lists of bots, and in the responses to its creation and to changes."""
    settings = bot.settings
    return {
        "id": bot.id,
        "account_id": bot.account.id,
        "is_enabled": bot.is_enabled,
        "max_safety_orders": settings.max_safety_orders,
        "active_safety_orders_count": settings.active_safety_orders_count,
        "pairs": list(settings.pairs),
        "strategy_list": conditions_document(settings.strategy_list),
        "close_strategy_list": conditions_document(settings.close_strategy_list),
        "safety_strategy_list": conditions_document(settings.safety_strategy_list),
        "max_active_deals": settings.max_active_deals,
        "active_deals_count": bot.active_deals_count,
        "deletable?": bot.is_deletable,
        "created_at": iso_time(bot.created_at),
        "updated_at": iso_time(bot.updated_at),
        "trailing_enabled": settings.trailing_enabled,
        "tsl_enabled": settings.tsl_enabled,
        "deal_start_delay_seconds": settings.deal_start_delay_seconds,
        "stop_loss_timeout_enabled": settings.stop_loss_timeout_enabled,
        "stop_loss_timeout_in_seconds": settings.stop_loss_timeout_in_seconds,
        "disable_after_deals_count": settings.disable_after_deals_count,
        "deals_counter": bot.deals_counter,
        "allowed_deals_on_same_pair": settings.allowed_deals_on_same_pair,
        "easy_form_supported": False,
        "close_deals_timeout": settings.close_deals_timeout,
        "url_secret": url_secret(bot),
        "take_profit_steps": [_step(place, step) for place, step in enumerate(settings.take_profit_steps)],
        "custom_safety_steps": safety_steps_document(settings.custom_safety_steps),
        "name": settings.name,
        "take_profit": None if settings.take_profit_steps else shortened_or_none(settings.take_profit),
        "min_profit_percentage": shortened_or_none(settings.min_profit_percentage),
        "base_order_volume": shortened(settings.base_order_volume),
        "safety_order_volume": shortened(settings.safety_order_volume),
        "safety_order_step_percentage": shortened(settings.safety_order_step_percentage),
        "safety_order_calculation_mode": "base",
        "take_profit_type": settings.take_profit_type,
        "min_profit_type": settings.min_profit_type,
        "type": bot.type,
        "martingale_volume_coefficient": shortened(settings.martingale_volume_coefficient),
        "martingale_step_coefficient": shortened(settings.martingale_step_coefficient),
        "stop_loss_percentage": shortened(settings.stop_loss_percentage),
        "cooldown": _as_short_as_can_be(settings.cooldown),
        "btc_price_limit": "0.0",
        "strategy": settings.strategy,
        "min_volume_btc_24h": shortened(settings.min_volume_btc_24h),
        "profit_currency": settings.profit_currency,
        "min_price": shortened_or_none(settings.min_price),
        "max_price": shortened_or_none(settings.max_price),
        "stop_loss_type": settings.stop_loss_type,
        "safety_order_volume_type": settings.safety_order_volume_type,
        "base_order_volume_type": settings.base_order_volume_type,
        "account_name": bot.account.name,
        "trailing_deviation": shortened(settings.trailing_deviation),
        # Recordings have "0" for bots without a finished deal, and a decimal otherwise.
        "finished_deals_profit_usd": shortened(bot.finished_deals_profit_usd) if bot.finished_deals_count else "0",
        "finished_deals_count": str(bot.finished_deals_count),
        "leverage_type": settings.leverage_type,
        "leverage_custom_value": shortened_or_none(settings.leverage_custom_value),
        "start_order_type": settings.start_order_type,
        "active_deals_usd_profit": shortened(bot.active_deals_usd_profit),
        "reinvesting_percentage": shortened_or_none(settings.reinvesting_percentage),
        "risk_reduction_percentage": shortened_or_none(settings.risk_reduction_percentage),
        "reinvested_volume_usd": None,
        "min_price_percentage": shortened_or_none(settings.min_price_percentage),
        "max_price_percentage": shortened_or_none(settings.max_price_percentage),
    }


def bot_with_deals_document(bot: Bot, *, include_events: bool = False) -> dict[str, object]:
    """Return a bot with its active deals, as on its own page and in the responses to switching it on or off."""
    document = bot_document(bot)
    document["active_deals"] = [deal_document(deal) for deal in bot.active_deals.values()]
    if include_events:
        document["bot_events"] = event_documents(bot.events())
    return document


def copy_document(bot: Bot, required: Decimal) -> dict[str, object]:
    return {"bot_id": bot.id, "bot_required_amount": msgspec.Raw(_as_short_as_can_be(required).encode())}


def day_profits_document(profits: Mapping[date, Decimal], worth: Worth) -> dict[str, object]:
    return {
        "data": [
            {
                "s_date": day.isoformat(),
                "unix_timestamp": unix_seconds(datetime.combine(day, time(), UTC)),
                "profit": {
                    "btc": digits(rounded(worth.in_btc(usd), _SATOSHIS)),
                    "usd": digits(rounded(usd, _CENTS)),
                },
            }
            for day, usd in profits.items()
        ]
    }


def stats_document(deals: Iterable[Deal], closed_today: Iterable[Deal]) -> dict[str, object]:
    """Return the profits of deals, in total and of today."""
    deals, closed_today = list(deals), list(closed_today)
    stats = deals_stats(deals)
    return {
        "overall_stats": _by_currency(deals),
        "today_stats": _by_currency(closed_today),
        "profits_in_usd": {
            "overall_usd_profit": number(rounded(usd_profit(deals), _CENTS)),
            "today_usd_profit": number(rounded(usd_profit(closed_today), _CENTS)),
            "active_deals_usd_profit": number(stats.active_deals_usd_profit),
            "funds_locked_in_active_deals": number(stats.funds_locked_in_active_deals),
        },
    }


def day_stats_document(deals: Iterable[Deal], worth: Worth) -> dict[str, object]:
    deals = list(deals)
    usd = usd_profit(deals)
    return {
        "stats": _by_currency(deals),
        "usd_profit": shortened(usd),
        "btc_profit": shortened(worth.in_btc(usd)),
    }


def deals_stats_document(stats: DealsStats, worth: Worth, *, in_dollars: bool) -> dict[str, object]:
    return {
        "active": stats.active,
        "completed": stats.completed,
        "panic_sold": stats.panic_sold,
        "from_currency_is_dollars": in_dollars,
        "completed_deals_usd_profit": shortened(stats.completed_deals_usd_profit),
        "completed_deals_btc_profit": shortened(worth.in_btc(stats.completed_deals_usd_profit)),
        "funds_locked_in_active_deals": shortened(stats.funds_locked_in_active_deals),
        "btc_funds_locked_in_active_deals": shortened(worth.in_btc(stats.funds_locked_in_active_deals)),
        "active_deals_usd_profit": shortened(stats.active_deals_usd_profit),
        "active_deals_btc_profit": shortened(worth.in_btc(stats.active_deals_usd_profit)),
    }


def _by_currency(deals: Iterable[Deal]) -> dict[str, str]:
    return {currency: shortened(profit) for currency, profit in profit_by_currency(deals).items()}


def _step(place: int, step: TakeProfitStep) -> dict[str, object]:
    return {
        "amount_percentage": msgspec.Raw(_as_short_as_can_be(step.amount_percentage).encode()),
        "profit_percentage": msgspec.Raw(_as_short_as_can_be(step.profit_percentage).encode()),
        "id": place,
    }


def _as_short_as_can_be(amount: Decimal) -> str:
    """Write an amount, without decimals if it is whole: ``"300"``."""
    return shortened(amount).removesuffix(".0")
