"""All twelve endpoints of grid bots, against the catalogue and through the client.

Verb, path, permission, status and shape; nothing that the client does not know; every documented refusal; lists and
their pages; E13 of the trading semantics, digit by digit. None of its numbers was computed here.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, Final, Literal

import pytest
from attrs import frozen

from tests.sandbox.api.test_catalogue import differences
from tests.sandbox.api.test_trading_catalogue import strange
from tests.sandbox.api.test_trading_forms import STRANGE
from tests.sandbox.calling import Answer, Caller
from tests.sandbox.trading import MARKET, PAIR, D, Exchange, exchange
from threecommas_async import HmacCredentials, ThreeCommasClient
from threecommas_async.errors import (
    ApiError,
    AuthenticationError,
    InvalidRequestError,
    NotFoundError,
    Outcome,
    PermissionDeniedError,
    ServerError,
)
from threecommas_async.models import GridBot, GridBotSettings
from threecommas_async.sandbox import Permission
from threecommas_async.sandbox.api import ENDPOINTS

CATALOGUE: Final = Path(__file__).parents[2] / "fixtures" / "catalogue"
GROUP: Final[dict[str, Any]] = json.loads((CATALOGUE / "grid_bots.json").read_text())
DOCUMENTED: Final[dict[tuple[str, str], dict[str, Any]]] = {
    (endpoint["method"], endpoint["path"]): endpoint for endpoint in GROUP["endpoints"]
}
MANUAL: Final = "/ver1/grid_bots/manual"
BOT: Final = "/ver1/grid_bots/{id}"
E13: Final = GridBotSettings(
    name="ETH grid",
    pair=PAIR,
    lower_price="1800",
    upper_price="2200",
    grids_quantity=5,
    quantity_per_grid="100",
    order_currency_type="quote",
    profit_currency_type="quote",
    grid_type="arithmetic",
)
BODY: Final[dict[str, object]] = {
    "name": "ETH grid",
    "pair": PAIR,
    "lower_price": 1800,
    "upper_price": 2200,
    "grids_quantity": 5,
    "quantity_per_grid": "100",
}
EVENTS: Final[dict[str, object]] = {"page": 1, "per_page": 100}


@pytest.fixture
async def here() -> AsyncIterator[Exchange]:
    """An account with nothing but dollars, and ETH at 2010."""
    async with exchange("2010") as running:
        account_id = running.sandbox.accounts.add(type=MARKET, balances={"USDT": "10000"})
        yield Exchange(running.sandbox, running.client, account_id, running.clock, running.caller)


async def created(here: Exchange, **changes: Any) -> GridBot:
    return await here.client.grid_bots.create(account_id=here.account_id, settings=E13.evolved(changes))


async def running(here: Exchange, **changes: Any) -> GridBot:
    bot = await created(here, **changes)
    await here.client.grid_bots.enable(bot.id)
    return await here.client.grid_bots.get(bot.id)


def sides(bot: GridBot) -> list[tuple[str, str | None, bool | None]]:
    return [(f"{line.price}", line.side, line.order_placed) for line in reversed(bot.lines_by_price)]


# ---- the worked example ----------------------------------------------------------------------------------------------
async def test_e13_through_the_client(here: Exchange) -> None:
    bots = here.client.grid_bots
    bot = await created(here)
    assert sides(bot) == [
        ("1800.0", "buy", False),
        ("1900.0", "buy", False),
        ("2000.0", None, False),
        ("2100.0", "sell", False),
        ("2200.0", "sell", False),
    ]
    needed = await bots.required_balances(bot.id)
    assert needed.required_balance is not None
    assert needed.required_balance.base is not None
    assert needed.required_balance.quote is not None
    assert (needed.required_balance.base.quantity, needed.required_balance.quote.quantity) == (
        D("0.093"),
        D("200.03984"),
    )
    enabled = await bots.enable(bot.id)
    assert (enabled.is_enabled, enabled.start_price, enabled.current_profit_loss) == (True, D(2010), None)
    assert not any(line.order_placed for line in enabled.grid_lines or ())
    orders = await bots.market_orders(bot.id)
    assert [(o.order_type, o.total) for o in orders.balancing_orders or ()] == [("BUY", D("187.11693"))]
    assert sorted((o.rate, o.quantity) for o in orders.grid_lines_orders or () if o.rate and o.quantity) == [
        (D(1800), D("0.0555")),
        (D(1900), D("0.0526")),
        (D(2100), D("0.0476")),
        (D(2200), D("0.0454")),
    ]
    await here.to("1900")
    assert sides(await bots.get(bot.id))[1:3] == [("1900.0", None, False), ("2000.0", "sell", True)]
    await here.to("2000")
    now = await bots.get(bot.id)
    assert (now.current_profit, now.total_profits_count) == (D("5.05486"), 1)
    assert sides(now)[1:3] == [("1900.0", "buy", True), ("2000.0", None, False)]
    [profit] = await bots.profits(bot.id)
    assert (profit.profit, profit.usd_profit) == (D("5.05486"), D("5.05486"))
    stopped = await bots.disable(bot.id)
    assert (stopped.is_enabled, stopped.current_profit, stopped.total_profits_count) == (False, D("5.05486"), 1)
    assert {line.side for line in stopped.grid_lines or ()} == {None}
    await bots.delete(bot.id)
    assert await bots.list() == []


async def test_e13_as_it_comes_over_the_wire(here: Exchange) -> None:
    call = here.caller.call
    bot = (await call("POST", MANUAL, body={**BODY, "account_id": here.account_id})).json
    path = BOT.format(**bot)
    expected = {
        "is_enabled": False,
        "grids_quantity": "5",
        "max_active_buy_lines": "5",
        "trailing_up_enabled": "false",
        "expansion_down_enabled": "false",
        "total_profits_count": "0",
        "lower_price": "1800.0",
        "upper_price": "2200.0",
        "quantity_per_grid": "100.0",
        "grid_price_step": "100.0",
        "start_price": None,
        "current_profit_loss": None,
        "unrealized_profit_loss": "0.0",
        "orderbook_price_currency": "USDT",
        "mode": None,
    }
    assert expected.items() <= bot.items()
    assert [(line["price"], line["side"]) for line in bot["grid_lines"]] == [
        ("2000.0", None),
        ("2200.0", "sell"),
        ("2100.0", "sell"),
        ("1800.0", "buy"),
        ("1900.0", "buy"),
    ]
    await call("POST", f"{path}/enable")
    await here.to("1900", "2000")
    now = (await call("GET", path)).json
    shown = {
        "current_profit": "5.05486",
        "current_profit_usd": "5.05486",
        "total_profits_count": "1",
        "profit_percentage": "1.263715",
        "unrealized_profit_loss": "-1.11693",
        "current_profit_loss": "3.93793",
        "start_price": "2010.0",
        "current_price": "2000.0",
        "investment_quote_currency": "200.0",
        "investment_base_currency": "0.093073593073593073593073593",
    }
    assert shown.items() <= now.items()
    placed = "Current price: 2010.0 USDT, Success."
    events = [event["message"] for event in (await call("GET", f"{path}/events", query=EVENTS)).json]
    assert events[2:5] == [
        "Creating balancing order, Price: 2010.0 USDT, Size: 186.93 USDT (0.093 ETH).",
        "Balancing order filled, Price: 2012.01 USDT, Size: 187.11693 USDT (0.093 ETH).",
        f"Creating LIMIT BUY order, Price: 1900.0 USDT, Size: 99.94 USDT (0.0526 ETH), {placed}",
    ]
    assert await here.held() == {"USDT": D("9817.93793"), "ETH": D("0.093")}


async def test_e13_geometric(here: Exchange) -> None:
    bot = await running(here, grid_type="geometric")
    assert [price for price, _, _ in sides(bot)] == ["1800.0", "1892.61", "1989.97", "2092.35", "2200.0"]
    assert [side for _, side, _ in sides(bot)] == ["buy", "buy", None, "sell", "sell"]


# ---- the rows --------------------------------------------------------------------------------------------------------
def success(key: tuple[str, str]) -> tuple[int, Any]:
    response = next(one for one in DOCUMENTED[key]["responses"] if one["status"] < 300)
    if "example_json" not in response:
        return response["status"], "NONE"
    return response["status"], json.loads(response["example_json"], parse_float=Decimal)


def test_every_endpoint_of_the_group_is_served_and_no_other() -> None:
    served = {(row.method, row.path): row for row in ENDPOINTS if row.path.startswith("/ver1/grid_bots")}
    assert served.keys() == DOCUMENTED.keys()
    assert len(served) == 12
    for key, row in served.items():
        assert row.permission == DOCUMENTED[key]["permission"], key
        assert row.signed
        assert row.status == success(key)[0], key


@frozen
class Sent:
    """A call that succeeds."""

    method: str
    path: str
    query: dict[str, object] | None = None
    body: dict[str, object] | None = None
    is_running: bool = True


SUCCESSES: Final = [
    Sent("POST", MANUAL, body=BODY, is_running=False),
    Sent("PATCH", f"{BOT}/manual", body={**BODY, "upper_price": 2300}, is_running=False),
    Sent("GET", BOT),
    Sent("GET", "/ver1/grid_bots"),
    Sent("GET", f"{BOT}/profits", query={"from": "2024-09-01T04:00:00.000Z"}),
    Sent("POST", f"{BOT}/disable"),
    Sent("POST", f"{BOT}/enable", is_running=False),
    Sent("DELETE", BOT, is_running=False),
    Sent("POST", f"{BOT}/note", body={"note": "Welcome to 3Commas"}),
    Sent("GET", f"{BOT}/required_balances"),
    Sent("GET", f"{BOT}/events", query={"page": "1", "per_page": "10"}),
    Sent("GET", f"{BOT}/market_orders"),
]


async def send(here: Exchange, caller: Caller, sent: Sent, *, well_signed: bool = True) -> Answer:
    if sent.is_running:
        bot = await running(here)
        await here.to("1900", "2010")
    else:
        bot = await created(here)
    body = {**sent.body, "account_id": here.account_id} if sent.path == MANUAL and sent.body else sent.body
    path = sent.path.format(id=bot.id)
    return await caller.call(sent.method, path, query=sent.query, body=body, well_signed=well_signed)


NULL_OR_NOT: Final = (
    ".note",
    ".side",
    ".mode",
    ".start_price",
    ".lower_stop_loss_price",
    ".upper_stop_loss_price",
    ".expansion_down_stop_price",
    ".leverage_custom_value",
    ".current_profit_loss",
    ".current_profit_loss_percent",
)
"""What the example's bot has and this one lacks, or the other way round."""
NOT_IN_THE_EXAMPLE: Final = {
    f"POST {BOT}/enable": {": ['mode']"},
    f"GET {BOT}/market_orders": {".balancing_orders[0]: ['updated_at']"},
}
"""Documented, but not in these examples; the one of the orders has the name ``update_at``, which is sent as well."""


