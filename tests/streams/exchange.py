"""A 3Commas with deals that change when a test says so: their websocket, with faults, and their list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Final, Self, final

from aiohttp import web
from attrs import define, field

from threecommas_async import Clock, Credentials, SimulatedClock, ThreeCommasClient
from threecommas_async.sandbox.control.cable import CableFaults
from threecommas_async.sandbox.http.cable import CableChannel, CableServer
from threecommas_async.sandbox.state.keys import KeyRing, Permission

PREFIX: Final = "/public/api"
PATH: Final = "/ver1/deals"


@define(eq=False)
class FakeDeal:
    """A deal that knows how often it has changed."""

    id: int
    created_at: datetime
    updated_at: datetime
    changes: int = 1
    is_finished: bool = False
    price: int = 100
    events: list[datetime] = field(factory=list[datetime])


def document(deal: FakeDeal) -> dict[str, object]:
    """Return a deal as it is pushed; ``max_safety_orders`` counts its changes, ``current_price`` follows the market."""
    return {
        **row(deal),
        "bot_events": [{"message": "Something happened", "created_at": _iso(at)} for at in deal.events],
    }


def row(deal: FakeDeal) -> dict[str, object]:
    """Return a deal as it is listed."""
    return {
        "id": deal.id,
        "bot_id": 7,
        "account_id": 1,
        "status": "completed" if deal.is_finished else "bought",
        "finished?": deal.is_finished,
        "pair": "USDT_ETH",
        "max_safety_orders": deal.changes,
        "current_price": f"{deal.price}.5",
        "created_at": _iso(deal.created_at),
        "updated_at": _iso(deal.updated_at),
    }


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


@final
class DealExchange:
    """Serves deals on loopback.

    :ivar deals: all of them, by id.
    :ivar faults: what is to go wrong on the websocket.
    :ivar listed: how many lists were asked for.
    :ivar refused_with: the status with which lists are refused, if they are.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock: Final = clock or SimulatedClock()
        self.deals: Final[dict[int, FakeDeal]] = {}
        self.keys: Final = KeyRing()
        channel = CableChannel("DealsChannel", b"/deals", Permission.BOTS_READ, FakeDeal, document, PATH)
        self.cable: Final = CableServer(self.clock, self.keys, [channel], lambda: None)
        self.faults: Final = CableFaults(self.cable)
        self.listed = 0
        self.refused_with: int | None = None
        self.url = ""
        self._last_moment = self.clock.now()
        app = web.Application()
        app.router.add_get("/websocket", self.cable.handle)
        app.router.add_get(PREFIX + PATH, self._list)
        app.router.add_get(PREFIX + PATH + "/{deal_id}/show", self._show)
        self._runner: Final = web.AppRunner(app)

    # ---- what a test does -------------------------------------------------------------------------------------------
    def open(self, deal_id: int) -> FakeDeal:
        """Open a deal."""
        now = self._moment()
        deal = self.deals[deal_id] = FakeDeal(deal_id, now, now, events=[now])
        self.cable.changed(deal)
        return deal

    def change(self, deal_id: int, *, touch: bool = True) -> None:
        """Change a deal; not every change gives it a new ``updated_at``."""
        deal, now = self.deals[deal_id], self._moment()
        deal.changes += 1
        deal.events.append(now)
        if touch:
            deal.updated_at = now
        self.cable.changed(deal)

    def tick(self, deal_id: int) -> None:
        """Let the price move, which is no change of a deal, and push it all the same."""
        deal = self.deals[deal_id]
        deal.price += 1
        self.cable.changed(deal)

    def finish(self, deal_id: int) -> None:
        """End a deal."""
        deal = self.deals[deal_id]
        deal.is_finished = True
        self.change(deal_id)

    def client(self, credentials: Credentials | None = None, **options: Any) -> ThreeCommasClient:
        """Return a client, with a new key if none is given."""
        options = {"clock": self.clock, "limits": None, **options}
        key = credentials or self.keys.add(None, None, None, [*Permission]).credentials()
        return ThreeCommasClient(key, base_url=self.url, **options)

    # ---- the server -------------------------------------------------------------------------------------------------
    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}{PREFIX}"
        return self

    async def __aexit__(
        self, exception_type: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.cable.close()
        await self._runner.cleanup()

    def _moment(self) -> datetime:
        """Return a moment that no change had before: whole milliseconds, as the API writes them."""
        now = self.clock.now().replace(microsecond=self.clock.now().microsecond // 1000 * 1000)
        self._last_moment = max(now, self._last_moment + timedelta(milliseconds=1))
        return self._last_moment

    async def _list(self, request: web.Request) -> web.Response:
        self.listed += 1
        if self.refused_with is not None:
            return web.json_response({"error": "refused"}, status=self.refused_with)
        query: Mapping[str, str] = request.query
        deals = [deal for deal in self.deals.values() if query.get("scope") != "active" or not deal.is_finished]
        by = query.get("order", "created_at")
        deals.sort(key=lambda deal: (getattr(deal, by), deal.id), reverse=True)
        start, size = int(query.get("offset", "0")), int(query.get("limit", "50"))
        rows = self.cable.lagging(PATH, [row(deal) for deal in deals[start : start + size]])
        return web.json_response(rows)

    async def _show(self, request: web.Request) -> web.Response:
        deal = self.deals.get(int(request.match_info["deal_id"]))
        if deal is None:
            return web.json_response({"error": "not_found", "error_description": "Not Found"}, status=404)
        return web.json_response(document(deal))
