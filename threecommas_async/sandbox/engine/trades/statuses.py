"""The statuses of a simple trade."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

TradeStatus = Literal["to_process", "trailing_activated", "order_placed", "finished", "cancelled", "failed"]


def _to(*statuses: TradeStatus) -> frozenset[TradeStatus]:
    return frozenset(statuses)


FINAL: Final = _to("finished", "cancelled", "failed")

TRANSITIONS: Final[Mapping[TradeStatus, frozenset[TradeStatus]]] = {
    "to_process": FINAL | _to("trailing_activated", "order_placed"),
    "trailing_activated": FINAL | _to("order_placed"),
    "order_placed": _to("finished", "cancelled"),
}
"""What may follow a status; what is no key is final.

Assumptions: of the sixteen documented words the other ten are not used; a trade waits for its condition, and for its
timeout, as ``to_process``.
"""
