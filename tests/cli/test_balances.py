"""``threecommas accounts balances`` and ``threecommas accounts chart``."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.cli.command_line import DUST, Command, OddServer, Result, Terminal
from threecommas_async.sandbox import Sandbox

HELD = {"BTC": "0.4125", "ETH": "4.2", "USDT": "2750.5"}
HISTORY = [
    {"date": 1726617600, "usd": 28.59, "btc": 0.000475, "btc_deposit_amount": 0.0, "usd_deposit_amount": 0.0},
    {"date": 1727873800, "usd": 29.31, "btc": 0.000481, "btc_deposit_amount": 0.0, "usd_deposit_amount": 0.0},
]
COLOUR = "\x1b["


def cells(table: str) -> list[list[str]]:
    """The rows of a table, its head first."""
    return [[cell.strip() for cell in line.split("│")] for line in table.splitlines() if "│" in line]


def currency(code: str, **fields: object) -> dict[str, object]:
    return {"currency_code": code, "position": 1, "position_available": 1, "on_orders": 0, "borrowed": 0, **fields}


# --- balances


def test_balances(command: Command, server: Sandbox) -> None:
    account_id = str(server.accounts.add(balances=HELD))
    table = command("accounts", "balances", account_id).out
    assert table.startswith(f"3 currencies of account {account_id}\n")
    head, *lines = cells(table)
    assert head == ["Currency", "Amount", "USD price", "BTC price", "USD value", "BTC value", "Percent"]
    assert lines == [
        ["BTC", "0.4125", "60319.62", "1.0", "24881.84325", "0.4125", "65.51"],
        ["ETH", "4.2", "2464.05", "0.040849892622", "10349.01", "0.1715695490124", "27.25"],
        ["USDT", "2750.5", "1.0", "0.000016578354", "2750.5", "0.045598762677", "7.24"],
    ]
    summary = command("accounts", "balances", "summary").out
    assert summary.startswith("3 currencies of all accounts\n")
    assert cells(summary)[1:] == lines


def test_balances_as_json(command: Command, server: Sandbox) -> None:
    account_id = server.accounts.add(balances=HELD)
    result = command("accounts", "balances", str(account_id), "--json")
    assert (result.status, result.err) == (0, "")
    assert [row["currency_code"] for row in result.json] == ["BTC", "ETH", "USDT"]
    assert result.json[1]["btc_value"] == "0.1715695490124"
    assert {row["account_id"] for row in result.json} == {account_id}


def test_an_account_that_holds_nothing(command: Command, server: Sandbox) -> None:
    account_id = str(server.accounts.add(balances={}))
    assert command("accounts", "balances", account_id).out.startswith(f"0 currencies of account {account_id}\n")
    assert command("accounts", "balances", account_id, "--json").json == []


def test_columns_that_say_nothing_are_left_out(command: Command, odd_server: OddServer) -> None:
    plainly = [currency("ADA", usd_value="1"), currency("BTC", usd_value="2"), currency("FIL")]
    odd_server.answers = {"/account_table_data": (201, plainly)}
    head, *lines = cells(command("accounts", "balances", "7").out)
    assert head == ["Currency", "Amount", "USD price", "BTC price", "USD value", "BTC value", "Percent"]
    assert [line[0] for line in lines] == ["BTC", "ADA", "FIL"]
    assert lines[2] == ["FIL", "1", "-", "-", "-", "-", "-"]

    busy = currency("BTC", position_available="0.5", on_orders="0.3", borrowed="0.2", position_type="short")
    odd_server.answers = {"/account_table_data": (201, [*plainly, busy])}
    head, first, *_, last = cells(command("accounts", "balances", "7").out)
    assert head[:6] == ["Currency", "Side", "Amount", "Available", "In orders", "Borrowed"]
    assert first[:6] == ["BTC", "-", "1", "1", "0", "0"]
    assert last[:6] == ["BTC", "short", "1", "0.5", "0.3", "0.2"]


def test_decimal_points_stand_below_each_other(command: Command, odd_server: OddServer) -> None:
    amounts = ["1", "12000.5", "-0.25", DUST]
    odd_server.answers = {"/account_table_data": (201, [currency("BTC", position=amount) for amount in amounts])}
    _, *lines = (line for line in command("accounts", "balances", "7").out.splitlines() if "│" in line)
    column = [line.split("│")[1] for line in lines]
    assert [cell.strip() for cell in column] == amounts
    assert {(cell + ".").index(".") for cell in column[1:]} == {column[0].index("1") + 1}


@pytest.mark.parametrize("columns", [20, 40, 80, 100, 104, 120, 500])
def test_no_width_cuts_an_amount(command: Command, server: Sandbox, columns: int) -> None:
    account_id = str(server.accounts.add(balances={**HELD, "BTC": DUST}))
    everything = command("accounts", "balances", account_id, "--json").json
    table = command("accounts", "balances", account_id, COLUMNS=str(columns)).out
    assert max(map(len, table.splitlines())) <= columns
    assert "…" not in table
    folded = "".join(line.rpartition("│")[2].strip() for line in table.splitlines()) if columns < 500 else table
    for row in everything:
        for name in ("position", "current_price_usd", "current_price", "usd_value", "btc_value"):
            assert row[name] in folded


def test_in_80_columns_a_row_stays_a_row_and_what_is_left_out_is_named(command: Command, server: Sandbox) -> None:
    account_id = str(server.accounts.add(balances=HELD))
    table = command("accounts", "balances", account_id, COLUMNS="80").out
    assert max(map(len, table.splitlines())) <= 80
    head, *lines = cells(table)
    assert head == ["Currency", "Amount", "USD price", "USD value", "BTC value", "Percent"]
    assert lines[1] == ["ETH", "4.2", "2464.05", "10349.01", "0.1715695490124", "27.25"]
    assert table.endswith("The terminal is too narrow for: BTC price (--json has everything)\n")


# --- chart


@pytest.fixture
def history(odd_server: OddServer) -> OddServer:
    odd_server.answers = {"/balance_chart_data": (200, HISTORY)}
    return odd_server


def test_chart(command: Command, history: OddServer) -> None:
    result = command("accounts", "chart", "7", COLUMNS="40", LINES="14")
    assert (result.status, result.err) == (0, "")
    assert result.out == (
        "USD balance of account 7\n"
        "     │                            ⢀⣀⠤⠔⠒⠉\n"
        "     │                       ⣀⡠⠔⠒⠉⠁\n"
        "29.0 ┤                 ⣀⡠⠤⠒⠊⠉\n"
        "     │           ⣀⡠⠤⠒⠊⠉\n"
        "     │     ⢀⣀⠤⠔⠊⠉\n"
        "     │⣀⠤⠔⠒⠉⠁\n"
        "     └┬────────────────────────────────┬\n"
        "      2024-09-18              2024-10-02\n"
        "\n"
        "Max   29.31  2024-10-02 12:56:40+00:00\n"
        "Min   28.59  2024-09-18 00:00:00+00:00\n"
        "Last  29.31  2024-10-02 12:56:40+00:00\n"
    )


def test_chart_in_bitcoin(command: Command, history: OddServer) -> None:
    result = command("accounts", "chart", "summary", "--currency", "btc")
    assert result.out.startswith("BTC balance of all accounts\n")
    assert "Min   0.000475  2024-09-18 00:00:00+00:00\n" in result.out


def test_chart_as_json(command: Command, history: OddServer) -> None:
    result = command("accounts", "chart", "7", "--json")
    assert (result.status, result.err) == (0, "")
    assert [point["date"] for point in result.json] == [1726617600, 1727873800]
    assert [point["usd"] for point in result.json] == ["28.59", "29.31"]
    assert [point["btc"] for point in result.json] == ["0.000475", "0.000481"]


def test_points_in_disorder_and_without_an_amount(command: Command, odd_server: OddServer) -> None:
    points: list[dict[str, Any]] = [*reversed(HISTORY), {"date": 1727000000, "btc": 1}]
    odd_server.answers = {"/balance_chart_data": (200, points)}
    assert "Last  29.31  2024-10-02 12:56:40+00:00" in command("accounts", "chart", "7").out
    assert "Max   1 " in command("accounts", "chart", "7", "--currency", "btc").out


def test_a_history_of_nothing(command: Command, odd_server: OddServer) -> None:
    odd_server.answers = {"/balance_chart_data": (200, [])}
    result = command("accounts", "chart", "7", "--from", "2024-01-31", "--to", "2024-02-29")
    assert result == Result(0, "3Commas has no USD balance of account 7 from 2024-01-31 to 2024-02-29.\n", "")
    assert command("accounts", "chart", "7", "--json").json == []


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        (
            ("--from", "2024-09-01", "--to", "2024-09-18"),
            {"date_from": "2024-09-01T00:00:00.000Z", "date_to": "2024-09-18T23:59:59.000Z"},
        ),
        (
            ("--to", "2024-09-18T08:30:00+02:00"),
            {"date_from": "2024-06-20T06:30:00.000Z", "date_to": "2024-09-18T06:30:00.000Z"},
        ),
        (("--from", "20240901"), {"date_from": "2024-09-01T00:00:00.000Z"}),
    ],
)
def test_days_are_whole(command: Command, history: OddServer, options: tuple[str, ...], sent: dict[str, str]) -> None:
    assert command("accounts", "chart", "7", *options).status == 0
    assert history.queries == [sent]


def test_it_begins_90_days_ago(command: Command, history: OddServer) -> None:
    assert command("accounts", "chart", "7").status == 0
    (sent,) = history.queries
    age = datetime.now(UTC) - datetime.fromisoformat(sent["date_from"])
    assert timedelta(days=90) <= age < timedelta(days=90, minutes=1)


@pytest.mark.parametrize(
    "options",
    [
        ("--from", "yesterday"),
        ("--from", "2024-13-01"),
        ("--from", "2024-09-18T06:30:00"),
        ("--from", "0001-01-01T00:00:00+14:00"),
        ("--to", "0001-01-01"),
        ("--from", ""),
        ("--from", "2024-09-18", "--to", "2024-09-17"),
        ("--from", "9999-12-31"),
        ("--currency", "eur"),
    ],
    ids=" ".join,
)
def test_a_chart_of_what(command: Command, history: OddServer, options: tuple[str, ...]) -> None:
    result = command("accounts", "chart", "7", *options)
    assert result.status == 2
    assert result.error.startswith(f"Invalid value for '{options[0]}': ")
    assert not history.queries


@pytest.mark.parametrize("size", [(24, 80), (30, 100), (50, 200), (12, 50)])
def test_the_picture_fills_the_terminal_and_no_more(server: Sandbox, size: tuple[int, int]) -> None:
    account_id = str(server.accounts.add(balances=HELD))
    with Terminal("accounts", "chart", account_id, size=size) as terminal:
        assert terminal.end() == 0
    assert COLOUR in terminal.seen
    lines = [re.sub(r"\x1b\[[\d;]*m", "", line).rstrip() for line in terminal.seen.splitlines()]
    assert size[1] - 3 <= max(map(len, lines)) <= size[1]
    assert len(lines) < size[0]  # the prompt has to have room, too
    assert lines[-3].startswith("Max ")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_without_braille(server: Sandbox, encoding: str) -> None:
    account_id = str(server.accounts.add(balances=HELD))
    with Terminal("accounts", "chart", account_id, PYTHONIOENCODING=encoding, NO_COLOR="1") as terminal:
        assert terminal.end() == 0
    assert terminal.seen.isascii()
    assert "*" in terminal.seen
    assert "\\u" not in terminal.seen


def test_colours_are_for_terminals(command: Command, server: Sandbox) -> None:
    account_id = str(server.accounts.add(balances=HELD))
    for arguments in (("chart", account_id), ("balances", account_id)):
        result = command("accounts", *arguments)
        assert COLOUR not in result.out + result.err
        assert max(map(len, result.out.splitlines())) <= (80 if arguments[0] == "chart" else 120)


def test_the_sandbox_has_something_to_draw(command: Command) -> None:
    points = command("accounts", "chart", "32849081", "--sandbox", "--json").json
    assert len(points) == 91
    assert len({Decimal(point["usd"]) for point in points}) > 10
