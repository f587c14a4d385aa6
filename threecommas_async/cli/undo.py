"""The file that undoes changes of bots."""

from __future__ import annotations

import os
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, final

from threecommas_async.cli.bot_files import BotEntry, to_toml
from threecommas_async.cli.bot_kinds import BotKind
from threecommas_async.cli.output import print_hint


@final
class UndoFile:
    """A file of the settings that bots had before. It is created with the first bot, and rewritten with each."""

    def __init__(self, kind: BotKind, path: Path) -> None:
        self.path: Final = path
        self._kind: Final = kind
        self._entries: Final[list[BotEntry]] = []
        self._created = False

    @property
    def is_written(self) -> bool:
        """Whether there is something to undo."""
        return bool(self._entries)

    def add(self, one: BotEntry) -> None:
        self._entries.append(one)
        self._write()

    def remove_last(self) -> None:
        self._entries.pop()
        self._write()

    def hint(self, what: str) -> None:
        """Print the command that undoes the changes, for a person at a terminal."""
        if self._entries:
            print_hint(f"{what}. To undo the changes: {apply_command(self._kind, self.path)}")

    def _write(self) -> None:
        if not self._entries:
            self.path.unlink()
            self._created = False
            return
        heading = (
            "The settings that bots had before they were changed. To restore them:",
            apply_command(self._kind, Path(self.path.name)),
        )
        text = to_toml(self._kind, self._entries, heading)
        if not self._created:
            with self.path.open("x", encoding="utf-8", newline="\n") as file:  # never over another file
                file.write(text)
            self._created = True
            return
        beside = self.path.with_name(f"{self.path.name}.new")
        beside.write_text(text, encoding="utf-8", newline="\n")
        os.replace(beside, self.path)  # noqa: PTH105


def undo_path(kind: BotKind, file: Path | None) -> Path:
    """Return the path of a new undo file: beside ``file`` or, without one, in the current directory."""
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    if file is None:
        return Path(f"{kind.group}.undo-{moment}.toml")
    return file.with_name(f"{file.stem}.undo-{moment}.toml")


def apply_command(kind: BotKind, file: Path) -> str:
    """Return the command that applies a file."""
    return f"threecommas {kind.group} apply {shlex.quote(str(file))}"
