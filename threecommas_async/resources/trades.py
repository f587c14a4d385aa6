"""Simple trades."""

from __future__ import annotations

import builtins
from collections.abc import AsyncIterator, Mapping
from decimal import Decimal
from typing import Final, Literal, cast
from uuid import UUID

from threecommas_async.errors import ThreeCommasError
from threecommas_async.models.base import OMITTED
from threecommas_async.models.request import exact
from threecommas_async.models.simple_trade import SimpleTrade
from threecommas_async.models.simple_trade_plan import SimpleTradePlan
from threecommas_async.resources import checks
from threecommas_async.resources.checks import identifier, in_range, text
from threecommas_async.resources.created import find_created, since
from threecommas_async.resources.editing import fields_of
from threecommas_async.resources.paging import offset, walk
from threecommas_async.transport.transport import Transport

ActiveOrder = Literal["pair", "created_at"]
HistoryOrder = Literal["pair", "created_at", "closed_at"]
Direction = Literal["asc", "desc"]

_PATH: Final = "/ver1/trades"
_HISTORY: Final = "/ver1/trades/history"
_PAGE: Final = 50  # the API names no largest page
_TOLD_APART_BY: Final = (
    "order.type",
    "order.side",
    "order.position_side",
    "order.reduce_only",
    "units.value",
    "price.value",
    "conditional.enabled",
    "conditional.value",
    "conditional.price.value",
    "conditional.price.type",
    "trailing.enabled",
    "trailing.value",
    "trailing.percent",
    "timeout.enabled",
    "timeout.value",
)


