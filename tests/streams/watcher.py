"""A consumer that checks what it is told as it is told."""

from __future__ import annotations

import asyncio
from typing import Final, final

from tests.streams.exchange import DealExchange
from threecommas_async.models import Deal
from threecommas_async.streams import DealChanged, Gap, Resynced, Stream


@final
class Watcher:
    """Reads a stream in a task of its own.

    :ivar latest: the latest state of each deal, by id: how often it had changed.
    :ivar backwards: how often an older state came after a newer one.
    :ivar repeated: how often the same state came twice in a row.
    :ivar kinds: what came, in a word for each.
    """

    def __init__(self, stream: Stream[DealChanged], *, pause: int = 0) -> None:
        self.stream: Final = stream
        self.latest: Final[dict[int, int]] = {}
        self.deals: Final[dict[int, Deal]] = {}
        self.backwards = 0
        self.repeated = 0
        self.events = 0
        self.kinds: Final[list[str]] = []
        self.origins: Final[list[str]] = []
        self._pause: Final = pause

    async def read(self) -> None:
        """Read to the end."""
        async for event in self.stream:
            self.take(event)
            for _ in range(self._pause):
                await asyncio.sleep(0)

    def take(self, event: DealChanged | Gap | Resynced) -> None:
        self.events += 1
        self.kinds.append(type(event).__name__)
        if isinstance(event, DealChanged):
            self.origins.append(event.origin)
            changes = event.deal.max_safety_orders or 0
            before = self.latest.get(event.deal.id, 0)
            self.backwards += changes < before
            self.repeated += changes == before
            self.latest[event.deal.id] = changes
            self.deals[event.deal.id] = event.deal

    def missed(self, exchange: DealExchange) -> list[int]:
        """Return the deals whose latest state did not arrive."""
        return [deal.id for deal in exchange.deals.values() if self.latest.get(deal.id) != deal.changes]
