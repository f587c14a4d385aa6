"""``threecommas markets``, ``pairs`` and ``rates``, for people who have no key."""

from __future__ import annotations

import pytest

from tests.cli.command_line import Command, OddServer, rows
from threecommas_async.sandbox import Sandbox


@pytest.fixture(autouse=True)
def _no_key(server: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("THREECOMMAS_API_KEY", "THREECOMMAS_API_SECRET"):
        monkeypatch.delenv(name)


def test_markets(command: Command) -> None:
    table = command("markets").out
    assert table.startswith("28 markets\n")
    lines = [[cell.strip() for cell in line.split("│")] for line in table.splitlines() if "│" in line]
    assert lines[0] == ["Code", "Name", "Needs"]
    assert ["okex_futures", "OKX Futures", "secret, api_key, passphrase"] in lines
    assert ["paper_trading", "Paper Account", "nothing"] in lines


def test_markets_as_json(command: Command) -> None:
    result = command("markets", "--json")
    assert (result.status, result.err) == (0, "")
    markets = {market["market_code"]: market for market in result.json}
    assert len(markets) == 28
    needed = [form["field"] for form in markets["okex"]["form_fields"]["required"]]
    assert needed == ["secret", "api_key", "passphrase"]


def test_what_a_market_needs_and_what_it_may_have(command: Command, odd_server: OddServer) -> None:
    forms = {"required": [{"field": "address"}], "optional": [{"field": "name"}, {"field": "passphrase"}]}
    named: list[dict[str, object]] = [
        {"market_code": "a", "form_fields": forms},
        {"market_code": "b", "form_fields": {"optional": forms["optional"]}},
        {"market_code": "c", "market_name": "[red]\x1b[2J"},
    ]
    odd_server.answers = {"/market_list": (200, named)}
    _, *lines = [line for line in command("markets").out.splitlines() if "│" in line]
    assert [[cell.strip() for cell in line.split("│")] for line in lines] == [
        ["a", "-", "address; optionally name, passphrase"],
        ["b", "-", "nothing; optionally name, passphrase"],
        ["c", "[red]\ufffd[2J", "-"],
    ]


def test_pairs(command: Command) -> None:
    result = command("pairs", "binance")
    lines = result.out.splitlines()
    assert (result.status, result.err) == (0, "")
    assert "USDT_BTC" in lines
    assert all(line.count("_") == 1 and line.isprintable() for line in lines)
    assert command("pairs", "binance", "--json").json == lines


def test_a_wallet_trades_nothing(command: Command) -> None:
    assert command("pairs", "ethereumwallet").out == ""
    assert command("pairs", "ethereumwallet", "--json").json == []


def test_rates(command: Command) -> None:
    table = command("rates", "binance", "USDT_BTC").out
    assert table.startswith("USDT_BTC on binance\n")
    told = rows(table)
    assert (told["Last"], told["Ask"], told["Min lot size"]) == ("60319.62", "60319.63", "0.00001")
    assert "Leverage" not in told
    assert "Min market buy amount" not in told  # 3Commas did not tell it
    found = command("rates", "binance", "USDT_BTC", "--json").json
    assert (found["last"], found["minLotSize"]) == ("60319.62", "0.00001")


def test_rates_with_leverage(command: Command) -> None:
    table = command("rates", "binance_futures", "USDT_BTCUSDT", "--leverage").out
    assert rows(table)["Leverage"] == "Cross from 1 up to 25.0"
    assert rows(command("rates", "binance", "USDT_BTC", "--leverage").out)["Leverage"] == "none"
    found = command("rates", "binance_futures", "USDT_BTCUSDT", "--leverage", "--json").json
    assert found["leverage_data"][0]["max_leverage"] == "25.0"


def test_ways_to_tell_leverage(command: Command, odd_server: OddServer) -> None:
    kinds: list[dict[str, object]] = [
        {"code": "none", "name": "Not specified", "valid": {}},
        {"code": "isolated", "available_leverage_values": [1, 2.5, 10]},
        {"code": "cross", "max_leverage": "1E+2"},
    ]
    odd_server.answers = {"/currency_rates_with_leverage_data": (200, {"leverage_data": kinds})}
    told = rows(command("rates", "m", "P_P", "--leverage").out)
    assert told == {"Leverage": "Not specified; isolated 1, 2.5, 10; cross up to 100"}


@pytest.mark.parametrize("kind", ["bot", "smart_trade"])
def test_the_limits_are_those_of(command: Command, odd_server: OddServer, kind: str) -> None:
    odd_server.answers = {"/currency_rates": (200, {"last": "1"})}
    assert command("rates", "binance", "USDT_BTC", "--for", kind).status == 0
    assert command("rates", "binance", "USDT_BTC").status == 0
    pair = {"market_code": "binance", "pair": "USDT_BTC"}
    assert odd_server.queries == [pair | {"limit_type": kind}, pair]


@pytest.mark.parametrize(
    ("arguments", "status", "error"),
    [
        (
            ("pairs", "zzz"),
            1,
            (
                "GET /ver1/accounts/market_pairs at HOST: 3Commas answered 400 record_invalid: Invalid parameters;"
                " market_code does not have a valid value"
            ),
        ),
        (
            ("rates", "binance", "BTC_USDT"),
            1,
            (
                "GET /ver1/accounts/currency_rates at HOST: 3Commas answered 400 record_invalid: Invalid parameters;"
                " pair does not have a valid value"
            ),
        ),
        (("pairs", ""), 1, "market_code is required"),
        (("pairs",), 2, "Missing argument 'MARKET' (see threecommas pairs --help)"),
        (
            ("rates", "binance", "USDT_BTC", "--for", "bot", "--leverage"),
            2,
            (
                "Invalid value: 3Commas does not return both at once; omit --for or --leverage"
                " (see threecommas rates --help)"
            ),
        ),
    ],
    ids=str,
)
def test_refusals(command: Command, arguments: tuple[str, ...], status: int, error: str) -> None:
    result = command(*arguments)
    assert (result.status, result.error) == (status, error)


@pytest.mark.parametrize(
    "arguments", [("markets",), ("pairs", "binance"), ("rates", "binance", "USDT_BTC")], ids=" ".join
)
def test_every_command_has_a_sandbox(command: Command, server: Sandbox, arguments: tuple[str, ...]) -> None:
    plain = command(*arguments, "--sandbox")
    assert (plain.status, plain.err) == (0, "")
    assert plain.out
    assert command(*arguments, "--sandbox", "--json").json
    assert not server.requests  # it was another one
