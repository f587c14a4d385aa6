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

import attrs

ROOT: Final = Path(__file__).resolve().parents[2]
_FAILED: Final = re.compile(r"^(?:FAILED|ERROR) (\S+?)(?:\[| - |$)", re.MULTILINE)
_SHOWN: Final = 6


@attrs.frozen
class Patch:
    """A replacement in one file; ``old`` must stand there exactly once."""

    file: str
    old: str
    new: str


@attrs.frozen
class Sabotage:
    """Something that must not be, and the tests to ask about it."""

    name: str
    patches: tuple[Patch, ...]
    tests: tuple[str, ...]


_SIGNING: Final = "transport/signing.py"
_TRANSPORT: Final = "transport/transport.py"
_VERDICTS: Final = "transport/verdicts.py"
_RETRIES: Final = "transport/retries.py"
_NO_READ_AFTER_TROUBLE: Final = "Repeat.READ if isinstance(error, ServerError) else Repeat.NEVER"

SABOTAGES: Final = (
    Sabotage(
        "the hidden re-send is back",
        (
            Patch(
                _SIGNING,
                "            raise ConnectionLostError(type(error).__name__) from None\n",
                "            raise error\n",
            ),
        ),
        ("test_one_send.py", "test_cuts.py", "test_schedules.py"),
    ),
    Sabotage(
        "redirects are followed",
        (Patch(_TRANSPORT, "allow_redirects=False", "allow_redirects=True"),),
        ("test_one_send.py", "test_schedules.py"),
    ),
    Sabotage(
        "redirects are followed, and signed for any host",
        (
            Patch(_TRANSPORT, "allow_redirects=False", "allow_redirects=True"),
            Patch(_SIGNING, "if request.url.origin() != self._origin:", "if False:"),
        ),
        ("test_one_send.py", "test_schedules.py"),
    ),
    Sabotage(
        "the invented status 400 is trusted",
        (
            Patch(
                _VERDICTS,
                "    if isinstance(error, ConnectionLostError):\n",
                "    if isinstance(error, aiohttp.ClientResponseError):\n"
                '        return _unsent(call, f"the server answered {error.status}", Repeat.NEVER)\n'
                "    if isinstance(error, ConnectionLostError):\n",
            ),
        ),
        ("test_schedules.py", "test_weather.py"),
    ),
    Sabotage(
        "the repr of credentials shows them",
        (
            Patch(
                "credentials.py",
                '        return f"{type(self).__name__}(<hidden>)"\n',
                "        key = getattr(self, '_private_key', None)\n"
                "        shown = key.private_numbers() if key else self._shown\n"
                "        return f\"{type(self).__name__}({shown!r}, {getattr(shown, 'd', None)})\"\n",
            ),
            Patch(
                "credentials.py",
                '    __slots__ = ("_keyed", "api_key")\n',
                '    __slots__ = ("_keyed", "_shown", "api_key")\n',
            ),
            Patch(
                "credentials.py",
                "        self._keyed: Final = hmac.new(",
                "        self._shown = secret\n        self._keyed: Final = hmac.new(",
            ),
        ),
        ("test_secrets.py",),
    ),
    Sabotage(
        "the repr of an account shows its key",
        (
            Patch(
                "models/account.py",
                "    api_key: Secret | None = attrs.field(default=None, repr=False)\n",
                "    api_key: str | None = None\n",
            ),
        ),
        ("test_secrets.py",),
    ),
    Sabotage(
        "answers are not redacted",
        (
            Patch(
                _VERDICTS,
                '    text = redact(received.body[:_MOST_SEARCHED].decode("utf-8", "replace"), call.secrets)\n',
                '    text = received.body[:_MOST_SEARCHED].decode("utf-8", "replace")\n',
            ),
        ),
        ("test_secrets.py",),
    ),
    Sabotage(
        "tracebacks keep the arguments",
        (Patch("redaction.py", "            _clear_frames(error)\n", ""),),
        ("test_secrets.py",),
    ),
    Sabotage(
        "a POST is sent again after a 5xx",
        (
            Patch(
                _VERDICTS,
                _NO_READ_AFTER_TROUBLE,
                "Repeat.READ if isinstance(error, (ServerError, OutcomeUnknownError)) else Repeat.NEVER",
            ),
        ),
        ("test_repeats.py", "test_schedules.py"),
    ),
    Sabotage(
        "a write is sent again after a lost connection",
        (Patch(_VERDICTS, "Repeat.NEVER if call.writes else Repeat.READ", "Repeat.READ"),),
        ("test_one_send.py", "test_cuts.py", "test_schedules.py"),
    ),
    Sabotage(
        "everything is unknown",
        (
            Patch(
                "errors.py",
                "        self.outcome = outcome\n",
                "        self.outcome = Outcome.UNKNOWN\n",
            ),
        ),
        ("test_schedules.py", "test_cuts.py", "test_one_send.py"),
    ),
    Sabotage(
        "nothing is unknown",
        (Patch("errors.py", "        self.outcome = outcome\n", "        self.outcome = Outcome.NOT_DONE\n"),),
        ("test_schedules.py", "test_cuts.py"),
    ),
    Sabotage(
        "idle connections are not looked at before they are used",
        (
            Patch(
                _SIGNING,
                "    if connection.protocol is None or connection.protocol.should_close:\n",
                "    if connection.protocol is None:\n",
            ),
        ),
        ("test_one_send.py", "test_weather.py"),
    ),
    Sabotage(
        "bodies have no cap",
        (
            Patch("transport/bodies.py", "stream.decompress(chunk, cap + 1 - size)", "stream.decompress(chunk)"),
            Patch("client.py", "DEFAULT_MAX_BODY: Final = 8 * 1024 * 1024", "DEFAULT_MAX_BODY: Final = 1 << 40"),
        ),
        ("test_bodies.py",),
    ),
    Sabotage(
        "a cancellation becomes an error",
        (
            Patch(
                _TRANSPORT,
                "        except (aiohttp.ClientError, OSError, ",
                "        except (asyncio.CancelledError, aiohttp.ClientError, OSError, ",
            ),
            Patch(
                _TRANSPORT,
                "        except asyncio.CancelledError as error:\n",
                "        except GeneratorExit as error:\n",
            ),
        ),
        ("test_cancellation.py",),
    ),
    Sabotage(
        "proxies of the environment are used",
        (Patch(_TRANSPORT, "trust_env=False", "trust_env=True"),),
        ("test_one_send.py",),
    ),
    Sabotage(
        "cookies are kept",
        (Patch(_TRANSPORT, "cookie_jar=aiohttp.DummyCookieJar()", "cookie_jar=aiohttp.CookieJar(unsafe=True)"),),
        ("test_one_send.py",),
    ),
)


