"""Fault injection: what a sandbox's faults do to calls, and what they leave done."""

from __future__ import annotations

import asyncio
import gc
import logging
import re
from collections.abc import Callable
from datetime import datetime

import aiohttp
import pytest
from yarl import URL

from tests.endpoints import catalogue
from tests.sandbox.calling import START, Answer, Caller, calling
from threecommas_async.sandbox import Faults, Sandbox
from threecommas_async.sandbox.http.routes import path_pattern
from threecommas_async.transport.simulated_clock import SimulatedClock

NEW = "/ver1/accounts/new"
SECRETS = {"api_key": "canary-api-key", "secret": "canary-secret"}
ACCOUNT = {"type": "binance", "name": "Main", **SECRETS}


async def create(caller: Caller) -> Answer:
    return await caller.call("POST", NEW, body=ACCOUNT)


async def create_and_lose(caller: Caller) -> None:
    with pytest.raises((aiohttp.ClientConnectionError, aiohttp.ClientPayloadError)):
        await create(caller)


async def test_a_status_for_the_next_calls(caller: Caller) -> None:
    caller.sandbox.faults.fail_next(503, times=2)
    assert caller.sandbox.faults.pending == 2
    assert [(await create(caller)).status for _ in range(3)] == [503, 503, 201]
    assert caller.sandbox.faults.pending == 0
    assert len(caller.sandbox.accounts) == 1


async def test_a_status_after_the_call_was_done(caller: Caller) -> None:
    caller.sandbox.faults.fail_next(502, before_processing=False)
    assert (await create(caller)).status == 502
    assert len(caller.sandbox.accounts) == 1


@pytest.mark.parametrize(
    ("status", "content_type", "start"),
    [
        (400, "application/json", '{"error":"record_invalid"'),
        (401, "application/json", '{"error":"api_key_invalid_or_expired"'),
        (403, "application/json", '{"error":"access_denied"'),
        (404, "application/json", '{"error":"not_found"'),
        (418, "text/plain; charset=utf-8", "Forbidden\n"),
        (422, "application/json", '{"error":"Unprocessable'),
        (429, "text/plain; charset=utf-8", "Retry later\n"),
        (500, "application/json", '{"error":"unknown_error"'),
        (502, "text/html; charset=UTF-8", "<!DOCTYPE html>"),
        (522, "text/html; charset=UTF-8", "<!DOCTYPE html>"),
        (299, "application/json", '{"error":"Status 299"}'),
    ],
)
async def test_what_usually_comes_with_a_status(caller: Caller, status: int, content_type: str, start: str) -> None:
    caller.sandbox.faults.fail_next(status)
    answer = await create(caller)
    assert (answer.status, answer.headers["Content-Type"]) == (status, content_type)
    assert answer.text.startswith(start)
    assert answer.headers["X-Request-Id"]
    assert answer.headers["Cf-Ray"]
    assert len(caller.sandbox.accounts) == 0


async def test_a_body_and_headers_of_your_own(caller: Caller) -> None:
    faults = caller.sandbox.faults
    faults.fail_next(429, body={"error": "slow down"}, headers={"Retry-After": "7"})
    faults.fail_next(409, body="plain", headers={"content-type": "text/x-own"})
    faults.fail_next(200, body=b"\xff{")
    answer = await create(caller)
    assert (answer.status, answer.json, answer.headers["Retry-After"]) == (429, {"error": "slow down"}, "7")
    answer = await create(caller)
    assert (answer.status, answer.text, answer.headers["Content-Type"]) == (409, "plain", "text/x-own")
    async with caller.session.get(f"{caller.sandbox.url}/ver1/ping") as raw:
        assert (raw.status, await raw.read()) == (200, b"\xff{")


async def test_html_under_any_status(caller: Caller) -> None:
    for status in (200, 403, 429, 524):
        caller.sandbox.faults.html_next(status)
        answer = await create(caller)
        assert (answer.status, answer.text.split("\n")[0]) == (status, "<!DOCTYPE html>")
        assert answer.headers["Content-Type"].startswith("text/html")
    assert len(caller.sandbox.accounts) == 0
    caller.sandbox.faults.html_next(before_processing=False)
    assert (await create(caller)).status == 502
    assert len(caller.sandbox.accounts) == 1


