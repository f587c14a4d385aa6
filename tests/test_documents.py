"""The code in the README and in the documentation runs, against the sandbox."""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from threecommas_async.sandbox import Sandbox

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PAGES = sorted((ROOT / "docs").glob("*.md"))
TEST = "import pytest\n"
"""How a block begins that is a test: pytest runs it."""


def blocks_of(page: Path, language: str = "python") -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(), re.DOTALL)


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Iterator[asyncio.AbstractEventLoop]:
    """One loop for the sandbox and for programs that bring ``asyncio.run``."""
    loop = asyncio.new_event_loop()
    monkeypatch.setattr(asyncio, "run", loop.run_until_complete)
    yield loop
    loop.close()


@pytest.fixture
def names(
    loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, rsa_pem: str
) -> Iterator[dict[str, Any]]:
    """What the pages take for given."""
    sandbox = Sandbox()
    loop.run_until_complete(sandbox.__aenter__())
    key_file = tmp_path / "key.pem"
    key_file.write_text(rsa_pem)
    key = sandbox.add_key()
    monkeypatch.setenv("THREECOMMAS_API_KEY", key.api_key)
    monkeypatch.setenv("THREECOMMAS_API_SECRET", str(key.secret))
    monkeypatch.delenv("THREECOMMAS_PRIVATE_KEY_FILE", raising=False)
    sandbox.accounts.add(name="First")
    account_id = sandbox.accounts.add(name="Bots", balances={"USDT": 10_000})
    client = sandbox.client()
    yield {
        "sandbox": sandbox,
        "client": client,
        "account_id": account_id,
        "api_key": key.api_key,
        "secret": key.secret,
        "private_key_file": str(key_file),
    }
    loop.run_until_complete(client.close())
    loop.run_until_complete(sandbox.__aexit__(None, None, None))


def run(code: str, where: str, names: dict[str, Any]) -> None:
    exec(compile(code, where, "exec"), names)  # noqa: S102


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_code_of_a_page_runs(page: Path, names: dict[str, Any], loop: asyncio.AbstractEventLoop) -> None:
    before = dict(names)
    for number, block in enumerate(blocks_of(page), start=1):
        if block.startswith(TEST):
            continue
        run(block, f"{page.name}, block {number}", names)
    for name, value in names.items():
        if name not in before and inspect.iscoroutinefunction(value):
            loop.run_until_complete(value(*[names[parameter] for parameter in inspect.signature(value).parameters]))


def test_the_ten_lines_run_as_they_stand(loop: asyncio.AbstractEventLoop, capsys: pytest.CaptureFixture[str]) -> None:
    (ten_lines, *_) = blocks_of(README)
    run(ten_lines, "README.md", {"__name__": "__main__"})
    assert re.fullmatch(r"\d+ Main 0\.\d+\n", capsys.readouterr().out)


def test_the_outcomes_of_the_readme(
    names: dict[str, Any], loop: asyncio.AbstractEventLoop, capsys: pytest.CaptureFixture[str]
) -> None:
    run(blocks_of(README)[1], "README.md", names)
    connect, client, sandbox = names["connect"], names["client"], names["sandbox"]
    loop.run_until_complete(connect(client))
    loop.run_until_complete(connect(client))
    assert "3Commas rejected it: {'api_key': ('This account is already connected!',)}" in capsys.readouterr().out
    sandbox.accounts.remove(max(sandbox.accounts.ids))
    sandbox.faults.drop_next(before_processing=False)
    loop.run_until_complete(connect(client))
    assert "unknown, so look for it: Account(" in capsys.readouterr().out


@pytest.mark.parametrize("page", [README, ROOT / "docs/sandbox.md"], ids=lambda page: page.stem)
def test_the_pytest_example_works_as_pytest_asyncio_comes(pytester: pytest.Pytester, page: Path) -> None:
    (example,) = [block for block in blocks_of(page) if block.startswith(TEST)]
    pytester.makepyfile(example)
    scope = ("-o", "asyncio_default_fixture_loop_scope=function")
    pytester.runpytest_subprocess("-W", "error", "-p", "no:cacheprovider", *scope).assert_outcomes(passed=1)


def test_the_two_commands_come_first() -> None:
    before_first_heading = README.read_text().split("\n## ")[0]
    commands = re.findall(r"```sh\n(.*?)\n```", before_first_heading, re.DOTALL)
    assert len(commands) == 2
    assert "threecommas accounts create --sandbox --type okex --name test" in commands[0]
    assert commands[1].endswith("python -m pytest -q -n auto")
    assert all("\n" not in command for command in commands)


def test_every_link_inside_resolves() -> None:
    for page in (README, *PAGES):
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
            assert target.startswith("http") or (page.parent / target).is_file(), f"{page.name}: {target}"