@pytest.mark.parametrize("sent", SUCCESSES, ids=lambda sent: f"{sent.method} {sent.path}")
async def test_success_has_the_documented_status_and_shape(here: Exchange, sent: Sent) -> None:
    answer = await send(here, here.caller, sent)
    status, documented = success((sent.method, sent.path))
    assert answer.status == status, answer.text
    if isinstance(documented, str):
        assert answer.text == documented
        return
    found = {
        difference
        for difference in differences(answer.json, documented)
        if not difference.partition(":")[0].endswith(NULL_OR_NOT)
    }
    assert found == NOT_IN_THE_EXAMPLE.get(f"{sent.method} {sent.path}", set())


def test_every_success_is_tried() -> None:
    assert sorted((sent.method, sent.path) for sent in SUCCESSES) == sorted(DOCUMENTED)


def observed(fields: list[dict[str, Any]], document: Any, place: str = "") -> Iterator[str]:
    """Give what a document lacks of the documented fields, or has of another type than was observed."""
    kinds = {str: "string", bool: "boolean", int: "integer", type(None): "null", list: "array", dict: "object"}
    for field in fields:
        name, types = field["name"], field.get("observed") or []
        if name not in document:
            yield f"{place}.{name} is missing"
            continue
        value = document[name]
        if types and kinds[type(value)] not in {*types, "null"}:
            yield f"{place}.{name} is {kinds[type(value)]}, not {types}"
        for item in value if isinstance(value, list) else [value]:
            if field.get("fields"):
                yield from observed(field["fields"], item, f"{place}.{name}")


