"""SmartTrades."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from tests.endpoints.rows import Row
from threecommas_async.models import (
    EntryCondition,
    JsonValue,
    Leverage,
    LimitPrice,
    Position,
    ReduceFundsInfo,
    SmartTrade,
    SmartTradePlan,
    SmartTradeTrade,
    StopLoss,
    StopLossCondition,
    TakeProfit,
    TakeProfitStep,
    Trailing,
    TriggerPrice,
    Units,
)

START: Final = datetime(2022, 1, 1, tzinfo=UTC)
END: Final = datetime(2023, 1, 1, tzinfo=UTC)
LEVERAGE: Final = Leverage.custom("12")

NEW_TRADE: Final = SmartTradePlan.simple_buy("USDT_BTC", units="0.01", leverage=LEVERAGE)
NEW_TRADE_WHOLE: Final = SmartTradePlan.sell(
    "USDT_BTC",
    units="0.01",
    price="2000",
    when=EntryCondition.at("2010", order_type="limit", trailing="0.5", price_type="bid"),
    take_profit=TakeProfit.of(
        TakeProfitStep.at(percent="5", volume="50"), TakeProfitStep.at(percent="10", volume="50", trailing="0.5")
    ),
    stop_loss=StopLoss.at(percent="5", limit="2100", trailing=True, timeout=60, breakeven=True),
    leverage=LEVERAGE,
    note="a note of its own",
).evolve(instant=False, skip_enter_step=False)
CHANGED_TRADE: Final = SmartTradePlan(
    pair="BTC_1INCH",
    position=Position(type="buy", order_type="limit", units=Units(value="34.0"), price=LimitPrice(value="0.00000442")),
    take_profit=TakeProfit.of(
        TakeProfitStep(
            id=1225026814,
            order_type="limit",
            volume="100.0",
            price=TriggerPrice(type="last", value="0.00000508"),
            trailing=Trailing.off(),
        )
    ),
    stop_loss=StopLoss(
        enabled=True,
        order_type="market",
        conditional=StopLossCondition(price=TriggerPrice(type="last", value="0.00000280"), trailing=Trailing.off()),
    ),
)
# What the example sends of a step and the table does not have, 3Commas has computed itself.
SENT_STEP: Final[dict[str, JsonValue]] = {
    "id": 1225026814,
    "order_type": "limit",
    "price": {"type": "last", "value": "0.00000508"},
    "volume": "100.0",
    "trailing": {"enabled": False},
}

ROWS: Final = (
    Row(
        "smart_trades.create",
        "POST /v2/smart_trades",
        SmartTrade,
        lambda c: c.smart_trades.create(account_id=32455218, plan=NEW_TRADE),
        lambda c: c.smart_trades.create(account_id=32455218, plan=NEW_TRADE_WHOLE),
        otherwise={"instant": (True, "the table calls it a boolean; the example has a text")},
    ),
    Row(
        "smart_trades.update",
        "PATCH /v2/smart_trades/{id}",
        SmartTrade,
        lambda c: c.smart_trades.update(12345678, CHANGED_TRADE),
        lambda c: c.smart_trades.update(12345678, CHANGED_TRADE.evolve(leverage=Leverage.off())),
        otherwise={
            "take_profit": (
                {"enabled": True, "steps": [SENT_STEP]},
                "units and total of a step follow from its share, and are not in the table",
            )
        },
    ),
    Row(
        "smart_trades.get",
        "GET /v2/smart_trades/{id}",
        SmartTrade,
        lambda c: c.smart_trades.get(12345678),
    ),
    Row(
        "smart_trades.list",
        "GET /v2/smart_trades",
        SmartTrade,
        lambda c: c.smart_trades.list(type="smart_trade", order_by="status", created_from=START, created_to=END),
        lambda c: c.smart_trades.list(
            account_id=32435557,
            pair="USDT_DOGE",
            type="smart_trade",
            status="successfully_finish",
            base="DOGE",
            quote="USDT",
            created_from=START,
            created_to=END,
            order_by="profit_percentage",
            order_direction="ASC",
            page=2,
            per_page=100,
        ),
    ),
    Row(
        "smart_trades.add_funds",
        "POST /v2/smart_trades/{id}/add_funds",
        SmartTrade,
        lambda c: c.smart_trades.add_funds(30415988, order_type="limit", units="14.60138226", price="0.10269"),
        otherwise={
            "units": ({"value": "14.60138226"}, "the table has an object, as the other page's example does"),
            "price": ({"value": "0.10269"}, "a limit order needs it, and the example leaves it out"),
        },
    ),
    Row(
        "smart_trades.reduce_funds_info",
        "GET /v2/smart_trades/{id}/reduce_funds_info",
        ReduceFundsInfo,
        lambda c: c.smart_trades.reduce_funds_info(12345678),
    ),
    Row(
        "smart_trades.reduce_funds",
        "POST /v2/smart_trades/{id}/reduce_funds",
        SmartTrade,
        lambda c: c.smart_trades.reduce_funds(12345678, order_type="limit", units="0.04", price="0.03711"),
    ),
    Row(
        "smart_trades.close_by_market",
        "POST /v2/smart_trades/{id}/close_by_market",
        SmartTrade,
        lambda c: c.smart_trades.close_by_market(12345678),
    ),
    Row(
        "smart_trades.set_note",
        "POST /v2/smart_trades/{id}/set_note",
        SmartTrade,
        lambda c: c.smart_trades.set_note(
            12345678, "You can add an any note to an existing SmartTrade, limited to 300 characters."
        ),
    ),
    Row(
        "smart_trades.cancel",
        "DELETE /v2/smart_trades/{id}",
        SmartTrade,
        lambda c: c.smart_trades.cancel(12345678),
    ),
    Row(
        "smart_trades.force_start",
        "POST /v2/smart_trades/{id}/force_start",
        SmartTrade,
        lambda c: c.smart_trades.force_start(12345678),
    ),
    Row(
        "smart_trades.trades",
        "GET /v2/smart_trades/{smart_trade_id}/trades",
        SmartTradeTrade,
        lambda c: c.smart_trades.trades(30848974),
    ),
    Row(
        "smart_trades.close_trade_by_market",
        "POST /v2/smart_trades/{smart_trade_id}/trades/{trade_id}/close_by_market",
        SmartTrade,
        lambda c: c.smart_trades.close_trade_by_market(12345678, 1047934729),
    ),
    Row(
        "smart_trades.cancel_trade",
        "DELETE /v2/smart_trades/{smart_trade_id}/trades/{trade_id}",
        SmartTrade,
        lambda c: c.smart_trades.cancel_trade(30428625, 1008300673),
    ),
)
