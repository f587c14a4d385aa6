"""Views: the result of a command, and how it is printed for people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Generic, Protocol, TypeVar

import attrs

from threecommas_async.cli.columns import Column
from threecommas_async.cli.output import print_chart, print_line, print_lines, print_raw, print_record, print_rows

T = TypeVar("T")


class View(Protocol):
    """A result that is printed as JSON with ``--json``, and for people otherwise."""

    @property
    def problem(self) -> str | None:
        """Why the command fails in spite of its result; printed on standard error."""
        ...

    @property
    def value(self) -> object:
        """What ``--json`` prints."""
        ...

    def show(self, place: str) -> None:
        """Print it for people.

        :param place: what a title adds to say where the data comes from.
        """
        ...


@attrs.frozen
class Record(Generic[T]):
    """A single object."""

    title: str
    columns: Sequence[Column[T]]
    value: T
    problem: str | None = attrs.field(default=None, kw_only=True)

    def show(self, place: str) -> None:
        print_record(f"{self.title}{place}", self.columns, self.value)


@attrs.frozen
class Rows(Generic[T]):
    """A list of objects."""

    title: str
    columns: Sequence[Column[T]]
    value: Sequence[T]
    problem: str | None = attrs.field(default=None, kw_only=True)

    def show(self, place: str) -> None:
        print_rows(f"{self.title}{place}", self.columns, self.value)

    def show_with_question(self) -> None:
        """Print it as part of a question, on standard error."""
        print_rows(self.title, self.columns, self.value, asking=True)


@attrs.frozen
class Lines:
    """Texts, one in a line, unformatted."""

    value: Sequence[str]
    problem: str | None = attrs.field(default=None, kw_only=True)

    def show(self, place: str) -> None:
        print_lines(self.value)


@attrs.frozen
class Sentence:
    """What was done, as a sentence without its full stop."""

    text: str
    value: object
    problem: str | None = attrs.field(default=None, kw_only=True)

    def show(self, place: str) -> None:
        if self.problem is None:
            print_line(f"{self.text}{place}.")


@attrs.frozen
class Chart:
    """A chart, and amounts with their times below it."""

    title: str
    draw: Callable[[int, int, bool], Sequence[str]]
    """Draws the chart, given the available columns and rows, and whether to use ASCII only."""
    notes: Sequence[tuple[str, Decimal, datetime]]
    value: object
    problem: str | None = attrs.field(default=None, kw_only=True)

    def show(self, place: str) -> None:
        print_chart(f"{self.title}{place}", self.draw, self.notes)


@attrs.frozen
class Document:
    """The text of a file."""

    text: str
    value: object
    problem: str | None = attrs.field(default=None, kw_only=True)

    def show(self, place: str) -> None:
        print_raw(self.text)


@attrs.frozen
class Sections:
    """Several results, one below the other, and notes at the end."""

    parts: Sequence[View]
    value: object
    notes: Sequence[str] = attrs.field(default=(), kw_only=True)
    problem: str | None = attrs.field(default=None, kw_only=True)

    def show(self, place: str) -> None:
        for number, part in enumerate(self.parts):
            if number:
                print_line("")
            part.show(place)
        if self.parts and self.notes:
            print_line("")
        for note in self.notes:
            print_line(note)
