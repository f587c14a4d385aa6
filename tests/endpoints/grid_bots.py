"""Grid bots."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from tests.endpoints.rows import Row
from threecommas_async.models import (
    BotEvent,
    GridBot,
    GridBotOrders,
    GridBotProfit,
    GridBotRequiredBalances,
    GridBotSettings,
)

FROM: Final = datetime(2024, 9, 1, 4, tzinfo=UTC)
TO: Final = datetime(2024, 10, 11, 3, 59, 59, tzinfo=UTC)

NEW_BOT: Final = GridBotSettings(
    name="Test GRID",
    pair="USDT_ETH",
    upper_price="1.1",
    lower_price="0.56",
    quantity_per_grid=40,
    grids_quantity=28,
    max_active_buy_lines=28,
    max_active_sell_lines=28,
    order_currency_type="base",
    profit_currency_type="base",
    ignore_warnings=False,
    trailing_up_enabled=False,
    trailing_down_enabled=True,
    grid_type="arithmetic",
    expansion_down_enabled=False,
    expansion_up_enabled=True,
    expansion_up_stop_price="1.57",
)
CHANGED_BOT: Final = GridBotSettings(
    name="CHANGED USDT_BTCUSDT EXAMPLE",
    pair="USDT_BTCUSDT",
    upper_price="70000.0",
    lower_price="56000.0",
    quantity_per_grid=150,
    grids_quantity=40,
    order_currency_type="quote",
    profit_currency_type="quote",
    trailing_up_enabled=True,
    trailing_down_enabled=False,
    grid_type="arithmetic",
    expansion_down_enabled=True,
    expansion_down_stop_price="54000.0",
    expansion_up_enabled=False,
    lower_stop_loss_enabled=True,
    lower_stop_loss_price="50000.0",
    lower_stop_loss_action="stop_bot_and_close_position",
    upper_stop_loss_enabled=True,
    upper_stop_loss_price="75000.0",
    upper_stop_loss_action="stop_bot",
    note="Example bot",
    leverage_type="cross",
    leverage_custom_value=10,
    mode="long",
)
# With every setting there is, and nothing that the example of the response contradicts.
CHANGED_BOT_WHOLE: Final = CHANGED_BOT.evolve(
    max_active_buy_lines=50,
    max_active_sell_lines=50,
    expansion_up_stop_price="80000",
    ignore_warnings=True,
)

ROWS: Final = (
    Row(
        "grid_bots.create",
        "POST /ver1/grid_bots/manual",
        GridBot,
        lambda c: c.grid_bots.create(account_id=12345678, settings=NEW_BOT),
        lambda c: c.grid_bots.create(account_id=12345678, settings=CHANGED_BOT_WHOLE),
        not_in_table={"max_active_buy_lines": "the example sends it, as the sell lines that are in the table"},
    ),
    Row(
        "grid_bots.update",
        "PATCH /ver1/grid_bots/{id}/manual",
        GridBot,
        lambda c: c.grid_bots.update(2291725, CHANGED_BOT),
        lambda c: c.grid_bots.update(2291725, CHANGED_BOT_WHOLE),
        not_in_table={"max_active_buy_lines": "the example of create sends it, as the sell lines in this table"},
        otherwise={
            "order_currency_type": (None, "it is not in the table: a bot keeps it"),
            "profit_currency_type": (None, "it is not in the table: a bot keeps it"),
            "mode": (None, "it is not in the table: a bot keeps it"),
        },
    ),
    Row("grid_bots.get", "GET /ver1/grid_bots/{id}", GridBot, lambda c: c.grid_bots.get(2338357)),
    Row(
        "grid_bots.list",
        "GET /ver1/grid_bots",
        GridBot,
        lambda c: c.grid_bots.list(account_id=[32833909, 32864603]),
        lambda c: c.grid_bots.list(
            account_id=[32833909, 32864603],
            state="enabled",
            base="ETH",
            quote="USDT",
            created_from=FROM,
            sort_by="current_profit",
            sort_direction="ASC",
            limit=1000,
            offset=7,
        ),
        foreign_example="it filters by account_ids[], where the table has account_id with commas in between",
    ),
    Row(
        "grid_bots.profits",
        "GET /ver1/grid_bots/{id}/profits",
        GridBotProfit,
        lambda c: c.grid_bots.profits(2338357, created_from=FROM, created_to=TO),
    ),
    Row("grid_bots.disable", "POST /ver1/grid_bots/{id}/disable", GridBot, lambda c: c.grid_bots.disable(2338357)),
    Row("grid_bots.enable", "POST /ver1/grid_bots/{id}/enable", GridBot, lambda c: c.grid_bots.enable(2338357)),
    Row(
        "grid_bots.delete",
        "DELETE /ver1/grid_bots/{id}",
        None,
        lambda c: c.grid_bots.delete(2320287),
        response="    NONE",
    ),
    Row(
        "grid_bots.set_note",
        "POST /ver1/grid_bots/{id}/note",
        GridBot,
        lambda c: c.grid_bots.set_note(2345678, "Welcome to 3Commas"),
    ),
    Row(
        "grid_bots.required_balances",
        "GET /ver1/grid_bots/{id}/required_balances",
        GridBotRequiredBalances,
        lambda c: c.grid_bots.required_balances(12345678),
    ),
    Row(
        "grid_bots.events",
        "GET /ver1/grid_bots/{id}/events",
        BotEvent,
        lambda c: c.grid_bots.events(2338357, page=1, per_page=10),
    ),
    Row(
        "grid_bots.market_orders",
        "GET /ver1/grid_bots/{id}/market_orders",
        GridBotOrders,
        lambda c: c.grid_bots.market_orders(2338357),
        lambda c: c.grid_bots.market_orders(2338357, limit=1000, offset=7),
    ),
)
