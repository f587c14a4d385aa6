"""What is running on an account."""

from __future__ import annotations

import attrs

from threecommas_async.models.base import Model


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class ActiveTradingEntities(Model):
    """How much is running on an account. Vendor's page: "Get the list of active entities"."""

    active_bots_count: int | None = None
    """Running DCA bots."""
    active_deals_count: int | None = None
    """Open deals of DCA bots."""
    active_smart_trades_count: int | None = None
    """Open SmartTrades."""
    active_orders_count: int | None = None
    """Open orders."""
    active_grid_bots_count: int | None = None
    """Running grid bots."""
