"""The endpoints of DCA bots and deals: one row each, as those of ``endpoints.py``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from tests.endpoints import Row
from threecommas_async import ThreeCommasClient
from threecommas_async.models.adding_funds import AddingFundsInfo
from threecommas_async.models.base import JsonValue
from threecommas_async.models.bot_stats import BotCopy, BotDayProfit, BotDealsStats, BotStats, BotStatsByDate
from threecommas_async.models.dca_bot import DcaBot
from threecommas_async.models.dca_bot_settings import DcaBotSettings
from threecommas_async.models.dca_steps import BreakevenSettings, SafetyStepSettings, TakeProfitStepSettings
from threecommas_async.models.deal import Deal
from threecommas_async.models.deal_order import DealOrder
from threecommas_async.models.smart_trade import SmartTrade
from threecommas_async.models.strategy import AvailableStrategy, StrategySettings
from threecommas_async.resources.bots import Bots
from threecommas_async.resources.deals import Deals


def bots(client: ThreeCommasClient) -> Bots:
    return Bots(client._transport)


def deals(client: ThreeCommasClient) -> Deals:
    return Deals(client._transport)


SINCE: Final = datetime(2024, 11, 6, 4, tzinfo=UTC)
NONSTOP: Final = StrategySettings(strategy="nonstop")
TWO_STEPS: Final = (
    TakeProfitStepSettings(amount_percentage=50, profit_percentage=10),
    TakeProfitStepSettings(amount_percentage=50, profit_percentage=20),
)

NEW_BOT: Final = DcaBotSettings(
    name="name DCA Bot",
    pairs=["BNFCR_1INCHUSDT"],
    strategy_list=[NONSTOP],
    base_order_volume="100.0",
    max_safety_orders=4,
    take_profit=0,
    take_profit_steps=TWO_STEPS,
    close_deals_timeout=60,
    active_safety_orders_count=1,
    safety_order_volume="30.0",
    safety_order_step_percentage="1.0",
    take_profit_type="total",
    min_profit_type=None,
    martingale_volume_coefficient="2",
    martingale_step_coefficient="4.0",
)
CHANGED_BOT: Final = DcaBotSettings(
    name="name DCA Bot",
    pairs=["USDT_ETH"],
    strategy_list=[NONSTOP],
    base_order_volume="100.0",
    take_profit_type="total",
    take_profit=0,
    take_profit_steps=TWO_STEPS,
    stop_loss_percentage="8",
    close_deals_timeout=100,
    max_safety_orders=3,
    active_safety_orders_count=3,
    safety_order_volume="20.0",
    safety_order_step_percentage="1.0",
    min_profit_type=None,
    martingale_volume_coefficient="2",
    martingale_step_coefficient="2",
)
# With every setting there is, and nothing that the example of the response contradicts.
CHANGED_BOT_WHOLE: Final = CHANGED_BOT.evolve(
    base_order_volume_type="quote_currency",
    safety_order_volume_type="quote_currency",
    strategy="long",
    profit_currency="quote_currency",
    start_order_type="limit",
    max_active_deals=1,
    allowed_deals_on_same_pair=None,
    disable_after_deals_count=None,
    leverage_type="not_specified",
    leverage_custom_value=None,
    trailing_enabled=False,
    trailing_deviation="0.2",
    close_strategy_list=[],
    min_profit_percentage=None,
    stop_loss_type="stop_loss",
    tsl_enabled=False,
    stop_loss_timeout_enabled=False,
    stop_loss_timeout_in_seconds=0,
    sl_to_breakeven_enabled=True,
    sl_to_breakeven_data=BreakevenSettings(upper_breakeven_limit=1),
    risk_reduction_percentage=None,
    reinvesting_percentage=None,
    safety_strategy_list=[],
    custom_safety_steps=[],
    min_volume_btc_24h=0,
    min_price=None,
    max_price=None,
    min_price_percentage=None,
    max_price_percentage=None,
    deal_start_delay_seconds=None,
    cooldown=0,
)

_REQUIRED: Final = (
    "name",
    "pairs",
    "strategy_list",
    "base_order_volume",
    "take_profit_type",
    "take_profit",
    "safety_order_volume",
    "safety_order_step_percentage",
    "max_safety_orders",
    "active_safety_orders_count",
    "martingale_volume_coefficient",
    "martingale_step_coefficient",
)
EDITABLE: Final = (
    *_REQUIRED,
    "base_order_volume_type",
    "safety_order_volume_type",
    "profit_currency",
    "start_order_type",
    "max_active_deals",
    "allowed_deals_on_same_pair",
    "disable_after_deals_count",
    "leverage_type",
    "leverage_custom_value",
    "trailing_enabled",
    "trailing_deviation",
    "take_profit_steps",
    "close_strategy_list",
    "min_profit_type",
    "min_profit_percentage",
    "close_deals_timeout",
    "stop_loss_percentage",
    "stop_loss_type",
    "tsl_enabled",
    "stop_loss_timeout_enabled",
    "stop_loss_timeout_in_seconds",
    "sl_to_breakeven_enabled",
    "sl_to_breakeven_data",
    "risk_reduction_percentage",
    "reinvesting_percentage",
    "custom_safety_steps",
    "min_volume_btc_24h",
    "min_price_percentage",
    "max_price_percentage",
    "deal_start_delay_seconds",
    "cooldown",
)
CREATE_ONLY: Final = ("strategy", "safety_strategy_list", "min_price", "max_price")

BOT_ROWS: Final = (
    Row(
        "bots.strategies",
        "GET",
        "/ver1/bots/strategy_list",
        "BOTS_READ",
        AvailableStrategy,
        lambda c: bots(c).strategies(),
        lambda c: bots(c).strategies(account_id=32199203, strategy="long", type="simple"),
        query=("account_id", "strategy", "type"),
    ),
    Row(
        "bots.create",
        "POST",
        "/ver1/bots/create_bot",
        "BOTS_WRITE",
        DcaBot,
        lambda c: bots(c).create(account_id=32833909, settings=NEW_BOT),
        lambda c: bots(c).create(account_id=32833909, settings=CHANGED_BOT_WHOLE),
        body=("account_id", *EDITABLE, *CREATE_ONLY),
    ),
    Row(
        "bots.update",
        "PATCH",
        "/ver1/bots/{bot_id}/update",
        "BOTS_WRITE",
        DcaBot,
        lambda c: bots(c).update(12345678, CHANGED_BOT),
        lambda c: bots(c).update(12345678, CHANGED_BOT_WHOLE),
        body=EDITABLE,
    ),
    Row(
        "bots.get",
        "GET",
        "/ver1/bots/{bot_id}/show",
        "BOTS_READ",
        DcaBot,
        lambda c: bots(c).get(12345678, include_events=True),
        query=("include_events",),
    ),
    Row(
        "bots.list",
        "GET",
        "/ver1/bots",
        "BOTS_READ",
        DcaBot,
        lambda c: bots(c).list(),
        lambda c: bots(c).list(
            account_id=32199203,
            scope="enabled",
            strategy="long",
            quote="USDT",
            created_from=SINCE,
            sort_by="profit",
            order_direction="ASC",
            limit=100,
            offset=7,
        ),
        query=(
            "account_id",
            "scope",
            "strategy",
            "quote",
            "from",
            "sort_by",
            "order_direction",
            "limit",
            "offset",
        ),
    ),
    Row(
        "bots.disable",
        "POST",
        "/ver1/bots/{bot_id}/disable",
        "BOTS_WRITE",
        DcaBot,
        lambda c: bots(c).disable(12345678),
    ),
    Row("bots.enable", "POST", "/ver1/bots/{bot_id}/enable", "BOTS_WRITE", DcaBot, lambda c: bots(c).enable(15577628)),
    Row(
        "bots.copy",
        "POST",
        "/ver1/bots/{bot_id}/copy_and_create",
        "BOTS_WRITE",
        BotCopy,
        lambda c: bots(c).copy(12345678, name="Name DCA Bot", secret="its-secret"),
        lambda c: bots(c).copy(12345678, name="Name DCA Bot", secret="its-secret", amount="240.5"),
        body=("name", "secret", "amount"),
    ),
    Row(
        "bots.panic_sell_all_deals",
        "POST",
        "/ver1/bots/{bot_id}/panic_sell_all_deals",
        "BOTS_WRITE",
        DcaBot,
        lambda c: bots(c).panic_sell_all_deals(12345678),
    ),
    Row(
        "bots.cancel_all_deals",
        "POST",
        "/ver1/bots/{bot_id}/cancel_all_deals",
        "BOTS_WRITE",
        DcaBot,
        lambda c: bots(c).cancel_all_deals(15564495),
    ),
    Row(
        "bots.set_blacklist",
        "POST",
        "/ver1/bots/update_pairs_black_list",
        "BOTS_WRITE",
        None,
        lambda c: bots(c).set_blacklist(["1INCH_1INCH-USD-SWAP"]),
        body=("pairs",),
        inside="pairs",
    ),
    Row(
        "bots.blacklist",
        "GET",
        "/ver1/bots/pairs_black_list",
        "BOTS_READ",
        None,
        lambda c: bots(c).blacklist(),
        inside="pairs",
    ),
    Row(
        "bots.profit_by_day",
        "GET",
        "/ver1/bots/{bot_id}/profit_by_day",
        "BOTS_READ",
        BotDayProfit,
        lambda c: bots(c).profit_by_day(15565014),
        lambda c: bots(c).profit_by_day(15565014, days=7),
        query=("days",),
        inside="data",
    ),
    Row(
        "bots.stats",
        "GET",
        "/ver1/bots/stats",
        "BOTS_READ",
        BotStats,
        lambda c: bots(c).stats(),
        lambda c: bots(c).stats(account_id=32199203, bot_id=15577628),
        query=("account_id", "bot_id"),
    ),
    Row(
        "bots.stats_by_date",
        "GET",
        "/ver1/bots/stats_by_date",
        "BOTS_READ",
        BotStatsByDate,
        lambda c: bots(c).stats_by_date(SINCE, bot_id=15577628),
        lambda c: bots(c).stats_by_date(SINCE, account_id=32199203, bot_id=15577628),
        query=("date", "account_id", "bot_id"),
    ),
    Row("bots.delete", "POST", "/ver1/bots/{bot_id}/delete", "BOTS_WRITE", None, lambda c: bots(c).delete(12345678)),
    Row(
        "bots.deals_stats",
        "GET",
        "/ver1/bots/{bot_id}/deals_stats",
        "BOTS_READ",
        BotDealsStats,
        lambda c: bots(c).deals_stats(12345678),
    ),
)

DEAL_ROWS: Final = (
    Row("deals.get", "GET", "/ver1/deals/{deal_id}/show", "BOTS_READ", Deal, lambda c: deals(c).get(2295490936)),
    Row(
        "deals.list",
        "GET",
        "/ver1/deals",
        "BOTS_READ",
        Deal,
        lambda c: deals(c).list(bot_id=23456789),
        lambda c: deals(c).list(
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
        query=(
            "bot_id",
            "account_id",
            "scope",
            "base",
            "quote",
            "note",
            "from",
            "to",
            "order",
            "order_direction",
            "limit",
            "offset",
        ),
    ),
    Row(
        "deals.update",
        "PATCH",
        "/ver1/deals/{deal_id}/update_deal",
        "BOTS_WRITE",
        Deal,
        lambda c: deals(c).update(
            1234567890,
            stop_loss_type="stop_loss",
            stop_loss_percentage="4",
            stop_loss_timeout_in_seconds=100,
            max_safety_orders=6,
        ),
        lambda c: deals(c).update(
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
        body=(
            "take_profit",
            "take_profit_steps",
            "take_profit_type",
            "profit_currency",
            "trailing_enabled",
            "sl_to_breakeven_enabled",
            "sl_to_breakeven_data",
            "max_safety_orders",
            "active_safety_orders_count",
            "custom_safety_steps",
            "stop_loss_percentage",
            "stop_loss_timeout_enabled",
            "stop_loss_timeout_in_seconds",
            "tsl_enabled",
            "stop_loss_type",
            "close_timeout",
            "note",
            "min_profit_percentage",
        ),
    ),
    Row(
        "deals.panic_sell",
        "POST",
        "/ver1/deals/{deal_id}/panic_sell",
        "BOTS_WRITE",
        Deal,
        lambda c: deals(c).panic_sell(1234567890),
    ),
    Row(
        "deals.panic_sell_step",
        "POST",
        "/ver1/deals/{deal_id}/panic_sell_step",
        "BOTS_WRITE",
        Deal,
        lambda c: deals(c).panic_sell_step(12345678, 1123324654),
        body=("trade_id",),
    ),
    Row(
        "deals.cancel",
        "POST",
        "/ver1/deals/{deal_id}/cancel",
        "BOTS_WRITE",
        Deal,
        lambda c: deals(c).cancel(2345678901),
    ),
    Row(
        "deals.market_orders",
        "GET",
        "/ver1/deals/{deal_id}/market_orders",
        "BOTS_READ",
        DealOrder,
        lambda c: deals(c).market_orders(1234567890),
    ),
    Row(
        "deals.data_for_adding_funds",
        "GET",
        "/ver1/deals/{deal_id}/data_for_adding_funds",
        "BOTS_READ",
        AddingFundsInfo,
        lambda c: deals(c).data_for_adding_funds(2295655961),
    ),
    Row(
        "deals.add_funds",
        "POST",
        "/ver1/deals/{deal_id}/add_funds",
        "BOTS_WRITE",
        DealOrder,
        lambda c: deals(c).add_funds(
            2295672969, quantity="0.01", is_market=False, response_type="market_order", rate="0.297"
        ),
        body=("quantity", "is_market", "response_type", "rate"),
    ),
    Row(
        "deals.update_max_safety_orders",
        "POST",
        "/ver1/deals/{deal_id}/update_max_safety_orders",
        "BOTS_WRITE",
        Deal,
        lambda c: deals(c).update_max_safety_orders(1234567890, 6),
        body=("max_safety_orders",),
    ),
    Row(
        "deals.cancel_order",
        "POST",
        "/ver1/deals/{deal_id}/cancel_order",
        "BOTS_WRITE",
        DealOrder,
        lambda c: deals(c).cancel_order(2345678901, "1123077930"),
        body=("order_id",),
    ),
    Row(
        "deals.convert_to_smart_trade",
        "POST",
        "/ver1/deals/{deal_id}/convert_to_smart_trade",
        "SMART_TRADE_WRITE",
        SmartTrade,
        lambda c: deals(c).convert_to_smart_trade(1234567890, stop_bot=False),
        body=("stop_bot",),
    ),
)

ROWS: Final = (*BOT_ROWS, *DEAL_ROWS)

# What is sent otherwise than in the vendor's example, and why. The rest of the body is as it is there.
NOT_AS_IN_THE_EXAMPLE: Final[Mapping[str, Mapping[str, tuple[JsonValue, str]]]] = {
    "bots.create": {
        "pairs": (["BNFCR_1INCHUSDT"], "a list holds several pairs, and one as well"),
        "take_profit": ("0", "the page's text wants 0 with steps, its example has null"),
    },
    "bots.update": {
        "pairs": (["USDT_ETH"], "a list holds several pairs, and one as well"),
        "take_profit": ("0", "the page's text wants 0 with steps, its example has null"),
        "account_id": (None, "it is not in the table, and a bot stays on its account"),
    },
    "bots.set_blacklist": {
        "pairs": (["1INCH_1INCH-USD-SWAP"], "the table has it in the body, where it can hold several")
    },
    "deals.panic_sell_step": {"trade_id": (1123324654, "the table has it in the body, the example in the query")},
    "deals.update_max_safety_orders": {
        "max_safety_orders": (6, "the table has it in the body, the example in the query")
    },
    "deals.cancel_order": {"order_id": (1123077930, "it is required, and left out of the example")},
    "deals.convert_to_smart_trade": {"stop_bot": (False, "the table has it in the body, the example in the query")},
}
NOT_ITS_OWN_EXAMPLE: Final = {
    "bots.list": "the page shows the request of another endpoint",
    "deals.update_max_safety_orders": "the path has a placeholder where the id should be",
}
