"""What every command that talks to 3Commas has: the same options, and columns that exist."""

from __future__ import annotations

import importlib
import pkgutil
import re
import typing
from collections.abc import Iterator
from types import ModuleType

import pytest
import typer

from tests.cli.command_line import Command, OddServer
from threecommas_async import cli, models
from threecommas_async.cli.app import app
from threecommas_async.cli.columns import Column

ALONE = {"sandbox"}
"""Commands that talk to nobody."""


def commands(group: typer.Typer, *path: str) -> Iterator[tuple[str, ...]]:
    for registered in group.registered_commands:
        assert registered.callback is not None
        yield *path, registered.name or registered.callback.__name__
    for inner in group.registered_groups:
        assert inner.typer_instance is not None
        name = inner.typer_instance.info.name
        yield from commands(inner.typer_instance, *path, *([name] if isinstance(name, str) else []))


COMMANDS = [path for path in commands(app) if path[0] not in ALONE]


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_has_the_shared_options_and_a_help(command: Command, path: tuple[str, ...]) -> None:
    usage = command(*path, "--help", COLUMNS="200").out
    for option in ("--mode", "--sandbox", "--json"):
        assert f" {option} " in usage
    assert len(usage.splitlines()[3].strip()) > 10


def modules(package: ModuleType) -> Iterator[ModuleType]:
    for module in pkgutil.iter_modules(package.__path__):
        yield importlib.import_module(f"{package.__name__}.{module.name}")


CLASSES = {
    name: value
    for package in (models, cli)
    for module in modules(package)
    for name, value in vars(module).items()
    if isinstance(value, type)
}
TABLES = [
    (f"{module.__name__}.{name}", found[1], columns)
    for module in modules(cli)
    for name, annotation in getattr(module, "__annotations__", {}).items()
    if (found := re.search(r"tuple\[Column\[(\w+)\]", annotation)) and (columns := getattr(module, name))
]


def part_of(owner: type, name: str) -> type:
    """The class of an attribute that may be None."""
    (kind,) = (one for one in typing.get_args(typing.get_type_hints(owner)[name]) if one is not type(None))
    assert isinstance(kind, type)
    return kind


@pytest.mark.parametrize(
    ("table", "shown", "columns"), TABLES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_the_attributes_that_columns_show_exist(table: str, shown: str, columns: tuple[Column[object], ...]) -> None:
    named = [column.source for column in columns if isinstance(column.source, str)]
    assert named
    for source in named:
        *path, last = source.split(".")
        owner = CLASSES[shown]
        for name in path:
            owner = part_of(owner, name)
        assert hasattr(owner, last), f"{table}: {shown} has no {source}"


def test_every_group_has_a_table() -> None:
    groups = {"accounts", "balances", "bots", "deals", "grid_bots", "markets", "smart_trades", "trades"}
    assert {table.split(".")[2] for table, _, _ in TABLES} >= groups


@pytest.mark.parametrize(("option", "sent"), [((), None), (("--mode", "paper"), "paper"), (("--mode", "real"), "real")])
def test_the_mode_is_sent(command: Command, odd_server: OddServer, option: tuple[str, ...], sent: str | None) -> None:
    odd_server.answers = {"/accounts": (200, [])}
    assert command("accounts", "list", *option).status == 0
    assert [headers.get("Forced-Mode") for headers in odd_server.headers] == [sent]


def test_another_mode_is_refused(command: Command, odd_server: OddServer) -> None:
    result = command("accounts", "list", "--mode", "demo")
    assert result.status == 2
    assert result.error.startswith("Invalid value for '--mode': ")
    assert not odd_server.queries
