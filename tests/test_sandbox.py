"""What the sandbox answers, keeps and forgets, seen through plain aiohttp."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import hmac
import io
import json
import logging
import re
import subprocess
import sys
import time
import types
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast
from urllib.parse import urlencode

import aiohttp
import attrs
import pytest

from threecommas_async.sandbox import VENDOR_DUST, Sandbox, SandboxKey
from threecommas_async.sandbox.accounts import Accounts
from threecommas_async.sandbox.exchange_account import ExchangeAccount

BINANCE = {"type": "binance", "name": "Main", "api_key": "exchange-key", "secret": "exchange-secret"}
ALREADY = {"api_key": ["This account is already connected!"]}


class Caller:
    """Signs and sends, with nothing but the standard library and aiohttp."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession, key: SandboxKey) -> None:
        self.sandbox = sandbox
        self.session = session
        self.key = key
        self.headers: dict[str, str] = {}

    async def text(self, method: str, path: str, body: bytes = b"", content_type: str | None = None) -> tuple[int, str]:
        assert self.key.secret is not None
        target = f"/public/api{path}".encode()
        signature = hmac.new(self.key.secret.encode(), target + (b"?" + body if body else b""), hashlib.sha256)
        headers = {"Apikey": self.key.api_key, "Signature": signature.hexdigest()}
        if content_type is not None:
            headers["Content-Type"] = content_type
        async with self.session.request(method, self.sandbox.url + path, data=body or None, headers=headers) as answer:
            assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-Id"])
            assert answer.headers["Cf-Ray"]
            assert answer.content_type == "application/json"
            return answer.status, await answer.text()

    async def post(self, path: str) -> tuple[int, Any]:
        status, text = await self.text("POST", path)
        return status, json.loads(text, parse_float=Decimal)

    async def get(self, path: str, **query: object) -> tuple[int, Any]:
        status, text = await self.text("GET", path + (f"?{urlencode(query)}" if query else ""))
        return status, json.loads(text, parse_float=Decimal)

    async def new(self, account: dict[str, Any]) -> tuple[int, Any]:
        body = json.dumps(account, ensure_ascii=False).encode()
        status, text = await self.text("POST", "/ver1/accounts/new", body, "application/json")
        return status, json.loads(text, parse_float=Decimal)

    async def fields(self, account: dict[str, Any]) -> dict[str, list[str]]:
        """Send an account that is to be refused; return what is said to be wrong with it."""
        status, refusal = await self.new(account)
        assert (status, refusal["error"], refusal["error_description"]) == (400, "record_invalid", "Invalid parameters")
        return cast("dict[str, list[str]]", refusal["error_attributes"])


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    async with Sandbox() as sandbox, aiohttp.ClientSession(skip_auto_headers=["Content-Type"]) as session:
        yield Caller(sandbox, session, sandbox.add_key())


# --- a new account


async def test_a_new_account_has_the_documented_shape() -> None:
    moment = datetime(2024, 9, 18, 2, 55, 19, 607_999, UTC)
    async with Sandbox(clock=lambda: moment) as sandbox, aiohttp.ClientSession() as session:
        caller = Caller(sandbox, session, sandbox.add_key())
        account = {"type": "okex", "name": "test", "api_key": "abcde", "secret": "abcde", "passphrase": "p"}
        body = json.dumps(account).encode()
        status, text = await caller.text("POST", "/ver1/accounts/new", body, "application/json")
    assert status == 201
    created = json.loads(text)
    assert len(created) == 59
    assert created["name"] == "test"
    assert created["market_code"] == "okex"
    assert created["exchange_name"] == "OKX Spot"
    assert created["pretty_display_type"] == "Okex"
    assert created["market_icon"] == "https://3commas.io/img/exchanges/okex.png"
    assert created["created_at"] == created["updated_at"] == "2024-09-18T02:55:19.607Z"
    assert created["api_key"] == "abcde"


