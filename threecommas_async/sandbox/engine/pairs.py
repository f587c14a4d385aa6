"""A pair of a market and its trading rules."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, Literal, final

from attrs import Factory, field, frozen

from threecommas_async.sandbox.engine.exact import ZERO, times

MarketType = Literal["spot", "futures"]

MAX_LOT: Final = Decimal(9_000)
"""The largest amount of an order: ``maxLotSize`` of the rates, the same for all pairs."""
MAX_TOTAL: Final = Decimal(9_000_000)
"""The largest volume of an order: ``maxTotal`` of the rates."""


def _quote(pair: Pair) -> str:
    return pair.code.partition("_")[0]


def _base(pair: Pair) -> str:
    return pair.code.partition("_")[2]


@final
@frozen
class Pair:
    """What is traded on a market, in which steps.

    Assumption: futures trade like spot. Contracts, leverage, funding and liquidation are not simulated, and the two
    parts of the code are the two currencies.
    """

    market: str
    code: str
    """``QUOTE_BASE``: the prices of ``USDT_BTC`` are in USDT."""
    tick: Decimal
    """The step of prices: ``priceStep`` of the rates."""
    lot: Decimal
    """The step of amounts: ``lotStep`` of the rates."""
    min_lot: Decimal
    """The smallest amount of an order: ``minLotSize`` of the rates."""
    min_total: Decimal = ZERO
    """The smallest volume of an order: ``minTotal`` of the rates."""
    market_type: MarketType = "spot"

    quote: str = field(init=False, default=Factory(_quote, takes_self=True))
    base: str = field(init=False, default=Factory(_base, takes_self=True))

    def smallest_volume(self, price: Decimal) -> Decimal:
        """Return the smallest volume of an order at a price."""
        return max(self.min_total, times(self.min_lot, price))
