"""What an account holds, and what that is worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

from attrs import evolve, field, frozen

from threecommas_async.sandbox.amounts import EXACT, like_a_double, plain, product, rounded, share, shortened, total
from threecommas_async.sandbox.currencies import CURRENCIES
from threecommas_async.sandbox.history import btc_change_since, usd_change_since
from threecommas_async.sandbox.markets import Market


@frozen
class Balance:
    """The amount of one currency, and its value."""

    amount: Decimal
    btc_value: Decimal
    usd_value: Decimal

    @classmethod
    def of(cls, code: str, amount: Decimal) -> Balance:
        """Return an amount of a currency with its value at today's prices."""
        currency = CURRENCIES[code]
        return cls(amount, product(amount, currency.btc_price), product(amount, currency.usd_price))

    def plus(self, other: Balance) -> Balance:
        return Balance(
            EXACT.add(self.amount, other.amount),
            EXACT.add(self.btc_value, other.btc_value),
            EXACT.add(self.usd_value, other.usd_value),
        )


@frozen
class Holdings:
    """The balances of an account and the profits that it shows."""

    balances: Mapping[str, Balance]
    """By the code of their currency."""
    profits: Mapping[str, str] = field(repr=False)
    """The fields of the account entity that speak of profits."""

    @classmethod
    def of(cls, amounts: Mapping[str, Decimal], now: datetime) -> Holdings:
        """Return holdings of so much of each currency, with the profits that follow from the account's history."""
        balances = {code: Balance.of(code, amount) for code, amount in amounts.items()}
        held = cls(balances, {})
        return evolve(held, profits=_profits(held.btc_amount, held.usd_amount, now))

    @classmethod
    def usual(cls, market: Market, now: datetime) -> Holdings:
        """Return what a trader may have in a new account of a market."""
        codes = ["BTC", "ETH", "USDT"]
        if market.is_wallet:
            codes = ["ETH"]
        elif market.trades == "futures":
            codes = ["BTC" if market.margin == "coin" else "USDT"]
        return cls.of({code: _USUAL[code] for code in codes}, now)

    @classmethod
    def summed(cls, parts: Iterable[Holdings]) -> Holdings:
        """Return what several accounts hold together."""
        balances: dict[str, Balance] = {}
        profits = dict.fromkeys(VENDOR_DUST.profits, Decimal(0))
        for part in parts:
            for code, balance in part.balances.items():
                balances[code] = balances[code].plus(balance) if code in balances else balance
            for name, amount in part.profits.items():
                profits[name] = EXACT.add(profits[name], Decimal(amount))
        held = cls(balances, {})
        for name in (name for name in profits if name.endswith("_percentage")):
            whole = held.btc_amount if "btc" in name else held.usd_amount
            profits[name] = _growth(profits[name.removesuffix("_percentage")], whole)
        return evolve(held, profits={name: plain(amount) for name, amount in profits.items()})

    @property
    def btc_amount(self) -> Decimal:
        return total(balance.btc_value for balance in self.balances.values())

    @property
    def usd_amount(self) -> Decimal:
        return total(balance.usd_value for balance in self.balances.values())

    def sold_for(self, code: str) -> Holdings:
        """Return the same value in one currency: bitcoin, or one that is worth a dollar."""
        btc, usd = self.btc_amount, self.usd_amount
        return evolve(self, balances={code: Balance(btc if code == "BTC" else usd, btc, usd)})

    def fields(self) -> dict[str, str]:
        """Return the amounts of the account entity."""
        return {"btc_amount": plain(self.btc_amount), "usd_amount": plain(self.usd_amount), **self.profits}


def _profits(btc: Decimal, usd: Decimal, now: datetime) -> dict[str, str]:
    """Return the profits of a day, and those of a month, which stand for the whole time."""
    day_btc, day_usd = btc_change_since(1, btc, now), usd_change_since(1, usd, now)
    all_btc, all_usd = btc_change_since(30, btc, now), usd_change_since(30, usd, now)
    return {
        "day_profit_btc": plain(day_btc),
        "day_profit_usd": plain(day_usd),
        "day_profit_btc_percentage": shortened(_growth(day_btc, btc)),
        "day_profit_usd_percentage": shortened(_growth(day_usd, usd)),
        "btc_profit": plain(all_btc),
        "usd_profit": plain(all_usd),
        "usd_profit_percentage": shortened(_growth(all_usd, usd)),
        "btc_profit_percentage": shortened(_growth(all_btc, btc)),
        "total_btc_profit": str(like_a_double(all_btc)).lower(),
        "total_usd_profit": str(like_a_double(all_usd)).lower(),
    }


def _growth(profit: Decimal, now: Decimal) -> Decimal:
    """Return a profit as a percentage of what there was before it."""
    return rounded(share(profit, EXACT.subtract(now, profit)), 2)


_USUAL: Final[Mapping[str, Decimal]] = {
    "BTC": Decimal("0.15283"),
    "ETH": Decimal("2.4107"),
    "USDT": Decimal("3204.51"),
}

# The amounts of the vendor's example of a new account: the digits that a client has to survive.
_BTC_PROFIT: Final = "0.0000000000000000000000001579586071525673247181448663178"
_USD_PROFIT: Final = "-0.00000000000000000010999999999999999999993138892165683112"
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
    {
        "day_profit_btc": _BTC_PROFIT,
        "day_profit_usd": _USD_PROFIT,
        "day_profit_btc_percentage": "0.0",
        "day_profit_usd_percentage": "-0.0",
        "btc_profit": _BTC_PROFIT,
        "usd_profit": _USD_PROFIT,
        "usd_profit_percentage": "-0.0",
        "btc_profit_percentage": "0.0",
        "total_btc_profit": "1.5795860715256732e-25",
        "total_usd_profit": "-1.1e-19",
    },
)
"""Together exactly the amounts of the vendor's example of a new account: 55 digits, exponents and a negative zero.

``sandbox.accounts.add(balances=VENDOR_DUST)`` gives an account that has them.
"""
