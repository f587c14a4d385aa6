"""Walks through all pages of a list that may change under the walker.

Pages are cut by counting: remove a row on page 1, and the first row of page 2 moves up to page 1, where a walker that
reads one page after the other never sees it. So this one lets each page overlap what it has seen. A page that holds a
row seen before follows on without a gap, whatever was removed or added in between; one that does not is dropped, and
the walk steps back until a page does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from typing import Final, TypeVar

from threecommas_async.errors import Outcome, UnreadableResponseError

T = TypeVar("T")
Cut = Callable[[int], tuple[int, int]]
"""Where a page that holds the row at a position should begin, and how many rows it should hold."""

_LARGEST_OVERLAP: Final = 25
_PATIENCE: Final = 20


def numbered(largest: int) -> Cut:
    """Cut for lists that are asked for with ``page`` and ``per_page``: a page begins at a multiple of its size.

    :param largest: the most rows that the API puts on a page.
    """

    def cut(position: int) -> tuple[int, int]:
        """Of all pages that hold the row at ``position``, choose the one with the most rows after it."""
        size = max(range(2, largest + 1), key=lambda size: (size - position % size, -size))
        return position // size * size, size

    return cut


def offset(largest: int) -> Cut:
    """Cut for lists that are asked for with ``limit`` and ``offset``: a page begins anywhere.

    :param largest: the most rows that the API returns at once, at least 50, for pages overlap by half of that. Where it
        names no such number, ask for few: a page with less than half of what was asked for is taken for the last one.
    """
    if largest < 2 * _LARGEST_OVERLAP:
        raise ValueError(f"largest must be at least {2 * _LARGEST_OVERLAP}, not {largest}")
    return lambda position: (position, largest)


async def walk(
    path: str, fetch: Callable[[int, int], Awaitable[list[T]]], identity: Callable[[T], Hashable], cut: Cut
) -> AsyncIterator[T]:
    """Yield the rows of a list that is served in pages, each row once, one page in memory at a time.

    Every row that is in the list from the first request to the last is yielded; of those that come or go meanwhile,
    some are. That holds as long as the rows keep their order; one that moves behind the walker's back can be missed.

    :param path: the path template, for an error.
    :param fetch: reads a page, given where it begins (from 0) and how many rows it should hold.
    :param identity: what makes a row the same row; of each row this much stays in memory.
    :param cut: how the list is cut into pages.
    :raises UnreadableResponseError: the pages do not fit together: the server cuts them otherwise than it was asked to.
    """
    # Every unseen row that comes before a seen one was added meanwhile. It is so at the start, and a page that begins
    # the list, or has a seen row in it, leaves it so. Hence the walk is complete where such a page ends the list.
    seen: set[Hashable] = set()
    position, overlap, requests_in_vain = 0, 1, 0
    while True:
        start, size = cut(max(0, position - overlap))
        rows = await fetch(start, size)
        count, unseen = len(rows), 0
        if start > 0 and not any(identity(row) in seen for row in rows):
            # More rows were removed than the overlap was long. Removals mostly go on, so the overlap stays longer.
            position, overlap = start, overlap * 2 + 8
        else:
            for row in rows:
                if identity(row) not in seen:
                    seen.add(identity(row))
                    unseen += 1
                    yield row
            # A page that is nearly full may be a full one, short of rows that the codec could not read.
            if count < size and (unseen == 0 or count <= size / 2):
                return
            position, overlap = start + count, min(overlap, _LARGEST_OVERLAP)
        rows = []
        requests_in_vain = 0 if unseen else requests_in_vain + 1
        if requests_in_vain > _PATIENCE + len(seen) // _LARGEST_OVERLAP:
            raise UnreadableResponseError(
                f"GET {path}: the pages do not fit together; {len(seen)} rows were read, and there may be more",
                outcome=Outcome.DONE,
                method="GET",
                path=path,
            )
