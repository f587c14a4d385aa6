"""``threecommas deals watch`` and ``threecommas smart-trades watch``."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, Final, cast

import pytest
from rich.console import Console

from tests.cli.command_line import COMMAND, Command, Terminal, use_key
from threecommas_async import ThreeCommasClient, codec
from threecommas_async.cli.session import ladder
from threecommas_async.cli.watch_board import Board, age, line_of_deal, line_of_smart_trade
from threecommas_async.models import Deal, SmartTrade, SmartTradePlan, TakeProfit
from threecommas_async.sandbox import Permission, Sandbox
from threecommas_async.streams import Counters, Gap, Resynced, StreamStatus

D: Final = Decimal
SERIES: Final = """time,price
2024-10-01T00:00:00Z,2000
2024-10-01T00:01:00Z,1979
2024-10-01T00:02:00Z,2100
2024-10-01T00:03:00Z,2090
"""
BOTS: Final = """
[[bots]]
id = 77
name = "Small"
pairs = ["USDT_ETH"]
strategy_list = [{strategy = "nonstop", options = {}}]
base_order_volume = "10"
take_profit_type = "total"
take_profit = "2"
safety_order_volume = "10"
safety_order_step_percentage = "1"
max_safety_orders = 0
active_safety_orders_count = 0
martingale_volume_coefficient = "1"
martingale_step_coefficient = "1"
"""

pytestmark = pytest.mark.usefixtures("no_variables")


@pytest.fixture
def series(tmp_path: Path) -> Path:
    file = tmp_path / "prices.csv"
    file.write_text(SERIES)
    return file


@pytest.fixture
def replay(series: Path) -> list[str]:
    return ["deals", "watch", "--sandbox", "--replay", str(series)]


# ---- a replay --------------------------------------------------------------------------------------------------------
def test_replay_as_json_has_a_line_for_each_event_with_exact_amounts(command: Command, replay: list[str]) -> None:
    result = command(*replay, "--json")
    assert (result.status, result.err) == (0, "")
    events = [json.loads(line, parse_float=D) for line in result.out.splitlines()]
    assert [event["event"] for event in events] == ["deal", "resynced", "deal", "deal", "deal"]
    snapshot, resynced, filled, completed, next_one = events
    assert (snapshot["origin"], snapshot["skipped"], snapshot["deal"]["status"]) == ("snapshot", 0, "bought")
    assert resynced == {"event": "resynced", "requests": 2, "changed": 1}
    assert (filled["origin"], filled["deal"]["completed_safety_orders_count"]) == ("push", 1)
    assert (completed["deal"]["status"], completed["deal"]["finished?"]) == ("completed", True)
    assert completed["deal"]["closed_at"] == "2024-10-01T00:02:00.000Z"
    assert re.fullmatch(r"3\.\d+", completed["deal"]["final_profit"])
    assert completed["deal"]["bot_events"]
    assert next_one["deal"]["id"] == completed["deal"]["id"] + 1


def test_replay_elsewhere_than_in_a_terminal_is_a_line_for_each_change_and_the_results(
    command: Command, replay: list[str]
) -> None:
    result = command(*replay)
    assert (result.status, result.err) == (0, "")
    lines = result.out.splitlines()
    assert re.fullmatch(r"2024-10-01 00:00:00 \d+ USDT_ETH bought, profit -0\.2 USDT \(-0\.10 %\)", lines[0])
    assert lines[1] == "Everything is known: 1 change found"
    assert re.fullmatch(r"2024-10-01 00:02:00 \d+ USDT_ETH completed, profit 3\.\d+ USDT \(2\.00 %\)", lines[3])
    assert "1 bot, 2024-10-01 00:00 to 2024-10-01 00:03" in lines
    assert "\x1b" not in result.out


def test_replay_with_bots_of_a_file(command: Command, replay: list[str], tmp_path: Path) -> None:
    file = tmp_path / "bots.toml"
    file.write_text(BOTS)
    result = command(*replay, "--bots", str(file), "--json")
    deals = [json.loads(line)["deal"] for line in result.out.splitlines() if '"event":"deal"' in line]
    assert {deal["bot_name"] for deal in deals} == {"Small"}
    assert [deal["status"] for deal in deals] == ["bought", "completed", "bought"]


def test_replay_in_a_terminal_is_a_table_that_follows_it_and_the_results(replay: list[str]) -> None:
    with Terminal(*replay, "--seconds", "1") as terminal:
        assert terminal.end() == 0
    screens = [plain_text(frame) for frame in frames(terminal.seen)]
    assert any("live" in screen and "2024-10-01 00:0" in screen for screen in screens)
    (last, *_) = [screen for screen in reversed(screens) if "Pair" in screen]
    assert "1 active deal in the sandbox; 1 finished, +3.01 USD" in last
    assert ", 100 %" in last
    assert re.search(r"USDT_ETH │ Active +│ 2090\.0 ", last)
    assert re.search(r"USDT_ETH │ Completed │ 2\d\d\d", last)
    assert "1 bot, 2024-10-01 00:00 to 2024-10-01 00:03" in last
    assert max(len(line) for screen in screens for line in screen.splitlines()) <= 80


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--replay", "FILE"], "Invalid value for '--replay': it requires --sandbox"),
        (["--sandbox", "--replay", "nowhere.csv"], "Invalid value for '--replay': file 'nowhere.csv' does not exist"),
        (["--sandbox", "--seconds", "5"], "Invalid value: --bots and --seconds require --replay"),
        (["--sandbox", "--bot", "x"], "Invalid value for '--bot': a bot's id is a whole number"),
        (["--sandbox", "--account", "x"], "Invalid value for '--account': an account's id is a whole number"),
    ],
)
def test_wrong_options(command: Command, series: Path, arguments: list[str], error: str) -> None:
    result = command("deals", "watch", *(str(series) if one == "FILE" else one for one in arguments))
    assert result.status == 2
    assert result.error.startswith(error)


def test_wrong_series_and_pair_are_told_in_a_line(command: Command, replay: list[str], series: Path) -> None:
    error = "USDT_XYZ is not traded at binance; see 'threecommas pairs binance --sandbox'"
    assert command(*replay, "--pair", "USDT_XYZ").error == error
    series.write_text("2024-10-01,2000\n2024-10-02\n")
    assert command(*replay).error.startswith(f"{series}: row 2 must have a time and a price")


# ---- a running 3Commas -----------------------------------------------------------------------------------------------
class Remote:
    """A sandbox in another thread, with an account, and an enabled bot on request."""

    def __init__(self, sandbox: Sandbox, loop: asyncio.AbstractEventLoop) -> None:
        self.sandbox = sandbox
        self._loop = loop
        self.account_id = sandbox.accounts.add(balances={"USDT": 100_000})
        self.price("2000")

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def price(self, price: str) -> None:
        self.run(self.sandbox.prices.set("binance", "USDT_ETH", price))

    def call(self, use: Callable[[ThreeCommasClient], Coroutine[Any, Any, Any]]) -> Any:
        async def call() -> Any:
            async with self.sandbox.client() as client:
                return await use(client)

        return self.run(call())

    def bot(self) -> int:
        async def create(client: ThreeCommasClient) -> int:
            bot = await client.bots.create(account_id=self.account_id, settings=ladder())
            return (await client.bots.enable(bot.id)).id

        return cast("int", self.call(create))

    def drop(self) -> None:
        async def drop() -> None:
            self.sandbox.cable.faults.drop_now()

        self.run(drop())


@pytest.fixture
def remote(server: Sandbox, loop: asyncio.AbstractEventLoop) -> Remote:
    return Remote(server, loop)


class Watching:
    """A command that watches, and whose output is read by a program."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ}
        )

    def line(self) -> str:
        return cast("IO[str]", self.process.stdout).readline().rstrip("\n")

    def event(self) -> Any:
        return json.loads(self.line(), parse_float=D)

    def interrupt(self) -> tuple[int, str, str]:
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=10)
        return self.process.returncode, out, err


