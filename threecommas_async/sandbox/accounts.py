"""The exchange accounts of a sandbox's one user: what is kept of them, and how the API shows them."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Context, Decimal
from itertools import count
from typing import Final

import msgspec
from attrs import field, frozen

from threecommas_async.sandbox.answers import iso_time
from threecommas_async.sandbox.markets import Market

# The amounts of the vendor's example of a new account: the digits that a client has to survive.
_BTC_PROFIT: Final = "0.0000000000000000000000001579586071525673247181448663178"
_USD_PROFIT: Final = "-0.00000000000000000010999999999999999999993138892165683112"
_OPENING_AMOUNTS: Final[Mapping[str, str]] = {
    "btc_amount": "0.0000000080232449796548201579586071525673247181448663178",
    "usd_amount": "0.00048395892787478689000000000000000000006861107834316888",
    "day_profit_btc": _BTC_PROFIT,
    "day_profit_usd": _USD_PROFIT,
    "day_profit_btc_percentage": "0.0",
    "day_profit_usd_percentage": "-0.0",
    "btc_profit": _BTC_PROFIT,
    "usd_profit": _USD_PROFIT,
    "usd_profit_percentage": "-0.0",
    "btc_profit_percentage": "0.0",
    "total_btc_profit": "1.5795860715256732e-25",
    "total_usd_profit": "-1.1e-19",
}

# The examples of a new account lack these fields of the entity, those of the list lack the last.
_NOT_IN_NEW: Final = ("smart_selling_supported", "available_for_trading", "auto_balance_portfolio")
_NOT_IN_LIST: Final = _NOT_IN_NEW[-1:]

_EXACT: Final = Context(prec=200)


@frozen
class ExchangeAccount:
    """What the sandbox keeps of a connected account.

    Of the exchange's ``api_key`` (of the address, for a wallet) there is a salted hash, which is enough to filter by it
    and to refuse it a second time; of ``secret`` and ``passphrase`` there is nothing. Only the answer to a new account
    shows an ``api_key``, as the seed page has it: it is taken from that request, and no other example of an account
    has the field.
    """

    id: int
    market: Market
    name: str
    customer_id: str | None
    fingerprint: bytes | None = field(repr=False)
    created_at: datetime
    updated_at: datetime
    include_in_summary: bool = True
    amounts: Mapping[str, str] = field(default=_OPENING_AMOUNTS, repr=False)

    def document(self) -> dict[str, object]:
        """Return the entity, as account info shows it."""
        return {
            "id": self.id,
            "auto_balance_period": 12,
            "auto_balance_portfolio_id": None,
            "auto_balance_portfolio": None,
            "auto_balance_currency_change_limit": None,
            "autobalance_enabled": False,
            "hedge_mode_available": self.market.trades == "futures",
            "hedge_mode_enabled": False,
            "is_locked": False,
            "smart_trading_supported": True,
            "smart_selling_supported": True,
            "available_for_trading": {},
            "stats_supported": True,
            "trading_supported": True,
            "market_buy_supported": True,
            "market_sell_supported": True,
            "conditional_buy_supported": True,
            "bots_allowed": True,
            "bots_ttp_allowed": False,
            "bots_tsl_allowed": True,
            "gordon_bots_available": True,
            "multi_bots_allowed": True,
            "created_at": iso_time(self.created_at),
            "updated_at": iso_time(self.updated_at),
            "last_auto_balance": None,
            "fast_convert_available": True,
            "grid_bots_allowed": True,
            "api_key_invalid": False,
            "market_icon": self.market.icon_url,
            "deposit_enabled": True,
            "include_in_summary": self.include_in_summary,
            "supported_market_types": [self.market.trades],
            **_in_display_currency(self.amounts),
            "available_include_in_summary": True,
            "name": self.name,
            "auto_balance_method": None,
            "auto_balance_error": None,
            "customer_id": self.customer_id,
            "subaccount_name": None,
            "lock_reason": None,
            **self.amounts,
            "pretty_display_type": self.market.display_type,
            "exchange_name": self.market.exchange_name,
            "market_code": self.market.code,
            "api_keys_state": "ok",
        }

    def list_document(self) -> dict[str, object]:
        """Return the account as the list shows it."""
        return _without(self.document(), _NOT_IN_LIST)

    def new_document(self, api_key: str | None) -> dict[str, object]:
        """Return the account as the answer to its creation shows it."""
        return {**_without(self.document(), _NOT_IN_NEW), "api_key": api_key}


class Accounts:
    """The accounts in the order in which they were connected."""

    def __init__(self) -> None:
        self._accounts: Final[dict[int, ExchangeAccount]] = {}
        self._ids: Final = count(32_849_081)
        self._salt: Final = secrets.token_bytes(32)

    def fingerprint(self, identity: str) -> bytes:
        """Return what stands for an exchange's API key, or for a wallet's address."""
        return hashlib.blake2b(identity.encode(errors="surrogatepass"), key=self._salt, digest_size=32).digest()

    def find(self, account_id: int) -> ExchangeAccount | None:
        return self._accounts.get(account_id)

    def all(self, api_key: str | None = None) -> list[ExchangeAccount]:
        """Return the accounts, or those which this exchange key opened."""
        if api_key is None:
            return list(self._accounts.values())
        wanted = self.fingerprint(api_key)
        return [account for account in self._accounts.values() if account.fingerprint == wanted]

    def is_connected(self, market: Market, identity: str) -> bool:
        """Tell whether this key already opened an account of this type.

        Of this type, not of this exchange: in the vendor's example of ``types_to_connect`` one pair of keys has its
        futures account connected and its spot account still to connect.
        """
        fingerprint = self.fingerprint(identity)
        return any(
            account.market.code == market.code and account.fingerprint == fingerprint
            for account in self._accounts.values()
        )

    def connect(
        self, market: Market, *, name: str, identity: str | None, customer_id: str | None, now: datetime
    ) -> ExchangeAccount:
        fingerprint = None if identity is None else self.fingerprint(identity)
        account = ExchangeAccount(next(self._ids), market, name, customer_id, fingerprint, now, now)
        self._accounts[account.id] = account
        return account

    def summary(self, now: datetime) -> dict[str, object]:
        """Return the sum of the accounts that are included in it; an account entity whose ``id`` is 0.

        No page shows this answer. It is an entity of no market here, with sums where an account has amounts.
        """
        included = [account for account in self._accounts.values() if account.include_in_summary]
        market = Market("summary", "Summary", "summary", ())
        oldest = min((account.created_at for account in included), default=now)
        newest = max((account.updated_at for account in included), default=now)
        total = _summed([account.amounts for account in included])
        return ExchangeAccount(0, market, "Summary", None, None, oldest, newest, amounts=total).document()


def _without(document: Mapping[str, object], names: Iterable[str]) -> dict[str, object]:
    return {name: value for name, value in document.items() if name not in names}


def _in_display_currency(amounts: Mapping[str, str]) -> dict[str, object]:
    def money(amount: object) -> dict[str, object]:
        return {"currency": "USD", "amount": amount}

    return {
        "primary_display_currency_profit_percentage": money(amounts["usd_profit_percentage"]),
        "primary_display_currency_profit": money(amounts["usd_profit"]),
        "day_profit_primary_display_currency_percentage": money(amounts["day_profit_usd_percentage"]),
        "day_profit_primary_display_currency": money(amounts["day_profit_usd"]),
        "primary_display_currency_amount": money(amounts["usd_amount"]),
        # A bare number here, and only here, in all of the vendor's examples.
        "total_primary_display_currency_profit": money(msgspec.Raw(amounts["total_usd_profit"].encode())),
    }


def _summed(amounts: Sequence[Mapping[str, str]]) -> dict[str, str]:
    total = {name: Decimal(0) for name in _OPENING_AMOUNTS}
    for account in amounts:
        for name, amount in account.items():
            total[name] = _EXACT.add(total[name], Decimal(amount))
    for percentage in (name for name in total if name.endswith("_percentage")):
        currency = "btc" if "btc" in percentage else "usd"
        profit = total[percentage.removesuffix("_percentage")]
        before = _EXACT.subtract(total[f"{currency}_amount"], profit)
        share = _EXACT.divide(_EXACT.multiply(profit, Decimal(100)), before) if before else Decimal(0)
        total[percentage] = share.quantize(Decimal("0.01"), context=_EXACT)
    return {name: f"{amount:f}" for name, amount in total.items()}
