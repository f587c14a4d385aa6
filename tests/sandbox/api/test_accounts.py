"""What becomes of accounts: listed, shown, changed, renamed, removed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.calling import BINANCE, MISSING, Answer, Caller
from threecommas_async.sandbox import VENDOR_DUST
from threecommas_async.transport.simulated_clock import SimulatedClock

PATH = "/ver1/accounts"


async def info(caller: Caller, account_id: object) -> Any:
    answer = await caller.call("GET", f"{PATH}/{account_id}")
    assert answer.status == 201
    return answer.json


async def test_pages(caller: Caller) -> None:
    for number in range(105):
        caller.sandbox.accounts.add(name=f"Account {number}", api_key=f"key-{number}")
    names = [f"Account {number}" for number in range(105)]

    async def page(**query: object) -> list[str]:
        answer = await caller.call("GET", PATH, query=query)
        assert answer.status == 200
        return [account["name"] for account in answer.json]

    assert await page() == names[:100]
    assert await page(page=2) == names[100:]
    assert await page(page=3, per_page=10) == names[20:30]
    assert await page(page=999_999_999) == []
    assert await page(api_key="key-7") == ["Account 7"]
    assert await page(api_key="key-none") == []


@pytest.mark.parametrize("value", ["0", "-1", "x", "", "1.5", "101", "٣", "9" * 5000])
async def test_pages_that_cannot_be(caller: Caller, value: str) -> None:
    wrong = ["per_page"] if value == "101" or len(value) > 1000 else ["page", "per_page"]
    answer = await caller.call("GET", PATH, query=dict.fromkeys(wrong, value))
    assert answer.wrong == {name: ["is invalid"] for name in wrong}


async def test_account_info(caller: Caller) -> None:
    created = (await caller.new(BINANCE)).json
    account = await info(caller, created["id"])
    only_here: dict[str, object] = {
        "smart_selling_supported": True,
        "available_for_trading": {},
        "auto_balance_portfolio": None,
    }
    assert account == created | only_here
    [listed] = (await caller.call("GET", PATH)).json
    del account["auto_balance_portfolio"]
    assert listed == account


@pytest.mark.parametrize("account_id", ["1", "0", "-1", "x", "1.0", "9" * 100, "%2E%2E", "%F0%9F%9A%80"])
async def test_an_account_that_is_not_there(caller: Caller, account_id: str) -> None:
    answer = await caller.send("GET", f"{PATH}/{account_id}")
    assert (answer.status, answer.json) == (404, {"error": "not_found", "error_description": "Not Found"})


async def test_the_summary_adds_up_exactly(caller: Caller) -> None:
    nothing = await info(caller, "summary")
    assert Decimal(nothing["btc_amount"]) == 0
    for _ in range(3):
        caller.sandbox.accounts.add(balances=VENDOR_DUST)
    summary = await info(caller, "summary")
    assert summary["btc_amount"] == "0.0000000240697349389644604738758214577019741544345989534"
    assert summary["total_primary_display_currency_profit"]["amount"] == Decimal("-3.3e-19")
    assert len(summary) == 62
    assert summary["api_key"] is None


async def test_every_answer_that_is_an_account_shows_its_api_key(caller: Caller) -> None:
    account_id = caller.sandbox.accounts.add(api_key="first-key")
    path = f"{PATH}/{account_id}"
    calls = {
        "get": ("GET", path, None),
        "list": ("GET", PATH, None),
        "update": ("POST", f"{PATH}/update", {"account_id": account_id, "name": "Other"}),
        "rename": ("POST", f"{path}/rename", {"name": "Another"}),
        "load_balances": ("POST", f"{path}/load_balances", None),
        "sell_all_to_btc": ("POST", f"{path}/sell_all_to_btc", None),
        "sell_all_to_usd": ("POST", f"{path}/sell_all_to_usd", None),
    }
    for name, (method, where, body) in calls.items():
        shown = (await caller.call(method, where, body=body)).json
        account = shown[0] if name == "list" else shown
        assert account.get("api_key") == "first-key", name


async def test_the_address_of_a_wallet_is_shown_and_finds_it(caller: Caller) -> None:
    wallet = caller.sandbox.accounts.add(type="ethereumwallet", address="0xabc")
    shown = await info(caller, wallet)
    assert (shown["address"], shown["api_key"]) == ("0xabc", None)
    caller.sandbox.accounts.add(api_key="first-key")
    listed = (await caller.call("GET", PATH)).json
    assert [account.get("address", "none") for account in listed] == ["0xabc", "none"]
    new = {"type": "ethereumwallet", "name": "Again", "address": "0xabc"}
    assert (await caller.call("POST", f"{PATH}/new", body=new)).wrong == {
        "address": ["This account is already connected!"]
    }


async def test_update_changes_what_it_is_given(caller: Caller, clock: SimulatedClock) -> None:
    account_id = caller.sandbox.accounts.add(name="Before", api_key="first-key")
    before = await info(caller, account_id)
    await clock.advance(300)
    answer = await caller.call("POST", f"{PATH}/update", body={"account_id": account_id, "name": "After"})
    assert answer.status == 201
    after = await info(caller, account_id)
    assert {name for name in after if after[name] != before[name]} == {"name", "updated_at"}
    assert after["name"] == "After"
    assert answer.json == {name: value for name, value in after.items() if name != "auto_balance_portfolio"}
    query, form = {"account_id": account_id}, {"include_in_summary": "false"}
    answer = await caller.call("POST", f"{PATH}/update", query=query, form=form)
    assert answer.json["include_in_summary"] is False


async def test_update_gives_an_account_other_keys(caller: Caller) -> None:
    accounts = caller.sandbox.accounts
    account_id = accounts.add(api_key="first-key")
    accounts.add(api_key="taken-key")
    accounts.add(type="kraken", api_key="kraken-key")
    accounts.set_keys_valid(account_id, False)
    assert (await info(caller, account_id))["api_key_invalid"] is True

    async def update(**fields: object) -> Answer:
        return await caller.call("POST", f"{PATH}/update", body={"account_id": account_id, **fields})

    assert (await update(api_key="other-key")).wrong == {"secret": [MISSING]}
    assert (await update(api_key="1234", secret="", name="x")).wrong == {
        "api_key": ["is too short (minimum is 5 characters)"],
        "secret": ["is too short (minimum is 5 characters)"],
        "name": ["is too short (minimum is 2 characters)"],
    }
    assert (await update(api_key="taken-key", secret="abcde")).wrong == {
        "api_key": ["This account is already connected!"]
    }
    assert (await update(name="Same keys")).json["api_key_invalid"] is True
    for key in ("first-key", "kraken-key", "other-key"):
        answer = await update(api_key=key, secret="abcde")
        assert (answer.status, answer.json["api_key_invalid"], answer.json["api_keys_state"]) == (201, False, "ok")
        found = await caller.call("GET", PATH, query={"api_key": key})
        assert account_id in [account["id"] for account in found.json]
        assert answer.json["api_key"] == key
    assert (await caller.call("GET", PATH, query={"api_key": "first-key"})).json == []


async def test_new_keys_need_what_their_exchange_needs(caller: Caller) -> None:
    keys = {"api_key": "other-key", "secret": "abcde"}
    for market, field in (("okex", "passphrase"), ("bitget", "passphrase"), ("bitstamp", "customer_id")):
        account_id = caller.sandbox.accounts.add(type=market)
        body = {"account_id": account_id, **keys}
        assert (await caller.call("POST", f"{PATH}/update", body=body)).wrong == {field: [MISSING]}
        answer = await caller.call("POST", f"{PATH}/update", body=body | {field: "given"})
        assert answer.json["customer_id"] == ("given" if field == "customer_id" else None)


async def test_update_of_what_is_not_there(caller: Caller) -> None:
    assert (await caller.call("POST", f"{PATH}/update", body={"name": "Main"})).wrong == {"account_id": [MISSING]}
    answer = await caller.call("POST", f"{PATH}/update", body={"account_id": "x"})
    assert answer.wrong == {"account_id": ["is invalid"]}
    assert (await caller.call("POST", f"{PATH}/update", body={"account_id": 1})).status == 404
    account_id = caller.sandbox.accounts.add()
    answer = await caller.call("POST", f"{PATH}/update", body={"account_id": account_id, "include_in_summary": 1})
    assert answer.wrong == {"include_in_summary": ["is invalid"]}


async def test_rename_takes_the_name_from_anywhere(caller: Caller, clock: SimulatedClock) -> None:
    account_id = caller.sandbox.accounts.add()
    path = f"{PATH}/{account_id}/rename"
    ways: list[dict[str, Any]] = [{"query": {"name": "a b"}}, {"body": {"name": "Größe"}}, {"form": {"name": "x&y"}}]
    for way in ways:
        await clock.advance(1)
        answer = await caller.call("POST", path, **way)
        name = next(iter(way.values()))["name"]
        assert (answer.status, answer.json["name"]) == (201, name)
        assert answer.json["updated_at"] == f"{clock.now():%Y-%m-%dT%H:%M:%S}.607Z"
        assert (await info(caller, account_id))["name"] == name
    assert (await caller.call("POST", path)).wrong == {"name": [MISSING]}
    answer = await caller.call("POST", path, query={"name": "x"})
    assert answer.wrong == {"name": ["is too short (minimum is 2 characters)"]}
    assert (await caller.call("POST", f"{PATH}/1/rename", query={"name": "new"})).status == 404


async def test_a_removed_account_is_gone(caller: Caller) -> None:
    account_id = caller.sandbox.accounts.add(api_key="first-key")
    other = caller.sandbox.accounts.add()
    answer = await caller.call("POST", f"{PATH}/{account_id}/remove")
    assert (answer.status, answer.text) == (201, "true")
    assert (await caller.call("GET", f"{PATH}/{account_id}")).status == 404
    assert (await caller.call("POST", f"{PATH}/{account_id}/remove")).status == 404
    assert caller.sandbox.accounts.ids == [other]
    account = {"type": "binance", "name": "Again", "api_key": "first-key", "secret": "abcde"}
    assert (await caller.call("POST", f"{PATH}/new", body=account)).status == 201


async def test_types_to_connect_knows_what_is_connected(caller: Caller) -> None:
    caller.sandbox.accounts.add(type="binance_futures", api_key="abcde")
    query: dict[str, object] = {"type": "binance", "name": "Main", "api_key": "abcde", "secret": "abcde"}
    answer = await caller.call("GET", f"{PATH}/types_to_connect", query=query)
    assert {row["type"]: row["connected"] for row in answer.json} == {
        "binance": False,
        "binance_margin": False,
        "binance_futures": True,
        "binance_futures_coin": False,
    }
    assert all(row["available"] and not row["unified"] for row in answer.json)
    bybit = await caller.call("GET", f"{PATH}/types_to_connect", query=query | {"type": "bybit_spot"})
    assert all(row["unified"] for row in bybit.json)
    assert (await caller.call("GET", f"{PATH}/types_to_connect")).wrong == {name: [MISSING] for name in query}
    assert len(caller.sandbox.accounts) == 1
