"""``threecommas trades``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

import typer

from threecommas_async.cli.columns import Column, amount, at, number_of, percent
from threecommas_async.cli.commands import command
from threecommas_async.cli.ending import end
from threecommas_async.cli.options import OfAccount, OfPair, Yes, identifier
from threecommas_async.cli.session import Session
from threecommas_async.cli.views import Record, Rows

if TYPE_CHECKING:
    from threecommas_async.client import ThreeCommasClient
    from threecommas_async.models.simple_trade import SimpleTrade

trades: Final = typer.Typer(
    name="trades", help="Simple trades: single orders, with or without a condition.", no_args_is_help=True
)

_CONDITIONS: Final = {"less": "<", "less_or_equal": "<=", "greater": ">", "greater_or_equal": ">="}


_units: Final = amount("units.value", "base_currency")


def _condition(trade: SimpleTrade) -> str | None:
    condition = trade.conditional
    if condition is None or not condition.enabled or condition.price is None or condition.price.value is None:
        return None
    sign = _CONDITIONS.get(condition.value or "", condition.value)
    return f"{condition.price.type or 'price'} {sign} {condition.price.value:f}"


_LISTED: Final[tuple[Column[SimpleTrade], ...]] = (
    Column("ID", lambda trade: str(trade.uuid)),
    Column("Pair", "pair"),
    Column("Side", "order.side"),
    Column("Units", "units.value"),
    Column("Status", "state", wraps=True),
    Column("Price", lambda trade: at(trade, "filled.price") or at(trade, "price.value"), spare=True),
    Column("Filled %", "filled.value", form=percent, spare=True),
    Column("When", _condition, spare=True, optional=lambda trade: _condition(trade) is not None),
    Column("Created", "created_at", spare=True),
)
_SHOWN: Final[tuple[Column[SimpleTrade], ...]] = (
    Column("ID", lambda trade: str(trade.uuid)),
    Column("Pair", "pair"),
    Column("Account", "account_id"),
    Column("Side", "order.side"),
    Column("Type", "order.type"),
    Column("Units", _units),
    Column("Price", "price.value"),
    Column("When", _condition),
    Column("Status", "state"),
    Column("Error", "status.error"),
    Column("Filled", amount("filled.units", "base_currency")),
    Column("for", amount("filled.total", "quote_currency")),
    Column("Created", "created_at"),
    Column("Closed", "closed_at"),
)


@command(trades, "list")
def list_trades(session: Session, account: OfAccount = None, pair: OfPair = None) -> Rows[SimpleTrade]:
    """List the trades that are waiting or being carried out."""
    return _listed(session, "active", account, pair, lambda client: client.trades.iterate)


@command(trades)
def history(session: Session, account: OfAccount = None, pair: OfPair = None) -> Rows[SimpleTrade]:
    """List the trades that are over."""
    return _listed(session, "finished", account, pair, lambda client: client.trades.iterate_history)


@command(trades)
def cancel(
    session: Session,
    one: Annotated[str, typer.Argument(metavar="ID", help="The trade's id, a UUID.", show_default=False)],
    yes: Yes = False,
) -> Record[SimpleTrade]:
    """Cancel a trade. What was filled before stays in the account. Asks first."""
    number = _uuid(one)

    async def describe(client: ThreeCommasClient) -> str:
        trade = await client.trades.get(number)
        words = (trade.pair, trade.order and trade.order.side, _units(trade))
        return " ".join(word for word in words if word)

    trade = end(
        session,
        "trade",
        number,
        verb="Cancel",
        describe=describe,
        act=lambda client: client.trades.cancel(number),
        yes=yes,
    )
    return Record("Cancel trade", _SHOWN, trade)


def _listed(
    session: Session,
    kind: str,
    account: str | None,
    pair: str | None,
    walk: Callable[[ThreeCommasClient], Callable[..., AsyncIterator[SimpleTrade]]],
) -> Rows[SimpleTrade]:
    account_id = None if account is None else identifier(account, "account", "--account")

    async def fetch(client: ThreeCommasClient) -> list[SimpleTrade]:
        from threecommas_async.cli.progress import collected

        return await collected("Trades", walk(client)(account_id=account_id, pair=pair))

    found = session.run(fetch)
    return Rows(number_of(len(found), f"{kind} trade"), _LISTED, found)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise typer.BadParameter("a trade's id is a UUID, as 'trades list' shows it", param_hint="'ID'") from None
