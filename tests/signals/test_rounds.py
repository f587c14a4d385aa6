"""Signals under random faults: none arrives twice, and nobody is told what is not true."""

from __future__ import annotations

from tests.signals.rounds import run


def test_no_signal_is_sent_twice_and_every_outcome_is_true() -> None:
    report = run(20_261_126, 2_000)
    assert report.signals == 2_000
    assert (report.twice, report.wrong, report.leaks, report.elsewhere) == ([], [], [], 0)
    assert {"success", "not done", "unknown"} <= report.verdicts.keys()
