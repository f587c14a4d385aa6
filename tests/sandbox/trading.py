"""What the tests of bots and deals share: a market, an account with money, the bot of the worked examples, a client."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any, Final

from attrs import frozen

from tests.sandbox.calling import Caller, plain_session
from threecommas_async import ThreeCommasClient
from threecommas_async.models import DcaBot, DcaBotSettings, Deal, StrategySettings
from threecommas_async.sandbox import Sandbox
from threecommas_async.transport.simulated_clock import SimulatedClock

D = Decimal
MARKET: Final = "binance"
PAIR: Final = "USDT_ETH"
RICH: Final = {"USDT": "1000000", "ETH": "1000"}
MANUAL: Final = StrategySettings(strategy="manual")
NONSTOP: Final = StrategySettings(strategy="nonstop")
RSI: Final = StrategySettings(strategy="rsi", options={"time": "3m", "points": "70"})

E1: Final = DcaBotSettings(
    name="ETH",
    pairs=[PAIR],
    strategy_list=[MANUAL],
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
"""The bot of the first worked example: base 100, safety orders of 50, 75 and 112.5 at 1, 3 and 7 %."""


@frozen
class Exchange:
    """A running sandbox in which ETH costs 2000 USDT, somebody to call it, and an account with money."""

    sandbox: Sandbox
    client: ThreeCommasClient
    account_id: int
    clock: SimulatedClock
    caller: Caller
    """Calls without the client."""

    async def to(self, *prices: str) -> None:
        await self.sandbox.prices.walk(MARKET, PAIR, prices)

    async def bot(self, settings: DcaBotSettings = E1, **changes: Any) -> DcaBot:
        """Create and enable a bot."""
        bot = await self.client.bots.create(account_id=self.account_id, settings=settings.evolved(changes))
        return await self.client.bots.enable(bot.id)

    async def deal(self, settings: DcaBotSettings = E1, **changes: Any) -> Deal:
        """Open a deal of a bot that is made for it, by a signal."""
        bot = await self.bot(settings, **changes)
        opened = await self.sandbox.signals.open(bot.id)
        assert opened.deal_id is not None, opened.obstacle
        return await self.client.deals.get(opened.deal_id)

    async def held(self) -> dict[str, Decimal]:
        """Return what the account holds, as its table says; nothing of what it holds none of."""
        rows = await self.client.accounts.account_table(self.account_id)
        return {str(row.currency_code): row.position for row in rows if row.position}


@asynccontextmanager
async def exchange(price: str = "2000", **options: Any) -> AsyncGenerator[Exchange, None]:
    """Run a sandbox with an account."""
    clock = SimulatedClock()
    async with Sandbox(clock=clock, **options) as sandbox, sandbox.client() as client, plain_session() as session:
        await sandbox.prices.set(MARKET, PAIR, price)
        account_id = sandbox.accounts.add(type=MARKET, balances=RICH)
        yield Exchange(sandbox, client, account_id, clock, Caller(sandbox, session, sandbox.add_key()))
