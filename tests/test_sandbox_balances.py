"""What accounts hold, held and trade, what the exchanges say, and the public data, as a sandbox answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from threecommas_async.sandbox import VENDOR_DUST, Sandbox
from threecommas_async.sandbox.markets import MARKETS

from .sandbox_caller import Answer, Caller, MovingClock, calling

PATH = "/ver1/accounts"
BALANCES = {"BTC": "0.5", "ETH": "0.01", "USDT": "12.5"}
MISSING = "is missing"
NOT_VALID = "does not have a valid value"


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
async def caller(clock: MovingClock) -> AsyncIterator[Caller]:
    async with calling(Sandbox(clock=clock)) as caller:
        yield caller


@pytest.fixture
def account_id(caller: Caller) -> int:
    return caller.sandbox.accounts.add(balances=BALANCES)


async def get(caller: Caller, path: str, **query: object) -> Any:
    answer = await caller.call("GET", path, query=query)
    assert answer.status in (200, 201), answer.text
    return answer.json


async def wrong(caller: Caller, method: str, path: str, **query: object) -> Any:
    answer = await caller.call(method, path, query=query)
    assert (answer.status, answer.json["error"]) == (400, "record_invalid")
    return answer.json["error_attributes"]


async def post(caller: Caller, path: str, **body: object) -> Answer:
    return await caller.call("POST", path, body=body)


# --- balances


async def test_pie_chart_and_table_add_up(caller: Caller, account_id: int) -> None:
    account = await get(caller, f"{PATH}/{account_id}")
    pie = (await post(caller, f"{PATH}/{account_id}/pie_chart_data")).json
    assert [slice_["code"] for slice_ in pie] == ["BTC", "ETH", "USDT"]
    assert sum(slice_["percentage"] for slice_ in pie) == Decimal("100.00")
    assert sum(Decimal(slice_["primary_display_currency"]["amount"]) for slice_ in pie) == Decimal(
        account["usd_amount"]
    )
    assert (pie[1]["amount"], pie[1]["btc_value"], pie[1]["usd_value"]) == (Decimal("0.01"), "0.0004085", "24.64")
    table = (await post(caller, f"{PATH}/{account_id}/account_table_data")).json
    assert sum(row["btc_value"] for row in table) == Decimal(account["btc_amount"])
    assert sum(row["usd_value"] for row in table) == Decimal(account["usd_amount"])
    assert {row["account_id"] for row in (*pie, *table)} == {account_id}
    assert not any(row["is_wallet"] for row in table)
    wallet = caller.sandbox.accounts.add(type="ethereumwallet", balances={"ETH": 2})
    [row] = (await post(caller, f"{PATH}/{wallet}/account_table_data")).json
    assert (row["is_wallet"], row["position"]) == (True, 2)


async def test_loading_balances_changes_the_time_alone(caller: Caller, account_id: int, clock: MovingClock) -> None:
    before = await get(caller, f"{PATH}/{account_id}")
    clock.move(hours=1)
    loaded = (await post(caller, f"{PATH}/{account_id}/load_balances")).json
    assert {name for name in loaded if loaded[name] != before[name]} == {"updated_at"}
    assert (await get(caller, f"{PATH}/{account_id}"))["updated_at"] == loaded["updated_at"]


async def test_small_numbers_have_exponents_and_every_digit(caller: Caller) -> None:
    account_id = caller.sandbox.accounts.add(balances={"ETH": "0.0000000952", "DOGE": "27.076", "ADA": "100"})
    text = (await post(caller, f"{PATH}/{account_id}/account_table_data")).text
    assert '"position":9.52E-8,' in text
    assert '"position":27.076,' in text
    assert '"position":100.0,' in text
    dust = caller.sandbox.accounts.add(balances=VENDOR_DUST)
    text = (await post(caller, f"{PATH}/{dust}/account_table_data")).text
    assert '"position":0.00004940133787478689' in text
    assert "6861107834316888" in text


async def test_the_summary_has_charts_too(caller: Caller, account_id: int) -> None:
    other = caller.sandbox.accounts.add(balances={"BTC": "0.25"})
    hidden = caller.sandbox.accounts.add(balances={"BTC": "100"})
    assert (await post(caller, f"{PATH}/update", account_id=hidden, include_in_summary=False)).status == 201
    summary = await get(caller, f"{PATH}/summary")
    parts = [await get(caller, f"{PATH}/{one}") for one in (account_id, other)]
    for name in ("btc_amount", "usd_amount", "day_profit_btc", "usd_profit"):
        assert Decimal(summary[name]) == sum(Decimal(part[name]) for part in parts)
    pie = (await post(caller, f"{PATH}/summary/pie_chart_data")).json
    assert {slice_["code"]: slice_["amount"] for slice_ in pie}["BTC"] == Decimal("0.75")
    table = (await post(caller, f"{PATH}/summary/account_table_data")).json
    assert sum(row["usd_value"] for row in table) == Decimal(summary["usd_amount"])
    chart = await get(caller, f"{PATH}/summary/balance_chart_data", date_from="2024-10-01")
    assert chart[-1]["usd"] == Decimal(summary["usd_amount"])
    for method, name in (("POST", "load_balances"), ("POST", "remove"), ("GET", "volume/total")):
        assert (await caller.call(method, f"{PATH}/summary/{name}")).status == 404


@pytest.mark.parametrize(("currency", "code"), [("btc", "BTC"), ("usd", "USDT")])
async def test_selling_everything(
    caller: Caller, account_id: int, clock: MovingClock, currency: str, code: str
) -> None:
    before = await get(caller, f"{PATH}/{account_id}")
    caller.sandbox.accounts.set_active(account_id, deals=2, bots=1)
    clock.move(hours=1)
    sold = (await post(caller, f"{PATH}/{account_id}/sell_all_to_{currency}")).json
    assert {name for name in sold if sold[name] != before[name]} == {"updated_at"}
    [slice_] = (await post(caller, f"{PATH}/{account_id}/pie_chart_data")).json
    assert (slice_["code"], slice_["percentage"]) == (code, 100)
    assert slice_["amount"] == Decimal(before[f"{currency}_amount"])
    active = await get(caller, f"{PATH}/{account_id}/active_trading_entities")
    assert set(active["data"].values()) == {0}


async def test_only_some_markets_sell_everything(caller: Caller) -> None:
    statuses = {
        market: (await post(caller, f"{PATH}/{caller.sandbox.accounts.add(type=market)}/sell_all_to_usd")).status
        for market in MARKETS
    }
    assert {market for market, status in statuses.items() if status == 201} == {
        *("binance", "binance_margin", "binance_us", "coinbase", "gemini", "kraken", "bybit_spot", "gate_io"),
        *("okex", "huobi", "bitfinex", "kucoin", "bitstamp"),
    }
    assert set(statuses.values()) == {201, 403}


async def test_dust_becomes_bnb(caller: Caller, account_id: int, clock: MovingClock) -> None:
    path = f"{PATH}/{account_id}/convert_dust_to_bnb"
    answer = (await post(caller, path, codes=["USDT"])).json
    [result] = answer["transferResult"]
    assert (result["fromAsset"], result["amount"], result["operateTime"]) == ("USDT", "12.5", 1727873800607)
    transferred = Decimal("12.5") / Decimal("553.7")
    assert Decimal(result["transferedAmount"]) == transferred.quantize(Decimal("1e-8"), "ROUND_DOWN")
    charge = (Decimal(result["transferedAmount"]) / 50).quantize(Decimal("1e-8"), "ROUND_DOWN")
    assert result["serviceChargeAmount"] == answer["totalServiceCharge"] == str(charge)
    assert answer["totalTransfered"] == result["transferedAmount"]
    table = {row["currency_code"]: row for row in (await post(caller, f"{PATH}/{account_id}/account_table_data")).json}
    assert table.keys() == {"BTC", "ETH", "BNB"}
    assert table["BNB"]["position"] == Decimal(answer["totalTransfered"]) - charge
    clock.move(hours=5, minutes=59, seconds=59)
    assert (await post(caller, path)).status == 422
    clock.move(seconds=1)
    again = (await post(caller, path)).json
    assert [result["fromAsset"] for result in again["transferResult"]] == ["ETH"]
    assert again["transferResult"][0]["tranId"] != result["tranId"]
    table = {row["currency_code"]: row for row in (await post(caller, f"{PATH}/{account_id}/account_table_data")).json}
    got = sum(Decimal(one["totalTransfered"]) - Decimal(one["totalServiceCharge"]) for one in (answer, again))
    assert table["BNB"]["position"] == got


@pytest.mark.parametrize(
    ("codes", "reason"),
    [
        ("USDT", "is invalid"),
        ([], "is invalid"),
        ([1], "is invalid"),
        (["BTC"], NOT_VALID),
        (["BNB"], NOT_VALID),
        (["DOGE"], NOT_VALID),
        (["XYZ"], NOT_VALID),
        (["USDT", "BTC"], NOT_VALID),
    ],
)
async def test_what_is_no_dust(caller: Caller, account_id: int, codes: object, reason: str) -> None:
    path = f"{PATH}/{account_id}/convert_dust_to_bnb"
    answer = await post(caller, path, codes=codes)
    assert (answer.status, answer.json["error_attributes"]) == (400, {"codes": [reason]})
    form = await caller.call("POST", path, form={"codes[]": "USDT"})
    assert form.status == 201


# --- history


async def test_the_balance_chart_has_a_point_a_day_and_one_for_now(caller: Caller, account_id: int) -> None:
    path = f"{PATH}/{account_id}/balance_chart_data"
    chart = await get(caller, path, date_from="2024-09-18T18:58:55.469Z")
    assert [point["date"] for point in chart] == [1726704000 + 86400 * day for day in range(14)] + [1727873800]
    account = await get(caller, f"{PATH}/{account_id}")
    assert chart[-1]["usd"] == Decimal(account["usd_amount"])
    assert chart[-1]["btc"] == Decimal(account["btc_amount"])
    assert len({point["usd"] for point in chart}) > 5
    assert {type(point["date"]) for point in chart} == {int}
    assert await get(caller, path, date_from="2024-09-18T18:58:55.469Z") == chart
    part = await get(caller, path, date_from="2024-09-20", date_to="2024-09-22T00:00:00+02:00")
    assert part == [point for point in chart if point["date"] in (1726790400, 1726876800)]
    assert await get(caller, path, date_from="2030-01-01") == []
    assert await get(caller, path, date_from="2024-09-20", date_to="2024-09-19") == []
    everything = await get(caller, path, date_from="0001-01-01T00:00:00+14:00")
    assert len(everything) == 90 + 2
    yesterday = next(point for point in chart if point["date"] == 1727740800)
    assert abs(Decimal(account["usd_amount"]) - yesterday["usd"] - Decimal(account["day_profit_usd"])) < Decimal("1e-4")


async def test_moments_that_are_none(caller: Caller, account_id: int) -> None:
    path = f"{PATH}/{account_id}/balance_chart_data"
    assert await wrong(caller, "GET", path) == {"date_from": [MISSING]}
    assert await wrong(caller, "GET", path, date_from="") == {"date_from": [MISSING]}
    for moment in ("yesterday", "2024-13-01", "1726617600", "12:00"):
        assert await wrong(caller, "GET", path, date_from=moment) == {"date_from": ["is invalid"]}
    both = await wrong(caller, "GET", path, date_from="x", date_to="y")
    assert both == {"date_from": ["is invalid"], "date_to": ["is invalid"]}
    milliseconds = await caller.call("GET", path, query={"date_from": "1726617600000"})
    assert (milliseconds.status, milliseconds.json["error"]) == (500, "unknown_error")


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


async def test_days_without_data(caller: Caller, account_id: int, clock: MovingClock) -> None:
    path = f"{PATH}/{account_id}/volume"
    for day, status in (("2024-10-02", 200), ("2024-10-03", 404), ("2024-07-04", 200), ("2024-07-03", 404)):
        assert (await caller.call("GET", f"{path}/daily", query={"date": day})).status == status
    for month, status in (("2024-10", 200), ("2024-11", 404), ("2024-07", 200), ("2024-06", 404)):
        assert (await caller.call("GET", f"{path}/monthly", query={"month": month})).status == status
    clock.move(days=1)
    assert (await caller.call("GET", f"{path}/daily", query={"date": "2024-10-03"})).status == 200
    for day in ("2024-10", "2024-13-01", "2024-1-1", "x", "2024-09-31"):
        assert await wrong(caller, "GET", f"{path}/daily", date=day) == {"date": ["is invalid"]}
    for month in ("2024-10-01", "2024-13", "2024-1", "x"):
        assert await wrong(caller, "GET", f"{path}/monthly", month=month) == {"month": ["is invalid"]}


# --- the exchange


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


# --- public data


async def test_every_pair_of_every_market_has_rates(caller: Caller) -> None:
    for market in MARKETS:
        pairs = await get(caller, f"{PATH}/market_pairs", market_code=market)
        assert len(pairs) == len(set(pairs))
        assert bool(pairs) is (market != "ethereumwallet")
        for pair in pairs:
            for rates in ("currency_rates", "currency_rates_with_leverage_data"):
                answer = await get(caller, f"{PATH}/{rates}", market_code=market, pair=pair)
                assert Decimal(answer["bid"]) == Decimal(answer["last"]) < Decimal(answer["ask"])
                assert (answer["instrumentKind"] == "spot") is (MARKETS[market].trades != "futures")
                if rates != "currency_rates":
                    assert bool(answer["leverage_data"]) is (MARKETS[market].trades == "futures")


async def test_rates_are_those_of_the_balances(caller: Caller) -> None:
    ether = await get(caller, f"{PATH}/currency_rates", market_code="binance", pair="USDT_ETH")
    assert (ether["last"], ether["ask"], ether["orderbook_price_currency"]) == ("2464.05", "2464.051", "USDT")
    bitcoin = await get(caller, f"{PATH}/currency_rates", market_code="binance", pair="BTC_ETH", limit_type="bot")
    assert (bitcoin["last"], bitcoin["priceStep"]) == ("0.04084989", "0.00000001")
    eea = "BNFCR_1INCHUSDT"
    inch = await get(caller, f"{PATH}/currency_rates_with_leverage_data", market_code="binance_futures_eea", pair=eea)
    assert (inch["last"], inch["orderbook_price_currency"]) == ("0.2145", "BNFCR")
    coin = await get(caller, f"{PATH}/currency_rates", market_code="binance_futures_coin", pair="ETH_ETHUSD_PERP")
    assert (coin["last"], coin["orderbook_price_currency"]) == ("2464.05", "USD")


async def test_public_data_that_is_not_there(caller: Caller) -> None:
    for name in ("market_pairs", "currency_rates", "currency_rates_with_leverage_data"):
        assert "market_code" in await wrong(caller, "GET", f"{PATH}/{name}")
        answer = await wrong(caller, "GET", f"{PATH}/{name}", market_code="nowhere", pair="USDT_BTC")
        assert answer == {"market_code": [NOT_VALID]}
    rates = f"{PATH}/currency_rates"
    assert await wrong(caller, "GET", rates) == {"market_code": [MISSING], "pair": [MISSING]}
    assert await wrong(caller, "GET", rates, market_code="binance") == {"pair": [MISSING]}
    assert await wrong(caller, "GET", rates, market_code="binance", pair="BTC_USDT") == {"pair": [NOT_VALID]}
    both = await wrong(caller, "GET", rates, market_code="binance", pair="X", limit_type="y")
    assert both == {"pair": [NOT_VALID], "limit_type": [NOT_VALID]}


async def test_ping_time_and_mode(caller: Caller, clock: MovingClock) -> None:
    assert await get(caller, "/ver1/ping") == {"pong": "pong"}
    assert await get(caller, "/ver1/time") == {"server_time": 1727873800}
    clock.move(seconds=5)
    assert await get(caller, "/ver1/time") == {"server_time": 1727873805}
    assert caller.sandbox.mode == "real"
    for mode in ("paper", "real"):
        answer = await post(caller, "/ver1/users/change_mode", mode=mode)
        assert (answer.status, answer.json, caller.sandbox.mode) == (201, {"mode": mode}, mode)
    assert await wrong(caller, "POST", "/ver1/users/change_mode") == {"mode": [MISSING]}
    assert await wrong(caller, "POST", "/ver1/users/change_mode", mode="x") == {"mode": [NOT_VALID]}
