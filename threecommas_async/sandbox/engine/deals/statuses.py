"""The statuses of a deal: what leads from one to another, and what each allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, final

from attrs import frozen

DealStatus = Literal[
    "base_order_placed",
    "bought",
    "ttp_activated",
    "close_strategy_activated",
    "panic_sell_pending",
    "cancel_pending",
    "completed",
    "stop_loss_finished",
    "panic_sold",
    "cancelled",
    "failed",
    "ttp_order_placed",
    "liquidated",
    "settled",
]


def _to(*statuses: DealStatus) -> frozenset[DealStatus]:
    return frozenset(statuses)


_ENDS: Final = _to("completed", "stop_loss_finished", "panic_sell_pending", "cancel_pending")

TRANSITIONS: Final[Mapping[DealStatus, frozenset[DealStatus]]] = {
    "base_order_placed": _to("bought", "failed"),
    "bought": _ENDS | _to("ttp_activated", "close_strategy_activated", "panic_sold"),
    "ttp_activated": _ENDS | _to("bought"),
    "close_strategy_activated": _ENDS,
    "panic_sell_pending": _to("panic_sold", "cancel_pending"),
    "cancel_pending": _to("cancelled"),
}
"""What may follow a status; what is no key is final or never reached.

Assumptions: a base order fills at once, so nothing can cancel it; a trailing take profit is sold by market, so
``ttp_order_placed`` never shows; a deal is never ``liquidated`` nor ``settled``, and the eight older statuses are not
used. A deal without further steps ends as ``panic_sold`` if its last step was sold by ``panic_sell_step``.
"""

FINISHED: Final = _to("completed", "stop_loss_finished", "panic_sold", "cancelled", "failed", "liquidated", "settled")

LOCALIZED: Final[Mapping[DealStatus, str]] = {
    "base_order_placed": "Base order placed",
    "bought": "Active",
    "ttp_activated": "TTP activated",
    "ttp_order_placed": "TTP order placed",
    "close_strategy_activated": "Close strategy activated",
    "panic_sell_pending": "Closing at Market Price",
    "cancel_pending": "Cancel pending",
    "completed": "Completed",
    "stop_loss_finished": "StopLoss",
    "panic_sold": "Closed at Market Price",
    "cancelled": "Cancelled",
    "failed": "Failed",
    "liquidated": "Liquidated",
    "settled": "Settled",
}
"""``localized_status``."""


@final
@frozen
class Permissions:
    """What a status allows."""

    cancellable: bool = False
    """``cancellable?``."""
    panic_sellable: bool = False
    """``panic_sellable?``."""
    add_fundable: bool = False
    smart_trade_convertable: bool = False


_NOTHING: Final = Permissions()
_PERMISSIONS: Final[Mapping[DealStatus, Permissions]] = {
    "base_order_placed": Permissions(cancellable=True),
    "bought": Permissions(True, True, True, True),
    "ttp_activated": Permissions(True, True, True, True),
    "close_strategy_activated": Permissions(True, True, True, False),
    "panic_sell_pending": Permissions(cancellable=True),
}


def permissions(status: DealStatus) -> Permissions:
    return _PERMISSIONS.get(status, _NOTHING)
