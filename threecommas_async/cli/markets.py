"""``threecommas markets``, ``pairs`` and ``rates``: what 3Commas tells everybody, without a key."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Final, Literal

import attrs
import typer

from threecommas_async.cli.common import AsJson, InSandbox, connected, where
from threecommas_async.cli.output import Cell, plain, print_json, print_lines, print_record, print_rows

if TYPE_CHECKING:
    from threecommas_async.models.leverage import LeverageType
    from threecommas_async.models.market import Market, MarketFormField
    from threecommas_async.models.rates import CurrencyRates

market_data: Final = typer.Typer()

_MarketCode = Annotated[
    str, typer.Argument(metavar="MARKET", help="The market's code, as 'markets' has it.", show_default=False)
]


@market_data.command()
def markets(sandbox: InSandbox = False, as_json: AsJson = False) -> None:
    """List the exchanges and wallets that can be connected, and what each needs for it. Needs no key."""
    found = asyncio.run(_fetch_markets(sandbox=sandbox))
    if as_json:
        print_json(found)
        return
    print_rows(
        f"{len(found)} market{'' if len(found) == 1 else 's'}{where(sandbox=sandbox)}",
        ("Code", "Name", "Needs"),
        [(market.market_code, market.market_name, _needs(market)) for market in found],
    )


@market_data.command()
def pairs(market: _MarketCode, sandbox: InSandbox = False, as_json: AsJson = False) -> None:
    """List the pairs that can be traded on a market, a line each, the quote currency first. Needs no key."""
    found = asyncio.run(_fetch_pairs(market, sandbox=sandbox))
    if as_json:
        print_json(found)
    else:
        print_lines(found)


@market_data.command()
def rates(
    market: _MarketCode,
    pair: Annotated[
        str,
        typer.Argument(
            metavar="PAIR",
            help="The pair, as 'pairs' has it, such as USDT_BTC: the quote, then the base currency.",
            show_default=False,
        ),
    ],
    limits_of: Annotated[
        Literal["bot", "smart_trade"] | None,
        typer.Option("--for", help="Whose limits: those of DCA, Signal and Grid bots, or those of SmartTrades."),
    ] = None,
    leverage: Annotated[
        bool, typer.Option("--leverage", help="Tell the leverage, too, that a pair of a futures exchange can have.")
    ] = False,
    sandbox: InSandbox = False,
    as_json: AsJson = False,
) -> None:
    """Show the price of a pair, and the limits that its orders must keep to. Needs no key."""
    if leverage and limits_of is not None:
        raise typer.BadParameter("3Commas does not tell both at once; leave --for or --leverage away")
    found = asyncio.run(_fetch_rates(market, pair, limits_of, leverage=leverage, sandbox=sandbox))
    if as_json:
        print_json(found)
    else:
        print_record(f"{pair} on {market}{where(sandbox=sandbox)}", _fields(found))


async def _fetch_markets(*, sandbox: bool) -> list[Market]:
    async with connected(sandbox=sandbox, public=True) as client:
        return await client.market_data.markets()


async def _fetch_pairs(market: str, *, sandbox: bool) -> list[str]:
    async with connected(sandbox=sandbox, public=True) as client:
        return await client.market_data.pairs(market)


async def _fetch_rates(
    market: str, pair: str, limits_of: Literal["bot", "smart_trade"] | None, *, leverage: bool, sandbox: bool
) -> CurrencyRates:
    async with connected(sandbox=sandbox, public=True) as client:
        if leverage:
            return await client.market_data.rates_with_leverage(market_code=market, pair=pair)
        return await client.market_data.rates(market_code=market, pair=pair, limit_type=limits_of)


def _needs(market: Market) -> str | None:
    forms = market.form_fields
    if forms is None:
        return None
    required, optional = _names(forms.required), _names(forms.optional)
    return "; ".join(text for text in (required or "nothing", optional and f"optionally {optional}") if text)


def _names(fields: tuple[MarketFormField, ...] | None) -> str:
    return ", ".join(field.field for field in fields or ())


def _fields(found: CurrencyRates) -> dict[str, Cell]:
    names = [field.name for field in attrs.fields(type(found)) if field.name not in ("unrecognized", "leverage_data")]
    shown: dict[str, Cell] = {name.replace("_", " ").capitalize(): getattr(found, name) for name in names}
    kinds: tuple[LeverageType, ...] | None = getattr(found, "leverage_data", None)
    if kinds is not None:
        shown["Leverage"] = "; ".join(map(_leverage, kinds)) or "none"
    return shown


def _leverage(kind: LeverageType) -> str:
    least, most = (kind.valid.min, kind.valid.max) if kind.valid else (None, None)
    most = most if most is not None else kind.max_leverage
    if kind.available_leverage_values:
        values = ", ".join(map(plain, kind.available_leverage_values))
    else:
        bounds = (least is not None and f"from {plain(least)}", most is not None and f"up to {plain(most)}")
        values = " ".join(bound for bound in bounds if bound)
    return f"{kind.name or kind.code} {values}".rstrip()
