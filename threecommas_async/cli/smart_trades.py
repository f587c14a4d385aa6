"""``threecommas smart-trades``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from threecommas_async.cli.columns import Column, amount, named, number_of, percent, plain
from threecommas_async.cli.commands import command
from threecommas_async.cli.ending import end, with_profit
from threecommas_async.cli.ladder import Ladder
from threecommas_async.cli.options import OfAccount, OfBase, OfPair, OfQuote, Yes, identifier
from threecommas_async.cli.session import Session
from threecommas_async.cli.views import Record, Rows, Sections, Sentence
from threecommas_async.cli.watch import watch_smart_trades

if TYPE_CHECKING:
    from threecommas_async.client import ThreeCommasClient
    from threecommas_async.models.smart_trade import SmartTrade, SmartTradePrice, SmartTradeTrade

smart_trades: Final = typer.Typer(
    name="smart-trades", help="SmartTrades: an entry, targets and a stop loss.", no_args_is_help=True
)

_SmartTradeId = Annotated[str, typer.Argument(metavar="ID", help="The SmartTrade's id.", show_default=False)]

_NOUN: Final = "SmartTrade"
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


def _status(trade: SmartTrade) -> str | None:
    return None if trade.status is None else trade.status.title or trade.state


def _leverage(trade: SmartTrade) -> str | None:
    leverage = trade.leverage
    if leverage is None or not leverage.enabled:
        return None
    return f"{leverage.type or ''} {'' if leverage.value is None else plain(leverage.value)}".strip()


def _distance(price: SmartTradePrice | None) -> str | None:
    """Return a distance from the entry, where there is no price to draw yet."""
    if price is None or price.value or price.percent is None:
        return None
    return f"{plain(price.percent)} %"


def _steps(trade: SmartTrade) -> str | None:
    steps = (trade.take_profit.steps if trade.take_profit else None) or ()
    texts = [
        f"{'' if step.volume is None else f'{plain(step.volume)} % of it '}at {distance}"
        for step in steps
        if (distance := _distance(step.price))
    ]
    return ", ".join(texts) or None


def _stop(trade: SmartTrade) -> str | None:
    stop = trade.stop_loss
    if stop is None or not stop.enabled or stop.conditional is None:
        return None
    return _distance(stop.conditional.price)


def _price(order: SmartTradeTrade) -> Decimal | None:
    return order.realised_price or order.order_price or order.trigger_price or order.initial_price


_LISTED: Final[tuple[Column[SmartTrade], ...]] = (
    Column("ID", "id"),
    Column("Pair", "pair"),
    Column("Type", "kind", spare=True),
    Column("Status", _status, wraps=True),
    Column("Profit", "profit.volume", signed=True),
    Column("%", "profit.percent", form=percent, signed=True),
    Column("USD", "profit.usd", signed=True, spare=True),
    Column("Note", "note", wraps=True, spare=True, optional=lambda trade: bool(trade.note)),
)
_SHOWN: Final[tuple[Column[SmartTrade], ...]] = (
    Column("ID", "id"),
    Column("Pair", "pair"),
    Column("Type", "kind"),
    Column("Status", _status),
    Column("Error", "status.error"),
    Column("Account", lambda trade: None if trade.account is None else named(trade.account.id, trade.account.name)),
    Column("Note", lambda trade: trade.note or None),
    Column("Created", "created_at"),
    Column("Closed at", lambda trade: trade.data.closed_at if trade.data and trade.is_finished else None),
    Column("Leverage", _leverage),
    Column("Entered", amount("data.entered_amount", "base_currency")),
    Column("for", amount("data.entered_total", "quote_currency")),
    Column("Average", "data.average_enter_price"),
    Column("Closed", amount("data.closed_amount", "base_currency")),
    Column("for", amount("data.closed_total", "quote_currency")),
    Column("Take profit", _steps),
    Column("Stop loss", _stop),
    Column("Profit", "profit.volume", signed=True),
    Column("Profit %", "profit.percent", form=percent, signed=True),
    Column("Profit USD", "profit.usd", signed=True),
    Column("Profit of margin %", "profit.roe", form=percent, signed=True),
)
_ORDERS: Final[tuple[Column[SmartTradeTrade], ...]] = (
    Column("ID", "id"),
    Column("Side", "order_side"),
    Column("For", "trade_purpose"),
    Column("Status", "status", wraps=True),
    Column("Quantity", "initial_amount"),
    Column("Price", _price),
    Column("Filled %", "realised_percentage", form=percent),
    Column("Type", "order_type", spare=True),
    Column("Total", lambda order: order.realised_total or order.initial_total, spare=True),
    Column("Placed", "created_at", spare=True),
)


@command(smart_trades, "list")
def list_smart_trades(
    session: Session,
    status: Annotated[
        Literal["active", "finished", "successfully_finish", "cancelled", "failed", "all"],
        typer.Option("--status", help="Active, finished (or one kind of finished), or all SmartTrades."),
    ] = "active",
    account: OfAccount = None,
    pair: OfPair = None,
    kind: Annotated[
        Literal["smart_trade", "smart_cover", "smart_sell", "smart_buy", "simple_buy", "simple_sell"] | None,
        typer.Option("--type", help="Only those of one type; a smart_trade buys first, a smart_cover sells first."),
    ] = None,
    base: OfBase = None,
    quote: OfQuote = None,
) -> Rows[SmartTrade]:
    """List SmartTrades, by default the active ones."""
    account_id = None if account is None else identifier(account, "account", "--account")

    async def fetch(client: ThreeCommasClient) -> list[SmartTrade]:
        from threecommas_async.cli.progress import collected

        found = client.smart_trades.iterate(
            account_id=account_id, pair=pair, type=kind, status=status, base=base, quote=quote
        )
        return await collected("SmartTrades", found)

    found = session.run(fetch)
    which = {"all": "", "successfully_finish": "successfully finished "}.get(status, f"{status} ")
    return Rows(number_of(len(found), f"{which}SmartTrade"), _LISTED, found)


@command(smart_trades)
def show(session: Session, one: _SmartTradeId) -> Sections:
    """Show a SmartTrade: its entry, take profit steps and stop loss as price levels, its orders and its profit.

    Filled orders are marked ●, open orders ○, and orders that are not placed before the entry ·. Distances are from the
    average price of entry.
    """
    from threecommas_async.cli.smart_trade_levels import entry_price, levels_of

    number = identifier(one, _NOUN)

    async def fetch(client: ThreeCommasClient) -> tuple[SmartTrade, list[SmartTradeTrade]]:
        return await client.smart_trades.get(number), await client.smart_trades.trades(number)

    trade, found = session.run(fetch)
    record = Record(_NOUN, _SHOWN, trade)
    levels = Ladder(trade, levels_of(trade, found), entry_price(trade))
    return Sections([record, levels, Rows(number_of(len(found), "order"), _ORDERS, found)], trade)


@command(smart_trades)
def orders(session: Session, one: _SmartTradeId) -> Rows[SmartTradeTrade]:
    """List the orders of a SmartTrade, the newest first."""
    number = identifier(one, _NOUN)
    found = session.run(lambda client: client.smart_trades.trades(number))
    found.sort(key=lambda order: (order.created_at or _NEVER, order.id), reverse=True)
    return Rows(f"{number_of(len(found), 'order')} of SmartTrade {number}", _ORDERS, found)


@command(smart_trades)
def close(session: Session, one: _SmartTradeId, yes: Yes = False) -> Record[SmartTrade] | Sentence:
    """Close a SmartTrade at the market price, now. Asks first."""
    return _end(
        session,
        one,
        "Close",
        "at the market price",
        lambda client, number: client.smart_trades.close_by_market(number),
        yes,
    )


@command(smart_trades)
def cancel(session: Session, one: _SmartTradeId, yes: Yes = False) -> Record[SmartTrade] | Sentence:
    """Cancel a SmartTrade and its orders. Nothing is sold: what was bought stays in the account. Asks first."""
    return _end(
        session,
        one,
        "Cancel",
        "and keep what it bought",
        lambda client, number: client.smart_trades.cancel(number),
        yes,
    )


@command(smart_trades)
def note(
    session: Session,
    one: _SmartTradeId,
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="The note; it replaces the one before.", show_default=False)
    ],
) -> Sentence:
    """Write a note to a SmartTrade."""
    number = identifier(one, _NOUN)
    trade = session.run(lambda client: client.smart_trades.set_note(number, text))
    return Sentence(f"'{trade.note_raw or trade.note or text}' is now the note of SmartTrade {number}", trade)


def _end(
    session: Session,
    one: str,
    verb: str,
    how: str,
    act: Callable[[ThreeCommasClient, int], Awaitable[SmartTrade | None]],
    yes: bool,
) -> Record[SmartTrade] | Sentence:
    number = identifier(one, _NOUN)

    async def describe(client: ThreeCommasClient) -> str:
        trade = await client.smart_trades.get(number)
        return with_profit(trade.pair, amount("profit.volume", "quote_currency")(trade))

    trade = end(
        session, _NOUN, number, verb=verb, how=how, describe=describe, act=lambda client: act(client, number), yes=yes
    )
    if trade is None:  # the other answer to a cancellation
        return Sentence(f"SmartTrade {number} was cancelled", {"id": number, "cancelled": True})
    return Record(f"{verb} SmartTrade", _SHOWN, trade)


smart_trades.command("watch")(watch_smart_trades)
