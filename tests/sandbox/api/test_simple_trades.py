"""All five endpoints of simple trades, against the catalogue and through the client.

Verb, path, permission, status and shape; nothing that the client does not know; every documented refusal; E14 of the
trading semantics, digit by digit.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest
from attrs import frozen

from tests.sandbox import simple_trades
from tests.sandbox.api.test_catalogue import differences
from tests.sandbox.api.test_trading_catalogue import strange
from tests.sandbox.calling import Answer, Caller
from tests.sandbox.trading import MARKET, PAIR, D, Exchange, exchange
from threecommas_async import ThreeCommasClient
from threecommas_async.errors import (
    ApiError,
    InvalidRequestError,
    NotFoundError,
    Outcome,
    PermissionDeniedError,
)
from threecommas_async.models import OMITTED, SimpleTrade, SimpleTradePlan, TradeCondition, TradeTrailing
from threecommas_async.sandbox import Permission
from threecommas_async.sandbox.api import ENDPOINTS
from threecommas_async.sandbox.documents.trades import trade_id_of, uuid_of

CATALOGUE: Final = Path(__file__).parents[2] / "fixtures" / "catalogue"
DOCUMENTED: Final[dict[tuple[str, str], dict[str, Any]]] = {
    (endpoint["method"], endpoint["path"]): endpoint
    for endpoint in json.loads((CATALOGUE / "trades.json").read_text())["endpoints"]
}
UUID_OF_NONE: Final = "be523b7b-05a0-49b9-89f9-41ae19fff415"
WHEN_1950: Final = TradeCondition.at_most("1950")


async def trade(here: Exchange, plan: SimpleTradePlan) -> SimpleTrade:
    return await here.client.trades.create(account_id=here.account_id, plan=plan)


def buying(**options: Any) -> SimpleTradePlan:
    return SimpleTradePlan.buy_market(pair=PAIR, units="0.1", **options)


def resting(price: str = "1900", **options: Any) -> SimpleTradePlan:
    return SimpleTradePlan.buy_limit(pair=PAIR, units="0.1", price=price, **options)


# ---- the worked example ----------------------------------------------------------------------------------------------
async def test_e14_a_conditional_trade(here: Exchange) -> None:
    begun = await trade(here, buying(when=WHEN_1950))
    assert begun.total is not None
    assert begun.filled is not None
    assert (begun.state, begun.total.value, begun.filled.units) == ("to_process", D("200.0"), D(0))
    await here.to("1960")
    assert (await here.client.trades.get(begun.uuid)).state == "to_process"
    await here.to("1940")
    done = await here.client.trades.get(begun.uuid)
    assert done.filled is not None
    assert (done.state, done.is_finished, done.is_cancelable) == ("finished", True, False)
    assert (done.filled.units, done.filled.total, done.filled.price) == (D("0.1"), D("194.194"), D("1941.94"))
    assert done.filled.value == 100
    assert done.total == begun.total
    assert await here.held() == {"USDT": D("999805.806"), "ETH": D("1000.1")}


async def test_e14_as_it_comes_over_the_wire(here: Exchange) -> None:
    begun = await simple_trades.create(here, **simple_trades.WHEN_1950)
    assert begun["total"] == {"value": "200.0"}
    assert begun["status"] == {"value": "to_process", "basic_type": "to_process", "error": None}
    assert begun["filled"] == {"units": "0.0", "total": "0.0", "price": None, "value": "0.0"}
    await here.to("1940")
    done = await simple_trades.get(here, begun["uuid"])
    assert done["status"] == {"value": "finished", "basic_type": "finished", "error": None}
    assert done["filled"] == {"units": "0.1", "total": "194.194", "price": "1941.94", "value": "100.0"}
    assert done["closed_at"] == done["created_at"] == 1735689600


# ---- the rows --------------------------------------------------------------------------------------------------------
def success(key: tuple[str, str]) -> tuple[int, Any]:
    response = next(one for one in DOCUMENTED[key]["responses"] if one["status"] < 300)
    return response["status"], json.loads(response["example_json"], parse_float=Decimal)


def test_every_endpoint_of_the_group_is_served_and_no_other() -> None:
    served = {(row.method, row.path): row for row in ENDPOINTS if row.path.startswith("/ver1/trades")}
    assert served.keys() == DOCUMENTED.keys()
    assert len(served) == 5
    for key, row in served.items():
        assert row.permission == DOCUMENTED[key]["permission"], key
        assert row.signed
        assert row.status == success(key)[0], key


@frozen
class Sent:
    """A call that succeeds."""

    method: str
    path: str
    state: str = "waiting"
    """Whether there is a trade that is ``waiting``, or one that is ``over``."""


SUCCESSES: Final = [
    Sent("POST", "/ver1/trades"),
    Sent("GET", "/ver1/trades/{uuid}", "over"),
    Sent("GET", "/ver1/trades"),
    Sent("GET", "/ver1/trades/history", "over"),
    Sent("POST", "/ver1/trades/{uuid}/cancel"),
]


async def send(here: Exchange, caller: Caller, sent: Sent, *, well_signed: bool = True) -> Answer:
    there = await simple_trades.create(here, **(simple_trades.LIMIT if sent.state == "waiting" else {}))
    body = simple_trades.body(here.account_id) if sent.path == "/ver1/trades" and sent.method == "POST" else None
    return await caller.call(sent.method, sent.path.format(**there), body=body, well_signed=well_signed)


NULL_OR_NOT: Final = (".order.strategy", ".price.value", ".closed_at")
"""What the example's trade has and this one lacks, or the other way round."""
NOT_IN_THE_EXAMPLE: Final = {
    "POST /ver1/trades": {
        ".trade: ['data', 'leverage', 'total']",
        ".trade.order: ['position_side', 'reduce_only', 'strategy']",
        ".trade.filled: ['value']",
        ".trade.status: ['basic_type']",
    },
    "POST /ver1/trades/{uuid}/cancel": {".trade.status: ['value']"},
}
"""The page of a new trade calls itself incomplete; of the two names of the status each example has one."""


