"""Walks through the lists of trading while rows come and go: none comes twice, none that stayed is missed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from random import Random
from types import ModuleType
from typing import Any, Final

import pytest
from attrs import frozen

import threecommas_async.resources.bots as bots_resource
import threecommas_async.resources.grid_bots as grid_bots_resource
import threecommas_async.resources.smart_trades as smart_trades_resource
import threecommas_async.resources.trades as trades_resource
from tests.sandbox.trading import E1, MARKET, PAIR, Exchange, exchange
from threecommas_async import ThreeCommasClient
from threecommas_async.models import BotEvent, GridBotSettings, SimpleTradePlan, SmartTradePlan

ROWS: Final = 130
GRID: Final = GridBotSettings(
    name="Grid",
    pair=PAIR,
    lower_price="1800",
    upper_price="2200",
    grids_quantity=5,
    quantity_per_grid="100",
    order_currency_type="quote",
    profit_currency_type="quote",
    grid_type="arithmetic",
)


@pytest.fixture
async def here() -> AsyncIterator[Exchange]:
    async with exchange() as running:
        yield running


@frozen
class Listing:
    """A list, and how rows come to it and go."""

    module: ModuleType
    largest_page: str
    """The name of the module's largest page, which is made smaller."""
    page: int
    walk: Callable[[ThreeCommasClient], AsyncIterator[Any]]
    add: Callable[[Exchange, int], Awaitable[Any]]
    """Adds a row to the list of an account, and returns it."""
    remove: Callable[[Exchange, Any], Awaitable[object]] | None
    """Removes a row; None if one only goes with its account."""


async def _waiting(here: Exchange, account_id: int) -> Any:
    plan = SimpleTradePlan.buy_limit(pair=PAIR, units="0.01", price="1000")
    return await here.client.trades.create(account_id=account_id, plan=plan)


async def _over(here: Exchange, account_id: int) -> Any:
    """Let a trade be over: now and then an old one, which comes to the list between others."""
    waiting = await here.client.trades.list(account_id=account_id, limit=3)
    if len(waiting) == 3:
        return await here.client.trades.cancel(waiting[0].uuid)
    await _waiting(here, account_id)
    plan = SimpleTradePlan.buy_market(pair=PAIR, units="0.01")
    return await here.client.trades.create(account_id=account_id, plan=plan)


async def _bot(here: Exchange, account_id: int) -> Any:
    return await here.client.bots.create(account_id=account_id, settings=E1)


async def _smart_trade(here: Exchange, account_id: int) -> Any:
    plan = SmartTradePlan.buy(PAIR, units="0.01", price="1000")
    return await here.client.smart_trades.create(account_id=account_id, plan=plan)


async def _grid_bot(here: Exchange, account_id: int) -> Any:
    return await here.client.grid_bots.create(account_id=account_id, settings=GRID)


LISTS: Final[Mapping[str, Listing]] = {
    "bots, by limit and offset": Listing(
        bots_resource,
        "_LARGEST_PAGE",
        50,
        lambda client: client.bots.iterate(),
        _bot,
        lambda here, bot: here.client.bots.delete(bot.id),
    ),
    "grid bots, by limit and offset": Listing(
        grid_bots_resource,
        "_PAGE",
        50,
        lambda client: client.grid_bots.iterate(),
        _grid_bot,
        lambda here, bot: here.client.grid_bots.delete(bot.id),
    ),
    "active SmartTrades, by page": Listing(
        smart_trades_resource,
        "_LARGEST_PAGE",
        60,
        lambda client: client.smart_trades.iterate(status="active"),
        _smart_trade,
        lambda here, trade: here.client.smart_trades.cancel(trade.id),
    ),
    "all SmartTrades, by page": Listing(
        smart_trades_resource,
        "_LARGEST_PAGE",
        60,
        lambda client: client.smart_trades.iterate(status="all"),
        _smart_trade,
        None,
    ),
    "active trades, by limit and offset": Listing(
        trades_resource,
        "_PAGE",
        50,
        lambda client: client.trades.iterate(),
        _waiting,
        lambda here, trade: here.client.trades.cancel(trade.uuid),
    ),
    "past trades, by limit and offset": Listing(
        trades_resource, "_PAGE", 50, lambda client: client.trades.iterate_history(), _over, None
    ),
}