async def test_every_field_of_the_entity_has_the_observed_type(here: Exchange) -> None:
    [entity] = GROUP["entities"]
    bot = await running(here)
    document = (await here.caller.call("GET", BOT.format(id=bot.id))).json
    assert list(observed(entity["fields"], document)) == []
    undocumented = {"bought_volume", "sold_volume"}
    assert document.keys() == {field["name"] for field in entity["fields"]} | undocumented
    [listed] = (await here.caller.call("GET", "/ver1/grid_bots")).json
    assert listed == document


@pytest.mark.parametrize("sent", [sent for sent in SUCCESSES if sent.method == "GET"], ids=lambda sent: sent.path)
async def test_every_documented_field_of_a_response_is_there(here: Exchange, sent: Sent) -> None:
    fields = [field for field in DOCUMENTED[sent.method, sent.path]["response_fields"] if field["name"] != "grid_lines"]
    answer = (await send(here, here.caller, sent)).json
    for document in answer if isinstance(answer, list) else [answer]:
        assert list(observed(fields, document)) == []


@pytest.mark.parametrize("sent", SUCCESSES, ids=lambda sent: f"{sent.method} {sent.path}")
async def test_permissions_and_signatures_are_enforced(here: Exchange, sent: Sent) -> None:
    needed = DOCUMENTED[sent.method, sent.path]["permission"]
    others = here.caller.with_key(here.sandbox.add_key(permissions=[one for one in Permission if one != needed]))
    denied = await send(here, others, sent)
    assert (denied.status, denied.json["error"]) == (403, "access_denied")
    forged = await send(here, here.caller, sent, well_signed=False)
    assert (forged.status, forged.json["error"]) == (401, "signature_invalid")
    only = here.caller.with_key(here.sandbox.add_key(permissions=[needed]))
    assert (await send(here, only, sent)).status == success((sent.method, sent.path))[0]


