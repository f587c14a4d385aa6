"""The reference of public names: a directive that documents them, links to them, and a warning for what it lacks.

A name is public if one of :data:`MODULES` offers it. Each is documented under its public name, although it stands in a
module of its own; annotations and docstrings that name that module are led to it.
"""

from __future__ import annotations

import importlib
import inspect
import types
from functools import cache
from typing import Final, get_origin

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata, stringify_annotation

from tests.public_names import MODULES, PARTS, RESOURCES

logger: Final = logging.getLogger(__name__)

_LONG: Final = 120

BARE: Final = frozenset({"Stream", "Holdings"})
"""Classes whose methods are for the library itself."""
UNLINKED: Final = frozenset(
    {"T", "EventT", "Redis", "Method", "Id", "Side", "Transport", "StreamTransport", "CurrencyType", "PriceReference"}
    | {"GuardedJson", "Limits", "RedisLimiter", "Editable"}
)
"""Names in signatures that have no entry of their own: type variables, aliases of literals, what others implement."""


@cache
def public_names() -> dict[str, tuple[str, object]]:
    """By last part of its name: the public name in full, and what it stands for."""
    found: dict[str, tuple[str, object]] = {}
    for module_name in MODULES:
        module = importlib.import_module(module_name)
        for name in module.__all__:
            value = getattr(module, name)
            if not name.startswith("__") and not isinstance(value, types.ModuleType):
                found.setdefault(name, (f"{module_name}.{name}", value))
    for group in RESOURCES:
        module = importlib.import_module(f"threecommas_async.resources.{group}")
        name = "".join(word.capitalize() for word in group.split("_"))
        found[name] = (f"{module.__name__}.{name}", getattr(module, name))
    return found


@cache
def long_aliases() -> dict[str, str]:
    """By what it stands for, as signatures show it: the name of a public alias that is better read."""
    aliases = {
        stringify_annotation(value, "smart"): name
        for name, (_, value) in public_names().items()
        if get_origin(value) is not None
    }
    return {text: name for text, name in aliases.items() if len(text) > _LONG and "Literal" in text}


class PublicNames(SphinxDirective):
    """``.. public:: threecommas_async.models`` with the modules of the family, or the names, in ``:of:``."""

    required_arguments = 1
    option_spec = {"of": directives.unchanged_required}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        module = self.arguments[0]
        wanted = self.options.get("of", "").split()
        lines: list[str] = []
        for full, value in public_names().values():
            parent, _, name = full.rpartition(".")
            if parent != module or (wanted and name not in wanted and _family(value) not in wanted):
                continue
            lines += [*_documentation(full, value), ""]
        if not lines:
            raise self.error(f"no public name of {module} is of {' '.join(wanted)}")
        return self.parse_text_to_nodes_in_rst(lines)

    def parse_text_to_nodes_in_rst(self, lines: list[str]) -> list[nodes.Node]:
        container = nodes.Element()
        self.state.nested_parse(StringList(lines, source="public names"), self.content_offset, container)
        return container.children


def _family(value: object) -> str:
    return str(getattr(value, "__module__", "")).rpartition(".")[2]


def _documentation(full: str, value: object) -> list[str]:
    if inspect.isclass(value) and full.rpartition(".")[2] == value.__name__:
        has_bases = any(base is not object for base in value.__bases__)
        bases = ["   :show-inheritance:"] if has_bases else []
        return [f".. autoclass:: {full}", *bases, *(["   :no-members:"] if value.__name__ in BARE else [])]
    if inspect.isroutine(value):
        return [f".. autofunction:: {full}"]
    return [f".. autodata:: {full}", "   :no-value:"]


def resolve(app: Sphinx, env: BuildEnvironment, node: pending_xref, text: nodes.TextElement) -> nodes.Element | None:
    """Lead a reference to where the thing is documented: ``threecommas_async.models.deal.Deal``, or just ``Deal``."""
    if node.get("refdomain") != "py":
        return None
    target = str(node["reftarget"])
    parts = target.split(".")
    if len(parts) > 1 and parts[0] != "threecommas_async" and parts[0] not in public_names():
        return None
    domain = env.domains.python_domain
    for length in range(1, min(len(parts), 2) + 1):
        name, members = parts[-length], parts[len(parts) - length + 1 :]
        if name in public_names():
            full = ".".join((public_names()[name][0], *members))
            if full in domain.objects:
                new = node.copy()
                new["reftarget"], new["reftype"], new["refspecific"] = full, "obj", False
                return domain.resolve_xref(env, node["refdoc"], app.builder, "obj", full, new, text)
    return text if parts[-1] in UNLINKED else None


def shorten(
    app: Sphinx, what: str, name: str, obj: object, options: object, signature: str | None, returns: str | None
) -> tuple[str, str | None] | None:
    """Show the names of long aliases, and no signature of what a program does not construct."""
    if signature is None:
        return None
    if what == "class" and isinstance(obj, type) and (_is_result(obj) or obj.__name__ in PARTS):
        return "", None
    for text, alias in long_aliases().items():
        signature = signature.replace(text, alias)
    return signature, returns


def _is_result(kind: type) -> bool:
    from threecommas_async.models import Model

    return issubclass(kind, Model | Exception) or ".resources." in kind.__module__


def show_public_bases(app: Sphinx, name: str, obj: object, options: object, bases: list[type]) -> None:
    """Show the public bases of private ones in their place."""
    shown: list[type] = []
    for base in bases:
        own = getattr(base, "__module__", "").startswith("threecommas_async")
        is_private = own and getattr(base, "__name__", "") not in public_names()
        shown += [one for one in base.__bases__ if one is not object] if is_private else [base]
    bases[:] = shown or [object]


def skip(app: Sphinx, what: str, name: str, obj: object, skipped: bool, options: object) -> bool | None:
    """Leave out what attrs and Python put into classes."""
    return True if name.startswith("_") or name in ("with_traceback", "add_note", "SHOWN") else None


def report_missing(app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of each public name that no page documents."""
    documented = env.domains.python_domain.objects
    for full, _ in public_names().values():
        if full not in documented:
            logger.warning("%s is public and on no page of the reference", full)


def setup(app: Sphinx) -> ExtensionMetadata:
    app.add_directive("public", PublicNames)
    app.connect("missing-reference", resolve)
    app.connect("autodoc-process-signature", shorten)
    app.connect("autodoc-process-bases", show_public_bases)
    app.connect("autodoc-skip-member", skip)
    app.connect("env-check-consistency", report_missing)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
