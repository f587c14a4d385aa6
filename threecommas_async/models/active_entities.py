"""What is running on an account."""

from __future__ import annotations

import attrs

from threecommas_async.models.base import Model


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class ActiveTradingEntities(Model):
    """How much is running on an account. Vendor's page: "Get the list of active entities".

    :ivar active_bots_count: running DCA bots.
    :ivar active_deals_count: open deals of DCA bots.
    :ivar active_smart_trades_count: open SmartTrades.
    :ivar active_orders_count: open orders.
    :ivar active_grid_bots_count: running grid bots.
    """

    active_bots_count: int | None = None
    active_deals_count: int | None = None
    active_smart_trades_count: int | None = None
    active_orders_count: int | None = None
    active_grid_bots_count: int | None = None
