"""What the API says of itself."""

from __future__ import annotations

import attrs

from threecommas_async.models.base import Model, UnixSeconds


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class Pong(Model):
    """The API's response to a ping."""

    pong: str | None = None
    """The word ``pong``."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class ServerTime(Model):
    """What time it is at the API."""

    server_time: UnixSeconds
    """The time, to the second."""
