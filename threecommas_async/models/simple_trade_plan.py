"""What a simple trade is to do."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, Self, TypedDict, TypeVar, Unpack

import attrs

from threecommas_async.models.base import OMITTED, Omitted
from threecommas_async.models.request import Money, Request, checked, exact, flag, money, pair_name
from threecommas_async.models.rules import instance, money_if_given, one_of, whole_number
from threecommas_async.models.smart_trade_parts import ABOVE_ZERO, LimitPrice, PriceType, Side, Units, called

T = TypeVar("T")
Comparison = Literal["less", "less_or_equal", "greater", "greater_or_equal"]
TimeInForce = Literal["gtc", "ioc", "fok", "post_only"]
PositionSide = Literal["both", "long", "short"]
LeverageType = Literal["isolated", "cross"]


@attrs.frozen(kw_only=True, repr=False)
class TradeOrder(Request):
    """The order of a simple trade, as it is sent."""

    type: Literal["market", "limit"] = attrs.field(validator=checked(called("order.type", one_of("market", "limit"))))
    """Its kind."""
    side: Side = attrs.field(validator=checked(called("order.side", one_of("buy", "sell"))))
    """Its side."""
    strategy: TimeInForce | Omitted = attrs.field(
        default=OMITTED,
        validator=checked(called("order.strategy", one_of("gtc", "ioc", "fok", "post_only")), omitted=True),
    )
    """How long it stays: ``gtc`` (the default) until it is filled or cancelled; ``ioc`` what is not filled at once is
    cancelled; ``fok`` it is filled at once as a whole, or not at all; ``post_only`` it never takes what is there."""
    position_side: PositionSide | Omitted = attrs.field(
        default=OMITTED, validator=checked(called("order.position_side", one_of("both", "long", "short")), omitted=True)
    )
    """The side of the position, on futures: ``both`` in one-way mode, ``long`` or ``short`` in hedge mode."""
    reduce_only: bool | Omitted = attrs.field(
        default=OMITTED, validator=checked(called("order.reduce_only", flag), omitted=True)
    )
    """Whether it may only make a position smaller, on futures."""


@attrs.frozen(kw_only=True, repr=False)
class TradeTriggerPrice(Request):
    """The price that a condition waits for, as it is sent."""

    value: Decimal = attrs.field(converter=money, validator=checked(called("conditional.price.value", ABOVE_ZERO)))
    """The price."""
    type: PriceType = attrs.field(validator=checked(called("conditional.price.type", one_of("bid", "ask", "last"))))
    """The price that is compared with it."""


@attrs.frozen(kw_only=True, repr=False)
class TradeCondition(Request):
    """What a simple trade waits for before its order is placed, as it is sent.

    ::

        TradeCondition.at_most("1950")                       # the last price is 1950 or less
        TradeCondition.at_least("2100", price_type="bid")
    """

    enabled: bool = attrs.field(validator=checked(called("conditional.enabled", flag)))
    """Whether it waits for anything."""
    value: Comparison | Omitted = attrs.field(
        default=OMITTED,
        validator=checked(
            called("conditional.value", one_of("less", "less_or_equal", "greater", "greater_or_equal")), omitted=True
        ),
    )
    """How prices are compared."""
    price: TradeTriggerPrice | Omitted = attrs.field(
        default=OMITTED, validator=checked(instance(TradeTriggerPrice), omitted=True)
    )
    """The price that it waits for."""

    def __attrs_post_init__(self) -> None:
        _check_switch("conditional", self.enabled, value=self.value, price=self.price)

    @classmethod
    def off(cls) -> Self:
        """No condition: the order is placed at once."""
        return cls(enabled=False)

    @classmethod
    def below(cls, price: Money, *, price_type: PriceType = "last") -> Self:
        """The price is less than this."""
        return cls(enabled=True, value="less", price=_trigger(price, price_type))

    @classmethod
    def at_most(cls, price: Money, *, price_type: PriceType = "last") -> Self:
        """The price is this or less."""
        return cls(enabled=True, value="less_or_equal", price=_trigger(price, price_type))

    @classmethod
    def above(cls, price: Money, *, price_type: PriceType = "last") -> Self:
        """The price is more than this."""
        return cls(enabled=True, value="greater", price=_trigger(price, price_type))

    @classmethod
    def at_least(cls, price: Money, *, price_type: PriceType = "last") -> Self:
        """The price is this or more."""
        return cls(enabled=True, value="greater_or_equal", price=_trigger(price, price_type))


@attrs.frozen(kw_only=True, repr=False)
class TradeTrailing(Request):
    """How a simple trade follows the price, as it is sent: ``TradeTrailing.by_percent("1.0")``."""

    enabled: bool = attrs.field(validator=checked(called("trailing.enabled", flag)))
    """Whether it does."""
    value: Decimal | Omitted = attrs.field(
        default=OMITTED, converter=money_if_given, validator=checked(called("trailing.value", ABOVE_ZERO), omitted=True)
    )
    """How far behind the best price it stays, as a difference of prices."""
    percent: Decimal | Omitted = attrs.field(
        default=OMITTED,
        converter=money_if_given,
        validator=checked(called("trailing.percent", ABOVE_ZERO), omitted=True),
    )
    """The same in percent; either one or the other."""

    def __attrs_post_init__(self) -> None:
        if self.enabled and (self.value is OMITTED) == (self.percent is OMITTED):
            raise ValueError("either trailing.value or trailing.percent is required when trailing is on")
        if not self.enabled:
            _check_switch("trailing", self.enabled, value=self.value, percent=self.percent)

    @classmethod
    def off(cls) -> Self:
        """It does not follow the price."""
        return cls(enabled=False)

    @classmethod
    def by_value(cls, value: Money) -> Self:
        """It stays this much behind the best price."""
        return cls(enabled=True, value=value)

    @classmethod
    def by_percent(cls, percent: Money) -> Self:
        """It stays this many percent behind the best price."""
        return cls(enabled=True, percent=percent)


@attrs.frozen(kw_only=True, repr=False)
class TradeTimeout(Request):
    """How long a condition must hold before the order is placed, as it is sent: ``TradeTimeout.of(300)``."""

    enabled: bool = attrs.field(validator=checked(called("timeout.enabled", flag)))
    """Whether it must."""
    value: int | Omitted = attrs.field(
        default=OMITTED, validator=checked(called("timeout.value", whole_number(1)), omitted=True)
    )
    """How long, in seconds."""

    def __attrs_post_init__(self) -> None:
        _check_switch("timeout", self.enabled, value=self.value)

    @classmethod
    def off(cls) -> Self:
        """The order is placed as soon as the condition holds."""
        return cls(enabled=False)

    @classmethod
    def of(cls, seconds: int) -> Self:
        """The order is placed if the condition still holds after so many seconds."""
        return cls(enabled=True, value=seconds)


@attrs.frozen(kw_only=True, repr=False)
class TradeLeverage(Request):
    """The leverage of a simple trade, as it is sent; for futures on OKX."""

    type: LeverageType = attrs.field(validator=checked(called("leverage.type", one_of("isolated", "cross"))))
    """Its kind."""


class SimpleTradeOptions(TypedDict, total=False):
    """What the factories of :class:`SimpleTradePlan` take besides pair, units and price; None is as if not given."""

    when: TradeCondition | None
    """What it waits for, before the order is placed."""
    trailing: TradeTrailing | None
    """How it follows the price."""
    timeout: int | None
    """How many seconds the condition must hold."""
    strategy: TimeInForce | None
    """How long the order stays; see :attr:`TradeOrder.strategy`."""
    position_side: PositionSide | None
    """The side of the position, on futures."""
    reduce_only: bool | None
    """Whether it may only make a position smaller, on futures."""
    leverage: LeverageType | None
    """The kind of leverage; for futures on OKX."""


@attrs.frozen(kw_only=True, repr=False)
class SimpleTradePlan(Request):
    """What a simple trade is to do: what ``client.trades.create`` sends.

    ::

        SimpleTradePlan.buy_market(pair="USDT_BTC", units="0.5")
        SimpleTradePlan.sell_limit(pair="USDT_BTC", units="0.5", price="100000")
        SimpleTradePlan.sell_market(pair="USDT_BTC", units="0.5", when=TradeCondition.at_least("90000"),
                                    trailing=TradeTrailing.by_percent("1.0"))

    What does not go together is refused by name when the object is made, before anything is sent.
    """

    pair: str = attrs.field(validator=checked(pair_name))
    """What it trades, the quote currency first: ``USDT_BTC``."""
    order: TradeOrder = attrs.field(validator=checked(instance(TradeOrder)))
    """Its order."""
    units: Units = attrs.field(validator=checked(instance(Units)))
    """How much it buys or sells, in the base currency."""
    price: LimitPrice | Omitted = attrs.field(default=OMITTED, validator=checked(instance(LimitPrice), omitted=True))
    """The price of a limit order; market orders have none."""
    conditional: TradeCondition = attrs.field(factory=TradeCondition.off, validator=checked(instance(TradeCondition)))
    """What it waits for, before the order is placed."""
    trailing: TradeTrailing = attrs.field(factory=TradeTrailing.off, validator=checked(instance(TradeTrailing)))
    """Whether it follows the price."""
    timeout: TradeTimeout = attrs.field(factory=TradeTimeout.off, validator=checked(instance(TradeTimeout)))
    """How long the condition must hold; only with one."""
    leverage: TradeLeverage | Omitted = attrs.field(
        default=OMITTED, validator=checked(instance(TradeLeverage), omitted=True)
    )
    """Its leverage; for futures on OKX."""

    def __attrs_post_init__(self) -> None:
        if self.order.type == "limit" and self.price is OMITTED:
            raise ValueError("price is required for a limit order")
        if self.order.type == "market" and self.price is not OMITTED:
            raise ValueError("price must not be given with a market order, which has no price of its own")
        if self.timeout.enabled and not self.conditional.enabled:
            raise ValueError("timeout is for conditional trades: conditional must be on, too")

    @classmethod
    def buy_market(cls, *, pair: str, units: Money, **options: Unpack[SimpleTradeOptions]) -> Self:
        """Buy at the market price."""
        return cls._planned("market", "buy", pair, units, OMITTED, options)

    @classmethod
    def sell_market(cls, *, pair: str, units: Money, **options: Unpack[SimpleTradeOptions]) -> Self:
        """Sell at the market price."""
        return cls._planned("market", "sell", pair, units, OMITTED, options)

    @classmethod
    def buy_limit(cls, *, pair: str, units: Money, price: Money, **options: Unpack[SimpleTradeOptions]) -> Self:
        """Buy at this price or a lower one."""
        return cls._planned("limit", "buy", pair, units, price, options)

    @classmethod
    def sell_limit(cls, *, pair: str, units: Money, price: Money, **options: Unpack[SimpleTradeOptions]) -> Self:
        """Sell at this price or a higher one."""
        return cls._planned("limit", "sell", pair, units, price, options)

    @classmethod
    def _planned(
        cls,
        kind: Literal["market", "limit"],
        side: Side,
        pair: str,
        units: Money,
        price: Money | Omitted,
        options: SimpleTradeOptions,
    ) -> Self:
        unknown = options.keys() - SimpleTradeOptions.__annotations__.keys()
        if unknown:
            raise TypeError(f"{cls.__name__} has no option {min(unknown)!r}")
        when, trailing = options.get("when"), options.get("trailing")
        timeout, leverage = options.get("timeout"), options.get("leverage")
        return cls(
            pair=pair,
            order=TradeOrder(
                type=kind,
                side=side,
                strategy=_given(options.get("strategy")),
                position_side=_given(options.get("position_side")),
                reduce_only=_given(options.get("reduce_only")),
            ),
            units=Units(value=exact("units", units)),
            price=OMITTED if price is OMITTED else LimitPrice(value=exact("price", price)),
            conditional=TradeCondition.off() if when is None else when,
            trailing=TradeTrailing.off() if trailing is None else trailing,
            timeout=TradeTimeout.off() if timeout is None else TradeTimeout.of(timeout),
            leverage=OMITTED if leverage is None else TradeLeverage(type=leverage),
        )


def _given(value: T | None) -> T | Omitted:
    return OMITTED if value is None else value


def _trigger(price: Money, price_type: PriceType) -> TradeTriggerPrice:
    return TradeTriggerPrice(value=exact("price", price), type=price_type)


def _check_switch(name: str, enabled: bool, **details: object) -> None:
    """Check that a part of a plan says what it needs when it is on, and nothing when it is off."""
    for detail, value in details.items():
        if enabled and value is OMITTED:
            raise ValueError(f"{name}.{detail} is required when {name} is on")
        if not enabled and value is not OMITTED:
            raise ValueError(f"{name}.{detail} must not be given when {name} is off")
