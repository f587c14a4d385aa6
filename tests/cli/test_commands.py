"""What every command that talks to 3Commas has: the same options, and columns that exist."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import attrs
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


def tables() -> Iterator[tuple[str, Column[object]]]:
    for module in pkgutil.iter_modules(cli.__path__):
        for name, value in vars(importlib.import_module(f"{cli.__name__}.{module.name}")).items():
            if isinstance(value, tuple) and value and all(isinstance(column, Column) for column in value):
                yield from ((f"{module.name}.{name}", column) for column in value)


def test_the_attributes_that_columns_show_exist() -> None:
    fields = {
        field.name for name in dir(models) if attrs.has(model := getattr(models, name)) for field in attrs.fields(model)
    }
    checked = 0
    for table, column in tables():
        if isinstance(column.source, str):
            assert set(column.source.split(".")) <= fields, f"{table}: {column.title}"
            checked += 1
    assert checked > 20


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
