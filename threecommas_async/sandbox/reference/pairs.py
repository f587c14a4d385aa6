"""The pairs that the sandbox's markets trade, their initial prices, and their trading rules."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from attrs import frozen

from threecommas_async.sandbox.amounts import EXACT
from threecommas_async.sandbox.reference.currencies import CURRENCIES, DOLLARS
from threecommas_async.sandbox.reference.markets import ListedMarket

_DIGITS: Final = 7
_DOLLAR: Final = Decimal(1)
_USUAL_LOT: Final = Decimal("0.00001")
_FIVE_DOLLARS: Final = Decimal(5)
_MIN_TOTALS: Final[Mapping[str, Decimal]] = {"BTC": Decimal("0.0001"), "ETH": Decimal("0.001")}

# As recorded from Binance. All other pairs have price steps at their seventh digit, and amount steps of 0.00001.
_RULES: Final[Mapping[str, tuple[str, str]]] = {
    "USDT_BTC": ("0.01", "0.00001"),
    "USDT_ETH": ("0.01", "0.0001"),
    "USDT_BNB": ("0.01", "0.001"),
}


@frozen
class PairPrice:
    """The price of a pair, and its trading rules."""

    last: Decimal
    step: Decimal
    """The step of prices."""
    currency: str
    """The currency of the price."""
    lot: Decimal = _USUAL_LOT
    """The step of amounts."""
    min_lot: Decimal = _USUAL_LOT
    """The smallest amount of an order."""
    min_total: Decimal = _FIVE_DOLLARS
    """The smallest volume of an order."""

    @property
    def ask(self) -> Decimal:
        return EXACT.add(self.last, self.step)


def usual_min_total(quote: str) -> Decimal:
    """Return the smallest volume of an order in a quote currency."""
    return _MIN_TOTALS.get(quote, _FIVE_DOLLARS)


def pairs_of(market: ListedMarket) -> list[str]:
    """Return the pairs that a market trades, in 3Commas' format: the quote currency comes first."""
    if market.is_wallet:
        return []
    bases = [code for code in CURRENCIES if code not in DOLLARS]
    if market.trades == "futures":
        if market.margin == "coin":
            return [f"{base}_{base}USD_PERP" for base in bases]
        return [f"{market.margin}_{base}USDT" for base in bases]
    return [f"{quote}_{base}" for quote in ("BTC", "ETH") for base in bases if base not in ("BTC", quote)] + [
        f"USDT_{base}" for base in (*bases, "USDC")
    ]


def price_of(market: ListedMarket, pair: str) -> PairPrice:
    """Return the initial price and the rules of a pair that the market trades."""
    quote, _, base = pair.partition("_")
    if market.trades != "futures" and pair in _RULES:
        tick, lot = map(Decimal, _RULES[pair])
        return PairPrice(CURRENCIES[base].usd_price, tick, quote, lot, lot)
    if market.trades == "futures":
        currency, quote_price = ("USD", _DOLLAR) if market.margin == "coin" else (quote, _DOLLAR)
        base = base.removesuffix("_PERP").removesuffix("USDT").removesuffix("USD")
    else:
        currency, quote_price = quote, CURRENCIES[quote].usd_price
    exact = EXACT.divide(CURRENCIES[base].usd_price, quote_price)
    step = Decimal(1).scaleb(exact.adjusted() - _DIGITS + 1)
    last = exact.quantize(step, context=EXACT)
    step = Decimal(1).scaleb(last.adjusted() - _DIGITS + 1)
    return PairPrice(last, step, currency, min_total=usual_min_total(quote))
