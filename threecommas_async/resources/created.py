"""Finds out what became of an object whose creation ended without a clear response."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

from threecommas_async.errors import Outcome, ThreeCommasError
from threecommas_async.transport.clock import Clock

_PAUSES: Final = (1.0, 2.0, 4.0)
_CLOCKS_DIFFER_BY: Final = timedelta(minutes=2)


class Row(Protocol):
    """What a list holds: anything that knows when it was created."""

    @property
    def created_at(self) -> datetime | None: ...


R = TypeVar("R", bound=Row)


async def find_created(
    error: ThreeCommasError,
    clock: Clock,
    *,
    creates: tuple[str, str],
    rows: Callable[[], AsyncIterator[R]],
    is_same: Callable[[R], bool],
) -> R | None:
    """Look for the row that the failed call may have created, again and again while it is not there.

    A row counts if it is not older than the call, give or take two minutes by which clocks may differ; of several, the
    newest.

    :param error: what the call ended in.
    :param creates: verb and path template of the call that creates such a row.
    :param rows: walks through the list that would hold it.
    :param is_same: whether a row has what was asked for.
    :returns: the row; None if it is not there, or if nothing was done anyway.
    :raises ValueError: ``error`` comes from another call.
    """
    if (error.method, error.path) != creates:
        raise ValueError(f"error must come from {' '.join(creates)}, not from {error.method} {error.path}")
    if error.outcome is Outcome.NOT_DONE or error.sent_at is None:
        return None
    earliest = error.sent_at - _CLOCKS_DIFFER_BY
    for pause in (*_PAUSES, None):
        newest: tuple[datetime, R] | None = None
        async for row in rows():
            created_at = row.created_at
            if created_at is None or created_at < earliest or not is_same(row):
                continue
            if newest is None or created_at > newest[0]:
                newest = created_at, row
        if newest is not None:
            return newest[1]
        if pause is not None:
            await clock.sleep(pause)
    return None


async def since(error: ThreeCommasError, rows: AsyncIterator[R]) -> AsyncIterator[R]:
    """Yield the rows of a long list that :func:`find_created` looks at: those that are not older than the failed call.

    :param error: what the call ended in.
    :param rows: walks through the list, which was asked for the newest first. It is taken at that as soon as a row is
        older than the one before; a list that turns out to be sorted otherwise is walked to its end.
    """
    earliest = None if error.sent_at is None else error.sent_at - _CLOCKS_DIFFER_BY
    before: datetime | None = None
    falls = rises = False
    try:
        async for row in rows:
            yield row
            created_at = row.created_at
            if created_at is None:
                continue
            if before is not None:
                falls, rises = falls or created_at < before, rises or created_at > before
            before = created_at
            if earliest is not None and created_at < earliest and falls and not rises:
                return
    finally:
        if isinstance(rows, AsyncGenerator):
            await rows.aclose()
