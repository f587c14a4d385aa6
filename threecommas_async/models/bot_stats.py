"""Figures of DCA bots, and what copying one gives."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import attrs

from threecommas_async.models.base import Model, UnixSeconds
from threecommas_async.models.request import exact


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class BotCopy(Model):
    """A copy of a bot. Vendor's page: "Copy DCA Bot"."""

    bot_id: int
    """Number of the new bot."""
    bot_required_amount: Decimal | None = None
    """The least that it needs to run."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class BotProfit(Model):
    """What a bot made, or lost."""

    btc: Decimal | None = None
    """In BTC."""
    usd: Decimal | None = None
    """In USD."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class BotDayProfit(Model):
    """What a bot made on one day. Vendor's page: "Get DCA Bot profit data". Days without a closed deal are left out."""

    s_date: date
    """The day."""
    unix_timestamp: UnixSeconds | None = None
    """Its beginning, in UTC."""
    profit: BotProfit | None = None
    """What the deals made that were closed on it."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class BotUsdProfits(Model):
    """What bots made, in USD."""

    overall_usd_profit: Decimal | None = None
    """All of it."""
    today_usd_profit: Decimal | None = None
    """What was made today."""
    active_deals_usd_profit: Decimal | None = None
    """What the deals that are running would make now."""
    funds_locked_in_active_deals: Decimal | None = None
    """What those deals hold."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class BotStats(Model):
    """What bots made. Vendor's page: "Get DCA Bot stats". In the other trading mode it is empty, and no error."""

    overall_stats: Mapping[str, object] | None = attrs.field(default=None, hash=False)
    """All of it by currency, as the texts that came: ``{"USDT": "-47.47740906"}``; see :attr:`overall_profits`."""
    today_stats: Mapping[str, object] | None = attrs.field(default=None, hash=False)
    """What was made today by currency, as the texts that came; see :attr:`today_profits`."""
    profits_in_usd: BotUsdProfits | None = None
    """The same in USD."""

    @property
    def overall_profits(self) -> dict[str, Decimal]:
        """All profits by currency, exact."""
        return _amounts(self.overall_stats)

    @property
    def today_profits(self) -> dict[str, Decimal]:
        """Today's profits by currency, exact."""
        return _amounts(self.today_stats)


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class BotStatsByDate(Model):
    """What bots made on one day. Vendor's page: "Get DCA Bot stats by date"."""

    stats: Mapping[str, object] | None = attrs.field(default=None, hash=False)
    """Profits by currency, as the texts that came: ``{"USDT": "7.92064973"}``; see :attr:`profits`."""
    profits_in_usd: Mapping[str, object] | None = attrs.field(default=None, hash=False)
    """The name of ``stats`` in the vendor's table; in no answer that has been seen."""
    usd_profit: Decimal | None = None
    """The profits in USD."""
    btc_profit: Decimal | None = None
    """The profits in BTC."""

    @property
    def profits(self) -> dict[str, Decimal]:
        """Profits by currency, exact."""
        return _amounts(self.stats if self.stats is not None else self.profits_in_usd)


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class BotDealsStats(Model):
    """Deals of a bot and what they made. Vendor's page: "DCA Bot deals stats"."""

    active: int | None = None
    """Deals that are running."""
    completed: int | None = None
    """Deals that ended."""
    panic_sold: int | None = None
    """Deals that were closed at the market price by hand."""
    from_currency_is_dollars: bool | None = None
    """Whether profits are counted in USD."""
    completed_deals_usd_profit: Decimal | None = None
    """What the deals that ended made, in USD."""
    completed_deals_btc_profit: Decimal | None = None
    """What the deals that ended made, in BTC."""
    funds_locked_in_active_deals: Decimal | None = None
    """What the running deals hold, in USD."""
    btc_funds_locked_in_active_deals: Decimal | None = None
    """What the running deals hold, in BTC."""
    active_deals_usd_profit: Decimal | None = None
    """What the running deals would make now, in USD."""
    active_deals_btc_profit: Decimal | None = None
    """What the running deals would make now, in BTC."""


def _amounts(amounts: Mapping[str, object] | None) -> dict[str, Decimal]:
    return {currency: exact(currency, amount) for currency, amount in (amounts or {}).items()}
