"""The accounts group: connecting, changing, listing and removing accounts.

Every function names the documented refusals of its endpoint and how to provoke them; a wrong signature and a missing
permission (``sandbox.add_key(permissions=...)``) are refused before any of them is called.
"""

from __future__ import annotations

from typing import Final

from attrs import evolve

from threecommas_async.sandbox.answers import Refusal
from threecommas_async.sandbox.calls import Call
from threecommas_async.sandbox.exchange_account import NOTHING_ACTIVE
from threecommas_async.sandbox.handlers.lookup import account_of, account_or_summary, ask_exchange
from threecommas_async.sandbox.markets import MARKETS, Market, market_of_type, related_codes
from threecommas_async.sandbox.parameters import MISSING, UNKNOWN_VALUE

_SHORTEST_NAME: Final = 2
_SHORTEST_KEY: Final = 5
_ALREADY_CONNECTED: Final = "This account is already connected!"
_LARGEST_ID: Final = 10**18


def types_to_connect(call: Call) -> object:
    """Tell which account types a pair of keys opens. 400: a ``type`` that is not of the market list."""
    market = _market(call)
    given = call.parameters
    given.text("name", required=True, minimum=_SHORTEST_NAME)
    api_key = given.text("api_key", required=True, minimum=_SHORTEST_KEY)
    given.text("secret", required=True, minimum=_SHORTEST_KEY)
    given.check()
    if market is None or api_key is None:
        raise AssertionError("check() let a request without type or api_key pass")
    return [
        {
            "type": code,
            "connected": call.state.accounts.is_connected(MARKETS[code], api_key),
            "available": True,
            "unified": market.exchange == "bybit",
        }
        for code in related_codes(market)
    ]


def create(call: Call) -> object:
    """Connect an account. 400: an ``api_key`` that has an account of this type already, or any wrong parameter."""
    given = call.parameters
    market = _market(call)
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
    identity, identified_by = (address, "address") if market.is_wallet else (api_key, "api_key")
    connecting = [market, *(MARKETS[code] for code in also if code != market.code)]
    if identity is not None and any(call.state.accounts.is_connected(one, identity) for one in connecting):
        given.refuse(identified_by, _ALREADY_CONNECTED)
    given.check()
    account, *_ = [
        call.state.accounts.connect(
            one,
            name=name if one is market else f"{name} ({one.exchange_name})",
            now=call.now,
            api_key=None if market.is_wallet else api_key,
            address=address if market.is_wallet else None,
            customer_id=customer_id,
        )
        for one in connecting
    ]
    return account.new_document()


def update(call: Call) -> object:
    """Change an account. 400: an ``api_key`` with which another account of this type is connected.

    A new ``api_key`` has to come with all that its exchange requires, and makes invalid keys valid.
    """
    given = call.parameters
    if "account_id" not in given:
        given.refuse("account_id", MISSING)
    account_id = given.number("account_id", default=0, minimum=0, maximum=_LARGEST_ID)
    given.check()
    account = account_of(evolve(call, path={"account_id": str(account_id)}))
    required = account.market.required if "api_key" in given else ()
    name = given.text("name", minimum=_SHORTEST_NAME)
    api_key = given.text("api_key", minimum=_SHORTEST_KEY)
    given.text("secret", required="secret" in required, minimum=_SHORTEST_KEY)
    given.text("passphrase", required="passphrase" in required)
    customer_id = given.text("customer_id", required="customer_id" in required)
    included = given.flag("include_in_summary")
    given.check()
    if api_key is not None and call.state.accounts.is_connected(account.market, api_key, besides=account.id):
        given.refuse("api_key", _ALREADY_CONNECTED)
    given.check()
    changed = evolve(
        account,
        name=account.name if name is None else name,
        customer_id=account.customer_id if customer_id is None else customer_id,
        include_in_summary=account.include_in_summary if included is None else included,
        api_key=account.api_key if api_key is None else api_key,
        keys_valid=account.keys_valid or api_key is not None,
        keys_state=account.keys_state if api_key is None else "ok",
        updated_at=call.now,
    )
    return call.state.accounts.keep(changed).list_document()


def rename(call: Call) -> object:
    """Give an account another name. 401: a wrong signature."""
    account = account_of(call)
    name = call.parameters.text("name", required=True, minimum=_SHORTEST_NAME)
    call.parameters.check()
    if name is None:
        raise AssertionError("check() let a request without name pass")
    return call.state.accounts.keep(evolve(account, name=name, updated_at=call.now)).list_document()


def remove(call: Call) -> object:
    """Forget an account. 404: an id that no account has. 422: ``sandbox.accounts.set_active(id, deals=1)``."""
    account = account_of(call)
    if account.active != NOTHING_ACTIVE:
        raise Refusal(
            422,
            "account_not_deletable",
            "There are active trading deals on this exchange. Close all trading operations and try again",
        )
    call.state.accounts.remove(account.id)
    return True


def list_accounts(call: Call) -> object:
    page = call.parameters.number("page", default=1, minimum=1)
    per_page = call.parameters.number("per_page", default=100, minimum=1, maximum=100)
    api_key = call.parameters.text("api_key")
    call.parameters.check()
    start = (page - 1) * per_page
    return [account.list_document() for account in call.state.accounts.all(api_key)[start : start + per_page]]


def get(call: Call) -> object:
    return account_or_summary(call).document()


def active_trading_entities(call: Call) -> object:
    """Count what is going on (``sandbox.accounts.set_active``).

    404: an id that no account has. 422: ``sandbox.accounts.set_keys_valid(id, False)``.
    """
    return {"data": ask_exchange(account_of(call)).active.document()}


def _market(call: Call) -> Market | None:
    """Return the market that the parameter ``type`` names, or note what is wrong with it."""
    account_type = call.parameters.text("type", required=True)
    market = None if account_type is None else market_of_type(account_type)
    if account_type is not None and market is None:
        call.parameters.refuse("type", UNKNOWN_VALUE)
    return market
