"""What accounts hold and held, and what becomes of that."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.sandbox.calling import MISSING, NOT_VALID, Answer, Caller, get, wrong
from threecommas_async.sandbox import VENDOR_DUST
from threecommas_async.sandbox.reference.markets import MARKETS
from threecommas_async.transport.simulated_clock import SimulatedClock

PATH = "/ver1/accounts"
BALANCES = {"BTC": "0.5", "ETH": "0.01", "USDT": "12.5"}


@pytest.fixture
def account_id(caller: Caller) -> int:
    return caller.sandbox.accounts.add(balances=BALANCES)


async def post(caller: Caller, path: str, **body: object) -> Answer:
    return await caller.call("POST", path, body=body)


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


async def test_loading_balances_changes_the_time_alone(caller: Caller, account_id: int, clock: SimulatedClock) -> None:
    before = await get(caller, f"{PATH}/{account_id}")
    await clock.advance(3600)
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
    caller: Caller, account_id: int, clock: SimulatedClock, currency: str, code: str
) -> None:
    before = await get(caller, f"{PATH}/{account_id}")
    caller.sandbox.accounts.set_active(account_id, deals=2, bots=1)
    await clock.advance(3600)
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


async def test_dust_becomes_bnb(caller: Caller, account_id: int, clock: SimulatedClock) -> None:
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
    await clock.advance(21599)
    assert (await post(caller, path)).status == 422
    await clock.advance(1)
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
