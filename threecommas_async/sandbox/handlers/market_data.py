"""The market data group."""

from __future__ import annotations

from threecommas_async.sandbox.calls import Call
from threecommas_async.sandbox.markets import MARKETS


def markets(call: Call) -> object:
    return [market.document() for market in MARKETS.values()]
