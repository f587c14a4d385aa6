"""Simple trades: single orders, with or without a condition."""

from __future__ import annotations

from decimal import Decimal
from typing import Final
from uuid import UUID

import attrs

from threecommas_async.models.base import IntAsText, Model, UnixSeconds

FINAL_STATUSES: Final = frozenset({"finished", "cancelled", "failed", "panic_sold"})
"""The statuses of a simple trade that is over."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SimpleTradeOrder(Model):
    """The order of a simple trade."""

    type: str | None = None
    """Its kind: ``market`` or ``limit``."""
    side: str | None = None
    """Its side: ``buy`` or ``sell``."""
    strategy: str | None = None
    """How long it stays: ``gtc``, ``ioc``, ``fok`` or ``post_only``; None for a market order."""
    position_side: str | None = None
    """The side of the position, on futures: ``both``, ``long`` or ``short``."""
    reduce_only: bool | None = None
    """Whether it only makes a position smaller, on futures."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SimpleTradeAmount(Model):
    """An amount of a simple trade, or its price."""

    value: Decimal | None = None
    """How much; the price of a market order is None."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SimpleTradeTriggerPrice(Model):
    """The price that a condition waits for."""

    value: Decimal | None = None
    """The price."""
    type: str | None = None
    """The price that is compared with it: ``bid``, ``ask`` or ``last``."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SimpleTradeCondition(Model):
    """What a simple trade waits for, before its order is placed."""

    enabled: bool | None = None
    """Whether it waits for anything."""
    value: str | None = None
    """How prices are compared: ``less``, ``less_or_equal``, ``greater`` or ``greater_or_equal``."""
    price: SimpleTradeTriggerPrice | None = None
    """The price that it waits for."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SimpleTradeTrailing(Model):
    """Whether a simple trade follows the price."""

    enabled: bool | None = None
    """Whether it does."""
    value: Decimal | None = None
    """How far behind the best price it stays, as a difference of prices."""
    percent: Decimal | None = None
    """How far behind the best price it stays, in percent."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SimpleTradeTimeout(Model):
    """How long a condition must hold, before the order is placed."""

    enabled: bool | None = None
    """Whether it must."""
    value: IntAsText | None = None
    """How long, in seconds."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SimpleTradeLeverage(Model):
    """The leverage of a simple trade."""

    type: str | None = None
    """The kind: ``isolated`` or ``cross``; None without."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SimpleTradeStatus(Model):
    """How a simple trade stands."""

    value: str | None = None
    """The status: ``to_process``, ``order_placed``, ``finished`` and others."""
    basic_type: str | None = None
    """The same word; the vendor documents this one, and most of the vendor's examples have the other."""
    error: str | None = None
    """What went wrong, if something did."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SimpleTradeFilled(Model):
    """How much of a simple trade is filled."""

    units: Decimal | None = None
    """The amount, in the base currency."""
    total: Decimal | None = None
    """What was paid or got for it, in the quote currency."""
    price: Decimal | None = None
    """The average price; None before anything is filled."""
    value: Decimal | None = None
    """The share that is filled, in percent."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SimpleTradeData(Model):
    """What can be done with a simple trade."""

    cancelable: bool | None = None
    """Whether it can be cancelled."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class SimpleTrade(Model):
    """A single order, with or without a condition. Vendor's page: "Trade entity".

    Only ``uuid`` is always there; every other field is None where the API left it out or sent null. Amounts and prices
    are exact.
    """

    SHOWN = ("uuid", "pair", "order", "units", "status")

    uuid: UUID
    """What tells it from others; what other calls take."""
    account_id: int | None = None
    """The account that it is made on."""
    pair: str | None = None
    """What it trades, the quote currency first: ``USDT_BTC``."""
    created_at: UnixSeconds | None = None
    """When it was created, in whole seconds."""
    closed_at: UnixSeconds | None = None
    """When it was over, in whole seconds; None before."""
    order: SimpleTradeOrder | None = None
    """Its order."""
    units: SimpleTradeAmount | None = None
    """How much it buys or sells, in the base currency."""
    price: SimpleTradeAmount | None = None
    """The price of a limit order; None inside for a market order."""
    total: SimpleTradeAmount | None = None
    """What that is worth, in the quote currency, without fees."""
    conditional: SimpleTradeCondition | None = None
    """What it waits for, before the order is placed."""
    trailing: SimpleTradeTrailing | None = None
    """Whether it follows the price."""
    timeout: SimpleTradeTimeout | None = None
    """How long the condition must hold."""
    leverage: SimpleTradeLeverage | None = None
    """Its leverage."""
    status: SimpleTradeStatus | None = None
    """How it stands; see also :attr:`state`."""
    filled: SimpleTradeFilled | None = None
    """How much of it is filled."""
    data: SimpleTradeData | None = None
    """What can be done with it."""

    @property
    def state(self) -> str | None:
        """The word for how it stands: ``to_process``, ``order_placed``, ``finished`` and others."""
        return None if self.status is None else self.status.value or self.status.basic_type

    @property
    def is_finished(self) -> bool:
        """Whether it is over, by its status: nothing more will happen to it."""
        return self.state in FINAL_STATUSES

    @property
    def is_cancelable(self) -> bool:
        """Whether it can be cancelled; False where the API does not say."""
        return self.data is not None and self.data.cancelable is True

    @property
    def quote_currency(self) -> str | None:
        """The currency that prices are in: USDT of ``USDT_BTC``."""
        return self.pair.partition("_")[0] if self.pair else None

    @property
    def base_currency(self) -> str | None:
        """The currency that is bought and sold: BTC of ``USDT_BTC``."""
        return self.pair.partition("_")[2] if self.pair else None
