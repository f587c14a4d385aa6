"""DCA bots."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import attrs

from threecommas_async.models.base import JSON_KEY, OMITTED, IntAsText, Omitted
from threecommas_async.models.bot_event import BotEvent
from threecommas_async.models.dca_bot_settings import DcaBotSettings
from threecommas_async.models.dca_steps import BotTakeProfitStep, BreakevenSettings, SafetyStep
from threecommas_async.models.deal import Deal
from threecommas_async.models.editable import Editable
from threecommas_async.models.strategy import BotStrategy
from threecommas_async.secret import Secret


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class DcaBot(Editable):
    """A bot that buys on the way down and sells with a profit, or the other way round. Vendor's page: "DCA Bot entity".

    Only ``id`` is always there; every other field is None where the API left it out or sent null. Amounts and
    percentages are exact. :meth:`settings` has what the bot is told to do in the form in which it is sent.
    """

    SHOWN = ("id", "name", "pairs", "strategy", "is_enabled", "active_deals_count")
    SETTINGS = DcaBotSettings
    COMPARED = ("account_id", "safety_order_calculation_mode", "btc_price_limit")

    account_id: int | None = None
    """The account that it trades on."""
    account_name: str | None = None
    """What its owner calls that account."""
    name: str | None = None
    """What the bot is called."""
    type: str | None = None
    """``Bot::SingleBot`` for one pair, ``Bot::MultiBot`` for several; ``Bot::SwitchBot`` has been seen."""
    is_enabled: bool | None = None
    """Whether it opens deals; those that run go on without."""
    deletable: bool | None = attrs.field(default=None, metadata={JSON_KEY: "deletable?"})
    """Whether it can be deleted, for no deal runs; ``deletable?`` in JSON."""
    created_at: datetime | None = None
    """When it was created."""
    updated_at: datetime | None = None
    """When it last changed."""
    url_secret: Secret | None = attrs.field(default=None, repr=False)
    """The code by which anybody can copy the bot, which does not show when printed; ``client.bots.copy`` takes it."""

    pairs: tuple[str, ...] | None = None
    """What it trades, the quote currency first: ``USDT_ETH``."""
    strategy: str | None = None
    """Its direction: ``long`` buys first, ``short`` sells first."""
    strategy_list: tuple[BotStrategy, ...] | None = None
    """The conditions under which it opens a deal."""
    max_active_deals: int | None = None
    """The most deals at a time."""
    active_deals_count: int | None = None
    """Deals that run now."""
    allowed_deals_on_same_pair: int | None = None
    """The most deals at a time on one pair; for bots of several pairs."""
    disable_after_deals_count: int | None = None
    """After how many deals the bot switches itself off."""
    deals_counter: int | None = None
    """How many of those it has opened."""
    profit_currency: str | None = None
    """The currency that profits are made in: ``quote_currency`` or ``base_currency``."""
    start_order_type: str | None = None
    """The kind of order that opens a deal: ``limit`` or ``market``."""

    base_order_volume: Decimal | None = None
    """Size of a deal's first order, in the unit of ``base_order_volume_type``."""
    base_order_volume_type: str | None = None
    """``quote_currency``, ``base_currency``, ``percent`` or ``xbt``."""
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
    """The most safety orders of a deal."""
    active_safety_orders_count: int | None = None
    """How many of them are placed on the exchange at a time."""
    martingale_volume_coefficient: Decimal | None = None
    """By how much each safety order is larger than the one before."""
    martingale_step_coefficient: Decimal | None = None
    """By how much the distance grows from one safety order to the next."""

    take_profit: Decimal | None = None
    """The profit at which a deal is closed, in percent; None or 0 with steps."""
    take_profit_type: str | None = None
    """What that is a percentage of: the ``base`` order, or the ``total`` that was bought."""
    take_profit_steps: tuple[BotTakeProfitStep, ...] | None = None
    """The steps in which a deal is closed; empty without."""
    trailing_enabled: bool | None = None
    """Whether the take profit follows the price; None is off."""
    trailing_deviation: Decimal | None = None
    """How far the price must fall back from its best then, in percent."""
    close_strategy_list: tuple[BotStrategy, ...] | None = None
    """The conditions under which it closes a deal."""
    min_profit_type: str | None = None
    """What ``min_profit_percentage`` is a percentage of: ``base_order_volume`` or ``total_bought_volume``."""
    min_profit_percentage: Decimal | None = None
    """The profit without which no strategy closes a deal, in percent."""
    close_deals_timeout: int | None = None
    """After how many seconds a deal is closed in any case."""

    stop_loss_percentage: Decimal | None = None
    """The loss at which a deal is closed, in percent and above 0; 0 is no stop loss."""
    stop_loss_type: str | None = None
    """What a stop loss does: ``stop_loss`` or ``stop_loss_and_disable_bot``."""
    stop_loss_timeout_enabled: bool | None = None
    """Whether the price must stay beyond the stop loss for a while, before a deal is closed."""
    stop_loss_timeout_in_seconds: int | None = None
    """How long that is, in seconds."""
    tsl_enabled: bool | None = None
    """Whether the stop loss follows the price."""
    risk_reduction_percentage: Decimal | None = None
    """How much of the bot's losses makes its next orders smaller, in percent."""
    reinvesting_percentage: Decimal | None = None
    """How much of the bot's profits makes its next orders larger, in percent."""
    reinvested_volume_usd: Decimal | None = None
    """How much has been put in again, in USD."""

    leverage_type: str | None = None
    """The kind of leverage: ``cross``, ``isolated``, ``custom``, or ``not_specified``."""
    leverage_custom_value: Decimal | None = None
    """The leverage, if it was chosen."""

    min_volume_btc_24h: Decimal | None = None
    """The volume that a pair must have had in the last 24 hours for a deal to be opened, in BTC; 0 for any."""
    min_price: Decimal | None = None
    """The lowest price at which deals are opened."""
    max_price: Decimal | None = None
    """The highest price at which deals are opened."""
    min_price_percentage: Decimal | None = None
    """The same for bots of several pairs, in percent."""
    max_price_percentage: Decimal | None = None
    """The same for bots of several pairs, in percent."""
    btc_price_limit: Decimal | None = None
    """Not documented by the vendor; 0 wherever it has been seen."""
    deal_start_delay_seconds: int | None = None
    """How many seconds a deal waits before it begins."""
    cooldown: Decimal | None = None
    """How many seconds a pair rests after a deal."""
    easy_form_supported: bool | None = None
    """Not documented by the vendor: whether the web application's simple form can show the bot."""

    finished_deals_count: IntAsText | None = None
    """Deals that are over."""
    finished_deals_profit_usd: Decimal | None = None
    """What they made, in USD."""
    active_deals_usd_profit: Decimal | None = None
    """What the deals that run would make now, in USD."""
    active_deals: tuple[Deal, ...] | None = None
    """The deals that run; lists of bots, and the answers to creating and changing one, do not have it."""
    bot_events: tuple[BotEvent, ...] | None = None
    """What happened; only when it was asked for."""

    @property
    def is_short(self) -> bool:
        """Whether it sells first, and gains when the price falls."""
        return self.strategy == "short"

    @property
    def is_multi_pair(self) -> bool:
        """Whether it trades several pairs."""
        return len(self.pairs or ()) > 1

    @property
    def quote_currency(self) -> str | None:
        """The currency that prices are in: USDT of ``USDT_ETH``."""
        return self.pairs[0].partition("_")[0] if self.pairs else None

    def setting(self, name: str) -> object:
        """Return what stands for one field of :class:`DcaBotSettings`; OMITTED where the response did not have it.

        :raises ValueError: the value came, but could not be read, and writing it back would lose it.
        """
        value = super().setting(name)
        if name == "take_profit" and value is None and self.setting("take_profit_steps"):
            return Decimal(0)  # sent as 0, the API returns null
        if name == "trailing_enabled" and value is OMITTED:
            return False  # null is off, and only true and false can be sent
        return value

    def settings(
        self,
        *,
        sl_to_breakeven_enabled: bool | Omitted = OMITTED,
        sl_to_breakeven_data: BreakevenSettings | Omitted | None = OMITTED,
    ) -> DcaBotSettings:
        """Return what the bot is told to do, as ``client.bots.create`` and ``client.bots.update`` send it.

        What the API never returns can be given; otherwise it is not sent, and stays as it is.

        :param sl_to_breakeven_enabled: whether the stop loss moves up as steps of the take profit are reached.
        :param sl_to_breakeven_data: how far up it moves.
        :raises ValueError: something came that could not be read, or something that is needed did not come: writing the
            settings back would lose it.
        """
        fields: Mapping[str, Any] = {
            **self.settings_fields(),
            "sl_to_breakeven_enabled": sl_to_breakeven_enabled,
            "sl_to_breakeven_data": sl_to_breakeven_data,
        }
        return DcaBotSettings(**fields)
