"""What a DCA bot is told to do."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, Literal, Self, TypedDict, Unpack

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
from threecommas_async.models.editable import COMPARED_BY
from threecommas_async.models.request import (
    Money,
    Request,
    checked,
    exact,
    flag,
    money,
    money_or_none,
    money_or_omitted,
    word,
)
from threecommas_async.models.rules import (
    between,
    check_timeout,
    each,
    instance,
    money_if_given,
    one_of,
    pairs,
    text,
    texts,
    whole_number,
)
from threecommas_async.models.strategy import StrategySettings, strategies, strategies_if_given

VolumeType = Literal["quote_currency", "base_currency", "percent", "xbt"]
"""Units of an order's size; another word that the API takes can be given as a plain str."""

LeverageKind = Literal["cross", "isolated", "custom", "not_specified"]
"""Kinds of leverage; another word that the API takes can be given as a plain str."""

_STRATEGY: Final = instance(StrategySettings)
_STRATEGIES: Final = each(_STRATEGY, example="[StrategySettings(strategy='nonstop')]")
_STEPS: Final = each(
    instance(TakeProfitStepSettings), example="[TakeProfitStepSettings(amount_percentage=100, profit_percentage=2)]"
)
_SAFETY_STEPS: Final = each(instance(SafetyStepSettings), example="[SafetyStepSettings(deviation='-1.1', size=10)]")
_COEFFICIENT: Final = between("0.1", 10)
_PRICE_PERCENTAGE: Final = between(-95, 1000, exclusive=True)


