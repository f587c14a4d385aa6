"""The market data group. Nobody has to sign for it, and its pages document no refusal: a wrong parameter is a 400."""

from __future__ import annotations

from typing import Final

from threecommas_async.sandbox.documents.markets import market_document
from threecommas_async.sandbox.documents.rates import rates_document, rates_with_leverage_document
from threecommas_async.sandbox.http.forms import Draft, Form, optional, required
from threecommas_async.sandbox.http.readers import choice, member
from threecommas_async.sandbox.http.requests import Endpoint, HandledRequest
from threecommas_async.sandbox.reference.markets import MARKETS, ListedMarket
from threecommas_async.sandbox.state.trading import Trading


def _traded_there(draft: Draft) -> list[str] | None:
    market = draft.value("market_code", ListedMarket)
    return None if market is None else draft.about(Trading).pairs_of(market)


class MarketForm(Form):
    market_code: ListedMarket = required(member(MARKETS))


class PairForm(Form):
    market_code: ListedMarket = required(member(MARKETS))
    pair: str = required(choice(_traded_there))


class RatesForm(PairForm):
    limit_type: str | None = optional(choice(("bot", "smart_trade")))


def market_list(_: HandledRequest) -> object:
    return [market_document(market) for market in MARKETS.values()]


def market_pairs(request: HandledRequest) -> object:
    return request.platform.trading.pairs_of(request.read(MarketForm).market_code)


def currency_rates(request: HandledRequest) -> object:
    trading = request.platform.trading
    form = request.read(RatesForm, about=trading)
    return rates_document(form.market_code, trading.price_of(form.market_code, form.pair))


def currency_rates_with_leverage_data(request: HandledRequest) -> object:
    trading = request.platform.trading
    form = request.read(PairForm, about=trading)
    return rates_with_leverage_document(form.market_code, trading.price_of(form.market_code, form.pair))


ENDPOINTS: Final = (
    Endpoint("GET", "/ver1/accounts/market_list", 200, market_list, signed=False),
    Endpoint("GET", "/ver1/accounts/market_pairs", 200, market_pairs, signed=False),
    Endpoint("GET", "/ver1/accounts/currency_rates", 200, currency_rates, signed=False),
    Endpoint(
        "GET",
        "/ver1/accounts/currency_rates_with_leverage_data",
        200,
        currency_rates_with_leverage_data,
        signed=False,
    ),
)
