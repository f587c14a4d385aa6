"""What a SmartTrade is told to do."""

from __future__ import annotations

from typing import Final, Self, TypedDict, TypeVar, Unpack

import attrs

from threecommas_async.models.base import OMITTED, Omitted
from threecommas_async.models.request import Money, Request, checked, flag, pair_name
from threecommas_async.models.rules import instance, text
from threecommas_async.models.smart_trade_parts import EntryCondition, Leverage, LimitPrice, Position
from threecommas_async.models.smart_trade_targets import StopLoss, TakeProfit

LONGEST_NOTE: Final = 300

_NOTE: Final = text(shortest=1, longest=LONGEST_NOTE)
_LEAST_STEPS_TO_BREAKEVEN: Final = 2


@attrs.frozen(kw_only=True, repr=False)
class SmartTradePlan(Request):
    """What a SmartTrade is told to do: what ``client.smart_trades.create`` and ``client.smart_trades.update`` send.

    ::

        SmartTradePlan.buy(
            "USDT_ETH",
            units="0.1",
            take_profit=TakeProfit.of(
                TakeProfitStep.at(percent="5", volume="50"), TakeProfitStep.at(percent="10", volume="50")
            ),
            stop_loss=StopLoss.at(price="1900"),
            note="a name of its own",
        )

    There is a factory for each kind of SmartTrade: :meth:`buy` and :meth:`sell` enter a position and leave it again,
    :meth:`smart_sell` and :meth:`smart_buy` leave one that is held already, :meth:`simple_buy` and :meth:`simple_sell`
    are a single order. What is :data:`~threecommas_async.OMITTED` is not sent. ``trade.plan()`` makes a plan of a
    SmartTrade.

    What does not go together is refused by name when the object is made, before anything is sent.
    """

    pair: str = attrs.field(validator=checked(pair_name))
    """What it trades, the quote currency first: ``USDT_ETH``. Only when it is created."""
    position: Position = attrs.field(validator=checked(instance(Position)))
    """The order by which it enters, or the position that is held already."""
    take_profit: TakeProfit | Omitted = attrs.field(
        default=OMITTED, validator=checked(instance(TakeProfit), omitted=True)
    )
    """The prices at which it takes profits."""
    stop_loss: StopLoss | Omitted = attrs.field(default=OMITTED, validator=checked(instance(StopLoss), omitted=True))
    """The price at which it limits its loss."""
    leverage: Leverage | Omitted = attrs.field(default=OMITTED, validator=checked(instance(Leverage), omitted=True))
    """Its leverage, on a futures account."""
    instant: bool | Omitted = attrs.field(default=OMITTED, validator=checked(flag, omitted=True))
    """Whether it is a plain purchase or sale, without targets. Only when it is created."""
    skip_enter_step: bool | Omitted = attrs.field(default=OMITTED, validator=checked(flag, omitted=True))
    """Whether its position is held already. Only when it is created."""
    note: str | Omitted = attrs.field(default=OMITTED, validator=checked(_NOTE, omitted=True))
    """A note of your own, 1 to 300 characters; ``client.smart_trades.set_note`` changes it. With one that no other
    SmartTrade has, ``client.smart_trades.find_created`` is certain."""

    def __attrs_post_init__(self) -> None:
        if self.instant is True and self.skip_enter_step is True:
            raise ValueError("instant and skip_enter_step exclude each other")
        if self.instant is True and (_is_on(self.take_profit) or _is_on(self.stop_loss)):
            raise ValueError("instant goes without take_profit and stop_loss: use SmartTradePlan.buy or sell")
        position = self.position
        if position.order_type == "market" and position.price is not OMITTED and self.skip_enter_step is not True:
            raise ValueError("position.price must not be given with a market order, which has no price of its own")

    @classmethod
    def buy(
        cls,
        pair: str,
        *,
        units: Money,
        price: Money | None = None,
        when: EntryCondition | None = None,
        take_profit: TakeProfit | Omitted = OMITTED,
        stop_loss: StopLoss | Omitted = OMITTED,
        leverage: Leverage | Omitted = OMITTED,
        note: str | Omitted = OMITTED,
    ) -> Self:
        """Buy, and sell again at the targets; with leverage, a long position.

        :param pair: what to buy, the quote currency first: ``USDT_ETH``.
        :param units: how much, in the base currency.
        :param price: the price of a limit order; None for a market order.
        :param when: what must happen before; None for at once.
        :param take_profit: where to take profits.
        :param stop_loss: where to limit the loss.
        :param leverage: the leverage, on a futures account.
        :param note: a note of your own.
        """
        position = Position.buy(units=units, price=price, when=when)
        return as_new(cls._made(pair, position, take_profit, stop_loss, leverage, note))

    @classmethod
    def sell(
        cls,
        pair: str,
        *,
        units: Money,
        price: Money | None = None,
        when: EntryCondition | None = None,
        take_profit: TakeProfit | Omitted = OMITTED,
        stop_loss: StopLoss | Omitted = OMITTED,
        leverage: Leverage | Omitted = OMITTED,
        note: str | Omitted = OMITTED,
    ) -> Self:
        """Sell, and buy back at the targets; with leverage, a short position. The parameters are those of :meth:`buy`.

        Profits are made when the price falls: the take profit lies below the price of entry, the stop loss above.
        """
        position = Position.sell(units=units, price=price, when=when)
        return as_new(cls._made(pair, position, take_profit, stop_loss, leverage, note))

    @classmethod
    def smart_sell(
        cls,
        pair: str,
        *,
        units: Money,
        price: Money | None = None,
        take_profit: TakeProfit | Omitted = OMITTED,
        stop_loss: StopLoss | Omitted = OMITTED,
        leverage: Leverage | Omitted = OMITTED,
        note: str | Omitted = OMITTED,
    ) -> Self:
        """Sell at the targets what the account holds already.

        :param pair: what to sell, the quote currency first: ``USDT_ETH``.
        :param units: how much, in the base currency.
        :param price: what it was bought at, from which profits are counted.
        :param take_profit: where to take profits.
        :param stop_loss: where to limit the loss; one of the two is required.
        :param leverage: the leverage, on a futures account.
        :param note: a note of your own.
        """
        return as_new(cls._held(Position.buy(units=units), pair, price, take_profit, stop_loss, leverage, note))

    @classmethod
    def smart_buy(
        cls,
        pair: str,
        *,
        units: Money,
        price: Money | None = None,
        take_profit: TakeProfit | Omitted = OMITTED,
        stop_loss: StopLoss | Omitted = OMITTED,
        leverage: Leverage | Omitted = OMITTED,
        note: str | Omitted = OMITTED,
    ) -> Self:
        """Buy back at the targets what was sold already. The parameters are those of :meth:`smart_sell`."""
        return as_new(cls._held(Position.sell(units=units), pair, price, take_profit, stop_loss, leverage, note))

    @classmethod
    def simple_buy(
        cls,
        pair: str,
        *,
        units: Money,
        price: Money | None = None,
        leverage: Leverage | Omitted = OMITTED,
        note: str | Omitted = OMITTED,
    ) -> Self:
        """Buy, and no more.

        :param pair: what to buy, the quote currency first: ``USDT_ETH``.
        :param units: how much, in the base currency.
        :param price: the price of a limit order; None for a market order.
        :param leverage: the leverage, on a futures account.
        :param note: a note of your own.
        """
        position = Position.buy(units=units, price=price)
        return cls._made(pair, position, OMITTED, OMITTED, leverage, note, instant=True)

    @classmethod
    def simple_sell(
        cls,
        pair: str,
        *,
        units: Money,
        price: Money | None = None,
        leverage: Leverage | Omitted = OMITTED,
        note: str | Omitted = OMITTED,
    ) -> Self:
        """Sell, and no more. The parameters are those of :meth:`simple_buy`."""
        position = Position.sell(units=units, price=price)
        return cls._made(pair, position, OMITTED, OMITTED, leverage, note, instant=True)

    def evolve(self, **changes: Unpack[SmartTradeChanges]) -> Self:
        """Return a copy with other values for some fields.

        :raises TypeError: there is no such field, or a value is of the wrong type.
        :raises ValueError: a value cannot be right, or does not go with the others.
        """
        return self.evolved(changes)

    @classmethod
    def _held(
        cls,
        position: Position,
        pair: str,
        price: Money | None,
        take_profit: TakeProfit | Omitted,
        stop_loss: StopLoss | Omitted,
        leverage: Leverage | Omitted,
        note: str | Omitted,
    ) -> Self:
        if price is not None:
            position = attrs.evolve(position, price=LimitPrice(value=price))
        return cls._made(pair, position, take_profit, stop_loss, leverage, note, skip_enter_step=True)

    @classmethod
    def _made(
        cls,
        pair: str,
        position: Position,
        take_profit: TakeProfit | Omitted,
        stop_loss: StopLoss | Omitted,
        leverage: Leverage | Omitted,
        note: str | Omitted,
        *,
        instant: bool | Omitted = OMITTED,
        skip_enter_step: bool | Omitted = OMITTED,
    ) -> Self:
        return cls(
            pair=pair,
            position=position,
            take_profit=take_profit,
            stop_loss=stop_loss,
            leverage=leverage,
            instant=instant,
            skip_enter_step=skip_enter_step,
            note=note,
        )


