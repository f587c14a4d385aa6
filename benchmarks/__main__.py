"""``python -m benchmarks [--json FILE] [--rounds N] [--only NAME ...]``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter
from typing import Final

from . import calls, decoding, growth, imports, loop_stall, memory, profiling, signatures, streams
from .report import Machine, Report, Result

MEASUREMENTS: Final[Mapping[str, Callable[[int | None], Result]]] = {
    "create": calls.create,
    "concurrent": calls.concurrent,
    "decode": decoding.decode,
    "memory": memory.held,
    "stall": loop_stall.stall,
    "import": imports.imports,
    "signing": signatures.signing,
    "profile": profiling.profile,
    "growth": growth.growth,
    "streams": streams.streams,
}


def main() -> None:
    """Run the measurements that were asked for, and print what they found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    parser.add_argument(
        "--rounds", type=_at_least_one, metavar="N", help="rounds of each measurement (its own default)"
    )
    parser.add_argument("--only", nargs="+", choices=MEASUREMENTS, metavar="NAME", help=", ".join(MEASUREMENTS))
    arguments = parser.parse_args()
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        del os.environ[name]  # requests, and so py3cw, would look at them for every call
    report = Report(Machine.this())
    started = perf_counter()
    for name in arguments.only or MEASUREMENTS:
        sys.stderr.write(f"{name} ...\n")
        report.add(name, MEASUREMENTS[name](arguments.rounds))
    report.seconds = perf_counter() - started
    report.print()
    if arguments.json is not None:
        arguments.json.write_text(report.to_json(), encoding="utf-8")


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


if __name__ == "__main__":
    main()
