"""How the API writes amounts and moments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal
from typing import Final

import msgspec

from threecommas_async.sandbox.amounts import EXACT

_LONGER_THAN_ANY: Final = Context(prec=20_000)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)
_MILLISECOND: Final = timedelta(milliseconds=1)


def digits(amount: Decimal) -> str:
    """Write an amount with every digit and without an exponent."""
    return f"{amount:f}"


def shortened(amount: Decimal) -> str:
    """Write an amount without an exponent and without trailing zeros, but with at least one decimal: ``"25.0"``."""
    text = f"{amount.normalize(_LONGER_THAN_ANY):f}"
    return text if "." in text else f"{text}.0"


def shortened_or_none(amount: Decimal | None) -> str | None:
    return None if amount is None else shortened(amount)


def short_zero(amount: Decimal) -> str:
    """Write an amount like :func:`shortened`, but zero as ``"0"``."""
    return shortened(amount) if amount else "0"


def with_exponent(amount: Decimal) -> str:
    """Write an amount as Ruby writes a floating-point number: a small one with an exponent."""
    return str(amount).lower()


def number(amount: Decimal) -> msgspec.Raw:
    """Return a JSON number with every digit, and with an exponent if it is small."""
    small = amount and amount.adjusted() < -6
    return msgspec.Raw((str(amount.normalize(EXACT)) if small else shortened(amount)).encode())


def iso_time(moment: datetime) -> str:
    """Write a moment in ISO 8601, with milliseconds and ``Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def iso_time_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else iso_time(moment)


def unix_seconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _SECOND


def unix_milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MILLISECOND
