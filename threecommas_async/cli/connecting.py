"""Connects an exchange account: finds its market, collects the values that it requires, and sends them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from threecommas_async.cli.exchange_keys import complete, find_market, make_up
from threecommas_async.cli.session import Session

if TYPE_CHECKING:
    from threecommas_async.models import Account


def connect_account(
    session: Session,
    account_type: str,
    name: str,
    options: Mapping[str, str | None],
    types_to_create: list[str] | None,
) -> Account:
    """Return the new account.

    :param options: the values of the command line's options.
    :raises CommandError: there is no such market, or a value that it requires is missing.
    """
    market = find_market(session.run(lambda client: client.market_data.markets()), account_type)
    keys = make_up(market, options) if session.in_sandbox else complete(market, options)
    return session.run(
        lambda client: client.accounts.create(
            type=market.market_code, name=name, types_to_create=types_to_create or None, **keys
        )
    )
