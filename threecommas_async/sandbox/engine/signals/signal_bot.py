"""A Signal Bot: what it may do, and the SmartTrades by which it trades."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, final

from attrs import define, field

from threecommas_async.sandbox.engine.funds import Account
from threecommas_async.sandbox.engine.smart_trades.plan import StepPlan, StopLossPlan
from threecommas_async.sandbox.engine.smart_trades.smart_trade import SmartTrade

SignalBotKind = Literal["custom", "strategy"]
SignalBotDirection = Literal["long", "short", "both"]


@final
@define(eq=False)
class SignalBot:
    """A Signal Bot. No call of the API shows it, and its SmartTrades do not name it."""

    uuid: str
    account: Account = field(repr=False)
    pairs: tuple[str, ...]
    kind: SignalBotKind = "custom"
    direction: SignalBotDirection = "long"
    amount: Decimal = Decimal(100)
    """Of an entry whose signal names none, in quote currency."""
    most_entries: int = 1
    """How many entries a position may have."""
    reverses: bool = False
    """Whether an entry the other way closes the position and turns it."""
    min_profit: Decimal | None = None
    """The profit in percent below which an exit is held back."""
    take_profit: tuple[StepPlan, ...] = ()
    stop_loss: StopLossPlan | None = None
    is_enabled: bool = True
    smart_trades: list[SmartTrade] = field(factory=list[SmartTrade], repr=False)
    """Those that may still be open."""
