"""Tables of tasks and of endpoints, made from those that the tests use: ``tests/endpoints``."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from typing import Final

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from tests.endpoints import GROUPS, ROWS, Row
from threecommas_async import ThreeCommasClient

Cell = nodes.Node | str

_PERMISSIONS: Final = re.compile(r"\b(?:[A-Z]+_)+(?:READ|WRITE)\b")


class TaskTable(SphinxDirective):
    """``.. tasks:: accounts``: what every method of a group is for, in the first words of its docstring."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        return [_table(("to", "call", "permission"), (38, 38, 24), self._rows(self.arguments[0]))]

    def _rows(self, group: str) -> Iterable[tuple[Cell, ...]]:
        kind = type(getattr(ThreeCommasClient(), group))
        for name, method in vars(kind).items():
            if name.startswith("_") or not inspect.isfunction(method):
                continue
            sentence = re.split(r"\.(?:\s|$)", inspect.getdoc(method) or "", maxsplit=1)[0].replace("\n", " ")
            permissions = ", ".join(dict.fromkeys(_PERMISSIONS.findall(inspect.getdoc(method) or ""))) or "none"
            yield _plain(sentence), _method(f"{group}.{name}"), _small(permissions)


class EndpointTable(SphinxDirective):
    """``.. endpoints::``: every endpoint, the method that calls it, and whether it may be repeated after a failure."""

    def run(self) -> list[nodes.Node]:
        header = ("endpoint", "method", "permission", "may be repeated")
        return [_table(header, (44, 28, 18, 10), map(self._row, ROWS))]

    @staticmethod
    def _row(row: Row) -> tuple[Cell, ...]:
        permission = row.known.permission if row.known.permission not in ("", "NONE") else "none"
        return (
            nodes.literal("", f"{row.verb} {row.path}"),
            _method(row.method),
            _small(permission),
            "yes" if row.reads else "no",
        )


class EndpointCount(SphinxDirective):
    """``.. endpoint-count::``: how many there are."""

    def run(self) -> list[nodes.Node]:
        return [nodes.paragraph("", f"{len(ROWS)} endpoints, in {len(GROUPS)} groups.")]


def _plain(text: str) -> str:
    return re.sub(r":\w+:`~?(?:[\w.]+\.)?([\w]+)`", r"\1", text).replace("``", "")


def _method(name: str) -> nodes.Node:
    """A link to a method, as a program writes it."""
    group, _, method = name.partition(".")
    kind = "".join(word.capitalize() for word in group.split("_"))
    target = f"threecommas_async.resources.{group}.{kind}.{method}"
    return pending_xref(
        "", nodes.literal("", name), refdomain="py", reftype="meth", reftarget=target, refexplicit=True, refwarn=True
    )


def _small(text: str) -> nodes.Node:
    return nodes.inline("", text, classes=["permission"])


def _table(header: tuple[str, ...], widths: tuple[int, ...], rows: Iterable[tuple[Cell, ...]]) -> nodes.Node:
    group = nodes.tgroup("", *(nodes.colspec(colwidth=width) for width in widths), cols=len(header))
    head, body = nodes.thead("", _row_of(header)), nodes.tbody()
    body += [_row_of(row) for row in rows]
    group += [head, body]
    return nodes.table("", group, classes=["endpoints"])


def _row_of(cells: tuple[Cell, ...]) -> nodes.Node:
    row = nodes.row()
    for cell in cells:
        row += nodes.entry("", nodes.paragraph("", "", nodes.Text(cell) if isinstance(cell, str) else cell))
    return row


def setup(app: Sphinx) -> ExtensionMetadata:
    app.add_directive("tasks", TaskTable)
    app.add_directive("endpoints", EndpointTable)
    app.add_directive("endpoint-count", EndpointCount)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
