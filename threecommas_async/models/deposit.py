"""Where to deposit a currency."""

from __future__ import annotations

from decimal import Decimal

import attrs

from threecommas_async.models.base import Model


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class DepositData(Model):
    """Where to deposit a currency, and how much of it the account holds. Vendor's page: "User deposit data"."""

    address: str | None = None
    """The address to deposit to."""
    address_tag: str | None = None
    """The tag or memo that must go with the address; empty where there is none."""
    currency: str | None = None
    """Documented, but in no observed response."""
    available_balance: Decimal | None = None
    """How much is free."""
    in_orders: Decimal | None = None
    """How much is in orders."""
    total_balance: Decimal | None = None
    """How much there is in all."""