@contextmanager
def watching(*arguments: str) -> Generator[Watching]:
    watching = Watching(*arguments)
    try:
        yield watching
    finally:
        watching.process.kill()
        watching.process.communicate()


def test_losses_are_told_and_ctrl_c_ends_it_without_a_word(remote: Remote) -> None:
    bot_id = remote.bot()
    with watching("deals", "watch", "--json") as watch:
        first = watch.event()
        assert (first["origin"], first["deal"]["bot_id"]) == ("snapshot", bot_id)
        assert watch.event() == {"event": "resynced", "requests": 2, "changed": 1}
        remote.drop()
        remote.price("1979")
        gap = watch.event()
        assert gap.keys() == {"event", "since", "reason"}
        assert (gap["event"], gap["reason"]) == ("gap", "closed with 1006")
        assert gap["since"].endswith("Z")
        found = watch.event()
        assert (found["origin"], found["deal"]["completed_safety_orders_count"]) == ("backfill", 1)
        assert watch.event()["event"] == "resynced"
        assert watch.interrupt() == (130, "", "")


def test_only_deals_of_a_bot(remote: Remote) -> None:
    remote.bot()
    other = remote.bot()
    with watching("deals", "watch", "--bot", str(other)) as watch:
        words = watch.line().split()
        (deal,) = remote.call(lambda client: client.deals.list(bot_id=other))
        assert words[2] == str(deal.id)
        assert watch.line() == "Everything is known: 1 change found"
        assert watch.interrupt() == (130, "", "")


