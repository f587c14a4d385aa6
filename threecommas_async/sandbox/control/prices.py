"""The control of the prices of a sandbox's markets."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, final

from attrs import frozen

from threecommas_async.sandbox.control.arguments import Amount, checked_amount, checked_text
from threecommas_async.sandbox.control.series import Row, checked_rows, read_rows
from threecommas_async.sandbox.engine.alarms import Entity
from threecommas_async.sandbox.reference.markets import ListedMarket
from threecommas_async.sandbox.state.trading import Trading, market_of
from threecommas_async.transport.clock import Clock
from threecommas_async.transport.simulated_clock import SimulatedClock

_ROWS_AT_ONCE: Final = 500


@final
@frozen
class ReplayProgress:
    """The progress of a replay."""

    done: int
    """The number of rows that were replayed."""
    total: int
    """The number of all rows."""
    time: datetime
    price: Decimal


@final
class SandboxPrices:
    """The prices of the sandbox's markets.

    ::

        await sandbox.prices.set("binance", "USDT_ETH", "1980")
        await sandbox.prices.walk("binance", "USDT_ETH", ["1975", "1990", "2010"])
        await sandbox.prices.replay("binance", "USDT_ETH", "eth-2024-10.csv")

    A price is bid, ask and last at once. It moves in one step: limit orders on the way fill at their own prices, then
    triggers of the new price act, then bots open deals. All of that has happened when a call returns.
    ``currency_rates`` shows the same prices.
    """

    def __init__(self, trading: Trading, clock: Clock) -> None:
        self._trading: Final = trading
        self._clock: Final = clock

    def get(self, market: str, pair: str) -> Decimal:
        """Return the price of a pair.

        :raises ValueError: there is no such market, or it does not trade the pair.
        """
        return self._trading.book(*self._traded(market, pair)).price

    async def set(self, market: str, pair: str, price: Amount) -> None:
        """Move the price of a pair.

        :param market: a market code of the market list, such as ``"binance"``.
        :param pair: the pair, quote currency first, such as ``"USDT_ETH"``.
        :raises ValueError: there is no such market, it does not trade the pair, or the price is not above 0.
        :raises TypeError: the price is a float, or not a number.
        """
        await self.walk(market, pair, (price,))

    async def walk(self, market: str, pair: str, prices: Iterable[Amount]) -> None:
        """Move the price of a pair from one price to the next. The clock does not move.

        :raises ValueError: as for :meth:`set`; the price has not moved.
        :raises TypeError: as for :meth:`set`.
        """
        if isinstance(prices, str):
            raise TypeError("prices must be a sequence, such as ['1980', '2000'], not a str")
        listed, code = self._traded(market, pair)
        steps = [checked_amount("price", price) for price in prices]
        for price in steps:
            self._trading.bring_to(self._clock.now())
            self._trading.set_price(listed, code, price)
            await asyncio.sleep(0)

    async def replay(
        self,
        market: str,
        pair: str,
        rows: str | os.PathLike[str] | Iterable[Sequence[object]],
        *,
        progress: Callable[[ReplayProgress], object] | None = None,
    ) -> int:
        """Replay a recorded series of prices; the simulated clock follows it.

        Programs that sleep by the clock wake at their own moments in between, and the replay waits for them. While
        nobody wakes and nothing happens to a deal, many rows are replayed at once, so that a month of minutes takes
        seconds.

        :param rows: the path of a CSV file with the columns time and price, or pairs of a time and a price. A time is
            an aware datetime, ISO 8601 (UTC if it has no zone), or seconds or milliseconds since 1970; times ascend.
        :param progress: called from time to time, and at the end.
        :returns: how many rows were replayed.
        :raises ValueError: as for :meth:`set`; or a row is wrong or before the present, and the text names it; or the
            sandbox has no :class:`~threecommas_async.SimulatedClock`. Nothing has been replayed.
        :raises TypeError: a price is a float.
        """
        listed, code = self._traded(market, pair)
        clock = self._clock
        if not isinstance(clock, SimulatedClock):
            raise ValueError("a replay needs a simulated clock: Sandbox(clock=SimulatedClock(start))")  # noqa: TRY004
        given = read_rows(rows) if isinstance(rows, str | os.PathLike) else rows
        series = checked_rows(given, not_before=clock.now())
        await self._play(listed, code, series, clock, progress)
        return len(series)

    async def _play(
        self,
        market: ListedMarket,
        pair: str,
        series: Sequence[Row],
        clock: SimulatedClock,
        progress: Callable[[ReplayProgress], object] | None,
    ) -> None:
        trading, changed = self._trading, list[Entity]()
        trading.listeners.append(changed.append)
        try:
            await clock.advance(0)  # lets those sleep who are about to
            for done, row in enumerate(series, start=1):
                if (wake := clock.next_wake) is not None and wake <= row.time:
                    await _reach(clock, row.time)
                trading.bring_to(row.time)
                trading.set_price(market, pair, row.price)
                if changed or done % _ROWS_AT_ONCE == 0 or done == len(series):
                    changed.clear()
                    await _reach(clock, row.time)
                    if progress is not None and (done % _ROWS_AT_ONCE == 0 or done == len(series)):
                        progress(ReplayProgress(done, len(series), row.time, row.price))
        finally:
            trading.listeners.remove(changed.append)

    def _traded(self, market: str, pair: str) -> tuple[ListedMarket, str]:
        listed = market_of(checked_text("market", market))
        if checked_text("pair", pair) not in self._trading.pairs_of(listed):
            raise ValueError(f"pair {pair!r} is not traded at {market}; sandbox.pairs.add() can add it")
        return listed, pair


async def _reach(clock: SimulatedClock, moment: datetime) -> None:
    await clock.advance(max((moment - clock.now()).total_seconds(), 0))
