"""What deals have brought, by bot, by currency and by day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, timedelta
from decimal import Decimal
from typing import final

from attrs import frozen

from threecommas_async.sandbox.engine.deals.deal import Deal
from threecommas_async.sandbox.engine.exact import ZERO, plus, times

_WITH_RESULT = ("completed", "stop_loss_finished", "panic_sold")


@final
@frozen
class DealsStats:
    """``deals_stats`` of a bot, in dollars; bitcoin is left to those who know its price."""

    active: int
    completed: int
    """Finished with a result (assumption)."""
    panic_sold: int
    completed_deals_usd_profit: Decimal
    funds_locked_in_active_deals: Decimal
    active_deals_usd_profit: Decimal


def deals_stats(deals: Iterable[Deal]) -> DealsStats:
    active = completed = panic_sold = 0
    earned = locked = expected = ZERO
    for deal in deals:
        if not deal.is_finished:
            active += 1
            locked = plus(locked, times(deal.reserved_base_coin, deal.usd_price))
            expected = plus(expected, deal.actual_usd_profit)
        elif deal.status in _WITH_RESULT:
            completed += 1
            panic_sold += deal.status == "panic_sold"
            earned = plus(earned, times(deal.final_profit, deal.usd_price))
    return DealsStats(active, completed, panic_sold, earned, locked, expected)


def profit_by_currency(deals: Iterable[Deal]) -> Mapping[str, Decimal]:
    """Return the sum of ``final_profit`` of finished deals in each quote currency: ``overall_stats``."""
    sums = dict[str, Decimal]()
    for deal in deals:
        if deal.status in _WITH_RESULT:
            sums[deal.from_currency] = plus(sums.get(deal.from_currency, ZERO), deal.final_profit)
    return sums


def usd_profit(deals: Iterable[Deal]) -> Decimal:
    """Return the profit of finished deals in dollars."""
    return plus(ZERO, *(times(deal.final_profit, deal.usd_price) for deal in deals if deal.status in _WITH_RESULT))


def closed_on(deals: Iterable[Deal], day: date) -> list[Deal]:
    """Return the deals that were closed on a day in UTC."""
    return [deal for deal in deals if deal.closed_at is not None and deal.closed_at.astimezone(UTC).date() == day]


def usd_profit_by_day(deals: Iterable[Deal], last: date, days: int) -> Mapping[date, Decimal]:
    """Return the profit in dollars of each of the last days; days without closings are absent."""
    first, sums = last - timedelta(days=days - 1), dict[date, Decimal]()
    for deal in deals:
        if deal.closed_at is None or deal.status not in _WITH_RESULT:
            continue
        day = deal.closed_at.astimezone(UTC).date()
        if first <= day <= last:
            sums[day] = plus(sums.get(day, ZERO), times(deal.final_profit, deal.usd_price))
    return dict(sorted(sums.items()))