class Trades:
    """``client.trades``: simple trades, which are single orders, with or without a condition."""

    __slots__ = ("_transport",)

    def __init__(self, transport: Transport) -> None:
        self._transport: Final = transport

    async def create(self, *, account_id: int, plan: SimpleTradePlan) -> SimpleTrade:
        """Create a trade. Needs the permission SMART_TRADES_WRITE.

        ``POST /ver1/trades``. Vendor's page: "Create Trade".

        ::

            plan = SimpleTradePlan.buy_limit(pair="USDT_BTC", units="0.5", price="10000")
            trade = await client.trades.create(account_id=account.id, plan=plan)

        :param account_id: the account that it is to be made on.
        :param plan: what it is to do.
        :returns: the trade as it begins; :meth:`get` tells how it goes on.
        :raises TypeError: ``plan`` is of another class; nothing was sent.
        :raises InvalidRequestError: 3Commas refused; ``description`` and ``fields`` tell why.
        :raises OutcomeUnknownError: the response was lost: ask :meth:`find_created` before you repeat the call.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST",
            _PATH,
            SimpleTrade,
            body={"account_id": identifier("account_id", account_id), **fields_of(_plan(plan))},
            envelope="trade",
        )

    async def find_created(self, error: ThreeCommasError) -> SimpleTrade | None:
        """Find out what became of a :meth:`create` whose answer was lost. Needs the permission SMART_TRADES_READ.

        ``GET /ver1/trades`` and ``GET /ver1/trades/history``, all pages of the account and the pair that are no older
        than the call, up to four times within some seconds: that a trade is absent right after a failure proves
        nothing. Looked for is a trade on the same account and pair with the same order, units, price and conditions,
        that is not older than the call, give or take two minutes by which clocks may differ.

        A trade can be given neither a name nor a note. So what is found is certain only as long as nothing else creates
        the same trade on the account at about the same time; units that differ a little from each other help. None is
        not certain: a request that 3Commas carries out later than this looks is missed, and so is a trade whose units
        or price 3Commas rounded, which it does not where they are multiples of the pair's steps
        (:meth:`~threecommas_async.models.CurrencyRates.floor_amount` and
        :meth:`~threecommas_async.models.CurrencyRates.round_price`).

        :param error: what :meth:`create` ended in.
        :returns: the trade, if it is there; None if it is not, or if ``error.outcome`` is ``NOT_DONE`` anyway.
        :raises ValueError: ``error`` does not come from :meth:`create`.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`; then nothing was found out.
        """
        return await find_created(
            error,
            self._transport.clock,
            creates=("POST", _PATH),
            rows=lambda: self._active_and_past(error),
            is_same=lambda trade: _is_same(trade, error.sent),
        )

    async def get(self, uuid: UUID | str) -> SimpleTrade:
        """Fetch one trade. Needs the permission SMART_TRADES_READ.

        ``GET /ver1/trades/{uuid}``. Vendor's page: "Get Trade".

        :param uuid: the trade's ``uuid``, or the text of it.
        :raises NotFoundError: there is no such trade.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET", "/ver1/trades/{uuid}", SimpleTrade, ids={"uuid": checks.uuid("uuid", uuid)}, envelope="trade"
        )

    async def list(
        self,
        *,
        account_id: int | None = None,
        pair: str | None = None,
        order_by: ActiveOrder | str | None = None,
        order_direction: Direction | str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> builtins.list[SimpleTrade]:
        """Fetch some trades that are not over. Needs the permission SMART_TRADES_READ.

        ``GET /ver1/trades``. Vendor's page: "Get Active Trades". See :meth:`iterate` for all of them, and
        :meth:`history` for those that are over.

        :param account_id: only the trades of this account.
        :param pair: only those of this pair, such as ``USDT_BTC``.
        :param order_by: what to sort by: ``"created_at"`` (the default) or ``"pair"``.
        :param order_direction: ``"asc"`` (the default) for the oldest first, or ``"desc"``.
        :param limit: the most trades to return; 10 by default.
        :param offset: how many to skip.
        :raises ValueError: an argument is out of range or empty; nothing was sent.
        :raises TypeError: an argument is of the wrong type; nothing was sent.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._page(_PATH, account_id, pair, order_by, order_direction, limit, offset)

    def iterate(self, *, account_id: int | None = None, pair: str | None = None) -> AsyncIterator[SimpleTrade]:
        """Walk through all trades that are not over, the newest first: ``async for trade in client.trades.iterate()``.

        ``GET /ver1/trades``, page by page as you go on. Needs the permission SMART_TRADES_READ. Vendor's page: "Get
        Active Trades". No trade comes twice, and none is missed that is in the list for as long as the walk takes.

        :param account_id: only the trades of this account.
        :param pair: only those of this pair, such as ``USDT_BTC``.
        :raises UnreadableResponseError: among others: the pages that came do not fit together.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return self._walk(_PATH, account_id, pair)

    async def history(
        self,
        *,
        account_id: int | None = None,
        pair: str | None = None,
        order_by: HistoryOrder | str | None = None,
        order_direction: Direction | str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> builtins.list[SimpleTrade]:
        """Fetch some trades that are over. Needs the permission SMART_TRADES_READ.

        ``GET /ver1/trades/history``. Vendor's page: "Trades History". See :meth:`iterate_history` for all of them.

        :param account_id: only the trades of this account.
        :param pair: only those of this pair, such as ``USDT_BTC``.
        :param order_by: what to sort by: ``"created_at"`` (the default), ``"closed_at"`` or ``"pair"``.
        :param order_direction: ``"asc"`` (the default) for the oldest first, or ``"desc"``.
        :param limit: the most trades to return; 10 by default.
        :param offset: how many to skip.
        :raises ValueError: an argument is out of range or empty; nothing was sent.
        :raises TypeError: an argument is of the wrong type; nothing was sent.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._page(_HISTORY, account_id, pair, order_by, order_direction, limit, offset)

    def iterate_history(self, *, account_id: int | None = None, pair: str | None = None) -> AsyncIterator[SimpleTrade]:
        """Walk through all trades that are over, the newest first.

        ``GET /ver1/trades/history``, page by page as you go on. Needs the permission SMART_TRADES_READ. Vendor's page:
        "Trades History". No trade comes twice, and none is missed that is in the list for as long as the walk takes.

        :param account_id: only the trades of this account.
        :param pair: only those of this pair, such as ``USDT_BTC``.
        :raises UnreadableResponseError: among others: the pages that came do not fit together.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return self._walk(_HISTORY, account_id, pair)

    async def cancel(self, uuid: UUID | str) -> SimpleTrade:
        """Cancel a trade that is not over. Needs the permission SMART_TRADES_WRITE.

        ``POST /ver1/trades/{uuid}/cancel``. Vendor's page: "Cancel Trade". What was filled before stays in the account.

        :param uuid: the trade's ``uuid``, or the text of it.
        :returns: the trade, cancelled or about to be.
        :raises InvalidRequestError: 3Commas refused, such as with "Trade cannot be cancelled": see ``is_cancelable``.
        :raises OutcomeUnknownError: the response was lost: :meth:`get` tells how the trade stands.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST",
            "/ver1/trades/{uuid}/cancel",
            SimpleTrade,
            ids={"uuid": checks.uuid("uuid", uuid)},
            envelope="trade",
        )

    async def _page(
        self,
        path: str,
        account_id: int | None,
        pair: str | None,
        order_by: str | None,
        order_direction: str | None,
        limit: int | None,
        offset: int | None,
    ) -> builtins.list[SimpleTrade]:
        return await self._transport.request(
            "GET",
            path,
            builtins.list[SimpleTrade],
            query={
                "account_id": None if account_id is None else identifier("account_id", account_id),
                "pair": text("pair", pair),
                "order_by": text("order_by", order_by),
                "order_direction": text("order_direction", order_direction),
                "limit": in_range("limit", limit, 1),
                "offset": in_range("offset", offset, 0),
            },
            envelope="trades",
        )

    def _walk(self, path: str, account_id: int | None, pair: str | None) -> AsyncIterator[SimpleTrade]:
        return walk(
            path,
            lambda start, size: self._page(path, account_id, pair, "created_at", "desc", size, start),
            lambda trade: trade.uuid,
            offset(_PAGE),
        )

    async def _active_and_past(self, error: ThreeCommasError) -> AsyncIterator[SimpleTrade]:
        """Walk through what a failed call may have created: in this order, for a trade may be over at any moment."""
        account_id, pair = error.sent.get("account_id"), error.sent.get("pair")
        for path in (_PATH, _HISTORY):
            rows = self._walk(
                path,
                account_id if isinstance(account_id, int) else None,
                pair if isinstance(pair, str) else None,
            )
            async for trade in since(error, rows):
                yield trade


def _plan(plan: object) -> SimpleTradePlan:
    if not isinstance(plan, SimpleTradePlan):
        raise TypeError(f"plan must be SimpleTradePlan, not {type(plan).__name__}")
    return plan


def _is_same(trade: SimpleTrade, sent: Mapping[str, object]) -> bool:
    """Tell whether a trade has all that was sent, as far as the API says what it has."""
    if (trade.account_id, trade.pair) != (sent.get("account_id"), sent.get("pair")):
        return False
    pairs = [(_at(sent, place), _at(trade, place)) for place in _TOLD_APART_BY]
    return all(asked is None or has is None or _is_equal(asked, has) for asked, has in pairs)


def _at(whole: object, place: str) -> object:
    """Return what is at a place, such as ``units.value``, of a model, a request or decoded JSON; None if nothing is."""
    found: object = whole
    for name in place.split("."):
        if isinstance(found, Mapping):
            found = cast("Mapping[str, object]", found).get(name)
        else:
            found = getattr(found, name, None)
    return None if found is OMITTED else found


def _is_equal(one: object, other: object) -> bool:
    if not isinstance(one, Decimal) and not isinstance(other, Decimal):
        return one == other
    try:
        return exact("it", one) == exact("it", other)
    except (TypeError, ValueError):
        return False
