"""The prices of the lines: at equal distances or in equal ratios, rounded to prices of the pair."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, final

from attrs import frozen

from threecommas_async.sandbox.engine.exact import ONE, floor_to, half_up, minus, nearest_to, on_curve, plus, times
from threecommas_async.sandbox.engine.grid_bots.settings import GridSettings, GridType

# The digits of the recorded steps: five groups of nine, one of them before the point where there is something to write.
_PLACES_OF_A_DIFFERENCE: Final = 36
_PLACES_BELOW_ONE: Final = 45
# The recorded ratios have as many decimals, of which the first 36 are right.
_PLACES_OF_A_RATIO: Final = 53
_GUARD: Final = 60


@final
@frozen
class Ladder:
    """Prices by their place: 0 is the lowest line, ``count - 1`` the highest, and beyond them it goes on."""

    lower: Decimal
    upper: Decimal
    count: int
    kind: GridType
    tick: Decimal

    @classmethod
    def of(cls, settings: GridSettings, tick: Decimal) -> Ladder:
        return cls(settings.lower_price, settings.upper_price, settings.grids_quantity, settings.grid_type, tick)

    @property
    def step(self) -> Decimal:
        """``grid_price_step``: the difference or the ratio of two neighbours."""
        if self.kind == "geometric":
            second = on_curve(self.lower, self.upper, 1, self.count - 1)
            return half_up(second, _PLACES_OF_A_RATIO, per=self.lower)
        span, parts = minus(self.upper, self.lower), Decimal(self.count - 1)
        return half_up(span, _PLACES_OF_A_DIFFERENCE if span >= parts else _PLACES_BELOW_ONE, per=parts)

    def price(self, place: int) -> Decimal:
        """Return the price of a line."""
        parts = self.count - 1
        if self.kind == "geometric":
            return nearest_to(half_up(on_curve(self.lower, self.upper, place, parts), _GUARD), self.tick)
        whole = plus(times(self.lower, Decimal(parts)), times(minus(self.upper, self.lower), Decimal(place)))
        return nearest_to(whole, self.tick, per=Decimal(parts))

    def prices(self) -> list[Decimal]:
        return [self.price(place) for place in range(self.count)]

    def steps_reached(self, price: Decimal) -> int:
        """Return how many lines above the highest one a price has reached."""
        low, high = 0, 1
        while self.price(self.count - 1 + high) <= price:
            low, high = high, 2 * high
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.price(self.count - 1 + middle) <= price else (low, middle)
        return low


def line_amount(settings: GridSettings, price: Decimal, lot: Decimal) -> Decimal:
    """Return how much is bought, or sold at first, at a line.

    Assumption: an amount that is given in base currency is rounded down to lots as well.
    """
    return floor_to(settings.quantity_per_grid, lot, per=price if settings.order_currency_type == "quote" else ONE)
