"""Finds out what became of an account whose creation ended without a clear answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Final

from threecommas_async.errors import Outcome, ThreeCommasError
from threecommas_async.models.account import Account
from threecommas_async.transport.clock import Clock

_CREATE: Final = ("POST", "/ver1/accounts/new")
_PAUSES: Final = (1.0, 2.0, 4.0)
_CLOCKS_DIFFER_BY: Final = timedelta(minutes=2)


async def find_created(
    accounts: Callable[[], AsyncIterator[Account]], error: ThreeCommasError, clock: Clock
) -> Account | None:
    """Look for the account that the failed call may have created, again and again while it is not there."""
    if (error.method, error.path) != _CREATE:
        raise ValueError(f"error must come from accounts.create, not from {error.method} {error.path}")
    if error.outcome is Outcome.NOT_DONE or error.sent_at is None:
        return None
    earliest = error.sent_at - _CLOCKS_DIFFER_BY
    for pause in (*_PAUSES, None):
        newest: tuple[datetime, Account] | None = None
        async for account in accounts():
            created_at = account.created_at
            if created_at is None or created_at < earliest or not _is_wanted(account, error):
                continue
            if newest is None or created_at > newest[0]:
                newest = created_at, account
        if newest is not None:
            return newest[1]
        if pause is not None:
            await clock.sleep(pause)
    return None


def _is_wanted(account: Account, error: ThreeCommasError) -> bool:
    same_market = str(account.market_code).lower() == str(error.sent.get("type")).lower()
    return same_market and account.name == error.sent.get("name")
