"""Exchange accounts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

from tests.endpoints.rows import Row
from threecommas_async.models import (
    Account,
    AccountTableRow,
    AccountVolume,
    ActiveTradingEntities,
    BalancePoint,
    CurrencyNetworks,
    DailyVolume,
    DepositData,
    DustConversion,
    LeverageType,
    MarketSubtype,
    MonthlyVolume,
    PieChartSlice,
)

SINCE: Final = datetime(2024, 9, 18, 18, 58, 55, 469000, tzinfo=UTC)

ROWS: Final = (
    Row(
        "accounts.connectable_types",
        "GET /ver1/accounts/types_to_connect",
        MarketSubtype,
        lambda c: c.accounts.connectable_types(type="binance", name="binance123", api_key="...", secret="..."),
        lambda c: c.accounts.connectable_types(
            type="binance", name="binance123", api_key="exchange-key", secret="its-secret"
        ),
    ),
    Row(
        "accounts.create",
        "POST /ver1/accounts/new",
        Account,
        lambda c: c.accounts.create(type="binance", name="New account", api_key="exchange-key", secret="its-secret"),
        lambda c: c.accounts.create(
            type="binance",
            name="New account",
            api_key="exchange-key",
            secret="its-secret",
            address="0x0",
            customer_id="17",
            passphrase="its-passphrase",
            types_to_create=["binance_margin"],
        ),
        not_in_table={"address": "it is in an earlier version of the page"},
    ),
    Row(
        "accounts.get",
        "GET /ver1/accounts/{account_id}",
        Account,
        lambda c: c.accounts.get(12345678),
    ),
    Row(
        "accounts.update",
        "POST /ver1/accounts/update",
        Account,
        lambda c: c.accounts.update(12345678, api_key="exchange-key", secret="its-secret"),
        lambda c: c.accounts.update(
            12345678,
            name="Other name",
            api_key="exchange-key",
            secret="its-secret",
            customer_id="17",
            passphrase="its-passphrase",
            include_in_summary=False,
        ),
    ),
    Row(
        "accounts.list",
        "GET /ver1/accounts",
        Account,
        lambda c: c.accounts.list(),
        lambda c: c.accounts.list(api_key="exchange-key", page=2, per_page=50),
    ),
    Row(
        "accounts.active_trading_entities",
        "GET /ver1/accounts/{account_id}/active_trading_entities",
        ActiveTradingEntities,
        lambda c: c.accounts.active_trading_entities(12345678),
        inside="data",
    ),
    Row(
        "accounts.rename",
        "POST /ver1/accounts/{account_id}/rename",
        Account,
        lambda c: c.accounts.rename(11223344, "new name"),
    ),
    Row(
        "accounts.balance_chart",
        "GET /ver1/accounts/{account_id}/balance_chart_data",
        BalancePoint,
        lambda c: c.accounts.balance_chart(12345678, date_from=SINCE),
        lambda c: c.accounts.balance_chart(12345678, date_from=SINCE, date_to=date(2024, 10, 2)),
    ),
    Row(
        "accounts.load_balances",
        "POST /ver1/accounts/{account_id}/load_balances",
        Account,
        lambda c: c.accounts.load_balances(12345678),
    ),
    Row(
        "accounts.sell_all_to_btc",
        "POST /ver1/accounts/{account_id}/sell_all_to_btc",
        Account,
        lambda c: c.accounts.sell_all_to_btc(32833909),
    ),
    Row(
        "accounts.sell_all_to_usd",
        "POST /ver1/accounts/{account_id}/sell_all_to_usd",
        Account,
        lambda c: c.accounts.sell_all_to_usd(12345678),
    ),
    Row(
        "accounts.leverage",
        "GET /ver1/accounts/{account_id}/leverage_data",
        LeverageType,
        lambda c: c.accounts.leverage(32833910, pair="USDC_DOGE"),
        lambda c: c.accounts.leverage(32833910, pair="USDC_DOGE", page=2),
    ),
    Row(
        "accounts.networks",
        "GET /ver1/accounts/{account_id}/networks_info",
        CurrencyNetworks,
        lambda c: c.accounts.networks(12345678, purpose="withdraw"),
    ),
    Row(
        "accounts.deposit_data",
        "GET /ver1/accounts/{account_id}/deposit_data",
        DepositData,
        lambda c: c.accounts.deposit_data(76543210, currency="BTC", network="BTC"),
        not_in_table={"network": "the example sends it, and the example of a refusal asks for it"},
        not_sent={"address_tag": "it is what the table calls `network`"},
    ),
    Row(
        "accounts.remove",
        "POST /ver1/accounts/{account_id}/remove",
        None,
        lambda c: c.accounts.remove(12345678),
    ),
    Row(
        "accounts.pie_chart",
        "POST /ver1/accounts/{account_id}/pie_chart_data",
        PieChartSlice,
        lambda c: c.accounts.pie_chart(32402783),
    ),
    Row(
        "accounts.account_table",
        "POST /ver1/accounts/{account_id}/account_table_data",
        AccountTableRow,
        lambda c: c.accounts.account_table(12345678),
    ),
    Row(
        "accounts.convert_dust_to_bnb",
        "POST /ver1/accounts/{account_id}/convert_dust_to_bnb",
        DustConversion,
        lambda c: c.accounts.convert_dust_to_bnb(12345678, ["USDT"]),
    ),
    Row(
        "accounts.volume_daily",
        "GET /ver1/accounts/{account_id}/volume/daily",
        DailyVolume,
        lambda c: c.accounts.volume_daily(123456, date(2025, 3, 28)),
    ),
    Row(
        "accounts.volume_monthly",
        "GET /ver1/accounts/{account_id}/volume/monthly",
        MonthlyVolume,
        lambda c: c.accounts.volume_monthly(123456, date(2025, 3, 28)),
    ),
    Row(
        "accounts.volume_total",
        "GET /ver1/accounts/{account_id}/volume/total",
        AccountVolume,
        lambda c: c.accounts.volume_total(123456),
    ),
)
