"""What a SmartTrade is told: the order by which it enters, and what that and its targets are made of."""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType
from typing import Final, Literal, Self

import attrs

from threecommas_async.models.base import OMITTED, Omitted
from threecommas_async.models.editable import COMPARED_BY
from threecommas_async.models.request import Money, Request, checked, exact, flag, money, word
from threecommas_async.models.rules import Take, between, instance, money_if_given, one_of

Side = Literal["buy", "sell"]
OrderType = Literal["market", "limit"]
PriceType = Literal["bid", "ask", "last"]
SmartTradeLeverageKind = Literal["cross", "isolated", "custom"]
"""Kinds of leverage; another word that the API takes can be given as a plain str."""

ABOVE_ZERO: Final = between(0, exclusive=True)


def called(name: str, take: Take) -> Take:
    """Make a check that names a field as the API does, with the field that it is in: ``units.value``."""
    return lambda _, value: take(name, value)


def off_is_nothing(value: object) -> object:
    """Return what is the same for a part that is switched off and one that is not there."""
    return None if value is OMITTED or value is False or getattr(value, "enabled", True) is False else value


OFF_IS_NOTHING: Final = MappingProxyType({COMPARED_BY: off_is_nothing})


@attrs.frozen(kw_only=True, repr=False)
class Units(Request):
    """How much an order is for."""

    value: Decimal = attrs.field(converter=money, validator=checked(called("units.value", ABOVE_ZERO)))
    """The amount, in the base currency."""


@attrs.frozen(kw_only=True, repr=False)
class LimitPrice(Request):
    """The price of a limit order."""

    value: Decimal = attrs.field(converter=money, validator=checked(called("price.value", ABOVE_ZERO)))
    """The price, in the quote currency."""


@attrs.frozen(kw_only=True, repr=False)
class TriggerPrice(Request):
    """A price at which something happens: a ``value``, or a distance in ``percent``, but not both."""

    type: PriceType | Omitted = attrs.field(
        default=OMITTED, validator=checked(called("price.type", one_of("bid", "ask", "last")), omitted=True)
    )
    """The price that it is compared with."""
    value: Decimal | Omitted = attrs.field(
        default=OMITTED,
        converter=money_if_given,
        validator=checked(called("price.value", ABOVE_ZERO), omitted=True),
    )
    """The price, in the quote currency."""
    percent: Decimal | Omitted = attrs.field(
        default=OMITTED, converter=money_if_given, validator=checked(called("price.percent", exact), omitted=True)
    )
    """The distance from the price of entry, in percent."""

    def __attrs_post_init__(self) -> None:
        if self.value is not OMITTED and self.percent is not OMITTED:
            raise ValueError("price.value and price.percent exclude each other")
        if self.value is OMITTED and self.percent is OMITTED:
            raise ValueError("price.value or price.percent is required")

    @classmethod
    def of(cls, price: Money | None, percent: Money | None, price_type: PriceType | None) -> Self:
        """Make one of what was given; None is an argument that was not."""
        return cls(
            type=OMITTED if price_type is None else price_type,
            value=OMITTED if price is None else price,
            percent=OMITTED if percent is None else percent,
        )


@attrs.frozen(kw_only=True, repr=False)
class Trailing(Request):
    """Whether an order follows the price, and by how much."""

    enabled: bool = attrs.field(validator=checked(called("trailing.enabled", flag)))
    """Whether it does."""
    percent: Decimal | Omitted = attrs.field(
        default=OMITTED, converter=money_if_given, validator=checked(called("trailing.percent", exact), omitted=True)
    )
    """How far behind the best price it stays, in percent."""

    @classmethod
    def by(cls, percent: Money) -> Self:
        """Follow the price at a distance of ``percent``."""
        return cls(enabled=True, percent=percent)

    @classmethod
    def off(cls) -> Self:
        """Follow nothing."""
        return cls(enabled=False)


@attrs.frozen(kw_only=True, repr=False)
class EntryCondition(Request):
    """What makes a SmartTrade place the order by which it enters.

    ::

        EntryCondition.at("1950")                      # reaches 1950: then by a market order
        EntryCondition.at("1950", trailing="0.5")      # reaches 1950: then as soon as it turns by 0.5 percent
    """

    order_type: OrderType = attrs.field(
        validator=checked(called("position.conditional.order_type", one_of("market", "limit")))
    )
    """The kind of order that is placed then."""
    price: TriggerPrice = attrs.field(validator=checked(instance(TriggerPrice)))
    """The price that triggers it, a ``value``. Left to the API, a buy compares with ``ask``, a sale with ``bid``."""
    trailing: Trailing | Omitted = attrs.field(
        default=OMITTED, validator=checked(instance(Trailing), omitted=True), eq=off_is_nothing, metadata=OFF_IS_NOTHING
    )
    """Whether it then follows the price, and is placed when that turns by so many percent."""

    def __attrs_post_init__(self) -> None:
        if self.price.value is OMITTED:
            raise ValueError("position.conditional.price.value is required: there is no price of entry yet")
        trailing = self.trailing
        if trailing is not OMITTED and trailing.enabled and trailing.percent is OMITTED:
            raise ValueError("position.conditional.trailing.percent is required when trailing is on")

    @classmethod
    def at(
        cls,
        price: Money,
        *,
        order_type: OrderType = "market",
        trailing: Money | None = None,
        price_type: PriceType | None = None,
    ) -> Self:
        """Make a condition: the price is reached.

        :param price: the price that triggers the order.
        :param order_type: the kind of order: a limit order needs a price of its own, in the plan.
        :param trailing: by how many percent the price must turn after that; None for at once.
        :param price_type: the price that is compared; None for the vendor's default, ``ask`` for a buy, ``bid`` for a
            sale.
        """
        return cls(
            order_type=order_type,
            price=TriggerPrice.of(price, None, price_type),
            trailing=Trailing.off() if trailing is None else Trailing.by(trailing),
        )


