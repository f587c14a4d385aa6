"""The control of the signals that bots wait for: a sandbox has no indicators and no charts."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Final, final

from attrs import frozen

from threecommas_async.sandbox.control.arguments import checked_id, checked_text
from threecommas_async.sandbox.engine.refusals import RefusedError
from threecommas_async.sandbox.state.trading import Trading
from threecommas_async.transport.clock import Clock


@final
@frozen
class SignalResult:
    """The result of a signal to open a deal."""

    deal_id: int | None
    """The deal that was opened."""
    due_at: datetime | None
    """When the deal will be opened, if the bot starts deals with a delay."""
    obstacle: str | None
    """Why there is no deal, such as ``"the bot is disabled"``."""


@final
class SandboxSignals:
    """The start and close conditions of bots, other than ``nonstop``: they are met when a test says so.

    ::

        opened = await sandbox.signals.open(bot.id, "USDT_ETH")
        await sandbox.signals.close(opened.deal_id)
    """

    def __init__(self, trading: Trading, clock: Clock) -> None:
        self._trading: Final = trading
        self._clock: Final = clock

    async def open(self, bot_id: int, pair: str | None = None) -> SignalResult:
        """Let all start conditions of a bot be met for a moment.

        :param pair: the pair; may be omitted for a bot with one pair.
        :raises ValueError: there is no such bot, or it does not trade the pair.
        """
        number = checked_id("bot_id", bot_id)
        code = None if pair is None else checked_text("pair", pair)
        self._trading.bring_to(self._clock.now())
        try:
            opening = self._trading.engine.bots.open_signal(number, code)
        except RefusedError as error:
            reasons = dict(error.fields or {}).get("pair")
            raise ValueError(f"pair {' '.join(reasons)}" if reasons else f"bot_id: there is no bot {number}") from None
        await asyncio.sleep(0)
        deal = opening.deal
        return SignalResult(None if deal is None else deal.id, opening.due_at, opening.obstacle)

    async def close(self, deal_id: int) -> str:
        """Let the close conditions of a deal be met: it is completed, or waits for its minimum profit.

        :returns: the status of the deal afterwards.
        :raises ValueError: there is no such deal, it is not active, or its bot has no ``close_strategy_list``.
        """
        number = checked_id("deal_id", deal_id)
        self._trading.bring_to(self._clock.now())
        try:
            deal = self._trading.engine.deals.close_signal(number)
        except RefusedError as error:
            known = error.status != 404
            what = f"deal {number} cannot be closed by a signal" if known else f"there is no deal {number}"
            raise ValueError(f"deal_id: {what}") from None
        await asyncio.sleep(0)
        return deal.status
