"""Simple trades: wrong arguments go nowhere, lists are walked while trades end, a lost creation is found."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qs
from uuid import UUID

import pytest
from aioresponses import aioresponses

from tests.endpoints import catalogue
from tests.endpoints.trades import MARKET_BUY
from tests.loopback import Asked, Loopback
from threecommas_async import (
    HmacCredentials,
    InvalidRequestError,
    NotFoundError,
    Outcome,
    OutcomeUnknownError,
    ThreeCommasClient,
    ThreeCommasError,
)
from threecommas_async.models.simple_trade_plan import SimpleTradePlan, TradeCondition, TradeTrailing
from threecommas_async.transport.simulated_clock import SimulatedClock

TRADE: Final[dict[str, Any]] = json.loads(catalogue.entities("trades")[0].example)["trade"]
ID: Final = UUID("f89e3f34-1db1-47f2-81cc-9b4e5c50d7e1")
NOW: Final = int(datetime(2024, 9, 17, tzinfo=UTC).timestamp())  # what the clock of the tests shows

PLAN: Final = SimpleTradePlan.buy_limit(
    pair="USDT_BTC",
    units="0.50",
    price="10000",
    when=TradeCondition.at_most("10100.0", price_type="ask"),
    trailing=TradeTrailing.by_percent("1.0"),
    timeout=300,
    position_side="both",
    reduce_only=False,
)


@pytest.fixture
async def server() -> AsyncIterator[Loopback]:
    async with Loopback() as loopback:
        yield loopback


# --- wrong arguments


@pytest.mark.parametrize(
    ("value", "error"),
    [("12/../13", ValueError), ("", ValueError), (7, TypeError), (None, TypeError), (b"x", TypeError)],
)
@pytest.mark.parametrize("method", ["get", "cancel"])
async def test_a_wrong_id_goes_nowhere(method: str, value: object, error: type[Exception], server: Loopback) -> None:
    async with server.client() as client:
        with pytest.raises(error, match="uuid must be a UUID, not "):
            await getattr(client.trades, method)(value)
    assert server.asked == []


WRONG_ARGUMENTS: list[tuple[Callable[[Any], Awaitable[object]], type[Exception], str]] = [
    (lambda t: t.create(account_id="1", plan=MARKET_BUY), ValueError, "account_id must be an int of at least 0"),
    (lambda t: t.create(account_id=1, plan={"pair": "USDT_BTC"}), TypeError, "plan must be SimpleTradePlan, not dict"),
    (lambda t: t.list(account_id=True), ValueError, "account_id must be an int of at least 0"),
    (lambda t: t.list(limit=0), ValueError, "limit must be at least 1, not 0"),
    (lambda t: t.list(offset=-1), ValueError, "offset must be at least 0, not -1"),
    (lambda t: t.list(order_by=1), TypeError, "order_by must be a str, not int"),
    (lambda t: t.history(pair=""), ValueError, "pair is required"),
    (lambda t: t.history(order_direction=True), TypeError, "order_direction must be a str, not bool"),
    (lambda t: t.history(limit="10"), TypeError, "limit must be an int, not str"),
]


@pytest.mark.parametrize(("call", "error", "text"), WRONG_ARGUMENTS, ids=[text for _, _, text in WRONG_ARGUMENTS])
async def test_a_wrong_argument_goes_nowhere(
    call: Callable[[Any], Awaitable[object]], error: type[Exception], text: str, server: Loopback
) -> None:
    async with server.client() as client:
        with pytest.raises(error) as caught:
            await call(client.trades)
    assert type(caught.value) is error
    assert str(caught.value).startswith(text)
    assert server.asked == []


# --- what goes out and comes back


async def test_an_id_may_be_a_uuid_or_its_text() -> None:
    url = f"https://api.3commas.io/public/api/ver1/trades/{ID}"
    with aioresponses() as mocked:
        for _ in range(2):
            mocked.add(url, "GET", body=json.dumps({"trade": {**TRADE, "uuid": str(ID)}}))
        mocked.add(f"{url}/cancel", "POST", status=201, body=json.dumps({"trade": TRADE}))
        async with ThreeCommasClient(HmacCredentials("key", "secret"), limits=None) as client:
            trade = await client.trades.get(str(ID).upper())
            assert (await client.trades.get(trade.uuid)).uuid == ID
            await client.trades.cancel(trade.uuid)
    assert [(verb, url.path.rpartition("ver1")[2]) for verb, url in mocked.requests or {}] == [
        ("GET", f"/trades/{ID}"),
        ("POST", f"/trades/{ID}/cancel"),
    ]


async def test_words_of_a_list_go_out_as_they_were_given(server: Loopback) -> None:
    server.text = '{"trades": []}'
    async with server.client() as client:
        await client.trades.list(order_by="closed_at", order_direction="DESC")
        await client.trades.history(pair="USDT_BTC", order_by="units", order_direction="asc", limit=5000)
    assert [asked.query for asked in server.asked] == [
        "order_by=closed_at&order_direction=DESC",
        "pair=USDT_BTC&order_by=units&order_direction=asc&limit=5000",
    ]


async def test_a_refusal_says_why(server: Loopback) -> None:
    server.status = 422
    server.text = '{"error": "invalid_request", "error_description": "Missing or invalid parameters"}'
    async with server.client() as client:
        with pytest.raises(InvalidRequestError, match="invalid_request: Missing or invalid parameters") as caught:
            await client.trades.create(account_id=1, plan=PLAN)
    assert caught.value.outcome is Outcome.NOT_DONE


# --- lists


class Lists:
    """Serves active trades and those that are over as the API does; ``ends`` moves some from one to the other."""

    def __init__(self, active: int, over: int) -> None:
        self.active = [self._row(place) for place in range(active)]
        self.over = [self._row(place) for place in range(active, active + over)]
        self.before_answering: Callable[[int], None] = lambda _: None
        self.asked = 0

    @staticmethod
    def _row(place: int) -> dict[str, object]:
        return {"uuid": str(UUID(int=place)), "created_at": NOW - place, "pair": "USDT_BTC"}

    def ends(self, place: int) -> None:
        (row,) = [row for row in self.active if row["uuid"] == str(UUID(int=place))]
        self.active.remove(row)
        self.over.insert(0, row)

    def answer(self, asked: Asked) -> str:
        self.before_answering(self.asked)
        self.asked += 1
        query = parse_qs(asked.query)
        start, size = int(query["offset"][0]), int(query["limit"][0])
        rows = self.over if asked.path.endswith("history") else self.active
        return json.dumps({"trades": rows[start : start + size]})


async def test_all_trades_are_walked_the_newest_first(server: Loopback) -> None:
    lists = Lists(active=130, over=70)
    server.text = lists.answer
    async with server.client() as client:
        found = client.trades.iterate(account_id=1, pair="USDT_BTC")
        assert server.asked == []
        assert [trade.uuid.int async for trade in found] == list(range(130))
        assert [trade.uuid.int async for trade in client.trades.iterate_history()] == list(range(130, 200))
    first = parse_qs(server.asked[0].query)
    assert first == {
        "account_id": ["1"],
        "pair": ["USDT_BTC"],
        "order_by": ["created_at"],
        "order_direction": ["desc"],
        "limit": ["50"],
        "offset": ["0"],
    }
    assert {asked.path for asked in server.asked} == {"/ver1/trades", "/ver1/trades/history"}


async def test_none_is_missed_and_none_comes_twice_while_trades_end(server: Loopback) -> None:
    lists = Lists(active=160, over=0)

    def end_some(request: int) -> None:
        if 1 <= request <= 3:
            for place in range(request * 7, request * 7 + 7):
                lists.ends(place)

    lists.before_answering = end_some
    server.text = lists.answer
    async with server.client() as client:
        walked = [trade.uuid.int async for trade in client.trades.iterate()]
    assert len(set(walked)) == len(walked)
    assert set(walked) >= set(range(160)) - set(range(7, 28))


# --- a create whose response was lost


def created(**changes: object) -> dict[str, object]:
    """A row that the plan would have made, as the API may write it."""
    return {
        **TRADE,
        "account_id": 5,
        "pair": "USDT_BTC",
        "created_at": NOW,
        "closed_at": None,
        "order": {"type": "limit", "side": "buy", "strategy": "gtc", "position_side": "both", "reduce_only": False},
        "units": {"value": "0.5"},
        "price": {"value": "10000.0"},
        "conditional": {"enabled": True, "value": "less_or_equal", "price": {"value": "10100", "type": "ask"}},
        "trailing": {"enabled": True, "value": None, "percent": "1"},
        "timeout": {"enabled": True, "value": "300"},
        **changes,
    }


async def lost_creation(
    server: Loopback, clock: SimulatedClock, plan: SimpleTradePlan = PLAN
) -> tuple[ThreeCommasClient, ThreeCommasError]:
    client = server.client(clock=clock)
    server.status, server.text = 504, "gateway"
    with pytest.raises(OutcomeUnknownError) as caught:
        await client.trades.create(account_id=5, plan=plan)
    server.status = 200
    server.asked.clear()
    return client, caught.value


def lists_of(active: list[dict[str, object]], over: list[dict[str, object]]) -> Callable[[Asked], str]:
    return lambda asked: json.dumps({"trades": over if asked.path.endswith("history") else active})


@pytest.mark.parametrize(
    ("row", "is_found"),
    [
        (created(), True),
        (created(created_at=NOW + 3), True),
        (created(created_at=NOW - 119), True),
        (created(status={"basic_type": "cancelled"}, closed_at=NOW), True),
        (created(leverage={"type": "cross"}, total=None), True),
        (created(timeout=None), True),
        (created(account_id=6), False),
        (created(pair="USDT_ETH"), False),
        (created(created_at=NOW - 121), False),
        (created(created_at=None), False),
        (created(order={"type": "limit", "side": "sell"}), False),
        (created(order={"type": "market", "side": "buy"}), False),
        (created(units={"value": "0.51"}), False),
        (created(price={"value": "10001"}), False),
        (created(conditional={"enabled": False}), False),
        (created(conditional={"enabled": True, "price": {"value": "10099"}}), False),
        (created(conditional={"enabled": True, "price": {"value": "10100", "type": "last"}}), False),
        (created(conditional={"enabled": True, "value": "less"}), False),
        (created(order={"type": "limit", "side": "buy", "position_side": "long"}), False),
        (created(order={"type": "limit", "side": "buy", "reduce_only": True}), False),
        (created(trailing={"enabled": True, "percent": "1.1"}), False),
        (created(timeout={"enabled": True, "value": "301"}), False),
    ],
    ids=str,
)
@pytest.mark.parametrize("is_over", [False, True])
async def test_a_trade_is_found_by_all_that_it_was_given(
    row: dict[str, object], is_found: bool, is_over: bool, server: Loopback, clock: SimulatedClock
) -> None:
    client, error = await lost_creation(server, clock)
    async with client:
        server.text = lists_of([] if is_over else [row], [row] if is_over else [])
        trade = await client.trades.find_created(error)
    assert (trade is not None) == is_found
    assert [*clock.sleeps] == ([] if is_found else [1.0, 2.0, 4.0])
    query = parse_qs(server.asked[0].query)
    assert (query["account_id"], query["pair"]) == (["5"], ["USDT_BTC"])


async def test_a_trade_that_ends_while_it_is_looked_for_is_found(server: Loopback, clock: SimulatedClock) -> None:
    client, error = await lost_creation(server, clock)
    row = created()
    active, over = [row], list[dict[str, object]]()

    def answer(asked: Asked) -> str:
        text = json.dumps({"trades": over if asked.path.endswith("history") else active})
        active.clear()  # it ends between the first request and the second
        over[:] = [row]
        return text

    async with client:
        server.text = answer
        assert await client.trades.find_created(error) is not None
    assert not clock.sleeps


def past(count: int, *, ascending: bool) -> list[dict[str, object]]:
    """A long history, and the trade that is looked for as its newest."""
    old = [created(uuid=str(UUID(int=place)), created_at=NOW - 10_000 - place) for place in range(count)]
    rows = [created(), *old]
    return rows[::-1] if ascending else rows


@pytest.mark.parametrize("ascending", [False, True])
async def test_a_long_history_is_read_as_far_as_it_is_needed(
    ascending: bool, server: Loopback, clock: SimulatedClock
) -> None:
    client, error = await lost_creation(server, clock)
    rows = past(400, ascending=ascending)

    def answer(asked: Asked) -> str:
        query = parse_qs(asked.query)
        start, size = int(query["offset"][0]), int(query["limit"][0])
        return json.dumps({"trades": rows[start : start + size] if asked.path.endswith("history") else []})

    async with client:
        server.text = answer
        assert await client.trades.find_created(error) is not None
    pages = [asked for asked in server.asked if asked.path.endswith("history")]
    assert len(pages) == 1 if not ascending else len(pages) > 400 / 50


async def test_a_history_that_is_sorted_otherwise_is_read_to_its_end(server: Loopback, clock: SimulatedClock) -> None:
    client, error = await lost_creation(server, clock)
    ages = [10_000, 9_000, 11_000, 8_000, 12_000, 0]
    rows = [created(uuid=str(UUID(int=age)), created_at=NOW - age) for age in ages]
    async with client:
        server.text = lists_of([], rows)
        trade = await client.trades.find_created(error)
    assert trade is not None
    assert trade.uuid.int == 0


async def test_a_market_order_has_no_price_to_tell_it_by(server: Loopback, clock: SimulatedClock) -> None:
    client, error = await lost_creation(server, clock, MARKET_BUY)
    nothing: dict[str, object] = {"conditional": {"enabled": False}, "trailing": {"enabled": False}, "timeout": None}
    row = created(order={"type": "market", "side": "buy"}, units={"value": "1"}, price={"value": None}, **nothing)
    async with client:
        server.text = lists_of([row], [])
        assert await client.trades.find_created(error) is not None


async def test_of_several_the_newest_is_taken(server: Loopback, clock: SimulatedClock) -> None:
    client, error = await lost_creation(server, clock)
    async with client:
        rows = [created(created_at=NOW - age, uuid=str(UUID(int=age))) for age in (5, 1, 60)]
        server.text = lists_of(rows[:2], rows[2:])
        trade = await client.trades.find_created(error)
    assert trade is not None
    assert trade.uuid.int == 1


async def test_what_was_refused_is_not_looked_for_and_errors_of_other_calls_are_refused(server: Loopback) -> None:
    server.status, server.text = 422, '{"error": "invalid_request"}'
    async with server.client() as client:
        with pytest.raises(InvalidRequestError) as refused:
            await client.trades.create(account_id=5, plan=PLAN)
        asked_before = len(server.asked)
        assert await client.trades.find_created(refused.value) is None
        assert len(server.asked) == asked_before
        server.status, server.text = 404, '{"error": "not_found"}'
        with pytest.raises(NotFoundError) as caught:
            await client.trades.get(ID)
        with pytest.raises(ValueError, match="must come from POST /ver1/trades, not from GET /ver1/trades/"):
            await client.trades.find_created(caught.value)
