"""Point 5: importing, always in a fresh process."""

from __future__ import annotations

import os
from collections import Counter
from functools import partial
from tempfile import TemporaryDirectory
from typing import Any, Final

from .report import Ratio, Result, Row
from .rounds import in_fresh_process, interleaved

_AIOHTTP: Final = "import aiohttp"
_LAZY: Final = "import threecommas_async"
_USED: Final = "from threecommas_async import HmacCredentials, ThreeCommasClient"
_TIMED: Final = """
from time import perf_counter
started = perf_counter()
{statement}
print((perf_counter() - started) * 1e3)
"""
_LOADED: Final = """
import json, sys
{statement}
print(json.dumps(sorted(sys.modules)))
"""
_NEVER_NEEDED: Final = (
    "aiohttp.pytest_plugin",
    "aiohttp.test_utils",
    "aiohttp.web",
    "cattrs",
    "click",
    "cryptography",
    "cyclopts",
    "pydantic",
    "pyrate_limiter",
    "pytest",
    "redis",
    "rich",
    "threecommas_async.__main__",
    "threecommas_async.cli",
    "threecommas_async.pytest_plugin",
    "threecommas_async.sandbox",
    "threecommas_async.transport.simulated_clock",
    "typer",
)
"""What a plain call with an HMAC key and ``limits=None`` has no use for."""


def imports(rounds: int | None) -> Result:
    """Measure the package by itself, which is lazy, and the names that everybody needs, which is not.

    All have their bytecode, as they have once they are installed: the first round, which does not count, writes it.
    """
    statements = (_LAZY, _USED, _AIOHTTP)
    with TemporaryDirectory() as folder:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": folder}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)

        def load(statement: str) -> float:
            return float(in_fresh_process("-c", _TIMED.format(statement=statement), environment=environment))

        found = interleaved(rounds or 15, {statement: partial(load, statement) for statement in statements})
    rows = [
        Row.of_rounds(
            5,
            name,
            "ms",
            {"ours": found[statement], "floor": found[_AIOHTTP]},
            (Ratio.between("/ import aiohttp", found[statement], found[_AIOHTTP], 1.25),),
        )
        for name, statement in (
            ("import threecommas_async (lazy: loads no aiohttp)", _LAZY),
            ("from threecommas_async import client and credentials", _USED),
        )
    ]
    return Result(tuple(rows), _what_is_loaded())


def _what_is_loaded() -> tuple[str, ...]:
    base, lazy, used = (_modules(statement) for statement in ("pass", _LAZY, _USED))
    beyond_aiohttp = used - _modules(_AIOHTTP)
    packages = Counter(name.partition(".")[0] for name in beyond_aiohttp)
    counted = ", ".join(f"{name} {count}" for name, count in packages.most_common())
    needless = sorted(name for name in _NEVER_NEEDED if name in used)
    return (
        f"'{_LAZY}' loads {len(lazy - base)} modules: {', '.join(sorted(lazy - base)) or 'none'}",
        f"'{_USED}' loads {len(beyond_aiohttp)} modules that aiohttp does not: {counted}",
        f"of what a plain call never needs it loads: {', '.join(needless) or 'nothing'}",
    )


def _modules(statement: str) -> set[str]:
    names: Any = in_fresh_process("-c", _LOADED.format(statement=statement))
    return set(names)
