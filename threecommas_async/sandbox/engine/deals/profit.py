"""Average prices and profits.

``entered`` is what a long deal has bought and a short one has sold, ``exited`` the reverse; volumes are in quote
currency, with fee.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from threecommas_async.sandbox.engine.directions import Direction
from threecommas_async.sandbox.engine.exact import ZERO, half_up, minus, plus, times
from threecommas_async.sandbox.engine.orders import worth

_HUNDRED: Final = Decimal(100)
_PLACES: Final = 27
_PLACES_BELOW_ONE: Final = 36
MONEY_PLACES: Final = 8


def average_price(volume: Decimal, amount: Decimal) -> Decimal:
    """Return ``volume / amount`` with 27 decimals, with 36 if it is below 1; zero if there is no amount."""
    if not amount:
        return ZERO
    return half_up(volume, _PLACES if volume >= amount else _PLACES_BELOW_ONE, per=amount)


def open_profit(
    direction: Direction, entered: Decimal, exited: Decimal, left: Decimal, price: Decimal, fee: Decimal
) -> Decimal:
    """Return the profit if the amount that is left were closed at a price: ``actual_profit`` of an active deal.

    :param entered: Volume of the entries.
    :param exited: Volume of the exits.
    """
    closing = worth(direction.exit_side, price, left, fee)
    return result(direction, entered, plus(exited, closing))


def result(direction: Direction, entered: Decimal, exited: Decimal) -> Decimal:
    """Return what was sold for, less what was bought for."""
    return minus(exited, entered) if direction.is_long else minus(entered, exited)


def open_percentage(direction: Direction, volume: Decimal, amount: Decimal, price: Decimal) -> Decimal:
    """Return how far a price is from the average price of the entries, in percent, without the fee of the exit."""
    if not amount:
        return ZERO
    return half_up(times(result(direction, volume, times(price, amount)), _HUNDRED), 2, per=volume)


def final_percentage(direction: Direction, entered: Decimal, exited: Decimal) -> Decimal:
    """Return the profit in percent of what was entered. Assumption: also of a short deal."""
    if not entered:
        return ZERO
    return half_up(times(result(direction, entered, exited), _HUNDRED), 2, per=entered)


def money(amount: Decimal) -> Decimal:
    """Round an amount as ``final_profit`` is."""
    return half_up(amount, MONEY_PLACES)
