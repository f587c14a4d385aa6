"""What bots and deals are sent, however it comes: the sandbox never fails, and names what is wrong."""

from __future__ import annotations

import json
from random import Random
from typing import Any, Final

import pytest

from tests.sandbox.api.test_trading_catalogue import SETTINGS
from tests.sandbox.trading import PAIR, D, Exchange

STRANGE: Final[list[object]] = [
    None,
    True,
    "",
    "x",
    "NaN",
    "1e5",
    "-1",
    0,
    -7,
    10**30,
    1.5e300,
    1e-300,
    [],
    [[]],
    [None],
    [{}],
    {},
    {"a": {"b": []}},
    "9" * 500,
    "\x00",
    "é",
    [{"strategy": 7, "options": "x"}],
    [{"amount_percentage": 50, "profit_percentage": "-200"}],
    [{"deviation": "-100", "size": "0"}],
]


NO_QUANTITIES: Final[tuple[object, ...]] = ("0", -1, "x", None, [], 10**19, "0.00000000001")


@pytest.mark.parametrize("seed", range(4))
async def test_strange_values_are_refused_and_named_or_taken(here: Exchange, seed: int) -> None:
    draw, caller = Random(seed), here.caller  # noqa: S311
    deal = await here.deal()
    bot = f"/ver1/bots/{deal.bot_id}"
    whole: dict[str, Any] = {**SETTINGS, "account_id": here.account_id, "take_profit": "2", "take_profit_steps": []}
    fields = [
        *whole,
        "trailing_enabled",
        "custom_safety_steps",
        "sl_to_breakeven_data",
        "cooldown",
        "min_price",
        "note",
    ]
    for _ in range(120):
        names = draw.sample(fields, draw.choice([1, 1, 2, 4]))
        body = {**whole, **{name: draw.choice(STRANGE) for name in names}}
        method, path = draw.choice(
            [
                ("POST", "/ver1/bots/create_bot"),
                ("PATCH", f"{bot}/update"),
                ("PATCH", f"/ver1/deals/{deal.id}/update_deal"),
            ]
        )
        answer = await caller.call(method, path, body=body)
        assert answer.status in (200, 201, 400, 404), (body, answer.text)
        if answer.status == 400:
            wrong = answer.json["error_attributes"]
            assert wrong
            if method == "POST":
                assert {name.partition("[")[0] for name in wrong} <= {*names, "safety_order_volume"}
        await here.to(f"{draw.uniform(1500, 2500):.2f}")
    for row in [*(await here.client.bots.list(limit=100)), *(await here.client.deals.list(limit=1000))]:
        assert row.unrecognized == {}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("add_funds", {"quantity": value, "is_market": market, "rate": rate})
        for value in NO_QUANTITIES
        for market, rate in ((True, None), (False, "0"), (False, 10**19), ("maybe", "1"))
    ],
)
async def test_strange_funds_are_refused_or_kept_inactive(here: Exchange, path: str, body: dict[str, object]) -> None:
    deal = await here.deal()
    answer = await here.caller.call(
        "POST", f"/ver1/deals/{deal.id}/{path}", body={**body, "response_type": "market_order"}
    )
    assert answer.status in (201, 400, 422), answer.text
    if answer.status == 201:
        assert answer.json["status_string"] == "Inactive"
    assert (await here.client.deals.get(deal.id)).bought_amount == deal.bought_amount


async def test_forms_queries_and_json_mean_the_same(here: Exchange) -> None:
    deal = await here.deal()
    path = f"/ver1/deals/{deal.id}/update_deal"
    answers = [
        await here.caller.call("PATCH", path, query={"take_profit": "2.50"}),
        await here.caller.call("PATCH", path, form={"take_profit": "2.50"}),
        await here.caller.call("PATCH", path, body={"take_profit": 2.5}),
    ]
    assert [answer.json["take_profit"] for answer in answers] == ["2.5"] * 3
    pairs = await here.caller.call("POST", "/ver1/bots/update_pairs_black_list", form={"pairs": PAIR})
    assert pairs.json == {"pairs": [PAIR]}


async def test_numbers_keep_their_digits_whatever_they_are_written_as(here: Exchange) -> None:
    body = {
        **SETTINGS,
        "account_id": here.account_id,
        "take_profit": "0",
        "base_order_volume": "100.12345678901234567890",
    }
    first = await here.caller.call("POST", "/ver1/bots/create_bot", body=body)
    assert first.json["base_order_volume"] == "100.1234567890123456789"
    raw = json.dumps(body).replace('"100.12345678901234567890"', "100.12345678901234567890")
    second = await here.caller.send("POST", "/ver1/bots/create_bot", raw.encode(), "application/json")
    assert second.json["base_order_volume"] == "100.1234567890123456789"
    bot = await here.client.bots.get(second.json["id"])
    assert bot.base_order_volume == D("100.12345678901234567890")
    assert bot.take_profit is None
    assert [step.profit_percentage for step in bot.take_profit_steps or ()] == [D(10), D(20)]


@pytest.mark.parametrize("written", ["7", "0", "x", "-1", "1" * 40, "%00", "1.5", "७"])
async def test_ids_that_are_none_are_not_found(here: Exchange, written: str) -> None:
    for method, path in (("GET", "deals/{}/show"), ("POST", "deals/{}/cancel"), ("GET", "bots/{}/show")):
        answer = await here.caller.call(method, f"/ver1/{path.format(written)}") if written != "७" else None
        assert answer is None or (answer.status, answer.json["error"].lower().replace(" ", "_")) == (404, "not_found")
