"""``threecommas grid-bots``, against a server that answers as the vendor's examples do."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.cli.command_line import Command, Result, Terminal, cells
from tests.cli.trading_server import TradingServer

FIRST, SECOND, THIRD = 2338357, 2340692, 2291725
COLOUR = re.compile(r"\x1b\[[\d;]*m")
UNDO = re.compile(r"To undo it: threecommas grid-bots apply '?(?P<file>[^'\n]*\.toml)'?\n")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def picture(shown: str) -> list[str]:
    """The price levels, which stand below the table."""
    return [line.rstrip() for line in shown.split("\n\n")[1].splitlines()]


def file_of(number: int, text: str) -> str:
    Path("grids.toml").write_text(f"[[grid_bots]]\nid = {number}\n{text}")
    return "grids.toml"


# --- list and show


def test_list(command: Command, trading: TradingServer) -> None:
    result = command("grid-bots", "list")
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith("3 grid bots\n")
    head, first, second, _ = cells(result.out)
    assert head == ["ID", "Name", "Pair", "State", "From", "To", "Made USD", "Lines", "%", "Open"]
    assert first == [
        str(FIRST),
        "VETUSDT/BNFCR",
        "BNFCR_VETUSDT",
        "on",
        "0.016352",
        "0.022503",
        "1.9323866098359343",
        "81",
        "0.12",
        "-0.03770892",
    ]
    assert second[3] == "off"


def test_a_list_fits_80_columns_without_losing_a_digit(command: Command, trading: TradingServer) -> None:
    table = command("grid-bots", "list", COLUMNS="80").out
    assert max(map(len, table.splitlines())) <= 80
    assert "1.9323866098359343" in cells(table)[1]


@pytest.mark.parametrize(
    ("options", "sent", "ids"),
    [
        (("--state", "disabled"), {"state": "disabled"}, [SECOND, THIRD]),
        (("--account", "32833909"), {"account_id": "32833909"}, [FIRST]),
        (("--base", "ETH", "--quote", "USDT"), {"base": "ETH", "quote": "USDT"}, [FIRST, SECOND, THIRD]),
    ],
    ids=str,
)
def test_filters(
    command: Command, trading: TradingServer, options: tuple[str, ...], sent: dict[str, str], ids: list[int]
) -> None:
    assert [bot["id"] for bot in command("grid-bots", "list", *options, "--json").json] == ids
    assert sent.items() <= trading.queries[0][1].items()


def test_show_draws_what_is_bought_sold_and_waiting(command: Command, trading: TradingServer) -> None:
    line = {"id": 256427678, "price": "0.022236", "side": None, "order_placed": False}
    trading.grid_bots[FIRST]["grid_lines"].append(line)
    sale = {"order_type": "SELL", "status_string": "Active", "quantity": "895.0", "quantity_remaining": "895.0"}
    trading.grid_orders["grid_lines_orders"] = [
        {"order_id": 3, "created_at": "2024-10-04T14:24:46Z", "rate": "0.022325", **sale},
        {"order_id": 2, "created_at": "2024-10-03T19:53:51Z", "rate": "0.022236", **sale, "status_string": "Filled"},
        {
            "order_id": 1,
            "created_at": "2024-10-03T19:53:50Z",
            "rate": "0.022147",
            "order_type": "BUY",
            "status_string": "Active",
            "quantity": "903.0",
        },
    ]
    result = command("grid-bots", "show", str(FIRST), COLUMNS="80")
    assert (result.status, result.err) == (0, "")
    assert max(map(len, result.out.splitlines())) <= 80
    assert picture(result.out) == [
        "0.022325 ┤○ sell 895.0 VETUSDT          +0.18 %",
        "0.022285 ┤◄ price now",
        "0.022236 ┤─ waiting, sold 895.0 VETUSDT -0.22 %",
        "0.022147 ┤○ buy 903.0 VETUSDT           -0.62 %",
    ]
    table = {row[0]: row[1] for row in cells(result.out)}
    assert table["Step"] == "1.00399920581210916146041542739112586575949572812639182"
    assert table["Order of a line"] == "20.0 BNFCR"
    assert (table["Profits in"], table["Made by lines"]) == ("BNFCR", "1.9323866098359343")
    assert trading.queries[-1] == (f"/grid_bots/{FIRST}/market_orders", {"limit": "1000"})


def test_show_of_a_bot_that_is_off_has_its_stops_and_no_open_orders(command: Command, trading: TradingServer) -> None:
    shown = command("grid-bots", "show", str(THIRD), COLUMNS="80").out
    assert max(map(len, shown.splitlines())) <= 80
    lines = picture(shown)
    assert lines[0] == "75000.0 ┤○ stop loss, stop bot                    +15.33 %"
    assert lines[1] == "70000.0 ┤· sell (planned)                          +7.64 %"
    assert lines[15:17] == [
        "65030.3 ┤◄ price now",
        "64974.4 ┤─ no order                                -0.09 %",
    ]
    assert lines[-2:] == [
        "54000.0 ┤○ no more lines below                    -16.96 %",
        "50000.0 ┤○ stop loss, stop bot and close position -23.11 %",
    ]
    assert len(lines) == 40 + 4


def test_show_as_json_is_the_bot(command: Command, trading: TradingServer) -> None:
    shown = command("grid-bots", "show", str(FIRST), "--json").json
    assert (shown["id"], shown["grids_quantity"]) == (FIRST, "81")
    assert shown["current_profit"] == "1.9323866098359343"


def test_the_grid_is_coloured_for_a_person(trading: TradingServer) -> None:
    with Terminal("grid-bots", "show", str(FIRST), size=(50, 80)) as terminal:
        assert terminal.end() == 0
    assert re.search(r"\x1b\[31m┤○\x1b\[0m \x1b\[31msell", terminal.seen)
    assert re.search(r"\x1b\[32m┤○\x1b\[0m \x1b\[32mbuy", terminal.seen)
    assert max(len(COLOUR.sub("", line).rstrip()) for line in terminal.seen.splitlines()) <= 80


def test_a_grid_bot_that_is_not_there(command: Command, trading: TradingServer) -> None:
    assert command("grid-bots", "show", "7").error.startswith("GET /ver1/grid_bots/7 at HOST: 3Commas answered 404")
    assert command("grid-bots", "show", "x").error.startswith("Invalid value for 'ID': a grid bot's id is a whole")
    assert command("grid-bots", "export", "7", str(FIRST)).error == "there is no grid bot 7"


# --- enable and disable


def test_enable_and_disable(command: Command, trading: TradingServer) -> None:
    assert command("grid-bots", "enable", str(SECOND)) == Result(0, f"Grid bot {SECOND} was switched on.\n", "")
    assert trading.grid_bots[SECOND]["is_enabled"] is True
    several = command("grid-bots", "disable", str(FIRST), str(SECOND))
    assert several.out == f"Grid bots {FIRST}, {SECOND} were switched off.\n"
    assert [path for _, path, _ in trading.sent] == [
        f"/grid_bots/{SECOND}/enable",
        f"/grid_bots/{FIRST}/disable",
        f"/grid_bots/{SECOND}/disable",
    ]


def test_what_was_done_before_an_error_is_told(command: Command, trading: TradingServer) -> None:
    trading.loses = {f"POST /grid_bots/{SECOND}/enable"}
    result = command("grid-bots", "enable", str(FIRST), str(SECOND), str(THIRD))
    assert result.status == 1
    assert result.error.endswith(
        f"; check with 'threecommas grid-bots show {SECOND}' before you repeat it; before it, switched on: {FIRST}"
    )
    assert len(trading.sent) == 2


# --- settings


def test_export_diff_and_apply(command: Command, trading: TradingServer) -> None:
    exported = command("grid-bots", "export", "--all")
    assert (exported.status, exported.err) == (0, "")
    assert [bot["id"] for bot in tomllib.loads(exported.out)["grid_bots"]] == [FIRST, SECOND, THIRD]
    Path("all.toml").write_text(exported.out)
    assert command("grid-bots", "diff", "all.toml").out == "No differences: 3 grid bots compared.\n"
    file = file_of(SECOND, 'upper_price = 0.1600\ngrids_quantity = 12\nname = "Grid"\n')
    differs = command("grid-bots", "diff", file, COLUMNS="80")
    assert differs.out.startswith(f"Grid bot {SECOND}, DOGE_USDT/USDT: 3 differences\n")
    assert cells(differs.out) == [
        ["Setting", "At 3Commas", "Wanted"],
        ["upper_price", "0.15161", "0.1600"],
        ["grids_quantity", "10", "12"],
        ["name", "DOGE_USDT/USDT", "Grid"],
    ]
    assert not trading.sent
    applied = command("grid-bots", "apply", file, "--yes")
    assert (applied.status, applied.err) == (0, "")
    assert applied.out.startswith("1 of 1 grid bot changed\n")
    ((method, path, body),) = trading.sent
    assert (method, path) == ("PATCH", f"/grid_bots/{SECOND}/manual")
    assert (body["upper_price"], body["grids_quantity"], body["lower_price"]) == ("0.1600", 12, "0.11016")
    assert not body.keys() & {"pair", "mode", "order_currency_type", "profit_currency_type", "leverage_type"}


def test_what_was_applied_can_be_undone(command: Command, trading: TradingServer) -> None:
    before = command("grid-bots", "export", "--all").out
    changes = 'upper_price = 71000\nlower_stop_loss_action = "stop_bot"\nunset = ["note"]\n'
    found = UNDO.search(command("grid-bots", "apply", file_of(THIRD, changes), "--yes").out)
    assert found is not None
    undo = Path(found["file"])
    assert undo.name.startswith("grids.undo-")
    assert tomllib.loads(undo.read_text())["grid_bots"] == [
        {
            "id": THIRD,
            "upper_price": "70000.0",
            "lower_stop_loss_action": "stop_bot_and_close_position",
            "note": "Example bot",
        }
    ]
    assert command("grid-bots", "export", "--all").out != before
    assert command("grid-bots", "apply", str(undo), "--yes").status == 0
    assert command("grid-bots", "export", "--all").out == before


@pytest.mark.parametrize(
    ("number", "settings", "error"),
    [
        (FIRST, 'mode = "short"', "mode (now long, wanted short) cannot be changed: a grid bot is given it when it is"),
        (SECOND, 'pair = "USDT_ETH"', "pair (now USDT_DOGE_USDT, wanted USDT_ETH) cannot be changed"),
        (SECOND, "account_id = 7", "account_id (now 32864603, wanted 7) cannot be changed"),
        (SECOND, "lower_price = 1", "lower_price must be below upper_price, 0.15161, not 1; nothing was sent"),
        (SECOND, "expansion_down_enabled = true", "expansion_down_stop_price is required"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_sent(
    command: Command, trading: TradingServer, number: int, settings: str, error: str
) -> None:
    result = command("grid-bots", "apply", file_of(number, settings), "--yes")
    assert result.status == 1
    assert result.error.startswith(f"grid bot {number}: ")
    assert error in result.error
    assert not trading.sent


def test_a_file_of_other_bots_is_refused(command: Command, trading: TradingServer) -> None:
    Path("bots.toml").write_text("[[bots]]\nid = 7\n")
    assert command("grid-bots", "apply", "bots.toml", "--yes").error == (
        "bots.toml: bots does not belong here: a file of grid bots has [[grid_bots]] and nothing else"
    )
    assert command("bots", "apply", file_of(7, ""), "--yes").error == (
        "grids.toml: grid_bots does not belong here: a file of DCA bots has [[bots]] and nothing else"
    )
    assert not trading.queries


def test_after_a_lost_response_nothing_more_is_changed(command: Command, trading: TradingServer) -> None:
    trading.loses = {f"PATCH /grid_bots/{FIRST}/manual"}
    options = ("--set", "name='New'", "--yes", "--undo", "undo.toml")
    result = command("grid-bots", "edit", str(FIRST), str(SECOND), *options)
    assert result.status == 1
    assert [row[2] for row in cells(result.out)[1:]] == ["unknown", "not tried"]
    assert result.err.endswith(
        f"; check with 'threecommas grid-bots show {FIRST}' before you repeat it; 1 grid bot after it was not tried\n"
    )
    assert tomllib.loads(Path("undo.toml").read_text())["grid_bots"] == [{"id": FIRST, "name": "VETUSDT/BNFCR"}]
    assert len(trading.sent) == 1


def test_edit_names_what_only_a_new_bot_is_given(command: Command, trading: TradingServer) -> None:
    result = command("grid-bots", "edit", str(FIRST), "--set", "pair='USDT_ETH'")
    assert result.status == 2
    assert result.error.startswith("Invalid value for '--set': pair cannot be changed: a grid bot is given it")
    assert command("grid-bots", "edit", str(FIRST), "--set", "upper_price=0.0230").status == 0
    assert trading.sent[0][2]["upper_price"] == "0.0230"
    (undo,) = Path().glob("*.toml")
    assert undo.name.startswith("grid-bots.undo-")


def test_a_person_sees_old_and_new_and_is_asked(trading: TradingServer) -> None:
    with Terminal("grid-bots", "apply", file_of(SECOND, 'name = "Grid"\n'), NO_COLOR="1") as terminal:
        terminal.answer("Change 1 setting of 1 grid bot? [y/N] ", "n\n")
        assert terminal.end() == 1
    assert "name    │ DOGE_USDT/USDT │ Grid" in terminal.seen
    assert terminal.seen.endswith("nothing was changed\n")
    assert not trading.sent
