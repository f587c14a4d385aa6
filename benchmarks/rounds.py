"""Contestants that take turns."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]


def interleaved(
    rounds: int, contestants: Mapping[str, Callable[[], float]], *, warm_up: bool = True
) -> dict[str, list[float]]:
    """Let everyone run once in each round, after a round that does not count; who begins changes."""
    figures: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(-1 if warm_up else 0, rounds):
        for name in _in_turn(contestants, number):
            figure = contestants[name]()
            if number >= 0:
                figures[name].append(figure)
    return figures


async def interleaved_async(
    rounds: int, contestants: Mapping[str, Callable[[], Awaitable[float]]]
) -> dict[str, list[float]]:
    """Do what :func:`interleaved` does, with coroutine functions."""
    figures: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(-1, rounds):
        for name in _in_turn(contestants, number):
            figure = await contestants[name]()
            if number >= 0:
                figures[name].append(figure)
    return figures


def _in_turn(contestants: Mapping[str, object], number: int) -> list[str]:
    names = list(contestants)
    first = number % len(names)
    return names[first:] + names[:first]


def optional_module(name: str) -> ModuleType | None:
    """Import a peer; None if it is not installed. Untyped on purpose: the checks run without the peers, too."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def missing(package: str) -> str:
    """Say that a peer is missing, and how to get it."""
    return f"{package} is NOT INSTALLED, so its column is empty: pip install -e '.[bench]'"


def in_fresh_process(*arguments: str, environment: Mapping[str, str] | None = None) -> Any:
    """Run Python with ``arguments`` in this repository, and return what it prints as JSON."""
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)
