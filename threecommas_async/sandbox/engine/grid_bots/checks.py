"""What the API refuses in the settings of a grid bot."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise

from threecommas_async.sandbox.engine.books import Book
from threecommas_async.sandbox.engine.exact import ONE, ceil_to, shown, times
from threecommas_async.sandbox.engine.grid_bots.ladder import Ladder, line_amount
from threecommas_async.sandbox.engine.grid_bots.settings import GridSettings
from threecommas_async.sandbox.engine.pairs import Pair
from threecommas_async.sandbox.engine.refusals import wrong_parameters


def traded(books: Mapping[tuple[str, str], Book], market: str, pair: str) -> Book:
    """Return a pair of a market. Assumption: the text, which is that of the DCA bots.

    :raises RefusedError: The market does not trade it (400).
    """
    if (market, pair) not in books:
        raise wrong_parameters(pair=f"{pair} is not available on this exchange")
    return books[market, pair]


def check_grid(settings: GridSettings, pair: Pair) -> None:
    """Refuse settings with which no grid can be laid.

    Assumptions: all the texts, and that prices of the other side, steps below that of the pair and orders below its
    smallest are refused. That what is switched on needs its price is documented of the expansion.

    :raises RefusedError: There is something wrong with them (400).
    """
    wrong = _without_a_price(settings)
    if settings.upper_price <= settings.lower_price:
        wrong["upper_price"] = (f"must be greater than {shown(settings.lower_price)}",)
    if wrong:
        raise wrong_parameters(400, **wrong)
    prices = Ladder.of(settings, pair.tick).prices()
    if prices[0] <= 0:
        raise wrong_parameters(lower_price=f"must be greater than or equal to {shown(pair.tick)}")
    if any(above <= below for below, above in pairwise(prices)):
        raise wrong_parameters(grids_quantity=f"Grid step is too small. Min: {shown(pair.tick)}")
    _check_size(settings, pair, prices[0], prices[-1])


def _without_a_price(settings: GridSettings) -> dict[str, tuple[str, ...]]:
    switches = {
        "upper_stop_loss_price": (settings.upper_stop_loss_enabled, settings.upper_stop_loss_price),
        "lower_stop_loss_price": (settings.lower_stop_loss_enabled, settings.lower_stop_loss_price),
        "expansion_up_stop_price": (settings.expansion_up_enabled, settings.expansion_up_stop_price),
        "expansion_down_stop_price": (settings.expansion_down_enabled, settings.expansion_down_stop_price),
    }
    return {name: ("is missing",) for name, (is_on, price) in switches.items() if is_on and price is None}


def _check_size(settings: GridSettings, pair: Pair, lowest: Decimal, highest: Decimal) -> None:
    """Refuse amounts that round to less than the pair's smallest, and volumes below it before they are rounded."""
    quantity = settings.quantity_per_grid
    if settings.order_currency_type == "quote":
        least, price, volume = pair.smallest_volume(highest), highest, quantity
    else:
        least, price = max(pair.min_lot, ceil_to(pair.min_total, pair.lot, per=lowest)), ONE
        volume = times(quantity, lowest)
    amount = line_amount(settings, price, pair.lot)
    if amount < pair.min_lot or amount <= 0 or volume < pair.min_total:
        raise wrong_parameters(quantity_per_grid=f"Grid order size is too small. Min: {shown(least)}, {pair.code}")
