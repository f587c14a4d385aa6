"""The example of a DCA bot, against a sandbox whose prices move and whose answers get lost."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

import examples.dca_bot as dca_bot
from threecommas_async import OutcomeUnknownError, SimulatedClock, ThreeCommasClient
from threecommas_async.models import DcaBot
from threecommas_async.sandbox import Sandbox

MARKET: Final = "binance"
PAIR: Final = "USDT_ETH"
PROGRAM: Final = Path(dca_bot.__file__)


class Running:
    """The example at work in a sandbox."""

    def __init__(self, sandbox: Sandbox, client: ThreeCommasClient, clock: SimulatedClock) -> None:
        self.sandbox = sandbox
        self.client = client
        self.clock = clock
        self.stopped = asyncio.Event()
        self.account_id = sandbox.accounts.add(balances={"USDT": 10_000})
        self.program: asyncio.Task[DcaBot] | None = None

    async def start(self) -> None:
        run = dca_bot.run(self.client, self.account_id, self.stopped, self.clock)
        self.program = asyncio.create_task(run)
        await self.polls(0)

    async def polls(self, times: int) -> None:
        for _ in range(max(times, 1)):
            await self.clock.advance(dca_bot.POLL_SECONDS if times else 0)

    async def stop(self) -> DcaBot:
        assert self.program is not None
        self.stopped.set()
        return await self.program

    async def set(self, price: str) -> None:
        await self.sandbox.prices.set(MARKET, PAIR, price)

    def sent(self, path: str) -> int:
        return sum(one.path.endswith(path) for one in self.sandbox.requests)


@pytest.fixture
async def here() -> AsyncIterator[Running]:
    clock = SimulatedClock(auto=False)
    async with Sandbox(clock=clock) as sandbox, sandbox.client() as client:
        running = Running(sandbox, client, clock)
        await running.set("2000")
        yield running


async def test_a_deal_that_falls_is_helped_once_and_completed(here: Running) -> None:
    await here.start()
    await here.set("1790")
    await here.polls(3)
    [deal] = await here.client.deals.list()
    assert deal.completed_manual_safety_orders_count == 1
    assert deal.bought_amount is not None
    await here.set("1700")
    await here.polls(3)
    assert here.sent("/add_funds") == 1
    await here.set("2000")
    finished = await here.client.deals.get(deal.id)
    assert (finished.status, finished.bought_amount) == ("completed", deal.bought_amount)
    assert finished.profit is not None
    assert finished.profit > 0
    assert len(await here.client.deals.list()) == 2  # the bot goes on
    bot = await here.stop()
    assert bot.is_enabled is False
    assert bot.active_deals_count == 1


async def test_a_deal_that_holds_is_left_alone(here: Running) -> None:
    await here.start()
    await here.set("1970")
    await here.polls(3)
    assert here.sent("/add_funds") == 0
    await here.stop()


async def test_a_lost_answer_to_the_creation_makes_no_second_bot(here: Running) -> None:
    here.sandbox.faults.drop_next(before_processing=False, path="/ver1/bots/create_bot")
    here.program = asyncio.create_task(dca_bot.run(here.client, here.account_id, here.stopped, here.clock))
    for _ in range(10):
        await here.clock.advance(1)
    assert here.sent("/create_bot") == 1
    assert [bot.is_enabled for bot in await here.client.bots.list()] == [True]
    await here.stop()


async def test_a_lost_answer_to_adding_funds_does_not_add_them_twice(here: Running) -> None:
    await here.start()
    here.sandbox.faults.drop_next(before_processing=False, path="/ver1/deals/{deal_id}/add_funds")
    await here.set("1790")
    await here.polls(4)
    [deal] = await here.client.deals.list()
    assert (here.sent("/add_funds"), deal.completed_manual_safety_orders_count) == (1, 1)
    await here.stop()


async def test_funds_that_were_not_added_are_added_at_the_next_look(here: Running) -> None:
    await here.start()
    here.sandbox.faults.drop_next(before_processing=True, path="/ver1/deals/{deal_id}/add_funds")
    await here.set("1790")
    await here.polls(4)
    [deal] = await here.client.deals.list()
    assert (here.sent("/add_funds"), deal.completed_manual_safety_orders_count) == (2, 1)
    await here.stop()


async def test_a_failed_look_is_not_the_end(here: Running, caplog: pytest.LogCaptureFixture) -> None:
    await here.start()
    here.sandbox.faults.fail_next(502, times=12, path="/ver1/deals")
    await here.set("1790")
    for _ in range(200):
        await here.clock.advance(1)
    assert here.sandbox.faults.pending == 0
    assert "trying again" in caplog.text
    [deal] = await here.client.deals.list()
    assert deal.completed_manual_safety_orders_count == 1
    await here.stop()


async def test_lost_answers_to_switching_are_looked_up(here: Running) -> None:
    here.sandbox.faults.drop_next(before_processing=False, path="/ver1/bots/{bot_id}/enable")
    here.sandbox.faults.drop_next(before_processing=False, path="/ver1/bots/{bot_id}/disable")
    await here.start()
    assert (await here.stop()).is_enabled is False
    assert (here.sent("/enable"), here.sent("/disable")) == (1, 1)


async def test_a_bot_that_could_not_be_switched_on_is_no_success(here: Running) -> None:
    here.sandbox.faults.drop_next(before_processing=True, path="/ver1/bots/{bot_id}/enable")
    with pytest.raises(OutcomeUnknownError):
        await dca_bot.run(here.client, here.account_id, here.stopped, here.clock)


async def test_sigterm_switches_the_bot_off() -> None:
    async with Sandbox() as sandbox:
        key = sandbox.add_key()
        account_id = sandbox.accounts.add(balances={"USDT": Decimal(10_000)})
        assert key.secret is not None
        keys = {"THREECOMMAS_API_KEY": key.api_key, "THREECOMMAS_API_SECRET": key.secret}
        program = await asyncio.create_subprocess_exec(
            sys.executable,
            str(PROGRAM),
            str(account_id),
            sandbox.url,
            env={**os.environ, **keys, "PYTHONPATH": str(PROGRAM.parents[1])},
            stderr=asyncio.subprocess.PIPE,
        )
        assert program.stderr is not None
        said = b""
        while b"is on" not in said:
            said = await program.stderr.readline()
            assert said
        program.send_signal(signal.SIGTERM)
        rest = await program.stderr.read()
        assert await program.wait() == 0, rest
        assert b"is off, 1 active deals continue" in rest
        async with sandbox.client() as client:
            assert [bot.is_enabled for bot in await client.bots.list()] == [False]


def test_the_default_is_loopback() -> None:
    assert dca_bot.LOOPBACK.startswith("http://127.0.0.1:")