async def test_the_client_knows_all_that_the_twelve_endpoints_answer(here: Exchange) -> None:
    bots = here.client.grid_bots
    bot = await created(
        here,
        lower_stop_loss_enabled=True,
        lower_stop_loss_price=1500,
        lower_stop_loss_action="stop_bot",
        trailing_up_enabled=True,
    )
    bot = await bots.edit(bot, note="mine", lower_stop_loss_action="stop_bot_and_sell")
    answers: dict[str, object] = {
        "balances": await bots.required_balances(bot.id),
        "enable": await bots.enable(bot.id),
        "update": await bots.update(bot.id, bot.settings()),
        "note": await bots.set_note(bot.id, "other"),
        "events": await bots.events(bot.id),
    }
    await here.to("1900", "2400")
    moved = await bots.get(bot.id)
    answers |= {
        "get": moved,
        "list": await bots.list(),
        "profits": await bots.profits(bot.id),
        "orders": await bots.market_orders(bot.id),
        "edit": await bots.edit(moved, upper_price=2500),
        "disable": await bots.disable(bot.id),
    }
    await bots.delete(bot.id)
    assert list(strange([bot, *answers.values()])) == []
    assert (moved.lower_price, moved.upper_price, moved.lower_stop_loss_price) == (D(2000), D(2400), D(1700))
    called = {(one.method, _template(one.path)) for one in here.sandbox.requests}
    assert called >= DOCUMENTED.keys()


def _template(path: str) -> str:
    parts = path.removeprefix("/public/api").split("/")
    return "/".join("{id}" if part.isdecimal() else part for part in parts)


async def test_the_bodies_of_the_vendors_examples_are_taken(here: Exchange) -> None:
    example = json.loads(DOCUMENTED["POST", MANUAL]["request_examples"][0]["example_json"])
    await here.to("0.9")
    answer = await here.caller.call("POST", MANUAL, body={**example, "account_id": here.account_id})
    assert answer.status == 201, answer.text
    assert answer.json["max_active_buy_lines"] == "28"
    edit = json.loads(DOCUMENTED["PATCH", f"{BOT}/manual"]["request_examples"][0]["example_json"])
    changed = await here.caller.call("PATCH", f"{BOT.format(**answer.json)}/manual", body=edit)
    # Of the currencies and the mode, which the page does not have, nothing is taken.
    kept = {name: answer.json[name] for name in ("order_currency_type", "profit_currency_type", "mode", "pair")}
    assert kept.items() <= changed.json.items()
    assert (changed.json["name"], changed.json["grids_quantity"]) == ("CHANGED USDT_BTCUSDT EXAMPLE", "40")
    assert (changed.json["leverage_custom_value"], changed.json["note"]) == ("10.0", "Example bot")
    assert (changed.json["expansion_down_enabled"], changed.json["expansion_down_stop_price"]) == ("true", "54000.0")


# ---- refusals --------------------------------------------------------------------------------------------------------
@frozen
class Refused:
    """A call that is refused, and as what the client raises it."""

    status: int
    kind: type[ApiError]
    code: str
    fields: dict[str, tuple[str, ...]]
    call: Callable[[Exchange], Awaitable[object]]
    documented: tuple[str, str] | None = None


