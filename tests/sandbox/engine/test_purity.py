"""The engine is pure: no float, no clock, no I/O, no JSON, no randomness; and a mistake in it ends, loudly."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.sandbox.engine.trading import BASE_ONLY, D, opened, to, world
from threecommas_async.sandbox import engine as package
from threecommas_async.sandbox.engine.deals.deal import Deal
from threecommas_async.sandbox.engine.deals.desk import DealDesk
from threecommas_async.sandbox.engine.orders import Order

MODULES = sorted(Path(package.__file__).parent.rglob("*.py"))
ALLOWED = {
    "__future__",
    "attrs",
    "collections.abc",
    "datetime",
    "decimal",
    "functools",
    "heapq",
    "itertools",
    "threecommas_async.sandbox.engine",
    "typing",
}


def imported(tree: ast.Module) -> set[str]:
    names = set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    own = package.__name__
    return {own if name.startswith(own) else name for name in names}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_imports_nothing_but_the_engine_and_plain_data(path: Path) -> None:
    assert imported(ast.parse(path.read_text())) <= ALLOWED


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_has_no_float_and_asks_no_clock(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float))
        assert not (isinstance(node, ast.Name) and node.id == "float")
        assert not (isinstance(node, ast.Attribute) and node.attr in ("today", "utcnow", "getcontext", "setcontext"))
        assert not (isinstance(node, ast.AsyncFunctionDef | ast.Await))


def test_fills_that_never_end_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def filled(desk: DealDesk, deal: Deal, order: Order) -> None:
        order.status = "Active"
        order.lock()
        deal.book.rest(order)

    monkeypatch.setattr(DealDesk, "filled", filled)
    engine = world()
    opened(engine, BASE_ONLY)
    with pytest.raises(RuntimeError, match="does not come to rest"):
        to(engine, "2100")


def test_triggers_that_never_end_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def examine(desk: DealDesk, deal: Deal) -> None:
        desk.arm(deal)

    monkeypatch.setattr(DealDesk, "examine", examine)
    engine = world()
    opened(engine, BASE_ONLY, stop_loss_percentage=D(8))
    with pytest.raises(RuntimeError, match="does not come to rest"):
        to(engine, "1800")
