"""The table in ``docs/moving.md``: each call of py3cw and its new one send the same to a sandbox, and get the same."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final, cast

import py3cw.request
import pytest

from threecommas_async import SimulatedClock, ThreeCommasClient, codec
from threecommas_async.models import (
    DcaBotSettings,
    GridBotSettings,
    Model,
    SmartTradePlan,
    StrategySettings,
    TakeProfit,
)
from threecommas_async.sandbox import VENDOR_DUST, RequestRecord, Sandbox

PAGE: Final = Path(__file__).parent.parent / "docs/moving.md"
ROWS: Final = [
    tuple(re.findall(r"`([^`]+)`", line))
    for line in PAGE.read_text().split("## Call by call")[1].splitlines()
    if line.startswith("| `entity=")
]

HIDDEN: Final = frozenset({"api_key"})
"""A ``Secret``, which is written as such."""
WRAPPED: Final[dict[str, Callable[[Any], object]]] = {
    "client.accounts.active_trading_entities(account_id)": lambda old: old["data"],
    "client.bots.blacklist()": lambda old: old["pairs"],
    'client.bots.set_blacklist(["USDT_DOGE"])': lambda old: old["pairs"],
}
"""What is taken out of the response."""

SETTINGS: Final = DcaBotSettings(
    name="Ladder",
    pairs=["USDT_ETH", "USDT_BTC"],
    strategy_list=[StrategySettings(strategy="manual")],
    base_order_volume="100",
    take_profit_type="total",
    take_profit="2",
    safety_order_volume="50",
    safety_order_step_percentage="1",
    max_safety_orders=3,
    active_safety_orders_count=2,
    max_active_deals=2,
    martingale_volume_coefficient="1.5",
    martingale_step_coefficient="2",
)
GRID: Final = GridBotSettings(
    name="Grid",
    pair="USDT_ETH",
    lower_price="1800",
    upper_price="2200",
    grids_quantity=5,
    quantity_per_grid="100",
    grid_type="arithmetic",
    order_currency_type="quote",
    profit_currency_type="quote",
)
PLAN: Final = SmartTradePlan.buy("USDT_ETH", units="0.1", take_profit=TakeProfit.at(price="2500"))


def payload(settings: object) -> dict[str, Any]:
    (sent,) = cast("dict[str, dict[str, Any]]", json.loads(codec.write_body({"of": settings}))).values()
    return sent


class Before:
    """A sandbox with one of everything; the same each time."""

    def __init__(self, sandbox: Sandbox, client: ThreeCommasClient) -> None:
        self.sandbox = sandbox
        self.client = client
        self.key = sandbox.add_key()
        self.names: dict[str, Any] = {
            "client": client,
            "date": date,
            "NEW_ACCOUNT": {"type": "kraken", "name": "New", "api_key": "exchange", "secret": "secret"},
            "SETTINGS": SETTINGS,
            "PAYLOAD": payload(SETTINGS),
            "GRID": GRID,
            "GRID_PAYLOAD": payload(GRID),
            "PLAN": PLAN,
            "PLAN_PAYLOAD": payload(PLAN),
        }

    async def set_up(self) -> None:
        await self.sandbox.prices.set("binance", "USDT_ETH", "2000")
        account_id = self.sandbox.accounts.add(type="binance", balances={"USDT": 10_000})
        spare_id = self.sandbox.accounts.add(type="binance", name="Spare", balances=VENDOR_DUST)
        bot, idle = [await self.client.bots.create(account_id=account_id, settings=SETTINGS) for _ in range(2)]
        await self.client.bots.enable(bot.id)
        deal = (await self.sandbox.signals.open(bot.id, "USDT_ETH")).deal_id
        grid_bot = await self.client.grid_bots.create(account_id=account_id, settings=GRID)
        trade = await self.client.smart_trades.create(account_id=account_id, plan=PLAN)
        self.names |= {"account_id": account_id, "bot_id": bot.id, "idle_bot_id": idle.id, "deal_id": deal}
        self.names |= {"grid_bot_id": grid_bot.id, "spare_id": spare_id, "trade_id": trade.id}
        self.sandbox.requests.clear()

    @property
    def request(self) -> RequestRecord:
        """The only request that was received."""
        (request,) = self.sandbox.requests
        return request


@asynccontextmanager
async def before() -> AsyncGenerator[Before, None]:
    clock = SimulatedClock(datetime(2024, 10, 2, 12, tzinfo=UTC))
    async with Sandbox(clock=clock) as sandbox, sandbox.client() as client:
        here = Before(sandbox, client)
        await here.set_up()
        yield here


async def old(here: Before, arguments: str, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setattr(py3cw.request, "API_URL", here.sandbox.url.removesuffix("/public/api"))
    p3cw = py3cw.request.Py3CW(key=here.key.api_key, secret=str(here.key.secret))
    try:
        error, data = await asyncio.to_thread(
            eval,
            f"p3cw.request({arguments})",
            {**here.names, "p3cw": p3cw},
        )
    finally:
        p3cw.session.close()
    assert error == {}
    return data


async def new(here: Before, call: str) -> object:
    return as_json(await cast("Awaitable[object]", eval(call, here.names)))  # noqa: S307


def as_json(value: object) -> object:
    if isinstance(value, Model):
        return json.loads(codec.to_json(value), parse_float=Decimal)
    if isinstance(value, list):
        return [as_json(item) for item in cast("list[object]", value)]
    if isinstance(value, dict):
        return {name: as_json(item) for name, item in cast("dict[str, object]", value).items()}
    return value


def alike(value: object) -> object:
    """Return JSON without what is only a matter of form: a number or its digits in a text, null or no field at all."""
    if isinstance(value, dict):
        named = cast("dict[str, object]", value)
        return {name: alike(item) for name, item in named.items() if item is not None and name not in HIDDEN}
    if isinstance(value, list):
        return [alike(item) for item in cast("list[object]", value)]
    if isinstance(value, str | float | int | Decimal) and not isinstance(value, bool):
        with suppress(InvalidOperation):
            return Decimal(str(value))
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def function_of(request: RequestRecord) -> str:
    """Return the name that three-commas has for it: it follows from verb and path."""
    version, group, *rest = request.path.removeprefix("/public/api").strip("/").split("/")
    words = [word for word in rest if not word.isdecimal()]
    ids = ["by_id"] if len(words) < len(rest) else []
    return f"{version}.{group}.{'_'.join([request.method.lower(), *words, *ids])}"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2].split("(")[0].removeprefix("client."))
async def test_the_old_call_and_the_new_one_are_the_same(
    row: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before_call, three_commas, here_call = row
    async with before() as one, before() as other:
        was, sent = await old(one, before_call, monkeypatch), one.request
        is_now, sends = await new(other, here_call), other.request
        assert (sends.method, sends.path) == (sent.method, sent.path)
        assert function_of(sent) == three_commas
        if is_now is not None:  # where the API says no more than that all went well
            assert alike(is_now) == alike(WRAPPED[here_call](was) if here_call in WRAPPED else was)


def test_every_row_is_complete() -> None:
    assert len(ROWS) > 60
    assert {len(row) for row in ROWS} == {3}
