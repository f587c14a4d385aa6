"""``threecommas accounts``."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Final, Literal

import attrs
import typer

from threecommas_async.cli.common import AsJson, InSandbox, connected
from threecommas_async.cli.output import Cell, money, print_json, print_record, print_rows

if TYPE_CHECKING:
    from threecommas_async.client import ThreeCommasClient
    from threecommas_async.models.account import Account
    from threecommas_async.models.market import Market

accounts: Final = typer.Typer(
    name="accounts", help="Exchange accounts and wallets that are connected to 3Commas.", no_args_is_help=True
)


def _checked_name(value: str) -> str:
    # Here as well as in the library: nobody wants to hear it after typing three secrets.
    from threecommas_async.resources.checks import required_text

    try:
        return required_text("the name", value, shortest=2)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _account_id(value: str) -> int | Literal["summary"]:
    if value == "summary":
        return "summary"
    if value.isascii() and value.isdecimal():
        return int(value)
    raise typer.BadParameter("an account's id is a whole number", param_hint="'ID'")


@accounts.command()
def create(
    account_type: Annotated[
        str, typer.Option("--type", metavar="TYPE", help="Kind of account, as 3Commas codes it: binance, okex ...")
    ],
    name: Annotated[
        str, typer.Option(metavar="NAME", callback=_checked_name, help="What the account is to be called.")
    ],
    address: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Address of the wallet, for types that need it.")
    ] = None,
    customer_id: Annotated[
        str | None, typer.Option(metavar="ID", help="Customer number, for types that need it, such as bitstamp.")
    ] = None,
    types_to_create: Annotated[
        list[str] | None,
        typer.Option(
            "--type-to-create",
            metavar="TYPE",
            help="Another account type to connect with the same key, such as binance_margin. May be repeated.",
        ),
    ] = None,
    sandbox: InSandbox = False,
    as_json: AsJson = False,
) -> None:
    """Connect an exchange account or a wallet.

    The exchange's keys are never arguments. They come from the environment (THREECOMMAS_EXCHANGE_API_KEY,
    THREECOMMAS_EXCHANGE_SECRET, THREECOMMAS_EXCHANGE_PASSPHRASE); what the exchange needs beyond that is asked for
    without showing it or, where there is no terminal, read from standard input as one JSON object such as
    {"api_key": "...", "secret": "..."}. With --sandbox it is made up.
    """
    options = {"address": address, "customer_id": customer_id}
    if sandbox:
        account = asyncio.run(_create_in_sandbox(account_type, name, options, types_to_create))
    else:
        # Two runs with a client each: no event loop stands still, and no connection grows old, while a person types.
        from threecommas_async.cli.exchange_keys import complete

        market = asyncio.run(_fetch_market(account_type))
        account = asyncio.run(_create(market, name, complete(market, options), types_to_create))
    if as_json:
        print_json(_shown(account))
    else:
        print_record(f"New account{_where(sandbox=sandbox)}", _fields(account))


@accounts.command("list")
def list_accounts(sandbox: InSandbox = False, as_json: AsJson = False) -> None:
    """List all connected accounts."""
    found = asyncio.run(_fetch_all(sandbox=sandbox))
    if as_json:
        print_json([_shown(account) for account in found])
        return
    print_rows(
        f"{len(found)} account{'' if len(found) == 1 else 's'}{_where(sandbox=sandbox)}",
        ("ID", "Name", "Exchange", "Type", "State", "BTC", "USD"),
        [
            (
                account.id,
                account.name,
                account.exchange_name,
                account.market_code,
                account.api_keys_state,
                account.btc_amount,
                account.usd_amount,
            )
            for account in found
        ],
    )


@accounts.command()
def show(
    account_id: Annotated[str, typer.Argument(metavar="ID", help="The account's id, or: summary", show_default=False)],
    sandbox: InSandbox = False,
    as_json: AsJson = False,
) -> None:
    """Show one account, or the summary over all of them."""
    account = asyncio.run(_fetch(_account_id(account_id), sandbox=sandbox))
    if as_json:
        print_json(_shown(account))
    else:
        print_record(f"Account{_where(sandbox=sandbox)}", _fields(account))


async def _fetch_market(account_type: str) -> Market:
    async with connected(sandbox=False) as client:
        return await _market(client, account_type)


async def _market(client: ThreeCommasClient, account_type: str) -> Market:
    from threecommas_async.cli.exchange_keys import find_market

    return find_market(await client.market_data.markets(), account_type)


async def _create(market: Market, name: str, values: Mapping[str, str], types_to_create: list[str] | None) -> Account:
    async with connected(sandbox=False) as client:
        return await _send(client, market, name, values, types_to_create)


async def _create_in_sandbox(
    account_type: str, name: str, options: Mapping[str, str | None], types_to_create: list[str] | None
) -> Account:
    from threecommas_async.cli.exchange_keys import make_up

    async with connected(sandbox=True) as client:
        market = await _market(client, account_type)
        return await _send(client, market, name, make_up(market, options), types_to_create)


async def _send(
    client: ThreeCommasClient,
    market: Market,
    name: str,
    values: Mapping[str, str],
    types_to_create: list[str] | None,
) -> Account:
    return await client.accounts.create(
        type=market.market_code,
        name=name,
        api_key=values.get("api_key"),
        secret=values.get("secret"),
        address=values.get("address"),
        customer_id=values.get("customer_id"),
        passphrase=values.get("passphrase"),
        types_to_create=types_to_create or None,
    )


async def _fetch_all(*, sandbox: bool) -> list[Account]:
    async with connected(sandbox=sandbox) as client:
        return [account async for account in client.accounts.iterate()]


async def _fetch(account_id: int | Literal["summary"], *, sandbox: bool) -> Account:
    async with connected(sandbox=sandbox) as client:
        return await client.accounts.get(account_id)


def _shown(account: Account) -> Account:
    """Return the account without the exchange's API key."""
    return attrs.evolve(account, api_key=None)


def _where(*, sandbox: bool) -> str:
    return " in the sandbox (nothing left this machine)" if sandbox else ""


def _fields(account: Account) -> dict[str, Cell]:
    amount = account.primary_display_currency_amount
    in_other_currency = amount is not None and amount.currency not in ("BTC", "USD")
    return {
        "Name": account.name,
        "Exchange": account.exchange_name,
        "ID": account.id,
        "Type": account.market_code,
        "State": account.api_keys_state,
        "Locked": account.lock_reason or "yes" if account.is_locked else None,
        "Created": account.created_at,
        "Amount": money(amount) if in_other_currency else None,
        "BTC amount": account.btc_amount,
        "USD amount": account.usd_amount,
        "BTC day profit": account.day_profit_btc,
        "USD day profit": account.day_profit_usd,
        "BTC total profit": account.total_btc_profit,
        "USD total profit": account.total_usd_profit,
    }
