"""What bots tell of what has happened."""

from __future__ import annotations

from datetime import datetime
from typing import final

from attrs import frozen


@final
@frozen
class Event:
    """An item of ``bot_events``, or of the events of a grid bot."""

    message: str
    created_at: datetime
