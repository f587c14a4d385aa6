"""What an exchange's API key can connect."""

from __future__ import annotations

import attrs

from threecommas_async.models.base import Model


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class MarketSubtype(Model):
    """A kind of account that an exchange's API key can connect. Vendor's page: "Available market subtypes".

    :ivar type: the market's code, as ``types_to_create`` of ``accounts.create`` takes it.
    :ivar connected: whether it is connected already.
    :ivar available: whether it can be connected.
    :ivar unified: whether it is a unified account; Bybit has them.
    """

    type: str
    connected: bool | None = None
    available: bool | None = None
    unified: bool | None = None
