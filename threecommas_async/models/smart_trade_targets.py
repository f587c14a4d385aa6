"""Where a SmartTrade leaves: the steps of its take profit, and its stop loss, as they are sent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, Self

import attrs

from threecommas_async.models.base import OMITTED, Omitted
from threecommas_async.models.request import Money, Request, checked, flag, money, number
from threecommas_async.models.rules import as_tuple, between, each, instance, one_of, whole_number
from threecommas_async.models.smart_trade_parts import (
    OFF_IS_NOTHING,
    LimitPrice,
    OrderType,
    PriceType,
    Trailing,
    TriggerPrice,
    called,
    off_is_nothing,
)

_STEP: Final = "take_profit.steps[]"
_WHOLE: Final = Decimal(100)
_TRAILING_PERCENT: Final = between("0.01", 100)


@attrs.frozen(kw_only=True, repr=False)
class TakeProfitStep(Request):
    """A step of a SmartTrade's take profit.

    ::

        TakeProfitStep.at(percent="5", volume="50")
        TakeProfitStep.at(price="2200", volume="50", trailing="0.5")
    """

    order_type: OrderType = attrs.field(validator=checked(called(f"{_STEP}.order_type", one_of("market", "limit"))))
    """The kind of order."""
    volume: Decimal = attrs.field(converter=money, validator=checked(called(f"{_STEP}.volume", between(0, 100))))
    """The share of the position that it closes, in percent."""
    price: TriggerPrice = attrs.field(validator=checked(instance(TriggerPrice)))
    """The price at which it does: a ``value``, or a profit in ``percent``. It needs a ``type``."""
    trailing: Trailing | Omitted = attrs.field(
        default=OMITTED, validator=checked(instance(Trailing), omitted=True), eq=off_is_nothing, metadata=OFF_IS_NOTHING
    )
    """Whether it then follows the price, from 0.01 to 100 percent behind it; the last step alone can."""
    id: int | Omitted = attrs.field(default=OMITTED, validator=checked(number, omitted=True), eq=False)
    """Number of a step that a SmartTrade has already; a new one is sent without."""

    def __attrs_post_init__(self) -> None:
        if self.price.type is OMITTED:
            raise ValueError(f"{_STEP}.price.type is required: 'bid', 'ask' or 'last'")
        if self.id is not OMITTED or self.trailing is OMITTED or not self.trailing.enabled:
            return
        if self.trailing.percent is OMITTED:
            raise ValueError(f"{_STEP}.trailing.percent is required when trailing is on")
        _TRAILING_PERCENT(f"{_STEP}.trailing.percent", self.trailing.percent)

    @classmethod
    def at(
        cls,
        *,
        price: Money | None = None,
        percent: Money | None = None,
        volume: Money = 100,
        trailing: Money | None = None,
        order_type: OrderType = "limit",
        price_type: PriceType = "last",
    ) -> Self:
        """Make a step. It takes ``price`` or ``percent``, not both.

        :param price: the price at which it closes its share.
        :param percent: the profit at which it does, in percent of the price of entry.
        :param volume: its share of the position, in percent; those of all steps sum to 100.
        :param trailing: how far behind the best price it follows from then on, in percent; None for not at all.
        :param order_type: the kind of order.
        :param price_type: the price that is compared.
        """
        return cls(
            order_type=order_type,
            volume=volume,
            price=TriggerPrice.of(price, percent, price_type),
            trailing=Trailing.off() if trailing is None else Trailing.by(trailing),
        )


_STEPS: Final = each(instance(TakeProfitStep), example="[TakeProfitStep.at(percent='5')]")


def _steps(value: Sequence[TakeProfitStep]) -> tuple[TakeProfitStep, ...]:
    return as_tuple(value)


@attrs.frozen(kw_only=True, repr=False)
class TakeProfit(Request):
    """The take profit of a SmartTrade.

    ::

        TakeProfit.at(percent="5")
        TakeProfit.of(TakeProfitStep.at(percent="5", volume="50"), TakeProfitStep.at(percent="10", volume="50"))
    """

    enabled: bool = attrs.field(validator=checked(called("take_profit.enabled", flag)))
    """Whether there is one."""
    steps: tuple[TakeProfitStep, ...] = attrs.field(
        default=(), converter=_steps, validator=checked(called("take_profit.steps", _STEPS))
    )
    """Its steps. Their shares sum to 100; those that a SmartTrade has left are the rest of that."""

    def __attrs_post_init__(self) -> None:
        steps = self.steps
        if self.enabled != bool(steps):
            needed = "must be empty when it is off" if steps else "must not be empty when it is on"
            raise ValueError(f"take_profit.steps {needed}")
        if all(step.id is not OMITTED for step in steps):
            return  # they are as 3Commas has them: where one was cancelled, the others are less than the whole
        for place, step in enumerate(steps[:-1]):
            if step.trailing is not OMITTED and step.trailing.enabled:
                raise ValueError(f"take_profit.steps[{place}].trailing: the last step alone can follow the price")
        total = sum((step.volume for step in steps), Decimal(0))
        if total != _WHOLE:
            raise ValueError(f"the volumes of take_profit.steps must sum to 100, not {total:f}")

    @classmethod
    def at(
        cls,
        *,
        price: Money | None = None,
        percent: Money | None = None,
        trailing: Money | None = None,
        order_type: OrderType = "limit",
        price_type: PriceType = "last",
    ) -> Self:
        """Close the whole position in one step; the parameters are those of :meth:`TakeProfitStep.at`."""
        return cls.of(
            TakeProfitStep.at(
                price=price, percent=percent, trailing=trailing, order_type=order_type, price_type=price_type
            )
        )

    @classmethod
    def of(cls, *steps: TakeProfitStep) -> Self:
        """Close the position in steps, whose shares sum to 100."""
        return cls(enabled=True, steps=steps)

    @classmethod
    def off(cls) -> Self:
        """Take no profit."""
        return cls(enabled=False)


@attrs.frozen(kw_only=True, repr=False)
class StopLossCondition(Request):
    """What triggers a stop loss."""

    price: TriggerPrice = attrs.field(validator=checked(instance(TriggerPrice)))
    """The price that does: a ``value``; a loss in ``percent`` only where the entry trails, which leaves it open."""
    trailing: Trailing | Omitted = attrs.field(
        default=OMITTED, validator=checked(instance(Trailing), omitted=True), eq=off_is_nothing, metadata=OFF_IS_NOTHING
    )
    """Whether it follows the price, at the distance that it has in the beginning; so it takes no ``percent``."""

    def __attrs_post_init__(self) -> None:
        if self.trailing is not OMITTED and self.trailing.percent is not OMITTED:
            raise ValueError(
                "stop_loss.conditional.trailing.percent cannot be given: a stop loss follows at its own distance"
            )


@attrs.frozen(kw_only=True, repr=False)
class StopLossTimeout(Request):
    """How long the price must stay beyond a stop loss, before it is carried out."""

    enabled: bool = attrs.field(validator=checked(called("stop_loss.timeout.enabled", flag)))
    """Whether it must."""
    value: int | Omitted = attrs.field(
        default=OMITTED, validator=checked(called("stop_loss.timeout.value", whole_number(0)), omitted=True)
    )
    """How long, in seconds."""

    def __attrs_post_init__(self) -> None:
        if self.enabled and self.value is OMITTED:
            raise ValueError("stop_loss.timeout.value is required when the timeout is on")


@attrs.frozen(kw_only=True, repr=False)
class StopLoss(Request):
    """The stop loss of a SmartTrade.

    ::

        StopLoss.at(price="1900")                               # by a market order
        StopLoss.at(price="1900", limit="1895", timeout=60)     # by a limit order, if it is still there after a minute
    """

    enabled: bool = attrs.field(validator=checked(called("stop_loss.enabled", flag)))
    """Whether there is one."""
    order_type: OrderType | Omitted = attrs.field(
        default=OMITTED, validator=checked(called("stop_loss.order_type", one_of("market", "limit")), omitted=True)
    )
    """The kind of order; required with a stop loss."""
    price: LimitPrice | Omitted = attrs.field(default=OMITTED, validator=checked(instance(LimitPrice), omitted=True))
    """The price of the order, if it is a limit order."""
    conditional: StopLossCondition | Omitted = attrs.field(
        default=OMITTED, validator=checked(instance(StopLossCondition), omitted=True)
    )
    """What triggers it; required with a stop loss."""
    breakeven: bool | Omitted = attrs.field(
        default=OMITTED,
        validator=checked(called("stop_loss.breakeven", flag), omitted=True),
        eq=off_is_nothing,
        metadata=OFF_IS_NOTHING,
    )
    """Whether it moves to the price of entry when the first step of the take profit is reached; wants at least two
    steps."""
    timeout: StopLossTimeout | Omitted = attrs.field(
        default=OMITTED,
        validator=checked(instance(StopLossTimeout), omitted=True),
        eq=off_is_nothing,
        metadata=OFF_IS_NOTHING,
    )
    """How long the price must stay beyond it."""

    def __attrs_post_init__(self) -> None:
        if not self.enabled:
            if any(part is not OMITTED for part in (self.price, self.conditional)):
                raise ValueError("stop_loss.price and stop_loss.conditional must not be given when it is off")
            return
        if self.order_type is OMITTED:
            raise ValueError("stop_loss.order_type is required when it is on")
        if self.conditional is OMITTED:
            raise ValueError("stop_loss.conditional is required when it is on")
        if self.order_type == "limit" and self.price is OMITTED:
            raise ValueError("stop_loss.price is required for a limit order")
        if self.order_type == "market" and self.price is not OMITTED:
            raise ValueError("stop_loss.price must not be given with a market order, which has no price of its own")

    @classmethod
    def at(
        cls,
        *,
        price: Money | None = None,
        percent: Money | None = None,
        limit: Money | None = None,
        trailing: bool = False,
        timeout: int | None = None,
        breakeven: bool = False,
        price_type: PriceType = "last",
    ) -> Self:
        """Make a stop loss. It takes ``price`` or ``percent``, not both.

        :param price: the price that triggers it.
        :param percent: the loss that does, in percent of the price of entry; only where the entry trails.
        :param limit: the price of a limit order; None for a market order.
        :param trailing: whether it follows the price.
        :param timeout: for how many seconds the price must stay beyond it; None for at once.
        :param breakeven: whether it moves to the price of entry when the first of several steps is reached.
        :param price_type: the price that is compared.
        """
        flag("trailing", trailing)
        return cls(
            enabled=True,
            order_type="market" if limit is None else "limit",
            price=OMITTED if limit is None else LimitPrice(value=limit),
            conditional=StopLossCondition(
                price=TriggerPrice.of(price, percent, price_type), trailing=Trailing(enabled=trailing)
            ),
            breakeven=breakeven,
            timeout=StopLossTimeout(enabled=timeout is not None, value=OMITTED if timeout is None else timeout),
        )

    @classmethod
    def off(cls) -> Self:
        """Limit no loss."""
        return cls(enabled=False)
