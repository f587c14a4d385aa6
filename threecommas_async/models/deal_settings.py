"""What can be changed of a running deal."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, Literal, TypedDict

import attrs

from threecommas_async.models.base import OMITTED, Omitted
from threecommas_async.models.dca_steps import (
    BreakevenSettings,
    SafetyStepSettings,
    TakeProfitStepSettings,
    check_breakeven,
    check_take_profit,
    safety_steps,
    take_profit_steps,
)
from threecommas_async.models.request import Money, Request, checked, exact, flag, money_or_omitted
from threecommas_async.models.rules import (
    between,
    check_timeout,
    each,
    instance,
    money_if_given,
    one_of,
    text,
    whole_number,
)

_STEPS: Final = each(
    instance(TakeProfitStepSettings), example="[TakeProfitStepSettings(amount_percentage=100, profit_percentage=2)]"
)
_SAFETY_STEPS: Final = each(instance(SafetyStepSettings), example="[SafetyStepSettings(deviation='-1.1', size=10)]")


@attrs.frozen(kw_only=True, repr=False)
class DealSettings(Request):
    """What ``client.deals.update`` changes of a deal. What is :data:`~threecommas_async.OMITTED` stays as it is."""

    take_profit: Decimal | Omitted | None = attrs.field(
        default=OMITTED, converter=money_or_omitted, validator=checked(exact, null=True, omitted=True)
    )
    """The profit at which the deal is closed, in percent. 0 together with ``take_profit_steps``."""
    take_profit_steps: tuple[TakeProfitStepSettings, ...] | Omitted = attrs.field(
        default=OMITTED, converter=take_profit_steps, validator=checked(_STEPS, omitted=True)
    )
    """Up to four steps that each sell a share of the position; the shares sum to 100, and ``take_profit`` is 0."""
    take_profit_type: Literal["base", "total"] | Omitted = attrs.field(
        default=OMITTED, validator=checked(one_of("base", "total"), omitted=True)
    )
    """What the take profit is a percentage of: the ``base`` order, or the ``total`` that was bought. The vendor's table
    calls it required, and the vendor's example leaves it out."""
    profit_currency: Literal["quote_currency", "base_currency"] | Omitted = attrs.field(
        default=OMITTED, validator=checked(one_of("quote_currency", "base_currency"), omitted=True)
    )
    """The currency that the profit is made in."""
    trailing_enabled: bool | Omitted = attrs.field(default=OMITTED, validator=checked(flag, omitted=True))
    """Whether the take profit follows the price."""
    sl_to_breakeven_enabled: bool | Omitted = attrs.field(default=OMITTED, validator=checked(flag, omitted=True))
    """Whether the stop loss moves up to the price of entry as steps of the take profit are reached; wants at least two
    steps."""
    sl_to_breakeven_data: BreakevenSettings | Omitted | None = attrs.field(
        default=OMITTED, validator=checked(instance(BreakevenSettings), null=True, omitted=True)
    )
    """How far up it moves."""
    max_safety_orders: int | Omitted = attrs.field(
        default=OMITTED, validator=checked(whole_number(0, 200), omitted=True)
    )
    """The most safety orders of the deal; 0 to 200."""
    active_safety_orders_count: int | Omitted = attrs.field(
        default=OMITTED, validator=checked(whole_number(0), omitted=True)
    )
    """How many of them are placed on the exchange at a time."""
    custom_safety_steps: tuple[SafetyStepSettings, ...] | Omitted = attrs.field(
        default=OMITTED, converter=safety_steps, validator=checked(_SAFETY_STEPS, omitted=True)
    )
    """Safety orders one by one, in place of the coefficients. Those that are done are sent as they were read."""
    stop_loss_percentage: Decimal | Omitted = attrs.field(
        default=OMITTED, converter=money_if_given, validator=checked(between(0), omitted=True)
    )
    """The loss at which the deal is closed, in percent and above 0; 0 is no stop loss."""
    stop_loss_timeout_enabled: bool | Omitted = attrs.field(default=OMITTED, validator=checked(flag, omitted=True))
    """Whether the price must stay beyond the stop loss for a while, before the deal is closed."""
    stop_loss_timeout_in_seconds: int | Omitted = attrs.field(
        default=OMITTED, validator=checked(whole_number(0), omitted=True)
    )
    """How long that is, in seconds; needed when ``stop_loss_timeout_enabled`` is switched on."""
    tsl_enabled: bool | Omitted = attrs.field(default=OMITTED, validator=checked(flag, omitted=True))
    """Whether the stop loss follows the price."""
    stop_loss_type: Literal["stop_loss", "stop_loss_and_disable_bot"] | Omitted = attrs.field(
        default=OMITTED, validator=checked(one_of("stop_loss", "stop_loss_and_disable_bot"), omitted=True)
    )
    """What a stop loss does: close the deal, or switch the bot off as well."""
    close_timeout: int | Omitted | None = attrs.field(
        default=OMITTED, validator=checked(whole_number(60), null=True, omitted=True)
    )
    """After how many seconds the deal is closed in any case; at least 60."""
    note: str | Omitted | None = attrs.field(default=OMITTED, validator=checked(text(), null=True, omitted=True))
    """A note of your own."""
    min_profit_percentage: Decimal | Omitted | None = attrs.field(
        default=OMITTED, converter=money_or_omitted, validator=checked(exact, null=True, omitted=True)
    )
    """The profit without which no strategy closes the deal, in percent."""

    def __attrs_post_init__(self) -> None:
        check_take_profit(self.take_profit, self.take_profit_steps)
        check_breakeven(self.sl_to_breakeven_enabled, self.take_profit_steps)
        check_timeout(self.stop_loss_timeout_enabled, self.stop_loss_timeout_in_seconds)


class DealChanges(TypedDict, total=False):
    """What ``client.deals.update`` takes: the fields of :class:`DealSettings`."""

    take_profit: Money | Omitted | None
    take_profit_steps: Sequence[TakeProfitStepSettings] | Omitted
    take_profit_type: Literal["base", "total"] | Omitted
    profit_currency: Literal["quote_currency", "base_currency"] | Omitted
    trailing_enabled: bool | Omitted
    sl_to_breakeven_enabled: bool | Omitted
    sl_to_breakeven_data: BreakevenSettings | Omitted | None
    max_safety_orders: int | Omitted
    active_safety_orders_count: int | Omitted
    custom_safety_steps: Sequence[SafetyStepSettings] | Omitted
    stop_loss_percentage: Money | Omitted
    stop_loss_timeout_enabled: bool | Omitted
    stop_loss_timeout_in_seconds: int | Omitted
    tsl_enabled: bool | Omitted
    stop_loss_type: Literal["stop_loss", "stop_loss_and_disable_bot"] | Omitted
    close_timeout: int | Omitted | None
    note: str | Omitted | None
    min_profit_percentage: Money | Omitted | None