async def test_a_new_account_holds_what_a_trader_would(caller: Caller) -> None:
    _, created = await caller.new(BINANCE)
    assert Decimal("0.1") < Decimal(created["btc_amount"]) < 1
    assert Decimal(10_000) < Decimal(created["usd_amount"]) < 50_000
    amounts = {name: value for name, value in created.items() if "_amount" in name or "profit" in name}
    assert len(amounts) == 18
    for name, value in amounts.items():
        amount = Decimal(str(value["amount"] if isinstance(value, dict) else value))
        assert cast("int", amount.as_tuple().exponent) >= -16, name
        assert amount != 0, name
        assert abs(amount) < Decimal("0.2") * Decimal(created["usd_amount"]) or name.endswith("_amount"), name
    _, wallet = await caller.new({"type": "ethereumwallet", "name": "Cold", "address": "0xabc"})
    _, table = await caller.post(f"/ver1/accounts/{wallet['id']}/account_table_data")
    assert [row["currency_code"] for row in table] == ["ETH"]


async def test_the_dust_of_the_vendors_example_has_its_digits(caller: Caller) -> None:
    account_id = caller.sandbox.accounts.add(balances=VENDOR_DUST)
    status, text = await caller.text("GET", f"/ver1/accounts/{account_id}")
    account = json.loads(text)
    assert status == 201
    assert account["btc_amount"] == "0.0000000080232449796548201579586071525673247181448663178"
    assert account["total_btc_profit"] == "1.5795860715256732e-25"
    assert account["usd_profit_percentage"] == "-0.0"
    assert '"total_primary_display_currency_profit":{"currency":"USD","amount":-1.1e-19}' in text
    other = caller.sandbox.accounts.add(balances={})
    caller.sandbox.accounts.set_balances(other, VENDOR_DUST)
    _, same = await caller.get(f"/ver1/accounts/{other}")
    assert same["btc_amount"] == account["btc_amount"]


async def test_two_accounts_differ(caller: Caller) -> None:
    _, first = await caller.new(BINANCE)
    status, second = await caller.new(BINANCE | {"api_key": "another-key", "type": "kraken", "name": "Größe 北🚀"})
    assert status == 201
    assert first["id"] != second["id"]
    assert (second["name"], second["market_code"], second["exchange_name"]) == ("Größe 北🚀", "kraken", "Kraken Spot")


async def test_every_wrong_field_is_named_at_once(caller: Caller) -> None:
    assert await caller.fields({}) == {"type": ["is missing"], "name": ["is missing"]}
    assert await caller.fields({"type": None, "name": None}) == {"type": ["is missing"], "name": ["is missing"]}
    assert await caller.fields({"type": "nowhere", "name": "M", "api_key": "1234", "secret": ""}) == {
        "type": ["does not have a valid value"],
        "name": ["is too short (minimum is 2 characters)"],
        "api_key": ["is too short (minimum is 5 characters)"],
        "secret": ["is too short (minimum is 5 characters)"],
    }
    assert await caller.fields({"type": ["binance"], "name": {"a": 1}, "api_key": True}) == {
        "type": ["is invalid"],
        "name": ["is invalid"],
        "api_key": ["is invalid"],
    }
    assert await caller.get("/ver1/accounts") == (200, [])


@pytest.mark.parametrize(
    ("account_type", "missing"),
    [
        ("binance", {"api_key", "secret"}),
        ("okex", {"api_key", "secret", "passphrase"}),
        ("kucoin", {"api_key", "secret", "passphrase"}),
        ("coinbase", {"api_key", "secret", "passphrase"}),
        ("Coinbase", {"api_key", "secret", "passphrase"}),
        ("coinbase_advanced", {"api_key", "secret"}),
        ("bitstamp", {"api_key", "secret", "customer_id"}),
        ("Bitstamp", {"api_key", "secret", "customer_id"}),
        ("ethereumwallet", {"address"}),
    ],
)
async def test_what_an_exchange_needs(caller: Caller, account_type: str, missing: set[str]) -> None:
    given = {"type": account_type, "name": "Main"}
    assert await caller.fields(given) == {name: ["is missing"] for name in missing}
    status, account = await caller.new(given | dict.fromkeys(missing, "given-now"))
    assert (status, account["market_code"]) == (201, account_type.lower())
    assert account["customer_id"] == ("given-now" if "customer_id" in missing else None)
    assert account["api_key"] == ("given-now" if "api_key" in missing else None)
    assert account.get("address", "no such field") == ("given-now" if "address" in missing else "no such field")


