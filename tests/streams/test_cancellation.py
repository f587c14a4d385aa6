"""A consumer cancelled at each of its await points: no task, socket or session is left."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import Callable, Coroutine
from typing import Any, Final

import pytest

from tests.faults.test_cancellation import open_sockets
from tests.streams.exchange import DealExchange
from threecommas_async import ThreeCommasClient
from threecommas_async.streams import Resynced

MOST_TURNS: Final = 50_000
EVERY_TURN: Final = 60


async def consume(exchange: DealExchange, client: ThreeCommasClient) -> None:
    """Enter a stream, read a snapshot, lose the connection, read on, leave."""
    async with client.streams.deals(snapshot="active") as deals:
        async for event in deals:
            if isinstance(event, Resynced):
                break
        exchange.faults.drop_now()
        exchange.change(1)
        async for event in deals:
            if isinstance(event, Resynced):
                break


async def wait(exchange: DealExchange, client: ThreeCommasClient) -> None:
    """Wait for a deal that ends."""

    async def end() -> None:
        await exchange.clock.sleep(2)
        if not exchange.deals[1].is_finished:
            exchange.finish(1)

    ending = asyncio.ensure_future(end())
    try:
        await client.streams.wait_for_deal(1, lambda deal: deal.is_finished, timeout=60)
    finally:
        ending.cancel()


async def settled(exchange: DealExchange) -> None:
    """Let everything end that is about to."""
    for _ in range(200):
        await asyncio.sleep(0)
        if not exchange.cable.connections:
            break


@pytest.mark.parametrize("scene", [consume, wait])
async def test_nothing_is_left_whenever_a_consumer_is_cancelled(
    scene: Callable[[DealExchange, ThreeCommasClient], Coroutine[Any, Any, None]],
) -> None:
    """After each number of turns of the event loop, whatever the connection is doing then."""
    async with DealExchange() as exchange:
        turns, is_over, sockets = 0, False, open_sockets()
        while not is_over:
            assert turns < MOST_TURNS
            exchange.deals.clear()
            exchange.open(1)
            client = exchange.client()
            tasks = asyncio.all_tasks()
            task = asyncio.create_task(scene(exchange, client))
            for _ in range(turns):
                await asyncio.sleep(0)
            is_over = task.done()
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            await settled(exchange)
            assert client.streams.status.state in ("idle", "closed")
            assert exchange.cable.connections == []
            assert [one for one in asyncio.all_tasks() - tasks if not one.done() and _is_ours(one)] == []
            await client.close()
            turns += 1 if turns < EVERY_TURN else turns // 2
        assert turns > EVERY_TURN
        await settled(exchange)
        gc.collect()
        assert len(open_sockets()) <= len(sockets)


def _is_ours(task: asyncio.Task[object]) -> bool:
    return task.get_name().startswith("threecommas_async") or "threecommas_async/streams" in repr(task.get_coro())


async def test_consumer_that_raises_leaves_the_others_alone() -> None:
    async with DealExchange() as exchange, exchange.client() as client, client.streams.deals() as other:
        with pytest.raises(ZeroDivisionError):
            async with client.streams.deals():
                raise ZeroDivisionError
        await exchange.clock.sleep(1)
        exchange.open(1)
        await anext(other)
        assert client.streams.status.connections == 1
