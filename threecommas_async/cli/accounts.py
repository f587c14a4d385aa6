"""``threecommas accounts``."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Final, Literal

import attrs
import typer

from threecommas_async.cli.common import (
    AccountId,
    AccountIdOrSummary,
    AsJson,
    CommandError,
    InFurnishedSandbox,
    InSandbox,
    account_id,
    account_id_or_summary,
    connected,
    where,
)
from threecommas_async.cli.output import Cell, clean, money, print_json, print_line, print_record, print_rows

if TYPE_CHECKING:
    from threecommas_async.models.account import Account

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
    from threecommas_async.cli.connecting import connect_account

    options = {"address": address, "customer_id": customer_id}
    account = connect_account(account_type, name, options, types_to_create, sandbox=sandbox)
    if as_json:
        print_json(_shown(account))
    else:
        print_record(f"New account{where(sandbox=sandbox)}", _fields(account))


@accounts.command("list")
def list_accounts(sandbox: InFurnishedSandbox = False, as_json: AsJson = False) -> None:
    """List all connected accounts."""
    found = asyncio.run(_fetch_all(sandbox=sandbox))
    if as_json:
        print_json([_shown(account) for account in found])
        return
    print_rows(
        f"{len(found)} account{'' if len(found) == 1 else 's'}{where(sandbox=sandbox)}",
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
def show(one: AccountIdOrSummary, sandbox: InFurnishedSandbox = False, as_json: AsJson = False) -> None:
    """Show one account, or the summary over all of them."""
    account = asyncio.run(_fetch(account_id_or_summary(one), sandbox=sandbox))
    if as_json:
        print_json(_shown(account))
    else:
        print_record(f"Account{where(sandbox=sandbox)}", _fields(account))


@accounts.command()
def rename(
    one: AccountId,
    name: Annotated[
        str, typer.Argument(metavar="NAME", callback=_checked_name, help="The new name.", show_default=False)
    ],
    sandbox: InFurnishedSandbox = False,
    as_json: AsJson = False,
) -> None:
    """Give an account another name."""
    account = asyncio.run(_rename(account_id(one), name, sandbox=sandbox))
    if as_json:
        print_json(_shown(account))
    else:
        print_record(f"Renamed account{where(sandbox=sandbox)}", _fields(account))


@accounts.command()
def remove(
    one: AccountId,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask. Needed where there is no terminal.")] = False,
    sandbox: InFurnishedSandbox = False,
    as_json: AsJson = False,
) -> None:
    """Disconnect an account from 3Commas. Asks first; the account at the exchange stays as it is."""
    number = account_id(one)
    if not yes:
        _confirm_removal(number, sandbox=sandbox)
    asyncio.run(_remove(number, sandbox=sandbox))
    if as_json:
        print_json({"id": number, "removed": True})
    else:
        print_line(f"Account {number} was removed{where(sandbox=sandbox)}.")


def _confirm_removal(number: int, *, sandbox: bool) -> None:
    from threecommas_async.cli.questions import can_ask, is_confirmed

    if not can_ask():
        raise typer.BadParameter("without a terminal to ask at, an account is removed with --yes only")
    account = asyncio.run(_fetch(number, sandbox=sandbox))
    name = clean(f"{account.name} ({account.exchange_name})")
    if not is_confirmed(f"Remove account {number}, {name}, from 3Commas?"):
        raise CommandError("nothing was removed")


async def _fetch_all(*, sandbox: bool) -> list[Account]:
    from threecommas_async.cli.progress import counted

    async with connected(sandbox=sandbox) as client:
        found: list[Account] = []
        with counted("Accounts") as count_one:
            async for account in client.accounts.iterate():
                found.append(account)
                count_one()
        return found


async def _fetch(account_id: int | Literal["summary"], *, sandbox: bool) -> Account:
    async with connected(sandbox=sandbox) as client:
        return await client.accounts.get(account_id)


async def _rename(number: int, name: str, *, sandbox: bool) -> Account:
    async with connected(sandbox=sandbox) as client:
        return await client.accounts.rename(number, name)


async def _remove(number: int, *, sandbox: bool) -> None:
    async with connected(sandbox=sandbox) as client:
        await client.accounts.remove(number)


def _shown(account: Account) -> Account:
    """Return the account without the exchange's API key."""
    return attrs.evolve(account, api_key=None)


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
