"""Grid bots."""

from __future__ import annotations

import builtins
import datetime
from collections.abc import AsyncIterator, Iterable, Sequence
from types import NoneType
from typing import Final, Literal, Unpack, cast

from threecommas_async.errors import ThreeCommasError
from threecommas_async.models.bot_event import BotEvent
from threecommas_async.models.grid_bot import GridBot, GridBotOrders, GridBotProfit, GridBotRequiredBalances
from threecommas_async.models.grid_bot_settings import CREATE_ONLY, GridBotEdits, GridBotSettings
from threecommas_async.resources.checks import identifier, in_range, moment, required_text, text
from threecommas_async.resources.created import find_created
from threecommas_async.resources.editing import Editor, fields_of
from threecommas_async.resources.paging import offset, walk
from threecommas_async.transport.transport import Transport

State = Literal["enabled", "disabled"]
SortBy = Literal["current_profit", "profit", "bot_id", "pair", "created_at", "updated_at", "name"]
Direction = Literal["ASC", "DESC"]

_LARGEST_PAGE: Final = 1000
_PAGE: Final = 100  # with all their lines, a thousand bots are many megabytes
_MOST_EVENTS: Final = 100
_LONGEST_NOTE: Final = 300
_CREATE: Final = "/ver1/grid_bots/manual"
_UPDATE: Final = "/ver1/grid_bots/{id}/manual"
_NOT_SPECIFIED: Final = "not_specified"


