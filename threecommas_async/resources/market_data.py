"""Markets, pairs and rates: public, no key needed."""

from __future__ import annotations

from typing import Final, Literal

from threecommas_async.models.market import Market, MarketCode
from threecommas_async.models.rates import CurrencyRates, CurrencyRatesWithLeverage
from threecommas_async.resources.checks import one_of, required_text
from threecommas_async.transport.transport import Transport


class MarketData:
    """``client.market_data``: what 3Commas knows of the exchanges. No call needs credentials."""

    __slots__ = ("_transport",)

    def __init__(self, transport: Transport) -> None:
        self._transport: Final = transport

    async def markets(self) -> list[Market]:
        """List the exchanges and wallets that can be connected, with what each needs for it.

        ``GET /ver1/accounts/market_list``. Vendor's page: "Supported markets list".

        :returns: the markets; ``market_code`` is the ``type`` that :meth:`Accounts.create` takes.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request("GET", "/ver1/accounts/market_list", list[Market], public=True)

    async def pairs(self, market_code: MarketCode) -> list[str]:
        """List the pairs that can be traded on a market.

        ``GET /ver1/accounts/market_pairs``. Vendor's page: "All market pairs".

        :param market_code: the market's code, as :meth:`markets` has it: ``binance``, ``okex`` ...
        :returns: the pairs in 3Commas' form, the quote currency first: ``USDT_BTC``.
        :raises ValueError: ``market_code`` is empty; nothing was sent.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET",
            "/ver1/accounts/market_pairs",
            list[str],
            query={"market_code": required_text("market_code", market_code)},
            public=True,
        )

    async def rates(
        self, *, market_code: MarketCode, pair: str, limit_type: Literal["bot", "smart_trade"] | None = None
    ) -> CurrencyRates:
        """Fetch the price of a pair, and the limits that its orders must keep to.

        ``GET /ver1/accounts/currency_rates``. Vendor's page: "Currency rates and limits".

        :param market_code: the market's code, as :meth:`markets` has it.
        :param pair: the pair, as :meth:`pairs` has it.
        :param limit_type: ``"bot"`` for the limits of DCA, Signal and Grid bots, ``"smart_trade"`` for those of
            SmartTrades.
        :raises ValueError: an argument is empty, or ``limit_type`` another word; nothing was sent.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET",
            "/ver1/accounts/currency_rates",
            CurrencyRates,
            query={
                "market_code": required_text("market_code", market_code),
                "pair": required_text("pair", pair),
                "limit_type": one_of("limit_type", limit_type, "bot", "smart_trade"),
            },
            public=True,
        )

    async def rates_with_leverage(self, *, market_code: MarketCode, pair: str) -> CurrencyRatesWithLeverage:
        """Fetch the price of a pair on a futures exchange, the limits of its orders, and the leverage it can have.

        ``GET /ver1/accounts/currency_rates_with_leverage_data``. Vendor's page: "Currency rates and limits with
        leverage data".

        :param market_code: the market's code, as :meth:`markets` has it.
        :param pair: the pair, as :meth:`pairs` has it.
        :raises ValueError: an argument is empty; nothing was sent.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET",
            "/ver1/accounts/currency_rates_with_leverage_data",
            CurrencyRatesWithLeverage,
            query={"market_code": required_text("market_code", market_code), "pair": required_text("pair", pair)},
            public=True,
        )
