"""The bodies of simple trades, as they are sent without the client."""

from __future__ import annotations

from typing import Any, Final

from tests.sandbox.trading import PAIR, Exchange

OFF: Final = {"enabled": False}
LIMIT: Final[dict[str, object]] = {"order": {"type": "limit", "side": "buy"}, "price": {"value": "1900.0"}}
WHEN_1950: Final[dict[str, object]] = {
    "conditional": {"enabled": True, "value": "less_or_equal", "price": {"value": "1950", "type": "last"}}
}


def body(account_id: int, /, **changes: object) -> dict[str, object]:
    """Return the body of a new trade: it buys 0.1 ETH by market, if nothing else is said."""
    return {
        "account_id": account_id,
        "pair": PAIR,
        "order": {"type": "market", "side": "buy"},
        "units": {"value": "0.1"},
        "conditional": OFF,
        "trailing": OFF,
        "timeout": OFF,
        **changes,
    }


async def create(here: Exchange, **changes: object) -> dict[str, Any]:
    """Create a trade, and return it as it is shown then."""
    answer = await here.caller.call("POST", "/ver1/trades", body=body(here.account_id, **changes))
    assert answer.status == 201, answer.text
    trade: dict[str, Any] = answer.json["trade"]
    return trade


async def get(here: Exchange, uuid: str) -> dict[str, Any]:
    answer = await here.caller.call("GET", f"/ver1/trades/{uuid}")
    assert answer.status == 200, answer.text
    trade: dict[str, Any] = answer.json["trade"]
    return trade
