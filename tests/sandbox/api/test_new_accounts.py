"""A new account: its shape and what it holds, what an exchange needs, and what is connected already."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal, localcontext
from typing import cast

import pytest

from tests.sandbox.calling import ALREADY, BINANCE, MISSING, NOT_VALID, Caller, calling
from threecommas_async.sandbox import VENDOR_DUST, Sandbox
from threecommas_async.transport.simulated_clock import SimulatedClock

SHORT_KEY = "is too short (minimum is 5 characters)"


async def test_a_new_account_has_the_documented_shape() -> None:
    clock = SimulatedClock(datetime(2024, 9, 18, 2, 55, 19, 607_999, UTC))
    async with calling(Sandbox(clock=clock)) as caller:
        answer = await caller.new(
            {"type": "okex", "name": "test", "api_key": "abcde", "secret": "abcde", "passphrase": "p"}
        )
    assert answer.status == 201
    created = answer.json
    assert len(created) == 59
    assert created["name"] == "test"
    assert created["market_code"] == "okex"
    assert created["exchange_name"] == "OKX Spot"
    assert created["pretty_display_type"] == "Okex"
    assert created["market_icon"] == "https://3commas.io/img/exchanges/okex.png"
    assert created["created_at"] == created["updated_at"] == "2024-09-18T02:55:19.607Z"
    assert created["api_key"] == "abcde"


async def test_a_new_account_holds_what_a_trader_would(caller: Caller) -> None:
    created = (await caller.new(BINANCE)).json
    assert Decimal("0.1") < Decimal(created["btc_amount"]) < 1
    assert Decimal(10_000) < Decimal(created["usd_amount"]) < 50_000
    amounts = {name: value for name, value in created.items() if "_amount" in name or "profit" in name}
    assert len(amounts) == 18
    for name, value in amounts.items():
        amount = Decimal(str(value["amount"] if isinstance(value, dict) else value))
        assert cast("int", amount.as_tuple().exponent) >= -16, name
        assert amount != 0, name
        assert abs(amount) < Decimal("0.2") * Decimal(created["usd_amount"]) or name.endswith("_amount"), name


@pytest.mark.parametrize(
    ("market", "codes"),
    [
        ("binance", ["BTC", "ETH", "USDT"]),
        ("paper_trading", ["BTC", "ETH", "USDT"]),
        ("binance_futures", ["USDT"]),
        ("binance_futures_coin", ["BTC"]),
        ("ethereumwallet", ["ETH"]),
    ],
)
async def test_a_new_account_holds_what_its_market_has(caller: Caller, market: str, codes: list[str]) -> None:
    account_id = caller.sandbox.accounts.add(type=market)
    table = (await caller.call("POST", f"/ver1/accounts/{account_id}/account_table_data")).json
    assert [row["currency_code"] for row in table] == codes


async def test_a_new_account_holds_what_its_amounts_say(caller: Caller) -> None:
    account = (await caller.new(BINANCE)).json
    dust = caller.sandbox.accounts.add(balances=VENDOR_DUST)
    for created in (account, (await caller.call("GET", f"/ver1/accounts/{dust}")).json):
        table = (await caller.call("POST", f"/ver1/accounts/{created['id']}/account_table_data")).json
        assert len(table) == 3
        for unit in ("btc", "usd"):
            with localcontext(prec=99):
                assert sum(row[f"{unit}_value"] for row in table) == Decimal(created[f"{unit}_amount"])
        assert abs(sum(row["percentage"] for row in table) - 100) < Decimal("1e-9")


async def test_the_dust_of_the_vendors_example_has_its_digits(caller: Caller) -> None:
    account_id = caller.sandbox.accounts.add(balances=VENDOR_DUST)
    answer = await caller.call("GET", f"/ver1/accounts/{account_id}")
    account = answer.json
    assert answer.status == 201
    assert account["btc_amount"] == "0.0000000080232449796548201579586071525673247181448663178"
    assert account["total_btc_profit"] == "1.5795860715256732e-25"
    assert account["usd_profit_percentage"] == "-0.0"
    assert '"total_primary_display_currency_profit":{"currency":"USD","amount":-1.1e-19}' in answer.text
    other = caller.sandbox.accounts.add(balances={})
    caller.sandbox.accounts.set_balances(other, VENDOR_DUST)
    assert (await caller.call("GET", f"/ver1/accounts/{other}")).json["btc_amount"] == account["btc_amount"]


async def test_two_accounts_differ(caller: Caller) -> None:
    first = (await caller.new(BINANCE)).json
    account = {**BINANCE, "api_key": "another-key", "type": "kraken", "name": "Größe 北🚀"}
    data = json.dumps(account, ensure_ascii=False).encode()
    answer = await caller.send("POST", "/ver1/accounts/new", data, "application/json")
    second = answer.json
    assert answer.status == 201
    assert first["id"] != second["id"]
    assert (second["name"], second["market_code"], second["exchange_name"]) == ("Größe 北🚀", "kraken", "Kraken Spot")


async def test_every_wrong_field_is_named_at_once(caller: Caller) -> None:
    assert (await caller.new({})).wrong == {"type": [MISSING], "name": [MISSING]}
    assert (await caller.new({"type": None, "name": None})).wrong == {"type": [MISSING], "name": [MISSING]}
    assert (await caller.new({"type": "nowhere", "name": "M", "api_key": "1234", "secret": ""})).wrong == {
        "type": [NOT_VALID],
        "name": ["is too short (minimum is 2 characters)"],
        "api_key": [SHORT_KEY],
        "secret": [SHORT_KEY],
    }
    assert (await caller.new({"type": ["binance"], "name": {"a": 1}, "api_key": True})).wrong == {
        "type": ["is invalid"],
        "name": ["is invalid"],
        "api_key": ["is invalid"],
    }
    assert len(caller.sandbox.accounts) == 0


@pytest.mark.parametrize(
    ("account_type", "missing"),
    [
        ("binance", {"api_key", "secret"}),
        ("okex", {"api_key", "secret", "passphrase"}),
        ("kucoin", {"api_key", "secret", "passphrase"}),
        ("coinbase", {"api_key", "secret", "passphrase"}),
        ("Coinbase", {"api_key", "secret", "passphrase"}),
        ("coinbase_advanced", {"api_key", "secret"}),
        ("bitstamp", {"api_key", "secret", "customer_id"}),
        ("Bitstamp", {"api_key", "secret", "customer_id"}),
        ("ethereumwallet", {"address"}),
    ],
)
async def test_what_an_exchange_needs(caller: Caller, account_type: str, missing: set[str]) -> None:
    given = {"type": account_type, "name": "Main"}
    assert (await caller.new(given)).wrong == {name: [MISSING] for name in missing}
    answer = await caller.new(given | dict.fromkeys(missing, "given-now"))
    account = answer.json
    assert (answer.status, account["market_code"]) == (201, account_type.lower())
    assert account["customer_id"] == ("given-now" if "customer_id" in missing else None)
    assert account["api_key"] == ("given-now" if "api_key" in missing else None)
    assert account.get("address", "no such field") == ("given-now" if "address" in missing else "no such field")


async def test_numbers_pass_for_texts(caller: Caller) -> None:
    answer = await caller.new({**BINANCE, "type": "bitstamp", "name": 12, "customer_id": 1234567})
    assert (answer.status, answer.json["name"], answer.json["customer_id"]) == (201, "12", "1234567")


async def test_the_same_exchange_key_is_refused_a_second_time(caller: Caller) -> None:
    assert (await caller.new(BINANCE)).status == 201
    assert (await caller.new({**BINANCE, "name": "Again", "secret": "another-secret"})).wrong == ALREADY
    assert (await caller.with_key(caller.sandbox.add_key()).new(BINANCE)).wrong == ALREADY
    assert (await caller.new({**BINANCE, "type": "kraken"})).status == 201
    assert (await caller.new({**BINANCE, "api_key": "another-key"})).status == 201
    wallet = {"type": "ethereumwallet", "name": "Cold", "address": "0xabc"}
    assert (await caller.new(wallet)).status == 201
    assert (await caller.new(wallet)).wrong == {"address": ALREADY["api_key"]}
    for _ in range(2):
        assert (await caller.new({"type": "paper_trading", "name": "Paper"})).status == 201


async def test_related_accounts_are_connected_with_it(caller: Caller) -> None:
    related = ["binance_margin", "binance_futures", "binance_margin", "binance"]
    answer = await caller.new({**BINANCE, "types_to_create": related})
    assert (answer.status, answer.json["market_code"], answer.json["name"]) == (201, "binance", "Main")
    accounts = (await caller.call("GET", "/ver1/accounts")).json
    assert [one["market_code"] for one in accounts] == ["binance", "binance_margin", "binance_futures"]
    assert len({one["id"] for one in accounts}) == 3
    assert (await caller.new({**BINANCE, "type": "binance_margin"})).wrong == ALREADY
    assert (await caller.new({**BINANCE, "type": "binance_futures_coin"})).status == 201


async def test_related_accounts_are_connected_all_or_none(caller: Caller) -> None:
    assert (await caller.new({**BINANCE, "type": "binance_margin"})).status == 201
    both = {**BINANCE, "types_to_create": ["binance_futures", "binance_margin"]}
    assert (await caller.new(both)).wrong == ALREADY
    assert len(caller.sandbox.accounts) == 1


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("binance_margin", "is invalid"),
        ([1], "is invalid"),
        (["binance_margin", None], "is invalid"),
        ({}, "is invalid"),
        (["kraken"], NOT_VALID),
        (["binance_us"], NOT_VALID),
    ],
)
async def test_types_to_create_that_are_wrong(caller: Caller, value: object, reason: str) -> None:
    assert (await caller.new({**BINANCE, "types_to_create": value})).wrong == {"types_to_create": [reason]}