async def test_numbers_pass_for_texts(caller: Caller) -> None:
    account = BINANCE | {"type": "bitstamp", "name": 12, "customer_id": 1234567}
    status, created = await caller.new(account)
    assert (status, created["name"], created["customer_id"]) == (201, "12", "1234567")


async def test_the_same_exchange_key_is_refused_a_second_time(caller: Caller) -> None:
    assert (await caller.new(BINANCE))[0] == 201
    assert await caller.fields(BINANCE | {"name": "Again", "secret": "another-secret"}) == ALREADY
    other_key = Caller(caller.sandbox, caller.session, caller.sandbox.add_key())
    assert await other_key.fields(BINANCE) == ALREADY
    assert (await caller.new(BINANCE | {"type": "kraken"}))[0] == 201
    assert (await caller.new(BINANCE | {"api_key": "another-key"}))[0] == 201
    wallet = {"type": "ethereumwallet", "name": "Cold", "address": "0xabc"}
    assert (await caller.new(wallet))[0] == 201
    assert await caller.fields(wallet) == {"address": ["This account is already connected!"]}
    assert (await caller.new({"type": "paper_trading", "name": "Paper"}))[0] == 201
    assert (await caller.new({"type": "paper_trading", "name": "Paper"}))[0] == 201


async def test_related_accounts_are_connected_with_it(caller: Caller) -> None:
    related = ["binance_margin", "binance_futures", "binance_margin", "binance"]
    status, account = await caller.new(BINANCE | {"types_to_create": related})
    assert (status, account["market_code"], account["name"]) == (201, "binance", "Main")
    _, accounts = await caller.get("/ver1/accounts")
    assert [one["market_code"] for one in accounts] == ["binance", "binance_margin", "binance_futures"]
    assert len({one["id"] for one in accounts}) == 3
    assert await caller.fields(BINANCE | {"type": "binance_margin"}) == ALREADY
    assert (await caller.new(BINANCE | {"type": "binance_futures_coin"}))[0] == 201


async def test_related_accounts_are_connected_all_or_none(caller: Caller) -> None:
    assert (await caller.new(BINANCE | {"type": "binance_margin"}))[0] == 201
    assert await caller.fields(BINANCE | {"types_to_create": ["binance_futures", "binance_margin"]}) == ALREADY
    assert len((await caller.get("/ver1/accounts"))[1]) == 1


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("binance_margin", "is invalid"),
        ([1], "is invalid"),
        (["binance_margin", None], "is invalid"),
        ({}, "is invalid"),
        (["kraken"], "does not have a valid value"),
        (["binance_us"], "does not have a valid value"),
    ],
)
async def test_types_to_create_that_are_wrong(caller: Caller, value: object, reason: str) -> None:
    assert await caller.fields(BINANCE | {"types_to_create": value}) == {"types_to_create": [reason]}


BROKEN = [
    b"{",
    b"",
    b"[]",
    b'"text"',
    b"null",
    b"\xff",
    b'{"name":"\xff"}',
    b"[" * 9999,
    b'{"n":NaN}',
    b'{"n":1e999999999999999999999}',
]


@pytest.mark.parametrize("body", BROKEN, ids=lambda body: body[:9])
async def test_a_json_body_that_is_no_object(caller: Caller, body: bytes) -> None:
    status, text = await caller.text("POST", "/ver1/accounts/new", body, "application/json; charset=utf-8")
    assert (status, json.loads(text)["error"]) == (400, "record_invalid")
    assert ("error_attributes" in text) == (not body)


