"""Random schedules, sized for a quick run; ``python -m tests.faults --writes 1000000`` is the large one."""

from __future__ import annotations

import os

from .harness import Verdict
from .meddlers import KINDS
from .rounds import KINDS as ROUNDS
from .schedules import run_slice
from .weather import faults

SEED = 20261125  # the same schedules each time; the large run draws others
WRITES = 6_000
MOST_UNKNOWN = 0.42


def test_nothing_is_done_twice_and_nobody_is_told_wrong() -> None:
    seed = int(os.environ.get("FAULTS_SEED") or SEED)
    report = run_slice(seed, WRITES)
    print(report)  # noqa: T201
    assert report.writes >= WRITES
    assert report.wrong == []
    assert report.executed_twice == 0
    assert report.beyond == []
    assert report.over == []
    assert report.leaks == []
    assert report.looked > 100_000
    assert report.elsewhere == 0
    assert report.is_right
    # "Everything is unknown" must not pass: many faults of the mix leave no doubt, and there it is a wrong verdict.
    assert report.avoidable_unknowns == 0
    assert report.unknown_rate < MOST_UNKNOWN
    assert set(report.rounds) == set(ROUNDS)
    assert {name for name, _ in report.verdicts} >= {row.name for row in faults("") if row.weight >= 10}
    assert len({name for name, _ in report.disturbed}) > len(KINDS) - 3
    assert {verdict for _, verdict in report.verdicts + report.disturbed} == set(Verdict)