@pytest.mark.parametrize("sent", SUCCESSES, ids=lambda sent: f"{sent.method} {sent.path}")
async def test_success_has_the_documented_status_and_shape(here: Exchange, sent: Sent) -> None:
    answer = await send(here, here.caller, sent)
    status, documented = success((sent.method, sent.path))
    assert answer.status == status, answer.text
    found = {
        difference
        for difference in differences(answer.json, documented)
        if not difference.partition(":")[0].endswith(NULL_OR_NOT)
    }
    usual = {f"{place}.status: ['basic_type']" for place in (".trade", ".trades[0]")}
    expected = NOT_IN_THE_EXAMPLE.get(f"{sent.method} {sent.path}")
    assert found == expected if expected is not None else found <= usual


def test_every_success_is_tried() -> None:
    assert sorted((sent.method, sent.path) for sent in SUCCESSES) == sorted(DOCUMENTED)


@pytest.mark.parametrize("sent", SUCCESSES, ids=lambda sent: f"{sent.method} {sent.path}")
async def test_permissions_and_signatures_are_enforced_in_the_words_of_the_pages(here: Exchange, sent: Sent) -> None:
    needed = DOCUMENTED[sent.method, sent.path]["permission"]
    others = here.caller.with_key(here.sandbox.add_key(permissions=[one for one in Permission if one != needed]))
    denied = await send(here, others, sent)
    [documented] = [one for one in DOCUMENTED[sent.method, sent.path]["responses"] if one["status"] == 403]
    assert (denied.status, denied.json) == (403, json.loads(documented["example_json"]))
    only = here.caller.with_key(here.sandbox.add_key(permissions=[needed]))
    assert (await send(here, only, sent)).status == success((sent.method, sent.path))[0]
    forged = await send(here, here.caller, sent, well_signed=False)
    assert (forged.status, forged.json["error"]) == (401, "signature_invalid")


