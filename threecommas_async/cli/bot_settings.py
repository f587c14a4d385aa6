"""``threecommas bots export``, ``diff``, ``apply`` and ``edit``: the settings of bots, in files and as options."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from threecommas_async.cli.columns import Column, number_of
from threecommas_async.cli.commands import command
from threecommas_async.cli.errors import CommandError
from threecommas_async.cli.options import BotIds, Yes, identifier
from threecommas_async.cli.session import Session
from threecommas_async.cli.views import Document, Rows, Sections, Sentence

if TYPE_CHECKING:
    from threecommas_async.cli.bot_changes import Change, Result
    from threecommas_async.cli.bot_files import BotEntry, Difference

bot_settings: Final = typer.Typer()

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
        help="Where to write the file that undoes the changes; by default a new file with the time in its name.",
        show_default=False,
    ),
]


def _reason(result: Result) -> str | None:
    return None if result.error is None else str(result.error)


def _text(value: object) -> str:
    from threecommas_async.cli.bot_files import text_of_setting

    return text_of_setting(value)


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


@command(bot_settings)
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
            help="A file to update instead of printing. Its comments are kept, and of a bot that is in it, only the "
            "settings that the file names are updated. Without ids, the bots of the file are exported.",
            show_default=False,
            dir_okay=False,
        ),
    ] = None,
) -> Document | Sentence:
    """Write the settings of bots as TOML, for people to edit, comment and keep.

    Secrets are not written. 'threecommas bots diff FILE' compares a changed file, and 'apply FILE' sends it.
    """
    from threecommas_async.cli.bot_changes import entry, read_bots
    from threecommas_async.cli.bot_files import to_toml, updated

    if everything == bool(ids) and not (into is not None and not ids):
        raise typer.BadParameter("give either the ids of bots or --all")
    text = _read(into) if into is not None and into.exists() else ""
    known = [one.id for one in _parsed(into, text)] if into is not None else []
    if not ids and not everything and not known:
        raise typer.BadParameter("the file has no bots: give the ids of bots or --all", param_hint="'--into'")
    wanted = None if everything else [identifier(one, "bot") for one in ids] if ids else known
    entries = [entry(bot) for bot in session.run(lambda client: read_bots(client, wanted))]
    value = [_as_json(one) for one in entries]
    if into is None:
        return Document(to_toml(entries), value)
    new = updated(text, entries) if text.strip() else to_toml(entries)
    into.write_text(new, encoding="utf-8", newline="\n")
    return Sentence(f"{number_of(len(entries), 'bot')} written to {into}", value)


@command(bot_settings)
def diff(session: Session, file: _File) -> Sections:
    """Show how the settings in a file differ from those at 3Commas. Changes nothing."""
    changes = _compared(session, entries_of(file))
    return _differences([change for change in changes if change.differences], len(changes))


@command(bot_settings)
def apply(session: Session, file: _File, dry_run: _DryRun = False, undo: _Undo = None, yes: Yes = False) -> Sections:
    """Apply the settings of a file to its bots. Shows the differences, and asks first.

    A setting or a bot that the file does not name stays as it is. If the outcome of a change is unknown, the remaining
    bots are not changed. The settings as they were before are written to a new file.
    """
    from threecommas_async.cli.undo import undo_path

    return _change(session, entries_of(file), undo or undo_path(file), dry_run=dry_run, yes=yes)


@command(bot_settings)
def edit(
    session: Session,
    ids: BotIds,
    assignments: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="A setting and its new value in TOML: take_profit=2.5, 'name=\"Main\"'. May be repeated.",
        ),
    ] = None,
    unset: Annotated[
        list[str] | None, typer.Option("--unset", metavar="NAME", help="A setting to set to null. May be repeated.")
    ] = None,
    dry_run: _DryRun = False,
    undo: _Undo = None,
    yes: Yes = False,
) -> Sections:
    """Change settings of bots. Asks first if there are several bots.

    The names of the settings are those that 'export' writes. If the outcome of a change is unknown, the remaining bots
    are not changed. The settings as they were before are written to a new file.
    """
    from threecommas_async.cli.bot_files import BotEntry, BotFileError, from_assignments
    from threecommas_async.cli.undo import undo_path

    if not assignments and not unset:
        raise typer.BadParameter("nothing to change: give --set NAME=VALUE or --unset NAME")
    try:
        settings = from_assignments(assignments or (), unset or ())
    except BotFileError as error:
        raise typer.BadParameter(str(error), param_hint="'--set'") from None
    wanted = [BotEntry(number, settings) for number in dict.fromkeys(identifier(one, "bot") for one in ids)]
    return _change(session, wanted, undo or undo_path(None), dry_run=dry_run, yes=yes or len(wanted) == 1)


# Changing bots


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
    results = session.run(lambda client: carry_out(client, changes, file), patient=True)
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
            problem += f"; check with 'threecommas bots show {worst.change.bot.id}' before you repeat it"
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
        note = f"No differences: {number_of(count, 'bot')} compared."
    notes = () if note is None else (note,)
    return Sections(_tables(changes), value_of(value, "differences"), notes=notes)


# Files


def entries_of(file: Path) -> list[BotEntry]:
    """Return the bots of a file.

    :raises CommandError: it has no bots, or is not valid.
    """
    entries = _parsed(file, _read(file))
    if not entries:
        raise CommandError(f"{file} has no bots")
    return entries


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise CommandError(f"{file} is not UTF-8, as TOML is") from None


def _parsed(file: Path, text: str) -> list[BotEntry]:
    from threecommas_async.cli.bot_files import from_toml

    try:
        return from_toml(text)
    except ValueError as error:
        raise CommandError(f"{file}: {error}") from None


def _compared(session: Session, wanted: Sequence[BotEntry]) -> list[Change]:
    from threecommas_async.cli.bot_changes import compare, read_bots

    found = session.run(lambda client: read_bots(client, [one.id for one in wanted]))
    return compare(found, wanted)


def _as_json(one: BotEntry) -> object:
    from threecommas_async.codec.writing import value_of

    return value_of({"id": one.id, "account_id": one.account_id, **one.settings}, "bot")
