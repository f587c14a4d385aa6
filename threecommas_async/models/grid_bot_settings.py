"""What a grid bot is told to do."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, Literal, Self, TypedDict, Unpack

import attrs

from threecommas_async.models.base import OMITTED, Omitted
from threecommas_async.models.request import (
    Money,
    Request,
    checked,
    exact,
    flag,
    money,
    money_or_omitted,
    pair_name,
    word,
)
from threecommas_async.models.rules import between, money_if_given, one_of, text, whole_number

GridLeverageKind = Literal["cross", "isolated", "not_specified"]
"""Kinds of leverage of a grid bot; another word that the API takes can be given as a plain str."""

UPPER_STOP_LOSS_ACTIONS: Final = ("stop_bot", "stop_bot_and_buy", "stop_bot_and_close_position")
"""What a grid bot can be told to do above its upper stop price."""
LOWER_STOP_LOSS_ACTIONS: Final = ("stop_bot", "stop_bot_and_sell", "stop_bot_and_close_position")
"""What a grid bot can be told to do below its lower stop price."""

_ABOVE_ZERO: Final = between(0, exclusive=True)


@attrs.frozen(kw_only=True, repr=False)
class GridBotSettings(Request):
    """What a grid bot is told to do: what ``client.grid_bots.create`` and ``client.grid_bots.update`` send.

    Without a default is what the API wants of every bot. The rest is :data:`~threecommas_async.OMITTED`, which is not
    sent: a new bot then gets the vendor's default, an existing one keeps what it has. Where None is allowed it is sent
    as null, which takes the setting away. ``bot.settings()`` makes settings of a bot.

    What does not go together is refused by name when the object is made, before anything is sent.
    """

    name: str = attrs.field(validator=checked(text(shortest=1, longest=40)))
    """What the bot is called; 1 to 40 characters."""
    pair: str = attrs.field(validator=checked(pair_name))
    """What it trades, the quote currency first: ``USDT_ETH``. Only when the bot is created."""
    upper_price: Decimal = attrs.field(converter=money, validator=checked(_ABOVE_ZERO))
    """The price of the highest line."""
    lower_price: Decimal = attrs.field(converter=money, validator=checked(_ABOVE_ZERO))
    """The price of the lowest line."""
    grids_quantity: int = attrs.field(validator=checked(whole_number(2)))
    """How many lines there are, the highest and the lowest included. The most that there may be is up to the
    exchange."""
    quantity_per_grid: Decimal = attrs.field(converter=money, validator=checked(_ABOVE_ZERO))
    """Size of each line's order, in the currency of ``order_currency_type``."""

    grid_type: Literal["geometric", "arithmetic"] | Omitted = attrs.field(
        default=OMITTED, validator=checked(one_of("geometric", "arithmetic"), omitted=True)
    )
    """What neighbouring lines have in common: the ratio of their prices (``geometric``), or the difference
    (``arithmetic``)."""
    order_currency_type: Literal["base", "quote"] | Omitted = attrs.field(
        default=OMITTED, validator=checked(one_of("base", "quote"), omitted=True)
    )
    """The currency that ``quantity_per_grid`` is in. Only when the bot is created."""
    profit_currency_type: Literal["base", "quote"] | Omitted = attrs.field(
        default=OMITTED, validator=checked(one_of("base", "quote"), omitted=True)
    )
    """The currency that profits are made in. Only when the bot is created."""
    mode: Literal["reversal", "long", "short"] | Omitted = attrs.field(
        default=OMITTED, validator=checked(one_of("reversal", "long", "short"), omitted=True)
    )
    """The direction, on a futures account: ``long`` gains when the price rises, ``short`` when it falls. Only when the
    bot is created."""
    max_active_buy_lines: int | Omitted = attrs.field(default=OMITTED, validator=checked(whole_number(0), omitted=True))
    """The most buy orders that are placed at a time. The vendor's tables lack it, the vendor's example sends it."""
    max_active_sell_lines: int | Omitted = attrs.field(
        default=OMITTED, validator=checked(whole_number(0), omitted=True)
    )
    """The most sell orders that are placed at a time."""

    upper_stop_loss_enabled: bool | Omitted = attrs.field(default=OMITTED, validator=checked(flag, omitted=True))
    """Whether the bot stops when the price rises too far."""
    upper_stop_loss_price: Decimal | Omitted | None = attrs.field(
        default=OMITTED, converter=money_or_omitted, validator=checked(_ABOVE_ZERO, null=True, omitted=True)
    )
    """The price at which it does; needed when ``upper_stop_loss_enabled`` is on."""
    upper_stop_loss_action: Literal["stop_bot", "stop_bot_and_buy", "stop_bot_and_close_position"] | Omitted = (
        attrs.field(default=OMITTED, validator=checked(one_of(*UPPER_STOP_LOSS_ACTIONS), omitted=True))
    )
    """What it does then; needed when ``upper_stop_loss_enabled`` is on. ``stop_bot_and_close_position`` is for
    futures."""
    lower_stop_loss_enabled: bool | Omitted = attrs.field(default=OMITTED, validator=checked(flag, omitted=True))
    """Whether the bot stops when the price falls too far."""
    lower_stop_loss_price: Decimal | Omitted | None = attrs.field(
        default=OMITTED, converter=money_or_omitted, validator=checked(_ABOVE_ZERO, null=True, omitted=True)
    )
    """The price at which it does; needed when ``lower_stop_loss_enabled`` is on."""
    lower_stop_loss_action: Literal["stop_bot", "stop_bot_and_sell", "stop_bot_and_close_position"] | Omitted = (
        attrs.field(default=OMITTED, validator=checked(one_of(*LOWER_STOP_LOSS_ACTIONS), omitted=True))
    )
    """What it does then; needed when ``lower_stop_loss_enabled`` is on. ``stop_bot_and_close_position`` is for
    futures."""

    leverage_type: GridLeverageKind | str | Omitted = attrs.field(
        default=OMITTED, validator=checked(word, omitted=True)
    )
    """The kind of leverage on a futures account: ``cross`` or ``isolated``; a new bot can also be given, and spot bots
    have, ``not_specified``."""
    leverage_custom_value: Decimal | Omitted | None = attrs.field(
        default=OMITTED, converter=money_or_omitted, validator=checked(exact, null=True, omitted=True)
    )
    """The leverage; ``client.market_data.rates_with_leverage`` tells what the pair allows."""

    trailing_up_enabled: bool | Omitted = attrs.field(default=OMITTED, validator=checked(flag, omitted=True))
    """Whether the grid moves up with the price: a line is added at the top, and the lowest is taken away."""
    trailing_down_enabled: bool | Omitted = attrs.field(default=OMITTED, validator=checked(flag, omitted=True))
    """Whether it moves down with the price. The API never returns it."""
    expansion_down_enabled: bool | Omitted = attrs.field(default=OMITTED, validator=checked(flag, omitted=True))
    """Whether lines are added below as the price falls."""
    expansion_down_stop_price: Decimal | Omitted | None = attrs.field(
        default=OMITTED, converter=money_or_omitted, validator=checked(_ABOVE_ZERO, null=True, omitted=True)
    )
    """The price at which no more are added; needed when ``expansion_down_enabled`` is on."""
    expansion_up_enabled: bool | Omitted = attrs.field(default=OMITTED, validator=checked(flag, omitted=True))
    """Whether lines are added above as the price rises. The API never returns it."""
    expansion_up_stop_price: Decimal | Omitted = attrs.field(
        default=OMITTED, converter=money_if_given, validator=checked(_ABOVE_ZERO, omitted=True)
    )
    """The price at which no more are added; needed when ``expansion_up_enabled`` is on. The API never returns it."""

    note: str | Omitted | None = attrs.field(
        default=OMITTED, validator=checked(text(shortest=1, longest=300), null=True, omitted=True)
    )
    """A note of your own; 1 to 300 characters."""
    ignore_warnings: bool | Omitted = attrs.field(default=OMITTED, validator=checked(flag, omitted=True))
    """Whether the API is to do as it is told where it would warn. The API never returns it."""

    def __attrs_post_init__(self) -> None:
        if self.lower_price >= self.upper_price:
            raise ValueError(f"lower_price must be below upper_price, {self.upper_price:f}, not {self.lower_price:f}")
        _check_needed("upper_stop_loss_enabled", self, "upper_stop_loss_price", "upper_stop_loss_action")
        _check_needed("lower_stop_loss_enabled", self, "lower_stop_loss_price", "lower_stop_loss_action")
        _check_needed("expansion_down_enabled", self, "expansion_down_stop_price")
        _check_needed("expansion_up_enabled", self, "expansion_up_stop_price")

    def evolve(self, **changes: Unpack[GridBotChanges]) -> Self:
        """Return a copy with other values for some fields.

        :raises TypeError: there is no such field, or a value is of the wrong type.
        :raises ValueError: a value cannot be right, or does not go with the others.
        """
        return self.evolved(changes)


