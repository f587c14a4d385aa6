"""The user that the API key belongs to."""

from __future__ import annotations

from typing import Final

from threecommas_async.models import KeyValidity
from threecommas_async.transport.transport import Transport


class Users:
    """``client.users``: the API key and its owner."""

    __slots__ = ("_transport",)

    def __init__(self, transport: Transport) -> None:
        self._transport: Final = transport

    async def validate(self) -> KeyValidity:
        """Ask whether the API key and its signatures are accepted. Needs no permission.

        ``GET /ver1/validate``. Vendor's page: quick start, "How to start".

        :returns: the API's word on it.
        :raises AuthenticationError: the key is unknown or expired, or the signature does not fit it.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request("GET", "/ver1/validate", KeyValidity)
