"""Random schedules: many calls, each under a fault of its own, and a count of what was really carried out."""

from __future__ import annotations

import asyncio
import faulthandler
import tempfile
import time
import warnings
from pathlib import Path
from random import Random

from . import virtual_time
from .flaky_redis import flaky_redis
from .report import Report
from .rounds import KINDS, Setting, kind_of
from .server import FaultServer
from .weather import faults

# Time is virtual in there: what takes longer than this on the real clock hangs.
_HANGS_AFTER = 3600


def run_slice(seed: int, writes: int) -> Report:
    """Run schedules in an event loop of their own."""
    warnings.simplefilter("error")
    return virtual_time.run(run_schedules(seed, writes))


def run_slice_alone(seed: int, writes: int) -> Report:
    """Run schedules in a process of their own, which ends if they hang."""
    faulthandler.dump_traceback_later(_HANGS_AFTER, exit=True)
    try:
        return run_slice(seed, writes)
    finally:
        faulthandler.cancel_dump_traceback_later()


async def run_schedules(seed: int, writes: int, *, workers: int = 12) -> Report:
    """Run rounds until there have been so many writes. Every call depends on ``seed`` and the round's number alone."""
    total = Report(seed)
    started = time.monotonic()
    numbers = iter(range(1 << 62))
    redis_free = asyncio.Lock()
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        async with flaky_redis(Path(folder)) as redis, FaultServer() as elsewhere:

            async def work() -> None:
                while total.writes < writes:
                    number = next(numbers)
                    kind = kind_of(number)
                    setting = Setting(
                        name=f"seed {seed} round {number}",
                        random=Random(f"{seed}/{number}"),  # noqa: S311 - to be repeated from its seed
                        rows=faults(elsewhere.url),
                        redis=redis,
                        redis_free=redis_free,
                    )
                    report = await KINDS[kind](setting)
                    report.rounds[kind] += 1
                    total.add(report)

            async with asyncio.TaskGroup() as group:
                for _ in range(workers):
                    group.create_task(work())
            total.elsewhere = elsewhere.bytes_received + elsewhere.accepted
    total.seconds = time.monotonic() - started
    return total
