"""Cleans exceptions that leave a call: no frames or exceptions of aiohttp, and no reference cycles.

The frames of aiohttp have URLs and headers in their local variables, and some of its exceptions print headers. Of the
user's own exceptions only the links to them are changed: frames are left out of a traceback, never cleared.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Final

import aiohttp

_AIOHTTP: Final = frozenset({"aiohttp", "yarl"})
_NOBODYS: Final = _AIOHTTP | {"aiohappyeyeballs", "asyncio", "socket", "ssl", "threecommas_async", "uvloop"}


def without_aiohttp(trace: TracebackType | None, *, ours: bool = True) -> TracebackType | None:
    """Return a traceback without the frames of aiohttp.

    :param ours: whether the frames of this package stay.
    """
    shorter: TracebackType | None = None
    for entry in reversed([*_entries(trace)]):
        package = _package_of(entry)
        if package not in _AIOHTTP and (ours or package != "threecommas_async"):
            shorter = TracebackType(shorter, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return shorter


def cut_from_aiohttp(error: BaseException) -> None:
    """Remove the links to aiohttp's exceptions, and the frames of aiohttp, from an exception of the user's."""
    links: list[BaseException] = [error]
    for link in links:
        link.__traceback__ = without_aiohttp(link.__traceback__, ours=False)
        if isinstance(link.__cause__, aiohttp.ClientError):
            link.__cause__ = None
        if isinstance(link.__context__, aiohttp.ClientError):
            link.__context__ = None
        links += [other for other in (link.__cause__, link.__context__) if other is not None and other not in links]


def drop_frames(error: BaseException) -> None:
    """Remove the traceback of an exception that nobody will see, so that it does not form a cycle with its frames.

    aiohttp keeps some of its exceptions, with the request in their frames, until the garbage collector runs. An
    exception that has passed through foreign frames is left unchanged, with everything it is linked to.
    """
    links: list[BaseException] = [error]
    for link in links:
        if all(_package_of(entry) in _NOBODYS for entry in _entries(link.__traceback__)):
            link.__traceback__ = None
            links += [other for other in (link.__cause__, link.__context__) if other is not None and other not in links]


def _entries(trace: TracebackType | None) -> Iterator[TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next


def _package_of(entry: TracebackType) -> str:
    return str(entry.tb_frame.f_globals.get("__name__")).partition(".")[0]
