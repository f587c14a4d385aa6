"""What an exchange's API key can connect."""

from __future__ import annotations

import attrs

from threecommas_async.models.base import Model


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class MarketSubtype(Model):
    """A kind of account that an exchange's API key can connect. Vendor's page: "Available market subtypes"."""

    type: str
    """The market's code, as ``types_to_create`` of ``accounts.create`` takes it."""
    connected: bool | None = None
    """Whether it is connected already."""
    available: bool | None = None
    """Whether it can be connected."""
    unified: bool | None = None
    """Whether it is a unified account; Bybit has them."""
