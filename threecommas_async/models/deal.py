"""Deals of DCA bots."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import attrs

from threecommas_async.models.base import JSON_KEY, Model
from threecommas_async.models.bot_event import BotEvent
from threecommas_async.models.dca_steps import BotTakeProfitStep, SafetyStep
from threecommas_async.models.strategy import BotStrategy

FINAL_STATUSES: Final = frozenset(
    {"completed", "stop_loss_finished", "panic_sold", "cancelled", "failed", "liquidated", "settled"}
)
"""The statuses of a deal that is over."""

# The vendor spells this key with a Cyrillic capital A (U+0410).
_TTP_ACTIVATED: Final = "TTP\N{CYRILLIC CAPITAL LETTER A}ctivated"


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class DealTakeProfitStep(BotTakeProfitStep):
    """A step of a deal's take profit."""

    SHOWN = ("id", "amount_percentage", "profit_percentage", "price", "status")

    trade_id: int | None = None
    """Number of the order behind it; what ``client.deals.panic_sell_step`` takes."""
    initial_amount: Decimal | None = None
    """How much it sells, in the base currency."""
    price: Decimal | None = None
    """The price at which it sells."""
    status: str | None = None
    """How it stands, for people: ``Placed``, ``Panic closing`` and others."""
    execution_timestamp: datetime | None = None
    """When it was executed; None before."""
    editable: bool | None = None
    """Whether it can still be changed."""
    panic_sellable: bool | None = None
    """Whether it can be closed at the market price."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class DealBuyStep(Model):
    """A safety order that comes next."""

    price: Decimal | None = None
    """Its price."""
    filled: Decimal | None = None
    """How much of it is filled."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class DealMark(Model):
    """A mark on the bar by which the web application shows a deal."""

    type: str | None = None
    """What it marks: ``tp`` or ``sl``."""
    label: str | None = None
    """Its text: ``TP``, ``TP1``, ``SL``, ``MP``."""
    price: Decimal | None = None
    """The price that it stands at."""
    position: str | None = None
    """Which side of the bar it is on."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class DealWidget(Model):
    """What the web application draws of a deal. Not documented by the vendor."""

    progress_accuracy: int | None = attrs.field(default=None, metadata={JSON_KEY: "progressAccuracy"})
    """Digits after the point."""
    ttp_activated: bool | None = attrs.field(default=None, metadata={JSON_KEY: _TTP_ACTIVATED})
    """Whether the take profit trails already."""
    buy_price: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "buyPrice"})
    """The average price of what was bought."""
    current_price: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "currentPrice"})
    """The price now."""
    inverted: bool | None = None
    """Whether the bar is turned round, as it is for short deals."""
    stop_losses: tuple[tuple[Any, ...], ...] | None = attrs.field(default=None, metadata={JSON_KEY: "stopLosses"})
    """Stop losses, each as the two values that came: the price as a text, and a bool."""
    lp: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "LP"})
    """None wherever it has been seen."""
    buy_steps: tuple[DealBuyStep, ...] | None = attrs.field(default=None, metadata={JSON_KEY: "buySteps"})
    """The safety orders that come next."""
    marks: tuple[DealMark, ...] | None = None
    """Take profits and stop losses."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class Deal(Model):
    """A deal of a DCA bot. Vendor's pages: "Deal entity", "Get deal".

    Only ``id`` is always there; every other field is None where the API left it out or sent null, and many are null, or
    0, in some states. Amounts, prices and percentages are exact. A deal keeps a copy of its bot's settings, so changing
    the bot leaves running deals as they are.
    """

    SHOWN = ("id", "bot_id", "pair", "strategy", "status", "actual_profit", "final_profit")

    id: int
    """Number of the deal; what other calls take as ``deal_id``."""
    type: str | None = None
    """``Deal``; ``Deal::ShortDeal`` in older answers of short ones."""
    bot_id: int | None = None
    """The bot that opened it."""
    bot_name: str | None = None
    """What that bot is called."""
    account_id: int | None = None
    """The account that it runs on."""
    account_name: str | None = None
    """What its owner calls that account; may be empty."""
    market_type: str | None = None
    """``spot`` or ``futures``."""
    pair: str | None = None
    """What it trades, the quote currency first: ``USDT_ETH``."""
    from_currency: str | None = None
    """The quote currency."""
    to_currency: str | None = None
    """The base currency."""
    from_currency_id: int | None = None
    """Not documented by the vendor; 0 wherever it has been seen."""
    to_currency_id: int | None = None
    """Not documented by the vendor; 0 wherever it has been seen."""
    orderbook_price_currency: str | None = None
    """The currency that prices in the order book are in."""
    strategy: str | None = None
    """Its direction: ``long`` buys first, ``short`` sells first."""
    note: str | None = None
    """A note of its owner's."""

    status: str | None = None
    """How it stands: ``base_order_placed``, ``bought``, ``ttp_activated``, ``completed`` and others; see also
    :attr:`is_finished`."""
    localized_status: str | None = None
    """The same for people; the words change."""
    finished: bool | None = attrs.field(default=None, metadata={JSON_KEY: "finished?"})
    """Whether it is over; ``finished?`` in JSON."""
    cancellable: bool | None = attrs.field(default=None, metadata={JSON_KEY: "cancellable?"})
    """Whether it can be cancelled; ``cancellable?`` in JSON."""
    panic_sellable: bool | None = attrs.field(default=None, metadata={JSON_KEY: "panic_sellable?"})
    """Whether it can be closed at the market price; ``panic_sellable?`` in JSON."""
    add_fundable: bool | None = None
    """Whether funds can be added."""
    smart_trade_convertable: bool | None = None
    """Whether it can be converted to a SmartTrade."""
    deal_has_error: bool | None = None
    """Whether something went wrong, such as an order that the exchange refused; the deal may go on all the same."""
    error_message: str | None = None
    """What went wrong."""
    failed_message: str | None = None
    """What went wrong; the same text as ``error_message`` wherever it has been seen."""
    created_at: datetime | None = None
    """When it was opened."""
    updated_at: datetime | None = None
    """When it last changed."""
    closed_at: datetime | None = None
    """When it ended; None before."""

    base_order_volume: Decimal | None = None
    """Size of the first order, in the unit of ``base_order_volume_type``."""
    base_order_volume_type: str | None = None
    """``quote_currency``, ``base_currency``, ``percent`` or ``xbt``."""
    base_order_average_price: Decimal | None = None
    """The price that the first order was filled at, with fees. Safety orders and the stop loss are counted from it."""
    safety_order_volume: Decimal | None = None
    """Size of the first safety order, in the unit of ``safety_order_volume_type``."""
    safety_order_volume_type: str | None = None
    """``quote_currency``, ``base_currency``, ``percent`` or ``xbt``."""
    safety_order_step_percentage: Decimal | None = None
    """How far below the base order (above it, when short) the first safety order lies, in percent."""
    safety_order_calculation_mode: str | None = None
    """What safety orders are counted from: ``base`` or ``last_executed``. Not documented by the vendor."""
    safety_strategy_list: tuple[BotStrategy, ...] | None = None
    """The conditions under which safety orders are placed."""
    custom_safety_steps: tuple[SafetyStep, ...] | None = None
    """Safety orders one by one, where they do not follow the coefficients."""
    max_safety_orders: int | None = None
    """The most safety orders of the deal; it can be less than were filled, for it can be changed."""
    active_safety_orders_count: int | None = None
    """How many of them may be placed on the exchange at a time: a setting."""
    current_active_safety_orders_count: int | None = None
    """How many are placed now, those by hand included."""
    current_active_safety_orders: int | None = None
    """The same number once more."""
    completed_safety_orders_count: int | None = None
    """How many are filled, without those by hand."""
    active_manual_safety_orders: int | None = None
    """How many by hand are placed now."""
    completed_manual_safety_orders_count: int | None = None
    """How many by hand are filled."""
    martingale_volume_coefficient: Decimal | None = None
    """By how much each safety order is larger than the one before."""
    martingale_step_coefficient: Decimal | None = None
    """By how much the distance grows from one safety order to the next."""
    martingale_coefficient: Decimal | None = None
    """Not documented by the vendor; 1 wherever it has been seen."""

    take_profit: Decimal | None = None
    """The profit at which it is closed, in percent; None or 0 with steps."""
    take_profit_type: str | None = None
    """What that is a percentage of: the ``base`` order, or the ``total`` that was bought."""
    take_profit_steps: tuple[DealTakeProfitStep, ...] | None = None
    """The steps in which it is closed; empty without."""
    take_profit_price: Decimal | None = None
    """The price of the take profit. With steps it says nothing, and once the deal is over it is 0."""
    profit_currency: str | None = None
    """The currency that its profit is made in: ``quote_currency`` or ``base_currency``."""
    trailing_enabled: bool | None = None
    """Whether the take profit follows the price."""
    trailing_deviation: Decimal | None = None
    """How far the price must fall back from its best then, in percent."""
    trailing_max_price: Decimal | None = None
    """The best price since the take profit began to follow; the lowest for a short deal."""
    min_profit_type: str | None = None
    """What ``min_profit_percentage`` is a percentage of: ``base_order_volume`` or ``total_bought_volume``."""
    min_profit_percentage: Decimal | None = None
    """The profit without which no strategy closes it, in percent."""
    close_strategy_list: tuple[BotStrategy, ...] | None = None
    """The conditions under which it is closed."""

    stop_loss_percentage: Decimal | None = None
    """The loss at which it is closed, in percent and above 0; 0 is no stop loss."""
    stop_loss_price: Decimal | None = None
    """The price of the stop loss; None without one, and once the deal is over."""
    stop_loss_type: str | None = None
    """What a stop loss does: ``stop_loss`` or ``stop_loss_and_disable_bot``."""
    stop_loss_timeout_enabled: bool | None = None
    """Whether the price must stay beyond the stop loss for a while, before the deal is closed."""
    stop_loss_timeout_in_seconds: int | None = None
    """How long that is, in seconds."""
    tsl_enabled: bool | None = None
    """Whether the stop loss follows the price."""
    tsl_max_price: Decimal | None = None
    """The best price that it followed to."""
    sl_to_breakeven_enabled: bool | None = None
    """Whether the stop loss moves up to the price of entry as steps of the take profit are reached."""
    sl_to_breakeven_data: Mapping[str, object] | None = attrs.field(default=None, hash=False)
    """How far up it moves: ``{"upper_breakeven_limit": 1}``."""

    leverage_type: str | None = None
    """The kind of leverage: ``cross``, ``isolated``, ``custom``, or ``not_specified``."""
    leverage_custom_value: Decimal | None = None
    """The leverage, if it was chosen."""
    last_known_position_info: str | None = None
    """What the exchange last said of the position; None wherever it has been seen."""

    bought_amount: Decimal | None = None
    """What was bought, in the base currency."""
    bought_volume: Decimal | None = None
    """What was paid for it, in the quote currency, with fees."""
    bought_average_price: Decimal | None = None
    """The average price of that."""
    sold_amount: Decimal | None = None
    """What was sold, in the base currency."""
    sold_volume: Decimal | None = None
    """What that brought, in the quote currency, after fees."""
    sold_average_price: Decimal | None = None
    """The average price of that; 0 before."""
    current_price: Decimal | None = None
    """The price of the pair now; 0 once the deal is over."""
    final_profit: Decimal | None = None
    """Of a deal that is over, its profit; before that, the profit at the last change. See :attr:`profit`."""
    final_profit_percentage: Decimal | None = None
    """Of a deal that is over, its profit in percent; 0 before."""
    usd_final_profit: Decimal | None = None
    """``final_profit`` in USD, rounded to cents."""
    actual_profit: Decimal | None = None
    """Of a deal that runs, the profit that it would make now; of one that is over, its profit, not rounded."""
    actual_profit_percentage: Decimal | None = None
    """Of a deal that runs, how far the price is from the average that was paid, in percent, fees of closing left out; 0
    once it is over."""
    actual_usd_profit: Decimal | None = None
    """``actual_profit`` in USD."""
    reserved_base_coin: Decimal | None = None
    """What the deal has tied up, in the quote currency in spite of its name; below 0 once it ended with a profit."""
    reserved_second_coin: Decimal | None = None
    """What the deal holds, in the base currency in spite of its name."""
    reserved_quote_funds: Decimal | None = None
    """What its open safety orders tie up, in the quote currency; mostly 0."""
    reserved_base_funds: Decimal | None = None
    """What its open safety orders tie up, in the base currency; mostly 0."""

    crypto_widget: DealWidget | None = None
    """What the web application draws of it; None once it is being closed."""
    buy_steps: tuple[DealBuyStep, ...] | None = None
    """The safety orders that come next; lists of deals do not have it."""
    bot_events: tuple[BotEvent, ...] | None = None
    """What happened; lists of deals do not have it."""

    @property
    def is_finished(self) -> bool:
        """Whether it is over: nothing more will happen to it."""
        return self.finished if self.finished is not None else self.status in FINAL_STATUSES

    @property
    def is_active(self) -> bool:
        """Whether it is not over yet: it may be waiting for its first order, or be closing."""
        return not self.is_finished

    @property
    def is_short(self) -> bool:
        """Whether it sells first, and gains when the price falls."""
        return self.strategy == "short" or self.type == "Deal::ShortDeal"

    @property
    def quote_currency(self) -> str | None:
        """The currency that prices are in: USDT of ``USDT_ETH``."""
        return self.from_currency or (self.pair.partition("_")[0] if self.pair else None)

    @property
    def base_currency(self) -> str | None:
        """The currency that is bought and sold: ETH of ``USDT_ETH``."""
        return self.to_currency or (self.pair.partition("_")[2] if self.pair else None)

    @property
    def profit(self) -> Decimal | None:
        """Its profit, in the quote currency: what it made if it is over, otherwise what it would make now."""
        return self.final_profit if self.is_finished else self.actual_profit

    @property
    def profit_percentage(self) -> Decimal | None:
        """The same in percent."""
        return self.final_profit_percentage if self.is_finished else self.actual_profit_percentage
