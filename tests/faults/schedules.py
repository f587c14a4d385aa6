"""Random schedules: many calls, each under a fault of its own, and a count of what was really carried out.

A *round* is one client and one server. In an ordinary round the calls come one after the other, so that faults can be
set below the level of a request (refused connections, cuts at any byte). In a crowded round they come all at once over
the client's pool. What was carried out is compared with what callers were told at the end of the round, when nothing is
on its way any more.
"""

from __future__ import annotations

import asyncio
import warnings
from collections import Counter, deque
from random import Random
from typing import Final

import attrs

from threecommas_async import ThreeCommasClient

from .harness import CALLS, EXECUTIONS, READS, FakeClock, Verdict, WrongAnswerError, make_client, verdict_of
from .server import FaultServer, Script, settle
from .weather import STRAY_ANSWERS, Fault, faults

CALLS_IN_ROUND: Final = 250
_PATIENCE: Final = 30.0
_HASTE: Final = 0.1
_CROWD: Final = 8
_MOST_SHOWN: Final = 20


@attrs.define
class Report:
    """What a number of schedules came to."""

    seed: int
    writes: int = 0
    reads: int = 0
    executed: int = 0
    verdicts: Counter[tuple[str, Verdict]] = attrs.Factory(Counter[tuple[str, Verdict]])
    reads_failed: int = 0
    wrong: list[str] = attrs.Factory(list[str])
    executed_twice: int = 0
    elsewhere: int = 0
    seconds: float = 0.0

    def add(self, other: Report) -> None:
        self.writes += other.writes
        self.reads += other.reads
        self.executed += other.executed
        self.verdicts += other.verdicts
        self.reads_failed += other.reads_failed
        self.wrong += other.wrong
        self.executed_twice += other.executed_twice
        self.elsewhere += other.elsewhere

    @property
    def unknown(self) -> int:
        return sum(count for (_, verdict), count in self.verdicts.items() if verdict is Verdict.UNKNOWN)

    @property
    def unknown_rate(self) -> float:
        return self.unknown / max(self.writes, 1)

    @property
    def avoidable_unknowns(self) -> int:
        """Verdicts ``UNKNOWN`` where the client could have known."""
        certain = {row.name for row in faults("") if Verdict.UNKNOWN not in row.verdicts and not row.hasty}
        return sum(
            count for (name, verdict), count in self.verdicts.items() if verdict is Verdict.UNKNOWN and name in certain
        )

    @property
    def is_right(self) -> bool:
        return not (self.executed_twice or self.wrong or self.elsewhere or self.avoidable_unknowns)

    def __str__(self) -> str:
        lines = [f"seed {self.seed}: {self.writes} writes, {self.reads} reads, {self.executed} writes carried out"]
        if self.seconds:
            lines.append(f"{self.seconds:.1f} s, {self.writes / self.seconds:.0f} writes a second")
        lines.append(
            f"carried out twice: {self.executed_twice}; wrong verdicts: {len(self.wrong)}; "
            f"bytes elsewhere: {self.elsewhere}"
        )
        lines.append(
            f"UNKNOWN: {self.unknown} of {self.writes} writes ({self.unknown_rate:.1%}); "
            f"where certainty was possible: {self.avoidable_unknowns}"
        )
        lines.append(f"reads that ended in an error: {self.reads_failed} of {self.reads}")
        for name in sorted({name for name, _ in self.verdicts}):
            counts = ", ".join(
                f"{verdict.value} {self.verdicts[name, verdict]}" for verdict in Verdict if self.verdicts[name, verdict]
            )
            lines.append(f"  {name}: {counts}")
        lines += [f"  WRONG {text}" for text in self.wrong[:_MOST_SHOWN]]
        return "\n".join(lines)


@attrs.frozen
class _Told:
    """What the caller of one call was told.

    :ivar wrong: what is wrong with it whatever was carried out.
    """

    marker: int
    verb: str
    fault: Fault
    verdict: Verdict
    text: str = ""
    wrong: str = ""


def run_slice(seed: int, writes: int) -> Report:
    """Run schedules in an event loop of their own; for other processes."""
    warnings.simplefilter("error")
    return asyncio.run(run_schedules(seed, writes))