def identity(row: Any) -> object:
    return row.uuid if hasattr(row, "uuid") else row.id


class Rows:
    """The rows of a list that change by a seed."""

    def __init__(self, here: Exchange, listing: Listing, seed: int) -> None:
        self._here = here
        self._listing = listing
        self._draw = Random(seed)  # noqa: S311
        self._there: dict[object, Any] = {}
        self._account_of: dict[object, int] = {}
        self._accounts: list[int] = []
        self.stayed: set[object] = set()
        self.ever: set[object] = set()
        self.gone = 0

    async def fill(self) -> None:
        """Add rows on several accounts; several in one second, as programs do."""
        self._accounts = [
            self._here.sandbox.accounts.add(type=MARKET, balances={"USDT": 10**7, "ETH": 10**4}) for _ in range(9)
        ]
        for _ in range(ROWS):
            await self._add()
        self.stayed = set(self._there)

    async def change(self) -> None:
        """Let rows come and go."""
        for _ in range(self._draw.randrange(1, 5)):
            if self._draw.random() < 0.4:
                await self._add()
            elif self._listing.remove is not None:
                await self._remove(self._draw.choice(list(self._there)))
        if self._listing.remove is None and len(self._accounts) > 3:
            self._remove_account(self._draw.choice(self._accounts))

    async def _add(self) -> None:
        await self._here.clock.advance(self._draw.choice([0, 0, 1, 60]))
        account_id = self._draw.choice(self._accounts)
        row = await self._listing.add(self._here, account_id)
        key = identity(row)
        self.ever.add(key)
        self._there[key], self._account_of[key] = row, account_id

    async def _remove(self, key: object) -> None:
        assert self._listing.remove is not None
        await self._listing.remove(self._here, self._there[key])
        self._forget(key)

    def _remove_account(self, account_id: int) -> None:
        self._here.sandbox.accounts.remove(account_id)
        self._accounts.remove(account_id)
        for key in [key for key in self._there if self._account_of[key] == account_id]:
            self._forget(key)

    def _forget(self, key: object) -> None:
        del self._there[key]
        self.stayed.discard(key)
        self.gone += 1


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", LISTS)
async def test_none_comes_twice_and_none_that_stayed_is_missed(
    name: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing = LISTS[name]
    monkeypatch.setattr(listing.module, listing.largest_page, listing.page)
    async with exchange() as here:
        rows = Rows(here, listing, seed)
        await rows.fill()
        here.sandbox.requests.clear()
        walked = list[object]()
        async for row in listing.walk(here.client):
            walked.append(identity(row))
            if len(walked) % 8 == 0:
                await rows.change()
        pages = sum(one.method == "GET" for one in here.sandbox.requests)
        assert len(walked) == len(set(walked))
        assert rows.stayed <= set(walked) <= rows.ever
        assert (rows.gone > 10, pages > 2) == (True, True)
        again = [identity(row) async for row in listing.walk(here.client)]
        assert set(again) == set(rows._there)


async def test_pages_of_a_grid_bots_events_are_complete_while_events_come(here: Exchange) -> None:
    bots = here.client.grid_bots
    bot = await bots.create(account_id=here.account_id, settings=GRID)
    await bots.enable(bot.id)
    for _ in range(6):
        await here.to("1890", "1990", "2110", "2000")
    before = await bots.events(bot.id)
    assert 30 < len(before) < 100
    read = list[BotEvent]()
    for page in range(1, 30):
        rows = await bots.events(bot.id, page=page, per_page=7)
        read += rows
        if len(rows) < 7:
            break
        if page % 2:
            await here.to("1890" if page % 4 == 1 else "2000")
    after = await bots.events(bot.id)
    assert len(after) > len(before)
    assert read[: len(before)] == before
    assert read == after[: len(read)]
