"""Exchange accounts."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Final

from threecommas_async.models import Account
from threecommas_async.redaction import conceals_arguments
from threecommas_async.resources.checks import in_range, required_text, text, texts
from threecommas_async.transport.transport import Id, Transport


class Accounts:
    """``client.accounts``: the exchange accounts and wallets that are connected to 3Commas."""

    __slots__ = ("_transport",)

    def __init__(self, transport: Transport) -> None:
        self._transport: Final = transport

    @conceals_arguments
    async def create(
        self,
        *,
        type: str,
        name: str,
        api_key: str | None = None,
        secret: str | None = None,
        address: str | None = None,
        customer_id: str | None = None,
        passphrase: str | None = None,
        types_to_create: Sequence[str] | None = None,
    ) -> Account:
        """Connect an exchange account or a wallet. Needs the permission ACCOUNTS_WRITE.

        ``POST /ver1/accounts/new``. Vendor's page: "Add exchange account".

        :param type: the market's code, as :meth:`MarketData.markets` has it: ``binance``, ``okex`` ...
        :param name: what the account is to be called; at least 2 characters.
        :param api_key: the API key that the exchange gave you; at least 5 characters.
        :param secret: the secret that belongs to it; at least 5 characters.
        :param address: the wallet's address; needed when ``type`` is ``ethereumwallet``.
        :param customer_id: your customer number; needed when ``type`` is ``bitstamp``.
        :param passphrase: the passphrase of the API key; needed when ``type`` is ``coinbase``, and by some other
            exchanges (``form_fields`` of the market tells).
        :param types_to_create: related accounts to connect with the same key, such as ``["binance_margin"]``.
        :returns: the new account.
        :raises ValueError: an argument is missing, too short or empty; nothing was sent.
        :raises TypeError: an argument is of the wrong type; nothing was sent.
        :raises InvalidRequestError: 3Commas refused; ``fields`` tells what and why. An exchange key that is connected
            already is refused with ``fields["api_key"]``.
        :raises OutcomeUnknownError: the answer was lost: look into :meth:`list` before you repeat the call.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST",
            "/ver1/accounts/new",
            Account,
            body={
                "type": required_text("type", type),
                "name": required_text("name", name, shortest=2),
                "api_key": text("api_key", api_key, shortest=5),
                "secret": text("secret", secret, shortest=5),
                "address": _needed_by("ethereumwallet", type, "address", address),
                "customer_id": _needed_by("bitstamp", type, "customer_id", customer_id),
                "passphrase": _needed_by("coinbase", type, "passphrase", passphrase),
                "types_to_create": texts("types_to_create", types_to_create, "['binance_margin']"),
            },
        )

    async def get(self, account_id: Id) -> Account:
        """Fetch one account. Needs the permission ACCOUNTS_READ.

        ``GET /ver1/accounts/{account_id}``. Vendor's page: "Get account info".

        :param account_id: the account's ``id``, or ``"summary"`` for the sum over all accounts that count in it.
        :raises NotFoundError: there is no such account.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET", "/ver1/accounts/{account_id}", Account, ids={"account_id": account_id}
        )

    @conceals_arguments
    async def list(
        self, *, api_key: str | None = None, page: int | None = None, per_page: int | None = None
    ) -> builtins.list[Account]:
        """Fetch one page of the connected accounts. Needs the permission ACCOUNTS_READ.

        ``GET /ver1/accounts``. Vendor's page: "List of connected exchanges".

        :param api_key: only the accounts that were connected with this API key of an exchange.
        :param page: number of the page, from 1; 1 by default.
        :param per_page: accounts on a page, from 1 to 100; 100 by default.
        :raises ValueError: ``page`` or ``per_page`` is out of range; nothing was sent.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET",
            "/ver1/accounts",
            builtins.list[Account],
            query={
                "api_key": api_key,
                "page": in_range("page", page, 1),
                "per_page": in_range("per_page", per_page, 1, 100),
            },
        )


def _needed_by(market: str, type_: str, name: str, value: str | None) -> str | None:
    """Check a parameter that accounts of one market cannot be connected without."""
    if type_.lower() == market:
        return required_text(name, value, when=f" when type is {type_!r}")
    return text(name, value)