@pytest.mark.parametrize("content_type", [None, "text/plain", "multipart/form-data; boundary=x", "nonsense"])
async def test_a_body_that_does_not_say_what_it_is_has_no_parameters(caller: Caller, content_type: str | None) -> None:
    status, text = await caller.text("POST", "/ver1/accounts/new", json.dumps(BINANCE).encode(), content_type)
    assert (status, json.loads(text)["error_attributes"]) == (400, {"type": ["is missing"], "name": ["is missing"]})


async def test_a_form_without_brackets_is_no_list(caller: Caller) -> None:
    form = urlencode(BINANCE | {"types_to_create": "binance_margin"}).encode()
    status, text = await caller.text("POST", "/ver1/accounts/new", form, "application/x-www-form-urlencoded")
    assert (status, json.loads(text)["error_attributes"]) == (400, {"types_to_create": ["is invalid"]})


async def test_a_body_without_end_is_refused(caller: Caller) -> None:
    async with caller.session.post(f"{caller.sandbox.url}/ver1/accounts/new", data=io.BytesIO(b"x" * 2**21)) as answer:
        assert answer.status == 413
        assert (await answer.json())["error"].endswith("Too Large")  # the word before it depends on the Python


# --- reading


async def test_pages(caller: Caller) -> None:
    for number in range(105):
        assert (await caller.new(BINANCE | {"api_key": f"key-{number}", "name": f"Account {number}"}))[0] == 201
    names = [f"Account {number}" for number in range(105)]

    async def page(**query: object) -> list[str]:
        status, accounts = await caller.get("/ver1/accounts", **query)
        assert status == 200
        return [account["name"] for account in accounts]

    assert await page() == names[:100]
    assert await page(page=2) == names[100:]
    assert await page(page=3, per_page=10) == names[20:30]
    assert await page(page=999_999_999) == []
    assert await page(api_key="key-7") == ["Account 7"]
    assert await page(api_key="key-none") == []


@pytest.mark.parametrize("value", ["0", "-1", "x", "", "1.5", "101", "٣", "9" * 5000])
async def test_pages_that_cannot_be(caller: Caller, value: str) -> None:
    wrong = ["per_page"] if value == "101" or len(value) > 1000 else ["page", "per_page"]
    status, refusal = await caller.get("/ver1/accounts", **dict.fromkeys(wrong, value))
    assert (status, refusal["error"]) == (400, "record_invalid")
    assert refusal["error_attributes"] == {name: ["is invalid"] for name in wrong}


async def test_account_info(caller: Caller) -> None:
    _, created = await caller.new(BINANCE)
    status, account = await caller.get(f"/ver1/accounts/{created['id']}")
    assert status == 201
    only_here: dict[str, object] = {
        "smart_selling_supported": True,
        "available_for_trading": {},
        "auto_balance_portfolio": None,
    }
    assert account == created | only_here
    _, [listed] = await caller.get("/ver1/accounts")
    del account["auto_balance_portfolio"]
    assert listed == account


@pytest.mark.parametrize("account_id", ["1", "0", "-1", "x", "1.0", "9" * 100, "%2E%2E", "%F0%9F%9A%80"])
async def test_an_account_that_is_not_there(caller: Caller, account_id: str) -> None:
    status, text = await caller.text("GET", f"/ver1/accounts/{account_id}")
    assert (status, json.loads(text)) == (404, {"error": "not_found", "error_description": "Not Found"})


async def test_the_summary_adds_up_exactly(caller: Caller) -> None:
    status, nothing = await caller.get("/ver1/accounts/summary")
    assert status == 201
    assert Decimal(nothing["btc_amount"]) == 0
    for _ in range(3):
        caller.sandbox.accounts.add(balances=VENDOR_DUST)
    _, summary = await caller.get("/ver1/accounts/summary")
    assert summary["btc_amount"] == "0.0000000240697349389644604738758214577019741544345989534"
    assert summary["total_primary_display_currency_profit"]["amount"] == Decimal("-3.3e-19")
    assert len(summary) == 62
    assert summary["api_key"] is None


