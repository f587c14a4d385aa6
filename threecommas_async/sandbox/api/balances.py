"""The accounts group: what an account holds, held, and turns into something else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from attrs import evolve

from threecommas_async.sandbox.api.lookup import (
    account_of,
    account_or_summary,
    account_with_id,
    ask_exchange,
    require_market,
)
from threecommas_async.sandbox.api.reading import moment_but_no_milliseconds
from threecommas_async.sandbox.documents.accounts import listed_account_document
from threecommas_async.sandbox.documents.balances import (
    account_table_documents,
    dust_document,
    pie_chart_documents,
)
from threecommas_async.sandbox.documents.history import snapshot_document
from threecommas_async.sandbox.http.forms import UNKNOWN_VALUE, Form, optional, required
from threecommas_async.sandbox.http.readers import words
from threecommas_async.sandbox.http.refusals import Refusal, invalid
from threecommas_async.sandbox.http.requests import Endpoint, HandledRequest
from threecommas_async.sandbox.reference.currencies import CURRENCIES
from threecommas_async.sandbox.reference.history import balance_history
from threecommas_async.sandbox.reference.markets import CAN_SELL_ALL, CONVERTS_DUST
from threecommas_async.sandbox.state.keys import Permission

_DUST_EVERY: Final = timedelta(hours=6)


class ChartedTime(Form):
    date_from: datetime = required(moment_but_no_milliseconds())
    date_to: datetime | None = optional(moment_but_no_milliseconds())


class DustToConvert(Form):
    codes: list[str] = optional(words(lambda _: CURRENCIES.keys() - {"BNB"}, minimum=1), default=[])


def load_balances(request: HandledRequest) -> object:
    """Look at the exchange again. 422: ``sandbox.accounts.set_keys_valid(id, False)``."""
    account = evolve(ask_exchange(account_of(request)), updated_at=request.now)
    return listed_account_document(request.platform.accounts.keep(account))


def sell_all_to_btc(request: HandledRequest) -> object:
    """Turn everything into BTC and stop whatever is active. 403: a market without this call, such as futures."""
    return _sell_all(request, "BTC")


def sell_all_to_usd(request: HandledRequest) -> object:
    """Turn everything into USDT and stop whatever is active. 401: a wrong signature. 403: as for BTC."""
    return _sell_all(request, "USDT")


def balance_chart(request: HandledRequest) -> object:
    """Tell what an account was worth each day, from 90 days before it was connected until now.

    400: a ``date_from`` that is not an ISO 8601 time; 500, as recorded, if it is one in milliseconds.
    """
    account = account_or_summary(request)
    form = request.read(ChartedTime)
    held = account.holdings
    snapshots = balance_history(
        held.btc_amount,
        held.usd_amount,
        connected=account.created_at,
        start=form.date_from,
        end=form.date_to or request.now,
        now=request.now,
    )
    return [snapshot_document(snapshot) for snapshot in snapshots]


def pie_chart(request: HandledRequest) -> object:
    return pie_chart_documents(account_or_summary(request))


def account_table(request: HandledRequest) -> object:
    return account_table_documents(account_or_summary(request), request.platform.trading.worth)


def convert_dust_to_bnb(request: HandledRequest) -> object:
    """Turn balances that are worth less than 0.001 BTC into BNB, for a charge of 2 %.

    400: ``codes`` that are not a list, an empty one, or name what is not held or is worth more. 403: an account that is
    not of the type ``binance``. 422: a second time within 6 hours.
    """
    account = account_of(request)
    require_market(account, CONVERTS_DUST, "account type")
    codes = request.read(DustToConvert).codes
    ask_exchange(account)
    if account.dust_converted_at is not None and request.now - account.dust_converted_at < _DUST_EVERY:
        raise Refusal(422, "bnb_dust_limit_error", "Small balances can be converted only once every 6h")
    dust = account.holdings.dust
    if not dust or not set(codes) <= set(dust):
        raise invalid({"codes": [UNKNOWN_VALUE]})
    accounts, worth = request.platform.accounts, request.platform.trading.worth
    holdings, converted = account.holdings.converted_to_bnb(codes or dust, worth)
    accounts.hold(account.id, holdings)
    accounts.keep(evolve(account, dust_converted_at=request.now, updated_at=request.now))
    numbered = [(next(request.platform.transfer_ids), one) for one in converted]
    return dust_document(numbered, request.now)


def _sell_all(request: HandledRequest, code: str) -> object:
    account = account_of(request)
    require_market(account, CAN_SELL_ALL, "account")
    ask_exchange(account)
    accounts = request.platform.accounts
    accounts.stop_everything(account.id)
    accounts.hold(account.id, account_with_id(request, account.id).holdings.sold_for(code))
    return listed_account_document(accounts.keep(evolve(account, updated_at=request.now)))


_READ: Final = Permission.ACCOUNTS_READ
_WRITE: Final = Permission.ACCOUNTS_WRITE
_ACCOUNT: Final = "/ver1/accounts/{account_id}"

ENDPOINTS: Final = (
    Endpoint("GET", f"{_ACCOUNT}/balance_chart_data", 200, balance_chart, _READ),
    Endpoint("POST", f"{_ACCOUNT}/load_balances", 201, load_balances, _READ),
    Endpoint("POST", f"{_ACCOUNT}/sell_all_to_btc", 201, sell_all_to_btc, _WRITE),
    Endpoint("POST", f"{_ACCOUNT}/sell_all_to_usd", 201, sell_all_to_usd, _WRITE),
    Endpoint("POST", f"{_ACCOUNT}/pie_chart_data", 201, pie_chart, _READ),
    Endpoint("POST", f"{_ACCOUNT}/account_table_data", 201, account_table, _READ),
    Endpoint("POST", f"{_ACCOUNT}/convert_dust_to_bnb", 201, convert_dust_to_bnb, _WRITE),
)
