"""All 14 endpoints of SmartTrades against the catalogue: status, shape, permission, every documented refusal.

And E11 and E12 of the trading semantics over HTTP, digit by digit. All calls but those of the last
test are made without the client.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import frozen

from tests.sandbox.api.test_catalogue import differences
from tests.sandbox.api.test_trading_catalogue import strange
from tests.sandbox.calling import Answer, Caller
from tests.sandbox.smart_trades import (
    BUY,
    CONDITIONAL,
    LIMIT,
    PATH,
    SELL,
    ask,
    body,
    create,
    delete,
    edit,
    get,
    prices,
    status,
    step,
    stop_loss,
    take_profit,
    trades,
    units,
)
from tests.sandbox.trading import MARKET, PAIR, Exchange, exchange
from threecommas_async.models import EntryCondition, SmartTradePlan, StopLoss, TakeProfit, TakeProfitStep
from threecommas_async.sandbox import Permission
from threecommas_async.sandbox.api import ENDPOINTS

CATALOGUE: Final = Path(__file__).parents[2] / "fixtures" / "catalogue"
DOCUMENTED: Final[dict[tuple[str, str], dict[str, Any]]] = {
    (endpoint["method"], endpoint["path"]): endpoint
    for endpoint in json.loads((CATALOGUE / "smart_trades.json").read_text())["endpoints"]
}
ONE: Final = f"{PATH}/{{id}}"
TRADES: Final = f"{PATH}/{{smart_trade_id}}/trades"
HALVES: Final = take_profit(step("50", percent="5"), step("50", percent="10"))


# ---- the worked examples ---------------------------------------------------------------------------------------------
async def test_e11_a_long_one_with_steps_funds_added_and_taken_out(here: Exchange) -> None:
    begun = await create(here, take_profit=HALVES)
    assert (status(begun), status(begun["position"]), begun["data"]["type"]) == ("created", "to_process", "smart_trade")
    assert (begun["profit"]["volume"], begun["profit"]["percent"], begun["data"]["entered_total"]) == (
        None,
        "0.0",
        "0.0",
    )
    now = await get(here, begun)
    assert status(now) == "waiting_targets"
    assert (now["data"]["entered_total"], now["data"]["average_enter_price"]) == ("200.2", "2002.0")
    steps = now["take_profit"]["steps"]
    assert (prices(steps), units(steps)) == (["2102.1", "2202.2"], ["0.05", "0.05"])
    assert now["profit"] == {"volume": "-0.4", "usd": "-0.4", "percent": "-0.2", "roe": None}
    await here.to("1900")
    now = await ask(here, begun, "add_funds", order_type="market", units={"value": "0.05"})
    data, steps = now["data"], now["take_profit"]["steps"]
    assert (data["entered_total"], data["average_enter_price"]) == ("295.295", "1968.63")
    assert data["average_enter_price_without_commission"] == "1966.67"
    assert (prices(steps), units(steps)) == (["2067.06", "2165.49"], ["0.075", "0.075"])
    assert (now["position"]["units"]["value"], now["position"]["price"]["value"]) == ("0.15", "1968.63")
    await here.to("2050")
    now = await ask(here, begun, "reduce_funds", order_type="market", units={"value": "0.03"})
    assert (status(now), status(now["reduce_funds"]["steps"][0])) == ("pending_reduce_funds", "idle")
    now = await get(here, begun)
    assert (status(now), now["data"]["closed_total"]) == ("waiting_targets", "61.4385")
    assert (now["profit"]["volume"], now["profit"]["percent"]) == ("11.8975", "4.03")
    assert units(now["take_profit"]["steps"]) == ["0.06", "0.06"]
    await here.to("2170")
    now = await get(here, begun)
    assert (status(now), now["data"]["closed_total"]) == ("finished", "315.137547")
    assert (now["profit"]["volume"], now["profit"]["percent"]) == ("19.842547", "6.72")
    assert (now["data"]["finished"], now["data"]["force_process_available"]) == (True, False)
    assert await here.held() == {"USDT": Decimal("1000019.842547"), "ETH": Decimal(1000)}


async def test_e12_a_short_one_that_is_stopped(here: Exchange) -> None:
    begun = await create(here, SELL, stop_loss=stop_loss("2060"))
    now = await get(here, begun)
    assert (now["data"]["type"], now["data"]["entered_total"]) == ("smart_cover", "199.8")
    await here.to("1950")
    assert (await get(here, begun))["profit"]["volume"] == "4.605"
    await here.to("2065")
    now = await get(here, begun)
    assert (status(now), status(now["stop_loss"])) == ("stop_loss_finished", "finished")
    assert (now["profit"]["volume"], now["profit"]["percent"]) == ("-6.9065", "-3.46")


# ---- the rows --------------------------------------------------------------------------------------------------------
def success(key: tuple[str, str]) -> tuple[int, Any]:
    response = next(one for one in DOCUMENTED[key]["responses"] if one["status"] < 300)
    return response["status"], json.loads(response["example_json"], parse_float=Decimal)


def test_every_endpoint_of_the_group_is_served_and_no_other() -> None:
    served = {(row.method, row.path): row for row in ENDPOINTS if row.path.startswith(PATH)}
    assert served.keys() == DOCUMENTED.keys()
    assert len(served) == 14
    for key, row in served.items():
        assert row.permission == DOCUMENTED[key]["permission"], key
        assert row.signed
        assert row.status == success(key)[0], key


async def with_targets(here: Exchange) -> dict[str, Any]:
    steps = take_profit(step("50", value="2100", order_type="market"), step("50", value="2200"))
    return await create(here, take_profit=steps, stop_loss=stop_loss())


async def with_halves(here: Exchange) -> dict[str, Any]:
    return await create(here, take_profit=HALVES, stop_loss=stop_loss())


async def with_market_steps(here: Exchange) -> dict[str, Any]:
    steps = (step("50", value="2100", order_type="market"), step("50", value="2200", order_type="market"))
    return await create(here, take_profit=take_profit(*steps))


async def with_step(here: Exchange) -> dict[str, Any]:
    return await create(here, take_profit=take_profit(step(value="2100")))


async def waiting(here: Exchange) -> dict[str, Any]:
    return await create(here, LIMIT, take_profit=take_profit(step(value="2100")), stop_loss=stop_loss(), note="mine")


async def cancelled(here: Exchange) -> dict[str, Any]:
    return await delete(here, await with_step(here))


async def failed(here: Exchange) -> dict[str, Any]:
    begun = await create(here, CONDITIONAL, take_profit=take_profit(step(value="1900")))
    here.sandbox.accounts.set_balances(here.account_id, {"ETH": "0.05"})
    await here.to("2100")
    return await get(here, begun)


async def short(here: Exchange) -> dict[str, Any]:
    begun = await create(here, CONDITIONAL)
    await here.to("2050")
    return begun


async def held(here: Exchange) -> dict[str, Any]:
    steps = take_profit(step("40", value="2100"), step("60", value="2200"))
    position = {**BUY, "price": {"value": "1990"}}
    return await create(here, position, skip_enter_step=True, take_profit=steps, stop_loss=stop_loss())


@frozen
class Sent:
    """A call that succeeds."""

    method: str
    path: str
    there: Callable[[Exchange], Awaitable[dict[str, Any]]]
    body: dict[str, object] | None = None


MARKET_UNITS: Final[dict[str, object]] = {"order_type": "market", "units": {"value": "0.05"}}
CHANGES: Final[dict[str, object]] = {
    "position": {"type": "buy", "units": {"value": "0.1"}, "price": {"value": "2000"}},
    "take_profit": {
        "enabled": True,
        "steps": [{**step(value="2300"), "id": 1, "units": {"value": "34.0"}, "total": "1.0"}],
    },
    "stop_loss": stop_loss("1700"),
}
"""What the page's example sends."""
SUCCESSES: Final = [
    Sent("POST", PATH, with_step),
    Sent("PATCH", ONE, with_targets, CHANGES),
    Sent("GET", ONE, cancelled),
    Sent("GET", PATH, failed),
    Sent("POST", f"{ONE}/add_funds", with_halves, MARKET_UNITS),
    Sent("GET", f"{ONE}/reduce_funds_info", with_targets),
    Sent("POST", f"{ONE}/reduce_funds", with_step, MARKET_UNITS),
    Sent("POST", f"{ONE}/close_by_market", short),
    Sent("POST", f"{ONE}/set_note", waiting, {"note": "another"}),
    Sent("DELETE", ONE, with_step),
    Sent("POST", f"{ONE}/force_start", lambda here: create(here, LIMIT, take_profit=take_profit(step(value="2100")))),
    Sent("GET", TRADES, with_targets),
    Sent("POST", f"{TRADES}/{{trade_id}}/close_by_market", with_market_steps),
    Sent("DELETE", f"{TRADES}/{{trade_id}}", held),
]


