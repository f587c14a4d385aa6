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
    return listed(rows_of(count))


def listed(rows: list[bytes]) -> bytes:
    """Return objects as a list."""
    return b"[%s]" % b",".join(rows)


def rows_of(count: int) -> list[bytes]:
    """Return the same, one by one."""
    text = account().decode()
    return [_numbered(text, number).encode() for number in range(count)]


def _numbered(text: str, number: int) -> str:
    text = text.replace(_ID, f'"id": {32849081 + number}')
    text = text.replace(_KEY, f"{number:08x}{_KEY[8:]}")
    return text.replace(_BTC, f"{number}{_BTC[1:]}")


def entity(group: str, name: str) -> bytes:
    """Return the example of an entity of the vendor's, as compact as a server writes it."""
    entities = json.loads((_CATALOGUE / f"{group}.json").read_bytes())["entities"]
    example = next(entity["example_json"] for entity in entities if entity["name"] == name)
    return json.dumps(json.loads(example), separators=(",", ":")).encode()


def deals(count: int) -> bytes:
    """Return a list of ``count`` deals that differ in id and volume."""
    document = json.loads(entity("deals", "Deal"))
    rows: list[str] = []
    for number in range(count):
        document |= {"id": number + 1, "bought_volume": f"{number}.25"}
        rows.append(json.dumps(document, separators=(",", ":")))
    return f"[{','.join(rows)}]".encode()


def with_new_field(row: bytes) -> bytes:
    """Return an object with one field more, as 3Commas adds them."""
    return row.rstrip()[:-1] + b',"brand_new_field":"some text"}'


def with_odd_field(row: bytes) -> bytes:
    """Return an account with a list of markets that is none."""
    document = json.loads(row) | {"supported_market_types": "spot"}
    return json.dumps(document).encode()


def deal() -> bytes:
    """Return the example of the vendor's entity "Deal", with a log as a push has one."""
    (entity,) = json.loads((_CATALOGUE / "deals.json").read_bytes())["entities"]
    document = json.loads(entity["example_json"])
    events = document["bot_events"] or [{"message": "Placing base order", "created_at": "2024-11-14T15:30:16.039Z"}]
    document["bot_events"] = (events * _EVENTS)[:_EVENTS]
    return json.dumps(document).encode()
