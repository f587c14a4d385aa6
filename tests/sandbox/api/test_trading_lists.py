"""Lists of bots and deals: filters, order, pages, and walks through them while deals come and go."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

import threecommas_async.resources.deals as resource
from tests.sandbox.trading import E1, NONSTOP, Exchange
from threecommas_async.models import Deal


async def ids(found: Any) -> list[int]:
    return [one.id for one in await found]


async def a_hundred_deals(here: Exchange, count: int = 120) -> list[int]:
    """Have one bot open and close deals, a minute each, and return their ids; the last one runs."""
    bot = await here.bot(strategy_list=[NONSTOP], max_safety_orders=0, take_profit=1)
    for place in range(count - 1):
        await here.clock.advance(60)
        await here.to(f"{2000 * 1.02 ** (place + 1):.2f}")
    return await ids(here.client.deals.list(bot_id=bot.id, limit=1000))


async def test_a_page_has_50_deals_the_newest_first(here: Exchange) -> None:
    everything = await a_hundred_deals(here)
    assert len(everything) == 120
    assert everything == sorted(everything, reverse=True)
    deals = here.client.deals
    assert await ids(deals.list()) == everything[:50]
    assert await ids(deals.list(offset=50)) == everything[50:100]
    assert await ids(deals.list(offset=100)) == everything[100:]
    assert await ids(deals.list(limit=1000, order_direction="ASC")) == everything[::-1]
    assert await ids(deals.list(offset=500)) == []
    found = await deals.list(limit=1000)
    moments = [deal.created_at for deal in found if deal.created_at is not None]
    assert moments == sorted(moments, reverse=True)
    assert await ids(deals.list(created_from=moments[10], limit=1000)) == everything[:10]
    assert await ids(deals.list(created_to=moments[10], limit=1000)) == everything[11:]
    by_profit = [deal.actual_profit for deal in await deals.list(order="profit", limit=1000)]
    assert by_profit == sorted((one for one in by_profit if one is not None), reverse=True)
    closed = [deal.closed_at for deal in await deals.list(order="closed_at", limit=1000)]
    assert closed[-1] is None
    assert await ids(deals.list(scope="active")) == everything[:1]
    assert await ids(deals.list(scope="finished", limit=1000)) == everything[1:]
    assert await ids(deals.list(scope="completed", limit=1000)) == everything[1:]
    assert await ids(deals.list(scope="cancelled")) == await ids(deals.list(scope="failed")) == []


async def test_filters_of_deals(here: Exchange) -> None:
    eth = await here.deal()
    btc = await here.deal(pairs=["BTC_ETH"], base_order_volume="0.1", safety_order_volume="0.1")
    deals = here.client.deals
    assert btc.status == "failed"  # there is no BTC
    assert await ids(deals.list(quote="USDT")) == [eth.id]
    assert await ids(deals.list(quote="BTC")) == [btc.id]
    assert await ids(deals.list(base="ETH")) == [btc.id, eth.id]
    await deals.update(eth.id, note="mine")
    assert await ids(deals.list(note="mine")) == [eth.id]
    assert await ids(deals.list(note="other")) == []
    assert await ids(deals.list(account_id=here.account_id)) == [btc.id, eth.id]
    assert await ids(deals.list(account_id=7)) == await ids(deals.list(bot_id=7)) == []
    assert await ids(deals.list(scope="failed")) == [btc.id]


async def test_lists_of_bots(here: Exchange) -> None:
    bots, made = here.client.bots, list[int]()
    for number in range(60):
        await here.clock.advance(1)
        strategy = "short" if number % 2 else "long"
        settings = E1.evolved({"name": f"{number}", "strategy": strategy})
        made.insert(0, (await bots.create(account_id=here.account_id, settings=settings)).id)
    assert await ids(bots.list()) == made[:50]
    assert await ids(bots.list(limit=100)) == made
    assert await ids(bots.list(offset=50)) == made[50:]
    assert await ids(bots.list(order_direction="ASC", limit=3)) == made[:-4:-1]
    assert await ids(bots.list(strategy="short", limit=100)) == made[::2]
    assert await ids(bots.list(quote="BTC")) == []
    assert await ids(bots.list(scope="enabled")) == []
    await bots.enable(made[7])
    assert await ids(bots.list(scope="enabled")) == [made[7]]
    assert await ids(bots.list(sort_by="updated_at", limit=1)) == [made[0]]
    await here.clock.advance(1)
    await bots.disable(made[7])
    assert await ids(bots.list(sort_by="updated_at", limit=1)) == [made[7]]
    assert len(await bots.list(scope="disabled", limit=100)) == 60
    since = here.clock.now() - timedelta(seconds=4)
    assert await ids(bots.list(created_from=since)) == made[:3]
    asc = await here.caller.call("GET", "/ver1/bots", query={"sort_direction": "asc", "limit": 1})
    assert [bot["id"] for bot in asc.json] == made[-1:]


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        ("/ver1/bots", "limit", "101"),
        ("/ver1/bots", "limit", "0"),
        ("/ver1/bots", "sort_by", "name"),
        ("/ver1/bots", "strategy", "both"),
        ("/ver1/bots", "from", "soon"),
        ("/ver1/deals", "limit", "1001"),
        ("/ver1/deals", "scope", "running"),
        ("/ver1/deals", "order", "name"),
        ("/ver1/deals", "order_direction", "UP"),
        ("/ver1/deals", "bot_id", "x"),
    ],
)
async def test_wrong_filters_are_named(here: Exchange, path: str, name: str, value: str) -> None:
    answer = await here.caller.call("GET", path, query={name: value})
    assert answer.wrong.keys() == {name}


async def test_a_walk_while_deals_come_and_go_gives_none_twice_and_misses_none_that_stayed(
    here: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "_LARGEST_PAGE", 50)
    bots = [await here.bot(strategy_list=[NONSTOP], max_safety_orders=0, take_profit=1) for _ in range(70)]
    before = {deal.id async for deal in here.client.deals.iterate()}
    assert len(before) == len(bots)
    price, seen = 2000.0, list[Deal]()
    async for deal in here.client.deals.iterate():
        seen.append(deal)
        if len(seen) in (10, 40, 60):
            price *= 1.0125
            await here.clock.advance(1)
            await here.to(f"{price:.2f}")
    found = [deal.id for deal in seen]
    assert len(found) == len(set(found))
    assert before <= set(found)
    assert here.sandbox.requests[-1].path.endswith("/deals")
    assert sum(one.path.endswith("/deals") for one in here.sandbox.requests) > 4
    after = {deal.id async for deal in here.client.deals.iterate()}
    assert len(after) > len(before)
