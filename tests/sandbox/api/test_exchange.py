"""What the exchange behind an account says, and what was traded there."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.sandbox.calling import MISSING, NOT_VALID, Caller, get, wrong
from threecommas_async.transport.simulated_clock import SimulatedClock

PATH = "/ver1/accounts"
BALANCES = {"BTC": "0.5", "ETH": "0.01", "USDT": "12.5"}


@pytest.fixture
def account_id(caller: Caller) -> int:
    return caller.sandbox.accounts.add(balances=BALANCES)


async def test_networks(caller: Caller, account_id: int) -> None:
    path = f"{PATH}/{account_id}/networks_info"
    bitcoin = await get(caller, path)
    assert bitcoin["currency"] == "BTC"
    assert {network["network"]: network["deposit_enable"] for network in bitcoin["network_list"]} == {
        "BNB": False,
        "BTC": True,
    }
    assert (await get(caller, path, currency="USDT", purpose="deposit"))["name"] == "TetherUS"
    assert await wrong(caller, "GET", path, purpose="x") == {"purpose": [NOT_VALID]}
    assert await wrong(caller, "GET", path, currency="DOGE") == {"currency": [NOT_VALID]}
    assert await wrong(caller, "GET", path, network="") == {"network": [MISSING]}


async def test_deposits(caller: Caller, account_id: int) -> None:
    path = f"{PATH}/{account_id}/deposit_data"
    bitcoin = await get(caller, path, currency="BTC", network="BTC")
    assert (bitcoin["available_balance"], bitcoin["total_balance"]) == ("0.5", "0.5")
    assert await get(caller, path, currency="BTC", address_tag="BTC") == bitcoin
    ether = await get(caller, path, currency="ETH", network="ARBITRUM")
    assert ether["address"] != bitcoin["address"]
    caller.sandbox.accounts.set_balances(account_id, {})
    assert (await get(caller, path, currency="BTC", network="BTC"))["total_balance"] == "0.0"
    assert await wrong(caller, "GET", path, currency="BTC") == {"network": [MISSING]}
    assert await wrong(caller, "GET", path, currency="X", network="BTC") == {"currency": [NOT_VALID]}
    assert await wrong(caller, "GET", path, currency="BTC", network="TRX") == {"network": [NOT_VALID]}
    for market, status in (("binance_us", 200), ("okex", 200), ("kraken", 403), ("binance_futures", 403)):
        other = caller.sandbox.accounts.add(type=market)
        answer = await caller.call("GET", f"{PATH}/{other}/deposit_data", query={"currency": "BTC", "network": "BTC"})
        assert answer.status == status


async def test_leverages(caller: Caller, account_id: int) -> None:
    async def codes(one: int, **query: object) -> list[str]:
        return [row["code"] for row in await get(caller, f"{PATH}/{one}/leverage_data", **query)]

    futures = caller.sandbox.accounts.add(type="binance_futures")
    assert await codes(account_id, pair="USDT_BTC") == ["none"]
    assert await codes(futures, pair="USDT_BTCUSDT") == ["none", "cross", "isolated"]
    assert await codes(futures, pair="USDT_BTCUSDT", page=1) == ["none", "cross", "isolated"]
    assert await codes(futures, pair="USDT_BTCUSDT", page=2) == []
    path = f"{PATH}/{futures}/leverage_data"
    assert await wrong(caller, "GET", path, page=0) == {"pair": [MISSING], "page": ["is invalid"]}
    assert await wrong(caller, "GET", path, pair="USDT_NOSUCH") == {"pair": [NOT_VALID]}
    pair = {"pair": "USDT_BTCUSDT"}
    for posted in (caller.call("POST", path, query=pair), caller.call("POST", path, body=pair)):
        answer = await posted  # the verb of the page since 2025-02
        assert (answer.status, len(answer.json)) == (201, 3)


async def test_volumes_add_up(caller: Caller, account_id: int) -> None:
    path = f"{PATH}/{account_id}/volume"
    days = [await get(caller, f"{path}/daily", date=f"2024-09-{day:02}") for day in range(1, 31)]
    assert days[0]["utc_date"] == "2024-09-01"
    month = await get(caller, f"{path}/monthly", month="2024-09")
    assert month["utc_month"] == "2024-09"
    assert Decimal(month["volume_btc"]) == sum(Decimal(day["volume_btc"]) for day in days)
    months = [await get(caller, f"{path}/monthly", month=f"2024-{month:02}") for month in (7, 8, 9, 10)]
    total = await get(caller, f"{path}/total")
    assert Decimal(total["volume_btc"]) == sum(Decimal(month["volume_btc"]) for month in months)
    assert total["volume_usd"].split(".")[1].isdecimal()
    today = await get(caller, f"{path}/daily")
    assert today["utc_date"] == "2024-10-02"
    assert await get(caller, f"{path}/monthly") == months[-1]
    assert Decimal(months[-1]["volume_btc"]) > Decimal(today["volume_btc"])


async def test_days_without_data(caller: Caller, account_id: int, clock: SimulatedClock) -> None:
    path = f"{PATH}/{account_id}/volume"
    for day, status in (("2024-10-02", 200), ("2024-10-03", 404), ("2024-07-04", 200), ("2024-07-03", 404)):
        assert (await caller.call("GET", f"{path}/daily", query={"date": day})).status == status
    for month, status in (("2024-10", 200), ("2024-11", 404), ("2024-07", 200), ("2024-06", 404)):
        assert (await caller.call("GET", f"{path}/monthly", query={"month": month})).status == status
    await clock.advance(86400)
    assert (await caller.call("GET", f"{path}/daily", query={"date": "2024-10-03"})).status == 200
    for day in ("2024-10", "2024-13-01", "2024-1-1", "x", "2024-09-31"):
        assert await wrong(caller, "GET", f"{path}/daily", date=day) == {"date": ["is invalid"]}
    for month in ("2024-10-01", "2024-13", "2024-1", "x"):
        assert await wrong(caller, "GET", f"{path}/monthly", month=month) == {"month": ["is invalid"]}
