"""The texts of a grid bot's events, in the form in which they were recorded in 2024.

Prices and sizes of what is ordered are without fee, those of what was filled with it, the price rounded to one of the
pair. Assumptions: all texts but those of the start, of the leverage, of the balancing order and of a limit order that
is placed.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from threecommas_async.sandbox.engine.exact import decimals, half_up, shown, times
from threecommas_async.sandbox.engine.grid_bots.settings import GridSettings
from threecommas_async.sandbox.engine.orders import Order
from threecommas_async.sandbox.engine.pairs import Pair

STARTED: Final = ("Start command received", "Bot is turned on")
STOPPED: Final = "Stop command received"
TURNED_OFF: Final = "Bot is turned off"
CHANGED: Final = "Settings are changed, the orders are placed again"


def leverage_set(settings: GridSettings) -> str:
    value = "" if settings.leverage_custom_value is None else f" {shown(settings.leverage_custom_value)}"
    return f"Setting leverage: {settings.leverage_type}{value}, Success."


def creating_balancing(pair: Pair, price: Decimal, quantity: Decimal, result: str | None = None) -> str:
    """Say that the missing currency is traded for.

    :param result: Why it was not; the recorded text does not say that it was.
    """
    return f"Creating balancing order, {_placed(pair, price, quantity)}{f', {result}' if result else '.'}"


def balancing_filled(order: Order) -> str:
    return f"Balancing order filled, {_filled(order)}."


def creating(order: Order, current_price: Decimal, result: str = "Success.") -> str:
    """Say that a line's order is placed, or why it is not."""
    price = f"Current price: {shown(current_price)} {order.pair.quote}"
    return f"Creating LIMIT {order.side} order, {_placed(order.pair, order.price, order.quantity)}, {price}, {result}"


def filled(order: Order) -> str:
    return f"LIMIT {order.side} order filled, {_filled(order)}."


def sold_with_profit(order: Order, profit: Decimal, currency: str) -> str:
    return f"LIMIT SELL order filled, {_filled(order)}, Profit: {shown(profit)} {currency}."


def cancelling(order: Order) -> str:
    return f"Cancelling LIMIT {order.side} order, {_placed(order.pair, order.price, order.quantity)}, Success."


def stop_reached(which: str, level: Decimal, pair: Pair, price: Decimal) -> str:
    return f"{which} stop loss price {shown(level)} {pair.quote} is reached, Current price: {shown(price)} {pair.quote}"


def closing(order: Order) -> str:
    return f"MARKET {order.side} order filled, {_filled(order)}."


def moved_up(pair: Pair, lower: Decimal, upper: Decimal) -> str:
    return f"Grid is moved up, Lower price: {shown(lower)} {pair.quote}, Upper price: {shown(upper)} {pair.quote}"


def _placed(pair: Pair, price: Decimal, quantity: Decimal) -> str:
    return _sizes(pair, price, times(price, quantity), quantity)


def _filled(order: Order) -> str:
    price = half_up(order.average_price, decimals(order.pair.tick))
    return _sizes(order.pair, price, order.total, order.quantity)


def _sizes(pair: Pair, price: Decimal, volume: Decimal, quantity: Decimal) -> str:
    return f"Price: {shown(price)} {pair.quote}, Size: {shown(volume)} {pair.quote} ({shown(quantity)} {pair.base})"
