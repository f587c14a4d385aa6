"""The price of a pair and the rules of trading it."""

from __future__ import annotations

from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from typing import Final

import attrs

from threecommas_async.models.base import JSON_KEY, Model
from threecommas_async.models.leverage import LeverageType
from threecommas_async.models.request import exact

_EXACT: Final = Context(prec=200)


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
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

    def floor_amount(self, amount: Decimal | str | int) -> Decimal:
        """Return the largest amount of the base currency that an order may have and that is not above ``amount``.

        :raises ValueError: the rates have no ``lot_step``, or ``amount`` is no number.
        :raises TypeError: ``amount`` is a ``float``, or of another class that is not exact.
        """
        return _to_step("lot_step", self.lot_step, exact("amount", amount), ROUND_FLOOR)

    def round_price(self, price: Decimal | str | int) -> Decimal:
        """Return the price nearest to ``price`` that an order may have; of two equally near, the higher.

        :raises ValueError: the rates have no ``price_step``, or ``price`` is no number.
        :raises TypeError: ``price`` is a ``float``, or of another class that is not exact.
        """
        return _to_step("price_step", self.price_step, exact("price", price), ROUND_HALF_UP)

    def check_order(self, *, amount: Decimal | str | int, price: Decimal | str | int, market: bool = False) -> None:
        """Check an order against the pair's limits, before it is sent.

        :param amount: the order's size, in the base currency.
        :param price: its price; for a market order, the price that is expected.
        :param market: whether it is a market order, for which some limits differ.
        :raises ValueError: it is outside of a limit; the text names which.
        """
        size, rate = exact("amount", amount), exact("price", price)
        total = _EXACT.multiply(size, rate)
        least_total = self.min_market_total if market and self.min_market_total is not None else self.min_total
        for name, value, least, most in (
            ("price", rate, self.min_price, self.max_price),
            ("amount", size, self.min_lot_size, self.max_lot_size),
            ("amount * price", total, least_total, self.max_total),
        ):
            if least is not None and value < least:
                raise ValueError(f"{name} is {value:f}, and must be at least {least:f}")
            if most is not None and most > 0 and value > most:
                raise ValueError(f"{name} is {value:f}, and must be at most {most:f}")


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class CurrencyRatesWithLeverage(CurrencyRates):
    """The same for a pair on a futures exchange. Vendor's page: "Currency rates and limits with leverage data".

    :ivar leverage_data: the kinds of leverage that the pair can be traded with.
    """

    leverage_data: tuple[LeverageType, ...] | None = None


def _to_step(name: str, step: Decimal | None, value: Decimal, rounding: str) -> Decimal:
    if step is None or step <= 0:
        raise ValueError(f"the rates have no {name} to round to")
    steps = _EXACT.divide(value, step).to_integral_value(rounding, _EXACT)
    return _EXACT.multiply(steps, step)
