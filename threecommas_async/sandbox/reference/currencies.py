"""The currencies of the sandbox's exchanges, and their worth: initially, and after a test has moved prices."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, final
from zlib import crc32

from attrs import frozen

from threecommas_async.sandbox.amounts import EXACT, rounded

_ICONS: Final = "https://app.3commas.io/sandbox/icons"


@frozen
class Currency:
    """A currency, with the names that the API uses for it."""

    code: str
    name: str
    slug: str
    coinmarketcap_id: int
    usd_price: Decimal
    day_change_percent: Decimal

    @property
    def icon_url(self) -> str:
        return f"{_ICONS}/{self.coinmarketcap_id}.png"


BTC_PRICE: Final = Decimal("60319.62")
"""US dollars for one bitcoin, as implied by the amounts of the vendor's example of a new account."""

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
"""Every currency by its code."""

DOLLARS: Final = ("USDT", "USDC")
"""The currencies that are always worth a dollar."""

_ONE: Final = Decimal(1)


def currency_of(code: str) -> Currency:
    """Return a currency; one that a test has added gets names made from its code, and is initially worth a dollar."""
    known = CURRENCIES.get(code)
    return known or Currency(code, code, code.lower(), crc32(code.encode()) % 100_000, _ONE, Decimal(0))


@final
class Worth:
    """What currencies are worth. A currency keeps its initial price until somebody moves it.

    A currency has one price for all accounts: that of its pair with a dollar currency that was set last, at any market.
    """

    def __init__(self) -> None:
        self._moved: Final[dict[str, Decimal]] = {}

    def knows(self, code: str) -> bool:
        return code in CURRENCIES or code in self._moved

    def has_moved(self, code: str) -> bool:
        """Tell whether the worth of a currency has changed. In bitcoin, it depends on two prices."""
        return code in self._moved or "BTC" in self._moved

    def usd_price(self, code: str) -> Decimal:
        moved = self._moved.get(code)
        return currency_of(code).usd_price if moved is None else moved

    def btc_price(self, code: str) -> Decimal:
        return rounded(EXACT.divide(self.usd_price(code), self.usd_price("BTC")), 12).normalize(EXACT)

    def in_btc(self, usd: Decimal) -> Decimal:
        """Convert an amount of dollars to bitcoin, with the 36 decimals of the API's statistics."""
        return rounded(EXACT.divide(usd, self.usd_price("BTC")), 36).normalize(EXACT)

    def follow(self, pair: str, price: Decimal) -> None:
        """Note the price of a pair."""
        quote, _, base = pair.partition("_")
        if base in DOLLARS or (base in CURRENCIES and quote not in DOLLARS):
            return
        self._moved[base] = EXACT.multiply(price, self.usd_price(quote))


AT_FIRST: Final = Worth()
"""The initial worth of all currencies."""
