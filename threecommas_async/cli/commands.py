"""Turns functions into commands: adds the options that all commands share, and prints the result."""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Callable
from typing import Concatenate, Final, ParamSpec, TypeVar

import typer

from threecommas_async.cli.errors import CommandError
from threecommas_async.cli.options import AsJson, InMode, Sandboxed, TradingMode
from threecommas_async.cli.output import print_json
from threecommas_async.cli.session import Session
from threecommas_async.cli.views import View

P = ParamSpec("P")
V = TypeVar("V", bound=View)

_SHARED: Final = (
    inspect.Parameter("mode", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=InMode),
    inspect.Parameter("sandbox", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Sandboxed),
    inspect.Parameter("as_json", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=AsJson),
)


def command(
    group: typer.Typer, name: str | None = None, *, needs_key: bool = True
) -> Callable[[Callable[Concatenate[Session, P], V]], Callable[Concatenate[Session, P], V]]:
    """Add a function to a group, as a command with the options ``--mode``, ``--sandbox`` and ``--json``.

    The function takes a session and its own parameters, declared for typer; its docstring is the command's help; the
    view that it returns is printed.

    :param name: the command's name; by default the function's.
    :param needs_key: whether its calls need a key.
    """

    def add(function: Callable[Concatenate[Session, P], V]) -> Callable[Concatenate[Session, P], V]:
        call: Callable[..., V] = function  # typer passes exactly what the signature declares

        def run(*, mode: TradingMode | None, sandbox: bool, as_json: bool, **own: object) -> None:
            with Session(sandbox=sandbox, mode=mode, needs_key=needs_key) as session:
                view = call(session, **own)
            if as_json:
                print_json(view.value)
            else:
                view.show(session.place)
            if view.problem is not None:
                raise CommandError(view.problem)

        functools.update_wrapper(run, function)
        _describe(run, function)
        group.command(name)(run)
        return function

    return add


def _describe(run: Callable[..., None], function: Callable[..., object]) -> None:
    """Give ``run`` the signature of ``function`` without the session, plus the shared options."""
    _, *own = inspect.signature(function).parameters.values()
    # Only these: the annotations of session and result use names that are imported for type checkers only.
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in own}
    kinds = typing.get_type_hints(run, vars(inspect.getmodule(function)), include_extras=True)
    described = [
        parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=kinds[parameter.name]) for parameter in own
    ]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in (*described, *_SHARED)}
    run.__signature__ = inspect.Signature([*described, *_SHARED])  # type: ignore[attr-defined]
