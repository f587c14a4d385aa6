"""``threecommas bots``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from threecommas_async.cli.columns import Cell, Column, clean, number_of, percent
from threecommas_async.cli.commands import command
from threecommas_async.cli.deals import DEALS
from threecommas_async.cli.errors import CommandError, explained
from threecommas_async.cli.options import OfAccount, Yes, identifier
from threecommas_async.cli.session import Session
from threecommas_async.cli.views import Document, Record, Rows, Sections, Sentence
from threecommas_async.errors import ThreeCommasError

if TYPE_CHECKING:
    from threecommas_async.cli.bot_changes import Change, Result
    from threecommas_async.cli.bot_files import BotEntry, Difference
    from threecommas_async.client import ThreeCommasClient
    from threecommas_async.models.bot_stats import BotCopy
    from threecommas_async.models.dca_bot import DcaBot

bots: Final = typer.Typer(name="bots", help="DCA bots.", no_args_is_help=True)

_BotId = Annotated[str, typer.Argument(metavar="ID", help="The bot's id.", show_default=False)]
_BotIds = Annotated[list[str], typer.Argument(metavar="ID...", help="The bots' ids.", show_default=False)]
_File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="A TOML file of bots, as 'export' writes it.",
        show_default=False,
        exists=True,
        dir_okay=False,
    ),
]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change, and send nothing.")]
_Undo = Annotated[
    Path | None,
    typer.Option(
        "--undo",
        metavar="FILE",
        help="Where to write the file that undoes what was done; by default a new one that is named by the time.",
        show_default=False,
    ),
]


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
        except ValueError:  # a part of it is of a kind that is not known yet
            return "(see --json)"

    return text


def _volume(name: str) -> Callable[[DcaBot], Cell]:
    def text(bot: DcaBot) -> Cell:
        volume, unit = getattr(bot, name), getattr(bot, f"{name}_type")
        if volume is None:
            return None
        currencies = {"quote_currency": bot.quote_currency, "percent": "%", "xbt": "XBT"}
        return f"{volume:f} {currencies.get(unit, unit) or ''}".rstrip()

    return text


def _reason(result: Result) -> str | None:
    return None if result.error is None else str(result.error)


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
    Column("Account", lambda bot: f"{bot.account_id} {bot.account_name or ''}".rstrip() if bot.account_id else None),
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
_DIFFERENCES: Final[tuple[Column[Difference], ...]] = (
    Column("Setting", "name"),
    Column("At 3Commas", lambda one: _text(one.old), wraps=True),
    Column("Wanted", lambda one: _text(one.new), wraps=True),
)
_RESULTS: Final[tuple[Column[Result], ...]] = (
    Column("ID", lambda result: result.change.bot.id),
    Column("Name", lambda result: result.change.bot.name, wraps=True),
    Column("Result", "fate"),
    Column("Why", _reason, wraps=True, optional=lambda result: result.error is not None),
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
    quote: Annotated[
        str | None, typer.Option("--quote", metavar="CURRENCY", help="Only bots with this quote currency.")
    ] = None,
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
def show(session: Session, one: _BotId) -> Sections:
    """Show a bot, what it is told to do, and its open deals."""
    number = identifier(one, "bot")
    bot = session.run(lambda client: client.bots.get(number))
    record = Record("Bot", _SHOWN, bot)
    running = Rows(number_of(len(bot.active_deals or ()), "open deal"), DEALS, bot.active_deals or ())
    return Sections([record, running] if bot.active_deals else [record], bot)


@command(bots)
def export(
    session: Session,
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID...]", help="The bots' ids.", show_default=False)
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Export all bots.")] = False,
    into: Annotated[
        Path | None,
        typer.Option(
            "--into",
            metavar="FILE",
            help="A file to bring up to date instead of printing. Its comments stay, and a bot that is in it keeps to "
            "the settings that the file names. Without ids, its own bots are meant.",
            show_default=False,
            dir_okay=False,
        ),
    ] = None,
) -> Document | Sentence:
    """Write the settings of bots as TOML, for people to edit, comment and keep.

    Secrets are not in it. Send a changed file with 'threecommas bots apply FILE'; look at it before with 'diff'.
    """
    from threecommas_async.cli.bot_changes import entry, read_bots
    from threecommas_async.cli.bot_files import from_toml, to_toml, updated

    if everything == bool(ids) and not (into is not None and not ids):
        raise typer.BadParameter("give either the ids of bots or --all")
    text = _read(into) if into is not None and into.exists() else ""
    known = [one.id for one in _parsed(into, text, from_toml)] if into is not None else []
    if not ids and not everything and not known:
        raise typer.BadParameter("the file names no bot: give the ids of bots or --all", param_hint="'--into'")
    wanted = None if everything else [identifier(one, "bot") for one in ids] if ids else known
    entries = [entry(bot) for bot in session.run(lambda client: read_bots(client, wanted))]
    value = [_as_json(one) for one in entries]
    if into is None:
        return Document(to_toml(entries), value)
    new = updated(text, entries) if text.strip() else to_toml(entries)
    into.write_text(new, encoding="utf-8", newline="\n")
    return Sentence(f"{number_of(len(entries), 'bot')} written to {into}", value)


@command(bots)
def diff(session: Session, file: _File) -> Sections:
    """Show how the settings in a file differ from those at 3Commas. Changes nothing."""
    changes = _compared(session, _entries(file))
    return _differences([change for change in changes if change.differences], len(changes))


@command(bots)
def apply(session: Session, file: _File, dry_run: _DryRun = False, undo: _Undo = None, yes: Yes = False) -> Sections:
    """Give bots the settings of a file. Shows what differs, and asks first.

    A setting that the file does not name stays as it is, and so does a bot that it does not name. If a bot's change
    ends in doubt, the rest is left alone. A new file is written that undoes what was done.
    """
    from threecommas_async.cli.undo import undo_path

    return _change(session, _entries(file), undo or undo_path(file), dry_run=dry_run, yes=yes)


@command(bots)
def edit(
    session: Session,
    ids: _BotIds,
    assignments: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="A setting and its new value in TOML: take_profit=2.5, 'name=\"Main\"'. May be repeated.",
        ),
    ] = None,
    unset: Annotated[
        list[str] | None, typer.Option("--unset", metavar="NAME", help="A setting to be null. May be repeated.")
    ] = None,
    dry_run: _DryRun = False,
    undo: _Undo = None,
    yes: Yes = False,
) -> Sections:
    """Change settings of bots. Asks first if they are several.

    The names of the settings are those that 'export' writes. If a bot's change ends in doubt, the rest is left alone. A
    new file is written that undoes what was done.
    """
    from threecommas_async.cli.bot_files import BotEntry, BotFileError, from_assignments
    from threecommas_async.cli.undo import undo_path

    if not assignments and not unset:
        raise typer.BadParameter("give what to change: --set NAME=VALUE or --unset NAME")
    try:
        settings = from_assignments(assignments or (), unset or ())
    except BotFileError as error:
        raise typer.BadParameter(str(error), param_hint="'--set'") from None
    wanted = [BotEntry(number, settings) for number in dict.fromkeys(identifier(one, "bot") for one in ids)]
    return _change(session, wanted, undo or undo_path(None), dry_run=dry_run, yes=yes or len(wanted) == 1)


@command(bots)
def enable(session: Session, ids: _BotIds) -> Sentence:
    """Switch bots on: they open deals."""
    return _each(session, ids, lambda client, number: client.bots.enable(number), "switched on")


@command(bots)
def disable(session: Session, ids: _BotIds) -> Sentence:
    """Switch bots off: they open no more deals. Those that are open go on."""
    return _each(session, ids, lambda client, number: client.bots.disable(number), "switched off")


@command(bots)
def copy(
    session: Session,
    one: _BotId,
    name: Annotated[str, typer.Option(metavar="NAME", help="What the copy is to be called.")],
    amount: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="How much the copy may use.", show_default=False)
    ] = None,
) -> Sentence:
    """Copy a bot.

    The code by which it can be copied is read from the bot if it is yours. That of another's bot is taken from the
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
        raise CommandError(f"3Commas did not say the code of bot {number}, without which it cannot be copied")
    made: BotCopy = session.run(lambda client: client.bots.copy(number, name=name, secret=code, amount=amount))
    return Sentence(f"Bot {number} was copied: the new bot is {made.bot_id}", made)


