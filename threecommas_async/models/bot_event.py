"""What bots and deals tell about themselves."""

from __future__ import annotations

from datetime import datetime

import attrs

from threecommas_async.models.base import Model


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class BotEvent(Model):
    """Something that happened to a bot or a deal, told in English for people.

    The texts change without notice and hold no state that a program should rely on: orders and statuses do. Events are
    sorted by time nearly, but not always.
    """

    message: str | None = None
    """What happened, with prices and sizes."""
    created_at: datetime | None = None
    """When it happened."""
