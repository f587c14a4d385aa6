"""``--sandbox``: what there is to look at, by the ids that the help names, on a terminal of 80 columns."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.command_line import Command

BOT, DEAL = "15564829", "2376506366"
GRID_BOT, SMART_TRADE = "2340693", "31421185"

pytestmark = pytest.mark.usefixtures("no_variables")


def test_the_help_names_the_ids(command: Command) -> None:
    words = " ".join(command("deals", "show", "--help").out.replace("│", " ").split())
    assert all(name in words for name in ("32849081", "32849082", "32849083", BOT, DEAL, GRID_BOT, SMART_TRADE))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("bots", "list"), (BOT, "Ladder", "USDT_ETH", "1/1")),
        (("bots", "show", BOT), ("Ladder", "nonstop", DEAL)),
        (("bots", "edit", BOT, "--set", "take_profit=3", "--dry-run"), ("take_profit", "Nothing was sent.")),
        (("bots", "disable", BOT), (f"Bot {BOT} was switched off",)),
        (("deals", "list"), (DEAL, "USDT_ETH", "Active", "1/3")),
        (("deals", "show", DEAL), ("take profit", "safety order 1", "average")),
        (("deals", "orders", DEAL), ("Base", "Take Profit", "Filled", "Active")),
        (("deals", "add-funds", DEAL, "--quantity", "0.01", "--yes"), (f"0.01 was added to deal {DEAL}",)),
        (("deals", "cancel", DEAL, "--yes"), ("Cancel deal",)),
        (("grid-bots", "list"), (GRID_BOT, "Grid", "USDT_ETH")),
        (("grid-bots", "show", GRID_BOT), ("waiting, sold 0.0102 ETH", "buy 0.0102 ETH, bought before", "stop loss")),
        (("grid-bots", "disable", GRID_BOT), (f"Grid bot {GRID_BOT} was switched off",)),
        (("grid-bots", "edit", GRID_BOT, "--set", "upper_price=2550"), ("1 of 1 grid bot changed",)),
        (("smart-trades", "list"), (SMART_TRADE, "USDT_ETH", "Waiting")),
        (("smart-trades", "show", SMART_TRADE), ("● entry, buy", "take profit 2, 50 %, trailing", "4 orders")),
        (("smart-trades", "orders", SMART_TRADE), ("position", "take_profit", "stop_loss")),
        (("smart-trades", "close", SMART_TRADE, "--yes"), ("Close SmartTrade",)),
        (("smart-trades", "cancel", SMART_TRADE, "--yes"), ("Cancel SmartTrade",)),
        (("smart-trades", "note", SMART_TRADE, "mine"), (f"'mine' is now the note of SmartTrade {SMART_TRADE}",)),
        (("trades", "list"), ("1 active trade", "USDT_ETH", "order_placed")),
        (("trades", "history"), ("0 finished trades",)),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_everything_fits_a_terminal(
    command: Command,
    arguments: tuple[str, ...],
    said: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)  # a change leaves a file that undoes it
    result = command(*arguments, "--sandbox", COLUMNS="80")
    assert (result.status, result.err) == (0, "")
    assert all(text in result.out for text in said)
    assert max(map(len, result.out.splitlines())) <= 80


def test_its_deal_has_bought_twice(command: Command) -> None:
    (deal,) = command("deals", "list", "--sandbox", "--json").json
    assert (deal["id"], deal["status"], deal["completed_safety_orders_count"]) == (int(DEAL), "bought", 1)
    assert Decimal(deal["actual_profit"]) > 0


def test_its_trade_can_be_cancelled(command: Command) -> None:
    (trade,) = command("trades", "list", "--sandbox", "--json").json
    cancelled = command("trades", "cancel", trade["uuid"], "--yes", "--sandbox", COLUMNS="80")
    assert (cancelled.status, cancelled.err) == (0, "")
    assert "cancelled" in cancelled.out


def test_settings_are_exported_compared_and_applied(command: Command, tmp_path: Path) -> None:
    exported = command("bots", "export", BOT, "--sandbox")
    assert (exported.status, exported.err) == (0, "")
    file = tmp_path / "bots.toml"
    file.write_text(exported.out)
    assert command("bots", "diff", str(file), "--sandbox").out == "No differences: 1 bot compared.\n"
    file.write_text(exported.out.replace('take_profit = "2.0"', 'take_profit = "2.5"'))
    differs = command("bots", "diff", str(file), "--sandbox", COLUMNS="80")
    assert differs.status == 0
    assert "1 difference" in differs.out
    assert "take_profit" in differs.out
    assert max(map(len, differs.out.splitlines())) <= 80
    applied = command("bots", "apply", str(file), "--yes", "--sandbox", COLUMNS="80")
    assert (applied.status, applied.err) == (0, "")
    assert "1 of 1 bot changed" in applied.out


def test_an_exported_bot_can_be_rehearsed(command: Command, tmp_path: Path) -> None:
    bots, series = tmp_path / "bots.toml", tmp_path / "prices.csv"
    bots.write_text(command("bots", "export", "--all", "--sandbox").out)
    series.write_text("2024-10-01,2000\n2024-10-02,2100\n")
    options = ("--bots", str(bots), "--market", "binance", "--pair", "USDT_ETH", "--json")
    result = command("sandbox", "--replay", str(series), *options)
    assert (result.status, result.err) == (0, "")
    (bot,) = result.json["bots"]
    assert (bot["id"], bot["finished_deals"]) == (int(BOT), 1)
