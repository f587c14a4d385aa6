"""``threecommas markets``, ``pairs`` and ``rates``: public market data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

import attrs
import typer

from threecommas_async.cli.columns import Cell, Column, number_of, plain
from threecommas_async.cli.commands import command
from threecommas_async.cli.options import MarketCode
from threecommas_async.cli.session import Session
from threecommas_async.cli.views import Lines, Record, Rows

if TYPE_CHECKING:
    from threecommas_async.models import CurrencyRates, LeverageType, Market, MarketFormField

market_data: Final = typer.Typer()


def _needs(market: Market) -> str | None:
    forms = market.form_fields
    if forms is None:
        return None
    required, optional = _names(forms.required), _names(forms.optional)
    return "; ".join(text for text in (required or "nothing", optional and f"optionally {optional}") if text)


def _names(fields: tuple[MarketFormField, ...] | None) -> str:
    return ", ".join(field.field for field in fields or ())


_MARKET: Final[tuple[Column[Market], ...]] = (
    Column("Code", "market_code"),
    Column("Name", "market_name", wraps=True),
    Column("Needs", _needs, wraps=True),
)


@command(market_data, needs_key=False)
def markets(session: Session) -> Rows[Market]:
    """List the exchanges and wallets that can be connected, and what each requires. Needs no key."""
    found = session.run(lambda client: client.market_data.markets())
    return Rows(number_of(len(found), "market"), _MARKET, found)


@command(market_data, needs_key=False)
def pairs(session: Session, market: MarketCode) -> Lines:
    """List the pairs of a market, one in a line, the quote currency first. Needs no key."""
    return Lines(session.run(lambda client: client.market_data.pairs(market)))


@command(market_data, needs_key=False)
def rates(
    session: Session,
    market: MarketCode,
    pair: Annotated[
        str,
        typer.Argument(
            metavar="PAIR",
            help="The pair, as 'pairs' lists it, such as USDT_BTC: the quote, then the base currency.",
            show_default=False,
        ),
    ],
    limits_of: Annotated[
        Literal["bot", "smart_trade"] | None,
        typer.Option("--for", help="Show the limits of bots (DCA, Signal and Grid), or those of SmartTrades."),
    ] = None,
    leverage: Annotated[
        bool, typer.Option("--leverage", help="Show also the leverages of a pair at a futures exchange.")
    ] = False,
) -> Record[CurrencyRates]:
    """Show the price of a pair, and the limits of its orders. Needs no key."""
    if leverage and limits_of is not None:
        raise typer.BadParameter("3Commas does not return both at once; omit --for or --leverage")
    title = f"{pair} on {market}"
    if leverage:
        with_leverage: CurrencyRates = session.run(
            lambda client: client.market_data.rates_with_leverage(market_code=market, pair=pair)
        )
        return Record(title, _columns(with_leverage), with_leverage)
    found = session.run(lambda client: client.market_data.rates(market_code=market, pair=pair, limit_type=limits_of))
    return Record(title, _columns(found), found)


def _columns(found: CurrencyRates) -> list[Column[CurrencyRates]]:
    names = [field.name for field in attrs.fields(type(found)) if field.name not in ("unrecognized", "leverage_data")]
    return [*(Column(name.replace("_", " ").capitalize(), name) for name in names), Column("Leverage", _all_leverage)]


def _all_leverage(found: CurrencyRates) -> Cell:
    kinds: tuple[LeverageType, ...] | None = getattr(found, "leverage_data", None)
    return None if kinds is None else "; ".join(map(_leverage, kinds)) or "none"


def _leverage(kind: LeverageType) -> str:
    least, most = (kind.valid.min, kind.valid.max) if kind.valid else (None, None)
    most = most if most is not None else kind.max_leverage
    if kind.available_leverage_values:
        values = ", ".join(map(plain, kind.available_leverage_values))
    else:
        bounds = (least is not None and f"from {plain(least)}", most is not None and f"up to {plain(most)}")
        values = " ".join(bound for bound in bounds if bound)
    return f"{kind.name or kind.code} {values}".rstrip()