BUY_BY_MARKET: Final = {"order": {"type": "market", "side": "buy"}}
SELL_BY_MARKET: Final = {"order": {"type": "market", "side": "sell"}}
SELL_AT_A_LIMIT: Final = {"order": {"type": "limit", "side": "sell"}, "price": {"value": "100000.0"}}
AT_90000: Final = {
    "conditional": {"enabled": True, "value": "greater_or_equal", "price": {"value": "90000.0", "type": "last"}}
}
REQUESTS: Final[dict[str, dict[str, Any]]] = {
    "Market Buy": BUY_BY_MARKET,
    "Market Sell": SELL_BY_MARKET,
    "Limit Buy": {"order": {"type": "limit", "side": "buy"}, "price": {"value": "10000.0"}},
    "Limit Sell": SELL_AT_A_LIMIT,
    "Conditional Market Buy": {
        **BUY_BY_MARKET,
        "conditional": {"enabled": True, "value": "less_or_equal", "price": {"value": "10000.0", "type": "last"}},
    },
    "Conditional Limit Sell": {**SELL_AT_A_LIMIT, **AT_90000},
    "Conditional Trailing Sell": {**SELL_BY_MARKET, **AT_90000, "trailing": {"enabled": True, "percent": "1.0"}},
    "Conditional + Timeout": {**SELL_BY_MARKET, **AT_90000, "timeout": {"enabled": True, "value": 300}},
}
"""What the page's examples of requests differ in."""


@pytest.mark.parametrize("label", REQUESTS)
async def test_the_documented_requests_are_carried_out(here: Exchange, label: str) -> None:
    example = simple_trades.body(0, pair="USDT_BTC", units={"value": "1.0"}, **REQUESTS[label])
    await here.sandbox.prices.set(MARKET, "USDT_BTC", "20000")
    here.sandbox.accounts.set_balances(here.account_id, {"USDT": 1_000_000, "BTC": 10})
    answer = await here.caller.call("POST", "/ver1/trades", body={**example, "account_id": here.account_id})
    assert answer.status == 201, answer.text
    shown = answer.json["trade"]
    for name, sent in example.items():
        if name != "account_id":
            assert contains(shown[name], sent), name
    await here.sandbox.prices.walk(MARKET, "USDT_BTC", ["9000", "110000"])
    await here.clock.advance(300)
    await here.sandbox.prices.set(MARKET, "USDT_BTC", "100000")
    assert (await simple_trades.get(here, shown["uuid"]))["status"]["value"] == "finished"


def contains(shown: Any, sent: Any) -> bool:
    """Tell whether all that was sent is shown; numbers as texts."""
    if isinstance(sent, dict):
        return all(contains(shown[name], one) for name, one in sent.items())
    return bool(shown == (str(sent) if type(sent) is int else sent))


# ---- as the client reads it ------------------------------------------------------------------------------------------
async def test_the_client_knows_all_that_the_endpoints_answer(here: Exchange) -> None:
    trades = here.client.trades
    conditional = buying(when=WHEN_1950, trailing=TradeTrailing.by_percent("1"), timeout=60)
    begun = [await trade(here, plan) for plan in (buying(), resting(strategy="post_only"), conditional)]
    answers: dict[str, object] = {
        "create": begun,
        "get": [await trades.get(one.uuid) for one in begun],
        "list": await trades.list(),
        "history": await trades.history(),
        "cancel": await trades.cancel(begun[1].uuid),
    }
    assert list(strange(answers)) == []
    waiting = begun[2]
    assert waiting.conditional is not None
    assert waiting.conditional.price is not None
    assert waiting.trailing is not None
    assert waiting.timeout is not None
    assert (waiting.conditional.value, waiting.conditional.price.value) == ("less_or_equal", D(1950))
    assert (waiting.trailing.percent, waiting.timeout.value, waiting.trailing.value) == (D(1), 60, None)
    assert len({one.uuid for one in begun}) == 3


