"""Many random signals: ``python -m tests.signals --signals 100000 --seed 1``."""

from __future__ import annotations

import argparse

from tests.signals.rounds import run

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signals", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(run(options.seed, options.signals))  # noqa: T201
