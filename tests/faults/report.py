"""What came of many calls: how each ended, and whether its caller was told the truth."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import attrs

from .canaries import Leak
from .harness import EXECUTIONS, READS, Verdict
from .server import FaultServer
from .user_code import Meddler
from .weather import Fault, faults

INSTANT: Final = 0.002
"""What a call may take beyond its timeout: aiohttp's shortest one is a millisecond."""
_MOST_SHOWN: Final = 20


@attrs.frozen(kw_only=True)
class Told:
    """What the caller of one call was told.

    :ivar allows: the verdicts that are right besides those of the fault: for what user code did, or who closed what.
    :ivar text: the error.
    :ivar wrong: what is wrong with it whatever was carried out.
    :ivar lasted: how long it took, by the client's clock.
    """

    marker: int
    verb: str
    fault: Fault
    meddler: Meddler | None
    allows: frozenset[Verdict]
    timeout: float
    lasted: float
    verdict: Verdict
    text: str = ""
    wrong: str = ""

    @property
    def executions(self) -> frozenset[int]:
        """How often it may have been carried out, for what was told."""
        makes_up = self.meddler is not None and self.meddler.makes_up
        if makes_up and self.verdict in (Verdict.SUCCESS, Verdict.DONE):
            return frozenset({0, 1})  # it was user code that said so
        return EXECUTIONS[self.verdict]


@attrs.define
class Report:
    """What a number of schedules came to.

    :ivar verdicts: of writes without user code and without anybody who closes, by fault.
    :ivar disturbed: of the other writes, by who disturbed them.
    :ivar unforeseen: how many verdicts were none of those that are right for the fault.
    :ivar beyond: calls that lasted longer than their timeout.
    :ivar over: requests that a server with those limits would have refused.
    :ivar looked: how many characters were searched for secrets.
    """

    seed: int
    writes: int = 0
    reads: int = 0
    executed: int = 0
    rounds: Counter[str] = attrs.Factory(Counter[str])
    verdicts: Counter[tuple[str, Verdict]] = attrs.Factory(Counter[tuple[str, Verdict]])
    disturbed: Counter[tuple[str, Verdict]] = attrs.Factory(Counter[tuple[str, Verdict]])
    reads_failed: int = 0
    wrong: list[str] = attrs.Factory(list[str])
    executed_twice: int = 0
    beyond: list[str] = attrs.Factory(list[str])
    over: list[str] = attrs.Factory(list[str])
    leaks: list[Leak] = attrs.Factory(list[Leak])
    looked: int = 0
    elsewhere: int = 0
    seconds: float = 0.0

    def add(self, other: Report) -> None:
        """Add the figures of another report."""
        for field in attrs.fields(Report):
            if field.name not in ("seed", "seconds"):
                mine: Any = getattr(self, field.name)
                mine += getattr(other, field.name)
                setattr(self, field.name, mine)

    def judge(self, told: list[Told], server: FaultServer, name: str) -> None:
        """Compare what callers were told with what the server did."""
        for call in told:
            executed = server.executed[call.marker]
            where = (
                f"{name} call {call.marker} {call.verb} under {call.fault.name!r}"
                f"{f' and {call.meddler.name!r}' if call.meddler else ''}: told {call.verdict.value}, "
                f"carried out {executed} times, {call.lasted:.3f} of {call.timeout} s; {call.text}{call.wrong}"
            )
            if call.wrong:
                self.wrong.append(where)
            if call.lasted > call.timeout + INSTANT and not (call.meddler and call.meddler.dawdles):
                self.beyond.append(where)
            if call.verb in READS:
                self.reads += 1
                self.reads_failed += call.verdict is not Verdict.SUCCESS
                continue
            self.writes += 1
            self.executed += executed
            self.executed_twice += executed > 1
            if call.meddler is None and not call.allows:
                self.verdicts[call.fault.name, call.verdict] += 1
            else:
                self.disturbed[call.meddler.name if call.meddler else "closed or limited", call.verdict] += 1
            if executed not in call.executions or call.verdict not in call.fault.verdicts | call.allows:
                self.wrong.append(where)

    @property
    def unknown(self) -> int:
        """How many undisturbed writes ended ``UNKNOWN``."""
        return sum(count for (_, verdict), count in self.verdicts.items() if verdict is Verdict.UNKNOWN)

    @property
    def unknown_rate(self) -> float:
        """Which part of them that is."""
        return self.unknown / max(self.verdicts.total(), 1)

    @property
    def avoidable_unknowns(self) -> int:
        """Verdicts ``UNKNOWN`` where the client could have known."""
        certain = {row.name for row in faults("") if Verdict.UNKNOWN not in row.verdicts}
        return sum(
            count for (name, verdict), count in self.verdicts.items() if verdict is Verdict.UNKNOWN and name in certain
        )

    @property
    def is_right(self) -> bool:
        """Whether nothing is to be found fault with."""
        troubles = (self.executed_twice, self.wrong, self.beyond, self.over, self.leaks, self.elsewhere)
        return not any(troubles) and not self.avoidable_unknowns

    def __str__(self) -> str:
        lines = [f"seed {self.seed}: {self.writes} writes, {self.reads} reads, {self.executed} writes carried out"]
        if self.seconds:
            lines.append(f"{self.seconds:.1f} s, {self.writes / self.seconds:.0f} writes a second")
        lines += [
            "rounds: " + ", ".join(f"{count} {kind}" for kind, count in sorted(self.rounds.items())),
            (
                f"carried out twice: {self.executed_twice}; wrong verdicts: {len(self.wrong)}; "
                f"calls beyond their timeout: {len(self.beyond)}; requests over a limit: {len(self.over)}; "
                f"secrets in {self.looked} characters of output: {len(self.leaks)}; bytes elsewhere: {self.elsewhere}"
            ),
            (
                f"UNKNOWN: {self.unknown} of {self.verdicts.total()} undisturbed writes ({self.unknown_rate:.1%}); "
                f"where certainty was possible: {self.avoidable_unknowns}"
            ),
            f"reads that ended in an error: {self.reads_failed} of {self.reads}",
            *_table(self.verdicts),
            f"{self.disturbed.total()} writes disturbed by user code, closing, limits:",
            *_table(self.disturbed),
        ]
        for word, examples in (("WRONG", self.wrong), ("TOO LONG", self.beyond), ("OVER THE LIMIT", self.over)):
            lines += [f"  {word} {text}" for text in examples[:_MOST_SHOWN]]
        lines += [f"  SECRET {leak}" for leak in self.leaks[:_MOST_SHOWN]]
        return "\n".join(lines)


def _table(verdicts: Counter[tuple[str, Verdict]]) -> list[str]:
    lines: list[str] = []
    for name in sorted({name for name, _ in verdicts}):
        counts = [f"{verdict.value} {verdicts[name, verdict]}" for verdict in Verdict if verdicts[name, verdict]]
        lines.append(f"  {name}: {', '.join(counts)}")
    return lines
