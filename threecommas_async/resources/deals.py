"""Deals of DCA bots."""

from __future__ import annotations

import builtins
import datetime
import re
from collections.abc import AsyncIterator, Mapping
from decimal import Decimal
from types import NoneType
from typing import Final, Literal, Unpack, overload

from threecommas_async.models.adding_funds import AddingFundsInfo
from threecommas_async.models.deal import Deal
from threecommas_async.models.deal_order import DealOrder
from threecommas_async.models.deal_settings import DealChanges, DealSettings
from threecommas_async.models.request import Money, exact
from threecommas_async.models.smart_trade import SmartTrade
from threecommas_async.resources.checks import flag, given, identifier, in_range, moment, one_of, text
from threecommas_async.resources.editing import fields_of
from threecommas_async.resources.paging import offset, walk
from threecommas_async.transport.transport import Transport

Scope = Literal["active", "finished", "completed", "cancelled", "failed"]
Order = Literal["created_at", "updated_at", "closed_at", "profit", "profit_percentage"]

_LARGEST_PAGE: Final = 1000
_DIGITS: Final = re.compile(r"[0-9]{1,19}", re.ASCII)


class Deals:
    """``client.deals``: the deals that DCA bots open."""

    __slots__ = ("_transport",)

    def __init__(self, transport: Transport) -> None:
        self._transport: Final = transport

    async def get(self, deal_id: int) -> Deal:
        """Fetch one deal, with its events. Needs the permission BOTS_READ.

        ``GET /ver1/deals/{deal_id}/show``. Vendor's page: "Get deal".

        :param deal_id: the deal's ``id``.
        :raises NotFoundError: there is no such deal.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET", "/ver1/deals/{deal_id}/show", Deal, ids={"deal_id": identifier("deal_id", deal_id)}
        )

    async def list(
        self,
        *,
        bot_id: int | None = None,
        account_id: int | None = None,
        scope: Scope | None = None,
        base: str | None = None,
        quote: str | None = None,
        note: str | None = None,
        created_from: datetime.datetime | None = None,
        created_to: datetime.datetime | None = None,
        order: Order | None = None,
        order_direction: Literal["ASC", "DESC"] | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> builtins.list[Deal]:
        """Fetch some deals, without their events. Needs the permission BOTS_READ.

        ``GET /ver1/deals``. Vendor's page: "Get list of deals". See :meth:`iterate` for all of them.

        :param bot_id: only the deals of this bot.
        :param account_id: only those of this account.
        :param scope: ``"active"`` for deals that run, ``"finished"`` for all that are over, or one kind of these:
            ``"completed"``, ``"cancelled"``, ``"failed"``.
        :param base: only those with this base currency, such as ``ETH``.
        :param quote: only those with this quote currency, such as ``USDT``.
        :param note: only those with this note.
        :param created_from: only those that were opened after this time; ``from`` in the API.
        :param created_to: only those that were opened before this time; ``to`` in the API.
        :param order: what to sort by: ``"created_at"`` (the default), ``"updated_at"``, ``"closed_at"``, ``"profit"``
            or ``"profit_percentage"``.
        :param order_direction: ``"DESC"`` (the default) for the newest or largest first, or ``"ASC"``.
        :param limit: the most deals to return, from 1 to 1000; 50 by default.
        :param offset: how many to skip.
        :raises ValueError: an argument is out of range, another word, or a time without a zone; nothing was sent.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET",
            "/ver1/deals",
            builtins.list[Deal],
            query={
                "bot_id": None if bot_id is None else identifier("bot_id", bot_id),
                "account_id": None if account_id is None else identifier("account_id", account_id),
                "scope": one_of("scope", scope, "active", "finished", "completed", "cancelled", "failed"),
                "base": text("base", base),
                "quote": text("quote", quote),
                "note": text("note", note),
                "from": moment("created_from", created_from),
                "to": moment("created_to", created_to),
                "order": one_of("order", order, "created_at", "updated_at", "closed_at", "profit", "profit_percentage"),
                "order_direction": one_of("order_direction", order_direction, "ASC", "DESC"),
                "limit": in_range("limit", limit, 1, _LARGEST_PAGE),
                "offset": in_range("offset", offset, 0),
            },
        )

    def iterate(
        self,
        *,
        bot_id: int | None = None,
        account_id: int | None = None,
        scope: Scope | None = None,
        base: str | None = None,
        quote: str | None = None,
        note: str | None = None,
        created_from: datetime.datetime | None = None,
        created_to: datetime.datetime | None = None,
    ) -> AsyncIterator[Deal]:
        """Walk through all deals, the newest first: ``async for deal in client.deals.iterate(scope="active")``.

        ``GET /ver1/deals``, page by page as you go on, without the deals' events. Needs the permission BOTS_READ.
        Vendor's page: "Get list of deals". No deal comes twice, and none is missed that is in the list for as long as
        the walk takes.

        :param bot_id: only the deals of this bot.
        :param account_id: only those of this account.
        :param scope: ``"active"`` for deals that run, ``"finished"`` for all that are over, or one kind of these:
            ``"completed"``, ``"cancelled"``, ``"failed"``.
        :param base: only those with this base currency, such as ``ETH``.
        :param quote: only those with this quote currency, such as ``USDT``.
        :param note: only those with this note.
        :param created_from: only those that were opened after this time.
        :param created_to: only those that were opened before this time.
        :raises UnreadableResponseError: among others: the pages that came do not fit together.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return walk(
            "/ver1/deals",
            lambda start, size: self.list(
                bot_id=bot_id,
                account_id=account_id,
                scope=scope,
                base=base,
                quote=quote,
                note=note,
                created_from=created_from,
                created_to=created_to,
                limit=size,
                offset=start,
            ),
            lambda deal: deal.id,
            offset(_LARGEST_PAGE),
        )

    async def update(self, deal_id: int, **changes: Unpack[DealChanges]) -> Deal:
        """Change settings of a running deal; what is not given stays as it is. Needs the permission BOTS_WRITE.

        ``PATCH /ver1/deals/{deal_id}/update_deal``. Vendor's page: "Update deal". Deals whose status is ``bought`` or
        ``close_strategy_activated`` can be changed.

        ::

            await client.deals.update(deal.id, take_profit="2.5", stop_loss_percentage="12")

        :param deal_id: the deal's ``id``.
        :param changes: the settings to change, by the names of :class:`~threecommas_async.models.DealSettings`, where
            they are described; a value of None is sent as null.
        :returns: the changed deal.
        :raises TypeError: there is no such setting, or a value is of the wrong type; nothing was sent.
        :raises ValueError: a value cannot be right, or does not go with the others, or none is given; nothing was sent.
        :raises InvalidRequestError: 3Commas refused; ``fields`` tells what and why.
        :raises OutcomeUnknownError: the response was lost: :meth:`get` tells what the deal has.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "PATCH",
            "/ver1/deals/{deal_id}/update_deal",
            Deal,
            ids={"deal_id": identifier("deal_id", deal_id)},
            body=_not_empty(fields_of(DealSettings().evolved(changes))),
        )

    async def panic_sell(self, deal_id: int) -> Deal:
        """Close a deal at the market price. Needs the permission BOTS_WRITE.

        ``POST /ver1/deals/{deal_id}/panic_sell``. Vendor's page: "Close deal at market price". Its status becomes
        ``panic_sold`` in the end.

        :param deal_id: the deal's ``id``.
        :returns: the deal, while it is being closed.
        :raises OutcomeUnknownError: the response was lost: look at the deal before you repeat the call.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST", "/ver1/deals/{deal_id}/panic_sell", Deal, ids={"deal_id": identifier("deal_id", deal_id)}
        )

    async def panic_sell_step(self, deal_id: int, trade_id: int) -> Deal:
        """Close one step of a deal's take profit at the market price. Needs the permission BOTS_WRITE.

        ``POST /ver1/deals/{deal_id}/panic_sell_step``. Vendor's page: "Close one step in deal at market price". Where
        it is the last step, the deal's status becomes ``panic_sold``.

        :param deal_id: the deal's ``id``.
        :param trade_id: the step's ``trade_id``.
        :returns: the deal, while the step is being closed.
        :raises OutcomeUnknownError: the response was lost: look at the deal before you repeat the call.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST",
            "/ver1/deals/{deal_id}/panic_sell_step",
            Deal,
            ids={"deal_id": identifier("deal_id", deal_id)},
            body={"trade_id": identifier("trade_id", trade_id)},
        )

    async def cancel(self, deal_id: int) -> Deal:
        """Cancel a deal. Needs the permission BOTS_WRITE.

        ``POST /ver1/deals/{deal_id}/cancel``. Vendor's page: "Cancel deal". Its orders are cancelled; nothing is sold,
        so what was bought stays in the account.

        :param deal_id: the deal's ``id``.
        :returns: the deal, while it is being cancelled.
        :raises OutcomeUnknownError: the response was lost: look at the deal before you repeat the call.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST", "/ver1/deals/{deal_id}/cancel", Deal, ids={"deal_id": identifier("deal_id", deal_id)}
        )

    async def market_orders(self, deal_id: int) -> builtins.list[DealOrder]:
        """List the orders that a deal has placed. Needs the permission BOTS_READ.

        ``GET /ver1/deals/{deal_id}/market_orders``. Vendor's page: "Get trades of deal".

        :param deal_id: the deal's ``id``.
        :returns: the orders, newest first by and large.
        :raises NotFoundError: there is no such deal.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET",
            "/ver1/deals/{deal_id}/market_orders",
            builtins.list[DealOrder],
            ids={"deal_id": identifier("deal_id", deal_id)},
        )

    async def data_for_adding_funds(self, deal_id: int) -> AddingFundsInfo:
        """Fetch what has to be known before funds are added: prices, limits, what is free. Needs BOTS_READ.

        ``GET /ver1/deals/{deal_id}/data_for_adding_funds``. Vendor's page: "Get info required to add funds".

        :param deal_id: the deal's ``id``.
        :raises NotFoundError: there is no such deal.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET",
            "/ver1/deals/{deal_id}/data_for_adding_funds",
            AddingFundsInfo,
            ids={"deal_id": identifier("deal_id", deal_id)},
        )

    @overload
    async def add_funds(
        self,
        deal_id: int,
        *,
        quantity: Money,
        is_market: bool,
        rate: Money | None = None,
        response_type: Literal["empty"] = "empty",
    ) -> None: ...

    @overload
    async def add_funds(
        self,
        deal_id: int,
        *,
        quantity: Money,
        is_market: bool,
        rate: Money | None = None,
        response_type: Literal["market_order"],
    ) -> DealOrder: ...

    @overload
    async def add_funds(
        self,
        deal_id: int,
        *,
        quantity: Money,
        is_market: bool,
        rate: Money | None = None,
        response_type: Literal["deal"],
    ) -> Deal: ...

    async def add_funds(
        self,
        deal_id: int,
        *,
        quantity: Money,
        is_market: bool,
        rate: Money | None = None,
        response_type: Literal["empty", "market_order", "deal"] = "empty",
    ) -> Deal | DealOrder | None:
        """Add funds to a deal, by a safety order of your own. Needs the permission BOTS_WRITE.

        ``POST /ver1/deals/{deal_id}/add_funds``. Vendor's page: "Add manual safety trade". For the limits see
        :meth:`data_for_adding_funds`.

        :param deal_id: the deal's ``id``.
        :param quantity: how much to buy (to sell, when short), in the base currency.
        :param is_market: True for a market order, False for a limit order.
        :param rate: the price of a limit order; market orders have none.
        :param response_type: what to return: ``"empty"`` for nothing, ``"market_order"`` for the order, ``"deal"`` for
            the deal, which goes with bots of a single pair only.
        :raises ValueError: ``quantity`` is not a number above 0; ``rate`` is missing, or given with a market order;
            ``response_type`` is another word. Nothing was sent.
        :raises TypeError: an argument is of the wrong type; nothing was sent.
        :raises InvalidRequestError: 3Commas refused; ``fields`` tells what and why.
        :raises OutcomeUnknownError: the response was lost: look at :meth:`market_orders` before you repeat the call.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST",
            "/ver1/deals/{deal_id}/add_funds",
            _response_class(response_type),
            ids={"deal_id": identifier("deal_id", deal_id)},
            body=given(
                quantity=_above_zero("quantity", quantity),
                is_market=_required_flag("is_market", is_market),
                response_type=response_type,
                rate=_rate(rate, is_market=is_market),
            ),
            texts=(b"None",),
        )

    async def update_max_safety_orders(self, deal_id: int, max_safety_orders: int) -> Deal:
        """Change how many safety orders a deal may have. Needs the permission BOTS_WRITE.

        ``POST /ver1/deals/{deal_id}/update_max_safety_orders``. Vendor's page: "Modify maximum safety orders count".

        :param deal_id: the deal's ``id``.
        :param max_safety_orders: the most safety orders, from 0 to 200.
        :returns: the changed deal.
        :raises ValueError: ``max_safety_orders`` is out of range; nothing was sent.
        :raises NotFoundError: there is no such deal.
        :raises OutcomeUnknownError: the response was lost: :meth:`get` tells what the deal has.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST",
            "/ver1/deals/{deal_id}/update_max_safety_orders",
            Deal,
            ids={"deal_id": identifier("deal_id", deal_id)},
            body={
                "max_safety_orders": in_range(
                    "max_safety_orders", _required("max_safety_orders", max_safety_orders), 0, 200
                )
            },
        )

    async def cancel_order(self, deal_id: int, order_id: int | str) -> builtins.list[DealOrder]:
        """Cancel a safety order that waits to be filled. Needs the permission BOTS_WRITE.

        ``POST /ver1/deals/{deal_id}/cancel_order``. Vendor's page: "Cancel manual safety order".

        :param deal_id: the deal's ``id``.
        :param order_id: the order's ``order_id``: a number, or its digits.
        :returns: all orders of the deal; the one that is being cancelled may still be ``Active``.
        :raises ValueError: ``order_id`` is not such a number; nothing was sent.
        :raises InvalidRequestError: 3Commas refused, such as with "Cant be cancelled".
        :raises OutcomeUnknownError: the response was lost: :meth:`market_orders` tells how the order stands.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST",
            "/ver1/deals/{deal_id}/cancel_order",
            builtins.list[DealOrder],
            ids={"deal_id": identifier("deal_id", deal_id)},
            body={"order_id": identifier("order_id", _number(order_id))},
        )

    async def convert_to_smart_trade(self, deal_id: int, *, stop_bot: bool) -> SmartTrade:
        """Turn a deal into a SmartTrade, which takes over its position. Needs the permission SMART_TRADES_WRITE.

        ``POST /ver1/deals/{deal_id}/convert_to_smart_trade``. Vendor's page: "Converts the deal to SmartTrade", which
        writes the permission SMART_TRADE_WRITE. The deal's status becomes ``cancelled``.

        :param deal_id: the deal's ``id``.
        :param stop_bot: whether to switch off the bot as well; one that stays on may open the next deal at once.
        :returns: the SmartTrade.
        :raises TypeError: ``stop_bot`` is not a bool; nothing was sent.
        :raises OutcomeUnknownError: the response was lost: look at the deal before you repeat the call.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST",
            "/ver1/deals/{deal_id}/convert_to_smart_trade",
            SmartTrade,
            ids={"deal_id": identifier("deal_id", deal_id)},
            body={"stop_bot": _required_flag("stop_bot", stop_bot)},
        )


def _not_empty(changes: dict[str, object]) -> dict[str, object]:
    if not changes:
        raise ValueError("update needs at least one change, such as take_profit='2.5'")
    return changes


def _required_flag(name: str, value: object) -> bool:
    checked = flag(name, value)
    if checked is None:
        raise TypeError(f"{name} must be a bool, not None")
    return checked


def _required(name: str, value: object) -> object:
    if value is None:
        raise TypeError(f"{name} must be an int, not None")
    return value


def _above_zero(name: str, value: object) -> Decimal:
    amount = exact(name, value)
    if amount <= 0:
        raise ValueError(f"{name} must be above 0, not {amount:f}")
    return amount


def _rate(rate: object, *, is_market: bool) -> Decimal | None:
    if is_market and rate is not None:
        raise ValueError("rate must not be given with a market order, which has no price of its own")
    if not is_market and rate is None:
        raise ValueError("rate is required for a limit order")
    return None if rate is None else _above_zero("rate", rate)


def _number(order_id: object) -> object:
    """Orders come with a text of digits for a number."""
    return int(order_id) if isinstance(order_id, str) and _DIGITS.fullmatch(order_id) else order_id


_RESPONSE_CLASSES: Final[Mapping[str, type[Deal | DealOrder | None]]] = {
    "empty": NoneType,
    "market_order": DealOrder,
    "deal": Deal,
}


def _response_class(response_type: object) -> type[Deal | DealOrder | None]:
    one_of("response_type", response_type, *_RESPONSE_CLASSES)
    return _RESPONSE_CLASSES[str(response_type)]
