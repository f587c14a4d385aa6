"""The sandbox as its users hold it: started, stopped, looked at, and silent about secrets."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import subprocess
import sys
import time
import types
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlencode

import aiohttp
import pytest
from yarl import URL

from tests.sandbox.calling import BINANCE, Caller, calling
from threecommas_async.sandbox import Sandbox
from threecommas_async.sandbox.state.account import ExchangeAccount
from threecommas_async.transport.simulated_clock import SimulatedClock


async def test_a_running_sandbox_has_a_url_and_a_stopped_one_says_so() -> None:
    sandbox = Sandbox()
    for _ in range(2):
        with pytest.raises(RuntimeError, match="not running"):
            _ = sandbox.url
        with pytest.raises(RuntimeError, match="not running"):
            sandbox.client()
        async with sandbox:
            assert sandbox.url.startswith("http://127.0.0.1:")
            assert sandbox.url.endswith("/public/api")
            with pytest.raises(RuntimeError, match="already running"):
                await sandbox.__aenter__()


async def test_its_repr_says_where_it_is_and_what_is_in_it() -> None:
    sandbox = Sandbox()
    assert repr(sandbox) == "<Sandbox not running: accounts 0, keys 0, requests 0, faults to come 0>"
    async with calling(sandbox) as caller:
        sandbox.accounts.add_many(2)
        sandbox.faults.drop_next(times=3, path="/ver1/accounts")
        await caller.call("GET", "/ver1/ping")
        assert repr(sandbox) == f"<Sandbox {sandbox.url}: accounts 2, keys 1, requests 1, faults to come 3>"


async def test_hosts_and_ports() -> None:
    for host in ("0.0.0.0", "::", "example.com", "", "127.0.0.2"):  # noqa: S104
        with pytest.raises(ValueError, match="host must be"):
            Sandbox(host=host)
    for port in (-1, 65536):
        with pytest.raises(ValueError, match="port must be"):
            Sandbox(port=port)
    async with Sandbox(host="localhost") as first:
        taken = URL(first.url).port
        assert taken is not None
        second = Sandbox(port=taken)
        with pytest.raises(OSError, match="address already in use"):
            await second.__aenter__()
        assert "not running" in repr(second)
    async with Sandbox(port=taken) as third:
        assert f":{taken}/" in third.url


def test_a_clock_without_a_time_zone_is_refused() -> None:
    class NaiveClock:
        def monotonic(self) -> float:
            return 0.0

        def now(self) -> datetime:
            return datetime(2024, 1, 1)  # noqa: DTZ001

        async def sleep(self, seconds: float) -> None: ...

    with pytest.raises(ValueError, match=r"the clock's now\(\) must return aware datetimes"):
        Sandbox(clock=NaiveClock())


async def test_its_clients_go_by_its_clock_unless_they_have_their_own(clock: SimulatedClock) -> None:
    async with Sandbox(clock=clock) as sandbox, sandbox.client() as client:
        assert (await client.users.time()).server_time == clock.now().replace(microsecond=0)
        sandbox.faults.fail_next(502, path="/ver1/accounts")
        await client.accounts.list()
        assert clock.sleeps, "the client did not wait by this clock before it tried again"
        clock.sleeps.clear()
        own = SimulatedClock()
        async with sandbox.client(clock=own) as other:
            sandbox.faults.fail_next(502, path="/ver1/accounts")
            await other.accounts.list()
        assert (len(own.sleeps), len(clock.sleeps)) == (1, 0)


async def test_accounts_and_keys_outlive_a_stop() -> None:
    sandbox = Sandbox()
    key = sandbox.add_key()
    for expected in (0, 1):
        async with calling(sandbox) as caller:
            again = caller.with_key(key)
            assert len((await again.call("GET", "/ver1/accounts")).json) == expected
            await again.new(BINANCE)


async def test_it_stops_at_once_although_connections_are_open() -> None:
    async with aiohttp.ClientSession() as session:
        async with Sandbox() as sandbox:
            callers = [Caller(sandbox, session, sandbox.add_key()) for _ in range(20)]
            await asyncio.gather(*(caller.call("GET", "/ver1/validate") for caller in callers))
            _, writer = await asyncio.open_connection("127.0.0.1", URL(sandbox.url).port)
            writer.write(b"POST /public/api/ver1/accounts/new HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx")
            await callers[0].call("GET", "/ver1/validate")  # the server saw the other by now
            started = time.perf_counter()
        assert time.perf_counter() - started < 1
        writer.close()


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
        await caller.send("POST", "/ver1/accounts/new", body, content_type)
        await caller.send("POST", f"/ver1/accounts/new?{urlencode(account)}")
        await caller.send("POST", "/ver1/accounts/new", body[:-1] + b"\xff", content_type)
    reader, writer = await asyncio.open_connection("127.0.0.1", URL(caller.sandbox.url).port)
    writer.write(b"GET / HTTP/1.1\r\nSignature canary-secret-key\r\n\r\n")
    await asyncio.wait_for(reader.read(), 5)
    writer.close()
    gc.collect()

    found = [repr(thing) for thing in reachable(caller.sandbox) if isinstance(thing, str | bytes | bytearray)]
    assert any("visible-name" in text for text in found)
    shown = [repr(caller.sandbox), str(vars(caller.sandbox)), caplog.text, *capfd.readouterr()]
    leaks = [text[:80] for text in (*shown, *found) for canary in canaries.values() if canary in text]
    assert leaks == []
    assert not any(caller.key.secret in text for text in (*shown, *found) if caller.key.secret)
    # The exchange's key is kept, for every answer shows it, and is in nothing that is printed.
    accounts = [repr(thing) for thing in reachable(caller.sandbox) if isinstance(thing, ExchangeAccount)]
    assert len(accounts) == 1
    assert not any(api_key in text for text in (*accounts, *shown))


def test_importing_the_package_does_not_import_the_sandbox() -> None:
    code = (
        "import sys; import threecommas_async; threecommas_async.ThreeCommasClient;"
        "assert 'threecommas_async.sandbox' not in sys.modules;"
        "from threecommas_async.sandbox import Sandbox; Sandbox().add_key();"
        "assert 'cryptography' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
