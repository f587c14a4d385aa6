"""All that the command writes: tables and JSON to standard output, what went wrong to standard error in one line."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Generator, Iterable, Mapping, Sequence
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
    # Without a frame the longest amounts that 3Commas has been seen to send fit a terminal of 80 columns.
    table = Table(show_header=False, box=box.ROUNDED, show_edge=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in fields.items():
        if value is not None:
            table.add_row(name, _text(value))
    _print(Text(clean(title), style="bold"), table)


def print_rows(title: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Print many things, a row each."""
    table = Table(box=box.ROUNDED, show_edge=False, pad_edge=False)
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(_text(value) for value in row))
    _print(Text(clean(title), style="bold"), table)


def print_line(text: str) -> None:
    """Print one line of text."""
    _print(_text(text))


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
    return f"{_plain(amount.amount)} {amount.currency or ''}".rstrip()


def _text(value: Cell) -> Text:
    # Text, not str: rich would read markup out of an account that is called "[red]".
    if isinstance(value, Decimal):
        return Text(_plain(value))
    if isinstance(value, datetime):
        return Text(value.isoformat(sep=" ", timespec="seconds"))
    return Text("-" if value is None else clean(str(value)))


def _plain(number: Decimal) -> str:
    from threecommas_async import codec

    return codec.plain(number)


def _print(*parts: Table | Text) -> None:
    console = Console(highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        # Rich takes 80 columns for granted where there is no terminal, and would fold long numbers for no one.
        console.width = _WIDE
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
