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
    """

    last: Decimal | None = None
    """The last price."""
    bid: Decimal | None = None
    """The best bid."""
    ask: Decimal | None = None
    """The best ask."""
    orderbook_last: Decimal | None = None
    """The last price in the order book."""
    orderbook_bid: Decimal | None = None
    """The best bid in the order book."""
    orderbook_ask: Decimal | None = None
    """The best ask in the order book."""
    orderbook_price_currency: str | None = None
    """The currency that the order book's prices are in."""
    strategy_name: str | None = None
    """How the price is found."""
    contract_strategy_name: str | None = None
    """How a contract's price is found."""
    instrument_kind: str | None = attrs.field(default=None, metadata={JSON_KEY: "instrumentKind"})
    """What is traded: ``spot``, ``linear_futures`` and others."""
    min_price: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "minPrice"})
    """The lowest price of an order."""
    max_price: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "maxPrice"})
    """The highest price of an order."""
    price_step: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "priceStep"})
    """The step that a price must keep to."""
    min_lot_size: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "minLotSize"})
    """The smallest order, in the base currency."""
    max_lot_size: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "maxLotSize"})
    """The largest order, in the base currency."""
    lot_step: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "lotStep"})
    """The step that an order's size must keep to, in the base currency."""
    min_market_buy_amount: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "minMarketBuyAmount"})
    """The smallest market order that buys, in the base currency."""
    max_market_buy_amount: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "maxMarketBuyAmount"})
    """The largest market order that buys, in the base currency."""
    min_market_sell_amount: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "minMarketSellAmount"})
    """The smallest market order that sells, in the base currency."""
    max_market_sell_amount: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "maxMarketSellAmount"})
    """The largest market order that sells, in the base currency."""
    min_total: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "minTotal"})
    """The smallest order, in the quote currency."""
    min_market_total: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "minMarketTotal"})
    """The smallest market order, in the quote currency."""
    max_total: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "maxTotal"})
    """The largest order, in the quote currency."""
    bid_multiplier_down: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "bidMultiplierDown"})
    """How far below the price a buying order may be: this times the price."""
    bid_multiplier_up: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "bidMultiplierUp"})
    """How far above the price a buying order may be."""
    ask_multiplier_down: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "askMultiplierDown"})
    """How far below the price a selling order may be."""
    ask_multiplier_up: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "askMultiplierUp"})
    """How far above the price a selling order may be."""

    def floor_amount(self, amount: Decimal | str | int) -> Decimal:
        """Return the largest amount of the base currency that an order may have and that is not above ``amount``.

        :raises ValueError: the rates have no ``lot_step``, or ``amount`` is not a number.
        :raises TypeError: ``amount`` is a ``float``, or of another class that is not exact.
        """
        return _to_step("lot_step", self.lot_step, exact("amount", amount), ROUND_FLOOR)

    def round_price(self, price: Decimal | str | int) -> Decimal:
        """Return the price nearest to ``price`` that an order may have; of two equally near, the higher.

        :raises ValueError: the rates have no ``price_step``, or ``price`` is not a number.
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
    """The same for a pair on a futures exchange. Vendor's page: "Currency rates and limits with leverage data"."""

    leverage_data: tuple[LeverageType, ...] | None = None
    """The kinds of leverage that the pair can be traded with."""


def _to_step(name: str, step: Decimal | None, value: Decimal, rounding: str) -> Decimal:
    if step is None or step <= 0:
        raise ValueError(f"the rates have no {name} to round to")
    steps = _EXACT.divide(value, step).to_integral_value(rounding, _EXACT)
    return _EXACT.multiply(steps, step)
