"""What a stream tells: what has changed, where something may have been missed, and when all is known again."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, final

import attrs

if TYPE_CHECKING:
    from threecommas_async.models.deal import Deal
    from threecommas_async.models.smart_trade import SmartTrade

Origin = Literal["push", "backfill", "audit", "snapshot"]
"""How a state became known: pushed; asked for after a gap; found by the regular audit; there at the beginning."""


@final
@attrs.frozen
class DealChanged:
    """A deal was opened, or is another than it was.

    :ivar deal: the whole deal, in its latest state.
    :ivar origin: ``"push"``, ``"backfill"`` after a :class:`Gap`, ``"audit"`` or ``"snapshot"``.
    :ivar skipped: how many states came between this one and the one before, and were replaced while nobody asked.
    """

    deal: Deal
    origin: Origin = "push"
    skipped: int = 0


@final
@attrs.frozen
class SmartTradeChanged:
    """A SmartTrade was created, or is another than it was.

    :ivar smart_trade: the whole SmartTrade, in its latest state.
    :ivar origin: ``"push"``, ``"backfill"`` after a :class:`Gap`, ``"audit"`` or ``"snapshot"``.
    :ivar skipped: how many states came between this one and the one before, and were replaced while nobody asked.
    """

    smart_trade: SmartTrade
    origin: Origin = "push"
    skipped: int = 0


@final
@attrs.frozen
class Gap:
    """From here on states may be stale, until :class:`Resynced` comes.

    :ivar since: from when on changes may have been missed, by the server's clock.
    :ivar reason: what happened, in a few words.
    """

    since: datetime
    reason: str


@final
@attrs.frozen
class Resynced:
    """Everything is known again: what changed since the gap, or is in the snapshot, came before this.

    :ivar requests: how many requests that took.
    :ivar changed: how many changes they brought.
    """

    requests: int
    changed: int
