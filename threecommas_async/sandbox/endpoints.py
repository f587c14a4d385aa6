"""Every endpoint that a sandbox serves: one row each. A new endpoint is a row here and a function in ``handlers``."""

from __future__ import annotations

from typing import Final

from threecommas_async.sandbox.calls import Endpoint
from threecommas_async.sandbox.handlers import accounts, market_data, users
from threecommas_async.sandbox.keys import Permission

# The first row that fits answers: fixed paths stand before those with a placeholder.
ENDPOINTS: Final = (
    Endpoint("GET", "/ver1/validate", 200, users.validate),
    Endpoint("GET", "/ver1/accounts/market_list", 200, market_data.markets, signed=False),
    Endpoint("POST", "/ver1/accounts/new", 201, accounts.create, Permission.ACCOUNTS_WRITE),
    Endpoint("GET", "/ver1/accounts", 200, accounts.list_accounts, Permission.ACCOUNTS_READ),
    Endpoint("GET", "/ver1/accounts/summary", 201, accounts.summary, Permission.ACCOUNTS_READ),
    Endpoint("GET", "/ver1/accounts/{account_id}", 201, accounts.get, Permission.ACCOUNTS_READ),
)