async def test_the_market_list_is_public(caller: Caller) -> None:
    async with caller.session.get(caller.sandbox.url + "/ver1/accounts/market_list") as answer:
        assert answer.status == 200
        markets = {market["market_code"]: market for market in await answer.json()}
    assert len(markets) > 20
    required = {
        code: {field["field"] for field in market["form_fields"]["required"]} for code, market in markets.items()
    }
    assert required["binance"] == {"api_key", "secret"}
    assert required["okex"] == required["coinbase"] == {"api_key", "secret", "passphrase"}
    assert required["coinbase_advanced"] == {"api_key", "secret"}
    assert required["bitstamp"] == {"api_key", "secret", "customer_id"}
    assert required["ethereumwallet"] == {"address"}
    assert markets["binance_futures_eea"]["market_name"] == "Binance Futures USDT-M (EEA)"
    assert len({frozenset(market) for market in markets.values()}) == 1
    assert len(markets["okex"]) == 11


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
async def test_anything_else_is_not_found(caller: Caller, method: str, path: str) -> None:
    status, text = await caller.text(method, path)
    assert (status, json.loads(text)) == (404, {"error": "not_found", "error_description": "Not Found"})


async def test_bytes_that_are_no_utf8_in_a_query(caller: Caller) -> None:
    target = b"/public/api/ver1/accounts/new?type=kraken&api_key=abcde&secret=abcde&name=ab\xff"
    assert caller.key.secret is not None
    signature = hmac.new(caller.key.secret.encode(), target, hashlib.sha256).hexdigest()
    reader, writer = await asyncio.open_connection("127.0.0.1", int(caller.sandbox.url.split(":")[2].split("/")[0]))
    head = f" HTTP/1.1\r\nHost: x\r\nApikey: {caller.key.api_key}\r\nSignature: {signature}\r\n\r\n"
    writer.write(b"POST " + target + head.encode())
    answer = await asyncio.wait_for(reader.read(65536), 5)
    writer.close()
    await writer.wait_closed()
    assert answer.startswith((b"HTTP/1.1 201", b"HTTP/1.0 400"))


# --- the server itself


async def test_a_running_sandbox_has_a_url_and_a_stopped_one_says_so() -> None:
    sandbox = Sandbox()
    for _ in range(2):
        with pytest.raises(RuntimeError, match="not running"):
            _ = sandbox.url
        with pytest.raises(RuntimeError, match="not running"):
            sandbox.client()
        assert "not running" in repr(sandbox)
        async with sandbox:
            assert sandbox.url.startswith("http://127.0.0.1:")
            assert sandbox.url.endswith("/public/api")
            assert sandbox.url in repr(sandbox)
            with pytest.raises(RuntimeError, match="running already"):
                await sandbox.__aenter__()


async def test_hosts_and_ports() -> None:
    for host in ("0.0.0.0", "::", "example.com", "", "127.0.0.2"):  # noqa: S104
        with pytest.raises(ValueError, match="host must be"):
            Sandbox(host=host)
    for port in (-1, 65536):
        with pytest.raises(ValueError, match="port must be"):
            Sandbox(port=port)
    with pytest.raises(ValueError, match="clock must give aware"):
        Sandbox(clock=lambda: datetime(2024, 1, 1))  # noqa: DTZ001
    async with Sandbox(host="localhost") as first:
        taken = int(first.url.split(":")[2].split("/")[0])
        second = Sandbox(port=taken)
        with pytest.raises(OSError, match="address already in use"):
            await second.__aenter__()
        assert "not running" in repr(second)
    async with Sandbox(port=taken) as third:
        assert f":{taken}/" in third.url


async def test_accounts_and_keys_outlive_a_stop(caller: Caller) -> None:
    sandbox = Sandbox()
    key = sandbox.add_key()
    for expected in (0, 1):
        async with sandbox:
            again = Caller(sandbox, caller.session, key)
            assert len((await again.get("/ver1/accounts"))[1]) == expected
            await again.new(BINANCE)


