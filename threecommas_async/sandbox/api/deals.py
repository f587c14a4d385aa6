"""The deals group: what the bots trade.

Every function names the documented refusals of its endpoint and how to provoke them; a wrong signature and a missing
permission (``sandbox.add_key(permissions=...)``) are refused before any of them is called. An id that no deal has is a
404 everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

import msgspec

from threecommas_async.sandbox.api.listing import DIRECTIONS, Listed, in_order
from threecommas_async.sandbox.api.lookup import account_with_id, deal_of, refusing
from threecommas_async.sandbox.api.reading import moment_but_no_milliseconds
from threecommas_async.sandbox.api.settings import DealForm, deal_changes
from threecommas_async.sandbox.documents.adding_funds import adding_funds_document
from threecommas_async.sandbox.documents.deals import deal_document, whole_deal_document
from threecommas_async.sandbox.documents.orders import order_document
from threecommas_async.sandbox.documents.smart_trades import smart_trade_document
from threecommas_async.sandbox.engine.deals.deal import Deal
from threecommas_async.sandbox.engine.deals.operations import Scope
from threecommas_async.sandbox.http.forms import UNKNOWN_VALUE, Form, Reader, optional, required, required_if
from threecommas_async.sandbox.http.readers import amount, choice, flag, identifier, text, whole_number, word
from threecommas_async.sandbox.http.refusals import invalid
from threecommas_async.sandbox.http.requests import Endpoint, HandledRequest
from threecommas_async.sandbox.state.keys import Permission

_SORTED_BY: Final[Mapping[str, Callable[[Deal], datetime | Decimal | None]]] = {
    "created_at": lambda deal: deal.created_at,
    "updated_at": lambda deal: deal.updated_at,
    "closed_at": lambda deal: deal.closed_at,
    "profit": lambda deal: deal.actual_usd_profit,
    "profit_percentage": lambda deal: (
        deal.final_profit_percentage if deal.is_finished else deal.actual_profit_percentage
    ),
}
_SCOPE: Final[Reader[Scope]] = word("active", "finished", "completed", "cancelled", "failed")
_NOTHING_TO_SHOW: Final = msgspec.Raw(b"None")
"""The text that the page prints for an answer without anything in it."""


class DealFilter(Form):
    bot_id: int | None = optional(identifier())
    account_id: int | None = optional(identifier())
    scope: Scope | None = optional(_SCOPE)
    base: str | None = optional(text())
    quote: str | None = optional(text())
    note: str | None = optional(text())
    since: datetime | None = optional(moment_but_no_milliseconds(), name="from")
    until: datetime | None = optional(moment_but_no_milliseconds(), name="to")
    order: str = optional(choice(_SORTED_BY), default="created_at")
    order_direction: str | None = optional(choice(DIRECTIONS))
    limit: int = optional(whole_number(minimum=1, maximum=1000), default=50)
    offset: int = optional(whole_number(), default=0)


class StepToSell(Form):
    trade_id: int = required(identifier())


class FundsToAdd(Form):
    quantity: Decimal = required(amount(minimum=0, exclusive=True))
    is_market: bool = required(flag())
    rate: Decimal | None = required_if(lambda draft: draft.value("is_market", bool) is False, amount(minimum=0))
    response_type: str = optional(choice(("empty", "market_order", "deal")), default="empty")


class SafetyOrdersToAllow(Form):
    max_safety_orders: int = required(whole_number(maximum=200))


class OrderToCancel(Form):
    order_id: int = required(identifier())


class DealToConvert(Form):
    stop_bot: bool = required(flag())


def show(request: HandledRequest) -> object:
    return whole_deal_document(deal_of(request))


def list_deals(request: HandledRequest) -> object:
    """List deals, the newest first. 500, as recorded of bots: a ``from`` in milliseconds."""
    form = request.read(DealFilter)
    engine = request.engine
    found = [
        deal
        for deal in engine.deals.select(form.scope, bot_id=form.bot_id, account_id=form.account_id)
        if form.base in (None, "", deal.to_currency)
        and form.quote in (None, "", deal.from_currency)
        and form.note in (None, "", deal.note)
        and (form.since is None or deal.created_at > form.since)
        and (form.until is None or deal.created_at < form.until)
    ]
    listed = Listed(_SORTED_BY[form.order], form.order_direction, form.limit, form.offset)
    return [deal_document(deal) for deal in in_order(found, listed)]


def update(request: HandledRequest) -> object:
    """Change a deal's own settings. 400: neither ``bought`` nor ``close_strategy_activated``, or wrong settings."""
    deal = deal_of(request)
    changes = deal_changes(request.read(DealForm), request.parameters)
    return whole_deal_document(request.engine.deals.update(deal.id, changes))


