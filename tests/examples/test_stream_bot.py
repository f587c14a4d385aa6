"""The example of a program that listens, in a sandbox: connections break, and the program is stopped and started."""

from __future__ import annotations

import asyncio
import csv
import os
import signal
import sys
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

import examples.stream_bot as stream_bot
from threecommas_async import SimulatedClock, ThreeCommasClient
from threecommas_async.cli.session import ladder
from threecommas_async.sandbox import Sandbox

PROGRAM: Final = Path(stream_bot.__file__)


class Running:
    """The example at work in a sandbox, with a nonstop bot."""

    def __init__(self, sandbox: Sandbox, client: ThreeCommasClient, clock: SimulatedClock, file: Path) -> None:
        self.sandbox = sandbox
        self.client = client
        self.clock = clock
        self.file = file
        self.bot_id = 0
        self.program: asyncio.Task[None] | None = None

    async def start(self) -> None:
        journal = stream_bot.Journal(self.file, self.clock.now())
        self.program = asyncio.create_task(stream_bot.run(self.client, self.bot_id, journal))
        await self.clock.sleep(5)

    async def stop(self) -> None:
        assert self.program is not None
        self.program.cancel()
        await asyncio.wait([self.program])
        assert self.program.cancelled()

    async def trade(self, times: int = 1) -> None:
        """Let deals be completed."""
        for _ in range(times):
            price = self.sandbox.prices.get("binance", "USDT_ETH")
            await self.sandbox.prices.set("binance", "USDT_ETH", price * Decimal("1.05"))

    async def finished(self) -> list[int]:
        return sorted([deal.id for deal in await self.client.deals.list(scope="completed", bot_id=self.bot_id)])

    def written(self) -> list[int]:
        return [int(row[0]) for row in csv.reader(self.file.read_text().splitlines())] if self.file.exists() else []


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Running]:
    clock = SimulatedClock()
    async with Sandbox(clock=clock) as sandbox, sandbox.client() as client:
        running = Running(sandbox, client, clock, tmp_path / "profits.csv")
        await sandbox.prices.set("binance", "USDT_ETH", "2000")
        account_id = sandbox.accounts.add(balances={"USDT": 10_000})
        bot = await client.bots.create(account_id=account_id, settings=ladder())
        running.bot_id = (await client.bots.enable(bot.id)).id
        yield running


async def test_each_deal_is_written_once_with_its_profit(here: Running) -> None:
    await here.start()
    await here.trade(3)
    await here.clock.sleep(1000)
    await here.stop()
    assert here.written() == await here.finished()
    assert len(here.written()) == 3
    deal = await here.client.deals.get(here.written()[0])
    assert deal.closed_at is not None
    first = here.file.read_text().splitlines()[0]
    assert first == f"{deal.id},{deal.closed_at.isoformat()},completed,{deal.profit}"


async def test_lost_connection_loses_no_deal(here: Running, caplog: pytest.LogCaptureFixture) -> None:
    await here.start()
    await here.trade()
    here.sandbox.cable.faults.drop_now()
    await here.trade(2)
    await here.clock.sleep(60)
    assert sorted(here.written()) == await here.finished()
    assert len(here.written()) == 3
    assert "may be missing" in caplog.text
    await here.stop()


async def test_program_that_was_not_running_writes_down_what_happened_meanwhile(here: Running) -> None:
    await here.start()
    await here.trade(2)
    await here.clock.sleep(60)
    await here.stop()
    assert len(here.written()) == 2
    await here.clock.sleep(3600)
    await here.trade(3)
    await here.clock.sleep(3600)
    await here.start()
    await here.clock.sleep(60)
    await here.trade()
    await here.clock.sleep(60)
    await here.stop()
    assert sorted(here.written()) == await here.finished()
    assert len(here.written()) == 6


async def test_deals_of_a_gap_are_written_in_their_order(here: Running) -> None:
    await here.start()
    here.sandbox.cable.faults.drop_now()
    for _ in range(4):
        await here.trade()
        await here.clock.sleep(0.01)
    await here.clock.sleep(60)
    rows = [row[1] for row in csv.reader(here.file.read_text().splitlines())]
    assert len(rows) == 4
    assert rows == sorted(rows)
    await here.stop()


async def test_it_ends_at_sigterm(tmp_path: Path) -> None:
    async with Sandbox() as sandbox:
        key = sandbox.add_key()
        assert key.secret is not None
        keys = {"THREECOMMAS_API_KEY": key.api_key, "THREECOMMAS_API_SECRET": key.secret}
        program = await asyncio.create_subprocess_exec(
            sys.executable,
            str(PROGRAM),
            "15564829",
            str(tmp_path / "profits.csv"),
            sandbox.url,
            env={**os.environ, **keys, "PYTHONPATH": str(PROGRAM.parents[1])},
            stderr=asyncio.subprocess.PIPE,
        )
        assert program.stderr is not None
        said = b""
        while b"no deal is missing" not in said:
            said = await program.stderr.readline()
            assert said
        program.send_signal(signal.SIGTERM)
        rest = await program.stderr.read()
        assert (await program.wait(), rest) == (0, b"")


def test_the_default_is_loopback() -> None:
    assert stream_bot.LOOPBACK.startswith("http://127.0.0.1:")