async def send(here: Exchange, caller: Caller, sent: Sent, *, well_signed: bool = True) -> Answer:
    there = await sent.there(here)
    steps = there["take_profit"]["steps"]
    trade_id = steps[0]["id"] if steps else 0
    path = sent.path.format(id=there["id"], smart_trade_id=there["id"], trade_id=trade_id)
    more = sent.body
    if (sent.method, sent.path) == ("POST", PATH):
        more = {**body(here), "instant": "true"}
    return await caller.call(sent.method, path, body=more, well_signed=well_signed)


SINCE_2025: Final = {
    ": ['version']",
    ".take_profit.steps[0]: ['closed_at']",
    ".take_profit.steps[1]: ['closed_at']",
    ".stop_loss: ['closed_at', 'total', 'units']",
    ".position.total: ['value_without_commission']",
    ".reduce_funds.steps[0]: ['order_type']",
}
"""What some examples have and others do not, and what is documented of a reduction and in no example."""
CONDITIONAL_HERE: Final = ".position: ['conditional']"
"""An entry by market, as that of the example of the list, is refused rather than that it fails."""
NULL_OR_NOT: Final = (".average_close_price", ".commission")
"""Numbers or texts, nulls or texts."""


@pytest.mark.parametrize("sent", SUCCESSES, ids=lambda sent: f"{sent.method} {sent.path}")
async def test_success_has_the_documented_status_and_shape(here: Exchange, sent: Sent) -> None:
    answer = await send(here, here.caller, sent)
    code, documented = success((sent.method, sent.path))
    assert answer.status == code, answer.text
    shown = answer.json
    if sent.path == TRADES:
        shown = [next(one for one in shown if one["trade_purpose"] == like["trade_purpose"]) for like in documented]
        for ours, like in zip(shown, documented, strict=True):
            # The entry here is one by market.
            order_price = f".order_price: None instead of {like['order_price']!r}"
            assert real_differences(ours, like) <= {order_price}
        return
    differs = {CONDITIONAL_HERE} if sent.there is failed else set[str]()
    assert real_differences(shown, documented) == differs


