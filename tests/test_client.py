"""Building, lending and closing a client; what its arguments may be."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.recorder import Recorder
from threecommas_async import HmacCredentials, NotSentError, OutcomeUnknownError, RsaCredentials, ThreeCommasClient

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
