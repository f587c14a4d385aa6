"""The answers that are measured with: the account that the vendor documents, and lists of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from .rounds import ROOT

_CATALOGUE: Final = ROOT / "tests" / "fixtures" / "catalogue"
_EVENTS: Final = 19
_FIXTURE: Final = ROOT / "tests" / "fixtures" / "account_created.json"
_ID: Final = '"id": 32849081'
_KEY: Final = "4ce4943c-f478-46c3-b50b-70de4d1bc34d"
_BTC: Final = "0.0000000080232449796548201579586071525673247181448663178"


def account() -> bytes:
    """Return the example of the vendor's page "Add exchange account", to the letter."""
    return Path(_FIXTURE).read_bytes()


def accounts(count: int) -> bytes:
    """Return a list of ``count`` of them that differ in id, API key and amount, as those of one customer would."""
    text = account().decode()
    return b"[%s]" % b",".join(_numbered(text, number).encode() for number in range(count))


def _numbered(text: str, number: int) -> str:
    text = text.replace(_ID, f'"id": {32849081 + number}')
    text = text.replace(_KEY, f"{number:08x}{_KEY[8:]}")
    return text.replace(_BTC, f"{number}{_BTC[1:]}")


def deal() -> bytes:
    """Return the example of the vendor's entity "Deal", with a log as a push has one."""
    (entity,) = json.loads((_CATALOGUE / "deals.json").read_bytes())["entities"]
    document = json.loads(entity["example_json"])
    events = document["bot_events"] or [{"message": "Placing base order", "created_at": "2024-11-14T15:30:16.039Z"}]
    document["bot_events"] = (events * _EVENTS)[:_EVENTS]
    return json.dumps(document).encode()