def real_differences(ours: Any, documented: Any) -> set[str]:
    found = {one.replace("[0].", ".", 1) if one.startswith("[0]") else one for one in differences(ours, documented)}
    return {one for one in found - SINCE_2025 if not one.partition(":")[0].endswith(NULL_OR_NOT)}


def test_every_success_is_tried() -> None:
    assert sorted((sent.method, sent.path) for sent in SUCCESSES) == sorted(DOCUMENTED)


@pytest.mark.parametrize("sent", SUCCESSES, ids=lambda sent: f"{sent.method} {sent.path}")
async def test_permissions_and_signatures_are_enforced(here: Exchange, sent: Sent) -> None:
    needed = DOCUMENTED[sent.method, sent.path]["permission"]
    others = here.caller.with_key(here.sandbox.add_key(permissions=[one for one in Permission if one != needed]))
    denied = await send(here, others, sent)
    assert (denied.status, denied.json["error"]) == (403, "access_denied")
    only = here.caller.with_key(here.sandbox.add_key(permissions=[needed]))
    here.sandbox.accounts.set_balances(here.account_id, {"USDT": 100_000, "ETH": 100})
    assert (await send(here, only, sent)).status == success((sent.method, sent.path))[0]
    forged = await send(here, here.caller, sent, well_signed=False)
    assert (forged.status, forged.json["error"]) == (401, "signature_invalid")


# ---- every documented field ------------------------------------------------------------------------------------------
ENTITIES: Final = {
    entity["name"]: entity for entity in json.loads((CATALOGUE / "smart_trades.json").read_text())["entities"]
}
MISSPELT: Final = {"data.editale": "data.editable", "data.create_at": "data.created_at"}
NOT_SHOWN: Final = {
    "status.error": "there is an error only where something failed",
    "position.status.error": "the same",
    "take_profit.steps.status.error": "the same",
    "stop_loss.status.error": "the same",
    "reduce_funds.steps.status.error": "the same",
    "market_close.status.error": "the same",
    "position.conditional.trailing.editable": "the examples have enabled in its place",
    "take_profit.steps.trailing.editable": "the same",
    "stop_loss.conditional.trailing.editable": "the same",
}


def places(fields: list[dict[str, Any]], around: str = "") -> set[str]:
    found = set[str]()
    for field in fields:
        place = MISSPELT.get(f"{around}{field['name']}", f"{around}{field['name']}")
        found |= {place} | places(field.get("fields", []), f"{place}.")
    return found


def shown_places(shown: Any, around: str = "") -> set[str]:
    if isinstance(shown, list):
        return set[str]().union(*(shown_places(one, around) for one in shown))
    if not isinstance(shown, dict):
        return set()
    inside = (shown_places(one, f"{around}{name}.") for name, one in shown.items())
    return {f"{around}{name}" for name in shown} | set[str]().union(*inside)


async def test_every_documented_field_is_shown_by_one_or_another(here: Exchange) -> None:
    leveraged = await create(here, take_profit=HALVES, leverage={"enabled": True, "type": "isolated", "value": "3"})
    whole = await create(here, CONDITIONAL, take_profit=HALVES, stop_loss=stop_loss("2400"))
    await here.to("2050")
    await ask(here, whole, "reduce_funds", **MARKET_UNITS)
    await ask(here, whole, "close_by_market")
    found = [await get(here, one) for one in (leveraged, whole)]
    assert found[0]["leverage"] == {"enabled": True, "type": "isolated", "value": "3.0", "type_editable": True}
    assert found[0]["profit"]["roe"] == "0.0"
    assert places(ENTITIES["SmartTrade"]["fields"]) - shown_places(found) <= NOT_SHOWN.keys()
    assert places(ENTITIES["SmartTradeTrade"]["fields"]) == shown_places(await trades(here, whole))


