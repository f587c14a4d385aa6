"""Questions to a person at a terminal. Nothing is written to standard output, which may be read by a program."""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer

from threecommas_async.cli.errors import CommandError


def has_terminal() -> bool:
    """Tell whether standard input is a terminal, at which a person may answer."""
    return sys.stdin is not None and sys.stdin.isatty()


def can_ask() -> bool:
    """Tell whether a person at the terminal would also see a question, which goes to standard error."""
    return has_terminal() and sys.stderr is not None and sys.stderr.isatty()


def ask(question: str) -> str:
    """Ask and return the answer, which is visible as it is typed.

    :raises EOFError: the input ended.
    """
    # Not with input(): it writes to standard output.
    sys.stderr.write(f"{question} ")
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.strip()


def end_line() -> None:
    """Begin a new line, so that what is written next does not follow a question on its line."""
    sys.stderr.write("\n")


def confirm(question: str | Callable[[], str], *, yes: bool, action: str, otherwise: str) -> None:
    """Return if ``yes`` is set, or if a person says yes.

    :param question: the question; a function that returns it is called only if there is somebody to ask.
    :param action: what is to be done, for the message where there is no terminal: ``remove the account``.
    :param otherwise: the error if the answer is no.
    :raises CommandError: the answer is no.
    """
    if yes:
        return
    if not can_ask():
        raise typer.BadParameter(f"there is no terminal to ask at: add --yes to {action} without a question")
    if not is_confirmed(question if isinstance(question, str) else question()):
        raise CommandError(otherwise)


def is_confirmed(question: str) -> bool:
    """Ask whether to continue; anything but yes is no."""
    try:
        return ask(f"{question} [y/N]").lower() in ("y", "yes")
    except (EOFError, KeyboardInterrupt) as interruption:
        end_line()
        if isinstance(interruption, KeyboardInterrupt):
            raise
        return False
