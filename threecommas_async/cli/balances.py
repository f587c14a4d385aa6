"""``threecommas accounts balances`` and ``threecommas accounts chart``: what an account holds now and held before."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from threecommas_async.cli.columns import Column, number_of, percent
from threecommas_async.cli.commands import command
from threecommas_async.cli.options import AccountIdOrSummary, account_id_or_summary
from threecommas_async.cli.session import Session
from threecommas_async.cli.views import Chart, Rows, Sentence

if TYPE_CHECKING:
    from threecommas_async.models import AccountTableRow

balances: Final = typer.Typer()

_DAYS_SHOWN: Final = timedelta(days=90)
_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LAST_SECOND: Final = time(23, 59, 59)


_COLUMNS: Final[tuple[Column[AccountTableRow], ...]] = (
    Column("Currency", "currency_code"),
    Column("Side", lambda row: row.position_type or None, optional=lambda row: bool(row.position_type)),
    Column("Amount", "position"),
    Column("Available", "position_available", optional=lambda row: row.position_available != row.position),
    Column("In orders", "on_orders", optional=lambda row: bool(row.on_orders)),
    Column("Borrowed", "borrowed", optional=lambda row: bool(row.borrowed)),
    Column("USD price", "current_price_usd"),
    Column("BTC price", "current_price", spare=True),
    Column("USD value", "usd_value"),
    Column("BTC value", "btc_value"),
    Column("Percent", "percentage", form=percent),
)


@command(balances, "balances")
def show_balances(session: Session, one: AccountIdOrSummary) -> Rows[AccountTableRow]:
    """Show what an account holds, the highest value first.

    The columns for available, ordered and borrowed amounts appear only if they say more than all, nothing and nothing.
    """
    wanted = account_id_or_summary(one)
    rows = session.run(lambda client: client.accounts.account_table(wanted))
    rows.sort(key=lambda row: row.usd_value or Decimal(0), reverse=True)
    return Rows(f"{number_of(len(rows), 'currency', 'currencies')} of {_name(wanted)}", _COLUMNS, rows)


@command(balances)
def chart(
    session: Session,
    one: AccountIdOrSummary,
    begin: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="The first day; by default 90 days before the last."),
    ] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="DATE", help="The last day; by default now.")] = None,
    currency: Annotated[Literal["usd", "btc"], typer.Option(help="The currency of the amounts.")] = "usd",
) -> Chart | Sentence:
    """Draw the history of an account's balance.

    A DATE is a day in UTC such as 2024-09-18, or a time such as 2024-09-18T06:30:00Z. JSON has both currencies.
    """
    wanted = account_id_or_summary(one)
    last = _moment("--to", end, _LAST_SECOND)
    now = datetime.now(UTC)
    first = _moment("--from", begin, time()) or (last or now) - _DAYS_SHOWN
    if first > (last or now):
        raise typer.BadParameter("the first day is after the last", param_hint="'--from'")
    history = session.run(lambda client: client.accounts.balance_chart(wanted, date_from=first, date_to=last))
    points = sorted(
        (point.date, amount)
        for point in history
        if (amount := point.usd if currency == "usd" else point.btc) is not None
    )
    title = f"{currency.upper()} balance of {_name(wanted)}"
    if not points:
        return Sentence(f"3Commas has no {title} from {first:%Y-%m-%d} to {last or now:%Y-%m-%d}", history)
    from threecommas_async.cli.chart import draw

    def amount_of(point: tuple[datetime, Decimal]) -> Decimal:
        return point[1]

    notes = {"Max": max(points, key=amount_of), "Min": min(points, key=amount_of), "Last": points[-1]}
    return Chart(
        title,
        lambda width, height, ascii_only: draw(points, width=width, height=height, ascii_only=ascii_only),
        [(name, amount, moment) for name, (moment, amount) in notes.items()],
        history,
    )


def _name(one: int | Literal["summary"]) -> str:
    return "all accounts" if one == "summary" else f"account {one}"


def _moment(option: str, value: str | None, time_of_day: time) -> datetime | None:
    """Read an aware time, or a day, which stands for that time of the day."""
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
        "it must be a day in UTC such as 2024-09-18, or a time with its zone such as 2024-09-18T06:30:00Z",
        param_hint=f"'{option}'",
    )
