"""``python -m tests.public_names`` writes the list of public names and signatures; a test compares it with the code.

So nothing public changes unnoticed: a change shows in ``fixtures/public_names.txt``, and belongs in the changelog.
"""

from __future__ import annotations

import importlib
import inspect
import re
import types
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import attrs
import typer

from threecommas_async.cli.app import app

FILE: Final = Path(__file__).parent / "fixtures/public_names.txt"
MODULES: Final = (
    "threecommas_async",
    "threecommas_async.models",
    "threecommas_async.streams",
    "threecommas_async.signals",
    "threecommas_async.sandbox",
    "threecommas_async.codec",
)
RESOURCES: Final = ("accounts", "bots", "deals", "grid_bots", "market_data", "smart_trades", "trades", "users")
PARTS: Final = frozenset(
    {"Streams", "Stream", "Signals", "DcaBotSignals", "SignalBotSignals", "AccountSignals", "ConfirmedSignals"}
    | {"Holdings", "Faults", "CableFaults", "SandboxAccounts", "SandboxCable", "SandboxPairs"}
    | {"SandboxPrices", "SandboxSignals"}
)
"""Classes whose objects are attributes or results of others: nobody calls their constructors."""
FIXTURES: Final = ("threecommas_clock", "threecommas_sandbox", "threecommas_client")


def public_names() -> list[str]:
    """Return a line for each public name: what it is, its signature, and its members."""
    lines: list[str] = []
    for module_name in MODULES:
        module = importlib.import_module(module_name)
        for name in sorted(module.__all__):
            lines += _lines_of(f"{module_name}.{name}", getattr(module, name))
    for group in RESOURCES:
        module = importlib.import_module(f"threecommas_async.resources.{group}")
        kind = getattr(module, "".join(word.capitalize() for word in group.split("_")))
        lines += [f"client.{group}", *_members(f"client.{group}", kind)]
    confirming = importlib.import_module("threecommas_async.signals.confirm").ConfirmedSignals
    lines += _members("client.signals.confirm(...)", confirming)
    lines += [
        f"fixture {name}" for name in FIXTURES if hasattr(importlib.import_module(f"{MODULES[0]}.pytest_plugin"), name)
    ]
    lines += _commands("threecommas", typer.main.get_command(app))
    return lines


def _lines_of(full: str, value: object) -> Iterator[str]:
    if isinstance(value, types.ModuleType):
        yield f"{full}: module"
    elif inspect.isclass(value) and full.endswith(f".{value.__name__}"):
        bases = ", ".join(base.__name__ for base in value.__bases__ if base is not object)
        yield f"class {full}({bases})"
        yield from _members(full, value)
    elif inspect.isroutine(value):
        yield f"{full}{_signature(value)}"
    elif isinstance(value, str | tuple):
        yield f"{full}: {type(value).__name__}"
    else:
        yield _clean(f"{full} = {value!r}")


def _members(full: str, kind: type) -> Iterator[str]:
    fields = {field.name: field for field in attrs.fields(kind)} if attrs.has(kind) else {}
    constructor = inspect.getattr_static(kind, "__init__")
    if not fields and _is_own(constructor) and kind.__name__ not in PARTS and not full.startswith("client."):
        yield f"{full}.__init__{_signature(constructor)}"
    own = {name: value for base in reversed(kind.__mro__) if _is_own(base) for name, value in vars(base).items()}
    for name, value in sorted((own | fields).items(), key=lambda item: item[0]):
        if name.startswith("_"):
            continue
        if name in fields:
            field = fields[name]
            # Not ``field.type``, which becomes another once a model is read.
            written = next(base.__annotations__[name] for base in kind.__mro__ if name in inspect.get_annotations(base))
            yield _clean(f"{full}.{name}: {written}{'' if field.default is attrs.NOTHING else ' = ...'}")
        elif isinstance(value, staticmethod | classmethod):
            yield f"{full}.{name}{_signature(value.__func__)}"
        elif inspect.isfunction(value):
            yield f"{full}.{name}{_signature(value)}"
        elif isinstance(value, property | cached_property):
            getter = value.fget if isinstance(value, property) else value.func
            yield _clean(f"{full}.{name} -> {getter.__annotations__.get('return') if getter else None}")
        else:
            yield f"{full}.{name}"


def _is_own(value: Any) -> bool:
    return str(getattr(value, "__module__", "")).startswith("threecommas_async")


def _signature(value: Any) -> str:
    return _clean(str(inspect.signature(value)))


def _clean(text: str) -> str:
    """Leave out what differs between versions of Python, and between runs."""
    text = re.sub(r"frozenset\(\{.*?\}\)", "frozenset(...)", text)
    return re.sub(r" at 0x[0-9a-f]+", "", text).replace("typing.", "").replace("'", "")


def _commands(name: str, command: Any) -> Iterator[str]:
    if hasattr(command, "commands"):
        for word in sorted(command.commands):
            yield from _commands(f"{name} {word}", command.commands[word])
        return
    words = [
        one.name.upper() if one.param_type_name == "argument" else max(one.opts, key=len) for one in command.params
    ]
    yield f"{name} {' '.join(sorted(words))}".rstrip()


if __name__ == "__main__":
    FILE.write_text("\n".join([*public_names(), ""]), encoding="utf-8")
