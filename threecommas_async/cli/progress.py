"""Progress bars on standard error, for a person at a terminal."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import ExitStack, contextmanager
from typing import Final, TypeVar

from rich.console import Console

T = TypeVar("T")

_FULL_PAGE: Final = 100


@contextmanager
def counted(what: str) -> Generator[Callable[[], None]]:
    """Yield a function to call for every row of a list that is read page by page.

    From the hundredth row on, when another page is about to be fetched, a bar shows the count until the block ends.
    Nothing is shown where standard error is not a terminal.
    """
    with ExitStack() as ends:
        count = 0
        show: Callable[[int], None] = _nothing

        def count_one() -> None:
            nonlocal count, show
            count += 1
            if count == _FULL_PAGE:
                show = _begun(what, ends)
            show(count)

        yield count_one


async def collected(what: str, rows: AsyncIterator[T]) -> list[T]:
    """Return all rows of a list that is read page by page, and show their count meanwhile."""
    found: list[T] = []
    with counted(what) as count_one:
        async for row in rows:
            found.append(row)
            count_one()
    return found


@contextmanager
def steps(what: str, total: int) -> Generator[Callable[[], None]]:
    """Show a bar, and yield a function to call after each of ``total`` steps. There is no bar for a single step."""
    with ExitStack() as ends:
        count = 0
        show = _begun(what, ends, total) if total > 1 else _nothing

        def count_one() -> None:
            nonlocal count
            count += 1
            show(count)

        yield count_one


@contextmanager
def share(what: str, total: int) -> Generator[Callable[[int], None]]:
    """Show a bar, and yield a function to call with the number of steps, out of ``total``, that are done."""
    with ExitStack() as ends:
        yield _begun(what, ends, total)


def _begun(what: str, ends: ExitStack, total: int | None = None) -> Callable[[int], None]:
    """Show a bar until ``ends`` is closed, and return the function that moves it."""
    console = Console(stderr=True)
    # With FORCE_COLOR, rich takes anything for a terminal.
    if sys.stderr is None or not sys.stderr.isatty() or not console.is_interactive:
        return _nothing
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    counter = "{task.completed}" if total is None else "{task.completed}/{task.total}"
    columns = (TextColumn(what), BarColumn(), TextColumn(counter), TimeElapsedColumn())
    bar = ends.enter_context(
        Progress(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False)
    )
    task = bar.add_task(what, total=total)
    return lambda count: bar.update(task, completed=count)


def _nothing(_count: int) -> None:
    pass
