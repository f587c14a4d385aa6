"""What the tests of the ``threecommas`` command share: ways to run it, and servers that the environment points at."""

from __future__ import annotations

import asyncio
import codecs
import io
import json
import os
import pty
import re
import select
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from decimal import Decimal
from threading import Thread
from typing import IO, Any, Self

import attrs
import pytest
from aiohttp import web

from tests.cli.loopback_server import LoopbackServer
from tests.cli.trading_server import TradingServer
from threecommas_async.cli import run
from threecommas_async.sandbox import Sandbox, SandboxKey

KEY, SECRET, PASSPHRASE = "Exchange-Key-1", "Exchange-Secret-1", "Exchange-Pass-1"
KEYS = {"THREECOMMAS_EXCHANGE_API_KEY": KEY, "THREECOMMAS_EXCHANGE_SECRET": SECRET}
DUST = "0.0000000080232449796548201579586071525673247181448663178"
"""The amount of BTC with the most digits that the vendor prints."""
REFERENCE = re.compile(r" \[request id [0-9a-f]{32}, cf-ray [0-9a-f]{16}-SBX\]")
HOST = re.compile(r"(?<= at )127\.0\.0\.1:\d+")
OUTPUT_VARIABLES = ("COLUMNS", "FORCE_COLOR", "LINES", "NO_COLOR", "PYTHONUNBUFFERED", "TTY_COMPATIBLE")
COMMAND = (sys.executable, "-m", "threecommas_async")

# Makes standard input the controlling terminal, as a terminal's window would, so that Ctrl-C and /dev/tty work.
IN_TERMINAL = """
import fcntl, runpy, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
runpy.run_module("threecommas_async", run_name="__main__", alter_sys=True)
"""


@attrs.frozen
class Result:
    """What a command ended in."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out, parse_float=Decimal)

    @property
    def error(self) -> str:
        """The one line on standard error, with HOST for the host and without the ids of the response.

        Nothing may be on standard output.
        """
        assert self.out == ""
        assert self.err.startswith("Error: ")
        assert self.err.endswith("\n")
        (line,) = self.err.splitlines()
        return HOST.sub("HOST", REFERENCE.sub("", line.removeprefix("Error: ")))


Command = Callable[..., Result]


@pytest.fixture
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes the variables that change what a command does out of the environment."""
    for name in [*os.environ]:
        if name.startswith("THREECOMMAS_") or name in OUTPUT_VARIABLES:
            monkeypatch.delenv(name)


@pytest.fixture
def command(no_variables: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a command in this process: its arguments, what stands on standard input, variables to set."""

    def run_command(*arguments: str, stdin: str | None = None, **variables: str) -> Result:
        with monkeypatch.context() as patch:
            if stdin is not None:
                patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
            for name, value in variables.items():
                patch.setenv(name, value)
            status = run(arguments)
        out, err = capsys.readouterr()
        assert not any(secret in out + err for secret in (KEY, SECRET, PASSPHRASE))
        assert "Traceback" not in err
        return Result(status, out, err)

    return run_command


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop that runs in another thread; a command has one of its own in this one."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def server(no_variables: None, loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox that the environment points at, with a key for it."""
    sandbox = Sandbox()
    asyncio.run_coroutine_threadsafe(sandbox.__aenter__(), loop).result()
    monkeypatch.setenv("THREECOMMAS_BASE_URL", sandbox.url)
    use_key(monkeypatch, sandbox.add_key())
    yield sandbox
    asyncio.run_coroutine_threadsafe(sandbox.__aexit__(None, None, None), loop).result()


class OddServer(LoopbackServer):
    """Responds as the test wants, and keeps the queries, bodies and headers of the requests.

    :ivar answers: a status and a document for the end of a path; the first that fits is taken.
    """

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, tuple[int, object]] = {}
        self.queries: list[dict[str, str]] = []
        self.bodies: list[str] = []
        self.headers: list[dict[str, str]] = []

    async def respond(self, request: web.Request) -> web.Response:
        self.queries.append(dict(request.query))
        self.bodies.append(await request.text())
        self.headers.append(dict(request.headers))
        status, document = next(answer for end, answer in self.answers.items() if request.path.endswith(end))
        return web.json_response(document, status=status)


@pytest.fixture
def odd_server(
    no_variables: None, loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> Iterator[OddServer]:
    """A server that the environment points at."""
    server = OddServer()
    with _in_environment(server, loop, monkeypatch):
        yield server


@pytest.fixture
def trading(
    no_variables: None, loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TradingServer]:
    """A server with bots and deals that the environment points at."""
    server = TradingServer()
    with _in_environment(server, loop, monkeypatch):
        yield server


@contextmanager
def _in_environment(
    server: LoopbackServer, loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> Generator[None]:
    """Run a server in ``loop``, with the variables that point at it."""
    url = asyncio.run_coroutine_threadsafe(server.start(), loop).result()
    monkeypatch.setenv("THREECOMMAS_BASE_URL", url)
    monkeypatch.setenv("THREECOMMAS_API_KEY", "key")
    monkeypatch.setenv("THREECOMMAS_API_SECRET", "secret")
    yield
    asyncio.run_coroutine_threadsafe(server.stop(), loop).result()


def use_key(monkeypatch: pytest.MonkeyPatch, key: SandboxKey) -> None:
    assert key.secret is not None
    monkeypatch.setenv("THREECOMMAS_API_KEY", key.api_key)
    monkeypatch.setenv("THREECOMMAS_API_SECRET", key.secret)


def rows(table: str) -> dict[str, str]:
    """The table of one account: what stands left and right of the line."""
    cells = [line.split("│", 1) for line in table.splitlines() if "│" in line]
    return {left.strip(): right.strip() for left, right in cells}


def cells(table: str) -> list[list[str]]:
    """The rows of a table, its head first."""
    return [[cell.strip() for cell in line.split("│")] for line in table.splitlines() if "│" in line]


def finish(*words: str, stdout: int | IO[str] = subprocess.PIPE) -> Result:
    """Run a program to its end, with nothing on standard input."""
    done = subprocess.run(
        words, stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False
    )
    return Result(done.returncode, done.stdout or "", done.stderr)


class Terminal:
    """A command that believes to be in a terminal, and the person at it.

    :param size: the rows and columns of the terminal.
    :param stdout: where standard output goes instead of the terminal.
    """

    def __init__(
        self, *arguments: str, size: tuple[int, int] = (24, 80), stdout: IO[str] | None = None, **variables: str
    ) -> None:
        self.master, terminal = pty.openpty()
        termios.tcsetwinsize(terminal, size)
        self.seen = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self.process = subprocess.Popen(
            [sys.executable, "-c", IN_TERMINAL, *arguments],
            stdin=terminal,
            stdout=terminal if stdout is None else stdout,
            stderr=terminal,
            start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color", **variables},
        )
        os.close(terminal)

    def answer(self, prompt: str, text: str) -> None:
        """Wait until ``prompt`` stands last, and type."""
        self._read_until(lambda: self.seen.endswith(prompt))
        os.write(self.master, text.encode())

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        os.write(self.master, b"\x03")

    def end(self) -> int:
        """Wait for the end; return the exit status."""
        self._read_until(lambda: False)
        return self.process.wait(timeout=10)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.master)

    def _read_until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 10
        while not condition():
            ready, _, _ = select.select([self.master], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, f"waited in vain; the terminal shows {self.seen!r}"
            try:
                self.seen += self._decoder.decode(os.read(self.master, 4096)).replace("\r\n", "\n")
            except OSError:  # what Linux says when the last process at the terminal has ended
                return
