"""``export``, ``diff``, ``apply`` and ``edit``: the settings of bots of any kind, in files and as options."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, final

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
    from threecommas_async.cli.bot_kinds import BotKind

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


def settings_commands(load: Callable[[], BotKind]) -> typer.Typer:
    """Return the four commands for bots of one kind.

    :param load: returns the kind; what it imports is needed only by a command that is run.
    """
    group = typer.Typer()
    commands = _Commands(load)
    command(group)(commands.export)
    command(group)(commands.diff)
    command(group)(commands.apply)
    command(group)(commands.edit)
    return group


@final
class _Commands:
    def __init__(self, load: Callable[[], BotKind]) -> None:
        self._load: Final = load

    def export(
        self,
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
                help="A file to update instead of printing. Its comments are kept, and of a bot that is in it, only "
                "the settings that the file names are updated. Without ids, the bots of the file are exported.",
                show_default=False,
                dir_okay=False,
            ),
        ] = None,
    ) -> Document | Sentence:
        """Write the settings of bots as TOML, for people to edit, comment and keep.

        Secrets are not written. 'diff FILE' compares a changed file, and 'apply FILE' sends it.
        """
        from threecommas_async.cli.bot_changes import entry, read_bots
        from threecommas_async.cli.bot_files import to_toml, updated

        kind = self._load()
        if everything == bool(ids) and not (into is not None and not ids):
            raise typer.BadParameter("give either the ids of bots or --all")
        text = _read(into) if into is not None and into.exists() else ""
        known = [one.id for one in _parsed(kind, into, text)] if into is not None else []
        if not ids and not everything and not known:
            raise typer.BadParameter("the file has no bots: give the ids of bots or --all", param_hint="'--into'")
        wanted = None if everything else [identifier(one, kind.noun) for one in ids] if ids else known
        entries = [entry(kind, bot) for bot in session.run(lambda client: read_bots(client, kind, wanted))]
        value = [_as_json(one) for one in entries]
        if into is None:
            return Document(to_toml(kind, entries), value)
        new = updated(kind, text, entries) if text.strip() else to_toml(kind, entries)
        into.write_text(new, encoding="utf-8", newline="\n")
        return Sentence(f"{number_of(len(entries), kind.noun)} written to {into}", value)

    def diff(self, session: Session, file: _File) -> Sections:
        """Show how the settings in a file differ from those at 3Commas. Changes nothing."""
        kind = self._load()
        changes = _compared(session, kind, entries_of(kind, file))
        return _differences(kind, [change for change in changes if change.differences], len(changes))

    def apply(
        self, session: Session, file: _File, dry_run: _DryRun = False, undo: _Undo = None, yes: Yes = False
    ) -> Sections:
        """Apply the settings of a file to its bots. Shows the differences, and asks first.

        A setting or a bot that the file does not name stays as it is. If the outcome of a change is unknown, the
        remaining bots are not changed. The settings as they were before are written to a new file.
        """
        from threecommas_async.cli.undo import undo_path

        kind = self._load()
        return _change(session, kind, entries_of(kind, file), undo or undo_path(kind, file), dry_run=dry_run, yes=yes)

    def edit(
        self,
        session: Session,
        ids: BotIds,
        assignments: Annotated[
            list[str] | None,
            typer.Option(
                "--set",
                metavar="NAME=VALUE",
                help="A setting and its new value in TOML, such as 'name=\"Main\"'. May be repeated.",
            ),
        ] = None,
        unset: Annotated[
            list[str] | None,
            typer.Option("--unset", metavar="NAME", help="A setting to set to null. May be repeated."),
        ] = None,
        dry_run: _DryRun = False,
        undo: _Undo = None,
        yes: Yes = False,
    ) -> Sections:
        """Change settings of bots. Asks first if there are several bots.

        The names of the settings are those that 'export' writes. If the outcome of a change is unknown, the remaining
        bots are not changed. The settings as they were before are written to a new file.
        """
        from threecommas_async.cli.bot_files import BotEntry, BotFileError, from_assignments
        from threecommas_async.cli.undo import undo_path

        kind = self._load()
        if not assignments and not unset:
            raise typer.BadParameter("nothing to change: give --set NAME=VALUE or --unset NAME")
        try:
            settings = from_assignments(kind, assignments or (), unset or ())
        except BotFileError as error:
            raise typer.BadParameter(str(error), param_hint="'--set'") from None
        wanted = [BotEntry(number, settings) for number in dict.fromkeys(identifier(one, kind.noun) for one in ids)]
        return _change(
            session, kind, wanted, undo or undo_path(kind, None), dry_run=dry_run, yes=yes or len(wanted) == 1
        )


# Changing bots


def _change(
    session: Session, kind: BotKind, wanted: Sequence[BotEntry], undo: Path, *, dry_run: bool, yes: bool
) -> Sections:
    from threecommas_async.cli.bot_changes import carry_out, checked
    from threecommas_async.cli.questions import can_ask, confirm
    from threecommas_async.cli.undo import UndoFile

    compared = _compared(session, kind, wanted)
    changes = checked(kind, compared)
    if dry_run or not changes:
        return _differences(kind, changes, len(compared), "Nothing was sent.")
    if not yes and can_ask():
        for part in _tables(kind, changes):
            part.show_with_question()
    count = sum(len(change.differences) for change in changes)
    confirm(
        f"Change {number_of(count, 'setting')} of {number_of(len(changes), kind.noun)}?",
        yes=yes,
        action="change the bots",
        otherwise="nothing was changed",
    )
    file = UndoFile(kind, undo)
    results = session.run(lambda client: carry_out(client, kind, changes, file), patient=True)
    return _results(kind, results, file.path if file.is_written else None)


def _results(kind: BotKind, results: Sequence[Result], undo: Path | None) -> Sections:
    from threecommas_async.cli.bot_changes import summary
    from threecommas_async.cli.undo import apply_command

    wrong = [result for result in results if result.error is not None]
    doubt = next((result for result in wrong if result.fate == "unknown"), None)
    untried = sum(result.fate == "not tried" for result in results)
    problem = None
    if wrong:
        worst = doubt or wrong[0]
        problem = f"{kind.noun} {worst.change.bot.id}: {worst.error}"
        if doubt:
            problem += f"; check with 'threecommas {kind.group} show {worst.change.bot.id}' before you repeat it"
        if untried:
            problem += f"; {number_of(untried, kind.noun)} after it {'was' if untried == 1 else 'were'} not tried"
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
    note = () if undo is None else (f"To undo it: {apply_command(kind, undo)}",)
    return Sections([Rows(summary(kind, results), _RESULTS, results)], value, notes=note, problem=problem)


def _tables(kind: BotKind, changes: Sequence[Change]) -> list[Rows[Difference]]:
    return [
        Rows(
            f"{kind.noun.capitalize()} {change.bot.id}, {change.bot.name}: {_count(change.differences)}",
            _DIFFERENCES,
            change.differences,
        )
        for change in changes
    ]


def _count(differences: Sequence[Difference]) -> str:
    return number_of(len(differences), "difference")


def _differences(kind: BotKind, changes: Sequence[Change], count: int, note: str | None = None) -> Sections:
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
        note = f"No differences: {number_of(count, kind.noun)} compared."
    notes = () if note is None else (note,)
    return Sections(_tables(kind, changes), value_of(value, "differences"), notes=notes)


# Files


def entries_of(kind: BotKind, file: Path) -> list[BotEntry]:
    """Return the bots of a file.

    :raises CommandError: it has no bots, or is not valid.
    """
    entries = _parsed(kind, file, _read(file))
    if not entries:
        raise CommandError(f"{file} has no {kind.noun}s")
    return entries


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise CommandError(f"{file} is not UTF-8, as TOML is") from None


def _parsed(kind: BotKind, file: Path, text: str) -> list[BotEntry]:
    from threecommas_async.cli.bot_files import from_toml

    try:
        return from_toml(kind, text)
    except ValueError as error:
        raise CommandError(f"{file}: {error}") from None


def _compared(session: Session, kind: BotKind, wanted: Sequence[BotEntry]) -> list[Change]:
    from threecommas_async.cli.bot_changes import compare, read_bots

    found = session.run(lambda client: read_bots(client, kind, [one.id for one in wanted]))
    return compare(kind, found, wanted)


def _as_json(one: BotEntry) -> object:
    from threecommas_async.codec.writing import value_of

    return value_of({"id": one.id, "account_id": one.account_id, **one.settings}, "bot")
