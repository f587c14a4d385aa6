"""Applies a call to one bot after the other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from threecommas_async.cli.errors import CommandError, explained
from threecommas_async.cli.options import identifier
from threecommas_async.cli.session import Session
from threecommas_async.cli.views import Sentence
from threecommas_async.errors import ThreeCommasError

if TYPE_CHECKING:
    from threecommas_async.client import ThreeCommasClient


def on_each(
    session: Session,
    noun: str,
    ids: Sequence[str],
    act: Callable[[ThreeCommasClient, int], Awaitable[object]],
    done: str,
) -> Sentence:
    """Apply ``act`` to the bot of each id, and stop at the first error.

    :param noun: what one is called: ``bot``.
    :param done: what was done to them: ``switched on``.
    :raises CommandError: an error after some were changed; the text names those.
    """
    numbers = list(dict.fromkeys(identifier(one, noun) for one in ids))
    title = noun.capitalize()

    async def act_on_all(client: ThreeCommasClient) -> None:
        from threecommas_async.cli.progress import steps

        finished: list[int] = []
        with steps(f"{title}s", len(numbers)) as count_one:
            for number in numbers:
                try:
                    await act(client, number)
                except ThreeCommasError as error:
                    if not finished:
                        raise
                    before = ", ".join(map(str, finished))
                    raise CommandError(f"{explained(error)}; before it, {done}: {before}") from None
                finished.append(number)
                count_one()

    session.run(act_on_all, patient=True)
    what, verb = (title, "was") if len(numbers) == 1 else (f"{title}s", "were")
    return Sentence(f"{what} {', '.join(map(str, numbers))} {verb} {done}", {"ids": numbers, "result": done})
