"""The accounts of a sandbox: what a test sets up before its calls, and looks at afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final, get_args

from attrs import asdict, evolve

from threecommas_async.sandbox.documents.writing import shortened
from threecommas_async.sandbox.reference.currencies import CURRENCIES, Worth
from threecommas_async.sandbox.reference.markets import MARKETS_BY_TYPE
from threecommas_async.sandbox.state.account import ActiveEntities, ExchangeAccount, KeysState
from threecommas_async.sandbox.state.book import AccountBook
from threecommas_async.sandbox.state.holdings import Holdings
from threecommas_async.sandbox.state.trading import Trading
from threecommas_async.transport.clock import Clock

Balances = Mapping[str, Decimal | str | int] | Holdings
"""Amounts by currency, or balances with profits, such as :data:`~threecommas_async.sandbox.VENDOR_DUST`."""


class SandboxAccounts:
    """The exchange accounts of a sandbox's user.

    ::

        account_id = sandbox.accounts.add(type="binance", balances={"BTC": "0.5", "USDT": "1000"})
        sandbox.accounts.add_many(1_050)
        sandbox.accounts.set_active(account_id, deals=2)  # it can no longer be removed
        sandbox.accounts.set_keys_valid(account_id, False)  # the exchange rejects its keys
        sandbox.accounts.set_keys_state(account_id, "expire_soon")

    Ids are those of the API, such as ``account.id``. An unknown id raises ``ValueError``.
    """

    def __init__(self, accounts: AccountBook, trading: Trading, clock: Clock) -> None:
        self._accounts: Final = accounts
        self._trading: Final = trading
        self._clock: Final = clock

    def __len__(self) -> int:
        return len(self._accounts)

    def __contains__(self, account_id: int) -> bool:
        return account_id in self._accounts

    @property
    def ids(self) -> list[int]:
        """The ids of all accounts, in the order of their list."""
        return self._accounts.ids

    def add(
        self,
        *,
        type: str = "binance",
        name: str = "Account",
        api_key: str | None = None,
        address: str | None = None,
        balances: Balances | None = None,
    ) -> int:
        """Connect an account without a call, and return its id.

        :param type: a market code of the market list.
        :param api_key: the exchange's key. Every response shows it, accounts can be listed by it, and it cannot be
            connected twice.
        :param address: the same for a wallet.
        :param balances: see :meth:`set_balances`; by default plausible balances for the market.
        :raises ValueError: an argument is not valid, or the key or address is already connected.
        """
        market = MARKETS_BY_TYPE.get(type)
        if market is None:
            raise ValueError(f"type {type!r} is not in the market list")
        if address is not None and not market.is_wallet:
            raise ValueError(f"address is for wallets, which {type!r} is not")
        if api_key is not None and market.is_wallet:
            raise ValueError("a wallet has an address instead of an api_key")
        identity = address if market.is_wallet else api_key
        if identity is not None and self._accounts.is_connected(market, identity):
            raise ValueError(
                f"{'address' if market.is_wallet else 'api_key'} has a connected account of this type already"
            )
        now = self._clock.now()
        held = None if balances is None else _checked_holdings(balances, now, self._trading.worth)
        connect = self._accounts.connect
        return connect(market, name=name, now=now, api_key=api_key, address=address, holdings=held).id

    def add_many(self, count: int, *, type: str = "binance", name: str = "Account") -> list[int]:
        """Connect ``count`` accounts, named ``Account 1``, ``Account 2`` ..., and return their ids."""
        return [self.add(type=type, name=f"{name} {number}") for number in range(1, count + 1)]

    def remove(self, account_id: int) -> None:
        """Remove an account with its bots and deals, even if some are active."""
        self._trading.bring_to(self._clock.now())
        self._accounts.remove(self._account(account_id).id)

    def set_balances(self, account_id: int, balances: Balances) -> None:
        """Replace the balances of an account.

        The amounts include what open orders of deals have locked, which stays locked.

        :param balances: amounts by currency; the sandbox has prices for BTC, ETH, BNB, USDT, USDC, DOGE, ADA, FIL, ROSE
            and 1INCH, and for currencies of added pairs. Or :data:`~threecommas_async.sandbox.VENDOR_DUST`.
        :raises ValueError: there is no such account, an amount is not valid or less than open orders have locked, or
            the sandbox has no price for a currency.
        :raises TypeError: an amount is a float.
        """
        now = self._clock.now()
        held = _checked_holdings(balances, now, self._trading.worth)
        account = self._account(account_id)
        self._trading.bring_to(now)
        for code, locked in self._accounts.locked(account_id).items():
            if held.amounts.get(code, 0) < locked:
                raise ValueError(
                    f"the balance of {code} must be at least the {shortened(locked)} that open orders have locked"
                )
        self._accounts.hold(account_id, held)
        self._accounts.keep(evolve(account, updated_at=now))

    def set_keys_valid(self, account_id: int, valid: bool) -> None:
        """Make the exchange reject the account's keys, so that calls that need it end in 422, or accept them again."""
        self._accounts.keep(evolve(self._account(account_id), keys_valid=valid))

    def set_keys_state(self, account_id: int, state: KeysState) -> None:
        """Set the state of the account's keys: ``ok``, ``expire_soon``, or ``expired``, which the exchange rejects."""
        if state not in get_args(KeysState):
            raise ValueError(f"state must be one of {', '.join(get_args(KeysState))}, not {state!r}")
        self._accounts.keep(evolve(self._account(account_id), keys_state=state))

    def set_active(
        self,
        account_id: int,
        *,
        bots: int = 0,
        deals: int = 0,
        smart_trades: int = 0,
        orders: int = 0,
        grid_bots: int = 0,
    ) -> None:
        """Set the numbers of active entities of an account, in addition to the bots and deals that the sandbox runs.

        The account cannot be removed unless all of them are 0.

        :raises ValueError: a number is negative, or there is no such account.
        """
        active = ActiveEntities(bots, deals, smart_trades, orders, grid_bots)
        for name, number in asdict(active).items():
            if number < 0:
                raise ValueError(f"{name} must be at least 0, not {number}")
        self._accounts.set_active(self._account(account_id).id, active)

    def _account(self, account_id: int) -> ExchangeAccount:
        account = self._accounts.find(account_id)
        if account is None:
            raise ValueError(f"there is no account {account_id}")
        return account


def _checked_holdings(balances: Balances, now: datetime, worth: Worth) -> Holdings:
    return balances if isinstance(balances, Holdings) else Holdings.of(_checked_amounts(balances, worth), now, worth)


def _checked_amounts(balances: Mapping[str, Decimal | str | int], worth: Worth) -> dict[str, Decimal]:
    amounts: dict[str, Decimal] = {}
    for code, given in balances.items():
        if not worth.knows(code):
            raise ValueError(
                f"balances has {code!r}, for which the sandbox has no price; it has {', '.join(CURRENCIES)}"
            )
        if isinstance(given, float):
            raise TypeError(f"the balance of {code} must be a Decimal, a str or an int: a float is not exact")
        amount = Decimal(given)
        if not amount.is_finite() or amount < 0:
            raise ValueError(f"the balance of {code} must be a number of at least 0, not {given}")
        amounts[code] = amount
    return amounts
