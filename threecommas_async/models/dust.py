"""The conversion of amounts too small to trade."""

from __future__ import annotations

from decimal import Decimal

import attrs

from threecommas_async.models.base import JSON_KEY, Model, UnixMilliseconds


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class ConvertedAsset(Model):
    """One currency that was converted to BNB."""

    transaction_id: int | None = attrs.field(default=None, metadata={JSON_KEY: "tranId"})
    """Binance's number of the conversion."""
    from_asset: str | None = attrs.field(default=None, metadata={JSON_KEY: "fromAsset"})
    """The code of the currency that was converted."""
    amount: Decimal | None = None
    """How much of it there was."""
    transferred_amount: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "transferedAmount"})
    """How much BNB came out."""
    service_charge_amount: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "serviceChargeAmount"})
    """The fee, in BNB."""
    operate_time: UnixMilliseconds | None = attrs.field(default=None, metadata={JSON_KEY: "operateTime"})
    """When, to the millisecond."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class DustConversion(Model):
    """What came of converting small amounts to BNB. Vendor's page: "Convert dust coins to BNB"."""

    total_transferred: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "totalTransfered"})
    """The BNB that came out."""
    total_service_charge: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "totalServiceCharge"})
    """The fees, in BNB."""
    transfer_result: tuple[ConvertedAsset, ...] | None = attrs.field(
        default=None, metadata={JSON_KEY: "transferResult"}
    )
    """The conversions, one for each currency."""
