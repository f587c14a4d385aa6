"""Lists in pages: sorted, the newest first, a part of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Generic, Protocol, TypeVar

from attrs import frozen

DIRECTIONS: Final = ("ASC", "DESC", "asc", "desc")


class Numbered(Protocol):
    """What has an id."""

    id: int


N = TypeVar("N", bound=Numbered)
SortKey = datetime | Decimal | str | None


@frozen
class Listed(Generic[N]):
    """How a list is to be sorted, and which part of it is wanted."""

    key: Callable[[N], SortKey]
    """What has none comes last, in both directions (assumption)."""
    direction: str | None
    limit: int
    offset: int


def in_order(found: Iterable[N], wanted: Listed[N]) -> list[N]:
    """Return a part of what was found, of equals that with the larger id first."""
    descends = wanted.direction is None or wanted.direction.upper() == "DESC"
    keys: list[tuple[Any, int, N]] = []
    without: list[N] = []
    for one in found:
        key = wanted.key(one)
        if key is None:
            without.append(one)
        else:
            keys.append((key, one.id, one))
    keys.sort(key=lambda item: item[:2], reverse=descends)
    without.sort(key=lambda one: one.id, reverse=descends)
    rows = [*(one for _, _, one in keys), *without]
    return rows[wanted.offset : wanted.offset + wanted.limit]
