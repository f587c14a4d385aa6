"""What several test files share: the vendor's printed values, and a clock that the test moves."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

FIXTURES = Path(__file__).parent / "fixtures"
pytest_plugins = ["pytester", "tests.cli.command_line"]

# How fast the machine is decides nothing here, and the checks draw the same examples every time. To look further:
# HYPOTHESIS_PROFILE=thorough, or --hypothesis-profile=thorough.
_ANY_MACHINE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("checks", _ANY_MACHINE, derandomize=True, max_examples=100)
settings.register_profile("thorough", _ANY_MACHINE, max_examples=3_000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "checks"))


class SteppingClock:
    """A clock on which a sleep takes no time at all, and all the time it was asked for."""

    def __init__(self) -> None:
        self.elapsed = 0.0
        self.sleeps: list[float] = []
        self.on_sleep: Callable[[], None] = lambda: None

    def monotonic(self) -> float:
        return 1000.0 + self.elapsed

    def now(self) -> datetime:
        return datetime(2024, 9, 17, tzinfo=UTC) + timedelta(seconds=self.elapsed)

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.elapsed += seconds
        self.on_sleep()


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def account_json() -> str:
    """The answer that the vendor prints for "Add exchange account"."""
    return (FIXTURES / "account_created.json").read_text()


@pytest.fixture(scope="session")
def signing() -> dict[str, Any]:
    """The signatures that the vendor prints, with their key and secret."""
    vectors: dict[str, Any] = json.loads((FIXTURES / "signing.json").read_text())
    return vectors


@pytest.fixture(scope="session")
def rsa_pem() -> str:
    """The private key that the vendor publishes as an example."""
    return (FIXTURES / "signing-example-rsa.pem").read_text()
