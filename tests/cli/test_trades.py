"""``threecommas trades``, against a server that answers as the vendor's examples do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.command_line import Command, Terminal, cells
from tests.cli.trading_server import TradingServer

TRADE = "be523b7b-05a0-49b9-89f9-41ae19fff415"


def test_list(command: Command, trading: TradingServer) -> None:
    result = command("trades", "list")
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith("1 active trade\n")
    head, row = cells(result.out)
    assert head == ["ID", "Pair", "Side", "Units", "Status", "Price", "Filled %", "Created"]
    assert row[:7] == [TRADE, "BTC_ETH", "buy", "2.4869", "order_placed", "-", "0.00"]


def test_history(command: Command, trading: TradingServer) -> None:
    result = command("trades", "history")
    assert result.out.startswith("1 finished trade\n")
    assert cells(result.out)[1][:7] == [TRADE, "BTC_ETH", "buy", "2.4869", "finished", "0.04021", "100.00"]
    assert trading.queries[0][0] == "/trades/history"


def test_a_list_fits_80_columns_with_its_ids_whole(command: Command, trading: TradingServer) -> None:
    table = command("trades", "list", COLUMNS="80").out
    assert max(map(len, table.splitlines())) <= 80
    assert TRADE in table


def test_a_condition_has_a_column(command: Command, trading: TradingServer) -> None:
    trading.trades[TRADE]["conditional"] = {
        "enabled": True,
        "value": "greater_or_equal",
        "price": {"value": "0.045", "type": "bid"},
    }
    head, row = cells(command("trades", "list").out)
    assert row[head.index("When")] == "bid >= 0.045"


def test_json_is_exact(command: Command, trading: TradingServer) -> None:
    trading.past_trades[0]["filled"]["value"] = "99.9999999"
    (found,) = command("trades", "history", "--json").json
    assert (found["uuid"], found["filled"]["value"]) == (TRADE, "99.9999999")
    assert found["filled"]["total"] == "0.099998671773"


@pytest.mark.parametrize("name", ["list", "history"])
def test_filters(command: Command, trading: TradingServer, name: str) -> None:
    assert command("trades", name, "--account", "7", "--pair", "BTC_ETH").out.startswith("0 ")
    ((_, query),) = trading.queries
    assert query.items() >= {"account_id": "7", "pair": "BTC_ETH"}.items()


def test_cancel(command: Command, trading: TradingServer) -> None:
    unsure = command("trades", "cancel", TRADE)
    assert unsure.status == 2
    assert unsure.error.startswith("Invalid value: there is no terminal to ask at: add --yes to cancel the trade")
    result = command("trades", "cancel", TRADE, "--yes")
    assert (result.status, result.err) == (0, "")
    assert {row[0]: row[1] for row in cells(result.out)}["Status"] == "pending_cancellation"
    assert trading.sent == [("POST", f"/trades/{TRADE}/cancel", {})]


def test_a_person_is_told_what_is_cancelled(trading: TradingServer) -> None:
    with Terminal("trades", "cancel", TRADE, TERM="dumb", size=(24, 120)) as terminal:
        terminal.answer(f"Cancel trade {TRADE} (BTC_ETH buy 2.4869 ETH)? [y/N] ", "n\n")
        assert terminal.end() == 1
    assert terminal.seen.endswith("Error: nothing was done\n")
    assert not trading.sent


def test_an_id_that_is_none(command: Command, trading: TradingServer) -> None:
    result = command("trades", "cancel", "7", "--yes")
    assert result.status == 2
    assert result.error.startswith("Invalid value for 'ID': a trade's id is a UUID, as 'trades list' shows it")
    assert not trading.sent


def test_a_refusal_is_one_line(command: Command, trading: TradingServer) -> None:
    refused: dict[str, Any] = {"error": "invalid_action", "error_description": "Trade cannot be cancelled"}
    trading.fails = {"/cancel": (400, refused)}
    result = command("trades", "cancel", TRADE, "--yes")
    assert result.status == 1
    assert "Trade cannot be cancelled" in result.error


def test_after_a_lost_response_it_is_told_where_to_look(command: Command, trading: TradingServer) -> None:
    trading.loses = {"/cancel"}
    result = command("trades", "cancel", TRADE, "--yes")
    assert result.status == 1
    assert result.error.endswith("; check with 'threecommas trades list' before you repeat it")
    assert len(trading.sent) == 1
