"""Where to deposit a currency."""

from __future__ import annotations

from decimal import Decimal

import attrs

from threecommas_async.models.base import Model


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class DepositData(Model):
    """Where to deposit a currency, and how much of it the account holds. Vendor's page: "User deposit data".

    :ivar address: the address to deposit to.
    :ivar address_tag: the tag or memo that must go with the address; empty where there is none.
    :ivar currency: documented, but in no answer that has been seen.
    :ivar available_balance: how much is free.
    :ivar in_orders: how much is in orders.
    :ivar total_balance: how much there is in all.
    """

    address: str | None = None
    address_tag: str | None = None
    currency: str | None = None
    available_balance: Decimal | None = None
    in_orders: Decimal | None = None
    total_balance: Decimal | None = None
