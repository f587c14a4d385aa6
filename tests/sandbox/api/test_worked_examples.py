"""The worked examples E1 to E10 of the trading semantics, through the client and over HTTP, digit by digit.

The numbers are those of the specification; none of them was computed here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tests.sandbox.trading import E1, PAIR, D, Exchange
from threecommas_async import ThreeCommasClient
from threecommas_async.models import Deal, DealOrder, TakeProfitStepSettings

BASE_ONLY: Final = E1.evolved({"max_safety_orders": 0})


async def shows(client: ThreeCommasClient, deal: Deal, **expected: str | None) -> Deal:
    """Fetch a deal and compare it, numbers by value, also with what lists say of it."""
    now = await client.deals.get(deal.id)
    [listed] = [one for one in await client.deals.list() if one.id == deal.id]
    for shown in (now, listed):
        found = {name: getattr(shown, name) for name in expected}
        assert found == {
            name: D(value) if value is not None and not isinstance(found[name], str) else value
            for name, value in expected.items()
        }
    return now


async def orders(client: ThreeCommasClient, deal: Deal, kind: str, status: str = "Active") -> list[DealOrder]:
    """Return a deal's orders of a kind, by id."""
    rows = await client.deals.market_orders(deal.id)
    wanted = [row for row in rows if (row.deal_order_type, row.status_string) == (kind, status)]
    return sorted(wanted, key=lambda row: int(row.order_id))


async def resting(client: ThreeCommasClient, deal: Deal, kind: str) -> list[tuple[str, str]]:
    return [(f"{row.rate}", f"{row.quantity}") for row in await orders(client, deal, kind)]


async def test_e1_volume_and_step_scale(here: Exchange) -> None:
    client = here.client
    deal = await here.deal()
    await shows(
        client,
        deal,
        status="bought",
        localized_status="Active",
        bought_amount="0.05",
        base_order_average_price="2002",
        take_profit_price="2044.09",
    )
    assert await resting(client, deal, "Safety") == [("1981.98", "0.0253"), ("1941.94", "0.0387")]
    await here.to("1980")
    await shows(
        client,
        deal,
        bought_volume="150.294238094",
        bought_amount="0.0753",
        bought_average_price="1995.939416918990703851261620186",
        take_profit_price="2037.9",
    )
    assert await resting(client, deal, "Safety") == [("1941.94", "0.0387"), ("1861.86", "0.0605")]
    await here.to("1941.94")
    await shows(client, deal, bought_volume="225.522469172", bought_amount="0.114", take_profit_price="2019.86")
    await here.to("1900")
    now = await shows(
        client, deal, actual_profit="-9.139069172", actual_profit_percentage="-3.96", current_price="1900"
    )
    assert (now.completed_safety_orders_count, now.current_active_safety_orders_count) == (2, 1)
    await here.to("2025")
    now = await shows(
        client,
        deal,
        status="completed",
        sold_average_price="2017.84014",
        sold_volume="230.03377596",
        final_profit="4.51130679",
        actual_profit="4.511306788",
        final_profit_percentage="2",
        usd_final_profit="4.51",
        take_profit_price="0",
        current_price="0",
        reserved_base_coin="-4.511306788",
        reserved_second_coin="0",
        stop_loss_price=None,
    )
    assert isinstance(now.closed_at, datetime)
    assert now.closed_at == now.updated_at
    assert await here.held() == {"USDT": D("1000004.511306788"), "ETH": D(1000)}
    assert await resting(client, deal, "Safety") == await resting(client, deal, "Take Profit") == []


async def test_e2_take_profit_of_the_base_order(here: Exchange) -> None:
    deal = await here.deal(take_profit_type="base")
    await shows(here.client, deal, take_profit_price="2044.09")
    await here.to("1980", "1941.94")
    await shows(here.client, deal, take_profit_price="1997.83")
    await here.to("1997.83")
    await shows(here.client, deal, status="completed", final_profit="2.00239821", final_profit_percentage="0.89")


