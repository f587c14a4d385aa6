"""Shows that the tests bite: ``python -m tests.faults.sabotage [NAME ...]``.

Puts faults back into a temporary copy of the package, one at a time, and tells which tests turned red for each. Ends
with status 1 if one passes unnoticed, or if the tests are red without any.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from .sabotages import SABOTAGES, Patch

ROOT: Final = Path(__file__).resolve().parents[2]
_FAILED: Final = re.compile(r"^(?:FAILED|ERROR) (\S+?)(?:\[| - |$)", re.MULTILINE)
_SHOWN: Final = 6
_ENOUGH: Final = 25


def run_tests(patches: Sequence[Patch], tests: Sequence[str]) -> list[str]:
    """Run tests on a patched copy, and return those that did not pass.

    :param tests: paths below ``tests/``, with or without the name of a test.
    """
    with tempfile.TemporaryDirectory(prefix="sabotage-") as folder:
        copy = Path(folder)
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "threecommas_async", copy / "threecommas_async", ignore=ignored)
        shutil.copytree(ROOT / "tests", copy / "tests", ignore=ignored)
        shutil.copy(ROOT / "pyproject.toml", copy)
        for patch in patches:
            file = copy / "threecommas_async" / patch.file
            file.write_text(file.read_text().replace(patch.old, patch.new))
        command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-p", "no:cacheprovider"]
        command += [f"--maxfail={_ENOUGH}"] if patches else []
        command += [f"tests/{test}" for test in tests]
        done = subprocess.run(
            command,
            cwd=copy,
            env={**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode not in (0, 1, 2):
        raise SystemExit(done.stdout + done.stderr)
    failed = sorted({name.removeprefix("tests/") for name in _FAILED.findall(done.stdout)})
    if done.returncode and not failed:
        raise SystemExit(done.stdout + done.stderr)
    return failed


def stale_patches() -> list[str]:
    """Tell which patches do not fit the package any more."""
    texts = {patch.file: (ROOT / "threecommas_async" / patch.file).read_text() for patch in _all_patches()}
    return [
        f"{patch.file} has changed; this stands there {texts[patch.file].count(patch.old)} times:\n{patch.old}"
        for patch in _all_patches()
        if texts[patch.file].count(patch.old) != 1
    ]


def _all_patches() -> list[Patch]:
    return [patch for one in SABOTAGES for patch in one.patches]


def main() -> int:
    """Try every sabotage, or those that are named."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.sabotage", description=__doc__)
    parser.add_argument("name", nargs="*", help="parts of the names of those to try; all by default")
    names: list[str] = parser.parse_args().name
    chosen = [one for one in SABOTAGES if not names or any(name in one.name for name in names)]
    everything = sorted({test for one in chosen for test in one.tests})
    unnoticed = 0
    if stale := stale_patches():
        raise SystemExit("\n".join(stale))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        intact = pool.submit(run_tests, (), everything)
        runs = [(one, pool.submit(run_tests, one.patches, one.tests)) for one in chosen]
        red_anyway = intact.result()
        print(f"without sabotage: {f'RED: {_names(red_anyway)}' if red_anyway else 'all green'}", flush=True)  # noqa: T201
        for one, run in runs:
            red = [test for test in run.result() if test not in red_anyway]
            unnoticed += not red
            print(f"{one.name}: {f'caught by {_names(red)}' if red else 'NOT NOTICED'}", flush=True)  # noqa: T201
    print(f"{len(chosen)} sabotages, {unnoticed} not noticed")  # noqa: T201
    return 1 if red_anyway or unnoticed else 0


def _names(tests: Sequence[str]) -> str:
    return ", ".join(tests[:_SHOWN]) + (f" and {len(tests) - _SHOWN} more" if len(tests) > _SHOWN else "")


if __name__ == "__main__":
    raise SystemExit(main())
