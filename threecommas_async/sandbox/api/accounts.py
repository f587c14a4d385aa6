"""The accounts group: connecting, changing, listing and removing accounts.

Every function names the documented refusals of its endpoint and how to provoke them; a wrong signature and a missing
permission (``sandbox.add_key(permissions=...)``) are refused before any of them is called.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from attrs import evolve

from threecommas_async.sandbox.api.lookup import account_of, account_or_summary, account_with_id, ask_exchange
from threecommas_async.sandbox.documents.accounts import (
    account_document,
    active_entities_document,
    listed_account_document,
    new_account_document,
)
from threecommas_async.sandbox.documents.markets import connectable_document
from threecommas_async.sandbox.http.forms import Draft, Form, Reader, optional, required, required_if
from threecommas_async.sandbox.http.readers import flag, identifier, member, text, whole_number, words
from threecommas_async.sandbox.http.refusals import Refusal, invalid
from threecommas_async.sandbox.http.requests import Endpoint, HandledRequest
from threecommas_async.sandbox.reference.markets import MARKETS, MARKETS_BY_TYPE, ListedMarket, related_codes
from threecommas_async.sandbox.state.account import NOTHING_ACTIVE, ExchangeAccount
from threecommas_async.sandbox.state.keys import Permission

_ALREADY_CONNECTED: Final = "This account is already connected!"

_ACCOUNT_NAME: Final[Reader[str]] = text(minimum=2)
_EXCHANGE_KEY: Final[Reader[str]] = text(minimum=5)


def _needed(name: str) -> Callable[[Draft], bool]:
    """Tell whether the market of a new account needs a field."""

    def is_needed(draft: Draft) -> bool:
        market = draft.value("type", ListedMarket)
        return market is not None and name in market.required

    return is_needed


def _needed_with_key(name: str) -> Callable[[Draft], bool]:
    """Tell whether the market of a changed account needs a field, which is so with a new key."""
    return lambda draft: draft.has("api_key") and name in draft.about(ExchangeAccount).market.required


def _related(draft: Draft) -> list[str]:
    market = draft.value("type", ListedMarket)
    return list(MARKETS) if market is None else related_codes(market)


class KeysToTry(Form):
    type: ListedMarket = required(member(MARKETS_BY_TYPE))
    name: str = required(_ACCOUNT_NAME)
    api_key: str = required(_EXCHANGE_KEY)
    secret: str = required(_EXCHANGE_KEY)


class NewAccount(Form):
    type: ListedMarket = required(member(MARKETS_BY_TYPE))
    name: str = required(_ACCOUNT_NAME)
    api_key: str | None = required_if(_needed("api_key"), _EXCHANGE_KEY)
    secret: str | None = required_if(_needed("secret"), _EXCHANGE_KEY)
    passphrase: str | None = required_if(_needed("passphrase"), text())
    customer_id: str | None = required_if(_needed("customer_id"), text())
    address: str | None = required_if(_needed("address"), text())
    types_to_create: list[str] = optional(words(_related), default=[])


class ChangedAccount(Form):
    account_id: int = required(identifier())


class AccountChanges(Form):
    name: str | None = optional(_ACCOUNT_NAME)
    api_key: str | None = optional(_EXCHANGE_KEY)
    secret: str | None = required_if(_needed_with_key("secret"), _EXCHANGE_KEY)
    passphrase: str | None = required_if(_needed_with_key("passphrase"), text())
    customer_id: str | None = required_if(_needed_with_key("customer_id"), text())
    include_in_summary: bool | None = optional(flag())


class NewName(Form):
    name: str = required(_ACCOUNT_NAME)


class AccountFilter(Form):
    page: int = optional(whole_number(minimum=1), default=1)
    per_page: int = optional(whole_number(minimum=1, maximum=100), default=100)
    api_key: str | None = optional(text())


def types_to_connect(request: HandledRequest) -> object:
    """Tell which account types a pair of keys opens. 400: a ``type`` that is not in the market list."""
    form = request.read(KeysToTry)
    related = [MARKETS[code] for code in related_codes(form.type)]
    is_connected = request.platform.accounts.is_connected
    return [connectable_document(one, connected=is_connected(one, form.api_key)) for one in related]


def create(request: HandledRequest) -> object:
    """Connect an account. 400: an ``api_key`` that has an account of this type already, or any wrong parameter."""
    form = request.read(NewAccount)
    accounts, market = request.platform.accounts, form.type
    identity, identified_by = (form.address, "address") if market.is_wallet else (form.api_key, "api_key")
    connecting = [market, *(MARKETS[code] for code in form.types_to_create if code != market.code)]
    if identity is not None and any(accounts.is_connected(one, identity) for one in connecting):
        raise invalid({identified_by: [_ALREADY_CONNECTED]})
    account, *_ = [
        accounts.connect(
            one,
            name=form.name if one is market else f"{form.name} ({one.exchange_name})",
            now=request.now,
            api_key=None if market.is_wallet else form.api_key,
            address=form.address if market.is_wallet else None,
            customer_id=form.customer_id,
        )
        for one in connecting
    ]
    return new_account_document(account)


def update(request: HandledRequest) -> object:
    """Change an account. 400: an ``api_key`` with which another account of this type is connected.

    A new ``api_key`` has to come with all that its exchange requires, and makes invalid keys valid.
    """
    account = account_with_id(request, request.read(ChangedAccount).account_id)
    form = request.read(AccountChanges, about=account)
    accounts = request.platform.accounts
    if form.api_key is not None and accounts.is_connected(account.market, form.api_key, besides=account.id):
        raise invalid({"api_key": [_ALREADY_CONNECTED]})
    changed = evolve(
        account,
        name=account.name if form.name is None else form.name,
        customer_id=account.customer_id if form.customer_id is None else form.customer_id,
        include_in_summary=account.include_in_summary if form.include_in_summary is None else form.include_in_summary,
        updated_at=request.now,
    )
    if form.api_key is not None:
        changed = evolve(changed, api_key=form.api_key, keys_valid=True, keys_state="ok")
    return listed_account_document(accounts.keep(changed))


def rename(request: HandledRequest) -> object:
    """Give an account another name. 401: a wrong signature."""
    account = account_of(request)
    renamed = evolve(account, name=request.read(NewName).name, updated_at=request.now)
    return listed_account_document(request.platform.accounts.keep(renamed))


def remove(request: HandledRequest) -> object:
    """Forget an account. 404: an id that no account has. 422: a bot is enabled, a deal active or a Signal Bot there.

    Or as if: ``sandbox.accounts.set_active(id, deals=1)``.
    """
    account = account_of(request)
    if account.active != NOTHING_ACTIVE or request.engine.signals.bots_on(account.id):
        raise Refusal(
            422,
            "account_not_deletable",
            "There are active trading deals on this exchange. Close all trading operations and try again",
        )
    request.platform.accounts.remove(account.id)
    return True


def list_accounts(request: HandledRequest) -> object:
    form = request.read(AccountFilter)
    start = (form.page - 1) * form.per_page
    found = request.platform.accounts.all(form.api_key)[start : start + form.per_page]
    return [listed_account_document(account) for account in found]


def get(request: HandledRequest) -> object:
    return account_document(account_or_summary(request))


def active_trading_entities(request: HandledRequest) -> object:
    """Count what is going on: enabled bots, active deals, and ``sandbox.accounts.set_active``.

    Simple trades count as orders (assumption).

    404: an id that no account has. 422: ``sandbox.accounts.set_keys_valid(id, False)``.
    """
    return active_entities_document(ask_exchange(account_of(request)).active)


_READ: Final = Permission.ACCOUNTS_READ
_WRITE: Final = Permission.ACCOUNTS_WRITE
_ACCOUNT: Final = "/ver1/accounts/{account_id}"

# Fixed paths stand before those with a placeholder: the first that fits answers.
ENDPOINTS: Final = (
    Endpoint("GET", "/ver1/accounts/types_to_connect", 200, types_to_connect),
    Endpoint("POST", "/ver1/accounts/new", 201, create, _WRITE),
    Endpoint("POST", "/ver1/accounts/update", 201, update, _WRITE),
    Endpoint("GET", "/ver1/accounts", 200, list_accounts, _READ),
    Endpoint("GET", _ACCOUNT, 201, get, _READ),
    Endpoint("GET", f"{_ACCOUNT}/active_trading_entities", 200, active_trading_entities, _READ),
    Endpoint("POST", f"{_ACCOUNT}/rename", 201, rename, _WRITE),
    Endpoint("POST", f"{_ACCOUNT}/remove", 201, remove, _WRITE),
)