async def test_it_stops_at_once_although_connections_are_open() -> None:
    async with aiohttp.ClientSession() as session:
        async with Sandbox() as sandbox:
            await asyncio.gather(
                *(Caller(sandbox, session, sandbox.add_key()).get("/ver1/validate") for _ in range(20))
            )
            half_sent = await asyncio.open_connection("127.0.0.1", int(sandbox.url.split(":")[2].split("/")[0]))
            half_sent[1].write(b"POST /public/api/ver1/accounts/new HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx")
            await asyncio.sleep(0.05)
            started = time.perf_counter()
        assert time.perf_counter() - started < 1
        half_sent[1].close()


async def test_requests_are_recorded_without_their_secrets(caller: Caller) -> None:
    await caller.get("/ver1/accounts", api_key="exchange-key")
    await caller.new({})
    await caller.text("GET", "/nowhere")
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


def reachable(root: object) -> Iterator[object]:
    """Walk everything that an object holds, stopping at code, types and the event loop."""
    seen: set[int] = set()
    waiting = [root]
    outside = (type, types.ModuleType, types.CodeType, types.FrameType, asyncio.AbstractEventLoop, asyncio.Future)
    while waiting:
        current = waiting.pop()
        if id(current) in seen or isinstance(current, outside):
            continue
        seen.add(id(current))
        yield current
        if isinstance(current, types.FunctionType):
            waiting.extend(current.__closure__ or ())
        else:
            waiting.extend(gc.get_referents(current))


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded"])
async def test_nothing_of_a_secret_is_kept_or_logged(
    caller: Caller, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], content_type: str
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("threecommas_async.sandbox.aiohttp").setLevel(logging.DEBUG)
    api_key = "canary-api-key"
    canaries = {"secret": "canary-secret-key", "passphrase": "canary-passphrase"}
    account = {"type": "okex", "name": "visible-name", "api_key": api_key} | canaries
    body = json.dumps(account).encode() if content_type == "application/json" else urlencode(account).encode()
    for _ in range(2):
        await caller.text("POST", "/ver1/accounts/new", body, content_type)
        await caller.text("POST", f"/ver1/accounts/new?{urlencode(account)}")
        await caller.text("POST", "/ver1/accounts/new", body[:-1] + b"\xff", content_type)
    _, writer = await asyncio.open_connection("127.0.0.1", int(caller.sandbox.url.split(":")[2].split("/")[0]))
    writer.write(b"GET / HTTP/1.1\r\nSignature canary-secret-key\r\n\r\n")
    await asyncio.sleep(0.05)
    writer.close()
    gc.collect()

    found = [repr(thing) for thing in reachable(caller.sandbox) if isinstance(thing, str | bytes | bytearray)]
    assert any("visible-name" in text for text in found)
    shown = [repr(caller.sandbox), str(vars(caller.sandbox)), caplog.text, *capfd.readouterr(), *found]
    leaks = [text[:80] for text in shown for canary in canaries.values() if canary in text]
    assert leaks == []
    # The exchange's key is kept, for every account shows it, and is in nothing that is printed.
    accounts = [repr(thing) for thing in reachable(caller.sandbox) if isinstance(thing, ExchangeAccount)]
    assert len(accounts) == 1
    assert not any(api_key in text for text in (*accounts, *shown[: -len(found)]))
    assert not any(caller.key.secret in text for text in shown if caller.key.secret)


async def test_a_fault_of_the_sandbox_shows_where_and_not_what(
    caller: Caller, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_: object, __: object, *, name: str, **___: object) -> None:
        raise ValueError(name)

    monkeypatch.setattr(Accounts, "connect", failing)
    assert await caller.new(BINANCE | {"name": "canary"}) == (500, {"error": "unknown_error"})
    assert "ValueError" in caplog.text
    assert "in create" in caplog.text
    assert "canary" not in caplog.text


def test_importing_the_package_does_not_import_the_sandbox() -> None:
    code = (
        "import sys; import threecommas_async; threecommas_async.ThreeCommasClient;"
        "assert 'threecommas_async.sandbox' not in sys.modules;"
        "from threecommas_async.sandbox import Sandbox; Sandbox().add_key();"
        "assert 'cryptography' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
