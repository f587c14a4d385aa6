"""Signals: the webhooks by which a program's own decision starts and closes deals."""

from __future__ import annotations

from threecommas_async.signals.bot import SignalBotSignals
from threecommas_async.signals.dca import AccountSignals, DcaBotSignals
from threecommas_async.signals.orders import (
    FLAT,
    EntryOrder,
    SignalStopLoss,
    SignalTakeProfit,
    SignalTakeProfitStep,
    SignalTrailing,
    StrategyPosition,
)
from threecommas_async.signals.receipts import Confirmed, NotSeen, Reason, SignalReceipt
from threecommas_async.signals.signals import Signals

__all__ = [
    "FLAT",
    "AccountSignals",
    "Confirmed",
    "DcaBotSignals",
    "EntryOrder",
    "NotSeen",
    "Reason",
    "SignalBotSignals",
    "SignalReceipt",
    "SignalStopLoss",
    "SignalTakeProfit",
    "SignalTakeProfitStep",
    "SignalTrailing",
    "Signals",
    "StrategyPosition",
]