@command(bots)
def delete(session: Session, ids: _BotIds, yes: Yes = False) -> Sentence:
    """Delete bots. Asks first; a bot with open deals cannot be deleted."""
    from threecommas_async.cli.questions import can_ask, confirm

    numbers = [identifier(one, "bot") for one in ids]
    if not yes and can_ask():
        from threecommas_async.cli.bot_changes import read_bots

        found = session.run(lambda client: read_bots(client, numbers))
        named = ", ".join(clean(f"{bot.id} ({bot.name})") for bot in found)
    else:
        named = ", ".join(map(str, numbers))
    confirm(f"Delete bot {named}?", yes=yes, action="delete the bots", otherwise="nothing was deleted")
    return _each(session, ids, lambda client, number: client.bots.delete(number), "deleted")


# What changes bots


def _change(session: Session, wanted: Sequence[BotEntry], undo: Path, *, dry_run: bool, yes: bool) -> Sections:
    from threecommas_async.cli.bot_changes import carry_out, checked
    from threecommas_async.cli.questions import can_ask, confirm
    from threecommas_async.cli.undo import UndoFile

    compared = _compared(session, wanted)
    changes = checked(compared)
    if dry_run or not changes:
        return _differences(changes, len(compared), "Nothing was sent.")
    if not yes and can_ask():
        for part in _tables(changes):
            part.show_with_question()
    count = sum(len(change.differences) for change in changes)
    confirm(
        f"Change {number_of(count, 'setting')} of {number_of(len(changes), 'bot')}?",
        yes=yes,
        action="change the bots",
        otherwise="nothing was changed",
    )
    file = UndoFile(undo)
    results = session.run(lambda client: carry_out(client, changes, file))
    return _results(results, file.path if file.is_written else None)


