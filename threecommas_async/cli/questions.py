"""Asks a person at a terminal. Nothing of it goes to standard output, which may be a program's."""

from __future__ import annotations

import sys

import typer

from threecommas_async.cli.errors import CommandError


def has_terminal() -> bool:
    """Tell whether there may be a person who answers."""
    return sys.stdin is not None and sys.stdin.isatty()


def can_ask() -> bool:
    """Tell whether such a person would see a question."""
    return has_terminal() and sys.stderr is not None and sys.stderr.isatty()


def ask(question: str) -> str:
    """Ask and return the answer, which shows as it is typed.

    :raises EOFError: the person ended the input.
    """
    # Not by input(): it writes to standard output.
    sys.stderr.write(f"{question} ")
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.strip()


def end_line() -> None:
    """Begin a new line: what is written next, by the shell for one, is not to stand behind a question."""
    sys.stderr.write("\n")


def confirm(question: str, *, yes: bool, action: str, otherwise: str) -> None:
    """Go on if ``yes`` says so, or a person does.

    :param action: what is to be done, for those who have no terminal: ``remove the account``.
    :param otherwise: what the command ends in if the answer is no.
    """
    if yes:
        return
    if not can_ask():
        raise typer.BadParameter(f"there is no terminal to ask at: add --yes to {action} without a question")
    if not is_confirmed(question):
        raise CommandError(otherwise)


def is_confirmed(question: str) -> bool:
    """Ask whether to go on; anything but yes is no."""
    try:
        return ask(f"{question} [y/N]").lower() in ("y", "yes")
    except (EOFError, KeyboardInterrupt) as interruption:
        end_line()
        if isinstance(interruption, KeyboardInterrupt):
            raise
        return False
