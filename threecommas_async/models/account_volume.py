"""What an account has traded."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import attrs

from threecommas_async.models.base import Model, Month


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class AccountVolume(Model):
    """What an account has traded since it was connected. Vendor's page: "Get all-time trading volume"."""

    volume_btc: Decimal | None = None
    """The volume, in BTC."""
    volume_usd: Decimal | None = None
    """The volume, in USD."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class DailyVolume(AccountVolume):
    """What an account has traded on one day. Vendor's page: "Get daily trading volume"."""

    utc_date: date | None = None
    """The day, in UTC."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class MonthlyVolume(AccountVolume):
    """What an account has traded in one month. Vendor's page: "Get monthly trading volume"."""

    utc_month: Month | None = None
    """The first day of the month, in UTC."""
