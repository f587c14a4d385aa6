"""What trades, on loopback: it begins as the vendor's examples, and changes as it is told."""

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
    """Bots, grid bots, deals, SmartTrades and simple trades, with their orders, and what is to go wrong.

    :ivar bots: the bots by id, in the order of their list.
    :ivar grid_bots: the grid bots by id, in the order of their list.
    :ivar grid_orders: the orders of every grid bot.
    :ivar deals: the deals by id.
    :ivar orders: the orders of the deal that is in the vendor's example.
    :ivar smart_trades: the SmartTrades by id.
    :ivar smart_orders: the orders of every SmartTrade.
    :ivar answers_empty: whether the cancellation of a SmartTrade is answered without one.
    :ivar trades: the simple trades that are not over, by UUID.
    :ivar past_trades: the others.
    :ivar fails: what is answered, without doing it, to a request whose method and path end like this.
    :ivar loses: requests that are carried out and then answered with 502.
    :ivar holds: requests that are carried out and then get no response.
    :ivar sent: method, path and body of every request that was no GET.
    :ivar queries: the queries of every GET.
    """

    def __init__(self) -> None:
        super().__init__()
        self.bots = _by(
            "id",
            example("bots", "get_dca_bot"),
            *example("bots", "get_the_list_of_dca_bots"),
            example("bots", "edit_dca_bot"),
        )
        for number, bot in enumerate(self.bots.values()):
            bot["url_secret"] = f"012345678{number}"
        self.deals = _by("id", example("deals", "get_deal"))
        self.orders = [
            order(5, "Take Profit", "Active", "2966.43", side="SELL"),
            order(4, SAFETY, "Active", "2323.96"),
            order(3, SAFETY, "Active", "2794.64"),
            order(2, SAFETY, "Filled", "2912.31", "2915.22231"),
            order(1, "Base", "Filled", "2939.22", "2941.72879"),
        ]
        self.grid_bots = _by(
            "id",
            example("grid_bots", "get_grid_bot"),
            example("grid_bots", "get_the_list_of_grid_bots")[1],
            example("grid_bots", "edit_grid_bot"),
        )
        self.grid_orders: dict[str, Any] = example("grid_bots", "get_market_orders_of_grid_bot")
        self.smart_trades = _by(
            "id",
            example("smart_trades", "edit_smart_trade"),
            example("smart_trades", "get_smart_trade"),
            example("smart_trades", "add_a_note_to_smart_trade", 201),
        )
        self.smart_orders: list[dict[str, Any]] = example("smart_trades", "get_trades_of_smart_trade")
        self.answers_empty = False
        self.trades = _by("uuid", *example("trades", "get_active_trades")["trades"])
        self.past_trades: list[dict[str, Any]] = example("trades", "get_trades_history")["trades"]
        self.fails: dict[str, tuple[int, object]] = {}
        self.loses: set[str] = set()
        self.holds: set[str] = set()
        self.held = Event()
        self.sent: list[tuple[str, str, Any]] = []
        self.queries: list[tuple[str, dict[str, str]]] = []

    async def respond(self, request: web.Request) -> web.Response:
        path = request.match_info["path"].removeprefix("ver1/").removeprefix("v2/")
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
        return web.Response(status=status) if document is None else web.json_response(document, status=status)

    def _act(self, method: str, path: list[str], query: dict[str, str], body: dict[str, Any]) -> tuple[int, object]:
        group, *rest = path
        if group == "trades":
            return self._act_on_trade(rest, query)
        things: dict[Any, dict[str, Any]] = getattr(self, group)
        if not rest:
            return 200, _page([thing for thing in things.values() if self._is_wanted(thing, query)], query)
        number = int(rest[0])
        if number not in things:
            return 404, {"error": "not_found", "error_description": "Not Found"}
        action = rest[1] if len(rest) > 1 else "cancel" if method == "DELETE" else "show"
        if method == "GET":
            return 200, self._found(group, action, things[number])
        answer = self._answer(things, number, action, body)
        if answer is not None:
            return 201, answer
        self._change(things[number], action, body)
        if method == "DELETE" and self.answers_empty:
            return 204, None
        return 201 if method == "POST" else 200, things[number]

    def _found(self, group: str, action: str, thing: object) -> object:
        if action == "market_orders":
            return self.grid_orders if group == "grid_bots" else self.orders
        return self.smart_orders if action == "trades" else thing

    def _answer(self, things: dict[Any, dict[str, Any]], number: int, action: str, body: dict[str, Any]) -> object:
        """Answer what is not answered with the thing itself."""
        if action == "delete":
            del things[number]
            return True
        if action == "copy_and_create":
            return {"bot_id": 23456789, "bot_required_amount": 240}
        if action == "add_funds":
            return order(9, "Manual Safety", "Active", body.get("rate", "0.0"))
        return None

    def _change(self, thing: dict[str, Any], action: str, body: dict[str, Any]) -> None:
        if action in ("enable", "disable"):
            thing["is_enabled"] = action == "enable"
        if action in ("update", "manual"):
            thing |= body
        if action == "set_note":
            thing |= {"note": body["note"], "note_raw": body["note"]}
        if action in _ENDS:
            word, text = _ENDS[action]
            is_deal = "localized_status" in thing
            thing["status"] = word if is_deal else {"type": word, "basic_type": word, "title": text}
            if is_deal:
                thing["localized_status"] = text

    def _act_on_trade(self, rest: list[str], query: dict[str, str]) -> tuple[int, object]:
        if not rest or rest == ["history"]:
            found = self.past_trades if rest else self.trades.values()
            wanted = [trade for trade in found if query.get("account_id") in (None, str(trade["account_id"]))]
            return 200, {"trades": _page(wanted, query)}
        if rest[0] not in self.trades:
            return 404, {"error": "not_found", "error_description": "Not Found"}
        trade = self.trades[rest[0]]
        if rest[1:] == ["cancel"]:
            trade["status"] = {"value": "pending_cancellation", "error": None}
        return 201 if rest[1:] else 200, {"trade": trade}

    def _is_wanted(self, thing: dict[str, Any], query: dict[str, str]) -> bool:
        account_id = thing["account"]["id"] if "account" in thing else thing["account_id"]
        if "account_id" in query and query["account_id"] != str(account_id):
            return False
        scope = query.get("scope") or query.get("state") or query.get("status")
        if scope in ("enabled", "disabled"):
            return bool(thing["is_enabled"]) == (scope == "enabled")
        if scope in ("active", "finished"):
            is_over = thing["finished?"] if "finished?" in thing else not thing["status"]["type"].startswith("waiting_")
            return bool(is_over) == (scope == "finished")
        return True


_ENDS = {
    "panic_sell": ("panic_sell_pending", "Closing at Market Price"),
    "close_by_market": ("panic_sell_pending", "Closing at Market Price"),
    "cancel": ("cancel_pending", "Cancel pending"),
}


def _by(name: str, *things: dict[str, Any]) -> dict[Any, dict[str, Any]]:
    return {thing[name]: thing for thing in things}


def _page(rows: list[dict[str, Any]], query: dict[str, str]) -> list[dict[str, Any]]:
    size = int(query.get("per_page") or query.get("limit", "50"))
    start = (int(query["page"]) - 1) * size if "page" in query else int(query.get("offset", "0"))
    return rows[start : start + size]
