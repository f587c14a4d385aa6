"""The exchange accounts of a sandbox's single user."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Final

from attrs import evolve

from threecommas_async.sandbox.amounts import EXACT
from threecommas_async.sandbox.reference.markets import ListedMarket
from threecommas_async.sandbox.state.account import ActiveEntities, ExchangeAccount
from threecommas_async.sandbox.state.holdings import Holdings
from threecommas_async.sandbox.state.trading import Trading

_SUMMARY: Final = ListedMarket("summary", "Summary", "summary", ())
_ZERO: Final = Decimal(0)


class AccountBook:
    """The accounts in the order in which they were connected.

    The engine trades with an account's balances: there are no others. A returned account shows them, and the active
    entities, at that moment.
    """

    def __init__(self, trading: Trading) -> None:
        self._trading: Final = trading
        self._accounts: Final[dict[int, ExchangeAccount]] = {}
        self._ids: Final = count(32_849_081)

    def __len__(self) -> int:
        return len(self._accounts)

    def __contains__(self, account_id: int) -> bool:
        return account_id in self._accounts

    @property
    def ids(self) -> list[int]:
        return list(self._accounts)

    def find(self, account_id: int) -> ExchangeAccount | None:
        account = self._accounts.get(account_id)
        return None if account is None else self._as_it_is(account)

    def all(self, api_key: str | None = None) -> list[ExchangeAccount]:
        """Return the accounts, or those that were connected with this exchange key."""
        accounts = self._accounts.values()
        return [self._as_it_is(account) for account in accounts if api_key is None or account.api_key == api_key]

    def is_connected(self, market: ListedMarket, identity: str, *, besides: int | None = None) -> bool:
        """Tell whether this key or address is already connected to an account of this type, other than ``besides``.

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
        """Connect an account; by default it holds plausible balances."""
        held = Holdings.usual(market, now) if holdings is None else holdings
        account = ExchangeAccount(
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
        self._trading.pairs_of(market)
        self._trading.engine.add_account(
            account.id, market.code, name=name, fee=self._trading.fee, balances=held.amounts
        )
        self._accounts[account.id] = account
        return self._as_it_is(account)

    def keep(self, account: ExchangeAccount) -> ExchangeAccount:
        """Replace the account of the same id, except for its holdings and active entities."""
        known = self._accounts[account.id]
        self._accounts[account.id] = evolve(account, holdings=known.holdings, active=known.active, locked={})
        self._trading.engine.account(account.id).name = account.name
        return self._as_it_is(self._accounts[account.id])

    def hold(self, account_id: int, holdings: Holdings) -> None:
        """Replace the holdings of an account; what open orders have locked stays locked."""
        self._accounts[account_id] = evolve(self._accounts[account_id], holdings=holdings)
        engine, wanted = self._trading.engine, holdings.amounts
        funds = engine.account(account_id).funds
        for code in {*funds.totals(), *wanted}:
            free = EXACT.subtract(wanted.get(code, _ZERO), funds.locked.get(code, _ZERO))
            engine.set_free(account_id, code, max(free, _ZERO))

    def locked(self, account_id: int) -> Mapping[str, Decimal]:
        """Return the amounts that the open orders of an account have locked."""
        locked = self._trading.engine.account(account_id).funds.locked
        return {code: amount for code, amount in locked.items() if amount}

    def set_active(self, account_id: int, active: ActiveEntities) -> None:
        """Set the active entities of an account, in addition to those of the engine."""
        self._accounts[account_id] = evolve(self._accounts[account_id], active=active)

    def stop_everything(self, account_id: int) -> None:
        """Disable the bots of an account, and cancel everything that is active."""
        self.set_active(account_id, ActiveEntities())
        self._trading.engine.cancel_all_on(account_id)

    def remove(self, account_id: int) -> None:
        """Remove an account, and everything that traded on it."""
        self._trading.engine.remove_account(account_id)
        del self._accounts[account_id]

    def summary(self, now: datetime) -> ExchangeAccount:
        """Return the sum of the accounts that are included in it, as an account without a market whose ``id`` is 0.

        The vendor's pages do not show the API's response.
        """
        included = [account for account in self.all() if account.include_in_summary]
        oldest = min((account.created_at for account in included), default=now)
        newest = max((account.updated_at for account in included), default=now)
        held = Holdings.summed(account.holdings for account in included)
        locked: dict[str, Decimal] = {}
        for account in included:
            for code, amount in account.locked.items():
                locked[code] = EXACT.add(locked.get(code, _ZERO), amount)
        return ExchangeAccount(0, _SUMMARY, "Summary", oldest, newest, held, locked=locked)

    def _as_it_is(self, account: ExchangeAccount) -> ExchangeAccount:
        engine, active = self._trading.engine, account.active
        bots = len(engine.bots.select(account_id=account.id, is_enabled=True))
        deals = sum(deal.account.id == account.id for deal in engine.deals.active)
        smart_trades = sum(one.account.id == account.id for one in engine.smart_trades.active)
        trades = sum(trade.account.id == account.id for trade in engine.trades.active)
        held = account.holdings.now(engine.account(account.id).funds.totals(), self._trading.worth)
        grid_bots = len(engine.grid_bots.select(account_id=account.id, is_enabled=True))
        active = evolve(
            active,
            bots=active.bots + bots,
            deals=active.deals + deals,
            smart_trades=active.smart_trades + smart_trades,
            orders=active.orders + trades,
            grid_bots=active.grid_bots + grid_bots,
        )
        return evolve(account, holdings=held, active=active, locked=self.locked(account.id))
