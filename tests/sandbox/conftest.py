"""What the tests of the sandbox share: a running one on a simulated clock, and somebody to call it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.sandbox.calling import Caller, calling, simulated_clock
from threecommas_async.sandbox import Sandbox
from threecommas_async.transport.clock import SimulatedClock


@pytest.fixture
def clock() -> SimulatedClock:
    return simulated_clock()


@pytest.fixture
async def caller(clock: SimulatedClock) -> AsyncIterator[Caller]:
    async with calling(Sandbox(clock=clock)) as caller:
        yield caller