async def _raw(here: Exchange, method: Literal["GET", "POST", "PATCH"], path: str, **given: object) -> object:
    """Send what the client would refuse to send, through its transport, so that its verdict is the same."""
    if method == "GET":
        return await here.client._transport.request(method, path, None, query=given)
    return await here.client._transport.request(method, path, None, body=given)


async def _create(here: Exchange, **changes: object) -> object:
    body = {**BODY, "account_id": here.account_id, **changes}
    return await _raw(here, "POST", MANUAL, **{name: one for name, one in body.items() if one is not None})


async def _at_new(here: Exchange, method: Literal["GET", "POST", "PATCH"], path: str, **given: object) -> object:
    bot = await created(here)
    return await _raw(here, method, f"/ver1/grid_bots/{bot.id}{path}", **given)


async def _forged_delete(here: Exchange) -> None:
    bot = await created(here)
    key = here.sandbox.add_key()
    credentials = HmacCredentials(key.api_key, "another-secret")
    async with ThreeCommasClient(credentials, base_url=here.sandbox.url, limits=None) as stranger:
        await stranger.grid_bots.delete(bot.id)


async def _balances_of_disabled(here: Exchange) -> object:
    bot = await running(here)
    await here.client.grid_bots.disable(bot.id)
    return await here.client.grid_bots.required_balances(bot.id)


async def _enable_poor(here: Exchange) -> object:
    here.sandbox.accounts.set_balances(here.account_id, {"USDT": "300"})
    return await running(here)


async def _delete_running(here: Exchange) -> None:
    await here.client.grid_bots.delete((await running(here)).id)


async def _balances_on_futures(here: Exchange) -> object:
    account_id = here.sandbox.accounts.add(type="binance_futures", balances={"USDT": "10000"})
    [pair] = [one for one in await here.client.market_data.pairs("binance_futures") if one.startswith("USDT_ETH")][:1]
    await here.sandbox.prices.set("binance_futures", pair, "2010")
    bot = await here.client.grid_bots.create(account_id=account_id, settings=E13.evolved({"pair": pair}))
    return await here.client.grid_bots.required_balances(bot.id)


