"""The SmartTrades group.

Every function names the documented refusals of its endpoint and how to provoke them. A wrong signature and a missing
permission (``sandbox.add_key(permissions=...)``) are refused before any of them is called. An id that no SmartTrade has
is a 400 where one is fetched or cancelled, and a 404 everywhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

from threecommas_async.sandbox.api.listing import DIRECTIONS, Listed, SortKey, in_order
from threecommas_async.sandbox.api.lookup import account_with_id, id_in, refusing, smart_trade_of
from threecommas_async.sandbox.api.smart_trade_plans import (
    NOTE,
    ChangedSmartTrade,
    NewSmartTrade,
    new_plan,
    plan_changes,
    price,
    units,
)
from threecommas_async.sandbox.documents.smart_trades import smart_trade_document, trade_document
from threecommas_async.sandbox.documents.writing import shortened
from threecommas_async.sandbox.engine.refusals import RefusedError
from threecommas_async.sandbox.engine.smart_trades.operations import Scope
from threecommas_async.sandbox.engine.smart_trades.plan import OrderType
from threecommas_async.sandbox.engine.smart_trades.smart_trade import SmartTrade
from threecommas_async.sandbox.http.forms import MISSING, UNKNOWN_VALUE, Form, Reader, optional, required
from threecommas_async.sandbox.http.readers import choice, identifier, member, moment, text, whole_number, word
from threecommas_async.sandbox.http.refusals import Refusal
from threecommas_async.sandbox.http.requests import Endpoint, HandledRequest
from threecommas_async.sandbox.state.keys import Permission

_SORTED_BY: Final[Mapping[str, Callable[[SmartTrade], SortKey]]] = {
    "created_at": lambda one: one.created_at,
    "updated_at": lambda one: one.updated_at,
    "closed_at": lambda one: one.closed_at,
    "status": lambda one: one.status,
    "profit": lambda one: one.usd_profit,
    "profit_percentage": lambda one: None if one.profit is None else one.profit_percent,
}
"""Assumptions: statuses are compared as words, profits in dollars."""
_SCOPES: Final[Mapping[str, Scope]] = {
    "all": "all",
    "active": "active",
    "finished": "finished",
    "successfully_finish": "successfully_finished",
    "successfully_finished": "successfully_finished",
    "cancelled": "cancelled",
    "failed": "failed",
}
"""One of the words has two spellings in the sources."""
_ORDER_TYPE: Final[Reader[OrderType]] = word("market", "limit")


class SmartTradeFilter(Form):
    """The direction has two names in the sources, as with bots."""

    account_id: int | None = optional(identifier())
    pair: str | None = optional(text())
    type: str | None = optional(text())
    page: int = optional(whole_number(minimum=1), default=1)
    per_page: int = optional(whole_number(minimum=1, maximum=100), default=10)
    status: Scope | None = optional(member(_SCOPES))
    order_by: str = optional(choice(_SORTED_BY), default="status")
    order_direction: str | None = optional(choice(DIRECTIONS))
    sort_direction: str | None = optional(choice(DIRECTIONS))
    since: datetime | None = optional(moment(), name="from")
    until: datetime | None = optional(moment(), name="to")
    base: str | None = optional(text())
    quote: str | None = optional(text())


class FundsToMove(Form):
    """Funds to be added, or taken out."""

    order_type: OrderType = required(_ORDER_TYPE, missing=(MISSING, UNKNOWN_VALUE))
    units: Decimal = required(units())
    price: Decimal | None = price(lambda draft: draft.value("order_type", str) == "limit")


class NoteToSet(Form):
    note: str = required(NOTE)


def create(request: HandledRequest) -> object:
    """Create a SmartTrade.

    400: something is missing or wrong. 403: an account that is not there. 422: a position above or below what the pair
    allows, or above what the account can pay.
    """
    return _shown(request, request.engine.smart_trades.create(new_plan(request.read(NewSmartTrade))))


def update(request: HandledRequest) -> object:
    """Change a SmartTrade: each part that is sent replaces the one before.

    400: neither ``waiting_position`` nor ``waiting_targets``; a value and a percentage of one price, no ``order_type``
    of a stop loss, or something else that is wrong. 422: a position that the account cannot pay.
    """
    smart_trade = smart_trade_of(request)
    changes = plan_changes(request.read(ChangedSmartTrade))
    return _shown(request, request.engine.smart_trades.update(smart_trade.id, changes))


def get(request: HandledRequest) -> object:
    """Show a SmartTrade. 400: an id that none has."""
    return _shown(request, _fetched(request))


def list_smart_trades(request: HandledRequest) -> object:
    """List SmartTrades, by status."""
    form = request.read(SmartTradeFilter)
    found = [
        one
        for one in request.engine.smart_trades.select(form.status, account_id=form.account_id)
        if form.pair in (None, "", one.pair)
        and form.type in (None, "", one.type)
        and form.base in (None, "", one.book.pair.base)
        and form.quote in (None, "", one.book.pair.quote)
        and (form.since is None or one.created_at > form.since)
        and (form.until is None or one.created_at < form.until)
    ]
    direction = form.order_direction or form.sort_direction
    listed = Listed(_SORTED_BY[form.order_by], direction, form.per_page, (form.page - 1) * form.per_page)
    return [_shown(request, one) for one in in_order(found, listed)]


def add_funds(request: HandledRequest) -> object:
    """Buy more for a SmartTrade.

    400: no ``order_type``, no ``units``; a status, a type or an entry that trails that does not allow it (assumption:
    in words like those of ``reduce_funds``). 422: less than the pair's smallest order; more than the account can pay
    (assumption).
    """
    smart_trade = smart_trade_of(request)
    form = request.read(FundsToMove)
    operations = request.engine.smart_trades
    return _shown(
        request, operations.add_funds(smart_trade.id, form.units, order_type=form.order_type, price=form.price)
    )


def reduce_funds_info(request: HandledRequest) -> object:
    """Say by how much a SmartTrade can be reduced. 400: not ``waiting_targets``. 404: an id that none has."""
    smart_trade = smart_trade_of(request)
    most = request.engine.smart_trades.max_reduce_funds_amount(smart_trade.id)
    return {"max_reduce_funds_amount": shortened(most)}


def reduce_funds(request: HandledRequest) -> object:
    """Begin to close a part of a SmartTrade.

    400: not ``waiting_targets``. 422: less than the pair's smallest order.
    """
    smart_trade = smart_trade_of(request)
    form = request.read(FundsToMove)
    operations = request.engine.smart_trades
    return _shown(
        request, operations.reduce_funds(smart_trade.id, form.units, order_type=form.order_type, price=form.price)
    )


def close_by_market(request: HandledRequest) -> object:
    """Begin to close a SmartTrade by market. 404: an id that none has. 422 (assumption): its status forbids it."""
    return _shown(request, request.engine.smart_trades.close_by_market(smart_trade_of(request).id))


def set_note(request: HandledRequest) -> object:
    """Write a note. 400: more than 300 characters, or none. 401: a wrong signature. 404: an id that none has."""
    smart_trade = smart_trade_of(request)
    return _shown(request, request.engine.smart_trades.set_note(smart_trade.id, request.read(NoteToSet).note))


def cancel(request: HandledRequest) -> object:
    """Begin to cancel a SmartTrade. 400: an id that none has. 422 (assumption): its status forbids it."""
    return _shown(request, request.engine.smart_trades.cancel(_fetched(request).id))


def force_start(request: HandledRequest) -> object:
    """Begin to open the position by market. 422 (assumption): the entry does not wait, or cannot be paid."""
    return _shown(request, request.engine.smart_trades.force_start(smart_trade_of(request).id))


def trades(request: HandledRequest) -> object:
    """List the trades of a SmartTrade, by id. 404: an id that none has."""
    smart_trade = smart_trade_of(request)
    return [trade_document(smart_trade, trade) for trade in smart_trade.trades]


def close_trade_by_market(request: HandledRequest) -> object:
    """Begin to carry a step out by market.

    404 (assumption): an id that no trade has. 422 (assumption): it is no step, or its status forbids it.
    """
    smart_trade = smart_trade_of(request)
    return _shown(request, request.engine.smart_trades.close_trade(smart_trade.id, id_in(request, "trade_id")))


def cancel_trade(request: HandledRequest) -> object:
    """Begin to remove a trade; with neither step nor stop loss left, the SmartTrade is cancelled.

    404 (assumption): an id that no trade has. 422 (assumption): it is the entry, or its status forbids it.
    """
    smart_trade = smart_trade_of(request)
    return _shown(request, request.engine.smart_trades.cancel_trade(smart_trade.id, id_in(request, "trade_id")))


def _fetched(request: HandledRequest) -> SmartTrade:
    try:
        return smart_trade_of(request)
    except RefusedError as error:
        refused = error
    raise Refusal(400, refused.code, refused.description)


def _shown(request: HandledRequest, smart_trade: SmartTrade) -> dict[str, object]:
    return smart_trade_document(smart_trade, account_with_id(request, smart_trade.account.id))


_READ: Final = Permission.SMART_TRADES_READ
_WRITE: Final = Permission.SMART_TRADES_WRITE
_ALL: Final = "/v2/smart_trades"
_ONE: Final = f"{_ALL}/{{id}}"
_TRADES: Final = f"{_ALL}/{{smart_trade_id}}/trades"

ENDPOINTS: Final = (
    Endpoint("POST", _ALL, 201, refusing(create), _WRITE),
    Endpoint("GET", _ALL, 200, list_smart_trades, _READ),
    Endpoint("PATCH", _ONE, 200, refusing(update), _WRITE),
    Endpoint("GET", _ONE, 200, refusing(get), _READ),
    Endpoint("DELETE", _ONE, 200, refusing(cancel), _WRITE),
    Endpoint("POST", f"{_ONE}/add_funds", 201, refusing(add_funds), _WRITE),
    Endpoint("GET", f"{_ONE}/reduce_funds_info", 200, refusing(reduce_funds_info), _WRITE),
    Endpoint("POST", f"{_ONE}/reduce_funds", 201, refusing(reduce_funds), _WRITE),
    Endpoint("POST", f"{_ONE}/close_by_market", 201, refusing(close_by_market), _WRITE),
    Endpoint("POST", f"{_ONE}/set_note", 201, refusing(set_note), _WRITE),
    Endpoint("POST", f"{_ONE}/force_start", 201, refusing(force_start), _WRITE),
    Endpoint("GET", _TRADES, 200, refusing(trades), _READ),
    Endpoint("POST", f"{_TRADES}/{{trade_id}}/close_by_market", 201, refusing(close_trade_by_market), _WRITE),
    Endpoint("DELETE", f"{_TRADES}/{{trade_id}}", 200, refusing(cancel_trade), _WRITE),
)
