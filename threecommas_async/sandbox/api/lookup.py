"""What the handlers of more than one group look for in a request, and say when it is not there."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import wraps
from typing import Final

from threecommas_async.sandbox.documents.trades import trade_id_of
from threecommas_async.sandbox.engine.bots.bot import Bot
from threecommas_async.sandbox.engine.deals.deal import Deal
from threecommas_async.sandbox.engine.grid_bots.grid_bot import GridBot
from threecommas_async.sandbox.engine.refusals import RefusedError
from threecommas_async.sandbox.engine.smart_trades.smart_trade import SmartTrade
from threecommas_async.sandbox.engine.trades.trade import SimpleTrade
from threecommas_async.sandbox.http.refusals import Refusal, not_found
from threecommas_async.sandbox.http.requests import HandledRequest
from threecommas_async.sandbox.state.account import ExchangeAccount

_ID: Final = re.compile(r"[0-9]{1,18}")


def account_of(request: HandledRequest) -> ExchangeAccount:
    """Return the account of the path; 404 without one."""
    account_id = request.path["account_id"]
    return account_with_id(request, int(account_id) if _ID.fullmatch(account_id) else None)


def account_with_id(request: HandledRequest, account_id: int | None) -> ExchangeAccount:
    """Return the account that has this id; 404 without one."""
    account = None if account_id is None else request.platform.accounts.find(account_id)
    if account is None:
        raise not_found()
    return account


def account_or_summary(request: HandledRequest) -> ExchangeAccount:
    """Return the account of the path, or all of them as one for ``summary``."""
    if request.path["account_id"] == "summary":
        return request.platform.accounts.summary(request.now)
    return account_of(request)


def ask_exchange(account: ExchangeAccount) -> ExchangeAccount:
    """Let the exchange look at the account's keys: 422 if it refuses them (``sandbox.accounts.set_keys_valid``)."""
    if account.keys_refused:
        raise Refusal(422, "invalid_api_key", "API keys are no longer valid or incorrect.")
    return account


def require_market(account: ExchangeAccount, codes: Collection[str], words: str) -> None:
    """Refuse with a 403 in these words unless the account's market is one of them."""
    if account.market.code not in codes:
        raise Refusal(403, f"Forbidden. Unavailable for this {words}.")


def refusing(answer: Callable[[HandledRequest], object]) -> Callable[[HandledRequest], object]:
    """Let a handler answer with what the engine refuses."""

    @wraps(answer)
    def handle(request: HandledRequest) -> object:
        try:
            return answer(request)
        except RefusedError as error:
            refused = error
        raise Refusal(refused.status, refused.code, refused.description, refused.fields or {})

    return handle


def bot_of(request: HandledRequest) -> Bot:
    """Return the bot of the path; 404 without one."""
    return request.engine.bots.get(_number(request.path["bot_id"]))


def deal_of(request: HandledRequest) -> Deal:
    """Return the deal of the path; 404 without one."""
    return request.engine.deals.get(_number(request.path["deal_id"]))


def grid_bot_of(request: HandledRequest) -> GridBot:
    """Return the grid bot of the path; 404 without one."""
    return request.engine.grid_bots.get(_number(request.path["id"]))


def smart_trade_of(request: HandledRequest) -> SmartTrade:
    """Return the SmartTrade of the path, where it has two names; 404 without one."""
    name = "id" if "id" in request.path else "smart_trade_id"
    return request.engine.smart_trades.get(id_in(request, name))


def trade_of(request: HandledRequest) -> SimpleTrade:
    """Return the simple trade of the path; 404 without one."""
    trade_id = trade_id_of(request.path["uuid"])
    return request.engine.trades.get(-1 if trade_id is None else trade_id)


def id_in(request: HandledRequest, name: str) -> int:
    """Return an id of the path; one that nothing has, if it is none."""
    return _number(request.path[name])


def _number(written: str) -> int:
    return int(written) if _ID.fullmatch(written) else -1
