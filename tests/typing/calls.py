"""What editors and type checkers see of the calls. Nothing here runs: mypy and pyright read it with all the rest.

A line with an ``ignore`` is a mistake that they must find: mypy reports an ignore that hides nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import assert_type

from threecommas_async import ThreeCommasClient, codec
from threecommas_async.credentials import Secret
from threecommas_async.models.account import Account
from threecommas_async.models.account_volume import AccountVolume, DailyVolume, MonthlyVolume
from threecommas_async.models.active_entities import ActiveTradingEntities
from threecommas_async.models.balance import AccountTableRow, BalancePoint, PieChartSlice
from threecommas_async.models.base import CurrencyAmount
from threecommas_async.models.deposit import DepositData
from threecommas_async.models.dust import ConvertedAsset, DustConversion
from threecommas_async.models.key_validity import KeyValidity
from threecommas_async.models.leverage import LeverageBounds, LeverageType
from threecommas_async.models.market import Market
from threecommas_async.models.market_subtype import MarketSubtype
from threecommas_async.models.network import CurrencyNetworks, Network
from threecommas_async.models.rates import CurrencyRates, CurrencyRatesWithLeverage
from threecommas_async.models.server import Pong, ServerTime


async def accounts(client: ThreeCommasClient) -> None:
    account = await client.accounts.create(type="binance", name="Main", types_to_create=["binance_margin"])
    assert_type(account, Account)
    assert_type(await client.accounts.get(1), Account)
    assert_type(await client.accounts.get("summary"), Account)
    assert_type(await client.accounts.update(1, name="Main", include_in_summary=False), Account)
    assert_type(await client.accounts.rename(1, "Main"), Account)
    assert_type(await client.accounts.load_balances(1), Account)
    assert_type(await client.accounts.sell_all_to_btc(1), Account)
    assert_type(await client.accounts.sell_all_to_usd(1), Account)
    assert_type(
        await client.accounts.connectable_types(type="binance", name="Main", api_key="...", secret="..."),
        list[MarketSubtype],
    )
    assert_type(await client.accounts.active_trading_entities(1), ActiveTradingEntities)
    assert_type(await client.accounts.leverage(1, pair="USDT_BTC", page=2), list[LeverageType])
    assert_type(await client.accounts.networks(1, purpose="deposit"), CurrencyNetworks)
    assert_type(await client.accounts.deposit_data(1, currency="BTC", network="BTC"), DepositData)
    assert_type(await client.accounts.convert_dust_to_bnb(1, ["USDT"]), DustConversion)
    assert_type(await client.accounts.volume_daily(1, date(2025, 3, 28)), DailyVolume)
    assert_type(await client.accounts.volume_monthly(1), MonthlyVolume)
    assert_type(await client.accounts.volume_total(1), AccountVolume)


async def balances(client: ThreeCommasClient) -> None:
    assert_type(await client.accounts.balance_chart(1, date_from=date(2025, 3, 28)), list[BalancePoint])
    assert_type(await client.accounts.balance_chart("summary", date_from=datetime.now(UTC)), list[BalancePoint])
    assert_type(await client.accounts.pie_chart("summary"), list[PieChartSlice])
    assert_type(await client.accounts.account_table("summary"), list[AccountTableRow])


async def pages(client: ThreeCommasClient) -> None:
    assert_type(await client.accounts.list(page=2, per_page=50), list[Account])
    assert_type(client.accounts.iterate(), AsyncIterator[Account])
    async for account in client.accounts.iterate(api_key="..."):
        assert_type(account.id, int)


async def market_data(client: ThreeCommasClient) -> None:
    assert_type(await client.market_data.markets(), list[Market])
    assert_type(await client.market_data.pairs("binance"), list[str])
    assert_type(await client.market_data.rates(market_code="binance", pair="USDT_BTC", limit_type="bot"), CurrencyRates)
    assert_type(
        await client.market_data.rates_with_leverage(market_code="binance_futures", pair="USDT_BTCUSDT"),
        CurrencyRatesWithLeverage,
    )


async def users(client: ThreeCommasClient) -> None:
    assert_type(await client.users.validate(), KeyValidity)
    assert_type(await client.users.ping(), Pong)
    assert_type(await client.users.time(), ServerTime)
    await client.users.change_mode("paper")
    await client.accounts.remove(1)


def fields(account: Account, point: BalancePoint, row: AccountTableRow, month: MonthlyVolume, day: DailyVolume) -> None:
    assert_type(account.id, int)
    assert_type(account.btc_amount, Decimal | None)
    assert_type(account.primary_display_currency_amount, CurrencyAmount | None)
    assert_type(account.created_at, datetime | None)
    assert_type(account.api_key, Secret | None)
    assert_type(account.supported_market_types, tuple[str, ...] | None)
    assert_type(point.date, datetime)
    assert_type(point.usd, Decimal | None)
    assert_type(row.position, Decimal | None)
    assert_type(row.position_type, int | str | None)
    assert_type(day.utc_date, date | None)
    assert_type(month.utc_month, date | None)
    assert_type(month.volume_usd, Decimal | None)


def fields_of_parts(
    networks: CurrencyNetworks, rates: CurrencyRatesWithLeverage, leverage: LeverageType, dust: DustConversion
) -> None:
    assert_type(networks.network_list, tuple[Network, ...] | None)
    assert_type(rates.min_price, Decimal | None)
    assert_type(rates.leverage_data, tuple[LeverageType, ...] | None)
    assert_type(leverage.valid, LeverageBounds | None)
    assert_type(leverage.available_leverage_values, tuple[Decimal, ...] | None)
    assert_type(dust.transfer_result, tuple[ConvertedAsset, ...] | None)
    for asset in dust.transfer_result or ():
        assert_type(asset.operate_time, datetime | None)


def replayed(data: bytes) -> None:
    assert_type(codec.from_json(data, Account), Account)
    assert_type(codec.from_json(data, list[BalancePoint]), list[BalancePoint])
    assert_type(codec.to_json(codec.from_json(data, Account)), bytes)


async def mistakes(client: ThreeCommasClient, account: Account) -> None:
    await client.accounts.get("12")  # type: ignore[arg-type]
    await client.accounts.remove("summary")  # type: ignore[arg-type]
    await client.accounts.create("binance", "Main")  # type: ignore[call-arg]
    await client.accounts.create(type="binance", name="Main", apikey="...")  # type: ignore[call-arg]
    await client.accounts.networks(1, purpose="withdrawal")  # type: ignore[arg-type]
    await client.accounts.balance_chart(1)  # type: ignore[call-arg]
    await client.accounts.balance_chart(1, date_from="2025-03-28")  # type: ignore[arg-type]
    await client.market_data.rates("binance", "USDT_BTC")  # type: ignore[call-arg]
    await client.users.change_mode("Paper")  # type: ignore[arg-type]
    account.name = "Main"  # type: ignore[misc]
