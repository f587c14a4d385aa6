"""What editors and type checkers see of the calls. Nothing here runs: mypy and pyright read it with all the rest.

A line with an ``ignore`` is a mistake that they must find: mypy reports an ignore that hides nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal, Self, TypedDict, Unpack, assert_type

import attrs

from threecommas_async import OMITTED, Secret, ThreeCommasClient, codec
from threecommas_async.models import (
    Account,
    AccountTableRow,
    AccountVolume,
    ActiveTradingEntities,
    BalancePoint,
    ConvertedAsset,
    CurrencyAmount,
    CurrencyNetworks,
    CurrencyRates,
    CurrencyRatesWithLeverage,
    DailyVolume,
    DepositData,
    DustConversion,
    JsonValue,
    KeyValidity,
    LeverageBounds,
    LeverageType,
    Market,
    MarketSubtype,
    Money,
    MonthlyVolume,
    Network,
    Omitted,
    PieChartSlice,
    Pong,
    Request,
    ServerTime,
)
from threecommas_async.models.request import checked, exact, money, money_or_omitted


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


async def raw_calls(client: ThreeCommasClient) -> None:
    assert_type(await client.request("GET", "/ver1/x/{id}", ids={"id": 1}), JsonValue)
    assert_type(await client.request("GET", "/ver1/accounts", kind=list[Account]), list[Account])
    assert_type(client.with_options(mode="paper", timeout=5), ThreeCommasClient)
    await client.request("TRACE", "/ver1/x")  # type: ignore[call-overload]
    client.with_options(mode="demo")  # type: ignore[arg-type]
    await client.accounts.create(type="an_exchange_of_tomorrow", name="Main", api_key=Secret("..."))
    await client.accounts.create(type="binance", name="Main", api_key=b"...")  # type: ignore[arg-type]


class _Changes(TypedDict, total=False):
    take_profit: Money
    strategy: Literal["long", "short"]


@attrs.frozen(kw_only=True)
class _Settings(Request):
    """As the classes are that a bot or a trade is made of."""

    take_profit: Decimal = attrs.field(converter=money, validator=checked(exact))
    stop_loss: Decimal | Omitted | None = attrs.field(
        default=OMITTED, converter=money_or_omitted, validator=checked(exact, null=True, omitted=True)
    )
    strategy: Literal["long", "short"] = "long"

    def evolve(self, **changes: Unpack[_Changes]) -> Self:
        return self.evolved(changes)


def requests() -> None:
    settings = _Settings(take_profit="2.5", stop_loss=None)
    assert_type(settings.take_profit, Decimal)
    assert_type(settings.evolve(take_profit=3, strategy="short"), _Settings)
    if settings.stop_loss is not OMITTED and settings.stop_loss is not None:
        assert_type(settings.stop_loss, Decimal)
    _Settings(take_profit=2.5)  # type: ignore[arg-type]
    _Settings(take_profit="2.5", stop_los="1")  # type: ignore[call-arg]
    _Settings(take_profit="2.5", strategy="sideways")  # type: ignore[arg-type]
    settings.evolve(take_proft="3")  # type: ignore[call-arg]
    settings.evolve(take_profit=3.5)  # type: ignore[arg-type]
    settings.evolve(strategy="sideways")  # type: ignore[arg-type]
