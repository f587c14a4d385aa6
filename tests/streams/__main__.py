"""Random days of a stream, at length: ``python -m tests.streams --drops 10000``.

Prints what consumers missed in the end, and how often a state came twice or went backwards, beside the same days
without asking for what was missed, and days in which pushes are lost while the connection is well.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator, Iterable
from unittest.mock import patch

from tests.streams.rehearsal import Result, Weather, rehearse
from threecommas_async.streams.fill import Fill
from threecommas_async.streams.merge import State

_DROPS_A_DAY = 100


def days(drops: int, seed: int) -> list[tuple[int, Weather]]:
    """Return seeds and weathers: stalls, duplicates, swaps, half frames, changes without ``updated_at``, late lists."""
    return [
        (seed + day, Weather(drops=_DROPS_A_DAY, lag=(0.0, 0.0, 0.3, 5.0)[day % 4]))
        for day in range(drops // _DROPS_A_DAY)
    ]


def show(title: str, results: Iterable[Result]) -> None:
    several = [*results]

    def total(name: str) -> int:
        return sum(int(getattr(result, name)) for result in several)

    print(f"{title}:")  # noqa: T201
    for name in ("changes", "missed", "backwards", "repeated", "events", "gaps", "connections", "requests"):
        print(f"  {name:12} {total(name):>9,}")  # noqa: T201
    print(f"  {'audit found':12} {total('audit_found'):>9,}")  # noqa: T201


async def nothing(*_: object) -> AsyncIterator[State]:
    """Yield nothing."""
    states: tuple[State, ...] = ()
    for state in states:
        yield state


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--drops", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    planned = days(options.drops, options.seed)
    show("With what was missed asked for", (asyncio.run(rehearse(seed, weather)) for seed, weather in planned))
    with patch.object(Fill, "active", nothing), patch.object(Fill, "changed", nothing):
        show(
            "The first tenth of the days without",
            (asyncio.run(rehearse(*day)) for day in planned[: len(planned) // 10]),
        )
    mute = Weather(drops=0, muted=0.05)
    show("5 % of pushes lost silently, no audit", [asyncio.run(rehearse(options.seed, mute, audit=None))])
    show("5 % of pushes lost silently, with the audit", [asyncio.run(rehearse(options.seed, mute))])


if __name__ == "__main__":
    main()
