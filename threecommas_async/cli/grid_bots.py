"""``threecommas grid-bots``: list, show, switch on or off; ``bot_settings`` changes settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from threecommas_async.cli.bot_settings import settings_commands
from threecommas_async.cli.columns import Column, amount, in_currency, named, number_of, percent
from threecommas_async.cli.commands import command
from threecommas_async.cli.each import on_each
from threecommas_async.cli.ladder import Ladder
from threecommas_async.cli.options import BotId, BotIds, OfAccount, OfBase, OfQuote, identifier
from threecommas_async.cli.session import Session
from threecommas_async.cli.views import Record, Rows, Sections, Sentence

if TYPE_CHECKING:
    from threecommas_async.cli.bot_kinds import BotKind
    from threecommas_async.client import ThreeCommasClient
    from threecommas_async.models.grid_bot import GridBot, GridBotOrders

grid_bots: Final = typer.Typer(
    name="grid-bots", help="Grid bots, which buy and sell at the lines of a grid of prices.", no_args_is_help=True
)

_NOUN: Final = "grid bot"
_MOST_ORDERS: Final = 1000


def _kind() -> BotKind:
    from threecommas_async.cli.bot_kinds import GRID_BOTS

    return GRID_BOTS


grid_bots.add_typer(settings_commands(_kind))


def _state(bot: GridBot) -> str | None:
    return None if bot.is_enabled is None else "on" if bot.is_enabled else "off"


def _size(bot: GridBot) -> str | None:
    currency = bot.base_currency if bot.order_currency_type == "base" else bot.quote_currency
    return in_currency(bot.quantity_per_grid, currency)


def _at_a_time(bot: GridBot) -> str | None:
    if bot.max_active_buy_lines is None or bot.max_active_sell_lines is None:
        return None
    return f"{bot.max_active_buy_lines} to buy, {bot.max_active_sell_lines} to sell"


def _leverage(bot: GridBot) -> str | None:
    if bot.leverage_type in (None, "not_specified"):
        return None
    return f"{bot.leverage_type} {in_currency(bot.leverage_custom_value, None) or ''}".rstrip()


_LISTED: Final[tuple[Column[GridBot], ...]] = (
    Column("ID", "id"),
    Column("Name", "name", wraps=True),
    Column("Pair", "pair"),
    Column("State", _state),
    Column("From", "lower_price", spare=True),
    Column("To", "upper_price", spare=True),
    Column("Made USD", "current_profit_usd", signed=True),
    Column("Lines", "grids_quantity", align="right", spare=True),
    Column("%", "profit_percentage", form=percent, signed=True, spare=True),
    Column("Open", "unrealized_profit_loss", signed=True, spare=True),
)
_SHOWN: Final[tuple[Column[GridBot], ...]] = (
    Column("Name", "name"),
    Column("ID", "id"),
    Column("Account", lambda bot: named(bot.account_id, bot.account_name)),
    Column("State", _state),
    Column("Pair", "pair"),
    Column("Direction", "mode"),
    Column("Leverage", _leverage),
    Column("Note", lambda bot: bot.note or None),
    Column("Created", "created_at"),
    Column("Price at the start", "start_price"),
    Column("Lines", "grids_quantity"),
    Column("Kind of grid", "grid_type"),
    Column("Step", "grid_price_step"),
    Column("Order of a line", _size),
    Column("Orders at a time", _at_a_time),
    Column("Moves up", "trailing_up_enabled"),
    Column("Expands down", "expansion_down_enabled"),
    Column("Invested", amount("investment_base_currency", "base_currency")),
    Column("and", amount("investment_quote_currency", "quote_currency")),
    Column("Profits in", "profit_currency"),
    Column("Profits so far", "total_profits_count"),
    Column("Made by lines", "current_profit", signed=True),
    Column("Made by lines %", "profit_percentage", form=percent, signed=True),
    Column("Made by lines USD", "current_profit_usd", signed=True),
    Column("Unrealized", "unrealized_profit_loss", signed=True),
    Column("Together", "current_profit_loss", signed=True),
    Column("Together %", "current_profit_loss_percent", form=percent, signed=True),
)


@command(grid_bots, "list")
def list_grid_bots(
    session: Session,
    account: OfAccount = None,
    state: Annotated[
        Literal["enabled", "disabled"] | None, typer.Option("--state", help="Only bots that are on, or off.")
    ] = None,
    base: OfBase = None,
    quote: OfQuote = None,
) -> Rows[GridBot]:
    """List all grid bots."""
    account_id = None if account is None else identifier(account, "account", "--account")

    async def fetch(client: ThreeCommasClient) -> list[GridBot]:
        from threecommas_async.cli.progress import collected

        found = client.grid_bots.iterate(account_id=account_id, state=state, base=base, quote=quote)
        return await collected("Grid bots", found)

    found = session.run(fetch)
    return Rows(number_of(len(found), _NOUN), _LISTED, found)


@command(grid_bots)
def show(session: Session, one: BotId) -> Sections:
    """Show a grid bot, and its lines as price levels: what it buys and sells there, and where it waits.

    Orders that are placed are marked ○, orders that are not placed ·. Distances are from the current price.
    """
    from threecommas_async.cli.grid_levels import levels_of

    number = identifier(one, _NOUN)

    async def fetch(client: ThreeCommasClient) -> tuple[GridBot, GridBotOrders]:
        bot = await client.grid_bots.get(number)
        return bot, await client.grid_bots.market_orders(number, limit=_MOST_ORDERS)

    bot, orders = session.run(fetch)
    levels = levels_of(bot, orders.grid_lines_orders or ())
    record = Record("Grid bot", _SHOWN, bot)
    return Sections([record, Ladder(bot, levels, bot.current_price, spare=0)], bot)


@command(grid_bots)
def enable(session: Session, ids: BotIds) -> Sentence:
    """Switch grid bots on: they place their orders."""
    return on_each(session, _NOUN, ids, lambda client, number: client.grid_bots.enable(number), "switched on")


@command(grid_bots)
def disable(session: Session, ids: BotIds) -> Sentence:
    """Switch grid bots off: their orders are cancelled, and what they hold they keep."""
    return on_each(session, _NOUN, ids, lambda client, number: client.grid_bots.disable(number), "switched off")
