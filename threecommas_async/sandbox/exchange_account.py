"""An exchange account: what is kept of it, and how the API shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, Literal

import msgspec
from attrs import field, frozen

from threecommas_async.sandbox.answers import iso_time
from threecommas_async.sandbox.holdings import Holdings
from threecommas_async.sandbox.markets import Market

# The examples of a new account lack these fields of the entity; those of the list and of a changed account, the last.
_NOT_IN_NEW: Final = ("smart_selling_supported", "available_for_trading", "auto_balance_portfolio")
_NOT_IN_LIST: Final = _NOT_IN_NEW[-1:]

KeysState = Literal["ok", "expire_soon", "expired"]
"""Whether the exchange has the keys of an account expire: the words of ``api_keys_state``."""


@frozen
class ActiveEntities:
    """How much is going on in an account."""

    bots: int = 0
    deals: int = 0
    smart_trades: int = 0
    orders: int = 0
    grid_bots: int = 0

    def document(self) -> dict[str, object]:
        return {
            "active_bots_count": self.bots,
            "active_deals_count": self.deals,
            "active_smart_trades_count": self.smart_trades,
            "active_orders_count": self.orders,
            "active_grid_bots_count": self.grid_bots,
        }


NOTHING_ACTIVE: Final = ActiveEntities()


@frozen
class ExchangeAccount:
    """What the sandbox keeps of a connected account.

    The exchange's ``api_key`` is in every answer that is an account, as in every recording; of ``secret`` and
    ``passphrase`` nothing is kept.
    """

    id: int
    market: Market
    name: str
    created_at: datetime
    updated_at: datetime
    holdings: Holdings = field(repr=False)
    api_key: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)
    customer_id: str | None = None
    include_in_summary: bool = True
    keys_valid: bool = True
    keys_state: KeysState = "ok"
    active: ActiveEntities = NOTHING_ACTIVE
    dust_converted_at: datetime | None = None

    @property
    def identity(self) -> str | None:
        """What can be connected only once: a wallet has no keys, there it is the address."""
        return self.address if self.market.is_wallet else self.api_key

    @property
    def keys_refused(self) -> bool:
        """Whether the exchange refuses the keys."""
        return not self.keys_valid or self.keys_state == "expired"

    def document(self) -> dict[str, object]:
        """Return the entity, as account info shows it."""
        amounts = self.holdings.fields()
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
            "api_key": self.api_key,
            "api_key_invalid": self.keys_refused,
            "market_icon": self.market.icon_url,
            "deposit_enabled": True,
            "include_in_summary": self.include_in_summary,
            "supported_market_types": [self.market.trades],
            **_in_display_currency(amounts),
            "available_include_in_summary": True,
            "name": self.name,
            "auto_balance_method": None,
            "auto_balance_error": None,
            "customer_id": self.customer_id,
            "subaccount_name": None,
            "lock_reason": None,
            **amounts,
            "pretty_display_type": self.market.display_type,
            "exchange_name": self.market.exchange_name,
            "market_code": self.market.code,
            "api_keys_state": self.keys_state,
            **({"address": self.address} if self.market.is_wallet else {}),
        }

    def list_document(self) -> dict[str, object]:
        """Return the account as the list shows it."""
        return _without(self.document(), _NOT_IN_LIST)

    def new_document(self) -> dict[str, object]:
        """Return the account as the answer to its creation shows it."""
        return _without(self.document(), _NOT_IN_NEW)


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
