"""DCA bots."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from tests.endpoints.rows import Row
from threecommas_async.models import (
    AvailableStrategy,
    BotCopy,
    BotDayProfit,
    BotDealsStats,
    BotStats,
    BotStatsByDate,
    BreakevenSettings,
    DcaBot,
    DcaBotSettings,
    StrategySettings,
    TakeProfitStepSettings,
)

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


ROWS: Final = (
    Row(
        "bots.strategies",
        "GET /ver1/bots/strategy_list",
        AvailableStrategy,
        lambda c: c.bots.strategies(),
        lambda c: c.bots.strategies(account_id=32199203, strategy="long", type="simple"),
    ),
    Row(
        "bots.create",
        "POST /ver1/bots/create_bot",
        DcaBot,
        lambda c: c.bots.create(account_id=32833909, settings=NEW_BOT),
        lambda c: c.bots.create(account_id=32833909, settings=CHANGED_BOT_WHOLE),
        otherwise={
            "pairs": (["BNFCR_1INCHUSDT"], "a list holds several pairs, and one as well"),
            "take_profit": ("0", "the page's text wants 0 with steps, its example has null"),
        },
    ),
    Row(
        "bots.update",
        "PATCH /ver1/bots/{bot_id}/update",
        DcaBot,
        lambda c: c.bots.update(12345678, CHANGED_BOT),
        lambda c: c.bots.update(12345678, CHANGED_BOT_WHOLE),
        otherwise={
            "pairs": (["USDT_ETH"], "a list holds several pairs, and one as well"),
            "take_profit": ("0", "the page's text wants 0 with steps, its example has null"),
            "account_id": (None, "it is not in the table, and a bot stays on its account"),
        },
    ),
    Row(
        "bots.get",
        "GET /ver1/bots/{bot_id}/show",
        DcaBot,
        lambda c: c.bots.get(12345678, include_events=True),
    ),
    Row(
        "bots.list",
        "GET /ver1/bots",
        DcaBot,
        lambda c: c.bots.list(),
        lambda c: c.bots.list(
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
        foreign_example="the page shows the request of another endpoint",
    ),
    Row(
        "bots.disable",
        "POST /ver1/bots/{bot_id}/disable",
        DcaBot,
        lambda c: c.bots.disable(12345678),
    ),
    Row("bots.enable", "POST /ver1/bots/{bot_id}/enable", DcaBot, lambda c: c.bots.enable(15577628)),
    Row(
        "bots.copy",
        "POST /ver1/bots/{bot_id}/copy_and_create",
        BotCopy,
        lambda c: c.bots.copy(12345678, name="Name DCA Bot", secret="its-secret"),
        lambda c: c.bots.copy(12345678, name="Name DCA Bot", secret="its-secret", amount="240.5"),
    ),
    Row(
        "bots.panic_sell_all_deals",
        "POST /ver1/bots/{bot_id}/panic_sell_all_deals",
        DcaBot,
        lambda c: c.bots.panic_sell_all_deals(12345678),
    ),
    Row(
        "bots.cancel_all_deals",
        "POST /ver1/bots/{bot_id}/cancel_all_deals",
        DcaBot,
        lambda c: c.bots.cancel_all_deals(15564495),
    ),
    Row(
        "bots.set_blacklist",
        "POST /ver1/bots/update_pairs_black_list",
        None,
        lambda c: c.bots.set_blacklist(["1INCH_1INCH-USD-SWAP"]),
        inside="pairs",
        otherwise={"pairs": (["1INCH_1INCH-USD-SWAP"], "the table has it in the body, where it can hold several")},
    ),
    Row(
        "bots.blacklist",
        "GET /ver1/bots/pairs_black_list",
        None,
        lambda c: c.bots.blacklist(),
        inside="pairs",
    ),
    Row(
        "bots.profit_by_day",
        "GET /ver1/bots/{bot_id}/profit_by_day",
        BotDayProfit,
        lambda c: c.bots.profit_by_day(15565014),
        lambda c: c.bots.profit_by_day(15565014, days=7),
        inside="data",
    ),
    Row(
        "bots.stats",
        "GET /ver1/bots/stats",
        BotStats,
        lambda c: c.bots.stats(),
        lambda c: c.bots.stats(account_id=32199203, bot_id=15577628),
    ),
    Row(
        "bots.stats_by_date",
        "GET /ver1/bots/stats_by_date",
        BotStatsByDate,
        lambda c: c.bots.stats_by_date(SINCE, bot_id=15577628),
        lambda c: c.bots.stats_by_date(SINCE, account_id=32199203, bot_id=15577628),
    ),
    Row("bots.delete", "POST /ver1/bots/{bot_id}/delete", None, lambda c: c.bots.delete(12345678)),
    Row(
        "bots.deals_stats",
        "GET /ver1/bots/{bot_id}/deals_stats",
        BotDealsStats,
        lambda c: c.bots.deals_stats(12345678),
    ),
)
