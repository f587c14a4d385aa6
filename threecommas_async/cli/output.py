"""All that the command writes: tables and JSON to standard output, what went wrong to standard error in one line."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final, cast

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from threecommas_async.cli.common import CommandError

if TYPE_CHECKING:
    from threecommas_async.models.base import CurrencyAmount

Cell = str | int | bool | Decimal | datetime | None

_WIDE: Final = 10_000
_BESIDES_A_CHART: Final = 3
"""The title, an empty row, and the shell's prompt after it all."""
_LOWEST_CHART: Final = 6
_CURVE: Final = r"[\u2800-\u28ff*]+"


def print_json(value: object) -> None:
    """Print a model object, or a list of them, through the codec. Fields that are named like secrets are hidden."""
    import msgspec

    from threecommas_async import codec
    from threecommas_async.redaction import redact

    print_raw_json(redact(msgspec.json.format(codec.to_json(value), indent=2).decode()))


def print_raw_json(text: str) -> None:
    """Print JSON text in UTF-8, which JSON is written in whatever the terminal's encoding."""
    with _writing():
        if sys.stdout is not None:
            sys.stdout.buffer.write(text.encode() + b"\n")


def print_record(title: str, fields: Mapping[str, Cell]) -> None:
    """Print one thing as a table of two columns, without the fields that are None."""
    table = _upright()
    _add_record(table, {name: value for name, value in fields.items() if value is not None})
    _print(_console(), _headline(title), table)


def print_rows(title: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Print many things: side by side if the terminal is wide enough for every one in a row, else one by one."""
    console, cells = _console(), list(rows)
    table = _upright()
    for row in cells:
        _add_record(table, dict(zip(columns, row, strict=True)))
    by_column = list(zip(*cells, strict=True))
    for texts in ([_aligned(column) for column in by_column], [list(map(_text, column)) for column in by_column]):
        level = Table(*columns, box=box.ROUNDED, show_edge=False, pad_edge=False)
        for row in zip(*texts, strict=True):
            level.add_row(*row)
        if console.measure(level, options=console.options.update(max_width=_WIDE)).maximum <= console.width:
            table = level
            break
    _print(console, _headline(title), table)


def print_chart(
    title: str, draw: Callable[[int, int, bool], Sequence[str]], notes: Sequence[tuple[str, Decimal, datetime]]
) -> None:
    """Print a picture that fits the terminal, and amounts and their times under it.

    :param draw: what draws it, given the columns and the rows that it may take, and whether in ASCII.
    """
    console = Console(highlight=False)
    room = min(console.height - len(notes) - _BESIDES_A_CHART, console.width // 3)
    lines = draw(console.width, max(room, _LOWEST_CHART), console.options.ascii_only)
    picture = Text("\n".join([*lines, ""]), no_wrap=True, overflow="ignore")
    picture.highlight_regex(_CURVE, "cyan")
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for texts in zip(*map(_aligned, zip(*notes, strict=True)), strict=True):
        table.add_row(*texts)
    _print(console, _headline(title), picture, table)


def print_lines(lines: Iterable[str]) -> None:
    """Print lines of text, for people and ``grep`` alike."""
    if texts := [_text(line) for line in lines]:
        _print(_console(), *texts)


def print_line(text: str) -> None:
    """Print one line of text."""
    _print(_console(), _text(text))


def print_error(message: str) -> None:
    """Say in one line on standard error what went wrong."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(Text.assemble(("Error: ", "bold red"), clean(message)))


def print_hint(message: str) -> None:
    """Say something to a person at a terminal; programs that read standard error do not get it."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    if console.is_terminal:
        console.print(Text(clean(message), style="dim"))


def clean(text: str) -> str:
    """Return ``text`` on one line and without what a terminal would obey."""
    return "".join(character if character.isprintable() else "\ufffd" for character in " ".join(text.split()))


def money(amount: CurrencyAmount | None) -> str | None:
    """Return an amount with its currency, exact."""
    if amount is None or amount.amount is None:
        return None
    return f"{plain(amount.amount)} {amount.currency or ''}".rstrip()


def _text(value: Cell) -> Text:
    # Text, not str: rich would read markup out of an account that is called "[red]".
    if isinstance(value, Decimal):
        return Text(plain(value))
    if isinstance(value, datetime):
        return Text(value.isoformat(sep=" ", timespec="seconds"))
    return Text("-" if value is None else clean(str(value)))


def plain(number: Decimal) -> str:
    """Return a number with every digit and without an exponent."""
    from threecommas_async import codec

    return codec.plain(number)


def _aligned(values: Sequence[Cell]) -> list[Text]:
    """Return the cells of a column; numbers stand with the decimal points below each other."""
    texts = [_text(value) for value in values]
    if all(isinstance(value, Decimal | None) for value in values):
        places = [len(text.plain.partition(".")[0]) for text in texts]
        for text, place in zip(texts, places, strict=True):
            text.pad_left(max(places) - place)
    return texts


def _upright() -> Table:
    # Without a frame the longest amounts that 3Commas has been seen to send fit a terminal of 80 columns.
    table = Table(show_header=False, box=box.ROUNDED, show_edge=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    return table


def _add_record(table: Table, fields: Mapping[str, Cell]) -> None:
    for name, value in fields.items():
        table.add_row(name, _text(value))
    table.add_section()


def _headline(title: str) -> Text:
    return Text(clean(title), style="bold")


def _console() -> Console:
    console = Console(highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        # Rich takes 80 columns for granted where there is no terminal, and would fold long numbers for no one.
        console.width = _WIDE
    return console


def _print(console: Console, *parts: Table | Text) -> None:
    with suppress(AttributeError):  # not every stand-in for standard output has an encoding
        cast("io.TextIOWrapper", sys.stdout).reconfigure(errors="backslashreplace")
    with _writing():
        console.print(*parts, sep="\n")


@contextmanager
def _writing() -> Generator[None]:
    """Say so if standard output cannot be written to; of a reader who has gone, such as ``head``, say nothing."""
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
    """Turn standard output away if it cannot be written to: Python would complain in its own way when it ends."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
