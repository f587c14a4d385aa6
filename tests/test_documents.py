"""The code in the README and in the documentation runs, against the sandbox."""

from __future__ import annotations

import asyncio
import inspect
import re
import shlex
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from threecommas_async.cli.app import app
from threecommas_async.sandbox import Sandbox

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PAGES = sorted((ROOT / "docs").rglob("*.md"))
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
    monkeypatch.setenv("THREECOMMAS_BASE_URL", sandbox.url)
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


class Counted:
    """A function of a page, and whether it was called."""

    def __init__(self, function: Callable[..., Coroutine[Any, Any, object]]) -> None:
        self.function = function
        self.was_called = False

    def __call__(self, *arguments: object, **named: object) -> Coroutine[Any, Any, object]:
        self.was_called = True
        return self.function(*arguments, **named)


@pytest.mark.parametrize("page", [page for page in PAGES if blocks_of(page)], ids=lambda page: page.stem)
def test_the_code_of_a_page_runs(page: Path, names: dict[str, Any], loop: asyncio.AbstractEventLoop) -> None:
    """Functions whose parameters are what pages take for given are called; the others must be called by these."""
    given = dict(names)
    for number, block in enumerate(blocks_of(page), start=1):
        if not block.startswith(TEST):
            run(block, f"{page.name}, block {number}", names)
    functions = {
        name: Counted(value)
        for name, value in names.items()
        if name not in given and inspect.iscoroutinefunction(value) and value.__module__ is not None
    }
    names.update(functions)
    for counted in functions.values():
        parameters = inspect.signature(counted.function).parameters
        if parameters.keys() <= given.keys():
            loop.run_until_complete(counted(*[given[parameter] for parameter in parameters]))
    assert [name for name, counted in functions.items() if not counted.was_called] == []


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


@pytest.mark.parametrize(
    "block",
    [
        pytest.param(block, id=f"{page.stem}-{number}")
        for page in (README, *PAGES)
        for number, block in enumerate(blocks_of(page), start=1)
        if block.startswith(TEST)
    ],
)
def test_the_pytest_examples_work_as_pytest_asyncio_comes(pytester: pytest.Pytester, block: str) -> None:
    pytester.makepyfile(block)
    scope = ("-o", "asyncio_default_fixture_loop_scope=function")
    result = pytester.runpytest_subprocess("-W", "error", "-p", "no:cacheprovider", *scope)
    result.assert_outcomes(passed=len(re.findall(r"^async def test_", block, re.MULTILINE)))


@pytest.mark.parametrize("page", [README, *PAGES], ids=lambda page: page.stem)
def test_the_commands_of_a_page_exist(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line is read as the program reads it: command, arguments and options."""
    monkeypatch.chdir(tmp_path)
    for line in re.findall(r"^(?:\.\. terminal:: )?threecommas ([^>#\n]*)", page.read_text(), re.MULTILINE):
        command: Any = typer.main.get_command(app)
        words = shlex.split(line)
        for file in [word for word in words if word.endswith((".csv", ".toml"))]:
            Path(file).touch()
        while hasattr(command, "commands"):
            assert words[0] in command.commands, line
            command = command.commands[words.pop(0)]
        command.make_context(command.name, words).close()


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