def _results(results: Sequence[Result], undo: Path | None) -> Sections:
    from threecommas_async.cli.bot_changes import summary
    from threecommas_async.cli.undo import apply_command

    wrong = [result for result in results if result.error is not None]
    doubt = next((result for result in wrong if result.fate == "unknown"), None)
    untried = sum(result.fate == "not tried" for result in results)
    problem = None
    if wrong:
        worst = doubt or wrong[0]
        problem = f"bot {worst.change.bot.id}: {worst.error}"
        if doubt:
            problem += f"; look with 'threecommas bots show {worst.change.bot.id}' before you repeat it"
        if untried:
            problem += f"; {number_of(untried, 'bot')} after it {'was' if untried == 1 else 'were'} not tried"
    value = {
        "results": [
            {
                "id": result.change.bot.id,
                "result": result.fate,
                "error": None if result.error is None else str(result.error),
            }
            for result in results
        ],
        "undo": None if undo is None else str(undo),
    }
    note = () if undo is None else (f"To undo it: {apply_command(undo)}",)
    return Sections([Rows(summary(results), _RESULTS, results)], value, notes=note, problem=problem)


def _tables(changes: Sequence[Change]) -> list[Rows[Difference]]:
    return [
        Rows(
            f"Bot {change.bot.id}, {change.bot.name}: {number_of(len(change.differences), 'difference')}",
            _DIFFERENCES,
            change.differences,
        )
        for change in changes
    ]


def _differences(changes: Sequence[Change], count: int, note: str | None = None) -> Sections:
    from threecommas_async.codec.writing import value_of
    from threecommas_async.models.base import OMITTED

    value = [
        {
            "id": change.bot.id,
            "differences": [
                {"setting": one.name, "old": None if one.old is OMITTED else one.old, "new": one.new}
                for one in change.differences
            ],
        }
        for change in changes
    ]
    if not changes:
        note = f"Nothing differs: {number_of(count, 'bot')} compared."
    notes = () if note is None else (note,)
    return Sections(_tables(changes), value_of(value, "differences"), notes=notes)


def _each(
    session: Session,
    ids: Sequence[str],
    act: Callable[[ThreeCommasClient, int], Awaitable[object]],
    done: str,
) -> Sentence:
    """Do one thing to one bot after the other, and stop at the first error."""
    numbers = list(dict.fromkeys(identifier(one, "bot") for one in ids))

    async def act_on_all(client: ThreeCommasClient) -> None:
        from threecommas_async.cli.progress import steps

        finished: list[int] = []
        with steps("Bots", len(numbers)) as count_one:
            for number in numbers:
                try:
                    await act(client, number)
                except ThreeCommasError as error:
                    if not finished:
                        raise
                    before = ", ".join(map(str, finished))
                    raise CommandError(f"{explained(error)}; before it, {done}: {before}") from None
                finished.append(number)
                count_one()

    session.run(act_on_all)
    what = "Bot" if len(numbers) == 1 else "Bots"
    verb = "was" if len(numbers) == 1 else "were"
    return Sentence(f"{what} {', '.join(map(str, numbers))} {verb} {done}", {"ids": numbers, "result": done})


# Files


def _entries(file: Path) -> list[BotEntry]:
    from threecommas_async.cli.bot_files import from_toml

    entries = _parsed(file, _read(file), from_toml)
    if not entries:
        raise CommandError(f"{file} names no bot")
    return entries


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise CommandError(f"{file} is not UTF-8, as TOML is") from None


def _parsed(file: Path, text: str, parse: Callable[[str], list[BotEntry]]) -> list[BotEntry]:
    try:
        return parse(text)
    except ValueError as error:
        raise CommandError(f"{file}: {error}") from None


def _compared(session: Session, wanted: Sequence[BotEntry]) -> list[Change]:
    from threecommas_async.cli.bot_changes import compare, read_bots

    found = session.run(lambda client: read_bots(client, [one.id for one in wanted]))
    return compare(found, wanted)


def _text(value: object) -> str:
    from threecommas_async.cli.bot_files import text_of_setting

    return text_of_setting(value)


def _as_json(one: BotEntry) -> object:
    from threecommas_async.codec.writing import value_of

    return value_of({"id": one.id, "account_id": one.account_id, **one.settings}, "bot")