async def test_a_trade_trails_and_waits_by_the_clock(here: Exchange) -> None:
    plan = SimpleTradePlan.sell_market(
        pair=PAIR, units="0.1", when=TradeCondition.above("2099.99"), trailing=TradeTrailing.by_value("50"), timeout=60
    )
    begun = await trade(here, plan)
    await here.to("2100")
    await here.clock.advance(59)
    assert (await here.client.trades.get(begun.uuid)).state == "to_process"
    await here.clock.advance(1)
    assert (await here.client.trades.get(begun.uuid)).state == "trailing_activated"
    await here.to("2200", "2150")
    done = await here.client.trades.get(begun.uuid)
    assert done.filled is not None
    assert (done.state, done.filled.total) == ("finished", D("214.785"))


async def test_the_answer_shows_what_is_settled_afterwards_even_if_that_takes_long() -> None:
    async with exchange(settle_automatically=False) as here:
        begun = await trade(here, buying())
        assert (await here.client.trades.get(begun.uuid)).state == "to_process"
        here.sandbox.settle()
        assert (await here.client.trades.get(begun.uuid)).state == "finished"


async def test_uuids_are_of_random_form_the_same_in_every_sandbox_and_found_in_any_case(here: Exchange) -> None:
    first = await trade(here, buying())
    assert (first.uuid.version, first.uuid) == (4, uuid_of(1))
    answer = await here.caller.call("GET", f"/ver1/trades/{str(first.uuid).upper()}")
    assert answer.json["trade"]["uuid"] == str(first.uuid)


def test_every_number_has_a_uuid_of_its_own_that_tells_it_back() -> None:
    numbers = [*range(2000), 10**9, 10**18, 2**122 - 1]
    uuids = [uuid_of(number) for number in numbers]
    assert len(set(uuids)) == len(numbers)
    assert [trade_id_of(str(uuid)) for uuid in uuids] == numbers
    assert all(uuid.version == 4 for uuid in uuids)


@pytest.mark.parametrize(
    "written", ["", "7", "x" * 36, str(UUID(int=0)), uuid_of(1).hex, f"{{{uuid_of(1)}}}", f"{uuid_of(1)} "]
)
def test_what_is_no_uuid_of_a_trade_tells_none(written: str) -> None:
    assert trade_id_of(written) is None


# ---- refusals --------------------------------------------------------------------------------------------------------
@frozen
class Refused:
    """A call that is refused, and as what the client raises it."""

    status: int
    kind: type[ApiError]
    code: str
    description: str
    call: Callable[[Exchange], Awaitable[object]]
    documented: tuple[str, str] | None = None


async def _raw(here: Exchange, **changes: object) -> object:
    """Send what the client would refuse to send, through its transport, so that its verdict is the same."""
    return await here.client.request("POST", "/ver1/trades", body=simple_trades.body(here.account_id, **changes))


async def _cancel_finished(here: Exchange) -> object:
    return await here.client.trades.cancel((await trade(here, buying())).uuid)


async def _cancel_twice(here: Exchange) -> object:
    begun = await trade(here, resting())
    await here.client.trades.cancel(begun.uuid)
    return await here.client.trades.cancel(begun.uuid)


def _without(name: str) -> Callable[[Exchange], Awaitable[object]]:
    return lambda here: _raw(here, **{name: OMITTED})


def wrong(call: Callable[[Exchange], Awaitable[object]], documented: tuple[str, str] | None = None) -> Refused:
    return Refused(422, InvalidRequestError, "invalid_request", "Missing or invalid parameters", call, documented)


