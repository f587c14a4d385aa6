"""Simple trades as they come in one state or another, and what is asked of them at once."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import pytest

from tests.endpoints import catalogue
from tests.endpoints.comparison import rewritten
from threecommas_async import codec
from threecommas_async.models.simple_trade import FINAL_STATUSES, SimpleTrade

TRADE: Final[dict[str, Any]] = json.loads(catalogue.entities("trades")[0].example)["trade"]
STATUSES: Final = (
    "idle",
    "to_process",
    "order_placed",
    "pending_cancellation",
    "cancelled",
    "panic_sell_pending",
    "panic_sell_order_placed",
    "panic_sold",
    "trailing_activated",
    "finished",
    "failed",
    "inactive",
    "smart_sell",
    "need_reset",
    "async_order_placement",
    "suspended",
)


def trade(**changes: object) -> SimpleTrade:
    return codec.from_json(json.dumps({**TRADE, **changes}), SimpleTrade)


def test_a_trade_is_read() -> None:
    read = trade()
    assert read.uuid == UUID("be523b7b-05a0-49b9-89f9-41ae19fff415")
    assert read.created_at == datetime(2024, 10, 2, 12, 25, 36, tzinfo=UTC)
    assert read.closed_at == datetime(2024, 10, 2, 12, 25, 37, tzinfo=UTC)
    assert read.filled is not None
    assert read.filled.total == Decimal("0.099998671773")
    assert read.price is not None
    assert read.price.value is None
    assert "\n" not in repr(read)
    assert repr(read).startswith("SimpleTrade(uuid=UUID('be523b7b-05a0-49b9-89f9-41ae19fff415'), pair='BTC_ETH', ord")


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("name", ["value", "basic_type"])
def test_the_status_is_known_by_either_name(name: str, status: str) -> None:
    read = trade(status={name: status, "error": None})
    assert read.state == status
    assert read.is_finished == (status in FINAL_STATUSES)


def test_a_trade_that_says_nothing_is_neither_over_nor_cancelable() -> None:
    bare = SimpleTrade(uuid=UUID(int=1))
    assert bare.state is None
    assert not bare.is_finished
    assert not bare.is_cancelable
    assert bare.quote_currency is None
    assert bare.base_currency is None


def test_what_is_asked_at_once() -> None:
    assert (trade().quote_currency, trade().base_currency) == ("BTC", "ETH")
    assert not trade().is_cancelable
    assert trade(data={"cancelable": True}).is_cancelable


@pytest.mark.parametrize("value", [300, "300", "300.0"])
def test_a_timeout_may_be_a_number_or_a_text(value: object) -> None:
    read = trade(timeout={"enabled": True, "value": value})
    assert read.timeout is not None
    assert read.timeout.value == 300
    back = rewritten(read)
    assert isinstance(back, dict)
    assert back["timeout"] == {"enabled": True, "value": "300"}


def test_what_is_new_or_strange_costs_no_trade() -> None:
    read = trade(order={"type": "market", "side": "buy", "iceberg": 3}, closed_at="soon", venue="spot")
    assert read.unrecognized == {"closed_at": "soon", "venue": "spot"}
    assert read.order is not None
    assert read.order.unrecognized == {"iceberg": 3}
    assert read.order.side == "buy"
    with pytest.raises(codec.DecodeError, match=r"SimpleTrade\.uuid: not a UUID"):
        trade(uuid="1")
