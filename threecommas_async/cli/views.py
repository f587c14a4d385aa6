"""What a command ends in: a result, and how a person sees it."""

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
    """A result, to be printed as it is with ``--json``, and for people otherwise."""

    @property
    def problem(self) -> str | None:
        """Why the command fails although it has a result, for standard error."""
        ...

    @property
    def value(self) -> object:
        """What ``--json`` prints."""
        ...

    def show(self, place: str) -> None:
        """Print it for people.

        :param place: what a title says about where the data comes from.
        """
        ...


@attrs.frozen
class Record(Generic[T]):
    """One thing."""

    title: str
    columns: Sequence[Column[T]]
    value: T
    problem: str | None = attrs.field(default=None, kw_only=True)

    def show(self, place: str) -> None:
        print_record(f"{self.title}{place}", self.columns, self.value)


@attrs.frozen
class Rows(Generic[T]):
    """A list of things."""

    title: str
    columns: Sequence[Column[T]]
    value: Sequence[T]
    problem: str | None = attrs.field(default=None, kw_only=True)

    def show(self, place: str) -> None:
        print_rows(f"{self.title}{place}", self.columns, self.value)

    def show_with_question(self) -> None:
        """Print it for a person who is about to be asked something."""
        print_rows(self.title, self.columns, self.value, asking=True)


@attrs.frozen
class Lines:
    """Texts, a line each, for people and ``grep`` alike."""

    value: Sequence[str]
    problem: str | None = attrs.field(default=None, kw_only=True)

    def show(self, place: str) -> None:
        print_lines(self.value)


@attrs.frozen
class Sentence:
    """What was done, in a sentence without its full stop."""

    text: str
    value: object
    problem: str | None = attrs.field(default=None, kw_only=True)

    def show(self, place: str) -> None:
        if self.problem is None:
            print_line(f"{self.text}{place}.")


@attrs.frozen
class Chart:
    """A picture, and amounts and their times under it."""

    title: str
    draw: Callable[[int, int, bool], Sequence[str]]
    """Draws it, given the columns and the rows that it may take, and whether in ASCII."""
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
    """Several results below each other, and lines at the end."""

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
