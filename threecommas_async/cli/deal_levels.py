"""The price levels of a deal: its entry, average, targets and orders."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext

from threecommas_async.cli.levels import EXACT, HUNDRED, Level, exponent, highest_first
from threecommas_async.models.deal import Deal
from threecommas_async.models.deal_order import DealOrder


def levels_of(deal: Deal, orders: Sequence[DealOrder] = ()) -> list[Level]:
    """Return the levels of a deal, the highest price first.

    :param orders: the deal's orders, its safety orders among them.
    """
    with localcontext(EXACT):
        found = [*_entries(deal), *_exits(deal), *_safety_orders(deal, orders), *_market(deal)]
    return highest_first(found)


def average(deal: Deal) -> Decimal | None:
    """Return the average price at which the deal was entered: bought or, if it is short, sold."""
    price = deal.sold_average_price if deal.is_short else deal.bought_average_price
    return price or deal.base_order_average_price


def _entries(deal: Deal) -> list[Level]:
    entry, mean = deal.base_order_average_price, average(deal)
    levels = [Level(entry, "entry", "base order", done=True)] if entry else []
    if mean and mean != entry:
        levels.append(Level(mean, "average", "average"))
    return levels


def _exits(deal: Deal) -> list[Level]:
    if deal.is_finished:
        return []
    levels: list[Level] = []
    if deal.take_profit_steps:
        for number, step in enumerate(deal.take_profit_steps, 1):
            share = "" if step.amount_percentage is None else f", {step.amount_percentage.normalize():f} %"
            if step.price:
                done = step.execution_timestamp is not None
                levels.append(Level(step.price, "take profit", f"take profit {number}{share}", done=done))
    elif deal.take_profit_price:
        trailing = ", trailing" if deal.trailing_enabled else ""
        levels.append(Level(deal.take_profit_price, "take profit", f"take profit{trailing}"))
    if deal.trailing_max_price:
        levels.append(Level(deal.trailing_max_price, "best price", "best price while trailing"))
    if deal.stop_loss_price:
        trailing = ", trailing" if deal.tsl_enabled else ""
        levels.append(Level(deal.stop_loss_price, "stop loss", f"stop loss{trailing}"))
    return levels


def _market(deal: Deal) -> list[Level]:
    if deal.is_finished:
        price = deal.bought_average_price if deal.is_short else deal.sold_average_price
        return [Level(price, "closed", "closed at")] if price else []
    return [Level(deal.current_price, "price", "price now")] if deal.current_price else []


def _safety_orders(deal: Deal, orders: Sequence[DealOrder]) -> list[Level]:
    own = [order for order in orders if order.deal_order_type == "Safety"]
    filled = [order for order in own if order.is_filled]
    waiting = [order for order in own if order.is_active]
    levels: list[Level] = []
    numbered = _from_entry(deal, filled) + _from_entry(deal, waiting)
    for number, order in enumerate(numbered, 1):
        price = order.average_price if order.is_filled else order.rate
        if price:
            levels.append(Level(price, "safety order", f"safety order {number}", done=order.is_filled))
    for order in orders:
        price = order.average_price if order.is_filled else order.rate
        if order.deal_order_type == "Manual Safety" and (order.is_filled or order.is_active) and price:
            levels.append(Level(price, "safety order", "manual safety order", done=order.is_filled))
    if not deal.is_finished:
        levels += _planned(deal, len(numbered))
    return levels


def _from_entry(deal: Deal, orders: Sequence[DealOrder]) -> list[DealOrder]:
    """Return orders sorted by their distance from the entry."""
    return sorted(orders, key=lambda order: order.rate or Decimal(0), reverse=not deal.is_short)


def _planned(deal: Deal, placed: int) -> list[Level]:
    """Return the safety orders that are not placed yet, as far as their prices can be calculated."""
    entry = deal.base_order_average_price
    if not entry or deal.safety_strategy_list or deal.safety_order_calculation_mode not in (None, "base"):
        return []
    deviations = _deviations(deal)
    levels: list[Level] = []
    for number, deviation in enumerate(deviations[placed : deal.max_safety_orders], placed + 1):
        price = _to_tick(entry * (1 + deviation / HUNDRED), deal)
        levels.append(Level(price, "safety order", f"safety order {number}", planned=True))
    return levels


def _deviations(deal: Deal) -> list[Decimal]:
    """Return each safety order's distance from the entry in percent; negative below the entry."""
    if deal.custom_safety_steps:
        return [step.deviation for step in deal.custom_safety_steps if step.deviation is not None]
    step, growth = deal.safety_order_step_percentage, deal.martingale_step_coefficient
    if step is None or growth is None:
        return []
    side = 1 if deal.is_short else -1
    deviations: list[Decimal] = []
    total = Decimal(0)
    for _ in range(deal.max_safety_orders or 0):
        total += step
        step *= growth
        deviations.append(side * total)
    return deviations


def _to_tick(price: Decimal, deal: Deal) -> Decimal:
    """Round a price to the digits of the pair's current price."""
    shown = [one for one in (deal.current_price, deal.take_profit_price) if one]
    if not shown:
        return price
    tick = Decimal((0, (1,), min(map(exponent, shown))))
    return price.quantize(tick, ROUND_CEILING if deal.is_short else ROUND_FLOOR)
