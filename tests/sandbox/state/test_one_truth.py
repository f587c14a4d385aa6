"""What an account holds and what bots trade with is one and the same."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.sandbox import simple_trades
from tests.sandbox.trading import E1, MARKET, NONSTOP, PAIR, D, Exchange
from threecommas_async.errors import ApiError


async def test_a_purchase_shows_wherever_balances_are(here: Exchange) -> None:
    client, account_id = here.client, here.account_id
    here.sandbox.accounts.set_balances(account_id, {"USDT": 1000})
    assert await here.held() == {"USDT": 1000}
    deal = await here.deal()
    assert deal.bought_volume == D("100.1")
    assert await here.held() == {"USDT": D("899.9"), "ETH": D("0.05")}
    pie = {one.code: one.amount for one in await client.accounts.pie_chart(account_id)}
    assert pie == {"USDT": D("899.9"), "ETH": D("0.05")}
    account = await client.accounts.load_balances(account_id)
    assert account.usd_amount == D("899.9") + 100
    assert (await client.accounts.get("summary")).usd_amount == account.usd_amount
    active = await client.accounts.active_trading_entities(account_id)
    assert (active.active_bots_count, active.active_deals_count) == (1, 1)
    await here.to("2010")
    assert (await client.accounts.get(account_id)).usd_amount == D("899.9") + D("100.5")


async def test_open_orders_are_on_orders(here: Exchange) -> None:
    here.sandbox.accounts.set_balances(here.account_id, {"USDT": 1000})
    deal = await here.deal()
    orders = await here.client.deals.market_orders(deal.id)
    spent = sum(
        (order.rate or D(0)) * (order.quantity or D(0)) * D("1.001")
        for order in orders
        if order.deal_order_type == "Safety"
    )
    rows = {row.currency_code: row for row in await here.client.accounts.account_table(here.account_id)}
    assert rows["USDT"].on_orders == spent
    assert rows["USDT"].position_available == D("899.9") - spent
    assert (rows["ETH"].on_orders, rows["ETH"].position_available) == (D("0.05"), D(0))
    free = (await here.client.deals.data_for_adding_funds(deal.id)).available_amount
    assert free == rows["USDT"].position_available


async def test_set_balances_feeds_the_bots_and_keeps_what_is_locked(here: Exchange) -> None:
    here.sandbox.accounts.set_balances(here.account_id, {"USDT": 50})
    bot = await here.bot(strategy_list=[NONSTOP])
    [failed] = await here.client.deals.list()
    assert (failed.status, failed.deal_has_error, failed.bought_amount) == ("failed", True, None)
    assert failed.error_message == "Error placing base order: Insufficient funds. ERR_805Y Not enough USDT."
    assert failed.failed_message == failed.error_message
    here.sandbox.accounts.set_balances(here.account_id, {"USDT": 1000})
    [deal] = await here.client.deals.list(scope="active", bot_id=bot.id)
    assert deal.status == "bought"
    with pytest.raises(ValueError, match=r"balance of ETH must be at least the 0\.05 that open orders have locked"):
        here.sandbox.accounts.set_balances(here.account_id, {"USDT": 1000})
    assert await here.held() == {"USDT": D("899.9"), "ETH": D("0.05")}


async def test_a_refused_safety_order_is_named_and_the_deal_goes_on(here: Exchange) -> None:
    here.sandbox.accounts.set_balances(here.account_id, {"USDT": 120})
    deal = await here.deal()
    assert (deal.status, deal.deal_has_error) == ("bought", True)
    assert deal.error_message == (
        "Error placing safety trade (1 out of 3): Insufficient funds. ERR_805Y Not enough USDT."
    )


async def test_an_account_with_active_deals_stays_and_goes_with_all_that_is_in_it(here: Exchange) -> None:
    client, account_id = here.client, here.account_id
    deal = await here.deal()
    with pytest.raises(ApiError) as caught:
        await client.accounts.remove(account_id)
    assert (caught.value.status, caught.value.code) == (422, "account_not_deletable")
    await client.bots.disable(deal.bot_id or 0)
    await client.deals.cancel(deal.id)
    other = here.sandbox.accounts.add(balances={"USDT": 1000})
    kept = await client.bots.create(account_id=other, settings=E1)
    await client.accounts.remove(account_id)
    assert await client.deals.list() == []
    assert [bot.id for bot in await client.bots.list()] == [kept.id]
    with pytest.raises(ApiError):
        await client.deals.get(deal.id)


async def test_a_simple_trade_counts_as_an_order_keeps_its_account_and_is_cancelled_with_everything(
    here: Exchange,
) -> None:
    client, account_id = here.client, here.account_id
    trade = await simple_trades.create(here, **simple_trades.LIMIT)
    active = await client.accounts.active_trading_entities(account_id)
    assert (active.active_orders_count, active.active_deals_count) == (1, 0)
    with pytest.raises(ApiError, match="account_not_deletable"):
        await client.accounts.remove(account_id)
    await client.accounts.sell_all_to_usd(account_id)
    assert (await simple_trades.get(here, trade["uuid"]))["status"]["value"] == "cancelled"
    rows = {row.currency_code: row for row in await client.accounts.account_table(account_id)}
    assert (rows["USDT"].on_orders, set(rows)) == (D(0), {"USDT"})
    await client.accounts.remove(account_id)
    answer = await here.caller.call("GET", f"/ver1/trades/{trade['uuid']}")
    assert answer.status == 404


async def test_selling_everything_stops_the_bots_and_cancels_their_deals(here: Exchange) -> None:
    deal = await here.deal()
    before = (await here.client.accounts.get(here.account_id)).usd_amount
    await here.client.accounts.sell_all_to_usd(here.account_id)
    assert (await here.client.deals.get(deal.id)).status == "cancelled"
    assert await here.held() == {"USDT": before}
    active = await here.client.accounts.active_trading_entities(here.account_id)
    assert (active.active_bots_count, active.active_deals_count) == (0, 0)


async def test_a_bot_on_a_pair_in_bitcoin_counts_its_dollars_by_the_price_of_bitcoin(here: Exchange) -> None:
    await here.sandbox.prices.set(MARKET, "USDT_BTC", 50_000)
    here.sandbox.accounts.set_balances(here.account_id, {"BTC": 1})
    deal = await here.deal(pairs=["BTC_ETH"], base_order_volume="0.1", safety_order_volume="0.1", max_safety_orders=0)
    target = deal.take_profit_price
    assert target is not None
    await here.sandbox.prices.set(MARKET, "BTC_ETH", target)
    finished = await here.client.deals.get(deal.id)
    assert finished.final_profit is not None
    assert finished.usd_final_profit == round(finished.final_profit * 50_000, 2)
    stats = await here.client.bots.stats_by_date(here.clock.now())
    assert stats.profits == {"BTC": finished.final_profit}
    assert stats.btc_profit == finished.final_profit


async def test_a_renamed_account_is_called_so_in_its_bots_and_deals(here: Exchange) -> None:
    deal = await here.deal()
    await here.client.accounts.rename(here.account_id, "Renamed")
    assert (await here.client.deals.get(deal.id)).account_name == "Renamed"
    assert {bot.account_name for bot in await here.client.bots.list()} == {"Renamed"}


async def test_deal_ids_need_more_than_31_bits(here: Exchange) -> None:
    assert (await here.deal()).id > 2**31


async def test_money_moves_with_the_digits_of_the_fee(here: Exchange) -> None:
    deal = await here.deal()
    await here.to("2044.09")
    finished = await here.client.deals.get(deal.id)
    assert finished.actual_profit is not None
    assert await here.held() == {"USDT": Decimal(1_000_000) + finished.actual_profit, "ETH": Decimal(1000)}
    assert here.sandbox.prices.get(MARKET, PAIR) == D("2044.09")