# ---- refusals --------------------------------------------------------------------------------------------------------
NO_SUCH: Final = f"{PATH}/7"


async def _in_status(here: Exchange, there: dict[str, Any], what: str, **sent: object) -> Answer:
    return await here.caller.call("POST", f"{PATH}/{there['id']}/{what}", body=sent)


async def _edit_with_mistakes(here: Exchange) -> Answer:
    both = {"type": "last", "value": "2100", "percent": "5"}
    steps = [{**step(value="1"), "price": both}]
    wrong = {"enabled": True, "conditional": {"price": {"type": "last", "value": "1800"}}}
    there = await with_step(here)
    sent = {"take_profit": {"enabled": True, "steps": steps}, "stop_loss": wrong}
    return await here.caller.call("PATCH", f"{PATH}/{there['id']}", body=sent)


async def _too_little(here: Exchange) -> Answer:
    here.sandbox.pairs.add(MARKET, "USDT_XYZ", price="1", price_step="0.01", lot_step="0.1", min_total="1.125")
    there = await create(here, {**BUY, "units": {"value": "2"}}, pair="USDT_XYZ")
    return await _in_status(here, there, "add_funds", order_type="market", units={"value": "1"})


async def _too_little_to_reduce(here: Exchange) -> Answer:
    return await _in_status(here, await with_step(here), "reduce_funds", order_type="market", units={"value": "0.001"})


async def _reduce_before_the_entry(here: Exchange) -> Answer:
    return await _in_status(here, await waiting(here), "reduce_funds", **MARKET_UNITS)


async def _info_before_the_entry(here: Exchange) -> Answer:
    return await here.caller.call("GET", f"{PATH}/{(await waiting(here))['id']}/reduce_funds_info")


async def _long_note(here: Exchange) -> Answer:
    return await _in_status(here, await waiting(here), "set_note", note="x" * 301)


async def _forged_note(here: Exchange) -> Answer:
    there = await waiting(here)
    return await here.caller.call("POST", f"{PATH}/{there['id']}/set_note", body={"note": "x"}, well_signed=False)


async def _nothing_to_add(here: Exchange) -> Answer:
    return await _in_status(here, await with_step(here), "add_funds")


REFUSED: Final[dict[tuple[str, str, int], Callable[[Exchange], Awaitable[Answer]]]] = {
    ("POST", PATH, 422): lambda here: here.caller.call(
        "POST", PATH, body=body(here, {**BUY, "units": {"value": "10000"}})
    ),
    ("POST", PATH, 403): lambda here: here.caller.call("POST", PATH, body={**body(here), "account_id": 7}),
    ("PATCH", ONE, 400): _edit_with_mistakes,
    ("GET", ONE, 400): lambda here: here.caller.call("GET", NO_SUCH),
    ("POST", f"{ONE}/add_funds", 400): _nothing_to_add,
    ("POST", f"{ONE}/add_funds", 422): _too_little,
    ("GET", f"{ONE}/reduce_funds_info", 400): _info_before_the_entry,
    ("GET", f"{ONE}/reduce_funds_info", 404): lambda here: here.caller.call("GET", f"{NO_SUCH}/reduce_funds_info"),
    ("POST", f"{ONE}/reduce_funds", 400): _reduce_before_the_entry,
    ("POST", f"{ONE}/reduce_funds", 422): _too_little_to_reduce,
    ("POST", f"{ONE}/close_by_market", 404): lambda here: here.caller.call("POST", f"{NO_SUCH}/close_by_market"),
    ("POST", f"{ONE}/set_note", 400): _long_note,
    ("POST", f"{ONE}/set_note", 401): _forged_note,
    ("POST", f"{ONE}/set_note", 404): lambda here: here.caller.call("POST", f"{NO_SUCH}/set_note", body={"note": "x"}),
    ("DELETE", ONE, 400): lambda here: here.caller.call("DELETE", NO_SUCH),
    ("GET", TRADES, 404): lambda here: here.caller.call("GET", f"{NO_SUCH}/trades"),
}


@pytest.mark.parametrize("refused", REFUSED, ids=lambda refused: " ".join(map(str, refused)))
async def test_a_refusal_is_that_of_the_page_to_the_letter(here: Exchange, refused: tuple[str, str, int]) -> None:
    method, path, code = refused
    answer = await REFUSED[refused](here)
    [documented] = [one for one in DOCUMENTED[method, path]["responses"] if one["status"] == code]
    assert (answer.status, answer.json) == (code, json.loads(documented["example_json"]))


def test_every_documented_refusal_is_tried() -> None:
    documented = {
        (*key, response["status"])
        for key, endpoint in DOCUMENTED.items()
        for response in endpoint["responses"]
        if response["status"] >= 400
    }
    assert REFUSED.keys() == documented


