"""Recorded series of prices: reads them, and checks them before any row is replayed."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final, final

from attrs import frozen

from threecommas_async.sandbox.control.arguments import checked_amount

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_MILLISECONDS: Final = Decimal(10) ** 11
"""Numbers from here on are milliseconds: in seconds, this is the year 5138."""
_COLUMNS: Final = 2


@final
@frozen
class Row:
    """A price at a moment."""

    time: datetime
    price: Decimal


def read_rows(path: str | os.PathLike[str]) -> Iterator[Sequence[str]]:
    """Read the rows of a CSV file; a first row that contains no number is a header."""
    with Path(path).open(newline="", encoding="utf-8") as file:
        for number, row in enumerate(csv.reader(file)):
            if row and not (number == 0 and not any(character.isdecimal() for character in "".join(row))):
                yield row


def checked_rows(rows: Iterable[Sequence[object]], *, not_before: datetime) -> list[Row]:
    """Return the rows, whose times must ascend.

    :raises ValueError: a row is wrong; the text names its number, counted from 1.
    """
    found = list[Row]()
    reached = not_before
    for number, row in enumerate(rows, start=1):
        if len(row) < _COLUMNS:
            raise ValueError(f"rows: row {number} must have a time and a price")
        time, price = (
            _moment(f"rows: the time of row {number}", row[0]),
            checked_amount(f"rows: the price of row {number}", row[1]),
        )
        if time < reached:
            what = "the one before" if found else "the present"
            raise ValueError(f"rows: times must ascend, but row {number}, {time.isoformat()}, is before {what}")
        reached = time
        found.append(Row(time, price))
    if not found:
        raise ValueError("rows must not be empty")
    return found


def _moment(name: str, value: object) -> datetime:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"{name} must have a time zone")
        return value
    if isinstance(value, str):
        try:
            found = datetime.fromisoformat(value.strip())
        except ValueError:
            pass
        else:
            return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
    try:
        seconds = Decimal(str(value).strip())
        milliseconds = seconds if seconds >= _FIRST_MILLISECONDS else seconds * 1000
        return _EPOCH + timedelta(milliseconds=int(milliseconds))
    except (InvalidOperation, OverflowError, ValueError):
        raise ValueError(f"{name} must be a time, not {value!r}") from None
