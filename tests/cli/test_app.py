"""The command as a whole: what belongs to no group, from an error to an exit status, and as a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import IO, cast

import pytest

from tests.cli.command_line import (
    COMMAND,
    KEY,
    KEYS,
    SECRET,
    Command,
    OddServer,
    Result,
    finish,
)
from threecommas_async import HmacCredentials, ThreeCommasClient
from threecommas_async.__main__ import main
from threecommas_async.cli.session import Session
from threecommas_async.models import Account
from threecommas_async.sandbox import Sandbox

CREATE = ("accounts", "create", "--sandbox", "--type", "okex", "--name", "test")

pytestmark = pytest.mark.usefixtures("no_variables")


def test_no_environment(command: Command) -> None:
    result = command("accounts", "create", "--type", "binance", "--name", "Main", **KEYS)
    assert result.status == 1
    assert result.error == "the environment variable THREECOMMAS_API_KEY is not set"


def test_a_key_file_that_is_not_there(command: Command, tmp_path: Path) -> None:
    missing = str(tmp_path / "key.pem")
    result = command("validate", THREECOMMAS_API_KEY="key", THREECOMMAS_PRIVATE_KEY_FILE=missing)
    assert (result.status, result.error) == (1, f"{missing}: No such file or directory")


def test_an_error_text_is_one_line_that_a_terminal_does_not_obey(command: Command, odd_server: OddServer) -> None:
    document = {"error": "record_invalid", "error_description": "line\none\x1b[2J[red]"}
    odd_server.answers = {"/validate": (400, document)}
    result = command("validate")
    assert result.status == 1
    assert result.error == "GET /ver1/validate at HOST: 3Commas answered 400 record_invalid: line\\none\\x1b[2J[red]"


def test_a_bug_in_the_command_is_told_without_its_text(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise AttributeError(SECRET)

    monkeypatch.setattr(Session, "run", fail)
    result = command("validate")
    assert result.status == 1
    assert re.fullmatch(
        r"a bug in threecommas-async, please report it: AttributeError in test_app\.py, line \d+", result.error
    )


# --- commands of no group


def test_validate(command: Command, server: Sandbox) -> None:
    assert command("validate") == Result(0, "3Commas accepts the API key.\n", "")
    assert command("validate", "--json").json == {"valid": True}
    refused = command("validate", THREECOMMAS_API_KEY="unknown")
    assert refused.status == 1
    assert refused.error.startswith("GET /ver1/validate at HOST: 3Commas answered 401 api_key_invalid_or_expired")


def test_validate_when_the_key_is_not_valid(command: Command, odd_server: OddServer) -> None:
    odd_server.answers = {"/validate": (200, {"valid": False})}
    refused = command("validate")
    assert (refused.status, refused.error) == (1, "3Commas does not accept the API key")
    assert command("validate", "--json").json == {"valid": False}


@pytest.mark.parametrize(
    "arguments", [("validate",), ("accounts", "list"), ("accounts", "show", "summary")], ids=" ".join
)
def test_every_command_has_a_sandbox_and_json(command: Command, arguments: tuple[str, ...]) -> None:
    plain = command(*arguments, "--sandbox")
    assert (plain.status, plain.err) == (0, "")
    assert plain.out
    result = command(*arguments, "--sandbox", "--json")
    assert (result.status, result.err) == (0, "")
    assert result.json is not None


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("acounts",), "No such command 'acounts'"),
        (("accounts", "create", "--type", "okex"), "Missing option '--name'"),
        (("accounts", "create", "--type", "okex", "--name", "Main", "--secret", "x"), "No such option"),
        (("accounts", "create", "--type", "okex", "--name", "Main", "--api-key", "x"), "No such option"),
        (("accounts", "show", "x"), "Invalid value for 'ID': an account's id is a whole number"),
        (("accounts", "show", "1/../2"), "Invalid value for 'ID'"),
        (("sandbox", "--port", "65536"), "Invalid value for '--port'"),
        (("sandbox", "--host", "0.0.0.0"), "Invalid value for '--host': host must be one of"),  # noqa: S104
    ],
)
def test_wrong_usage(command: Command, arguments: tuple[str, ...], error: str) -> None:
    result = command(*arguments)
    assert result.status == 2
    assert result.error.startswith(error)
    assert result.error.endswith(" --help)")


def test_version_and_help(command: Command) -> None:
    assert command("--version").out == "threecommas-async 0.1.0\n"
    assert "THREECOMMAS_PRIVATE_KEY_FILE" in command("--help").out
    usage = command("accounts", "create", "--help")
    assert usage.status == 0
    assert "THREECOMMAS_EXCHANGE_PASSPHRASE" in usage.out
    assert "--api-key" not in usage.out
    assert "--passphrase" not in usage.out


# --- as a process of its own


@contextmanager
def started(*arguments: str, **variables: str) -> Generator[subprocess.Popen[str]]:
    """Start a command that does not end by itself, and end it at the latest with the block."""
    with subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **variables},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_the_command_of_the_readme() -> None:
    result = finish(*COMMAND, *CREATE, "--json")
    assert (result.status, result.err) == (0, "")
    assert result.json["btc_amount"] == "0.3044323373203954"


def test_a_reader_who_has_gone() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    assert finish(*COMMAND, *CREATE, stdout=writer) == Result(1, "", "")
    os.close(writer)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk() -> None:
    with Path("/dev/full").open("w") as full:
        result = finish(*COMMAND, *CREATE, "--json", stdout=full)
    assert result.status == 1
    assert result.error == (
        "the command was carried out, but its result cannot be written to standard output: No space left on device"
    )


@pytest.mark.parametrize("option", [(), ("--json",)])
def test_no_standard_streams_at_all(option: tuple[str, ...]) -> None:
    assert finish("sh", "-c", '"$@" <&- >&-', "sh", *COMMAND, *CREATE, *option) == Result(0, "", "")


def test_the_sandbox_serves_until_ctrl_c() -> None:
    with started("sandbox") as process:
        first_line = json.loads(cast("IO[str]", process.stdout).readline())
        credentials = HmacCredentials(first_line["api_key"], first_line["api_secret"])

        async def connect() -> Account:
            async with ThreeCommasClient(credentials, base_url=first_line["url"]) as client:
                return await client.accounts.create(type="binance", name="Main", api_key=KEY, secret=SECRET)

        assert asyncio.run(connect()).btc_amount == Decimal("0.3044323373203954")
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=10) == ("", "")
        assert process.returncode == 130


def test_the_sandbox_takes_the_key_of_the_environment_and_stops_at_sigterm() -> None:
    key = {"THREECOMMAS_API_KEY": "my-key", "THREECOMMAS_API_SECRET": "my-secret"}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with started("sandbox", "--port", str(port), **key) as process:
        first_line = json.loads(cast("IO[str]", process.stdout).readline())
        control_key = first_line.pop("control_key")
        assert first_line == {
            "url": f"http://127.0.0.1:{port}/public/api",
            "api_key": "my-key",
            "api_secret": "my-secret",
            "control_url": f"http://127.0.0.1:{port}/sandbox",
        }
        request = urllib.request.Request(  # noqa: S310
            f"{first_line['control_url']}/prices/set",
            b'{"market": "binance", "pair": "USDT_ETH", "price": "1980"}',
            {"Sandbox-Key": control_key},
        )
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
            assert json.load(response) == {"price": "1980.0"}
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=10) == ("", "")
        assert process.returncode == 0


def test_a_port_that_is_taken(command: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = command("sandbox", "--port", str(taken.getsockname()[1]))
    assert result.status == 1
    assert "address already in use" in result.error


def test_ctrl_c_outside_of_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("threecommas_async.cli.run", interrupted)
    assert main() == 130


def test_without_the_extra_it_tells_how_to_install_it() -> None:
    code = "import sys; sys.modules['typer'] = None; from threecommas_async.__main__ import main; sys.exit(main())"
    result = finish(sys.executable, "-c", code)
    assert result.status == 1
    assert result.error == "the threecommas command needs typer: install it with pip install 'threecommas-async[cli]'"


def test_without_one_of_the_extra_it_tells_the_same() -> None:
    code = """
import sys
sys.modules["tomlkit"] = None
sys.argv[1:] = ["bots", "export", "--all", "--sandbox"]
from threecommas_async.cli import bot_changes, session
async def no_bots(*_): return []
bot_changes.read_bots = no_bots
from threecommas_async.__main__ import main
sys.exit(main())
"""
    result = finish(sys.executable, "-c", code)
    assert result.status == 1
    assert result.error == "the threecommas command needs tomlkit: install it with pip install 'threecommas-async[cli]'"


def test_help_does_not_pay_for_what_it_does_not_use() -> None:
    code = """
import sys
from threecommas_async.cli import run
run(["--help"])
sys.exit(bool({"aiohttp", "cattrs", "msgspec", "rich.progress", "threecommas_async.sandbox"} & sys.modules.keys()))
"""
    assert finish(sys.executable, "-c", code).status == 0
