"""Building, lending and closing a client; what its arguments may be."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any, Unpack

import aiohttp
import pytest

from tests.recorder import Recorder
from threecommas_async import (
    HmacCredentials,
    Limit,
    NotFoundError,
    NotSentError,
    OutcomeUnknownError,
    PermissionDeniedError,
    RateLimitedError,
    RsaCredentials,
    ServerError,
    ThreeCommasClient,
)
from threecommas_async.client import ClientOptions
from threecommas_async.models.account import Account
from threecommas_async.models.base import OMITTED

CREDENTIALS = HmacCredentials("key", "secret")
ACCOUNT = '{"id": 1}'


def test_building_one_needs_no_event_loop_and_does_no_io() -> None:
    client = ThreeCommasClient(CREDENTIALS)
    asyncio.run(client.close())


@pytest.mark.parametrize(
    "url",
    [
        "http://api.3commas.io/public/api",
        "http://127.0.0.1.example.org",
        "http://localhost.example.org",
        "api.3commas.io",
        "/public/api",
        "ftp://127.0.0.1",
        "https://user:password@api.3commas.io",
        "https://:password@api.3commas.io",
        "https://user@api.3commas.io",
        "https://api.3commas.io/?a=b",
        "https://api.3commas.io/#top",
        "",
    ],
)
def test_base_urls_that_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="base_url"):
        ThreeCommasClient(CREDENTIALS, base_url=url)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/public/api/", "http://[::1]:1", "http://localhost", "https://api.3commas.io/public/api"]
)
def test_base_urls_that_are_taken(url: str) -> None:
    ThreeCommasClient(CREDENTIALS, base_url=url)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"timeout": 0}, ValueError, "timeout"),
        ({"timeout": -1}, ValueError, "timeout"),
        ({"timeout": float("inf")}, ValueError, "timeout"),
        ({"timeout": float("nan")}, ValueError, "timeout"),
        ({"timeout": None}, TypeError, "timeout"),
        ({"timeout": True}, TypeError, "timeout"),
        ({"max_wait": -1}, ValueError, "max_wait"),
        ({"mode": "demo"}, ValueError, "mode"),
        ({"plan": "gold"}, ValueError, "plan"),
        ({"plan": "pro", "limits": None}, ValueError, "plan or limits"),
        ({"credentials": ("key", "secret")}, TypeError, "credentials"),
    ],
)
def test_arguments_that_cannot_be_right(options: dict[str, Any], error: type[Exception], message: str) -> None:
    arguments: dict[str, Any] = {"credentials": CREDENTIALS, **options}
    with pytest.raises(error, match=message):
        ThreeCommasClient(**arguments)


async def test_a_borrowed_session_stays_open_and_keeps_its_own_ways() -> None:
    async def never(_request: aiohttp.ClientRequest, _handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        raise AssertionError

    async with Recorder(400, '{"error":"record_invalid"}') as recorder:
        async with aiohttp.ClientSession(middlewares=[never], raise_for_status=True) as session:
            async with ThreeCommasClient(CREDENTIALS, base_url=recorder.url, session=session) as client:
                with pytest.raises(Exception, match="record_invalid"):
                    await client.accounts.get(1)
            assert not session.closed
            with pytest.raises(NotSentError, match="closed"):
                await client.accounts.get(1)
    with pytest.raises(ValueError, match="trace_configs"):
        ThreeCommasClient(CREDENTIALS, session=session, trace_configs=[aiohttp.TraceConfig()])


async def test_an_own_session_is_closed_and_keeps_no_cookies() -> None:
    async with Recorder(200, ACCOUNT, {"Set-Cookie": "a=b"}) as recorder:
        client = ThreeCommasClient(CREDENTIALS, base_url=recorder.url)
        await client.accounts.get(1)
        await client.accounts.get(1)
        await client.close()
        await client.close()
        with pytest.raises(NotSentError, match="client is closed") as caught:
            await client.accounts.get(1)
        assert caught.value.__context__ is None
    assert all("Cookie" not in arrived.headers for arrived in recorder.arrived)


async def test_a_client_that_was_never_used_is_not_opened_by_closing() -> None:
    client = ThreeCommasClient(CREDENTIALS)
    await client.close()
    with pytest.raises(NotSentError, match="client is closed"):
        await client.accounts.get(1)


def test_one_client_one_event_loop() -> None:
    client = ThreeCommasClient(CREDENTIALS, base_url="http://127.0.0.1:9")

    async def ask() -> None:
        with pytest.raises(NotSentError):
            await client.accounts.get(1)

    async def ask_elsewhere() -> None:
        with pytest.raises(NotSentError, match="another event loop"):
            await client.accounts.get(1)

    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(ask())
        asyncio.run(ask_elsewhere())
        loop.run_until_complete(client.close())
    finally:
        loop.close()


async def test_the_environments_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    async with Recorder(200, ACCOUNT) as recorder, ThreeCommasClient(CREDENTIALS, base_url=recorder.url) as client:
        assert (await client.accounts.get(1)).id == 1


@pytest.mark.parametrize(("mode", "header"), [("paper", "paper"), ("real", "real"), (None, None)])
async def test_the_mode_is_sent(mode: Any, header: str | None) -> None:
    async with Recorder(200, ACCOUNT) as recorder:
        async with ThreeCommasClient(CREDENTIALS, base_url=recorder.url, mode=mode) as client:
            await client.accounts.get(1)
    assert recorder.arrived[0].headers.get("Forced-Mode") == header


async def test_what_must_be_signed_needs_credentials() -> None:
    async with ThreeCommasClient(base_url="http://127.0.0.1:9") as client:
        with pytest.raises(ValueError, match="must be signed"):
            await client.accounts.list()


async def test_nobody_listens() -> None:
    async with ThreeCommasClient(CREDENTIALS, base_url="http://127.0.0.1:9", timeout=5) as client:
        with pytest.raises(NotSentError, match="no connection") as caught:
            await client.accounts.create(type="binance", name="Main")
    assert caught.value.__context__ is None


async def test_no_answer_in_time() -> None:
    gone = asyncio.Event()

    async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()
        gone.set()

    server = await asyncio.start_server(stall, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, ThreeCommasClient(CREDENTIALS, base_url=f"http://127.0.0.1:{port}", timeout=0.2) as client:
        with pytest.raises(OutcomeUnknownError, match="in time") as caught:
            await client.accounts.create(type="binance", name="Main")
        assert caught.value.__context__ is None
        await gone.wait()


class TestFromEnv:
    @pytest.fixture(autouse=True)
    def _empty(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("API_KEY", "API_SECRET", "PRIVATE_KEY_FILE", "BASE_URL"):
            monkeypatch.delenv(f"THREECOMMAS_{name}", raising=False)

    async def test_a_secret(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async with Recorder(200, ACCOUNT) as recorder:
            monkeypatch.setenv("THREECOMMAS_API_KEY", "key")
            monkeypatch.setenv("THREECOMMAS_API_SECRET", "secret")
            monkeypatch.setenv("THREECOMMAS_BASE_URL", recorder.url)
            async with ThreeCommasClient.from_env(mode="paper") as client:
                await client.accounts.get(1)
        (arrived,) = recorder.arrived
        assert arrived.headers["Signature"] == CREDENTIALS.sign(b"/public/api/ver1/accounts/1")
        assert arrived.headers["Forced-Mode"] == "paper"

    async def test_a_private_key(self, monkeypatch: pytest.MonkeyPatch, rsa_pem: str, tmp_path: Path) -> None:
        file = tmp_path / "key.pem"
        file.write_text(rsa_pem)
        async with Recorder(200, ACCOUNT) as recorder:
            monkeypatch.setenv("THREECOMMAS_API_KEY", "key")
            monkeypatch.setenv("THREECOMMAS_PRIVATE_KEY_FILE", str(file))
            monkeypatch.setenv("THREECOMMAS_BASE_URL", recorder.url)
            async with ThreeCommasClient.from_env() as client:
                await client.accounts.get(1)
        expected = RsaCredentials("key", rsa_pem).sign(b"/public/api/ver1/accounts/1")
        assert recorder.arrived[0].headers["Signature"] == expected

    @pytest.mark.parametrize(
        ("variables", "message"),
        [
            ({}, "THREECOMMAS_API_KEY is not set"),
            ({"API_SECRET": "secret"}, "THREECOMMAS_API_KEY is not set"),
            ({"API_KEY": "key"}, "THREECOMMAS_API_SECRET or"),
            ({"API_KEY": "key", "API_SECRET": "s", "PRIVATE_KEY_FILE": "/x"}, "not both"),
            ({"API_KEY": "key", "API_SECRET": "s", "BASE_URL": "http://example.org"}, "base_url"),
        ],
    )
    def test_what_is_missing_is_named(
        self, variables: dict[str, str], message: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(f"THREECOMMAS_{name}", value)
        with pytest.raises(ValueError, match=message):
            ThreeCommasClient.from_env()


class TestRawCalls:
    """Calls for which there is no method."""

    async def test_a_raw_call_is_signed_and_exact(self) -> None:
        async with Recorder(body='{"amount": 0.10, "id": 1}') as recorder, client_of(recorder) as client:
            result = await client.request(
                "POST",
                "/ver1/bots/{bot_id}/start_new_deal",
                ids={"bot_id": 7},
                query={"skip": True},
                body={"amount": Decimal("1E-7"), "pair": None, "left": OMITTED},
            )
        (arrived,) = recorder.arrived
        assert arrived.target == "/public/api/ver1/bots/7/start_new_deal?skip=true"
        assert arrived.body == b'{"amount":"0.0000001","pair":null}'
        assert "Signature" in arrived.headers
        assert result == {"amount": Decimal("0.10"), "id": 1}
        assert isinstance(result, dict)
        assert str(result["amount"]) == "0.10"

    async def test_a_raw_call_reads_into_a_class(self) -> None:
        async with Recorder(body='[{"id": 1}]') as recorder, client_of(recorder) as client:
            accounts = await client.request("GET", "/ver1/accounts", kind=list[Account])
        assert [account.id for account in accounts] == [1]

    @pytest.mark.parametrize("status", [200, 204])
    async def test_an_empty_response_is_none(self, status: int) -> None:
        async with Recorder(status, "") as recorder, client_of(recorder) as client:
            assert await client.request("DELETE", "/ver1/x") is None

    async def test_a_raw_call_ends_in_the_same_errors(self) -> None:
        async with Recorder(404, '{"error": "not_found"}') as recorder, client_of(recorder) as client:
            with pytest.raises(NotFoundError, match="GET /ver1/x/7 at 127") as caught:
                await client.request("GET", "/ver1/x/{id}", ids={"id": 7})
        assert caught.value.ids == {"id": 7}
        async with Recorder(502) as recorder, client_of(recorder) as client:
            with pytest.raises(OutcomeUnknownError):
                await client.request("POST", "/ver1/x")
            with pytest.raises(ServerError):
                await client.request("POST", "/ver1/x", reads=True)

    async def test_an_error_inside_a_200_is_one(self) -> None:
        async with Recorder(200, '{"error": "access_denied"}') as recorder, client_of(recorder) as client:
            with pytest.raises(PermissionDeniedError):
                await client.request("GET", "/ver1/x")

    @pytest.mark.parametrize(
        "path", ["ver1/x", "/ver1/x?y=1", "/ver1/../x", "/ver1//x", "", None, "https://x/y", "/a b"]
    )
    async def test_a_path_that_is_none_is_refused(self, path: Any) -> None:
        async with Recorder() as recorder, client_of(recorder) as client:
            with pytest.raises(ValueError, match="path must be a template"):
                await client.request("GET", path)
        assert recorder.arrived == []

    async def test_a_verb_that_is_none_is_refused(self) -> None:
        async with Recorder() as recorder, client_of(recorder) as client:
            with pytest.raises(ValueError, match="method must be one of GET, POST"):
                await client.request("TRACE", "/ver1/x")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
        assert recorder.arrived == []


class TestViews:
    """The same client with other options."""

    async def test_a_view_differs_in_its_options_and_shares_the_session(self) -> None:
        async with Recorder(body='{"valid": true}') as recorder, client_of(recorder, mode="real") as client:
            paper = client.with_options(mode="paper", timeout=5)
            await paper.users.validate()
            await client.users.validate()
            await paper.with_options(max_wait=1).users.validate()
            modes = [arrived.headers["Forced-Mode"] for arrived in recorder.arrived]
            assert modes == ["paper", "real", "paper"]
            assert paper._transport._session is client._transport._session
            assert (paper._transport.options.timeout, client._transport.options.timeout) == (5, 30)

    async def test_views_share_one_count(self) -> None:
        limits = [Limit(requests=1, per=60, pause=60)]
        async with Recorder(body='{"valid": true}') as recorder, client_of(recorder, limits=limits) as client:
            await client.with_options(mode="paper", max_wait=0).users.validate()
            with pytest.raises(RateLimitedError):
                await client.with_options(mode="real", max_wait=0).users.validate()

    async def test_closing_one_closes_all(self) -> None:
        async with Recorder(body='{"valid": true}') as recorder:
            client = client_of(recorder)
            async with client.with_options(mode="paper") as paper:
                await paper.users.validate()
            with pytest.raises(NotSentError, match="the client is closed"):
                await client.users.validate()
            assert repr(client).endswith(", signed, closed>")

    def test_options_are_checked(self) -> None:
        client = ThreeCommasClient()
        for options, message in (
            ({"mode": "demo"}, "mode must be"),
            ({"timeout": 0}, "timeout"),
            ({"max_wait": -1}, "max_wait"),
        ):
            with pytest.raises(ValueError, match=message):
                client.with_options(**options)  # pyright: ignore[reportArgumentType]

    def test_a_repr_tells_what_is_asked_and_how(self) -> None:
        client = ThreeCommasClient(HmacCredentials("key-canary", "secret-canary"), mode="paper")
        assert repr(client) == "<ThreeCommasClient https://api.3commas.io/public/api, signed, paper>"
        assert repr(ThreeCommasClient()).endswith(", without a key>")


def client_of(recorder: Recorder, **options: Unpack[ClientOptions]) -> ThreeCommasClient:
    return ThreeCommasClient(HmacCredentials("key", "secret"), base_url=recorder.url, **options)
