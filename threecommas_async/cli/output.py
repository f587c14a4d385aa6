"""Everything that the command writes: tables and JSON to standard output, errors to standard error, in one line."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from decimal import Decimal
from typing import Final, TypeVar, cast

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from threecommas_async.cli.columns import Column, clean, text_of
from threecommas_async.cli.errors import CommandError
from threecommas_async.cli.tables import aligned_cells, record, rows

T = TypeVar("T")

_WIDE: Final = 10_000
_BESIDES_A_CHART: Final = 3
"""The title, an empty row, and the shell's prompt at the end."""
_LOWEST_CHART: Final = 6
_CURVE: Final = r"[\u2800-\u28ff*]+"


def print_json(value: object) -> None:
    """Print a model object, or a list of them, as JSON. Fields that are named like secrets are hidden."""
    import msgspec

    from threecommas_async import codec
    from threecommas_async.redaction import redact

    print_raw_json(redact(msgspec.json.format(codec.to_json(value), indent=2).decode()))


def print_raw_json(text: str) -> None:
    """Print JSON text in UTF-8, whatever the terminal's encoding."""
    print_raw(f"{text}\n")


def print_raw(text: str) -> None:
    """Print the text of a file unchanged, in UTF-8."""
    with _writing():
        if sys.stdout is not None:
            sys.stdout.buffer.write(text.encode())


def print_record(title: str, columns: Sequence[Column[T]], thing: T) -> None:
    """Print one object as a table of two columns, without the values that it does not have."""
    _print(_console(), _headline(title), record(columns, thing))


def print_rows(title: str, columns: Sequence[Column[T]], things: Sequence[T], *, asking: bool = False) -> None:
    """Print objects as a table that fits the terminal.

    :param asking: whether it belongs to a question, and so to standard error.
    """
    console = Console(stderr=True, highlight=False) if asking else _console()
    fitted = rows(columns, things, console.width)
    parts: list[Table | Text] = [_headline(title), fitted.table]
    if fitted.left_out:
        names = ", ".join(fitted.left_out)
        parts.append(Text(f"The terminal is too narrow for: {names} (--json has everything)", style="dim"))
    _print(console, *parts)


def print_levels(rows: Sequence[Sequence[Text]]) -> None:
    """Print price levels, one below the other, each with its mark, name and distance."""
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    _print(_console(), table)


def print_chart(
    title: str, draw: Callable[[int, int, bool], Sequence[str]], notes: Sequence[tuple[str, Decimal, datetime]]
) -> None:
    """Print a chart that fits the terminal, and amounts with their times below it.

    :param draw: draws the chart, given the available columns and rows, and whether to use ASCII only.
    """
    console = Console(highlight=False)
    room = min(console.height - len(notes) - _BESIDES_A_CHART, console.width // 3)
    lines = draw(console.width, max(room, _LOWEST_CHART), console.options.ascii_only)
    picture = Text("\n".join([*lines, ""]), no_wrap=True, overflow="ignore")
    picture.highlight_regex(_CURVE, "cyan")
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for texts in zip(*map(aligned_cells, zip(*notes, strict=True)), strict=True):
        table.add_row(*texts)
    _print(console, _headline(title), picture, table)


def print_lines(lines: Iterable[str]) -> None:
    """Print lines of text, unformatted, so that ``grep`` can read them."""
    if texts := [text_of(line) for line in lines]:
        _print(_console(), *texts)


def print_line(text: str) -> None:
    """Print one line of text."""
    _print(_console(), text_of(text))


def print_error(message: str) -> None:
    """Print an error on standard error, in one line."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(Text.assemble(("Error: ", "bold red"), clean(message)))


def print_hint(message: str) -> None:
    """Print a hint for a person at a terminal; programs that read standard error do not receive it."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    if console.is_terminal:
        console.print(Text(clean(message), style="dim"))


def _headline(title: str) -> Text:
    return Text(clean(title), style="bold")


def _console() -> Console:
    console = Console(highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        # Rich assumes 80 columns where there is no terminal, and would fold long numbers needlessly.
        console.width = _WIDE
    return console


def _print(console: Console, *parts: Table | Text) -> None:
    with suppress(AttributeError):  # not every stand-in for standard output has an encoding
        cast("io.TextIOWrapper", sys.stdout).reconfigure(errors="backslashreplace")
    with _writing():
        console.print(*parts, sep="\n")


@contextmanager
def _writing() -> Generator[None]:
    """Report that standard output cannot be written to, unless its reader, such as ``head``, has closed it."""
    try:
        yield
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        abandon_output()
        if isinstance(error, BrokenPipeError):
            raise typer.Exit(1) from None
        raise CommandError(
            f"the command was carried out, but its result cannot be written to standard output: {error.strerror}"
        ) from None


def abandon_output() -> None:
    """Redirect standard output to the null device if it cannot be written to: Python would report it again at exit."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
