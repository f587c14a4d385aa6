"""Worked examples of deals, digit by digit: prices of USDT_ETH, fee 0.1 %, steps of 0.01 and 0.0001."""

from __future__ import annotations

from attrs import evolve

from tests.sandbox.engine.trading import (
    BASE_ONLY,
    E1,
    D,
    after,
    held,
    messages,
    opened,
    resting,
    rows,
    steps,
    text,
    the,
    to,
    world,
)
from threecommas_async.sandbox.engine.deals.deal import Deal


def shows(deal: Deal, **expected: str | None) -> None:
    """Compare fields of a deal with what the API would write."""
    got = {name: getattr(deal, name) for name in expected}
    assert {name: value if isinstance(value, str) else text(value) for name, value in got.items()} == expected


def rise_for(percentage: str) -> str:
    return f"the price should rise for {percentage}% to close the trade"


def test_e1_base_order_and_what_it_places() -> None:
    deal = opened(world())
    shows(
        deal,
        status="bought",
        bought_amount="0.05",
        bought_volume="100.1",
        base_order_average_price="2002.0",
        take_profit_price="2044.09",
        final_profit="-0.2",
    )
    assert resting(deal, "Safety") == [("1981.98", "0.0253"), ("1941.94", "0.0387")]
    assert resting(deal, "Take Profit") == [("2044.09", "0.05")]
    assert text(deal.next_safety_price) == "1981.98"


def test_e1_safety_orders_average_down_and_the_take_profit_completes() -> None:
    engine = world()
    deal = opened(engine)
    to(engine, "1980")
    shows(
        deal,
        bought_amount="0.0753",
        bought_volume="150.294238094",
        bought_average_price="1995.939416918990703851261620186",
        take_profit_price="2037.9",
    )
    assert resting(deal, "Safety") == [("1941.94", "0.0387"), ("1861.86", "0.0605")]
    to(engine, "1941.94")
    shows(deal, bought_amount="0.114", bought_volume="225.522469172", take_profit_price="2019.86")
    to(engine, "1900")
    shows(deal, actual_profit="-9.139069172", actual_profit_percentage="-3.96", current_price="1900.0")
    assert (deal.completed_safety_orders_count, deal.current_active_safety_orders_count) == (2, 1)
    to(engine, "2025")
    shows(
        deal,
        status="completed",
        sold_average_price="2017.84014",
        sold_volume="230.03377596",
        final_profit="4.51130679",
        actual_profit="4.511306788",
        final_profit_percentage="2.0",
        usd_final_profit="4.51",
        take_profit_price="0.0",
        current_price="0.0",
        reserved_base_coin="-4.511306788",
        reserved_second_coin="0.0",
    )
    assert deal.closed_at == deal.updated_at == engine.now
    assert held(engine, "USDT") == "1000004.511306788"
    assert held(engine, "ETH") == "1000.0"
    assert resting(deal, "Safety") == resting(deal, "Take Profit") == []


def test_e2_take_profit_of_the_base_order() -> None:
    engine = world()
    deal = opened(engine, take_profit_type="base")
    shows(deal, take_profit_price="2044.09")
    to(engine, "1980", "1941.94")
    shows(deal, take_profit_price="1997.83")
    to(engine, "1997.83")
    shows(deal, status="completed", final_profit="2.00239821", final_profit_percentage="0.89")


def test_e3_take_profit_steps_one_sold_and_the_rest_by_panic_sell() -> None:
    engine = world()
    deal = opened(engine, take_profit=None, take_profit_steps=steps((40, 2), (50, 3), (10, 4)))
    to(engine, "1980", "1941.94")
    assert resting(deal, "Take Profit") == [("2019.86", "0.0456"), ("2039.66", "0.057"), ("2059.46", "0.0114")]
    assert [text(target.amount) for target in deal.targets] == ["0.0456", "0.057", "0.0114"]
    shows(deal, take_profit_price="1941.94")
    to(engine, "2030")
    shows(deal, status="bought", sold_volume="92.013510384", actual_profit="5.204189212", take_profit_price="2030.0")
    assert [target.status for target in deal.targets] == ["Finished", "Placed", "Placed"]
    engine.deals.panic_sell(deal.id)
    shows(deal, status="panic_sell_pending", localized_status="Closing at Market Price", sold_volume="92.013510384")
    engine.settle()
    shows(
        deal,
        status="panic_sold",
        sold_volume="230.726658384",
        sold_average_price="2023.918056",
        final_profit="5.20418921",
    )


def test_e4_trailing_take_profit() -> None:
    engine = world()
    deal = opened(engine, BASE_ONLY, trailing_enabled=True, trailing_deviation=D("0.5"))
    shows(deal, take_profit_price="2044.09", trailing_max_price=None)
    assert resting(deal, "Take Profit") == []
    to(engine, "2050")
    shows(deal, status="ttp_activated", trailing_max_price="2050.0")
    to(engine, "2080", "2070")
    shows(deal, status="ttp_activated", trailing_max_price="2080.0")
    to(engine, "2069.6")
    shows(deal, status="completed", sold_volume="103.37652", final_profit="3.27652", final_profit_percentage="3.27")