async def test_e3_one_step_sold_and_the_rest_by_panic_sell(here: Exchange) -> None:
    client = here.client
    steps = [
        TakeProfitStepSettings(amount_percentage=share, profit_percentage=profit)
        for share, profit in ((40, 2), (50, 3), (10, 4))
    ]
    deal = await here.deal(take_profit=0, take_profit_steps=steps)
    await here.to("1980", "1941.94")
    expected = [("2019.86", "0.0456"), ("2039.66", "0.057"), ("2059.46", "0.0114")]
    assert await resting(client, deal, "Take Profit") == expected
    await here.to("2030")
    now = await shows(
        client, deal, status="bought", sold_volume="92.013510384", actual_profit="5.204189212", take_profit=None
    )
    assert now.take_profit_steps is not None
    shown = [(f"{step.price}", f"{step.initial_amount}", step.status) for step in now.take_profit_steps]
    assert shown == [
        (price, amount, status)
        for (price, amount), status in zip(expected, ("Finished", "Placed", "Placed"), strict=True)
    ]
    closing = await client.deals.panic_sell(deal.id)
    assert (closing.status, closing.localized_status) == ("panic_sell_pending", "Closing at Market Price")
    await shows(
        client,
        deal,
        status="panic_sold",
        sold_volume="230.726658384",
        sold_average_price="2023.918056",
        final_profit="5.20418921",
    )


async def test_e4_trailing_take_profit(here: Exchange) -> None:
    client = here.client
    deal = await here.deal(BASE_ONLY, trailing_enabled=True, trailing_deviation="0.5")
    await shows(client, deal, take_profit_price="2044.09", trailing_max_price=None)
    assert await resting(client, deal, "Take Profit") == []
    await here.to("2050")
    now = await shows(client, deal, status="ttp_activated", trailing_max_price="2050")
    assert now.crypto_widget is not None
    assert now.crypto_widget.ttp_activated is True
    await here.to("2080", "2070")
    await shows(client, deal, status="ttp_activated", trailing_max_price="2080")
    await here.to("2069.6")
    await shows(
        client,
        deal,
        status="completed",
        sold_volume="103.37652",
        final_profit="3.27652",
        final_profit_percentage="3.27",
    )


async def test_e5_stop_loss_after_all_safety_orders(here: Exchange) -> None:
    deal = await here.deal(stop_loss_percentage=8)
    await shows(here.client, deal, stop_loss_price="1841.84")
    await here.to("1800")
    await shows(
        here.client,
        deal,
        status="stop_loss_finished",
        bought_volume="338.277641702",
        bought_amount="0.1745",
        sold_volume="313.7859",
        final_profit="-24.4917417",
        final_profit_percentage="-7.24",
        stop_loss_price=None,
    )


async def test_e5_stop_loss_with_a_timeout_by_the_clock(here: Exchange) -> None:
    deal = await here.deal(stop_loss_percentage=8, stop_loss_timeout_enabled=True, stop_loss_timeout_in_seconds=60)
    await here.to("1800")
    await here.clock.advance(59)
    await shows(here.client, deal, status="bought")
    await here.to("1850")
    await here.clock.advance(600)
    await shows(here.client, deal, status="bought")
    await here.to("1800")
    due = here.clock.now().timestamp() + 60
    await here.clock.advance(3600)
    now = await shows(here.client, deal, status="stop_loss_finished", final_profit="-24.4917417")
    assert now.closed_at is not None
    assert now.closed_at.timestamp() == due


async def test_e6_trailing_stop_loss(here: Exchange) -> None:
    deal = await here.deal(BASE_ONLY, take_profit=5, stop_loss_percentage=3, tsl_enabled=True)
    await shows(here.client, deal, take_profit_price="2104.21", stop_loss_price="1941.94")
    await here.to("2050")
    await shows(here.client, deal, stop_loss_price="1988.5", tsl_max_price="2050")
    await here.to("2010")
    await shows(here.client, deal, stop_loss_price="1988.5")
    await here.to("1988")
    await shows(here.client, deal, status="stop_loss_finished", final_profit="-0.7994")


