"""Changes the settings of bots, one after the other, and keeps a file that undoes the changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, Literal

import attrs

from threecommas_async.cli.bot_files import (
    BotEntry,
    Difference,
    differences,
    entry_of,
    reverse,
    text_of_setting,
)
from threecommas_async.cli.bot_kinds import Bot, BotKind
from threecommas_async.cli.columns import number_of
from threecommas_async.cli.errors import CommandError
from threecommas_async.cli.progress import counted, steps
from threecommas_async.cli.undo import UndoFile
from threecommas_async.errors import (
    ConflictError,
    InvalidRequestError,
    NotAppliedError,
    NotFoundError,
    Outcome,
    ThreeCommasError,
)

if TYPE_CHECKING:
    from threecommas_async.client import ThreeCommasClient

Fate = Literal["changed", "changed otherwise than asked", "not changed", "unknown", "not tried"]

# Errors that concern one bot only and whose outcome is known; after any other error nothing more is sent.
_OF_ONE_BOT: Final = (InvalidRequestError, NotFoundError, ConflictError, NotAppliedError, ValueError, TypeError)


@attrs.frozen
class Change:
    """A bot as it was read, and the settings to change."""

    bot: Bot
    now: BotEntry
    differences: Sequence[Difference]


@attrs.frozen
class Result:
    """The result of a change."""

    change: Change
    fate: Fate
    error: ThreeCommasError | ValueError | TypeError | None = None


async def read_bots(client: ThreeCommasClient, kind: BotKind, ids: Sequence[int] | None) -> list[Bot]:
    """Return the bots with these ids, in the order of the ids, or all bots.

    :raises CommandError: there is no bot with one of the ids.
    """
    if ids is not None and len(ids) == 1:
        return [await kind.get(client, ids[0])]
    found: dict[int, Bot] = {}
    with counted(kind.title) as count_one:
        async for bot in kind.iterate(client):
            count_one()
            if ids is None or bot.id in ids:
                found[bot.id] = bot
            if ids is not None and len(found) == len(set(ids)):
                break
    if ids is None:
        return list(found.values())
    if absent := [str(number) for number in ids if number not in found]:
        raise CommandError(f"there is no {kind.noun} {', '.join(absent)}")
    return [found[number] for number in dict.fromkeys(ids)]


def entry(kind: BotKind, bot: Bot) -> BotEntry:
    """Return the bot as an entry of a file.

    :raises CommandError: a setting could not be read, and would be lost when written back.
    """
    try:
        return entry_of(bot)
    except (TypeError, ValueError) as error:
        raise CommandError(f"{kind.noun} {bot.id} has settings that cannot be written back: {error}") from None


def compare(kind: BotKind, bots: Iterable[Bot], wanted: Iterable[BotEntry]) -> list[Change]:
    """Return each bot with its differences from what is wanted, including bots without any."""
    by_id = {one.id: one for one in wanted}
    now = [(bot, entry(kind, bot)) for bot in bots]
    return [Change(bot, known, differences(kind, known, by_id[bot.id])) for bot, known in now]


def checked(kind: BotKind, changes: Iterable[Change]) -> list[Change]:
    """Return the changes that change something, after all checks that need no request.

    :raises CommandError: a setting cannot be changed, or contradicts the others.
    """
    wanted = [change for change in changes if change.differences]
    for change in wanted:
        fixed = [one for one in change.differences if one.name in kind.fixed]
        if fixed:
            texts = [f"{one.name} (now {text_of_setting(one.old)}, wanted {text_of_setting(one.new)})" for one in fixed]
            raise CommandError(
                f"{kind.noun} {change.bot.id}: {', '.join(texts)} cannot be changed: a {kind.noun} is given it when it "
                "is created; nothing was sent"
            )
        try:
            change.bot.settings().evolved(_values(change))
        except (TypeError, ValueError) as error:
            raise CommandError(f"{kind.noun} {change.bot.id}: {error}; nothing was sent") from None
    return wanted


async def carry_out(
    client: ThreeCommasClient, kind: BotKind, changes: Sequence[Change], undo: UndoFile
) -> list[Result]:
    """Change one bot after the other, and stop at the first whose outcome is unknown.

    A change that 3Commas rejects does not prevent the others.
    """
    results: list[Result] = []
    try:
        with steps(kind.title, len(changes)) as count_one:
            for change in changes:
                results.append(await _carry_out(client, kind, change, undo))
                count_one()
                error = results[-1].error
                if error is not None and not isinstance(error, _OF_ONE_BOT):
                    break
    except BaseException:
        undo.hint("Stopped")
        raise
    return [*results, *(Result(change, "not tried") for change in changes[len(results) :])]


async def _carry_out(client: ThreeCommasClient, kind: BotKind, change: Change, undo: UndoFile) -> Result:
    # Before the request, not after it: whatever ends this program now, the file is there.
    undo.add(reverse(change.now, [one.name for one in change.differences]))
    error: ThreeCommasError | ValueError | TypeError
    try:
        await kind.edit(client, change.bot, _values(change))
    except ThreeCommasError as problem:
        error = problem
    except (ValueError, TypeError) as problem:  # the bot has changed since, and can no longer be written
        error = problem
    else:
        return Result(change, "changed")
    outcome = error.outcome if isinstance(error, ThreeCommasError) else Outcome.NOT_DONE
    if outcome is Outcome.NOT_DONE:
        undo.remove_last()
        return Result(change, "not changed", error)
    return Result(change, "unknown" if outcome is Outcome.UNKNOWN else "changed otherwise than asked", error)


def _values(change: Change) -> dict[str, object]:
    return {one.name: one.new for one in change.differences}


def summary(kind: BotKind, results: Sequence[Result]) -> str:
    """Return one line that says how many bots were changed."""
    count = sum(result.fate in ("changed", "changed otherwise than asked") for result in results)
    return f"{count} of {number_of(len(results), kind.noun)} changed"
