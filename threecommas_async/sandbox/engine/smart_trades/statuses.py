"""The statuses of a SmartTrade and of its trades: what leads from one to another, and what each allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

SmartTradeStatus = Literal[
    "created",
    "waiting_position",
    "waiting_targets",
    "pending_reduce_funds",
    "reduce_funds_in_progress",
    "stop_loss_in_progress",
    "panic_sell_pending",
    "panic_sell_in_progress",
    "cancellation_pending",
    "finished",
    "stop_loss_finished",
    "panic_sold",
    "cancelled",
    "failed",
]
TradeStatus = Literal[
    "idle",
    "to_process",
    "order_placed",
    "trailing_activated",
    "panic_sell_pending",
    "smart_sell",
    "finished",
    "cancelled",
    "failed",
]
FinalStatus = Literal["finished", "stop_loss_finished", "panic_sold", "cancelled", "failed"]


def _to(*statuses: SmartTradeStatus) -> frozenset[SmartTradeStatus]:
    return frozenset(statuses)


_REQUESTED: Final = _to("panic_sell_pending", "cancellation_pending")
_TARGETS: Final = _REQUESTED | _to("stop_loss_in_progress", "stop_loss_finished", "finished", "cancelled")

TRANSITIONS: Final[Mapping[SmartTradeStatus, frozenset[SmartTradeStatus]]] = {
    "created": _to("waiting_position", "waiting_targets", "finished", "failed"),
    "waiting_position": _REQUESTED | _to("waiting_targets", "finished", "cancelled", "failed"),
    "waiting_targets": _TARGETS | _to("pending_reduce_funds"),
    "pending_reduce_funds": _TARGETS | _to("reduce_funds_in_progress", "waiting_targets"),
    "reduce_funds_in_progress": _TARGETS | _to("waiting_targets"),
    "stop_loss_in_progress": _REQUESTED | _to("stop_loss_finished"),
    "panic_sell_pending": _to("panic_sell_in_progress", "panic_sold"),
    "panic_sell_in_progress": _to("panic_sold", "cancellation_pending"),
    "cancellation_pending": _to("cancelled"),
}
"""What may follow a status; what is no key is final.

Assumptions: ``cancellation_in_progress`` never shows; ``panic_sell_in_progress`` is a closing that waits until the
account can pay it, and may be cancelled.
"""

RUNNING: Final = _to("waiting_targets", "pending_reduce_funds", "reduce_funds_in_progress")
"""It has its position, and its targets are waited for."""
CLOSED: Final = _to("finished", "stop_loss_finished", "panic_sold")
"""``data.finished``. Assumption: it was so of none of the recorded cancelled and failed ones."""
FINAL: Final = CLOSED | _to("cancelled", "failed")
EDITABLE: Final = _to("waiting_position", "waiting_targets")
"""``data.editable``, and where funds can be added."""
PANIC_SELLABLE: Final = RUNNING | _to("stop_loss_in_progress")
"""``data.panic_sell_available``."""
CANCELLABLE: Final = PANIC_SELLABLE | _to("waiting_position", "panic_sell_in_progress")
"""``data.cancel_available``."""

WAITING: Final[frozenset[TradeStatus]] = frozenset({"idle", "to_process", "order_placed", "trailing_activated"})
"""A trade that is still to be carried out, and that nobody is closing."""
PROCESSED: Final[frozenset[TradeStatus]] = frozenset({"to_process", "order_placed", "trailing_activated"})
"""A trade that can be carried out by market: ``force_processable`` and ``data.panic_sell_available`` of a step."""

TITLES: Final[Mapping[SmartTradeStatus, str]] = {
    "created": "Pending",
    "waiting_position": "Pending Position Opened",
    "waiting_targets": "Waiting Targets",
    "pending_reduce_funds": "Pending reduce funds",
    "reduce_funds_in_progress": "Reduce funds in progress",
    "stop_loss_in_progress": "Stop Loss in progress",
    "panic_sell_pending": "Closing at Market Price",
    "panic_sell_in_progress": "Closing at Market Price",
    "cancellation_pending": "Cancelling",
    "finished": "Finished",
    "stop_loss_finished": "Closed by Stop Loss",
    "panic_sold": "Closed at Market Price",
    "cancelled": "Cancelled",
    "failed": "Failed",
}
"""``status.title``. Assumption: those of the two that are in progress, and of the first three final ones."""

TRADE_TITLES: Final[Mapping[TradeStatus, str]] = {
    "idle": "Pending",
    "to_process": "Pending",
    "order_placed": "Placed",
    "trailing_activated": "Trailing activated",
    "panic_sell_pending": "Panic closing",
    "smart_sell": "Own funds",
    "finished": "Finished",
    "cancelled": "Cancelled",
    "failed": "Failed",
}
"""The same of a trade. Assumption: that of ``trailing_activated``."""