async def run_schedules(seed: int, writes: int, *, workers: int = 12) -> Report:
    """Run rounds until there have been so many writes. Every call depends on ``seed`` and the round's number alone."""
    total = Report(seed)
    loop = asyncio.get_running_loop()
    started = loop.time()
    numbers = iter(range(1 << 62))
    async with FaultServer() as elsewhere:

        async def work() -> None:
            while total.writes < writes:
                number = next(numbers)
                round_ = _crowded_round if number % 4 == 3 else _round
                random = Random(f"{seed}/{number}")  # noqa: S311 - to be repeated from its seed
                total.add(await round_(random, elsewhere, f"seed {seed} round {number}"))

        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(work())
        total.elsewhere = elsewhere.bytes_received + elsewhere.accepted
    total.seconds = loop.time() - started
    return total


async def _round(random: Random, elsewhere: FaultServer, name: str) -> Report:
    rows = faults(elsewhere.url)
    told: list[_Told] = []
    clock = FakeClock()
    server = FaultServer()
    async with server, make_client(server, clock=clock, timeout=_PATIENCE) as patient:
        async with make_client(server, clock=clock, timeout=_HASTE) as hasty:
            for marker in range(1, CALLS_IN_ROUND + 1):
                verb = random.choice(tuple(CALLS))
                (fault,) = random.choices(rows, [row.weight for row in rows])
                server.scripts.clear()
                await _prepare(server, fault, random)
                if fault.script is not None:
                    server.scripts.append(fault.script(random))
                told.append(await _tell(verb, hasty if fault.hasty else patient, marker, fault))
                if fault.before == "refuse":
                    await server.listen()
                await settle()
                if fault.pauses:
                    clock.advance(30 * 24 * 3600)
        server.scripts.clear()
    await settle()
    return _judged(told, server, name)


async def _crowded_round(random: Random, elsewhere: FaultServer, name: str) -> Report:
    rows = [row for row in faults(elsewhere.url) if not (row.before or row.hasty or row.pauses or row.lingers)]
    told: list[_Told] = []
    server = FaultServer()
    plan: deque[tuple[int, str, Fault]] = deque()
    for marker in range(1, CALLS_IN_ROUND + 1):
        verb = random.choice(tuple(CALLS))
        (fault,) = random.choices(rows, [row.weight for row in rows])
        script = fault.script(random) if fault.script is not None else Script()
        server.scripts_of[marker] = deque([script])
        plan.append((marker, verb, fault))
    async with server, make_client(server, timeout=_PATIENCE) as client:

        async def caller() -> None:
            while plan:
                marker, verb, fault = plan.popleft()
                told.append(await _tell(verb, client, marker, fault))

        async with asyncio.TaskGroup() as group:
            for _ in range(_CROWD):
                group.create_task(caller())
    await settle()
    return _judged(told, server, f"{name} (crowded)")


async def _prepare(server: FaultServer, fault: Fault, random: Random) -> None:
    if fault.before == "refuse":
        await server.refuse()
    elif fault.before == "drop" or random.random() < 0.1:
        await server.drop_all()
    elif fault.before == "stray":
        server.send_stray(random.choice(STRAY_ANSWERS))
        await settle()


async def _tell(verb: str, client: ThreeCommasClient, marker: int, fault: Fault) -> _Told:
    try:
        verdict, error = await verdict_of(CALLS[verb], client, marker)
    except WrongAnswerError as wrong:
        return _Told(marker, verb, fault, Verdict.SUCCESS, wrong=str(wrong))
    except Exception as foreign:  # noqa: BLE001 - that there are none is to be shown
        return _Told(marker, verb, fault, Verdict.UNKNOWN, wrong=f"not the library's: {foreign!r}")
    return _Told(marker, verb, fault, verdict, f"{type(error).__name__}: {error}" if error else "")


def _judged(told: list[_Told], server: FaultServer, name: str) -> Report:
    report = Report(0)
    for call in told:
        executed = server.executed[call.marker]
        where = (
            f"{name} call {call.marker} {call.verb} under {call.fault.name!r}: told {call.verdict.value}, "
            f"carried out {executed} times; {call.text}{call.wrong}"
        )
        if call.wrong:
            report.wrong.append(where)
        if call.verb in READS:
            report.reads += 1
            report.reads_failed += call.verdict is not Verdict.SUCCESS
            continue
        report.writes += 1
        report.executed += executed
        report.executed_twice += executed > 1
        report.verdicts[call.fault.name, call.verdict] += 1
        # With a short timeout, a slow machine may time out early; then only what was claimed must be true.
        fitting = call.fault.hasty or call.verdict in call.fault.verdicts
        if executed not in EXECUTIONS[call.verdict] or not fitting:
            report.wrong.append(where)
    return report
