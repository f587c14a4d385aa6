"""No public name or signature changes unnoticed."""

from __future__ import annotations

import difflib

from tests.public_names import FILE, public_names


def test_public_names_are_those_of_the_list() -> None:
    listed = FILE.read_text(encoding="utf-8").splitlines()
    changes = "\n".join(difflib.unified_diff(listed, public_names(), "listed", "in the code", lineterm="", n=0))
    assert not changes, f"run `python -m tests.public_names`, and tell of it in CHANGELOG.md:\n{changes}"


def test_the_list_has_signatures_members_and_commands() -> None:
    listed = FILE.read_text(encoding="utf-8")
    assert "client.accounts.create(self, *, type: MarketCode, name: str, " in listed
    assert "\nthreecommas_async.models.Account.id: int\n" in listed
    assert "\nthreecommas accounts list " in listed
