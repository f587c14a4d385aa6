"""Orders of a deal."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import attrs

from threecommas_async.models.base import Model


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class DealOrder(Model):
    """An order that a deal has placed, or wanted to. Vendor's page: "Get trades of deal".

    Lists of them come newest first by and large; sort them by ``created_at`` where the order matters.
    """

    SHOWN = ("order_id", "order_type", "deal_order_type", "status_string", "quantity", "rate")

    order_id: str
    """Number of the order, in digits; what ``client.deals.cancel_order`` takes."""
    order_type: str | None = None
    """Its side: ``BUY`` or ``SELL``."""
    deal_order_type: str | None = None
    """What it is for: ``Base``, ``Safety``, ``Manual Safety``, ``Take Profit`` or ``Stop Loss``."""
    cancellable: bool | None = None
    """Whether it can be cancelled."""
    status_string: str | None = None
    """Its status: ``Active``, ``Filled``, ``Cancelled``, ``Inactive`` or ``Finished``."""
    created_at: datetime | None = None
    """When it was placed."""
    updated_at: datetime | None = None
    """When it last changed."""
    quantity: Decimal | None = None
    """Its size, in the base currency."""
    quantity_remaining: Decimal | None = None
    """How much of that is not filled; of a cancelled order, all of it."""
    total: Decimal | None = None
    """What was filled, in the quote currency; 0 before."""
    rate: Decimal | None = None
    """Its price; market orders have one, too."""
    average_price: Decimal | None = None
    """The price that was paid or got, with fees; 0 before it is filled."""

    @property
    def is_active(self) -> bool:
        """Whether it waits to be filled."""
        return self.status_string == "Active"

    @property
    def is_filled(self) -> bool:
        """Whether it is filled."""
        return self.status_string in ("Filled", "Finished")
