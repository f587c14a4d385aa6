"""Point 3: from bytes to objects."""

from __future__ import annotations

import gc
from collections.abc import Callable
from time import perf_counter
from typing import Any, Final

from threecommas_async import codec
from threecommas_async.models import Account

from . import documents
from .report import Ratio, Result, Row
from .rival_models import read_with_msgspec, read_with_pydantic
from .rounds import interleaved, missing

_REPEATED: Final = 200
_MANY: Final = 1000


def decode(rounds: int | None) -> Result:
    """Measure one account, and a list of 1,000.

    The garbage collector runs, as it does for users; it is emptied before each block, so that nobody pays for the
    others.
    """
    one, many = documents.account(), documents.accounts(_MANY)
    floor, peer = read_with_msgspec(), read_with_pydantic()
    rows = (
        _row("bytes to objects: the documented account", rounds or 60, one, Account, (floor[0], peer and peer[0])),
        _row(
            "bytes to objects: a list of 1,000, each", rounds or 24, many, list[Account], (floor[1], peer and peer[1])
        ),
    )
    return Result(rows, () if peer else (missing("pydantic"),))


def _row(name: str, rounds: int, data: bytes, kind: Any, rivals: tuple[Any, Any]) -> Row:
    floor, peer = rivals
    times = _REPEATED if kind is Account else 1
    each = 1 if kind is Account else _MANY
    contestants: dict[str, Callable[[], float]] = {
        "ours": lambda: _microseconds(lambda: codec.from_json(data, kind), times) / each,
        "floor": lambda: _microseconds(lambda: floor(data), times) / each,
    }
    if peer is not None:
        contestants["peer"] = lambda: _microseconds(lambda: peer(data), times) / each
    found = interleaved(rounds, contestants)
    ratios = [Ratio.between("/ msgspec", found["ours"], found["floor"], 2.2)]
    if peer is not None:
        ratios.append(Ratio.between("/ pydantic", found["ours"], found["peer"], 1.0))
    return Row.of_rounds(3, name, "us", found, tuple(ratios))


def _microseconds(read: Callable[[], object], times: int) -> float:
    gc.collect()
    started = perf_counter()
    for _ in range(times):
        read()
    return (perf_counter() - started) / times * 1e6
