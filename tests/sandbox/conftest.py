"""Fixtures of the sandbox's tests: a running one on a simulated clock, and a plain caller or a client that trades."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.sandbox.calling import Caller, calling, simulated_clock
from tests.sandbox.trading import Exchange, exchange
from threecommas_async.sandbox import Sandbox
from threecommas_async.transport.simulated_clock import SimulatedClock


@pytest.fixture
def clock() -> SimulatedClock:
    return simulated_clock()


@pytest.fixture
async def caller(clock: SimulatedClock) -> AsyncIterator[Caller]:
    async with calling(Sandbox(clock=clock)) as caller:
        yield caller


@pytest.fixture
async def here() -> AsyncIterator[Exchange]:
    async with exchange() as running:
        yield running