def test_e5_stop_loss_after_all_safety_orders() -> None:
    engine = world()
    deal = opened(engine, stop_loss_percentage=D(8))
    shows(deal, stop_loss_price="1841.84")
    to(engine, "1800")
    shows(
        deal,
        status="stop_loss_finished",
        bought_volume="338.277641702",
        bought_amount="0.1745",
        sold_volume="313.7859",
        final_profit="-24.4917417",
        final_profit_percentage="-7.24",
        stop_loss_price=None,
    )


def test_e5_stop_loss_with_a_timeout_that_the_price_outlasts() -> None:
    engine = world()
    waiting = evolve(E1, stop_loss_percentage=D(8), stop_loss_timeout_enabled=True, stop_loss_timeout_in_seconds=60)
    deal = opened(engine, waiting)
    to(engine, "1800")
    after(engine, 59)
    shows(deal, status="bought")
    after(engine, 1)
    shows(deal, status="stop_loss_finished", final_profit="-24.4917417")


def test_e5_stop_loss_with_a_timeout_that_the_price_recovers_in() -> None:
    engine = world()
    waiting = evolve(E1, stop_loss_percentage=D(8), stop_loss_timeout_enabled=True, stop_loss_timeout_in_seconds=60)
    deal = opened(engine, waiting)
    to(engine, "1800")
    after(engine, 59)
    to(engine, "1850")
    after(engine, 1000)
    shows(deal, status="bought")
    to(engine, "1841.84")
    after(engine, 60)
    shows(deal, status="stop_loss_finished")


def test_e6_trailing_stop_loss() -> None:
    engine = world()
    deal = opened(engine, BASE_ONLY, take_profit=D(5), stop_loss_percentage=D(3), tsl_enabled=True)
    shows(deal, take_profit_price="2104.21", stop_loss_price="1941.94", tsl_max_price="2002.0")
    to(engine, "2050")
    shows(deal, stop_loss_price="1988.5", tsl_max_price="2050.0")
    to(engine, "2010")
    shows(deal, stop_loss_price="1988.5", tsl_max_price="2050.0")
    to(engine, "1988")
    shows(deal, status="stop_loss_finished", final_profit="-0.7994")


def test_e7_short_with_profit_in_quote_currency() -> None:
    engine = world()
    deal = opened(engine, strategy="short", stop_loss_percentage=D(8))
    shows(deal, type="Deal::ShortDeal", base_order_average_price="1998.0", take_profit_price="1956.08")
    shows(deal, stop_loss_price="2157.84")
    assert resting(deal, "Safety") == [("2017.98", "0.0248"), ("2057.94", "0.0365")]
    to(engine, "2018")
    shows(
        deal,
        sold_amount="0.0748",
        sold_volume="149.895858096",
        sold_average_price="2003.955322139037433155080213904",
        take_profit_price="1961.91",
    )
    assert resting(deal, "Safety") == [("2057.94", "0.0365"), ("2137.86", "0.0527")]
    to(engine, "2040")
    shows(deal, actual_profit="-2.848733904", actual_profit_percentage="-1.8", reserved_base_coin="149.895858096")
    to(engine, "1960")
    shows(
        deal,
        status="completed",
        bought_volume="146.897618868",
        final_profit="2.99823923",
        final_profit_percentage="2.0",
    )
    assert held(engine, "USDT") == "1000002.998239228"
    assert held(engine, "ETH") == "1000.0"


def test_e8_short_with_profit_in_base_currency() -> None:
    engine = world()
    deal = opened(engine, strategy="short", profit_currency="base_currency")
    to(engine, "2018")
    assert resting(deal, "Take Profit") == [("1961.98", "0.0764")]
    to(engine, "1961.98")
    shows(deal, status="completed", bought_amount="0.0764", sold_amount="0.0748", reserved_second_coin="-0.0016")
    assert held(engine, "ETH") == "1000.0016"


def test_e9_panic_sell() -> None:
    engine = world()
    deal = opened(engine)
    to(engine, "1941.94", "1950")
    assert engine.deals.panic_sell(deal.id) is deal
    shows(deal, status="panic_sell_pending", sold_volume="0.0", closed_at=None)
    assert deal.current_active_safety_orders_count == 1
    engine.settle()
    shows(
        deal,
        status="panic_sold",
        localized_status="Closed at Market Price",
        sold_volume="222.0777",
        final_profit="-3.44476917",
        final_profit_percentage="-1.53",
    )


def test_e9_cancel_keeps_the_coins() -> None:
    engine = world()
    deal = opened(engine)
    to(engine, "1941.94", "1950")
    engine.deals.cancel(deal.id)
    shows(deal, status="cancel_pending", localized_status="Cancel pending")
    engine.settle()
    shows(deal, status="cancelled", sold_volume="0.0", sold_average_price="0.0", final_profit="0.0")
    assert deal.closed_at == engine.now
    assert held(engine, "ETH") == "1000.114"
    assert engine.account(7).funds.locked == {"USDT": 0, "ETH": 0}
    assert {row[-1] for row in rows(deal)} == {"Filled", "Cancelled"}


