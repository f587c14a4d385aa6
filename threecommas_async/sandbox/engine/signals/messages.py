"""What signals ask for, and what became of them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal, final

from attrs import frozen

from threecommas_async.sandbox.engine.deals.deal import Deal
from threecommas_async.sandbox.engine.directions import Strategy
from threecommas_async.sandbox.engine.refusals import RefusedError
from threecommas_async.sandbox.engine.smart_trades.plan import OrderType, StepPlan, StopLossPlan
from threecommas_async.sandbox.engine.smart_trades.smart_trade import SmartTrade

DcaAction = Literal[
    "start_deal",
    "close_at_market_price",
    "close_at_market_price_all",
    "close_at_market_price_all_and_stop_bot",
    "cancel",
    "cancel_all",
    "cancel_all_and_stop_bot",
    "start_bot",
    "stop_bot",
    "start_bot_and_start_deal",
    "start_trailing",
    "add_funds_in_quote",
]
"""``action`` of a message to a DCA bot; ``start_deal`` stands for none."""

SignalVerdict = Literal["executed", "rejected", "failed"]
"""Whether a signal was carried out, was not to be, or could not be."""

AmountType = Literal["quote", "base", "margin_percent", "position_percent"]
PriceReference = Literal["current_price", "base_entry_price", "avg_entry_price"]
PositionSide = Literal["long", "short", "flat"]


@final
@frozen
class DcaSignal:
    """A message to a DCA bot."""

    bot_id: int
    action: DcaAction = "start_deal"
    pair: str | None = None
    """Which one; a bot of one pair needs none."""
    volume: Decimal | None = None
    """In quote currency, of added funds."""
    price: Decimal | None = None
    """Of added funds that are bought at a limit."""

    @property
    def bot(self) -> str:
        return str(self.bot_id)


@final
@frozen
class AccountSignal:
    """A message about all that goes one way on an account."""

    account_id: int
    side: Strategy

    @property
    def action(self) -> str:
        return f"stop_all_{self.side}"

    @property
    def bot(self) -> str:
        return f"account {self.account_id}"

    @property
    def pair(self) -> None:
        return None


@final
@frozen(kw_only=True)
class EntryOrder:
    """``order`` of a message to a Signal Bot."""

    amount: Decimal
    amount_type: AmountType
    order_type: OrderType = "market"
    price: Decimal | None = None
    price_percent: Decimal | None = None
    """How far from a reference, to the better side (assumption), in percent."""
    reference: PriceReference = "current_price"


@final
@frozen
class StrategyInfo:
    """``strategy_info``: the position of a strategy before and after its order."""

    before: PositionSide
    size_before: Decimal
    after: PositionSide
    size_after: Decimal


@final
@frozen(kw_only=True)
class BotSignal:
    """A message to a Signal Bot."""

    uuid: str
    action: str
    pair: str | None = None
    """The pair of its instrument."""
    problem: str | None = None
    """What is wrong with the message, if something is."""
    sent_at: datetime | None = None
    max_lag: int | None = None
    """How many seconds old it may be."""
    order: EntryOrder | None = None
    take_profit: tuple[StepPlan, ...] | None = None
    """In place of the bot's own; empty for none."""
    stop_loss: StopLossPlan | None = None
    """In place of the bot's own."""
    has_stop_loss: bool = False
    """Whether the message says something of a stop loss, if only that there is none."""
    positions: Literal["market_close", "cancel"] | None = None
    strategy: StrategyInfo | None = None

    @property
    def bot(self) -> str:
        return self.uuid


Signal = DcaSignal | AccountSignal | BotSignal


@final
@frozen
class Effect:
    """What a signal did."""

    verdict: SignalVerdict
    reason: str | None = None
    ids: tuple[int, ...] = ()
    pair: str | None = None


@final
@frozen
class SignalRecord:
    """A signal that was received, and what became of it."""

    time: datetime
    """When it was acted upon, after its delay."""
    action: str
    """The ``action`` of the message; ``start_deal`` where it has none."""
    bot: str
    """The id of a DCA bot, the UUID of a Signal Bot, or ``account`` and an id."""
    pair: str | None
    """The pair in 3Commas' form, where the signal is about one."""
    verdict: SignalVerdict
    """``executed``; ``rejected`` if it was not to be executed; ``failed`` if it could not be."""
    reason: str | None = None
    """Why it was not executed."""
    ids: tuple[int, ...] = ()
    """The deals that a signal to a DCA bot opened, changed or closed, or the SmartTrades of a Signal Bot."""


def executed(*entities: Deal | SmartTrade, pair: str | None = None) -> Effect:
    return Effect("executed", None, tuple(entity.id for entity in entities), pair)


def rejected(reason: str, pair: str | None = None) -> Effect:
    return Effect("rejected", reason, (), pair)


def failed(reason: str, *entities: Deal | SmartTrade, pair: str | None = None) -> Effect:
    return Effect("failed", reason, tuple(entity.id for entity in entities), pair)


def words(error: RefusedError) -> str:
    """Return what the API would have said."""
    fields = error.fields or {}
    wrong = [text if name == "base" else f"{name} {text}" for name, texts in fields.items() for text in texts]
    return "; ".join(wrong) or error.description or error.code
