"""Connects an exchange account: finds its market, gathers what that needs, and sends it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from threecommas_async.cli.common import connected
from threecommas_async.cli.exchange_keys import ExchangeKeys, complete, find_market, make_up

if TYPE_CHECKING:
    from threecommas_async.client import ThreeCommasClient
    from threecommas_async.models.account import Account
    from threecommas_async.models.market import Market


def connect_account(
    account_type: str,
    name: str,
    options: Mapping[str, str | None],
    types_to_create: list[str] | None,
    *,
    sandbox: bool,
) -> Account:
    """Return the new account.

    :param options: the values of the command line's options, of which the rest is taken from elsewhere.
    :raises CommandError: there is no such market, or a value that it needs is missing.
    """
    if sandbox:
        return asyncio.run(_create_in_sandbox(account_type, name, options, types_to_create))
    # Two runs with a client each: no event loop stands still, and no connection grows old, while a person types.
    market = asyncio.run(_fetch_market(account_type))
    return asyncio.run(_create(market, name, complete(market, options), types_to_create))


async def _fetch_market(account_type: str) -> Market:
    async with connected(sandbox=False) as client:
        return await _market(client, account_type)


async def _market(client: ThreeCommasClient, account_type: str) -> Market:
    return find_market(await client.market_data.markets(), account_type)


async def _create(market: Market, name: str, keys: ExchangeKeys, types_to_create: list[str] | None) -> Account:
    async with connected(sandbox=False) as client:
        return await _send(client, market, name, keys, types_to_create)


async def _create_in_sandbox(
    account_type: str, name: str, options: Mapping[str, str | None], types_to_create: list[str] | None
) -> Account:
    async with connected(sandbox=True) as client:
        market = await _market(client, account_type)
        return await _send(client, market, name, make_up(market, options), types_to_create)


async def _send(
    client: ThreeCommasClient,
    market: Market,
    name: str,
    keys: ExchangeKeys,
    types_to_create: list[str] | None,
) -> Account:
    return await client.accounts.create(
        type=market.market_code, name=name, types_to_create=types_to_create or None, **keys
    )
