"""Steps of a take profit and of safety orders: as they are read, and as they are sent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import attrs

from threecommas_async.models.base import OMITTED, Model, Omitted
from threecommas_async.models.editable import complete
from threecommas_async.models.request import Request, checked, exact, flag, money, number
from threecommas_async.models.rules import as_tuple, between, check_shares, whole_number


@attrs.frozen(kw_only=True, repr=False)
class TakeProfitStepSettings(Request):
    """A step of a take profit, as it is sent. Up to four; their shares sum to 100."""

    amount_percentage: Decimal = attrs.field(converter=money, validator=checked(between(0, 100)))
    """The share of the position that the step sells, in percent."""
    profit_percentage: Decimal = attrs.field(converter=money, validator=checked(exact))
    """The profit at which it sells, in percent."""
    id: int | Omitted = attrs.field(default=OMITTED, validator=checked(number, omitted=True), eq=False)
    """Number of the step. Steps of a deal have it, those of a bot are sent without."""


@attrs.frozen(kw_only=True, repr=False)
class SafetyStepSettings(Request):
    """A safety order with a distance and size of its own, as it is sent."""

    deviation: Decimal = attrs.field(converter=money, validator=checked(between(-100, 10000)))
    """How far from the price of the base order it lies, in percent: below 0 is under it. From -100 to 10000."""
    size: Decimal = attrs.field(converter=money, validator=checked(exact))
    """Its size, in the unit that ``safety_order_volume_type`` says."""
    editable: bool | Omitted = attrs.field(default=OMITTED, validator=checked(flag, omitted=True), eq=False)
    """Of a deal's step: whether it can still be changed. One that cannot is sent back as it was read."""


@attrs.frozen(kw_only=True, repr=False)
class BreakevenSettings(Request):
    """How far a stop loss moves up while the steps of the take profit are reached, as it is sent."""

    upper_breakeven_limit: int = attrs.field(validator=checked(whole_number(0)))
    """The last place that it moves to: 0 is the price of entry, 1 the first step of the take profit, 2 the second."""


def take_profit_steps(
    value: Sequence[TakeProfitStepSettings] | Omitted,
) -> tuple[TakeProfitStepSettings, ...] | Omitted:
    """Take in steps that may not be sent, for an attrs field."""
    return value if isinstance(value, Omitted) else as_tuple(value)


def safety_steps(value: Sequence[SafetyStepSettings] | Omitted) -> tuple[SafetyStepSettings, ...] | Omitted:
    """Take in steps that may not be sent, for an attrs field."""
    return value if isinstance(value, Omitted) else as_tuple(value)


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class BotTakeProfitStep(Model):
    """A step of a bot's take profit."""

    id: int | None = None
    """Number of the step, from 0."""
    amount_percentage: Decimal | None = None
    """The share of the position that it sells, in percent."""
    profit_percentage: Decimal | None = None
    """The profit at which it sells, in percent."""

    def settings(self) -> TakeProfitStepSettings:
        """Return the step as it is sent to a bot.

        :raises ValueError: something of it could not be read, and would be lost.
        """
        return TakeProfitStepSettings(**complete(self, "amount_percentage", "profit_percentage"))


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SafetyStep(Model):
    """A safety order with a distance and size of its own."""

    deviation: Decimal | None = None
    """How far from the price of the base order it lies, in percent: below 0 is under it."""
    size: Decimal | None = None
    """Its size, in the unit that ``safety_order_volume_type`` says."""
    editable: bool | None = None
    """Of a deal's step: whether it can still be changed."""

    def settings(self) -> SafetyStepSettings:
        """Return the step as it is sent.

        :raises ValueError: something of it could not be read, and would be lost.
        """
        editable = OMITTED if self.editable is None else self.editable
        return SafetyStepSettings(**complete(self, "deviation", "size"), editable=editable)


def check_take_profit(
    take_profit: Decimal | Omitted | None, steps: tuple[TakeProfitStepSettings, ...] | Omitted | None
) -> None:
    """Check that a take profit and its steps go together."""
    if steps is OMITTED or not steps:
        return
    check_shares("take_profit_steps", [step.amount_percentage for step in steps])
    if take_profit is OMITTED or take_profit != 0:
        raise ValueError("take_profit must be 0 together with take_profit_steps")


def check_breakeven(enabled: bool | Omitted | None, steps: tuple[TakeProfitStepSettings, ...] | Omitted | None) -> None:
    """Check that a stop loss that moves has the steps to move along; whether OMITTED ones do is not known here."""
    if enabled is True and steps is not OMITTED and len(steps or ()) < 2:
        raise ValueError("sl_to_breakeven_enabled wants at least two take_profit_steps")
