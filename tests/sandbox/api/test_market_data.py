"""The public data."""

from __future__ import annotations

from decimal import Decimal

from tests.sandbox.calling import MISSING, NOT_VALID, Caller, get, wrong
from threecommas_async.sandbox.reference.markets import MARKETS

PATH = "/ver1/accounts"


async def test_the_market_list_is_public(caller: Caller) -> None:
    async with caller.session.get(caller.sandbox.url + "/ver1/accounts/market_list") as answer:
        assert answer.status == 200
        markets = {market["market_code"]: market for market in await answer.json()}
    assert len(markets) > 20
    required = {
        code: {field["field"] for field in market["form_fields"]["required"]} for code, market in markets.items()
    }
    assert required["binance"] == {"api_key", "secret"}
    assert required["okex"] == required["coinbase"] == {"api_key", "secret", "passphrase"}
    assert required["coinbase_advanced"] == {"api_key", "secret"}
    assert required["bitstamp"] == {"api_key", "secret", "customer_id"}
    assert required["ethereumwallet"] == {"address"}
    assert markets["binance_futures_eea"]["market_name"] == "Binance Futures USDT-M (EEA)"
    assert len({frozenset(market) for market in markets.values()}) == 1
    assert len(markets["okex"]) == 11


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
    assert (ether["last"], ether["ask"], ether["orderbook_price_currency"]) == ("2464.05", "2464.06", "USDT")
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