NOT_FOUND: Final = {"error": "Not found", "error_description": "Smart Trade not found"}


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("PATCH", NO_SUCH, 404),
        ("POST", f"{NO_SUCH}/add_funds", 404),
        ("POST", f"{NO_SUCH}/reduce_funds", 404),
        ("POST", f"{NO_SUCH}/force_start", 404),
        ("POST", f"{NO_SUCH}/trades/1/close_by_market", 404),
        ("DELETE", f"{NO_SUCH}/trades/1", 404),
        ("GET", f"{PATH}/seven", 400),
    ],
)
async def test_an_unknown_id_is_refused_everywhere(here: Exchange, method: str, path: str, code: int) -> None:
    answer = await here.caller.call(method, path, body={} if method in ("POST", "PATCH") else None)
    assert (answer.status, answer.json) == (code, NOT_FOUND)


async def test_what_a_status_forbids_is_a_422(here: Exchange) -> None:
    there = await with_step(here)
    [one] = (await get(here, there))["take_profit"]["steps"]
    await here.to("2100")
    path = f"{PATH}/{there['id']}"
    asked = [
        ("POST", f"{path}/close_by_market", "Smart Trade cannot be closed in the current status"),
        ("DELETE", path, "Smart Trade cannot be cancelled in the current status"),
        ("POST", f"{path}/force_start", "Position cannot be opened in the current status"),
        ("POST", f"{path}/trades/{one['id']}/close_by_market", "Trade cannot be closed in the current status"),
        ("DELETE", f"{path}/trades/{one['id']}", "Trade cannot be cancelled in the current status"),
    ]
    for method, where, text in asked:
        answer = await here.caller.call(method, where)
        assert (answer.status, answer.json["error_attributes"]) == (422, {"base": [text]})
    for method, trade in (("POST", f"{path}/trades/7/close_by_market"), ("DELETE", f"{path}/trades/x")):
        answer = await here.caller.call(method, trade)
        assert (answer.status, answer.json["error_description"]) == (404, "Trade not found")
    answer = await here.caller.call("PATCH", path, body={"stop_loss": stop_loss()})
    assert (answer.status, answer.json["error_description"]) == (400, "Update is not allowed in the current status")


async def test_refused_calls_change_nothing(here: Exchange) -> None:
    there = await with_targets(here)
    before = await get(here, there), await trades(here, there), await here.held()
    for refused in (_edit_with_mistakes, _nothing_to_add):
        assert (await refused(here)).status == 400
    path = f"{PATH}/{there['id']}"
    sent = {"take_profit": take_profit(step("90", value="2100")), "stop_loss": {"enabled": False}}
    answer = await here.caller.call("PATCH", path, body=sent)
    assert answer.wrong == {"take_profit[steps]": ["volume must add up to 100"]}
    answer = await here.caller.call("POST", f"{path}/add_funds", body={**MARKET_UNITS, "units": {"value": "8000"}})
    assert answer.json["error_attributes"]["total"][0].startswith("must be less than or equal to 99")
    after = await get(here, there), await trades(here, there)
    assert after == before[:2]


# ---- what is sent ----------------------------------------------------------------------------------------------------
async def test_everything_that_is_wrong_is_named_at_once(here: Exchange) -> None:
    sent = {
        "account_id": here.account_id,
        "position": {"type": "hold", "order_type": "limit", "units": {"value": 0}},
        "take_profit": {
            "enabled": True,
            "steps": [
                {"volume": 50, "price": {"value": 1}},
                {"order_type": "limit", "volume": "101", "price": {"type": "last"}, "trailing": {"enabled": True}},
            ],
        },
        "stop_loss": {
            "enabled": True,
            "order_type": "limit",
            "price": {"value": None},
            "conditional": {"price": {"type": "mid"}},
            "timeout": {"enabled": True},
        },
        "leverage": {"enabled": True, "type": "huge"},
        "note": "x" * 301,
    }
    answer = await here.caller.call("POST", PATH, body=sent)
    missing, invalid = ["is missing"], ["does not have a valid value"]
    assert answer.wrong == {
        "pair": missing,
        "position[type]": invalid,
        "position[units][value]": ["must be greater than 0"],
        "position[price]": missing,
        "position[price][value]": missing,
        "take_profit[steps][0][order_type]": missing,
        "take_profit[steps][0][price][type]": missing,
        "take_profit[steps][1][volume]": ["must be less than or equal to 100"],
        "take_profit[steps][1][price][value]": missing,
        "take_profit[steps][1][trailing][percent]": missing,
        "stop_loss[price][value]": missing,
        "stop_loss[conditional][price][type]": invalid,
        "stop_loss[conditional][price][value]": missing,
        "stop_loss[timeout][value]": missing,
        "leverage[type]": invalid,
        "note": ["too long. Max is 300 symbols"],
    }


