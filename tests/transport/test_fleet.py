"""Processes that share a real Redis through restarts, losses of memory, silence and late answers.

``python -m tests.simulation --days 30 --processes 4`` runs a month of it.
"""

from __future__ import annotations

from tests.simulation import Judge, Load, Weather, simulate_fleet
from threecommas_async import DOCUMENTED_LIMITS


def test_no_request_is_sent_beyond_a_limit_whatever_befalls_redis() -> None:
    load = Load(days=1 / 12, callers=40, processes=4, skew=10, burst=10, every=300, cancelled=0.1, refusals=0.002)
    weather = Weather(
        restarts=900, longest_restart=200, flushes=900, blocks=900, longest_block=200, stragglers=0.005, delays=0.1
    )
    report = simulate_fleet(load, weather, seed=20240917)
    assert report.over == []
    assert report.through_the_gate == 0
    assert report.refused_late == 0
    assert report.sent > 5_000
    assert min(report.refused, report.cancelled, report.alone) > 20
    assert {name for name, count in report.events.items() if count} == {"restarts", "flushes", "blocks", "gates"}


def test_the_judge_sees_one_too_many() -> None:
    judge = Judge(DOCUMENTED_LIMITS)
    for number in range(100):
        judge.see(number / 100, "GET /ver1/accounts")
        judge.see(number / 100, "GET /ver1/deals")
    assert judge.over == []
    judge.see(59.9, "GET /ver1/accounts")
    assert judge.over == [(59.9, "GET /ver1/accounts", 101)]
    judge.see(60.0, "POST /ver1/accounts/new")
    assert len(judge.over) == 2
    judge.see(60.995, "POST /ver1/accounts/new")
    assert len(judge.over) == 2
