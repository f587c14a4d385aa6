"""Kinds of leverage."""

from __future__ import annotations

from decimal import Decimal

import attrs

from threecommas_async.models.base import Model


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class LeverageBounds(Model):
    """The leverage that can be set.

    :ivar min: the least; None where there is no bound.
    :ivar max: the most; None where there is no bound.
    """

    min: Decimal | None = None
    max: Decimal | None = None


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class LeverageType(Model):
    """A kind of leverage that can be traded with. Vendor's page: "Account leverage information".

    :ivar code: ``none``, ``cross``, ``isolated`` and others.
    :ivar name: the kind, as people call it.
    :ivar can_set_leverage_value: whether its value can be chosen.
    :ivar max_leverage: the most that is allowed; None where there is no limit.
    :ivar available_leverage_values: the values to choose from; empty where any within the bounds will do.
    :ivar valid: the bounds.
    :ivar value: the name of ``valid`` in one of the vendor's tables; in no answer that has been seen.
    """

    code: str
    name: str | None = None
    can_set_leverage_value: bool | None = None
    max_leverage: Decimal | None = None
    available_leverage_values: tuple[Decimal, ...] | None = None
    valid: LeverageBounds | None = None
    value: LeverageBounds | None = None
