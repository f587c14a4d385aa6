"""``threecommas smart-trades``, against a server that answers as the vendor's examples do."""

from __future__ import annotations

import re

import pytest

from tests.cli.command_line import Command, Terminal, cells
from tests.cli.trading_server import TradingServer

RUNNING, CANCELLED, WAITING = 32037964, 30404547, 12345678
COLOUR = re.compile(r"\x1b\[[\d;]*m")


def picture(shown: str) -> list[str]:
    """The price levels, which stand between the table and the orders."""
    _, levels, _ = shown.split("\n\n")
    return [line.rstrip() for line in levels.splitlines()]


# --- list


def test_list(command: Command, trading: TradingServer) -> None:
    result = command("smart-trades", "list")
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith("2 active SmartTrades\n")
    head, running, waiting = cells(result.out)
    assert head == ["ID", "Pair", "Type", "Status", "Profit", "%", "USD", "Note"]
    assert running == [
        str(RUNNING),
        "BTC_1INCH",
        "smart_trade",
        "Waiting Targets",
        "-0.0000543065",
        "-36.10",
        "-5.188117714065",
        "",
    ]
    assert waiting[:6] == [str(WAITING), "USDT_DOGE", "smart_trade", "Pending Position Opened", "-", "0.00"]


def test_a_list_fits_80_columns_without_losing_a_digit(command: Command, trading: TradingServer) -> None:
    trading.smart_trades[RUNNING]["profit"]["volume"] = "-0.123456789012345678901234567"
    table = command("smart-trades", "list", COLUMNS="80").out
    assert max(map(len, table.splitlines())) <= 80
    assert "-0.123456789012345678901234567" in table


def test_json_is_exact(command: Command, trading: TradingServer) -> None:
    trading.smart_trades[RUNNING]["profit"]["percent"] = "-36.1049999"
    assert cells(command("smart-trades", "list").out)[1][5] == "-36.10"
    found = command("smart-trades", "list", "--json").json
    assert [one["id"] for one in found] == [RUNNING, WAITING]
    assert found[0]["profit"]["percent"] == "-36.1049999"


@pytest.mark.parametrize(
    ("options", "sent", "title"),
    [
        ((), {"status": "active"}, "2 active SmartTrades"),
        (("--status", "all"), {"status": "all"}, "3 SmartTrades"),
        (("--status", "finished", "--pair", "USDT_DOGE"), {"status": "finished", "pair": "USDT_DOGE"}, "1 finished"),
        (("--status", "successfully_finish"), {"status": "successfully_finish"}, "3 successfully finished SmartTrades"),
        (("--account", "32402783"), {"status": "active", "account_id": "32402783"}, "1 active SmartTrade"),
        (
            ("--type", "smart_sell", "--base", "ETH", "--quote", "USDT"),
            {"status": "active", "type": "smart_sell", "base": "ETH", "quote": "USDT"},
            "2 active SmartTrades",
        ),
    ],
    ids=str,
)
def test_filters(
    command: Command, trading: TradingServer, options: tuple[str, ...], sent: dict[str, str], title: str
) -> None:
    assert command("smart-trades", "list", *options).out.splitlines()[0].startswith(title)
    ((path, query),) = trading.queries
    assert path == "/smart_trades"
    assert {name: query[name] for name in query.keys() - {"page", "per_page", "order_by", "order_direction"}} == sent


# --- show and orders


def test_show_has_levels_orders_and_profit(command: Command, trading: TradingServer) -> None:
    result = command("smart-trades", "show", str(RUNNING), COLUMNS="80")
    assert (result.status, result.err) == (0, "")
    assert max(map(len, result.out.splitlines())) <= 80
    record, _, orders = result.out.split("\n\n")
    table = {row[0]: row[1] for row in cells(record)}
    assert table["Status"] == "Waiting Targets"
    assert table["Entered"] == "34.0 1INCH"
    assert table["Average"] == "0.00000442"
    assert (table["Profit"], table["Profit %"], table["Profit USD"]) == ("-0.0000543065", "-36.10", "-5.188117714065")
    assert picture(result.out) == [
        "0.00000508 ┤· take profit (planned) +14.93 %",
        *["           │"] * 2,
        "0.00000442 ┤● entry, buy",
        *["           │"] * 6,
        "0.00000283 ┤◄ price now             -35.97 %",
        "0.0000028  ┤· stop loss (planned)   -36.65 %",
    ]
    assert orders.startswith("2 orders\n")
    assert cells(orders)[1] == ["1006258046", "buy", "position", "finished", "15.0", "0.10706", "100.00"]


