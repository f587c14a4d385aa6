"""Markets, pairs and rates."""

from __future__ import annotations

from typing import Final

from tests.endpoints.rows import Row
from threecommas_async.models import CurrencyRates, CurrencyRatesWithLeverage, Market

ROWS: Final = (
    Row(
        "market_data.markets",
        "GET /ver1/accounts/market_list",
        Market,
        lambda c: c.market_data.markets(),
    ),
    Row(
        "market_data.pairs",
        "GET /ver1/accounts/market_pairs",
        None,
        lambda c: c.market_data.pairs("binance_us"),
    ),
    Row(
        "market_data.rates",
        "GET /ver1/accounts/currency_rates",
        CurrencyRates,
        lambda c: c.market_data.rates(market_code="binance", pair="BTC_ETH"),
        lambda c: c.market_data.rates(market_code="binance", pair="BTC_ETH", limit_type="bot"),
    ),
    Row(
        "market_data.rates_with_leverage",
        "GET /ver1/accounts/currency_rates_with_leverage_data",
        CurrencyRatesWithLeverage,
        lambda c: c.market_data.rates_with_leverage(market_code="binance_futures_eea", pair="BNFCR_1INCHUSDT"),
    ),
)
