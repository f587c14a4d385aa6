"""The stream of deals."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from threecommas_async.models.deal import Deal
from threecommas_async.resources.paging import offset
from threecommas_async.streams.events import DealChanged
from threecommas_async.streams.kinds import (
    Essence,
    Kind,
    decoder,
    json_names,
    lenient_id,
    lenient_moment,
    lenient_object,
)
from threecommas_async.streams.merge import State

# What follows the market, and not the deal, and what its version is made of.
_VOLATILE: Final = frozenset(
    {
        "current_price",
        "actual_profit",
        "actual_profit_percentage",
        "actual_usd_profit",
        "final_profit",
        "final_profit_percentage",
        "usd_final_profit",
        "crypto_widget",
        "updated_at",
        "bot_events",
        "buy_steps",
    }
)
_PAGE: Final = 500


class _Entry(msgspec.Struct, gc=False):
    created_at: datetime | None = None


_STABLE: Final = json_names(Deal, _VOLATILE | {"id", "bot_id", "account_id"})
_HEAD: Final = decoder(
    {
        "id": int,
        "updated_at": datetime | None,
        "bot_events": list[_Entry] | None,
        "bot_id": int | None,
        "account_id": int | None,
    },
    _STABLE,
)


def _read(raw: bytes, at: float, is_row: bool) -> State:
    """Read the state of a deal.

    :raises ValueError: it is none, or has no id.
    """
    try:
        deal_id, updated_at, log, bot_id, account_id, essence = _HEAD(raw)
    except (ValueError, RecursionError):
        return _read_leniently(raw, at, is_row)
    return State(deal_id, raw, updated_at, _latest(log), essence, at, is_row, bot_id, account_id)


def _read_leniently(raw: bytes, at: float, is_row: bool) -> State:
    deal = lenient_object(raw)
    updated_at = lenient_moment(deal.get("updated_at"))
    essence = Essence(deal.get(name, msgspec.UNSET) for name in _STABLE)
    bot_id, account_id = deal.get("bot_id"), deal.get("account_id")
    return State(
        lenient_id(deal.get("id")),
        raw,
        updated_at,
        None,
        essence,
        at,
        is_row,
        bot_id if isinstance(bot_id, int) else None,
        account_id if isinstance(account_id, int) else None,
    )


def _latest(log: list[_Entry] | None) -> datetime | None:
    return max([entry.created_at for entry in log or () if entry.created_at is not None], default=None)


DEALS: Final = Kind(
    name="deals",
    channel="DealsChannel",
    signed=b"/deals",
    model=Deal,
    path="/ver1/deals",
    one="/ver1/deals/{id}/show",
    active={"scope": "active", "order": "created_at", "order_direction": "DESC"},
    latest={"order": "updated_at", "order_direction": "DESC"},
    page=lambda start, size: {"limit": size, "offset": start},
    cut=offset(_PAGE),
    read=_read,
    event=DealChanged,
)
