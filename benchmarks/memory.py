"""Point 3, second half: what 10,000 accounts, or deals, weigh that are held. Each reader has a process of its own."""

from __future__ import annotations

import gc
import itertools
import json
import os
import sys
import tracemalloc
import types
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

from threecommas_async import codec
from threecommas_async.models import Account, Deal

from . import documents
from .report import Ratio, Result, Row
from .rival_models import read_with_msgspec, read_with_pydantic
from .rounds import in_fresh_process, interleaved, missing, optional_module

_LISTS: Final = 10
_IN_A_LIST: Final = 1000
_TRACED: Final = "traced"
_RESIDENT: Final = "resident"
_KINDS: Final[Mapping[str, tuple[Any, Callable[[int], bytes]]]] = {
    "accounts": (Account, documents.accounts),
    "deals": (Deal, documents.deals),
}
_STATUS: Final = Path("/proc/self/statm")


def held(rounds: int | None) -> Result:
    """Measure with tracemalloc, which is exact, and by the process's resident memory, which is what the user sees."""
    has_peer = optional_module("pydantic") is not None
    readers = {"ours": "ours", "floor": "msgspec"} | ({"peer": "pydantic"} if has_peer else {})
    rows: list[Row] = []
    measures = ((_TRACED, 1, 0.5), (_RESIDENT, rounds or 3, None))
    for what, (way, count, target) in itertools.product(_KINDS, measures):
        if way == _RESIDENT and not _STATUS.exists():
            continue
        found = interleaved(count, {who: partial(_measure, reader, way, what) for who, reader in readers.items()})
        ratios = [Ratio.between("/ msgspec", found["ours"], found["floor"])]
        if has_peer:
            ratios.append(Ratio.between("/ pydantic", found["ours"], found["peer"], target))
        name = f"memory of 10,000 held {what}, {'tracemalloc' if way == _TRACED else 'resident'}, each"
        rows.append(Row.of_rounds(3, name, "bytes", found, tuple(ratios)))
    return Result(tuple(rows), () if has_peer else (missing("pydantic"),))


def _measure(reader: str, way: str, what: str) -> float:
    size: float = in_fresh_process("-m", __name__, reader, way, what)
    return size


def _reader(name: str, model: Any) -> Any:
    if name == "ours":
        return partial(codec.from_json, kind=cast("Any", types.GenericAlias(list, (model,))))
    readers = read_with_msgspec(model) if name == "msgspec" else read_with_pydantic(model)
    assert readers is not None
    return readers[1]


def _main(name: str, way: str, what: str) -> None:
    model, listed = _KINDS[what]
    read, data = _reader(name, model), listed(_IN_A_LIST)
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
