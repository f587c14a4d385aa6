"""The worth and the trading volume of an account, day by day.

The history is made up: it moves a little, is the same for every call, begins 90 days before the account was connected,
and ends with the account's present worth.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Context, Decimal
from typing import Final

from attrs import frozen

from threecommas_async.sandbox.amounts import EXACT, product, rounded, total
from threecommas_async.sandbox.reference.currencies import BTC_PRICE

DAYS_BEFORE_CONNECTION: Final = timedelta(days=90)

# In thousandths, per day. The lengths of the tables have no common divisor, so that dollar and bitcoin do not move
# alike.
_BTC_WAVE: Final = (0, 4, 9, 7, 12, 18, 15, 9, 3, -4, -2, -9, -15, -11, -6, -8, -3)
_USD_WAVE: Final = (0, -6, 3, 11, 19, 26, 18, 22, 9, -3, -12, -20, -16, -27, -19, -9, -14, -5, 2)
_BASE: Final = Decimal(1000)
_SMOOTH: Final = Context(prec=10)


@frozen
class TradedVolume:
    """The volume that was traded in a period."""

    btc: Decimal
    usd: Decimal


@frozen
class BalanceSnapshot:
    """The worth of an account at a moment."""

    moment: datetime
    btc: Decimal
    usd: Decimal


def btc_change_since(days: int, btc: Decimal, now: datetime) -> Decimal:
    """Return the gain of an account that is now worth ``btc``."""
    today = now.astimezone(UTC).date()
    return EXACT.subtract(btc, _in_the_past(btc, _BTC_WAVE, today - timedelta(days=days), today))


def usd_change_since(days: int, usd: Decimal, now: datetime) -> Decimal:
    today = now.astimezone(UTC).date()
    return EXACT.subtract(usd, _in_the_past(usd, _USD_WAVE, today - timedelta(days=days), today))


def balance_history(
    btc: Decimal, usd: Decimal, *, connected: datetime, start: datetime, end: datetime, now: datetime
) -> Iterator[BalanceSnapshot]:
    """Yield the worth of an account at every midnight UTC between two moments, and now, if it is between them."""
    today = now.astimezone(UTC).date()
    day = max(start, connected - DAYS_BEFORE_CONNECTION).astimezone(UTC).date()
    while (moment := datetime.combine(day, time(), UTC)) <= min(end, now):
        if moment >= start:
            yield BalanceSnapshot(
                moment, _in_the_past(btc, _BTC_WAVE, day, today), _in_the_past(usd, _USD_WAVE, day, today)
            )
        day += timedelta(days=1)
    if start <= now <= end:
        yield BalanceSnapshot(now, btc, usd)


def traded_volume(*, connected: datetime, first: date, last: date, now: datetime) -> TradedVolume | None:
    """Return the volume of an account from one day to another, or None if there is no data for these days."""
    first = max(first, (connected - DAYS_BEFORE_CONNECTION).astimezone(UTC).date())
    last = min(last, now.astimezone(UTC).date())
    if first > last:
        return None
    days = range(first.toordinal(), last.toordinal() + 1)
    btc = total(Decimal(50 + _BTC_WAVE[day % len(_BTC_WAVE)]).scaleb(-2) for day in days)
    return TradedVolume(btc, rounded(product(btc, BTC_PRICE), 2))


def _in_the_past(amount: Decimal, wave: tuple[int, ...], day: date, today: date) -> Decimal:
    then, now = (_BASE + wave[one.toordinal() % len(wave)] for one in (day, today))
    return amount if then == now else _SMOOTH.divide(product(amount, then), now)
