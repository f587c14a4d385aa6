"""The market data group. Nobody has to sign for it, and its pages document no refusal: a wrong parameter is a 400."""

from __future__ import annotations

from threecommas_async.sandbox.calls import Call
from threecommas_async.sandbox.markets import MARKETS, Market
from threecommas_async.sandbox.rates import pairs, rates, rates_with_leverage


def markets(call: Call) -> object:
    return [market.document() for market in MARKETS.values()]


def market_pairs(call: Call) -> object:
    code = call.parameters.choice("market_code", MARKETS, required=True)
    call.parameters.check()
    if code is None:
        raise AssertionError("check() let a request without market_code pass")
    return pairs(MARKETS[code])


def currency_rates(call: Call) -> object:
    call.parameters.choice("limit_type", ("bot", "smart_trade"))
    return rates(*_market_and_pair(call))


def currency_rates_with_leverage_data(call: Call) -> object:
    return rates_with_leverage(*_market_and_pair(call))


def _market_and_pair(call: Call) -> tuple[Market, str]:
    code = call.parameters.choice("market_code", MARKETS, required=True)
    pair = call.parameters.text("pair", required=True)
    if code is not None:
        call.parameters.choice("pair", pairs(MARKETS[code]))
    call.parameters.check()
    if code is None or pair is None:
        raise AssertionError("check() let a request without market_code or pair pass")
    return MARKETS[code], pair
