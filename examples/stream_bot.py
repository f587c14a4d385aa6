"""Keeps the profits of a bot's deals in a CSV file, each once, whatever happens to the connection or to this program.

    threecommas sandbox --port 8080          # prints its URL and a key
    THREECOMMAS_API_KEY=... THREECOMMAS_API_SECRET=... python examples/stream_bot.py BOT_ID FILE [BASE_URL]

Without a BASE_URL it uses a sandbox on this machine, never 3Commas.
"""

from __future__ import annotations

import asyncio
import csv
import logging
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from threecommas_async import HmacCredentials, ThreeCommasClient
from threecommas_async.models import Deal
from threecommas_async.streams import DealChanged, Gap, Resynced

LOOPBACK: Final = "http://127.0.0.1:8080/public/api"
OVERLAP: Final = timedelta(minutes=10)  # a push that was lost in silence is found by the audit, minutes later

logger: Final = logging.getLogger("stream_bot")


class Journal:
    """The finished deals in a file: none is written twice, and its end tells where to go on."""

    def __init__(self, path: Path, now: datetime) -> None:
        self._path: Final = path
        rows = list(csv.reader(path.read_text().splitlines())) if path.exists() else []
        self._ids: Final = {int(row[0]) for row in rows}
        closed = [datetime.fromisoformat(row[1]) for row in rows]
        self.since: Final = max(closed, default=now) - OVERLAP

    def add(self, deal: Deal) -> None:
        if deal.id in self._ids or deal.closed_at is None:
            return
        self._ids.add(deal.id)
        with self._path.open("a", newline="") as file:
            csv.writer(file).writerow([deal.id, deal.closed_at.isoformat(), deal.status, deal.profit])
        logger.info("deal %d: %s, %s %s", deal.id, deal.status, deal.profit, deal.quote_currency)


async def run(client: ThreeCommasClient, bot_id: int, journal: Journal) -> None:
    """Write down what becomes of the bot's deals, until cancelled."""
    waiting: dict[int, Deal] | None = {}  # None while everything is known
    async with client.streams.deals(bot_id=bot_id, since=journal.since) as deals:
        async for event in deals:
            match event:
                case DealChanged(deal=deal) if deal.is_finished:
                    journal.add(deal) if waiting is None else waiting.update({deal.id: deal})
                case Gap(since=since, reason=reason):
                    logger.warning("deals since %s may be missing (%s)", since, reason)
                    waiting = waiting or {}
                case Resynced():
                    logger.info("no deal is missing")
                    for deal in sorted((waiting or {}).values(), key=lambda deal: deal.closed_at or journal.since):
                        journal.add(deal)  # in their order, so that the end of the file tells where to go on
                    waiting = None
                case _:
                    pass


async def main(bot_id: int, path: Path, base_url: str) -> None:
    credentials = HmacCredentials(os.environ["THREECOMMAS_API_KEY"], os.environ["THREECOMMAS_API_SECRET"])
    async with ThreeCommasClient(credentials, base_url=base_url) as client:
        running = asyncio.create_task(run(client, bot_id, Journal(path, datetime.now(UTC))))
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, running.cancel)
        await asyncio.wait([running])
    if not running.cancelled():
        running.result()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else LOOPBACK))
