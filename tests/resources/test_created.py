"""What became of an account whose creation ended without a clear answer."""

from __future__ import annotations

import asyncio

import pytest

from threecommas_async import NotFoundError, Outcome, OutcomeUnknownError, ThreeCommasError, UnreadableResponseError
from threecommas_async.client import ThreeCommasClient
from threecommas_async.sandbox import Sandbox
from threecommas_async.transport.simulated_clock import SimulatedClock


async def failed_create(client: ThreeCommasClient, name: str = "Main", key: str = "abcde") -> ThreeCommasError:
    with pytest.raises(ThreeCommasError) as caught:
        await client.accounts.create(type="binance", name=name, api_key=key, secret="abcde")
    return caught.value


async def test_it_was_done(clock: SimulatedClock) -> None:
    async with Sandbox(clock=clock) as sandbox, sandbox.client(clock=clock) as client:
        sandbox.faults.drop_next(before_processing=False)
        error = await failed_create(client)
        assert type(error) is OutcomeUnknownError
        account = await client.accounts.find_created(error)
        assert account is not None
        assert account.name == "Main"
        assert account.id == (await client.accounts.list())[0].id
        assert not clock.sleeps


async def test_it_was_not_done(clock: SimulatedClock) -> None:
    async with Sandbox(clock=clock) as sandbox, sandbox.client(clock=clock) as client:
        sandbox.faults.drop_next(before_processing=True)
        error = await failed_create(client)
        asked_before = len(sandbox.requests)
        assert await client.accounts.find_created(error) is None
        assert [*clock.sleeps] == [1.0, 2.0, 4.0]
        assert len(sandbox.requests) - asked_before == 4


async def test_it_appears_late() -> None:
    clock = SimulatedClock(auto=False)
    async with Sandbox(clock=clock) as sandbox, sandbox.client(clock=clock) as client:
        sandbox.faults.fail_next(status=504)
        looking = asyncio.create_task(client.accounts.find_created(await failed_create(client)))
        await clock.advance(2)
        async with sandbox.client(clock=clock) as later:
            await later.accounts.create(type="binance", name="Main", api_key="abcde", secret="abcde")
        await clock.advance(1)
        assert await looking is not None
        assert [*clock.sleeps] == [1.0, 2.0]


async def test_an_unreadable_answer(clock: SimulatedClock) -> None:
    async with Sandbox(clock=clock) as sandbox, sandbox.client(clock=clock) as client:
        sandbox.faults.truncate_next()
        error = await failed_create(client)
        assert type(error) is UnreadableResponseError
        assert error.outcome is Outcome.UNKNOWN
        assert await client.accounts.find_created(error) is not None


async def test_older_ones_and_others_are_not_taken_for_it(clock: SimulatedClock) -> None:
    async with Sandbox(clock=clock) as sandbox, sandbox.client(clock=clock) as client:
        await client.accounts.create(type="binance", name="Main", api_key="older", secret="abcde")
        await clock.advance(600)
        await client.accounts.create(type="binance", name="Other", api_key="other", secret="abcde")
        await client.accounts.create(type="kraken", name="Main", api_key="other", secret="abcde")
        sandbox.faults.drop_next(before_processing=True)
        assert await client.accounts.find_created(await failed_create(client)) is None


async def test_what_was_refused_is_not_looked_for(clock: SimulatedClock) -> None:
    async with Sandbox(clock=clock) as sandbox, sandbox.client(clock=clock) as client:
        await client.accounts.create(type="binance", name="Main", api_key="abcde", secret="abcde")
        error = await failed_create(client)
        assert error.outcome is Outcome.NOT_DONE
        asked_before = len(sandbox.requests)
        assert await client.accounts.find_created(error) is None
        assert len(sandbox.requests) == asked_before


async def test_errors_of_other_calls_are_refused(clock: SimulatedClock) -> None:
    async with Sandbox(clock=clock) as sandbox, sandbox.client(clock=clock) as client:
        with pytest.raises(NotFoundError) as caught:
            await client.accounts.get(1)
        with pytest.raises(ValueError, match="must come from POST /ver1/accounts/new, not from GET"):
            await client.accounts.find_created(caught.value)
