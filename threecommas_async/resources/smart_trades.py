"""SmartTrades, and the trades that they are made of."""

from __future__ import annotations

import builtins
import datetime
from collections.abc import AsyncIterator
from typing import Final, Literal, Unpack

from threecommas_async.errors import ThreeCommasError
from threecommas_async.models.request import Money
from threecommas_async.models.smart_trade import ReduceFundsInfo, SmartTrade, SmartTradeTrade
from threecommas_async.models.smart_trade_parts import LimitPrice, Position, Units
from threecommas_async.models.smart_trade_plan import (
    CREATE_ONLY,
    LONGEST_NOTE,
    SmartTradeEdits,
    SmartTradePlan,
    as_new,
)
from threecommas_async.resources.checks import given, identifier, in_range, moment, one_of, required_text, text
from threecommas_async.resources.created import find_created
from threecommas_async.resources.editing import Editor, fields_of
from threecommas_async.resources.paging import numbered, walk
from threecommas_async.transport.transport import Transport

Kind = Literal["smart_trade", "smart_cover", "smart_sell", "smart_buy", "simple_buy", "simple_sell"]
Status = Literal["all", "active", "finished", "successfully_finish", "cancelled", "failed"]
OrderBy = Literal["created_at", "updated_at", "closed_at", "status", "profit", "profit_percentage"]
Direction = Literal["ASC", "DESC"]

_PATH: Final = "/v2/smart_trades"
_ONE: Final = "/v2/smart_trades/{id}"
_TRADE: Final = "/v2/smart_trades/{smart_trade_id}/trades/{trade_id}"
_LARGEST_PAGE: Final = 100


