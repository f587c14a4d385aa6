"""What every request passes: the record of it, paths that do not exist, and mistakes of the sandbox itself."""

from __future__ import annotations

import attrs
import pytest

from tests.sandbox.calling import BINANCE, Caller
from threecommas_async.sandbox.state.book import AccountBook


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/ver1/nowhere"),
        ("PUT", "/ver1/accounts/new"),
        ("DELETE", "/ver1/accounts"),
        ("GET", "/../api"),
        ("POST", ""),
    ],
)
async def test_where_nothing_is_served_a_page_says_so_and_not_the_api(caller: Caller, method: str, path: str) -> None:
    answer = await caller.send(method, path)
    assert answer.status == 404
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "not_found" not in answer.text


async def test_requests_are_recorded_without_their_secrets(caller: Caller) -> None:
    await caller.call("GET", "/ver1/accounts", query={"api_key": "exchange-key"})
    await caller.new({})
    await caller.call("GET", "/nowhere")
    seen = [(record.method, record.path, record.status) for record in caller.sandbox.requests]
    assert seen == [
        ("GET", "/public/api/ver1/accounts", 200),
        ("POST", "/public/api/ver1/accounts/new", 400),
        ("GET", "/public/api/nowhere", 404),
    ]
    assert {attribute.name for attribute in attrs.fields(type(caller.sandbox.requests[0]))} == {
        "method",
        "path",
        "status",
        "time",
    }
    assert caller.sandbox.requests.maxlen == 10_000
    assert caller.sandbox.requests[0].time.tzinfo is not None


async def test_a_mistake_of_the_sandbox_shows_where_and_not_what(
    caller: Caller, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_: object, __: object, *, name: str, **___: object) -> None:
        raise ValueError(name)

    monkeypatch.setattr(AccountBook, "connect", failing)
    answer = await caller.new({**BINANCE, "name": "canary"})
    assert (answer.status, answer.json) == (500, {"error": "unknown_error"})
    assert "ValueError" in caplog.text
    assert "in create" in caplog.text
    assert "canary" not in caplog.text
