"""Signals as they come in: some wait, all are carried out at their moment, and somebody is told what became of each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import final

from attrs import frozen

from threecommas_async.sandbox.engine.agenda import Agenda
from threecommas_async.sandbox.engine.bots.operations import BotOperations
from threecommas_async.sandbox.engine.deals.operations import DealOperations
from threecommas_async.sandbox.engine.funds import Account
from threecommas_async.sandbox.engine.signals.dca import DcaSignals
from threecommas_async.sandbox.engine.signals.messages import (
    AccountSignal,
    BotSignal,
    DcaSignal,
    Effect,
    Signal,
    SignalRecord,
    rejected,
)
from threecommas_async.sandbox.engine.signals.signal_bot import SignalBot
from threecommas_async.sandbox.engine.signals.signal_bots import SignalBotSignals
from threecommas_async.sandbox.engine.smart_trades.operations import SmartTradeOperations
from threecommas_async.sandbox.engine.stepper import Stepper
from threecommas_async.sandbox.engine.world import World

_AT_ONCE = timedelta(0)


@final
@frozen
class _Waiting:
    """A signal that waits for its moment."""

    signal: Signal
    is_delayed: bool = False
    """Whether what it waits for is the bot's own delay of starts, its own delay being over."""


@final
class SignalOperations:
    """``engine.signals.receive``: signals to DCA bots, Signal Bots and accounts."""

    def __init__(
        self,
        world: World,
        stepper: Stepper,
        bots: BotOperations,
        deals: DealOperations,
        smart_trades: SmartTradeOperations,
    ) -> None:
        self._world = world
        self._stepper = stepper
        self._dca = DcaSignals(bots, deals)
        self._bot_signals = SignalBotSignals(world, smart_trades, stepper.settle)
        self._bots = dict[str, SignalBot]()
        self._waiting = Agenda[tuple[datetime], _Waiting]()
        self.listener: Callable[[SignalRecord], None] | None = None
        """Told what became of each signal."""

    # ---- Signal Bots ------------------------------------------------------------------------------------------------
    def add_bot(self, bot: SignalBot) -> None:
        self._bots[bot.uuid] = bot

    def bot(self, uuid: str) -> SignalBot | None:
        """Return the Signal Bot with a UUID, if there is one."""
        return self._bots.get(uuid)

    def bots_on(self, account_id: int) -> list[SignalBot]:
        """Return the Signal Bots of an account."""
        return [bot for bot in self._bots.values() if bot.account.id == account_id]

    # ---- signals ----------------------------------------------------------------------------------------------------
    @property
    def waiting(self) -> int:
        """How many signals wait for their moment."""
        return len(self._waiting)

    def receive(self, signal: Signal, delay: timedelta = _AT_ONCE) -> None:
        """Carry a signal out, now or later. Equal ones are different ones."""
        if delay > _AT_ONCE:
            self._waiting.add((self._world.now + delay,), _Waiting(signal))
        else:
            self._carry_out(_Waiting(signal))

    def next_moment(self) -> datetime | None:
        """Return when the next signal is to be carried out."""
        entry = self._waiting.first()
        return None if entry is None else entry.key[0]

    def carry_out_next(self) -> None:
        """Carry out the signal whose moment is the next one."""
        self._carry_out(self._waiting.take().value)

    # ---- accounts and pairs ------------------------------------------------------------------------------------------
    def obstacle_to_removing(self, market: str, pair: str) -> str | None:
        """Say nothing: what Signal Bots trade are SmartTrades."""

    def cancel_all_on(self, account: Account) -> None:
        """Do nothing: Signal Bots go on, as the vendor says."""

    def forget_all_on(self, account: Account) -> None:
        """Delete the Signal Bots of an account."""
        for bot in self.bots_on(account.id):
            del self._bots[bot.uuid]

    # ---- parts ------------------------------------------------------------------------------------------------------
    def _carry_out(self, waiting: _Waiting) -> None:
        """Carry a signal out in both phases: nobody is shown the first one."""
        signal = waiting.signal
        self._stepper.settle_if_automatic()
        effect = self._effect(signal, is_delayed=waiting.is_delayed)
        self._stepper.settle_if_automatic()
        if isinstance(effect, timedelta):
            self._waiting.add((self._world.now + effect,), _Waiting(signal, is_delayed=True))
        elif self.listener is not None:
            pair = effect.pair or signal.pair
            self.listener(
                SignalRecord(
                    self._world.now, signal.action, signal.bot, pair, effect.verdict, effect.reason, effect.ids
                )
            )

    def _effect(self, signal: Signal, *, is_delayed: bool) -> Effect | timedelta:
        match signal:
            case DcaSignal():
                return self._dca.carry_out(signal, is_delayed=is_delayed)
            case AccountSignal():
                return self._dca.stop_all(signal)
            case BotSignal():
                bot = self._bots.get(signal.uuid)
                return rejected("the bot was deleted") if bot is None else self._bot_signals.carry_out(bot, signal)
