"""The conversion of amounts too small to trade."""

from __future__ import annotations

from decimal import Decimal

import attrs

from threecommas_async.models.base import JSON_KEY, Model, UnixMilliseconds


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class ConvertedAsset(Model):
    """One currency that was converted to BNB.

    :ivar transaction_id: Binance's number of the conversion.
    :ivar from_asset: the code of the currency that was converted.
    :ivar amount: how much of it there was.
    :ivar transferred_amount: how much BNB came out.
    :ivar service_charge_amount: the fee, in BNB.
    :ivar operate_time: when, to the millisecond.
    """

    transaction_id: int | None = attrs.field(default=None, metadata={JSON_KEY: "tranId"})
    from_asset: str | None = attrs.field(default=None, metadata={JSON_KEY: "fromAsset"})
    amount: Decimal | None = None
    transferred_amount: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "transferedAmount"})
    service_charge_amount: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "serviceChargeAmount"})
    operate_time: UnixMilliseconds | None = attrs.field(default=None, metadata={JSON_KEY: "operateTime"})


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class DustConversion(Model):
    """What came of converting small amounts to BNB. Vendor's page: "Convert dust coins to BNB".

    :ivar total_transferred: the BNB that came out.
    :ivar total_service_charge: the fees, in BNB.
    :ivar transfer_result: the conversions, one for each currency.
    """

    total_transferred: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "totalTransfered"})
    total_service_charge: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "totalServiceCharge"})
    transfer_result: tuple[ConvertedAsset, ...] | None = attrs.field(
        default=None, metadata={JSON_KEY: "transferResult"}
    )