class GridBots:
    """``client.grid_bots``: grid bots, which buy and sell at the lines of a grid of prices."""

    __slots__ = ("_editor", "_transport")

    def __init__(self, transport: Transport) -> None:
        self._transport: Final = transport
        self._editor: Final = Editor(
            GridBot,
            what="grid bot",
            id_name="id",
            method="PATCH",
            path=_UPDATE,
            base_url=transport.base_url,
            read=self.get,
            write=self._write,
            settings_of=GridBot.settings,
            fixed=CREATE_ONLY,
        )

    async def create(self, *, account_id: int, settings: GridBotSettings) -> GridBot:
        """Create a grid bot, which is switched off until :meth:`enable`. Needs the permission BOTS_WRITE.

        ``POST /ver1/grid_bots/manual``. Vendor's page: "Create Grid Bot".

        ::

            settings = GridBotSettings(
                name="ETH grid",
                pair="USDT_ETH",
                lower_price="1800",
                upper_price="2200",
                grids_quantity=5,
                quantity_per_grid="100",
                order_currency_type="quote",
                profit_currency_type="quote",
                grid_type="arithmetic",
            )
            bot = await client.grid_bots.create(account_id=account.id, settings=settings)

        :param account_id: the account that it is to trade on.
        :param settings: what it is to do.
        :returns: the new bot.
        :raises TypeError: ``settings`` is of another class; nothing was sent.
        :raises InvalidRequestError: 3Commas refused; ``fields`` tells what and why.
        :raises NotFoundError: there is no such account.
        :raises OutcomeUnknownError: the response was lost: ask :meth:`find_created` before you repeat the call.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST",
            _CREATE,
            GridBot,
            body={"account_id": identifier("account_id", account_id), **fields_of(_settings(settings))},
        )

    async def find_created(self, error: ThreeCommasError) -> GridBot | None:
        """Find out what became of a :meth:`create` whose answer was lost. Needs the permission BOTS_READ.

        ``GET /ver1/grid_bots``, all pages of the account, up to four times within some seconds: that a bot is absent
        right after a failure proves nothing. Looked for is a bot on the same account, with the same name and pair, that
        is not older than the call, give or take two minutes by which clocks may differ. That is certain as long as
        nothing else creates grid bots of the same name and pair on the account at about the same time; give each bot a
        name of its own and it is. Not certain is None: a request that 3Commas carries out later than this looks is
        missed.

        :param error: what :meth:`create` ended in.
        :returns: the bot, if it is there; None if it is not, or if ``error.outcome`` is ``NOT_DONE`` anyway.
        :raises ValueError: ``error`` does not come from :meth:`create`.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`; then nothing was found out.
        """
        sent = error.sent
        account_id, wanted = sent.get("account_id"), (sent.get("account_id"), sent.get("name"), sent.get("pair"))
        return await find_created(
            error,
            self._transport.clock,
            creates=("POST", _CREATE),
            rows=lambda: self.iterate(account_id=account_id if isinstance(account_id, int) else None),
            is_same=lambda bot: (bot.account_id, bot.name, bot.pair) == wanted,
        )

    async def update(self, id: int, settings: GridBotSettings) -> GridBot:
        """Write a grid bot's settings, all of them. Needs the permission BOTS_WRITE.

        ``PATCH /ver1/grid_bots/{id}/manual``. Vendor's page: "Edit Grid Bot". The orders of a bot that is switched on
        are placed anew. To change some settings and keep the rest, see :meth:`edit`; to undo one, give the settings of
        before: ``client.grid_bots.update(bot.id, settings_before)``.

        ``pair``, ``order_currency_type``, ``profit_currency_type`` and ``mode`` are given to a bot when it is created,
        and are not sent here, nor is the ``leverage_type`` of a bot without leverage. The response must have them all
        the same, as it must have everything that was sent.

        :param id: the bot's ``id``.
        :param settings: what it is to do; what is :data:`~threecommas_async.OMITTED` stays as it is.
        :returns: the changed bot.
        :raises TypeError: ``settings`` is of another class; nothing was sent.
        :raises InvalidRequestError: 3Commas refused; ``fields`` tells what and why.
        :raises NotAppliedError: it was done, but the response has other values, which ``differences`` names.
        :raises OutcomeUnknownError: the response was lost: :meth:`get` tells what the bot has.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._editor.update(id, settings)

    async def edit(self, bot: int | GridBot, **changes: Unpack[GridBotEdits]) -> GridBot:
        """Change some of a grid bot's settings and keep the rest. Needs the permission BOTS_WRITE.

        ``GET /ver1/grid_bots/{id}``, then ``PATCH /ver1/grid_bots/{id}/manual``, which wants all settings. Vendor's
        pages: "Get Grid Bot", "Edit Grid Bot". The orders of a bot that is switched on are placed anew.

        ::

            settings_before = bot.settings()
            await client.grid_bots.edit(bot, upper_price="2400", grids_quantity=7)
            await client.grid_bots.update(bot.id, settings_before)   # undoes it

        Given a bot, its settings must still be those that it has at 3Commas, the prices of a grid that moves included;
        given an ``id``, whatever it has there is kept. The response is compared with what was read, with the changes: a
        change that was dropped does not go unseen, nor does one that another program makes between the writing and the
        response. What another program changes in the instant between reading and writing is overwritten. Edits through
        the same client wait for each other.

        :param bot: the bot's ``id``, or the bot as it was read before.
        :param changes: the settings to change, by the names of :class:`~threecommas_async.models.GridBotSettings`, but
            for those that only a new bot is given; a value of None is sent as null.
        :returns: the changed bot.
        :raises TypeError: there is no such setting, or a value is of the wrong type; nothing was written.
        :raises ValueError: a value cannot be right, or does not go with the others; or the bot has a setting that could
            not be read, and would be lost. Nothing was written.
        :raises ConflictError: the bot has other settings now than ``bot``; nothing was written.
        :raises NotAppliedError: it was done, but the response has other values, which ``differences`` names.
        :raises NotSentError: among others: the bot could not be read; nothing was written.
        :raises OutcomeUnknownError: the response to the write was lost: :meth:`get` tells what the bot has.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        if changes.get("leverage_type") == _NOT_SPECIFIED:
            raise ValueError("leverage_type cannot be changed to 'not_specified': only a new bot can be given it")
        return await self._editor.edit(bot, changes)

    async def get(self, id: int) -> GridBot:
        """Fetch one grid bot, with its lines. Needs the permission BOTS_WRITE, by the vendor's page.

        ``GET /ver1/grid_bots/{id}``. Vendor's page: "Get Grid Bot".

        :param id: the bot's ``id``.
        :raises NotFoundError: there is no such bot.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request("GET", "/ver1/grid_bots/{id}", GridBot, ids=_ids(id))

    async def list(
        self,
        *,
        account_id: int | Sequence[int] | None = None,
        state: State | str | None = None,
        base: str | None = None,
        quote: str | None = None,
        created_from: datetime.datetime | None = None,
        sort_by: SortBy | str | None = None,
        sort_direction: Direction | str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> builtins.list[GridBot]:
        """Fetch some grid bots. Needs the permission BOTS_READ.

        ``GET /ver1/grid_bots``. Vendor's page: "Get the list of Grid Bots". See :meth:`iterate` for all of them.

        :param account_id: only the bots of this account, or of these.
        :param state: ``"enabled"`` for bots that are switched on, ``"disabled"`` for those that are not.
        :param base: only those with this base currency, such as ``ETH``.
        :param quote: only those with this quote currency, such as ``USDT``.
        :param created_from: only those that were created after this time; ``from`` in the API.
        :param sort_by: what to sort by: ``"current_profit"``, ``"profit"``, ``"bot_id"``, ``"pair"``,
            ``"created_at"``, ``"updated_at"`` or ``"name"``.
        :param sort_direction: ``"DESC"`` (the default) for the newest or largest first, or ``"ASC"``.
        :param limit: the most bots to return, from 1 to 1000; 10 by default.
        :param offset: how many to skip.
        :raises ValueError: an argument is out of range, empty, or a time without a zone; nothing was sent.
        :raises TypeError: an argument is of the wrong type; nothing was sent.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET",
            "/ver1/grid_bots",
            builtins.list[GridBot],
            query={
                "account_id": _account_ids(account_id),
                "state": text("state", state),
                "sort_by": text("sort_by", sort_by),
                "sort_direction": text("sort_direction", sort_direction),
                "limit": in_range("limit", limit, 1, _LARGEST_PAGE),
                "offset": in_range("offset", offset, 0),
                "from": moment("created_from", created_from),
                "base": text("base", base),
                "quote": text("quote", quote),
            },
        )

    def iterate(
        self,
        *,
        account_id: int | Sequence[int] | None = None,
        state: State | str | None = None,
        base: str | None = None,
        quote: str | None = None,
        created_from: datetime.datetime | None = None,
    ) -> AsyncIterator[GridBot]:
        """Walk through all grid bots, the newest first: ``async for bot in client.grid_bots.iterate()``.

        ``GET /ver1/grid_bots``, page by page as you go on. Needs the permission BOTS_READ. Vendor's page: "Get the list
        of Grid Bots". No bot comes twice, and none is missed that is in the list for as long as the walk takes.

        :param account_id: only the bots of this account, or of these.
        :param state: ``"enabled"`` for bots that are switched on, ``"disabled"`` for those that are not.
        :param base: only those with this base currency, such as ``ETH``.
        :param quote: only those with this quote currency, such as ``USDT``.
        :param created_from: only those that were created after this time.
        :raises UnreadableResponseError: among others: the pages that came do not fit together.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return walk(
            "/ver1/grid_bots",
            lambda start, size: self.list(
                account_id=account_id,
                state=state,
                base=base,
                quote=quote,
                created_from=created_from,
                sort_by="created_at",  # the API names no default
                sort_direction="DESC",
                limit=size,
                offset=start,
            ),
            lambda bot: bot.id,
            offset(_PAGE),
        )

    async def profits(
        self,
        id: int,
        *,
        created_from: datetime.datetime | None = None,
        created_to: datetime.datetime | None = None,
    ) -> builtins.list[GridBotProfit]:
        """List the profits that a grid bot's lines made. Needs the permission BOTS_READ.

        ``GET /ver1/grid_bots/{id}/profits``. Vendor's page: "Get profit details".

        :param id: the bot's ``id``.
        :param created_from: only those that were made after this time; ``from`` in the API.
        :param created_to: only those that were made before this time; ``to`` in the API.
        :returns: the profits, the newest first; without times, all of them.
        :raises ValueError: a time has no zone; nothing was sent.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET",
            "/ver1/grid_bots/{id}/profits",
            builtins.list[GridBotProfit],
            ids=_ids(id),
            query={"from": moment("created_from", created_from), "to": moment("created_to", created_to)},
        )

    async def enable(self, id: int) -> GridBot:
        """Switch a grid bot on: it places its orders. Needs the permission BOTS_WRITE.

        ``POST /ver1/grid_bots/{id}/enable``. Vendor's page: "Enable Grid Bot". What the account lacks of one currency
        is traded for the other first: see :meth:`required_balances`.

        :param id: the bot's ``id``.
        :raises NotFoundError: there is no such bot.
        :raises OutcomeUnknownError: the response was lost: :meth:`get` tells whether the bot is on.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request("POST", "/ver1/grid_bots/{id}/enable", GridBot, ids=_ids(id))

    async def disable(self, id: int) -> GridBot:
        """Switch a grid bot off: its orders are cancelled, and what it holds it keeps. Needs the permission BOTS_WRITE.

        ``POST /ver1/grid_bots/{id}/disable``. Vendor's page: "Disable Grid Bot".

        :param id: the bot's ``id``.
        :raises NotFoundError: there is no such bot.
        :raises OutcomeUnknownError: the response was lost: :meth:`get` tells whether the bot is on.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request("POST", "/ver1/grid_bots/{id}/disable", GridBot, ids=_ids(id))

    async def delete(self, id: int) -> None:
        """Delete a grid bot. Needs the permission BOTS_WRITE.

        ``DELETE /ver1/grid_bots/{id}``. Vendor's page: "Delete Grid Bot".

        :param id: the bot's ``id``.
        :raises NotFoundError: there is no such bot.
        :raises OutcomeUnknownError: the response was lost: whether :meth:`get` still finds the bot tells.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request("DELETE", "/ver1/grid_bots/{id}", NoneType, ids=_ids(id), texts=(b"NONE",))

    async def set_note(self, id: int, note: str) -> GridBot:
        """Write a note to a grid bot. Needs the permission BOTS_WRITE.

        ``POST /ver1/grid_bots/{id}/note``. Vendor's page: "Set a note to Grid Bot".

        :param id: the bot's ``id``.
        :param note: the note; 1 to 300 characters.
        :returns: the changed bot.
        :raises ValueError: ``note`` is empty or too long; nothing was sent.
        :raises TypeError: ``note`` is not a str; nothing was sent.
        :raises NotFoundError: there is no such bot.
        :raises OutcomeUnknownError: the response was lost: :meth:`get` tells which note the bot has.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST", "/ver1/grid_bots/{id}/note", GridBot, ids=_ids(id), body={"note": _note(note)}
        )

    async def required_balances(self, id: int) -> GridBotRequiredBalances:
        """Fetch what a grid bot needs to be switched on, and what of that is missing. Needs the permission BOTS_READ.

        ``GET /ver1/grid_bots/{id}/required_balances``. Vendor's page: "Required balances for launch". For spot accounts
        only.

        :param id: the bot's ``id``.
        :raises NotFoundError: there is no such bot.
        :raises ServerError: among others: the API cannot tell, with the code ``grid_lines_not_marked``.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET", "/ver1/grid_bots/{id}/required_balances", GridBotRequiredBalances, ids=_ids(id)
        )

    async def events(self, id: int, *, page: int = 1, per_page: int = _MOST_EVENTS) -> builtins.list[BotEvent]:
        """List what happened to a grid bot. Needs the permission BOTS_READ.

        ``GET /ver1/grid_bots/{id}/events``. Vendor's page: "Grid Bot events".

        :param id: the bot's ``id``.
        :param page: which page, from 1.
        :param per_page: how many events a page has, from 1 to 100.
        :returns: the events, oldest first in the vendor's example.
        :raises ValueError: ``page`` or ``per_page`` is out of range; nothing was sent.
        :raises TypeError: ``page`` or ``per_page`` is not an int; nothing was sent.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET",
            "/ver1/grid_bots/{id}/events",
            builtins.list[BotEvent],
            ids=_ids(id),
            query={
                "page": in_range("page", _int("page", page), 1),
                "per_page": in_range("per_page", _int("per_page", per_page), 1, _MOST_EVENTS),
            },
        )

    async def market_orders(self, id: int, *, limit: int | None = None, offset: int | None = None) -> GridBotOrders:
        """List the orders that a grid bot has placed. Needs the permission BOTS_READ.

        ``GET /ver1/grid_bots/{id}/market_orders``. Vendor's page: "Get market orders of Grid Bot".

        :param id: the bot's ``id``.
        :param limit: the most orders to return, from 1 to 1000; 100 by default.
        :param offset: how many to skip.
        :raises ValueError: ``limit`` or ``offset`` is out of range; nothing was sent.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET",
            "/ver1/grid_bots/{id}/market_orders",
            GridBotOrders,
            ids=_ids(id),
            query={
                "limit": in_range("limit", limit, 1, _LARGEST_PAGE),
                "offset": in_range("offset", offset, 0),
            },
        )

    async def _write(self, id: int, settings: GridBotSettings) -> GridBot:
        # What a bot without leverage has can be given to a new one, and is not in the table of what can be changed.
        fixed = CREATE_ONLY | {"leverage_type"} if settings.leverage_type == _NOT_SPECIFIED else CREATE_ONLY
        return await self._transport.request(
            "PATCH", _UPDATE, GridBot, ids={"id": id}, body=fields_of(settings, without=fixed)
        )


def _ids(id: object) -> dict[str, object]:
    return {"id": identifier("id", id)}


def _settings(settings: object) -> GridBotSettings:
    if not isinstance(settings, GridBotSettings):
        raise TypeError(f"settings must be GridBotSettings, not {type(settings).__name__}")
    return settings


def _account_ids(value: object) -> int | str | None:
    """Return one id as it is, and several in the form in which the API takes them: with commas in between."""
    if value is None or not isinstance(value, Iterable) or isinstance(value, str):
        return None if value is None else identifier("account_id", value)
    ids = [str(identifier("account_id", one)) for one in cast("Iterable[object]", value)]
    if not ids:
        raise ValueError("account_id must not be empty")
    return ",".join(ids)


def _note(note: object) -> str:
    written = required_text("note", note)
    if len(written) > _LONGEST_NOTE:
        raise ValueError(f"note must have from 1 to {_LONGEST_NOTE} characters, not {len(written)}")
    return written


def _int(name: str, value: object) -> object:
    if value is None:
        raise TypeError(f"{name} must be an int, not None")
    return value
