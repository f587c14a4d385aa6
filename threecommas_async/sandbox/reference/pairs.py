"""The pairs that the sandbox's markets trade, and their prices."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from attrs import frozen

from threecommas_async.sandbox.amounts import EXACT
from threecommas_async.sandbox.reference.currencies import CURRENCIES
from threecommas_async.sandbox.reference.markets import ListedMarket

_DOLLARS: Final = ("USDT", "USDC")
_DIGITS: Final = 7
_DOLLAR: Final = Decimal(1)


@frozen
class PairPrice:
    """What a pair costs."""

    last: Decimal
    step: Decimal
    """The least difference between two prices."""
    currency: str
    """The currency that the price is in."""

    @property
    def ask(self) -> Decimal:
        return EXACT.add(self.last, self.step)


def pairs_of(market: ListedMarket) -> list[str]:
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


def price_of(market: ListedMarket, pair: str) -> PairPrice:
    """Return the price of a pair that the market trades."""
    quote, _, base = pair.partition("_")
    if market.trades == "futures":
        currency, quote_price = ("USD", _DOLLAR) if market.margin == "coin" else (quote, _DOLLAR)
        base = base.removesuffix("_PERP").removesuffix("USDT").removesuffix("USD")
    else:
        currency, quote_price = quote, CURRENCIES[quote].usd_price
    exact = EXACT.divide(CURRENCIES[base].usd_price, quote_price)
    step = Decimal(1).scaleb(exact.adjusted() - _DIGITS + 1)
    last = exact.quantize(step, context=EXACT)
    return PairPrice(last, Decimal(1).scaleb(last.adjusted() - _DIGITS + 1), currency)
