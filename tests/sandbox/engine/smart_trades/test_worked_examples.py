"""The worked examples E11 and E12 of the trading semantics, digit by digit: ``USDT_ETH``, fee 0.1 %."""

from __future__ import annotations

from tests.sandbox.engine.smart_trades.plans import buy, created, sell, standing, step, stop
from tests.sandbox.engine.trading import D, free, held, text, to, world
from threecommas_async.sandbox.engine.smart_trades.smart_trade import SmartTrade


def shows(smart_trade: SmartTrade, **expected: str | None) -> None:
    """Compare fields of a SmartTrade with what the API would write."""
    got = {name: getattr(smart_trade, name) for name in expected}
    assert {name: value if isinstance(value, str) else text(value) for name, value in got.items()} == expected


def test_e11_a_long_one_with_steps_funds_added_and_taken_out() -> None:
    engine = world()
    one = created(engine, buy("0.1"), step(50, percent="5"), step(50, percent="10"))
    shows(
        one,
        status="waiting_targets",
        type="smart_trade",
        entered_total="200.2",
        average_enter_price="2002.0",
        average_enter_price_without_commission="2000.0",
        profit="-0.4",
        usd_profit="-0.4",
        profit_percent="-0.2",
    )
    assert standing(one.steps) == [("order_placed", "2102.1", "0.05"), ("order_placed", "2202.2", "0.05")]
    to(engine, "1900")
    engine.smart_trades.add_funds(one.id, D("0.05"), order_type="market")
    shows(
        one,
        entered_amount="0.15",
        entered_total="295.295",
        average_enter_price="1968.63",
        average_enter_price_without_commission="1966.67",
    )
    assert standing(one.steps) == [("order_placed", "2067.06", "0.075"), ("order_placed", "2165.49", "0.075")]
    to(engine, "2050")
    engine.smart_trades.reduce_funds(one.id, D("0.03"), order_type="market")
    shows(one, status="pending_reduce_funds", closed_amount="0.0")
    engine.settle()
    shows(
        one,
        status="waiting_targets",
        closed_amount="0.03",
        closed_total="61.4385",
        profit="11.8975",
        profit_percent="4.03",
        left="0.12",
    )
    assert standing(one.steps) == [("order_placed", "2067.06", "0.06"), ("order_placed", "2165.49", "0.06")]
    to(engine, "2170")
    shows(
        one,
        status="finished",
        closed_amount="0.15",
        closed_total="315.137547",
        profit="19.842547",
        profit_percent="6.72",
        average_close_price="2100.92",
    )
    assert (held(engine, "USDT"), free(engine, "ETH")) == ("1000019.842547", "1000.0")
    to(engine, "2500")
    shows(one, profit="19.842547", profit_percent="6.72")


def test_e12_a_short_one_that_is_stopped() -> None:
    engine = world()
    one = created(engine, sell("0.1"), stop_loss=stop("2060"))
    shows(one, status="waiting_targets", type="smart_cover", entered_total="199.8", average_enter_price="1998.0")
    to(engine, "1950")
    shows(one, profit="4.605")
    to(engine, "2065")
    shows(one, status="stop_loss_finished", closed_total="206.7065", profit="-6.9065", profit_percent="-3.46")
    assert (held(engine, "USDT"), held(engine, "ETH")) == ("999993.0935", "1000.0")
