"""Streams: the state of every deal and SmartTrade, with no change missed. What they tell is imported from here."""

from __future__ import annotations

from threecommas_async.streams.channel import Counters
from threecommas_async.streams.events import DealChanged, Gap, Origin, Resynced, SmartTradeChanged
from threecommas_async.streams.stream import Stream
from threecommas_async.streams.streams import Streams, StreamStatus

__all__ = [
    "Counters",
    "DealChanged",
    "Gap",
    "Origin",
    "Resynced",
    "SmartTradeChanged",
    "Stream",
    "StreamStatus",
    "Streams",
]