def test_polling_uses_no_websocket(remote: Remote) -> None:
    remote.bot()
    with watching("deals", "watch", "--poll", "--json") as watch:
        assert watch.event()["origin"] == "snapshot"
        assert remote.sandbox.cable.connections == 0
        assert watch.event()["event"] == "resynced"
        assert watch.interrupt() == (130, "", "")


def test_smart_trades_are_watched(remote: Remote) -> None:
    plan = SmartTradePlan.buy("USDT_ETH", units="0.1", take_profit=TakeProfit.at(price="2100"))
    with watching("smart-trades", "watch", "--json") as watch:
        assert watch.event() == {"event": "resynced", "requests": 2, "changed": 0}
        trade = remote.call(lambda client: client.smart_trades.create(account_id=remote.account_id, plan=plan))
        while (event := watch.event())["smart_trade"]["status"]["type"] != "waiting_targets":
            pass
        assert (event["event"], event["smart_trade"]["id"]) == ("smart_trade", trade.id)
        assert event["smart_trade"]["take_profit"]["steps"][0]["price"]["value"] == "2100.0"
        remote.price("2100")
        assert watch.event()["smart_trade"]["status"]["type"] == "finished"
        assert watch.interrupt() == (130, "", "")


def test_lines_of_smart_trades(remote: Remote) -> None:
    plan = SmartTradePlan.buy("USDT_ETH", units="0.1", price="1990", take_profit=TakeProfit.at(price="2100"))
    trade = remote.call(lambda client: client.smart_trades.create(account_id=remote.account_id, plan=plan))
    with watching("smart-trades", "watch") as watch:
        assert re.fullmatch(rf"[-0-9]+ [:0-9]+ {trade.id} USDT_ETH waiting_position.*", watch.line())
        assert watch.interrupt()[0] == 130


@pytest.mark.parametrize("group", ["deals", "smart-trades"])
def test_ctrl_c_in_a_terminal_leaves_the_table_and_no_traceback(remote: Remote, group: str) -> None:
    remote.bot()
    with Terminal(group, "watch") as terminal:
        terminal._read_until(lambda: "prices 0 s old" in terminal.seen)
        terminal.interrupt()
        assert terminal.end() == 130
    last = plain_text(frames(terminal.seen)[-1])
    assert ("USDT_ETH" in last) == (group == "deals")
    assert "Traceback" not in terminal.seen
    assert terminal.seen.count("\x1b[?25h") == 1  # the cursor is shown again


