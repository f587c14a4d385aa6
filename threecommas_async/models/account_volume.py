"""What an account has traded."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import attrs

from threecommas_async.models.base import Model, Month


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class AccountVolume(Model):
    """What an account has traded since it was connected. Vendor's page: "Get all-time trading volume".

    :ivar volume_btc: the volume, in BTC.
    :ivar volume_usd: the volume, in USD.
    """

    volume_btc: Decimal | None = None
    volume_usd: Decimal | None = None


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class DailyVolume(AccountVolume):
    """What an account has traded on one day. Vendor's page: "Get daily trading volume".

    :ivar utc_date: the day, in UTC.
    """

    utc_date: date | None = None


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class MonthlyVolume(AccountVolume):
    """What an account has traded in one month. Vendor's page: "Get monthly trading volume".

    :ivar utc_month: the first day of the month, in UTC.
    """

    utc_month: Month | None = None
