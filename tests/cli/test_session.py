"""What a command talks through: the sandbox that lives as long as the command, and the options of its clients."""

from __future__ import annotations

import pytest

from threecommas_async import ThreeCommasClient
from threecommas_async.cli.session import Session
from threecommas_async.sandbox import Sandbox


@pytest.fixture
def modes(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The modes of the clients that sandboxes give."""
    given: list[object] = []
    client = Sandbox.client

    def noting(self: Sandbox, **options: object) -> ThreeCommasClient:
        given.append(options.get("mode"))
        return client(self, mode=options.get("mode"))  # type: ignore[arg-type]

    monkeypatch.setattr(Sandbox, "client", noting)
    return given


def test_one_sandbox_for_all_runs_of_a_command(no_variables: None) -> None:
    with Session(sandbox=True) as session:
        session.run(lambda client: client.accounts.rename(32849081, "Other"))
        assert session.run(lambda client: client.accounts.get(32849081)).name == "Other"
        assert session.place == " in the sandbox (nothing left this machine)"


def test_the_next_command_has_a_sandbox_of_its_own(no_variables: None) -> None:
    for _ in range(2):
        with Session(sandbox=True) as session:
            assert session.run(lambda client: client.accounts.get(32849081)).name == "Trading"
            session.run(lambda client: client.accounts.remove(32849081))


def test_the_mode_goes_into_a_sandbox_too(no_variables: None, modes: list[object]) -> None:
    with Session(sandbox=True, mode="paper") as session:
        session.run(lambda client: client.accounts.get(32849081))
    with Session(sandbox=True) as session:
        session.run(lambda client: client.accounts.get(32849081))
    assert modes[1::2] == ["paper", None]  # before each of them, another client furnished the sandbox


def test_a_session_that_was_not_used_starts_nothing(no_variables: None) -> None:
    with Session(sandbox=False) as session:
        assert session.place == ""
