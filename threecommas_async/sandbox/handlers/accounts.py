"""The accounts group."""

from __future__ import annotations

import re
from typing import Final

from threecommas_async.sandbox.accounts import ExchangeAccount
from threecommas_async.sandbox.answers import not_found
from threecommas_async.sandbox.calls import Call
from threecommas_async.sandbox.markets import MARKETS, market_of_type, related_codes
from threecommas_async.sandbox.parameters import UNKNOWN_VALUE

_ID: Final = re.compile(r"[0-9]{1,18}")
_SHORTEST_NAME: Final = 2
_SHORTEST_KEY: Final = 5


def create(call: Call) -> object:
    given = call.parameters
    account_type = given.text("type", required=True)
    market = None if account_type is None else market_of_type(account_type)
    if account_type is not None and market is None:
        given.refuse("type", UNKNOWN_VALUE)
    required = () if market is None else market.required
    name = given.text("name", required=True, minimum=_SHORTEST_NAME)
    api_key = given.text("api_key", required="api_key" in required, minimum=_SHORTEST_KEY)
    given.text("secret", required="secret" in required, minimum=_SHORTEST_KEY)
    given.text("passphrase", required="passphrase" in required)
    customer_id = given.text("customer_id", required="customer_id" in required)
    address = given.text("address", required="address" in required)
    also = given.words("types_to_create", MARKETS if market is None else related_codes(market))
    given.check()
    if market is None or name is None:
        raise AssertionError("check() let a request without type or name pass")

    # A wallet has no keys: there the address is what can be connected only once.
    identity, identified_by = (address, "address") if "address" in required else (api_key, "api_key")
    connecting = [market, *(MARKETS[code] for code in also if code != market.code)]
    if identity is not None and any(call.state.accounts.is_connected(one, identity) for one in connecting):
        given.refuse(identified_by, "This account is already connected!")
    given.check()
    account, *_ = [
        call.state.accounts.connect(
            one,
            name=name if one is market else f"{name} ({one.exchange_name})",
            identity=identity,
            customer_id=customer_id,
            now=call.now,
        )
        for one in connecting
    ]
    return account.new_document(api_key)


def list_accounts(call: Call) -> object:
    page = call.parameters.number("page", default=1, minimum=1)
    per_page = call.parameters.number("per_page", default=100, minimum=1, maximum=100)
    api_key = call.parameters.text("api_key")
    call.parameters.check()
    start = (page - 1) * per_page
    return [account.list_document() for account in call.state.accounts.all(api_key)[start : start + per_page]]


def get(call: Call) -> object:
    return _account(call).document()


def summary(call: Call) -> object:
    return call.state.accounts.summary(call.now)


def _account(call: Call) -> ExchangeAccount:
    account_id = call.path["account_id"]
    account = call.state.accounts.find(int(account_id)) if _ID.fullmatch(account_id) else None
    if account is None:
        raise not_found()
    return account
