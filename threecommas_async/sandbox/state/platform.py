"""The whole state of a sandbox."""

from __future__ import annotations

from itertools import count
from typing import Literal

from attrs import Factory, define, field

from threecommas_async.sandbox.state.book import AccountBook
from threecommas_async.sandbox.state.keys import KeyRing
from threecommas_async.sandbox.state.trading import Trading
from threecommas_async.sandbox.state.webhooks import Webhooks

TradingMode = Literal["paper", "real"]


def _accounts_of(platform: Platform) -> AccountBook:
    return AccountBook(platform.trading)


@define
class Platform:
    """The API keys, the accounts, the trading on them, the signals and the trading mode of a sandbox's single user."""

    trading: Trading
    keys: KeyRing = field(factory=KeyRing)
    accounts: AccountBook = field(init=False, default=Factory(_accounts_of, takes_self=True))
    webhooks: Webhooks = field(factory=Webhooks)
    mode: TradingMode = "real"
    transfer_ids: count[int] = field(factory=lambda: count(243_385_046_044))
