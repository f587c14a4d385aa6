"""What the commands share: the client that they talk through, the options that all of them have, their error."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from threecommas_async.client import ThreeCommasClient

InSandbox = Annotated[
    bool,
    typer.Option("--sandbox", help="Talk to an offline 3Commas that lives as long as this command. Needs no key."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table; amounts are exact strings.")]


class CommandError(Exception):
    """The command cannot go on; the text is the line that the user sees."""


@asynccontextmanager
async def connected(*, sandbox: bool) -> AsyncGenerator[ThreeCommasClient]:
    """Give a client of the API that the environment names, or of a new sandbox."""
    if sandbox:
        from threecommas_async.sandbox import Sandbox

        async with Sandbox() as server, server.client() as client:
            yield client
    else:
        from threecommas_async.client import ThreeCommasClient

        async with ThreeCommasClient.from_env() as client:
            yield client
