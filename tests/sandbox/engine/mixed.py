"""Random worlds in which everything trades on one account: bots and deals, SmartTrades, simple trades, grid bots."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from random import Random
from typing import Any, Final

from attrs import define, field, frozen
from hypothesis import strategies as st

from tests.sandbox.engine import histories as dca
from tests.sandbox.engine.trades import histories as simple
from tests.sandbox.engine.trading import ACCOUNT, MARKET, PAIR, D
from threecommas_async.sandbox.engine import Engine
from threecommas_async.sandbox.engine.exact import grown, half_up, minus, plus, times
from threecommas_async.sandbox.engine.grid_bots.grid_bot import GridBot
from threecommas_async.sandbox.engine.grid_bots.settings import GridSettings
from threecommas_async.sandbox.engine.orders import Order
from threecommas_async.sandbox.engine.refusals import RefusedError
from threecommas_async.sandbox.engine.smart_trades.plan import (
    Condition,
    PositionChanges,
    PositionPlan,
    SmartTradePlan,
    StepPlan,
    StopLossPlan,
)
from threecommas_async.sandbox.engine.smart_trades.smart_trade import SmartTrade

OTHER: Final = dca.OTHER
ZERO: Final = D(0)
Happening = tuple[str, Any, Any]


@frozen(kw_only=True)
class History:
    """A world, its bots and what happens to it."""

    bots: dca.History
    """The world at its start, with the DCA bots that run from then on."""
    happenings: tuple[Happening, ...]

    @property
    def balances(self) -> dict[str, Decimal]:
        return self.bots.balances


# ---- what can happen to SmartTrades ----------------------------------------------------------------------------------
def _away(draw: Random) -> Decimal:
    size = draw.choice([D("0.1"), D("0.6"), D("1.3"), D("2.5"), D(5)])
    return size if draw.random() < 0.5 else size.copy_negate()


def _steps(draw: Random) -> tuple[tuple[Decimal, Decimal, Decimal | None, bool], ...]:
    """Return share, distance in percent, trailing, and whether the distance is told as a price."""
    shares = draw.choice([(), (100,), (50, 50), (20, 30, 50)])
    return tuple(
        (
            D(share),
            draw.choice([D("0.4"), D(1), D("2.2"), D(4)]),
            draw.choice([None, D("0.5")]) if place == len(shares) else None,
            draw.random() < 0.5,
        )
        for place, share in enumerate(shares, start=1)
    )


def _stop(draw: Random, steps: int) -> dict[str, Any] | None:
    if draw.random() < 0.4:
        return None
    limit = draw.random() < 0.3
    return {
        "order_type": "limit" if limit else "market",
        "percent": draw.choice([D("0.7"), D(2), D(5)]),
        "limit": limit,
        "trailing": draw.random() < 0.3,
        "breakeven": steps > 1 and draw.random() < 0.4,
        "timeout": draw.choice([None, None, 30]),
    }


def _smart_trade(draw: Random) -> Happening:
    steps = _steps(draw)
    kind = draw.choice(["market", "market", "limit", "conditional"])
    instant = not steps and draw.random() < 0.4
    wanted: dict[str, Any] = {
        "pair": draw.choice([PAIR, PAIR, OTHER]),
        "type": draw.choice(["buy", "sell"]),
        "order_type": kind,
        "units": draw.choice([D("0.004"), D("0.03"), D("0.1"), D("0.7")]),
        "away": _away(draw),
        "conditional": (draw.choice(["market", "limit"]), _away(draw), draw.choice([None, D("0.5")])),
        "steps": steps,
        "stop": None if instant else _stop(draw, len(steps)),
        "instant": instant,
        "skip": not instant and draw.random() < 0.2,
    }
    return ("smart trade", wanted, None)


def _smart(draw: Random) -> Happening:
    which, small = draw.randrange(4), draw.choice([D("0.002"), D("0.01"), D("0.05")])
    steps = _steps(draw)
    kinds: list[Happening] = [
        *[_smart_trade(draw)] * 4,
        ("smart close", which, None),
        ("smart cancel", which, None),
        ("smart start", which, None),
        *[("smart add", which, (small, draw.choice([None, _away(draw)])))] * 2,
        *[("smart reduce", which, (small, draw.choice([None, _away(draw)])))] * 2,
        ("smart stop", which, _stop(draw, len(steps))),
        ("smart steps", which, steps),
        ("smart units", which, draw.choice([D("0.004"), D("0.2")])),
        ("smart step closed", which, draw.randrange(5)),
        ("smart step cancelled", which, draw.randrange(5)),
    ]
    return draw.choice(kinds)


def _price(engine: Engine, pair: str, percentage: Decimal) -> Decimal:
    return half_up(grown(engine.book(MARKET, pair).price, percentage), 2)


def _step_plans(engine: Engine, pair: str, is_long: bool, steps: Any) -> tuple[StepPlan, ...]:
    return tuple(
        StepPlan(
            order_type="limit" if trailing is None else "market",
            volume=share,
            value=_price(engine, pair, distance if is_long else distance.copy_negate()) if told else None,
            percent=None if told else distance,
            trailing=trailing,
        )
        for share, distance, trailing, told in steps
    )


def _stop_plan(engine: Engine, pair: str, is_long: bool, stop: Any) -> StopLossPlan | None:
    if stop is None:
        return None
    distance = stop["percent"].copy_negate() if is_long else stop["percent"]
    return StopLossPlan(
        order_type=stop["order_type"],
        percent=stop["percent"],
        limit=_price(engine, pair, distance) if stop["limit"] else None,
        trailing=stop["trailing"],
        breakeven=stop["breakeven"],
        timeout=stop["timeout"],
    )


def _create_smart_trade(engine: Engine, wanted: dict[str, Any], _: object) -> None:
    pair, is_long, kind = wanted["pair"], wanted["type"] == "buy", wanted["order_type"]
    placed, away, trailing = wanted["conditional"]
    engine.smart_trades.create(
        SmartTradePlan(
            account_id=ACCOUNT,
            pair=pair,
            position=PositionPlan(
                type=wanted["type"],
                order_type=kind,
                units=wanted["units"],
                price=None if kind == "market" and not wanted["skip"] else _price(engine, pair, wanted["away"]),
                conditional=Condition(order_type=placed, price=_price(engine, pair, away), trailing=trailing)
                if kind == "conditional"
                else None,
            ),
            take_profit=_step_plans(engine, pair, is_long, wanted["steps"]),
            stop_loss=_stop_plan(engine, pair, is_long, wanted["stop"]),
            instant=wanted["instant"],
            skip_enter_step=wanted["skip"],
        )
    )


def _one(engine: Engine, index: int) -> SmartTrade:
    found = list(engine.smart_trades.active) or engine.smart_trades.select()
    return found[index % len(found)] if found else engine.smart_trades.get(0)


def _fund(engine: Engine, index: int, how: tuple[Decimal, Decimal | None], *, adds: bool) -> None:
    one, (units, away) = _one(engine, index), how
    call = engine.smart_trades.add_funds if adds else engine.smart_trades.reduce_funds
    price = None if away is None else _price(engine, one.pair, away)
    call(one.id, units, order_type="market" if price is None else "limit", price=price)


def _change_stop(engine: Engine, index: int, stop: Any) -> None:
    one = _one(engine, index)
    engine.smart_trades.update(one.id, {"stop_loss": _stop_plan(engine, one.pair, one.direction.is_long, stop)})


def _change_steps(engine: Engine, index: int, steps: Any) -> None:
    one = _one(engine, index)
    engine.smart_trades.update(one.id, {"take_profit": _step_plans(engine, one.pair, one.direction.is_long, steps)})


def _change_units(engine: Engine, index: int, units: Decimal) -> None:
    engine.smart_trades.update(_one(engine, index).id, {"position": PositionChanges(units=units)})


def _step(engine: Engine, index: int, number: int, *, closes: bool) -> None:
    one = _one(engine, index)
    call = engine.smart_trades.close_trade if closes else engine.smart_trades.cancel_trade
    call(one.id, one.trades[number % len(one.trades)].id)


# ---- what can happen to grid bots ------------------------------------------------------------------------------------
def _grid(draw: Random) -> Happening:
    which = draw.randrange(3)
    wanted: dict[str, Any] = {
        "pair": draw.choice([PAIR, PAIR, OTHER]),
        "below": draw.choice([D(-12), D(-5), D(-2)]),
        "above": draw.choice([D(2), D(5), D(12)]),
        "grids_quantity": draw.choice([3, 5, 11]),
        "quantity_per_grid": draw.choice([D(20), D(60), D(300)]),
        "grid_type": draw.choice(["arithmetic", "geometric"]),
        "order_currency_type": draw.choice(["quote", "quote", "quote", "base"]),
        "profit_currency_type": draw.choice(["quote", "quote", "base"]),
        "max_active_buy_lines": draw.choice([None, 1, 3]),
        "trailing_up_enabled": draw.random() < 0.3,
        "stop": draw.choice([None, None, "stop_bot", "stop_bot_and_buy", "stop_bot_and_sell"]),
    }
    kinds: list[Happening] = [
        *[("grid", wanted, draw.random() < 0.9)] * 3,
        *[("grid on", which, None)] * 2,
        ("grid off", which, None),
        ("grid changed", which, wanted),
        ("grid deleted", which, None),
    ]
    return draw.choice(kinds)


def _settings(engine: Engine, wanted: dict[str, Any], pair: str) -> GridSettings:
    given = {name: value for name, value in wanted.items() if name not in ("pair", "below", "above", "stop")}
    lower, upper = _price(engine, pair, wanted["below"]), _price(engine, pair, wanted["above"])
    if given["order_currency_type"] == "base":
        given["quantity_per_grid"] = D("0.03")
    stop = wanted["stop"]
    return GridSettings(
        account_id=ACCOUNT,
        pair=pair,
        lower_price=lower,
        upper_price=upper,
        lower_stop_loss_enabled=stop is not None,
        lower_stop_loss_price=None if stop is None else half_up(grown(lower, D(-1)), 2),
        lower_stop_loss_action="stop_bot" if stop in (None, "stop_bot_and_buy") else stop,
        upper_stop_loss_enabled=stop is not None,
        upper_stop_loss_price=None if stop is None else half_up(grown(upper, D(1)), 2),
        upper_stop_loss_action="stop_bot" if stop in (None, "stop_bot_and_sell") else stop,
        **given,
    )


def _create_grid(engine: Engine, wanted: dict[str, Any], enabled: bool) -> None:
    bot = engine.grid_bots.create(_settings(engine, wanted, wanted["pair"]))
    if enabled:
        engine.grid_bots.enable(bot.id)


def _change_grid(engine: Engine, index: int, wanted: dict[str, Any]) -> None:
    bot = _bot(engine, index)
    given = {
        **wanted,
        **{name: getattr(bot.settings, name) for name in ("order_currency_type", "profit_currency_type")},
    }
    engine.grid_bots.update(bot.id, _settings(engine, given, bot.pair))


def _bot(engine: Engine, index: int) -> GridBot:
    found = engine.grid_bots.select()
    return found[index % len(found)] if found else engine.grid_bots.get(0)


HAPPEN: Final[dict[str, Callable[[Engine, Any, Any], object]]] = {
    "smart trade": _create_smart_trade,
    "smart close": lambda engine, index, _: engine.smart_trades.close_by_market(_one(engine, index).id),
    "smart cancel": lambda engine, index, _: engine.smart_trades.cancel(_one(engine, index).id),
    "smart start": lambda engine, index, _: engine.smart_trades.force_start(_one(engine, index).id),
    "smart add": lambda engine, index, how: _fund(engine, index, how, adds=True),
    "smart reduce": lambda engine, index, how: _fund(engine, index, how, adds=False),
    "smart stop": _change_stop,
    "smart steps": _change_steps,
    "smart units": _change_units,
    "smart step closed": lambda engine, index, number: _step(engine, index, number, closes=True),
    "smart step cancelled": lambda engine, index, number: _step(engine, index, number, closes=False),
    "grid": _create_grid,
    "grid on": lambda engine, index, _: engine.grid_bots.enable(_bot(engine, index).id),
    "grid off": lambda engine, index, _: engine.grid_bots.disable(_bot(engine, index).id),
    "grid changed": _change_grid,
    "grid deleted": lambda engine, index, _: engine.grid_bots.delete(_bot(engine, index).id),
    "trade": simple.HAPPEN["trade"],
    "cancel trade": simple.HAPPEN["cancel trade"],
}


# ---- whole histories -------------------------------------------------------------------------------------------------
def history(seed: int, length: int) -> History:
    """Return a history of so many happenings, drawn evenly from the seed."""
    draw = Random(seed)  # noqa: S311
    bots = dca.history(seed, length)
    happenings = list[Happening]()
    for happening in bots.happenings:
        chosen = draw.random()
        if chosen < 0.4:
            happenings.append(happening)
        elif chosen < 0.55:
            happenings.append(("move", draw.choice([PAIR, PAIR, OTHER]), _away(draw)))
        elif chosen < 0.75:
            happenings.append(_smart(draw))
        elif chosen < 0.88:
            happenings.append(_grid(draw))
        else:
            happenings.append(draw.choice([simple.new_trade(draw)] * 3 + [("cancel trade", draw.randrange(5), True)]))
    return History(bots=bots, happenings=tuple(happenings))


histories = st.builds(history, seed=st.integers(0, 2**32), length=st.integers(20, 90))


def begin(history: History) -> Engine:
    """Return the world at its start, its bots enabled."""
    return dca.begin(history.bots)


def happen(engine: Engine, happening: Happening) -> None:
    """Let something happen, if the world does not refuse it."""
    kind, what, how = happening
    if kind not in HAPPEN:
        dca.happen(engine, happening)
        return
    with suppress(RefusedError):
        HAPPEN[kind](engine, what, how)


def play(history: History, watch: Callable[[Engine], None] = lambda engine: None) -> Engine:
    """Let a whole history happen, and have a look after each of its steps."""
    engine = begin(history)
    watch(engine)
    for happening in history.happenings:
        happen(engine, happening)
        watch(engine)
    return engine


# ---- what is to be seen ----------------------------------------------------------------------------------------------
@define
class Ledger:
    """What all that ever traded says that it bought and sold, and the orders that it has."""

    grid_bots: dict[int, GridBot] = field(factory=dict[int, GridBot])
    """Also those that are gone."""

    def look(self, engine: Engine) -> None:
        self.grid_bots.update({bot.id: bot for bot in engine.grid_bots.select()})

    def moved(self, engine: Engine) -> dict[str, Decimal]:
        """Return by how much each currency of the account has changed, by what the entities show."""
        moved = dict[str, Decimal]()

        def count(pair: str, amount: Decimal, volume: Decimal) -> None:
            quote, _, base = pair.partition("_")
            moved[base] = plus(moved.get(base, ZERO), amount)
            moved[quote] = minus(moved.get(quote, ZERO), volume)

        for deal in engine.deals.select():
            count(deal.pair, minus(deal.bought_amount, deal.sold_amount), minus(deal.bought_volume, deal.sold_volume))
        for trade in engine.trades.select():
            amount, volume = trade.filled_units, trade.filled_total
            if trade.settings.side == "sell":
                amount, volume = amount.copy_negate(), volume.copy_negate()
            count(trade.pair, amount, volume)
        for one in engine.smart_trades.select():
            # What it was given at the start has not moved.
            own = one.position.units or ZERO if one.skip_enter_step and one.entered_amount else ZERO
            cost = times(own, one.position.price or ZERO)
            amount = minus(minus(one.entered_amount, own), one.closed_amount)
            volume = minus(minus(one.entered_total, cost), one.closed_total)
            if not one.direction.is_long:
                amount, volume = amount.copy_negate(), volume.copy_negate()
            count(one.pair, amount, volume)
        for bot in self.grid_bots.values():
            for order in bot.orders:
                if order.status == "Filled":
                    buys = order.side == "BUY"
                    amount = order.quantity if buys else order.quantity.copy_negate()
                    count(bot.pair, amount, order.total if buys else order.total.copy_negate())
        return moved

    def orders(self, engine: Engine) -> Iterator[Order]:
        """Return the orders of everything."""
        for deal in engine.deals.select():
            yield from deal.orders
        for simple_trade in engine.trades.select():
            if simple_trade.order is not None:
                yield simple_trade.order
        for one in engine.smart_trades.select():
            for trade in one.trades:
                if trade.order is not None:
                    yield trade.order
        for bot in self.grid_bots.values():
            yield from bot.orders


def _row(order: Order | None) -> object:
    return order and (order.id, order.kind, order.side, order.price, order.quantity, order.status, order.updated_at)


def smart_trade_picture(one: SmartTrade) -> dict[str, object]:
    """Return all that can be seen of a SmartTrade."""
    return {
        "status": (one.status, one.error, one.type, one.note),
        "times": (one.created_at, one.updated_at, one.closed_at),
        "amounts": (one.entered_amount, one.entered_total, one.closed_amount, one.closed_total),
        "position": (one.position_units, one.position_price, one.position_total),
        "prices": (one.average_enter_price, one.average_close_price, one.final_price),
        "profit": (one.profit, one.usd_profit, one.profit_percent),
        "trades": [
            (t.id, t.purpose, t.status, t.error, t.units, t.price, t.trigger, t.closed_at, _row(t.order))
            for t in one.trades
        ],
    }


def _grid_picture(bot: GridBot) -> dict[str, object]:
    return {
        "settings": bot.settings,
        "state": (bot.is_enabled, bot.start_price, bot.updated_at),
        "lines": [(line.price, line.side, line.order_placed) for line in bot.lines],
        "figures": (bot.current_profit, bot.unrealized_profit_loss, bot.current_profit_loss, bot.total_profits_count),
        "orders": [_row(order) for order in bot.orders],
        "events": [(event.message, event.created_at) for event in bot.events],
    }


def pictures(engine: Engine) -> list[object]:
    """Return all that can be seen of a world."""
    return [
        *dca.pictures(engine),
        *map(smart_trade_picture, engine.smart_trades.select()),
        *map(simple.picture, engine.trades.select()),
        *map(_grid_picture, engine.grid_bots.select()),
    ]
