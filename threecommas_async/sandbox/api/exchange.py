"""The accounts group: what the exchange behind an account knows, and what was traded there."""

from __future__ import annotations

import calendar
from datetime import UTC, date
from typing import Final

from attrs import frozen

from threecommas_async.sandbox.api.lookup import account_of, ask_exchange, require_market
from threecommas_async.sandbox.documents.history import volume_document
from threecommas_async.sandbox.documents.networks import coin_document, deposit_document
from threecommas_async.sandbox.documents.rates import leverage_documents
from threecommas_async.sandbox.http.forms import Draft, Form, optional, required
from threecommas_async.sandbox.http.readers import choice, day, member, text, whole_number
from threecommas_async.sandbox.http.refusals import Refusal, forbidden
from threecommas_async.sandbox.http.requests import Endpoint, HandledRequest
from threecommas_async.sandbox.reference.history import TradedVolume, traded_volume
from threecommas_async.sandbox.reference.markets import SHOWS_NETWORKS
from threecommas_async.sandbox.reference.networks import COINS, Coin
from threecommas_async.sandbox.state.keys import Permission

_CLOSED: Final = '{"code"=>-9000, "msg"=>"Deposits for this network are currently closed"}'


def _networks_of_coin(draft: Draft) -> list[str] | None:
    coin = draft.value("currency", Coin)
    return None if coin is None else [network.code for network in coin.networks]


@frozen
class LeveragesOf:
    """What is traded on the account whose leverages are asked for."""

    pairs: list[str]


class LeveragesToShow(Form):
    pair: str = required(choice(lambda draft: draft.about(LeveragesOf).pairs))
    page: int = optional(whole_number(minimum=1), default=1)


class NetworksToShow(Form):
    """The page's example misses ``currency`` and ``network``, which are not parameters of its table.

    So they may be left out here, but not be empty: ``?currency=&network=``.
    """

    purpose: str | None = optional(choice(("deposit", "withdraw")))
    currency: Coin | None = optional(member(COINS), may_be_blank=False)
    network: str | None = optional(text(), may_be_blank=False)


class DepositToMake(Form):
    """The docs call the network both ``network`` and ``address_tag``."""

    currency: Coin = required(member(COINS))
    network: str = required(choice(_networks_of_coin), also_named="address_tag")


class DayToSum(Form):
    wanted: date | None = optional(day("%Y-%m-%d"), name="date")


class MonthToSum(Form):
    month: date | None = optional(day("%Y-%m"))


def leverage_data(request: HandledRequest) -> object:
    """Show the leverages for a pair. 400: a pair that is missing, or that the account's market does not trade."""
    account = account_of(request)
    form = request.read(LeveragesToShow, about=LeveragesOf(request.platform.trading.pairs_of(account.market)))
    ask_exchange(account)
    return leverage_documents(account.market) if form.page == 1 else []


def networks_info(request: HandledRequest) -> object:
    """Show the networks of a currency.

    400: an empty ``currency`` or ``network``. 403: an account of another market than Binance Spot, Binance US and OKX
    Spot.
    """
    account = account_of(request)
    require_market(account, SHOWS_NETWORKS, "account")
    form = request.read(NetworksToShow)
    ask_exchange(account)
    return coin_document(form.currency or next(iter(COINS.values())))


def deposit_data(request: HandledRequest) -> object:
    """Show where to send a currency.

    400: one of the two parameters is missing. 403: as for ``networks_info``. 422: a network that is closed, which BNB
    is for BTC.
    """
    account = account_of(request)
    require_market(account, SHOWS_NETWORKS, "account")
    form = request.read(DepositToMake)
    network = next(one for one in form.currency.networks if one.code == form.network)
    ask_exchange(account)
    if not network.is_open:
        raise Refusal(422, "unknown_market_api_error", _CLOSED)
    return deposit_document(account, form.currency, network)


def volume_daily(request: HandledRequest) -> object:
    """Tell what was traded on a day. 403: a key without ACCOUNTS_READ. 404: a day without data.

    Data begin 90 days before the account was connected, and end today.
    """
    account = account_of(request)
    wanted = request.read(DayToSum).wanted or request.now.astimezone(UTC).date()
    traded = traded_volume(connected=account.created_at, first=wanted, last=wanted, now=request.now)
    return {"utc_date": wanted.isoformat(), **_volume(traded, "date")}


def volume_monthly(request: HandledRequest) -> object:
    """Tell what was traded in a month. 403: a key without ACCOUNTS_READ. 404: a month without any day of data."""
    account = account_of(request)
    month = (request.read(MonthToSum).month or request.now.astimezone(UTC).date()).replace(day=1)
    end = month.replace(day=calendar.monthrange(month.year, month.month)[1])
    traded = traded_volume(connected=account.created_at, first=month, last=end, now=request.now)
    return {"utc_month": f"{month:%Y-%m}", **_volume(traded, "month")}


def volume_total(request: HandledRequest) -> object:
    """Tell what was ever traded. 403: a key without ACCOUNTS_READ."""
    account = account_of(request)
    traded = traded_volume(connected=account.created_at, first=date.min, last=date.max, now=request.now)
    return _volume(traded, "time")


def _volume(traded: TradedVolume | None, what: str) -> dict[str, object]:
    if traded is None:
        raise Refusal(404, "Volume data not found", f"No data available for the requested {what}")
    return volume_document(traded)


_READ: Final = Permission.ACCOUNTS_READ
_ACCOUNT: Final = "/ver1/accounts/{account_id}"

ENDPOINTS: Final = (
    Endpoint("GET", f"{_ACCOUNT}/leverage_data", 200, leverage_data, _READ),
    # So the page has it since February 2025; every page before it, and every client, says GET.
    Endpoint("POST", f"{_ACCOUNT}/leverage_data", 201, leverage_data, _READ),
    Endpoint("GET", f"{_ACCOUNT}/networks_info", 200, networks_info, _READ),
    Endpoint("GET", f"{_ACCOUNT}/deposit_data", 200, deposit_data, _READ),
    Endpoint("GET", f"{_ACCOUNT}/volume/daily", 200, volume_daily, _READ, denied=forbidden),
    Endpoint("GET", f"{_ACCOUNT}/volume/monthly", 200, volume_monthly, _READ, denied=forbidden),
    Endpoint("GET", f"{_ACCOUNT}/volume/total", 200, volume_total, _READ, denied=forbidden),
)
