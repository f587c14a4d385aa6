"""The accounts group: what an account holds, held, and turns into something else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from attrs import evolve

from threecommas_async.sandbox.amounts import (
    EXACT,
    number,
    plain,
    product,
    rounded,
    rounded_down,
    share,
    shortened,
    total,
)
from threecommas_async.sandbox.answers import Refusal
from threecommas_async.sandbox.calls import Call
from threecommas_async.sandbox.currencies import CURRENCIES
from threecommas_async.sandbox.exchange_account import NOTHING_ACTIVE, ExchangeAccount
from threecommas_async.sandbox.handlers.lookup import account_of, account_or_summary, ask_exchange, require_market
from threecommas_async.sandbox.history import balance_points
from threecommas_async.sandbox.holdings import Balance
from threecommas_async.sandbox.markets import CAN_SELL_ALL, CONVERTS_DUST
from threecommas_async.sandbox.parameters import INVALID, MISSING, UNKNOWN_VALUE

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)
_MILLISECOND: Final = timedelta(milliseconds=1)
_SHORTEST_MILLISECONDS: Final = 12
_DUST_BELOW_BTC: Final = Decimal("0.001")
_DUST_EVERY: Final = timedelta(hours=6)
_DUST_CHARGE: Final = Decimal("0.02")
_ZERO: Final = Decimal("0.0")


def load_balances(call: Call) -> object:
    """Look at the exchange again. 422: ``sandbox.accounts.set_keys_valid(id, False)``."""
    account = evolve(ask_exchange(account_of(call)), updated_at=call.now)
    return call.state.accounts.keep(account).list_document()


def sell_all_to_btc(call: Call) -> object:
    """Turn everything into BTC and stop whatever is active. 403: a market without this call, such as futures."""
    return _sell_all(call, "BTC")


def sell_all_to_usd(call: Call) -> object:
    """Turn everything into USDT and stop whatever is active. 401: a wrong signature. 403: as for BTC."""
    return _sell_all(call, "USDT")


def balance_chart(call: Call) -> object:
    """Tell what an account was worth each day, from 90 days before it was connected until now.

    400: a ``date_from`` that is no ISO 8601 time; 500, as recorded, if it is one in milliseconds.
    """
    account = account_or_summary(call)
    start = _moment(call, "date_from", required=True)
    end = _moment(call, "date_to") or call.now
    call.parameters.check()
    if start is None:
        raise AssertionError("check() let a request without date_from pass")
    held = account.holdings
    points = balance_points(
        held.btc_amount, held.usd_amount, connected=account.created_at, start=start, end=end, now=call.now
    )
    return [
        {
            "date": (point.moment - _EPOCH) // _SECOND,
            "usd": number(point.usd),
            "btc": number(point.btc),
            "btc_deposit_amount": number(_ZERO),
            "usd_deposit_amount": number(_ZERO),
        }
        for point in points
    ]


def pie_chart(call: Call) -> object:
    account = account_or_summary(call)
    whole = account.holdings.usd_amount
    by_value = sorted(account.holdings.balances.items(), key=lambda item: item[1].usd_value, reverse=True)
    return [
        {
            "code": code,
            "coinmarketcapid": str(CURRENCIES[code].coinmarketcap_id),
            "name": f"{CURRENCIES[code].name} ({code})",
            "y": number(rounded(share(balance.usd_value, whole), 2)),
            "percentage": number(rounded(share(balance.usd_value, whole), 2)),
            "amount": number(balance.amount),
            "btc_value": shortened(rounded(balance.btc_value, 8)),
            "usd_value": shortened(rounded(balance.usd_value, 2)),
            "primary_display_currency": {"currency": "USD", "amount": plain(balance.usd_value)},
            "account_id": account.id,
        }
        for code, balance in by_value
    ]


def account_table(call: Call) -> object:
    account = account_or_summary(call)
    whole = account.holdings.usd_amount
    return [_table_row(account, code, balance, whole) for code, balance in account.holdings.balances.items()]


def convert_dust_to_bnb(call: Call) -> object:
    """Turn balances that are worth less than 0.001 BTC into BNB, for a charge of 2 %.

    400: ``codes`` that are no list, an empty one, or name what is not held or is worth more. 403: an account that is
    not of the type ``binance``. 422: a second time within 6 hours.
    """
    account = account_of(call)
    require_market(account, CONVERTS_DUST, "account type")
    codes = call.parameters.words("codes", [code for code in CURRENCIES if code != "BNB"])
    if "codes" in call.parameters and not codes:
        call.parameters.refuse("codes", INVALID)
    call.parameters.check()
    ask_exchange(account)
    if account.dust_converted_at is not None and call.now - account.dust_converted_at < _DUST_EVERY:
        raise Refusal(422, "bnb_dust_limit_error", "Small balances can be converted only once every 6h")
    held = account.holdings.balances
    dust = [code for code, balance in held.items() if code != "BNB" and balance.btc_value < _DUST_BELOW_BTC]
    if not dust or not set(codes) <= set(dust):
        call.parameters.refuse("codes", UNKNOWN_VALUE)
    call.parameters.check()

    balances = dict(held)
    results: list[tuple[Decimal, Decimal, dict[str, object]]] = []
    for code in codes or dust:
        gone = balances.pop(code)
        transferred = rounded_down(EXACT.divide(gone.usd_value, CURRENCIES["BNB"].usd_price), 8)
        charge = rounded_down(product(transferred, _DUST_CHARGE), 8)
        got = Balance.of("BNB", EXACT.subtract(transferred, charge))
        balances["BNB"] = balances["BNB"].plus(got) if "BNB" in balances else got
        result: dict[str, object] = {
            "tranId": next(call.state.transfer_ids),
            "fromAsset": code,
            "amount": plain(gone.amount),
            "transferedAmount": plain(transferred),
            "serviceChargeAmount": plain(charge),
            "operateTime": (call.now - _EPOCH) // _MILLISECOND,
        }
        results.append((transferred, charge, result))
    call.state.accounts.keep(
        evolve(
            account,
            holdings=evolve(account.holdings, balances=balances),
            dust_converted_at=call.now,
            updated_at=call.now,
        )
    )
    return {
        "totalTransfered": plain(total(transferred for transferred, _, _ in results)),
        "totalServiceCharge": plain(total(charge for _, charge, _ in results)),
        "transferResult": [result for _, _, result in results],
    }


def _sell_all(call: Call, code: str) -> object:
    account = account_of(call)
    require_market(account, CAN_SELL_ALL, "account")
    ask_exchange(account)
    sold = account.holdings.sold_for(code)
    changed = evolve(account, holdings=sold, active=NOTHING_ACTIVE, updated_at=call.now)
    return call.state.accounts.keep(changed).list_document()


def _table_row(account: ExchangeAccount, code: str, balance: Balance, whole: Decimal) -> dict[str, object]:
    currency = CURRENCIES[code]
    change = number(currency.day_change_percent)
    return {
        "currency_code": code,
        "currency_name": currency.name,
        "currency_icon": currency.icon_url,
        "currency_slug": currency.slug,
        "percentage": number(share(balance.usd_value, whole)),
        "position": number(balance.amount),
        "position_available": number(balance.amount),
        "position_type": 0,
        "borrowed": 0,
        "on_orders": 0,
        "on_orders_with_leverage": 0,
        "on_orders_long": 0,
        "on_orders_short": 0,
        "equity": number(balance.amount),
        "current_price": number(currency.btc_price),
        "current_price_usd": number(currency.usd_price),
        "day_change_percent": change,
        "day_change_percent_btc": change,
        "day_change_percent_usd": change,
        "btc_value": number(balance.btc_value),
        "usd_value": number(balance.usd_value),
        "available_long": 0,
        "available_short": 0,
        "available_with_leverage_long": 0,
        "available_with_leverage_short": 0,
        "account_id": account.id,
        "is_wallet": account.market.is_wallet,
    }


def _moment(call: Call, name: str, *, required: bool = False) -> datetime | None:
    text = call.parameters.text(name)
    if text is None:
        if required:
            call.parameters.refuse(name, MISSING)
        return None
    if text.isdecimal() and len(text) >= _SHORTEST_MILLISECONDS:
        raise Refusal(500, "unknown_error", "Unknown error occurred")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        call.parameters.refuse(name, INVALID)
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