@pytest.mark.parametrize("beside", [True, False])
async def test_an_entry_trails_whether_that_is_sent_beside_the_price_or_below_it(here: Exchange, beside: bool) -> None:
    trailing = {"trailing": {"enabled": True, "percent": "1"}}
    price: dict[str, object] = {"value": "1950", "type": "ask", **({} if beside else trailing)}
    conditional = {"order_type": "market", "price": price, **(trailing if beside else {})}
    begun = await create(here, {**BUY, "order_type": "conditional", "conditional": conditional})
    assert begun["position"]["conditional"]["trailing"] == {"enabled": True, "percent": "1.0"}
    await here.to("1950", "1900")
    now = await get(here, begun)
    assert (status(now), status(now["position"])) == ("waiting_position", "trailing_activated")
    [one] = await trades(here, begun)
    assert (one["trailing_last_price"], one["trail_percentage"], one["trigger_condition"]) == (
        "1900.0",
        "1.0",
        "less_or_equal",
    )
    assert isinstance(one["trailing_last_price_updated_at"], int)
    await here.to("1919")
    assert (await get(here, begun))["data"]["average_enter_price_without_commission"] == "1919.0"


async def test_parts_that_are_off_may_be_empty(here: Exchange) -> None:
    off = {
        "take_profit": {"enabled": False, "steps": []},
        "stop_loss": {"enabled": False},
        "leverage": {"enabled": False},
    }
    begun = await create(here, {**BUY, "price": {"value": None}}, **off)
    assert (begun["take_profit"], begun["stop_loss"], begun["leverage"]) == (
        {"enabled": False, "price_type": "value", "steps": []},
        {"enabled": False},
        {"enabled": False},
    )
    answer = await here.caller.call("POST", PATH, body=body(here, take_profit={"enabled": True, "steps": []}))
    assert answer.wrong == {"take_profit[steps]": ["is missing"]}


async def test_amounts_are_numbers_or_texts_and_may_come_in_a_list(here: Exchange) -> None:
    begun = await create(here, {**BUY, "units": {"value": 1}})
    now = await ask(here, begun, "add_funds", order_type="market", units=[{"value": "1.0"}, {"value": "1.0"}])
    assert now["position"]["units"]["value"] == "2.0"
    answer = await here.caller.call(
        "POST", f"{PATH}/{begun['id']}/add_funds", body={"order_type": "limit", "units": []}
    )
    assert answer.wrong == {"units": ["is invalid"], "price": ["is missing"], "price[value]": ["is missing"]}


async def test_a_note_is_written_once_more(here: Exchange) -> None:
    begun = await create(here)
    assert (begun["note"], begun["note_raw"]) == ("", None)
    now = await ask(here, begun, "set_note", note="mine")
    assert (now["note"], now["note_raw"]) == ("mine", "mine")
    for note in ("", None):
        answer = await here.caller.call("POST", f"{PATH}/{begun['id']}/set_note", body={"note": note})
        assert answer.wrong == {"note": ["is missing"]}
    await delete(here, begun)
    await get(here, begun)
    assert (await ask(here, begun, "set_note", note="over"))["note"] == "over"


async def test_an_edit_shows_new_targets_before_they_are_placed(here: Exchange) -> None:
    begun = await with_targets(here)
    before = (await get(here, begun))["take_profit"]["steps"]
    now = await edit(here, begun, **CHANGES)
    [one] = now["take_profit"]["steps"]
    assert (status(now), status(one), one["units"]["value"], one["total"]) == ("waiting_targets", "idle", None, None)
    assert (status(now["stop_loss"]), one["id"] in [each["id"] for each in before]) == ("idle", False)
    now = await get(here, begun)
    [one] = now["take_profit"]["steps"]
    assert (status(one), one["units"]["value"], one["total"]) == ("order_placed", "0.1", "230.0")
    assert (status(now["stop_loss"]), now["stop_loss"]["units"]["value"]) == ("to_process", "0.1")
    assert [(each["trade_purpose"], each["status"]) for each in await trades(here, begun)] == [
        ("position", "finished"),
        ("take_profit", "cancelled"),
        ("take_profit", "cancelled"),
        ("stop_loss", "cancelled"),
        ("take_profit", "order_placed"),
        ("stop_loss", "to_process"),
    ]


async def test_a_closing_by_market_is_shown_when_it_is_done(here: Exchange) -> None:
    begun = await with_step(here)
    now = await ask(here, begun, "close_by_market")
    assert (status(now), now["market_close"]) == ("panic_sell_pending", {})
    now = await get(here, begun)
    close = now["market_close"]
    assert (status(now), status(close), close["units"]["value"]) == ("panic_sold", "finished", "0.1")
    assert (close["price"], close["total"]) == (
        {"value": "1998.0", "value_without_commission": "2000.0"},
        {"value": "199.8"},
    )
    assert [one["trade_purpose"] for one in await trades(here, begun)] == ["position", "take_profit", "market_close"]


