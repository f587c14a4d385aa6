"""Fixtures for the tests of programs that use this library; pytest finds them once the package is installed.

``threecommas_sandbox`` is a running :class:`~threecommas_async.sandbox.Sandbox`, ``threecommas_client`` a client of it
with a key of its own. In a test that also requests ``threecommas_clock``, both use that simulated clock, on which waits
take no time; otherwise they use the system's. All of them are created for each test, and need pytest-asyncio. Nothing
heavy is imported before a test requests a fixture.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_asyncio import fixture

    from threecommas_async.client import ThreeCommasClient
    from threecommas_async.sandbox import Sandbox
    from threecommas_async.transport.simulated_clock import SimulatedClock
else:
    try:
        from pytest_asyncio import fixture
    except ModuleNotFoundError:  # pytest tells a test that requests one of these fixtures what is missing
        fixture = pytest.fixture


@pytest.fixture
def threecommas_clock() -> SimulatedClock:
    """The simulated clock of ``threecommas_sandbox`` and ``threecommas_client``, if a test requests it."""
    from threecommas_async.transport.simulated_clock import SimulatedClock

    return SimulatedClock()


@fixture
async def threecommas_sandbox(request: pytest.FixtureRequest) -> AsyncIterator[Sandbox]:
    """An offline 3Commas on loopback, empty at the start of each test.

    A test fails if it ends before all of its planned faults were met: it did not test what it says.
    """
    from threecommas_async.sandbox import Sandbox

    simulates = "threecommas_clock" in request.fixturenames
    async with Sandbox(clock=request.getfixturevalue("threecommas_clock") if simulates else None) as sandbox:
        yield sandbox
    unmet = sandbox.faults.planned
    if unmet:
        lines = "\n".join(f"  {fault}" for fault in unmet)
        pytest.fail(
            f"Planned faults were not met:\n{lines}\nIf that is intended, end the test with sandbox.faults.clear().",
            pytrace=False,
        )


@fixture
async def threecommas_client(threecommas_sandbox: Sandbox) -> AsyncIterator[ThreeCommasClient]:
    """A client of ``threecommas_sandbox``, with a key that has every permission."""
    async with threecommas_sandbox.client() as client:
        yield client