def panic_sell(request: HandledRequest) -> object:
    """Begin to close a deal by market. 422 (assumption): its status does not allow it."""
    return whole_deal_document(request.engine.deals.panic_sell(deal_of(request).id))


def panic_sell_step(request: HandledRequest) -> object:
    """Begin to sell a step of the take profit by market. 422 (assumption): status or step do not allow it."""
    deal = deal_of(request)
    trade_id = request.read(StepToSell).trade_id
    return whole_deal_document(request.engine.deals.panic_sell_step(deal.id, trade_id))


def cancel(request: HandledRequest) -> object:
    """Begin to cancel a deal. 422 (assumption): its status does not allow it."""
    return whole_deal_document(request.engine.deals.cancel(deal_of(request).id))


def market_orders(request: HandledRequest) -> object:
    return [order_document(order) for order in deal_of(request).listed_orders()]


def data_for_adding_funds(request: HandledRequest) -> object:
    return adding_funds_document(deal_of(request))


def add_funds(request: HandledRequest) -> object:
    """Buy more for a deal. 400: a limit order without a ``rate``. 422 (assumption): status or funds do not allow it.

    The deal as an answer is for bots of one pair.
    """
    deal = deal_of(request)
    form = request.read(FundsToAdd)
    if form.response_type == "deal" and len(deal.settings.pairs) > 1:
        raise invalid({"response_type": [UNKNOWN_VALUE]})
    engine = request.engine
    order = engine.deals.add_funds(deal.id, form.quantity, is_market=form.is_market, rate=form.rate)
    if form.response_type == "market_order":
        return order_document(order)
    return whole_deal_document(deal) if form.response_type == "deal" else _NOTHING_TO_SHOW


def update_max_safety_orders(request: HandledRequest) -> object:
    deal = deal_of(request)
    count = request.read(SafetyOrdersToAllow).max_safety_orders
    return whole_deal_document(request.engine.deals.update_max_safety_orders(deal.id, count))


def cancel_order(request: HandledRequest) -> object:
    """Cancel a safety or manual order. 400: no ``order_id``. 422: another order, or one that no longer rests."""
    deal = deal_of(request)
    order_id = request.read(OrderToCancel).order_id
    return [order_document(order) for order in request.engine.deals.cancel_order(deal.id, order_id)]


def convert_to_smart_trade(request: HandledRequest) -> object:
    """Hand a deal over to a SmartTrade. 422 (assumption): its status does not allow it.

    The deal is cancelled, and the SmartTrade goes on with what is left of it.
    """
    deal = deal_of(request)
    stop_bot = request.read(DealToConvert).stop_bot
    smart_trade = request.engine.deals.convert_to_smart_trade(deal.id, stop_bot=stop_bot)
    return smart_trade_document(smart_trade, account_with_id(request, deal.account.id))


_READ: Final = Permission.BOTS_READ
_WRITE: Final = Permission.BOTS_WRITE
_DEAL: Final = "/ver1/deals/{deal_id}"

ENDPOINTS: Final = (
    Endpoint("GET", "/ver1/deals", 200, list_deals, _READ),
    Endpoint("GET", f"{_DEAL}/show", 200, refusing(show), _READ),
    Endpoint("PATCH", f"{_DEAL}/update_deal", 200, refusing(update), _WRITE),
    Endpoint("POST", f"{_DEAL}/panic_sell", 201, refusing(panic_sell), _WRITE),
    Endpoint("POST", f"{_DEAL}/panic_sell_step", 201, refusing(panic_sell_step), _WRITE),
    Endpoint("POST", f"{_DEAL}/cancel", 201, refusing(cancel), _WRITE),
    Endpoint("GET", f"{_DEAL}/market_orders", 200, refusing(market_orders), _READ),
    Endpoint("GET", f"{_DEAL}/data_for_adding_funds", 200, refusing(data_for_adding_funds), _READ),
    Endpoint("POST", f"{_DEAL}/add_funds", 201, refusing(add_funds), _WRITE),
    Endpoint("POST", f"{_DEAL}/update_max_safety_orders", 201, refusing(update_max_safety_orders), _WRITE),
    Endpoint("POST", f"{_DEAL}/cancel_order", 201, refusing(cancel_order), _WRITE),
    # The page calls the permission SMART_TRADE_WRITE, which no key has.
    Endpoint(
        "POST",
        f"{_DEAL}/convert_to_smart_trade",
        201,
        refusing(convert_to_smart_trade),
        Permission.SMART_TRADES_WRITE,
    ),
)
