"""Random signals: each under a fault of its own, and a count of what really arrived."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Final

import attrs

from tests.faults import virtual_time
from tests.faults.canaries import Watch, all_ears
from tests.faults.harness import Verdict
from tests.faults.server import FaultServer, settle
from tests.faults.virtual_time import VirtualClock
from tests.faults.weather import NOT_DONE, Fault, faults
from threecommas_async import ThreeCommasClient, ThreeCommasError
from threecommas_async.errors import Outcome

TOKEN: Final = "5ec2e700-0000-4000-8000-00000000cafe"
_VERDICTS: Final = {
    Outcome.NOT_DONE: Verdict.NOT_DONE,
    Outcome.UNKNOWN: Verdict.UNKNOWN,
    Outcome.DONE: Verdict.DONE,
}
# A receipt says that it was received, and nothing of whether it was carried out.
_MAY_HAVE_BEEN_CARRIED_OUT: Final = {
    Verdict.SUCCESS: {0, 1},
    Verdict.NOT_DONE: {0},
    Verdict.UNKNOWN: {0, 1},
    Verdict.DONE: {1},
}


@attrs.define
class Report:
    """What became of many signals.

    :ivar twice: those that arrived more than once.
    :ivar wrong: those whose sender was told what is not true, or "unknown" where it could be known.
    :ivar leaks: the forms of the token that were found in any output.
    """

    signals: int = 0
    verdicts: Counter[str] = attrs.field(factory=Counter[str])
    twice: list[str] = attrs.field(factory=list[str])
    wrong: list[str] = attrs.field(factory=list[str])
    leaks: list[str] = attrs.field(factory=list[str])
    elsewhere: int = 0

    def __str__(self) -> str:
        told = ", ".join(f"{verdict} {count:,}" for verdict, count in sorted(self.verdicts.items()))
        problems = "".join(f"\n  {line}" for line in (*self.twice, *self.wrong, *self.leaks)[:20])
        return (
            f"{self.signals:,} signals ({told}): sent twice {len(self.twice)}, wrong outcomes {len(self.wrong)}, "
            f"secrets in output {len(self.leaks)}, bytes elsewhere {self.elsewhere}{problems}"
        )


def run(seed: int, count: int) -> Report:
    """Send so many signals in virtual time."""
    return virtual_time.run(_rounds(seed, count))


async def _rounds(seed: int, count: int) -> Report:
    report = Report()
    async with FaultServer() as elsewhere:
        for number in range(-(-count // _IN_ROUND)):
            name = f"seed {seed} round {number}"
            random = Random(f"{seed}/{number}")  # noqa: S311 - to be repeated from its seed
            await _round(random, name, report, faults(elsewhere.url), watched=number % 20 == 0)
        report.elsewhere = elsewhere.bytes_received
    return report


_IN_ROUND: Final = 250


async def _round(random: Random, name: str, report: Report, rows: tuple[Fault, ...], *, watched: bool) -> None:
    watch = Watch({"email token": TOKEN})
    async with FaultServer() as server:
        if watched:
            with all_ears(watch):
                await _signals(random, name, report, rows, server, watch)
            watch.judge()
            report.leaks += [f"{name}: {leak.form} in {leak.where}" for leak in watch.leaks]
        else:
            await _signals(random, name, report, rows, server, watch)


async def _signals(
    random: Random, name: str, report: Report, rows: tuple[Fault, ...], server: FaultServer, watch: Watch
) -> None:
    clock = VirtualClock()
    options = {"base_url": server.url, "clock": clock, "timeout": random.choice((0.1, 1.0, 30.0))}
    told = dict[int, tuple[Fault, Verdict]]()
    async with ThreeCommasClient(**options) as client:  # type: ignore[arg-type]
        for marker in range(1, _IN_ROUND + 1):
            fault = random.choices(rows, [row.weight for row in rows])[0]
            server.scripts.clear()
            await _prepare(server, fault)
            if fault.script is not None:
                server.scripts.append(fault.script(random))
            signals = client.signals.dca(marker, email_token=TOKEN)
            verdict = Verdict.SUCCESS
            try:
                receipt = await random.choice([signals.start_deal, signals.close_deal, signals.stop_bot])()
                watch.look(f"{name} {marker}: receipt", repr(receipt))
            except ThreeCommasError as error:
                verdict = _VERDICTS[error.outcome]
                watch.look_at_error(f"{name} {marker}", error)
            told[marker] = fault, verdict
            if fault.before == "refuse":
                await server.listen()
            await settle()
            clock.advance(1000)
        server.scripts.clear()
    await settle()
    for marker, (fault, verdict) in told.items():
        _judge(report, f"{name} {marker}: {fault.name}", fault, verdict, server, marker)


async def _prepare(server: FaultServer, fault: Fault) -> None:
    if fault.before == "refuse":
        await server.refuse()
    elif fault.before == "drop":
        await server.drop_all()
    elif fault.before == "stray":
        server.send_stray(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await settle()


def _judge(report: Report, where: str, fault: Fault, verdict: Verdict, server: FaultServer, marker: int) -> None:
    report.signals += 1
    report.verdicts[verdict.value] += 1
    if server.received[marker] > 1:
        report.twice.append(f"{where}: arrived {server.received[marker]} times")
    if server.executed[marker] not in _MAY_HAVE_BEEN_CARRIED_OUT[verdict]:
        report.wrong.append(f"{where}: told {verdict.value}, carried out {server.executed[marker]} times")
    elif fault.verdicts == NOT_DONE and verdict is not Verdict.NOT_DONE:
        report.wrong.append(f"{where}: told {verdict.value}, and it was not done")
