"""Bots, deals and SmartTrades as they come in one state or another, and what is asked of them at once."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import pytest

from tests.endpoints import catalogue
from tests.endpoints.comparison import differences, rewritten, unrecognized
from threecommas_async import codec
from threecommas_async.models.base import OMITTED
from threecommas_async.models.bot_stats import BotStats, BotStatsByDate
from threecommas_async.models.dca_bot import DcaBot
from threecommas_async.models.dca_steps import BreakevenSettings
from threecommas_async.models.deal import FINAL_STATUSES, Deal
from threecommas_async.models.deal_order import DealOrder
from threecommas_async.models.smart_trade import SmartTrade

DEAL: Final[dict[str, Any]] = json.loads(catalogue.entities("deals")[0].example)
BOT: Final[dict[str, Any]] = json.loads(catalogue.entities("bots")[0].example)
STATUSES: Final = (
    "created",
    "base_order_placed",
    "bought",
    "bought_safety_pending",
    "bought_take_profit_pending",
    "cancelled",
    "cancel_pending",
    "completed",
    "failed",
    "panic_sell_pending",
    "panic_sell_order_placed",
    "panic_sold",
    "stop_loss_pending",
    "stop_loss_order_placed",
    "stop_loss_finished",
    "switched",
    "switched_take_profit",
    "ttp_activated",
    "ttp_order_placed",
    "liquidated",
    "settled",
    "close_strategy_activated",
)


def deal(**changes: object) -> Deal:
    text = json.dumps({**DEAL, **changes})
    read = codec.from_json(text, Deal)
    assert list(unrecognized(read)) == []
    assert list(differences(codec.decode_json(text), rewritten(read))) == []
    return read


def bot(**changes: object) -> DcaBot:
    return codec.from_json(json.dumps({**BOT, **changes}), DcaBot)


# --- deals


def test_a_deal_shows_what_tells_it_from_another() -> None:
    shown = repr(deal())
    assert shown.startswith("Deal(id=1234567890, bot_id=34567890, pair='USDT_ETH', strategy='long', status='bought', ")
    assert "\n" not in shown
    assert len(shown) < 200


@pytest.mark.parametrize("status", STATUSES)
def test_a_deal_knows_whether_it_is_over(status: str) -> None:
    over = status in FINAL_STATUSES
    for read in (
        deal(status=status, **{"finished?": over}),
        codec.from_json(json.dumps({"id": 1, "status": status}), Deal),
    ):
        assert read.is_finished == over
        assert read.is_active == (not over)


def test_what_the_api_says_of_the_end_counts_more_than_the_status() -> None:
    assert deal(status="a new one", **{"finished?": True}).is_finished
    assert len(STATUSES) == 22
    assert len(FINAL_STATUSES) == 7


@pytest.mark.parametrize(
    ("changes", "is_short"),
    [({}, False), ({"strategy": "short"}, True), ({"strategy": None, "type": "Deal::ShortDeal"}, True)],
)
def test_a_deal_knows_its_direction(changes: dict[str, object], is_short: bool) -> None:
    assert deal(**changes).is_short == is_short


def test_a_deal_knows_its_currencies() -> None:
    assert (deal().quote_currency, deal().base_currency) == ("USDT", "ETH")
    futures = deal(pair="BNFCR_1INCHUSDT", from_currency=None, to_currency=None)
    assert (futures.quote_currency, futures.base_currency) == ("BNFCR", "1INCHUSDT")
    assert Deal(id=1).quote_currency is None
    assert Deal(id=1).base_currency is None


def test_the_profit_is_that_of_the_state() -> None:
    assert (deal().profit, deal().profit_percentage) == (Decimal("-0.71037162"), Decimal("-0.61"))
    over = deal(
        **{"finished?": True},
        status="completed",
        final_profit="4.51130679",
        final_profit_percentage="2.0",
        actual_profit="4.511306788",
        actual_profit_percentage="0",
    )
    assert (over.profit, over.profit_percentage) == (Decimal("4.51130679"), Decimal("2.0"))


def test_a_finished_deal_of_old_comes_through_whole() -> None:
    read = deal(
        **{"finished?": True, "cancellable?": False, "panic_sellable?": False},
        status="failed",
        localized_status="Failed",
        closed_at="2022-01-05T10:00:00.123Z",
        deal_has_error=True,
        error_message="not enough",
        failed_message="not enough",
        bought_amount=None,
        bought_volume=None,
        sold_amount=None,
        sold_volume=None,
        base_order_average_price=None,
        take_profit_price=None,
        stop_loss_price=None,
        crypto_widget=None,
        reserved_quote_funds=0,
        reserved_base_funds="0.0",
        trailing_max_price="0.000001234",
        safety_order_calculation_mode="base",
        custom_safety_steps=[{"deviation": "-1.1", "size": 10, "editable": False}],
    )
    assert read.closed_at == datetime(2022, 1, 5, 10, 0, 0, 123000, tzinfo=UTC)
    assert (read.reserved_quote_funds, read.reserved_base_funds) == (Decimal(0), Decimal(0))
    assert (read.finished, read.cancellable, read.panic_sellable) == (True, False, False)
    assert read.custom_safety_steps is not None
    assert read.custom_safety_steps[0].size == 10


@pytest.mark.parametrize("count", ["6.0", "6", 6.0])
def test_counts_are_read_whatever_they_came_as(count: object) -> None:
    assert codec.from_json(json.dumps({**DEAL, "max_safety_orders": count}), Deal).max_safety_orders == 6


def test_the_widget_has_names_that_can_be_typed() -> None:
    assert "TTP\u0410ctivated" in DEAL["crypto_widget"]
    widget = deal(crypto_widget={**DEAL["crypto_widget"], "TTP\u0410ctivated": True}).crypto_widget
    assert widget is not None
    assert (widget.ttp_activated, widget.inverted, widget.progress_accuracy) == (True, False, 2)
    assert widget.stop_losses == (("2974.555584", False),)
    assert widget.marks is not None
    assert [mark.label for mark in widget.marks] == ["TP1", "TP2", "TP3"]


def test_take_profit_steps_of_a_deal_tell_what_to_close() -> None:
    steps = deal().take_profit_steps
    assert steps is not None
    assert (steps[0].trade_id, steps[0].amount_percentage, steps[0].price) == (
        1123324654,
        Decimal(40),
        Decimal("3163.63"),
    )


def test_an_order_knows_how_it_stands() -> None:
    assert DealOrder(order_id="1", status_string="Active").is_active
    assert DealOrder(order_id="1", status_string="Filled").is_filled
    assert not DealOrder(order_id="1", status_string="Cancelled").is_filled
    assert not DealOrder(order_id="1", status_string="Inactive").is_active


# --- bots


def test_a_bot_shows_what_tells_it_from_another_and_not_its_code() -> None:
    read = bot(url_secret="0123abcdef")
    assert repr(read) == (
        "DcaBot(id=15564828, name='test 24 oct', pairs=('BNFCR_1INCHUSDT',), strategy='long', is_enabled=False,"
        " active_deals_count=0)"
    )
    assert read.url_secret is not None
    assert read.url_secret.reveal() == "0123abcdef"
    assert "0123abcdef" not in f"{read!r} {read} {codec.to_dict(read)}"
    assert json.loads(codec.to_json(read))["url_secret"] == "0123abcdef"


def test_a_bot_knows_what_it_trades() -> None:
    assert bot().quote_currency == "BNFCR"
    assert not bot().is_multi_pair
    assert not bot().is_short
    both = bot(pairs=["USDT_ETH", "USDT_BTC"], strategy="short")
    assert (both.quote_currency, both.is_multi_pair, both.is_short) == ("USDT", True, True)
    assert DcaBot(id=1).quote_currency is None
    assert bot().deletable is True


def test_a_bot_with_its_deals_and_events_comes_through_whole() -> None:
    text = json.dumps({**BOT, "active_deals": [DEAL], "bot_events": DEAL["bot_events"], "trailing_enabled": True})
    read = codec.from_json(text, DcaBot)
    assert list(unrecognized(read)) == []
    assert list(differences(codec.decode_json(text), rewritten(read))) == []
    assert read.active_deals is not None
    assert read.active_deals[0].base_currency == "ETH"
    assert read.bot_events is not None
    assert read.bot_events[0].message is not None


def test_settings_have_what_the_bot_has_and_what_is_given() -> None:
    read = bot(trailing_enabled=True, custom_safety_steps=[{"deviation": "-1.1", "size": 10}])
    settings = read.settings(
        sl_to_breakeven_enabled=False, sl_to_breakeven_data=BreakevenSettings(upper_breakeven_limit=0)
    )
    assert (settings.name, settings.pairs, settings.take_profit) == ("test 24 oct", ("BNFCR_1INCHUSDT",), Decimal(2))
    assert (settings.trailing_enabled, settings.trailing_deviation) == (True, Decimal("0.2"))
    assert (settings.min_price, settings.sl_to_breakeven_enabled) == (None, False)
    assert settings.custom_safety_steps is not OMITTED
    assert settings.custom_safety_steps[0].deviation == Decimal("-1.1")
    assert bot().settings().sl_to_breakeven_enabled is OMITTED
    assert bot().settings().custom_safety_steps is OMITTED


def test_settings_can_be_made_of_every_example() -> None:
    made = 0
    for endpoint in catalogue.endpoints("bots"):
        for response in endpoint.responses:
            if '"strategy_list"' in response.text:
                rows = json.loads(response.text)
                for row in rows if isinstance(rows, list) else [rows]:
                    settings = codec.from_json(json.dumps(row), DcaBot).settings()
                    made += settings.max_safety_orders == row["max_safety_orders"]
    assert made == 8


# --- figures


def test_profits_by_currency_are_exact() -> None:
    stats = codec.from_json(
        '{"overall_stats": {"USDT": "-47.47740906", "BTC": 0.1}, "today_stats": {},'
        ' "profits_in_usd": {"overall_usd_profit": -47.48}}',
        BotStats,
    )
    assert stats.overall_profits == {"USDT": Decimal("-47.47740906"), "BTC": Decimal("0.1")}
    assert stats.today_profits == BotStats().overall_profits == {}
    assert stats.profits_in_usd is not None
    assert stats.profits_in_usd.overall_usd_profit == Decimal("-47.48")
    assert BotStatsByDate(stats={"USDT": "1"}).profits == BotStatsByDate(profits_in_usd={"USDT": "1.0"}).profits


# --- SmartTrades


def test_a_smart_trade_knows_how_it_stands() -> None:
    def smart_trade(status: object) -> SmartTrade:
        return codec.from_json(json.dumps({"id": 1, "pair": "USDT_ETH", "status": status}), SmartTrade)

    assert smart_trade({"basic_type": "waiting_targets"}).state == "waiting_targets"
    assert smart_trade({"type": "finished", "title": "Finished"}).is_finished
    assert not smart_trade({"type": "panic_sell_pending"}).is_finished
    assert smart_trade(None).state is None
    assert (smart_trade(None).quote_currency, smart_trade(None).base_currency) == ("USDT", "ETH")
    assert SmartTrade(id=1).base_currency is None
    assert repr(smart_trade({"type": "failed", "error": "no funds"})) == (
        "SmartTrade(id=1, pair='USDT_ETH', status=SmartTradeStatus(type='failed', error='no funds'))"
    )


def test_a_smart_trade_with_everything_there_is_comes_through_whole() -> None:
    status = {"type": "finished", "basic_type": "finished", "title": "Finished", "error": None}
    text = json.dumps(
        {
            "id": 1,
            "account": {"id": 2, "class": "binance"},
            "leverage": {"enabled": True, "type": "isolated", "value": "1.0", "type_editable": True},
            "position": {"conditional": {"order_type": "limit", "trailing": {"enabled": True, "percent": "-0.5"}}},
            "stop_loss": {"enabled": False},
            "market_close": {
                "id": 3,
                "type": "market",
                "status": status,
                "units": {"value": "1.0"},
                "price": {"value": "2.0", "value_without_commission": "1.99"},
                "total": {"value": "2.0"},
            },
            "data": {"commission": 0.00045, "missing_funds_to_close": 0, "current_price": {"bid": "1", "ask": "2"}},
            "profit": {"percent": 1.5, "roe": "0.0"},
        }
    )
    read = codec.from_json(text, SmartTrade)
    assert list(unrecognized(read)) == []
    assert list(differences(codec.decode_json(text), rewritten(read))) == []
    assert read.leverage is not None
    assert read.leverage.value == 1
    assert read.data is not None
    assert read.data.commission == Decimal("0.00045")