def run_tests(patches: Sequence[Patch], tests: Sequence[str]) -> tuple[bool, list[str]]:
    """Run tests on a patched copy; tell whether all passed, and which did not."""
    with tempfile.TemporaryDirectory(prefix="sabotage-") as folder:
        copy = Path(folder)
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "threecommas_async", copy / "threecommas_async", ignore=ignored)
        shutil.copytree(ROOT / "tests", copy / "tests", ignore=ignored)
        shutil.copy(ROOT / "pyproject.toml", copy)
        for patch in patches:
            file = copy / "threecommas_async" / patch.file
            text = file.read_text()
            if text.count(patch.old) != 1:
                raise SystemExit(
                    f"{patch.file} has changed; this stands there {text.count(patch.old)} times:\n{patch.old}"
                )
            file.write_text(text.replace(patch.old, patch.new))
        command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-p", "no:cacheprovider"]
        command += [str(Path("tests/faults") / test) for test in tests]
        done = subprocess.run(
            command,
            cwd=copy,
            env={**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode not in (0, 1):
        raise SystemExit(done.stdout + done.stderr)
    return done.returncode == 0, sorted({name.removeprefix("tests/faults/") for name in _FAILED.findall(done.stdout)})


def main() -> int:
    """Try every sabotage, or those that are named."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.sabotage", description=__doc__)
    parser.add_argument("name", nargs="*", help="parts of the names of those to try; all by default")
    names: list[str] = parser.parse_args().name
    chosen = [one for one in SABOTAGES if not names or any(name in one.name for name in names)]
    everything = sorted({test for one in chosen for test in one.tests})
    unnoticed = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        intact = pool.submit(run_tests, (), everything)
        runs = [(one, pool.submit(run_tests, one.patches, one.tests)) for one in chosen]
        passed, red = intact.result()
        print(f"without sabotage: {'all green' if passed else 'RED: ' + ', '.join(red)}", flush=True)  # noqa: T201
        for one, run in runs:
            missed, red = run.result()
            unnoticed += missed
            caught = ", ".join(red[:_SHOWN]) + (f" and {len(red) - _SHOWN} more" if len(red) > _SHOWN else "")
            print(f"{one.name}: {'NOT NOTICED' if missed else f'caught by {caught}'}", flush=True)  # noqa: T201
    return 0 if passed and not unnoticed else 1


if __name__ == "__main__":
    raise SystemExit(main())
