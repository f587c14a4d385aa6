"""Every endpoint of the API that the library calls: one row each.

``python -m tests.endpoints`` reads every example of the vendor's documentation and prints how that went.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime
from typing import Final

import attrs
from attrs import frozen

from tests import catalogue
from tests.comparison import differences, rewritten, unrecognized
from tests.loopback import Loopback
from threecommas_async import ApiError, ThreeCommasClient, codec
from threecommas_async.models.account import Account
from threecommas_async.models.account_volume import AccountVolume, DailyVolume, MonthlyVolume
from threecommas_async.models.active_entities import ActiveTradingEntities
from threecommas_async.models.balance import AccountTableRow, BalancePoint, PieChartSlice
from threecommas_async.models.base import Model
from threecommas_async.models.deposit import DepositData
from threecommas_async.models.dust import DustConversion
from threecommas_async.models.key_validity import KeyValidity
from threecommas_async.models.leverage import LeverageType
from threecommas_async.models.market import Market
from threecommas_async.models.market_subtype import MarketSubtype
from threecommas_async.models.network import CurrencyNetworks
from threecommas_async.models.rates import CurrencyRates, CurrencyRatesWithLeverage
from threecommas_async.models.server import Pong, ServerTime

GROUPS_NOT_BUILT: Final = ("bots", "deals", "grid_bots", "smart_trades", "trades")

Call = Callable[[ThreeCommasClient], Awaitable[object]]


@frozen
class Row:
    """An endpoint, and the method that calls it.

    :ivar call: the call that makes the request of the vendor's example.
    :ivar every: the call with every parameter, where the example leaves some out.
    :ivar model: what the answer, or each item of it, becomes.
    :ivar query: the parameters that go into the query.
    :ivar body: those that go into the body.
    :ivar inside: the key of the answer that holds what is returned.
    :ivar not_in_table: the parameters that are sent though the vendor's table lacks them, and why.
    :ivar not_sent: the parameters of the vendor's table that are not sent, and why.
    """

    method: str
    verb: str
    path: str
    permission: str
    model: type[Model] | None
    call: Call
    every: Call | None = None
    query: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    inside: str | None = None
    not_in_table: Mapping[str, str] = attrs.field(factory=dict[str, str])
    not_sent: Mapping[str, str] = attrs.field(factory=dict[str, str])

    @property
    def key(self) -> tuple[str, str]:
        return self.verb, self.path

    @property
    def with_every_parameter(self) -> Call:
        return self.every or self.call

    @property
    def reads(self) -> bool:
        """Whether the call may be repeated: it changes nothing."""
        return self.verb == "GET" or self.permission.endswith("_READ")


SINCE: Final = datetime(2024, 9, 18, 18, 58, 55, 469000, tzinfo=UTC)

ROWS: Final = (
    Row(
        "accounts.connectable_types",
        "GET",
        "/ver1/accounts/types_to_connect",
        "NONE",
        MarketSubtype,
        lambda c: c.accounts.connectable_types(type="binance", name="binance123", api_key="...", secret="..."),
        lambda c: c.accounts.connectable_types(
            type="binance", name="binance123", api_key="exchange-key", secret="its-secret"
        ),
        query=("type", "name", "api_key", "secret"),
    ),
    Row(
        "accounts.create",
        "POST",
        "/ver1/accounts/new",
        "ACCOUNTS_WRITE",
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
        body=("type", "name", "api_key", "secret", "address", "customer_id", "passphrase", "types_to_create"),
        not_in_table={"address": "it is in an earlier version of the page"},
    ),
    Row(
        "accounts.get",
        "GET",
        "/ver1/accounts/{account_id}",
        "ACCOUNTS_READ",
        Account,
        lambda c: c.accounts.get(12345678),
    ),
    Row(
        "accounts.update",
        "POST",
        "/ver1/accounts/update",
        "ACCOUNTS_WRITE",
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
        body=("account_id", "name", "api_key", "secret", "customer_id", "passphrase", "include_in_summary"),
    ),
    Row(
        "accounts.list",
        "GET",
        "/ver1/accounts",
        "ACCOUNTS_READ",
        Account,
        lambda c: c.accounts.list(),
        lambda c: c.accounts.list(api_key="exchange-key", page=2, per_page=50),
        query=("api_key", "page", "per_page"),
    ),
    Row(
        "accounts.active_trading_entities",
        "GET",
        "/ver1/accounts/{account_id}/active_trading_entities",
        "ACCOUNTS_READ",
        ActiveTradingEntities,
        lambda c: c.accounts.active_trading_entities(12345678),
        inside="data",
    ),
    Row(
        "accounts.rename",
        "POST",
        "/ver1/accounts/{account_id}/rename",
        "ACCOUNTS_WRITE",
        Account,
        lambda c: c.accounts.rename(11223344, "new name"),
        query=("name",),
    ),
    Row(
        "accounts.balance_chart",
        "GET",
        "/ver1/accounts/{account_id}/balance_chart_data",
        "ACCOUNTS_READ",
        BalancePoint,
        lambda c: c.accounts.balance_chart(12345678, date_from=SINCE),
        lambda c: c.accounts.balance_chart(12345678, date_from=SINCE, date_to=date(2024, 10, 2)),
        query=("date_from", "date_to"),
    ),
    Row(
        "accounts.load_balances",
        "POST",
        "/ver1/accounts/{account_id}/load_balances",
        "ACCOUNTS_READ",
        Account,
        lambda c: c.accounts.load_balances(12345678),
    ),
    Row(
        "accounts.sell_all_to_btc",
        "POST",
        "/ver1/accounts/{account_id}/sell_all_to_btc",
        "ACCOUNTS_WRITE",
        Account,
        lambda c: c.accounts.sell_all_to_btc(32833909),
    ),
    Row(
        "accounts.sell_all_to_usd",
        "POST",
        "/ver1/accounts/{account_id}/sell_all_to_usd",
        "ACCOUNTS_WRITE",
        Account,
        lambda c: c.accounts.sell_all_to_usd(12345678),
    ),
    Row(
        "accounts.leverage",
        "GET",
        "/ver1/accounts/{account_id}/leverage_data",
        "ACCOUNTS_READ",
        LeverageType,
        lambda c: c.accounts.leverage(32833910, pair="USDC_DOGE"),
        lambda c: c.accounts.leverage(32833910, pair="USDC_DOGE", page=2),
        query=("pair", "page"),
    ),
    Row(
        "accounts.networks",
        "GET",
        "/ver1/accounts/{account_id}/networks_info",
        "ACCOUNTS_READ",
        CurrencyNetworks,
        lambda c: c.accounts.networks(12345678, purpose="withdraw"),
        query=("purpose",),
    ),
    Row(
        "accounts.deposit_data",
        "GET",
        "/ver1/accounts/{account_id}/deposit_data",
        "ACCOUNTS_READ",
        DepositData,
        lambda c: c.accounts.deposit_data(76543210, currency="BTC", network="BTC"),
        query=("currency", "network"),
        not_in_table={"network": "the example sends it, and the example of a refusal asks for it"},
        not_sent={"address_tag": "it is what the table calls `network`"},
    ),
    Row(
        "accounts.remove",
        "POST",
        "/ver1/accounts/{account_id}/remove",
        "ACCOUNTS_WRITE",
        None,
        lambda c: c.accounts.remove(12345678),
    ),
    Row(
        "accounts.pie_chart",
        "POST",
        "/ver1/accounts/{account_id}/pie_chart_data",
        "ACCOUNTS_READ",
        PieChartSlice,
        lambda c: c.accounts.pie_chart(32402783),
    ),
    Row(
        "accounts.account_table",
        "POST",
        "/ver1/accounts/{account_id}/account_table_data",
        "ACCOUNTS_READ",
        AccountTableRow,
        lambda c: c.accounts.account_table(12345678),
    ),
    Row(
        "accounts.convert_dust_to_bnb",
        "POST",
        "/ver1/accounts/{account_id}/convert_dust_to_bnb",
        "ACCOUNTS_WRITE",
        DustConversion,
        lambda c: c.accounts.convert_dust_to_bnb(12345678, ["USDT"]),
        body=("codes",),
    ),
    Row(
        "accounts.volume_daily",
        "GET",
        "/ver1/accounts/{account_id}/volume/daily",
        "ACCOUNTS_READ",
        DailyVolume,
        lambda c: c.accounts.volume_daily(123456, date(2025, 3, 28)),
        query=("date",),
    ),
    Row(
        "accounts.volume_monthly",
        "GET",
        "/ver1/accounts/{account_id}/volume/monthly",
        "ACCOUNTS_READ",
        MonthlyVolume,
        lambda c: c.accounts.volume_monthly(123456, date(2025, 3, 28)),
        query=("month",),
    ),
    Row(
        "accounts.volume_total",
        "GET",
        "/ver1/accounts/{account_id}/volume/total",
        "ACCOUNTS_READ",
        AccountVolume,
        lambda c: c.accounts.volume_total(123456),
    ),
    Row(
        "market_data.markets",
        "GET",
        "/ver1/accounts/market_list",
        "NONE",
        Market,
        lambda c: c.market_data.markets(),
    ),
    Row(
        "market_data.pairs",
        "GET",
        "/ver1/accounts/market_pairs",
        "NONE",
        None,
        lambda c: c.market_data.pairs("binance_us"),
        query=("market_code",),
    ),
    Row(
        "market_data.rates",
        "GET",
        "/ver1/accounts/currency_rates",
        "NONE",
        CurrencyRates,
        lambda c: c.market_data.rates(market_code="binance", pair="BTC_ETH"),
        lambda c: c.market_data.rates(market_code="binance", pair="BTC_ETH", limit_type="bot"),
        query=("market_code", "pair", "limit_type"),
    ),
    Row(
        "market_data.rates_with_leverage",
        "GET",
        "/ver1/accounts/currency_rates_with_leverage_data",
        "NONE",
        CurrencyRatesWithLeverage,
        lambda c: c.market_data.rates_with_leverage(market_code="binance_futures_eea", pair="BNFCR_1INCHUSDT"),
        query=("market_code", "pair"),
    ),
    Row("users.validate", "GET", "/ver1/validate", "NONE", KeyValidity, lambda c: c.users.validate()),
    Row(
        "users.change_mode",
        "POST",
        "/ver1/users/change_mode",
        "ACCOUNTS_WRITE",
        None,
        lambda c: c.users.change_mode("paper"),
        body=("mode",),
    ),
    Row("users.ping", "GET", "/ver1/ping", "NONE", Pong, lambda c: c.users.ping()),
    Row("users.time", "GET", "/ver1/time", "NONE", ServerTime, lambda c: c.users.time()),
)

# What no page shows: the answers of two endpoints that are no longer documented, after the fields that they once were.
ANSWERS_OF_OUR_OWN: Final = {
    ("GET", "/ver1/ping"): '{"pong": "pong"}',
    ("GET", "/ver1/time"): '{"server_time": 1726617600}',
}


@frozen
class Reading:
    """What became of an example of a successful answer."""

    unrecognized: tuple[str, ...]
    differences: tuple[str, ...]


async def read_example(server: Loopback, row: Row, example: catalogue.Response) -> Reading:
    """Let the row's method receive the example over the wire; read it, write it back, and compare."""
    server.status, server.text = example.status, example.text
    async with server.client() as client:
        result = await row.call(client)
    came = codec.decode_json(example.text)
    if row.inside is not None:
        assert isinstance(came, dict)
        assert came.keys() == {row.inside}
        came = came[row.inside]
    if result is None:  # a bare true says no more than that all went well
        return Reading((), () if came is True else (f"{came!r} became None",))
    return Reading(tuple(unrecognized(result)), tuple(differences(came, rewritten(result))))


