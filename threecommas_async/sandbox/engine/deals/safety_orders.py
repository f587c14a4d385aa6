"""Safety orders: at which prices they stand, and how large they are."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Final, final

from attrs import frozen

from threecommas_async.sandbox.engine.deals.settings import BotSettings
from threecommas_async.sandbox.engine.directions import Direction, direction
from threecommas_async.sandbox.engine.exact import ZERO, ceil_to, floor_to, grown, percent, plus, times
from threecommas_async.sandbox.engine.pairs import Pair

_PLANS_KEPT: Final = 1024


@final
@frozen
class PlannedSafetyOrder:
    """A safety order as the settings define it."""

    number: int
    """From 1 on."""
    shift: Decimal
    """Percent from the average price of the base order; negative is below it."""
    volume: Decimal
    """As ``safety_order_volume_type`` says: in quote currency, in base currency, or a percentage."""


@lru_cache(maxsize=_PLANS_KEPT)
def deviations(step: Decimal, scale: Decimal, count: int) -> tuple[Decimal, ...]:
    """Return how far the orders are from the base order, in percent: ``step * (1 + scale + scale ** 2 + ...)``."""
    reached, found = ZERO, list[Decimal]()
    for size in scaled(step, scale, count):
        reached = plus(reached, size)
        found.append(reached)
    return tuple(found)


@lru_cache(maxsize=_PLANS_KEPT)
def scaled(first: Decimal, scale: Decimal, count: int) -> tuple[Decimal, ...]:
    """Return ``first``, ``first * scale``, ``first * scale ** 2`` and so on."""
    found = list[Decimal]()
    for _ in range(count):
        found.append(first)
        first = times(first, scale)
    return tuple(found)


def plan(settings: BotSettings) -> Sequence[PlannedSafetyOrder]:
    """Return all safety orders of a deal, from the nearest on.

    Assumption: custom steps are taken in the order in which they are given, ``max_safety_orders`` of them.
    """
    return _plan(
        direction(settings.strategy),
        tuple((step.deviation, step.size) for step in settings.custom_safety_steps),
        settings.safety_order_step_percentage,
        settings.martingale_step_coefficient,
        settings.safety_order_volume,
        settings.martingale_volume_coefficient,
        settings.max_safety_orders,
    )


@lru_cache(maxsize=_PLANS_KEPT)
def _plan(
    trend: Direction,
    custom: tuple[tuple[Decimal, Decimal], ...],
    step: Decimal,
    step_scale: Decimal,
    volume: Decimal,
    volume_scale: Decimal,
    count: int,
) -> tuple[PlannedSafetyOrder, ...]:
    if custom:
        items = list(custom[:count])
    else:
        shifts = (trend.into_loss(deviation) for deviation in deviations(step, step_scale, count))
        items = list(zip(shifts, scaled(volume, volume_scale, count), strict=True))
    return tuple(PlannedSafetyOrder(number, shift, size) for number, (shift, size) in enumerate(items, start=1))


def safety_price(trend: Direction, base_average: Decimal, shift: Decimal, tick: Decimal) -> Decimal:
    """Return the price of a safety order: always from the base order's average price with fee."""
    return trend.entry_price(grown(base_average, shift), tick)


def quantity(volume: Decimal, is_amount: bool, price: Decimal, lot: Decimal) -> Decimal:
    """Return the amount of an order, rounded up to lots.

    :param volume: What the settings say.
    :param is_amount: Whether that is in base currency. Assumption: it is rounded up as well.
    """
    return ceil_to(volume, lot) if is_amount else ceil_to(volume, lot, per=price)


def smallest_quantity(amount: Decimal, pair: Pair) -> Decimal:
    """Return an amount, or the smallest of the pair if that is more."""
    return max(amount, ceil_to(pair.min_lot, pair.lot))


def last_deviation(settings: BotSettings) -> Decimal:
    """Return how far the last safety order is from the base order, in percent; zero if there is none."""
    trend = direction(settings.strategy)
    return max((trend.into_loss(planned.shift) for planned in plan(settings)), default=ZERO)


def required_volume(settings: BotSettings) -> Decimal:
    """Return the funds that a bot can need: the orders of one deal, times its deals."""
    one_deal = plus(settings.base_order_volume, *(planned.volume for planned in plan(settings)))
    return times(one_deal, Decimal(settings.max_active_deals))


def adjustment(realised: Decimal, percentage: Decimal, orders: int, price: Decimal, lot: Decimal) -> Decimal:
    """Return by how many lots, in base currency, every order of a deal grows or shrinks after a bot's result.

    A loss shrinks them (``risk_reduction_percentage``), rounded up. Assumption: a profit lets them grow
    (``reinvesting_percentage``), rounded down.

    :param realised: The sum of ``final_profit`` of the bot's finished deals, in quote currency.
    """
    # The ceiling of a loss is the floor of the negative number.
    return floor_to(percent(realised, percentage), lot, per=times(Decimal(orders), price))