CREATE_ONLY: Final = frozenset({"pair", "order_currency_type", "profit_currency_type", "mode"})
"""What a grid bot is given when it is created, and keeps."""


class GridBotEdits(TypedDict, total=False):
    """What ``client.grid_bots.edit`` changes: the fields of :class:`GridBotSettings`, but for those that only a new bot
    is given."""

    name: str
    upper_price: Money
    lower_price: Money
    grids_quantity: int
    quantity_per_grid: Money
    grid_type: Literal["geometric", "arithmetic"] | Omitted
    max_active_buy_lines: int | Omitted
    max_active_sell_lines: int | Omitted
    upper_stop_loss_enabled: bool | Omitted
    upper_stop_loss_price: Money | Omitted | None
    upper_stop_loss_action: Literal["stop_bot", "stop_bot_and_buy", "stop_bot_and_close_position"] | Omitted
    lower_stop_loss_enabled: bool | Omitted
    lower_stop_loss_price: Money | Omitted | None
    lower_stop_loss_action: Literal["stop_bot", "stop_bot_and_sell", "stop_bot_and_close_position"] | Omitted
    leverage_type: GridLeverageKind | str | Omitted
    leverage_custom_value: Money | Omitted | None
    trailing_up_enabled: bool | Omitted
    trailing_down_enabled: bool | Omitted
    expansion_down_enabled: bool | Omitted
    expansion_down_stop_price: Money | Omitted | None
    expansion_up_enabled: bool | Omitted
    expansion_up_stop_price: Money | Omitted
    note: str | Omitted | None
    ignore_warnings: bool | Omitted


class GridBotChanges(GridBotEdits, total=False):
    """What :meth:`GridBotSettings.evolve` changes: all of its fields."""

    pair: str
    order_currency_type: Literal["base", "quote"] | Omitted
    profit_currency_type: Literal["base", "quote"] | Omitted
    mode: Literal["reversal", "long", "short"] | Omitted


def _check_needed(switch: str, settings: GridBotSettings, *names: str) -> None:
    """Check that what is switched on says what it needs."""
    if getattr(settings, switch) is not True:
        return
    for name in names:
        if getattr(settings, name) is None or getattr(settings, name) is OMITTED:
            raise ValueError(f"{name} is required when {switch} is on")
