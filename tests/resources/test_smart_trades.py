"""SmartTrades: which request a method makes, edits over the wire, what a lost creation became, lists that change."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, cast
from urllib.parse import parse_qs, parse_qsl

import attrs
import pytest
from aioresponses import aioresponses

from tests.endpoints import catalogue
from tests.loopback import Asked, Loopback
from threecommas_async import (
    ConflictError,
    HmacCredentials,
    InvalidRequestError,
    NotAppliedError,
    NotFoundError,
    NotSentError,
    Outcome,
    OutcomeUnknownError,
    ThreeCommasClient,
    ThreeCommasError,
    UnreadableResponseError,
    codec,
)
from threecommas_async.models.base import OMITTED
from threecommas_async.models.smart_trade import SmartTrade
from threecommas_async.models.smart_trade_parts import Leverage, Position
from threecommas_async.models.smart_trade_plan import SmartTradePlan
from threecommas_async.models.smart_trade_targets import StopLoss, TakeProfit, TakeProfitStep
from threecommas_async.sandbox import Sandbox
from threecommas_async.transport.simulated_clock import SimulatedClock

Document = dict[str, Any]
Call = Callable[[ThreeCommasClient, Any], Awaitable[object]]

ENTITY: Final[Document] = json.loads(catalogue.entities("smart_trades")[0].example)
PLAN: Final = SmartTradePlan.buy("USDT_ETH", units="0.1", note="my own note")


@pytest.fixture
async def server() -> AsyncIterator[Loopback]:
    async with Loopback() as loopback:
        yield loopback


# --- wrong arguments


IDS: Final[tuple[tuple[str, str, Call], ...]] = (
    ("create", "account_id", lambda c, id_: c.smart_trades.create(account_id=id_, plan=PLAN)),
    ("update", "id", lambda c, id_: c.smart_trades.update(id_, PLAN)),
    ("edit", "id", lambda c, id_: c.smart_trades.edit(id_, stop_loss=StopLoss.off())),
    ("get", "id", lambda c, id_: c.smart_trades.get(id_)),
    ("add_funds", "id", lambda c, id_: c.smart_trades.add_funds(id_, order_type="market", units=1)),
    ("reduce_funds_info", "id", lambda c, id_: c.smart_trades.reduce_funds_info(id_)),
    ("reduce_funds", "id", lambda c, id_: c.smart_trades.reduce_funds(id_, order_type="market", units=1)),
    ("close_by_market", "id", lambda c, id_: c.smart_trades.close_by_market(id_)),
    ("set_note", "id", lambda c, id_: c.smart_trades.set_note(id_, "mine")),
    ("cancel", "id", lambda c, id_: c.smart_trades.cancel(id_)),
    ("force_start", "id", lambda c, id_: c.smart_trades.force_start(id_)),
    ("trades", "smart_trade_id", lambda c, id_: c.smart_trades.trades(id_)),
    ("close_trade_by_market", "smart_trade_id", lambda c, id_: c.smart_trades.close_trade_by_market(id_, 1)),
    ("close_trade_by_market", "trade_id", lambda c, id_: c.smart_trades.close_trade_by_market(1, id_)),
    ("cancel_trade", "smart_trade_id", lambda c, id_: c.smart_trades.cancel_trade(id_, 1)),
    ("cancel_trade", "trade_id", lambda c, id_: c.smart_trades.cancel_trade(1, id_)),
)


@pytest.mark.parametrize("value", ["12/../13", "summary", -1, True, 1.0, None, ""])
@pytest.mark.parametrize(("method", "name", "call"), IDS, ids=lambda value: value if isinstance(value, str) else "")
async def test_a_wrong_id_goes_nowhere(method: str, name: str, call: Call, value: object, server: Loopback) -> None:
    async with server.client() as client:
        with pytest.raises(ValueError, match=f"^{name} must be an int of at least 0, not "):
            await call(client, value)
    assert server.asked == []


WRONG_ARGUMENTS: Final[list[tuple[Callable[[Any], Awaitable[object]], type[Exception], str]]] = [
    (lambda t: t.create(account_id=1, plan={"pair": "USDT_ETH"}), TypeError, "plan must be SmartTradePlan, not dict"),
    (
        lambda t: t.create(account_id=1, plan=PLAN.evolve(stop_loss=StopLoss.at(percent=5))),
        ValueError,
        "stop_loss.conditional.price.percent goes only with a position that trails",
    ),
    (
        lambda t: t.create(account_id=1, plan=PLAN.evolve(skip_enter_step=True)),
        ValueError,
        "take_profit or stop_loss is required",
    ),
    (lambda t: t.update(1, SmartTrade(id=1)), TypeError, "plan must be SmartTradePlan, not SmartTrade"),
    (lambda t: t.edit(1), ValueError, "edit needs at least one change, such as stop_loss=StopLoss.at(price='1900')"),
    (
        lambda t: t.edit(1, stop_los=StopLoss.off()),
        TypeError,
        "SmartTradePlan has no field 'stop_los'; did you mean 'stop_loss'?",
    ),
    (lambda t: t.edit(1, stop_loss={"enabled": False}), TypeError, "stop_loss must be of class StopLoss, not dict"),
    (lambda t: t.edit(1, take_profit=None), TypeError, "take_profit must not be None"),
    (
        lambda t: t.edit(1, pair="USDT_BTC"),
        TypeError,
        "pair cannot be changed: a SmartTrade is given it when it is created",
    ),
    (lambda t: t.edit(1, note="mine"), TypeError, "note is not changed by edit, but by set_note"),
    (lambda t: t.list(per_page=101), ValueError, "per_page must be from 1 to 100, not 101"),
    (lambda t: t.list(page=0), ValueError, "page must be at least 1, not 0"),
    (lambda t: t.list(order_by="name"), ValueError, "order_by must be 'created_at' or"),
    (lambda t: t.list(order_direction="desc"), ValueError, "order_direction must be 'ASC' or 'DESC', not 'desc'"),
    (lambda t: t.list(status=5), TypeError, "status must be a str, not int"),
    (lambda t: t.list(type=""), ValueError, "type is required"),
    (lambda t: t.list(created_from="now"), TypeError, "created_from must be an aware datetime"),
    (
        lambda t: t.list(created_to=datetime(2024, 9, 18)),  # noqa: DTZ001
        ValueError,
        "created_to must be an aware datetime",
    ),
    (
        lambda t: t.add_funds(1, order_type="limit", units=1),
        ValueError,
        "price is required for a limit order",
    ),
    (
        lambda t: t.add_funds(1, order_type="market", units=1, price=2),
        ValueError,
        "price must not be given with a market order",
    ),
    (lambda t: t.add_funds(1, order_type=None, units=1), ValueError, "order_type is required"),
    (
        lambda t: t.reduce_funds(1, order_type="stop", units=1),
        ValueError,
        "order_type must be 'market' or 'limit', not 'stop'",
    ),
    (
        lambda t: t.reduce_funds(1, order_type="market", units=0.5),
        TypeError,
        "units.value must be a Decimal or a str, not a float",
    ),
    (lambda t: t.reduce_funds(1, order_type="market", units=0), ValueError, "units.value must be above 0, not 0"),
    (
        lambda t: t.add_funds(1, order_type="limit", units=1, price="-1"),
        ValueError,
        "price.value must be above 0, not -1",
    ),
    (lambda t: t.set_note(1, ""), ValueError, "note is required"),
    (lambda t: t.set_note(1, "x" * 301), ValueError, "note must have from 1 to 300 characters, not 301"),
    (lambda t: t.set_note(1, 5), TypeError, "note must be a str, not int"),
]


@pytest.mark.parametrize(
    ("call", "error", "text"), WRONG_ARGUMENTS, ids=lambda value: value[:48] if isinstance(value, str) else ""
)
async def test_a_wrong_argument_goes_nowhere(
    call: Callable[[Any], Awaitable[object]], error: type[Exception], text: str, server: Loopback
) -> None:
    async with server.client() as client:
        with pytest.raises(error) as caught:
            await call(client.smart_trades)
    assert type(caught.value) is error
    assert str(caught.value).startswith(text)
    assert server.asked == []


# --- which request a method makes


BASE: Final = "https://api.3commas.io/public/api"

REQUESTS: Final[tuple[tuple[str, str, Call, Document | None], ...]] = (
    (
        "POST",
        "/v2/smart_trades",
        lambda c, _: c.smart_trades.create(account_id=5, plan=PLAN),
        {
            "account_id": 5,
            "pair": "USDT_ETH",
            "position": {"type": "buy", "order_type": "market", "units": {"value": "0.1"}},
            "note": "my own note",
        },
    ),
    ("GET", "/v2/smart_trades/7", lambda c, _: c.smart_trades.get(7), None),
    (
        "POST",
        "/v2/smart_trades/7/add_funds",
        lambda c, _: c.smart_trades.add_funds(7, order_type="market", units="0.050"),
        {"order_type": "market", "units": {"value": "0.050"}},
    ),
    (
        "POST",
        "/v2/smart_trades/7/reduce_funds",
        lambda c, _: c.smart_trades.reduce_funds(7, order_type="limit", units=Decimal("0.03"), price=2050),
        {"order_type": "limit", "units": {"value": "0.03"}, "price": {"value": "2050"}},
    ),
    ("GET", "/v2/smart_trades/7/reduce_funds_info", lambda c, _: c.smart_trades.reduce_funds_info(7), None),
    ("POST", "/v2/smart_trades/7/close_by_market", lambda c, _: c.smart_trades.close_by_market(7), None),
    ("POST", "/v2/smart_trades/7/set_note", lambda c, _: c.smart_trades.set_note(7, "x" * 300), {"note": "x" * 300}),
    ("DELETE", "/v2/smart_trades/7", lambda c, _: c.smart_trades.cancel(7), None),
    ("POST", "/v2/smart_trades/7/force_start", lambda c, _: c.smart_trades.force_start(7), None),
    (
        "POST",
        "/v2/smart_trades/7/trades/8/close_by_market",
        lambda c, _: c.smart_trades.close_trade_by_market(7, 8),
        None,
    ),
    ("DELETE", "/v2/smart_trades/7/trades/8", lambda c, _: c.smart_trades.cancel_trade(7, 8), None),
)


@pytest.mark.parametrize(
    ("verb", "path", "call", "body"), REQUESTS, ids=lambda value: value if isinstance(value, str) else ""
)
async def test_a_method_makes_one_request(verb: str, path: str, call: Call, body: Document | None) -> None:
    answer = {"max_reduce_funds_amount": "1.5"} if path.endswith("_info") else {**ENTITY, "id": 7}
    with aioresponses() as mocked:
        mocked.add(re.compile(".*"), verb, payload=answer)
        async with ThreeCommasClient(HmacCredentials("key", "secret")) as client:
            result = await call(client, None)
    requests: Any = mocked.requests
    (((sent_verb, url), (request,)),) = requests.items()
    assert (sent_verb, str(url)) == (verb, f"{BASE}{path}")
    data = request.kwargs["data"]
    assert (None if data is None else json.loads(data.decode())) == body
    assert not isinstance(result, SmartTrade) or result.id == 7


async def test_times_and_words_go_out_as_the_api_wants_them(server: Loopback) -> None:
    server.text = "[]"
    since = datetime(2025, 8, 4, 17, 7, 14, tzinfo=UTC)
    async with server.client() as client:
        await client.smart_trades.list(
            status="successfully_finished", type="a new word", created_from=since, order_by="profit", per_page=1
        )
    assert parse_qsl(server.asked[0].query) == [
        ("type", "a new word"),
        ("status", "successfully_finished"),
        ("from", "2025-08-04T17:07:14.000Z"),
        ("order_by", "profit"),
        ("per_page", "1"),
    ]


# --- what comes back


@pytest.mark.parametrize("status", [200, 204])
async def test_a_cancellation_is_answered_with_or_without_the_object(status: int, server: Loopback) -> None:
    server.status, server.text = status, "" if status == 204 else json.dumps(ENTITY)
    async with server.client() as client:
        cancelled = await client.smart_trades.cancel(7)
        without_step = await client.smart_trades.cancel_trade(7, 8)
    assert [type(one) for one in (cancelled, without_step)] == [SmartTrade if status == 200 else type(None)] * 2
    assert [asked.verb for asked in server.asked] == ["DELETE", "DELETE"]


async def test_a_cancellation_that_answers_something_else_is_done_and_told(server: Loopback) -> None:
    async with server.client() as client:
        server.text = "true"
        with pytest.raises(UnreadableResponseError) as caught:
            await client.smart_trades.cancel(7)
        assert caught.value.outcome is Outcome.DONE
        server.text = "<html>gateway</html>"
        with pytest.raises(UnreadableResponseError) as caught:
            await client.smart_trades.cancel(7)
        assert caught.value.outcome is Outcome.UNKNOWN


async def test_another_call_is_not_done_without_an_answer(server: Loopback) -> None:
    server.status, server.text = 200, ""
    async with server.client() as client:
        with pytest.raises(UnreadableResponseError):
            await client.smart_trades.close_by_market(7)


@pytest.mark.parametrize("status", [400, 404])
async def test_a_smart_trade_that_is_not_there_is_not_found_whatever_the_status(status: int, server: Loopback) -> None:
    server.status, server.text = status, '{"error": "Not found", "error_description": "Smart Trade not found"}'
    async with server.client() as client:
        for call in (client.smart_trades.get(7), client.smart_trades.cancel(7)):
            with pytest.raises(NotFoundError, match="Smart Trade not found") as caught:
                await call
            assert caught.value.ids == {"id": 7}


# --- edits


class Market:
    """Holds one SmartTrade as a JSON document and serves it as 3Commas would, unless a test makes it do otherwise."""

    def __init__(self, server: Loopback, **fields: object) -> None:
        self.document: Document = {**copy.deepcopy(ENTITY), "id": 7, "note": "", "note_raw": None, **fields}
        self.server: Final = server
        self.written: Final[list[Document]] = []
        self.ignores: set[str] = set()
        self.before_reading: Callable[[], None] = lambda: None
        self.before_answering: Callable[[], None] = lambda: None
        server.text = self.answer

    @property
    def verbs(self) -> list[str]:
        return [asked.verb for asked in self.server.asked]

    @property
    def trade(self) -> SmartTrade:
        return codec.from_json(json.dumps(self.document), SmartTrade)

    def answer(self, asked: Asked) -> str:
        assert asked.path == "/v2/smart_trades/7"
        if asked.verb == "GET":
            self.before_reading()
        else:
            sent = json.loads(asked.body)
            self.written.append(sent)
            self.take(sent)
            self.before_answering()
        return json.dumps(self.document)

    def take(self, sent: Document) -> None:
        """Take in what the page of the call has, and answer in the notation of the entity."""
        assert sent.keys() <= {"position", "take_profit", "stop_loss", "leverage"}
        for name in sent.keys() - self.ignores:
            getattr(self, f"_{name}")(sent[name])

    def _position(self, sent: Document) -> None:
        assert "order_type" not in sent
        position = self.document["position"]
        position["units"]["value"] = notation(sent["units"]["value"])
        if "price" in sent and not self.is_entered:
            price = notation(sent["price"]["value"])
            position["price"] |= {"value": price, "value_without_commission": price}

    def _take_profit(self, sent: Document) -> None:
        steps = [
            {
                "id": step.get("id", 100 + place),
                "order_type": step["order_type"],
                "editable": True,
                "units": {"value": None},
                "price": {"value": "2100.0", "percent": None} | numbers(step["price"]),
                "volume": notation(step["volume"]),
                "total": None,
                "trailing": {"percent": None} | numbers(step["trailing"]),
                "status": {"type": "idle", "basic_type": "idle", "title": "Pending"},
                "data": {"cancelable": True, "panic_sell_available": False},
                "position": place + 1,
            }
            for place, step in enumerate(sent["steps"])
        ]
        self.document["take_profit"] = {"enabled": sent["enabled"], "price_type": "value", "steps": steps}

    def _stop_loss(self, sent: Document) -> None:
        if not sent["enabled"]:
            self.document["stop_loss"] = {"enabled": False}
            return
        conditional = sent["conditional"]
        self.document["stop_loss"] = {
            "enabled": True,
            "price_type": "value",
            "breakeven": sent.get("breakeven", False),
            "order_type": sent["order_type"],
            "price": {"value": None, "percent": None} | numbers(sent.get("price", {})),
            "conditional": {
                "price": {"value": None, "percent": None} | numbers(conditional["price"]),
                "trailing": {"percent": None} | conditional["trailing"],
            },
            "timeout": {"value": None} | sent.get("timeout", {"enabled": False}),
        }

    def _leverage(self, sent: Document) -> None:
        self.document["leverage"] = numbers(sent) | ({"type_editable": True} if sent["enabled"] else {})

    @property
    def is_entered(self) -> bool:
        return not self.document["is_position_not_filled"]

    def fill(self) -> None:
        """Enter the position: a little less than was asked for, for the exchange keeps its fee in coins."""
        self.document["is_position_not_filled"] = False
        self.document["status"] = {"type": "waiting_targets", "basic_type": "waiting_targets"}
        self.document["position"]["units"]["value"] = "14.94"
        self.document["position"]["price"]["value"] = "0.10706"
        self.document["position"]["status"] = {"type": "finished", "basic_type": "finished"}


def notation(text: object) -> object:
    """Write a number as the API does: with at least one decimal."""
    return str(text) if "." in str(text) else f"{text}.0"


def numbers(part: Document) -> Document:
    return {key: notation(value) if key in {"value", "percent"} else value for key, value in part.items()}


@pytest.fixture
def market(server: Loopback) -> Market:
    return Market(server)


async def test_an_edit_writes_all_that_the_call_takes_with_the_change_and_nothing_else(market: Market) -> None:
    before = market.trade
    async with market.server.client() as client:
        trade = await client.smart_trades.edit(7, stop_loss=StopLoss.at(price="0.0990", timeout=60))
    assert market.verbs == ["GET", "PATCH"]
    (written,) = market.written
    (step,) = ENTITY["take_profit"]["steps"]
    assert written == {
        "position": {"type": "buy", "units": {"value": "15.0"}, "price": {"value": "0.10664"}},
        "take_profit": {
            "enabled": True,
            "steps": [
                {
                    "order_type": "limit",
                    "volume": "100.0",
                    "price": {"type": "last", "value": "0.11731"},
                    "trailing": {"enabled": False},
                    "id": step["id"],
                }
            ],
        },
        "stop_loss": {
            "enabled": True,
            "order_type": "market",
            "conditional": {"price": {"type": "last", "value": "0.0990"}, "trailing": {"enabled": False}},
            "breakeven": False,
            "timeout": {"enabled": True, "value": 60},
        },
        "leverage": {"enabled": False},
    }
    assert trade.plan() == before.plan().evolve(stop_loss=StopLoss.at(price="0.099", timeout=60))


async def test_an_edit_can_be_undone(market: Market) -> None:
    before = market.trade
    async with market.server.client() as client:
        changed = await client.smart_trades.edit(
            before,
            stop_loss=StopLoss.at(price="0.098", limit="0.0975", trailing=True),
            take_profit=TakeProfit.of(
                TakeProfitStep.at(percent="5", volume="50"),
                TakeProfitStep.at(percent="10", volume="50", trailing="0.5"),
            ),
            leverage=Leverage.isolated("3"),
            position=Position.buy(units="20", price="0.1"),
        )
        assert changed.plan() != before.plan()
        assert changed.take_profit is not None
        assert changed.take_profit.steps is not None
        assert [step.volume for step in changed.take_profit.steps] == [50, 50]
        undone = await client.smart_trades.update(before.id, before.plan())
    assert undone.plan() == before.plan()
    assert market.verbs == ["GET", "PATCH", "PATCH"]


async def test_targets_can_be_switched_off(market: Market) -> None:
    async with market.server.client() as client:
        trade = await client.smart_trades.edit(7, take_profit=TakeProfit.off(), stop_loss=StopLoss.off())
    assert market.written[0]["take_profit"] == {"enabled": False, "steps": []}
    assert market.written[0]["stop_loss"] == {"enabled": False}
    assert trade.take_profit is not None
    assert trade.take_profit.enabled is False


async def test_a_change_that_the_api_drops_is_told_by_its_part(market: Market) -> None:
    market.ignores = {"stop_loss"}
    async with market.server.client() as client:
        with pytest.raises(
            NotAppliedError, match=r"^SmartTrade 7 at 127\.0\.0\.1:\d+ was written, but the response differs"
        ) as caught:
            await client.smart_trades.edit(market.trade, stop_loss=StopLoss.at(price="0.09", timeout=60))
    assert caught.value.outcome is Outcome.DONE
    assert caught.value.differences == {
        "stop_loss.conditional.price.value": (Decimal("0.09"), Decimal("0.1013")),
        "stop_loss.timeout.enabled": (True, False),
        "stop_loss.timeout.value": (60, None),
    }
    assert (caught.value.method, caught.value.path, caught.value.ids) == ("PATCH", "/v2/smart_trades/{id}", {"id": 7})


async def test_steps_that_come_out_otherwise_are_told_whole(market: Market) -> None:
    asked = TakeProfit.of(TakeProfitStep.at(percent=5, volume=50), TakeProfitStep.at(percent=10, volume=50))
    market.before_answering = lambda: market.document["take_profit"]["steps"].pop()
    async with market.server.client() as client:
        with pytest.raises(NotAppliedError) as caught:
            await client.smart_trades.edit(7, take_profit=asked)
    ((name, (wanted, has)),) = caught.value.differences.items()
    assert name == "take_profit.steps"
    assert wanted == asked.steps
    assert has == asked.steps[:1]


async def test_a_part_that_does_not_come_back_is_told(market: Market) -> None:
    market.before_answering = lambda: market.document.update(stop_loss=None)
    stop_loss = StopLoss.at(price="0.09")
    async with market.server.client() as client:
        with pytest.raises(NotAppliedError) as caught:
            await client.smart_trades.edit(7, stop_loss=stop_loss)
    assert caught.value.differences == {"stop_loss": (stop_loss, None)}


async def test_a_price_that_the_api_rounds_is_told(market: Market) -> None:
    def rounded() -> None:
        market.document["position"]["price"]["value_without_commission"] = "0.1067"

    market.before_answering = rounded
    async with market.server.client() as client:
        with pytest.raises(NotAppliedError) as caught:
            await client.smart_trades.edit(7, position=Position.buy(units="15", price="0.10674"))
    assert caught.value.differences == {"position.price.value": (Decimal("0.10674"), Decimal("0.1067"))}


async def test_what_others_change_meanwhile_is_told(market: Market) -> None:
    def another_program() -> None:
        market.document["take_profit"]["steps"][0]["price"]["value"] = "0.2"
        market.document["account"] = {**ENTITY["account"], "id": 1}

    market.before_answering = another_program
    async with market.server.client() as client:
        with pytest.raises(NotAppliedError) as caught:
            await client.smart_trades.edit(7, stop_loss=StopLoss.off())
    assert caught.value.differences.keys() == {"take_profit.steps", "account_id"}
    assert caught.value.differences["account_id"] == (32402783, 1)


CHANGES: Final[tuple[tuple[Callable[[Document], object], set[str]], ...]] = (
    (lambda d: d["stop_loss"]["conditional"]["price"].update(value="0.1"), {"stop_loss.conditional.price.value"}),
    (lambda d: d["stop_loss"].update(timeout={"enabled": True, "value": 60}), {"stop_loss.timeout.enabled"}),
    (lambda d: d["take_profit"].update(enabled=False, steps=[]), {"take_profit.enabled", "take_profit.steps"}),
    (lambda d: d["position"]["price"].update(value_without_commission="0.1"), {"position.price.value"}),
    (lambda d: d["position"]["units"].update(value="10.0"), {"position.units.value"}),
    (lambda d: d["leverage"].update(enabled=True, type="cross", value="2.0"), {"leverage.enabled"}),
    (lambda d: d.update(pair="USDT_BTC"), {"pair"}),
)


@pytest.mark.parametrize(
    ("change", "names"),
    CHANGES,
    ids=["stop loss", "timeout", "take profit", "price", "units", "leverage", "pair"],
)
async def test_a_smart_trade_that_is_not_as_it_was_read_is_left_alone(
    change: Callable[[Document], object], names: set[str], market: Market
) -> None:
    known = market.trade
    change(market.document)
    async with market.server.client() as client:
        with pytest.raises(ConflictError, match=r"SmartTrade 7 at .* was not changed: .* differ") as caught:
            await client.smart_trades.edit(known, stop_loss=StopLoss.off())
    assert caught.value.outcome is Outcome.NOT_DONE
    assert caught.value.differences.keys() == names
    assert market.verbs == ["GET"]


async def test_the_price_that_a_held_position_was_entered_at_is_no_accident(market: Market) -> None:
    market.document |= {"skip_enter_step": True, "is_position_not_filled": False}
    known = market.trade
    market.document["position"]["price"]["value_without_commission"] = "0.1"
    async with market.server.client() as client:
        with pytest.raises(ConflictError) as caught:
            await client.smart_trades.edit(known, stop_loss=StopLoss.off())
    assert caught.value.differences.keys() == {"position.price.value"}


async def test_what_changes_by_itself_is_no_conflict(market: Market) -> None:
    known = market.trade

    def meanwhile() -> None:
        market.fill()
        market.document |= {"note": "somebody's", "note_raw": "somebody's", "profit": {"percent": "-2.5"}}
        market.document["take_profit"]["price_type"] = "percentage"
        market.document["data"]["average_enter_price"] = "0.10706"

    market.before_reading = meanwhile
    async with market.server.client() as client:
        trade = await client.smart_trades.edit(known, stop_loss=StopLoss.off())
    assert trade.is_entered
    assert market.written[0]["position"]["units"] == {"value": "14.94"}


async def test_an_entry_that_is_filled_while_it_is_written_is_no_difference(market: Market) -> None:
    market.before_answering = market.fill
    async with market.server.client() as client:
        assert (await client.smart_trades.edit(market.trade, stop_loss=StopLoss.off())).is_entered
        with pytest.raises(NotAppliedError) as caught:  # but one that was to be changed is
            await client.smart_trades.edit(7, position=Position.buy(units="20", price="0.1"))
    assert caught.value.differences.keys() == {"position.units.value", "position.price.value"}


async def test_what_is_left_out_of_a_part_is_not_compared(market: Market) -> None:
    market.document["stop_loss"]["timeout"] = {"enabled": True, "value": "60.0"}
    market.before_answering = lambda: market.document["stop_loss"].update(timeout={"enabled": True, "value": 60})
    async with market.server.client() as client:
        trade = await client.smart_trades.edit(
            7, stop_loss=attrs.evolve(StopLoss.at(price="0.1"), timeout=OMITTED, breakeven=OMITTED)
        )
    assert trade.stop_loss is not None
    assert trade.stop_loss.timeout is not None
    assert trade.stop_loss.timeout.enabled
    assert market.written[0]["stop_loss"].keys() == {"enabled", "order_type", "conditional"}


async def test_what_would_be_lost_is_not_written(market: Market) -> None:
    market.document["stop_loss"]["conditional"]["hysteresis"] = "0.5"
    known = market.trade
    async with market.server.client() as client:
        for target in (7, known):
            with pytest.raises(ValueError, match=r"SmartTradeConditional.* has what this library does not know"):
                await client.smart_trades.edit(target, take_profit=TakeProfit.off())
    assert market.verbs == ["GET"]


async def test_what_does_not_go_together_is_not_written(market: Market) -> None:
    async with market.server.client() as client:
        (step,) = cast("TakeProfit", market.trade.plan().take_profit).steps
        with pytest.raises(ValueError, match=r"the volumes of take_profit\.steps must sum to 100, not 150"):
            await client.smart_trades.edit(7, take_profit=TakeProfit.of(step, TakeProfitStep.at(percent=5, volume=50)))
    assert market.verbs == []


async def test_steps_that_are_left_can_be_kept(market: Market) -> None:
    steps = market.document["take_profit"]["steps"]
    steps.append({**copy.deepcopy(steps[0]), "id": 8, "volume": "35.0", "position": 2})
    steps[0]["volume"] = "35.0"
    async with market.server.client() as client:
        trade = await client.smart_trades.edit(7, stop_loss=StopLoss.at(price="0.09"))
    assert [step["volume"] for step in market.written[0]["take_profit"]["steps"]] == ["35.0", "35.0"]
    assert trade.take_profit is not None
    assert len(trade.take_profit.steps or ()) == 2


async def test_a_refusal_of_the_writing_is_told_as_it_is(market: Market) -> None:
    def refuse() -> None:
        market.server.status = 400
        market.document = {
            "error": "record_invalid",
            "error_attributes": {"stop_loss[order_type]": ["is missing"]},
        }

    market.before_answering = refuse
    async with market.server.client() as client:
        with pytest.raises(InvalidRequestError) as caught:
            await client.smart_trades.edit(7, stop_loss=StopLoss.off())
    assert caught.value.fields == {"stop_loss[order_type]": ("is missing",)}


async def test_a_reading_that_fails_says_that_nothing_was_written(market: Market) -> None:
    market.document = {}
    async with market.server.client() as client:
        with pytest.raises(NotSentError, match="was not changed, for it could not be read first") as caught:
            await client.smart_trades.edit(7, stop_loss=StopLoss.off())
    assert caught.value.outcome is Outcome.NOT_DONE
    assert market.written == []


# --- a create whose response was lost


CREATED_AT: Final = datetime(2024, 9, 17, tzinfo=UTC).isoformat()  # what the clock of the tests shows


def row(*, created_at: str | None = CREATED_AT, **changes: object) -> Document:
    return {
        **copy.deepcopy(ENTITY),
        "account": {"id": 5},
        "pair": "USDT_ETH",
        "note": "my own note",
        "note_raw": "my own note",
        "data": {"created_at": created_at},
        **changes,
    }


async def lost_creation(
    server: Loopback, clock: SimulatedClock, plan: SmartTradePlan = PLAN
) -> tuple[ThreeCommasClient, ThreeCommasError]:
    client = ThreeCommasClient(
        HmacCredentials("key", "secret"), base_url=server.client()._transport.base_url, limits=None, clock=clock
    )
    server.status, server.text = 504, "gateway"
    with pytest.raises(OutcomeUnknownError) as caught:
        await client.smart_trades.create(account_id=5, plan=plan)
    server.status = 200
    return client, caught.value


@pytest.mark.parametrize(
    ("found", "is_found"),
    [
        (row(), True),
        (row(note="my own note", note_raw=None), True),
        (row(note="my <b>own</b> note", note_raw=" my own note "), True),
        (row(status={"type": "finished"}), True),
        (row(note="another", note_raw="another"), False),
        (row(note="", note_raw=None), False),
        (row(account={"id": 6}), False),
        (row(pair="USDT_BTC"), False),
        (row(position={**ENTITY["position"], "type": "sell"}), False),
        (row(instant=True), False),
        (row(skip_enter_step=True), False),
        (row(created_at="2024-09-16T23:57:59Z"), False),
        (row(created_at=None), False),
    ],
)
async def test_a_smart_trade_is_found_by_account_pair_and_note(
    found: Document, server: Loopback, clock: SimulatedClock, *, is_found: bool
) -> None:
    client, error = await lost_creation(server, clock)
    async with client:
        server.text = json.dumps([found])
        trade = await client.smart_trades.find_created(error)
    assert (trade is not None) == is_found
    assert [*clock.sleeps] == ([] if is_found else [1.0, 2.0, 4.0])
    assert dict(parse_qsl(server.asked[1].query)) == {
        "account_id": "5",
        "pair": "USDT_ETH",
        "status": "all",
        "order_by": "created_at",
        "order_direction": "DESC",
        "page": "1",
        "per_page": "100",
    }


@pytest.mark.parametrize(("note", "is_found"), [("", True), ("somebody's", False)])
async def test_without_a_note_one_without_a_note_is_looked_for(
    note: str, server: Loopback, clock: SimulatedClock, *, is_found: bool
) -> None:
    client, error = await lost_creation(server, clock, PLAN.evolve(note=OMITTED))
    async with client:
        server.text = json.dumps([row(note=note, note_raw=note or None)])
        assert (await client.smart_trades.find_created(error) is not None) == is_found


async def test_the_newest_of_several_is_taken(server: Loopback, clock: SimulatedClock) -> None:
    client, error = await lost_creation(server, clock)
    async with client:
        rows = [row(id=1), row(id=2, created_at="2024-09-17T00:00:01Z"), row(id=3, created_at="2024-09-16T23:59:00Z")]
        server.text = json.dumps(rows)
        trade = await client.smart_trades.find_created(error)
    assert trade is not None
    assert trade.id == 2


async def test_errors_of_other_calls_are_refused(server: Loopback) -> None:
    server.status, server.text = 404, '{"error": "not_found"}'
    async with server.client() as client:
        with pytest.raises(ThreeCommasError) as caught:
            await client.smart_trades.get(7)
        with pytest.raises(ValueError, match="must come from POST /v2/smart_trades, not from GET"):
            await client.smart_trades.find_created(caught.value)


async def test_what_was_refused_is_not_looked_for(server: Loopback) -> None:
    server.status, server.text = 422, '{"error": "record_invalid"}'
    async with server.client() as client:
        with pytest.raises(InvalidRequestError) as caught:
            await client.smart_trades.create(account_id=5, plan=PLAN)
        assert await client.smart_trades.find_created(caught.value) is None
    assert len(server.asked) == 1


# --- against the sandbox, which is written without a line of the client's code


@pytest.mark.parametrize("before_processing", [True, False])
async def test_what_became_of_a_creation_whose_response_was_dropped(
    clock: SimulatedClock, *, before_processing: bool
) -> None:
    async with Sandbox(clock=clock) as sandbox, sandbox.client(clock=clock) as client:
        account_id = sandbox.accounts.add(name="Main", balances={"USDT": 10_000})
        await client.smart_trades.create(account_id=account_id, plan=PLAN.evolve(note="another"))
        sandbox.faults.drop_next(before_processing=before_processing)
        with pytest.raises(OutcomeUnknownError) as caught:
            await client.smart_trades.create(account_id=account_id, plan=PLAN)
        found = await client.smart_trades.find_created(caught.value)
        rows = [trade async for trade in client.smart_trades.iterate(account_id=account_id)]
    if before_processing:
        assert found is None
        assert [trade.note for trade in rows] == ["another"]
    else:
        assert found is not None
        assert found.note == "my own note"
        assert found.id in {trade.id for trade in rows}


async def test_edits_come_out_as_they_were_asked_for_and_can_be_undone() -> None:
    async with Sandbox() as sandbox, sandbox.client() as client:
        account_id = sandbox.accounts.add(name="Main", balances={"USDT": 10_000})
        plan = SmartTradePlan.buy(
            "USDT_ETH", units="0.1", price="1800", take_profit=TakeProfit.at(price="2600"), note="my own note"
        )
        trade = await client.smart_trades.create(account_id=account_id, plan=plan)
        before = trade.plan()
        changed = await client.smart_trades.edit(
            trade,
            position=Position.buy(units="0.2", price="1750"),
            take_profit=TakeProfit.of(
                TakeProfitStep.at(percent="5", volume="50"),
                TakeProfitStep.at(percent="10", volume="50", trailing="0.5"),
            ),
            stop_loss=StopLoss.at(price="1500", limit="1490", timeout=60, breakeven=True),
        )
        assert changed.plan() != before
        assert (await client.smart_trades.update(trade.id, before)).plan() == before
        cancelled = await client.smart_trades.cancel(trade.id)
        assert cancelled is None or cancelled.is_closing
        assert (await client.smart_trades.get(trade.id)).is_finished


# --- lists that change


class Rows:
    """Serves rows as lists with ``page`` and ``per_page`` do, sorted as the walk asks; rows come and go meanwhile."""

    def __init__(self, count: int, change: Callable[[Rows], None] = lambda rows: None) -> None:
        self.ids = list(range(count, 0, -1))
        self.stayed = set(self.ids)
        self.queries: Final[list[dict[str, str]]] = []
        self._change = change

    def answer(self, asked: Asked) -> str:
        query = {name: value for name, (value,) in parse_qs(asked.query).items()}
        assert (query["order_by"], query["order_direction"]) == ("created_at", "DESC")
        if self.queries:
            self._change(self)
        self.queries.append(query)
        page, size = int(query["page"]), int(query["per_page"])
        return json.dumps([{"id": number} for number in self.ids[(page - 1) * size : page * size]])


async def test_all_smart_trades_are_walked_the_newest_first(server: Loopback) -> None:
    rows = Rows(250)
    server.text = rows.answer
    since = datetime(2024, 9, 18, tzinfo=UTC)
    async with server.client() as client:
        found = client.smart_trades.iterate(
            account_id=1,
            pair="USDT_ETH",
            type="smart_sell",
            status="active",
            base="ETH",
            quote="USDT",
            created_from=since,
            created_to=since,
        )
        assert server.asked == []
        walked = [trade.id async for trade in found]
    assert walked == list(range(250, 0, -1))
    assert rows.queries[0] == {
        "account_id": "1",
        "pair": "USDT_ETH",
        "type": "smart_sell",
        "status": "active",
        "base": "ETH",
        "quote": "USDT",
        "from": "2024-09-18T00:00:00.000Z",
        "to": "2024-09-18T00:00:00.000Z",
        "order_by": "created_at",
        "order_direction": "DESC",
        "page": "1",
        "per_page": "100",
    }


def _new_ones(rows: Rows) -> None:
    rows.ids[:0] = [len(rows.queries) * 1000 + place for place in range(3)]


def _fewer(rows: Rows) -> None:
    gone = rows.ids[:2]
    rows.stayed -= set(gone)
    del rows.ids[:2]


@pytest.mark.parametrize("change", [_new_ones, _fewer])
async def test_none_comes_twice_and_none_that_stayed_is_missed(
    change: Callable[[Rows], None], server: Loopback
) -> None:
    rows = Rows(950, change)
    server.text = rows.answer
    async with server.client() as client:
        walked = [trade.id async for trade in client.smart_trades.iterate()]
    assert len(walked) == len(set(walked))
    assert rows.stayed <= set(walked)
