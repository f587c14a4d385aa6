"""Markets, pairs and rates: public, no key needed."""

from __future__ import annotations

from typing import Final

from threecommas_async.models import Market
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
