"""Starts and closes deals of a DCA bot by decisions of its own: prices come in, signals go out, each is confirmed.

    THREECOMMAS_API_KEY=... THREECOMMAS_API_SECRET=... THREECOMMAS_EMAIL_TOKEN=... \\
        python examples/decision_loop.py BOT_ID MARKET PAIR [BASE_URL]

The bot must be enabled and have ``tv_custom_signal`` for its start condition. Without a BASE_URL it uses a sandbox on
this machine, never 3Commas. Prices are asked for every ten seconds; it buys what has fallen by 1 %, and sells what has
risen by 1 % since.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Final

from threecommas_async import HmacCredentials, Secret, ThreeCommasClient
from threecommas_async.signals import Confirmed, NotSeen
from threecommas_async.signals.confirm import ConfirmedSignals

LOOPBACK: Final = "http://127.0.0.1:8080/public/api"
FALL, RISE = Decimal("0.99"), Decimal("1.01")

logger: Final = logging.getLogger("decision_loop")


async def prices(client: ThreeCommasClient, market: str, pair: str) -> AsyncIterator[Decimal]:
    """Yield the last price, every ten seconds."""
    while True:
        rates = await client.market_data.rates(market_code=market, pair=pair)
        if rates.last is not None:
            yield rates.last
        await asyncio.sleep(10)


async def decide(signals: ConfirmedSignals, pair: str, incoming: AsyncIterator[Decimal]) -> None:
    """Start a deal after a fall, and close it after a rise. What was not seen is decided anew, never sent again."""
    reference: Decimal | None = None
    is_in = False
    async for price in incoming:
        reference = price if reference is None else reference
        if not is_in and price <= reference * FALL:
            result = await signals.start_deal(pair)
            is_in = isinstance(result, Confirmed)
        elif is_in and price >= reference * RISE:
            result = await signals.close_deal(pair)
            is_in = not isinstance(result, Confirmed)
        else:
            reference = reference if is_in else max(reference, price)
            continue
        reference = price
        match result:
            case Confirmed(deals=(deal,)):
                logger.info("deal %d is %s", deal.id, deal.status)
            case NotSeen(reasons=reasons):
                logger.warning("not seen: %s", ", ".join(reasons) or "no reason is known")
            case _:
                pass


async def main(bot_id: int, market: str, pair: str, base_url: str) -> None:
    credentials = HmacCredentials(os.environ["THREECOMMAS_API_KEY"], os.environ["THREECOMMAS_API_SECRET"])
    async with ThreeCommasClient(credentials, base_url=base_url) as client:
        bot = client.signals.dca(bot_id, email_token=Secret(os.environ["THREECOMMAS_EMAIL_TOKEN"]))
        await decide(client.signals.confirm(bot), pair, prices(client, market, pair))


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    bot_id, market, pair, *rest = sys.argv[1:]
    asyncio.run(main(int(bot_id), market, pair, rest[0] if rest else LOOPBACK))
