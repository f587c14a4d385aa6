"""Random grid bots and what happens to them, for the properties that must hold whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final

from attrs import evolve, frozen
from hypothesis import strategies as st

from tests.sandbox.engine.trading import ACCOUNT, MARKET, PAIR, START, D
from threecommas_async.sandbox.engine import Engine
from threecommas_async.sandbox.engine.exact import grown, half_up
from threecommas_async.sandbox.engine.grid_bots.grid_bot import GridBot
from threecommas_async.sandbox.engine.grid_bots.settings import GridSettings, StopAction
from threecommas_async.sandbox.engine.refusals import RefusedError

Happening = tuple[str, Any, Any]

_ACTIONS: Final[tuple[StopAction, ...]] = (
    "stop_bot",
    "stop_bot_and_buy",
    "stop_bot_and_sell",
    "stop_bot_and_close_position",
)


@frozen(kw_only=True)
class History:
    """A world, its grid bots and what happens to it."""

    balances: dict[str, Decimal]
    fee: Decimal
    bots: tuple[GridSettings, ...]
    happenings: tuple[Happening, ...]
    settle_automatically: bool


def plain_settings(draw: Random) -> GridSettings:
    """Return the settings of a grid that neither stops nor moves."""
    in_base = draw.random() < 0.3
    return GridSettings(
        account_id=ACCOUNT,
        pair=PAIR,
        lower_price=draw.choice([D(1500), D("1711.11"), D(1900), D(2100)]),
        upper_price=draw.choice([D(2150), D(2200), D("2345.67"), D(3000)]),
        grids_quantity=draw.choice([2, 3, 5, 9, 20]),
        quantity_per_grid=draw.choice([D("0.01"), D("0.0503")])
        if in_base
        else draw.choice([D(20), D("99.99"), D(300)]),
        grid_type=draw.choice(["arithmetic", "geometric"]),
        order_currency_type="base" if in_base else "quote",
        profit_currency_type=draw.choice(["quote", "quote", "base"]),
        max_active_buy_lines=draw.choice([None, None, 1, 3]),
        max_active_sell_lines=draw.choice([None, None, 1, 3]),
    )


def _settings(draw: Random) -> GridSettings:
    return evolve(
        plain_settings(draw),
        upper_stop_loss_enabled=draw.random() < 0.2,
        upper_stop_loss_price=draw.choice([D(2250), D(3100)]),
        upper_stop_loss_action=draw.choice(_ACTIONS),
        lower_stop_loss_enabled=draw.random() < 0.2,
        lower_stop_loss_price=draw.choice([D(1400), D(1850)]),
        lower_stop_loss_action=draw.choice(_ACTIONS),
        trailing_up_enabled=draw.random() < 0.4,
    )


def _happening(draw: Random) -> Happening:
    """Return something that happens: mostly the price moves."""
    which = draw.randrange(3)
    size = draw.choice([D("0.1"), D("0.9"), D("2.5"), D("4.4"), D(9), D(20)])
    if draw.random() < 0.6:
        return ("move", size if draw.random() < 0.5 else size.copy_negate(), None)
    kinds: list[Happening] = [
        *[("enable", which, None)] * 5,
        *[("disable", which, None)] * 2,
        *[("update", which, _settings(draw))] * 3,
        *[("deposit", draw.choice(["USDT", "ETH"]), draw.choice([D(0), D("0.3"), D(150), D(2000)]))] * 3,
        ("advance", draw.choice([1, 60]), None),
        ("note", which, "noted"),
        ("delete", which, None),
        ("create", None, _settings(draw)),
        ("settle", None, None),
    ]
    return draw.choice(kinds)


def history(seed: int, length: int) -> History:
    """Return a history of so many happenings, all of it drawn evenly from the seed."""
    draw = Random(seed)  # noqa: S311
    poor = {
        "USDT": draw.choice([D(0), D(150), D(500), D(1500)]),
        "ETH": draw.choice([D(0), D("0.05"), D("0.4")]),
    }
    return History(
        balances=poor if draw.random() < 0.5 else {"USDT": D(100_000), "ETH": draw.choice([D(0), D(50)])},
        fee=draw.choice([D("0.001"), D("0.001"), D(0), D("0.00075")]),
        settle_automatically=draw.random() < 0.7,
        bots=tuple(_settings(draw) for _ in range(draw.randint(1, 3))),
        happenings=tuple(_happening(draw) for _ in range(length)),
    )


histories = st.builds(history, seed=st.integers(0, 2**32), length=st.integers(10, 90))


def begin(history: History) -> Engine:
    """Return the world at its start, those of its bots enabled that can be."""
    engine = Engine(START, settle_automatically=history.settle_automatically)
    engine.add_pair(MARKET, PAIR, price=D(2000), tick=D("0.01"), lot=D("0.0001"), min_total=D(5))
    engine.add_account(ACCOUNT, MARKET, fee=history.fee, balances=history.balances)
    for settings in history.bots:
        bot = engine.grid_bots.create(settings)
        with suppress(RefusedError):
            engine.grid_bots.enable(bot.id)
    return engine


def play(history: History, watch: Callable[[Engine, Happening], None] = lambda engine, happening: None) -> Engine:
    """Let a whole history happen, and have a look after each of its steps."""
    engine = begin(history)
    watch(engine, ("begin", None, None))
    for happening in history.happenings:
        kind, what, how = happening
        with suppress(RefusedError):
            _HAPPEN[kind](engine, what, how)
        watch(engine, happening)
    return engine


def picture(bot: GridBot) -> dict[str, object]:
    """Return all that can be seen of a grid bot but the price of its pair."""
    return {
        "settings": bot.settings,
        "switches": (bot.is_enabled, bot.is_trading, bot.start_price),
        "times": (bot.created_at, bot.updated_at),
        "lines": [(line.id, line.price, line.side, line.order_placed) for line in bot.lines],
        "profits": (bot.current_profit, bot.current_profit_usd, [(p.line.id, p.profit) for p in bot.profits]),
        "figures": (bot.unrealized_profit_loss, bot.current_profit_loss_percent, bot.profit_percentage),
        "investments": (bot.investment_base_currency, bot.investment_quote_currency),
        "events": [(event.message, event.created_at) for event in bot.events],
        "orders": [(o.id, o.kind, o.side, o.price, o.quantity, o.status, o.updated_at) for o in bot.orders],
    }


def pictures(engine: Engine) -> list[object]:
    """Return all that can be seen of a world."""
    funds = engine.account(ACCOUNT).funds
    return [engine.now, dict(funds.free), dict(funds.locked), *map(picture, engine.grid_bots.select())]


# ---- what can happen -------------------------------------------------------------------------------------------------
def _bot(engine: Engine, index: int) -> int:
    bots = engine.grid_bots.select()
    return bots[index % len(bots)].id if bots else 0


def _move(engine: Engine, percentage: Decimal, _: object) -> None:
    price = half_up(grown(engine.book(MARKET, PAIR).price, percentage), 2)
    engine.set_price(MARKET, PAIR, min(max(price, D(900)), D(6000)))


def _update(engine: Engine, index: int, settings: GridSettings) -> None:
    bot = engine.grid_bots.get(_bot(engine, index))
    kept = evolve(
        settings,
        order_currency_type=bot.settings.order_currency_type,
        profit_currency_type=bot.settings.profit_currency_type,
        quantity_per_grid=bot.settings.quantity_per_grid,
    )
    engine.grid_bots.update(bot.id, kept)


def _deposit(engine: Engine, currency: str, amount: Decimal) -> None:
    engine.set_free(ACCOUNT, currency, amount)


_HAPPEN: Final[dict[str, Callable[[Engine, Any, Any], object]]] = {
    "move": _move,
    "advance": lambda engine, seconds, _: engine.advance_to(engine.now + timedelta(seconds=seconds)),
    "enable": lambda engine, index, _: engine.grid_bots.enable(_bot(engine, index)),
    "disable": lambda engine, index, _: engine.grid_bots.disable(_bot(engine, index)),
    "update": _update,
    "deposit": _deposit,
    "note": lambda engine, index, note: engine.grid_bots.set_note(_bot(engine, index), note),
    "delete": lambda engine, index, _: engine.grid_bots.delete(_bot(engine, index)),
    "create": lambda engine, _, settings: engine.grid_bots.create(settings),
    "settle": lambda engine, _, __: engine.settle(),
}