# ---- lists -----------------------------------------------------------------------------------------------------------
async def ids(here: Exchange, **query: object) -> list[int]:
    answer = await here.caller.call("GET", PATH, query=query)
    assert answer.status == 200, answer.text
    return [one["id"] for one in answer.json]


async def test_lists_are_filtered(here: Exchange) -> None:
    long, simple = await with_step(here), await create(here, instant=True)
    gone = await cancelled(here)
    await here.sandbox.prices.set(MARKET, "BTC_ETH", "0.05")
    other = await create(here, {**SELL, "units": {"value": "1"}}, pair="BTC_ETH")
    everything = [one["id"] for one in (long, simple, gone, other)]
    assert sorted(await ids(here)) == sorted(await ids(here, status="all")) == everything
    assert await ids(here, status="active", order_by="created_at") == [other["id"], long["id"]]
    assert await ids(here, status="finished", order_by="created_at") == [gone["id"], simple["id"]]
    for word in ("successfully_finish", "successfully_finished"):
        assert await ids(here, status=word) == [simple["id"]]
    assert (await ids(here, status="cancelled"), await ids(here, status="failed")) == ([gone["id"]], [])
    assert await ids(here, type="simple_buy") == [simple["id"]]
    assert await ids(here, pair="BTC_ETH") == await ids(here, quote="BTC") == [other["id"]]
    assert (await ids(here, base="BTC"), sorted(await ids(here, base="ETH"))) == ([], everything)
    assert (await ids(here, account_id=7), len(await ids(here, account_id=here.account_id))) == ([], 4)
    answer = await here.caller.call("GET", PATH, query={"status": "over", "order_by": "id", "per_page": 101, "page": 0})
    assert answer.wrong == {
        "page": ["is invalid"],
        "per_page": ["is invalid"],
        "status": ["does not have a valid value"],
        "order_by": ["does not have a valid value"],
    }


async def test_lists_are_sorted_and_in_pages(here: Exchange) -> None:
    made = list[int]()
    for place in range(23):
        await here.clock.advance(1)
        made.append((await create(here, {**BUY, "units": {"value": f"0.{place + 10}"}}, instant=place % 2 == 0))["id"])
    assert len(await ids(here)) == 10
    assert await ids(here, order_by="created_at", per_page=100) == made[::-1]
    pages = [await ids(here, order_by="created_at", page=page) for page in (1, 2, 3, 4)]
    assert (pages[0] + pages[1] + pages[2], pages[3]) == (made[::-1], [])
    assert await ids(here, order_by="created_at", order_direction="ASC", per_page=3, page=2) == made[3:6]
    assert await ids(here, order_by="created_at", sort_direction="asc", per_page=2) == made[:2]
    words = [one["status"]["type"] for one in (await here.caller.call("GET", PATH, query={"per_page": 100})).json]
    assert words == sorted(words, reverse=True)
    assert words[0] == "waiting_targets"
    await here.to("1000")
    by_profit = await ids(here, order_by="profit", order_direction="ASC", per_page=100)
    assert by_profit[:11] == made[1::2][::-1]
    assert set(await ids(here, order_by="profit_percentage", page=2)) <= set(made)
    await here.clock.advance(1)
    await delete(here, {"id": made[1]})
    assert (await ids(here, order_by="closed_at", per_page=1)) == [made[1]]
    assert (await ids(here, order_by="updated_at", per_page=1)) == [made[1]]
    since = (await get(here, {"id": made[20]}))["data"]["created_at"]
    assert await ids(here, order_by="created_at", **{"from": since}) == made[:20:-1]
    assert len(await ids(here, to=since, per_page=100)) == 20


# ---- accounts and deals ----------------------------------------------------------------------------------------------
async def active(here: Exchange) -> int:
    answer = await here.caller.call("GET", f"/ver1/accounts/{here.account_id}/active_trading_entities")
    return int(answer.json["data"]["active_smart_trades_count"])


async def test_an_account_counts_what_is_active_and_stays_meanwhile(here: Exchange) -> None:
    begun = await with_step(here)
    await create(here, instant=True)
    await get(here, begun)
    assert await active(here) == 1
    answer = await here.caller.call("POST", f"/ver1/accounts/{here.account_id}/remove")
    assert (answer.status, answer.json["error"]) == (422, "account_not_deletable")
    await delete(here, begun)
    assert await active(here) == 0
    assert (await here.caller.call("POST", f"/ver1/accounts/{here.account_id}/remove")).status == 201
    assert await ids(here) == []


async def test_an_account_that_is_removed_by_hand_takes_its_smart_trades_along(here: Exchange) -> None:
    begun = await with_step(here)
    here.sandbox.accounts.remove(here.account_id)
    assert (await here.caller.call("GET", f"{PATH}/{begun['id']}")).status == 400


