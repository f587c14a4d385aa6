"""DCA bots."""

from __future__ import annotations

import builtins
import datetime
from collections.abc import AsyncIterator, Sequence
from types import NoneType
from typing import Final, Literal, Unpack, cast

from threecommas_async import codec
from threecommas_async.errors import Outcome, ThreeCommasError, UnreadableResponseError
from threecommas_async.models.base import JsonValue
from threecommas_async.models.bot_stats import BotCopy, BotDayProfit, BotDealsStats, BotStats, BotStatsByDate
from threecommas_async.models.dca_bot import DcaBot
from threecommas_async.models.dca_bot_settings import CREATE_ONLY, DcaBotEdits, DcaBotSettings
from threecommas_async.models.request import Money, exact
from threecommas_async.models.strategy import AvailableStrategy
from threecommas_async.redaction import conceals_arguments
from threecommas_async.resources.checks import (
    flag,
    given,
    identifier,
    in_range,
    moment,
    one_of,
    required_moment,
    required_text,
    text,
    texts,
)
from threecommas_async.resources.created import find_created
from threecommas_async.resources.editing import Editor, fields_of
from threecommas_async.resources.paging import offset, walk
from threecommas_async.secret import Secret, secret_text
from threecommas_async.transport.transport import Transport

_LARGEST_PAGE: Final = 100
_UPDATE: Final = "/ver1/bots/{bot_id}/update"


