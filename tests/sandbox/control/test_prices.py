"""Prices that a test moves, pairs that it adds, signals that it gives."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

from tests.sandbox.trading import E1, MARKET, NONSTOP, PAIR, RSI, Exchange, exchange
from threecommas_async.sandbox import ReplayProgress, Sandbox
from threecommas_async.transport.simulated_clock import SimulatedClock

MINUTES_OF_A_MONTH: Final = 30 * 24 * 60


async def test_prices_begin_where_the_rates_are_and_show_there(here: Exchange) -> None:
    async def rates(market: str) -> Any:
        query = {"market_code": market, "pair": PAIR}
        return (await here.caller.call("GET", "/ver1/accounts/currency_rates", query=query)).json

    assert (await rates("kraken"))["last"] == "2464.05"
    assert here.sandbox.prices.get("kraken", PAIR) == Decimal("2464.05")
    assert (await rates(MARKET))["last"] == "2000.0"
    await here.to("1980.5")
    now = await rates(MARKET)
    assert (now["last"], now["priceStep"], now["lotStep"], now["minTotal"]) == ("1980.5", "0.01", "0.0001", "5.0")
    assert (await rates("kraken"))["last"] == "2464.05"


async def test_a_pair_with_a_new_currency_is_traded_and_shown(here: Exchange) -> None:
    here.sandbox.pairs.add(MARKET, "USDT_XYZ", price="2000", price_step="0.01", lot_step="0.0001")
    assert "USDT_XYZ" in here.sandbox.pairs.of(MARKET)
    listed = await here.caller.call("GET", "/ver1/accounts/market_pairs", query={"market_code": MARKET})
    assert "USDT_XYZ" in listed.json
    deal = await here.deal(pairs=["USDT_XYZ"])
    assert (deal.bought_amount, deal.to_currency) == (Decimal("0.05"), "XYZ")
    assert (await here.held())["XYZ"] == Decimal("0.05")
    await here.sandbox.prices.set(MARKET, "USDT_XYZ", "2010")
    [row] = [row for row in await here.client.accounts.account_table(here.account_id) if row.currency_code == "XYZ"]
    assert (row.usd_value, row.current_price_usd) == (Decimal("100.5"), Decimal(2010))
    here.sandbox.accounts.set_balances(here.account_id, {"XYZ": 1, "USDT": 1000})
    with pytest.raises(ValueError, match="a bot trades USDT_XYZ"):
        here.sandbox.pairs.add(MARKET, "USDT_XYZ", price=1, price_step="0.01", lot_step="0.0001")


async def test_a_signal_opens_a_deal_or_says_why_not(here: Exchange) -> None:
    signals = here.sandbox.signals
    bot = await here.client.bots.create(account_id=here.account_id, settings=E1)
    assert (await signals.open(bot.id)).obstacle == "the bot is disabled"
    await here.client.bots.enable(bot.id)
    opened = await signals.open(bot.id, PAIR)
    assert (opened.deal_id, opened.obstacle) == ((await here.client.deals.list())[0].id, None)
    assert (await signals.open(bot.id)).obstacle == "max_active_deals is reached"
    later = await here.bot(deal_start_delay_seconds=30)
    waiting = await signals.open(later.id)
    assert (waiting.deal_id, waiting.due_at) == (None, here.clock.now() + timedelta(seconds=30))
    await here.clock.advance(29)
    assert await here.client.deals.list(bot_id=later.id) == []
    await here.clock.advance(60)
    [deal] = await here.client.deals.list(bot_id=later.id)
    assert deal.created_at == waiting.due_at


async def test_a_close_signal_waits_for_the_minimum_profit(here: Exchange) -> None:
    deal = await here.deal(close_strategy_list=[RSI], take_profit=0, min_profit_percentage=1)
    assert await here.sandbox.signals.close(deal.id) == "close_strategy_activated"
    waiting = await here.client.deals.get(deal.id)
    assert (waiting.status, waiting.smart_trade_convertable) == ("close_strategy_activated", False)
    await here.to("2030")
    assert (await here.client.deals.get(deal.id)).status == "completed"


async def test_a_nonstop_bot_goes_on_after_its_cooldown(here: Exchange) -> None:
    bot = await here.bot(strategy_list=[NONSTOP], cooldown=60)
    await here.to("2050")
    assert [deal.status for deal in await here.client.deals.list()] == ["completed"]
    closed = here.clock.now()
    await here.clock.advance(3600)
    [newest, oldest] = await here.client.deals.list(bot_id=bot.id)
    assert (newest.status, oldest.status) == ("bought", "completed")
    assert newest.created_at == closed + timedelta(seconds=60)  # though nobody asked for an hour


async def test_closings_wait_for_settle_if_they_are_told_to() -> None:
    async with exchange(settle_automatically=False) as here:
        deal = await here.deal()
        await here.client.deals.panic_sell(deal.id)
        await here.to("1990", "2050")
        assert (await here.client.deals.get(deal.id)).status == "panic_sell_pending"
        cancelling = await here.client.deals.cancel(deal.id)
        assert cancelling.status == "cancel_pending"
        here.sandbox.settle()
        assert (await here.client.deals.get(deal.id)).status == "cancelled"


async def test_the_fee_can_be_set() -> None:
    async with exchange(fee="0") as here:
        deal = await here.deal()
        assert (deal.base_order_average_price, deal.bought_volume) == (Decimal(2000), Decimal(100))


WRONG: Final[list[tuple[str, type[Exception], str, Callable[[Sandbox], Awaitable[object] | object]]]] = [
    ("market", ValueError, "market 'nowhere' is not in", lambda s: s.prices.set("nowhere", PAIR, 1)),
    ("pair", ValueError, "pair 'USDT_NO' is not traded at binance", lambda s: s.prices.set(MARKET, "USDT_NO", 1)),
    ("price 0", ValueError, "price must be a number above 0, not 0", lambda s: s.prices.set(MARKET, PAIR, 0)),
    ("price text", ValueError, "price must be a number, not 'x'", lambda s: s.prices.set(MARKET, PAIR, "x")),
    ("price nan", ValueError, "price must be a number above 0, not NaN", lambda s: s.prices.set(MARKET, PAIR, "NaN")),
    (
        "price float",
        TypeError,
        "price must be a Decimal, a str or an int: a float is not exact",
        lambda s: s.prices.set(MARKET, PAIR, 1980.5),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    ),
    ("walk text", TypeError, "prices must be a sequence", lambda s: s.prices.walk(MARKET, PAIR, "1980")),
    (
        "pair of one",
        ValueError,
        "pair must be a quote and a base currency",
        lambda s: s.pairs.add(MARKET, "XYZ", price=1, price_step=1, lot_step=1),
    ),
    (
        "step",
        ValueError,
        "lot_step must be a number above 0",
        lambda s: s.pairs.add(MARKET, "USDT_XYZ", price=1, price_step=1, lot_step=0),
    ),
    ("bot", ValueError, "bot_id: there is no bot 7", lambda s: s.signals.open(7)),
    ("deal", ValueError, "deal_id: there is no deal 7", lambda s: s.signals.close(7)),
    (
        "bot text",
        TypeError,
        "bot_id must be an int, not str",
        lambda s: s.signals.open("7"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    ),
    ("fee", ValueError, "fee must be a rate below 1", lambda _: Sandbox(fee=1)),
    ("fee below", ValueError, "fee must be a number of at least 0", lambda _: Sandbox(fee="-0.1")),
    ("replay", ValueError, "a replay needs a simulated clock", lambda _: Sandbox().prices.replay(MARKET, PAIR, [])),
    ("no rows", ValueError, "rows must not be empty", lambda s: s.prices.replay(MARKET, PAIR, [])),
    (
        "past",
        ValueError,
        "but row 1, 2020-01-01T00:00:00+00:00, is before the present",
        lambda s: s.prices.replay(MARKET, PAIR, [("2020-01-01", 1)]),
    ),
    (
        "backwards",
        ValueError,
        "but row 2, 2026-01-01T00:00:00+00:00, is before the one before",
        lambda s: s.prices.replay(MARKET, PAIR, [("2026-01-02", 1), ("2026-01-01", 2)]),
    ),
    (
        "price of a row",
        ValueError,
        "the price of row 2 must be a number above 0",
        lambda s: s.prices.replay(MARKET, PAIR, [("2026-01-02", 1), ("2026-01-03", 0)]),
    ),
    (
        "time of a row",
        ValueError,
        "the time of row 1 must be a time, not 'soon'",
        lambda s: s.prices.replay(MARKET, PAIR, [("soon", 1)]),
    ),
]


@pytest.mark.parametrize(("kind", "message", "act"), [one[1:] for one in WRONG], ids=[one[0] for one in WRONG])
async def test_what_is_wrong_is_named_and_changes_nothing(
    kind: type[Exception], message: str, act: Callable[[Sandbox], Any]
) -> None:
    sandbox = Sandbox(clock=SimulatedClock())
    with pytest.raises(kind, match=re.escape(message)):
        await act(sandbox)
    assert sandbox.prices.get(MARKET, PAIR) == Decimal("2464.05")
    assert "USDT_XYZ" not in sandbox.pairs.of(MARKET)


async def test_a_walk_with_a_wrong_price_does_not_begin(here: Exchange) -> None:
    with pytest.raises(ValueError, match="price must be"):
        await here.to("1990", "0")
    assert here.sandbox.prices.get(MARKET, PAIR) == 2000


# ---- replays -----------------------------------------------------------------------------------------------------
def a_month_of_minutes(here: Exchange) -> list[tuple[str, str]]:
    """Return prices that swing by 12 % in a day and drift, with their times."""
    start, rows = here.clock.now(), list[tuple[str, str]]()
    for minute in range(MINUTES_OF_A_MONTH):
        swing = abs(minute % 1440 - 720)
        price = Decimal(2000) + Decimal(swing - 360) / 3 + Decimal(minute) / 1000
        rows.append(((start + timedelta(minutes=minute)).isoformat(), f"{price:.2f}"))
    return rows


async def test_a_month_of_minutes_is_replayed_in_few_steps_of_the_loop(here: Exchange, tmp_path: Path) -> None:
    bot = await here.bot(strategy_list=[NONSTOP])
    rows, seen = a_month_of_minutes(here), list[ReplayProgress]()
    file = tmp_path / "prices.csv"
    file.write_text("time,price\n" + "\n".join(",".join(row) for row in rows) + "\n")
    start = here.clock.now()
    assert await here.sandbox.prices.replay(MARKET, PAIR, file, progress=seen.append) == MINUTES_OF_A_MONTH
    assert here.clock.now() == start + timedelta(minutes=MINUTES_OF_A_MONTH - 1)
    assert [one.done for one in seen] == sorted({one.done for one in seen})
    assert (seen[-1].done, seen[-1].total, seen[-1].time) == (MINUTES_OF_A_MONTH, MINUTES_OF_A_MONTH, here.clock.now())
    assert len(seen) < 200
    deals = await here.client.deals.list(bot_id=bot.id, limit=1000)
    finished = [deal for deal in deals if deal.is_finished]
    assert len(finished) > 20
    assert {deal.status for deal in finished} == {"completed"}
    stamps = {deal.closed_at for deal in finished}
    assert len(stamps) == len(finished)  # each at the time of its own row
    profits = await here.client.bots.profit_by_day(bot.id)
    assert 20 < len(profits) <= 30


async def test_who_sleeps_during_a_replay_wakes_at_the_right_moments(here: Exchange) -> None:
    seen = list[tuple[float, Decimal]]()
    start = here.clock.elapsed

    async def look() -> None:
        while True:
            await here.clock.sleep(90)
            seen.append((here.clock.elapsed - start, here.sandbox.prices.get(MARKET, PAIR)))

    looking = asyncio.create_task(look())
    rows = [(here.clock.now() + timedelta(minutes=minute), 2000 + minute) for minute in range(10)]
    await here.sandbox.prices.replay(MARKET, PAIR, rows)
    looking.cancel()
    assert [moment for moment, _ in seen[:5]] == [90, 180, 270, 360, 450]
    assert [price for _, price in seen[:5]] == [2001, 2002, 2004, 2005, 2007]


@pytest.mark.parametrize(
    "written", ["2025-01-01T00:05:00", "2025-01-01 00:05:00+00:00", "1735689900", "1735689900000", 1735689900]
)
async def test_times_can_be_written_in_many_ways(here: Exchange, written: object) -> None:
    await here.sandbox.prices.replay(MARKET, PAIR, [(written, "1999")])
    assert here.clock.now().isoformat() == "2025-01-01T00:05:00+00:00"
    assert here.sandbox.prices.get(MARKET, PAIR) == 1999
