"""Creates a DCA bot, watches its deals, and adds funds once to a deal that falls; ends on SIGTERM or Ctrl-C.

    threecommas sandbox --port 8080          # prints its URL and a key
    THREECOMMAS_API_KEY=... THREECOMMAS_API_SECRET=... python examples/dca_bot.py ACCOUNT_ID [BASE_URL]

Without a BASE_URL it uses a sandbox on this machine, never 3Commas.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from decimal import Decimal
from typing import Final

from threecommas_async import (
    Clock,
    HmacCredentials,
    OutcomeUnknownError,
    SystemClock,
    ThreeCommasClient,
    ThreeCommasError,
)
from threecommas_async.models import DcaBot, DcaBotSettings, Deal, StrategySettings

LOOPBACK: Final = "http://127.0.0.1:8080/public/api"
SETTINGS: Final = DcaBotSettings(
    name="Example",
    pairs=["USDT_ETH"],
    strategy_list=[StrategySettings(strategy="nonstop")],
    base_order_volume="100",
    take_profit_type="total",
    take_profit="2",
    safety_order_volume="50",
    safety_order_step_percentage="1",
    max_safety_orders=3,
    active_safety_orders_count=2,
    martingale_volume_coefficient="1.5",
    martingale_step_coefficient="2",
)
DRAWDOWN: Final = Decimal(-5)  # percent; below it, funds are added to the deal once
HELP: Final = Decimal("0.02")  # the funds to add, in the base currency
POLL_SECONDS: Final = 10.0

logger: Final = logging.getLogger("dca_bot")


async def create(client: ThreeCommasClient, account_id: int) -> DcaBot:
    """Create exactly one bot: if the response is lost, look for the bot that may have been created."""
    try:
        return await client.bots.create(account_id=account_id, settings=SETTINGS)
    except ThreeCommasError as error:
        found = await client.bots.find_created(error)
        if found is None:
            raise
        return found


async def switch(client: ThreeCommasClient, bot_id: int, *, on: bool) -> DcaBot:
    """Switch the bot on or off; if the response is lost, look at its state."""
    try:
        return await (client.bots.enable(bot_id) if on else client.bots.disable(bot_id))
    except OutcomeUnknownError:
        bot = await client.bots.get(bot_id)
        if bot.is_enabled is not on:
            raise
        return bot


async def help_if_down(client: ThreeCommasClient, deal: Deal) -> None:
    """Add funds to a deal that is down, once. What counts is what the deal shows, not what this program remembers."""
    helped = (deal.completed_manual_safety_orders_count or 0) + (deal.active_manual_safety_orders or 0)
    if not deal.add_fundable or helped or deal.profit_percentage is None or deal.profit_percentage > DRAWDOWN:
        return
    await client.deals.add_funds(deal.id, quantity=HELP, is_market=True)
    logger.info("deal %d is down %s %%: added %s %s", deal.id, deal.profit_percentage, HELP, deal.base_currency)


async def watch(client: ThreeCommasClient, bot: DcaBot, stopped: asyncio.Event, clock: Clock) -> None:
    """Look at the bot's deals regularly, until told to stop. A failed look does not end the program."""
    while not stopped.is_set():
        try:
            for deal in await client.deals.list(bot_id=bot.id, scope="active"):
                await help_if_down(client, deal)
        except ThreeCommasError as error:
            logger.warning("%s; trying again", error)
        waiting = [asyncio.ensure_future(stopped.wait()), asyncio.ensure_future(clock.sleep(POLL_SECONDS))]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for one in waiting:
            one.cancel()


async def run(client: ThreeCommasClient, account_id: int, stopped: asyncio.Event, clock: Clock) -> DcaBot:
    """Run the bot until told to stop; then it opens no more deals, and active deals continue."""
    bot = await create(client, account_id)
    await switch(client, bot.id, on=True)
    logger.info("bot %d is on", bot.id)
    try:
        await watch(client, bot, stopped, clock)
    finally:
        bot = await switch(client, bot.id, on=False)
        logger.info("bot %d is off, %s active deals continue", bot.id, bot.active_deals_count)
    return bot


async def main(account_id: int, base_url: str) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    credentials = HmacCredentials(os.environ["THREECOMMAS_API_KEY"], os.environ["THREECOMMAS_API_SECRET"])
    async with ThreeCommasClient(credentials, base_url=base_url) as client:
        await run(client, account_id, stopped, SystemClock())


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    asyncio.run(main(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else LOOPBACK))
