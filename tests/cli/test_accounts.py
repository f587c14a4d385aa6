"""``threecommas accounts``: list with its progress bar, show, rename and remove."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.command_line import DUST, KEY, SECRET, Command, OddServer, Result, Terminal, rows
from threecommas_async.sandbox import VENDOR_DUST, Sandbox

# --- list and show


def test_list_and_show(command: Command, server: Sandbox) -> None:
    assert command("accounts", "list").out.startswith("0 accounts\n")
    for number in range(3):
        piped = json.dumps({"api_key": f"{KEY}-{number}", "secret": SECRET})
        created = command("accounts", "create", "--type", "binance", "--name", f"No {number}", stdin=piped)
        assert created.status == 0
    listed = command("accounts", "list")
    assert listed.out.startswith("3 accounts\n")
    assert listed.out.count("0.3044323373203954") == 3
    everything = command("accounts", "list", "--json").json
    assert [account["name"] for account in everything] == ["No 0", "No 1", "No 2"]
    assert all(account["btc_amount"] == "0.3044323373203954" for account in everything)

    account_id = str(everything[1]["id"])
    assert rows(command("accounts", "show", account_id).out)["Name"] == "No 1"
    assert command("accounts", "show", account_id, "--json").json == everything[1] | {"auto_balance_portfolio": None}
    assert command("accounts", "show", "summary", "--json").status == 0
    missing = command("accounts", "show", "1")
    assert missing.status == 1
    assert missing.error == "GET /ver1/accounts/1 at HOST: 3Commas answered 404 not_found: Not Found"


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
def test_no_width_cuts_a_number(command: Command, server: Sandbox, columns: str) -> None:
    account_id = str(server.accounts.add(balances=VENDOR_DUST))
    table = command("accounts", "show", account_id, COLUMNS=columns).out
    assert "…" not in table
    assert "..." not in table
    folded = "".join(line.partition("│")[2].strip() for line in table.splitlines())
    assert DUST in folded
    assert "0.00048395892787478689000000000000000000006861107834316888" in folded
    if columns == "500":
        assert rows(table)["BTC total profit"] == "0.00000000000000000000000015795860715256732"
        assert rows(table)["USD total profit"] == "-0.00000000000000000011"


def test_json_has_every_digit_and_the_sign_of_a_zero(command: Command, server: Sandbox) -> None:
    account_id = str(server.accounts.add(balances=VENDOR_DUST))
    shown = command("accounts", "show", account_id, "--json").json
    assert shown["btc_amount"] == DUST
    assert shown["day_profit_usd_percentage"] == "-0.0"


def walked_in_terminal(tmp_path: Path, count: int, server: Sandbox, term: str = "xterm-256color") -> str:
    """What standard error shows to a person whose standard output goes to a file."""
    server.accounts.add_many(count)
    with (tmp_path / "out").open("w") as out:
        with Terminal("accounts", "list", "--json", stdout=out, TERM=term) as terminal:
            assert terminal.end() == 0
    assert (tmp_path / "out").read_text().count('"id"') == count
    return terminal.seen


def test_a_walk_over_many_pages_shows_how_far_it_is(server: Sandbox, tmp_path: Path) -> None:
    seen = walked_in_terminal(tmp_path, 250, server)
    assert re.search(r"Accounts .*━.* (100|250) ", seen)
    assert seen.endswith("\x1b[2K")  # it is wiped away in the end


def test_a_walk_over_one_page_does_not(server: Sandbox, tmp_path: Path) -> None:
    assert walked_in_terminal(tmp_path, 40, server) == ""


def test_a_terminal_that_cannot_move_its_cursor_is_left_alone(server: Sandbox, tmp_path: Path) -> None:
    assert walked_in_terminal(tmp_path, 120, server, "dumb") == ""


@pytest.mark.parametrize("variables", [{}, {"FORCE_COLOR": "1"}, {"TTY_COMPATIBLE": "1"}], ids=str)
def test_no_terminal_no_progress(command: Command, server: Sandbox, variables: dict[str, str]) -> None:
    server.accounts.add_many(250)
    result = command("accounts", "list", "--json", **variables)
    assert (result.status, result.err) == (0, "")
    assert len(result.json) == 250


# --- rename and remove


def test_rename(command: Command, server: Sandbox) -> None:
    account_id = str(server.accounts.add(name="Old"))
    table = command("accounts", "rename", account_id, "Zürich 2").out
    assert table.startswith("Renamed account\n")
    assert rows(table)["Name"] == "Zürich 2"
    renamed = command("accounts", "rename", account_id, "New", "--json")
    assert (renamed.status, renamed.err) == (0, "")
    assert (renamed.json["id"], renamed.json["name"]) == (int(account_id), "New")
    assert command("accounts", "show", account_id, "--json").json["name"] == "New"


def test_remove(command: Command, server: Sandbox) -> None:
    first, second, third = server.accounts.add_many(3)
    assert command("accounts", "remove", str(first), "--yes") == Result(0, f"Account {first} was removed.\n", "")
    assert command("accounts", "remove", str(second), "--yes", "--json").json == {"id": second, "removed": True}
    assert server.accounts.ids == [third]


def test_remove_without_a_terminal_wants_to_be_sure(command: Command, server: Sandbox) -> None:
    account_id = server.accounts.add()
    result = command("accounts", "remove", str(account_id), stdin="y\n")
    assert result.status == 2
    assert result.error == (
        "Invalid value: there is no terminal to ask at: add --yes to remove the account without a question"
        " (see threecommas accounts remove --help)"
    )
    assert not server.requests


def test_a_question_that_nobody_sees_is_not_asked(
    command: Command, server: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)  # and standard error goes to a file
    assert command("accounts", "remove", str(server.accounts.add())).status == 2
    assert not server.requests


@pytest.mark.parametrize(
    ("typed", "status", "said", "remain"),
    [
        ("y\n", 0, "Account {id} was removed.\n", 0),
        ("Yes\n", 0, "Account {id} was removed.\n", 0),
        ("\n", 1, "Error: nothing was removed\n", 1),
        ("no\n", 1, "Error: nothing was removed\n", 1),
        ("\x04", 1, "\nError: nothing was removed\n", 1),
        ("\x03", 130, "\n", 1),
    ],
    ids=["y", "Yes", "enter", "no", "Ctrl-D", "Ctrl-C"],
)
def test_remove_asks_a_person(server: Sandbox, typed: str, status: int, said: str, remain: int) -> None:
    account_id = server.accounts.add(name="[red]Main")
    question = f"Remove account {account_id}, [red]Main (Binance Spot), from 3Commas? [y/N] "
    with Terminal("accounts", "remove", str(account_id), TERM="dumb") as terminal:
        terminal.answer(question, typed)
        assert terminal.end() == status
    echo = typed if typed.isprintable() or typed.endswith("\n") else ""
    assert terminal.seen.replace("^C", "").replace("^D\b\b", "") == question + echo + said.format(id=account_id)
    assert len(server.accounts) == remain


def test_an_account_with_something_active_stays(command: Command, server: Sandbox) -> None:
    account_id = server.accounts.add()
    server.accounts.set_active(account_id, deals=1)
    result = command("accounts", "remove", str(account_id), "--yes")
    assert result.status == 1
    assert result.error == (
        f"POST /ver1/accounts/{account_id}/remove at HOST: 3Commas answered 422 account_not_deletable:"
        " There are active trading deals on this exchange. Close all trading operations and try again"
    )


def test_after_a_lost_answer_a_write_is_not_to_be_repeated_and_a_read_may_be(
    command: Command, server: Sandbox, odd_server: OddServer
) -> None:
    odd_server.answers = {"/remove": (502, {}), "/rename": (502, {}), "/account_table_data": (200, {})}
    advice = "; check with 'threecommas accounts list' before you repeat it"
    assert command("accounts", "remove", "7", "--yes").error.endswith(advice)
    assert command("accounts", "rename", "7", "New").error.endswith(advice)
    unread = command("accounts", "balances", "7")
    assert unread.error.startswith("POST /ver1/accounts/7/account_table_data at HOST was carried out: ")
    assert not unread.error.endswith(advice)


# --- the sandbox of a command


def test_the_accounts_of_the_sandbox_are_those_that_the_help_names(command: Command) -> None:
    ids = [account["id"] for account in command("accounts", "list", "--sandbox", "--json").json]
    assert len(ids) == 3
    for name in ("list", "show", "rename", "remove", "balances", "chart"):
        usage = " ".join(command("accounts", name, "--help", COLUMNS="200").out.split())
        assert f"has the accounts {ids[0]}, {ids[1]} and {ids[2]}, the bot " in usage


@pytest.mark.parametrize(
    "arguments",
    [
        ("rename", "32849081", "New"),
        ("remove", "32849082", "--yes"),
        ("balances", "32849081"),
        ("balances", "summary"),
        ("chart", "32849082"),
        ("chart", "summary"),
        ("show", "32849081"),
    ],
    ids=" ".join,
)
def test_every_command_has_a_sandbox_and_json(command: Command, arguments: tuple[str, ...]) -> None:
    plain = command("accounts", *arguments, "--sandbox")
    assert (plain.status, plain.err) == (0, "")
    assert "in the sandbox (nothing left this machine)" in plain.out
    result = command("accounts", *arguments, "--sandbox", "--json")
    assert (result.status, result.err) == (0, "")
    assert result.json


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("rename", "x", "New"), "Invalid value for 'ID': an account's id is a whole number"),
        (("rename", "summary", "New"), "Invalid value for 'ID': an account's id is a whole number"),
        (("rename", "7", "x"), "Invalid value for 'NAME': the name is too short: it must have at least 2 characters"),
        (("rename", "7"), "Missing argument 'NAME'"),
        (("remove", "summary", "--yes"), "Invalid value for 'ID': an account's id is a whole number"),
        (("balances", "all"), "Invalid value for 'ID': an account's id is a whole number"),
        (("chart", "-7"), "No such option"),
        (("chart",), "Missing argument 'ID'"),
    ],
    ids=str,
)
def test_wrong_usage(command: Command, arguments: tuple[str, ...], error: str) -> None:
    result = command("accounts", *arguments)
    assert result.status == 2
    assert result.error.startswith(error)


@pytest.mark.parametrize(
    ("arguments", "route"),
    [
        (("rename", "1", "New"), "POST /ver1/accounts/1/rename"),
        (("remove", "1", "--yes"), "POST /ver1/accounts/1/remove"),
        (("balances", "1"), "POST /ver1/accounts/1/account_table_data"),
        (("chart", "1"), "GET /ver1/accounts/1/balance_chart_data"),
    ],
    ids=str,
)
def test_an_account_that_is_not_there(
    command: Command, server: Sandbox, arguments: tuple[str, ...], route: str
) -> None:
    result = command("accounts", *arguments)
    assert result.status == 1
    assert result.error == f"{route} at HOST: 3Commas answered 404 not_found: Not Found"
