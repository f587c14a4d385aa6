"""The trades group: simple trades, which are single orders.

Every function names the documented refusals of its endpoint and how to provoke them. A wrong signature and a missing
permission (``sandbox.add_key(permissions=...)``; this group has words of its own) are refused before any is called.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from threecommas_async.sandbox.api.listing import DIRECTIONS, Listed, SortKey, in_order
from threecommas_async.sandbox.api.lookup import refusing, trade_of
from threecommas_async.sandbox.documents.trades import trade_document, trades_document
from threecommas_async.sandbox.engine.trades.refusals import invalid_trade
from threecommas_async.sandbox.engine.trades.settings import (
    Comparison,
    PositionSide,
    PriceType,
    TradeCondition,
    TradeSettings,
    TradeSide,
    TradeStrategy,
    TradeTrailing,
    TradeType,
)
from threecommas_async.sandbox.engine.trades.trade import SimpleTrade
from threecommas_async.sandbox.http.forms import Form, Reader, nested, optional, required
from threecommas_async.sandbox.http.readers import amount, choice, flag, identifier, text, whole_number, word
from threecommas_async.sandbox.http.refusals import Refusal, forbidden
from threecommas_async.sandbox.http.requests import Endpoint, HandledRequest
from threecommas_async.sandbox.state.keys import Permission

_ACTIVE_BY: Final[Mapping[str, Callable[[SimpleTrade], SortKey]]] = {
    "pair": lambda trade: trade.pair,
    "created_at": lambda trade: trade.created_at,
}
_CLOSED_BY: Final[Mapping[str, Callable[[SimpleTrade], SortKey]]] = {
    **_ACTIVE_BY,
    "closed_at": lambda trade: trade.closed_at,
}

_TYPE: Final[Reader[TradeType]] = word("market", "limit")
_SIDE: Final[Reader[TradeSide]] = word("buy", "sell")
_STRATEGY: Final[Reader[TradeStrategy]] = word("gtc", "ioc", "fok", "post_only")
_POSITION_SIDE: Final[Reader[PositionSide]] = word("both", "long", "short")
_COMPARISON: Final[Reader[Comparison]] = word("less", "less_or_equal", "greater", "greater_or_equal")
_PRICE_TYPE: Final[Reader[PriceType]] = word("bid", "ask", "last")
_LEVERAGE: Final = word("isolated", "cross")
_NUMBER: Final[Reader[Decimal]] = amount(minimum=0, exclusive=True)


class _Order(Form):
    type: TradeType = required(_TYPE)
    side: TradeSide = required(_SIDE)
    strategy: TradeStrategy | None = optional(_STRATEGY)
    position_side: PositionSide = optional(_POSITION_SIDE, default="both")
    reduce_only: bool = optional(flag(), default=False)


class _Units(Form):
    value: Decimal = required(_NUMBER)


class _Price(Form):
    value: Decimal | None = optional(_NUMBER)


class _TriggerPrice(Form):
    value: Decimal | None = optional(_NUMBER)
    type: PriceType | None = optional(_PRICE_TYPE)


class _Conditional(Form):
    enabled: bool = required(flag())
    value: Comparison | None = optional(_COMPARISON)
    price: _TriggerPrice | None = optional(nested(_TriggerPrice))


class _Trailing(Form):
    enabled: bool = required(flag())
    value: Decimal | None = optional(_NUMBER)
    percent: Decimal | None = optional(_NUMBER)


class _Timeout(Form):
    enabled: bool = required(flag())
    value: int | None = optional(whole_number(minimum=1))


class _Leverage(Form):
    type: str | None = optional(_LEVERAGE)


class NewTrade(Form):
    """What every example of the page sends has to be sent: also what is switched off."""

    account_id: int = required(identifier())
    pair: str = required(text(minimum=1))
    order: _Order = required(nested(_Order))
    units: _Units = required(nested(_Units))
    price: _Price | None = optional(nested(_Price))
    conditional: _Conditional = required(nested(_Conditional))
    trailing: _Trailing = required(nested(_Trailing))
    timeout: _Timeout = required(nested(_Timeout))
    leverage: _Leverage | None = optional(nested(_Leverage))


class ActiveFilter(Form):
    """The largest ``limit`` is an assumption."""

    account_id: int | None = optional(identifier())
    pair: str | None = optional(text())
    order_by: str = optional(choice(_ACTIVE_BY), default="created_at")
    order_direction: str = optional(choice(DIRECTIONS), default="asc")
    limit: int = optional(whole_number(minimum=1, maximum=1000), default=10)
    offset: int = optional(whole_number(), default=0)


class HistoryFilter(ActiveFilter):
    order_by: str = optional(choice(_CLOSED_BY), default="created_at")


def create(request: HandledRequest) -> object:
    """Begin a trade, which is ``to_process``.

    422: anything that is missing or wrong, an order below the pair's smallest, or less money than it takes. 403: a key
    without the permission.
    """
    try:
        form = request.read(NewTrade)
    except Refusal:
        raise invalid_trade() from None
    return trade_document(request.engine.trades.create(_settings(form)))


def show(request: HandledRequest) -> object:
    """Show a trade. 404: a UUID that no trade has. 403: a key without the permission."""
    return trade_document(trade_of(request))


def list_active(request: HandledRequest) -> object:
    """List the trades that are not over, the oldest first. 403: a key without the permission."""
    return _listed(request, request.read(ActiveFilter), _ACTIVE_BY, is_active=True)


def list_history(request: HandledRequest) -> object:
    """List the trades that are over, the oldest first. 403: a key without the permission."""
    return _listed(request, request.read(HistoryFilter), _CLOSED_BY, is_active=False)


def cancel(request: HandledRequest) -> object:
    """Cancel a trade. 400: it is over. 404: a UUID that no trade has. 403: a key without the permission."""
    return trade_document(request.engine.trades.cancel(trade_of(request).id))


def _listed(
    request: HandledRequest,
    form: ActiveFilter,
    sorted_by: Mapping[str, Callable[[SimpleTrade], SortKey]],
    *,
    is_active: bool,
) -> object:
    found = request.engine.trades.select(is_active=is_active, account_id=form.account_id, pair=form.pair or None)
    listed = Listed(sorted_by[form.order_by], form.order_direction, form.limit, form.offset)
    return trades_document(in_order(found, listed))


def _settings(form: NewTrade) -> TradeSettings:
    order, is_limit = form.order, form.order.type == "limit"
    trailing, timeout = form.trailing, form.timeout
    if timeout.enabled and timeout.value is None:
        raise invalid_trade()
    return TradeSettings(
        account_id=form.account_id,
        pair=form.pair,
        type=order.type,
        side=order.side,
        units=form.units.value,
        price=form.price.value if is_limit and form.price is not None else None,
        strategy=order.strategy or ("gtc" if is_limit else None),
        condition=_condition(form.conditional),
        trailing=TradeTrailing(trailing.value, trailing.percent) if trailing.enabled else None,
        timeout=timeout.value if timeout.enabled else None,
        position_side=order.position_side,
        reduce_only=order.reduce_only,
        leverage_type=None if form.leverage is None else form.leverage.type,
    )


def _condition(form: _Conditional) -> TradeCondition | None:
    if not form.enabled:
        return None
    if form.value is None or form.price is None or form.price.value is None or form.price.type is None:
        raise invalid_trade()
    return TradeCondition(form.value, form.price.value, form.price.type)


_READ: Final = Permission.SMART_TRADES_READ
_WRITE: Final = Permission.SMART_TRADES_WRITE
_TRADE: Final = "/ver1/trades/{uuid}"

# Fixed paths stand before those with a placeholder: the first that fits answers.
ENDPOINTS: Final = (
    Endpoint("POST", "/ver1/trades", 201, refusing(create), _WRITE, denied=forbidden),
    Endpoint("GET", "/ver1/trades", 200, list_active, _READ, denied=forbidden),
    Endpoint("GET", "/ver1/trades/history", 200, list_history, _READ, denied=forbidden),
    Endpoint("GET", _TRADE, 200, refusing(show), _READ, denied=forbidden),
    Endpoint("POST", f"{_TRADE}/cancel", 201, refusing(cancel), _WRITE, denied=forbidden),
)
