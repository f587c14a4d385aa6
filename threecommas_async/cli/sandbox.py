"""``threecommas sandbox``: serves an offline 3Commas, or rehearses bots in it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from threecommas_async.cli.options import above_zero
from threecommas_async.cli.output import print_hint, print_json, print_raw_json

if TYPE_CHECKING:
    from threecommas_async.sandbox import Sandbox

sandbox_command: Final = typer.Typer()


def _file(name: str, text: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        name, metavar="FILE", help=text, show_default=False, exists=True, dir_okay=False
    )
    return option


@sandbox_command.command()
def sandbox(
    host: Annotated[str, typer.Option(metavar="HOST", help="127.0.0.1, localhost or ::1.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="PORT", min=0, max=65535, help="0 chooses a free port.")] = 0,
    replay: Annotated[
        Path | None, _file("--replay", "Rehearse bots with this CSV file, which has the columns time and price.")
    ] = None,
    bots: Annotated[
        Path | None, _file("--bots", "The bots to rehearse: a TOML file, as 'bots export' writes it.")
    ] = None,
    market: Annotated[
        str | None, typer.Option(metavar="MARKET", help="The market of the prices.", show_default=False)
    ] = None,
    pair: Annotated[
        str | None, typer.Option(metavar="PAIR", help="The pair of the prices: USDT_ETH.", show_default=False)
    ] = None,
    balances: Annotated[
        list[str] | None,
        typer.Option(
            "--balance",
            metavar="CURRENCY=AMOUNT",
            help="What the rehearsal's account holds; by default a million of each currency. May be repeated.",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results of a rehearsal as JSON.")] = False,
) -> None:
    """Serve an offline 3Commas until interrupted, or rehearse bots on recorded prices.

    The first line on standard output is a JSON object with url, api_key and api_secret, and with control_url and
    control_key, with which a program moves prices and plans faults. The key is the one in THREECOMMAS_API_KEY and
    THREECOMMAS_API_SECRET if they are set, and random otherwise.

    With --replay nothing is served: the bots of a file trade at the prices of a file, and the results are printed. It
    needs neither a key nor a network.
    """
    if replay is not None:
        if bots is None or market is None or pair is None:
            raise typer.BadParameter("--bots, --market and --pair are required with it", param_hint="'--replay'")
        _rehearse(replay, bots, market, pair, balances or (), as_json=as_json)
    elif bots or market or pair or balances or as_json:
        raise typer.BadParameter("--bots, --market, --pair, --balance and --json require --replay")
    else:
        _serve(host, port)


def _rehearse(
    series: Path, bots: Path, market: str, pair: str, balances: list[str] | tuple[str, ...], *, as_json: bool
) -> None:
    from threecommas_async.cli.bot_kinds import DCA_BOTS
    from threecommas_async.cli.bot_settings import entries_of
    from threecommas_async.cli.rehearsal import rehearse

    result = rehearse(entries_of(DCA_BOTS, bots), series, market, pair, dict(map(_balance, balances)))
    if as_json:
        print_json(result.value)
    else:
        result.show("")


def _balance(text: str) -> tuple[str, Decimal]:
    currency, equals, amount = text.partition("=")
    if not equals or not currency:
        raise typer.BadParameter("it must be of the form CURRENCY=AMOUNT, such as USDT=1000", param_hint="'--balance'")
    return currency, above_zero("--balance", amount)


def _serve(host: str, port: int) -> None:
    from threecommas_async.sandbox import Sandbox

    try:
        server = Sandbox(host=host, port=port)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="'--host'") from None
    asyncio.run(_serve_until_stopped(server))


async def _serve_until_stopped(server: Sandbox) -> None:
    import msgspec

    stopped = asyncio.Event()
    with contextlib.suppress(NotImplementedError):  # on Windows
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    key = server.add_key(
        api_key=os.environ.get("THREECOMMAS_API_KEY") or None, secret=os.environ.get("THREECOMMAS_API_SECRET") or None
    )
    async with server:
        first_line = {
            "url": server.url,
            "api_key": key.api_key,
            "api_secret": key.secret,
            "control_url": server.control_url,
            "control_key": server.control_key,
        }
        print_raw_json(msgspec.json.encode(first_line).decode())
        print_hint("The sandbox serves until you press Ctrl-C.")
        await stopped.wait()
