"""The texts of ``bot_events``, in the form in which they were recorded in 2025.

Sizes of placed orders are without, prices and sizes of executed ones with fee. Assumptions: the texts of manual
orders, of closings by market other than the stop loss, of a falling target, of risk reduction and of sell orders that
are cancelled; there is no emoji behind the texts that have one, and no duration behind the last.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from threecommas_async.sandbox.engine.deals.profit import money
from threecommas_async.sandbox.engine.exact import half_up, shown, times
from threecommas_async.sandbox.engine.orders import Order, OrderKind
from threecommas_async.sandbox.engine.pairs import Pair

_DOLLARS: Final = frozenset({"USD", "USDT", "USDC", "BUSD", "TUSD", "FDUSD", "DAI", "EUR"})
_CLOSING: Final[dict[str, str]] = {"Take Profit": "TakeProfit", "Stop Loss": "StopLoss"}
_CLOSED: Final[dict[str, str]] = {"Take Profit": "TakeProfit trade finished", "Stop Loss": "Stop loss trade completed"}


def placing_base(order: Order, by_market: bool, change: str) -> str:
    return f"Placing base order. {_placed(order, by_market, change)}"


def base_executed(order: Order) -> str:
    quote, base = order.pair.quote, order.pair.base
    return (
        f"Base order executed.  Price: {shown(order.average_price)} {quote}.  "
        f"Size: {shown(money(order.total))} {quote} ({shown(order.quantity)} {base})"
    )


def placing_safety(order: Order, count: int, by_market: bool, change: str) -> str:
    return f"Placing {_averaging(order, count)}. {_placed(order, by_market, change)}"


def safety_executed(order: Order, count: int) -> str:
    last = " #lastAO" if order.number == count else ""
    return f"{_capital(_averaging(order, count))} executed. {_executed(order)}{last}"


def cancelling_safety(order: Order, count: int) -> str:
    side = "buy" if order.side == "BUY" else "sell"
    which = f" ({order.number} out of {count})" if order.number else ""
    return f"Cancelling {side} order{which}. {_placed(order)}"


def safety_cancelled(order: Order, count: int) -> str:
    return f"{_capital(_averaging(order, count))} cancelled. {_placed(order)}"


def placing_take_profit(order: Order, distance: Decimal) -> str:
    way = "rise" if order.side == "SELL" else "fall"
    return (
        f"Placing TakeProfit trade.  {_placed(order)}, "
        f"the price should {way} for {distance.copy_abs():f}% to close the trade"
    )


def cancelling_take_profit(order: Order) -> str:
    return f"Cancelling TakeProfit trade. {_placed(order)}"


def take_profit_cancelled(order: Order) -> str:
    return f"TakeProfit trade cancelled. {_placed(order)}"


def placing_exit(order: Order) -> str:
    """Say that a deal, or a step of it, is closed by market."""
    return f"Placing {_CLOSING[order.kind]} trade. {_placed(order, by_market=True)}"


def exit_executed(order: Order) -> str:
    return f"{_CLOSED[order.kind]}. {_executed(order)}"


def trade_completed(pair: Pair, profit: Decimal, usd_profit: Decimal, percentage: Decimal) -> str:
    places = 2 if pair.quote in _DOLLARS else 8
    return (
        f"({pair.code}): Trade completed. Profit:  {_signed(profit, places)} {pair.quote} "
        f"({shown(half_up(usd_profit, 2))} $) ({shown(percentage)}% from total volume)"
    )


def refused(kind: OrderKind, reason: str, number: int = 0, count: int = 0) -> str:
    """Say that the exchange has refused an order: ``error_message`` of the deal.

    Recorded of safety orders; assumption for all others.
    """
    what = {
        "Base": "base order",
        "Safety": f"safety trade ({number} out of {count})",
        "Manual Safety": "manual safety trade",
        "Take Profit": "TakeProfit trade",
        "Stop Loss": "StopLoss trade",
    }[kind]
    return f"Error placing {what}: {reason}"


def volume_change(volume: Decimal, currency: str) -> str:
    """Say by how much an order was changed, to be put behind its size."""
    if not volume:
        return ""
    word = "Reinvested" if volume > 0 else "Risk reduction"
    return f" ({word} {shown(volume.copy_abs())} {currency})"


def _averaging(order: Order, count: int) -> str:
    return f"averaging order ({order.number} out of {count})" if order.number else "manual averaging order"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _placed(order: Order, by_market: bool = False, change: str = "") -> str:
    quote, base = order.pair.quote, order.pair.base
    price = "market" if by_market else f"{shown(order.price)} {quote}"
    size = shown(times(order.price, order.quantity))
    return f"Price: {price} Size: {size} {quote}{change} ({shown(order.quantity)} {base})"


def _executed(order: Order) -> str:
    quote, base = order.pair.quote, order.pair.base
    size = shown(money(order.total))
    return f"Price: {shown(order.average_price)} {quote} Size: {size} {quote} ({shown(order.quantity)} {base})"


def _signed(amount: Decimal, places: int) -> str:
    text = shown(half_up(amount, places))
    return text if text.startswith("-") else f"+{text}"
