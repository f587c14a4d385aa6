"""``threecommas accounts``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import attrs
import typer

from threecommas_async.cli.columns import Column, clean, money, number_of
from threecommas_async.cli.commands import command
from threecommas_async.cli.options import AccountId, AccountIdOrSummary, Yes, account_id, account_id_or_summary
from threecommas_async.cli.session import Session
from threecommas_async.cli.views import Record, Rows, Sentence

if TYPE_CHECKING:
    from threecommas_async.client import ThreeCommasClient
    from threecommas_async.models import Account

accounts: Final = typer.Typer(
    name="accounts", help="Exchange accounts and wallets that are connected to 3Commas.", no_args_is_help=True
)


def _lock(account: Account) -> str | None:
    return account.lock_reason or "yes" if account.is_locked else None


def _amount_in_other_currency(account: Account) -> str | None:
    amount = account.primary_display_currency_amount
    return None if amount is None or amount.currency in ("BTC", "USD") else money(amount)


_LISTED: Final[tuple[Column[Account], ...]] = (
    Column("ID", "id"),
    Column("Name", "name", wraps=True),
    Column("Exchange", "exchange_name", wraps=True),
    Column("Type", "market_code", spare=True),
    Column("State", "api_keys_state"),
    Column("BTC", "btc_amount"),
    Column("USD", "usd_amount"),
)
_SHOWN: Final[tuple[Column[Account], ...]] = (
    Column("Name", "name"),
    Column("Exchange", "exchange_name"),
    Column("ID", "id"),
    Column("Type", "market_code"),
    Column("State", "api_keys_state"),
    Column("Locked", _lock),
    Column("Created", "created_at"),
    Column("Amount", _amount_in_other_currency),
    Column("BTC amount", "btc_amount"),
    Column("USD amount", "usd_amount"),
    Column("BTC day profit", "day_profit_btc", signed=True),
    Column("USD day profit", "day_profit_usd", signed=True),
    Column("BTC total profit", "total_btc_profit", signed=True),
    Column("USD total profit", "total_usd_profit", signed=True),
)


def _checked_name(value: str) -> str:
    # Checked here as well as in the library: nobody wants to learn it after typing three secrets.
    from threecommas_async.resources.checks import required_text

    try:
        return required_text("the name", value, shortest=2)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


@command(accounts)
def create(
    session: Session,
    account_type: Annotated[
        str, typer.Option("--type", metavar="TYPE", help="Type of the account, such as binance or okex; see 'markets'.")
    ],
    name: Annotated[str, typer.Option(metavar="NAME", callback=_checked_name, help="The account's name.")],
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
) -> Record[Account]:
    """Connect an exchange account or a wallet.

    The exchange's keys are never arguments. They are read from the environment (THREECOMMAS_EXCHANGE_API_KEY,
    THREECOMMAS_EXCHANGE_SECRET, THREECOMMAS_EXCHANGE_PASSPHRASE). Whatever else the exchange needs is prompted for,
    with hidden input, or read from standard input as one JSON object, such as {"api_key": "...", "secret": "..."},
    where there is no terminal. With --sandbox, missing values are generated.
    """
    from threecommas_async.cli.connecting import connect_account

    options = {"address": address, "customer_id": customer_id}
    account = connect_account(session, account_type, name, options, types_to_create)
    return _record("New account", account)


@command(accounts, "list")
def list_accounts(session: Session) -> Rows[Account]:
    """List all connected accounts."""
    found = [_without_key(account) for account in session.run(_all)]
    return Rows(number_of(len(found), "account"), _LISTED, found)


@command(accounts)
def show(session: Session, one: AccountIdOrSummary) -> Record[Account]:
    """Show one account, or the summary of all accounts."""
    wanted = account_id_or_summary(one)
    return _record("Account", session.run(lambda client: client.accounts.get(wanted)))


@command(accounts)
def rename(
    session: Session,
    one: AccountId,
    name: Annotated[
        str, typer.Argument(metavar="NAME", callback=_checked_name, help="The new name.", show_default=False)
    ],
) -> Record[Account]:
    """Rename an account."""
    number = account_id(one)
    return _record("Renamed account", session.run(lambda client: client.accounts.rename(number, name)))


@command(accounts)
def remove(session: Session, one: AccountId, yes: Yes = False) -> Sentence:
    """Disconnect an account from 3Commas. Asks first; the account at the exchange is not touched."""
    from threecommas_async.cli.questions import confirm

    number = account_id(one)

    def question() -> str:
        account = session.run(lambda client: client.accounts.get(number))
        return clean(f"Remove account {number}, {account.name} ({account.exchange_name}), from 3Commas?")

    confirm(question, yes=yes, action="remove the account", otherwise="nothing was removed")
    session.run(lambda client: client.accounts.remove(number))
    return Sentence(f"Account {number} was removed", {"id": number, "removed": True})


async def _all(client: ThreeCommasClient) -> list[Account]:
    from threecommas_async.cli.progress import collected

    return await collected("Accounts", client.accounts.iterate())


def _record(title: str, account: Account) -> Record[Account]:
    return Record(title, _SHOWN, _without_key(account))


def _without_key(account: Account) -> Account:
    """Return the account without the exchange's API key."""
    return attrs.evolve(account, api_key=None)
