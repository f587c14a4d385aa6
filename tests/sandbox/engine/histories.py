"""Random worlds and what happens to them, for the properties that must hold whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final

from attrs import asdict, frozen
from hypothesis import strategies as st

from tests.sandbox.engine.trading import ACCOUNT, MANUAL, MARKET, NONSTOP, PAIR, RSI, START, D
from threecommas_async.sandbox.engine import Engine
from threecommas_async.sandbox.engine.deals.deal import Deal
from threecommas_async.sandbox.engine.deals.settings import (
    BotSettings,
    Breakeven,
    DealChanges,
    SafetyStep,
    TakeProfitStep,
)
from threecommas_async.sandbox.engine.exact import grown, half_up
from threecommas_async.sandbox.engine.refusals import RefusedError

OTHER: Final = "USDT_LTC"
PAIRS: Final = (PAIR, OTHER)
Happening = tuple[str, Any, Any]


@frozen(kw_only=True)
class History:
    """A world, its bots and what happens to it."""

    balances: dict[str, Decimal]
    fee: Decimal
    bots: tuple[BotSettings, ...]
    happenings: tuple[Happening, ...]
    settle_automatically: bool


def _settings(draw: Random) -> BotSettings:
    def one(*values: Any) -> Any:
        return draw.choice(values)

    steps = _steps(draw) if draw.random() < 0.4 else ()
    conditions = one(MANUAL, NONSTOP)
    several = conditions == MANUAL and draw.random() < 0.5
    return BotSettings(
        name="bot",
        account_id=ACCOUNT,
        pairs=PAIRS if several else (PAIR,),
        max_active_deals=2 if several else 1,
        allowed_deals_on_same_pair=one(None, 2),
        strategy_list=conditions,
        strategy=one("long", "long", "short"),
        profit_currency=one("quote_currency", "quote_currency", "base_currency"),
        base_order_volume=one(D(20), D(95), D(100), D(300)),
        base_order_volume_type=one(*["quote_currency"] * 5, "percent"),
        safety_order_volume=one(D(10), D(55), D(200)),
        safety_order_volume_type=one(*["quote_currency"] * 5, "percent"),
        safety_order_step_percentage=_percentage(draw),
        martingale_step_coefficient=one(D(1), D("1.5"), D("0.7"), D(2)),
        martingale_volume_coefficient=one(D(1), D("1.3"), D("0.9")),
        custom_safety_steps=_custom(draw) if draw.random() < 0.2 else (),
        max_safety_orders=one(0, 1, 2, 3, 5),
        active_safety_orders_count=one(0, 1, 2, 3),
        take_profit=None if steps else one(None, *[_percentage(draw)] * 5),
        take_profit_steps=steps,
        take_profit_type=one("base", "total"),
        trailing_enabled=one(None, None, True),
        trailing_deviation=one(D(0), D("0.2"), D("0.5"), D("1.5")),
        stop_loss_percentage=one(D(0), D(0), _percentage(draw), D(5), D(8), D(12)),
        stop_loss_type=one("stop_loss", "stop_loss", "stop_loss_and_disable_bot"),
        stop_loss_timeout_enabled=one(True, False, False),
        stop_loss_timeout_in_seconds=one(0, 30),
        tsl_enabled=one(True, False),
        sl_to_breakeven_enabled=one(True, False),
        sl_to_breakeven_data=one(None, Breakeven(1), Breakeven(2)),
        close_strategy_list=RSI if draw.random() < 0.2 else (),
        min_profit_percentage=one(None, D(0), D("0.5"), D(3)),
        min_profit_type=one(None, "base_order_volume", "total_bought_volume"),
        reinvesting_percentage=one(None, D(100)),
        risk_reduction_percentage=one(None, D(40)),
        cooldown=one(D(0), D(0), D(20)),
        deal_start_delay_seconds=one(None, None, None, 10),
        close_deals_timeout=one(None, None, None, 90),
        disable_after_deals_count=one(None, None, 3),
        min_price=one(None, None, None, D(1900)),
        max_price=one(None, None, None, D(2100)),
    )


def _percentage(draw: Random) -> Decimal:
    return draw.choice([D("0.4"), D("0.7"), D(1), D("1.3"), D(2), D("3.1")])


def _steps(draw: Random) -> tuple[TakeProfitStep, ...]:
    shares = draw.choice([(100,), (40, 60), (50, 25, 25), (10, 20, 30, 40)])
    return tuple(TakeProfitStep(D(share), _percentage(draw)) for share in shares)


def _custom(draw: Random) -> tuple[SafetyStep, ...]:
    deviations = [D("-7"), D("-3"), D("-1.1"), D("1.1"), D(3), D(7)]
    return tuple(SafetyStep(draw.choice(deviations), draw.choice([D(15), D(70)])) for _ in range(draw.randint(1, 3)))


def _changes(draw: Random) -> DealChanges:
    given: DealChanges = {
        "take_profit": _percentage(draw),
        "stop_loss_percentage": draw.choice([D(0), D(2), D(5)]),
        "tsl_enabled": draw.choice([True, False]),
        "trailing_enabled": draw.choice([True, False]),
        "max_safety_orders": draw.choice([0, 2, 4, 6]),
        "active_safety_orders_count": draw.choice([0, 1, 3]),
        "take_profit_steps": draw.choice([(), _steps(draw)]),
        "close_timeout": draw.choice([None, 60]),
        "profit_currency": draw.choice(["quote_currency", "base_currency"]),
        "note": draw.choice([None, "watched"]),
    }
    for name in draw.sample(sorted(given), k=draw.randint(3, 9)):
        del given[name]  # type: ignore[misc]
    if given.get("take_profit_steps"):
        given["take_profit"] = None
    return given


def _happening(draw: Random) -> Happening:
    """Return something that happens: mostly the price moves."""
    which, code = draw.randrange(3), draw.choice([PAIR, PAIR, PAIR, OTHER])
    size = draw.choice([D("0.1"), D("0.4"), D("0.9"), D("1.6"), D("2.5"), D("4.4"), D(9)])
    move = size if draw.random() < 0.5 else size.copy_negate()
    quantity = draw.choice([D("0.00001"), D("0.0003"), D("0.02"), D("0.07")])
    if draw.random() < 0.6:
        return ("move", code, move)
    kinds: list[Happening] = [
        *[("open", which, code)] * 5,
        *[("advance", draw.choice([1, 15, 40, 100]), None)] * 3,
        *[("close", which, None)] * 3,
        *[("update", which, _changes(draw))] * 3,
        *[("add", which, (quantity, draw.choice([None, move])))] * 3,
        *[("panic step", which, draw.randrange(4))] * 3,
        *[("enable", which, draw.random() < 0.8)] * 3,
        ("panic", which, None),
        ("cancel", which, None),
        ("convert", which, draw.random() < 0.2),
        ("cancel order", which, draw.randrange(4)),
        ("settle", None, None),
        ("bot", which, _settings(draw)),
        ("all", which, draw.random() < 0.5),
        ("black list", draw.choice([(), (), (PAIR,)]), None),
    ]
    return draw.choice(kinds)


def history(seed: int, length: int) -> History:
    """Return a history of so many happenings.

    All of it is drawn evenly from the seed: what a strategy would draw by itself is mostly nothing, or at the ends.
    """
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
        bots=tuple(_settings(draw) for _ in range(draw.randint(1, 2))),
        happenings=tuple(_happening(draw) for _ in range(length)),
    )


histories = st.builds(history, seed=st.integers(0, 2**32), length=st.integers(10, 90))


def begin(history: History) -> Engine:
    """Return the world at its start, its bots enabled."""
    engine = Engine(START, settle_automatically=history.settle_automatically)
    for code in PAIRS:
        engine.add_pair(MARKET, code, price=D(2000), tick=D("0.01"), lot=D("0.0001"))
    engine.add_account(ACCOUNT, MARKET, fee=history.fee, balances=history.balances)
    for bot in history.bots:
        created = engine.bots.enable(engine.bots.create(bot).id)
        engine.bots.open_signal(created.id, PAIR)
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


def picture(deal: Deal) -> dict[str, object]:
    """Return all that can be seen of a deal."""
    return {
        "status": deal.status,
        "settings": asdict(deal.settings),
        "amounts": (deal.bought_amount, deal.bought_volume, deal.sold_amount, deal.sold_volume),
        "averages": (deal.bought_average_price, deal.sold_average_price, deal.base_order_average_price),
        "profits": (deal.final_profit, deal.final_profit_percentage, deal.usd_final_profit, deal.actual_profit),
        "levels": (deal.take_profit_price, deal.stop_loss_price, deal.trailing_max_price, deal.tsl_max_price),
        "times": (deal.created_at, deal.updated_at, deal.closed_at),
        "texts": (deal.error_message, deal.note, [event.message for event in deal.events]),
        "targets": [(t.trade_id, t.price, t.amount, t.status, t.executed_at) for t in deal.targets],
        "orders": [(o.id, o.kind, o.side, o.price, o.quantity, o.status, o.total, o.updated_at) for o in deal.orders],
    }


def pictures(engine: Engine) -> list[object]:
    """Return all that can be seen of a world."""
    funds = engine.account(ACCOUNT).funds
    bots = [
        (b.id, b.is_enabled, b.updated_at, b.finished_deals_count, b.finished_deals_profit_usd, b.deals_counter)
        for b in engine.bots.select()
    ]
    return [engine.now, dict(funds.free), dict(funds.locked), bots, *map(picture, engine.deals.select())]


# ---- what can happen -------------------------------------------------------------------------------------------------
def _deal(engine: Engine, index: int) -> int:
    deals = engine.deals.select("active") or engine.deals.select()
    return deals[index % len(deals)].id if deals else 0


def _bot(engine: Engine, index: int) -> int:
    bots = engine.bots.select()
    return bots[index % len(bots)].id


def _advance(engine: Engine, seconds: int, _: object) -> None:
    engine.advance_to(engine.now + timedelta(seconds=seconds))


def _enable(engine: Engine, index: int, on: bool) -> None:
    (engine.bots.enable if on else engine.bots.disable)(_bot(engine, index))


def _all(engine: Engine, index: int, panic: bool) -> None:
    (engine.bots.panic_sell_all_deals if panic else engine.bots.cancel_all_deals)(_bot(engine, index))


def _add(engine: Engine, index: int, order: tuple[Decimal, Decimal | None]) -> None:
    quantity, away = order
    deal = engine.deals.get(_deal(engine, index))
    rate = None if away is None else half_up(grown(deal.book.price, away), 2)
    engine.deals.add_funds(deal.id, quantity, is_market=rate is None, rate=rate)


def _move(engine: Engine, code: str, percentage: Decimal) -> None:
    price = grown(engine.book(MARKET, code).price, percentage)
    engine.set_price(MARKET, code, max(D(200), min(D(20_000), half_up(price, 2))))


def _cancel_order(engine: Engine, index: int, number: int) -> None:
    deal = engine.deals.get(_deal(engine, index))
    resting = [order.id for order in deal.orders if order.status == "Active"]
    engine.deals.cancel_order(deal.id, resting[number % len(resting)] if resting else 0)


def _panic_step(engine: Engine, index: int, number: int) -> None:
    deal = engine.deals.get(_deal(engine, index))
    ids = [target.trade_id for target in deal.targets]
    engine.deals.panic_sell_step(deal.id, ids[number % len(ids)] if ids else 0)


def _update(engine: Engine, index: int, given: DealChanges) -> None:
    engine.deals.update(_deal(engine, index), given)


def _black_list(engine: Engine, pairs: Iterable[str], _: object) -> None:
    engine.bots.black_list = tuple(pairs)


_HAPPEN: Final[dict[str, Callable[[Engine, Any, Any], object]]] = {
    "move": _move,
    "advance": _advance,
    "open": lambda engine, index, pair: engine.bots.open_signal(_bot(engine, index), pair),
    "close": lambda engine, index, _: engine.deals.close_signal(_deal(engine, index)),
    "enable": _enable,
    "panic": lambda engine, index, _: engine.deals.panic_sell(_deal(engine, index)),
    "panic step": _panic_step,
    "cancel": lambda engine, index, _: engine.deals.cancel(_deal(engine, index)),
    "convert": lambda engine, index, stop: engine.deals.convert_to_smart_trade(_deal(engine, index), stop_bot=stop),
    "add": _add,
    "cancel order": _cancel_order,
    "update": _update,
    "settle": lambda engine, _, __: engine.settle(),
    "bot": lambda engine, index, new: engine.bots.update(_bot(engine, index), new),
    "all": _all,
    "black list": _black_list,
}
