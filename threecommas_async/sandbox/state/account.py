"""What a sandbox keeps of an exchange account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal

from attrs import field, frozen

from threecommas_async.sandbox.reference.markets import ListedMarket
from threecommas_async.sandbox.state.holdings import Holdings

KeysState = Literal["ok", "expire_soon", "expired"]
"""The state of an account's keys at the exchange: the words of ``api_keys_state``."""


@frozen
class ActiveEntities:
    """The numbers of an account's active entities."""

    bots: int = 0
    deals: int = 0
    smart_trades: int = 0
    orders: int = 0
    grid_bots: int = 0


NOTHING_ACTIVE: Final = ActiveEntities()


@frozen
class ExchangeAccount:
    """A connected account.

    The exchange's ``api_key`` is in every response that shows the account, as in every recording; ``secret`` and
    ``passphrase`` are not kept.
    """

    id: int
    market: ListedMarket
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
    locked: Mapping[str, Decimal] = field(factory=dict[str, Decimal], repr=False)
    """The part of the holdings that open orders have locked."""
    dust_converted_at: datetime | None = None

    @property
    def identity(self) -> str | None:
        """What can be connected only once: the API key or, for a wallet, the address."""
        return self.address if self.market.is_wallet else self.api_key

    @property
    def keys_refused(self) -> bool:
        """Whether the exchange rejects the keys."""
        return not self.keys_valid or self.keys_state == "expired"
