"""Tables that fit the terminal and never truncate a number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final, TypeVar

import attrs
from rich import box
from rich.cells import cell_len
from rich.console import JustifyMethod
from rich.table import Table
from rich.text import Text

from threecommas_async.cli.columns import Cell, Column, text_of

T = TypeVar("T")

_BETWEEN: Final = len(" │ ")
_NARROWEST: Final = 12
"""The least width of a column that may wrap, if its texts need as much."""


@attrs.frozen
class Fitted:
    """A table that fits, and the titles of the columns that were left out."""

    table: Table
    left_out: tuple[str, ...] = ()


def record(columns: Sequence[Column[T]], thing: T) -> Table:
    """Return one object as a table of two columns, without the values that it does not have."""
    table = _upright()
    _add(table, [column for column in columns if column.value(thing) is not None], thing)
    return table


def rows(columns: Sequence[Column[T]], things: Sequence[T], width: int) -> Fitted:
    """Return objects as the rows of a table if it fits the terminal, otherwise as one record below the other.

    To make it fit, columns that may wrap do, and spare columns are left out, the last one first.
    """
    said = [column for column in columns if not things or column.optional is None or any(map(column.optional, things))]
    drafts = [_drafted(column, things) for column in said]
    spare = [draft for draft in drafts if draft.spare]
    for count in range(len(spare), -1, -1):
        for wrapping in (False, True):
            selection = [draft for draft in drafts if not draft.spare or draft in spare[:count]]
            for cells in ([draft.aligned for draft in selection], [draft.cells for draft in selection]):
                needed = [_least(draft, texts, wrapping) for draft, texts in zip(selection, cells, strict=True)]
                if sum(needed) + _BETWEEN * (len(needed) - 1) <= width:
                    return Fitted(_level(selection, cells), tuple(draft.title for draft in spare[count:]))
    table = _upright()
    for thing in things:
        _add(table, said, thing)
    return Fitted(table)


@attrs.frozen(eq=False)
class _Draft:
    """A column with its cells, and with its aligned cells, used if there is room for them."""

    title: str
    wraps: bool
    spare: bool
    justify: JustifyMethod
    cells: list[Text]
    aligned: list[Text]


def _drafted(column: Column[T], things: Sequence[T]) -> _Draft:
    cells = [column.text(thing) for thing in things]
    by_point = column.align is None and all(isinstance(column.cell(thing), Decimal | None) for thing in things)
    return _Draft(
        title=column.title,
        wraps=column.wraps,
        spare=column.spare,
        justify="right" if column.align == "right" else "left",
        cells=cells,
        aligned=aligned(cells) if by_point else cells,
    )


def _least(draft: _Draft, cells: Iterable[Text], wrapping: bool) -> int:
    natural = max([cell_len(draft.title), *(cell.cell_len for cell in cells)])
    return min(natural, _NARROWEST) if wrapping and draft.wraps else natural


def _level(drafts: Iterable[_Draft], cells: Sequence[Sequence[Text]]) -> Table:
    table = Table(box=box.ROUNDED, show_edge=False, pad_edge=False)
    for draft in drafts:
        table.add_column(draft.title, justify=draft.justify, no_wrap=not draft.wraps, overflow="fold")
    for row in zip(*cells, strict=True):
        table.add_row(*row)
    return table


def aligned(texts: Iterable[Text]) -> list[Text]:
    """Return numbers padded so that their decimal points are aligned."""
    copies = [text.copy() for text in texts]
    places = [len(text.plain.partition(".")[0]) for text in copies]
    for text, place in zip(copies, places, strict=True):
        text.pad_left(max(places) - place)
    return copies


def aligned_cells(values: Sequence[Cell]) -> list[Text]:
    """Return cells as they are printed; aligned, if all are numbers."""
    texts = [text_of(value) for value in values]
    return aligned(texts) if all(isinstance(value, Decimal | None) for value in values) else texts


def _upright() -> Table:
    # Without a frame, the longest amounts that were observed in responses fit a terminal of 80 columns.
    table = Table(show_header=False, box=box.ROUNDED, show_edge=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    return table


def _add(table: Table, columns: Iterable[Column[T]], thing: T) -> None:
    for column in columns:
        table.add_row(column.title, column.text(thing))
    table.add_section()
