"""``threecommas accounts balances`` and ``threecommas accounts chart``: what an account holds, and held."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Final, Literal

import attrs
import typer

from threecommas_async.cli.common import (
    AccountIdOrSummary,
    AsJson,
    InFurnishedSandbox,
    account_id_or_summary,
    connected,
    where,
)
from threecommas_async.cli.output import Cell, print_chart, print_json, print_line, print_rows

if TYPE_CHECKING:
    from threecommas_async.models.balance import AccountTableRow, BalancePoint

balances: Final = typer.Typer()

_DAYS_SHOWN: Final = timedelta(days=90)
_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LAST_SECOND: Final = time(23, 59, 59)


@attrs.frozen
class _Column:
    """A column of the table; one that is not always there is left out if it would say nothing of any currency."""

    title: str
    value: Callable[[AccountTableRow], Cell]
    says_something: Callable[[AccountTableRow], bool] = lambda _: True


_COLUMNS: Final = (
    _Column("Currency", lambda row: row.currency_code),
    _Column("Side", lambda row: row.position_type or None, lambda row: bool(row.position_type)),
    _Column("Amount", lambda row: row.position),
    _Column("Available", lambda row: row.position_available, lambda row: row.position_available != row.position),
    _Column("In orders", lambda row: row.on_orders, lambda row: bool(row.on_orders)),
    _Column("Borrowed", lambda row: row.borrowed, lambda row: bool(row.borrowed)),
    _Column("USD price", lambda row: row.current_price_usd),
    _Column("BTC price", lambda row: row.current_price),
    _Column("USD value", lambda row: row.usd_value),
    _Column("BTC value", lambda row: row.btc_value),
    _Column("Percent", lambda row: row.percentage),
)


@balances.command("balances")
def show_balances(one: AccountIdOrSummary, sandbox: InFurnishedSandbox = False, as_json: AsJson = False) -> None:
    """Show what an account holds, the greatest value first.

    What is available, in orders and borrowed is shown if it is not simply all, nothing and nothing.
    """
    wanted = account_id_or_summary(one)
    rows = asyncio.run(_fetch_table(wanted, sandbox=sandbox))
    if as_json:
        print_json(rows)
        return
    rows.sort(key=lambda row: row.usd_value or Decimal(0), reverse=True)
    columns = [column for column in _COLUMNS if any(map(column.says_something, rows)) or not rows]
    print_rows(
        f"{len(rows)} currenc{'y' if len(rows) == 1 else 'ies'} of {_name(wanted)}{where(sandbox=sandbox)}",
        [column.title for column in columns],
        [[column.value(row) for column in columns] for row in rows],
    )


@balances.command()
def chart(
    one: AccountIdOrSummary,
    begin: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="The first day; 90 days before the end if it is not given."),
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="The last day; now if it is not given.")
    ] = None,
    currency: Annotated[Literal["usd", "btc"], typer.Option(help="What the balance is counted in.")] = "usd",
    sandbox: InFurnishedSandbox = False,
    as_json: AsJson = False,
) -> None:
    """Draw how the balance of an account went.

    A DATE is a day of UTC such as 2024-09-18, or a time such as 2024-09-18T06:30:00Z. JSON has both currencies.
    """
    wanted = account_id_or_summary(one)
    last = _moment("--to", end, _LAST_SECOND)
    now = datetime.now(UTC)
    first = _moment("--from", begin, time()) or (last or now) - _DAYS_SHOWN
    if first > (last or now):
        raise typer.BadParameter("it begins after its end", param_hint="'--from'")
    history = asyncio.run(_fetch_history(wanted, first, last, sandbox=sandbox))
    if as_json:
        print_json(history)
        return
    points = sorted(
        (point.date, amount)
        for point in history
        if (amount := point.usd if currency == "usd" else point.btc) is not None
    )
    title = f"{currency.upper()} balance of {_name(wanted)}"
    if not points:
        print_line(f"3Commas knows no {title} from {first:%Y-%m-%d} to {last or now:%Y-%m-%d}.")
        return
    from threecommas_async.cli.chart import draw

    def amount_of(point: tuple[datetime, Decimal]) -> Decimal:
        return point[1]

    notes = {"Max": max(points, key=amount_of), "Min": min(points, key=amount_of), "Last": points[-1]}
    print_chart(
        f"{title}{where(sandbox=sandbox)}",
        lambda width, height, ascii_only: draw(points, width=width, height=height, ascii_only=ascii_only),
        [(name, amount, moment) for name, (moment, amount) in notes.items()],
    )


async def _fetch_table(one: int | Literal["summary"], *, sandbox: bool) -> list[AccountTableRow]:
    async with connected(sandbox=sandbox) as client:
        return await client.accounts.account_table(one)


async def _fetch_history(
    one: int | Literal["summary"], first: datetime, last: datetime | None, *, sandbox: bool
) -> list[BalancePoint]:
    async with connected(sandbox=sandbox) as client:
        return await client.accounts.balance_chart(one, date_from=first, date_to=last)


def _name(one: int | Literal["summary"]) -> str:
    return "all accounts" if one == "summary" else f"account {one}"


def _moment(option: str, value: str | None, time_of_day: time) -> datetime | None:
    """Read a day, of which that time is meant, or an aware time."""
    if value is None:
        return None
    try:
        try:
            moment = datetime.combine(date.fromisoformat(value), time_of_day, UTC)
        except ValueError:
            moment = datetime.fromisoformat(value)
        if moment.tzinfo is not None and moment >= _EARLIEST:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise typer.BadParameter(
        "it must be a day of UTC such as 2024-09-18, or a time with its zone such as 2024-09-18T06:30:00Z",
        param_hint=f"'{option}'",
    )
