"""What several test files share: the vendor's printed values, and a clock on which waits take no time."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from threecommas_async.transport.simulated_clock import SimulatedClock

FIXTURES = Path(__file__).parent / "fixtures"
pytest_plugins = ["pytester", "tests.cli.command_line"]

# How fast the machine is decides nothing here, and the checks draw the same examples every time. To look further:
# HYPOTHESIS_PROFILE=thorough, or --hypothesis-profile=thorough.
_ANY_MACHINE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("checks", _ANY_MACHINE, derandomize=True, max_examples=100)
settings.register_profile("thorough", _ANY_MACHINE, max_examples=3_000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "checks"))


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(datetime(2024, 9, 17, tzinfo=UTC))


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
