"""``threecommas signal``."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import attrs
import pytest

from tests.cli.command_line import Command, OddServer, Result, Terminal
from threecommas_async.models import DcaBotSettings, StrategySettings
from threecommas_async.sandbox import Sandbox, SandboxSignalBot

TOKEN = "0f0e0d0c-0000-4000-8000-000000000001"
UUID = "0a0b0c0d-0000-4000-8000-000000000002"
SECRET = "s-EXAMPLE"
KEYS = ("THREECOMMAS_API_KEY", "THREECOMMAS_API_SECRET")


@attrs.frozen
class Stage:
    """A sandbox with a bot that starts deals by signals, and a Signal Bot."""

    sandbox: Sandbox
    bot: str
    signal_bot: SandboxSignalBot
    command: Command

    def run(self, *arguments: str, **variables: str) -> Result:
        tokens = {
            "THREECOMMAS_EMAIL_TOKEN": self.sandbox.signals.email_token,
            "THREECOMMAS_SIGNAL_SECRET": self.signal_bot.secret,
        }
        result = self.command("signal", *arguments, **{**tokens, **variables})
        assert not any(token in result.out + result.err for token in tokens.values())
        return result

    def done(self, *arguments: str) -> str:
        result = self.run(*arguments)
        assert (result.status, result.err) == (0, "")
        return result.out


@pytest.fixture
def stage(server: Sandbox, command: Command) -> Stage:
    account_id = server.accounts.add(balances={"USDT": 10_000, "ETH": 10})
    settings = DcaBotSettings(
        name="Signalled",
        pairs=["USDT_ETH", "USDT_BTC"],
        strategy_list=[StrategySettings(strategy="tv_custom_signal")],
        base_order_volume="100",
        take_profit_type="total",
        take_profit="2",
        max_active_deals=2,
        safety_order_volume="50",
        safety_order_step_percentage="1",
        max_safety_orders=0,
        active_safety_orders_count=0,
        martingale_volume_coefficient="1",
        martingale_step_coefficient="1",
        trailing_enabled=True,
        trailing_deviation="1",
    )

    async def create() -> int:
        async with server.client() as client:
            bot = await client.bots.create(account_id=account_id, settings=settings)
            await client.bots.enable(bot.id)
            return bot.id

    bot = asyncio.run(create())
    signal_bot = server.signals.create_bot(account_id, instruments=["ETHUSDT"], direction="both")
    return Stage(server, str(bot), signal_bot, command)


# ---- DCA bots --------------------------------------------------------------------------------------------------------
def test_a_deal_is_started_without_an_api_key(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEYS:
        monkeypatch.delenv(name)
    said = stage.done("start-deal", stage.bot, "--pair", "USDT_ETH", "--yes")
    assert said == f"3Commas received start_deal for bot {stage.bot}, which does not say that it is executed.\n"
    assert [record.verdict for record in stage.sandbox.signals.log] == ["executed"]


def test_what_was_received_may_have_no_effect(stage: Stage) -> None:
    assert "received close_at_market_price" in stage.done("close", stage.bot, "--pair", "USDT_ETH", "--yes")
    assert [record.reason for record in stage.sandbox.signals.log] == ["there is no open deal"]


def test_a_receipt_as_json(stage: Stage) -> None:
    receipt = stage.run("stop-bot", stage.bot, "--json").json
    assert receipt.pop("sent_at")
    assert receipt == {"result": "received", "action": "stop_bot", "bot": stage.bot, "status": 200, "body": ""}


def test_effects_are_waited_for(stage: Stage) -> None:
    bot, eth = stage.bot, ("--pair", "USDT_ETH")
    started = stage.run("start-deal", bot, *eth, "--confirm", "--yes", "--json").json
    [deal] = started["deals"]
    assert (started["result"], deal["status"], deal["pair"]) == ("confirmed", "bought", "USDT_ETH")
    # It is confirmed as soon as it is being closed, which may be seen or over already.
    assert stage.done("close", bot, *eth, "--confirm", "--yes") in [
        f"Confirmed: deal {deal['id']} on USDT_ETH is {status}.\n" for status in ("panic_sell_pending", "panic_sold")
    ]
    assert stage.done("stop-bot", bot, "--confirm") == f"Confirmed: bot {bot} is off.\n"
    assert stage.done("start-bot", bot, "--confirm") == f"Confirmed: bot {bot} is on.\n"
    for pair in ("USDT_ETH", "USDT_BTC"):
        stage.done("start-deal", bot, "--pair", pair, "--yes")
    said = stage.done("cancel", bot, "--all", "--stop-bot", "--confirm", "--yes")
    assert said.count("is cancel") == 2
    assert said.endswith(f", bot {bot} is off.\n")


def test_an_effect_that_is_not_seen_is_a_failure_with_the_reasons(stage: Stage) -> None:
    stage.done("stop-bot", stage.bot)
    arguments = ("start-deal", stage.bot, "--pair", "USDT_BNB", "--confirm", "--timeout", "1", "--yes")
    assert stage.run(*arguments).error == (
        f"no effect of the signal to bot {stage.bot} was seen within 1 s after its delays: the bot is off; it does not "
        "trade the pair"
    )
    result = stage.run(*arguments, "--json")
    assert result.status == 1
    assert (result.json["result"], result.json["reasons"]) == ("not seen", ["bot_disabled", "pair_not_in_bot"])
    assert result.json["receipt"]["status"] == 200


def test_confirming_needs_an_api_key(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("THREECOMMAS_API_KEY")
    result = stage.run("stop-bot", stage.bot, "--confirm")
    assert (result.status, result.error) == (1, "the environment variable THREECOMMAS_API_KEY is not set")
    assert not stage.sandbox.signals.log


@pytest.mark.parametrize(
    ("arguments", "sent"),
    [
        (("start-deal", "7"), {}),
        (("start-deal", "7", "--pair", "USDT_ETH", "--delay", "6"), {"pair": "USDT_ETH", "delay_seconds": 6}),
        (("close", "7", "--pair", "USDT_ETH"), {"action": "close_at_market_price", "pair": "USDT_ETH"}),
        (("close", "7", "--all"), {"action": "close_at_market_price_all"}),
        (("close", "7", "--all", "--stop-bot"), {"action": "close_at_market_price_all_and_stop_bot"}),
        (("cancel", "7", "--delay", "1"), {"action": "cancel", "delay_seconds": 1}),
        (("cancel", "7", "--all"), {"action": "cancel_all"}),
        (("start-bot", "7", "--delay", "2"), {"action": "start_bot", "delay_seconds": 2}),
        (("stop-bot", "7"), {"action": "stop_bot"}),
        (("start-trailing", "7", "--pair", "USDT_ETH"), {"action": "start_trailing", "pair": "USDT_ETH"}),
        (("add-funds", "7", "--volume", "50.5"), {"action": "add_funds_in_quote", "volume": 50.5}),
        (
            ("add-funds", "7", "--volume", "50", "--price", "1900", "--pair", "USDT_ETH"),
            {"action": "add_funds_in_quote", "volume": 50, "price": 1900, "pair": "USDT_ETH"},
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_is_sent(
    command: Command, odd_server: OddServer, arguments: tuple[str, ...], sent: dict[str, object]
) -> None:
    odd_server.answers["/trade_signal/trading_view"] = (200, {})
    asks = arguments[0] in ("start-deal", "close", "cancel", "add-funds")
    result = command("signal", *arguments, *(["--yes"] if asks else []), THREECOMMAS_EMAIL_TOKEN=TOKEN)
    assert (result.status, result.err) == (0, "")
    [body] = odd_server.bodies
    assert json.loads(body) == {"message_type": "bot", "bot_id": 7, "email_token": TOKEN, "delay_seconds": 0} | sent
    [headers] = odd_server.headers
    assert not {"Apikey", "Signature"} & headers.keys()


@pytest.mark.parametrize("name", ["start-deal", "close", "cancel", "add-funds"])
def test_a_question_comes_first(stage: Stage, name: str) -> None:
    more = ("--volume", "5") if name == "add-funds" else ()
    result = stage.run(name, stage.bot, *more)
    assert result.status == 2
    assert "there is no terminal to ask at: add --yes" in result.err
    assert not stage.sandbox.signals.log


def test_a_person_may_say_no(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THREECOMMAS_EMAIL_TOKEN", stage.sandbox.signals.email_token)
    with Terminal("signal", "close", stage.bot, "--all") as terminal:
        terminal.answer(f"Close all deals of bot {stage.bot} at the market price? [y/N] ", "n\n")
        assert terminal.end() == 1
    assert terminal.seen.endswith("nothing was sent\n")
    assert not stage.sandbox.signals.log


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("close", "7", "--all", "--pair", "USDT_ETH"), "it excludes --pair"),
        (("cancel", "7", "--stop-bot"), "it requires --all"),
        (("start-deal", "x"), "a bot's id is a whole number"),
        (("start-deal", "7", "--delay", "-1"), "Invalid value for '--delay'"),
        (("add-funds", "7", "--volume", "0"), "it must be a number above 0"),
        (("add-funds", "7"), "Missing option '--volume'"),
        (("enter", "7", "long", "ETHUSDT", "--exchange", "BINANCE"), "a Signal Bot's id is a UUID"),
        (("enter", UUID, "up", "ETHUSDT", "--exchange", "BINANCE"), "'up' is not one of 'long', 'short'"),
        (("exit", UUID, "long", "ETHUSDT"), "Missing option '--exchange'"),
    ],
    ids=str,
)
def test_wrong_usage(stage: Stage, arguments: tuple[str, ...], text: str) -> None:
    result = stage.run(*arguments)
    assert (result.status, result.out) == (2, "")
    assert text in result.err
    assert not stage.sandbox.requests or stage.sandbox.requests[-1].path != "/trade_signal/trading_view"


def test_a_token_is_needed_and_comes_from_the_environment_alone(stage: Stage) -> None:
    result = stage.command("signal", "stop-bot", stage.bot)
    assert result.error == (
        "the environment variable THREECOMMAS_EMAIL_TOKEN is not set; 3Commas shows its value on the bot's page"
    )
    help_text = stage.command("signal", "stop-bot", "--help").out
    assert "token" not in help_text.replace("THREECOMMAS_EMAIL_TOKEN", "")


def test_a_token_without_the_form_of_one_is_not_sent_or_shown(stage: Stage) -> None:
    result = stage.run("stop-bot", stage.bot, THREECOMMAS_EMAIL_TOKEN="my-token")
    assert "email_token must be the UUID" in result.error
    assert "my-token" not in result.err


def test_a_wrong_token_is_refused(stage: Stage) -> None:
    result = stage.run("stop-bot", stage.bot, THREECOMMAS_EMAIL_TOKEN=TOKEN)
    assert result.status == 1
    assert "401" in result.error
    assert TOKEN not in result.err


def test_after_a_lost_response_the_error_says_where_to_look(stage: Stage) -> None:
    stage.sandbox.faults.drop_next(before_processing=False, path="/trade_signal/trading_view", times=1)
    result = stage.run("start-deal", stage.bot, "--pair", "USDT_ETH", "--yes")
    assert result.status == 1
    assert result.error.endswith("check with 'threecommas deals list' before you repeat it")
    assert len(stage.sandbox.signals.log) == 1


def test_the_sandbox_of_a_command_has_a_token_of_its_own(command: Command) -> None:
    result = command("signal", "close", "15564829", "--confirm", "--yes", "--sandbox")
    assert (result.status, result.err) == (0, "")
    assert (
        result.out
        == "Confirmed: deal 2376506366 on USDT_ETH is panic_sold in the sandbox (nothing left this machine).\n"
    )
    result = command("signal", "disable", UUID, "--yes", "--sandbox")
    assert result.error == "the sandbox of a command has no Signal Bots"


# ---- Signal Bots -----------------------------------------------------------------------------------------------------
def test_a_position_is_entered_and_exited(stage: Stage) -> None:
    uuid, pair = stage.signal_bot.uuid, ("long", "ETHUSDT", "--exchange", "BINANCE", "--yes")
    said = stage.done("enter", uuid, *pair, "--amount", "50")
    assert said == f"3Commas received enter_long for bot {uuid}, which does not say that it is executed.\n"
    stage.done("exit", uuid, *pair, "--percent", "40")
    stage.done("exit", uuid, *pair)
    stage.done("enter", uuid, "short", *pair[1:])
    stage.done("exit", uuid, "short", *pair[1:])
    stage.done("disable", uuid, "--positions", "market_close", "--yes")
    log = stage.sandbox.signals.log
    assert [(record.action, record.verdict) for record in log] == [
        ("enter_long", "executed"),
        ("exit_long", "executed"),
        ("exit_long", "executed"),
        ("enter_short", "executed"),
        ("exit_short", "executed"),
        ("disable", "executed"),
    ]
    assert len({record.ids for record in log}) == 3


def test_what_is_sent_to_a_signal_bot(command: Command, odd_server: OddServer) -> None:
    odd_server.answers["/signal_bots/webhooks"] = (200, {})
    target = (UUID, "long", "ETHUSDT", "--exchange", "BINANCE", "--yes")
    bodies = list[Any]()
    for arguments in (("enter", *target), ("exit", *target, "--percent", "25"), ("disable", UUID, "--yes")):
        assert command("signal", *arguments, THREECOMMAS_SIGNAL_SECRET=SECRET).status == 0
        bodies.append(json.loads(odd_server.bodies[-1]))
    enter, leave, disable = bodies
    assert (enter["action"], enter["secret"], enter["bot_uuid"]) == ("enter_long", SECRET, UUID)
    assert (enter["tv_exchange"], enter["tv_instrument"]) == ("BINANCE", "ETHUSDT")
    assert "order" not in enter
    assert leave["order"] == {"amount": "25", "currency_type": "position_percent", "order_type": "market"}
    assert disable["action"] == "disable"
    assert not {"tv_exchange", "positions_sub_action"} & disable.keys()


@pytest.mark.parametrize("name", ["enter", "exit", "disable"])
def test_a_question_comes_first_for_signal_bots(stage: Stage, name: str) -> None:
    more = () if name == "disable" else ("long", "ETHUSDT", "--exchange", "BINANCE")
    result = stage.run(name, stage.signal_bot.uuid, *more)
    assert result.status == 2
    assert "there is no terminal to ask at: add --yes" in result.err
    assert not stage.sandbox.signals.log


def test_a_secret_is_needed_and_a_wrong_one_is_refused(stage: Stage) -> None:
    assert "THREECOMMAS_SIGNAL_SECRET is not set" in stage.command("signal", "disable", UUID, "--yes").error
    result = stage.run("disable", stage.signal_bot.uuid, "--yes", THREECOMMAS_SIGNAL_SECRET="other-secret")
    assert "401" in result.error
    assert "other-secret" not in result.err
