"""The control of the webhooks: Signal Bots, the log, faults on the way of a signal; and the same over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.sandbox.signalling import (
    BOT_PATH,
    DCA_PATH,
    bot_message,
    message,
    post,
    signal_bot,
    signalled_bot,
    tell,
    tell_bot,
)
from tests.sandbox.trading import MARKET, PAIR, Exchange, exchange
from threecommas_async.errors import ApiError, OutcomeUnknownError, UnreadableResponseError
from threecommas_async.sandbox import Faults, Sandbox
from threecommas_async.signals import DcaBotSignals

BTC = "USDT_BTC"


# ---- Signal Bots and the log -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"account_id": 7}, "there is no account 7"),
        ({"instruments": []}, "must be a list of tickers"),
        ({"instruments": "ETHUSDT"}, "must be a list of tickers"),
        ({"instruments": ["USDT_ETH"]}, "instruments has 'USDT_ETH', which binance does not trade"),
        ({"instruments": ["ETHUSDT.P"]}, "which binance does not trade"),
        ({"kind": "both"}, "kind must be one of custom, strategy"),
        ({"direction": "up"}, "direction must be one of long, short, both"),
        ({"amount": 0}, "amount must be a number above 0"),
        ({"entries": 0}, "entries must be at least 1"),
        ({"min_profit": "-1"}, "min_profit must be a number above 0"),
        ({"secret": "mine"}, "secret must be that of a Signal Bot"),
    ],
    ids=str,
)
async def test_arguments_of_a_signal_bot_are_checked(here: Exchange, changes: dict[str, Any], text: str) -> None:
    given: dict[str, Any] = {"account_id": here.account_id, "instruments": ["ETHUSDT"], **changes}
    with pytest.raises(ValueError, match=text):
        here.sandbox.signals.create_bot(**given)


async def test_a_float_is_no_amount(here: Exchange) -> None:
    with pytest.raises(TypeError, match="amount must be a Decimal"):
        signal_bot(here, amount=0.1)


async def test_pairs_that_were_added_have_instruments(here: Exchange) -> None:
    here.sandbox.pairs.add(MARKET, "USDT_XYZ", price="2", price_step="0.01", lot_step="0.1")
    bot = signal_bot(here, instruments=["XYZUSDT"])
    assert (await tell_bot(here, bot, "enter_long", tv_instrument="XYZUSDT")).pair == "USDT_XYZ"


@pytest.mark.parametrize("status", [200, 399, 500])
def test_a_refusal_is_a_4xx(status: int) -> None:
    with pytest.raises(ValueError, match="unknown_bot must be between 400 and 499"):
        Sandbox().signals.refuse_with(wrong_token=403, unknown_bot=status)


async def test_a_status_that_is_wrong_changes_none(here: Exchange) -> None:
    with pytest.raises(ValueError, match="between 400 and 499"):
        here.sandbox.signals.refuse_with(wrong_token=403, unknown_bot=200)
    assert (await post(here, DCA_PATH, message(here, 7, email_token="no")))[0] == 401


async def test_a_signal_bot_that_is_not_there_cannot_be_enabled(here: Exchange) -> None:
    with pytest.raises(ValueError, match="there is no Signal Bot x"):
        here.sandbox.signals.enable_bot("x")


async def test_the_log_can_be_cleared_and_says_how_much_waits(here: Exchange) -> None:
    bot, signals = await signalled_bot(here), here.sandbox.signals
    await tell(here, bot)
    signals.log.clear()
    await post(here, DCA_PATH, message(here, bot, action="stop_bot", delay_seconds=5))
    assert repr(signals) == "<SandboxSignals: log 0, waiting 1>"
    await here.clock.advance(5)
    assert signals.waiting == 0
    assert [record.action for record in signals.log] == ["stop_bot"]


# ---- faults ----------------------------------------------------------------------------------------------------------
@pytest.fixture
async def dca(here: Exchange) -> DcaBotSignals:
    bot = await signalled_bot(here, pairs=[PAIR, BTC], max_active_deals=2)
    return here.client.signals.dca(bot.id, email_token=here.sandbox.signals.email_token)


async def opened(here: Exchange) -> int:
    return len(await here.client.deals.list())


async def test_the_response_is_lost_after_the_signal_was_executed(here: Exchange, dca: DcaBotSignals) -> None:
    here.sandbox.faults.drop_next(before_processing=False, path=DCA_PATH)
    with pytest.raises(OutcomeUnknownError):
        await dca.start_deal(PAIR)
    assert await opened(here) == 1
    [fault] = here.sandbox.faults.applied
    assert (fault.kind, fault.path, fault.processed) == ("drop", DCA_PATH, True)


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_a_signal_is_refused_with_and_without_effect(
    here: Exchange, dca: DcaBotSignals, status: int, before: bool
) -> None:
    here.sandbox.faults.fail_next(status, before_processing=before, method="POST", path=DCA_PATH)
    with pytest.raises((ApiError, OutcomeUnknownError)):
        await dca.start_deal(PAIR)
    assert await opened(here) == (0 if before else 1)
    assert [record.action for record in here.sandbox.signals.log] == ([] if before else ["start_deal"])


async def test_a_signal_is_delivered_twice(here: Exchange, dca: DcaBotSignals) -> None:
    here.sandbox.faults.duplicate_next(path=DCA_PATH)
    await dca.start_deal(PAIR)
    assert [record.verdict for record in here.sandbox.signals.log] == ["executed", "rejected"]
    assert await opened(here) == 1


async def test_the_response_comes_before_the_signal_is_executed(here: Exchange, dca: DcaBotSignals) -> None:
    start = here.clock.now()
    here.sandbox.faults.postpone_next(20)
    await here.client.users.validate()  # the webhooks alone meet it
    await dca.start_deal(PAIR, delay_seconds=10)
    assert (await opened(here), here.clock.now()) == (0, start)
    await here.clock.advance(30)
    assert await opened(here) == 1
    assert [(record.time - start).total_seconds() for record in here.sandbox.signals.log] == [30]


async def test_a_late_delivery_is_beyond_max_lag(here: Exchange) -> None:
    custom = signal_bot(here)
    bot = here.client.signals.bot(custom.uuid, secret=custom.secret, exchange="BINANCE")
    here.sandbox.faults.delay_next(61, path=BOT_PATH)
    assert (
        await here.client.with_options(timeout=100)
        .signals.bot(custom.uuid, secret=custom.secret, exchange="BINANCE")
        .enter_long("ETHUSDT", max_lag=60)
    ).status == 200
    here.sandbox.faults.postpone_next(61, path=BOT_PATH)
    assert (await bot.enter_long("ETHUSDT", max_lag=60)).status == 200
    await here.clock.advance(61)
    reason = "the signal is older than max_lag, 60 s"
    assert [record.reason for record in here.sandbox.signals.log] == [reason, reason]


async def test_a_redirect_to_another_host_is_not_followed(here: Exchange, dca: DcaBotSignals) -> None:
    async with exchange() as other:
        target = other.sandbox.url.removesuffix("/public/api") + DCA_PATH
        here.sandbox.faults.fail_next(301, headers={"Location": target}, path=DCA_PATH)
        with pytest.raises(UnreadableResponseError):
            await dca.start_deal(PAIR)
        assert not other.sandbox.requests
    assert not here.sandbox.signals.log


async def test_a_call_of_the_api_can_be_delivered_twice(here: Exchange) -> None:
    here.sandbox.faults.duplicate_next(method="POST", path="/ver1/trades")
    bot = await signalled_bot(here)
    here.sandbox.faults.duplicate_next(path="/ver1/bots/{bot_id}/copy_and_create")
    assert bot.url_secret is not None
    await here.client.bots.copy(bot.id, name="Copy", secret=bot.url_secret)
    assert [one.name for one in await here.client.bots.list()].count("Copy") == 2
    here.sandbox.faults.clear()


@pytest.mark.parametrize("path", ["/trade_signal", "/signal_bots/webhook", "/trade_signal/trading_view/", "/ver1/bot"])
def test_a_path_that_is_neither_of_the_api_nor_a_webhook_is_an_error(path: str) -> None:
    with pytest.raises(ValueError, match="no endpoint has the path"):
        Sandbox().faults.fail_next(path=path)


def test_a_webhook_is_suggested() -> None:
    with pytest.raises(ValueError, match="did you mean '/signal_bots/webhooks'"):
        Sandbox().faults.drop_next(path="/signal_bots/webhook")


def test_a_webhook_has_one_verb() -> None:
    with pytest.raises(ValueError, match=f"no endpoint at '{DCA_PATH}' has the verb GET, only POST"):
        Sandbox().faults.drop_next(method="GET", path=DCA_PATH)


@pytest.mark.parametrize(("seconds", "path"), [(-1, None), (float("inf"), None), (1, "/ver1/bots")])
def test_only_signals_can_be_postponed(seconds: float, path: str | None) -> None:
    with pytest.raises(ValueError, match="must be"):
        Sandbox().faults.postpone_next(seconds, path=path)


# ---- over HTTP -------------------------------------------------------------------------------------------------------
@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as running:
        yield running


async def ask(here: Exchange, session: aiohttp.ClientSession, command: str, **body: object) -> Any:
    sandbox = here.sandbox
    headers = {"Sandbox-Key": sandbox.control_key}
    async with session.post(f"{sandbox.control_url}/{command}", json=body, headers=headers) as answer:
        return answer.status, await answer.json()


async def test_everything_can_be_done_over_http(here: Exchange, session: aiohttp.ClientSession) -> None:
    bot = await signalled_bot(here)
    status, made = await ask(
        here,
        session,
        "signals/create_bot",
        account_id=here.account_id,
        instruments=["ETHUSDT", "BTCUSDT"],
        kind="custom",
        direction="both",
        amount="50",
        entries=2,
        reverse=True,
        min_profit="0.5",
    )
    assert (status, made.keys()) == (200, {"uuid", "secret"})
    shared = await ask(
        here,
        session,
        "signals/create_bot",
        account_id=here.account_id,
        instruments=["ETHUSDT"],
        secret=made["secret"],
    )
    assert shared[1]["secret"] == made["secret"]
    _, described = await ask(here, session, "signals")
    assert described == {"email_token": here.sandbox.signals.email_token, "waiting": 0, "log": []}
    disabling = {"secret": made["secret"], "bot_uuid": made["uuid"], "action": "disable"}
    assert (await post(here, BOT_PATH, disabling))[0] == 200
    assert await ask(here, session, "signals/enable_bot", uuid=made["uuid"]) == (200, {})
    assert await ask(here, session, "signals/refuse_with", wrong_token=418) == (200, {})
    assert (await post(here, DCA_PATH, message(here, bot, email_token="no")))[0] == 418
    [number] = (await tell(here, bot)).ids
    log = (await ask(here, session, "signals"))[1]["log"]
    assert log[1] == {
        "time": "2025-01-01T00:00:00.000Z",
        "action": "start_deal",
        "bot": str(bot.id),
        "pair": PAIR,
        "verdict": "executed",
        "reason": None,
        "ids": [number],
    }


async def test_faults_of_signals_are_planned_over_http(here: Exchange, session: aiohttp.ClientSession) -> None:
    assert await ask(here, session, "faults/postpone_next", seconds=5, path=DCA_PATH) == (200, {"pending": 1})
    assert await ask(here, session, "faults/duplicate_next", path=BOT_PATH, times=2) == (200, {"pending": 3})
    assert [str(fault) for fault in here.sandbox.faults.planned] == [
        f"postpone for any request of {DCA_PATH} (once)",
        f"duplicate for any request of {BOT_PATH} (2 times)",
    ]
    custom = signal_bot(here)
    await post(here, BOT_PATH, bot_message(custom, "exit_long"))
    assert len(here.sandbox.signals.log) == 2


@pytest.mark.parametrize(
    ("command", "body", "field"),
    [
        ("signals/create_bot", {"account_id": 7, "instruments": ["ETHUSDT"]}, "account_id"),
        ("signals/create_bot", {"account_id": 7}, "instruments"),
        ("signals/enable_bot", {"uuid": "x"}, "uuid"),
        ("signals/refuse_with", {"wrong_token": 200}, "wrong_token"),
        ("faults/postpone_next", {"seconds": 1, "path": "/ver1/bots"}, "path"),
    ],
)
async def test_errors_over_http_name_the_field(
    here: Exchange, session: aiohttp.ClientSession, command: str, body: dict[str, object], field: str
) -> None:
    status, answer = await ask(here, session, command, **body)
    assert (status, list(answer["fields"])) == (400, [field])


def test_every_fault_has_a_command() -> None:
    from threecommas_async.sandbox.control.commands import COMMANDS

    names = {name for name in vars(Faults) if name.endswith("_next")}
    assert {f"faults/{name}" for name in names} <= COMMANDS.keys()