async def test_a_deal_that_is_converted_goes_on_with_its_coins(here: Exchange) -> None:
    deal = await here.deal(stop_loss_percentage=8)
    before = await here.held()
    answer = await here.caller.call("POST", f"/ver1/deals/{deal.id}/convert_to_smart_trade", body={"stop_bot": True})
    begun = answer.json
    assert (answer.status, status(begun), begun["data"]["type"]) == (201, "created", "smart_sell")
    now = await get(here, begun)
    assert (status(now), status(now["position"]), now["note"]) == (
        "waiting_targets",
        "smart_sell",
        f"Created from deal {deal.id}",
    )
    assert (units(now["take_profit"]["steps"]), prices(now["take_profit"]["steps"])) == (["0.05"], ["2044.09"])
    assert now["stop_loss"]["conditional"]["price"]["value"] == "1841.84"
    assert (now["position"]["price"], now["position"]["total"]) == (
        {"value": "2002.0", "value_without_commission": None, "editable": True},
        {"value": "100.1"},
    )
    assert await here.held() == before
    await here.to("2044.09")
    now = await get(here, begun)
    assert (status(now), now["data"]["closed_total"], now["profit"]["volume"]) == (
        "finished",
        "102.1022955",
        "2.0022955",
    )
    assert await here.held() == {"USDT": Decimal("1000002.0022955"), "ETH": Decimal(1000)}


async def test_the_answer_shows_what_is_settled_afterwards_even_if_that_takes_long() -> None:
    async with exchange(settle_automatically=False) as here:
        begun = await with_step(here)
        assert status(await get(here, begun)) == "created"
        here.sandbox.settle()
        assert status(await get(here, begun)) == "waiting_targets"


async def test_listeners_hear_of_smart_trades(here: Exchange) -> None:
    heard = list[str]()
    trading = here.sandbox._platform.trading
    trading.listeners.append(lambda entity: heard.append(type(entity).__name__))
    await get(here, await with_step(here))
    assert heard == ["SmartTrade", "SmartTrade"]


# ---- as the client reads it ------------------------------------------------------------------------------------------
async def test_the_client_knows_all_that_the_14_endpoints_answer(here: Exchange) -> None:
    calls = here.client.smart_trades
    steps = TakeProfit.of(TakeProfitStep.at(percent="5", volume="50"), TakeProfitStep.at(price="2300", volume="50"))
    stop = StopLoss.at(price="1900", limit="1890", trailing=True, timeout=60, breakeven=True)
    plan = SmartTradePlan.buy(PAIR, units="0.1", take_profit=steps, stop_loss=stop, note="mine")
    one = await calls.create(account_id=here.account_id, plan=plan)
    when = EntryCondition.at("2100", order_type="limit", trailing="1")
    waiting = SmartTradePlan.sell(PAIR, units="0.1", price="2090", when=when, take_profit=TakeProfit.at(percent="5"))
    other = await calls.create(account_id=here.account_id, plan=waiting)
    answers: dict[str, object] = {
        "create": [one, other],
        "get": [await calls.get(one.id), await calls.get(other.id)],
        "edit": await calls.edit(one.id, stop_loss=StopLoss.at(price="1850")),
        "add_funds": await calls.add_funds(one.id, units="0.1", order_type="market"),
        "reduce_funds_info": await calls.reduce_funds_info(one.id),
        "reduce_funds": await calls.reduce_funds(one.id, units="0.05", order_type="limit", price="2050"),
        "list": await calls.list(),
        "set_note": await calls.set_note(one.id, "more"),
        "force_start": await calls.force_start(other.id),
        "trades": [await calls.trades(one.id), await calls.trades(other.id)],
    }
    shown = await calls.get(other.id)
    assert shown.take_profit is not None
    assert shown.take_profit.steps
    step_id = shown.take_profit.steps[0].id
    assert step_id is not None
    answers["close_trade_by_market"] = await calls.close_trade_by_market(other.id, step_id)
    stop_id = next(each.id for each in await calls.trades(one.id) if each.status == "to_process")
    answers["cancel_trade"] = await calls.cancel_trade(one.id, stop_id)
    answers["close_by_market"] = await calls.close_by_market(one.id)
    answers["closed"] = [await calls.get(one.id), await calls.trades(one.id)]
    last = await calls.create(account_id=here.account_id, plan=SmartTradePlan.buy(PAIR, units="0.1"))
    answers["cancel"] = await calls.cancel(last.id)
    assert list(strange(answers)) == []
    asked = {(each.method, _template(each.path)) for each in here.sandbox.requests}
    assert asked >= DOCUMENTED.keys()


def _template(path: str) -> str:
    below = path.removeprefix("/public/api")
    trade = re.sub(r"/trades/[0-9]+", "/trades/{trade_id}", below)
    return re.sub(
        r"smart_trades/[0-9]+", "smart_trades/{smart_trade_id}" if "/trades" in trade else "smart_trades/{id}", trade
    )
