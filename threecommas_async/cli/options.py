"""The options and arguments that commands share, and how their values are read."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated, Final, Literal

import typer

TradingMode = Literal["real", "paper"]

Sandboxed = Annotated[
    bool,
    typer.Option(
        "--sandbox",
        help="Use an offline 3Commas that lives as long as this command and has the accounts 32849081, "
        "32849082 and 32849083, the bot 15564829 and its deal 2376506366, the grid bot 2340693, the SmartTrade "
        "31421185 and a trade. Needs no key.",
    ),
]
InMode = Annotated[
    TradingMode | None,
    typer.Option("--mode", help="Use real or paper trading, whatever the web application is switched to."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table; amounts are exact strings.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask. Needed where there is no terminal.")]

OfAccount = Annotated[
    str | None, typer.Option("--account", metavar="ID", help="Only those of this account.", show_default=False)
]
OfPair = Annotated[
    str | None,
    typer.Option("--pair", metavar="PAIR", help="Only those of this pair: USDT_ETH.", show_default=False),
]
OfBase = Annotated[
    str | None,
    typer.Option("--base", metavar="CURRENCY", help="Only those with this base currency.", show_default=False),
]
OfQuote = Annotated[
    str | None,
    typer.Option("--quote", metavar="CURRENCY", help="Only those with this quote currency.", show_default=False),
]

AccountId = Annotated[str, typer.Argument(metavar="ID", help="The account's id.", show_default=False)]
AccountIdOrSummary = Annotated[
    str,
    typer.Argument(metavar="ID", help="The account's id, or 'summary' for all accounts together.", show_default=False),
]
BotId = Annotated[str, typer.Argument(metavar="ID", help="The bot's id.", show_default=False)]
BotIds = Annotated[list[str], typer.Argument(metavar="ID...", help="The bots' ids.", show_default=False)]
MarketCode = Annotated[
    str, typer.Argument(metavar="MARKET", help="The market's code, as 'markets' lists it.", show_default=False)
]

_MOST_DIGITS: Final = 18


def identifier(value: str, owner: str, hint: str = "ID") -> int:
    """Read an id.

    :param owner: whose id it is, for the message: ``account``.
    :param hint: the argument's or option's name, for the message.
    """
    if value.isascii() and value.isdecimal() and len(value) <= _MOST_DIGITS:
        return int(value)
    article = "an" if owner[0] in "aeiou" else "a"
    raise typer.BadParameter(f"{article} {owner}'s id is a whole number", param_hint=f"'{hint}'")


def account_id(value: str) -> int:
    """Read an account's id."""
    return identifier(value, "account")


def account_id_or_summary(value: str) -> int | Literal["summary"]:
    """Read an account's id, or the word for all accounts."""
    return "summary" if value == "summary" else account_id(value)


def above_zero(option: str, text: str) -> Decimal:
    """Read an amount above 0."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal(0)
    if not amount.is_finite() or amount <= 0 or "_" in text:
        raise typer.BadParameter("it must be a number above 0, such as 0.5", param_hint=f"'{option}'")
    return amount
