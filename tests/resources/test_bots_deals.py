"""Bots and deals: wrong arguments go nowhere, lists are walked, a lost creation is found, funds are added."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final
from urllib.parse import parse_qs, parse_qsl

import pytest

from tests.endpoints import catalogue
from tests.endpoints.bots import NEW_BOT
from tests.loopback import Asked, Loopback
from threecommas_async import (
    HmacCredentials,
    Outcome,
    OutcomeUnknownError,
    ThreeCommasClient,
    ThreeCommasError,
    UnreadableResponseError,
)
from threecommas_async.models.deal import Deal
from threecommas_async.models.deal_order import DealOrder
from threecommas_async.models.strategy import AvailableStrategy
from threecommas_async.transport.simulated_clock import SimulatedClock

Call = Callable[[ThreeCommasClient, Any], Awaitable[object]]

BOT: Final[dict[str, Any]] = json.loads(catalogue.entities("bots")[0].example)
DEAL: Final[dict[str, Any]] = json.loads(catalogue.entities("deals")[0].example)
ORDERS: Final = next(
    response.text
    for endpoint in catalogue.endpoints("deals")
    if endpoint.path.endswith("market_orders")
    for response in endpoint.responses
)


@pytest.fixture
async def server() -> AsyncIterator[Loopback]:
    async with Loopback() as loopback:
        yield loopback


# --- wrong arguments


IDS: tuple[tuple[str, str, Call], ...] = (
    ("bots.get", "bot_id", lambda c, id_: c.bots.get(id_)),
    ("bots.enable", "bot_id", lambda c, id_: c.bots.enable(id_)),
    ("bots.disable", "bot_id", lambda c, id_: c.bots.disable(id_)),
    ("bots.copy", "bot_id", lambda c, id_: c.bots.copy(id_, name="Copy", secret="0123abcdef")),
    ("bots.panic_sell_all_deals", "bot_id", lambda c, id_: c.bots.panic_sell_all_deals(id_)),
    ("bots.cancel_all_deals", "bot_id", lambda c, id_: c.bots.cancel_all_deals(id_)),
    ("bots.profit_by_day", "bot_id", lambda c, id_: c.bots.profit_by_day(id_)),
    ("bots.delete", "bot_id", lambda c, id_: c.bots.delete(id_)),
    ("bots.deals_stats", "bot_id", lambda c, id_: c.bots.deals_stats(id_)),
    ("bots.update", "bot_id", lambda c, id_: c.bots.update(id_, NEW_BOT)),
    ("bots.edit", "bot_id", lambda c, id_: c.bots.edit(id_, name="Other")),
    ("bots.create", "account_id", lambda c, id_: c.bots.create(account_id=id_, settings=NEW_BOT)),
    ("deals.get", "deal_id", lambda c, id_: c.deals.get(id_)),
    ("deals.update", "deal_id", lambda c, id_: c.deals.update(id_, note="mine")),
    ("deals.panic_sell", "deal_id", lambda c, id_: c.deals.panic_sell(id_)),
    ("deals.panic_sell_step", "deal_id", lambda c, id_: c.deals.panic_sell_step(id_, 1)),
    ("deals.panic_sell_step", "trade_id", lambda c, id_: c.deals.panic_sell_step(1, id_)),
    ("deals.cancel", "deal_id", lambda c, id_: c.deals.cancel(id_)),
    ("deals.market_orders", "deal_id", lambda c, id_: c.deals.market_orders(id_)),
    ("deals.data_for_adding_funds", "deal_id", lambda c, id_: c.deals.data_for_adding_funds(id_)),
    ("deals.add_funds", "deal_id", lambda c, id_: c.deals.add_funds(id_, quantity=1, is_market=True)),
    ("deals.update_max_safety_orders", "deal_id", lambda c, id_: c.deals.update_max_safety_orders(id_, 3)),
    ("deals.cancel_order", "deal_id", lambda c, id_: c.deals.cancel_order(id_, 1)),
    ("deals.cancel_order", "order_id", lambda c, id_: c.deals.cancel_order(1, id_)),
    ("deals.convert_to_smart_trade", "deal_id", lambda c, id_: c.deals.convert_to_smart_trade(id_, stop_bot=True)),
)


@pytest.mark.parametrize("value", ["12/../13", "summary", -1, True, 1.0, None, ""])
@pytest.mark.parametrize(("method", "name", "call"), IDS, ids=lambda value: value if isinstance(value, str) else "")
async def test_a_wrong_id_goes_nowhere(method: str, name: str, call: Call, value: object, server: Loopback) -> None:
    async with server.client() as client:
        with pytest.raises(ValueError, match=f"{name} must be an int of at least 0, not "):
            await call(client, value)
    assert server.asked == []


WRONG_ARGUMENTS: list[tuple[Callable[[Any], Awaitable[object]], type[Exception], str]] = [
    (lambda c: c.bots.strategies(strategy="up"), ValueError, "strategy must be 'long' or 'short', not 'up'"),
    (lambda c: c.bots.strategies(type="long"), ValueError, "type must be 'simple' or 'composite', not 'long'"),
    (lambda c: c.bots.strategies(account_id="1"), ValueError, "account_id must be an int of at least 0"),
    (lambda c: c.bots.create(account_id=1, settings={"name": "x"}), TypeError, "settings must be DcaBotSettings"),
    (lambda c: c.bots.get(1, include_events="yes"), TypeError, "include_events must be a bool, not str"),
    (lambda c: c.bots.list(scope="enable"), ValueError, "scope must be 'enabled' or 'disabled', not 'enable'"),
    (lambda c: c.bots.list(limit=101), ValueError, "limit must be from 1 to 100, not 101"),
    (lambda c: c.bots.list(offset=-1), ValueError, "offset must be at least 0, not -1"),
    (lambda c: c.bots.list(order_direction="desc"), ValueError, "order_direction must be 'ASC' or 'DESC'"),
    (lambda c: c.bots.list(sort_by="name"), ValueError, "sort_by must be 'created_at' or"),
    (lambda c: c.bots.list(created_from=1726617600000), TypeError, "created_from must be an aware datetime"),
    (
        lambda c: c.bots.list(created_from=datetime(2024, 9, 18)),  # noqa: DTZ001
        ValueError,
        "created_from must be an aware datetime",
    ),
    (lambda c: c.bots.copy(1, name="", secret="0123abcdef"), ValueError, "name is required"),
    (lambda c: c.bots.copy(1, name="Copy", secret=""), ValueError, "secret is required"),
    (
        lambda c: c.bots.copy(1, name="Copy", secret="0123abcdef", amount=1.5),
        TypeError,
        "amount must be a Decimal or a str, not a float",
    ),
    (lambda c: c.bots.set_blacklist("BTC_SUI"), TypeError, "pairs must be a sequence of strings"),
    (lambda c: c.bots.set_blacklist(None), ValueError, "pairs is required"),
    (lambda c: c.bots.profit_by_day(1, days=0), ValueError, "days must be at least 1, not 0"),
    (lambda c: c.bots.stats(bot_id="1"), ValueError, "bot_id must be an int of at least 0"),
    (lambda c: c.bots.stats_by_date("2024-11-06"), TypeError, "date must be an aware datetime"),
    (lambda c: c.bots.edit(1, take_profitt=1), TypeError, "DcaBotSettings has no field 'take_profitt'"),
    (lambda c: c.deals.list(scope="enabled"), ValueError, "scope must be 'active' or 'finished' or"),
    (lambda c: c.deals.list(limit=1001), ValueError, "limit must be from 1 to 1000, not 1001"),
    (lambda c: c.deals.list(order="name"), ValueError, "order must be 'created_at' or"),
    (lambda c: c.deals.list(created_to="now"), TypeError, "created_to must be an aware datetime"),
    (lambda c: c.deals.update(1), ValueError, "update needs at least one change"),
    (lambda c: c.deals.update(1, take_proft=1), TypeError, "DealSettings has no field 'take_proft'; did you mean"),
    (
        lambda c: c.deals.update(1, take_profit=2.5),
        TypeError,
        "take_profit must be a Decimal or a str, not a float",
    ),
    (
        lambda c: c.deals.add_funds(1, quantity=0.01, is_market=True),
        TypeError,
        "quantity must be a Decimal or a str, not a float",
    ),
    (lambda c: c.deals.add_funds(1, quantity=0, is_market=True), ValueError, "quantity must be above 0, not 0"),
    (lambda c: c.deals.add_funds(1, quantity=1, is_market=None), TypeError, "is_market must be a bool, not None"),
    (lambda c: c.deals.add_funds(1, quantity=1, is_market="no"), TypeError, "is_market must be a bool, not str"),
    (lambda c: c.deals.add_funds(1, quantity=1, is_market=False), ValueError, "rate is required for a limit order"),
    (
        lambda c: c.deals.add_funds(1, quantity=1, is_market=True, rate=2),
        ValueError,
        "rate must not be given with a market order",
    ),
    (
        lambda c: c.deals.add_funds(1, quantity=1, is_market=False, rate="-1"),
        ValueError,
        "rate must be above 0, not -1",
    ),
    (
        lambda c: c.deals.add_funds(1, quantity=1, is_market=True, response_type="order"),
        ValueError,
        "response_type must be 'empty' or 'market_order' or 'deal', not 'order'",
    ),
    (lambda c: c.deals.update_max_safety_orders(1, 201), ValueError, "max_safety_orders must be from 0 to 200"),
    (lambda c: c.deals.update_max_safety_orders(1, None), TypeError, "max_safety_orders must be an int, not None"),
    (lambda c: c.deals.cancel_order(1, "12x"), ValueError, "order_id must be an int of at least 0, not '12x'"),
    (lambda c: c.deals.convert_to_smart_trade(1, stop_bot=None), TypeError, "stop_bot must be a bool, not None"),
]


@pytest.mark.parametrize(
    ("call", "error", "text"), WRONG_ARGUMENTS, ids=lambda value: value[:48] if isinstance(value, str) else ""
)
async def test_a_wrong_argument_goes_nowhere(
    call: Callable[[Any], Awaitable[object]], error: type[Exception], text: str, server: Loopback
) -> None:
    async with server.client() as client:
        with pytest.raises(error) as caught:
            await call(client)
    assert type(caught.value) is error
    assert str(caught.value).startswith(text)
    assert server.asked == []


# --- what goes out and comes back


async def test_times_words_and_flags_go_out_as_the_api_wants_them(server: Loopback) -> None:
    server.text = "[]"
    async with server.client() as client:
        await client.bots.list(created_from=datetime(2025, 8, 4, 17, 7, 14, tzinfo=UTC), scope="enabled")
    assert parse_qsl(server.asked[0].query) == [("scope", "enabled"), ("from", "2025-08-04T17:07:14.000Z")]
    server.text = json.dumps(BOT)
    async with server.client() as client:
        await client.bots.get(7)
    assert server.asked[1].query == "include_events=false"


async def test_strategies_come_by_name(server: Loopback) -> None:
    server.text = '{"rsi": {"name": "RSI", "options": {"points": null}}, "odd": 5}'
    async with server.client() as client:
        found = await client.bots.strategies()
        assert found.keys() == {"rsi"}
        assert isinstance(found["rsi"], AvailableStrategy)
        assert found["rsi"].options == {"points": None}
        server.text = "[]"
        with pytest.raises(UnreadableResponseError, match="is not a JSON object") as caught:
            await client.bots.strategies()
    assert caught.value.outcome is Outcome.DONE


async def test_an_empty_blacklist_can_be_set(server: Loopback) -> None:
    server.text = '{"pairs": []}'
    async with server.client() as client:
        assert await client.bots.set_blacklist([]) == []
    assert server.asked[0].body == b'{"pairs":[]}'


@pytest.mark.parametrize("answer", ["None", '{"status": "success"}', "", "true"])
async def test_adding_funds_returns_nothing_by_default(answer: str, server: Loopback) -> None:
    server.status, server.text = 201, answer
    async with server.client() as client:
        add: Any = client.deals.add_funds
        assert await add(1, quantity="0.50", is_market=True) is None
    assert json.loads(server.asked[0].body) == {"quantity": "0.50", "is_market": True, "response_type": "empty"}


async def test_adding_funds_returns_what_was_asked_for(server: Loopback) -> None:
    async with server.client() as client:
        server.status, server.text = 201, json.dumps(json.loads(ORDERS)[0])
        order = await client.deals.add_funds(
            1, quantity=Decimal("0.5"), is_market=False, rate="2000", response_type="market_order"
        )
        assert type(order) is DealOrder
        server.text = json.dumps(DEAL)
        deal = await client.deals.add_funds(1, quantity=1, is_market=True, response_type="deal")
        assert type(deal) is Deal
        server.text = "None"
        with pytest.raises(UnreadableResponseError) as caught:
            await client.deals.add_funds(1, quantity=1, is_market=True, response_type="deal")
    assert caught.value.outcome is not Outcome.NOT_DONE
    assert json.loads(server.asked[0].body) == {
        "quantity": "0.5",
        "is_market": False,
        "response_type": "market_order",
        "rate": "2000",
    }


async def test_an_order_is_cancelled_by_the_number_that_it_came_with(server: Loopback) -> None:
    server.text = ORDERS
    async with server.client() as client:
        (order, *_) = await client.deals.market_orders(1)
        await client.deals.cancel_order(1, order.order_id)
    assert json.loads(server.asked[1].body) == {"order_id": int(order.order_id)}


# --- lists


class Rows:
    """Serves rows as lists with ``limit`` and ``offset`` do."""

    def __init__(self, count: int, **fields: object) -> None:
        self.rows = [{"id": count - place, **fields} for place in range(count)]

    def answer(self, asked: Asked) -> str:
        query = parse_qs(asked.query)
        start, size = int(query["offset"][0]), int(query["limit"][0])
        return json.dumps(self.rows[start : start + size])


async def test_all_bots_are_walked_in_pages_of_a_hundred(server: Loopback) -> None:
    server.text = Rows(250).answer
    since = datetime(2024, 9, 18, tzinfo=UTC)
    async with server.client() as client:
        found = client.bots.iterate(account_id=1, scope="enabled", strategy="long", quote="USDT", created_from=since)
        assert server.asked == []
        walked = [bot.id async for bot in found]
    assert walked == list(range(250, 0, -1))
    first = parse_qs(server.asked[0].query)
    assert (first.pop("limit"), first.pop("offset")) == (["100"], ["0"])
    assert first == {
        "account_id": ["1"],
        "scope": ["enabled"],
        "strategy": ["long"],
        "quote": ["USDT"],
        "from": ["2024-09-18T00:00:00.000Z"],
    }


async def test_all_deals_are_walked_in_pages_of_a_thousand(server: Loopback) -> None:
    server.text = Rows(2100, pair="USDT_ETH").answer
    since = datetime(2024, 9, 18, tzinfo=UTC)
    async with server.client() as client:
        found = client.deals.iterate(
            bot_id=1,
            account_id=2,
            scope="finished",
            base="ETH",
            quote="USDT",
            note="mine",
            created_from=since,
            created_to=since,
        )
        walked = [deal.id async for deal in found]
    assert walked == list(range(2100, 0, -1))
    assert len(server.asked) == 3
    first = parse_qs(server.asked[0].query)
    assert (first.pop("limit"), first.pop("offset")) == (["1000"], ["0"])
    assert first.keys() == {"bot_id", "account_id", "scope", "base", "quote", "note", "from", "to"}


# --- a create whose response was lost


CREATED_AT: Final = datetime(2024, 9, 17, tzinfo=UTC).isoformat()  # what the clock of the tests shows


def created(**changes: object) -> dict[str, object]:
    return {**BOT, "name": NEW_BOT.name, "account_id": 5, "created_at": CREATED_AT, **changes}


async def lost_creation(server: Loopback, clock: SimulatedClock) -> tuple[ThreeCommasClient, ThreeCommasError]:
    client = ThreeCommasClient(
        HmacCredentials("key", "secret"), base_url=server.client()._transport.base_url, limits=None, clock=clock
    )
    server.status, server.text = 504, "gateway"
    with pytest.raises(OutcomeUnknownError) as caught:
        await client.bots.create(account_id=5, settings=NEW_BOT.evolve(pairs=["USDT_ETH"]))
    server.status = 200
    return client, caught.value


@pytest.mark.parametrize(
    ("row", "is_found"),
    [
        (created(pairs=["USDT_ETH"]), True),
        (created(pairs=["USDT_BTC"]), False),
        (created(pairs=["USDT_ETH"], name="Other"), False),
        (created(pairs=["USDT_ETH"], account_id=6), False),
        (created(pairs=["USDT_ETH"], created_at="2024-09-16T23:57:59Z"), False),
        (created(pairs=["USDT_ETH"], created_at=None), False),
    ],
)
async def test_a_bot_is_found_by_account_name_and_pairs(
    row: dict[str, object], is_found: bool, server: Loopback, clock: SimulatedClock
) -> None:
    client, error = await lost_creation(server, clock)
    async with client:
        server.text = json.dumps([row])
        bot = await client.bots.find_created(error)
    assert (bot is not None) == is_found
    assert [*clock.sleeps] == ([] if is_found else [1.0, 2.0, 4.0])
    assert parse_qs(server.asked[1].query)["account_id"] == ["5"]


async def test_errors_of_other_calls_are_refused(server: Loopback) -> None:
    server.status, server.text = 404, '{"error": "not_found"}'
    async with server.client() as client:
        with pytest.raises(ThreeCommasError) as caught:
            await client.bots.get(7)
        with pytest.raises(ValueError, match="must come from POST /ver1/bots/create_bot, not from GET"):
            await client.bots.find_created(caught.value)
