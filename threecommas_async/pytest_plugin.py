"""Fixtures for the tests of programs that use this library; pytest finds them once the package is installed.

``threecommas_sandbox`` is a running :class:`~threecommas_async.sandbox.Sandbox`, ``threecommas_client`` a client of it
with a key of its own. A test that asks for ``threecommas_clock`` too has both live in simulated time, in which a wait
takes no time; without it their time is the machine's. All live as long as one test, and need pytest-asyncio. Nothing
heavy is imported before a test asks.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_asyncio import fixture

    from threecommas_async.client import ThreeCommasClient
    from threecommas_async.sandbox import Sandbox
    from threecommas_async.transport.clock import SimulatedClock
else:
    try:
        from pytest_asyncio import fixture
    except ModuleNotFoundError:  # pytest tells a test that asks for one of them what it lacks
        fixture = pytest.fixture


@pytest.fixture
def threecommas_clock() -> SimulatedClock:
    """The clock of ``threecommas_sandbox`` and ``threecommas_client``, if a test asks for it."""
    from threecommas_async.transport.clock import SimulatedClock

    return SimulatedClock()


@fixture
async def threecommas_sandbox(request: pytest.FixtureRequest) -> AsyncIterator[Sandbox]:
    """An offline 3Commas on loopback, empty at the start of each test.

    A test that plans faults and ends before all of them are met fails: it did not test what it says.
    """
    from threecommas_async.sandbox import Sandbox

    simulates = "threecommas_clock" in request.fixturenames
    async with Sandbox(clock=request.getfixturevalue("threecommas_clock") if simulates else None) as sandbox:
        yield sandbox
    unmet = sandbox.faults.planned
    if unmet:
        lines = "\n".join(f"  {fault}" for fault in unmet)
        pytest.fail(
            f"Faults that the test planned were never met:\n{lines}\n"
            "If that is as it should be, let the test end with sandbox.faults.clear().",
            pytrace=False,
        )


@fixture
async def threecommas_client(threecommas_sandbox: Sandbox) -> AsyncIterator[ThreeCommasClient]:
    """A client of ``threecommas_sandbox``, with a key that has every permission."""
    async with threecommas_sandbox.client() as client:
        yield client
