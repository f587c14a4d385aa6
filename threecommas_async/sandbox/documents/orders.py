"""The orders of deals, and what they have in common with those of grid bots."""

from __future__ import annotations

from threecommas_async.sandbox.documents.writing import iso_time, shortened
from threecommas_async.sandbox.engine.orders import Order


def order_document(order: Order) -> dict[str, object]:
    return {
        "order_id": str(order.id),
        "order_type": order.side,
        "deal_order_type": order.kind,
        "cancellable": order.cancellable,
        **order_figures(order),
    }


def order_figures(order: Order) -> dict[str, object]:
    """Return the status, times and amounts of an order."""
    return {
        "status_string": order.status,
        "created_at": iso_time(order.created_at),
        "updated_at": iso_time(order.updated_at),
        "quantity": shortened(order.quantity),
        "quantity_remaining": shortened(order.quantity_remaining),
        "total": shortened(order.total),
        "rate": shortened(order.price),
        "average_price": shortened(order.average_price),
    }