async def provoke(server: Loopback, row: Row, example: catalogue.Response) -> ApiError | None:
    """Let the row's method receive the example of a refusal; return the exception that it raises."""
    server.status, server.text = example.status, example.text
    async with server.client() as client:
        try:
            await row.call(client)
        except ApiError as error:
            return error
    return None


def endpoints_built() -> dict[tuple[str, str], catalogue.Endpoint]:
    """Return what the catalogue says of the groups that have rows here."""
    groups = dict.fromkeys(group for group in catalogue.all_endpoints().values() if group not in GROUPS_NOT_BUILT)
    return {endpoint.key: endpoint for group in groups for endpoint in catalogue.endpoints(group)}


async def _table() -> tuple[list[str], bool]:
    known, lines, whole = endpoints_built(), list[str](), True
    totals = [0, 0, 0, 0]
    lines.append(f"{'method':34} {'endpoint':62} {'examples':>8} {'unrecognized':>12} {'lost':>5} {'refusals':>8}")
    async with Loopback() as server:
        for row in ROWS:
            counts = [0, 0, 0, 0]
            for example in known[row.key].responses:
                if example.is_success:
                    reading = await read_example(server, row, example)
                    counts[0] += 1
                    counts[1] += len(reading.unrecognized)
                    counts[2] += len(reading.differences)
                else:
                    counts[3] += (await provoke(server, row, example)) is not None
            whole = whole and counts[1] == counts[2] == 0
            totals = [total + count for total, count in zip(totals, counts, strict=True)]
            lines.append(_line(row.method, f"{row.verb} {row.path}", counts))
    lines.append(_line(f"{len(ROWS)} endpoints", "", totals))
    missing = [key for key, group in catalogue.all_endpoints().items() if group not in GROUPS_NOT_BUILT]
    lines.append(f"without a row: {len(set(missing) - {row.key for row in ROWS})}")
    lines.append(f"groups not built: {', '.join(GROUPS_NOT_BUILT)}")
    return lines, whole


def _line(method: str, endpoint: str, counts: list[int]) -> str:
    return f"{method:34} {endpoint:62} {counts[0]:8} {counts[1]:12} {counts[2]:5} {counts[3]:8}"


if __name__ == "__main__":
    table, is_whole = asyncio.run(_table())
    sys.stdout.writelines(f"{line}\n" for line in table)
    sys.exit(0 if is_whole else 1)
