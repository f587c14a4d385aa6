"""The README's Python runs: as one program, against the sandbox."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from threecommas_async import ThreeCommasClient
from threecommas_async.sandbox import Sandbox

README = (Path(__file__).parent.parent / "README.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_the_blocks_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, rsa_pem: str
) -> None:
    key_file = tmp_path / "key.pem"
    key_file.write_text(rsa_pem)
    loop = asyncio.new_event_loop()
    sandbox = Sandbox()
    loop.run_until_complete(sandbox.__aenter__())
    key = sandbox.add_key()
    monkeypatch.setenv("THREECOMMAS_API_KEY", key.api_key)
    monkeypatch.setenv("THREECOMMAS_API_SECRET", str(key.secret))
    monkeypatch.delenv("THREECOMMAS_PRIVATE_KEY_FILE", raising=False)
    names: dict[str, Any] = {
        "api_key": key.api_key,
        "secret": key.secret,
        "base_url": sandbox.url,
        "private_key_file": str(key_file),
    }
    monkeypatch.setattr(asyncio, "run", loop.run_until_complete)

    async def connect_twice(client: ThreeCommasClient) -> None:
        await names["connect"](client)
        await names["connect"](client)

    async def with_client(use: Any) -> None:
        async with sandbox.client() as client:
            await use(client)

    try:
        assert len(BLOCKS) >= 8
        for number, block in enumerate(BLOCKS, start=1):
            exec(compile(block, f"README.md, block {number}", "exec"), names)  # noqa: S102
        assert re.search(r"^\d+ Main 8\.02\d+E-9$", capsys.readouterr().out, re.MULTILINE)
        loop.run_until_complete(with_client(names["look_around"]))
        assert re.search(r"^Main 20\d\d-", capsys.readouterr().out, re.MULTILINE)
        loop.run_until_complete(with_client(connect_twice))
        assert "already connected" in capsys.readouterr().out
        sandbox.accounts.remove(max(sandbox.accounts.ids))
        sandbox.faults.drop_next(before_processing=False)
        loop.run_until_complete(with_client(names["connect"]))
        assert "nobody can tell yet: Account(" in capsys.readouterr().out
        loop.run_until_complete(names["rehearse"]())
        loop.run_until_complete(names["borrow"]())
        loop.run_until_complete(with_client(names["test_my_bot"]))
    finally:
        loop.run_until_complete(sandbox.__aexit__(None, None, None))
        loop.close()


def test_the_two_commands_come_first() -> None:
    before_first_heading = README.split("\n## ")[0]
    commands = re.findall(r"```sh\n(.*?)\n```", before_first_heading, re.DOTALL)
    assert len(commands) == 2
    assert "threecommas accounts create --sandbox --type okex --name test" in commands[0]
    assert commands[1].endswith("python -m pytest -q -n auto")
    assert all("\n" not in command for command in commands)
