"""Random SmartTrades and what happens to them, for the properties that must hold whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final

from attrs import frozen
from hypothesis import strategies as st

from tests.sandbox.engine.trading import ACCOUNT, MARKET, PAIR, START, D
from threecommas_async.sandbox.engine import Engine
from threecommas_async.sandbox.engine.exact import grown, half_up
from threecommas_async.sandbox.engine.refusals import RefusedError
from threecommas_async.sandbox.engine.smart_trades.plan import (
    Condition,
    Leverage,
    PlanChanges,
    PositionChanges,
    PositionOrderType,
    PositionPlan,
    SmartTradePlan,
    StepPlan,
    StopLossPlan,
)
from threecommas_async.sandbox.engine.smart_trades.smart_trade import SmartTrade

OTHER: Final = "USDT_LTC"
PAIRS: Final = (PAIR, OTHER)
Happening = tuple[str, Any, Any]


@frozen(kw_only=True)
class History:
    """A world, its SmartTrades at the start, and what happens to it."""

    balances: dict[str, Decimal]
    fee: Decimal
    plans: tuple[SmartTradePlan, ...]
    happenings: tuple[Happening, ...]
    settle_automatically: bool


def _price(draw: Random) -> Decimal:
    return draw.choice([D("1900.005"), D(1960), D("1985.5"), D(1999), D(2000), D(2001), D("2020.25"), D(2060), D(2150)])


def _percentage(draw: Random) -> Decimal:
    return draw.choice([D("0.3"), D("0.7"), D(1), D("1.3"), D(2), D("3.1"), D(120)])


def _condition(draw: Random) -> Condition:
    return Condition(
        order_type=draw.choice(["market", "limit"]),
        price=_price(draw),
        trailing=draw.choice([None, None, D("0.4"), D(2)]),
    )


def _position(draw: Random) -> PositionPlan:
    order_type: PositionOrderType = draw.choice(["market", "limit", "conditional"])
    return PositionPlan(
        type=draw.choice(["buy", "buy", "sell"]),
        order_type=order_type,
        units=draw.choice([D("0.01"), D("0.05"), D("0.1003"), D("0.21009")]),
        price=_price(draw) if order_type == "limit" or draw.random() < 0.4 else None,
        conditional=_condition(draw) if order_type == "conditional" else None,
    )


def _steps(draw: Random) -> tuple[StepPlan, ...]:
    shares = draw.choice([(), (100,), (50, 50), (40, 60), (50, 25, 25), (10, 20, 30, 40)])
    trails = draw.random() < 0.3
    steps = list[StepPlan]()
    for place, share in enumerate(shares, start=1):
        by_percent = draw.random() < 0.6
        steps.append(
            StepPlan(
                order_type=draw.choice(["limit", "limit", "market"]),
                volume=D(share),
                value=None if by_percent else _price(draw),
                percent=_percentage(draw) if by_percent else None,
                trailing=_percentage(draw) if trails and place == len(shares) else None,
            )
        )
    return tuple(steps)


def _stop_loss(draw: Random, steps: int) -> StopLossPlan | None:
    if draw.random() < 0.4:
        return None
    by_percent, limited = draw.random() < 0.6, draw.random() < 0.3
    return StopLossPlan(
        order_type="limit" if limited else "market",
        value=None if by_percent else _price(draw),
        percent=_percentage(draw) if by_percent else None,
        limit=_price(draw) if limited else None,
        trailing=draw.random() < 0.3,
        breakeven=steps > 1 and draw.random() < 0.5,
        timeout=draw.choice([None, None, 0, 30]),
    )


def _plan(draw: Random) -> SmartTradePlan:
    instant = draw.random() < 0.1
    steps = () if instant else _steps(draw)
    return SmartTradePlan(
        account_id=ACCOUNT,
        pair=draw.choice([PAIR, PAIR, PAIR, OTHER]),
        position=_position(draw),
        take_profit=steps,
        stop_loss=None if instant else _stop_loss(draw, len(steps)),
        instant=instant,
        skip_enter_step=not instant and draw.random() < 0.2,
        leverage=draw.choice([None, None, Leverage("isolated", D(3))]),
        note=draw.choice([None, "watched"]),
    )


def _changes(draw: Random) -> PlanChanges:
    changes: PlanChanges = {}
    steps = _steps(draw)
    if draw.random() < 0.5:
        changes["take_profit"] = steps
    if draw.random() < 0.5:
        changes["stop_loss"] = _stop_loss(draw, len(steps) if "take_profit" in changes else 0)
    if draw.random() < 0.5:
        changes["position"] = PositionChanges(
            units=draw.choice([None, D("0.03"), D("0.2")]),
            price=draw.choice([None, _price(draw)]),
            conditional=draw.choice([None, _condition(draw)]),
        )
    if draw.random() < 0.2:
        changes["leverage"] = draw.choice([None, Leverage("cross", None)])
    return changes


def _happening(draw: Random) -> Happening:
    """Return something that happens: mostly the price moves."""
    which, code = draw.randrange(4), draw.choice([PAIR, PAIR, PAIR, OTHER])
    size = draw.choice([D("0.1"), D("0.4"), D("0.9"), D("1.6"), D("2.5"), D("4.4"), D(9)])
    move = size if draw.random() < 0.5 else size.copy_negate()
    units = draw.choice([D("0.00001"), D("0.004"), D("0.0201"), D("0.07"), D(1)])
    if draw.random() < 0.55:
        return ("move", code, move)
    kinds: list[Happening] = [
        *[("create", _plan(draw), None)] * 4,
        *[("advance", draw.choice([1, 15, 40, 100]), None)] * 3,
        *[("update", which, _changes(draw))] * 4,
        *[("add", which, (units, draw.choice([None, move])))] * 3,
        *[("reduce", which, (units, draw.choice([None, move])))] * 3,
        *[("close trade", which, draw.randrange(6))] * 3,
        *[("cancel trade", which, draw.randrange(6))] * 3,
        *[("start", which, None)] * 2,
        ("close", which, None),
        ("cancel", which, None),
        ("note", which, "another"),
        *[("settle", None, None)] * 3,
        ("free", draw.choice(["USDT", "ETH"]), draw.choice([D(0), D("0.05"), D(400), D(5000)])),
    ]
    return draw.choice(kinds)


def history(seed: int, length: int) -> History:
    """Return a history of so many happenings, all of it drawn evenly from the seed."""
    draw = Random(seed)  # noqa: S311
    rich = {"USDT": D(100_000), "ETH": D(50), "LTC": D(50)}
    poor = {
        "USDT": draw.choice([D(0), D(101), D(250), D(700)]),
        "ETH": draw.choice([D(0), D("0.05"), D("0.12"), D("0.4")]),
        "LTC": draw.choice([D(0), D("0.1")]),
    }
    return History(
        balances=poor if draw.random() < 0.35 else rich,
        fee=draw.choice([D("0.001"), D("0.001"), D(0), D("0.00075")]),
        settle_automatically=draw.random() < 0.7,
        plans=tuple(_plan(draw) for _ in range(draw.randint(1, 3))),
        happenings=tuple(_happening(draw) for _ in range(length)),
    )


histories = st.builds(history, seed=st.integers(0, 2**32), length=st.integers(10, 90))


def begin(history: History) -> Engine:
    """Return the world at its start."""
    engine = Engine(START, settle_automatically=history.settle_automatically)
    for code in PAIRS:
        engine.add_pair(MARKET, code, price=D(2000), tick=D("0.01"), lot=D("0.0001"), min_total=D(5))
    engine.add_account(ACCOUNT, MARKET, fee=history.fee, balances=history.balances)
    for plan in history.plans:
        happen(engine, ("create", plan, None))
    return engine


def happen(engine: Engine, happening: Happening) -> None:
    """Let something happen, if the world does not refuse it."""
    kind, what, how = happening
    with suppress(RefusedError):
        _HAPPEN[kind](engine, what, how)


def play(history: History, watch: Callable[[Engine], None] = lambda engine: None) -> Engine:
    """Let a whole history happen, and have a look after each of its steps."""
    engine = begin(history)
    watch(engine)
    for happening in history.happenings:
        happen(engine, happening)
        watch(engine)
    return engine


def picture(smart_trade: SmartTrade) -> dict[str, object]:
    """Return all that can be seen of a SmartTrade, but for its note."""
    return {
        "status": (smart_trade.status, smart_trade.error),
        "amounts": (smart_trade.entered_amount, smart_trade.entered_total, smart_trade.entered_bare_total),
        "closed": (smart_trade.closed_amount, smart_trade.closed_total, smart_trade.closed_bare_total),
        "averages": (smart_trade.average_enter_price, smart_trade.average_close_price),
        "profits": (smart_trade.profit, smart_trade.usd_profit, smart_trade.profit_percent),
        "position": (smart_trade.position_units, smart_trade.position_price, smart_trade.position_total),
        "times": (smart_trade.created_at, smart_trade.closed_at),
        "steps": [step.id for step in smart_trade.steps],
        "trades": [
            (
                trade.id,
                trade.purpose,
                trade.status,
                trade.units,
                trade.price,
                trade.trigger,
                trade.best_price,
                trade.realised_amount,
                trade.realised_total,
                trade.updated_at,
                trade.closed_at,
                trade.error,
            )
            for trade in smart_trade.trades
        ],
    }


def pictures(engine: Engine) -> list[object]:
    """Return all that can be seen of a world."""
    funds = engine.account(ACCOUNT).funds
    shown = [(one.id, one.note, one.updated_at, picture(one)) for one in engine.smart_trades.select()]
    return [engine.now, dict(funds.free), dict(funds.locked), *shown]


# ---- what can happen -------------------------------------------------------------------------------------------------
def _one(engine: Engine, index: int) -> SmartTrade:
    found = engine.smart_trades.select("active") or engine.smart_trades.select()
    return found[index % len(found)] if found else engine.smart_trades.get(0)


def _advance(engine: Engine, seconds: int, _: object) -> None:
    engine.advance_to(engine.now + timedelta(seconds=seconds))


def _move(engine: Engine, code: str, percentage: Decimal) -> None:
    price = grown(engine.book(MARKET, code).price, percentage)
    engine.set_price(MARKET, code, max(D(200), min(D(20_000), half_up(price, 2))))


def _funds(engine: Engine, index: int, order: tuple[Decimal, Decimal | None], *, adds: bool) -> None:
    units, away = order
    one = _one(engine, index)
    price = None if away is None else half_up(grown(one.book.price, away), 2)
    carry_out = engine.smart_trades.add_funds if adds else engine.smart_trades.reduce_funds
    carry_out(one.id, units, order_type="market" if price is None else "limit", price=price)


def _trade(engine: Engine, index: int, place: int, *, closes: bool) -> None:
    one = _one(engine, index)
    carry_out = engine.smart_trades.close_trade if closes else engine.smart_trades.cancel_trade
    carry_out(one.id, one.trades[place % len(one.trades)].id)


_HAPPEN: Final[dict[str, Callable[[Engine, Any, Any], object]]] = {
    "move": _move,
    "advance": _advance,
    "create": lambda engine, plan, _: engine.smart_trades.create(plan),
    "update": lambda engine, index, changes: engine.smart_trades.update(_one(engine, index).id, changes),
    "add": lambda engine, index, order: _funds(engine, index, order, adds=True),
    "reduce": lambda engine, index, order: _funds(engine, index, order, adds=False),
    "close trade": lambda engine, index, place: _trade(engine, index, place, closes=True),
    "cancel trade": lambda engine, index, place: _trade(engine, index, place, closes=False),
    "start": lambda engine, index, _: engine.smart_trades.force_start(_one(engine, index).id),
    "close": lambda engine, index, _: engine.smart_trades.close_by_market(_one(engine, index).id),
    "cancel": lambda engine, index, _: engine.smart_trades.cancel(_one(engine, index).id),
    "note": lambda engine, index, note: engine.smart_trades.set_note(_one(engine, index).id, note),
    "settle": lambda engine, _, __: engine.settle(),
    "free": lambda engine, currency, amount: engine.set_free(ACCOUNT, currency, amount),
}
