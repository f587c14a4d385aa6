"""What a SmartTrade is to do, by the API's names."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, TypedDict, final

from attrs import frozen

from threecommas_async.sandbox.engine.directions import LONG, SHORT, Direction

PositionSide = Literal["buy", "sell"]
OrderType = Literal["market", "limit"]
PositionOrderType = Literal["market", "limit", "conditional"]
PriceType = Literal["bid", "ask", "last"]
"""Shown only: bid, ask and last are one price."""


@final
@frozen(kw_only=True)
class Condition:
    """``position.conditional``: the price that an entry waits for, and what it places then."""

    order_type: OrderType
    price: Decimal
    price_type: PriceType | None = None
    trailing: Decimal | None = None
    """How far the price has to come back from its best before the order is placed, in percent."""


@final
@frozen(kw_only=True)
class PositionPlan:
    """``position``. Of one that is skipped it says what is held, and what that cost."""

    type: PositionSide
    order_type: PositionOrderType
    units: Decimal
    price: Decimal | None = None
    conditional: Condition | None = None

    @property
    def direction(self) -> Direction:
        return LONG if self.type == "buy" else SHORT


@final
@frozen(kw_only=True)
class StepPlan:
    """An item of ``take_profit.steps``: a share of the position, and the price at which it is closed."""

    order_type: OrderType
    volume: Decimal
    """In percent of the position."""
    price_type: PriceType = "last"
    value: Decimal | None = None
    percent: Decimal | None = None
    """From the average price of the entries; either this or the value is given."""
    trailing: Decimal | None = None
    """How far the price has to come back from its best before the step is closed by market, in percent."""


@final
@frozen(kw_only=True)
class StopLossPlan:
    """``stop_loss``."""

    order_type: OrderType
    value: Decimal | None = None
    percent: Decimal | None = None
    """From the average price of the entries; either this or the value is given.

    Assumption: with any entry; the page has it only with one that trails.
    """
    limit: Decimal | None = None
    """``price.value``: the price of its limit order."""
    price_type: PriceType = "last"
    trailing: bool = False
    breakeven: bool = False
    timeout: int | None = None
    """For how many seconds the price has to be beyond the level."""


@final
@frozen
class Leverage:
    """``leverage``. Assumption: it is kept and shown, and has no effect."""

    type: str | None = None
    value: Decimal | None = None


@final
@frozen(kw_only=True)
class SmartTradePlan:
    """What ``POST /v2/smart_trades`` takes."""

    account_id: int
    pair: str
    position: PositionPlan
    take_profit: tuple[StepPlan, ...] = ()
    """Empty if it is not enabled."""
    stop_loss: StopLossPlan | None = None
    instant: bool = False
    skip_enter_step: bool = False
    leverage: Leverage | None = None
    note: str | None = None


@final
@frozen(kw_only=True)
class PositionChanges:
    """What of a position is to be changed; ``None`` stays as it is."""

    units: Decimal | None = None
    price: Decimal | None = None
    conditional: Condition | None = None


class PlanChanges(TypedDict, total=False):
    """What ``PATCH /v2/smart_trades/{id}`` can change; a key that is absent changes nothing."""

    leverage: Leverage | None
    position: PositionChanges
    take_profit: tuple[StepPlan, ...]
    stop_loss: StopLossPlan | None