def test_show_before_the_entry(command: Command, trading: TradingServer) -> None:
    shown = command("smart-trades", "show", str(WAITING), COLUMNS="80").out
    assert max(map(len, shown.splitlines())) <= 80
    assert "0.10664 ┤○ entry, buy" in picture(shown)
    assert "Entered" not in shown


def test_show_after_the_end(command: Command, trading: TradingServer) -> None:
    trading.smart_trades[CANCELLED]["data"]["average_close_price"] = "0.107068273092369477911646586345381526"
    assert picture(command("smart-trades", "show", str(CANCELLED)).out) == [
        "0.10707 ┤◄ closed at  +0.80 %",
        *["        │"] * 10,
        "0.10622 ┤● entry, buy",
    ]


def test_targets_without_a_price_are_in_the_table(command: Command, trading: TradingServer) -> None:
    trade = trading.smart_trades[WAITING]
    trade["take_profit"]["steps"][0]["price"] = {"type": "last", "value": None, "percent": "5.0"}
    trade["stop_loss"]["conditional"]["price"] = {"type": "last", "value": None, "percent": "-2.5"}
    record, levels, _ = command("smart-trades", "show", str(WAITING)).out.split("\n\n")
    table = {row[0]: row[1] for row in cells(record)}
    assert (table["Take profit"], table["Stop loss"]) == ("100.0 % of it at 5.0 %", "-2.5 %")
    assert "take profit" not in levels
    assert "stop loss" not in levels


def test_show_as_json_is_the_smart_trade(command: Command, trading: TradingServer) -> None:
    shown = command("smart-trades", "show", str(RUNNING), "--json").json
    assert (shown["id"], shown["data"]["entered_total"]) == (RUNNING, "0.00015043028")


def test_the_picture_is_coloured_for_a_person(trading: TradingServer) -> None:
    trading.smart_trades[RUNNING]["take_profit"]["steps"][0]["status"]["type"] = "order_placed"
    with Terminal("smart-trades", "show", str(RUNNING), size=(50, 80)) as terminal:
        assert terminal.end() == 0
    assert re.search(r"\x1b\[32m┤○\x1b\[0m \x1b\[32mtake profit", terminal.seen)
    assert re.search(r"\x1b\[1;36m┤◄\x1b\[0m", terminal.seen)
    assert max(len(COLOUR.sub("", line).rstrip()) for line in terminal.seen.splitlines()) <= 80


def test_texts_of_the_api_cannot_move_the_cursor(command: Command, trading: TradingServer) -> None:
    trading.smart_trades[RUNNING]["note"] = "[red]\x1b[2J"
    shown = command("smart-trades", "show", str(RUNNING)).out
    assert {row[0]: row[1] for row in cells(shown)}["Note"] == "[red]\ufffd[2J"


def test_a_smart_trade_of_which_nothing_is_known(command: Command, trading: TradingServer) -> None:
    trading.smart_trades[7] = {"id": 7}
    trading.smart_orders.clear()
    result = command("smart-trades", "show", "7")
    assert (result.status, result.err) == (0, "")
    assert command("smart-trades", "show", "8").error == (
        "GET /v2/smart_trades/8 at HOST: 3Commas answered 404 not_found: Not Found"
        "; base_url does not end in /public/api: is it right?"
    )
    assert command("smart-trades", "show", "x").error.startswith(
        "Invalid value for 'ID': a SmartTrade's id is a whole number"
    )


