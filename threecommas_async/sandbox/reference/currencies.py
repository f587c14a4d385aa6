"""The currencies of the sandbox's exchanges and their prices, which stand still."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from attrs import frozen

from threecommas_async.sandbox.amounts import EXACT, rounded

_ICONS: Final = "https://app.3commas.io/sandbox/icons"


@frozen
class Currency:
    """A currency, under the names that the API has for it."""

    code: str
    name: str
    slug: str
    coinmarketcap_id: int
    usd_price: Decimal
    day_change_percent: Decimal

    @property
    def btc_price(self) -> Decimal:
        return rounded(EXACT.divide(self.usd_price, BTC_PRICE), 12).normalize(EXACT)

    @property
    def icon_url(self) -> str:
        return f"{_ICONS}/{self.coinmarketcap_id}.png"


BTC_PRICE: Final = Decimal("60319.62")
"""US dollars for a bitcoin: what the amounts of the vendor's example of a new account imply."""

_TABLE: Final = (
    Currency("BTC", "Bitcoin", "bitcoin", 1, BTC_PRICE, Decimal("-0.32")),
    Currency("ETH", "Ethereum", "ethereum", 1027, Decimal("2464.05"), Decimal("1.036")),
    Currency("BNB", "BNB", "bnb", 1839, Decimal("553.7"), Decimal("0.41")),
    Currency("USDT", "Tether USDt", "tether", 825, Decimal(1), Decimal("0.002")),
    Currency("USDC", "USDC", "usd-coin", 3408, Decimal(1), Decimal("-0.001")),
    Currency("DOGE", "Dogecoin", "dogecoin", 74, Decimal("0.1121"), Decimal("-2.094")),
    Currency("ADA", "Cardano", "cardano", 2010, Decimal("0.331"), Decimal("0.75")),
    Currency("FIL", "Filecoin", "filecoin", 2280, Decimal("2.841"), Decimal("-1.18")),
    Currency("ROSE", "Oasis", "oasis-network", 7653, Decimal("0.0342"), Decimal("2.19")),
    Currency("1INCH", "1inch Network", "1inch", 8104, Decimal("0.2145"), Decimal("-0.64")),
)

CURRENCIES: Final[Mapping[str, Currency]] = {currency.code: currency for currency in _TABLE}
"""Every currency under its code."""
