"""What a signal to a Signal Bot may say of its order, its targets and its stop."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, Literal, cast

import attrs

from threecommas_async.codec import Number
from threecommas_async.models.base import OMITTED, Omitted
from threecommas_async.models.request import Request, checked, flag, money
from threecommas_async.models.rules import as_tuple, between, each, instance, money_if_given, one_of

CurrencyType = Literal["quote", "base", "margin_percent", "position_percent"]
"""What an amount counts: quote currency, base currency, percent of the margin, percent of the position."""
PriceReference = Literal["current_price", "base_entry_price", "avg_entry_price"]
"""What a price in percent counts from."""

_WHOLE: Final = Decimal(100)
_MOST_STEPS: Final = 8
_ABOVE_ZERO: Final = between(0, exclusive=True)
_SHARE: Final = between(0, 100)
_MARKET_OR_LIMIT: Final = one_of("market", "limit")


@attrs.frozen(kw_only=True, repr=False)
class EntryOrder(Request):
    """The order of an entry: by market, or at a limit.

    :raises ValueError: a limit order has not exactly one of ``price`` and ``price_percent``, or a market order has one.
    :raises TypeError: a value is of the wrong type; money is never a float.
    """

    amount: Decimal = attrs.field(converter=money, validator=checked(_ABOVE_ZERO))
    """How much, above 0."""
    currency_type: CurrencyType = attrs.field(
        default="quote", validator=checked(one_of("quote", "base", "margin_percent", "position_percent"))
    )
    """What ``amount`` counts."""
    order_type: Literal["market", "limit"] = attrs.field(default="market", validator=checked(_MARKET_OR_LIMIT))
    """By market, or at a limit."""
    price: Decimal | Omitted = attrs.field(
        default=OMITTED, converter=money_if_given, validator=checked(_ABOVE_ZERO, omitted=True)
    )
    """The price of a limit order."""
    price_percent: Decimal | Omitted = attrs.field(
        default=OMITTED, converter=money_if_given, validator=checked(between(-100, 100), omitted=True)
    )
    """The price of a limit order as a distance from ``price_percent_ref_type``, in percent."""
    price_percent_ref_type: PriceReference | Omitted = attrs.field(
        default=OMITTED, validator=checked(one_of("current_price", "base_entry_price", "avg_entry_price"), omitted=True)
    )
    """What ``price_percent`` counts from."""

    def __attrs_post_init__(self) -> None:
        prices = [name for name in ("price", "price_percent") if getattr(self, name) is not OMITTED]
        if self.order_type == "limit" and len(prices) != 1:
            raise ValueError("a limit order needs exactly one of price and price_percent")
        if self.order_type == "market" and prices:
            raise ValueError(f"a market order has no {prices[0]}")
        if self.price_percent is not OMITTED and self.price_percent_ref_type is OMITTED:
            raise ValueError("price_percent needs price_percent_ref_type: what it counts from")


@attrs.frozen(kw_only=True, repr=False)
class SignalTrailing(Request):
    """Whether a target or a stop follows the price.

    :raises ValueError: ``percent`` is not above 0.
    """

    enabled: bool = attrs.field(default=True, validator=checked(flag))
    """Whether it does."""
    percent: Decimal | Omitted = attrs.field(
        default=OMITTED, converter=money_if_given, validator=checked(_ABOVE_ZERO, omitted=True)
    )
    """How far behind the best price, in percent."""


@attrs.frozen(kw_only=True, repr=False)
class SignalTakeProfitStep(Request):
    """One target.

    :raises ValueError: a number is not above 0, or a volume is above 100.
    """

    price_percent: Decimal = attrs.field(converter=money, validator=checked(_ABOVE_ZERO))
    """How far from the entry, in percent."""
    volume_percent: Decimal = attrs.field(default=_WHOLE, converter=money, validator=checked(_SHARE))
    """Which share of the position is sold there, in percent."""
    order_type: Literal["market", "limit"] = attrs.field(default="limit", validator=checked(_MARKET_OR_LIMIT))
    """By market, or at a limit."""
    trailing: SignalTrailing | Omitted = OMITTED
    """Whether it trails; the last step only."""


def _steps(value: Sequence[SignalTakeProfitStep]) -> tuple[SignalTakeProfitStep, ...]:
    return as_tuple(value)


@attrs.frozen(kw_only=True, repr=False)
class SignalTakeProfit(Request):
    """The targets of a position, in place of those of the bot; bots of the custom kind only.

    :raises ValueError: there are no steps or more than 8, their volumes do not add up to 100, or another step than the
        last trails.
    """

    steps: tuple[SignalTakeProfitStep, ...] = attrs.field(
        converter=_steps,
        validator=checked(each(instance(SignalTakeProfitStep), least=1, example="[SignalTakeProfitStep(...)]")),
    )
    """The targets, from 1 to 8."""
    enabled: bool = attrs.field(default=True, validator=checked(flag))
    """Whether there are any."""

    def __attrs_post_init__(self) -> None:
        if len(self.steps) > _MOST_STEPS:
            raise ValueError(f"steps may be {_MOST_STEPS} at most, not {len(self.steps)}")
        total = sum((step.volume_percent for step in self.steps), Decimal(0))
        if total != _WHOLE:
            raise ValueError(f"volume_percent of all steps must add up to 100, not {total}")
        if any(step.trailing is not OMITTED for step in self.steps[:-1]):
            raise ValueError("only the last step may trail")


@attrs.frozen(kw_only=True, repr=False)
class SignalStopLoss(Request):
    """The stop of a position, in place of that of the bot; bots of the custom kind only.

    :raises ValueError: ``trigger_price_percent`` is not above 0.
    """

    trigger_price_percent: Decimal = attrs.field(converter=money, validator=checked(_ABOVE_ZERO))
    """How far from the entry, in percent."""
    enabled: bool = attrs.field(default=True, validator=checked(flag))
    """Whether there is one."""
    order_type: Literal["market"] = attrs.field(default="market", init=False)
    """By market."""
    breakeven: bool | Omitted = attrs.field(default=OMITTED, validator=checked(flag, omitted=True))
    """Whether it moves to the entry once the first target is reached."""
    trailing: SignalTrailing | Omitted = OMITTED
    """Whether it trails."""


Side = Literal["long", "short", "flat"]
"""Which way a position goes; ``flat`` for none."""


@attrs.frozen(kw_only=True, repr=False)
class StrategyPosition(Request):
    """A position of a strategy, as the program has it.

    :raises ValueError: the size does not go with the side: 0 is flat, above 0 is not.
    """

    side: Side = attrs.field(validator=checked(one_of("long", "short", "flat")))
    """Which way it goes."""
    size: Decimal = attrs.field(converter=money, validator=checked(between(0)))
    """How large it is, in base currency or contracts; 0 where it is flat."""

    def __attrs_post_init__(self) -> None:
        if (self.size == 0) != (self.side == "flat"):
            raise ValueError(f"size must be 0 for a flat position and above 0 for any other, not {self.size}")


FLAT: Final = StrategyPosition(side="flat", size=0)
"""No position."""


def with_numbers(value: object) -> object:
    """Return what stands for a part of a message whose decimals are numbers in JSON."""
    if isinstance(value, Request):
        fields = ((field.name, getattr(value, field.name)) for field in attrs.fields(type(value)))
        return {name: with_numbers(item) for name, item in fields if item is not OMITTED}
    if isinstance(value, tuple):
        return [with_numbers(item) for item in cast("tuple[object, ...]", value)]
    return Number(value) if isinstance(value, Decimal) else value