async def test_e7_short_with_profit_in_quote_currency(here: Exchange) -> None:
    client = here.client
    deal = await here.deal(strategy="short", stop_loss_percentage=8)
    await shows(client, deal, base_order_average_price="1998", take_profit_price="1956.08", stop_loss_price="2157.84")
    assert await resting(client, deal, "Safety") == [("2017.98", "0.0248"), ("2057.94", "0.0365")]
    await here.to("2018")
    await shows(
        client,
        deal,
        sold_volume="149.895858096",
        sold_amount="0.0748",
        sold_average_price="2003.955322139037433155080213904",
        take_profit_price="1961.91",
    )
    assert await resting(client, deal, "Safety") == [("2057.94", "0.0365"), ("2137.86", "0.0527")]
    await here.to("2040")
    await shows(client, deal, actual_profit="-2.848733904", actual_profit_percentage="-1.8")
    await here.to("1960")
    now = await shows(
        client,
        deal,
        status="completed",
        bought_volume="146.897618868",
        final_profit="2.99823923",
        final_profit_percentage="2",
    )
    assert now.is_short


async def test_e8_short_with_profit_in_base_currency(here: Exchange) -> None:
    deal = await here.deal(strategy="short", profit_currency="base_currency")
    await here.to("2018")
    assert await resting(here.client, deal, "Take Profit") == [("1961.98", "0.0764")]
    await here.to("1961.98")
    await shows(here.client, deal, status="completed", bought_amount="0.0764", sold_amount="0.0748")
    assert (await here.held())["ETH"] == D("1000.0016")


async def test_e9_panic_sell(here: Exchange) -> None:
    deal = await here.deal()
    await here.to("1980", "1941.94", "1950")
    assert (await here.client.deals.panic_sell(deal.id)).status == "panic_sell_pending"
    await shows(
        here.client,
        deal,
        status="panic_sold",
        localized_status="Closed at Market Price",
        sold_volume="222.0777",
        final_profit="-3.44476917",
        final_profit_percentage="-1.53",
    )


async def test_e9_cancel(here: Exchange) -> None:
    deal = await here.deal()
    await here.to("1980", "1941.94", "1950")
    cancelling = await here.client.deals.cancel(deal.id)
    assert (cancelling.status, cancelling.localized_status) == ("cancel_pending", "Cancel pending")
    assert cancelling.crypto_widget is None
    await shows(here.client, deal, status="cancelled", sold_volume="0", final_profit="0")
    assert await resting(here.client, deal, "Safety") == await resting(here.client, deal, "Take Profit") == []
    assert await here.held() == {"USDT": D("1000000") - D("225.522469172"), "ETH": D("1000.114")}


async def test_e10_adding_funds(here: Exchange) -> None:
    client = here.client
    deal = await here.deal()
    await here.to("1980", "1941.94", "1900")
    await client.deals.add_funds(deal.id, quantity="0.03", is_market=True)
    await shows(
        client,
        deal,
        bought_volume="282.579469172",
        bought_amount="0.144",
        bought_average_price="1962.357424805555555555555555556",
        take_profit_price="2003.61",
        base_order_average_price="2002",
    )
    order = await client.deals.add_funds(
        deal.id, quantity="0.02", is_market=False, rate=1880, response_type="market_order"
    )
    assert (order.deal_order_type, order.is_active, order.rate) == ("Manual Safety", True, D(1880))
    waiting = await client.deals.get(deal.id)
    assert (waiting.active_manual_safety_orders, waiting.current_active_safety_orders) == (1, 2)
    await here.to("1880")
    now = await shows(client, deal, bought_volume="320.217069172", bought_amount="0.164", take_profit_price="1993.59")
    assert (now.completed_manual_safety_orders_count, now.completed_safety_orders_count) == (2, 2)
    assert now.pair == PAIR
