"""Simple trades, and their UUIDs."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final
from uuid import UUID

from threecommas_async.sandbox.documents.writing import shortened, shortened_or_none, unix_seconds
from threecommas_async.sandbox.engine.trades.settings import TradeSettings
from threecommas_async.sandbox.engine.trades.trade import SimpleTrade

_CANONICAL: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ALL: Final = Decimal(100)

# Version 4 leaves 122 bits. Multiplying by an odd number shuffles them, and is reversible.
_MODULUS: Final = 2**122
_FACTOR: Final = 0x2B1D_9E3F_341D_B147_F281_CC9B_4E5C_50D7 % _MODULUS
_INVERSE: Final = pow(_FACTOR, -1, _MODULUS)
_LOW: Final = 62
_MIDDLE: Final = 12
_VERSION: Final = 4
_VARIANT: Final = 0b10


def uuid_of(trade_id: int) -> UUID:
    """Return the UUID of a trade: in the form of a random one, and always the same for the same number."""
    bits = trade_id * _FACTOR % _MODULUS
    high, middle, low = bits >> _LOW + _MIDDLE, bits >> _LOW & (1 << _MIDDLE) - 1, bits & (1 << _LOW) - 1
    return UUID(int=high << 80 | _VERSION << 76 | middle << 64 | _VARIANT << _LOW | low)


def trade_id_of(written: str) -> int | None:
    """Return the number of the trade with a UUID; ``None`` if no trade can have it."""
    if not _CANONICAL.fullmatch(written):
        return None
    found = UUID(written)
    high, middle, low = found.int >> 80, found.int >> 64 & (1 << _MIDDLE) - 1, found.int & (1 << _LOW) - 1
    trade_id = (high << _LOW + _MIDDLE | middle << _LOW | low) * _INVERSE % _MODULUS
    return trade_id if uuid_of(trade_id) == found else None


def trade_document(trade: SimpleTrade) -> dict[str, object]:
    """Return a trade as in every response.

    Pages differ in the name of the status (``value``, ``basic_type``): both are sent. The example of a new trade lacks
    the total, the leverage and the possible actions, which are sent as well.
    """
    settings = trade.settings
    return {
        "trade": {
            "uuid": str(uuid_of(trade.id)),
            "account_id": trade.account.id,
            "pair": trade.pair,
            "created_at": unix_seconds(trade.created_at),
            "closed_at": None if trade.closed_at is None else unix_seconds(trade.closed_at),
            "order": {
                "type": settings.type,
                "side": settings.side,
                "strategy": settings.strategy,
                "position_side": settings.position_side,
                "reduce_only": settings.reduce_only,
            },
            "units": {"value": shortened(settings.units)},
            "price": {"value": shortened_or_none(settings.price)},
            "total": {"value": shortened(trade.total)},
            **_conditions(settings),
            "leverage": {"type": settings.leverage_type},
            "status": {"value": trade.status, "basic_type": trade.status, "error": trade.error},
            "filled": {
                "units": shortened(trade.filled_units),
                "total": shortened(trade.filled_total),
                "price": shortened_or_none(trade.filled_price),
                "value": shortened(_ALL if trade.is_filled else Decimal(0)),
            },
            "data": {"cancelable": trade.cancelable},
        }
    }


def trades_document(trades: list[SimpleTrade]) -> dict[str, object]:
    return {"trades": [trade_document(trade)["trade"] for trade in trades]}


def _conditions(settings: TradeSettings) -> dict[str, object]:
    """Return the conditions of a trade. Assumption: the seconds of a timeout are a text, as on the entity's page."""
    condition, trailing, timeout = settings.condition, settings.trailing, settings.timeout
    return {
        "conditional": {
            "enabled": condition is not None,
            "value": None if condition is None else condition.comparison,
            "price": {
                "value": None if condition is None else shortened(condition.price),
                "type": None if condition is None else condition.price_type,
            },
        },
        "trailing": {
            "enabled": trailing is not None,
            "value": None if trailing is None else shortened_or_none(trailing.value),
            "percent": None if trailing is None else shortened_or_none(trailing.percent),
        },
        "timeout": {"enabled": timeout is not None, "value": None if timeout is None else str(timeout)},
    }