@attrs.frozen(kw_only=True, repr=False)
class Position(Request):
    """The order by which a SmartTrade enters; for a smart sell and a smart buy, the position that is held already.

    ::

        Position.buy(units="0.1")                                       # a market order
        Position.buy(units="0.1", price="1900")                         # a limit order
        Position.sell(units="0.1", when=EntryCondition.at("2100"))      # a condition, then a market order
    """

    type: Side = attrs.field(validator=checked(called("position.type", one_of("buy", "sell"))))
    """Its side."""
    order_type: Literal["market", "limit", "conditional"] = attrs.field(
        validator=checked(called("position.order_type", one_of("market", "limit", "conditional")))
    )
    """Its kind. A SmartTrade is given it when it is created, and keeps it."""
    units: Units = attrs.field(validator=checked(instance(Units)))
    """How much it is for."""
    price: LimitPrice | Omitted = attrs.field(default=OMITTED, validator=checked(instance(LimitPrice), omitted=True))
    """Its price, if it is a limit order; of a position that is held already, what it was entered at."""
    conditional: EntryCondition | Omitted = attrs.field(
        default=OMITTED, validator=checked(instance(EntryCondition), omitted=True)
    )
    """What triggers it, if it is conditional."""

    def __attrs_post_init__(self) -> None:
        if (self.order_type == "conditional") != (self.conditional is not OMITTED):
            raise ValueError("position.conditional goes with order_type 'conditional', and is required there")
        kind = self.order_type if self.conditional is OMITTED else self.conditional.order_type
        if kind == "limit" and self.price is OMITTED:
            raise ValueError("position.price is required for a limit order")

    @classmethod
    def buy(cls, *, units: Money, price: Money | None = None, when: EntryCondition | None = None) -> Self:
        """Enter by a purchase: at the market, at a price, or when a condition is met.

        :param units: how much, in the base currency.
        :param price: the price of a limit order; None for a market order.
        :param when: what must happen before; None for at once.
        """
        return cls._made("buy", units, price, when)

    @classmethod
    def sell(cls, *, units: Money, price: Money | None = None, when: EntryCondition | None = None) -> Self:
        """Enter by a sale; otherwise as :meth:`buy`."""
        return cls._made("sell", units, price, when)

    @classmethod
    def _made(cls, side: Side, units: Money, price: Money | None, when: EntryCondition | None) -> Self:
        kind: Literal["market", "limit", "conditional"] = "market" if price is None else "limit"
        return cls(
            type=side,
            order_type=kind if when is None else "conditional",
            units=Units(value=units),
            price=OMITTED if price is None else LimitPrice(value=price),
            conditional=OMITTED if when is None else when,
        )


@attrs.frozen(kw_only=True, repr=False)
class Leverage(Request):
    """The leverage of a SmartTrade on a futures account: ``Leverage.isolated("5")``."""

    enabled: bool = attrs.field(validator=checked(called("leverage.enabled", flag)))
    """Whether it has any."""
    type: SmartTradeLeverageKind | str | Omitted = attrs.field(
        default=OMITTED, validator=checked(called("leverage.type", word), omitted=True)
    )
    """The kind."""
    value: Decimal | Omitted = attrs.field(
        default=OMITTED,
        converter=money_if_given,
        validator=checked(called("leverage.value", ABOVE_ZERO), omitted=True),
    )
    """The leverage; ``client.market_data.rates_with_leverage`` tells what the pair allows."""

    @classmethod
    def cross(cls, value: Money | None = None) -> Self:
        """Let all positions of the account share their margin."""
        return cls(enabled=True, type="cross", value=OMITTED if value is None else value)

    @classmethod
    def isolated(cls, value: Money) -> Self:
        """Give the position a margin of its own."""
        return cls(enabled=True, type="isolated", value=value)

    @classmethod
    def custom(cls, value: Money) -> Self:
        """Set the leverage alone, as the vendor's example does."""
        return cls(enabled=True, type="custom", value=value)

    @classmethod
    def off(cls) -> Self:
        """Use none."""
        return cls(enabled=False)
