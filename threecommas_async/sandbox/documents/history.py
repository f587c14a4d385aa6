"""An account's history: its worth and its trading volume."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from threecommas_async.sandbox.documents.writing import digits, number, shortened, unix_seconds
from threecommas_async.sandbox.reference.history import BalanceSnapshot, TradedVolume

_ZERO: Final = Decimal("0.0")


def snapshot_document(snapshot: BalanceSnapshot) -> dict[str, object]:
    return {
        "date": unix_seconds(snapshot.moment),
        "usd": number(snapshot.usd),
        "btc": number(snapshot.btc),
        "btc_deposit_amount": number(_ZERO),
        "usd_deposit_amount": number(_ZERO),
    }


def volume_document(traded: TradedVolume) -> dict[str, object]:
    return {"volume_btc": shortened(traded.btc), "volume_usd": digits(traded.usd)}
