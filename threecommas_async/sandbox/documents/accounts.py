"""The account entity, in the three sets of fields in which the API returns it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from threecommas_async.sandbox.documents.writing import digits, iso_time, shortened, with_exponent
from threecommas_async.sandbox.state.account import ActiveEntities, ExchangeAccount
from threecommas_async.sandbox.state.holdings import Holdings

# The vendor's examples of new accounts lack these fields; those of listed and of changed accounts lack the last one.
_NOT_IN_NEW: Final = ("smart_selling_supported", "available_for_trading", "auto_balance_portfolio")
_NOT_IN_LIST: Final = _NOT_IN_NEW[-1:]


def account_document(account: ExchangeAccount) -> dict[str, object]:
    """Return an account as account info shows it."""
    amounts = _amounts(account.holdings)
    return {
        "id": account.id,
        "auto_balance_period": 12,
        "auto_balance_portfolio_id": None,
        "auto_balance_portfolio": None,
        "auto_balance_currency_change_limit": None,
        "autobalance_enabled": False,
        "hedge_mode_available": account.market.trades == "futures",
        "hedge_mode_enabled": False,
        "is_locked": False,
        "smart_trading_supported": True,
        "smart_selling_supported": True,
        "available_for_trading": {},
        "stats_supported": True,
        "trading_supported": True,
        "market_buy_supported": True,
        "market_sell_supported": True,
        "conditional_buy_supported": True,
        "bots_allowed": True,
        "bots_ttp_allowed": False,
        "bots_tsl_allowed": True,
        "gordon_bots_available": True,
        "multi_bots_allowed": True,
        "created_at": iso_time(account.created_at),
        "updated_at": iso_time(account.updated_at),
        "last_auto_balance": None,
        "fast_convert_available": True,
        "grid_bots_allowed": True,
        "api_key": account.api_key,
        "api_key_invalid": account.keys_refused,
        "market_icon": account.market.icon_url,
        "deposit_enabled": True,
        "include_in_summary": account.include_in_summary,
        "supported_market_types": [account.market.trades],
        **_in_display_currency(amounts),
        "available_include_in_summary": True,
        "name": account.name,
        "auto_balance_method": None,
        "auto_balance_error": None,
        "customer_id": account.customer_id,
        "subaccount_name": None,
        "lock_reason": None,
        **amounts,
        "pretty_display_type": account.market.display_type,
        "exchange_name": account.market.exchange_name,
        "market_code": account.market.code,
        "api_keys_state": account.keys_state,
        **({"address": account.address} if account.market.is_wallet else {}),
    }


def listed_account_document(account: ExchangeAccount) -> dict[str, object]:
    """Return an account as in the list and in the responses to changes."""
    return _without(account_document(account), _NOT_IN_LIST)


def new_account_document(account: ExchangeAccount) -> dict[str, object]:
    """Return an account as in the response to its creation."""
    return _without(account_document(account), _NOT_IN_NEW)


def active_entities_document(active: ActiveEntities) -> dict[str, object]:
    counts = {
        "active_bots_count": active.bots,
        "active_deals_count": active.deals,
        "active_smart_trades_count": active.smart_trades,
        "active_orders_count": active.orders,
        "active_grid_bots_count": active.grid_bots,
    }
    return {"data": counts}


def _without(document: Mapping[str, object], names: Iterable[str]) -> dict[str, object]:
    return {name: value for name, value in document.items() if name not in names}


def _amounts(held: Holdings) -> dict[str, str]:
    profits = held.profits
    return {
        "btc_amount": digits(held.btc_amount),
        "usd_amount": digits(held.usd_amount),
        "day_profit_btc": digits(profits.day_btc),
        "day_profit_usd": digits(profits.day_usd),
        "day_profit_btc_percentage": shortened(profits.day_btc_percentage),
        "day_profit_usd_percentage": shortened(profits.day_usd_percentage),
        "btc_profit": digits(profits.btc),
        "usd_profit": digits(profits.usd),
        "usd_profit_percentage": shortened(profits.usd_percentage),
        "btc_profit_percentage": shortened(profits.btc_percentage),
        "total_btc_profit": with_exponent(profits.total_btc),
        "total_usd_profit": with_exponent(profits.total_usd),
    }


def _in_display_currency(amounts: Mapping[str, str]) -> dict[str, object]:
    def money(amount: object) -> dict[str, object]:
        return {"currency": "USD", "amount": amount}

    return {
        "primary_display_currency_profit_percentage": money(amounts["usd_profit_percentage"]),
        "primary_display_currency_profit": money(amounts["usd_profit"]),
        "day_profit_primary_display_currency_percentage": money(amounts["day_profit_usd_percentage"]),
        "day_profit_primary_display_currency": money(amounts["day_profit_usd"]),
        "primary_display_currency_amount": money(amounts["usd_amount"]),
        # A bare number here, and only here, in all of the vendor's examples.
        "total_primary_display_currency_profit": money(msgspec.Raw(amounts["total_usd_profit"].encode())),
    }