NO: Final[dict[str, tuple[str, ...]]] = {}
ABSENT: Final = ("is missing", "is empty")
NO_PAGE: Final = ("is missing", "does not have a valid value")
NO_SUCH_BOT: Final[dict[str, Callable[[Exchange], Awaitable[object]]]] = {
    "show": lambda here: here.client.grid_bots.get(7),
    "update": lambda here: here.client.grid_bots.update(7, E13),
    "enable": lambda here: here.client.grid_bots.enable(7),
    "disable": lambda here: here.client.grid_bots.disable(7),
    "delete": lambda here: here.client.grid_bots.delete(7),
    "note": lambda here: here.client.grid_bots.set_note(7, "x"),
    "profits": lambda here: here.client.grid_bots.profits(7),
    "events": lambda here: here.client.grid_bots.events(7),
    "orders": lambda here: here.client.grid_bots.market_orders(7),
    "required_balances": lambda here: here.client.grid_bots.required_balances(7),
}
REFUSED: Final[dict[str, Refused]] = {
    "create: no quantity": Refused(
        400,
        InvalidRequestError,
        "record_invalid",
        {"quantity_per_grid": ABSENT},
        lambda here: _create(here, quantity_per_grid=None),
        ("POST", MANUAL),
    ),
    "create: no such account": Refused(
        404,
        NotFoundError,
        "not_found",
        NO,
        lambda here: here.client.grid_bots.create(account_id=7, settings=E13),
        ("POST", MANUAL),
    ),
    "create: wrong values, all of them named": Refused(
        400,
        InvalidRequestError,
        "record_invalid",
        {
            "grids_quantity": ("is invalid",),
            "upper_price": ABSENT,
            "grid_type": ("does not have a valid value",),
            "lower_price": ("must be greater than 0",),
            "note": ("too long. Max is 300 symbols",),
            "name": ("is too long (maximum is 40 characters)",),
        },
        lambda here: _create(
            here, grids_quantity=1, upper_price="", grid_type="curved", lower_price=0, note="x" * 301, name="x" * 41
        ),
    ),
    "create: a pair that is not traded": Refused(
        400,
        InvalidRequestError,
        "record_invalid",
        {"pair": ("USDT_NO is not available on this exchange",)},
        lambda here: created(here, pair="USDT_NO"),
    ),
    "create: orders too small": Refused(
        400,
        InvalidRequestError,
        "record_invalid",
        {"quantity_per_grid": ("Grid order size is too small. Min: 5.0, USDT_ETH",)},
        lambda here: created(here, quantity_per_grid="4"),
    ),
    "create: a stop without its price": Refused(
        400,
        InvalidRequestError,
        "record_invalid",
        {"upper_stop_loss_price": ("is missing",), "expansion_up_stop_price": ("is missing",)},
        lambda here: _create(here, upper_stop_loss_enabled=True, expansion_up_enabled="true"),
    ),
    "update: no name": Refused(
        400,
        InvalidRequestError,
        "record_invalid",
        {"name": ABSENT},
        lambda here: _at_new(here, "PATCH", "/manual", **{**BODY, "name": None}),
    ),
    "delete: a wrong signature": Refused(
        401, AuthenticationError, "signature_invalid", NO, _forged_delete, ("DELETE", BOT)
    ),
    "delete: an enabled bot": Refused(403, PermissionDeniedError, "Forbidden", NO, _delete_running),
    "enable: too little money": Refused(
        422,
        InvalidRequestError,
        "record_invalid",
        {"base": ("Insufficient funds. ERR_805Y Not enough ETH.",)},
        _enable_poor,
    ),
    "note: none": Refused(
        400,
        InvalidRequestError,
        "record_invalid",
        {"note": ("is missing",)},
        lambda here: _at_new(here, "POST", "/note"),
    ),
    "note: too long": Refused(
        400,
        InvalidRequestError,
        "record_invalid",
        {"note": ("too long. Max is 300 symbols",)},
        lambda here: _at_new(here, "POST", "/note", note="é" * 301),
    ),
    "required_balances: lines without marks": Refused(
        500,
        ServerError,
        "grid_lines_not_marked",
        NO,
        _balances_of_disabled,
        ("GET", f"{BOT}/required_balances"),
    ),
    "required_balances: no such bot": Refused(
        404,
        NotFoundError,
        "not_found",
        NO,
        NO_SUCH_BOT["required_balances"],
        ("GET", f"{BOT}/required_balances"),
    ),
    "required_balances: futures": Refused(
        422,
        InvalidRequestError,
        "record_invalid",
        {"base": ("Required balances are available for spot accounts only",)},
        _balances_on_futures,
    ),
    "events: no page": Refused(
        400,
        InvalidRequestError,
        "record_invalid",
        {"page": NO_PAGE, "per_page": NO_PAGE},
        lambda here: _at_new(here, "GET", "/events"),
        ("GET", f"{BOT}/events"),
    ),
    "events: no number of a page": Refused(
        400,
        InvalidRequestError,
        "record_invalid",
        {"page": NO_PAGE[1:], "per_page": NO_PAGE[1:]},
        lambda here: _at_new(here, "GET", "/events", page="0", per_page="101"),
    ),
    **{
        f"{name}: no such bot": Refused(404, NotFoundError, "not_found", NO, call)
        for name, call in NO_SUCH_BOT.items()
        if name != "required_balances"
    },
}


@pytest.mark.parametrize("name", REFUSED)
async def test_refusals_become_the_right_exceptions(here: Exchange, name: str) -> None:
    refused = REFUSED[name]
    with pytest.raises(ApiError) as caught:
        await refused.call(here)
    error = caught.value
    assert type(error) is refused.kind
    assert (error.status, error.code, error.fields) == (refused.status, refused.code, refused.fields)
    assert error.outcome is Outcome.NOT_DONE
    if refused.documented is not None:
        responses = DOCUMENTED[refused.documented]["responses"]
        [example] = [json.loads(one["example_json"]) for one in responses if one["status"] == refused.status]
        assert (error.code, error.description) == (example["error"], example["error_description"])
        documented = {field: tuple(reasons) for field, reasons in example.get("error_attributes", {}).items()}
        assert error.fields == documented


async def test_a_body_that_is_no_json_is_refused_as_the_page_of_the_list_has_it(here: Exchange) -> None:
    answer = await here.caller.send("GET", "/ver1/grid_bots", b"{", "application/json")
    responses = DOCUMENTED["GET", "/ver1/grid_bots"]["responses"]
    [example] = [json.loads(one["example_json"]) for one in responses if one["status"] == 500]
    assert (answer.status, answer.json) == (500, example)


