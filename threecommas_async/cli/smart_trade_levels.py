"""The price levels of a SmartTrade: its entry, steps, stop loss and added funds."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext
from typing import Final

from threecommas_async.cli.columns import in_currency, plain
from threecommas_async.cli.levels import EXACT, Level, highest_first
from threecommas_async.models.smart_trade import SmartTrade, SmartTradePrice, SmartTradeStatus, SmartTradeTrade

_FINISHED: Final = "finished"
_NOT_YET: Final = "idle"
_CANCELLED: Final = "cancelled"
_PLACED: Final = "order_placed"
_OWN_FUNDS: Final = "smart_sell"


def levels_of(trade: SmartTrade, orders: Sequence[SmartTradeTrade] = ()) -> list[Level]:
    """Return the levels of a SmartTrade, the highest price first.

    :param orders: its trades, which have the added funds and the best price while trailing.
    """
    with localcontext(EXACT):
        found = [*_entry(trade), *_funds(trade, orders), *_steps(trade), *_stop(trade), *_market(trade, orders)]
    return highest_first(found)


def entry_price(trade: SmartTrade) -> Decimal | None:
    """Return the average price of entry; before the entry, the price at which it is to be."""
    found = None if trade.data is None else trade.data.average_enter_price
    return found or _own_price(trade) or _trigger(trade)


def _own_price(trade: SmartTrade) -> Decimal | None:
    return None if trade.position is None else _paid(trade.position.price)


def _paid(price: SmartTradePrice | None) -> Decimal | None:
    return None if price is None else price.value or price.value_without_commission


def _trigger(trade: SmartTrade) -> Decimal | None:
    condition = None if trade.position is None else trade.position.conditional
    return None if condition is None or condition.price is None else condition.price.value


def _entry(trade: SmartTrade) -> list[Level]:
    position = trade.position
    if position is None or (trade.is_finished and not trade.is_entered):
        return []
    price, trigger = _own_price(trade), _trigger(trade)
    text = f"entry, {'own funds' if trade.skip_enter_step else position.type}"
    levels = [Level(price, "entry", text, done=trade.is_entered)] if price else []
    if trigger and trade.is_waiting and _word(position.status) != _PLACED:
        condition = position.conditional
        trailing = condition is not None and condition.trailing is not None and condition.trailing.enabled
        levels.append(Level(trigger, "entry", "entry is triggered" + (", then trails" if trailing else "")))
    mean = None if trade.data is None else trade.data.average_enter_price
    if mean and mean != price:
        levels.append(Level(mean, "average", "average"))
    return levels


def _funds(trade: SmartTrade, orders: Sequence[SmartTradeTrade]) -> list[Level]:
    """Return the levels at which funds were added or taken out, or are to be."""
    levels: list[Level] = []
    positions = sorted((one for one in orders if one.trade_purpose == "position"), key=lambda one: one.id)
    added = [one for one in positions if one.status != _OWN_FUNDS] if trade.skip_enter_step else positions[1:]
    for one in added:
        price = one.realised_price if one.status == _FINISHED else one.order_price
        if price and (one.status == _FINISHED or (one.status == _PLACED and trade.is_active)):
            amount = in_currency(one.initial_amount, trade.base_currency) or "funds"
            levels.append(Level(price, "safety order", f"{amount} added", done=one.status == _FINISHED))
    for step in (trade.reduce_funds.steps if trade.reduce_funds else None) or ():
        status, price = _word(step.status), _paid(step.price)
        if price and (status == _FINISHED or (status != _CANCELLED and trade.is_active)):
            amount = in_currency(step.units.value if step.units else None, trade.base_currency) or "funds"
            levels.append(Level(price, "reduction", f"{amount} taken out", done=status == _FINISHED))
    return levels


def _steps(trade: SmartTrade) -> list[Level]:
    levels: list[Level] = []
    steps = (trade.take_profit.steps if trade.take_profit else None) or ()
    for number, step in enumerate(steps, 1):
        status, price = _word(step.status), step.price and step.price.value
        if not price or status == _CANCELLED or (trade.is_finished and status != _FINISHED):
            continue
        text = f"take profit {step.position or number}" if len(steps) > 1 else "take profit"
        share = f", {plain(step.volume.normalize())} %" if step.volume is not None and len(steps) > 1 else ""
        trailing = ", trailing" if step.trailing is not None and step.trailing.enabled else ""
        done, planned = status == _FINISHED, status == _NOT_YET
        levels.append(Level(price, "take profit", f"{text}{share}{trailing}", done=done, planned=planned))
    return levels


def _stop(trade: SmartTrade) -> list[Level]:
    stop = trade.stop_loss
    if stop is None or not stop.enabled:
        return []
    status = _word(stop.status)
    if status == _CANCELLED or (trade.is_finished and status != _FINISHED):
        return []
    text, condition = "stop loss", stop.conditional
    if condition is not None and condition.trailing is not None and condition.trailing.enabled:
        text += ", trailing"
    if stop.timeout is not None and stop.timeout.enabled and stop.timeout.value is not None:
        text += f", after {plain(stop.timeout.value.normalize())} s"
    if stop.breakeven:
        text += ", to breakeven"
    done, planned = status == _FINISHED, status == _NOT_YET
    prices = [(condition.price.value if condition is not None and condition.price is not None else None, text)]
    if stop.order_type == "limit" and stop.price is not None:
        prices.append((stop.price.value, "stop loss, its order"))
    return [Level(price, "stop loss", text, done=done, planned=planned) for price, text in prices if price]


def _market(trade: SmartTrade, orders: Sequence[SmartTradeTrade]) -> list[Level]:
    data = trade.data
    if data is None:
        return []
    if trade.is_finished:
        return [Level(data.average_close_price, "closed", "closed at")] if data.average_close_price else []
    found: list[Level] = []
    now = data.current_price
    price = None if now is None else now.last or now.bid or now.ask
    if price:
        found.append(Level(price, "price", "price now"))
    if data.liquidation_price:
        found.append(Level(data.liquidation_price, "stop loss", "liquidation"))
    found += [
        Level(one.trailing_last_price, "best price", "best price while trailing")
        for one in orders
        if one.trailing_last_price and one.status not in (_FINISHED, _CANCELLED)
    ]
    return found


def _word(status: SmartTradeStatus | None) -> str | None:
    return None if status is None else status.type or status.basic_type
