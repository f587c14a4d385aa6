"""What has to be known before funds are added to a deal."""

from __future__ import annotations

from decimal import Decimal

import attrs

from threecommas_async.models.base import JSON_KEY, Model


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class AddingFundsLimits(Model):
    """Limits of the exchange that an order must keep to."""

    min_price: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "minPrice"})
    """The lowest price."""
    max_price: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "maxPrice"})
    """The highest price."""
    price_step: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "priceStep"})
    """The step that a price must keep to."""
    price_multiplier_down: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "priceMultiplierDown"})
    """How far below the price of the market an order may be: this times the price."""
    price_multiplier_up: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "priceMultiplierUp"})
    """How far above it."""
    min_lot_size: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "minLotSize"})
    """The smallest order, in the base currency."""
    max_lot_size: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "maxLotSize"})
    """The largest order, in the base currency."""
    lot_step: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "lotStep"})
    """The step that an order's size must keep to, in the base currency."""
    min_total: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "minTotal"})
    """The smallest order, in the quote currency."""
    min_market_buy_amount: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "minMarketBuyAmount"})
    """The smallest market order that buys, in the base currency."""
    max_market_buy_amount: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "maxMarketBuyAmount"})
    """The largest market order that buys, in the base currency."""
    min_market_sell_amount: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "minMarketSellAmount"})
    """The smallest market order that sells, in the base currency."""
    max_market_sell_amount: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "maxMarketSellAmount"})
    """The largest market order that sells, in the base currency."""
    market_buy_min_total: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "marketBuyMinTotal"})
    """The smallest market order that buys, in the quote currency."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class AddingFundsInfo(Model):
    """What has to be known before funds are added to a deal. Vendor's page: "Get info required to add funds"."""

    SHOWN = ("pair", "deal_type", "orderbook_price", "available_amount", "adding_funds_currency")

    pair: str | None = None
    """The deal's pair, the quote currency first."""
    deal_type: str | None = None
    """Its direction: ``long`` or ``short``."""
    account_id: int | None = None
    """The account that the deal runs on."""
    account_type: str | None = None
    """The kind of account: ``Account::BinanceAccount`` and others."""
    is_contract: bool | None = None
    """Whether a contract is traded, rather than a currency."""
    quote_currency: str | None = None
    """The currency that prices are in."""
    base_currency: str | None = None
    """The currency that is bought and sold."""
    adding_funds_currency: str | None = None
    """The currency that funds are added in."""
    available_amount: Decimal | None = None
    """How much of it is free."""
    limits: AddingFundsLimits | None = None
    """What the exchange allows."""
    limit: Decimal | None = None
    """The smallest order, in the quote currency."""
    min_lot_size: Decimal | None = None
    """The smallest order, in the base currency."""
    market_supported: bool | None = None
    """Whether market orders are possible."""
    market_buy_min_total: Decimal | None = None
    """The smallest market order that buys, in the quote currency."""
    orderbook_price: Decimal | None = None
    """The price in the exchange's order book."""
    orderbook_price_currency: str | None = None
    """The currency of that price."""
    price_per_one_unit_strategy_name: str | None = None
    """How the price of one unit is found."""
    take_profit_price: Decimal | None = None
    """The price at which the deal takes its profit."""
    stop_loss_price: Decimal | None = None
    """The price of its stop loss; None without one."""
    leverage_type: str | None = None
    """The kind of leverage: ``cross``, ``isolated``, or ``not_specified``."""
    leverage_custom_value: Decimal | None = None
    """The leverage, if it was chosen."""