async def test_an_error_inside_of_a_success(caller: Caller) -> None:
    caller.sandbox.faults.error_inside_200_next()
    caller.sandbox.faults.error_inside_200_next("not_found", before_processing=False)
    answers = [await create(caller), await create(caller)]
    assert [(answer.status, answer.json) for answer in answers] == [
        (200, {"error": {"status_code": 502}}),
        (200, {"error": "not_found"}),
    ]
    assert len(caller.sandbox.accounts) == 1


async def test_the_refusal_that_is_about_the_plan(caller: Caller) -> None:
    caller.sandbox.faults.plan_next()
    caller.sandbox.faults.plan_next("write")
    for kind in ("read", "write"):
        answer = await create(caller)
        assert (answer.status, answer.json) == (
            429,
            {
                "error": f"The request type '{kind}' is not available with your current subscription plan. "
                "Please upgrade your plan to use this type of request."
            },
        )
        assert "Retry-After" not in answer.headers
    assert len(caller.sandbox.accounts) == 0


@pytest.mark.parametrize("before", [True, False])
async def test_a_dropped_connection(caller: Caller, before: bool) -> None:
    caller.sandbox.faults.drop_next(before_processing=before)
    await create_and_lose(caller)
    assert len(caller.sandbox.accounts) == (0 if before else 1)
    record = caller.sandbox.requests[-1]
    assert (record.method, record.path, record.status) == ("POST", f"/public/api{NEW}", None)
    assert (await caller.call("GET", "/ver1/validate")).status == 200


async def test_nothing_at_all_is_sent_before_a_drop(caller: Caller) -> None:
    caller.sandbox.faults.drop_next()
    reader, writer = await asyncio.open_connection("127.0.0.1", URL(caller.sandbox.url).port)
    writer.write(b"GET /public/api/ver1/ping HTTP/1.1\r\nHost: x\r\n\r\n")
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()


@pytest.mark.parametrize("before", [True, False])
async def test_a_delay_goes_by_the_clock(caller: Caller, clock: SimulatedClock, before: bool) -> None:
    caller.sandbox.faults.delay_next(40, before_processing=before)
    answer = await create(caller)
    assert answer.status == 201
    assert [*clock.sleeps] == [clock.elapsed] == [40]
    created = datetime.fromisoformat(answer.json["created_at"])
    assert created == (clock.now() if before else START)


async def test_a_delayed_request_is_done_although_its_sender_gave_up() -> None:
    clock = SimulatedClock(auto=False)
    async with calling(Sandbox(clock=clock)) as caller:
        caller.sandbox.faults.delay_next(60)
        call = asyncio.ensure_future(create(caller))
        await clock.advance(59)
        assert clock.sleeping == 1
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        assert len(caller.sandbox.accounts) == 0
        await clock.advance(1)
        assert len(caller.sandbox.accounts) == 1


async def test_a_sandbox_stops_although_a_delay_is_on() -> None:
    clock = SimulatedClock(auto=False)
    sandbox = Sandbox(clock=clock)
    async with calling(sandbox) as caller:
        sandbox.faults.delay_next(3600)
        call = asyncio.ensure_future(create(caller))
        await clock.advance(0)
        assert clock.sleeping == 1
    await asyncio.gather(call, return_exceptions=True)
    assert len(sandbox.accounts) == 0


