"""Grid bots: their lines, profits, orders and balances."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from threecommas_async.sandbox.documents.orders import order_figures
from threecommas_async.sandbox.documents.writing import iso_time, shortened, shortened_or_none
from threecommas_async.sandbox.engine.grid_bots.balances import Requirement
from threecommas_async.sandbox.engine.grid_bots.grid_bot import GridBot, Line, Profit
from threecommas_async.sandbox.engine.orders import Order


def grid_bot_document(bot: GridBot) -> dict[str, object]:
    """Return a grid bot; some of its numbers and booleans are texts, as recorded."""
    settings = bot.settings
    return {
        "id": bot.id,
        "account_id": bot.account.id,
        "account_name": bot.account.name,
        "is_enabled": bot.is_enabled,
        "grids_quantity": str(settings.grids_quantity),
        "created_at": iso_time(bot.created_at),
        "updated_at": iso_time(bot.updated_at),
        "strategy_type": "manual",
        "upper_stop_loss_enabled": settings.upper_stop_loss_enabled,
        "lower_stop_loss_enabled": settings.lower_stop_loss_enabled,
        "note": settings.note,
        "editable": True,
        "lower_price": shortened(settings.lower_price),
        "lower_stop_loss_price": shortened_or_none(settings.lower_stop_loss_price),
        "lower_stop_loss_action": settings.lower_stop_loss_action,
        "upper_price": shortened(settings.upper_price),
        "upper_stop_loss_price": shortened_or_none(settings.upper_stop_loss_price),
        "upper_stop_loss_action": settings.upper_stop_loss_action,
        "quantity_per_grid": shortened(settings.quantity_per_grid),
        "leverage_type": settings.leverage_type,
        "leverage_custom_value": shortened_or_none(settings.leverage_custom_value),
        "name": settings.name,
        "pair": bot.pair,
        "start_price": shortened_or_none(bot.start_price),
        "grid_price_step": shortened(bot.ladder.step),
        "current_profit": shortened(bot.current_profit),
        "current_profit_usd": shortened(bot.current_profit_usd),
        "total_profits_count": str(bot.total_profits_count),
        # Zero in every recording, even of bots that had bought and sold.
        "bought_volume": "0.0",
        "sold_volume": "0.0",
        "profit_percentage": shortened(bot.profit_percentage),
        "current_price": shortened(bot.current_price),
        "max_active_buy_lines": str(settings.max_active_buy_lines),
        "max_active_sell_lines": str(settings.max_active_sell_lines),
        "order_currency_type": settings.order_currency_type,
        "profit_currency_type": settings.profit_currency_type,
        "trailing_up_enabled": _word(settings.trailing_up_enabled),
        "grid_type": settings.grid_type,
        "investment_base_currency": shortened(bot.investment_base_currency),
        "investment_quote_currency": shortened(bot.investment_quote_currency),
        "unrealized_profit_loss": shortened(bot.unrealized_profit_loss),
        "current_profit_loss": shortened_or_none(bot.current_profit_loss),
        "current_profit_loss_percent": shortened_or_none(bot.current_profit_loss_percent),
        "orderbook_price_currency": bot.orderbook_price_currency,
        "expansion_down_enabled": _word(settings.expansion_down_enabled),
        "expansion_down_stop_price": shortened_or_none(settings.expansion_down_stop_price),
        "grid_lines": [_line(line) for line in _in_recorded_order(bot.lines)],
        "mode": settings.mode,
    }


def profits_document(profits: Iterable[Profit]) -> list[dict[str, object]]:
    """Return profits; ``grid_line`` is named as in the recordings, not as on the page."""
    return [
        {
            "grid_line_id": profit.line.id,
            "profit": shortened(profit.profit),
            "usd_profit": shortened(profit.usd_profit),
            "created_at": iso_time(profit.created_at),
            "grid_line": _line(profit.line),
        }
        for profit in profits
    ]


def required_balances_document(required: Requirement) -> dict[str, object]:
    base, quote = required.pair.base, required.pair.quote
    return {
        "missing_balance": {
            "base": _quantity(required.missing_base, base),
            "quote": _quantity(required.missing_quote, quote),
        },
        "required_balance": {"base": _quantity(required.base, base), "quote": _quantity(required.quote, quote)},
        "need_balancing": required.needs_balancing,
        "balancing_available": required.is_balancing_available,
        "necessary_quantities": _quantity(*required.necessary),
    }


def market_orders_document(grid_lines: Iterable[Order], balancing: Iterable[Order]) -> dict[str, object]:
    """Return orders; balancing orders also have ``updated_at`` under the name of the recordings."""
    return {
        "grid_lines_orders": [_order(order) for order in grid_lines],
        "balancing_orders": [{**_order(order), "update_at": iso_time(order.updated_at)} for order in balancing],
    }


def _order(order: Order) -> dict[str, object]:
    return {"order_id": order.id, "order_type": order.side, **order_figures(order)}


def _in_recorded_order(lines: list[Line]) -> list[Line]:
    """Sort lines: waiting ones first, then selling ones from the highest down, then buying ones from the lowest up."""
    selling = [line for line in reversed(lines) if line.side == "sell"]
    return [
        *(line for line in lines if line.side is None),
        *selling,
        *(line for line in lines if line.side == "buy"),
    ]


def _line(line: Line) -> dict[str, object]:
    return {"id": line.id, "price": shortened(line.price), "side": line.side, "order_placed": line.order_placed}


def _quantity(quantity: Decimal, currency: str) -> dict[str, str]:
    return {"quantity": shortened(quantity), "currency": currency}


def _word(switch: bool) -> str:
    return "true" if switch else "false"
