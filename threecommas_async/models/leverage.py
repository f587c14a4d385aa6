"""Kinds of leverage."""

from __future__ import annotations

from decimal import Decimal

import attrs

from threecommas_async.models.base import Model


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class LeverageBounds(Model):
    """The leverage that can be set."""

    min: Decimal | None = None
    """The least; None where there is no bound."""
    max: Decimal | None = None
    """The most; None where there is no bound."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class LeverageType(Model):
    """A kind of leverage that can be traded with. Vendor's page: "Account leverage information"."""

    code: str
    """``none``, ``cross``, ``isolated`` and others."""
    name: str | None = None
    """The kind, as people call it."""
    can_set_leverage_value: bool | None = None
    """Whether its value can be chosen."""
    max_leverage: Decimal | None = None
    """The most that is allowed; None where there is no limit."""
    available_leverage_values: tuple[Decimal, ...] | None = None
    """The values to choose from; empty where any within the bounds will do."""
    valid: LeverageBounds | None = None
    """The bounds."""
    value: LeverageBounds | None = None
    """The name of ``valid`` in one of the vendor's tables; in no observed response."""
