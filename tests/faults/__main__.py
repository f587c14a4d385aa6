"""The random schedules at any size: ``python -m tests.faults --writes 1000000 [--seed N] [--jobs N]``.

Ends with status 1 if anything was carried out twice, a verdict was wrong, a call lasted longer than its timeout, more
was sent than a limit allows, a secret was shown, or a byte went to another origin.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import secrets
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed

from .report import Report
from .schedules import run_slice_alone

_SLICE = 25_000


def main() -> int:
    """Run the schedules, in slices over some processes, and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--writes", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    seed: int = secrets.randbelow(1 << 31) if arguments.seed is None else arguments.seed
    slices = max(1, -(-arguments.writes // _SLICE))
    writes = -(-arguments.writes // slices)
    print(f"seed {seed}: {slices} slices of {writes} writes over {arguments.jobs} processes", flush=True)  # noqa: T201
    total = Report(seed)
    started = time.monotonic()
    with ProcessPoolExecutor(arguments.jobs, multiprocessing.get_context("spawn")) as pool:
        for future in as_completed([pool.submit(run_slice_alone, seed + number, writes) for number in range(slices)]):
            total.add(future.result())
            print(f"{total.writes} writes, {len(total.wrong)} wrong", file=sys.stderr, flush=True)  # noqa: T201
    total.seconds = time.monotonic() - started
    print(total)  # noqa: T201
    return 0 if total.is_right else 1


if __name__ == "__main__":
    raise SystemExit(main())
