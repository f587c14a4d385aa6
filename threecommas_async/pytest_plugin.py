"""Fixtures for the tests of programs that use this library; pytest finds them once the package is installed.

``threecommas_sandbox`` is a running :class:`~threecommas_async.sandbox.Sandbox`, ``threecommas_client`` a client of it
with a key of its own. Both live as long as one test and need pytest-asyncio. Nothing heavy is imported before
a test asks.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_asyncio import fixture

    from threecommas_async.client import ThreeCommasClient
    from threecommas_async.sandbox import Sandbox
else:
    try:
        from pytest_asyncio import fixture
    except ModuleNotFoundError:  # pytest tells a test that asks for one of them what it lacks
        from pytest import fixture  # noqa: PT013


@fixture
async def threecommas_sandbox() -> AsyncIterator[Sandbox]:
    """An offline 3Commas on loopback, empty at the start of each test.

    A test that plans faults and ends before all of them are met fails: it did not test what it says.
    """
    from threecommas_async.sandbox import Sandbox

    async with Sandbox() as sandbox:
        yield sandbox
    unmet = sandbox.faults.planned
    if unmet:
        import pytest

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
