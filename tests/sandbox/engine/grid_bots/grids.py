"""What the tests of grid bots share: the grid of the worked example, and what is to be seen of one."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from attrs import evolve

from tests.sandbox.engine.trading import ACCOUNT, PAIR, D, world
from threecommas_async.sandbox.engine import Engine
from threecommas_async.sandbox.engine.exact import shown
from threecommas_async.sandbox.engine.grid_bots.grid_bot import GridBot
from threecommas_async.sandbox.engine.grid_bots.settings import GridSettings

E13: Final = GridSettings(
    account_id=ACCOUNT,
    pair=PAIR,
    name="ETH grid",
    lower_price=D(1800),
    upper_price=D(2200),
    grids_quantity=5,
    quantity_per_grid=D(100),
)
"""The grid of the worked example: five lines of 100 USDT."""
USDT: Final[Mapping[str, Decimal]] = {"USDT": D(10_000)}

Line = tuple[str, str | None, bool]


def created(engine: Engine, settings: GridSettings = E13, **changes: Any) -> GridBot:
    return engine.grid_bots.create(evolve(settings, **changes))


def running(engine: Engine, settings: GridSettings = E13, **changes: Any) -> GridBot:
    """Create and enable a grid bot, and have its orders placed."""
    bot = created(engine, settings, **changes)
    engine.grid_bots.enable(bot.id)
    engine.settle()
    return bot


def grid(price: str = "2010", balances: Mapping[str, Decimal] = USDT, **changes: Any) -> tuple[Engine, GridBot]:
    """Return a world in which a grid bot trades."""
    engine = world(price, balances)
    return engine, running(engine, **changes)


def lines(bot: GridBot) -> list[Line]:
    """Return price, side, and whether there is an order, from the lowest line to the highest."""
    return [(shown(line.price), line.side, line.order_placed) for line in bot.lines]


def sides(bot: GridBot) -> str:
    """Return the sides in one word: ``B`` and ``S`` with an order, ``b`` and ``s`` without, ``-`` for none."""
    letters = (("-" if line.side is None else line.side[0], line.order_placed) for line in bot.lines)
    return "".join(letter.upper() if is_placed else letter for letter, is_placed in letters)


def rows(bot: GridBot) -> list[tuple[str, str, str, str, str]]:
    return [(o.kind, o.side, shown(o.price), shown(o.quantity), o.status) for o in bot.orders]


def resting(bot: GridBot) -> list[tuple[str, str, str]]:
    """Return side, price and amount of the orders that rest, by price."""
    active = [order for order in bot.orders if order.status == "Active"]
    return [(o.side, shown(o.price), shown(o.quantity)) for o in sorted(active, key=lambda one: one.price)]


def messages(bot: GridBot) -> list[str]:
    return [event.message for event in bot.events]
