"""Grid bots: lines at which they buy and sell, what that brought, and the orders behind it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import attrs

from threecommas_async.models.base import OMITTED, BoolAsText, IntAsText, Model, Omitted
from threecommas_async.models.editable import Editable
from threecommas_async.models.grid_bot_settings import (
    LOWER_STOP_LOSS_ACTIONS,
    UPPER_STOP_LOSS_ACTIONS,
    GridBotSettings,
)

_SENDABLE: Final[Mapping[str, tuple[str, ...]]] = {
    "upper_stop_loss_action": UPPER_STOP_LOSS_ACTIONS,
    "lower_stop_loss_action": LOWER_STOP_LOSS_ACTIONS,
}


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class GridBotLine(Model):
    """A price at which a grid bot buys or sells."""

    SHOWN = ("id", "price", "side", "order_placed")

    id: int | None = None
    """Number of the line."""
    price: Decimal | None = None
    """Its price."""
    side: str | None = None
    """What happens there: ``buy`` or ``sell``; None at the line that waits for the next one to be filled, and at every
    line of a bot that is switched off."""
    order_placed: bool | None = None
    """Whether its order is placed on the exchange."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class GridBot(Editable):
    """A bot that buys and sells at the lines of a grid of prices. Vendor's page: "Grid Bot entity".

    Only ``id`` is always there; every other field is None where the API left it out or sent null. Amounts and
    percentages are exact; numbers and booleans that the API writes as texts are numbers and booleans here.
    :meth:`settings` has what the bot is told to do in the form in which it is sent.
    """

    SHOWN = ("id", "name", "pair", "is_enabled", "lower_price", "upper_price", "grids_quantity")
    SETTINGS = GridBotSettings
    COMPARED = ("account_id", "strategy_type")

    account_id: int | None = None
    """The account that it trades on."""
    account_name: str | None = None
    """What its owner calls that account."""
    name: str | None = None
    """What the bot is called."""
    pair: str | None = None
    """What it trades, the quote currency first: ``USDT_ETH``."""
    is_enabled: bool | None = None
    """Whether it trades."""
    editable: bool | None = None
    """Whether it can be changed now; briefly not, after it was switched off or changed."""
    strategy_type: str | None = None
    """How it was set up: ``manual``."""
    note: str | None = None
    """A note of its owner's."""
    created_at: datetime | None = None
    """When it was created."""
    updated_at: datetime | None = None
    """When it last changed."""

    upper_price: Decimal | None = None
    """The price of the highest line; a grid that moves with the price takes it along."""
    lower_price: Decimal | None = None
    """The price of the lowest line; a grid that moves with the price takes it along."""
    grids_quantity: IntAsText | None = None
    """How many lines there are."""
    grid_type: str | None = None
    """``geometric`` for lines with the same ratio, ``arithmetic`` for lines with the same difference."""
    grid_price_step: Decimal | None = None
    """That ratio, or that difference."""
    grid_lines: tuple[GridBotLine, ...] | None = None
    """The lines, in no order that could be relied on: see :attr:`lines_by_price`."""
    quantity_per_grid: Decimal | None = None
    """Size of each line's order, in the currency of ``order_currency_type``."""
    order_currency_type: str | None = None
    """The currency that sizes are in: ``base`` or ``quote``."""
    profit_currency_type: str | None = None
    """The currency that profits are made in: ``base`` or ``quote``."""
    max_active_buy_lines: IntAsText | None = None
    """The most buy orders that are placed at a time."""
    max_active_sell_lines: IntAsText | None = None
    """The most sell orders that are placed at a time."""
    mode: str | None = None
    """The direction, on futures: ``long``, ``short`` or ``reversal``; None otherwise, and in answers to switching it
    on."""
    leverage_type: str | None = None
    """The kind of leverage: ``cross``, ``isolated``, or ``not_specified``."""
    leverage_custom_value: Decimal | None = None
    """The leverage, if it was chosen."""

    trailing_up_enabled: BoolAsText | None = None
    """Whether the grid moves up with the price."""
    expansion_down_enabled: BoolAsText | None = None
    """Whether lines are added below as the price falls."""
    expansion_down_stop_price: Decimal | None = None
    """The price at which no more are added."""
    upper_stop_loss_enabled: bool | None = None
    """Whether it stops when the price rises too far."""
    upper_stop_loss_price: Decimal | None = None
    """The price at which it does."""
    upper_stop_loss_action: str | None = None
    """What it does then: ``stop_bot``, ``stop_bot_and_buy``, ``stop_bot_and_sell`` or
    ``stop_bot_and_close_position``."""
    lower_stop_loss_enabled: bool | None = None
    """Whether it stops when the price falls too far."""
    lower_stop_loss_price: Decimal | None = None
    """The price at which it does."""
    lower_stop_loss_action: str | None = None
    """What it does then: ``stop_bot``, ``stop_bot_and_buy``, ``stop_bot_and_sell`` or
    ``stop_bot_and_close_position``."""

    start_price: Decimal | None = None
    """The price at which it was switched on; None before that."""
    current_price: Decimal | None = None
    """The price of its pair."""
    orderbook_price_currency: str | None = None
    """The currency that prices in the order book are in."""
    current_profit: Decimal | None = None
    """What its lines made, in the currency of ``profit_currency_type``."""
    current_profit_usd: Decimal | None = None
    """The same in USD."""
    total_profits_count: IntAsText | None = None
    """How many times a line made a profit."""
    profit_percentage: Decimal | None = None
    """What its lines made, in percent of what was invested."""
    unrealized_profit_loss: Decimal | None = None
    """What it holds would gain or lose, were it sold now."""
    current_profit_loss: Decimal | None = None
    """``current_profit`` and ``unrealized_profit_loss`` together; None while it is switched off."""
    current_profit_loss_percent: Decimal | None = None
    """The same in percent of what was invested."""
    investment_base_currency: Decimal | None = None
    """What was invested, in the base currency; 0 while it is switched off."""
    investment_quote_currency: Decimal | None = None
    """What was invested, in the quote currency; 0 while it is switched off."""
    bought_volume: Decimal | None = None
    """Not documented by the vendor; 0 wherever it has been seen."""
    sold_volume: Decimal | None = None
    """Not documented by the vendor; 0 wherever it has been seen."""

    @property
    def quote_currency(self) -> str | None:
        """The currency that prices are in: USDT of ``USDT_ETH``."""
        return self.pair.partition("_")[0] if self.pair else None

    @property
    def base_currency(self) -> str | None:
        """The currency that is bought and sold: ETH of ``USDT_ETH``."""
        return self.pair.partition("_")[2] if self.pair else None

    @property
    def profit_currency(self) -> str | None:
        """The currency that profits are made in, by its name; None where the API does not say."""
        return {"quote": self.quote_currency, "base": self.base_currency}.get(self.profit_currency_type or "")

    @property
    def lines_by_price(self) -> tuple[GridBotLine, ...]:
        """The lines, the highest first; without those whose price could not be read."""
        priced = [(line.price, line) for line in self.grid_lines or () if line.price is not None]
        return tuple([line for _, line in sorted(priced, key=lambda one: one[0], reverse=True)])

    def setting(self, name: str) -> object:
        """Return what stands for one field of :class:`GridBotSettings`; OMITTED where the response did not have it.

        :raises ValueError: the value came, but could not be read, and writing it back would lose it.
        """
        value = super().setting(name)
        if name == "note" and value == "":
            return None  # an empty note can be read, but not be sent
        if name in _SENDABLE and value not in _SENDABLE[name]:
            return OMITTED  # the page of the entity knows more actions than can be sent: such a one is left alone
        return value

    def settings(
        self,
        *,
        trailing_down_enabled: bool | Omitted = OMITTED,
        expansion_up_enabled: bool | Omitted = OMITTED,
        expansion_up_stop_price: Decimal | str | int | Omitted = OMITTED,
    ) -> GridBotSettings:
        """Return what the bot is told to do, as ``client.grid_bots.create`` and ``client.grid_bots.update`` send it.

        What the API never returns can be given; otherwise it is not sent, and stays as it is.

        :param trailing_down_enabled: whether the grid moves down with the price.
        :param expansion_up_enabled: whether lines are added above as the price rises.
        :param expansion_up_stop_price: the price at which no more are added.
        :raises ValueError: something came that could not be read, or something that is needed did not come: writing the
            settings back would lose it.
        """
        fields: Mapping[str, Any] = {
            **self.settings_fields(),
            "trailing_down_enabled": trailing_down_enabled,
            "expansion_up_enabled": expansion_up_enabled,
            "expansion_up_stop_price": expansion_up_stop_price,
        }
        return GridBotSettings(**fields)


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class GridBotProfit(Model):
    """A profit that a line of a grid bot made. Vendor's page: "Get profit details"."""

    SHOWN = ("grid_line_id", "profit", "usd_profit", "created_at")

    grid_line_id: int | None = None
    """Number of the line."""
    profit: Decimal | None = None
    """The profit, in the currency that the bot makes profits in."""
    usd_profit: Decimal | None = None
    """The profit in USD."""
    created_at: datetime | None = None
    """When it was made."""
    grid_line: GridBotLine | None = None
    """The line as it stands now."""
    grid_lines: GridBotLine | None = None
    """The name of ``grid_line`` in the vendor's table; in no answer that has been seen."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class GridBotQuantity(Model):
    """An amount together with its currency."""

    quantity: Decimal | None = None
    """The exact amount."""
    currency: str | None = None
    """The currency's code, such as ``USDT``."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class GridBotBalance(Model):
    """Amounts in both currencies of a grid bot."""

    base: GridBotQuantity | None = None
    """In the base currency."""
    quote: GridBotQuantity | None = None
    """In the quote currency."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class GridBotRequiredBalances(Model):
    """What a grid bot needs to be switched on. Vendor's page: "Required balances for launch"."""

    required_balance: GridBotBalance | None = None
    """What it needs."""
    missing_balance: GridBotBalance | None = None
    """What of that the account does not have."""
    need_balancing: bool | None = None
    """Whether one currency has to be traded for the other first."""
    balancing_available: bool | None = None
    """Whether there is enough for that."""
    necessary_quantities: GridBotQuantity | None = None
    """What has to be traded."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class GridBotOrder(Model):
    """An order that a grid bot has placed, or wanted to."""

    SHOWN = ("order_id", "order_type", "status_string", "quantity", "rate")

    order_id: int | None = None
    """Number of the order."""
    order_type: str | None = None
    """Its side: ``BUY`` or ``SELL``."""
    status_string: str | None = None
    """Its status: ``Active``, ``Filled``, ``Cancelled`` or ``Inactive``, which was not placed."""
    created_at: datetime | None = None
    """When it was placed."""
    updated_at: datetime | None = None
    """When it last changed."""
    update_at: datetime | None = None
    """The name of ``updated_at`` in the vendor's example of a balancing order; see :attr:`changed_at`."""
    quantity: Decimal | None = None
    """Its size, in the base currency."""
    quantity_remaining: Decimal | None = None
    """How much of that is not filled."""
    total: Decimal | None = None
    """What was filled, in the quote currency; 0 before."""
    rate: Decimal | None = None
    """Its price; market orders have one, too."""
    average_price: Decimal | None = None
    """The price that was paid or got; 0 before it is filled."""

    @property
    def changed_at(self) -> datetime | None:
        """When it last changed, whichever name that came under."""
        return self.updated_at or self.update_at

    @property
    def is_active(self) -> bool:
        """Whether it waits to be filled."""
        return self.status_string == "Active"

    @property
    def is_filled(self) -> bool:
        """Whether it is filled."""
        return self.status_string in ("Filled", "Finished")


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class GridBotOrders(Model):
    """The orders of a grid bot. Vendor's page: "Get market orders of Grid Bot"."""

    grid_lines_orders: tuple[GridBotOrder, ...] | None = None
    """The orders of its lines."""
    balancing_orders: tuple[GridBotOrder, ...] | None = None
    """The orders that traded one currency for the other when it was switched on."""