@attrs.frozen(kw_only=True, repr=False)
class DcaBotSettings(Request):
    """What a DCA bot is told to do: what ``client.bots.create`` and ``client.bots.update`` send.

    Without a default is what the API wants of every bot. The rest is :data:`~threecommas_async.OMITTED`, which is not
    sent: a new bot then gets the vendor's default, an existing one keeps what it has. Where None is allowed it is sent
    as null, which takes the setting away. ``bot.settings()`` makes settings of a bot.

    What does not go together is refused by name when the object is made, before anything is sent.
    """

    name: str = attrs.field(validator=checked(text(shortest=1, longest=200)))
    """What the bot is called; 1 to 200 characters."""
    pairs: tuple[str, ...] = attrs.field(converter=texts, validator=checked(pairs), metadata={COMPARED_BY: frozenset})
    """What it trades, the quote currency first: ``["USDT_ETH"]``. With more than one it becomes a multi-pair bot."""
    strategy_list: tuple[StrategySettings, ...] = attrs.field(converter=strategies, validator=checked(_STRATEGIES))
    """The conditions under which it opens a deal."""
    base_order_volume: Decimal = attrs.field(converter=money, validator=checked(exact))
    """Size of a deal's first order, in the unit of ``base_order_volume_type``."""
    take_profit_type: Literal["base", "total"] = attrs.field(validator=checked(one_of("base", "total")))
    """What the take profit is a percentage of: the ``base`` order, or the ``total`` that was bought."""
    take_profit: Decimal | None = attrs.field(converter=money_or_none, validator=checked(exact, null=True))
    """The profit at which a deal is closed, in percent. 0 together with ``take_profit_steps``; None, or 0, where
    ``close_strategy_list`` closes deals."""
    safety_order_volume: Decimal = attrs.field(converter=money, validator=checked(exact))
    """Size of the first safety order, in the unit of ``safety_order_volume_type``."""
    safety_order_step_percentage: Decimal = attrs.field(converter=money, validator=checked(exact))
    """How far below the base order (above it, when short) the first safety order lies, in percent."""
    max_safety_orders: int = attrs.field(validator=checked(whole_number(0, 200)))
    """The most safety orders of a deal; 0 to 200."""
    active_safety_orders_count: int = attrs.field(validator=checked(whole_number(0)))
    """How many of them are placed on the exchange at a time."""
    martingale_volume_coefficient: Decimal = attrs.field(converter=money, validator=checked(_COEFFICIENT))
    """By how much each safety order is larger than the one before; 0.1 to 10, 1 for equal sizes."""
    martingale_step_coefficient: Decimal = attrs.field(converter=money, validator=checked(_COEFFICIENT))
    """By how much the distance grows from one safety order to the next; 0.1 to 10, 1 for equal distances."""

    base_order_volume_type: VolumeType | str | Omitted = attrs.field(
        default=OMITTED, validator=checked(word, omitted=True)
    )
    """The unit of ``base_order_volume``: ``quote_currency``, ``base_currency``, or ``percent`` of what is
    available."""
    safety_order_volume_type: VolumeType | str | Omitted = attrs.field(
        default=OMITTED, validator=checked(word, omitted=True)
    )
    """The unit of ``safety_order_volume``: ``quote_currency``, ``base_currency`` or ``percent``."""
    strategy: Literal["long", "short"] | Omitted = attrs.field(
        default=OMITTED, validator=checked(one_of("long", "short"), omitted=True)
    )
    """The direction: ``long`` buys first, ``short`` sells first. Only when the bot is created."""
    profit_currency: Literal["quote_currency", "base_currency"] | Omitted = attrs.field(
        default=OMITTED, validator=checked(one_of("quote_currency", "base_currency"), omitted=True)
    )
    """The currency that profits are made in."""
    start_order_type: Literal["limit", "market"] | Omitted = attrs.field(
        default=OMITTED, validator=checked(one_of("limit", "market"), omitted=True)
    )
    """The kind of order that opens a deal."""
    max_active_deals: int | Omitted = attrs.field(
        default=OMITTED, validator=checked(whole_number(1, 199), omitted=True)
    )
    """The most deals at a time; 1 to 199, by default 1. No more than the bot has pairs."""
    allowed_deals_on_same_pair: int | Omitted | None = attrs.field(
        default=OMITTED, validator=checked(whole_number(0), null=True, omitted=True)
    )
    """The most deals at a time on one pair; for bots of several pairs."""
    disable_after_deals_count: int | Omitted | None = attrs.field(
        default=OMITTED, validator=checked(whole_number(0), null=True, omitted=True)
    )
    """After how many deals the bot switches itself off."""

    leverage_type: LeverageKind | str | Omitted = attrs.field(default=OMITTED, validator=checked(word, omitted=True))
    """The kind of leverage on a futures account: ``cross`` or ``isolated``; spot bots have ``not_specified``."""
    leverage_custom_value: Decimal | Omitted | None = attrs.field(
        default=OMITTED, converter=money_or_omitted, validator=checked(exact, null=True, omitted=True)
    )
    """The leverage; ``client.market_data.rates_with_leverage`` tells what the pair allows."""

    trailing_enabled: bool | Omitted = attrs.field(default=OMITTED, validator=checked(flag, omitted=True))
    """Whether the take profit follows the price, by ``trailing_deviation``."""
    trailing_deviation: Decimal | Omitted = attrs.field(
        default=OMITTED, converter=money_if_given, validator=checked(exact, omitted=True)
    )
    """How far the price must fall back (rise, when short) from its best for a trailing take profit to close the deal,
    in percent."""
    take_profit_steps: tuple[TakeProfitStepSettings, ...] | Omitted = attrs.field(
        default=OMITTED, converter=take_profit_steps, validator=checked(_STEPS, omitted=True)
    )
    """Up to four steps that each sell a share of the position; the shares sum to 100, and ``take_profit`` is 0."""
    close_strategy_list: tuple[StrategySettings, ...] | Omitted = attrs.field(
        default=OMITTED, converter=strategies_if_given, validator=checked(_STRATEGIES, omitted=True)
    )
    """The conditions under which it closes a deal."""
    min_profit_type: Literal["base_order_volume", "total_bought_volume"] | Omitted | None = attrs.field(
        default=OMITTED,
        validator=checked(one_of("base_order_volume", "total_bought_volume"), null=True, omitted=True),
    )
    """What ``min_profit_percentage`` is a percentage of."""
    min_profit_percentage: Decimal | Omitted | None = attrs.field(
        default=OMITTED, converter=money_or_omitted, validator=checked(exact, null=True, omitted=True)
    )
    """The profit without which ``close_strategy_list`` closes no deal, in percent."""
    close_deals_timeout: int | Omitted | None = attrs.field(
        default=OMITTED, validator=checked(whole_number(60), null=True, omitted=True)
    )
    """After how many seconds a deal is closed in any case; at least 60."""

    stop_loss_percentage: Decimal | Omitted = attrs.field(
        default=OMITTED, converter=money_if_given, validator=checked(between(0), omitted=True)
    )
    """The loss at which a deal is closed, in percent and above 0; 0 is no stop loss. It must lie beyond the last safety
    order."""
    stop_loss_type: Literal["stop_loss", "stop_loss_and_disable_bot"] | Omitted = attrs.field(
        default=OMITTED, validator=checked(one_of("stop_loss", "stop_loss_and_disable_bot"), omitted=True)
    )
    """What a stop loss does: close the deal, or switch the bot off as well."""
    tsl_enabled: bool | Omitted = attrs.field(default=OMITTED, validator=checked(flag, omitted=True))
    """Whether the stop loss follows the price."""
    stop_loss_timeout_enabled: bool | Omitted = attrs.field(default=OMITTED, validator=checked(flag, omitted=True))
    """Whether the price must stay beyond the stop loss for a while, before the deal is closed."""
    stop_loss_timeout_in_seconds: int | Omitted = attrs.field(
        default=OMITTED, validator=checked(whole_number(0), omitted=True)
    )
    """How long that is, in seconds; needed when ``stop_loss_timeout_enabled`` is on."""
    sl_to_breakeven_enabled: bool | Omitted = attrs.field(default=OMITTED, validator=checked(flag, omitted=True))
    """Whether the stop loss moves up to the price of entry as steps of the take profit are reached; wants at least two
    steps. The API never returns it."""
    sl_to_breakeven_data: BreakevenSettings | Omitted | None = attrs.field(
        default=OMITTED, validator=checked(instance(BreakevenSettings), null=True, omitted=True)
    )
    """How far up it moves. The API never returns it."""
    risk_reduction_percentage: Decimal | Omitted | None = attrs.field(
        default=OMITTED, converter=money_or_omitted, validator=checked(exact, null=True, omitted=True)
    )
    """How much of the bot's losses makes its next orders smaller, in percent."""
    reinvesting_percentage: Decimal | Omitted | None = attrs.field(
        default=OMITTED, converter=money_or_omitted, validator=checked(between(0, 100), null=True, omitted=True)
    )
    """How much of the bot's profits makes its next orders larger, in percent from 0 to 100."""

    safety_strategy_list: tuple[StrategySettings, ...] | Omitted = attrs.field(
        default=OMITTED, converter=strategies_if_given, validator=checked(_STRATEGIES, omitted=True)
    )
    """The conditions under which safety orders are placed. Only when the bot is created."""
    custom_safety_steps: tuple[SafetyStepSettings, ...] | Omitted = attrs.field(
        default=OMITTED, converter=safety_steps, validator=checked(_SAFETY_STEPS, omitted=True)
    )
    """Safety orders one by one, in place of the coefficients."""

    min_volume_btc_24h: Decimal | Omitted = attrs.field(
        default=OMITTED, converter=money_if_given, validator=checked(between(0), omitted=True)
    )
    """The volume that a pair must have had in the last 24 hours for a deal to be opened, in BTC; 0 for any."""
    min_price: Decimal | Omitted | None = attrs.field(
        default=OMITTED, converter=money_or_omitted, validator=checked(exact, null=True, omitted=True)
    )
    """The lowest price at which deals are opened. Only when the bot is created."""
    max_price: Decimal | Omitted | None = attrs.field(
        default=OMITTED, converter=money_or_omitted, validator=checked(exact, null=True, omitted=True)
    )
    """The highest price at which deals are opened. Only when the bot is created."""
    min_price_percentage: Decimal | Omitted | None = attrs.field(
        default=OMITTED, converter=money_or_omitted, validator=checked(_PRICE_PERCENTAGE, null=True, omitted=True)
    )
    """The same for bots of several pairs, in percent; above -95 and below 1000."""
    max_price_percentage: Decimal | Omitted | None = attrs.field(
        default=OMITTED, converter=money_or_omitted, validator=checked(_PRICE_PERCENTAGE, null=True, omitted=True)
    )
    """The same for bots of several pairs, in percent; above -95 and below 1000."""
    deal_start_delay_seconds: int | Omitted | None = attrs.field(
        default=OMITTED, validator=checked(whole_number(0), null=True, omitted=True)
    )
    """How many seconds a deal waits before it begins."""
    cooldown: Decimal | Omitted = attrs.field(
        default=OMITTED, converter=money_if_given, validator=checked(between(0, 2592000), omitted=True)
    )
    """How many seconds a pair rests after a deal; 0 to 2592000, which is 30 days."""

    def __attrs_post_init__(self) -> None:
        if len(self.pairs) > 1 and any(one.strategy == "nonstop" for one in self.strategy_list):
            raise ValueError("strategy_list must not have 'nonstop' with more than one of pairs")
        check_take_profit(self.take_profit, self.take_profit_steps)
        check_breakeven(self.sl_to_breakeven_enabled, self.take_profit_steps or ())
        check_timeout(self.stop_loss_timeout_enabled, self.stop_loss_timeout_in_seconds)
        if self.trailing_enabled is True and self.trailing_deviation is OMITTED:
            raise ValueError("trailing_deviation is required when trailing_enabled is on")

    def evolve(self, **changes: Unpack[DcaBotChanges]) -> Self:
        """Return a copy with other values for some fields.

        :raises TypeError: there is no such field, or a value is of the wrong type.
        :raises ValueError: a value cannot be right, or does not go with the others.
        """
        return self.evolved(changes)


