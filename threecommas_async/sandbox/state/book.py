"""The exchange accounts of a sandbox's one user."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Final

from threecommas_async.sandbox.reference.markets import ListedMarket
from threecommas_async.sandbox.state.account import ExchangeAccount
from threecommas_async.sandbox.state.holdings import Holdings

_SUMMARY: Final = ListedMarket("summary", "Summary", "summary", ())


class AccountBook:
    """The accounts in the order in which they were connected."""

    def __init__(self) -> None:
        self._accounts: Final[dict[int, ExchangeAccount]] = {}
        self._ids: Final = count(32_849_081)

    def find(self, account_id: int) -> ExchangeAccount | None:
        return self._accounts.get(account_id)

    def all(self, api_key: str | None = None) -> list[ExchangeAccount]:
        """Return the accounts, or those which this exchange key opened."""
        if api_key is None:
            return list(self._accounts.values())
        return [account for account in self._accounts.values() if account.api_key == api_key]

    def is_connected(self, market: ListedMarket, identity: str, *, besides: int | None = None) -> bool:
        """Tell whether this key, or address, already opened an account of this type, other than one of that id.

        Of this type, not of this exchange: in the vendor's example of ``types_to_connect`` one pair of keys has its
        futures account connected and its spot account still to connect.
        """
        return any(
            account.market.code == market.code and account.identity == identity and account.id != besides
            for account in self._accounts.values()
        )

    def connect(
        self,
        market: ListedMarket,
        *,
        name: str,
        now: datetime,
        api_key: str | None = None,
        address: str | None = None,
        customer_id: str | None = None,
        holdings: Holdings | None = None,
    ) -> ExchangeAccount:
        """Connect an account; when it is not said what it holds, that is what a trader would have there."""
        held = Holdings.usual(market, now) if holdings is None else holdings
        return self.keep(
            ExchangeAccount(
                next(self._ids),
                market,
                name,
                now,
                now,
                held,
                api_key=api_key,
                address=address,
                customer_id=customer_id,
            )
        )

    def keep(self, account: ExchangeAccount) -> ExchangeAccount:
        """Remember an account, in place of what was known of it."""
        self._accounts[account.id] = account
        return account

    def remove(self, account_id: int) -> None:
        del self._accounts[account_id]

    def summary(self, now: datetime) -> ExchangeAccount:
        """Return the sum of the accounts that are included in it, as an account of no market whose ``id`` is 0.

        No page shows what the API answers.
        """
        included = [account for account in self._accounts.values() if account.include_in_summary]
        oldest = min((account.created_at for account in included), default=now)
        newest = max((account.updated_at for account in included), default=now)
        held = Holdings.summed(account.holdings for account in included)
        return ExchangeAccount(0, _SUMMARY, "Summary", oldest, newest, held)
