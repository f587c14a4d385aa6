"""``.. terminal:: threecommas deals list``: runs the program at build time, and shows what it writes as a picture.

It runs with ``--sandbox``: no key, no network. So a picture is always what the program does today.
"""

from __future__ import annotations

import html
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Final

from docutils import nodes
from docutils.parsers.rst import directives
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

_COLUMNS: Final = 92


class Terminal(SphinxDirective):
    """What a command shows; ``:lines:`` cuts a long one."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec = {"lines": directives.positive_int, "height": directives.positive_int, "shown": directives.unchanged}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        command = str(self.arguments[0])
        program, *arguments = shlex.split(command)
        if program != "threecommas":
            raise self.error("only the program itself can be shown")
        environment = {**os.environ, "COLUMNS": str(_COLUMNS), "LINES": str(self.options.get("height", 24))}
        environment |= {"FORCE_COLOR": "1", "PYTHONIOENCODING": "utf-8", "TERM": "xterm-256color", "TZ": "UTC"}
        environment["PYTHONPATH"] = str(Path(self.env.srcdir).parent)
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "threecommas_async", *arguments],
            capture_output=True,
            check=False,
            env=environment,
            text=True,
            timeout=120,
        )
        if done.returncode:
            raise self.error(f"{command}: {done.stderr}")
        lines = done.stdout.rstrip("\n").split("\n")[: self.options.get("lines")]
        svg = self._picture(self.options.get("shown", command), "\n".join(lines))
        figure = f'<figure class="terminal" role="img" aria-label="{html.escape(command)}">{svg}</figure>'
        return [nodes.raw("", figure, format="html")]

    def _picture(self, command: str, output: str) -> str:
        console = Console(record=True, width=_COLUMNS, file=open(os.devnull, "w"), force_terminal=True)  # noqa: PTH123, SIM115
        console.print(Text.assemble(("$ ", "bold green"), (command, "bold")))
        console.print(Text.from_ansi(f"{output}\n"))
        name = "terminal-" + re.sub(r"\W+", "-", command)
        svg = console.export_svg(title="", theme=MONOKAI, unique_id=name)
        return re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)  # the reader's own font; nothing is downloaded


def setup(app: Sphinx) -> ExtensionMetadata:
    app.add_directive("terminal", Terminal)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
