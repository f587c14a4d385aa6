"""The prices and moments that matter to a running deal."""

from __future__ import annotations

from datetime import datetime, timedelta

from threecommas_async.sandbox.engine.alarms import Level, nearest
from threecommas_async.sandbox.engine.deals.deal import Deal
from threecommas_async.sandbox.engine.deals.placing import minimum_profit_price, next_planned, safety_aim
from threecommas_async.sandbox.engine.stops import breakeven_step, tighter, trailed


def refresh(deal: Deal) -> None:
    """Work out the levels that follow from settings and entries.

    Assumption: a stop loss that is off is not moved to breakeven either.
    """
    settings, trend = deal.settings, deal.direction
    deal.min_profit_price = minimum_profit_price(deal)
    if not settings.stop_loss_percentage:
        deal.stop_level = deal.tsl_max_price = None
        return
    base = deal.base_order_average_price
    if not settings.tsl_enabled:
        deal.tsl_max_price = None
    elif deal.tsl_max_price is None:
        deal.tsl_max_price = base
    level = trailed(trend, deal.tsl_max_price or base, settings.stop_loss_percentage)
    deal.stop_level = tighter(trend, level, deal.breakeven_level)


def move_to_breakeven(deal: Deal) -> None:
    """Move the stop loss after a take profit step was filled, if the settings say so."""
    settings = deal.settings
    if not settings.sl_to_breakeven_enabled or not deal.filled_targets:
        return
    data = settings.sl_to_breakeven_data
    step = breakeven_step(deal.filled_targets, data.upper_breakeven_limit if data else 0)
    level = deal.average_price if step == 0 else deal.targets[step - 1].price
    deal.breakeven_level = tighter(deal.direction, level, deal.breakeven_level)


def levels(deal: Deal) -> tuple[Level | None, Level | None]:
    """Return the nearest level below the price that a deal waits for, and the nearest above it."""
    gains, losses = _gains(deal), _losses(deal)
    if deal.exit_refused:
        # What the account cannot pay is not tried again at the same price: that would go on for ever.
        trend, price = deal.direction, deal.book.price
        gains = [level for level in gains if level.is_beyond or not trend.in_profit(price, level.price)]
        losses = [level for level in losses if not trend.in_loss(price, level.price)]
    return nearest(losses, gains) if deal.direction.is_long else nearest(gains, losses)


def times_out_at(deal: Deal) -> datetime | None:
    """Return when a deal is closed whatever the price is."""
    if not deal.close_timeout or deal.base_order is None:
        return None
    return deal.base_order.updated_at + timedelta(seconds=deal.close_timeout)


def stops_at(deal: Deal) -> datetime | None:
    """Return when the stop loss closes a deal if the price does not recover before."""
    if deal.stop_broken_at is None:
        return None
    return deal.stop_broken_at + timedelta(seconds=deal.settings.stop_loss_timeout_in_seconds)


def next_moment(deal: Deal, now: datetime) -> datetime | None:
    """Return the next moment at which a deal is to be looked at."""
    if not deal.is_running:
        return None
    moments = (times_out_at(deal), stops_at(deal))
    return min((moment for moment in moments if moment is not None and moment > now), default=None)


def _gains(deal: Deal) -> list[Level]:
    """Return the levels on the side where the deal earns."""
    found = list[Level]()
    if deal.exit_refused and not deal.direction.is_long:
        found.append(Level(deal.book.price, is_beyond=True))
    if not deal.is_running:
        return found
    target = deal.trailing_target
    if deal.trailing_max_price is not None:
        found.append(Level(deal.trailing_max_price, is_beyond=True))
    elif target is not None and target.price > 0:
        found.append(Level(target.price))
    if deal.status == "close_strategy_activated" and deal.min_profit_price is not None:
        found.append(Level(deal.min_profit_price))
    if deal.tsl_max_price is not None:
        found.append(Level(deal.tsl_max_price, is_beyond=True))
    if deal.stop_level is not None and deal.stop_broken_at is not None:
        found.append(Level(deal.stop_level, is_beyond=True))
    return found


def _losses(deal: Deal) -> list[Level]:
    """Return the levels on the side where the deal loses."""
    found, settings = list[Level](), deal.settings
    if not deal.is_running:
        return found
    if deal.trailing_max_price is not None:
        found.append(Level(trailed(deal.direction, deal.trailing_max_price, settings.trailing_deviation)))
    if deal.stop_level is not None and deal.stop_broken_at is None:
        found.append(Level(deal.stop_level))
    if settings.active_safety_orders_count == 0 and deal.error_message is None:
        planned = next_planned(deal)
        level = None if planned is None else safety_aim(deal, planned)[0]
        if level is not None and level > 0:
            found.append(Level(level))
    return found
