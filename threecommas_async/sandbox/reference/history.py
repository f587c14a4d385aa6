"""What an account was worth and traded, day by day.

The sandbox has no market, and nobody waits for one: the past is made up. It moves a little, is the same for whoever
asks again, ends with what the account is worth now, and begins 90 days before the account was connected.
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

# Of 1000, a day. Two tables whose lengths have no common divisor, so that the dollar is not a shadow of bitcoin.
_BTC_WAVE: Final = (0, 4, 9, 7, 12, 18, 15, 9, 3, -4, -2, -9, -15, -11, -6, -8, -3)
_USD_WAVE: Final = (0, -6, 3, 11, 19, 26, 18, 22, 9, -3, -12, -20, -16, -27, -19, -9, -14, -5, 2)
_BASE: Final = Decimal(1000)
_SMOOTH: Final = Context(prec=10)


@frozen
class TradedVolume:
    """What was traded in some time."""

    btc: Decimal
    usd: Decimal


@frozen
class BalanceSnapshot:
    """What an account was worth at a moment."""

    moment: datetime
    btc: Decimal
    usd: Decimal


def btc_change_since(days: int, btc: Decimal, now: datetime) -> Decimal:
    """Return what an account gained, now that it is worth so much."""
    today = now.astimezone(UTC).date()
    return EXACT.subtract(btc, _in_the_past(btc, _BTC_WAVE, today - timedelta(days=days), today))


def usd_change_since(days: int, usd: Decimal, now: datetime) -> Decimal:
    today = now.astimezone(UTC).date()
    return EXACT.subtract(usd, _in_the_past(usd, _USD_WAVE, today - timedelta(days=days), today))


def balance_history(
    btc: Decimal, usd: Decimal, *, connected: datetime, start: datetime, end: datetime, now: datetime
) -> Iterator[BalanceSnapshot]:
    """Give what an account was worth at every midnight of UTC between two moments, and now if that is among them."""
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
    """Return what an account traded from one day to another, or nothing if there is no data for any of them."""
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
