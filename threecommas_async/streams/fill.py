"""What was missed: asks for the list of what is active, and for all that changed since a moment.

There is no call for what has changed since; and ``updated_at`` does not move with every change. So the whole active
list is read: what changes without a new ``updated_at`` is active, and what ends is written anew.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar, cast, final

import msgspec

from threecommas_async.errors import NotFoundError
from threecommas_async.models.base import Model
from threecommas_async.resources.paging import walk
from threecommas_async.streams.kinds import Kind
from threecommas_async.streams.merge import State
from threecommas_async.transport.clock import Clock
from threecommas_async.transport.transport import Transport

M = TypeVar("M", bound=Model)
EventT = TypeVar("EventT")

_MARGIN: Final = timedelta(seconds=60)
# So many rows in a row that are too old: a few among the newer are rows of a list that has not caught up yet.
_OLD_ROWS: Final = 25
# The digits of a number stay what they were.
_ENCODE: Final = msgspec.json.Encoder(decimal_format="number").encode


@final
class Fill(Generic[M, EventT]):
    """One pass through what may have changed.

    Its requests are ordinary calls, behind the program's own: each waits until the limits leave room for those.

    :ivar requests: how many were made.
    :ivar unreadable: how many rows could not be read.
    """

    def __init__(self, transport: Transport, kind: Kind[M, EventT], clock: Clock) -> None:
        self._transport: Final = transport
        self._kind: Final = kind
        self._clock: Final = clock
        self.requests = 0
        self.unreadable = 0

    async def active(self) -> AsyncIterator[State]:
        """Yield all that is active.

        :raises ThreeCommasError: a call fails.
        """
        async for state in self._walk(self._kind.active):
            yield state

    async def changed(self, since: datetime) -> AsyncIterator[State]:
        """Yield all that was updated since a moment by the server's clock, and a little of what was before.

        What moves up in the list meanwhile is pushed, or found by the next pass.

        :raises ThreeCommasError: a call fails.
        """
        bound, old = since - _MARGIN, 0
        async for state in self._walk(self._kind.latest):
            old = old + 1 if state.updated_at is not None and state.updated_at < bound else 0
            if old > _OLD_ROWS:
                break
            yield state

    async def one(self, entity_id: int) -> State | None:
        """Return one, with its log; None if there is no place for that, or nothing there.

        :raises ThreeCommasError: the call fails.
        """
        path = self._kind.one
        if path is None:
            return None
        await self._transport.wait_for_slack("GET", path)
        asked_at = self._clock.monotonic()
        self.requests += 1
        try:
            found = await self._transport.request("GET", path, None, ids={"id": entity_id})
        except NotFoundError:
            return None
        states = self._states([found], asked_at)
        return states[0] if states else None

    def _walk(self, query: Mapping[str, object]) -> AsyncIterator[State]:
        kind = self._kind

        async def fetch(start: int, size: int) -> list[State]:
            await self._transport.wait_for_slack("GET", kind.path)
            asked_at = self._clock.monotonic()
            self.requests += 1
            rows = await self._transport.request("GET", kind.path, None, query={**query, **kind.page(start, size)})
            return [*self._states(rows, asked_at)] if isinstance(rows, list) else []

        return walk(kind.path, fetch, lambda state: state.id, kind.cut)

    def _states(self, rows: list[Any], asked_at: float) -> list[State]:
        states = list[State]()
        for row in rows:
            try:
                states.append(self._kind.read(_ENCODE(cast("object", row)), asked_at, True))
            except ValueError:
                self.unreadable += 1
        return states
