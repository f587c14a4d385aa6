"""``threecommas bots``: list, show, switch on or off, copy, delete; ``bot_settings`` changes settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from threecommas_async.cli.bot_settings import settings_commands
from threecommas_async.cli.columns import Cell, Column, clean, in_currency, named, number_of, percent
from threecommas_async.cli.commands import command
from threecommas_async.cli.deals import DEALS
from threecommas_async.cli.each import on_each
from threecommas_async.cli.errors import CommandError
from threecommas_async.cli.options import BotId, BotIds, OfAccount, OfQuote, Yes, identifier
from threecommas_async.cli.session import Session
from threecommas_async.cli.views import Record, Rows, Sections, Sentence

if TYPE_CHECKING:
    from threecommas_async.cli.bot_kinds import BotKind
    from threecommas_async.client import ThreeCommasClient
    from threecommas_async.models.bot_stats import BotCopy
    from threecommas_async.models.dca_bot import DcaBot

bots: Final = typer.Typer(name="bots", help="DCA bots.", no_args_is_help=True)


def _kind() -> BotKind:
    from threecommas_async.cli.bot_kinds import DCA_BOTS

    return DCA_BOTS


bots.add_typer(settings_commands(_kind))


def _pairs(bot: DcaBot) -> str | None:
    pairs = bot.pairs or ()
    return f"{pairs[0]} +{len(pairs) - 1}" if len(pairs) > 1 else ", ".join(pairs) or None


def _state(bot: DcaBot) -> str | None:
    return None if bot.is_enabled is None else "on" if bot.is_enabled else "off"


def _deals(bot: DcaBot) -> str | None:
    return None if bot.active_deals_count is None else f"{bot.active_deals_count}/{bot.max_active_deals or '?'}"


def _safety_orders(bot: DcaBot) -> str | None:
    if bot.max_safety_orders is None:
        return None
    return f"{bot.max_safety_orders}, of which {bot.active_safety_orders_count} at a time"


def _setting(name: str) -> Callable[[DcaBot], Cell]:
    def text(bot: DcaBot) -> Cell:
        from threecommas_async.cli.bot_files import text_of_setting

        if not getattr(bot, name):
            return None
        try:
            return text_of_setting(bot.setting(name))
        except ValueError:  # a part of it is not known to the library yet
            return "(see --json)"

    return text


def _volume(name: str) -> Callable[[DcaBot], Cell]:
    def text(bot: DcaBot) -> Cell:
        volume, unit = getattr(bot, name), getattr(bot, f"{name}_type")
        currencies = {"quote_currency": bot.quote_currency, "percent": "%", "xbt": "XBT"}
        return in_currency(volume, currencies.get(unit, unit))

    return text


_LISTED: Final[tuple[Column[DcaBot], ...]] = (
    Column("ID", "id"),
    Column("Name", "name", wraps=True),
    Column("Pairs", _pairs),
    Column("Side", "strategy", spare=True),
    Column("State", _state),
    Column("Deals", _deals, align="right"),
    Column("TP %", "take_profit", form=percent),
    Column("Made USD", "finished_deals_profit_usd", signed=True),
    Column("Open USD", "active_deals_usd_profit", signed=True, spare=True),
)
_SHOWN: Final[tuple[Column[DcaBot], ...]] = (
    Column("Name", "name"),
    Column("ID", "id"),
    Column("Account", lambda bot: named(bot.account_id, bot.account_name)),
    Column("State", _state),
    Column("Side", "strategy"),
    Column("Pairs", _setting("pairs")),
    Column("Created", "created_at"),
    Column("Deals at a time", _deals),
    Column("Opens a deal", _setting("strategy_list")),
    Column("Base order", _volume("base_order_volume")),
    Column("Safety order", _volume("safety_order_volume")),
    Column("Safety orders", _safety_orders),
    Column("Step %", "safety_order_step_percentage"),
    Column("Step coefficient", "martingale_step_coefficient"),
    Column("Volume coefficient", "martingale_volume_coefficient"),
    Column("Take profit %", "take_profit"),
    Column("Take profit of", "take_profit_type"),
    Column("Take profit steps", _setting("take_profit_steps")),
    Column("Trailing %", lambda bot: bot.trailing_deviation if bot.trailing_enabled else None),
    Column("Closes a deal", _setting("close_strategy_list")),
    Column("Stop loss %", lambda bot: bot.stop_loss_percentage or None),
    Column("Deals so far", "finished_deals_count"),
    Column("USD made so far", "finished_deals_profit_usd", signed=True),
    Column("USD in open deals", "active_deals_usd_profit", signed=True),
)


@command(bots, "list")
def list_bots(
    session: Session,
    account: OfAccount = None,
    scope: Annotated[
        Literal["enabled", "disabled"] | None, typer.Option("--scope", help="Only bots that are on, or off.")
    ] = None,
    strategy: Annotated[
        Literal["long", "short"] | None, typer.Option("--strategy", help="Only bots of one direction.")
    ] = None,
    quote: OfQuote = None,
) -> Rows[DcaBot]:
    """List all bots."""
    account_id = None if account is None else identifier(account, "account", "--account")

    async def fetch(client: ThreeCommasClient) -> list[DcaBot]:
        from threecommas_async.cli.progress import collected

        found = client.bots.iterate(account_id=account_id, scope=scope, strategy=strategy, quote=quote)
        return await collected("Bots", found)

    found = session.run(fetch)
    return Rows(number_of(len(found), "bot"), _LISTED, found)


@command(bots)
def show(session: Session, one: BotId) -> Sections:
    """Show a bot, its settings and its open deals."""
    number = identifier(one, "bot")
    bot = session.run(lambda client: client.bots.get(number))
    record = Record("Bot", _SHOWN, bot)
    running = Rows(number_of(len(bot.active_deals or ()), "open deal"), DEALS, bot.active_deals or ())
    return Sections([record, running] if bot.active_deals else [record], bot)


@command(bots)
def enable(session: Session, ids: BotIds) -> Sentence:
    """Switch bots on, so that they open deals."""
    return on_each(session, "bot", ids, lambda client, number: client.bots.enable(number), "switched on")


@command(bots)
def disable(session: Session, ids: BotIds) -> Sentence:
    """Switch bots off, so that they open no more deals. Open deals continue."""
    return on_each(session, "bot", ids, lambda client, number: client.bots.disable(number), "switched off")


@command(bots)
def copy(
    session: Session,
    one: BotId,
    name: Annotated[str, typer.Option(metavar="NAME", help="The name of the copy.")],
    amount: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="How much the copy may use.", show_default=False)
    ] = None,
) -> Sentence:
    """Copy a bot.

    Copying takes the bot's secret code. That of your own bot is read from the bot, that of somebody else's from the
    environment variable THREECOMMAS_BOT_CODE.
    """
    import os

    from threecommas_async.secret import Secret

    number = identifier(one, "bot")
    code = (
        Secret(os.environ.get("THREECOMMAS_BOT_CODE", ""))
        or session.run(lambda client: client.bots.get(number)).url_secret
    )
    if code is None:
        raise CommandError(f"bot {number} cannot be copied: 3Commas did not return its code")
    made: BotCopy = session.run(lambda client: client.bots.copy(number, name=name, secret=code, amount=amount))
    return Sentence(f"Bot {number} was copied: the new bot is {made.bot_id}", made)


@command(bots)
def delete(session: Session, ids: BotIds, yes: Yes = False) -> Sentence:
    """Delete bots. Asks first; a bot with open deals cannot be deleted."""
    from threecommas_async.cli.questions import confirm

    numbers = [identifier(one, "bot") for one in ids]

    def question() -> str:
        from threecommas_async.cli.bot_changes import read_bots

        found = session.run(lambda client: read_bots(client, _kind(), numbers))
        return f"Delete bot {', '.join(clean(f'{bot.id} ({bot.name})') for bot in found)}?"

    confirm(question, yes=yes, action="delete the bots", otherwise="nothing was deleted")
    return on_each(session, "bot", ids, lambda client, number: client.bots.delete(number), "deleted")
