"""Rehearsals: bots of a file trade at recorded prices, in a sandbox whose clock follows the recording."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import attrs

from threecommas_async.cli.bot_files import BotEntry
from threecommas_async.cli.columns import Column, number_of, percent
from threecommas_async.cli.errors import CommandError
from threecommas_async.cli.progress import share
from threecommas_async.cli.views import Rows, Sections
from threecommas_async.codec.writing import value_of
from threecommas_async.errors import ApiError
from threecommas_async.models.dca_bot import DcaBot
from threecommas_async.models.dca_bot_settings import DcaBotSettings
from threecommas_async.models.deal import Deal
from threecommas_async.sandbox import ReplayProgress, Sandbox
from threecommas_async.sandbox.control.series import Row, checked_rows, read_rows
from threecommas_async.transport.simulated_clock import SimulatedClock

if TYPE_CHECKING:
    from threecommas_async.client import ThreeCommasClient

_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
_ENOUGH: Final = 1_000_000


@attrs.frozen
class Stage:
    """What is to be rehearsed: bots, by their ids in the file, and the prices at which they trade in a sandbox."""

    sandbox: Sandbox
    rows: Sequence[Row]
    market: str
    pair: str
    balances: Mapping[str, Decimal]
    wanted: Sequence[tuple[int, DcaBotSettings]]
    others: Sequence[int]
    """The bots that have other pairs as well."""

    async def begin(self, client: ThreeCommasClient) -> list[tuple[int, int]]:
        """Switch the bots on at the first price; return the ids that they have in the file and in the sandbox."""
        await self.sandbox.prices.set(self.market, self.pair, self.rows[0].price)
        held = self.balances or dict.fromkeys(self.pair.split("_"), Decimal(_ENOUGH))
        account_id = self.sandbox.accounts.add(type=self.market, name="Rehearsal", balances=held)
        return [(number, await _begin(client, number, account_id, settings)) for number, settings in self.wanted]

    async def replay(self, rows: Sequence[Row], progress: Callable[[ReplayProgress], object] | None = None) -> None:
        """Replay some of the prices."""
        series = ((row.time, row.price) for row in rows)
        await self.sandbox.prices.replay(self.market, self.pair, series, progress=progress)

    async def result(self, client: ThreeCommasClient, made: Iterable[tuple[int, int]]) -> Sections:
        """Return what came of the bots.

        :param made: what :meth:`begin` returned.
        """
        found = [
            _Rehearsed(
                number,
                await client.bots.get(bot_id),
                sorted([deal async for deal in client.deals.iterate(bot_id=bot_id)], key=lambda deal: deal.id),
            )
            for number, bot_id in made
        ]
        return _result(found, self.rows, self.pair, self.others)


@attrs.frozen
class _Rehearsed:
    """A bot and its deals."""

    number: int
    """Its id in the file; in the sandbox it has another."""
    bot: DcaBot
    deals: Sequence[Deal]

    @property
    def failed(self) -> int:
        return sum(deal.status == "failed" for deal in self.deals)

    def count(self, *, finished: bool) -> int:
        return sum(deal.is_finished is finished for deal in self.deals) - (self.failed if finished else 0)

    def profit(self, *, finished: bool) -> Decimal:
        profits = [deal.profit for deal in self.deals if deal.is_finished is finished]
        return sum((profit for profit in profits if profit is not None), Decimal(0))


@attrs.frozen
class _Line:
    """A deal, and the id of its bot in the file."""

    number: int
    deal: Deal


def rehearse(
    entries: Sequence[BotEntry], series: Path, market: str, pair: str, balances: Mapping[str, Decimal]
) -> Sections:
    """Let bots trade at recorded prices, and return the results. Parameters and errors are those of :func:`staged`."""
    return asyncio.run(_rehearse(staged(entries, series, market, pair, balances)))


def staged(entries: Sequence[BotEntry], series: Path, market: str, pair: str, balances: Mapping[str, Decimal]) -> Stage:
    """Prepare a rehearsal.

    :param entries: the bots of a file; each must have all settings that a new bot needs.
    :param series: a CSV file of times and prices.
    :param balances: what the account holds; if empty, a million of each currency of the pair.
    :raises CommandError: a bot cannot be created from its settings or does not trade the pair, the market does not
        trade it, or a row of the series is wrong; the text names it.
    :raises ValueError: there is no such market.
    """
    wanted = [(entry.id, _settings(entry, pair)) for entry in entries]
    try:
        rows = checked_rows(read_rows(series), not_before=_BEGINNING)
    except UnicodeDecodeError:
        raise CommandError(f"{series} is not UTF-8") from None
    except ValueError as error:
        raise CommandError(f"{series}: {str(error).removeprefix('rows: ')}") from None
    sandbox = Sandbox(clock=SimulatedClock(rows[0].time))
    if pair not in sandbox.pairs.of(market):
        raise CommandError(f"{pair} is not traded at {market}; see 'threecommas pairs {market} --sandbox'")
    others = [entry.id for entry in entries if len(cast("Sequence[str]", entry.settings["pairs"])) > 1]
    return Stage(sandbox, rows, market, pair, balances, wanted, others)


async def _rehearse(stage: Stage) -> Sections:
    async with stage.sandbox as sandbox, sandbox.client() as client:
        made = await stage.begin(client)
        with share("Prices", len(stage.rows)) as show:
            await stage.replay(stage.rows, lambda progress: show(progress.done))
        return await stage.result(client, made)


async def _begin(client: ThreeCommasClient, number: int, account_id: int, settings: DcaBotSettings) -> int:
    try:
        bot = await client.bots.create(account_id=account_id, settings=settings)
        return (await client.bots.enable(bot.id)).id
    except ApiError as error:
        raise CommandError(f"bot {number}: {error}") from None


def _settings(entry: BotEntry, pair: str) -> DcaBotSettings:
    """Return the settings of a new bot that trades the pair and no other."""
    needed = [field.name for field in attrs.fields(DcaBotSettings) if field.default is attrs.NOTHING]
    if absent := [name for name in needed if name not in entry.settings]:
        raise CommandError(f"bot {entry.id}: a rehearsal needs all settings of a bot; missing: {', '.join(absent)}")
    if pair not in cast("Sequence[str]", entry.settings["pairs"]):
        raise CommandError(f"bot {entry.id} does not trade {pair}")
    try:
        return DcaBotSettings(**cast("Any", {**entry.settings, "pairs": (pair,)}))
    except (TypeError, ValueError) as error:
        raise CommandError(f"bot {entry.id}: {error}") from None


def _result(found: Sequence[_Rehearsed], rows: Sequence[Row], pair: str, others: Sequence[int]) -> Sections:
    quote = pair.partition("_")[0]
    lines = [_Line(one.number, deal) for one in found for deal in one.deals]
    first, last = rows[0], rows[-1]
    bots = Rows(f"{number_of(len(found), 'bot')}, {_minute(first.time)} to {_minute(last.time)}", _bots(quote), found)
    deals = Rows(number_of(len(lines), "deal"), _deals(quote), lines)
    notes = [f"{pair} went from {first.price:f} to {last.price:f}. Nothing left this machine."]
    if others:
        notes.append(f"Only {pair} was traded by bot {', '.join(map(str, others))}, which has several pairs.")
    if waiting := [one.number for one in found if not one.deals and not _is_nonstop(one.bot)]:
        notes.append(f"There are no indicators here: no signal for bot {', '.join(map(str, waiting))}.")
    value = {
        "pair": pair,
        "rows": len(rows),
        "from": first.time,
        "to": last.time,
        "first_price": first.price,
        "last_price": last.price,
        "bots": [
            {
                "id": one.number,
                "name": one.bot.name,
                "is_enabled": one.bot.is_enabled,
                "finished_deals": one.count(finished=True),
                "open_deals": one.count(finished=False),
                "failed_deals": one.failed,
                "finished_profit": one.profit(finished=True),
                "open_profit": one.profit(finished=False),
                "profit_currency": quote,
                "deals": [_deal_value(deal) for deal in one.deals],
            }
            for one in found
        ],
    }
    return Sections([bots, deals] if lines else [bots], value_of(value, "rehearsal"), notes=notes)


def _deal_value(deal: Deal) -> dict[str, object]:
    return {
        "status": deal.status,
        "error": _why(deal),
        "opened_at": deal.created_at,
        "closed_at": deal.closed_at,
        "safety_orders": deal.completed_safety_orders_count,
        "profit": deal.profit,
        "profit_percentage": deal.profit_percentage,
    }


def _bots(quote: str) -> Sequence[Column[_Rehearsed]]:
    return (
        Column("ID", "number"),
        Column("Name", "bot.name", wraps=True),
        Column("State", lambda one: "on" if one.bot.is_enabled else "off", spare=True),
        Column("Finished", lambda one: one.count(finished=True), align="right"),
        Column("Open", lambda one: one.count(finished=False), align="right"),
        Column("Failed", "failed", align="right", optional=lambda one: one.failed > 0),
        Column(f"Made {quote}", lambda one: one.profit(finished=True), signed=True),
        Column(f"Open {quote}", lambda one: one.profit(finished=False), signed=True),
    )


def _deals(quote: str) -> Sequence[Column[_Line]]:
    return (
        Column("Bot", "number"),
        Column("Opened", lambda one: _minute(one.deal.created_at)),
        Column("Closed", lambda one: _minute(one.deal.closed_at)),
        Column("Status", lambda one: one.deal.localized_status or one.deal.status, wraps=True),
        Column("Why", lambda one: _why(one.deal), wraps=True, optional=lambda one: _why(one.deal) is not None),
        Column("SO", "deal.completed_safety_orders_count", align="right"),
        Column(f"Profit {quote}", "deal.profit", signed=True),
        Column("%", "deal.profit_percentage", form=percent, signed=True, spare=True),
    )


def _is_nonstop(bot: DcaBot) -> bool:
    return all(condition.strategy == "nonstop" for condition in bot.strategy_list or ())


def _why(deal: Deal) -> str | None:
    return deal.error_message or deal.failed_message or None


def _minute(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}"
