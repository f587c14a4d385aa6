"""What deals have brought."""

from __future__ import annotations

from datetime import date, timedelta

from tests.sandbox.engine.trading import BASE_ONLY, NONSTOP, START, D, after, opened, running_bot, text, to, world
from threecommas_async.sandbox.engine import Engine
from threecommas_async.sandbox.engine.bots.statistics import (
    closed_on,
    deals_stats,
    profit_by_currency,
    usd_profit,
    usd_profit_by_day,
)

DAY = START.date()


def traded() -> Engine:
    """Return a world with a profit, a loss a day later, a cancelled deal and an active one."""
    engine = world()
    bot = running_bot(engine, BASE_ONLY, strategy_list=NONSTOP, stop_loss_percentage=D(8))
    to(engine, "2044.09")
    after(engine, 86_400)
    to(engine, "1800")
    engine.deals.cancel(opened(engine, BASE_ONLY).id)
    engine.deals.panic_sell(opened(engine, BASE_ONLY).id)
    engine.settle()
    assert [deal.status for deal in bot.deals.values()] == ["completed", "stop_loss_finished", "bought"]
    return engine


def test_counts_and_sums_of_deals() -> None:
    engine = traded()
    stats = deals_stats(engine.deals.select())
    assert (stats.active, stats.completed, stats.panic_sold) == (1, 3, 1)
    results = [deal.final_profit for deal in engine.deals.select("finished")]
    assert sum(results) == stats.completed_deals_usd_profit == usd_profit(engine.deals.select())
    (active,) = engine.deals.select("active")
    assert stats.funds_locked_in_active_deals == active.bought_volume
    assert stats.active_deals_usd_profit == active.actual_profit


def test_profit_by_currency() -> None:
    engine = traded()
    assert profit_by_currency(engine.deals.select()) == {"USDT": usd_profit(engine.deals.select())}
    assert profit_by_currency([]) == {}


def test_profit_by_day_leaves_out_days_without_closings() -> None:
    engine = traded()
    days = usd_profit_by_day(engine.deals.select(), DAY + timedelta(days=5), 30)
    assert list(days) == [DAY, DAY + timedelta(days=1)]
    assert text(days[DAY]) == "2.0022955"
    assert sum(days.values()) == usd_profit(engine.deals.select())
    assert usd_profit_by_day(engine.deals.select(), DAY, 1) == {DAY: days[DAY]}
    assert usd_profit_by_day(engine.deals.select(), date(2024, 1, 1), 30) == {}


def test_deals_closed_on_a_day() -> None:
    engine = traded()
    assert [deal.status for deal in closed_on(engine.deals.select(), DAY)] == ["completed"]
    assert len(closed_on(engine.deals.select(), DAY + timedelta(days=1))) == 3
