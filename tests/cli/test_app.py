"""The ``threecommas`` command, in this process against a sandbox in a thread, and as a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import IO, cast

import attrs
import pytest

from tests.command_line import (
    COMMAND,
    KEY,
    KEYS,
    PASSPHRASE,
    SECRET,
    Command,
    OddServer,
    Result,
    Terminal,
    finish,
    rows,
    use_key,
)
from threecommas_async import Account, HmacCredentials, ThreeCommasClient, codec
from threecommas_async.__main__ import main
from threecommas_async.cli import app
from threecommas_async.sandbox import Permission, Sandbox

BTC = "0.0000000080232449796548201579586071525673247181448663178"
CREATE = ("accounts", "create", "--sandbox", "--type", "okex", "--name", "test")

pytestmark = pytest.mark.usefixtures("no_variables")

# --- accounts create


def test_it_creates_an_account_in_a_sandbox_of_its_own(command: Command) -> None:
    result = command(*CREATE)
    assert result.status == 0
    assert result.err == ""
    assert result.out.startswith("New account in the sandbox")
    table = rows(result.out)
    assert table["Name"] == "test"
    assert table["Exchange"] == "OKX Spot"
    assert table["ID"].isdecimal()
    assert table["Type"] == "okex"
    assert table["State"] == "ok"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+00:00", table["Created"])
    assert table["BTC amount"] == BTC
    assert table["USD amount"] == "0.00048395892787478689000000000000000000006861107834316888"
    assert table["BTC total profit"] == "0.00000000000000000000000015795860715256732"
    assert table["USD total profit"] == "-0.00000000000000000011"


@pytest.mark.parametrize("account_type", ["binance", "okex", "bitstamp", "ethereumwallet", "coinbase", "paper_trading"])
def test_the_sandbox_needs_nothing_and_leaves_standard_input_alone(command: Command, account_type: str) -> None:
    # Without stdin= it is pytest's, which raises when it is read.
    result = command("accounts", "create", "--sandbox", "--type", account_type, "--name", "test", "--json")
    assert (result.status, result.err) == (0, "")
    assert result.json["market_code"] == account_type
    assert result.json["btc_amount"] == BTC
    assert result.json["api_key"] is None


def test_the_sandbox_does_not_ask_at_a_terminal(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    assert command(*CREATE).status == 0


def test_json_is_the_whole_account_without_the_exchange_key(command: Command, server: Sandbox) -> None:
    result = command("accounts", "create", "--type", "BINANCE", "--name", "Zürich", "--json", **KEYS)
    assert (result.status, result.err) == (0, "")
    account = codec.from_json(result.out, Account)
    assert account.unrecognized == {}
    assert result.json.keys() == {field.name for field in attrs.fields(Account)} - {"unrecognized"}
    assert (account.name, account.market_code, account.api_key) == ("Zürich", "binance", None)
    assert account.btc_amount == Decimal(BTC)
    assert isinstance(result.json["total_primary_display_currency_profit"]["amount"], str)
    assert result.json["day_profit_usd_percentage"] == "-0.0"


def test_standard_input_gives_what_the_environment_does_not(command: Command, server: Sandbox) -> None:
    piped = json.dumps({"secret": SECRET, "passphrase": PASSPHRASE})
    result = command(
        "accounts", "create", "--type", "okex", "--name", "Main", stdin=piped, THREECOMMAS_EXCHANGE_API_KEY=KEY
    )
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith("New account\n")


def test_it_sends_what_the_exchange_needs_and_no_more(command: Command, odd_server: OddServer) -> None:
    required = [{"field": "api_key", "localized_name": "API Key:"}, {"field": "a_field_to_come"}]
    market = {"market_code": "tiny", "form_fields": {"required": required, "optional": []}}
    odd_server.answers = {"/market_list": (200, [market]), "/new": (201, {"id": 7})}
    result = command(
        *("accounts", "create", "--type", "tiny", "--name", "Main", "--customer-id", "12"),
        *("--type-to-create", "tiny_margin", "--type-to-create", "tiny_futures"),
        THREECOMMAS_EXCHANGE_PASSPHRASE=PASSPHRASE,
        **KEYS,
    )
    assert (result.status, result.err) == (0, "")
    assert json.loads(odd_server.bodies[-1]) == {
        "type": "tiny",
        "name": "Main",
        "api_key": KEY,
        "customer_id": "12",
        "types_to_create": ["tiny_margin", "tiny_futures"],
    }


@pytest.mark.parametrize(
    ("stdin", "error"),
    [
        (
            "",
            "okex needs passphrase, which THREECOMMAS_EXCHANGE_PASSPHRASE can give, or a JSON object on standard input",
        ),
        ("Exchange-Pass-1", "standard input must hold one JSON object with some of {fields}"),
        ('["Exchange-Pass-1"]', "standard input must hold one JSON object with some of {fields}"),
        (
            '{"passphrase": "Exchange-Pass-1", "Exchange-Key-1": 1}',
            "standard input has a field that is none of {fields}",
        ),
        ('{"passphrase": 1}', "passphrase on standard input must be a string"),
        ('{"passphrase": "' + "x" * 65_536 + '"}', "standard input must hold one JSON object with some of {fields}"),
        (
            '{"passphrase": "Exchange-Pass-1", "secret": "Exchange-Key-1"}',
            "secret on standard input differs from THREECOMMAS_EXCHANGE_SECRET: give one of them",
        ),
    ],
)
def test_standard_input_that_cannot_be_used(command: Command, server: Sandbox, stdin: str, error: str) -> None:
    result = command("accounts", "create", "--type", "okex", "--name", "Main", stdin=stdin, **KEYS)
    assert result.status == 1
    assert result.error == error.format(fields="api_key, secret, passphrase, customer_id, address")
    assert all(request.method == "GET" for request in server.requests)


def test_an_account_type_that_3commas_does_not_have(command: Command) -> None:
    misspelt = command("accounts", "create", "--sandbox", "--type", "bitstam", "--name", "Main")
    assert misspelt.status == 1
    assert misspelt.error == "3Commas has no account type 'bitstam'; the nearest are bitstamp, bitmex, bitget"
    strange = command("accounts", "create", "--sandbox", "--type", "zzz", "--name", "Main")
    assert strange.error.startswith("3Commas has no account type 'zzz'; it has binance, ")


# --- refusals


def test_a_wrong_secret(command: Command, server: Sandbox) -> None:
    result = command(
        "accounts",
        "create",
        "--type",
        "okex",
        "--name",
        "Main",
        THREECOMMAS_API_SECRET="wrong",
        **KEYS,
        THREECOMMAS_EXCHANGE_PASSPHRASE=PASSPHRASE,
    )
    assert result.status == 1
    assert result.error == (
        "POST /ver1/accounts/new: 3Commas answered 401 signature_invalid: Provided signature is invalid"
    )
    assert "[request id " in result.err


def test_a_key_without_the_permission_to_write(
    command: Command, server: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_key(monkeypatch, server.add_key(permissions={Permission.ACCOUNTS_READ}))
    result = command("accounts", "create", "--type", "binance", "--name", "Main", **KEYS)
    assert result.status == 1
    assert result.error == (
        "POST /ver1/accounts/new: 3Commas answered 403 access_denied: Api key not authorized for this action"
    )


def test_a_name_of_one_letter_is_refused_before_anything_else(command: Command, server: Sandbox) -> None:
    result = command("accounts", "create", "--type", "binance", "--name", "x")
    assert result.status == 2
    assert result.error == (
        "Invalid value for '--name': the name is too short: it takes at least 2 characters"
        " (see threecommas accounts create --help)"
    )
    assert not server.requests


def test_an_exchange_key_that_is_connected_already(command: Command, server: Sandbox) -> None:
    assert command("accounts", "create", "--type", "binance", "--name", "Main", **KEYS).status == 0
    result = command("accounts", "create", "--type", "binance", "--name", "Again", **KEYS)
    assert result.status == 1
    assert result.error == (
        "POST /ver1/accounts/new: 3Commas answered 400 record_invalid: Invalid parameters;"
        " api_key This account is already connected!"
    )


def test_bitstamp_without_a_customer_id(command: Command, server: Sandbox) -> None:
    result = command("accounts", "create", "--type", "bitstamp", "--name", "Main", stdin="", **KEYS)
    assert result.status == 1
    assert result.error == (
        "bitstamp needs customer_id, which --customer-id can give, or a JSON object on standard input"
    )
    given = command("accounts", "create", "--type", "bitstamp", "--name", "Main", "--customer-id", "12", **KEYS)
    assert given.status == 0


def test_an_exchange_key_that_is_too_short(command: Command, server: Sandbox) -> None:
    result = command(
        "accounts", "create", "--type", "binance", "--name", "Main", stdin='{"api_key":"abc","secret":"s"}'
    )
    assert result.status == 1
    assert result.error == "api_key is too short: it takes at least 5 characters"


def test_a_lost_answer_tells_to_look_first(command: Command, server: Sandbox) -> None:
    server.faults.fail_next(status=502, method="POST")
    result = command("accounts", "create", "--type", "binance", "--name", "Main", **KEYS)
    assert result.status == 1
    assert result.err.startswith("Error: POST /ver1/accounts/new: ")
    assert result.err.endswith("; look with 'threecommas accounts list' before you repeat it\n")


def test_no_environment(command: Command) -> None:
    result = command("accounts", "create", "--type", "binance", "--name", "Main", **KEYS)
    assert result.status == 1
    assert result.error == "the environment variable THREECOMMAS_API_KEY is not set"


def test_a_key_file_that_is_not_there(command: Command, tmp_path: Path) -> None:
    missing = str(tmp_path / "key.pem")
    result = command("validate", THREECOMMAS_API_KEY="key", THREECOMMAS_PRIVATE_KEY_FILE=missing)
    assert (result.status, result.error) == (1, f"{missing}: No such file or directory")


def test_an_error_text_stays_on_one_line_and_off_the_terminal(command: Command, odd_server: OddServer) -> None:
    document = {"error": "record_invalid", "error_description": "line\none\x1b[2J[red]"}
    odd_server.answers = {"/validate": (400, document)}
    result = command("validate")
    assert result.status == 1
    assert result.error == "GET /ver1/validate: 3Commas answered 400 record_invalid: line one\ufffd[2J[red]"


def test_a_fault_of_the_command_is_told_without_its_text(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*, sandbox: bool) -> None:
        raise AttributeError(SECRET)

    monkeypatch.setattr(app, "connected", fail)
    result = command("validate")
    assert result.status == 1
    assert re.fullmatch(
        r"a fault in threecommas-async, please report it: AttributeError in test_cli\.py, line \d+", result.error
    )


# --- the other commands


def test_list_and_show(command: Command, server: Sandbox) -> None:
    assert command("accounts", "list").out.startswith("0 accounts\n")
    for number in range(3):
        piped = json.dumps({"api_key": f"{KEY}-{number}", "secret": SECRET})
        created = command("accounts", "create", "--type", "binance", "--name", f"No {number}", stdin=piped)
        assert created.status == 0
    listed = command("accounts", "list")
    assert listed.out.startswith("3 accounts\n")
    assert listed.out.count(BTC) == 3
    everything = command("accounts", "list", "--json").json
    assert [account["name"] for account in everything] == ["No 0", "No 1", "No 2"]
    assert all(account["btc_amount"] == BTC for account in everything)

    account_id = str(everything[1]["id"])
    assert rows(command("accounts", "show", account_id).out)["Name"] == "No 1"
    assert command("accounts", "show", account_id, "--json").json == everything[1] | {"auto_balance_portfolio": None}
    assert command("accounts", "show", "summary", "--json").status == 0
    missing = command("accounts", "show", "1")
    assert missing.status == 1
    assert missing.error == "GET /ver1/accounts/{account_id}: 3Commas answered 404 not_found: Not Found"


def test_nothing_that_an_account_says_is_obeyed_or_lost(command: Command, odd_server: OddServer) -> None:
    document = {
        "id": 7,
        "name": "[red]\x1b[2J\n│x",
        "api_key": KEY,
        "new_secret": SECRET,
        "btc_amount": 1e-7,
        "later": True,
    }
    odd_server.answers = {"/7": (200, document)}
    table = command("accounts", "show", "7").out
    assert "[red]\ufffd[2J │x" in table
    assert rows(table)["BTC amount"] == "0.0000001"
    assert "State" not in table
    shown = command("accounts", "show", "7", "--json").json
    assert shown["api_key"] is None
    assert shown["new_secret"] == "<hidden>"
    assert shown["later"] is True


@pytest.mark.parametrize("columns", ["20", "40", "80", "500"])
def test_no_width_cuts_a_number(command: Command, columns: str) -> None:
    table = command(*CREATE, COLUMNS=columns).out
    assert "…" not in table
    assert "..." not in table
    cells = "".join(line.partition("│")[2].strip() for line in table.splitlines())
    assert BTC in cells


def test_validate(command: Command, server: Sandbox) -> None:
    assert command("validate") == Result(0, "3Commas accepts the API key.\n", "")
    assert command("validate", "--json").json == {"valid": True}
    refused = command("validate", THREECOMMAS_API_KEY="unknown")
    assert refused.status == 1
    assert refused.error.startswith("GET /ver1/validate: 3Commas answered 401 api_key_invalid_or_expired")


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
    assert result.json["btc_amount"] == BTC


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

        assert asyncio.run(connect()).btc_amount == Decimal(BTC)
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
        assert first_line == {
            "url": f"http://127.0.0.1:{port}/public/api",
            "api_key": "my-key",
            "api_secret": "my-secret",
        }
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=10) == ("", "")
        assert process.returncode == 0


def test_a_port_that_is_taken(command: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = command("sandbox", "--port", str(taken.getsockname()[1]))
    assert result.status == 1
    assert "address already in use" in result.error


def test_a_person_is_asked_for_what_is_missing_and_secrets_do_not_show(server: Sandbox) -> None:
    arguments = ("accounts", "create", "--type", "bitstamp", "--name", "Main")
    with Terminal(*arguments, THREECOMMAS_EXCHANGE_SECRET=SECRET) as terminal:
        terminal.answer("API Key (hidden): ", "\n")
        terminal.answer("API Key (hidden): \nAPI Key (hidden): ", f"{KEY}\n")
        terminal.answer("Customer ID: ", "0012\n")
        assert terminal.end() == 0
    assert "Customer ID: 0012\n" in terminal.seen
    assert "Secret" not in terminal.seen
    assert KEY not in terminal.seen
    assert BTC in terminal.seen
    assert len(server.accounts) == 1


@pytest.mark.parametrize(
    ("typed", "status", "error"),
    [("\x03", 130, ""), ("\x04", 1, "Error: API Key was not entered; nothing was sent\n")],
    ids=["Ctrl-C", "Ctrl-D"],
)
def test_a_person_who_does_not_answer(server: Sandbox, typed: str, status: int, error: str) -> None:
    with Terminal("accounts", "create", "--type", "binance", "--name", "Main", TERM="dumb") as terminal:
        terminal.answer("API Key (hidden): ", typed)
        assert terminal.end() == status
    assert terminal.seen.replace("^C", "") == f"API Key (hidden): \n{error}"
    assert [request.method for request in server.requests] == ["GET"]


def test_ctrl_c_outside_of_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("threecommas_async.cli.run", interrupted)
    assert main() == 130


def test_without_the_extra_it_tells_how_to_install_it() -> None:
    code = "import sys; sys.modules['typer'] = None; from threecommas_async.__main__ import main; sys.exit(main())"
    result = finish(sys.executable, "-c", code)
    assert result.status == 1
    assert result.error == "the threecommas command needs typer: pip install 'threecommas-async[cli]' brings it"


def test_help_does_not_pay_for_what_it_does_not_use() -> None:
    code = """
import sys
from threecommas_async.cli import run
run(["--help"])
sys.exit(bool({"aiohttp", "cattrs", "msgspec", "rich.progress", "threecommas_async.sandbox"} & sys.modules.keys()))
"""
    assert finish(sys.executable, "-c", code).status == 0