def test_e10_add_funds_by_market_then_by_limit() -> None:
    engine = world()
    deal = opened(engine)
    to(engine, "1941.94", "1900")
    order = engine.deals.add_funds(deal.id, D("0.03"), is_market=True)
    assert (order.kind, order.status, text(order.average_price)) == ("Manual Safety", "Filled", "1901.9")
    shows(
        deal,
        bought_volume="282.579469172",
        bought_amount="0.144",
        bought_average_price="1962.357424805555555555555555556",
        take_profit_price="2003.61",
        base_order_average_price="2002.0",
    )
    waiting = engine.deals.add_funds(deal.id, D("0.02"), is_market=False, rate=D(1880))
    assert (waiting.status, deal.active_manual_safety_orders, deal.current_active_safety_orders_count) == (
        "Active",
        1,
        2,
    )
    to(engine, "1880")
    shows(deal, bought_volume="320.217069172", bought_amount="0.164", take_profit_price="1993.59")
    assert (deal.filled_manual_orders, deal.completed_safety_orders_count) == (2, 2)
    assert resting(deal, "Safety") == [("1861.86", "0.0605")]


def test_events_of_a_deal_are_told_in_the_recorded_form() -> None:
    engine = world()
    deal = opened(engine)
    to(engine, "1980", "2040")
    assert messages(deal) == [
        "Placing base order. Price: 2000.0 USDT Size: 100.0 USDT (0.05 ETH)",
        "Base order executed.  Price: 2002.0 USDT.  Size: 100.1 USDT (0.05 ETH)",
        f"Placing TakeProfit trade.  Price: 2044.09 USDT Size: 102.2045 USDT (0.05 ETH), {rise_for('2.20')}",
        "Placing averaging order (1 out of 3). Price: 1981.98 USDT Size: 50.144094 USDT (0.0253 ETH)",
        "Placing averaging order (2 out of 3). Price: 1941.94 USDT Size: 75.153078 USDT (0.0387 ETH)",
        "Averaging order (1 out of 3) executed. Price: 1983.96198 USDT Size: 50.19423809 USDT (0.0253 ETH)",
        "Cancelling TakeProfit trade. Price: 2044.09 USDT Size: 102.2045 USDT (0.05 ETH)",
        "TakeProfit trade cancelled. Price: 2044.09 USDT Size: 102.2045 USDT (0.05 ETH)",
        f"Placing TakeProfit trade.  Price: 2037.9 USDT Size: 153.45387 USDT (0.0753 ETH), {rise_for('2.92')}",
        "Placing averaging order (3 out of 3). Price: 1861.86 USDT Size: 112.64253 USDT (0.0605 ETH)",
        "TakeProfit trade finished. Price: 2035.8621 USDT Size: 153.30041613 USDT (0.0753 ETH)",
        "Cancelling buy order (2 out of 3). Price: 1941.94 USDT Size: 75.153078 USDT (0.0387 ETH)",
        "Averaging order (2 out of 3) cancelled. Price: 1941.94 USDT Size: 75.153078 USDT (0.0387 ETH)",
        "Cancelling buy order (3 out of 3). Price: 1861.86 USDT Size: 112.64253 USDT (0.0605 ETH)",
        "Averaging order (3 out of 3) cancelled. Price: 1861.86 USDT Size: 112.64253 USDT (0.0605 ETH)",
        "(USDT_ETH): Trade completed. Profit:  +3.01 USDT (3.01 $) (2.0% from total volume)",
    ]


def test_events_of_a_stop_loss_are_told_in_the_recorded_form() -> None:
    engine = world()
    deal = opened(engine, BASE_ONLY, stop_loss_percentage=D(8))
    to(engine, "1800")
    assert messages(deal)[3:] == [
        "Cancelling TakeProfit trade. Price: 2044.09 USDT Size: 102.2045 USDT (0.05 ETH)",
        "TakeProfit trade cancelled. Price: 2044.09 USDT Size: 102.2045 USDT (0.05 ETH)",
        "Placing StopLoss trade. Price: market Size: 90.0 USDT (0.05 ETH)",
        "Stop loss trade completed. Price: 1798.2 USDT Size: 89.91 USDT (0.05 ETH)",
        "(USDT_ETH): Trade completed. Profit:  -10.19 USDT (-10.19 $) (-10.18% from total volume)",
    ]


def test_take_profit_row_keeps_its_id_and_creation_when_it_is_replaced() -> None:
    engine = world()
    deal = opened(engine)
    order = the(deal, "Take Profit")
    before, created_at = order.id, order.created_at
    after(engine, 5)
    to(engine, "1980")
    assert the(deal, "Take Profit") is order
    assert (order.id, order.created_at) == (before, created_at)
    assert (text(order.price), order.updated_at) == ("2037.9", engine.now)
