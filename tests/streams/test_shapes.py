"""Lists and pushes of different shapes, and streams that come and go in each other's way."""

from __future__ import annotations

import asyncio
import collections
from collections.abc import AsyncGenerator

import pytest

from tests.sandbox.trading import NONSTOP
from tests.sandbox.trading import exchange as sandbox_exchange
from tests.streams import exchange as module
from tests.streams.exchange import DealExchange
from threecommas_async import AuthenticationError, ThreeCommasClient


@pytest.fixture
async def exchange() -> AsyncGenerator[DealExchange]:
    async with DealExchange() as running:
        yield running


@pytest.fixture
async def client(exchange: DealExchange) -> AsyncGenerator[ThreeCommasClient]:
    async with exchange.client() as running:
        yield running


@pytest.mark.parametrize("number", [3, 60])
async def test_audit_of_deals_that_did_not_change_takes_two_requests_and_finds_nothing(number: int) -> None:
    async with sandbox_exchange() as here, here.client.streams.deals() as deals:
        for _ in range(number):
            await here.bot(strategy_list=[NONSTOP])
        for _ in range(number):
            await anext(deals)
        await here.clock.sleep(5)
        here.sandbox.requests.clear()
        await here.clock.sleep(301)
        asked = collections.Counter(record.path.rpartition("/")[2] for record in here.sandbox.requests)
        assert asked == {"deals": 2}
        assert here.client.streams.status.deals.audit_found == 0


async def test_stream_that_is_entered_while_the_last_one_leaves(
    exchange: DealExchange, client: ThreeCommasClient
) -> None:
    one, other = client.streams.deals(), client.streams.deals()
    await one.__aenter__()
    leaving = asyncio.create_task(one.__aexit__(None, None, None))
    entering = asyncio.create_task(other.__aenter__())
    await asyncio.gather(leaving, entering)
    await exchange.clock.sleep(1)
    before = client.streams.status.deals.pushes
    exchange.open(1)
    await anext(other)
    assert client.streams.status.deals.pushes == before + 1
    await other.__aexit__(None, None, None)
    await exchange.clock.sleep(1)
    assert exchange.cable.connections == []


async def test_stream_can_be_opened_anew_within_one_that_has_failed(
    exchange: DealExchange, client: ThreeCommasClient
) -> None:
    async with client.streams.deals() as one:
        exchange.faults.disconnect("unauthorized", reconnect=False)
        with pytest.raises(AuthenticationError):
            await anext(one)
        async with client.streams.deals() as other:
            exchange.open(1)
            await anext(other)


async def test_connection_is_closed_after_a_refused_fill_and_another_stream(
    exchange: DealExchange, client: ThreeCommasClient
) -> None:
    async with client.streams.deals(audit=10) as one:
        exchange.refused_with = 401
        with pytest.raises(AuthenticationError):
            await anext(one)
        exchange.refused_with = None
        async with client.streams.deals() as other:
            exchange.open(1)
            await anext(other)
    await exchange.clock.sleep(1)
    assert exchange.cable.connections == []


async def test_waits_that_end_and_begin_at_once_leave_nothing_open(
    exchange: DealExchange, client: ThreeCommasClient
) -> None:
    async def wait(number: int) -> None:
        await client.streams.wait_for_deal(number, lambda deal: deal.is_finished, timeout=600)

    exchange.open(0)
    for number in range(1, 30):
        exchange.open(number)
        waiting = asyncio.create_task(wait(number))
        await exchange.clock.sleep(0.5)
        exchange.finish(number)
        await waiting
    await exchange.clock.sleep(1)
    assert exchange.cable.connections == []


@pytest.mark.parametrize("number", [3, 60])
async def test_fields_that_only_lists_have_are_no_changes(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    row, document = module.row, module.document

    def row_with_note(deal: module.FakeDeal) -> dict[str, object]:
        return {**row(deal), "note": "mine"}

    def document_without_note(deal: module.FakeDeal) -> dict[str, object]:
        return without_note(document(deal))

    monkeypatch.setattr(module, "row", row_with_note)
    monkeypatch.setattr(module, "document", document_without_note)
    async with DealExchange() as exchange, exchange.client() as client:
        for deal_id in range(number):
            exchange.open(deal_id)
        await exchange.clock.sleep(10)
        async with client.streams.deals() as deals:
            await exchange.clock.sleep(5)
            for deal_id in range(number):
                exchange.change(deal_id)
            await exchange.clock.sleep(5)
            for _ in range(number):
                await anext(deals)
            await exchange.clock.sleep(301)
            status = client.streams.status.deals
            assert (status.audit_found, status.requests, len(deals._merge)) == (0, 4, 0)


def without_note(document: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in document.items() if name != "note"}
