"""What the commands share: the client that they talk through, the options that all of them have, their error."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from threecommas_async.client import ThreeCommasClient
    from threecommas_async.sandbox import Sandbox

InSandbox = Annotated[
    bool,
    typer.Option("--sandbox", help="Talk to an offline 3Commas that lives as long as this command. Needs no key."),
]
InFurnishedSandbox = Annotated[
    bool,
    typer.Option(
        "--sandbox",
        help="Talk to an offline 3Commas that lives as long as this command and has two accounts, 32849081 and "
        "32849082. Needs no key.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table; amounts are exact strings.")]
AccountId = Annotated[str, typer.Argument(metavar="ID", help="The account's id.", show_default=False)]
AccountIdOrSummary = Annotated[
    str,
    typer.Argument(metavar="ID", help="The account's id, or: summary, for all of them together.", show_default=False),
]


class CommandError(Exception):
    """The command cannot go on; the text is the line that the user sees."""


def account_id(value: str) -> int:
    """Return the account's id that an argument is."""
    if value.isascii() and value.isdecimal():
        return int(value)
    raise typer.BadParameter("an account's id is a whole number", param_hint="'ID'")


def account_id_or_summary(value: str) -> int | Literal["summary"]:
    """Return the account's id, or the word for all accounts, that an argument is."""
    return "summary" if value == "summary" else account_id(value)


def where(*, sandbox: bool) -> str:
    """Return what a title says about where its data comes from."""
    return " in the sandbox (nothing left this machine)" if sandbox else ""


@asynccontextmanager
async def connected(*, sandbox: bool, public: bool = False) -> AsyncGenerator[ThreeCommasClient]:
    """Give a client of the API that the environment names, or of a new sandbox, which has two accounts.

    :param public: whether the calls are such as need no key; then the environment need not have one.
    """
    if sandbox:
        from threecommas_async.sandbox import Sandbox

        async with Sandbox() as server, server.client() as client:
            _furnish(server)
            yield client
    else:
        from threecommas_async.client import DEFAULT_BASE_URL, ThreeCommasClient

        base_url = os.environ.get("THREECOMMAS_BASE_URL") or DEFAULT_BASE_URL
        async with ThreeCommasClient(base_url=base_url) if public else ThreeCommasClient.from_env() as client:
            yield client


def _furnish(server: Sandbox) -> None:
    server.accounts.add(
        type="binance", name="Trading", balances={"BTC": "0.4125", "ETH": "4.2", "USDT": "2750.5", "BNB": "3.08"}
    )
    server.accounts.add(type="okex", name="Savings", balances={"USDC": "12000", "DOGE": "27076", "BTC": "0.0035"})
