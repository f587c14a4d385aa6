"""Everything that a sandbox remembers."""

from __future__ import annotations

from itertools import count
from typing import Literal

from attrs import define, field

from threecommas_async.sandbox.state.book import AccountBook
from threecommas_async.sandbox.state.keys import KeyRing

TradingMode = Literal["paper", "real"]


@define
class World:
    """The API keys, the accounts and the trading mode of a sandbox's one user."""

    keys: KeyRing = field(factory=KeyRing)
    accounts: AccountBook = field(factory=AccountBook)
    mode: TradingMode = "real"
    transfer_ids: count[int] = field(factory=lambda: count(243_385_046_044))
