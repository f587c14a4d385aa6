"""Bots and deals on loopback: they begin as the vendor's examples, and change as they are told."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from threading import Event
from typing import Any

from aiohttp import web

from tests.cli.loopback_server import LoopbackServer

_CATALOGUE = Path(__file__).parent.parent / "fixtures/catalogue"
SAFETY = "Safety"


def example(group: str, name: str, status: int = 200) -> Any:
    """A response that the vendor prints."""
    endpoints = json.loads((_CATALOGUE / f"{group}.json").read_text())["endpoints"]
    (endpoint,) = (one for one in endpoints if one["name"] == name)
    (response,) = (one for one in endpoint["responses"] if one["status"] == status)
    return json.loads(response["example_json"])


def order(number: int, purpose: str, status: str, rate: str, paid: str = "0.0", side: str = "BUY") -> dict[str, object]:
    """An order of a deal, which was placed at that minute."""
    return {
        "order_id": str(1_000_000_000 + number),
        "order_type": side,
        "deal_order_type": purpose,
        "cancellable": False,
        "status_string": status,
        "created_at": f"2024-11-08T00:{number:02}:00.000Z",
        "updated_at": "2024-11-08T00:53:53.906Z",
        "quantity": "0.0114",
        "quantity_remaining": "0.0" if status == "Filled" else "0.0114",
        "total": "33.23353433" if status == "Filled" else "0.0",
        "rate": rate,
        "average_price": paid,
    }


class TradingServer(LoopbackServer):
    """Three bots, a deal with its orders, and what is to go wrong.

    :ivar bots: the bots by id, in the order of their list.
    :ivar deals: the deals by id.
    :ivar orders: the orders of the deal that is in the vendor's example.
    :ivar fails: what is answered, without doing it, to a request whose method and path end like this.
    :ivar loses: requests that are carried out and then answered with 502.
    :ivar holds: requests that are carried out and then get no response.
    :ivar sent: method, path and body of every request that was no GET.
    :ivar queries: the queries of every GET.
    """

    def __init__(self) -> None:
        super().__init__()
        listed: list[dict[str, Any]] = [
            example("bots", "get_dca_bot"),
            *example("bots", "get_the_list_of_dca_bots"),
            example("bots", "edit_dca_bot"),
        ]
        for number, bot in enumerate(listed):
            bot["url_secret"] = f"012345678{number}"
        self.bots: dict[int, dict[str, Any]] = {bot["id"]: bot for bot in listed}
        deal: dict[str, Any] = example("deals", "get_deal")
        self.deals: dict[int, dict[str, Any]] = {deal["id"]: deal}
        self.orders = [
            order(5, "Take Profit", "Active", "2966.43", side="SELL"),
            order(4, SAFETY, "Active", "2323.96"),
            order(3, SAFETY, "Active", "2794.64"),
            order(2, SAFETY, "Filled", "2912.31", "2915.22231"),
            order(1, "Base", "Filled", "2939.22", "2941.72879"),
        ]
        self.fails: dict[str, tuple[int, object]] = {}
        self.loses: set[str] = set()
        self.holds: set[str] = set()
        self.held = Event()
        self.sent: list[tuple[str, str, Any]] = []
        self.queries: list[tuple[str, dict[str, str]]] = []

    async def respond(self, request: web.Request) -> web.Response:
        path = request.match_info["path"].removeprefix("ver1/")
        call = f"{request.method} /{path}"
        text = await request.text()
        body = json.loads(text) if text else {}
        if request.method == "GET":
            self.queries.append((f"/{path}", dict(request.query)))
        else:
            self.sent.append((request.method, f"/{path}", body))
        for end, (status, document) in self.fails.items():
            if call.endswith(end):
                return web.json_response(document, status=status)
        status, document = self._act(request.method, path.split("/"), dict(request.query), body)
        if any(call.endswith(end) for end in self.holds):
            self.held.set()
            await asyncio.Event().wait()
        if any(call.endswith(end) for end in self.loses):
            return web.Response(status=502, text="<html></html>", content_type="text/html")
        return web.json_response(document, status=status)

    def _act(self, method: str, path: list[str], query: dict[str, str], body: dict[str, Any]) -> tuple[int, object]:
        group, *rest = path
        things = self.bots if group == "bots" else self.deals
        if not rest:
            start = int(query.get("offset", "0"))
            rows = [thing for thing in things.values() if self._is_wanted(thing, query)]
            return 200, rows[start : start + int(query.get("limit", "50"))]
        number = int(rest[0])
        if number not in things:
            return 404, {"error": "not_found", "error_description": "Not Found"}
        thing = things[number]
        action = rest[1]
        if action == "delete":
            del things[number]
            return 201, True
        if action in ("enable", "disable"):
            thing["is_enabled"] = action == "enable"
        if action == "copy_and_create":
            return 201, {"bot_id": 23456789, "bot_required_amount": 240}
        if action == "update":
            thing |= body
        if action == "market_orders":
            return 200, self.orders
        if action == "add_funds":
            return 201, order(9, "Manual Safety", "Active", body.get("rate", "0.0"))
        if action in ("panic_sell", "cancel"):
            status, text = {
                "panic_sell": ("panic_sell_pending", "Closing at Market Price"),
                "cancel": ("cancel_pending", "Cancel pending"),
            }[action]
            thing |= {"status": status, "localized_status": text}
        return 200 if method in ("GET", "PATCH") else 201, thing

    def _is_wanted(self, thing: dict[str, Any], query: dict[str, str]) -> bool:
        if "account_id" in query and query["account_id"] != str(thing["account_id"]):
            return False
        if query.get("scope") in ("enabled", "disabled"):
            return bool(thing["is_enabled"]) == (query["scope"] == "enabled")
        if query.get("scope") in ("active", "finished"):
            return bool(thing["finished?"]) == (query["scope"] == "finished")
        return True
