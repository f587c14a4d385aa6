"""``threecommas deals``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from threecommas_async.cli.columns import Column, amount, in_currency, named, number_of, percent
from threecommas_async.cli.commands import command
from threecommas_async.cli.ending import end, with_profit
from threecommas_async.cli.ladder import Ladder
from threecommas_async.cli.options import OfAccount, OfBase, OfQuote, Yes, above_zero, identifier
from threecommas_async.cli.session import Session
from threecommas_async.cli.views import Record, Rows, Sections, Sentence
from threecommas_async.cli.watch import watch_deals

if TYPE_CHECKING:
    from threecommas_async.client import ThreeCommasClient
    from threecommas_async.models.deal import Deal
    from threecommas_async.models.deal_order import DealOrder

deals: Final = typer.Typer(name="deals", help="Deals that DCA bots open.", no_args_is_help=True)

_DealId = Annotated[str, typer.Argument(metavar="ID", help="The deal's id.", show_default=False)]

_NEVER: Final = datetime.min.replace(tzinfo=UTC)


def _status(deal: Deal) -> str | None:
    return deal.localized_status or deal.status


def _orders_filled(deal: Deal) -> str | None:
    if deal.completed_safety_orders_count is None:
        return None
    by_hand = deal.completed_manual_safety_orders_count
    return f"{deal.completed_safety_orders_count}/{deal.max_safety_orders}" + (f" +{by_hand}" if by_hand else "")


def _average(deal: Deal) -> Decimal | None:
    return deal.sold_average_price or None if deal.is_short else deal.bought_average_price or None


def _usd_profit(deal: Deal) -> Decimal | None:
    return deal.usd_final_profit if deal.is_finished else deal.actual_usd_profit


DEALS: Final[tuple[Column[Deal], ...]] = (
    Column("ID", "id"),
    Column("Pair", "pair"),
    Column("Bot", "bot_name", wraps=True, spare=True),
    Column("Status", _status, wraps=True),
    Column("SO", _orders_filled, align="right"),
    Column("Profit", "profit", signed=True),
    Column("%", "profit_percentage", form=percent, signed=True),
    Column("USD", _usd_profit, signed=True, spare=True),
)
_SHOWN: Final[tuple[Column[Deal], ...]] = (
    Column("ID", "id"),
    Column("Pair", "pair"),
    Column("Side", "strategy"),
    Column("Status", _status),
    Column("Error", lambda deal: deal.error_message or deal.failed_message),
    Column("Bot", lambda deal: named(deal.bot_id, deal.bot_name)),
    Column("Account", lambda deal: named(deal.account_id, deal.account_name)),
    Column("Opened", "created_at"),
    Column("Closed", "closed_at"),
    Column("Bought", amount("bought_amount", "base_currency")),
    Column("for", amount("bought_volume", "quote_currency")),
    Column("Average", _average),
    Column("Sold", amount("sold_amount", "base_currency")),
    Column("for", amount("sold_volume", "quote_currency")),
    Column("Safety orders", _orders_filled),
    Column("Profit", "profit", signed=True),
    Column("Profit %", "profit_percentage", form=percent, signed=True),
    Column("Profit USD", _usd_profit, signed=True),
)
_ORDERS: Final[tuple[Column[DealOrder], ...]] = (
    Column("ID", "order_id"),
    Column("Side", "order_type"),
    Column("For", "deal_order_type"),
    Column("Status", "status_string"),
    Column("Quantity", "quantity"),
    Column("Price", lambda order: order.average_price if order.is_filled else order.rate),
    Column("Total", "total", spare=True),
    Column("Placed", "created_at", spare=True),
)


@command(deals, "list")
def list_deals(
    session: Session,
    scope: Annotated[
        Literal["active", "finished", "completed", "cancelled", "failed", "all"],
        typer.Option("--scope", help="Active, finished (or one kind of finished), or all deals."),
    ] = "active",
    bot: Annotated[
        str | None, typer.Option("--bot", metavar="ID", help="Only those of this bot.", show_default=False)
    ] = None,
    account: OfAccount = None,
    base: OfBase = None,
    quote: OfQuote = None,
) -> Rows[Deal]:
    """List deals, by default the active ones."""
    bot_id = None if bot is None else identifier(bot, "bot", "--bot")
    account_id = None if account is None else identifier(account, "account", "--account")
    chosen = None if scope == "all" else scope

    async def fetch(client: ThreeCommasClient) -> list[Deal]:
        from threecommas_async.cli.progress import collected

        found = client.deals.iterate(bot_id=bot_id, account_id=account_id, scope=chosen, base=base, quote=quote)
        return await collected("Deals", found)

    found = session.run(fetch)
    kind = "" if chosen is None else f"{scope} "
    return Rows(number_of(len(found), f"{kind}deal"), DEALS, found)


@command(deals)
def show(session: Session, one: _DealId) -> Sections:
    """Show a deal, and its entry, average, take profit, stop loss and safety orders as price levels.

    Filled orders are marked ●, open orders ○, and planned orders, whose prices are calculated here, ·. Distances are
    from the average.
    """
    from threecommas_async.cli.deal_levels import average, levels_of

    number = identifier(one, "deal")

    async def fetch(client: ThreeCommasClient) -> tuple[Deal, list[DealOrder]]:
        return await client.deals.get(number), await client.deals.market_orders(number)

    deal, orders = session.run(fetch)
    record = Record("Deal", _SHOWN, deal)
    return Sections([record, Ladder(deal, levels_of(deal, orders), average(deal))], deal)


@command(deals)
def orders(session: Session, one: _DealId) -> Rows[DealOrder]:
    """List the orders of a deal, the newest first."""
    number = identifier(one, "deal")
    found = session.run(lambda client: client.deals.market_orders(number))
    found.sort(key=lambda order: (order.created_at or _NEVER, order.order_id), reverse=True)
    return Rows(f"{number_of(len(found), 'order')} of deal {number}", _ORDERS, found)


@command(deals)
def close(session: Session, one: _DealId, yes: Yes = False) -> Record[Deal]:
    """Close a deal at the market price, now. Asks first."""
    return _end(session, one, "Close", "at the market price", lambda client, deal: client.deals.panic_sell(deal), yes)


@command(deals)
def cancel(session: Session, one: _DealId, yes: Yes = False) -> Record[Deal]:
    """Cancel a deal and its orders. Nothing is sold: what was bought stays in the account. Asks first."""
    return _end(session, one, "Cancel", "and keep what it bought", lambda client, deal: client.deals.cancel(deal), yes)


@command(deals, "add-funds")
def add_funds(
    session: Session,
    one: _DealId,
    quantity: Annotated[
        str,
        typer.Option(
            "--quantity", metavar="AMOUNT", help="How much to buy (of a short deal: to sell), in the base currency."
        ),
    ],
    rate: Annotated[
        str | None,
        typer.Option(
            "--rate",
            metavar="PRICE",
            help="The price of a limit order; without it, a market order is placed.",
            show_default=False,
        ),
    ] = None,
    yes: Yes = False,
) -> Sentence:
    """Add funds to a deal with a manual safety order. Asks first."""
    from threecommas_async.cli.questions import confirm

    number = identifier(one, "deal")
    amount = above_zero("--quantity", quantity)
    price = None if rate is None else above_zero("--rate", rate)
    at = "the market price" if price is None else f"a price of {price:f}"
    confirm(f"Add {amount:f} to deal {number} at {at}?", yes=yes, action="add the funds", otherwise="nothing was added")
    order: DealOrder = session.run(
        lambda client: client.deals.add_funds(
            number, quantity=amount, is_market=price is None, rate=price, response_type="market_order"
        )
    )
    return Sentence(f"{amount:f} was added to deal {number} at {at}, order {order.order_id}", order)


def _end(
    session: Session,
    one: str,
    verb: str,
    how: str,
    act: Callable[[ThreeCommasClient, int], Awaitable[Deal]],
    yes: bool,
) -> Record[Deal]:
    number = identifier(one, "deal")

    async def describe(client: ThreeCommasClient) -> str:
        deal = await client.deals.get(number)
        return with_profit(deal.pair, in_currency(deal.profit, deal.quote_currency))

    deal = end(
        session, "deal", number, verb=verb, how=how, describe=describe, act=lambda client: act(client, number), yes=yes
    )
    return Record(f"{verb} deal", _SHOWN, deal)


deals.command("watch")(watch_deals)
