"""Who waits for a price or a moment, and for which."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, Protocol, final

from attrs import define

from threecommas_async.sandbox.engine.agenda import Entry

Rank = tuple[int, int]
"""The order in which those act for whom the same price or moment has come: by kind, then by id."""


class Level(NamedTuple):
    """A price that is waited for."""

    price: Decimal
    is_beyond: bool = False
    """Whether the price itself does not count yet."""


def nearest(below: Iterable[Level], above: Iterable[Level]) -> tuple[Level | None, Level | None]:
    """Return the level below the price that it reaches first, and that above it."""
    falling = max(below, key=lambda level: (level.price, not level.is_beyond), default=None)
    return falling, min(above, key=lambda level: (level.price, level.is_beyond), default=None)


class Watcher(Protocol):
    """What is to be looked at when a price or a moment has come."""

    @property
    def rank(self) -> Rank: ...

    @property
    def alarm(self) -> Alarm: ...

    def examine(self) -> None:
        """Do what the price and the time make due, and say what to wait for next."""


class Entity(Protocol):
    """What trades, and is reported when it has changed."""

    updated_at: datetime

    @property
    def rank(self) -> Rank: ...


@final
@define(eq=False)
class Alarm:
    """What one watcher waits for: the price to fall, the price to rise, a moment."""

    fall: Entry[tuple[Decimal, bool], Watcher] | None = None
    rise: Entry[tuple[Decimal, bool], Watcher] | None = None
    moment: Entry[tuple[datetime], Watcher] | None = None
