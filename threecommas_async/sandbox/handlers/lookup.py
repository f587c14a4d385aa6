"""What the handlers of more than one group look for in a call, and say when it is not there."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from threecommas_async.sandbox.answers import Refusal, not_found
from threecommas_async.sandbox.calls import Call
from threecommas_async.sandbox.exchange_account import ExchangeAccount

_ID: Final = re.compile(r"[0-9]{1,18}")


def account_of(call: Call) -> ExchangeAccount:
    """Return the account of the path; 404 without one."""
    account_id = call.path["account_id"]
    account = call.state.accounts.find(int(account_id)) if _ID.fullmatch(account_id) else None
    if account is None:
        raise not_found()
    return account


def account_or_summary(call: Call) -> ExchangeAccount:
    """Return the account of the path, or all of them as one for ``summary``."""
    return call.state.accounts.summary(call.now) if call.path["account_id"] == "summary" else account_of(call)


def ask_exchange(account: ExchangeAccount) -> ExchangeAccount:
    """Let the exchange look at the account's keys: 422 if it refuses them (``sandbox.accounts.set_keys_valid``)."""
    if account.keys_refused:
        raise Refusal(422, "invalid_api_key", "API keys are no longer valid or incorrect.")
    return account


def require_market(account: ExchangeAccount, codes: Collection[str], words: str) -> None:
    """Refuse with a 403 in these words unless the account's market is one of them."""
    if account.market.code not in codes:
        raise Refusal(403, f"Forbidden. Unavailable for this {words}.")
