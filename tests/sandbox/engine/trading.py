"""What the tests of the engine share: a market, an account with money, and the settings of the worked examples."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from attrs import evolve

from threecommas_async.sandbox.engine import Engine
from threecommas_async.sandbox.engine.bots.bot import Bot
from threecommas_async.sandbox.engine.deals.deal import Deal
from threecommas_async.sandbox.engine.deals.settings import BotSettings, StartCondition, TakeProfitStep
from threecommas_async.sandbox.engine.exact import shown
from threecommas_async.sandbox.engine.orders import Order

D = Decimal
START: Final = datetime(2025, 3, 1, 12, tzinfo=UTC)
MARKET: Final = "binance"
PAIR: Final = "USDT_ETH"
ACCOUNT: Final = 7
RICH: Final[Mapping[str, Decimal]] = {"USDT": D(1_000_000), "ETH": D(1_000)}

MANUAL: Final = (StartCondition("manual"),)
NONSTOP: Final = (StartCondition("nonstop"),)
RSI: Final = (StartCondition("rsi"),)

E1: Final = BotSettings(
    name="ETH",
    account_id=ACCOUNT,
    pairs=(PAIR,),
    strategy_list=MANUAL,
    base_order_volume=D(100),
    safety_order_volume=D(50),
    safety_order_step_percentage=D(1),
    martingale_step_coefficient=D(2),
    martingale_volume_coefficient=D("1.5"),
    max_safety_orders=3,
    active_safety_orders_count=2,
    take_profit=D(2),
    take_profit_type="total",
)
"""The bot of the first worked example: base 100, safety orders of 50, 75 and 112.5 at 1, 3 and 7 %."""

BASE_ONLY: Final = evolve(E1, max_safety_orders=0)


def world(
    price: str = "2000",
    balances: Mapping[str, Decimal] = RICH,
    *,
    fee: str = "0.001",
    pairs: Mapping[str, str] | None = None,
    settle_automatically: bool = True,
) -> Engine:
    """Return an engine with one account; ``USDT_ETH`` trades in steps of 0.01 and 0.0001."""
    engine = Engine(START, settle_automatically=settle_automatically)
    for code, at in {PAIR: price, **(pairs or {})}.items():
        engine.add_pair(MARKET, code, price=D(at), tick=D("0.01"), lot=D("0.0001"), min_total=D(5))
    engine.add_account(ACCOUNT, MARKET, name="Main", fee=D(fee), balances=balances)
    return engine


def running_bot(engine: Engine, settings: BotSettings = E1, **changes: Any) -> Bot:
    """Create and enable a bot."""
    bot = engine.bots.create(evolve(settings, **changes))
    return engine.bots.enable(bot.id)


def opened(engine: Engine, settings: BotSettings = E1, **changes: Any) -> Deal:
    """Open a deal by a signal, or have a nonstop bot open it."""
    bot = running_bot(engine, settings, **changes)
    if bot.is_nonstop:
        return next(iter(bot.active_deals.values()))
    opening = engine.bots.open_signal(bot.id)
    assert opening.deal is not None, opening.obstacle
    return opening.deal


def to(engine: Engine, *prices: str) -> None:
    engine.walk(MARKET, PAIR, map(D, prices))


def after(engine: Engine, seconds: float) -> None:
    engine.advance_to(engine.now + timedelta(seconds=seconds))


def steps(*pairs: tuple[int, int]) -> tuple[TakeProfitStep, ...]:
    return tuple(TakeProfitStep(D(share), D(percentage)) for share, percentage in pairs)


def text(value: Decimal | None) -> str | None:
    return None if value is None else shown(value)


def resting(deal: Deal, kind: str) -> list[tuple[str, str]]:
    """Return price and amount of the open orders of a kind."""
    return [(shown(o.price), shown(o.quantity)) for o in deal.orders if o.kind == kind and o.status == "Active"]


def rows(deal: Deal) -> list[tuple[str, str, str, str, str]]:
    return [(o.kind, o.side, shown(o.price), shown(o.quantity), o.status) for o in deal.orders]


def messages(deal: Deal) -> list[str]:
    return [event.message for event in deal.events]


def status(deal: Deal) -> str:
    return deal.status


def error(deal: Deal) -> str | None:
    return deal.error_message


def the(deal: Deal, kind: str) -> Order:
    """Return the last order of a kind."""
    return [order for order in deal.orders if order.kind == kind][-1]


def free(engine: Engine, currency: str) -> str:
    return shown(engine.account(ACCOUNT).funds.available(currency))


def held(engine: Engine, currency: str) -> str:
    return shown(engine.account(ACCOUNT).funds.of(currency))