class SmartTrades:
    """``client.smart_trades``: trades with an entry, targets to take profits at, and a stop loss."""

    __slots__ = ("_editor", "_transport")

    def __init__(self, transport: Transport) -> None:
        self._transport: Final = transport
        self._editor: Final = Editor(
            SmartTrade,
            what="SmartTrade",
            id_name="id",
            method="PATCH",
            path=_ONE,
            base_url=transport.base_url,
            read=self.get,
            write=self._write,
            settings_of=SmartTrade.plan,
            fixed=CREATE_ONLY,
            elsewhere={"note": "set_note"},
            called="plan",
            example="stop_loss=StopLoss.at(price='1900')",
        )

    async def create(self, *, account_id: int, plan: SmartTradePlan) -> SmartTrade:
        """Create a SmartTrade, which begins at once. Needs the permission SMART_TRADES_WRITE.

        ``POST /v2/smart_trades``. Vendor's page: "Create SmartTrade". The account's ``smart_trading_supported`` tells
        whether it can have any.

        ::

            plan = SmartTradePlan.buy(
                "USDT_ETH",
                units="0.1",
                price="2000",
                take_profit=TakeProfit.of(
                    TakeProfitStep.at(price="2100", volume="50"), TakeProfitStep.at(price="2200", volume="50")
                ),
                stop_loss=StopLoss.at(price="1900"),
                note="eth-2024-09-17",
            )
            trade = await client.smart_trades.create(account_id=account.id, plan=plan)

        :param account_id: the account that it is to run on.
        :param plan: what it is to do. The plan of another SmartTrade will do; the numbers of its steps are not sent.
        :returns: the SmartTrade as it begins; :meth:`get` tells how it goes on.
        :raises TypeError: ``plan`` is of another class; nothing was sent.
        :raises ValueError: the plan has what goes only with a SmartTrade that is there already; nothing was sent.
        :raises InvalidRequestError: 3Commas refused; ``fields`` tells what and why, such as a total that is too small.
        :raises PermissionDeniedError: among others: the account belongs to somebody else.
        :raises OutcomeUnknownError: the response was lost: ask :meth:`find_created` before you repeat the call.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST",
            _PATH,
            SmartTrade,
            body={"account_id": identifier("account_id", account_id), **fields_of(as_new(_plan(plan)))},
        )

    async def find_created(self, error: ThreeCommasError) -> SmartTrade | None:
        """Find out what became of a :meth:`create` whose answer was lost. Needs the permission SMART_TRADES_READ.

        ``GET /v2/smart_trades``, all pages of the account and the pair, up to four times within some seconds: that a
        SmartTrade is absent right after a failure proves nothing. Looked for is one on the same account and pair, of
        the same kind, with the same note, that is not older than the call, give or take two minutes by which clocks may
        differ.

        That is certain if the plan had a note that no other SmartTrade has: give each a note of its own, write it down,
        then create it. Without one, or with one that others have too, it may be another SmartTrade that was created at
        about the same time, or by an earlier attempt of yours. Not certain is None: a request that 3Commas carries out
        later than this looks is missed, and so is one whose note somebody has changed.

        :param error: what :meth:`create` ended in.
        :returns: the SmartTrade, if it is there; None if it is not, or if ``error.outcome`` is ``NOT_DONE`` anyway.
        :raises ValueError: ``error`` does not come from :meth:`create`.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`; then nothing was found out.
        """
        account_id, pair = error.sent.get("account_id"), error.sent.get("pair")
        return await find_created(
            error,
            self._transport.clock,
            creates=("POST", _PATH),
            rows=lambda: self.iterate(
                account_id=account_id if isinstance(account_id, int) else None,
                pair=pair if isinstance(pair, str) else None,
                status="all",
            ),
            is_same=lambda trade: _is_same(trade, error),
        )

    async def update(self, id: int, plan: SmartTradePlan) -> SmartTrade:
        """Write what a SmartTrade is to do. Needs the permission SMART_TRADES_WRITE.

        ``PATCH /v2/smart_trades/{id}``. Vendor's page: "Edit SmartTrade". Its status must be ``waiting_position`` or
        ``waiting_targets``. To change a part and keep the rest, see :meth:`edit`; to undo one, give the plan of before:
        ``client.smart_trades.update(trade.id, plan_before)``.

        Sent are ``position``, but for its ``order_type``, ``take_profit``, ``stop_loss`` and ``leverage``. The rest is
        given to a SmartTrade when it is created, and is not sent here. The response must have it all the same, as it
        must have everything that was sent; an amount that was filled otherwise than it was asked for counts, too.

        :param id: the SmartTrade's ``id``.
        :param plan: what it is to do; what is :data:`~threecommas_async.OMITTED` stays as it is.
        :returns: the changed SmartTrade.
        :raises TypeError: ``plan`` is of another class; nothing was sent.
        :raises InvalidRequestError: 3Commas refused; ``fields`` tells what and why.
        :raises NotFoundError: there is no such SmartTrade.
        :raises NotAppliedError: it was done, but the response has other values, which ``differences`` names.
        :raises OutcomeUnknownError: the response was lost: :meth:`get` tells what it has.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._editor.update(id, plan)

    async def edit(self, trade: int | SmartTrade, **changes: Unpack[SmartTradeEdits]) -> SmartTrade:
        """Change parts of what a SmartTrade is to do, and keep the rest.

        ``GET /v2/smart_trades/{id}``, then ``PATCH /v2/smart_trades/{id}`` with all that this call takes, as in the
        vendor's example. Needs the permissions SMART_TRADES_READ and SMART_TRADES_WRITE. Vendor's pages: "Get
        SmartTrade", "Edit SmartTrade". Its status must be ``waiting_position`` or ``waiting_targets``.

        ::

            plan_before = trade.plan()
            await client.smart_trades.edit(trade, stop_loss=StopLoss.at(price="1950"))
            await client.smart_trades.update(trade.id, plan_before)   # undoes it

        Given a SmartTrade, what it is to do must still be what it is at 3Commas; given an ``id``, whatever it has there
        is kept. That an order was filled meanwhile is no change. The response is compared with what was read, with the
        changes: a change that was dropped does not go unseen, nor does one that another program makes between the
        writing and the response. What another program changes in the instant between reading and writing is
        overwritten. Edits through the same client wait for each other.

        :param trade: the SmartTrade's ``id``, or the SmartTrade as it was read before.
        :param changes: the parts to change, each as a whole: ``position``, ``take_profit``, ``stop_loss``,
            ``leverage``. To keep the steps that it has, take them from ``trade.plan().take_profit``.
        :returns: the changed SmartTrade.
        :raises TypeError: there is no such part, or it is of the wrong class; nothing was written.
        :raises ValueError: the parts do not go together; or it has something that could not be read, and would be lost.
            Nothing was written.
        :raises ConflictError: it is to do something else now than ``trade``; nothing was written.
        :raises NotAppliedError: it was done, but the response has other values, which ``differences`` names.
        :raises NotSentError: among others: it could not be read; nothing was written.
        :raises OutcomeUnknownError: the response to the write was lost: :meth:`get` tells what it has.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._editor.edit(trade, changes)

    async def get(self, id: int) -> SmartTrade:
        """Fetch one SmartTrade. Needs the permission SMART_TRADES_READ.

        ``GET /v2/smart_trades/{id}``. Vendor's page: "Get SmartTrade".

        :param id: the SmartTrade's ``id``.
        :raises NotFoundError: there is no such SmartTrade.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request("GET", _ONE, SmartTrade, ids={"id": identifier("id", id)})

    async def list(
        self,
        *,
        account_id: int | None = None,
        pair: str | None = None,
        type: Kind | str | None = None,
        status: Status | str | None = None,
        base: str | None = None,
        quote: str | None = None,
        created_from: datetime.datetime | None = None,
        created_to: datetime.datetime | None = None,
        order_by: OrderBy | None = None,
        order_direction: Direction | None = None,
        page: int | None = None,
        per_page: int | None = None,
    ) -> builtins.list[SmartTrade]:
        """Fetch some SmartTrades. Needs the permission SMART_TRADES_READ.

        ``GET /v2/smart_trades``. Vendor's page: "Get the list of SmartTrades". See :meth:`iterate` for all of them.

        :param account_id: only those of this account.
        :param pair: only those that trade this pair.
        :param type: only those of this kind: ``"smart_trade"`` (buys first), ``"smart_cover"`` (sells first),
            ``"smart_sell"``, ``"smart_buy"``, ``"simple_buy"``, ``"simple_sell"``, or a word that the library does not
            know yet.
        :param status: ``"all"``, ``"active"``, ``"finished"``, ``"successfully_finish"``, ``"cancelled"`` or
            ``"failed"``, or a word that the library does not know yet; older pages of the vendor write
            ``"successfully_finished"``.
        :param base: only those with this base currency, such as ``ETH``.
        :param quote: only those with this quote currency, such as ``USDT``.
        :param created_from: only those that were created after this time; ``from`` in the API.
        :param created_to: only those that were created before this time; ``to`` in the API.
        :param order_by: what to sort by: ``"status"`` (the default), ``"created_at"``, ``"updated_at"``,
            ``"closed_at"``, ``"profit"`` or ``"profit_percentage"``.
        :param order_direction: ``"DESC"`` (the default) for the newest or largest first, or ``"ASC"``.
        :param page: which page, from 1.
        :param per_page: SmartTrades on a page, from 1 to 100; 10 by default.
        :raises ValueError: an argument is out of range, another word, or a time without a zone; nothing was sent.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET",
            _PATH,
            builtins.list[SmartTrade],
            query={
                "account_id": None if account_id is None else identifier("account_id", account_id),
                "pair": text("pair", pair),
                "type": text("type", type),
                "status": text("status", status),
                "base": text("base", base),
                "quote": text("quote", quote),
                "from": moment("created_from", created_from),
                "to": moment("created_to", created_to),
                "order_by": one_of(
                    "order_by",
                    order_by,
                    "created_at",
                    "updated_at",
                    "closed_at",
                    "status",
                    "profit",
                    "profit_percentage",
                ),
                "order_direction": one_of("order_direction", order_direction, "ASC", "DESC"),
                "page": in_range("page", page, 1),
                "per_page": in_range("per_page", per_page, 1, _LARGEST_PAGE),
            },
        )

    def iterate(
        self,
        *,
        account_id: int | None = None,
        pair: str | None = None,
        type: Kind | str | None = None,
        status: Status | str | None = None,
        base: str | None = None,
        quote: str | None = None,
        created_from: datetime.datetime | None = None,
        created_to: datetime.datetime | None = None,
    ) -> AsyncIterator[SmartTrade]:
        """Walk through all SmartTrades, the newest first: ``async for trade in client.smart_trades.iterate()``.

        ``GET /v2/smart_trades``, page by page as you go on. Needs the permission SMART_TRADES_READ. Vendor's page: "Get
        the list of SmartTrades". No SmartTrade comes twice, and none is missed that is in the list for as long as the
        walk takes.

        :param account_id: only those of this account.
        :param pair: only those that trade this pair.
        :param type: only those of this kind; see :meth:`list`.
        :param status: only those that stand so; see :meth:`list`.
        :param base: only those with this base currency, such as ``ETH``.
        :param quote: only those with this quote currency, such as ``USDT``.
        :param created_from: only those that were created after this time.
        :param created_to: only those that were created before this time.
        :raises UnreadableResponseError: among others: the pages that came do not fit together.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return walk(
            _PATH,
            lambda start, size: self.list(
                account_id=account_id,
                pair=pair,
                type=type,
                status=status,
                base=base,
                quote=quote,
                created_from=created_from,
                created_to=created_to,
                order_by="created_at",  # by default they are sorted by their status, which changes under the walker
                order_direction="DESC",
                page=start // size + 1,
                per_page=size,
            ),
            lambda trade: trade.id,
            numbered(_LARGEST_PAGE),
        )

    async def add_funds(
        self, id: int, *, order_type: Literal["market", "limit"], units: Money, price: Money | None = None
    ) -> SmartTrade:
        """Add funds to a SmartTrade, which averages its price. Needs the permission SMART_TRADES_WRITE.

        ``POST /v2/smart_trades/{id}/add_funds``. Vendor's page: "Add funds for SmartTrade". Its status must be
        ``waiting_position`` or ``waiting_targets``; one whose entry trails, a simple buy and a simple sale cannot have
        more: see ``data.add_funds_available``.

        :param id: the SmartTrade's ``id``.
        :param order_type: the kind of order: ``"market"`` or ``"limit"``.
        :param units: how much to buy (to sell, where it sells first), in the base currency.
        :param price: the price of a limit order; market orders have none.
        :returns: the SmartTrade; :meth:`trades` has the order.
        :raises ValueError: ``units`` is not a number above 0; ``price`` is missing, or given with a market order;
            ``order_type`` is another word. Nothing was sent.
        :raises TypeError: an argument is of the wrong type; nothing was sent.
        :raises InvalidRequestError: 3Commas refused; ``fields`` tells what and why, such as a total that is too small.
        :raises OutcomeUnknownError: the response was lost: look at :meth:`trades` before you repeat the call.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST",
            "/v2/smart_trades/{id}/add_funds",
            SmartTrade,
            ids={"id": identifier("id", id)},
            body=_order(order_type, units, price),
        )

    async def reduce_funds_info(self, id: int) -> ReduceFundsInfo:
        """Fetch by how much a SmartTrade can be made smaller. Needs the permission SMART_TRADES_WRITE.

        ``GET /v2/smart_trades/{id}/reduce_funds_info``. Vendor's page: "Available reduce funds". Its status must be
        ``waiting_targets``.

        :param id: the SmartTrade's ``id``.
        :raises InvalidRequestError: its status is another one.
        :raises NotFoundError: there is no such SmartTrade.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET", "/v2/smart_trades/{id}/reduce_funds_info", ReduceFundsInfo, ids={"id": identifier("id", id)}
        )

    async def reduce_funds(
        self, id: int, *, order_type: Literal["market", "limit"], units: Money, price: Money | None = None
    ) -> SmartTrade:
        """Close a part of a SmartTrade's position. Needs the permission SMART_TRADES_WRITE.

        ``POST /v2/smart_trades/{id}/reduce_funds``. Vendor's page: "Reduce funds for SmartTrade". Its status must be
        ``waiting_targets``; for the most that is possible see :meth:`reduce_funds_info`.

        :param id: the SmartTrade's ``id``.
        :param order_type: the kind of order: ``"market"`` or ``"limit"``.
        :param units: how much to sell (to buy back, where it sells first), in the base currency.
        :param price: the price of a limit order; market orders have none.
        :returns: the SmartTrade, while the order waits; ``reduce_funds`` has it.
        :raises ValueError: ``units`` is not a number above 0; ``price`` is missing, or given with a market order;
            ``order_type`` is another word. Nothing was sent.
        :raises TypeError: an argument is of the wrong type; nothing was sent.
        :raises InvalidRequestError: 3Commas refused: its status is another one, or too little would be left.
        :raises OutcomeUnknownError: the response was lost: look at :meth:`trades` before you repeat the call.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST",
            "/v2/smart_trades/{id}/reduce_funds",
            SmartTrade,
            ids={"id": identifier("id", id)},
            body=_order(order_type, units, price),
        )

    async def close_by_market(self, id: int) -> SmartTrade:
        """Close a SmartTrade at the market price. Needs the permission SMART_TRADES_WRITE.

        ``POST /v2/smart_trades/{id}/close_by_market``. Vendor's page: "Close SmartTrade at market price". Its status
        becomes ``panic_sold`` in the end.

        :param id: the SmartTrade's ``id``.
        :returns: the SmartTrade, while it is being closed.
        :raises NotFoundError: there is no such SmartTrade.
        :raises OutcomeUnknownError: the response was lost: look at the SmartTrade before you repeat the call.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST", "/v2/smart_trades/{id}/close_by_market", SmartTrade, ids={"id": identifier("id", id)}
        )

    async def set_note(self, id: int, note: str) -> SmartTrade:
        """Give a SmartTrade a note. Needs the permission SMART_TRADES_WRITE.

        ``POST /v2/smart_trades/{id}/set_note``. Vendor's page: "Add a note to SmartTrade".

        :param id: the SmartTrade's ``id``.
        :param note: the note, 1 to 300 characters.
        :raises ValueError: ``note`` is empty or longer; nothing was sent.
        :raises NotFoundError: there is no such SmartTrade.
        :raises OutcomeUnknownError: the response was lost: :meth:`get` tells which note it has.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST",
            "/v2/smart_trades/{id}/set_note",
            SmartTrade,
            ids={"id": identifier("id", id)},
            body={"note": _note(note)},
        )

    async def cancel(self, id: int) -> SmartTrade | None:
        """Cancel a SmartTrade. Needs the permission SMART_TRADES_WRITE.

        ``DELETE /v2/smart_trades/{id}``. Vendor's page: "Cancel SmartTrade". Its orders are cancelled; nothing is sold,
        so what was bought stays in the account.

        :param id: the SmartTrade's ``id``.
        :returns: the SmartTrade, while it is being cancelled; None where the API answers without one.
        :raises NotFoundError: there is no such SmartTrade.
        :raises OutcomeUnknownError: the response was lost: look at the SmartTrade before you repeat the call.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "DELETE", _ONE, SmartTrade, ids={"id": identifier("id", id)}, may_be_empty=True
        )

    async def force_start(self, id: int) -> SmartTrade:
        """Enter a SmartTrade's position at the market price, instead of waiting. Needs SMART_TRADES_WRITE.

        ``POST /v2/smart_trades/{id}/force_start``. Vendor's page: "Force start SmartTrade". It can be done as long as
        ``data.force_start_available``.

        :param id: the SmartTrade's ``id``.
        :returns: the SmartTrade, while its position is being entered.
        :raises OutcomeUnknownError: the response was lost: look at the SmartTrade before you repeat the call.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST", "/v2/smart_trades/{id}/force_start", SmartTrade, ids={"id": identifier("id", id)}
        )

    async def trades(self, smart_trade_id: int) -> builtins.list[SmartTradeTrade]:
        """List the trades of a SmartTrade: its entry, its steps, its stop loss. Needs SMART_TRADES_READ.

        ``GET /v2/smart_trades/{smart_trade_id}/trades``. Vendor's page: "Get trades of SmartTrade".

        :param smart_trade_id: the SmartTrade's ``id``.
        :raises NotFoundError: there is no such SmartTrade.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET",
            "/v2/smart_trades/{smart_trade_id}/trades",
            builtins.list[SmartTradeTrade],
            ids={"smart_trade_id": identifier("smart_trade_id", smart_trade_id)},
        )

    async def close_trade_by_market(self, smart_trade_id: int, trade_id: int) -> SmartTrade:
        """Close one step of a SmartTrade's take profit at the market price. Needs SMART_TRADES_WRITE.

        ``POST /v2/smart_trades/{smart_trade_id}/trades/{trade_id}/close_by_market``. Vendor's page: "Closes trade by
        market". The step's status must be ``to_process``, ``order_placed`` or ``trailing_activated``.

        :param smart_trade_id: the SmartTrade's ``id``.
        :param trade_id: the ``id`` of the step, which is that of its trade.
        :returns: the SmartTrade, while the step is being closed.
        :raises OutcomeUnknownError: the response was lost: look at :meth:`trades` before you repeat the call.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST", f"{_TRADE}/close_by_market", SmartTrade, ids=_ids(smart_trade_id, trade_id)
        )

    async def cancel_trade(self, smart_trade_id: int, trade_id: int) -> SmartTrade | None:
        """Cancel one trade of a SmartTrade. Needs the permission SMART_TRADES_WRITE.

        ``DELETE /v2/smart_trades/{smart_trade_id}/trades/{trade_id}``. Vendor's page: "Cancel trade". The SmartTrade
        itself is cancelled when neither a step nor a stop loss is left.

        :param smart_trade_id: the SmartTrade's ``id``.
        :param trade_id: the ``id`` of the trade.
        :returns: the SmartTrade, while the trade is being cancelled; None where the API answers without one.
        :raises OutcomeUnknownError: the response was lost: look at :meth:`trades` before you repeat the call.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "DELETE", _TRADE, SmartTrade, ids=_ids(smart_trade_id, trade_id), may_be_empty=True
        )

    async def _write(self, id: int, plan: SmartTradePlan) -> SmartTrade:
        body = fields_of(plan, without=CREATE_ONLY)
        body["position"] = fields_of(plan.position, without={"order_type"})  # the page does not have it
        return await self._transport.request("PATCH", _ONE, SmartTrade, ids={"id": id}, body=body)


def _plan(plan: object) -> SmartTradePlan:
    if not isinstance(plan, SmartTradePlan):
        raise TypeError(f"plan must be SmartTradePlan, not {type(plan).__name__}")
    return plan


def _ids(smart_trade_id: object, trade_id: object) -> dict[str, object]:
    return {
        "smart_trade_id": identifier("smart_trade_id", smart_trade_id),
        "trade_id": identifier("trade_id", trade_id),
    }


def _order(order_type: object, units: Money, price: Money | None) -> dict[str, object]:
    """Return an order as it is sent: amount and price as objects, as the pages say, though an example has a list."""
    kind = required_text("order_type", one_of("order_type", order_type, "market", "limit"))
    if kind == "market" and price is not None:
        raise ValueError("price must not be given with a market order, which has no price of its own")
    if kind == "limit" and price is None:
        raise ValueError("price is required for a limit order")
    return given(order_type=kind, units=Units(value=units), price=None if price is None else LimitPrice(value=price))


def _note(note: object) -> str:
    checked = required_text("note", note)
    if len(checked) > LONGEST_NOTE:
        raise ValueError(f"note must have from 1 to {LONGEST_NOTE} characters, not {len(checked)}")
    return checked


def _is_same(trade: SmartTrade, error: ThreeCommasError) -> bool:
    """Tell whether a SmartTrade has what was sent, as far as that stays as it is."""
    sent = error.sent
    position = sent.get("position")
    return (
        trade.account_id == sent.get("account_id")
        and trade.pair == sent.get("pair")
        and (not isinstance(position, Position) or trade.is_short == (position.type == "sell"))
        and bool(trade.instant) == (sent.get("instant") is True)
        and bool(trade.skip_enter_step) == (sent.get("skip_enter_step") is True)
        and _has_note(trade, sent.get("note"))
    )


def _has_note(trade: SmartTrade, note: object) -> bool:
    """Compare notes without the spaces around them, which the API may not keep."""
    notes = {text.strip() for text in (trade.note_raw, trade.note) if text is not None} - {""}
    return note.strip() in notes if isinstance(note, str) else not notes
