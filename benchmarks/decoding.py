"""Point 3: from bytes to objects."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from time import perf_counter, process_time
from typing import Any, Final

from threecommas_async import codec
from threecommas_async.codec.drift import Memory
from threecommas_async.codec.reading import Reader
from threecommas_async.models import Account, DcaBot, Deal, SmartTrade

from . import documents
from .report import Ratio, Result, Row
from .rival_models import read_with_msgspec, read_with_pydantic
from .rounds import interleaved, missing

_REPEATED: Final = 1000
_LISTS: Final = 5
_MANY: Final = 1000

Read = Callable[[], object]


def decode(rounds: int | None) -> Result:
    """Measure one object of each kind, a list of 1,000, and what it costs that the API drifts.

    Blocks are long, and the garbage collector runs in them as it does for users; it is emptied before each, so that
    nobody pays for the others.
    """
    kinds: tuple[tuple[str, bytes, Any, float], ...] = (
        ("the documented account", documents.account(), Account, 0.70),
        ("a deal", documents.entity("deals", "Deal"), Deal, 0.75),
        ("a bot", documents.entity("bots", "DcaBot"), DcaBot, 0.75),
        ("a SmartTrade", documents.entity("smart_trades", "SmartTrade"), SmartTrade, 0.75),
    )
    rows = [
        _against_rivals(f"bytes to objects: {name}", rounds or 20, data, model, target)
        for name, data, model, target in kinds
    ]
    rows.append(_list_against_rivals(rounds or 12))
    rows += _drift(rounds or 12)
    return Result(tuple(rows), () if read_with_pydantic() else (missing("pydantic"),))


def _against_rivals(name: str, rounds: int, data: bytes, model: Any, target: float) -> Row:
    floor, peer = read_with_msgspec(model), read_with_pydantic(model)
    readers: dict[str, Read] = {"ours": lambda: codec.from_json(data, model), "floor": lambda: floor[0](data)}
    if peer is not None:
        readers["peer"] = lambda: peer[0](data)
    return _row(name, rounds, readers, _REPEATED, 1, {"floor": ("msgspec", None), "peer": ("pydantic", target)})


def _list_against_rivals(rounds: int) -> Row:
    data, floor, peer = documents.accounts(_MANY), read_with_msgspec(), read_with_pydantic()
    readers: dict[str, Read] = {"ours": lambda: codec.from_json(data, list[Account]), "floor": lambda: floor[1](data)}
    if peer is not None:
        readers["peer"] = lambda: peer[1](data)
    name = "bytes to objects: a list of 1,000, each"
    return _row(name, rounds, readers, _LISTS, _MANY, {"floor": ("msgspec", None), "peer": ("pydantic", 1.0)})


def _drift(rounds: int) -> list[Row]:
    """Compare lists of 1,000 that drift with one that does not."""
    rows = documents.rows_of(_MANY)
    plain, new = documents.listed(rows), documents.listed([*map(documents.with_new_field, rows)])
    odd = documents.listed([*rows[: _MANY // 2], documents.with_odd_field(rows[0]), *rows[_MANY // 2 + 1 :]])
    learning, forgetting = Reader(list[Account], None, Memory()), Reader(list[Account], None, Memory(most=0))
    cases: tuple[tuple[str, Read, float], ...] = (
        ("a field that the library does not know", lambda: learning.read(new), 1.15),
        ("the same, and nothing remembered", lambda: forgetting.read(new), 1.7),
        ("one odd item of 1,000", lambda: learning.read(odd), 1.2),
    )
    return [
        _row(
            f"a list of 1,000, each, with {what}",
            rounds,
            {"ours": read, "floor": lambda: learning.read(plain)},
            _LISTS,
            _MANY,
            {"floor": ("without", target)},
        )
        for what, read, target in cases
    ]


def _row(
    name: str,
    rounds: int,
    readers: Mapping[str, Read],
    times: int,
    each: int,
    others: Mapping[str, tuple[str, float | None]],
) -> Row:
    """Measure blocks by the clock and by processor time: the latter counts, and the former is shown beside it."""
    cpu: dict[str, list[float]] = {who: [] for who in readers}

    def measured(who: str, read: Read) -> Callable[[], float]:
        def block() -> float:
            gc.collect()
            began, worked = perf_counter(), process_time()
            for _ in range(times):
                read()
            cpu[who].append((process_time() - worked) / times / each * 1e6)
            return (perf_counter() - began) / times / each * 1e6

        return block

    wall = interleaved(rounds, {who: measured(who, read) for who, read in readers.items()})
    cpu = {who: figures[-rounds:] for who, figures in cpu.items()}
    ratios: list[Ratio] = []
    for who, (of, target) in others.items():
        if who not in cpu:
            continue
        ratios.append(Ratio.between(f"/ {of}, CPU", cpu["ours"], cpu[who], target))
        if target is not None:
            ratios.append(Ratio.between(f"/ {of}, CPU, sums", [sum(cpu["ours"])], [sum(cpu[who])]))
            ratios.append(Ratio.between(f"/ {of}, wall", wall["ours"], wall[who]))
    return Row.of_rounds(3, name, "us", cpu, tuple(ratios))
