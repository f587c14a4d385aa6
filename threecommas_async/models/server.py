"""What the API says of itself."""

from __future__ import annotations

import attrs

from threecommas_async.models.base import Model, UnixSeconds


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class Pong(Model):
    """The API's answer to a ping.

    :ivar pong: the word ``pong``.
    """

    pong: str | None = None


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class ServerTime(Model):
    """What time it is at the API.

    :ivar server_time: the time, to the second.
    """

    server_time: UnixSeconds