def test_every_documented_refusal_is_tried() -> None:
    documented = {
        (key, response["status"])
        for key, endpoint in DOCUMENTED.items()
        for response in endpoint["responses"]
        if response["status"] >= 400
    }
    tried = {(one.documented, one.status) for one in REFUSED.values() if one.documented}
    assert documented == tried | {(("GET", "/ver1/grid_bots"), 500)}


# ---- lists, pages, forms ---------------------------------------------------------------------------------------------
async def ids(found: Awaitable[Any]) -> list[int]:
    return [one.id for one in await found]


async def test_a_page_has_ten_bots_the_newest_first(here: Exchange) -> None:
    bots, made = here.client.grid_bots, list[int]()
    for number in range(25):
        await here.clock.advance(1)
        made.insert(0, (await created(here, name=f"{number:02}")).id)
    assert await ids(bots.list()) == made[:10]
    assert await ids(bots.list(offset=10)) == made[10:20]
    assert await ids(bots.list(limit=1000)) == made
    assert await ids(bots.list(limit=3, sort_direction="ASC")) == made[:-4:-1]
    assert await ids(bots.list(limit=1000, sort_by="bot_id", sort_direction="ASC")) == made[::-1]
    assert await ids(bots.list(limit=1000, sort_by="name")) == made
    assert await ids(bots.list(created_from=here.clock.now() - timedelta(seconds=4))) == made[:4]
    assert [bot.id async for bot in bots.iterate()] == made
    await bots.set_note(made[20], "newest change")
    assert await ids(bots.list(limit=1, sort_by="updated_at")) == [made[0]]
    await here.clock.advance(1)
    await bots.set_note(made[20], "newer change")
    assert await ids(bots.list(limit=1, sort_by="updated_at")) == [made[20]]


async def test_filters(here: Exchange) -> None:
    bots = here.client.grid_bots
    other = here.sandbox.accounts.add(type=MARKET, balances={"USDT": "1000", "BTC": "5"})
    first, second = await created(here), await running(here)
    third = await bots.create(
        account_id=other,
        settings=E13.evolved({"pair": "BTC_ETH", "lower_price": "0.03", "upper_price": "0.05", "quantity_per_grid": 1}),
    )
    assert await ids(bots.list(state="enabled")) == [second.id]
    assert await ids(bots.list(state="disabled")) == [third.id, first.id]
    assert await ids(bots.list(base="ETH")) == [third.id, second.id, first.id]
    assert await ids(bots.list(quote="BTC")) == [third.id]
    await here.to("1900", "2000")
    assert (await ids(bots.list(sort_by="current_profit")))[0] == second.id
    call = here.caller.call
    for query in (
        {"account_id": here.account_id},
        {"account_ids[]": here.account_id},
        {"account_id": f"{here.account_id}, 7"},
        {"account_id": here.account_id, "order_direction": "desc"},
    ):
        listed = (await call("GET", "/ver1/grid_bots", query=query)).json
        assert [bot["id"] for bot in listed] == [second.id, first.id]
    both = (await call("GET", "/ver1/grid_bots", query={"account_id": f"{other},{here.account_id}"})).json
    assert len(both) == 3
    assert (await call("GET", "/ver1/grid_bots", query={"account_id": "7"})).json == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "0"),
        ("limit", "1001"),
        ("state", "on"),
        ("sort_by", "id"),
        ("sort_direction", "UP"),
        ("from", "soon"),
        ("account_id", "x"),
        ("account_id", "1,,2"),
    ],
)
async def test_wrong_filters_are_named(here: Exchange, name: str, value: str) -> None:
    assert (await here.caller.call("GET", "/ver1/grid_bots", query={name: value})).wrong.keys() == {name}


async def test_pages_of_events_orders_and_profits(here: Exchange) -> None:
    bots = here.client.grid_bots
    bot = await running(here)
    for _ in range(4):
        await here.clock.advance(60)
        await here.to("1890", "2010")
    every = await bots.events(bot.id)
    assert [event.message for event in every[:2]] == ["Start command received", "Bot is turned on"]
    assert await bots.events(bot.id, page=2, per_page=5) == every[5:10]
    assert await bots.events(bot.id, page=99, per_page=5) == []
    orders = await bots.market_orders(bot.id)
    assert orders.grid_lines_orders is not None
    numbers = [order.order_id or 0 for order in orders.grid_lines_orders]
    assert numbers == sorted(numbers, reverse=True)
    part = await bots.market_orders(bot.id, limit=3, offset=1)
    assert [order.order_id for order in part.grid_lines_orders or ()] == numbers[1:4]
    assert part.balancing_orders == ()
    profits = await bots.profits(bot.id)
    moments = [profit.created_at for profit in profits if profit.created_at is not None]
    assert len(profits) == 4
    assert moments == sorted(moments, reverse=True)
    assert await bots.profits(bot.id, created_from=moments[2]) == profits[:2]
    assert await bots.profits(bot.id, created_to=moments[2]) == profits[3:]


