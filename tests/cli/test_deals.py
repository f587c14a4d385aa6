"""``threecommas deals``, against a server that answers as the vendor's examples do."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from tests.cli.command_line import Command, Terminal, cells
from tests.cli.trading_server import TradingServer

DEAL = 2295490936
COLOUR = re.compile(r"\x1b\[[\d;]*m")


def writes(trading: TradingServer) -> list[tuple[str, str, Any]]:
    return trading.sent


# --- list


def test_list(command: Command, trading: TradingServer) -> None:
    result = command("deals", "list")
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith("1 active deal\n")
    assert cells(result.out) == [
        ["ID", "Pair", "Bot", "Status", "SO", "Profit", "%", "USD"],
        [str(DEAL), "USDT_ETH", "ETH/USDT Classic trading", "Active", "1/3", "0.899717231", "0.87", "0.899717231"],
    ]


def test_percentages_are_rounded_and_json_is_exact(command: Command, trading: TradingServer) -> None:
    trading.deals[DEAL]["actual_profit_percentage"] = "-0.8749999"
    assert cells(command("deals", "list").out)[1][6] == "-0.87"
    (found,) = command("deals", "list", "--json").json
    assert found["actual_profit_percentage"] == "-0.8749999"
    assert found["actual_profit"] == "0.899717231"


def test_a_list_fits_80_columns_without_losing_a_digit(command: Command, trading: TradingServer) -> None:
    trading.deals[DEAL]["actual_profit"] = "-0.123456789012345678901234567"
    table = command("deals", "list", COLUMNS="80").out
    assert max(map(len, table.splitlines())) <= 80
    assert "-0.123456789012345678901234567" in table


def test_gains_are_green_and_losses_red(trading: TradingServer) -> None:
    for amount, code in (("1.5", "32"), ("-1.5", "31")):
        trading.deals[DEAL]["actual_profit"] = amount
        with Terminal("deals", "list") as terminal:
            assert terminal.end() == 0
        assert re.search(rf"\x1b\[{code}m\s*{amount}\s*\x1b\[0m", terminal.seen)


@pytest.mark.parametrize(
    ("options", "sent", "title"),
    [
        ((), {"scope": "active"}, "1 active deal"),
        (("--scope", "finished", "--bot", "7"), {"scope": "finished", "bot_id": "7"}, "0 finished deals"),
        (("--scope", "all", "--base", "ETH", "--quote", "USDT"), {"base": "ETH", "quote": "USDT"}, "1 deal"),
        (("--account", "32199203"), {"account_id": "32199203", "scope": "active"}, "1 active deal"),
    ],
    ids=str,
)
def test_filters(
    command: Command, trading: TradingServer, options: tuple[str, ...], sent: dict[str, str], title: str
) -> None:
    assert command("deals", "list", *options).out.splitlines()[0] == title
    ((_, query),) = trading.queries
    assert {name: value for name, value in query.items() if name not in ("limit", "offset")} == sent


# --- show and orders


def test_show_draws_the_price_levels(command: Command, trading: TradingServer) -> None:
    result = command("deals", "show", str(DEAL), COLUMNS="80")
    assert (result.status, result.err) == (0, "")
    record, picture = result.out.split("\n\n")
    table = {row[0]: row[1] for row in cells(record)}
    assert table["Average"] == "2934.117357455919395465994962217"
    assert table["Bought"] == "0.0397 ETH"
    assert (table["Profit"], table["Profit %"]) == ("0.899717231", "0.87")
    assert [line.rstrip() for line in picture.splitlines()] == [
        "2966.43      ┤○ take profit     +1.10 %",
        "2959.74      ┤◄ price now       +0.87 %",
        "2941.72879   ┤● base order      +0.26 %",
        "2934.1173575 ┤─ average",
        "2915.22231   ┤● safety order 1  -0.64 %",
        "             │",
        "2794.64      ┤○ safety order 2  -4.75 %",
        *["             │"] * 7,
        "2323.96      ┤○ safety order 3 -20.80 %",
        "2294.5484562 ┤○ stop loss      -21.80 %",
    ]


def test_show_as_json_is_the_deal(command: Command, trading: TradingServer) -> None:
    shown = command("deals", "show", str(DEAL), "--json").json
    assert shown["id"] == DEAL
    assert shown["bought_average_price"] == "2934.117357455919395465994962217"
    assert len(shown["bot_events"]) == 10


def test_the_picture_is_coloured_for_a_person(trading: TradingServer) -> None:
    with Terminal("deals", "show", str(DEAL), size=(40, 80)) as terminal:
        assert terminal.end() == 0
    assert re.search(r"\x1b\[32m┤○\x1b\[0m \x1b\[32mtake profit", terminal.seen)
    assert re.search(r"\x1b\[31m┤○\x1b\[0m \x1b\[31mstop loss", terminal.seen)
    assert max(len(COLOUR.sub("", line).rstrip()) for line in terminal.seen.splitlines()) <= 80


def test_a_deal_without_prices(command: Command, trading: TradingServer) -> None:
    trading.deals[7] = {"id": 7, "status": "failed", "error_message": "Insufficient funds\x1b[2J"}
    trading.orders.clear()
    result = command("deals", "show", "7")
    assert (result.status, result.err) == (0, "")
    assert {row[0]: row[1] for row in cells(result.out)}["Error"] == "Insufficient funds\ufffd[2J"


def test_orders(command: Command, trading: TradingServer) -> None:
    trading.orders.reverse()
    result = command("deals", "orders", str(DEAL))
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith(f"5 orders of deal {DEAL}\n")
    head, *lines = cells(result.out)
    assert head == ["ID", "Side", "For", "Status", "Quantity", "Price", "Total", "Placed"]
    assert [line[2] for line in lines] == ["Take Profit", "Safety", "Safety", "Safety", "Base"]
    assert lines[0][1:6] == ["SELL", "Take Profit", "Active", "0.0114", "2966.43"]
    assert lines[4][5] == "2941.72879"
    assert len(command("deals", "orders", str(DEAL), "--json").json) == 5


# --- close, cancel, add funds


@pytest.mark.parametrize(
    ("name", "path", "status"),
    [("close", "panic_sell", "Closing at Market Price"), ("cancel", "cancel", "Cancel pending")],
)
def test_close_and_cancel(command: Command, trading: TradingServer, name: str, path: str, status: str) -> None:
    unsure = command("deals", name, str(DEAL))
    assert unsure.status == 2
    assert unsure.error.startswith(f"Invalid value: there is no terminal to ask at: add --yes to {name} the deal")
    assert not trading.sent
    result = command("deals", name, str(DEAL), "--yes")
    assert (result.status, result.err) == (0, "")
    assert {row[0]: row[1] for row in cells(result.out)}["Status"] == status
    assert writes(trading) == [("POST", f"/deals/{DEAL}/{path}", {})]


def test_a_person_is_told_the_profit_before_the_deal_is_closed(trading: TradingServer) -> None:
    question = f"Close deal {DEAL} (USDT_ETH, profit 0.899717231 USDT) at the market price? [y/N] "
    with Terminal("deals", "close", str(DEAL), TERM="dumb") as terminal:
        terminal.answer(question, "n\n")
        assert terminal.end() == 1
    assert terminal.seen.endswith("Error: nothing was done\n")
    assert not trading.sent


def test_add_funds(command: Command, trading: TradingServer) -> None:
    result = command("deals", "add-funds", str(DEAL), "--quantity", "0.0100", "--yes")
    assert result.out == f"0.0100 was added to deal {DEAL} at the market price, order 1000000009.\n"
    limit = command("deals", "add-funds", str(DEAL), "--quantity", "0.01", "--rate", "2900.5", "--yes", "--json")
    assert (limit.json["rate"], limit.json["deal_order_type"]) == ("2900.5", "Manual Safety")
    common = {"response_type": "market_order"}
    assert [body for _, _, body in trading.sent] == [
        {"quantity": "0.0100", "is_market": True, **common},
        {"quantity": "0.01", "is_market": False, "rate": "2900.5", **common},
    ]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (("--quantity", "0"), "Invalid value for '--quantity': it must be a number above 0, such as 0.5"),
        (("--quantity", "1_0"), "Invalid value for '--quantity'"),
        (("--quantity", "NaN"), "Invalid value for '--quantity'"),
        (("--quantity", "1", "--rate", "x"), "Invalid value for '--rate'"),
        ((), "Missing option '--quantity'"),
    ],
    ids=str,
)
def test_amounts_that_are_none(command: Command, trading: TradingServer, options: tuple[str, ...], error: str) -> None:
    result = command("deals", "add-funds", str(DEAL), "--yes", *options)
    assert result.status == 2
    assert result.error.startswith(error)
    assert not trading.sent


def test_after_a_lost_response_it_is_told_where_to_look(command: Command, trading: TradingServer) -> None:
    trading.loses = {"/panic_sell", "/add_funds"}
    advice = f"; check with 'threecommas deals show {DEAL}' before you repeat it"
    assert command("deals", "close", str(DEAL), "--yes").error.endswith(advice)
    assert command("deals", "add-funds", str(DEAL), "--quantity", "1", "--yes").error.endswith(advice)
    assert len(trading.sent) == 2


def test_a_deal_that_is_not_there(command: Command, trading: TradingServer) -> None:
    assert (
        command("deals", "show", "7").error
        == "GET /ver1/deals/7/show at HOST: 3Commas answered 404 not_found: Not Found"
        "; base_url does not end in /public/api: is it right?"
    )
    assert command("deals", "show", "x").error.startswith("Invalid value for 'ID': a deal's id is a whole number")


def test_ids_above_32_bits_are_read(command: Command, trading: TradingServer) -> None:
    assert Decimal(command("deals", "list", "--json").json[0]["id"]) == DEAL > 2**31