class Bots:
    """``client.bots``: DCA bots, which open deals, buy more on the way down and sell with a profit."""

    __slots__ = ("_editor", "_transport")

    def __init__(self, transport: Transport) -> None:
        self._transport: Final = transport
        self._editor: Final = Editor(
            DcaBot,
            what="bot",
            id_name="bot_id",
            method="PATCH",
            path=_UPDATE,
            base_url=transport.base_url,
            read=self.get,
            write=self._write,
            settings_of=DcaBot.settings,
            fixed=CREATE_ONLY,
        )

    async def strategies(
        self,
        *,
        account_id: int | None = None,
        strategy: Literal["long", "short"] | None = None,
        type: Literal["simple", "composite"] | None = None,
    ) -> dict[str, AvailableStrategy]:
        """List the conditions under which bots can open and close deals. Needs the permission BOTS_READ.

        ``GET /ver1/bots/strategy_list``. Vendor's page: "Available strategy list".

        :param account_id: only what the bots of this account can use.
        :param strategy: only what goes with this direction: ``"long"`` or ``"short"``.
        :param type: ``"simple"`` for single conditions, ``"composite"`` for those that are made of several.
        :returns: by name; the name and its options go into :class:`~threecommas_async.models.StrategySettings`.
        :raises ValueError: an argument is none of these; nothing was sent.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return _by_name(
            await self._transport.request(
                "GET",
                "/ver1/bots/strategy_list",
                None,
                query={
                    "account_id": _optional_id("account_id", account_id),
                    "strategy": one_of("strategy", strategy, "long", "short"),
                    "type": one_of("type", type, "simple", "composite"),
                },
            )
        )

    async def create(self, *, account_id: int, settings: DcaBotSettings) -> DcaBot:
        """Create a bot, which is switched off until :meth:`enable`. Needs the permission BOTS_WRITE.

        ``POST /ver1/bots/create_bot``. Vendor's page: "Create DCA Bot".

        ::

            settings = DcaBotSettings(
                name="ETH",
                pairs=["USDT_ETH"],
                strategy_list=[StrategySettings(strategy="nonstop")],
                base_order_volume="100",
                take_profit_type="total",
                take_profit="2",
                safety_order_volume="50",
                safety_order_step_percentage="1",
                max_safety_orders=3,
                active_safety_orders_count=2,
                martingale_volume_coefficient="1.5",
                martingale_step_coefficient="2",
            )
            bot = await client.bots.create(account_id=account.id, settings=settings)

        :param account_id: the account that it is to trade on.
        :param settings: what it is to do.
        :returns: the new bot.
        :raises TypeError: ``settings`` is of another class; nothing was sent.
        :raises InvalidRequestError: 3Commas refused; ``fields`` tells what and why, such as an order that is too small.
        :raises NotFoundError: there is no such account.
        :raises OutcomeUnknownError: the response was lost: ask :meth:`find_created` before you repeat the call.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST",
            "/ver1/bots/create_bot",
            DcaBot,
            body={"account_id": identifier("account_id", account_id), **fields_of(_settings(settings))},
        )

    async def find_created(self, error: ThreeCommasError) -> DcaBot | None:
        """Find out what became of a :meth:`create` whose answer was lost. Needs the permission BOTS_READ.

        ``GET /ver1/bots``, all pages of the account, up to four times within some seconds: that a bot is absent right
        after a failure proves nothing. Looked for is a bot on the same account, with the same name and pairs, that is
        no older than the call, give or take two minutes by which clocks may differ. That is certain as long as nothing
        else creates bots of the same name and pairs on the account at about the same time; give each bot a name of its
        own and it is. Not certain is None: a request that 3Commas carries out later than this looks is missed.

        :param error: what :meth:`create` ended in.
        :returns: the bot, if it is there; None if it is not, or if ``error.outcome`` is ``NOT_DONE`` anyway.
        :raises ValueError: ``error`` does not come from :meth:`create`.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`; then nothing was found out.
        """
        account_id, wanted = error.sent.get("account_id"), _identity(error.sent.get("name"), error.sent.get("pairs"))
        return await find_created(
            error,
            self._transport.clock,
            creates=("POST", "/ver1/bots/create_bot"),
            rows=lambda: self.iterate(account_id=account_id if isinstance(account_id, int) else None),
            is_same=lambda bot: bot.account_id == account_id and _identity(bot.name, bot.pairs) == wanted,
        )

    async def update(self, bot_id: int, settings: DcaBotSettings) -> DcaBot:
        """Write a bot's settings, all of them. Needs the permission BOTS_WRITE.

        ``PATCH /ver1/bots/{bot_id}/update``. Vendor's page: "Edit DCA Bot". Running deals keep the settings that they
        began with. To change some and keep the rest, see :meth:`edit`; to undo one, give the settings of before:
        ``client.bots.update(bot.id, settings_before)``.

        ``strategy``, ``safety_strategy_list``, ``min_price`` and ``max_price`` are given to a bot when it is created,
        and are not sent here. The response must have them all the same, as it must have everything that was sent.

        :param bot_id: the bot's ``id``.
        :param settings: what it is to do; what is :data:`~threecommas_async.OMITTED` stays as it is.
        :returns: the changed bot.
        :raises TypeError: ``settings`` is of another class; nothing was sent.
        :raises InvalidRequestError: 3Commas refused; ``fields`` tells what and why.
        :raises NotAppliedError: it was done, but the response has other values, which ``differences`` names.
        :raises OutcomeUnknownError: the response was lost: :meth:`get` tells what the bot has.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._editor.update(bot_id, settings)

    async def edit(self, bot: int | DcaBot, **changes: Unpack[DcaBotEdits]) -> DcaBot:
        """Change some of a bot's settings and keep the rest. Needs the permissions BOTS_READ and BOTS_WRITE.

        ``GET /ver1/bots/{bot_id}/show``, then ``PATCH /ver1/bots/{bot_id}/update``, which wants all settings. Vendor's
        pages: "Get DCA Bot", "Edit DCA Bot". Running deals keep the settings that they began with.

        ::

            settings_before = bot.settings()
            await client.bots.edit(bot, take_profit="2.5", stop_loss_percentage="12")
            await client.bots.update(bot.id, settings_before)   # undoes it

        Given a bot, its settings must still be those that it has at 3Commas; given an ``id``, whatever it has there is
        kept. The response is compared with what was read, with the changes: a change that was dropped does not go
        unseen, nor does one that another program makes between the writing and the response. What another program
        changes in the instant between reading and writing is overwritten. Edits through the same client wait for each
        other.

        :param bot: the bot's ``id``, or the bot as it was read before.
        :param changes: the settings to change, by the names of :class:`~threecommas_async.models.DcaBotSettings`, but
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
        return await self._editor.edit(bot, changes)

    async def get(self, bot_id: int, *, include_events: bool = False) -> DcaBot:
        """Fetch one bot, with the deals that it runs. Needs the permission BOTS_READ.

        ``GET /ver1/bots/{bot_id}/show``. Vendor's page: "Get DCA Bot".

        :param bot_id: the bot's ``id``.
        :param include_events: whether ``bot_events`` is wanted, too; there may be hundreds.
        :raises TypeError: ``include_events`` is not a bool; nothing was sent.
        :raises NotFoundError: there is no such bot.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET",
            "/ver1/bots/{bot_id}/show",
            DcaBot,
            ids={"bot_id": identifier("bot_id", bot_id)},
            query={"include_events": flag("include_events", include_events)},
        )

    async def list(
        self,
        *,
        account_id: int | None = None,
        scope: Literal["enabled", "disabled"] | None = None,
        strategy: Literal["long", "short"] | None = None,
        quote: str | None = None,
        created_from: datetime.datetime | None = None,
        sort_by: Literal["created_at", "updated_at", "profit"] | None = None,
        order_direction: Literal["ASC", "DESC"] | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> builtins.list[DcaBot]:
        """Fetch some bots. Needs the permission BOTS_READ.

        ``GET /ver1/bots``. Vendor's page: "Get the list of DCA Bots". See :meth:`iterate` for all of them.

        :param account_id: only the bots of this account.
        :param scope: ``"enabled"`` for bots that are switched on, ``"disabled"`` for those that are not. The vendor's
            page once said ``enable``, which the API refuses.
        :param strategy: only those of one direction: ``"long"`` or ``"short"``.
        :param quote: only those with this quote currency, such as ``USDT``.
        :param created_from: only those that were created after this time; ``from`` in the API.
        :param sort_by: what to sort by: ``"created_at"`` (the default), ``"updated_at"`` or ``"profit"``.
        :param order_direction: ``"DESC"`` (the default) for the newest or largest first, or ``"ASC"``.
        :param limit: the most bots to return, from 1 to 100; 50 by default.
        :param offset: how many to skip.
        :raises ValueError: an argument is out of range, another word, or a time without a zone; nothing was sent.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET",
            "/ver1/bots",
            builtins.list[DcaBot],
            query={
                "account_id": _optional_id("account_id", account_id),
                "scope": one_of("scope", scope, "enabled", "disabled"),
                "strategy": one_of("strategy", strategy, "long", "short"),
                "quote": text("quote", quote),
                "from": moment("created_from", created_from),
                "sort_by": one_of("sort_by", sort_by, "created_at", "updated_at", "profit"),
                "order_direction": one_of("order_direction", order_direction, "ASC", "DESC"),
                "limit": in_range("limit", limit, 1, _LARGEST_PAGE),
                "offset": in_range("offset", offset, 0),
            },
        )

    def iterate(
        self,
        *,
        account_id: int | None = None,
        scope: Literal["enabled", "disabled"] | None = None,
        strategy: Literal["long", "short"] | None = None,
        quote: str | None = None,
        created_from: datetime.datetime | None = None,
    ) -> AsyncIterator[DcaBot]:
        """Walk through all bots, the newest first: ``async for bot in client.bots.iterate()``.

        ``GET /ver1/bots``, page by page as you go on. Needs the permission BOTS_READ. Vendor's page: "Get the list of
        DCA Bots". No bot comes twice, and none is missed that is in the list for as long as the walk takes.

        :param account_id: only the bots of this account.
        :param scope: ``"enabled"`` for bots that are switched on, ``"disabled"`` for those that are not.
        :param strategy: only those of one direction: ``"long"`` or ``"short"``.
        :param quote: only those with this quote currency, such as ``USDT``.
        :param created_from: only those that were created after this time.
        :raises UnreadableResponseError: among others: the pages that came do not fit together.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return walk(
            "/ver1/bots",
            lambda start, size: self.list(
                account_id=account_id,
                scope=scope,
                strategy=strategy,
                quote=quote,
                created_from=created_from,
                limit=size,
                offset=start,
            ),
            lambda bot: bot.id,
            offset(_LARGEST_PAGE),
        )

    async def enable(self, bot_id: int) -> DcaBot:
        """Switch a bot on: it opens deals. Needs the permission BOTS_WRITE.

        ``POST /ver1/bots/{bot_id}/enable``. Vendor's page: "Enable DCA Bot".

        :param bot_id: the bot's ``id``.
        :raises NotFoundError: there is no such bot.
        :raises OutcomeUnknownError: the response was lost: :meth:`get` tells whether the bot is on.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST", "/ver1/bots/{bot_id}/enable", DcaBot, ids={"bot_id": identifier("bot_id", bot_id)}
        )

    async def disable(self, bot_id: int) -> DcaBot:
        """Switch a bot off: it opens no more deals, and those that run go on. Needs the permission BOTS_WRITE.

        ``POST /ver1/bots/{bot_id}/disable``. Vendor's page: "Disable DCA Bot".

        :param bot_id: the bot's ``id``.
        :raises PermissionDeniedError: 3Commas does not allow it.
        :raises OutcomeUnknownError: the response was lost: :meth:`get` tells whether the bot is on.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST", "/ver1/bots/{bot_id}/disable", DcaBot, ids={"bot_id": identifier("bot_id", bot_id)}
        )

    @conceals_arguments
    async def copy(self, bot_id: int, *, name: str, secret: str | Secret, amount: Money | None = None) -> BotCopy:
        """Copy a bot, your own or one whose code you have. Needs the permission BOTS_WRITE.

        ``POST /ver1/bots/{bot_id}/copy_and_create``. Vendor's page: "Copy DCA Bot".

        :param bot_id: the ``id`` of the bot to copy.
        :param name: what the copy is to be called.
        :param secret: the bot's ``url_secret``.
        :param amount: how much the copy may use. The vendor's table calls it required, the vendor's example leaves it
            out.
        :returns: the ``id`` of the copy, and the least that it needs.
        :raises ValueError: an argument is empty, or ``amount`` no number; nothing was sent.
        :raises TypeError: an argument is of the wrong type; nothing was sent.
        :raises InvalidRequestError: 3Commas refused; ``fields`` tells what and why.
        :raises OutcomeUnknownError: the response was lost: look for the name in :meth:`list` before you repeat the
            call.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST",
            "/ver1/bots/{bot_id}/copy_and_create",
            BotCopy,
            ids={"bot_id": identifier("bot_id", bot_id)},
            body=given(
                name=required_text("name", name),
                secret=secret_text("secret", secret),
                amount=None if amount is None else exact("amount", amount),
            ),
        )

    async def panic_sell_all_deals(self, bot_id: int) -> DcaBot:
        """Close all deals of a bot at the market price, and switch it off. Needs the permission BOTS_WRITE.

        ``POST /ver1/bots/{bot_id}/panic_sell_all_deals``. Vendor's page: "Close DCA Bot at market price".

        :param bot_id: the bot's ``id``.
        :returns: the bot, while its deals are being closed.
        :raises NotFoundError: there is no such bot.
        :raises OutcomeUnknownError: the response was lost: look at the bot's deals before you repeat the call.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST", "/ver1/bots/{bot_id}/panic_sell_all_deals", DcaBot, ids={"bot_id": identifier("bot_id", bot_id)}
        )

    async def cancel_all_deals(self, bot_id: int) -> DcaBot:
        """Cancel all deals of a bot, and switch it off. Needs the permission BOTS_WRITE.

        ``POST /ver1/bots/{bot_id}/cancel_all_deals``. Vendor's page: "Cancel DCA Bot". The deals' orders are cancelled;
        nothing is sold, so what was bought stays in the account.

        :param bot_id: the bot's ``id``.
        :returns: the bot, while its deals are being cancelled.
        :raises NotFoundError: there is no such bot.
        :raises OutcomeUnknownError: the response was lost: look at the bot's deals before you repeat the call.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST", "/ver1/bots/{bot_id}/cancel_all_deals", DcaBot, ids={"bot_id": identifier("bot_id", bot_id)}
        )

    async def blacklist(self) -> builtins.list[str]:
        """List the pairs on which no bot opens deals. Needs the permission BOTS_READ.

        ``GET /ver1/bots/pairs_black_list``. Vendor's page: "Get blacklist of pairs".

        :returns: the pairs in 3Commas' form: ``BTC_SUI``.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request("GET", "/ver1/bots/pairs_black_list", builtins.list[str], envelope="pairs")

    async def set_blacklist(self, pairs: Sequence[str]) -> builtins.list[str]:
        """Put pairs on the list of those on which no bot opens deals. Needs the permission BOTS_WRITE.

        ``POST /ver1/bots/update_pairs_black_list``. Vendor's page: "Add pairs to blacklist". Its text says that pairs
        are added, its path that the list is updated; whether pairs that are on it already stay is not documented. To be
        certain, give all that :meth:`blacklist` is to have, and look at it afterwards.

        :param pairs: the pairs in 3Commas' form: ``["BTC_SUI"]``.
        :returns: the pairs that were put on the list.
        :raises TypeError: ``pairs`` is not a sequence of strings; nothing was sent.
        :raises OutcomeUnknownError: the response was lost: :meth:`blacklist` tells what is on the list.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST",
            "/ver1/bots/update_pairs_black_list",
            builtins.list[str],
            # In the body, as the vendor's table has it: of several in a query, as in the example, the last one counts.
            body={"pairs": texts("pairs", _required("pairs", pairs), "['BTC_SUI']", may_be_empty=True)},
            envelope="pairs",
        )

    async def profit_by_day(self, bot_id: int, *, days: int | None = None) -> builtins.list[BotDayProfit]:
        """Fetch what a bot made day by day. Needs the permission BOTS_READ.

        ``GET /ver1/bots/{bot_id}/profit_by_day``. Vendor's page: "Get DCA Bot profit data".

        :param bot_id: the bot's ``id``.
        :param days: how many days, up to today; 30 by default.
        :returns: the days on which deals were closed, oldest first in the vendor's example.
        :raises ValueError: ``days`` is below 1; nothing was sent.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET",
            "/ver1/bots/{bot_id}/profit_by_day",
            builtins.list[BotDayProfit],
            ids={"bot_id": identifier("bot_id", bot_id)},
            query={"days": in_range("days", days, 1)},
            envelope="data",
        )

    async def stats(self, *, account_id: int | None = None, bot_id: int | None = None) -> BotStats:
        """Fetch what bots made, and what their deals hold. Needs the permission BOTS_READ.

        ``GET /ver1/bots/stats``. Vendor's page: "Get DCA Bot stats".

        :param account_id: only the bots of this account.
        :param bot_id: only this bot.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET",
            "/ver1/bots/stats",
            BotStats,
            query={"account_id": _optional_id("account_id", account_id), "bot_id": _optional_id("bot_id", bot_id)},
        )

    async def stats_by_date(
        self,
        date: datetime.datetime | datetime.date,
        *,
        account_id: int | None = None,
        bot_id: int | None = None,
    ) -> BotStatsByDate:
        """Fetch what bots made on one day. Needs the permission BOTS_READ.

        ``GET /ver1/bots/stats_by_date``. Vendor's page: "Get DCA Bot stats by date".

        :param date: the day: an aware datetime, as in the vendor's example, or a date.
        :param account_id: only the bots of this account.
        :param bot_id: only this bot.
        :raises ValueError: a datetime has no time zone; nothing was sent.
        :raises TypeError: ``date`` is neither datetime nor date; nothing was sent.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET",
            "/ver1/bots/stats_by_date",
            BotStatsByDate,
            query={
                "date": required_moment("date", date),
                "account_id": _optional_id("account_id", account_id),
                "bot_id": _optional_id("bot_id", bot_id),
            },
        )

    async def delete(self, bot_id: int) -> None:
        """Delete a bot. Needs the permission BOTS_WRITE.

        ``POST /ver1/bots/{bot_id}/delete``. Vendor's page: "Delete DCA Bot". A bot with running deals cannot be
        deleted: see ``deletable``.

        :param bot_id: the bot's ``id``.
        :raises PermissionDeniedError: 3Commas does not allow it.
        :raises NotFoundError: there is no such bot.
        :raises OutcomeUnknownError: the response was lost: whether :meth:`get` still finds the bot tells.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST", "/ver1/bots/{bot_id}/delete", NoneType, ids={"bot_id": identifier("bot_id", bot_id)}
        )

    async def deals_stats(self, bot_id: int) -> BotDealsStats:
        """Count a bot's deals, and what they made. Needs the permission BOTS_READ.

        ``GET /ver1/bots/{bot_id}/deals_stats``. Vendor's page: "DCA Bot deals stats".

        :param bot_id: the bot's ``id``.
        :raises NotFoundError: there is no such bot.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET", "/ver1/bots/{bot_id}/deals_stats", BotDealsStats, ids={"bot_id": identifier("bot_id", bot_id)}
        )

    async def _write(self, bot_id: int, settings: DcaBotSettings) -> DcaBot:
        return await self._transport.request(
            "PATCH", _UPDATE, DcaBot, ids={"bot_id": bot_id}, body=fields_of(settings, without=CREATE_ONLY)
        )


def _settings(settings: object) -> DcaBotSettings:
    if not isinstance(settings, DcaBotSettings):
        raise TypeError(f"settings must be DcaBotSettings, not {type(settings).__name__}")
    return settings


def _optional_id(name: str, value: object) -> int | str | None:
    return None if value is None else identifier(name, value)


def _required(name: str, value: object) -> object:
    if value is None:
        raise ValueError(f"{name} is required")
    return value


def _identity(name: object, pairs: object) -> tuple[object, frozenset[object]]:
    return name, frozenset(cast("Sequence[object]", pairs) if isinstance(pairs, (builtins.list, tuple)) else ())


def _by_name(found: JsonValue) -> dict[str, AvailableStrategy]:
    if not isinstance(found, dict):
        raise UnreadableResponseError(
            "GET /ver1/bots/strategy_list: the response is not a JSON object",
            outcome=Outcome.DONE,
            method="GET",
            path="/ver1/bots/strategy_list",
        )
    return {
        name: cast("AvailableStrategy", codec.from_decoded(one, AvailableStrategy))
        for name, one in found.items()
        if isinstance(one, dict)
    }
