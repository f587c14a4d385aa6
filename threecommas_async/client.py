"""The client: owns or borrows the aiohttp session, and hangs the resources on it."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Final, Self, final

import aiohttp

from threecommas_async.credentials import Credentials, HmacCredentials, RsaCredentials
from threecommas_async.resources import Accounts, MarketData, Users
from threecommas_async.transport.transport import Mode, Transport

DEFAULT_BASE_URL: Final = "https://api.3commas.io/public/api"
DEFAULT_TIMEOUT: Final = 30.0


@final
class ThreeCommasClient:
    """An asyncio client of the 3Commas API.

    ::

        async with ThreeCommasClient(HmacCredentials(api_key, secret)) as client:
            account = await client.accounts.create(type="binance", name="Main", api_key="...", secret="...")

    Building one does no I/O and needs no running event loop. Use it with ``async with``, or await :meth:`close` at the
    end. One client may serve any number of tasks of one event loop.

    :param credentials: :class:`HmacCredentials` or :class:`RsaCredentials`; None leaves the public calls only.
    :param base_url: another place to find the API at, such as a sandbox; plain http is for loopback hosts only.
    :param session: an aiohttp session to borrow. It is not closed; its own middlewares do not run for calls of this client,
        for one that repeats requests could repeat an order.
    :param timeout: seconds for a whole call; finite and above 0.
    :param mode: ``"paper"`` or ``"real"``: which trading mode the calls see, whatever the web application is
        switched to (header ``Forced-Mode``).
    :raises ValueError: an argument cannot be right; the text names it.

    :ivar accounts: :class:`~threecommas_async.resources.accounts.Accounts`.
    :ivar market_data: :class:`~threecommas_async.resources.market_data.MarketData`.
    :ivar users: :class:`~threecommas_async.resources.users.Users`.
    """

    def __init__(
        self,
        credentials: Credentials | None = None,
        *,
        base_url: str = DEFAULT_BASE_URL,
        session: aiohttp.ClientSession | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        mode: Mode | None = None,
    ) -> None:
        if not isinstance(credentials, HmacCredentials | RsaCredentials | None):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(
                f"credentials must be HmacCredentials, RsaCredentials or None, not {type(credentials).__name__}"
            )
        self._transport: Final = Transport(credentials, base_url=base_url, session=session, timeout=timeout, mode=mode)
        self.accounts: Final = Accounts(self._transport)
        self.market_data: Final = MarketData(self._transport)
        self.users: Final = Users(self._transport)

    @classmethod
    def from_env(
        cls, *, session: aiohttp.ClientSession | None = None, timeout: float = DEFAULT_TIMEOUT, mode: Mode | None = None
    ) -> Self:
        """Build a client from the environment.

        ``THREECOMMAS_API_KEY`` together with ``THREECOMMAS_API_SECRET`` or, for an RSA key,
        ``THREECOMMAS_PRIVATE_KEY_FILE``; optionally ``THREECOMMAS_BASE_URL``. The parameters are the
        constructor's.

        :raises ValueError: a variable is missing, or both kinds of secret are set.
        :raises OSError: the private key's file cannot be read.
        """
        base_url = os.environ.get("THREECOMMAS_BASE_URL") or DEFAULT_BASE_URL
        return cls(_credentials_from_env(), base_url=base_url, session=session, timeout=timeout, mode=mode)

    async def close(self) -> None:
        """Close the session, unless it was borrowed. A closed client sends nothing more."""
        await self._transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exception_type: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _credentials_from_env() -> Credentials:
    api_key = os.environ.get("THREECOMMAS_API_KEY")
    has_secret = bool(os.environ.get("THREECOMMAS_API_SECRET"))
    key_file = os.environ.get("THREECOMMAS_PRIVATE_KEY_FILE")
    if not api_key:
        raise ValueError("the environment variable THREECOMMAS_API_KEY is not set")
    if has_secret and key_file:
        raise ValueError("set THREECOMMAS_API_SECRET or THREECOMMAS_PRIVATE_KEY_FILE, not both")
    if key_file:
        return RsaCredentials(api_key, Path(key_file))
    if not has_secret:
        raise ValueError(
            "set the environment variable THREECOMMAS_API_SECRET or, for an RSA key, THREECOMMAS_PRIVATE_KEY_FILE"
        )
    return HmacCredentials(api_key, os.environ["THREECOMMAS_API_SECRET"])