@pytest.mark.parametrize(("keep", "kept"), [(0, 0), (1, 1), (100, 100), (None, None), (10**9, -1)])
async def test_a_truncated_body(caller: Caller, keep: int | None, kept: int | None) -> None:
    whole = (await create(caller)).text.encode()
    caller.sandbox.accounts.remove(caller.sandbox.accounts.ids[0])
    caller.sandbox.faults.truncate_next(keep)
    await create_and_lose(caller)
    assert len(caller.sandbox.accounts) == 1
    assert caller.sandbox.requests[-1].status == 201

    caller.sandbox.faults.truncate_next(keep)
    reader, writer = await asyncio.open_connection("127.0.0.1", URL(caller.sandbox.url).port)
    writer.write(b"GET /public/api/ver1/accounts/market_list HTTP/1.1\r\nHost: x\r\n\r\n")
    head, _, body = (await asyncio.wait_for(reader.read(), 5)).partition(b"\r\n\r\n")
    writer.close()
    match = re.search(rb"Content-Length: (\d+)", head)
    assert match is not None
    length = int(match[1])
    assert len(body) == (length // 2 if kept is None else kept % length)
    assert b"X-Request-Id" in head
    assert len(whole) > 1000


async def test_an_answer_that_is_a_refusal_can_be_truncated_too(caller: Caller) -> None:
    caller.sandbox.faults.truncate_next()
    with pytest.raises(aiohttp.ClientPayloadError):
        await caller.call("GET", "/ver1/accounts/1")
    assert caller.sandbox.requests[-1].status == 404


async def test_faults_for_a_verb_or_a_path(caller: Caller) -> None:
    faults = caller.sandbox.faults
    caller.sandbox.accounts.add_many(2)
    one, two = caller.sandbox.accounts.ids
    faults.fail_next(503, method="post")
    faults.fail_next(504, path="/ver1/accounts/{account_id}/volume/*", times=2)
    faults.fail_next(505, path=f"/ver1/accounts/{two}", method="GET")
    assert (await caller.call("GET", "/ver1/accounts", query={"page": 1})).status == 200
    assert (await caller.call("GET", f"/ver1/accounts/{one}")).status == 201
    assert (await caller.call("GET", f"/ver1/accounts/{two}", query={"a": "b"})).status == 505
    assert (await caller.call("GET", f"/ver1/accounts/{one}/volume/daily")).status == 504
    assert (await caller.call("POST", f"/ver1/accounts/{one}/load_balances")).status == 503
    assert (await caller.call("GET", f"/ver1/accounts/{two}/volume/total")).status == 504
    assert faults.pending == 0
    assert (await caller.call("GET", f"/ver1/accounts/{two}/volume/total")).status == 200


async def test_faults_come_one_at_a_time_and_in_their_order(caller: Caller) -> None:
    caller.sandbox.faults.fail_next(500)
    caller.sandbox.faults.drop_next()
    caller.sandbox.faults.fail_next(503)
    assert (await create(caller)).status == 500
    await create_and_lose(caller)
    assert [(await create(caller)).status for _ in range(2)] == [503, 201]


async def test_what_was_applied_is_on_record(caller: Caller, clock: SimulatedClock) -> None:
    faults = caller.sandbox.faults
    faults.fail_next(502)
    faults.drop_next(before_processing=False, path="/ver1/*", method="POST")
    await caller.call("GET", "/nowhere", query={"secret": "canary-secret"})
    await clock.advance(3)
    await create_and_lose(caller)
    seen = [(fault.kind, fault.method, fault.path, fault.processed) for fault in faults.applied]
    assert seen == [("fail", "GET", "/nowhere", False), ("drop", "POST", NEW, True)]
    assert (faults.applied[1].time - faults.applied[0].time).total_seconds() == 3


async def test_clear_forgets_what_is_planned(caller: Caller) -> None:
    caller.sandbox.faults.fail_next(502, times=5)
    assert (await create(caller)).status == 502
    caller.sandbox.faults.clear()
    assert caller.sandbox.faults.pending == 0
    assert (await create(caller)).status == 201
    assert len(caller.sandbox.faults.applied) == 1


async def test_a_request_over_a_limit_meets_no_fault(clock: SimulatedClock) -> None:
    async with calling(Sandbox(clock=clock, limits=True)) as caller:
        caller.sandbox.faults.fail_next(502, times=101)
        assert await caller.statuses(101) == [502] * 100 + [429]
        assert caller.sandbox.faults.pending == 1


async def test_no_secret_is_kept_or_logged(
    caller: Caller, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    faults = caller.sandbox.faults
    faults.fail_next(500, before_processing=False)
    faults.drop_next()
    faults.truncate_next()
    faults.delay_next(1)
    await create(caller)
    await create_and_lose(caller)
    await create_and_lose(caller)
    await create(caller)
    await caller.call("GET", "/ver1/accounts/types_to_connect", query=ACCOUNT)
    gc.collect()
    shown = [repr(faults.applied), repr(vars(faults)), repr(caller.sandbox.requests), caplog.text, *capfd.readouterr()]
    assert not any(secret in text for text in shown for secret in (*SECRETS.values(), caller.key.secret or ""))


WRONG: list[tuple[Callable[[Faults], None], str]] = [
    (lambda faults: faults.fail_next(502, times=0), "times must be at least 1, not 0"),
    (lambda faults: faults.fail_next(100), "status must be between 200 and 599, not 100"),
    (lambda faults: faults.html_next(600), "status must be between 200 and 599, not 600"),
    (lambda faults: faults.delay_next(-1), "seconds must be a finite number of at least 0, not -1"),
    (lambda faults: faults.delay_next(float("nan")), "seconds must be a finite number"),
    (lambda faults: faults.truncate_next(-1), "keep must be at least 0, not -1"),
    (lambda faults: faults.drop_next(path="ver1/accounts"), "path must be below the base URL"),
    (lambda faults: faults.drop_next(path="/public/api/ver1/accounts"), "path must be below the base URL"),
]


@pytest.mark.parametrize(("plan", "message"), WRONG)
def test_faults_that_cannot_be(plan: Callable[[Faults], None], message: str) -> None:
    faults = Sandbox().faults
    with pytest.raises(ValueError, match=message):
        plan(faults)
    assert faults.pending == 0


UNKNOWN = [
    ("/ver1/acounts", None, "no endpoint has the path '/ver1/acounts': did you mean '/ver1/accounts'"),
    ("/ver1/accounts/nwe", None, "did you mean '/ver1/accounts/new'"),
    ("/ver1/accounts/7/renam", None, "did you mean '/ver1/accounts/{account_id}/rename'"),
    ("/ver1/bot/*", None, "did you mean '/ver1/bots'"),
    ("/ver1/accounts/", None, "' or '/ver1/accounts' or '"),
    ("/nothing/like/it/*/at/all/of/these", None, "no endpoint has the path '/nothing/like/it/*/at/all/of/these'"),
    ("/ver1/accounts", "DELETE", "no endpoint at '/ver1/accounts' has the verb DELETE, only GET"),
    ("/ver1/accounts/summary/remove", None, "no endpoint has the path"),
]


@pytest.mark.parametrize(("path", "method", "message"), UNKNOWN)
def test_a_fault_that_no_request_can_meet_is_refused(path: str, method: str | None, message: str) -> None:
    faults = Sandbox().faults
    plans: list[Callable[[], None]] = [
        lambda: faults.fail_next(502, path=path, method=method),
        lambda: faults.html_next(502, path=path, method=method),
        lambda: faults.error_inside_200_next(path=path, method=method),
        lambda: faults.plan_next(path=path, method=method),
        lambda: faults.drop_next(path=path, method=method),
        lambda: faults.delay_next(1, path=path, method=method),
        lambda: faults.truncate_next(path=path, method=method),
    ]
    for plan in plans:
        with pytest.raises(ValueError, match=re.escape(message)):
            plan()
    assert faults.pending == 0


def test_faults_can_be_planned_for_every_endpoint_of_the_api() -> None:
    faults = Sandbox().faults
    for method, template in catalogue.all_endpoints():
        faults.drop_next(method=method, path=template)
        faults.drop_next(path=re.sub(r"{\w+}", "{x}", template))
        uuid = "c0ffee00-1234-4abc-8def-000000000000"
        faults.drop_next(method=method.lower(), path=template.replace("{uuid}", uuid).replace("{account_id}", "7"))
    for path in ("*", "/ver1/*", "/ver1/acc*", "*/rename", "/v2/smart_trades/7/*", "/ver1/accounts/summary/*_data"):
        faults.drop_next(path=path)
    assert faults.pending == 89 * 3 + 6


def test_a_verb_that_no_endpoint_has_is_refused() -> None:
    with pytest.raises(ValueError, match="no endpoint has the verb PSOT, only GET, POST, PATCH, DELETE"):
        Sandbox().faults.drop_next(method="psot")


def test_what_is_planned_can_be_seen() -> None:
    faults = Sandbox().faults
    faults.fail_next(503, times=2, method="post", path="/ver1/accounts/{account_id}/rename")
    faults.drop_next()
    assert [str(planned) for planned in faults.planned] == [
        "fail for POST /ver1/accounts/{account_id}/rename (2 times)",
        "drop for any request (once)",
    ]


async def test_a_path_pattern_takes_nothing_for_a_regular_expression(caller: Caller) -> None:
    assert path_pattern("/ver1/account.").fullmatch("/ver1/accounts") is None
    caller.sandbox.faults.fail_next(502, path="*")
    assert (await caller.call("GET", "/anywhere")).status == 502
