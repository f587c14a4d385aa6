"""The rates, trading rules and leverages of a pair."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from threecommas_async.sandbox.documents.writing import digits, shortened
from threecommas_async.sandbox.engine.pairs import MAX_LOT, MAX_TOTAL
from threecommas_async.sandbox.reference.markets import ListedMarket
from threecommas_async.sandbox.reference.pairs import PairPrice

_NO_LEVERAGE: Final[Mapping[str, object]] = {
    "code": "none",
    "name": "Not specified",
    "can_set_leverage_value": False,
    "max_leverage": None,
    "available_leverage_values": (),
    "valid": msgspec.Raw(b"{}"),
}


def leverage_documents(market: ListedMarket) -> list[Mapping[str, object]]:
    """Return the leverages that a market offers."""
    if market.trades not in ("futures", "margin"):
        return [_NO_LEVERAGE]
    chosen = {"valid": {"min": "1.0", "max": None}, "can_set_leverage_value": True}
    kinds = {"cross": "Cross", "isolated": "Isolated"}
    return [_NO_LEVERAGE, *({**_NO_LEVERAGE, **chosen, "code": code, "name": name} for code, name in kinds.items())]


def rates_document(market: ListedMarket, price: PairPrice) -> dict[str, object]:
    """Return the rates and rules of a pair that the market trades."""
    return {
        **_ticker(price),
        "contract_strategy_name": "orderbook_price",
        "instrumentKind": _kind(market),
        "minPrice": digits(price.step),
        "maxPrice": "1000000.0",
        "priceStep": digits(price.step),
        "minLotSize": digits(price.min_lot),
        "lotStep": digits(price.lot),
        "maxMarketBuyAmount": "121.22278732",
        "maxMarketSellAmount": "121.22278732",
        "bidMultiplierDown": "0.2",
        "bidMultiplierUp": "5.0",
        "askMultiplierUp": "5.0",
        "askMultiplierDown": "0.2",
        "minTotal": shortened(price.min_total),
        "minMarketTotal": shortened(price.min_total),
        "maxTotal": shortened(MAX_TOTAL),
        "maxLotSize": shortened(MAX_LOT),
    }


def rates_with_leverage_document(market: ListedMarket, price: PairPrice) -> dict[str, object]:
    """Return the rates, leverages and rules of a pair that the market trades; fewer rules than without leverages."""
    cross: Mapping[str, object] = {
        "code": "cross",
        "name": "Cross",
        "can_set_leverage_value": True,
        "available_leverage_values": (),
        "max_leverage": "25.0",
        "valid": {"min": 1, "max": "25.0"},
    }
    return {
        **_ticker(price),
        "contract_strategy_name": "orderbook_price",
        "leverage_data": [cross] if market.trades == "futures" else [],
        "instrumentKind": _kind(market),
        "priceStep": digits(price.step),
        "minLotSize": digits(price.min_lot),
        "maxLotSize": "5000000.0",
        "lotStep": digits(price.lot),
        "maxMarketBuyAmount": "500000.0",
        "maxMarketSellAmount": "500000.0",
        "minMarketBuyAmount": "1.0",
        "minMarketSellAmount": "1.0",
        "minTotal": shortened(price.min_total),
        "bidMultiplierUp": "1.1",
        "askMultiplierDown": "0.9",
        "minPrice": digits(price.step),
        "maxPrice": "100000.0",
    }


def _ticker(price: PairPrice) -> dict[str, object]:
    ask = shortened(price.ask)
    bid = shortened(price.last)
    return {
        "last": bid,
        "bid": bid,
        "ask": ask,
        "orderbook_ask": ask,
        "orderbook_bid": bid,
        "orderbook_last": bid,
        "orderbook_price_currency": price.currency,
        "strategy_name": "orderbook_price",
    }


def _kind(market: ListedMarket) -> str:
    if market.trades != "futures":
        return "spot"
    return "inverse_futures" if market.margin == "coin" else "linear_futures"
