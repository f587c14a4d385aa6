"""``threecommas sandbox --replay``: bots of a file trade at recorded prices."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.command_line import Command, Result, Terminal

BOT = """
[[bots]]
id = 15565014
name = "Ladder"
pairs = ["USDT_ETH"]
strategy_list = [{strategy = "nonstop", options = {}}]
base_order_volume = "100"
take_profit_type = "total"
take_profit = "2"
safety_order_volume = "50"
safety_order_step_percentage = "1"
max_safety_orders = 3
active_safety_orders_count = 2
martingale_volume_coefficient = "1.5"
martingale_step_coefficient = "2"
account_id = 12345
"""
SERIES = """time,price
2024-10-01T00:00:00Z,2000
2024-10-01T00:01:00Z,1979
2024-10-01T00:02:00Z,2100
2024-10-01T00:03:00Z,2090
"""

pytestmark = pytest.mark.usefixtures("no_variables")


@pytest.fixture
def bots(tmp_path: Path) -> Path:
    file = tmp_path / "bots.toml"
    file.write_text(BOT)
    return file


@pytest.fixture
def series(tmp_path: Path) -> Path:
    file = tmp_path / "prices.csv"
    file.write_text(SERIES)
    return file


@pytest.fixture
def arguments(bots: Path, series: Path) -> list[str]:
    return ["sandbox", "--replay", str(series), "--bots", str(bots), "--market", "binance", "--pair", "USDT_ETH"]


def test_what_came_of_the_bots_is_told(command: Command, arguments: list[str]) -> None:
    result = command(*arguments, "--json")
    assert (result.status, result.err) == (0, "")
    document = result.json
    (bot,) = document.pop("bots")
    assert document == {
        "pair": "USDT_ETH",
        "rows": 4,
        "from": "2024-10-01T00:00:00.000Z",
        "to": "2024-10-01T00:03:00.000Z",
        "first_price": "2000",
        "last_price": "2090",
    }
    finished, running = bot.pop("deals")
    assert (finished["status"], finished["safety_orders"]) == ("completed", 1)
    assert (finished["opened_at"], finished["closed_at"]) == ("2024-10-01T00:00:00.000Z", "2024-10-01T00:02:00.000Z")
    assert Decimal(finished["profit"]) > 3
    assert running["closed_at"] is None
    assert bot == {
        "id": 15565014,
        "name": "Ladder",
        "is_enabled": True,
        "finished_deals": 1,
        "open_deals": 1,
        "failed_deals": 0,
        "finished_profit": finished["profit"],
        "open_profit": running["profit"],
        "profit_currency": "USDT",
    }


def test_the_tables_fit_a_terminal(command: Command, arguments: list[str]) -> None:
    result = command(*arguments, COLUMNS="80")
    assert (result.status, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[0] == "1 bot, 2024-10-01 00:00 to 2024-10-01 00:03"
    assert "2 deals" in lines
    assert lines[-1] == "USDT_ETH went from 2000 to 2090. Nothing left this machine."
    assert max(map(len, lines)) <= 80
    assert all("│" not in line or line.startswith(("15565014", "ID", "Bot")) for line in lines)


def test_a_person_sees_how_far_it_is(arguments: list[str]) -> None:
    with Terminal(*arguments) as terminal:
        assert terminal.end() == 0
    assert "4/4" in terminal.seen


def test_of_several_pairs_the_recorded_one_is_traded(command: Command, arguments: list[str], bots: Path) -> None:
    bots.write_text(BOT.replace('["USDT_ETH"]', '["USDT_BTC", "USDT_ETH"]'))
    result = command(*arguments)
    assert "Only USDT_ETH was traded by bot 15565014, which has several pairs.\n" in result.out
    assert command(*arguments, "--json").json["bots"][0]["finished_deals"] == 1


def test_a_bot_that_waits_for_an_indicator_waits_in_vain(command: Command, arguments: list[str], bots: Path) -> None:
    bots.write_text(BOT.replace('"nonstop"', '"manual"'))
    result = command(*arguments)
    assert result.out.endswith("There are no indicators here: no signal for bot 15565014.\n")
    assert "indicators" not in command(*arguments, "--json").out


def test_an_unknown_market(command: Command, arguments: list[str]) -> None:
    arguments[arguments.index("binance")] = "binanc"
    result = command(*arguments)
    assert (result.status, "binanc" in result.error) == (1, True)


def test_an_account_without_enough_money(command: Command, arguments: list[str]) -> None:
    (bot,) = command(*arguments, "--balance", "USDT=10", "--json").json["bots"]
    assert (bot["finished_deals"], bot["open_deals"], bot["deals"][0]["status"]) == (0, 0, "failed")
    assert bot["failed_deals"] == len(bot["deals"])
    assert "Failed" in command(*arguments, "--balance", "USDT=10").out


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        ("time,price\n", "rows must not be empty"),
        ("2024-10-01,2000\n2024-10-02\n", "row 2 must have a time and a price"),
        ("2024-10-02,2000\n2024-10-01,2000\n", "times must ascend, but row 2, 2024-10-01T00:00:00+00:00, is"),
        ("2024-10-02,0\n", "the price of row 1 must be a number above 0, not 0"),
    ],
)
def test_a_wrong_series_is_told_in_a_line(
    command: Command, arguments: list[str], series: Path, rows: str, error: str
) -> None:
    series.write_text(rows)
    result = command(*arguments)
    assert result.status == 1
    assert result.error.startswith(f"{series}: {error}")


def test_a_series_that_is_no_text(command: Command, arguments: list[str], series: Path) -> None:
    series.write_bytes(b"\xff\xfe")
    assert command(*arguments).error == f"{series} is not UTF-8"


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("take_profit = ", "# ", "bot 15565014: a rehearsal needs all settings of a bot; missing: take_profit"),
        ("USDT_ETH", "USDT_BTC", "bot 15565014 does not trade USDT_ETH"),
        ('base_order_volume = "100"', 'base_order_volume = "0.01"', "bot 15565014: "),
    ],
)
def test_a_bot_that_cannot_be_rehearsed(
    command: Command, arguments: list[str], bots: Path, old: str, new: str, error: str
) -> None:
    bots.write_text(BOT.replace(old, new))
    result = command(*arguments)
    assert result.status == 1
    assert result.error.startswith(error)


def test_a_pair_that_is_not_traded(command: Command, arguments: list[str], bots: Path) -> None:
    bots.write_text(BOT.replace("USDT_ETH", "USDT_XYZ"))
    arguments[-1] = "USDT_XYZ"
    result = command(*arguments)
    assert result.error == "USDT_XYZ is not traded at binance; see 'threecommas pairs binance --sandbox'"


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (["--balance", "USDT"], "Invalid value for '--balance': it must be of the form CURRENCY=AMOUNT"),
        (["--balance", "USDT=x"], "Invalid value for '--balance': it must be a number above 0"),
        (["--replay", "nowhere.csv"], "Invalid value for '--replay'"),
    ],
)
def test_wrong_options(command: Command, arguments: list[str], options: list[str], error: str) -> None:
    result: Result = command(*arguments, *options)
    assert result.status == 2
    assert result.error.startswith(error)


def test_a_rehearsal_needs_all_of_its_options(command: Command, arguments: list[str]) -> None:
    assert command(*arguments[:3]).error.startswith(
        "Invalid value for '--replay': --bots, --market and --pair are required"
    )
    assert command("sandbox", *arguments[3:]).error.startswith("Invalid value: --bots, --market, --pair")
