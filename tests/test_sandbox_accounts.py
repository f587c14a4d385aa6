"""What becomes of the accounts of a sandbox: changed, sold, emptied of dust, removed, and set up from outside."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from decimal import Decimal, localcontext
from typing import Any

import pytest

from threecommas_async.sandbox import Sandbox, SandboxAccounts

from .sandbox_caller import Answer, Caller, MovingClock, calling

PATH = "/ver1/accounts"
BALANCES = {"BTC": "0.5", "ETH": "0.01", "USDT": "12.5"}
MISSING = "is missing"


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
async def caller(clock: MovingClock) -> AsyncIterator[Caller]:
    async with calling(Sandbox(clock=clock)) as caller:
        yield caller


async def info(caller: Caller, account_id: object) -> Any:
    answer = await caller.call("GET", f"{PATH}/{account_id}")
    assert answer.status == 201
    return answer.json


async def pie(caller: Caller, account_id: object) -> dict[str, Decimal]:
    answer = await caller.call("POST", f"{PATH}/{account_id}/pie_chart_data")
    return {slice_["code"]: slice_["amount"] for slice_ in answer.json}


def wrong(answer: Answer) -> dict[str, list[str]]:
    assert (answer.status, answer.json["error"]) == (400, "record_invalid")
    attributes: dict[str, list[str]] = answer.json["error_attributes"]
    return attributes


# --- update, rename, remove


async def test_update_changes_what_it_is_given(caller: Caller, clock: MovingClock) -> None:
    account_id = caller.sandbox.accounts.add(name="Before", api_key="first-key")
    before = await info(caller, account_id)
    clock.move(minutes=5)
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

    assert wrong(await update(api_key="other-key")) == {"secret": [MISSING]}
    assert wrong(await update(api_key="1234", secret="", name="x")) == {
        "api_key": ["is too short (minimum is 5 characters)"],
        "secret": ["is too short (minimum is 5 characters)"],
        "name": ["is too short (minimum is 2 characters)"],
    }
    assert wrong(await update(api_key="taken-key", secret="abcde")) == {
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
    assert wrong(await caller.call("POST", f"{PATH}/new", body=new)) == {
        "address": ["This account is already connected!"]
    }


async def test_the_state_of_the_keys(caller: Caller) -> None:
    accounts = caller.sandbox.accounts
    account_id = accounts.add(api_key="first-key")

    async def shown() -> tuple[str, bool, int]:
        account = await info(caller, account_id)
        load = await caller.call("POST", f"{PATH}/{account_id}/load_balances")
        return account["api_keys_state"], account["api_key_invalid"], load.status

    assert await shown() == ("ok", False, 201)
    accounts.set_keys_state(account_id, "expire_soon")
    assert await shown() == ("expire_soon", False, 201)
    accounts.set_keys_state(account_id, "expired")
    assert await shown() == ("expired", True, 422)
    body = {"account_id": account_id, "api_key": "other-key", "secret": "abcde"}
    assert (await caller.call("POST", f"{PATH}/update", body=body)).status == 201
    assert await shown() == ("ok", False, 201)
    accounts.set_keys_valid(account_id, False)
    assert await shown() == ("ok", True, 422)


async def test_new_keys_need_what_their_exchange_needs(caller: Caller) -> None:
    keys = {"api_key": "other-key", "secret": "abcde"}
    for market, field in (("okex", "passphrase"), ("bitget", "passphrase"), ("bitstamp", "customer_id")):
        account_id = caller.sandbox.accounts.add(type=market)
        body = {"account_id": account_id, **keys}
        assert wrong(await caller.call("POST", f"{PATH}/update", body=body)) == {field: [MISSING]}
        answer = await caller.call("POST", f"{PATH}/update", body=body | {field: "given"})
        assert answer.json["customer_id"] == ("given" if field == "customer_id" else None)


async def test_update_of_what_is_not_there(caller: Caller) -> None:
    assert wrong(await caller.call("POST", f"{PATH}/update", body={"name": "Main"})) == {"account_id": [MISSING]}
    answer = await caller.call("POST", f"{PATH}/update", body={"account_id": "x"})
    assert wrong(answer) == {"account_id": ["is invalid"]}
    assert (await caller.call("POST", f"{PATH}/update", body={"account_id": 1})).status == 404
    account_id = caller.sandbox.accounts.add()
    answer = await caller.call("POST", f"{PATH}/update", body={"account_id": account_id, "include_in_summary": 1})
    assert wrong(answer) == {"include_in_summary": ["is invalid"]}


async def test_rename_takes_the_name_from_anywhere(caller: Caller, clock: MovingClock) -> None:
    account_id = caller.sandbox.accounts.add()
    path = f"{PATH}/{account_id}/rename"
    ways: list[dict[str, Any]] = [{"query": {"name": "a b"}}, {"body": {"name": "Größe"}}, {"form": {"name": "x&y"}}]
    for way in ways:
        clock.move(seconds=1)
        answer = await caller.call("POST", path, **way)
        name = next(iter(way.values()))["name"]
        assert (answer.status, answer.json["name"]) == (201, name)
        assert answer.json["updated_at"] == f"{clock.now:%Y-%m-%dT%H:%M:%S}.607Z"
        assert (await info(caller, account_id))["name"] == name
    assert wrong(await caller.call("POST", path)) == {"name": [MISSING]}
    answer = await caller.call("POST", path, query={"name": "x"})
    assert wrong(answer) == {"name": ["is too short (minimum is 2 characters)"]}
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


async def test_an_account_with_something_active_stays(caller: Caller) -> None:
    account_id = caller.sandbox.accounts.add()
    path = f"{PATH}/{account_id}"
    for active in ("bots", "deals", "smart_trades", "orders", "grid_bots"):
        caller.sandbox.accounts.set_active(account_id, **{active: 3})
        counts = (await caller.call("GET", f"{path}/active_trading_entities")).json["data"]
        assert {name for name, number in counts.items() if number} == {f"active_{active}_count"}
        assert (await caller.call("POST", f"{path}/remove")).status == 422
    assert account_id in caller.sandbox.accounts
    caller.sandbox.accounts.set_active(account_id)
    assert (await caller.call("POST", f"{path}/remove")).status == 201


# --- keys that no longer work


async def test_the_exchange_refuses_invalid_keys(caller: Caller) -> None:
    account_id = caller.sandbox.accounts.add(balances=BALANCES)
    calls = [
        ("GET", "active_trading_entities"),
        ("POST", "load_balances"),
        ("GET", "leverage_data?pair=USDT_BTC"),
        ("GET", "networks_info"),
        ("GET", "deposit_data?currency=BTC&network=BTC"),
        ("POST", "convert_dust_to_bnb"),
        ("POST", "sell_all_to_btc"),
        ("POST", "sell_all_to_usd"),
    ]
    for valid, status in ((False, 422), (True, 0)):
        caller.sandbox.accounts.set_keys_valid(account_id, valid)
        for method, name in calls:
            answer = await caller.call(method, f"{PATH}/{account_id}/{name}")
            if status:
                assert (answer.status, answer.json["error"]) == (status, "invalid_api_key")
            else:
                assert answer.status in (200, 201)
    assert (await caller.call("POST", f"{PATH}/{account_id}/pie_chart_data")).status == 201


# --- types_to_connect


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
    assert wrong(await caller.call("GET", f"{PATH}/types_to_connect")) == {name: [MISSING] for name in query}
    assert len(caller.sandbox.accounts) == 1


# --- from outside


async def test_a_thousand_accounts_are_quickly_there_and_listed_in_pages(caller: Caller) -> None:
    ids = caller.sandbox.accounts.add_many(1_050, type="kraken", name="Bot")
    assert len(ids) == len(set(ids)) == len(caller.sandbox.accounts) == 1_050
    listed: list[Any] = []
    for page in range(1, 13):
        answer = await caller.call("GET", PATH, query={"page": page, "per_page": 100})
        listed += answer.json
    assert [account["id"] for account in listed] == ids == caller.sandbox.accounts.ids
    assert (listed[0]["name"], listed[-1]["name"], listed[-1]["market_code"]) == ("Bot 1", "Bot 1050", "kraken")


async def test_balances_can_be_set(caller: Caller) -> None:
    account_id = caller.sandbox.accounts.add(balances=BALANCES)
    account = await info(caller, account_id)
    assert await pie(caller, account_id) == {code: Decimal(amount) for code, amount in BALANCES.items()}
    assert account["usd_amount"] == "30196.9505"
    assert account["btc_amount"] == "0.50061572835122"
    for profit in ("day_profit", "primary_display_currency_profit", "total_primary_display_currency_profit"):
        assert any(name.startswith(profit) for name in account)
    assert Decimal(account["day_profit_usd"]) != 0
    earlier = Decimal(account["usd_amount"]) - Decimal(account["day_profit_usd"])
    growth = Decimal(account["day_profit_usd"]) / earlier * 100
    assert abs(growth - Decimal(account["day_profit_usd_percentage"])) <= Decimal("0.005")
    caller.sandbox.accounts.set_balances(account_id, {"BNB": Decimal("1e-7")})
    assert await pie(caller, account_id) == {"BNB": Decimal("1e-7")}
    caller.sandbox.accounts.set_balances(account_id, {})
    assert await pie(caller, account_id) == {}
    empty = await info(caller, account_id)
    assert {Decimal(empty[name]) for name in ("btc_amount", "usd_amount", "usd_profit")} == {0}


async def test_a_new_account_holds_what_its_amounts_say(caller: Caller) -> None:
    account = {"type": "binance", "name": "Main", "api_key": "abcde", "secret": "abcde"}
    created = (await caller.call("POST", f"{PATH}/new", body=account)).json
    table = (await caller.call("POST", f"{PATH}/{created['id']}/account_table_data")).json
    assert len(table) == 3
    for unit in ("btc", "usd"):
        with localcontext(prec=99):
            assert sum(row[f"{unit}_value"] for row in table) == Decimal(created[f"{unit}_amount"])
    assert abs(sum(row["percentage"] for row in table) - 100) < Decimal("1e-9")


WRONG: list[tuple[Callable[[SandboxAccounts], object], type[Exception], str]] = [
    (lambda accounts: accounts.add(type="nowhere"), ValueError, "type 'nowhere' is not one of the market list"),
    (lambda accounts: [accounts.add(api_key="abcde") for _ in "12"], ValueError, "api_key has a connected account"),
    (lambda accounts: accounts.add(address="0xabc"), ValueError, "address is for wallets, which 'binance' is not"),
    (lambda accounts: accounts.add(type="ethereumwallet", api_key="abcde"), ValueError, "a wallet has an address"),
    (
        lambda accounts: accounts.set_keys_state(accounts.add(), "invalid"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        ValueError,
        "state must be one of ok, expire_soon, expired, not 'invalid'",
    ),
    (lambda accounts: accounts.add(balances={"XYZ": 1}), ValueError, "balances has 'XYZ', for which the sandbox has"),
    (
        lambda accounts: accounts.add(balances={"BTC": -1}),
        ValueError,
        "the balance of BTC must be a number of at least",
    ),
    (lambda accounts: accounts.add(balances={"BTC": "NaN"}), ValueError, "the balance of BTC must be a number of at"),
    (lambda accounts: accounts.add(balances={"BTC": 0.5}), TypeError, "the balance of BTC must be a Decimal"),  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
    (lambda accounts: accounts.remove(7), ValueError, "there is no account 7"),
    (lambda accounts: accounts.set_keys_valid(7, True), ValueError, "there is no account 7"),
    (lambda accounts: accounts.set_active(7, deals=-1), ValueError, "there cannot be -1 of anything"),
]


@pytest.mark.parametrize(("act", "kind", "message"), WRONG)
def test_what_cannot_be_set_up(act: Callable[[SandboxAccounts], object], kind: type[Exception], message: str) -> None:
    accounts = Sandbox().accounts
    with pytest.raises(kind, match=re.escape(message)):
        act(accounts)
    assert len(accounts) <= 1
    assert 7 not in accounts
