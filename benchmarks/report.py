"""Figures, ratios and targets, and the one table that they are shown in."""

from __future__ import annotations

import json
import os
import platform
from importlib import metadata
from pathlib import Path
from statistics import median, quantiles
from typing import Final, Self

import attrs

_PACKAGES: Final = ("aiohttp", "attrs", "cattrs", "cryptography", "msgspec", "pydantic", "py3cw", "requests")
_HEADINGS: Final = ("", "measured", "unit", "ours", "floor", "peer", "ratio", "quartiles", "target", "")


@attrs.frozen
class Ratio:
    """One of our figures beside somebody else's.

    :ivar of: what was divided by what.
    :ivar value: the median over the rounds; ``low`` and ``high`` are the quartiles.
    :ivar target: what it is to be, at most (or at least); None where nothing was promised.
    """

    of: str
    value: float
    low: float
    high: float
    target: float | None = None
    at_least: bool = False

    @classmethod
    def between(
        cls, of: str, ours: list[float], others: list[float], target: float | None = None, *, at_least: bool = False
    ) -> Self:
        """Compare round by round, so that a busy machine weighs on both sides."""
        ratios = [mine / theirs for mine, theirs in zip(ours, others, strict=True)]
        low, value, high = quantiles(ratios, n=4, method="inclusive") if len(ratios) > 1 else ratios * 3
        return cls(of, value, low, high, target, at_least)

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met; None if there is none."""
        if self.target is None:
            return None
        return self.value >= self.target if self.at_least else self.value <= self.target

    @property
    def wanted(self) -> str:
        """The target, as the table shows it."""
        return "" if self.target is None else f"{'>=' if self.at_least else '<='} {self.target:g}"


@attrs.frozen
class Row:
    """One measured quantity.

    :ivar point: the number of the measurement in the list of what is to be measured.
    """

    point: int
    name: str
    unit: str
    ours: float | None
    floor: float | None = None
    peer: float | None = None
    ratios: tuple[Ratio, ...] = ()

    @classmethod
    def of_rounds(
        cls, point: int, name: str, unit: str, rounds: dict[str, list[float]], ratios: tuple[Ratio, ...] = ()
    ) -> Self:
        """Take the medians of rounds that are named ``ours``, ``floor`` and ``peer``."""
        middle = {who: median(figures) for who, figures in rounds.items()}
        return cls(point, name, unit, middle["ours"], middle.get("floor"), middle.get("peer"), ratios)


@attrs.frozen
class Result:
    """What one measurement found.

    :ivar notes: what a figure alone does not say, a line each.
    """

    rows: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()


@attrs.frozen
class Machine:
    """Where the figures come from."""

    cores: int
    processor: str
    system: str
    python: str
    load: float
    versions: dict[str, str]

    @classmethod
    def this(cls) -> Self:
        """Describe this machine."""
        affinity = getattr(os, "sched_getaffinity", None)
        versions = {name: _version(name) for name in _PACKAGES}
        return cls(
            cores=len(affinity(0)) if affinity else os.cpu_count() or 1,
            processor=_processor(),
            system=f"{platform.system()} {platform.release()}",
            python=f"{platform.python_implementation()} {platform.python_version()}",
            load=os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan"),
            versions=versions,
        )

    def __str__(self) -> str:
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        return (
            f"{self.cores} cores of {self.processor}, {self.system}, {self.python}, "
            f"load {self.load:.2f} before the run\n{versions}"
        )


class Report:
    """Everything that one run found."""

    def __init__(self, machine: Machine) -> None:
        self.seconds = 0.0
        self._machine = machine
        self._results: dict[str, Result] = {}

    def add(self, name: str, result: Result) -> None:
        """Take in what the measurement ``name`` found."""
        self._results[name] = result

    def print(self) -> None:
        """Print the table, and the notes below it."""
        lines = [line for result in self._results.values() for row in result.rows for line in _cells(row)]
        notes = [f"{name}: {note}" for name, result in self._results.items() for note in result.notes]
        tail = ["", *notes, "", str(self._machine), f"{self.seconds:.0f} s"]
        try:
            from rich.console import Console
            from rich.table import Table
        except ImportError:  # the extra ``cli`` is not installed: plain text
            _print_plainly([_HEADINGS, *lines], tail)
            return
        table = Table(title="threecommas-async: medians of interleaved rounds", title_justify="left")
        for heading in _HEADINGS:
            is_number = heading in ("ours", "floor", "peer", "ratio")
            table.add_column(heading, justify="right" if is_number else "left", no_wrap=heading != "measured")
        for line in lines:
            table.add_row(*line, style={"MISSED": "red", "met": "green"}.get(line[-1]), end_section=False)
        console = Console(highlight=False)
        if not console.is_terminal:
            console = Console(width=150, highlight=False)
        console.print(table)
        console.print("\n".join(tail), markup=False, soft_wrap=True)

    def to_json(self) -> str:
        """Return all of it as JSON."""
        results = {name: attrs.asdict(result) for name, result in self._results.items()}
        for name, result in self._results.items():
            for row, written in zip(result.rows, results[name]["rows"], strict=True):
                for ratio, found in zip(row.ratios, written["ratios"], strict=True):
                    found["is_met"] = ratio.is_met
        whole = {"machine": attrs.asdict(self._machine), "seconds": self.seconds, "results": results}
        return json.dumps(whole, indent=2) + "\n"


def _cells(row: Row) -> list[tuple[str, ...]]:
    figures: tuple[str, ...] = (
        str(row.point),
        row.name,
        row.unit,
        _figure(row.ours),
        _figure(row.floor),
        _figure(row.peer),
    )
    lines: list[tuple[str, ...]] = []
    for ratio in row.ratios:
        spread = f"{ratio.low:.2f}-{ratio.high:.2f}"
        verdict = {None: "", True: "met", False: "MISSED"}[ratio.is_met]
        lines.append((*figures, f"{ratio.of} {ratio.value:.2f}", spread, ratio.wanted, verdict))
        figures = ("",) * len(figures)
    return lines or [(*figures, "", "", "", "")]


def _figure(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _print_plainly(rows: list[tuple[str, ...]], tail: list[str]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())  # noqa: T201
    print("\n".join(tail))  # noqa: T201


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
