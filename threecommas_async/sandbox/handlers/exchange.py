"""The accounts group: what the exchange behind an account knows, and what was traded there."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime
from typing import Final

from threecommas_async.sandbox.amounts import plain, shortened
from threecommas_async.sandbox.answers import Refusal
from threecommas_async.sandbox.calls import Call
from threecommas_async.sandbox.handlers.lookup import account_of, ask_exchange, require_market
from threecommas_async.sandbox.history import Volume, volume
from threecommas_async.sandbox.markets import SHOWS_NETWORKS
from threecommas_async.sandbox.networks import COINS, deposit_address
from threecommas_async.sandbox.parameters import INVALID, MISSING, UNKNOWN_VALUE
from threecommas_async.sandbox.rates import leverages, pairs

_CLOSED: Final = '{"code"=>-9000, "msg"=>"Deposits for this network are currently closed"}'


def leverage_data(call: Call) -> object:
    """Show the leverages for a pair. 400: a pair that is missing, or that the account's market does not trade."""
    account = account_of(call)
    call.parameters.choice("pair", pairs(account.market), required=True)
    page = call.parameters.number("page", default=1, minimum=1)
    call.parameters.check()
    ask_exchange(account)
    return leverages(account.market) if page == 1 else []


def networks_info(call: Call) -> object:
    """Show the networks of a currency.

    400: the page's example misses ``currency`` and ``network``, which are no parameters of its table. So they may be
    left out here, but not be empty: ``?currency=&network=``. 403: an account of another market than Binance Spot,
    Binance US and OKX Spot.
    """
    account = account_of(call)
    require_market(account, SHOWS_NETWORKS, "account")
    given = call.parameters
    given.choice("purpose", ("deposit", "withdraw"))
    for name in ("currency", "network"):
        if given.is_sent_empty(name):
            given.refuse(name, MISSING)
    code = given.choice("currency", COINS)
    given.check()
    ask_exchange(account)
    return (COINS[code] if code is not None else next(iter(COINS.values()))).document()


def deposit_data(call: Call) -> object:
    """Show where to send a currency. The network may be named ``network`` or ``address_tag``: the docs do both.

    400: one of the two parameters is missing. 403: as for ``networks_info``. 422: a network that is closed, which BNB
    is for BTC.
    """
    account = account_of(call)
    require_market(account, SHOWS_NETWORKS, "account")
    given = call.parameters
    code = given.choice("currency", COINS, required=True)
    network_name = "address_tag" if "address_tag" in given and "network" not in given else "network"
    network_code = given.text(network_name, required=True)
    coin = None if code is None else COINS[code]
    network = None if coin is None or network_code is None else coin.network(network_code)
    if coin is not None and network_code is not None and network is None:
        given.refuse(network_name, UNKNOWN_VALUE)
    given.check()
    if coin is None or network is None:
        raise AssertionError("check() let a request without currency or network pass")
    ask_exchange(account)
    if not network.is_open:
        raise Refusal(422, "unknown_market_api_error", _CLOSED)
    held = account.holdings.balances.get(coin.code)
    amount = "0.0" if held is None else plain(held.amount)
    return {
        "address": deposit_address(account.id, coin, network),
        "address_tag": "",
        "available_balance": amount,
        "in_orders": "0.0",
        "total_balance": amount,
    }


def volume_daily(call: Call) -> object:
    """Tell what was traded on a day. 403: a key without ACCOUNTS_READ. 404: a day without data.

    Data begin 90 days before the account was connected, and end today.
    """
    account = account_of(call)
    today = call.now.astimezone(UTC).date()
    day = _date(call, "date", "%Y-%m-%d") or today
    call.parameters.check()
    traded = volume(connected=account.created_at, first=day, last=day, now=call.now)
    return {"utc_date": day.isoformat(), **_volume_document(traded, "date")}


def volume_monthly(call: Call) -> object:
    """Tell what was traded in a month. 403: a key without ACCOUNTS_READ. 404: a month without any day of data."""
    account = account_of(call)
    month = (_date(call, "month", "%Y-%m") or call.now.astimezone(UTC).date()).replace(day=1)
    call.parameters.check()
    end = month.replace(day=calendar.monthrange(month.year, month.month)[1])
    traded = volume(connected=account.created_at, first=month, last=end, now=call.now)
    return {"utc_month": f"{month:%Y-%m}", **_volume_document(traded, "month")}


def volume_total(call: Call) -> object:
    """Tell what was ever traded. 403: a key without ACCOUNTS_READ."""
    account = account_of(call)
    traded = volume(connected=account.created_at, first=date.min, last=date.max, now=call.now)
    return _volume_document(traded, "time")


def _volume_document(traded: Volume | None, what: str) -> dict[str, object]:
    if traded is None:
        raise Refusal(404, "Volume data not found", f"No data available for the requested {what}")
    return {"volume_btc": shortened(traded.btc), "volume_usd": plain(traded.usd)}


def _date(call: Call, name: str, form: str) -> date | None:
    text = call.parameters.text(name)
    if text is None:
        return None
    try:
        day = datetime.strptime(text, form).replace(tzinfo=UTC).date()
    except ValueError:
        day = None
    # strptime takes a single digit for a month or a day, too.
    if day is None or len(text) != len(f"{day:{form}}"):
        call.parameters.refuse(name, INVALID)
    return day
