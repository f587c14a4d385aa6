"""Grid bots: wrong arguments go nowhere, edits are compared, lists are walked, a lost creation is found."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final
from urllib.parse import parse_qs, parse_qsl

import attrs
import pytest
from aiohttp import web
from aioresponses import aioresponses

from tests.endpoints import catalogue
from tests.endpoints.grid_bots import CHANGED_BOT, NEW_BOT
from tests.loopback import Asked, Loopback
from threecommas_async import (
    ConflictError,
    HmacCredentials,
    NotAppliedError,
    NotSentError,
    Outcome,
    OutcomeUnknownError,
    ServerError,
    ThreeCommasClient,
    ThreeCommasError,
    UnreadableResponseError,
)
from threecommas_async.models.grid_bot import GridBot
from threecommas_async.models.grid_bot_settings import CREATE_ONLY, GridBotSettings
from threecommas_async.transport.simulated_clock import SimulatedClock

Call = Callable[[ThreeCommasClient, Any], Awaitable[object]]
Document = dict[str, Any]

BOT: Final[Document] = json.loads(catalogue.entities("grid_bots")[0].example)
URL: Final = "https://api.3commas.io/public/api/ver1/grid_bots/7"


@pytest.fixture
async def server() -> AsyncIterator[Loopback]:
    async with Loopback() as loopback:
        yield loopback


# --- wrong arguments


IDS: tuple[tuple[str, str, Call], ...] = (
    ("get", "id", lambda c, id_: c.grid_bots.get(id_)),
    ("enable", "id", lambda c, id_: c.grid_bots.enable(id_)),
    ("disable", "id", lambda c, id_: c.grid_bots.disable(id_)),
    ("delete", "id", lambda c, id_: c.grid_bots.delete(id_)),
    ("profits", "id", lambda c, id_: c.grid_bots.profits(id_)),
    ("set_note", "id", lambda c, id_: c.grid_bots.set_note(id_, "mine")),
    ("required_balances", "id", lambda c, id_: c.grid_bots.required_balances(id_)),
    ("events", "id", lambda c, id_: c.grid_bots.events(id_)),
    ("market_orders", "id", lambda c, id_: c.grid_bots.market_orders(id_)),
    ("update", "id", lambda c, id_: c.grid_bots.update(id_, CHANGED_BOT)),
    ("edit", "id", lambda c, id_: c.grid_bots.edit(id_, name="Other")),
    ("create", "account_id", lambda c, id_: c.grid_bots.create(account_id=id_, settings=NEW_BOT)),
)


@pytest.mark.parametrize("value", ["12/../13", "summary", -1, True, 1.0, None, ""])
@pytest.mark.parametrize(("method", "name", "call"), IDS, ids=lambda value: value if isinstance(value, str) else "")
async def test_a_wrong_id_goes_nowhere(method: str, name: str, call: Call, value: object, server: Loopback) -> None:
    async with server.client() as client:
        with pytest.raises(ValueError, match=f"{name} must be an int of at least 0, not "):
            await call(client, value)
    assert server.asked == []


WRONG_ARGUMENTS: list[tuple[Callable[[Any], Awaitable[object]], type[Exception], str]] = [
    (lambda g: g.create(account_id=1, settings={"name": "x"}), TypeError, "settings must be GridBotSettings, not dict"),
    (lambda g: g.update(1, CHANGED_BOT.evolve), TypeError, "settings must be GridBotSettings"),
    (lambda g: g.edit(1), ValueError, "edit needs at least one change"),
    (lambda g: g.edit(1, upper_pricee=1), TypeError, "GridBotSettings has no field 'upper_pricee'; did you mean"),
    (lambda g: g.edit(1, upper_price=2.5), TypeError, "upper_price must be a Decimal or a str, not a float"),
    (lambda g: g.edit(1, pair="USDT_BTC"), TypeError, "pair cannot be changed: a grid bot is given it when it is"),
    (lambda g: g.edit(1, mode="long"), TypeError, "mode cannot be changed"),
    (lambda g: g.edit(1, order_currency_type="base"), TypeError, "order_currency_type cannot be changed"),
    (lambda g: g.edit(1, profit_currency_type="base"), TypeError, "profit_currency_type cannot be changed"),
    (lambda g: g.edit(1, account_id=3), TypeError, "GridBotSettings has no field 'account_id'"),
    (lambda g: g.edit(1, leverage_type="not_specified"), ValueError, "leverage_type cannot be changed to 'not_spec"),
    (lambda g: g.list(account_id="1"), ValueError, "account_id must be an int of at least 0"),
    (lambda g: g.list(account_id=[1, "2"]), ValueError, "account_id must be an int of at least 0, not '2'"),
    (lambda g: g.list(account_id=[]), ValueError, "account_id must not be empty"),
    (lambda g: g.list(state=""), ValueError, "state is required"),
    (lambda g: g.list(sort_by=1), TypeError, "sort_by must be a str, not int"),
    (lambda g: g.list(limit=1001), ValueError, "limit must be from 1 to 1000, not 1001"),
    (lambda g: g.list(limit="10"), TypeError, "limit must be an int, not str"),
    (lambda g: g.list(offset=-1), ValueError, "offset must be at least 0, not -1"),
    (lambda g: g.list(created_from="2024-09-01"), TypeError, "created_from must be an aware datetime"),
    (
        lambda g: g.profits(1, created_to=datetime(2024, 9, 18)),  # noqa: DTZ001
        ValueError,
        "created_to must be an aware datetime",
    ),
    (lambda g: g.set_note(1, ""), ValueError, "note is required"),
    (lambda g: g.set_note(1, None), ValueError, "note is required"),
    (lambda g: g.set_note(1, 5), TypeError, "note must be a str, not int"),
    (lambda g: g.set_note(1, "x" * 301), ValueError, "note must have from 1 to 300 characters, not 301"),
    (lambda g: g.events(1, page=0), ValueError, "page must be at least 1, not 0"),
    (lambda g: g.events(1, per_page=101), ValueError, "per_page must be from 1 to 100, not 101"),
    (lambda g: g.events(1, page=None), TypeError, "page must be an int, not None"),
    (lambda g: g.market_orders(1, limit=0), ValueError, "limit must be from 1 to 1000, not 0"),
]


@pytest.mark.parametrize(
    ("call", "error", "text"), WRONG_ARGUMENTS, ids=lambda value: value[:48] if isinstance(value, str) else ""
)
async def test_a_wrong_argument_goes_nowhere(
    call: Callable[[Any], Awaitable[object]], error: type[Exception], text: str, server: Loopback
) -> None:
    async with server.client() as client:
        with pytest.raises(error) as caught:
            await call(client.grid_bots)
    assert type(caught.value) is error
    assert str(caught.value).startswith(text)
    assert server.asked == []


# --- what goes out and comes back


async def test_a_new_bot_is_sent_whole_with_its_account(server: Loopback) -> None:
    server.status, server.text = 201, json.dumps(BOT)
    async with server.client() as client:
        await client.grid_bots.create(account_id=5, settings=CHANGED_BOT)
    sent = json.loads(server.asked[0].body)
    assert sent.pop("account_id") == 5
    assert sent.keys() >= CREATE_ONLY
    assert (sent["upper_price"], sent["quantity_per_grid"], sent["grids_quantity"]) == ("70000.0", "150", 40)
    assert (sent["trailing_up_enabled"], sent["expansion_up_enabled"]) == (True, False)


async def test_several_accounts_go_out_with_commas_and_words_as_they_were_given(server: Loopback) -> None:
    server.text = "[]"
    async with server.client() as client:
        await client.grid_bots.list(account_id=(32833909, 32864603), state="archived", sort_by="age", limit=5)
        await client.grid_bots.list(account_id=7, sort_direction="desc")
    assert [parse_qsl(asked.query) for asked in server.asked] == [
        [("account_id", "32833909,32864603"), ("state", "archived"), ("sort_by", "age"), ("limit", "5")],
        [("account_id", "7"), ("sort_direction", "desc")],
    ]


async def test_events_always_say_which_page(server: Loopback) -> None:
    server.text = '[{"message": "Bot is turned on", "created_at": "2024-10-03T19:53:38.305Z"}]'
    async with server.client() as client:
        (event,) = await client.grid_bots.events(7)
    assert server.asked[0].query == "page=1&per_page=100"
    assert event.message == "Bot is turned on"


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, "NONE"), (200, "    NONE\n"), (200, ""), (204, ""), (200, json.dumps(BOT)), (200, "true"), (200, "null")],
)
async def test_a_deletion_returns_nothing_whatever_the_api_says(status: int, body: str) -> None:
    with aioresponses() as mocked:
        mocked.add(URL, "DELETE", status=status, body=body)
        async with ThreeCommasClient(HmacCredentials("key", "secret"), limits=None) as client:
            delete: Any = client.grid_bots.delete
            assert await delete(7) is None


async def test_a_deletion_without_a_body_is_read_off_the_wire() -> None:
    asked: list[str] = []

    async def gone(request: web.Request) -> web.Response:
        asked.append(f"{request.method} {request.path}")
        return web.Response(status=204)

    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", gone)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base_url = f"http://127.0.0.1:{runner.addresses[0][1]}/public/api"
    async with ThreeCommasClient(HmacCredentials("key", "secret"), base_url=base_url, limits=None) as client:
        await client.grid_bots.delete(7)
    await runner.cleanup()
    assert asked == ["DELETE /public/api/ver1/grid_bots/7"]


@pytest.mark.parametrize(
    ("status", "body", "kind", "outcome"),
    [
        (200, "SOME", UnreadableResponseError, Outcome.UNKNOWN),
        (504, "NONE", OutcomeUnknownError, Outcome.UNKNOWN),
        (404, '{"error": "not_found"}', ThreeCommasError, Outcome.NOT_DONE),
    ],
)
async def test_another_text_says_nothing_of_a_deletion(
    status: int, body: str, kind: type[ThreeCommasError], outcome: Outcome, server: Loopback
) -> None:
    server.status, server.text = status, body
    async with server.client() as client:
        with pytest.raises(kind) as caught:
            await client.grid_bots.delete(7)
    assert caught.value.outcome is outcome
    assert len(server.asked) == 1


async def test_balances_that_cannot_be_told_say_so(server: Loopback, clock: SimulatedClock) -> None:
    server.status = 500
    server.text = '{"error": "grid_lines_not_marked", "error_description": "Grid lines empty or not marked"}'
    async with server.client(clock=clock) as client:
        with pytest.raises(ServerError, match="Grid lines empty or not marked") as caught:
            await client.grid_bots.required_balances(7)
    assert (caught.value.code, caught.value.outcome) == ("grid_lines_not_marked", Outcome.NOT_DONE)


# --- changes


class Held:
    """Holds one grid bot as a JSON document, and serves it as 3Commas would, unless a test makes it do otherwise."""

    def __init__(self, **fields: object) -> None:
        self.document: Document = {**BOT, "id": 7, **fields}
        self.written: list[Document] = []
        self.ignores: set[str] = set()
        self.before_answering: Callable[[], None] = lambda: None

    def answer(self, asked: Asked) -> str:
        if asked.verb == "PATCH":
            sent = json.loads(asked.body)
            self.written.append(sent)
            for name, value in sent.items():
                if name in self.document and name not in self.ignores:
                    self.document[name] = self._as_the_api_writes(name, value)
            self.before_answering()
        return json.dumps(self.document)

    @staticmethod
    def _as_the_api_writes(name: str, value: object) -> object:
        if name in ("trailing_up_enabled", "expansion_down_enabled"):
            return "true" if value else "false"
        if name in ("grids_quantity", "max_active_buy_lines", "max_active_sell_lines"):
            return str(value)
        if isinstance(value, str) and value.replace(".", "").isdigit():
            return f"{Decimal(value):f}" if "." in value else f"{value}.0"
        return value


def holding(server: Loopback, **fields: object) -> Held:
    held = Held(**fields)
    server.text = held.answer
    return held


def calls_of(server: Loopback) -> list[tuple[str, str]]:
    return [(asked.verb, asked.path) for asked in server.asked]


GET: Final = ("GET", "/ver1/grid_bots/7")
PATCH: Final = ("PATCH", "/ver1/grid_bots/7/manual")


async def test_an_edit_writes_all_settings_with_the_change_but_for_what_a_bot_keeps(server: Loopback) -> None:
    held = holding(server)
    async with server.client() as client:
        bot = await client.grid_bots.edit(7, upper_price="0.0250", grids_quantity=90, trailing_up_enabled=False)
    assert calls_of(server) == [GET, PATCH]
    (sent,) = held.written
    assert (bot.upper_price, bot.grids_quantity, bot.trailing_up_enabled) == (Decimal("0.025"), 90, False)
    assert (sent["upper_price"], sent["grids_quantity"], sent["trailing_up_enabled"]) == ("0.0250", 90, False)
    never_returned = {"trailing_down_enabled", "expansion_up_enabled", "expansion_up_stop_price", "ignore_warnings"}
    assert sent.keys() == {field.name for field in attrs.fields(GridBotSettings)} - CREATE_ONLY - never_returned
    assert "account_id" not in sent
    assert (sent["lower_price"], sent["max_active_buy_lines"], sent["expansion_down_enabled"]) == (
        "0.016352",
        81,
        False,
    )


async def test_a_change_can_be_undone_to_the_last_setting(server: Loopback) -> None:
    held = holding(server)
    async with server.client() as client:
        bot = await client.grid_bots.get(7)
        before = bot.settings()
        changed = await client.grid_bots.edit(
            bot,
            note="mine",
            lower_stop_loss_enabled=True,
            lower_stop_loss_price="0.01",
            lower_stop_loss_action="stop_bot_and_close_position",
            expansion_down_enabled=True,
            expansion_down_stop_price="0.012",
        )
        assert (changed.lower_stop_loss_price, changed.note) == (Decimal("0.01"), "mine")
        assert held.document["expansion_down_enabled"] == "true"
        undone = await client.grid_bots.update(bot.id, before)
    assert undone.settings() == before
    assert held.document == {**BOT, "id": 7} | {"quantity_per_grid": "20.0"}


async def test_what_the_api_never_returns_is_sent_when_it_is_named(server: Loopback) -> None:
    held = holding(server)
    async with server.client() as client:
        await client.grid_bots.edit(
            7,
            trailing_down_enabled=True,
            expansion_up_enabled=True,
            expansion_up_stop_price="0.03",
            ignore_warnings=True,
        )
    sent = held.written[0]
    assert (sent["trailing_down_enabled"], sent["expansion_up_enabled"], sent["ignore_warnings"]) == (True, True, True)
    assert sent["expansion_up_stop_price"] == "0.03"


async def test_a_bot_without_leverage_is_not_sent_a_word_that_only_a_new_bot_takes(server: Loopback) -> None:
    held = holding(server, leverage_type="not_specified")
    async with server.client() as client:
        bot = await client.grid_bots.edit(7, name="Other")
        assert "leverage_type" not in held.written[0]
        await client.grid_bots.update(7, bot.settings())
        assert "leverage_type" not in held.written[1]
        await client.grid_bots.edit(7, leverage_type="cross")
        assert held.written[2]["leverage_type"] == "cross"
        with pytest.raises(NotAppliedError) as caught:
            await client.grid_bots.update(7, bot.settings())
    assert caught.value.differences == {"leverage_type": ("not_specified", "cross")}


async def test_a_change_that_the_api_drops_is_told(server: Loopback) -> None:
    held = holding(server)
    held.ignores = {"upper_price"}
    async with server.client() as client:
        with pytest.raises(
            NotAppliedError, match=r"grid bot 7 at 127\.0\.0\.1:\d+ was written, but .* in upper_price"
        ) as caught:
            await client.grid_bots.edit(7, upper_price="0.03", quantity_per_grid=25)
    assert caught.value.outcome is Outcome.DONE
    assert caught.value.differences == {"upper_price": (Decimal("0.03"), Decimal("0.022503"))}
    assert (caught.value.method, caught.value.path) == ("PATCH", "/ver1/grid_bots/{id}/manual")
    assert caught.value.ids == {"id": 7}
    assert held.document["quantity_per_grid"] == "25.0"


async def test_a_change_that_somebody_makes_meanwhile_is_told(server: Loopback) -> None:
    held = holding(server, new_setting="before")
    held.before_answering = lambda: held.document.update(note="Mine", account_id=1, new_setting="after")
    async with server.client() as client:
        with pytest.raises(NotAppliedError) as caught:
            await client.grid_bots.edit(7, name="Other")
    assert caught.value.differences == {
        "note": (None, "Mine"),
        "account_id": (32833909, 1),
        "new_setting": ("before", "after"),
    }


@pytest.mark.parametrize(
    ("change", "differences"),
    [
        ({"upper_price": "0.024073"}, {"upper_price": (Decimal("0.022503"), Decimal("0.024073"))}),
        ({"grids_quantity": "82"}, {"grids_quantity": (81, 82)}),
        ({"trailing_up_enabled": "false"}, {"trailing_up_enabled": (True, False)}),
        ({"lower_stop_loss_price": "0.01"}, {"lower_stop_loss_price": (None, Decimal("0.01"))}),
        ({"pair": "USDT_ETH"}, {"pair": ("BNFCR_VETUSDT", "USDT_ETH")}),
        ({"account_id": 1}, {"account_id": (32833909, 1)}),
    ],
)
async def test_a_bot_that_is_not_as_it_was_read_is_left_alone(
    change: Document, differences: object, server: Loopback
) -> None:
    held = holding(server)
    async with server.client() as client:
        known = await client.grid_bots.get(7)
        held.document |= change
        with pytest.raises(ConflictError, match=r"grid bot 7 at .* was not changed: .* differ") as caught:
            await client.grid_bots.edit(known, name="Other")
    assert caught.value.outcome is Outcome.NOT_DONE
    assert caught.value.differences == differences
    assert calls_of(server) == [GET, GET]


async def test_what_a_running_bot_makes_is_no_conflict(server: Loopback) -> None:
    held = holding(server)
    async with server.client() as client:
        known = await client.grid_bots.get(7)
        held.document |= {"current_profit": "2.5", "total_profits_count": "18", "current_price": "0.0221"}
        held.document |= {"grid_lines": [], "start_price": "0.02", "upper_price": "0.0225030"}
        assert (await client.grid_bots.edit(known, name="Other")).name == "Other"


async def test_a_setting_that_could_not_be_read_is_not_overwritten(server: Loopback) -> None:
    holding(server, lower_stop_loss_price="far below")
    async with server.client() as client:
        with pytest.raises(ValueError, match="lower_stop_loss_price of GridBot"):
            await client.grid_bots.edit(7, name="Other")
    assert calls_of(server) == [GET]


async def test_what_does_not_go_together_is_refused_before_anything_is_written(server: Loopback) -> None:
    holding(server)
    async with server.client() as client:
        with pytest.raises(ValueError, match="lower_price must be below upper_price"):
            await client.grid_bots.edit(7, lower_price="0.03")
        with pytest.raises(ValueError, match="upper_stop_loss_price is required when upper_stop_loss_enabled is on"):
            await client.grid_bots.edit(7, upper_stop_loss_enabled=True)
    assert calls_of(server) == [GET, GET]


async def test_a_bot_that_cannot_be_read_is_not_written(server: Loopback) -> None:
    server.text = "<html>"
    async with server.client() as client:
        with pytest.raises(NotSentError, match=r"grid bot 7 at .* was not changed") as caught:
            await client.grid_bots.edit(7, name="Other")
    assert caught.value.outcome is Outcome.NOT_DONE
    assert {asked.verb for asked in server.asked} == {"GET"}


async def test_what_the_response_lacks_is_no_difference_unless_it_was_asked_for(server: Loopback) -> None:
    held = holding(server)

    def leave_out() -> None:
        held.document.pop("mode", None)
        held.document.pop("note", None)

    held.before_answering = leave_out
    async with server.client() as client:
        assert (await client.grid_bots.edit(7, name="Other")).name == "Other"
        with pytest.raises(NotAppliedError) as caught:
            await client.grid_bots.edit(7, note="mine")
    assert caught.value.differences == {"note": ("mine", None)}


# --- lists


async def test_all_bots_are_walked_in_pages_of_a_hundred_by_the_time_of_their_creation(server: Loopback) -> None:
    rows = [{"id": 250 - place} for place in range(250)]

    def answer(asked: Asked) -> str:
        query = parse_qs(asked.query)
        start, size = int(query["offset"][0]), int(query["limit"][0])
        return json.dumps(rows[start : start + size])

    server.text = answer
    since = datetime(2024, 9, 18, tzinfo=UTC)
    async with server.client() as client:
        found = client.grid_bots.iterate(
            account_id=[1, 2], state="enabled", base="ETH", quote="USDT", created_from=since
        )
        assert server.asked == []
        walked = [bot.id async for bot in found]
    assert walked == list(range(250, 0, -1))
    assert parse_qs(server.asked[0].query) == {
        "account_id": ["1,2"],
        "state": ["enabled"],
        "sort_by": ["created_at"],
        "sort_direction": ["DESC"],
        "limit": ["100"],
        "offset": ["0"],
        "from": ["2024-09-18T00:00:00.000Z"],
        "base": ["ETH"],
        "quote": ["USDT"],
    }


# --- a create whose response was lost


CREATED_AT: Final = datetime(2024, 9, 17, tzinfo=UTC).isoformat()  # what the clock of the tests shows


def created(**changes: object) -> Document:
    return {**BOT, "name": NEW_BOT.name, "pair": NEW_BOT.pair, "account_id": 5, "created_at": CREATED_AT, **changes}


@pytest.mark.parametrize(
    ("row", "is_found"),
    [
        (created(), True),
        (created(upper_price="1.2"), True),
        (created(pair="USDT_BTC"), False),
        (created(name="Other"), False),
        (created(account_id=6), False),
        (created(created_at="2024-09-16T23:57:59Z"), False),
        (created(created_at=None), False),
    ],
)
async def test_a_bot_is_found_by_account_name_and_pair(
    row: Document, is_found: bool, server: Loopback, clock: SimulatedClock
) -> None:
    async with server.client(clock=clock) as client:
        server.status, server.text = 504, "gateway"
        with pytest.raises(OutcomeUnknownError) as caught:
            await client.grid_bots.create(account_id=5, settings=NEW_BOT)
        server.status, server.text = 200, json.dumps([row])
        bot = await client.grid_bots.find_created(caught.value)
    assert (type(bot) is GridBot) == is_found
    assert [*clock.sleeps] == ([] if is_found else [1.0, 2.0, 4.0])
    assert parse_qs(server.asked[1].query)["account_id"] == ["5"]


async def test_errors_of_other_calls_are_refused(server: Loopback) -> None:
    server.status, server.text = 404, '{"error": "not_found"}'
    async with server.client() as client:
        with pytest.raises(ThreeCommasError) as caught:
            await client.grid_bots.get(7)
        with pytest.raises(ValueError, match="must come from POST /ver1/grid_bots/manual, not from GET"):
            await client.grid_bots.find_created(caught.value)
