"""The command's own error."""

from __future__ import annotations


class CommandError(Exception):
    """The command cannot go on; the text is the line that the user sees."""
