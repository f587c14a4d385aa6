"""Calls of SmartTrades without the client, for the tests of the sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from tests.sandbox.trading import PAIR, Exchange

PATH: Final = "/v2/smart_trades"
BUY: Final[Mapping[str, object]] = {"type": "buy", "order_type": "market", "units": {"value": "0.1"}}
SELL: Final[Mapping[str, object]] = {**BUY, "type": "sell"}
LIMIT: Final[Mapping[str, object]] = {**BUY, "order_type": "limit", "price": {"value": "1900"}}
CONDITIONAL: Final[Mapping[str, object]] = {
    **SELL,
    "order_type": "conditional",
    "conditional": {"order_type": "limit", "price": {"value": "2050", "type": "bid"}},
}


def step(volume: str = "100", *, order_type: str = "limit", **price: str) -> dict[str, object]:
    return {"order_type": order_type, "volume": volume, "price": {"type": "last", **price}}


def take_profit(*steps: dict[str, object]) -> dict[str, object]:
    return {"enabled": True, "steps": list(steps)}


def stop_loss(value: str = "1800", **more: object) -> dict[str, object]:
    conditional = {"price": {"type": "last", "value": value}, "trailing": {"enabled": False}}
    return {"enabled": True, "order_type": "market", "conditional": conditional, **more}


def body(here: Exchange, position: Mapping[str, object] = BUY, **more: object) -> dict[str, object]:
    return {"account_id": here.account_id, "pair": PAIR, "position": position, **more}


async def create(here: Exchange, position: Mapping[str, object] = BUY, **more: object) -> dict[str, Any]:
    answer = await here.caller.call("POST", PATH, body=body(here, position, **more))
    assert answer.status == 201, answer.text
    return cast("dict[str, Any]", answer.json)


async def get(here: Exchange, smart_trade: Mapping[str, Any]) -> dict[str, Any]:
    answer = await here.caller.call("GET", f"{PATH}/{smart_trade['id']}")
    assert answer.status == 200, answer.text
    return cast("dict[str, Any]", answer.json)


async def ask(here: Exchange, smart_trade: Mapping[str, Any], what: str, **sent: object) -> dict[str, Any]:
    """Ask something of a SmartTrade: ``close_by_market``, ``trades/7/close_by_market`` ..."""
    answer = await here.caller.call("POST", f"{PATH}/{smart_trade['id']}/{what}", body=sent)
    assert answer.status == 201, answer.text
    return cast("dict[str, Any]", answer.json)


async def edit(here: Exchange, smart_trade: Mapping[str, Any], **sent: object) -> dict[str, Any]:
    answer = await here.caller.call("PATCH", f"{PATH}/{smart_trade['id']}", body=sent)
    assert answer.status == 200, answer.text
    return cast("dict[str, Any]", answer.json)


async def delete(here: Exchange, smart_trade: Mapping[str, Any], trade_id: int | None = None) -> dict[str, Any]:
    """Cancel a SmartTrade, or one of its trades."""
    trade = "" if trade_id is None else f"/trades/{trade_id}"
    answer = await here.caller.call("DELETE", f"{PATH}/{smart_trade['id']}{trade}")
    assert answer.status == 200, answer.text
    return cast("dict[str, Any]", answer.json)


async def trades(here: Exchange, smart_trade: Mapping[str, Any]) -> list[dict[str, Any]]:
    answer = await here.caller.call("GET", f"{PATH}/{smart_trade['id']}/trades")
    assert answer.status == 200, answer.text
    return cast("list[dict[str, Any]]", answer.json)


def status(shown: Mapping[str, Any]) -> str:
    """Return the word of a status, which must be the same in both of its fields."""
    said = shown["status"]
    assert said["type"] == said["basic_type"]
    return str(said["type"])


def units(steps: list[dict[str, Any]]) -> list[str]:
    return [one["units"]["value"] for one in steps]


def prices(steps: list[dict[str, Any]]) -> list[str]:
    return [one["price"]["value"] for one in steps]
