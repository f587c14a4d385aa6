"""Ends what is trading, after a question."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from threecommas_async.cli.session import Session

if TYPE_CHECKING:
    from threecommas_async.client import ThreeCommasClient

T = TypeVar("T")


def end(
    session: Session,
    noun: str,
    number: object,
    *,
    verb: str,
    how: str = "",
    describe: Callable[[ThreeCommasClient], Awaitable[str]],
    act: Callable[[ThreeCommasClient], Awaitable[T]],
    yes: bool,
) -> T:
    """Return what ``act`` returns, once a person has said yes to the question: ``Close deal 7 (USDT_ETH) now?``.

    :param noun: what is ended: ``deal``.
    :param number: its id.
    :param verb: what is done to it: ``Close``.
    :param how: the end of the question.
    :param describe: reads what a person should know of it first.
    """
    from threecommas_async.cli.questions import confirm

    confirm(
        lambda: f"{verb} {noun} {number} ({session.run(describe)}){how and ' '}{how}?",
        yes=yes,
        action=f"{verb.lower()} the {noun}",
        otherwise="nothing was done",
    )
    return session.run(act)


def with_profit(pair: str | None, profit: str | None) -> str:
    """Describe what is ended: its pair and, if known, its profit."""
    return f"{pair}" if profit is None else f"{pair}, profit {profit}"