CREATE_ONLY: Final = frozenset({"strategy", "safety_strategy_list", "min_price", "max_price"})
"""What a bot is given when it is created, and keeps."""


class DcaBotEdits(TypedDict, total=False):
    """What ``client.bots.edit`` changes: the fields of :class:`DcaBotSettings`, but for those that a bot keeps."""

    name: str
    pairs: Sequence[str]
    strategy_list: Sequence[StrategySettings]
    base_order_volume: Money
    take_profit_type: Literal["base", "total"]
    take_profit: Money | None
    safety_order_volume: Money
    safety_order_step_percentage: Money
    max_safety_orders: int
    active_safety_orders_count: int
    martingale_volume_coefficient: Money
    martingale_step_coefficient: Money
    base_order_volume_type: VolumeType | str | Omitted
    safety_order_volume_type: VolumeType | str | Omitted
    profit_currency: Literal["quote_currency", "base_currency"] | Omitted
    start_order_type: Literal["limit", "market"] | Omitted
    max_active_deals: int | Omitted
    allowed_deals_on_same_pair: int | Omitted | None
    disable_after_deals_count: int | Omitted | None
    leverage_type: LeverageKind | str | Omitted
    leverage_custom_value: Money | Omitted | None
    trailing_enabled: bool | Omitted
    trailing_deviation: Money | Omitted
    take_profit_steps: Sequence[TakeProfitStepSettings] | Omitted
    close_strategy_list: Sequence[StrategySettings] | Omitted
    min_profit_type: Literal["base_order_volume", "total_bought_volume"] | Omitted | None
    min_profit_percentage: Money | Omitted | None
    close_deals_timeout: int | Omitted | None
    stop_loss_percentage: Money | Omitted
    stop_loss_type: Literal["stop_loss", "stop_loss_and_disable_bot"] | Omitted
    tsl_enabled: bool | Omitted
    stop_loss_timeout_enabled: bool | Omitted
    stop_loss_timeout_in_seconds: int | Omitted
    sl_to_breakeven_enabled: bool | Omitted
    sl_to_breakeven_data: BreakevenSettings | Omitted | None
    risk_reduction_percentage: Money | Omitted | None
    reinvesting_percentage: Money | Omitted | None
    custom_safety_steps: Sequence[SafetyStepSettings] | Omitted
    min_volume_btc_24h: Money | Omitted
    min_price_percentage: Money | Omitted | None
    max_price_percentage: Money | Omitted | None
    deal_start_delay_seconds: int | Omitted | None
    cooldown: Money | Omitted


class DcaBotChanges(DcaBotEdits, total=False):
    """What :meth:`DcaBotSettings.evolve` changes: all of its fields."""

    strategy: Literal["long", "short"] | Omitted
    safety_strategy_list: Sequence[StrategySettings] | Omitted
    min_price: Money | Omitted | None
    max_price: Money | Omitted | None