P = TypeVar("P", bound=SmartTradePlan)

CREATE_ONLY: Final = frozenset({"pair", "instant", "skip_enter_step", "note"})
"""What a SmartTrade is given when it is created; of the order by which it enters, it keeps the kind as well."""


class SmartTradeEdits(TypedDict, total=False):
    """What ``client.smart_trades.edit`` changes: the parts of a :class:`SmartTradePlan`, each as a whole."""

    position: Position
    take_profit: TakeProfit | Omitted
    stop_loss: StopLoss | Omitted
    leverage: Leverage | Omitted


class SmartTradeChanges(SmartTradeEdits, total=False):
    """What :meth:`SmartTradePlan.evolve` changes: all of its fields."""

    pair: str
    instant: bool | Omitted
    skip_enter_step: bool | Omitted
    note: str | Omitted


def as_new(plan: P) -> P:
    """Return the plan of a SmartTrade that is to be created, without the numbers that the steps of another one have.

    :raises ValueError: a part of it goes only with a SmartTrade that is there already.
    """
    take_profit, stop_loss = plan.take_profit, plan.stop_loss
    if plan.skip_enter_step is True and not (_is_on(take_profit) or _is_on(stop_loss)):
        raise ValueError("take_profit or stop_loss is required: a position that is held already needs a way out")
    steps = take_profit.steps if take_profit is not OMITTED else ()
    if stop_loss is not OMITTED:
        if stop_loss.breakeven is True and len(steps) < _LEAST_STEPS_TO_BREAKEVEN:
            raise ValueError("stop_loss.breakeven wants at least two steps of take_profit")
        by_percent = stop_loss.conditional is not OMITTED and stop_loss.conditional.price.percent is not OMITTED
        if by_percent and not _trails(plan.position):
            # So say the vendor's pages of creating and of editing; what would become of the stop loss they do not say.
            raise ValueError("stop_loss.conditional.price.percent goes only with a position that trails: give a price")
    if take_profit is OMITTED or not any(step.id is not OMITTED for step in steps):
        return plan
    new_steps = [attrs.evolve(step, id=OMITTED) for step in steps]
    return attrs.evolve(plan, take_profit=attrs.evolve(take_profit, steps=new_steps))


def _is_on(part: TakeProfit | StopLoss | Omitted) -> bool:
    return part is not OMITTED and part.enabled


def _trails(position: Position) -> bool:
    trailing = OMITTED if position.conditional is OMITTED else position.conditional.trailing
    return trailing is not OMITTED and trailing.enabled
