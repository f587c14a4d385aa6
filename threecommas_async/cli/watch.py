"""``threecommas deals watch`` and ``threecommas smart-trades watch``."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from threecommas_async.cli.options import AsJson, InMode, OfAccount, Sandboxed, identifier
from threecommas_async.cli.output import print_line
from threecommas_async.cli.session import Session, ladder

if TYPE_CHECKING:
    from threecommas_async.cli.rehearsal import Stage

Polled = Annotated[bool, typer.Option("--poll", help="Ask every few seconds, and use no websocket.")]


def watch_deals(
    bot: Annotated[
        str | None, typer.Option("--bot", metavar="ID", help="Only those of this bot.", show_default=False)
    ] = None,
    account: OfAccount = None,
    poll: Polled = False,
    replay: Annotated[
        Path | None,
        typer.Option(
            "--replay",
            metavar="FILE",
            help="With --sandbox: replay this CSV file, which has the columns time and price.",
            show_default=False,
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    bots: Annotated[
        Path | None,
        typer.Option(
            "--bots",
            metavar="FILE",
            help="The bots of the replay: a TOML file, as 'bots export' writes it; by default the sandbox's own bot.",
            show_default=False,
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    market: Annotated[str, typer.Option(metavar="MARKET", help="The market of the replay.")] = "binance",
    pair: Annotated[str, typer.Option(metavar="PAIR", help="The pair of the replay.")] = "USDT_ETH",
    seconds: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS",
            min=0,
            help="How long the replay takes: by default 60 in a terminal, and no longer than it must otherwise.",
            show_default=False,
        ),
    ] = None,
    mode: InMode = None,
    sandbox: Sandboxed = False,
    as_json: AsJson = False,
) -> None:
    """Watch deals until interrupted: their states, profits, and distances to take profit and stop loss.

    In a terminal it is a table that follows the changes; prices are asked for every 10 seconds. Elsewhere each change
    is a line, of JSON with --json. Lost connections are told, and what was missed meanwhile is asked for.
    """
    from threecommas_async.cli.watching import deals_of, follow, rehearse

    bot_id = None if bot is None else identifier(bot, "bot", "--bot")
    account_id = None if account is None else identifier(account, "account", "--account")

    watch = deals_of(bot_id, account_id, is_polling=poll)
    if replay is None:
        if bots is not None or seconds is not None:
            raise typer.BadParameter("--bots and --seconds require --replay")
        with Session(sandbox=sandbox, mode=mode) as session:
            session.run(lambda client: follow(watch, client, as_json=as_json, place=session.place))
        return
    if not sandbox:
        raise typer.BadParameter("it requires --sandbox", param_hint="'--replay'")
    result = asyncio.run(rehearse(watch, _stage(bots, replay, market, pair), seconds, mode, as_json=as_json))
    if not as_json:
        print_line("")
        result.show("")


def watch_smart_trades(
    account: OfAccount = None,
    poll: Polled = False,
    mode: InMode = None,
    sandbox: Sandboxed = False,
    as_json: AsJson = False,
) -> None:
    """Watch SmartTrades until interrupted: their states, profits, and distances to take profit and stop loss.

    In a terminal it is a table that follows the changes; prices are asked for every 10 seconds. Elsewhere each change
    is a line, of JSON with --json. Lost connections are told, and what was missed meanwhile is asked for.
    """
    from threecommas_async.cli.watching import follow, smart_trades_of

    account_id = None if account is None else identifier(account, "account", "--account")

    with Session(sandbox=sandbox, mode=mode) as session:
        watch = smart_trades_of(account_id, is_polling=poll)
        session.run(lambda client: follow(watch, client, as_json=as_json, place=session.place))


def _stage(bots: Path | None, series: Path, market: str, pair: str) -> Stage:
    import attrs

    from threecommas_async.cli.bot_files import BotEntry
    from threecommas_async.cli.bot_kinds import DCA_BOTS
    from threecommas_async.cli.bot_settings import entries_of
    from threecommas_async.cli.rehearsal import staged

    if bots is not None:
        return staged(entries_of(DCA_BOTS, bots), series, market, pair, {})
    settings = attrs.asdict(ladder(), recurse=False)
    return staged([BotEntry(1, {**settings, "pairs": (pair,)})], series, market, pair, {})