async def test_enabled_grid_bots_are_counted_on_their_account(here: Exchange) -> None:
    active = here.client.accounts.active_trading_entities
    bot = await created(here)
    assert (await active(here.account_id)).active_grid_bots_count == 0
    await here.client.grid_bots.enable(bot.id)
    assert (await active(here.account_id)).active_grid_bots_count == 1
    with pytest.raises(InvalidRequestError, match="account_not_deletable"):
        await here.client.accounts.remove(here.account_id)
    await here.client.grid_bots.disable(bot.id)
    await here.client.accounts.remove(here.account_id)
    assert await here.client.grid_bots.list() == []


async def test_forms_queries_and_json_mean_the_same(here: Exchange) -> None:
    bot = await created(here)
    path = f"{BOT.format(id=bot.id)}/manual"
    given = {
        **{name: str(value) for name, value in BODY.items()},
        "trailing_up_enabled": "true",
        "upper_price": "2300.50",
    }
    answers = [
        await here.caller.call("PATCH", path, query=given),
        await here.caller.call("PATCH", path, form=given),
        await here.caller.call("PATCH", path, body={**BODY, "trailing_up_enabled": True, "upper_price": 2300.5}),
    ]
    shown = [(answer.json["upper_price"], answer.json["trailing_up_enabled"]) for answer in answers]
    assert shown == [("2300.5", "true")] * 3


async def test_what_is_sent_as_null_is_gone_and_what_is_not_sent_stays(here: Exchange) -> None:
    stop: dict[str, Any] = {"lower_stop_loss_price": 1700, "lower_stop_loss_action": "stop_bot"}
    bot = await created(here, lower_stop_loss_enabled=True, note="mine", **stop)
    path = f"{BOT.format(id=bot.id)}/manual"
    answer = await here.caller.call("PATCH", path, body={**BODY, "lower_stop_loss_enabled": None, "note": None})
    kept = {"lower_stop_loss_enabled": False, "lower_stop_loss_price": "1700.0", "note": None}
    assert kept.items() <= answer.json.items()


@pytest.mark.parametrize("seed", range(3))
async def test_strange_values_are_refused_and_named_or_taken(here: Exchange, seed: int) -> None:
    draw = Random(seed)  # noqa: S311
    bot = await running(here)
    fields = [*BODY, "grid_type", "max_active_buy_lines", "upper_stop_loss_price", "lower_stop_loss_enabled", "note"]
    for _ in range(80):
        names = draw.sample(fields, draw.choice([1, 1, 2, 4]))
        body = {**BODY, "account_id": here.account_id, **{name: draw.choice(STRANGE) for name in names}}
        method, path = draw.choice([("POST", MANUAL), ("PATCH", f"{BOT.format(id=bot.id)}/manual")])
        answer = await here.caller.call(method, path, body=body)
        assert answer.status in (200, 201, 400), (body, answer.text)
        if answer.status == 400:
            wrong = answer.json["error_attributes"]
            assert wrong
            also = {"grids_quantity", "quantity_per_grid", "lower_price", "upper_price", "lower_stop_loss_price"}
            assert wrong.keys() <= {*names, *also}
        await here.to(f"{draw.uniform(1500, 2500):.2f}")
    for row in await here.client.grid_bots.list(limit=1000):
        assert row.unrecognized == {}


@pytest.mark.parametrize("written", ["7", "0", "x", "-1", "1" * 40, "%00", "1.5"])
async def test_ids_that_are_none_are_not_found(here: Exchange, written: str) -> None:
    for method, path in (("GET", ""), ("POST", "/enable"), ("DELETE", ""), ("GET", "/profits")):
        answer = await here.caller.call(method, f"/ver1/grid_bots/{written}{path}")
        assert (answer.status, answer.json["error"]) == (404, "not_found")
