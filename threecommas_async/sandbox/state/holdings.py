"""What an account holds, and its worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

from attrs import evolve, field, frozen

from threecommas_async.sandbox.amounts import EXACT, like_a_double, product, rounded, rounded_down, share, total
from threecommas_async.sandbox.reference.currencies import AT_FIRST, Worth
from threecommas_async.sandbox.reference.history import btc_change_since, usd_change_since
from threecommas_async.sandbox.reference.markets import ListedMarket

_DUST_BELOW_BTC: Final = Decimal("0.001")
_DUST_CHARGE: Final = Decimal("0.02")
_ZERO: Final = Decimal(0)


@frozen
class Balance:
    """The amount of one currency, and its value."""

    amount: Decimal
    btc_value: Decimal
    usd_value: Decimal

    @classmethod
    def of(cls, code: str, amount: Decimal, worth: Worth = AT_FIRST) -> Balance:
        """Return a balance of a currency, valued at ``worth``."""
        return cls(amount, product(amount, worth.btc_price(code)), product(amount, worth.usd_price(code)))

    def plus(self, other: Balance) -> Balance:
        return Balance(
            EXACT.add(self.amount, other.amount),
            EXACT.add(self.btc_value, other.btc_value),
            EXACT.add(self.usd_value, other.usd_value),
        )


@frozen
class Profits:
    """The profits of an account, of a day and in total."""

    day_btc: Decimal
    day_usd: Decimal
    day_btc_percentage: Decimal
    day_usd_percentage: Decimal
    btc: Decimal
    usd: Decimal
    btc_percentage: Decimal
    usd_percentage: Decimal
    total_btc: Decimal
    total_usd: Decimal

    @classmethod
    def of(cls, day_btc: Decimal, day_usd: Decimal, btc: Decimal, usd: Decimal, held: Holdings) -> Profits:
        """Return the profits of an account that now holds ``held``."""
        return cls(
            day_btc,
            day_usd,
            _growth(day_btc, held.btc_amount),
            _growth(day_usd, held.usd_amount),
            btc,
            usd,
            _growth(btc, held.btc_amount),
            _growth(usd, held.usd_amount),
            like_a_double(btc),
            like_a_double(usd),
        )


@frozen
class ConvertedDust:
    """A balance that was converted to BNB."""

    code: str
    amount: Decimal
    transferred: Decimal
    """The amount of BNB before the fee."""
    charge: Decimal


NO_PROFITS: Final = Profits(*[_ZERO] * 10)


@frozen
class Holdings:
    """The balances and profits of an account."""

    balances: Mapping[str, Balance]
    """By currency."""
    profits: Profits = field(default=NO_PROFITS, repr=False)

    @classmethod
    def of(cls, amounts: Mapping[str, Decimal], now: datetime, worth: Worth = AT_FIRST) -> Holdings:
        """Return holdings of these amounts, with the profits that follow from the account's made-up history.

        The profits of a month also stand for the whole time.
        """
        held = cls({code: Balance.of(code, amount, worth) for code, amount in amounts.items()})
        btc, usd = held.btc_amount, held.usd_amount
        profits = Profits.of(
            btc_change_since(1, btc, now),
            usd_change_since(1, usd, now),
            btc_change_since(30, btc, now),
            usd_change_since(30, usd, now),
            held,
        )
        return evolve(held, profits=profits)

    @classmethod
    def usual(cls, market: ListedMarket, now: datetime) -> Holdings:
        """Return plausible holdings of a new account at a market."""
        codes = ["BTC", "ETH", "USDT"]
        if market.is_wallet:
            codes = ["ETH"]
        elif market.trades == "futures":
            codes = ["BTC" if market.margin == "coin" else "USDT"]
        return cls.of({code: _USUAL[code] for code in codes}, now)

    @classmethod
    def summed(cls, parts: Iterable[Holdings]) -> Holdings:
        """Return the sum of the holdings of several accounts."""
        balances: dict[str, Balance] = {}
        profits: list[Profits] = []
        for part in parts:
            for code, balance in part.balances.items():
                balances[code] = balances[code].plus(balance) if code in balances else balance
            profits.append(part.profits)
        held = cls(balances)
        together = Profits.of(
            total(one.day_btc for one in profits),
            total(one.day_usd for one in profits),
            total(one.btc for one in profits),
            total(one.usd for one in profits),
            held,
        )
        # The sum of the totals, which are rounded: it is what a caller who adds up the accounts will find.
        together = evolve(
            together,
            total_btc=total(one.total_btc for one in profits),
            total_usd=total(one.total_usd for one in profits),
        )
        return evolve(held, profits=together)

    def now(self, amounts: Mapping[str, Decimal], worth: Worth) -> Holdings:
        """Return the holdings with these amounts, at present prices; the profits stay as they are.

        A balance whose amount and price have not changed keeps its value to the digit.
        """
        balances: dict[str, Balance] = {}
        for code in dict.fromkeys((*self.balances, *amounts)):
            known, amount = self.balances.get(code), amounts.get(code, _ZERO)
            if known is not None and known.amount == amount and not worth.has_moved(code):
                balances[code] = known
            elif known is not None or amount:
                balances[code] = Balance.of(code, amount, worth)
        return evolve(self, balances=balances)

    @property
    def amounts(self) -> dict[str, Decimal]:
        return {code: balance.amount for code, balance in self.balances.items()}

    @property
    def btc_amount(self) -> Decimal:
        return total(balance.btc_value for balance in self.balances.values())

    @property
    def usd_amount(self) -> Decimal:
        return total(balance.usd_value for balance in self.balances.values())

    @property
    def dust(self) -> list[str]:
        """The currencies whose balances are small enough to be converted to BNB."""
        return [
            code for code, balance in self.balances.items() if code != "BNB" and balance.btc_value < _DUST_BELOW_BTC
        ]

    def sold_for(self, code: str) -> Holdings:
        """Return holdings of the same value in a single currency: bitcoin, or one that is worth a dollar."""
        btc, usd = self.btc_amount, self.usd_amount
        return evolve(self, balances={code: Balance(btc if code == "BTC" else usd, btc, usd)})

    def converted_to_bnb(self, codes: Iterable[str], worth: Worth = AT_FIRST) -> tuple[Holdings, list[ConvertedDust]]:
        """Return the holdings after these currencies were converted to BNB, and the conversions."""
        balances = dict(self.balances)
        converted: list[ConvertedDust] = []
        for code in codes:
            gone = balances.pop(code)
            transferred = rounded_down(EXACT.divide(gone.usd_value, worth.usd_price("BNB")), 8)
            charge = rounded_down(product(transferred, _DUST_CHARGE), 8)
            got = Balance.of("BNB", EXACT.subtract(transferred, charge), worth)
            balances["BNB"] = balances["BNB"].plus(got) if "BNB" in balances else got
            converted.append(ConvertedDust(code, gone.amount, transferred, charge))
        return evolve(self, balances=balances), converted


def _growth(profit: Decimal, now: Decimal) -> Decimal:
    """Return a profit as a percentage of the worth before it."""
    return rounded(share(profit, EXACT.subtract(now, profit)), 2) or _ZERO


_USUAL: Final[Mapping[str, Decimal]] = {
    "BTC": Decimal("0.15283"),
    "ETH": Decimal("2.4107"),
    "USDT": Decimal("3204.51"),
}

# The amounts of the vendor's example of a new account, with digits that a client must be able to read.
_BTC_PROFIT: Final = Decimal("0.0000000000000000000000001579586071525673247181448663178")
_USD_PROFIT: Final = Decimal("-0.00000000000000000010999999999999999999993138892165683112")
_BTC_AMOUNT: Final = Decimal("0.0000000080232449796548201579586071525673247181448663178")
_USD_AMOUNT: Final = Decimal("0.00048395892787478689000000000000000000006861107834316888")
_SOME_BTC: Final = Balance.of("BTC", Decimal("0.000000007"))
_SOME_ETH: Final = Balance.of("ETH", Decimal("0.000000005"))
_WORTH_THE_REST: Final = Balance(
    EXACT.subtract(_USD_AMOUNT, total([_SOME_BTC.usd_value, _SOME_ETH.usd_value])),
    EXACT.subtract(_BTC_AMOUNT, total([_SOME_BTC.btc_value, _SOME_ETH.btc_value])),
    EXACT.subtract(_USD_AMOUNT, total([_SOME_BTC.usd_value, _SOME_ETH.usd_value])),
)

VENDOR_DUST: Final = Holdings(
    {"BTC": _SOME_BTC, "ETH": _SOME_ETH, "USDT": _WORTH_THE_REST},
    Profits(
        day_btc=_BTC_PROFIT,
        day_usd=_USD_PROFIT,
        day_btc_percentage=Decimal("0.0"),
        day_usd_percentage=Decimal("-0.0"),
        btc=_BTC_PROFIT,
        usd=_USD_PROFIT,
        btc_percentage=Decimal("0.0"),
        usd_percentage=Decimal("-0.0"),
        total_btc=Decimal("1.5795860715256732e-25"),
        total_usd=Decimal("-1.1e-19"),
    ),
)
"""Holdings that show exactly the amounts of the vendor's example of a new account: 55 digits, exponents, a negative
zero.

``sandbox.accounts.add(balances=VENDOR_DUST)`` connects an account that holds them.
"""
