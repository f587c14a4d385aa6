"""Random simple trades and what happens to them, for the properties that must hold whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final

from attrs import asdict, frozen
from hypothesis import strategies as st

from tests.sandbox.engine.trading import ACCOUNT, MARKET, PAIR, START, D
from threecommas_async.sandbox.engine import Engine
from threecommas_async.sandbox.engine.exact import grown, half_up
from threecommas_async.sandbox.engine.refusals import RefusedError
from threecommas_async.sandbox.engine.trades.settings import TradeCondition, TradeSettings, TradeTrailing
from threecommas_async.sandbox.engine.trades.trade import SimpleTrade

OTHER: Final = "USDT_LTC"
PAIRS: Final = (PAIR, OTHER)
Happening = tuple[str, Any, Any]


@frozen(kw_only=True)
class History:
    """A world and what happens to it."""

    balances: dict[str, Decimal]
    fee: Decimal
    happenings: tuple[Happening, ...]
    settle_automatically: bool


def _percentage(draw: Random) -> Decimal:
    size = draw.choice([D("0.1"), D("0.4"), D("0.9"), D("1.6"), D("2.5"), D("4.4"), D(9)])
    return size if draw.random() < 0.5 else size.copy_negate()


def new_trade(draw: Random) -> Happening:
    """Return the creation of a trade; its prices are told as percentages from the price that there will be."""
    one = draw.choice
    wanted: dict[str, Any] = {
        "pair": one([PAIR, PAIR, OTHER]),
        "type": one(["market", "limit", "limit"]),
        "side": one(["buy", "sell"]),
        "units": one([D("0.00001"), D("0.0003"), D("0.02"), D("0.0712345"), D("0.3")]),
        "strategy": one(["gtc", "gtc", "ioc", "fok", "post_only"]),
        "away": one([D(0), _percentage(draw), _percentage(draw)]),
        "condition": None
        if draw.random() < 0.4
        else (one(["less", "less_or_equal", "greater", "greater_or_equal"]), one([D(0), _percentage(draw)])),
        "trailing": None
        if draw.random() < 0.5
        else one(
            [TradeTrailing(percent=one([D("0.3"), D(1), D("2.7")])), TradeTrailing(value=one([D("0.01"), D(20)]))]
        ),
        "timeout": one([None, None, 1, 30]),
    }
    return ("trade", wanted, None)


def _happening(draw: Random) -> Happening:
    if draw.random() < 0.45:
        return ("move", draw.choice([PAIR, PAIR, PAIR, OTHER]), _percentage(draw))
    kinds: list[Happening] = [
        *[new_trade(draw)] * 6,
        *[("advance", draw.choice([1, 15, 40, 100]), None)] * 2,
        *[("cancel trade", draw.randrange(5), draw.random() < 0.8)] * 2,
        ("settle", None, None),
    ]
    return draw.choice(kinds)


def history(seed: int, length: int) -> History:
    """Return a history of so many happenings, drawn evenly from the seed."""
    draw = Random(seed)  # noqa: S311
    rich = {"USDT": D(100_000), "ETH": D(50), "LTC": D(50)}
    poor = {
        "USDT": draw.choice([D(0), D(101), D(250), D(700)]),
        "ETH": draw.choice([D(0), D("0.05"), D("0.12"), D("0.4")]),
        "LTC": draw.choice([D(0), D("0.1")]),
    }
    return History(
        balances=poor if draw.random() < 0.4 else rich,
        fee=draw.choice([D("0.001"), D("0.001"), D(0), D("0.00075")]),
        settle_automatically=draw.random() < 0.7,
        happenings=tuple(_happening(draw) for _ in range(length)),
    )


histories = st.builds(history, seed=st.integers(0, 2**32), length=st.integers(10, 90))


def begin(history: History) -> Engine:
    engine = Engine(START, settle_automatically=history.settle_automatically)
    for code in PAIRS:
        engine.add_pair(MARKET, code, price=D(2000), tick=D("0.01"), lot=D("0.0001"), min_total=D("0.5"))
    engine.add_account(ACCOUNT, MARKET, fee=history.fee, balances=history.balances)
    return engine


def happen(engine: Engine, happening: Happening) -> None:
    """Let something happen, if the world does not refuse it."""
    kind, what, how = happening
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


def picture(trade: SimpleTrade) -> dict[str, object]:
    """Return all that can be seen of a trade."""
    order = trade.order
    return {
        "settings": asdict(trade.settings),
        "status": (trade.status, trade.error, trade.cancelable),
        "times": (trade.created_at, trade.updated_at, trade.closed_at),
        "amounts": (trade.total, trade.filled_units, trade.filled_total, trade.filled_price),
        "order": order and (order.id, order.side, order.price, order.quantity, order.status, order.updated_at),
    }


def pictures(engine: Engine) -> list[object]:
    """Return all that can be seen of a world."""
    funds = engine.account(ACCOUNT).funds
    return [engine.now, dict(funds.free), dict(funds.locked), *map(picture, engine.trades.select())]


# ---- what can happen -------------------------------------------------------------------------------------------------
def _move(engine: Engine, code: str, percentage: Decimal) -> None:
    price = grown(engine.book(MARKET, code).price, percentage)
    engine.set_price(MARKET, code, max(D(200), min(D(20_000), half_up(price, 2))))


def _advance(engine: Engine, seconds: int, _: object) -> None:
    engine.advance_to(engine.now + timedelta(seconds=seconds))


def _create(engine: Engine, wanted: dict[str, Any], _: object) -> None:
    price = engine.book(MARKET, wanted["pair"]).price
    condition = wanted["condition"]
    engine.trades.create(
        TradeSettings(
            account_id=ACCOUNT,
            pair=wanted["pair"],
            type=wanted["type"],
            side=wanted["side"],
            units=wanted["units"],
            price=grown(price, wanted["away"]) if wanted["type"] == "limit" else None,
            strategy=wanted["strategy"] if wanted["type"] == "limit" else None,
            condition=condition and TradeCondition(condition[0], half_up(grown(price, condition[1]), 2), "last"),
            trailing=wanted["trailing"],
            timeout=wanted["timeout"] if condition else None,
        )
    )


def _cancel(engine: Engine, index: int, only_active: bool) -> None:
    trades = list(engine.trades.active) if only_active else engine.trades.select()
    engine.trades.cancel(trades[index % len(trades)].id if trades else 0)


HAPPEN: Final[dict[str, Callable[[Engine, Any, Any], object]]] = {
    "move": _move,
    "advance": _advance,
    "trade": _create,
    "cancel trade": _cancel,
    "settle": lambda engine, _, __: engine.settle(),
}
