"""The columns of tables: what each shows of an object, and how values are written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal
from typing import TYPE_CHECKING, Final, Generic, Literal, TypeVar, cast

import attrs
from rich.text import Text

if TYPE_CHECKING:
    from threecommas_async.models.base import CurrencyAmount

T = TypeVar("T")
Cell = str | int | bool | Decimal | datetime | None
Align = Literal["left", "right"]

_HUNDREDTH: Final = Decimal("0.01")


@attrs.frozen
class Column(Generic[T]):
    """A column of a table, or a row of a table that shows a single object.

    :ivar title: the heading.
    :ivar source: the attribute that it shows, such as ``id`` or ``profit.usd``, or a function from the object to the
        value.
    :ivar align: by default numbers are aligned at their decimal points, everything else on the left.
    :ivar form: a function that formats a Decimal, such as :func:`percent`; amounts and prices stay exact.
    :ivar signed: whether to show values above zero in green and values below zero in red.
    :ivar wraps: whether it may wrap. Numbers do not.
    :ivar spare: whether it is omitted where the terminal is too narrow for all columns.
    :ivar optional: whether the column is of interest for an object; omitted if it is for none. By default always shown.
    """

    title: str
    source: str | Callable[[T], Cell]
    align: Align | None = attrs.field(default=None, kw_only=True)
    form: Callable[[Decimal], Cell] | None = attrs.field(default=None, kw_only=True)
    signed: bool = attrs.field(default=False, kw_only=True)
    wraps: bool = attrs.field(default=False, kw_only=True)
    spare: bool = attrs.field(default=False, kw_only=True)
    optional: Callable[[T], bool] | None = attrs.field(default=None, kw_only=True)

    def cell(self, thing: T) -> Cell:
        """Return what the column shows of an object."""
        value = self.value(thing)
        return self.form(value) if self.form is not None and isinstance(value, Decimal) else value

    def text(self, thing: T) -> Text:
        """Return the same, styled for printing."""
        text = text_of(self.cell(thing))
        value = self.value(thing)
        if self.signed and isinstance(value, Decimal) and value:
            text.stylize(sign_style(value))
        return text

    def value(self, thing: T) -> Cell:
        """Return the exact value behind the cell."""
        return at(thing, self.source) if isinstance(self.source, str) else self.source(thing)


def at(thing: object, path: str) -> Cell:
    """Return the attribute at a path, such as ``profit.usd``; None where what has it is None."""
    for name in path.split("."):
        if thing is None:
            return None
        thing = getattr(thing, name)
    return cast("Cell", thing)


def amount(path: str, unit: str) -> Callable[[object], str | None]:
    """Return a function to an amount with its currency, exact; None if it is 0.

    :param path: where the amount is, such as ``data.entered_total``.
    :param unit: the attribute that has the currency: ``quote_currency``.
    """

    def text(thing: object) -> str | None:
        found = at(thing, path)
        return in_currency(found, getattr(thing, unit)) if isinstance(found, Decimal) and found else None

    return text


def sign_style(number: Decimal) -> str:
    """Return the style of a gain or a loss."""
    return "green" if number > 0 else "red" if number < 0 else ""


def percent(number: Decimal) -> Decimal:
    """Return a percentage rounded to two decimals."""
    if not number.is_finite():
        return number
    enough = Context(prec=max(number.adjusted(), 0) + 4, rounding=ROUND_HALF_EVEN, Emax=MAX_EMAX, Emin=MIN_EMIN)
    return number.quantize(_HUNDREDTH, context=enough)


def money(amount: CurrencyAmount | None) -> str | None:
    """Return an amount with its currency, exact."""
    return None if amount is None else in_currency(amount.amount, amount.currency)


def in_currency(amount: Decimal | None, currency: str | None) -> str | None:
    """Return an amount with its currency, exact."""
    return None if amount is None else f"{plain(amount)} {currency or ''}".rstrip()


def named(number: int | None, name: str | None) -> str | None:
    """Return an id, and the name of what has it."""
    return None if number is None else f"{number} {name or ''}".rstrip()


def plain(number: Decimal) -> str:
    """Return a number with every digit and without an exponent."""
    from threecommas_async import codec

    return codec.plain(number)


def text_of(value: Cell) -> Text:
    """Return a cell as it is printed."""
    # Text, not str: rich would take a name such as "[red]" for markup.
    if isinstance(value, Decimal):
        return Text(plain(value))
    if isinstance(value, datetime):
        return Text(value.isoformat(sep=" ", timespec="seconds"))
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    return Text("-" if value is None else clean(str(value)))


def clean(text: str) -> str:
    """Return ``text`` on one line and without control characters."""
    return "".join(character if character.isprintable() else "\ufffd" for character in " ".join(text.split()))


def number_of(count: int, singular: str, plural: str | None = None) -> str:
    """Return a count with its noun: ``1 account``, ``2 accounts``."""
    return f"{count} {singular if count == 1 else plural or singular + 's'}"
