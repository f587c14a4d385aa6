"""The price levels of a grid bot: its lines, its stop prices and the current price."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from threecommas_async.cli.columns import in_currency
from threecommas_async.cli.levels import Kind, Level, highest_first
from threecommas_async.models.grid_bot import GridBot, GridBotLine, GridBotOrder

_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_SIDES: Final[Mapping[str, Kind]] = {"buy": "buy", "sell": "sell"}
_FILLED: Final = {"BUY": "bought", "SELL": "sold"}


def levels_of(bot: GridBot, orders: Iterable[GridBotOrder] = ()) -> list[Level]:
    """Return the levels of a grid bot, the highest price first.

    :param orders: the orders of its lines, from which the amounts come, and what was filled last at each line.
    """
    by_age = sorted(orders, key=lambda order: (order.created_at or _NEVER, order.order_id or 0))
    open_orders = {order.rate: order for order in by_age if not order.is_filled and order.status_string != "Cancelled"}
    filled = {order.rate: order for order in sorted(by_age, key=_filled_at) if order.is_filled}
    lines = [
        _line(bot, line, line.price, open_orders.get(line.price), filled.get(line.price))
        for line in bot.grid_lines or ()
        if line.price is not None
    ]
    return highest_first([*lines, *_limits(bot)])


def _filled_at(order: GridBotOrder) -> datetime:
    return order.changed_at or order.created_at or _NEVER


def _line(
    bot: GridBot, line: GridBotLine, price: Decimal, waiting: GridBotOrder | None, filled: GridBotOrder | None
) -> Level:
    last = "" if filled is None else _FILLED.get(filled.order_type or "", "filled")
    amount = None if filled is None else in_currency(filled.quantity, bot.base_currency)
    if line.side is None and bot.is_enabled is False:
        return Level(price, "waiting", "no order")
    if line.side is None:
        # The line that waits for its neighbours: what was filled here last is why.
        return Level(price, "waiting", f"waiting, {last} {amount}" if filled else "waiting")
    order = None if waiting is None else in_currency(waiting.quantity, bot.base_currency)
    text = f"{line.side} {order or ''}".rstrip() + (f", {last} before" if filled else "")
    return Level(price, _SIDES.get(line.side, "waiting"), text, planned=not line.order_placed)


def _limits(bot: GridBot) -> list[Level]:
    limits: list[tuple[Decimal | None, Kind, str]] = [
        (bot.current_price, "price", "price now"),
    ]
    if bot.upper_stop_loss_enabled:
        limits.append((bot.upper_stop_loss_price, "stop loss", f"stop loss, {_words(bot.upper_stop_loss_action)}"))
    if bot.lower_stop_loss_enabled:
        limits.append((bot.lower_stop_loss_price, "stop loss", f"stop loss, {_words(bot.lower_stop_loss_action)}"))
    if bot.expansion_down_enabled:
        limits.append((bot.expansion_down_stop_price, "stop loss", "no more lines below"))
    return [Level(price, kind, text) for price, kind, text in limits if price is not None]


def _words(action: str | None) -> str:
    return (action or "stop_bot").replace("_", " ")