def poorer(currency: str, plan: SimpleTradePlan) -> Refused:
    text = f"Insufficient funds. ERR_805Y Not enough {currency}."
    return Refused(422, InvalidRequestError, "invalid_request", text, lambda here: trade(here, plan))


UNKNOWN: Final = (404, NotFoundError, "not_found", "Not Found")
OVER: Final = (400, InvalidRequestError, "unprocessable_entity", "Trade cannot be cancelled")
CANCEL: Final = ("POST", "/ver1/trades/{uuid}/cancel")
ON: Final = {"enabled": True}
REFUSED: Final[dict[str, Refused]] = {
    "create: nothing": wrong(
        lambda here: here.client.request("POST", "/ver1/trades", body={}), ("POST", "/ver1/trades")
    ),
    **{
        f"create: without {name}": wrong(_without(name))
        for name in ("account_id", "pair", "order", "units", "conditional", "trailing", "timeout")
    },
    "create: a limit order without a price": wrong(lambda here: _raw(here, order={"type": "limit", "side": "buy"})),
    "create: a condition without its price": wrong(
        lambda here: _raw(here, conditional={**ON, "value": "less", "price": {"type": "last"}})
    ),
    "create: a condition without its comparison": wrong(
        lambda here: _raw(here, conditional={**ON, "price": {"value": "1", "type": "last"}})
    ),
    "create: trailing without a distance": wrong(lambda here: _raw(here, trailing=ON)),
    "create: a timeout without seconds": wrong(lambda here: _raw(here, timeout=ON, **simple_trades.WHEN_1950)),
    "create: a timeout without a condition": wrong(lambda here: _raw(here, timeout={**ON, "value": 60})),
    "create: a strategy that there is not": wrong(
        lambda here: _raw(here, order={"type": "market", "side": "buy", "strategy": "now"})
    ),
    "create: no number": wrong(lambda here: _raw(here, units={"value": "much"})),
    "create: units that are none": wrong(lambda here: _raw(here, units="0.1")),
    "create: a pair that is not traded": wrong(
        lambda here: trade(here, SimpleTradePlan.buy_market(pair="USDT_NO", units="1"))
    ),
    "create: less than the pair's smallest": wrong(
        lambda here: trade(here, SimpleTradePlan.buy_market(pair=PAIR, units="0.0001"))
    ),
    "create: a purchase beyond the funds": poorer("USDT", SimpleTradePlan.buy_market(pair=PAIR, units="600")),
    "create: a sale beyond the funds": poorer("ETH", SimpleTradePlan.sell_limit(pair=PAIR, units="1001", price="3000")),
    "create: an account that is not there": Refused(
        *UNKNOWN, lambda here: here.client.trades.create(account_id=7, plan=buying())
    ),
    "get: unknown": Refused(
        *UNKNOWN, lambda here: here.client.trades.get(UUID_OF_NONE), ("GET", "/ver1/trades/{uuid}")
    ),
    "get: one that there is not yet": Refused(*UNKNOWN, lambda here: here.client.trades.get(uuid_of(1))),
    "cancel: unknown": Refused(*UNKNOWN, lambda here: here.client.trades.cancel(UUID_OF_NONE)),
    "cancel: finished": Refused(*OVER, _cancel_finished, CANCEL),
    "cancel: twice": Refused(*OVER, _cancel_twice),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_refusal_has_its_class_code_and_words(here: Exchange, case: str) -> None:
    refused = REFUSED[case]
    with pytest.raises(ApiError) as caught:
        await refused.call(here)
    error = caught.value
    assert type(error) is refused.kind
    assert (error.status, error.code, error.description) == (refused.status, refused.code, refused.description)
    assert (error.outcome, error.fields) == (Outcome.NOT_DONE, {})
    if refused.documented is not None:
        [body] = [
            json.loads(response["example_json"])
            for response in DOCUMENTED[refused.documented]["responses"]
            if response["status"] == refused.status
        ]
        assert body == {"error": error.code, "error_description": error.description}
    assert all(trade.is_finished for trade in await here.client.trades.history())
    assert await here.client.trades.list() == []


def test_every_documented_refusal_is_tried() -> None:
    documented = [
        (*key, response["status"])
        for key, endpoint in DOCUMENTED.items()
        for response in endpoint["responses"]
        if response["status"] >= 400
    ]
    tried = [(*one.documented, one.status) for one in REFUSED.values() if one.documented is not None]
    denied = [(*key, 403) for key in DOCUMENTED]  # above, with every permission but the one that is needed
    assert sorted([*tried, *denied]) == sorted(documented)


async def test_a_missing_permission_is_its_own_class(here: Exchange) -> None:
    key = here.sandbox.add_key(permissions=[Permission.SMART_TRADES_READ])
    async with ThreeCommasClient(key.credentials(), base_url=here.sandbox.url, limits=None) as reader:
        with pytest.raises(PermissionDeniedError, match="Api key not authorized for this action"):
            await reader.trades.create(account_id=here.account_id, plan=buying())
        assert await reader.trades.list() == await reader.trades.history() == []


# ---- lists -----------------------------------------------------------------------------------------------------------
async def test_lists_are_sorted_cut_and_filtered(here: Exchange) -> None:
    await here.sandbox.prices.set(MARKET, "USDT_BTC", "20000")
    other = here.sandbox.accounts.add(type=MARKET, balances={"USDT": 100_000})
    trades, made = here.client.trades, list[UUID]()
    for place in range(14):
        await here.clock.advance(1)
        plan = resting() if place % 2 else SimpleTradePlan.buy_limit(pair="USDT_BTC", units="0.01", price="15000")
        account_id = here.account_id if place % 3 else other
        made.append((await trades.create(account_id=account_id, plan=plan)).uuid)

    async def uuids(found: Awaitable[list[SimpleTrade]]) -> list[UUID]:
        return [one.uuid for one in await found]

    assert await uuids(trades.list()) == made[:10]
    assert await uuids(trades.list(offset=10)) == made[10:]
    assert await uuids(trades.list(limit=20, order_direction="desc")) == made[::-1]
    assert await uuids(trades.list(limit=20, order_direction="ASC")) == made
    assert await uuids(trades.list(limit=20, order_by="pair")) == [*made[::2], *made[1::2]]
    assert await uuids(trades.list(pair=PAIR, limit=20)) == made[1::2]
    assert await uuids(trades.list(account_id=other, limit=20)) == made[::3]
    assert await uuids(trades.list(offset=14)) == await uuids(trades.history()) == []
    for place in (9, 3, 6):
        await here.clock.advance(1)
        await trades.cancel(made[place])
    assert await uuids(trades.history()) == [made[3], made[6], made[9]]
    assert await uuids(trades.history(order_by="closed_at")) == [made[9], made[3], made[6]]
    assert await uuids(trades.history(order_by="closed_at", order_direction="desc", limit=1)) == [made[6]]
    assert await uuids(trades.history(pair=PAIR, account_id=other)) == [made[3], made[9]]
    assert len(await trades.list(limit=20)) == 11


@pytest.mark.parametrize("path", ["/ver1/trades", "/ver1/trades/history"])
@pytest.mark.parametrize(
    ("name", "value"),
    [("limit", "0"), ("limit", "x"), ("order_by", "profit"), ("order_direction", "up"), ("account_id", "x")],
)
async def test_wrong_filters_are_named(here: Exchange, path: str, name: str, value: str) -> None:
    assert (await here.caller.call("GET", path, query={name: value})).wrong.keys() == {name}


async def test_active_trades_are_not_sorted_by_when_they_were_closed(here: Exchange) -> None:
    answer = await here.caller.call("GET", "/ver1/trades", query={"order_by": "closed_at"})
    assert answer.wrong.keys() == {"order_by"}