def test_key_without_the_permission_is_told_in_a_line(
    command: Command, server: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_key(monkeypatch, server.add_key(permissions=[Permission.ACCOUNTS_READ]))
    for options in (["--json"], []):
        result = command("deals", "watch", *options)
        assert result.status == 1
        assert result.error.startswith("3Commas rejected the subscription")


def test_reader_that_goes_away_ends_it(replay: list[str]) -> None:
    ended = subprocess.run(
        ["sh", "-c", '"$@" --json | head -n 1', "sh", *COMMAND, *replay],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    assert (len(ended.stdout.splitlines()), ended.stderr) == (1, "")


# ---- the board -------------------------------------------------------------------------------------------------------
def deal(number: int = 1, **changes: Any) -> Deal:
    """Return a deal, as a push has it."""
    document = {
        "id": number,
        "pair": "USDT_ETH",
        "bot_name": "Ladder",
        "strategy": "long",
        "status": "bought",
        "localized_status": "Active",
        "finished?": False,
        "completed_safety_orders_count": 1,
        "max_safety_orders": 3,
        "bought_average_price": "1993.333333333",
        "current_price": "2000.5",
        "take_profit_price": "2040.51",
        "stop_loss_price": "1800.45",
        "actual_profit": "0.1234567",
        "actual_profit_percentage": "0.359",
        "actual_usd_profit": "0.1234567",
        "updated_at": "2025-01-01T00:00:00.000Z",
        **changes,
    }
    return codec.from_json(json.dumps(document), Deal)


def ended(number: int, profit: str) -> Deal:
    return deal(
        number,
        status="completed",
        localized_status="Completed",
        **{"finished?": True},
        usd_final_profit=profit,
        final_profit=profit,
        sold_average_price="2040.51234",
        current_price="0",
    )


@pytest.fixture
def board() -> Board[Deal]:
    return Board("deal", line_of_deal)


def screen(board: Board[Any], width: int = 80, height: int = 24, said: str = "live") -> str:
    console = Console(width=width, color_system=None)
    with console.capture() as captured:
        console.print(board.shown(width, height, "", said))
    return captured.get()


def test_line_has_price_average_profit_and_distances(board: Board[Deal]) -> None:
    board.take(deal())
    (line,) = board.lines
    assert (line.price, line.average, line.usd, line.percent) == (D("2000.5"), D("1993.3"), D("0.1234567"), D("0.359"))
    assert line.to_take_profit == (D("2040.51") / D("2000.5") - 1) * 100
    assert line.to_stop_loss is not None
    assert line.to_stop_loss < 0
    assert "USDT_ETH │ Ladder │ Active │ 1/3 │ 2000.5 │ 1993.3  │ 0.12 │ 0.36 │ 2.00  │ -10.00" in screen(board, 100)
    assert "USDT_ETH │ Active │ 2000.5 │ 1993.3  │ 0.12 │ 0.36 │ 2.00  │ -10.00" in screen(board, 80)


def test_short_deal_takes_its_profit_below(board: Board[Deal]) -> None:
    short: dict[str, Any] = {
        "strategy": "short",
        "sold_average_price": "2010",
        "take_profit_price": "1960",
        "stop_loss_price": "2200",
    }
    board.take(deal(**short))
    (line,) = board.lines
    assert line.average == 2010
    assert line.to_take_profit is not None
    assert line.to_stop_loss is not None
    assert line.to_take_profit < 0 < line.to_stop_loss


def test_nearest_open_step_counts(board: Board[Deal]) -> None:
    steps = [
        {"id": 1, "price": "2001", "execution_timestamp": "2025-01-01T00:00:00.000Z"},
        {"id": 2, "price": "2100"},
        {"id": 3, "price": "2050"},
    ]
    board.take(deal(take_profit_steps=steps, current_price="2000"))
    assert board.lines[0].to_take_profit == D("2.5")


def test_list_changes_prices_and_profits_but_no_states(board: Board[Deal]) -> None:
    board.take(deal(1))
    board.take(ended(2, "3"))
    board.price([deal(1, current_price="2010", status="panic_sell_pending", actual_usd_profit="5"), deal(2), deal(3)])
    one, two = board.lines
    assert (one.price, one.usd, one.status) == (D(2010), D(5), "Active")
    assert two.is_finished
    assert two.usd == 3
    board.take(deal(1, current_price="2005"))
    assert board.lines[0].price == 2005


def test_active_ones_stand_above_and_what_ended_last_comes_next(board: Board[Deal]) -> None:
    for one in (deal(5), ended(4, "1.5"), deal(3), ended(1, "-0.25")):
        board.take(one)
    board.take(ended(4, "1.5"))
    assert [line.id for line in board.lines] == [3, 5, 4, 1]
    assert (board.finished, board.usd) == (2, D("1.25"))
    assert screen(board).startswith("2 active deals; 2 finished, +1.25 USD\nlive\n")


def test_prices_at_which_deals_were_closed_have_no_more_digits_than_prices(board: Board[Deal]) -> None:
    board.take(deal(1, current_price="2000.55"))
    board.take(ended(2, "1"))
    assert (board.lines[1].price, board.lines[1].average) == (D("2040.51"), D("1993.33"))


def test_board_fits_the_terminal_and_says_what_it_leaves_out(board: Board[Deal]) -> None:
    for number in range(1, 60):
        board.take(deal(2376506366 + number, localized_status="Closing at Market Price"))
    for width, height in ((80, 24), (120, 12), (80, 5)):
        shown = screen(board, width, height).splitlines()
        assert max(map(len, shown)) <= width
    narrow, wide = screen(board, 80), screen(board, 120)
    assert "2376506367" not in narrow
    assert "2376506367" in wide
    assert re.search(r"\n\d+ more\n", narrow)


def test_those_that_ended_long_ago_are_forgotten(board: Board[Deal]) -> None:
    for number in range(1, 300):
        board.take(ended(number, "1"))
    assert len(board.lines) == 100
    assert board.lines[0].id == board.finished == 299
    assert board.usd == 299


def test_gap_is_shown_until_everything_is_known_again(board: Board[Deal]) -> None:
    assert "may be missing" not in screen(board)
    board.note(Gap(datetime(2025, 1, 1, tzinfo=UTC), "closed with 1006"))
    assert "Changes since 2025-01-01 00:00:00 UTC may be missing: closed with 1006" in screen(board)
    board.note(Resynced(2, 0))
    assert "may be missing" not in screen(board)


def test_line_of_a_smart_trade() -> None:
    trades = Board("SmartTrade", line_of_smart_trade)
    document: dict[str, object] = {
        "id": 7,
        "pair": "USDT_ETH",
        "status": {"type": "waiting_targets", "basic_type": "waiting_targets", "title": "Waiting Targets"},
        "position": {"type": "buy", "price": {"value": "2002.0"}, "status": {"type": "finished"}},
        "take_profit": {"enabled": True, "steps": [{"id": 1, "price": {"value": "2100"}, "status": {"type": "idle"}}]},
        "stop_loss": {"enabled": True, "conditional": {"price": {"value": "1900"}}, "status": {"type": "idle"}},
        "data": {"current_price": {"last": "2000"}, "average_enter_price": "2002.0"},
        "profit": {"volume": "-0.4", "usd": "-0.4", "percent": "-0.2"},
        "note": "mine",
    }
    trades.take(codec.from_json(json.dumps(document), SmartTrade))
    (line,) = trades.lines
    assert (line.status, line.name) == ("Waiting Targets", "mine")
    figures = (line.price, line.average, line.usd, line.percent, line.to_take_profit, line.to_stop_loss)
    assert figures == (D(2000), D(2002), D("-0.4"), D("-0.2"), D(5), D(-5))
    assert screen(trades).startswith("1 active SmartTrade\n")


def test_age_says_how_the_connection_is() -> None:
    well = StreamStatus("live", None, 1.4, 1, None, None, Counters(), Counters(), 0)
    assert age(well, None, is_polling=False) == "live, heard 1 s ago"
    assert age(well, 7.6, is_polling=False) == "live, heard 1 s ago; prices 8 s old"
    lost = StreamStatus("waiting", None, 1.0, 0, "no connection (OSError)", None, Counters(), Counters(), 0)
    assert age(lost, None, is_polling=False) == "waiting, heard 1 s ago: no connection (OSError)"
    again = StreamStatus("live", None, 0.0, 3, "silence", None, Counters(), Counters(), 0)
    assert age(again, None, is_polling=False) == "live, heard 0 s ago; 3 connections, the last loss: silence"
    idle = StreamStatus("idle", None, None, 0, None, None, Counters(), Counters(), 0)
    assert age(idle, 2, is_polling=True) == "asks every few seconds; prices 2 s old"


# ---- parts -----------------------------------------------------------------------------------------------------------
def frames(seen: str) -> list[str]:
    """Return what was painted, one after the other."""
    return re.split(r"(?:\x1b\[1A\x1b\[2K)+", seen)


def plain_text(frame: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", frame)
