"""The deals of DCA bots."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from tests.endpoints.rows import Row
from threecommas_async.models import (
    AddingFundsInfo,
    BreakevenSettings,
    Deal,
    DealOrder,
    SafetyStepSettings,
    SmartTrade,
    TakeProfitStepSettings,
)

SINCE: Final = datetime(2024, 11, 6, 4, tzinfo=UTC)

ROWS: Final = (
    Row("deals.get", "GET /ver1/deals/{deal_id}/show", Deal, lambda c: c.deals.get(2295490936)),
    Row(
        "deals.list",
        "GET /ver1/deals",
        Deal,
        lambda c: c.deals.list(bot_id=23456789),
        lambda c: c.deals.list(
            bot_id=23456789,
            account_id=32199203,
            scope="finished",
            base="ETH",
            quote="USDT",
            note="mine",
            created_from=SINCE,
            created_to=SINCE,
            order="profit_percentage",
            order_direction="ASC",
            limit=1000,
            offset=7,
        ),
    ),
    Row(
        "deals.update",
        "PATCH /ver1/deals/{deal_id}/update_deal",
        Deal,
        lambda c: c.deals.update(
            1234567890,
            stop_loss_type="stop_loss",
            stop_loss_percentage="4",
            stop_loss_timeout_in_seconds=100,
            max_safety_orders=6,
        ),
        lambda c: c.deals.update(
            1234567890,
            take_profit=0,
            take_profit_steps=[
                TakeProfitStepSettings(id=1, amount_percentage=40, profit_percentage=10),
                TakeProfitStepSettings(id=2, amount_percentage=60, profit_percentage="15.5"),
            ],
            take_profit_type="total",
            profit_currency="quote_currency",
            trailing_enabled=True,
            sl_to_breakeven_enabled=True,
            sl_to_breakeven_data=BreakevenSettings(upper_breakeven_limit=1),
            max_safety_orders=6,
            active_safety_orders_count=3,
            custom_safety_steps=[SafetyStepSettings(deviation="-1.1", size=10, editable=True)],
            stop_loss_percentage="4",
            stop_loss_timeout_enabled=True,
            stop_loss_timeout_in_seconds=100,
            tsl_enabled=False,
            stop_loss_type="stop_loss_and_disable_bot",
            close_timeout=3600,
            note="mine",
            min_profit_percentage="1.5",
        ),
    ),
    Row(
        "deals.panic_sell",
        "POST /ver1/deals/{deal_id}/panic_sell",
        Deal,
        lambda c: c.deals.panic_sell(1234567890),
    ),
    Row(
        "deals.panic_sell_step",
        "POST /ver1/deals/{deal_id}/panic_sell_step",
        Deal,
        lambda c: c.deals.panic_sell_step(12345678, 1123324654),
        otherwise={"trade_id": (1123324654, "the table has it in the body, the example in the query")},
    ),
    Row(
        "deals.cancel",
        "POST /ver1/deals/{deal_id}/cancel",
        Deal,
        lambda c: c.deals.cancel(2345678901),
    ),
    Row(
        "deals.market_orders",
        "GET /ver1/deals/{deal_id}/market_orders",
        DealOrder,
        lambda c: c.deals.market_orders(1234567890),
    ),
    Row(
        "deals.data_for_adding_funds",
        "GET /ver1/deals/{deal_id}/data_for_adding_funds",
        AddingFundsInfo,
        lambda c: c.deals.data_for_adding_funds(2295655961),
    ),
    Row(
        "deals.add_funds",
        "POST /ver1/deals/{deal_id}/add_funds",
        DealOrder,
        lambda c: c.deals.add_funds(
            2295672969, quantity="0.01", is_market=False, response_type="market_order", rate="0.297"
        ),
    ),
    Row(
        "deals.update_max_safety_orders",
        "POST /ver1/deals/{deal_id}/update_max_safety_orders",
        Deal,
        lambda c: c.deals.update_max_safety_orders(1234567890, 6),
        otherwise={"max_safety_orders": (6, "the table has it in the body, the example in the query")},
        foreign_example="the path has a placeholder where the id should be",
    ),
    Row(
        "deals.cancel_order",
        "POST /ver1/deals/{deal_id}/cancel_order",
        DealOrder,
        lambda c: c.deals.cancel_order(2345678901, "1123077930"),
        otherwise={"order_id": (1123077930, "it is required, and left out of the example")},
    ),
    Row(
        "deals.convert_to_smart_trade",
        "POST /ver1/deals/{deal_id}/convert_to_smart_trade",
        SmartTrade,
        lambda c: c.deals.convert_to_smart_trade(1234567890, stop_bot=False),
        otherwise={"stop_bot": (False, "the table has it in the body, the example in the query")},
    ),
)
