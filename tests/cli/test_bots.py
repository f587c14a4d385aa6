"""``threecommas bots``, against a server that answers as the vendor's examples do."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.command_line import Command, Result, Terminal, cells
from tests.cli.trading_server import TradingServer

FIRST, SECOND, THIRD = 15518453, 15565014, 15656489
REFUSED = {
    "error": "record_invalid",
    "error_description": "Invalid parameters",
    "error_attributes": {"take_profit": ["is too small"]},
}
UNDO = re.compile(r"To undo it: threecommas bots apply '?(?P<file>[^'\n]*\.toml)'?\n")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def writes(trading: TradingServer) -> list[tuple[str, str]]:
    return [(method, path) for method, path, _ in trading.sent]


def written(result: Result) -> Path:
    """The file that a command says undoes it."""
    found = UNDO.search(result.out)
    assert found is not None, result
    return Path(found["file"])


# --- list and show


def test_list(command: Command, trading: TradingServer) -> None:
    result = command("bots", "list")
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith("3 bots\n")
    assert cells(result.out) == [
        ["ID", "Name", "Pairs", "Side", "State", "Deals", "TP %", "Made USD", "Open USD"],
        ["15518453", "BTCUSDT/BNFCR Classic trading", "BNFCR_BTCUSDT", "long", "on", "0/1", "2.00", "0.0", "0.0"],
        ["15565014", "20 oct number 2", "USDT_ETH", "long", "on", "1/1", "0.00", "4.12902028", "-7.006519044"],
        ["15656489", "name DCA Bot", "USDT_ETH", "long", "off", "0/1", "-", "0.0", "0.0"],
    ]


def test_a_list_fits_80_columns(command: Command, trading: TradingServer) -> None:
    trading.bots[FIRST]["pairs"] = ["USDT_BTC", "USDT_ETH", "USDT_ADA"]
    table = command("bots", "list", COLUMNS="80").out
    assert max(map(len, table.splitlines())) <= 80
    head, first, *_ = cells(table)
    assert head == ["ID", "Name", "Pairs", "Side", "State", "Deals", "TP %", "Made USD"]
    assert first[2] == "USDT_BTC +2"


def test_list_as_json(command: Command, trading: TradingServer) -> None:
    found = command("bots", "list", "--json").json
    assert [bot["id"] for bot in found] == [FIRST, SECOND, THIRD]
    assert found[1]["active_deals_usd_profit"] == "-7.006519044"
    assert {bot["url_secret"] for bot in found} == {"<hidden>"}


@pytest.mark.parametrize(
    ("options", "sent", "ids"),
    [
        (("--scope", "disabled"), {"scope": "disabled"}, [THIRD]),
        (("--account", "32833909"), {"account_id": "32833909"}, [FIRST]),
        (("--strategy", "short", "--quote", "USDT"), {"strategy": "short", "quote": "USDT"}, [FIRST, SECOND, THIRD]),
    ],
)
def test_filters(
    command: Command, trading: TradingServer, options: tuple[str, ...], sent: dict[str, str], ids: list[int]
) -> None:
    assert [bot["id"] for bot in command("bots", "list", *options, "--json").json] == ids
    assert sent.items() <= trading.queries[0][1].items()


def test_show(command: Command, trading: TradingServer) -> None:
    trading.bots[SECOND]["active_deals"] = [*trading.deals.values()]
    shown = command("bots", "show", str(SECOND)).out
    assert shown.startswith("Bot\n")
    table = {row[0]: row[1] for row in cells(shown)}
    assert table["Name"] == "20 oct number 2"
    assert table["Base order"] == "50.0 USDT"
    assert table["Opens a deal"] == "nonstop"
    assert table["Closes a deal"] == "rsi time=3m points=70 time_period=7 trigger_condition=greater"
    assert "1 open deal\n" in shown
    assert "2295490936" in shown
    assert "0123456781" not in shown
    assert command("bots", "show", str(SECOND), "--json").json["id"] == SECOND


# --- export


def test_export(command: Command, trading: TradingServer) -> None:
    result = command("bots", "export", str(THIRD), str(FIRST))
    assert (result.status, result.err) == (0, "")
    bots = tomllib.loads(result.out)["bots"]
    assert [bot["id"] for bot in bots] == [THIRD, FIRST]
    assert bots[1]["base_order_volume"] == "400.0"
    assert "min_price" in bots[1]["unset"]
    assert not any(bot["url_secret"] in result.out for bot in trading.bots.values())
    assert "secret" not in result.out


def test_export_of_all(command: Command, trading: TradingServer) -> None:
    bots = tomllib.loads(command("bots", "export", "--all").out)["bots"]
    assert [bot["id"] for bot in bots] == [FIRST, SECOND, THIRD]
    found = command("bots", "export", "--all", "--json").json
    assert [bot["take_profit"] for bot in found] == ["2.0", "0.0", "0"]


def test_export_into_a_file_keeps_its_comments(command: Command, trading: TradingServer) -> None:
    file = Path("bots.toml")
    file.write_text(f"# Ours\n[[bots]]\nid = {FIRST}\ntake_profit = 9 # too much\n")
    result = command("bots", "export", "--into", "bots.toml")
    assert result == Result(0, "1 bot written to bots.toml.\n", "")
    assert file.read_text() == f'# Ours\n[[bots]]\nid = {FIRST}\ntake_profit = "2.0" # too much\n'
    assert command("bots", "diff", "bots.toml").out == "No differences: 1 bot compared.\n"
    assert command("bots", "export", "--all", "--into", "bots.toml").out == "3 bots written to bots.toml.\n"
    assert [bot["id"] for bot in tomllib.loads(file.read_text())["bots"]] == [FIRST, SECOND, THIRD]
    assert file.read_text().startswith("# Ours\n")


def test_export_into_a_new_file(command: Command, trading: TradingServer) -> None:
    assert command("bots", "export", str(FIRST), "--into", "new.toml").status == 0
    assert [bot["id"] for bot in tomllib.loads(Path("new.toml").read_text())["bots"]] == [FIRST]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((), "Invalid value: give either the ids of bots or --all"),
        (("7", "--all"), "Invalid value: give either the ids of bots or --all"),
        (("x",), "Invalid value for 'ID': a bot's id is a whole number"),
        (("--into", "none.toml"), "Invalid value for '--into': the file has no bots: give the ids of bots or --all"),
    ],
)
def test_export_of_what(command: Command, trading: TradingServer, arguments: tuple[str, ...], error: str) -> None:
    result = command("bots", "export", *arguments)
    assert result.status == 2
    assert result.error.startswith(error)
    assert not trading.queries


def test_a_bot_that_is_not_there(command: Command, trading: TradingServer) -> None:
    assert command("bots", "export", "7", str(FIRST), "8").error == "there is no bot 7, 8"
    assert command("bots", "export", "7").error.startswith("GET /ver1/bots/7/show at HOST: 3Commas answered 404")


def test_a_bot_that_cannot_be_read_whole_is_not_exported(command: Command, trading: TradingServer) -> None:
    trading.bots[FIRST]["max_safety_orders"] = "many"
    result = command("bots", "export", str(FIRST))
    assert result.status == 1
    assert f"bot {FIRST} has settings that cannot be written back: max_safety_orders" in result.err
    assert result.out == ""


# --- diff


def toml(**settings: dict[str, str]) -> str:
    """A file of bots; ``bot7={"name": "'x'"}``."""
    return "".join(
        f"[[bots]]\nid = {name.removeprefix('bot')}\n" + "".join(f"{key} = {value}\n" for key, value in values.items())
        for name, values in settings.items()
    )


def file_of(**settings: dict[str, str]) -> str:
    Path("bots.toml").write_text(toml(**settings))
    return "bots.toml"


def test_diff(command: Command, trading: TradingServer) -> None:
    file = file_of(
        bot15518453={"take_profit": "2.5", "name": '"[red]\\u001b[2J"', "cooldown": "300.0"},
        bot15656489={"name": "'name DCA Bot'"},
    )
    result = command("bots", "diff", file)
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith("Bot 15518453, BTCUSDT/BNFCR Classic trading: 2 differences\n")
    assert str(THIRD) not in result.out
    assert cells(result.out) == [
        ["Setting", "At 3Commas", "Wanted"],
        ["take_profit", "2.0", "2.5"],
        ["name", "BTCUSDT/BNFCR Classic trading", "[red]\ufffd[2J"],
    ]
    assert not trading.sent
    found = command("bots", "diff", file, "--json").json
    assert found == [
        {
            "id": FIRST,
            "differences": [
                {"setting": "take_profit", "old": "2.0", "new": "2.5"},
                {"setting": "name", "old": "BTCUSDT/BNFCR Classic trading", "new": "[red]\x1b[2J"},
            ],
        }
    ]


def test_a_file_with_a_mistake_is_named_with_the_place(command: Command, trading: TradingServer) -> None:
    Path("bots.toml").write_text("[[bots]]\nid = 7\ntake_profti = 1\n")
    result = command("bots", "diff", "bots.toml")
    assert result.status == 1
    assert result.error == "bots.toml: bot 7: a bot has no setting 'take_profti'; did you mean 'take_profit'?"
    Path("bots.toml").write_bytes(b"\xff")
    assert command("bots", "diff", "bots.toml").error == "bots.toml is not UTF-8, as TOML is"
    Path("bots.toml").write_text("")
    assert command("bots", "diff", "bots.toml").error == "bots.toml has no bots"
    assert command("bots", "diff", "other.toml").status == 2
    assert not trading.queries


# --- apply


def test_apply(command: Command, trading: TradingServer) -> None:
    file = file_of(
        bot15518453={"take_profit": "2.5", "unset": "['min_profit_percentage']"},
        bot15565014={"name": "'Second'"},
        bot15656489={"name": "'name DCA Bot'"},
    )
    result = command("bots", "apply", file, "--yes")
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith("2 of 2 bots changed\n")
    assert [row[2] for row in cells(result.out)[1:]] == ["changed", "changed"]
    assert writes(trading) == [("PATCH", f"/bots/{FIRST}/update"), ("PATCH", f"/bots/{SECOND}/update")]
    body = trading.sent[0][2]
    assert (body["take_profit"], body["min_profit_percentage"]) == ("2.5", None)
    assert body["base_order_volume"] == "400.0"
    assert "strategy" not in body
    assert trading.bots[SECOND]["name"] == "Second"


def test_what_was_applied_can_be_undone(command: Command, trading: TradingServer) -> None:
    before = command("bots", "export", "--all").out
    result = command("bots", "apply", file_of(bot15518453={"take_profit": "2.5", "unset": "['cooldown']"}), "--yes")
    assert result.status == 1
    assert result.error == "bots.toml: bot 15518453: cooldown cannot be unset"
    changes = {"take_profit": "2.5", "unset": "['leverage_custom_value']"}
    undo = written(command("bots", "apply", file_of(bot15518453=changes, bot15565014={"name": "'x'"}), "--yes"))
    assert undo.name.startswith("bots.undo-")
    assert tomllib.loads(undo.read_text())["bots"] == [
        {"id": FIRST, "take_profit": "2.0", "leverage_custom_value": "1.0"},
        {"id": SECOND, "name": "20 oct number 2"},
    ]
    assert command("bots", "export", "--all").out != before
    assert command("bots", "apply", str(undo), "--yes", "--undo", "redo.toml").status == 0
    assert command("bots", "export", "--all").out == before
    assert tomllib.loads(Path("redo.toml").read_text())["bots"][1] == {"id": SECOND, "name": "x"}


def test_a_dry_run_sends_nothing(command: Command, trading: TradingServer) -> None:
    file = file_of(bot15518453={"take_profit": "2.5"})
    result = command("bots", "apply", file, "--dry-run")
    assert (result.status, result.err) == (0, "")
    assert result.out.endswith("\nNothing was sent.\n")
    assert cells(result.out)[1] == ["take_profit", "2.0", "2.5"]
    assert not trading.sent
    assert [*Path().iterdir()] == [Path("bots.toml")]


def test_nothing_to_apply(command: Command, trading: TradingServer) -> None:
    result = command("bots", "apply", file_of(bot15518453={"take_profit": "2.00"}))
    assert result == Result(0, "No differences: 1 bot compared.\n", "")


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"strategy": "'short'"}, "strategy (now long, wanted short)"),
        ({"min_price": "5", "max_price": "7"}, "min_price (now unset, wanted 5), max_price (now unset, wanted 7)"),
        ({"safety_strategy_list": "[{strategy = 'rsi'}]"}, "safety_strategy_list (now none, wanted rsi)"),
        ({"account_id": "1"}, "account_id (now 32833909, wanted 1)"),
    ],
)
def test_what_is_fixed_is_refused_by_name(
    command: Command, trading: TradingServer, settings: dict[str, str], named: str
) -> None:
    result = command("bots", "apply", file_of(bot15656489={"name": "'x'"}, bot15518453=settings), "--yes")
    assert result.status == 1
    assert result.error == (
        f"bot 15518453: {named} cannot be changed: a bot is given it when it is created; nothing was sent"
    )
    assert not trading.sent


def test_what_does_not_go_together_is_refused_before_anything_is_sent(command: Command, trading: TradingServer) -> None:
    settings = {"take_profit_steps": "[{amount_percentage = 100, profit_percentage = 2}]"}
    result = command("bots", "apply", file_of(bot15656489={"name": "'x'"}, bot15518453=settings), "--yes")
    assert result.status == 1
    assert result.error == ("bot 15518453: take_profit must be 0 together with take_profit_steps; nothing was sent")
    assert not trading.sent


def test_a_bot_that_is_refused_does_not_keep_the_others(command: Command, trading: TradingServer) -> None:
    trading.fails = {f"PATCH /bots/{FIRST}/update": (400, REFUSED)}
    file = file_of(bot15518453={"take_profit": "2.5"}, bot15565014={"name": "'x'"})
    result = command("bots", "apply", file, "--yes")
    assert result.status == 1
    assert result.out.startswith("1 of 2 bots changed\n")
    head, first, second = cells(result.out)
    assert head == ["ID", "Name", "Result", "Why"]
    assert first[2] == "not changed"
    assert "take_profit is too small" in first[3]
    assert second[2:] == ["changed", "-"]
    assert result.err.startswith(f"Error: bot {FIRST}: PATCH /ver1/bots/{FIRST}/update at 127.0.0.1:")
    assert tomllib.loads(written(result).read_text())["bots"] == [{"id": SECOND, "name": "20 oct number 2"}]


def test_the_first_unknown_outcome_is_the_last_request(command: Command, trading: TradingServer) -> None:
    trading.loses = {f"PATCH /bots/{SECOND}/update"}
    file = file_of(bot15518453={"name": "'a'"}, bot15565014={"name": "'b'"}, bot15656489={"name": "'c'"})
    result = command("bots", "apply", file, "--yes")
    assert result.status == 1
    assert [row[2] for row in cells(result.out)[1:]] == ["changed", "unknown", "not tried"]
    assert result.err.endswith(
        f"; check with 'threecommas bots show {SECOND}' before you repeat it; 1 bot after it was not tried\n"
    )
    assert [path for _, path in writes(trading)] == [f"/bots/{FIRST}/update", f"/bots/{SECOND}/update"]
    # The one in doubt is in the file as well: if it was not changed, there is nothing to undo.
    undo = written(result)
    assert [bot["id"] for bot in tomllib.loads(undo.read_text())["bots"]] == [FIRST, SECOND]
    trading.loses = set()
    assert command("bots", "apply", str(undo), "--yes").status == 0
    assert [bot["name"] for bot in trading.bots.values()] == [
        "BTCUSDT/BNFCR Classic trading",
        "20 oct number 2",
        "name DCA Bot",
    ]


def test_a_refusal_that_meets_everybody_ends_it(command: Command, trading: TradingServer) -> None:
    denied = {"error": "access_denied", "error_description": "Api key doesn't have enough permissions"}
    trading.fails = {"/update": (403, denied)}
    result = command("bots", "apply", file_of(bot15518453={"name": "'a'"}, bot15565014={"name": "'b'"}), "--yes")
    assert result.status == 1
    assert [row[2] for row in cells(result.out)[1:]] == ["not changed", "not tried"]
    assert len(trading.sent) == 1
    assert "To undo" not in result.out
    assert [*Path().iterdir()] == [Path("bots.toml")]


def test_results_as_json(command: Command, trading: TradingServer) -> None:
    trading.loses = {f"PATCH /bots/{FIRST}/update"}
    file = file_of(bot15518453={"name": "'a'"}, bot15565014={"name": "'b'"})
    result = command("bots", "apply", file, "--yes", "--undo", "undo.toml", "--json")
    assert result.status == 1
    first, second = result.json["results"]
    assert (first["id"], first["result"]) == (FIRST, "unknown")
    assert "whether it was carried out is unknown" in first["error"]
    assert second == {"id": SECOND, "result": "not tried", "error": None}
    assert result.json["undo"] == "undo.toml"


def test_a_change_by_somebody_else_is_not_overwritten(
    command: Command, trading: TradingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from threecommas_async.cli import bot_changes
    from threecommas_async.cli.bot_kinds import BotKind

    checked = bot_changes.checked

    def meanwhile(kind: BotKind, changes: list[bot_changes.Change]) -> list[bot_changes.Change]:
        trading.bots[FIRST]["max_safety_orders"] = 5
        return checked(kind, changes)

    monkeypatch.setattr(bot_changes, "checked", meanwhile)
    result = command("bots", "apply", file_of(bot15518453={"name": "'a'"}), "--yes")
    assert result.status == 1
    assert "max_safety_orders differ from what was read before" in " ".join(result.err.split())
    assert not trading.sent


def test_an_undo_file_that_cannot_be_written_keeps_everything_as_it_is(
    command: Command, trading: TradingServer
) -> None:
    file = file_of(bot15518453={"name": "'a'"})
    Path("there.toml").write_text("mine")
    result = command("bots", "apply", file, "--yes", "--undo", "there.toml")
    assert (result.status, result.error) == (1, "there.toml: File exists")
    assert Path("there.toml").read_text() == "mine"
    assert not trading.sent


# --- apply at a terminal


def test_without_a_terminal_it_wants_to_be_sure(command: Command, trading: TradingServer) -> None:
    result = command("bots", "apply", file_of(bot15518453={"name": "'a'"}), stdin="y\n")
    assert result.status == 2
    assert result.error == (
        "Invalid value: there is no terminal to ask at: add --yes to change the bots without a question"
        " (see threecommas bots apply --help)"
    )
    assert not trading.sent


@pytest.mark.parametrize(("typed", "status", "count"), [("y\n", 0, 2), ("n\n", 1, 0)], ids=["y", "n"])
def test_a_person_sees_old_and_new_and_is_asked(
    trading: TradingServer, typed: str, status: int, count: int, tmp_path: Path
) -> None:
    file = file_of(bot15518453={"take_profit": "2.5"}, bot15565014={"name": "'x'"})
    with (tmp_path / "out").open("w") as out:
        with Terminal("bots", "apply", file, "--json", stdout=out, NO_COLOR="1") as terminal:
            terminal.answer("Change 2 settings of 2 bots? [y/N] ", typed)
            assert terminal.end() == status
    assert "take_profit │ 2.0        │ 2.5" in terminal.seen
    assert "name    │ 20 oct number 2 │ x" in terminal.seen
    assert len(trading.sent) == count
    if count:
        assert re.search(r"Bots .*━.* [012]/2 ", terminal.seen)
        assert '"changed"' in (tmp_path / "out").read_text()
    else:
        assert terminal.seen.endswith("nothing was changed\n")
        assert (tmp_path / "out").read_text() == ""


def test_ctrl_c_leaves_the_way_back(trading: TradingServer) -> None:
    trading.holds = {f"PATCH /bots/{SECOND}/update"}
    file = file_of(bot15518453={"name": "'a'"}, bot15565014={"name": "'b'"}, bot15656489={"name": "'c'"})
    with Terminal("bots", "apply", file, "--yes", "--undo", "undo.toml", NO_COLOR="1", COLUMNS="200") as terminal:
        assert trading.held.wait(10)
        terminal.interrupt()
        assert terminal.end() == 130
    assert "Stopped. To undo the changes: threecommas bots apply undo.toml" in terminal.seen
    assert [bot["id"] for bot in tomllib.loads(Path("undo.toml").read_text())["bots"]] == [FIRST, SECOND]
    assert len(trading.sent) == 2


# --- edit


def test_edit(command: Command, trading: TradingServer) -> None:
    result = command("bots", "edit", str(FIRST), "--set", "take_profit=2.5", "--set", "name='New'")
    assert (result.status, result.err) == (0, "")
    assert (trading.bots[FIRST]["take_profit"], trading.bots[FIRST]["name"]) == ("2.5", "New")
    assert tomllib.loads(written(result).read_text())["bots"] == [
        {"id": FIRST, "take_profit": "2.0", "name": "BTCUSDT/BNFCR Classic trading"}
    ]


def test_several_are_edited_after_a_question_only(command: Command, trading: TradingServer) -> None:
    arguments = ("bots", "edit", str(FIRST), str(SECOND), "--set", "max_safety_orders=7")
    assert command(*arguments).status == 2
    assert not trading.sent
    assert command(*arguments, "--dry-run").out.count("max_safety_orders") == 2
    assert command(*arguments, "--yes").status == 0
    assert [bot["max_safety_orders"] for bot in trading.bots.values()] == [7, 7, 3]


def test_a_decimal_is_sent_as_it_was_typed(command: Command, trading: TradingServer) -> None:
    assert command("bots", "edit", str(FIRST), "--set", "take_profit=2.30000000000000000001").status == 0
    assert trading.sent[0][2]["take_profit"] == "2.30000000000000000001"


def test_unset_is_null(command: Command, trading: TradingServer) -> None:
    assert command("bots", "edit", str(FIRST), "--unset", "leverage_custom_value").status == 0
    assert trading.sent[0][2]["leverage_custom_value"] is None


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ((), "Invalid value: nothing to change: give --set NAME=VALUE or --unset NAME"),
        (("--set", "name=x"), "Invalid value for '--set': the value of name is not TOML; text needs quotes"),
        (("--set", "strategy='short'"), "Invalid value for '--set': strategy cannot be changed: a bot is given it"),
        (("--set", "url_secret='x'"), "Invalid value for '--set': a bot has no setting 'url_secret'"),
    ],
)
def test_edits_that_cannot_be_made(
    command: Command, trading: TradingServer, options: tuple[str, ...], error: str
) -> None:
    result = command("bots", "edit", str(FIRST), *options)
    assert result.status == 2
    assert result.error.startswith(error)
    assert not trading.queries


# --- enable, disable, copy, delete


def test_enable_and_disable(command: Command, trading: TradingServer) -> None:
    assert command("bots", "enable", str(THIRD)) == Result(0, f"Bot {THIRD} was switched on.\n", "")
    assert trading.bots[THIRD]["is_enabled"] is True
    several = command("bots", "disable", str(FIRST), str(SECOND))
    assert several.out == f"Bots {FIRST}, {SECOND} were switched off.\n"
    assert command("bots", "enable", str(FIRST), "--json").json == {"ids": [FIRST], "result": "switched on"}


def test_what_was_done_before_an_error_is_told(command: Command, trading: TradingServer) -> None:
    trading.loses = {f"POST /bots/{SECOND}/disable"}
    result = command("bots", "disable", str(FIRST), str(SECOND), str(THIRD))
    assert result.status == 1
    assert result.error.endswith(
        f"; check with 'threecommas bots show {SECOND}' before you repeat it; before it, switched off: {FIRST}"
    )
    assert [path for _, path in writes(trading)] == [f"/bots/{FIRST}/disable", f"/bots/{SECOND}/disable"]


def test_copy_takes_the_code_from_the_bot(command: Command, trading: TradingServer) -> None:
    result = command("bots", "copy", str(FIRST), "--name", "Copy", "--amount", "240")
    assert result == Result(0, f"Bot {FIRST} was copied: the new bot is 23456789.\n", "")
    assert trading.sent[0][2] == {"name": "Copy", "secret": "0123456780", "amount": "240"}


def test_copy_of_a_bot_of_somebody_else(command: Command, trading: TradingServer) -> None:
    result = command("bots", "copy", str(FIRST), "--name", "Copy", "--json", THREECOMMAS_BOT_CODE="fedcba9876")
    assert result.json["bot_id"] == 23456789
    assert trading.sent[0][2] == {"name": "Copy", "secret": "fedcba9876"}
    assert not trading.queries


def test_delete(command: Command, trading: TradingServer) -> None:
    assert command("bots", "delete", str(FIRST)).status == 2
    assert command("bots", "delete", str(FIRST), "--yes").out == f"Bot {FIRST} was deleted.\n"
    assert [*trading.bots] == [SECOND, THIRD]


def test_delete_asks_a_person(trading: TradingServer) -> None:
    with Terminal("bots", "delete", str(SECOND), TERM="dumb") as terminal:
        terminal.answer(f"Delete bot {SECOND} (20 oct number 2)? [y/N] ", "n\n")
        assert terminal.end() == 1
    assert not trading.sent


def test_amounts_of_a_bot_are_exact(command: Command, trading: TradingServer) -> None:
    trading.bots[SECOND]["finished_deals_profit_usd"] = "0.1000000000000000055511151231257827"
    assert "0.1000000000000000055511151231257827" in command("bots", "list").out
    found = command("bots", "list", "--json").json[1]["finished_deals_profit_usd"]
    assert Decimal(found) == Decimal("0.1000000000000000055511151231257827")
