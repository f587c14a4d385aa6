"""Accounts that a test sets up from outside, and what the API then says of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.calling import Caller
from threecommas_async.sandbox import Sandbox, SandboxAccounts

PATH = "/ver1/accounts"
BALANCES = {"BTC": "0.5", "ETH": "0.01", "USDT": "12.5"}


async def info(caller: Caller, account_id: object) -> Any:
    answer = await caller.call("GET", f"{PATH}/{account_id}")
    assert answer.status == 201
    return answer.json


async def pie(caller: Caller, account_id: object) -> dict[str, Decimal]:
    answer = await caller.call("POST", f"{PATH}/{account_id}/pie_chart_data")
    return {slice_["code"]: slice_["amount"] for slice_ in answer.json}


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


WRONG: list[tuple[Callable[[SandboxAccounts], object], type[Exception], str]] = [
    (lambda accounts: accounts.add(type="nowhere"), ValueError, "type 'nowhere' is not in the market list"),
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
    (lambda accounts: accounts.set_active(7, deals=-1), ValueError, "deals must be at least 0, not -1"),
]


@pytest.mark.parametrize(("act", "kind", "message"), WRONG)
def test_what_cannot_be_set_up(act: Callable[[SandboxAccounts], object], kind: type[Exception], message: str) -> None:
    accounts = Sandbox().accounts
    with pytest.raises(kind, match=re.escape(message)):
        act(accounts)
    assert len(accounts) <= 1
    assert 7 not in accounts
