"""Every endpoint that a sandbox serves: one row each. A new endpoint is a row here and a function in ``handlers``."""

from __future__ import annotations

from typing import Final

from threecommas_async.sandbox.answers import forbidden
from threecommas_async.sandbox.calls import Endpoint
from threecommas_async.sandbox.handlers import accounts, balances, exchange, market_data, users
from threecommas_async.sandbox.keys import Permission

_READ: Final = Permission.ACCOUNTS_READ
_WRITE: Final = Permission.ACCOUNTS_WRITE
_ACCOUNTS: Final = "/ver1/accounts"
_ACCOUNT: Final = "/ver1/accounts/{account_id}"

# The first row that fits answers: fixed paths stand before those with a placeholder.
ENDPOINTS: Final = (
    Endpoint("GET", "/ver1/validate", 200, users.validate),
    Endpoint("GET", "/ver1/ping", 200, users.ping, signed=False),
    Endpoint("GET", "/ver1/time", 200, users.time, signed=False),
    Endpoint("POST", "/ver1/users/change_mode", 201, users.change_mode, _WRITE),
    Endpoint("GET", f"{_ACCOUNTS}/market_list", 200, market_data.markets, signed=False),
    Endpoint("GET", f"{_ACCOUNTS}/market_pairs", 200, market_data.market_pairs, signed=False),
    Endpoint("GET", f"{_ACCOUNTS}/currency_rates", 200, market_data.currency_rates, signed=False),
    Endpoint(
        "GET",
        f"{_ACCOUNTS}/currency_rates_with_leverage_data",
        200,
        market_data.currency_rates_with_leverage_data,
        signed=False,
    ),
    Endpoint("GET", f"{_ACCOUNTS}/types_to_connect", 200, accounts.types_to_connect),
    Endpoint("POST", f"{_ACCOUNTS}/new", 201, accounts.create, _WRITE),
    Endpoint("POST", f"{_ACCOUNTS}/update", 201, accounts.update, _WRITE),
    Endpoint("GET", _ACCOUNTS, 200, accounts.list_accounts, _READ),
    Endpoint("GET", _ACCOUNT, 201, accounts.get, _READ),
    Endpoint("GET", f"{_ACCOUNT}/active_trading_entities", 200, accounts.active_trading_entities, _READ),
    Endpoint("POST", f"{_ACCOUNT}/rename", 201, accounts.rename, _WRITE),
    Endpoint("POST", f"{_ACCOUNT}/remove", 201, accounts.remove, _WRITE),
    Endpoint("GET", f"{_ACCOUNT}/balance_chart_data", 200, balances.balance_chart, _READ),
    Endpoint("POST", f"{_ACCOUNT}/load_balances", 201, balances.load_balances, _READ),
    Endpoint("POST", f"{_ACCOUNT}/sell_all_to_btc", 201, balances.sell_all_to_btc, _WRITE),
    Endpoint("POST", f"{_ACCOUNT}/sell_all_to_usd", 201, balances.sell_all_to_usd, _WRITE),
    Endpoint("POST", f"{_ACCOUNT}/pie_chart_data", 201, balances.pie_chart, _READ),
    Endpoint("POST", f"{_ACCOUNT}/account_table_data", 201, balances.account_table, _READ),
    Endpoint("POST", f"{_ACCOUNT}/convert_dust_to_bnb", 201, balances.convert_dust_to_bnb, _WRITE),
    Endpoint("GET", f"{_ACCOUNT}/leverage_data", 200, exchange.leverage_data, _READ),
    # So the page has it since February 2025; every page before it, and every client, says GET.
    Endpoint("POST", f"{_ACCOUNT}/leverage_data", 201, exchange.leverage_data, _READ),
    Endpoint("GET", f"{_ACCOUNT}/networks_info", 200, exchange.networks_info, _READ),
    Endpoint("GET", f"{_ACCOUNT}/deposit_data", 200, exchange.deposit_data, _READ),
    Endpoint("GET", f"{_ACCOUNT}/volume/daily", 200, exchange.volume_daily, _READ, denied=forbidden),
    Endpoint("GET", f"{_ACCOUNT}/volume/monthly", 200, exchange.volume_monthly, _READ, denied=forbidden),
    Endpoint("GET", f"{_ACCOUNT}/volume/total", 200, exchange.volume_total, _READ, denied=forbidden),
)