def test_orders(command: Command, trading: TradingServer) -> None:
    result = command("smart-trades", "orders", str(RUNNING))
    assert result.out.startswith(f"2 orders of SmartTrade {RUNNING}\n")
    head, stop, entry = cells(result.out)
    assert head == ["ID", "Side", "For", "Status", "Quantity", "Price", "Filled %", "Type", "Total", "Placed"]
    assert stop[1:6] == ["sell", "stop_loss", "to_process", "14.0", "0.1013"]
    assert entry[5:9] == ["0.10706", "100.00", "limit", "1.5996"]
    found = command("smart-trades", "orders", str(RUNNING), "--json").json
    assert found[1]["average_price"] == "0.107068273092369477911646586345381526"


# --- close, cancel, note


@pytest.mark.parametrize(
    ("name", "call", "status"),
    [
        ("close", ("POST", f"/smart_trades/{RUNNING}/close_by_market", {}), "Closing at Market Price"),
        ("cancel", ("DELETE", f"/smart_trades/{RUNNING}", {}), "Cancel pending"),
    ],
)
def test_close_and_cancel(
    command: Command, trading: TradingServer, name: str, call: tuple[str, str, object], status: str
) -> None:
    unsure = command("smart-trades", name, str(RUNNING))
    assert unsure.status == 2
    assert unsure.error.startswith(
        f"Invalid value: there is no terminal to ask at: add --yes to {name} the SmartTrade without a question"
    )
    assert not trading.sent
    assert not trading.queries
    result = command("smart-trades", name, str(RUNNING), "--yes")
    assert (result.status, result.err) == (0, "")
    assert {row[0]: row[1] for row in cells(result.out)}["Status"] == status
    assert trading.sent == [call]


def test_a_cancellation_may_be_answered_with_nothing(command: Command, trading: TradingServer) -> None:
    trading.answers_empty = True
    result = command("smart-trades", "cancel", str(RUNNING), "--yes")
    assert (result.status, result.out) == (0, f"SmartTrade {RUNNING} was cancelled.\n")
    found = command("smart-trades", "cancel", str(RUNNING), "--yes", "--json").json
    assert found == {"id": RUNNING, "cancelled": True}


def test_a_person_is_told_the_profit_before_it_is_closed(trading: TradingServer) -> None:
    question = f"Close SmartTrade {RUNNING} (BTC_1INCH, profit -0.0000543065 BTC) at the market price? [y/N] "
    with Terminal("smart-trades", "close", str(RUNNING), TERM="dumb", size=(24, 120)) as terminal:
        terminal.answer(question, "n\n")
        assert terminal.end() == 1
    assert terminal.seen.endswith("Error: nothing was done\n")
    assert not trading.sent


def test_note(command: Command, trading: TradingServer) -> None:
    result = command("smart-trades", "note", str(RUNNING), "watch it")
    assert (result.status, result.out) == (0, f"'watch it' is now the note of SmartTrade {RUNNING}.\n")
    assert trading.sent == [("POST", f"/smart_trades/{RUNNING}/set_note", {"note": "watch it"})]
    assert command("smart-trades", "note", str(RUNNING), "x", "--json").json["note"] == "x"
    long = command("smart-trades", "note", str(RUNNING), "x" * 301)
    assert (long.status, long.error) == (1, "note must have from 1 to 300 characters, not 301")
    assert len(trading.sent) == 2


def test_after_a_lost_response_it_is_told_where_to_look(command: Command, trading: TradingServer) -> None:
    trading.loses = {"/close_by_market", "/set_note", f"DELETE /smart_trades/{RUNNING}"}
    advice = f"; check with 'threecommas smart-trades show {RUNNING}' before you repeat it"
    assert command("smart-trades", "close", str(RUNNING), "--yes").error.endswith(advice)
    assert command("smart-trades", "note", str(RUNNING), "x").error.endswith(advice)
    assert command("smart-trades", "cancel", str(RUNNING), "--yes").error.endswith(advice)
    assert len(trading.sent) == 3
