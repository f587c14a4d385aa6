"""The forms of SmartTrades: what is created, and what is changed."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final, cast

from threecommas_async.sandbox.engine.smart_trades.plan import (
    Condition,
    Leverage,
    OrderType,
    PlanChanges,
    PositionChanges,
    PositionOrderType,
    PositionPlan,
    PositionSide,
    PriceType,
    SmartTradePlan,
    StepPlan,
    StopLossPlan,
)
from threecommas_async.sandbox.http.forms import (
    MISSING,
    Draft,
    Form,
    Reader,
    WrongFieldsError,
    WrongValueError,
    exclusive,
    list_of,
    nested,
    optional,
    required,
    required_if,
)
from threecommas_async.sandbox.http.readers import amount, flag, identifier, text, whole_number, word

_LONGEST_NOTE: Final = 300
_POSITIVE: Final[Reader[Decimal]] = amount(minimum=0, exclusive=True)
_PERCENT: Final = amount(minimum=Decimal("0.01"), maximum=100)
_ORDER_TYPE: Final[Reader[OrderType]] = word("market", "limit")
_POSITION_ORDER_TYPE: Final[Reader[PositionOrderType]] = word("market", "limit", "conditional")
_SIDE: Final[Reader[PositionSide]] = word("buy", "sell")
_PRICE_TYPE: Final[Reader[PriceType]] = word("bid", "ask", "last")
_LEVERAGE_TYPE: Final = word("cross", "isolated", "custom", "not_specified")
NOTE: Final = text(maximum=_LONGEST_NOTE, too_long=f"too long. Max is {_LONGEST_NOTE} symbols")


def _is(name: str, *values: object) -> Callable[[Draft], bool]:
    return lambda draft: draft.values.get(name) in values


def _lacks(name: str) -> Callable[[Draft], bool]:
    return lambda draft: not draft.has(name)


class _Value(Form):
    value: Decimal = required(_POSITIVE)


class _MaybeValue(Form):
    value: Decimal | None = optional(_POSITIVE)


def price(needed: Callable[[Draft], bool]) -> Decimal | None:
    """Declare a price: an object with a ``value``, which may be null where it is not needed."""

    def read(value: object, draft: Draft) -> Decimal | None:
        found = nested(_MaybeValue).read(value, draft).value
        if found is None and needed(draft):
            raise WrongFieldsError({("value",): [MISSING]})
        return found

    return required_if(needed, Reader(read, form=_Value))


def units() -> Reader[Decimal]:
    """Read an amount: an object with a ``value``, or a list of such, which the example of ``add_funds`` is.

    Assumption: of a list the first item counts.
    """

    def read(value: object, draft: Draft) -> Decimal:
        items = cast("list[object]", value) if isinstance(value, list) else [value]
        return nested(_Value).read(items[0] if items else None, draft).value

    return Reader(read, form=_Value)


class _Trailing(Form):
    enabled: bool = optional(flag(), default=False)
    percent: Decimal | None = required_if(_is("enabled", True), _PERCENT)


def _trailing(value: object, draft: Draft) -> Decimal | None:
    """Read by how much something trails; nothing if it does not."""
    form = nested(_Trailing).read(value, draft)
    return form.percent if form.enabled else None


_TRAILING: Final = Reader(_trailing)


class _TriggerPrice(Form):
    """The page of a new SmartTrade has ``trailing`` here, all others beside the price."""

    type: PriceType | None = optional(_PRICE_TYPE)
    value: Decimal = required(_POSITIVE)
    trailing: Decimal | None = optional(_TRAILING)


class _Condition(Form):
    order_type: OrderType = optional(_ORDER_TYPE, default="market")
    price: _TriggerPrice = required(nested(_TriggerPrice))
    trailing: Decimal | None = optional(_TRAILING)


def _condition(value: object, draft: Draft) -> Condition:
    form = nested(_Condition).read(value, draft)
    return Condition(
        order_type=form.order_type,
        price=form.price.value,
        price_type=form.price.type,
        trailing=form.trailing or form.price.trailing,
    )


_CONDITION: Final = Reader(_condition, form=_Condition)


class _Position(Form):
    order_type: PositionOrderType = required(_POSITION_ORDER_TYPE)
    type: PositionSide = required(_SIDE)
    units: Decimal = required(units())
    price: Decimal | None = price(_is("order_type", "limit"))
    conditional: Condition | None = required_if(_is("order_type", "conditional"), _CONDITION)


class _ChangedPosition(Form):
    units: Decimal | None = optional(units())
    price: Decimal | None = price(lambda _: False)
    conditional: Condition | None = optional(_CONDITION)


class _Target(Form):
    type: PriceType = required(_PRICE_TYPE)
    value: Decimal | None = required_if(_lacks("percent"), _POSITIVE)
    percent: Decimal | None = optional(_POSITIVE)


class _Step(Form):
    order_type: OrderType = required(_ORDER_TYPE)
    volume: Decimal = required(_PERCENT)
    price: _Target = required(exclusive(nested(_Target), "value", "percent"))
    trailing: Decimal | None = optional(_TRAILING)


def _steps(value: object, draft: Draft) -> list[_Step]:
    """Read steps: there is at least one, unless they are switched off."""
    steps = list_of(nested(_Step)).read(value, draft)
    if not steps and draft.value("enabled", bool):
        raise WrongValueError(MISSING)
    return steps


class _TakeProfit(Form):
    enabled: bool = required(flag())
    steps: list[_Step] | None = required_if(_is("enabled", True), Reader(_steps))


class _StopTarget(Form):
    type: PriceType = optional(_PRICE_TYPE, default="last")
    value: Decimal | None = required_if(_lacks("percent"), _POSITIVE)
    percent: Decimal | None = optional(_POSITIVE)


class _StopTrailing(Form):
    enabled: bool = optional(flag(), default=False)


class _StopCondition(Form):
    price: _StopTarget = required(exclusive(nested(_StopTarget), "value", "percent"))
    trailing: _StopTrailing | None = optional(nested(_StopTrailing))


class _Timeout(Form):
    enabled: bool = optional(flag(), default=False)
    value: int | None = required_if(_is("enabled", True), whole_number())


class _StopLoss(Form):
    enabled: bool = required(flag())
    breakeven: bool = optional(flag(), default=False)
    order_type: OrderType | None = required_if(_is("enabled", True), _ORDER_TYPE)
    price: Decimal | None = price(_is("order_type", "limit"))
    conditional: _StopCondition | None = required_if(_is("enabled", True), nested(_StopCondition))
    timeout: _Timeout | None = optional(nested(_Timeout))


class _Leverage(Form):
    enabled: bool = required(flag())
    type: str | None = optional(_LEVERAGE_TYPE)
    value: Decimal | None = optional(_POSITIVE)


class NewSmartTrade(Form):
    account_id: int = required(identifier())
    pair: str = required(text(minimum=1))
    instant: bool = optional(flag(), default=False)
    skip_enter_step: bool = optional(flag(), default=False)
    leverage: _Leverage | None = optional(nested(_Leverage))
    position: _Position = required(nested(_Position))
    take_profit: _TakeProfit | None = optional(nested(_TakeProfit))
    stop_loss: _StopLoss | None = optional(nested(_StopLoss))
    note: str | None = optional(NOTE)


class ChangedSmartTrade(Form):
    leverage: _Leverage | None = optional(nested(_Leverage))
    position: _ChangedPosition | None = optional(nested(_ChangedPosition))
    take_profit: _TakeProfit | None = optional(nested(_TakeProfit))
    stop_loss: _StopLoss | None = optional(nested(_StopLoss))


def new_plan(form: NewSmartTrade) -> SmartTradePlan:
    position = form.position
    return SmartTradePlan(
        account_id=form.account_id,
        pair=form.pair,
        position=PositionPlan(
            type=position.type,
            order_type=position.order_type,
            units=position.units,
            price=position.price,
            conditional=position.conditional,
        ),
        take_profit=() if form.take_profit is None else _take_profit(form.take_profit),
        stop_loss=None if form.stop_loss is None else _stop_loss(form.stop_loss),
        instant=form.instant,
        skip_enter_step=form.skip_enter_step,
        leverage=None if form.leverage is None else _of_leverage(form.leverage),
        note=form.note,
    )


def plan_changes(form: ChangedSmartTrade) -> PlanChanges:
    """Return what is to be changed; a part that was sent replaces the one before."""
    changes: PlanChanges = {}
    if form.leverage is not None:
        changes["leverage"] = _of_leverage(form.leverage)
    if form.position is not None:
        position = form.position
        changes["position"] = PositionChanges(
            units=position.units, price=position.price, conditional=position.conditional
        )
    if form.take_profit is not None:
        changes["take_profit"] = _take_profit(form.take_profit)
    if form.stop_loss is not None:
        changes["stop_loss"] = _stop_loss(form.stop_loss)
    return changes


def _take_profit(form: _TakeProfit) -> tuple[StepPlan, ...]:
    if not form.enabled:
        return ()
    return tuple(
        StepPlan(
            order_type=step.order_type,
            volume=step.volume,
            price_type=step.price.type,
            value=step.price.value,
            percent=step.price.percent,
            trailing=step.trailing,
        )
        for step in form.steps or ()
    )


def _stop_loss(form: _StopLoss) -> StopLossPlan | None:
    if not form.enabled or form.order_type is None or form.conditional is None:
        return None
    target, trailing, timeout = form.conditional.price, form.conditional.trailing, form.timeout
    return StopLossPlan(
        order_type=form.order_type,
        value=target.value,
        percent=target.percent,
        limit=form.price if form.order_type == "limit" else None,
        price_type=target.type,
        trailing=trailing is not None and trailing.enabled,
        breakeven=form.breakeven,
        timeout=None if timeout is None or not timeout.enabled else timeout.value,
    )


def _of_leverage(form: _Leverage) -> Leverage | None:
    return Leverage(form.type, form.value) if form.enabled else None
