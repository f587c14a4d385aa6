"""The pairs that the sandbox's exchanges trade, and their rates and trading rules."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

import msgspec

from threecommas_async.sandbox.amounts import EXACT, plain, shortened
from threecommas_async.sandbox.currencies import CURRENCIES
from threecommas_async.sandbox.markets import Market

_DOLLARS: Final = ("USDT", "USDC")
_DIGITS: Final = 7
_DOLLAR: Final = Decimal(1)

_NO_LEVERAGE: Final[Mapping[str, object]] = {
    "code": "none",
    "name": "Not specified",
    "can_set_leverage_value": False,
    "max_leverage": None,
    "available_leverage_values": (),
    "valid": msgspec.Raw(b"{}"),
}


def leverages(market: Market) -> list[Mapping[str, object]]:
    """Return the leverages that a market's accounts can choose from."""
    if market.trades not in ("futures", "margin"):
        return [_NO_LEVERAGE]
    chosen = {"valid": {"min": "1.0", "max": None}, "can_set_leverage_value": True}
    kinds = {"cross": "Cross", "isolated": "Isolated"}
    return [_NO_LEVERAGE, *({**_NO_LEVERAGE, **chosen, "code": code, "name": name} for code, name in kinds.items())]


def pairs(market: Market) -> list[str]:
    """Return the pairs that a market trades, in 3Commas' format: the quote currency comes first."""
    if market.is_wallet:
        return []
    bases = [code for code in CURRENCIES if code not in _DOLLARS]
    if market.trades == "futures":
        if market.margin == "coin":
            return [f"{base}_{base}USD_PERP" for base in bases]
        return [f"{market.margin}_{base}USDT" for base in bases]
    return [f"{quote}_{base}" for quote in ("BTC", "ETH") for base in bases if base not in ("BTC", quote)] + [
        f"USDT_{base}" for base in (*bases, "USDC")
    ]


def rates(market: Market, pair: str) -> dict[str, object]:
    """Return rates and rules of a pair that the market trades."""
    last, currency = _price(market, pair)
    step = _step(last)
    return {
        **_ticker(last, currency),
        "contract_strategy_name": "orderbook_price",
        "instrumentKind": _kind(market),
        "minPrice": plain(step),
        "maxPrice": "1000000.0",
        "priceStep": plain(step),
        "minLotSize": "0.00001",
        "lotStep": "0.00001",
        "maxMarketBuyAmount": "121.22278732",
        "maxMarketSellAmount": "121.22278732",
        "bidMultiplierDown": "0.2",
        "bidMultiplierUp": "5.0",
        "askMultiplierUp": "5.0",
        "askMultiplierDown": "0.2",
        "minTotal": "5.0",
        "minMarketTotal": "5.0",
        "maxTotal": "9000000.0",
        "maxLotSize": "9000.0",
    }


def rates_with_leverage(market: Market, pair: str) -> dict[str, object]:
    """Return rates, leverages and rules of a pair that the market trades; fewer rules than ``rates``, as documented."""
    last, currency = _price(market, pair)
    step = _step(last)
    cross: Mapping[str, object] = {
        "code": "cross",
        "name": "Cross",
        "can_set_leverage_value": True,
        "available_leverage_values": (),
        "max_leverage": "25.0",
        "valid": {"min": 1, "max": "25.0"},
    }
    return {
        **_ticker(last, currency),
        "contract_strategy_name": "orderbook_price",
        "leverage_data": [cross] if market.trades == "futures" else [],
        "instrumentKind": _kind(market),
        "priceStep": plain(step),
        "minLotSize": "1.0",
        "maxLotSize": "5000000.0",
        "lotStep": "1.0",
        "maxMarketBuyAmount": "500000.0",
        "maxMarketSellAmount": "500000.0",
        "minMarketBuyAmount": "1.0",
        "minMarketSellAmount": "1.0",
        "minTotal": "5.0",
        "bidMultiplierUp": "1.1",
        "askMultiplierDown": "0.9",
        "minPrice": plain(step),
        "maxPrice": "100000.0",
    }


def _ticker(last: Decimal, currency: str) -> dict[str, object]:
    ask = shortened(EXACT.add(last, _step(last)))
    bid = shortened(last)
    return {
        "last": bid,
        "bid": bid,
        "ask": ask,
        "orderbook_ask": ask,
        "orderbook_bid": bid,
        "orderbook_last": bid,
        "orderbook_price_currency": currency,
        "strategy_name": "orderbook_price",
    }


def _price(market: Market, pair: str) -> tuple[Decimal, str]:
    quote, _, base = pair.partition("_")
    if market.trades == "futures":
        currency, quote_price = ("USD", _DOLLAR) if market.margin == "coin" else (quote, _DOLLAR)
        base = base.removesuffix("_PERP").removesuffix("USDT").removesuffix("USD")
    else:
        currency, quote_price = quote, CURRENCIES[quote].usd_price
    exact = EXACT.divide(CURRENCIES[base].usd_price, quote_price)
    return exact.quantize(_step(exact), context=EXACT), currency


def _step(price: Decimal) -> Decimal:
    return Decimal(1).scaleb(price.adjusted() - _DIGITS + 1)


def _kind(market: Market) -> str:
    if market.trades != "futures":
        return "spot"
    return "inverse_futures" if market.margin == "coin" else "linear_futures"
