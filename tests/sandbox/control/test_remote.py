"""The controls over plain HTTP, as a program in another language uses them: aiohttp and JSON, nothing of ours."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

import aiohttp
import pytest
from attrs import frozen

from tests.sandbox.trading import MARKET, PAIR, Exchange, exchange
from tests.sandbox.wire import wired
from threecommas_async import ApiError
from threecommas_async.sandbox import Sandbox
from threecommas_async.sandbox.control.cable import CableFaults
from threecommas_async.sandbox.control.commands import COMMANDS
from threecommas_async.streams import Gap, Resynced

OF_PAIR: Final = {"market": MARKET, "pair": PAIR}


@frozen
class Remote:
    here: Exchange
    session: aiohttp.ClientSession

    async def ask(self, command: str, body: object = None, **headers: str) -> tuple[int, Any]:
        sandbox = self.here.sandbox
        given = {"Sandbox-Key": sandbox.control_key, **headers}
        data = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
        async with self.session.post(f"{sandbox.control_url}/{command}", data=BytesIO(data), headers=given) as answer:
            return answer.status, await answer.json()

    async def done(self, command: str, **body: object) -> Any:
        status, answer = await self.ask(command, body)
        assert status == 200, answer
        return answer

    async def wrong(self, command: str, **body: object) -> Any:
        status, answer = await self.ask(command, body)
        assert status == 400, answer
        assert answer["error"]
        return answer["fields"]


@pytest.fixture
async def remote() -> AsyncIterator[Remote]:
    async with exchange() as here, aiohttp.ClientSession() as session:
        yield Remote(here, session)


async def test_a_deal_from_beginning_to_end(remote: Remote) -> None:
    here = remote.here
    bot = await here.bot()
    opened = await remote.done("signals/open", bot_id=bot.id, pair=PAIR)
    assert opened == {"deal_id": opened["deal_id"], "due_at": None, "obstacle": None}
    assert await remote.done("prices/set", **OF_PAIR, price="1980.00") == {"price": "1980.0"}
    assert await remote.done("prices/walk", **OF_PAIR, prices=[1960.5, "1990", 2000]) == {"price": "2000.0"}
    assert await remote.done("prices/get", **OF_PAIR) == {"price": "2000.0"}
    await remote.done("prices/set", **OF_PAIR, price=2040)
    deal = await here.client.deals.get(opened["deal_id"])
    assert (deal.status, deal.completed_safety_orders_count) == ("completed", 1)
    again = await remote.done("signals/open", bot_id=bot.id)
    assert (await remote.wrong("signals/close", deal_id=again["deal_id"])).keys() == {"deal_id"}


async def test_accounts_pairs_and_the_clock(remote: Remote) -> None:
    rules = {"price": "2000", "price_step": "0.01", "lot_step": "0.0001"}
    assert await remote.done("pairs/add", market=MARKET, pair="USDT_XYZ", **rules) == {"price": "2000.0"}
    account_id = (await remote.done("accounts/add", type="kraken", balances={"USDT": "10.5"}))["account_id"]
    assert account_id in remote.here.sandbox.accounts
    await remote.done("accounts/set_balances", account_id=account_id, balances={"XYZ": 2})
    [row] = await remote.here.client.accounts.account_table(account_id)
    assert (row.currency_code, row.position, row.usd_value) == ("XYZ", Decimal(2), Decimal(4000))
    assert await remote.done("clock/now") == {"now": "2025-01-01T00:00:00.000Z"}
    assert await remote.done("clock/advance", seconds=90.5) == {"now": "2025-01-01T00:01:30.500Z"}
    rows = [["2025-01-01T00:02:00Z", "1990"], [1735689780, 1980]]
    replayed = await remote.done("prices/replay", **OF_PAIR, rows=rows)
    assert replayed == {"rows": 2, "price": "1980.0", "now": "2025-01-01T00:03:00.000Z"}
    assert await remote.done("settle") == {}


async def test_faults_are_planned_and_met(remote: Remote) -> None:
    faults = remote.here.sandbox.faults
    assert await remote.done("faults/fail_next", status=403, body={"error": "Forbidden"}, times=2) == {"pending": 2}
    await remote.done("faults/html_next", method="GET", path="/ver1/bots")
    await remote.done("faults/error_inside_200_next", error={"status_code": 502})
    await remote.done("faults/plan_next", request_type="write")
    await remote.done("faults/drop_next", before_processing=False)
    await remote.done("faults/delay_next", seconds=3)
    assert await remote.done("faults/truncate_next", keep=3) == {"pending": 8}
    assert [fault.kind for fault in faults.planned] == [
        "fail",
        "html",
        "error_inside",
        "plan",
        "drop",
        "delay",
        "truncate",
    ]
    answer = await remote.here.caller.call("GET", "/ver1/validate")
    assert (answer.status, answer.json) == (403, {"error": "Forbidden"})
    assert await remote.done("faults/clear") == {"pending": 0}


async def test_faults_of_the_websocket_are_planned_and_met(remote: Remote) -> None:
    sandbox, client = remote.here.sandbox, remote.here.client
    await remote.done("cable/faults/refuse", status=502)
    async with client.streams.deals() as deals:
        assert client.streams.status.last_loss == "the handshake was answered with 502"
        assert await remote.done("cable") == {"connections": 1, "subscriptions": 1}
        await remote.done("cable/faults/drop_now")
        assert isinstance(await anext(deals), Gap)
        assert isinstance(await anext(deals), Resynced)
        await remote.done("cable/faults/disconnect", reconnect=False)
        with pytest.raises(ApiError, match="server_restart"):
            await anext(deals)
    assert sandbox.faults.pending == 0


def test_every_fault_of_the_websocket_has_a_command() -> None:
    names = {name for name in vars(CableFaults) if not name.startswith("_")}
    assert {f"cable/faults/{name}" for name in names} == {name for name in COMMANDS if name.startswith("cable/")}


@pytest.mark.parametrize(
    ("command", "body", "planned"),
    [
        ("drop", {"after": 3}, {"drop_after": 3, "drop_in_frame": False}),
        ("half_frame", {}, {"drop_after": 0, "drop_in_frame": True}),
        ("drop_share", {"share": "0.5"}, {"drop_share": 0.5}),
        ("mute", {"share": 0.25}, {"muted": 0.25}),
        ("duplicate", {}, {"duplicated": 1}),
        ("reorder", {"share": 0.1}, {"reordered": 0.1}),
        ("ignore_subscribe", {"times": 2}, {"ignored_subscriptions": 2}),
        ("reject", {}, {"rejected_subscriptions": 1}),
        ("answer_wrong_signatures", {"how": "silence"}, {"is_silent_on_rejection": True}),
        ("lag_rest", {"seconds": 1.5}, {"rest_lag": 1.5}),
        ("touch_without_updated_at", {"share": 1}, {"untouched": 1}),
    ],
)
async def test_command_of_the_websocket_plans_the_fault_of_its_name(
    remote: Remote, command: str, body: dict[str, object], planned: dict[str, object]
) -> None:
    state = remote.here.sandbox._cable.faults
    before = {name: getattr(state, name) for name in planned}
    assert await remote.done(f"cable/faults/{command}", **body) == {}
    assert {name: getattr(state, name) for name in planned} == planned != before
    await remote.done("cable/faults/clear")
    assert {name: getattr(state, name) for name in planned} == before


async def test_a_text_is_sent_and_then_nothing_more(remote: Remote) -> None:
    async with wired(remote.here.sandbox) as wire:
        await wire.subscribe()
        await remote.done("cable/faults/send", text='{"type": "anything"}')
        assert await wire.said() == {"type": "anything"}
        await remote.done("cable/faults/stall")
        await remote.done("cable/faults/send", text="{}")
        await remote.here.clock.sleep(10)
        await remote.done("cable/faults/drop_now")
        assert (await wire.socket.receive()).type is not aiohttp.WSMsgType.TEXT


async def test_the_seed_is_chosen(remote: Remote) -> None:
    state = remote.here.sandbox._cable.faults
    drawn = list[float]()
    for seed in (7, 7, 8):
        await remote.done("cable/faults/seed", seed=seed)
        drawn.append(state.rng.random())
    assert drawn[0] == drawn[1] != drawn[2]


async def test_commands_meet_neither_faults_nor_limits_and_are_not_on_record(remote: Remote) -> None:
    remote.here.sandbox.faults.drop_next(times=5)
    recorded = len(remote.here.sandbox.requests)
    for _ in range(3):
        await remote.done("prices/set", **OF_PAIR, price="2000")
    assert remote.here.sandbox.faults.pending == 5
    assert len(remote.here.sandbox.requests) == recorded


@pytest.mark.parametrize(
    ("command", "body", "fields"),
    [
        ("prices/set", {}, {"market", "pair", "price"}),
        ("prices/set", {**OF_PAIR, "price": "-1"}, {"price"}),
        ("prices/set", {**OF_PAIR, "price": "1", "prise": 1}, {"prise"}),
        ("prices/set", {"market": "nowhere", "pair": PAIR, "price": 1}, {"market"}),
        ("prices/set", {"market": MARKET, "pair": "USDT_NO", "price": 1}, {"pair"}),
        ("prices/walk", {**OF_PAIR, "prices": [1, "x"]}, {"prices[1]"}),
        ("prices/walk", {**OF_PAIR, "prices": "1"}, {"prices"}),
        ("prices/replay", {**OF_PAIR, "rows": [["2030-01-01", 1], ["2029-01-01", 1]]}, {"rows"}),
        ("prices/replay", {**OF_PAIR, "rows": [["2030-01-01"]]}, {"rows[0]"}),
        ("pairs/add", {**OF_PAIR, "price": 1, "price_step": 0, "lot_step": 1}, {"price_step"}),
        ("signals/open", {"bot_id": "x"}, {"bot_id"}),
        ("signals/open", {"bot_id": 7}, {"bot_id"}),
        ("signals/close", {"deal_id": 7}, {"deal_id"}),
        ("clock/advance", {"seconds": -1}, {"seconds"}),
        ("faults/fail_next", {"status": 99}, {"status"}),
        ("faults/fail_next", {"times": 0}, {"times"}),
        ("faults/drop_next", {"path": "/ver1/nowhere"}, set()),
        ("accounts/add", {"type": "nowhere"}, {"type"}),
        ("cable/faults/mute", {"share": 1.5}, {"share"}),
        ("cable/faults/refuse", {"status": 200}, {"status"}),
        ("cable/faults/answer_wrong_signatures", {}, {"how"}),
    ],
)
async def test_errors_name_the_field(remote: Remote, command: str, body: dict[str, object], fields: set[str]) -> None:
    wrong = await remote.wrong(command, **body)
    assert wrong.keys() == fields
    assert all(wrong.values())
    assert remote.here.sandbox.prices.get(MARKET, PAIR) == 2000


async def test_who_has_no_key_gets_nothing(remote: Remote) -> None:
    sandbox = remote.here.sandbox
    for key in ("", "wrong", sandbox.control_key[:-1], "é"):
        status, answer = await remote.ask("prices/set", {**OF_PAIR, "price": "1"}, **{"Sandbox-Key": key})
        assert (status, answer["fields"]) == (401, {})
        assert sandbox.control_key not in answer["error"]
    assert sandbox.prices.get(MARKET, PAIR) == 2000
    assert sandbox.control_key != Sandbox().control_key
    assert sandbox.control_key not in repr(sandbox)


async def test_what_is_no_command(remote: Remote) -> None:
    sandbox = remote.here.sandbox
    assert (await remote.ask("prices/forget"))[0] == 404
    assert (await remote.ask("prices/set", b"[1]"))[0] == 400
    assert (await remote.ask("prices/set", b"{"))[0] == 400
    headers = {"Sandbox-Key": sandbox.control_key}
    async with remote.session.get(f"{sandbox.control_url}/prices/set", headers=headers) as answer:
        assert answer.status == 405
    async with remote.session.post(f"{sandbox.url}/sandbox/prices/set", headers=headers) as answer:
        assert answer.status == 404


async def test_a_whole_month_of_rows_fits_into_a_request(remote: Remote) -> None:
    rows = [[1735689600 + 60 * minute, "2000.00000000000000000000000000000000000"] for minute in range(30_000)]
    assert len(json.dumps(rows)) > 1_500_000
    assert (await remote.done("prices/replay", **OF_PAIR, rows=rows))["rows"] == 30_000


async def test_a_clock_that_nobody_holds_cannot_be_advanced() -> None:
    async with Sandbox() as sandbox, aiohttp.ClientSession() as session:
        headers = {"Sandbox-Key": sandbox.control_key}
        url = f"{sandbox.control_url}/clock/advance"
        async with session.post(url, json={"seconds": 1}, headers=headers) as answer:
            assert (answer.status, list((await answer.json())["fields"])) == (400, ["seconds"])


def test_there_is_a_url_while_it_runs_only() -> None:
    with pytest.raises(RuntimeError, match="not running"):
        _ = Sandbox().control_url
