"""The control of the pairs of a sandbox's markets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, final

from threecommas_async.sandbox.control.arguments import Amount, checked_amount, checked_text
from threecommas_async.sandbox.reference.pairs import PairPrice, usual_min_total
from threecommas_async.sandbox.state.trading import Trading, market_of
from threecommas_async.transport.clock import Clock


@final
class SandboxPairs:
    """The pairs that the sandbox's markets trade.

    ::

        sandbox.pairs.add("binance", "USDT_XYZ", price="2000", price_step="0.01", lot_step="0.0001")
    """

    def __init__(self, trading: Trading, clock: Clock) -> None:
        self._trading: Final = trading
        self._clock: Final = clock

    def of(self, market: str) -> Sequence[str]:
        """Return the pairs that a market trades.

        :raises ValueError: there is no such market.
        """
        return tuple(self._trading.pairs_of(market_of(checked_text("market", market))))

    def add(
        self,
        market: str,
        pair: str,
        *,
        price: Amount,
        price_step: Amount,
        lot_step: Amount,
        min_lot: Amount | None = None,
        min_total: Amount | None = None,
    ) -> None:
        """Add a pair to a market, or change its rules if no bot trades it yet. The currency may be new.

        :param market: a market code of the market list, such as ``"binance"``.
        :param pair: the pair, quote currency first, such as ``"USDT_XYZ"``.
        :param price: its price.
        :param price_step: the step of prices.
        :param lot_step: the step of amounts.
        :param min_lot: the smallest amount of an order; by default ``lot_step``.
        :param min_total: the smallest volume of an order; by default about 5 dollars in the quote currency.
        :raises ValueError: there is no such market, the pair is malformed, a number is not above 0, or a bot trades it.
        :raises TypeError: a number is a float, or not a number.
        """
        listed = market_of(checked_text("market", market))
        if not all(checked_text("pair", pair).partition("_")):
            raise ValueError(f"pair must be a quote and a base currency, such as 'USDT_XYZ', not {pair!r}")
        quote, lot = pair.partition("_")[0], checked_amount("lot_step", lot_step)
        wanted = PairPrice(
            checked_amount("price", price),
            checked_amount("price_step", price_step),
            quote,
            lot,
            lot if min_lot is None else checked_amount("min_lot", min_lot),
            usual_min_total(quote) if min_total is None else checked_amount("min_total", min_total, above_zero=False),
        )
        self._trading.bring_to(self._clock.now())
        try:
            self._trading.add_pair(listed, pair, wanted)
        except ValueError as error:
            raise ValueError(f"the rules of pair {pair!r} cannot be changed: {error}") from None
