"""What charts call the pairs of a market."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from threecommas_async.sandbox.reference.markets import ListedMarket

_PERPETUAL: Final = ".P"


def pair_of(market: ListedMarket, pairs: Iterable[str], instrument: str) -> str | None:
    """Return the pair that an instrument is, if it is one of these pairs of a market.

    Base currency first: ``BTCUSDT`` is ``USDT_BTC``. Assumptions: ``BTC/USDT`` is the same, whatever the case is; for
    futures, ``BTCUSDT.P`` is as well.
    """
    wanted = instrument.upper().removesuffix(_PERPETUAL) if market.trades == "futures" else instrument.upper()
    return next((pair for pair in pairs if wanted in _names(market, pair)), None)


def _names(market: ListedMarket, pair: str) -> tuple[str, ...]:
    quote, _, base = pair.partition("_")
    if market.trades != "futures":
        return f"{base}{quote}", f"{base}/{quote}"
    contract = base.removesuffix("_PERP").removesuffix("-PERP")
    priced_in = "USD" if market.margin == "coin" else quote
    currency = contract.removesuffix("USDT").removesuffix("USD")
    return base, contract, f"{currency}{priced_in}", f"{currency}/{priced_in}"
