"""The price of a pair and the rules of trading it."""

from __future__ import annotations

from decimal import Decimal

import attrs

from threecommas_async.models.base import JSON_KEY, Model
from threecommas_async.models.leverage import LeverageType


@attrs.frozen(kw_only=True, weakref_slot=False)
class CurrencyRates(Model):
    """The price of a pair and the limits of its orders. Vendor's page: "Currency rates and limits".

    Of a pair ``USDT_BTC`` the *quote* currency is USDT, the *base* currency BTC.

    :ivar last: the last price.
    :ivar bid: the best bid.
    :ivar ask: the best ask.
    :ivar orderbook_last: the last price in the order book.
    :ivar orderbook_bid: the best bid in the order book.
    :ivar orderbook_ask: the best ask in the order book.
    :ivar orderbook_price_currency: the currency that the order book's prices are in.
    :ivar strategy_name: how the price is found.
    :ivar contract_strategy_name: how a contract's price is found.
    :ivar instrument_kind: what is traded: ``spot``, ``linear_futures`` and others.
    :ivar min_price: the lowest price of an order.
    :ivar max_price: the highest price of an order.
    :ivar price_step: the step that a price must keep to.
    :ivar min_lot_size: the smallest order, in the base currency.
    :ivar max_lot_size: the largest order, in the base currency.
    :ivar lot_step: the step that an order's size must keep to, in the base currency.
    :ivar min_market_buy_amount: the smallest market order that buys, in the base currency.
    :ivar max_market_buy_amount: the largest market order that buys, in the base currency.
    :ivar min_market_sell_amount: the smallest market order that sells, in the base currency.
    :ivar max_market_sell_amount: the largest market order that sells, in the base currency.
    :ivar min_total: the smallest order, in the quote currency.
    :ivar min_market_total: the smallest market order, in the quote currency.
    :ivar max_total: the largest order, in the quote currency.
    :ivar bid_multiplier_down: how far below the price a buying order may be: this times the price.
    :ivar bid_multiplier_up: how far above the price a buying order may be.
    :ivar ask_multiplier_down: how far below the price a selling order may be.
    :ivar ask_multiplier_up: how far above the price a selling order may be.
    """

    last: Decimal | None = None
    bid: Decimal | None = None
    ask: Decimal | None = None
    orderbook_last: Decimal | None = None
    orderbook_bid: Decimal | None = None
    orderbook_ask: Decimal | None = None
    orderbook_price_currency: str | None = None
    strategy_name: str | None = None
    contract_strategy_name: str | None = None
    instrument_kind: str | None = attrs.field(default=None, metadata={JSON_KEY: "instrumentKind"})
    min_price: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "minPrice"})
    max_price: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "maxPrice"})
    price_step: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "priceStep"})
    min_lot_size: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "minLotSize"})
    max_lot_size: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "maxLotSize"})
    lot_step: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "lotStep"})
    min_market_buy_amount: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "minMarketBuyAmount"})
    max_market_buy_amount: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "maxMarketBuyAmount"})
    min_market_sell_amount: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "minMarketSellAmount"})
    max_market_sell_amount: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "maxMarketSellAmount"})
    min_total: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "minTotal"})
    min_market_total: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "minMarketTotal"})
    max_total: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "maxTotal"})
    bid_multiplier_down: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "bidMultiplierDown"})
    bid_multiplier_up: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "bidMultiplierUp"})
    ask_multiplier_down: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "askMultiplierDown"})
    ask_multiplier_up: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "askMultiplierUp"})


@attrs.frozen(kw_only=True, weakref_slot=False)
class CurrencyRatesWithLeverage(CurrencyRates):
    """The same for a pair on a futures exchange. Vendor's page: "Currency rates and limits with leverage data".

    :ivar leverage_data: the kinds of leverage that the pair can be traded with.
    """

    leverage_data: tuple[LeverageType, ...] | None = None
