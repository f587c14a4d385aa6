"""The user that the API key belongs to."""

from __future__ import annotations

from types import NoneType
from typing import Final, Literal

from threecommas_async.models.key_validity import KeyValidity
from threecommas_async.models.server import Pong, ServerTime
from threecommas_async.resources.checks import one_of, required_text
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

    async def change_mode(self, mode: Literal["paper", "real"]) -> None:
        """Switch the user, and with it the web application, to paper or real trading. Needs ACCOUNTS_WRITE.

        ``POST /ver1/users/change_mode``. Vendor's page: quick start, "Signing a request using HMAC SHA256", which has
        it as its example only. To look at one of the two without switching, give the client its ``mode`` instead.

        :param mode: ``"paper"`` for trading with play money, ``"real"`` for real trading.
        :raises ValueError: ``mode`` is another word; nothing was sent.
        :raises OutcomeUnknownError: the response was lost; the same call again does no harm.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST",
            "/ver1/users/change_mode",
            NoneType,
            # The vendor signs it as a query, as a form and as JSON; a JSON body is what every other POST has.
            body={"mode": one_of("mode", required_text("mode", mode), "paper", "real")},
        )

    async def ping(self) -> Pong:
        """Find out whether the API can be reached. Public; no longer documented by the vendor.

        ``GET /ver1/ping``.

        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request("GET", "/ver1/ping", Pong, public=True)

    async def time(self) -> ServerTime:
        """Ask what time it is at the API. Public; no longer documented by the vendor.

        ``GET /ver1/time``.

        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request("GET", "/ver1/time", ServerTime, public=True)
