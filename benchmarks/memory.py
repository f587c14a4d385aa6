"""Point 3, second half: what 10,000 accounts weigh that somebody holds on to. Each reader has a process of its own."""

from __future__ import annotations

import gc
import json
import os
import sys
import tracemalloc
from functools import partial
from pathlib import Path
from typing import Any, Final

from threecommas_async import codec
from threecommas_async.models import Account

from . import documents
from .report import Ratio, Result, Row
from .rival_models import read_with_msgspec, read_with_pydantic
from .rounds import in_fresh_process, interleaved, missing, optional_module

_LISTS: Final = 10
_IN_A_LIST: Final = 1000
_TRACED: Final = "traced"
_RESIDENT: Final = "resident"
_STATUS: Final = Path("/proc/self/statm")


def held(rounds: int | None) -> Result:
    """Measure with tracemalloc, which is exact, and by the process's resident memory, which is what the user sees."""
    has_peer = optional_module("pydantic") is not None
    readers = {"ours": "ours", "floor": "msgspec"} | ({"peer": "pydantic"} if has_peer else {})
    rows: list[Row] = []
    for way, count, target in ((_TRACED, 1, 1.0), (_RESIDENT, rounds or 3, None)):
        if way == _RESIDENT and not _STATUS.exists():
            continue
        found = interleaved(count, {who: partial(_measure, reader, way) for who, reader in readers.items()})
        ratios = [Ratio.between("/ msgspec", found["ours"], found["floor"])]
        if has_peer:
            ratios.append(Ratio.between("/ pydantic", found["ours"], found["peer"], target))
        name = f"memory of 10,000 held accounts, {'tracemalloc' if way == _TRACED else 'resident'}, each"
        rows.append(Row.of_rounds(3, name, "bytes", found, tuple(ratios)))
    return Result(tuple(rows), () if has_peer else (missing("pydantic"),))


def _measure(reader: str, way: str) -> float:
    size: float = in_fresh_process("-m", __name__, reader, way)
    return size


def _reader(name: str) -> Any:
    if name == "ours":
        return partial(codec.from_json, kind=list[Account])
    readers = read_with_msgspec() if name == "msgspec" else read_with_pydantic()
    assert readers is not None
    return readers[1]


def _main(name: str, way: str) -> None:
    read, data = _reader(name), documents.accounts(_IN_A_LIST)
    read(data)
    gc.collect()
    if way == _TRACED:
        tracemalloc.start()
    before = _used(way)
    kept = [read(data) for _ in range(_LISTS)]
    gc.collect()
    sys.stdout.write(json.dumps((_used(way) - before) / (len(kept) * _IN_A_LIST)))


def _used(way: str) -> int:
    if way == _TRACED:
        return tracemalloc.get_traced_memory()[0]
    pages = int(_STATUS.read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    _main(*sys.argv[1:])
