"""What the resources make of arguments before anything is sent, and of answers that no example shows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import pytest

from tests.loopback import Loopback
from threecommas_async import NotFoundError, Outcome, ThreeCommasClient, UnreadableResponseError

Call = Callable[[ThreeCommasClient], Awaitable[object]]

SUMMARY: Any = "summary"
BERLIN = timezone(timedelta(hours=2))


@pytest.fixture
async def server() -> AsyncIterator[Loopback]:
    async with Loopback() as loopback:
        yield loopback


ONE_ACCOUNT: tuple[tuple[str, Callable[[ThreeCommasClient, Any], Awaitable[object]]], ...] = (
    ("update", lambda c, id_: c.accounts.update(id_, name="Other")),
    ("active_trading_entities", lambda c, id_: c.accounts.active_trading_entities(id_)),
    ("rename", lambda c, id_: c.accounts.rename(id_, "Other")),
    ("load_balances", lambda c, id_: c.accounts.load_balances(id_)),
    ("sell_all_to_btc", lambda c, id_: c.accounts.sell_all_to_btc(id_)),
    ("sell_all_to_usd", lambda c, id_: c.accounts.sell_all_to_usd(id_)),
    ("leverage", lambda c, id_: c.accounts.leverage(id_, pair="USDC_DOGE")),
    ("networks", lambda c, id_: c.accounts.networks(id_)),
    ("deposit_data", lambda c, id_: c.accounts.deposit_data(id_, currency="BTC", network="BTC")),
    ("remove", lambda c, id_: c.accounts.remove(id_)),
    ("convert_dust_to_bnb", lambda c, id_: c.accounts.convert_dust_to_bnb(id_)),
    ("volume_daily", lambda c, id_: c.accounts.volume_daily(id_)),
    ("volume_monthly", lambda c, id_: c.accounts.volume_monthly(id_)),
    ("volume_total", lambda c, id_: c.accounts.volume_total(id_)),
)
ANY_ACCOUNT: tuple[tuple[str, Callable[[ThreeCommasClient, Any], Awaitable[object]]], ...] = (
    ("get", lambda c, id_: c.accounts.get(id_)),
    ("balance_chart", lambda c, id_: c.accounts.balance_chart(id_, date_from=date(2024, 9, 18))),
    ("pie_chart", lambda c, id_: c.accounts.pie_chart(id_)),
    ("account_table", lambda c, id_: c.accounts.account_table(id_)),
)


@pytest.mark.parametrize(
    ("call", "value"),
    [
        pytest.param(call, value, id=f"{name}-{value!r}")
        for name, call in (*ONE_ACCOUNT, *ANY_ACCOUNT)
        for value in ("12/../13", "12", -1, True, 1.0, None, "", "summary")
        if value != "summary" or (name, call) in ONE_ACCOUNT
    ],
)
async def test_a_wrong_id_goes_nowhere(
    call: Callable[[ThreeCommasClient, Any], Awaitable[object]], value: object, server: Loopback
) -> None:
    async with server.client() as client:
        with pytest.raises(ValueError, match=r"account_id must be an int of at least 0(, not| or 'summary', not) "):
            await call(client, value)
    assert server.asked == []


@pytest.mark.parametrize(("name", "call"), ANY_ACCOUNT)
async def test_the_summary_stands_for_all_accounts(
    name: str, call: Callable[[ThreeCommasClient, Any], Awaitable[object]], server: Loopback
) -> None:
    server.text = '{"id": 0}' if name == "get" else "[]"
    async with server.client() as client:
        await call(client, SUMMARY)
    assert server.asked[0].path.startswith("/ver1/accounts/summary")


WRONG_ARGUMENTS: list[tuple[Callable[[Any], Awaitable[object]], type[Exception], str]] = [
    (lambda c: c.accounts.update(1, name="x"), ValueError, "name is too short"),
    (lambda c: c.accounts.update(1, api_key="1234"), ValueError, "api_key is too short"),
    (lambda c: c.accounts.update(1, secret=12345678), TypeError, "secret must be a str or a Secret, not int"),
    (
        lambda c: c.accounts.update(1, include_in_summary="yes"),
        TypeError,
        "include_in_summary must be a bool, not str",
    ),
    (lambda c: c.accounts.rename(1, "x"), ValueError, "name is too short"),
    (lambda c: c.accounts.rename(1, None), ValueError, "name is required"),
    (lambda c: c.accounts.list(api_key=""), ValueError, "api_key is required"),
    (lambda c: c.accounts.list(page=0), ValueError, "page must be at least 1, not 0"),
    (lambda c: c.accounts.list(per_page=101), ValueError, "per_page must be from 1 to 100, not 101"),
    (lambda c: c.accounts.list(per_page=10.0), TypeError, "per_page must be an int, not float"),
    (lambda c: c.accounts.leverage(1, pair="USDC_DOGE", page=0), ValueError, "page must be at least 1, not 0"),
    (lambda c: c.accounts.leverage(1, pair=""), ValueError, "pair is required"),
    (
        lambda c: c.accounts.networks(1, purpose="withdrawal"),
        ValueError,
        "purpose must be 'deposit' or 'withdraw', not",
    ),
    (lambda c: c.accounts.deposit_data(1, currency="", network="BTC"), ValueError, "currency is required"),
    (lambda c: c.accounts.deposit_data(1, currency="BTC", network=None), ValueError, "network is required"),
    (lambda c: c.accounts.convert_dust_to_bnb(1, "USDT"), TypeError, "codes must be a sequence of strings"),
    (lambda c: c.accounts.convert_dust_to_bnb(1, []), TypeError, "codes must be a sequence of strings"),
    (lambda c: c.accounts.volume_daily(1, "2025-03-28"), TypeError, "date must be a datetime.date, not str"),
    (
        lambda c: c.accounts.volume_daily(1, datetime.now(UTC)),
        TypeError,
        "date must be a datetime.date, not datetime",
    ),
    (lambda c: c.accounts.volume_monthly(1, 3), TypeError, "month must be a datetime.date, not int"),
    (
        lambda c: c.accounts.balance_chart(1, date_from=1726617600000),
        TypeError,
        "date_from must be an aware datetime.datetime or a datetime.date, not int",
    ),
    (
        lambda c: c.accounts.balance_chart(1, date_from=datetime(2024, 9, 18)),  # noqa: DTZ001
        ValueError,
        "date_from must be an aware datetime",
    ),
    (
        lambda c: c.accounts.balance_chart(1, date_from=date(2024, 9, 18), date_to="now"),
        TypeError,
        "date_to must be an aware datetime.datetime or a datetime.date, not str",
    ),
    (
        lambda c: c.accounts.connectable_types(type="binance", name="Main", api_key="exchange-key", secret=""),
        ValueError,
        "secret is required",
    ),
    (lambda c: c.market_data.pairs(""), ValueError, "market_code is required"),
    (lambda c: c.market_data.rates(market_code="binance", pair=""), ValueError, "pair is required"),
    (
        lambda c: c.market_data.rates(market_code="binance", pair="USDT_BTC", limit_type="deal"),
        ValueError,
        "limit_type must be 'bot' or 'smart_trade', not 'deal'",
    ),
    (lambda c: c.users.change_mode("Paper"), ValueError, "mode must be 'paper' or 'real', not 'Paper'"),
    (lambda c: c.users.change_mode(None), ValueError, "mode is required"),
]


@pytest.mark.parametrize(("call", "error", "text"), WRONG_ARGUMENTS)
async def test_a_wrong_argument_goes_nowhere(
    call: Callable[[Any], Awaitable[object]], error: type[Exception], text: str, server: Loopback
) -> None:
    async with server.client() as client:
        with pytest.raises(error) as caught:
            await call(client)
    assert type(caught.value) is error
    assert str(caught.value).startswith(text)
    assert server.asked == []


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (datetime(2024, 9, 18, 18, 58, 55, 469000, tzinfo=UTC), "2024-09-18T18:58:55.469Z"),
        (datetime(2024, 9, 18, 18, 58, 55, 469001, tzinfo=UTC), "2024-09-18T18:58:55.469001Z"),
        (datetime(2024, 9, 18, 1, 30, tzinfo=BERLIN), "2024-09-17T23:30:00.000Z"),
        (date(2024, 9, 18), "2024-09-18"),
    ],
)
async def test_times_go_out_in_utc(given: date, sent: str, server: Loopback) -> None:
    server.text = "[]"
    async with server.client() as client:
        await client.accounts.balance_chart(1, date_from=given, date_to=given)
    assert parse_qsl(server.asked[0].query) == [("date_from", sent), ("date_to", sent)]


async def test_days_and_months_go_out_as_such(server: Loopback) -> None:
    server.text = "{}"
    async with server.client() as client:
        await client.accounts.volume_daily(1, date(987, 3, 28))
        await client.accounts.volume_monthly(1, date(987, 3, 28))
        await client.accounts.volume_monthly(1)
    assert [asked.query for asked in server.asked] == ["date=0987-03-28", "month=0987-03", ""]


async def test_codes_that_are_not_given_are_not_sent(server: Loopback) -> None:
    server.text = "{}"
    async with server.client() as client:
        await client.accounts.convert_dust_to_bnb(1)
    assert server.asked[0].body == b"{}"


async def test_a_new_name_may_be_any_text(server: Loopback) -> None:
    server.text = '{"id": 1}'
    name = "Böses & Gutes = 1/2? 100 % +#"
    async with server.client() as client:
        await client.accounts.rename(1, name)
    assert parse_qsl(server.asked[0].query, strict_parsing=True) == [("name", name)]


@pytest.mark.parametrize("answer", ["true", "", "{}", '{"mode": "paper"}'])
async def test_what_says_no_more_than_that_all_went_well_is_none(answer: str, server: Loopback) -> None:
    server.status, server.text = 201, answer
    remove: Call = lambda c: c.accounts.remove(1)  # noqa: E731
    change: Call = lambda c: c.users.change_mode("real")  # noqa: E731
    async with server.client() as client:
        assert await remove(client) is None
        assert await change(client) is None


async def test_ping_and_time(server: Loopback) -> None:
    async with server.client(signs=False) as client:
        server.text = '{"pong": "pong"}'
        assert (await client.users.ping()).pong == "pong"
        server.text = '{"server_time": 1726617600}'
        assert (await client.users.time()).server_time == datetime(2024, 9, 18, tzinfo=UTC)


async def test_amounts_are_exact_and_the_odd_position_type_is_kept(server: Loopback) -> None:
    server.text = (
        '[{"currency_code": "BTC", "position": 9.52E-5, "borrowed": 0, "position_type": 0},'
        ' {"currency_code": "ETH", "position": "0.1234567890123456789012345678901234567890", "position_type": "long"}]'
    )
    async with server.client() as client:
        first, second = await client.accounts.account_table(1)
    assert (first.position, first.borrowed, first.position_type) == (Decimal("0.0000952"), Decimal(0), 0)
    assert second.position == Decimal("0.1234567890123456789012345678901234567890")
    assert second.position_type == "long"


async def test_pairs_are_texts_and_nothing_else(server: Loopback, caplog: pytest.LogCaptureFixture) -> None:
    server.text = '["USDT_BTC", null, {"pair": "USDT_ETH"}, "USDT_XRP"]'
    async with server.client(signs=False) as client:
        assert await client.market_data.pairs("binance") == ["USDT_BTC", "USDT_XRP"]
    assert [record.levelname for record in caplog.records if record.name == "threecommas_async.codec"] == [
        "WARNING"
    ] * 2


async def test_counts_without_their_wrapper_are_an_answer_that_cannot_be_read(server: Loopback) -> None:
    server.text = '{"active_bots_count": 5}'
    async with server.client() as client:
        with pytest.raises(UnreadableResponseError, match="not wrapped in 'data'") as caught:
            await client.accounts.active_trading_entities(1)
    assert caught.value.outcome is Outcome.DONE


async def test_a_month_that_nothing_is_known_of_is_not_found(server: Loopback) -> None:
    server.status, server.text = 404, '{"error": "Volume data not found"}'
    async with server.client() as client:
        with pytest.raises(NotFoundError, match="Volume data not found"):
            await client.accounts.volume_monthly(1, date(2020, 1, 1))
