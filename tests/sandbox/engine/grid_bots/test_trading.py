"""What a grid bot does when its lines are reached, when money is short, and when there is a limit on its orders."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from tests.sandbox.engine.grid_bots.grids import grid, messages, resting, rows, running, sides
from tests.sandbox.engine.trading import ACCOUNT, MARKET, START, D, held, text, to, world
from threecommas_async.sandbox.engine import Engine
from threecommas_async.sandbox.engine.exact import shown


def test_a_jump_fills_every_line_on_its_way_at_its_own_price() -> None:
    engine, bot = grid()
    to(engine, "1700")
    assert sides(bot) == "-SSSS"
    assert [row[2:4] for row in rows(bot) if row[0] == "Grid Line" and row[4] == "Filled"] == [
        ("1900.0", "0.0526"),
        ("1800.0", "0.0555"),
    ]
    to(engine, "2500")
    assert sides(bot) == "BBBB-"
    assert bot.total_profits_count == 4
    assert resting(bot) == [
        ("BUY", "1800.0", "0.0555"),
        ("BUY", "1900.0", "0.0526"),
        ("BUY", "2000.0", "0.05"),
        ("BUY", "2100.0", "0.0476"),
    ]


def test_a_first_sale_counts_against_the_line_below() -> None:
    engine, bot = grid()
    to(engine, "2100")
    # 0.0476 of the balancing order: sold at 2100, as if bought at 2000.
    assert text(bot.current_profit) == "4.56484"
    assert bot.current_profit == D("0.0476") * (D(2100) * D("0.999") - D(2000) * D("1.001"))
    assert sides(bot) == "BBB-S"


def test_profit_and_what_is_held_make_up_what_was_gained() -> None:
    engine, bot = grid()
    # 10 000 USDT; 0.093 ETH were bought for 187.11693, and are worth 186.93.
    assert bot.unrealized_profit_loss == D("-0.18693")
    to(engine, "1700", "2150", "1950")
    funds = engine.account(ACCOUNT).funds
    gained = funds.of("USDT") + funds.of("ETH") * 1950 - 10_000
    assert bot.current_profit_loss == gained
    assert bot.current_profit_loss_percent == gained / 4
    assert bot.profit_percentage == bot.current_profit / 4


def test_own_coins_are_used_before_any_are_bought() -> None:
    engine, bot = grid(balances={"USDT": D(1000), "ETH": D("0.05")})
    assert rows(bot)[0] == ("Balancing", "BUY", "2010.0", "0.043", "Filled")
    assert bot.unrealized_profit_loss == D("-0.08643")
    engine, bot = grid(balances={"USDT": D(1000), "ETH": D(1)})
    assert bot.balancing_orders == []
    assert (held(engine, "ETH"), bot.unrealized_profit_loss) == ("1.0", D(0))


def test_missing_quote_currency_is_got_for_coins_that_are_not_needed() -> None:
    engine, bot = grid(balances={"USDT": D(150), "ETH": D(1)})
    # 50.03984 are missing; a coin brings 2007.99.
    assert rows(bot)[0] == ("Balancing", "SELL", "2010.0", "0.025", "Filled")
    assert sides(bot) == "BB-SS"
    assert messages(bot)[2:4] == [
        "Creating balancing order, Price: 2010.0 USDT, Size: 50.25 USDT (0.025 ETH).",
        "Balancing order filled, Price: 2007.99 USDT, Size: 50.19975 USDT (0.025 ETH).",
    ]
    assert engine.account(ACCOUNT).funds.available("USDT") == D("150") + D("50.19975") - D("200.03984")


def test_with_profit_in_base_currency_only_what_pays_is_sold() -> None:
    engine, bot = grid(profit_currency_type="base")
    assert bot.profit_currency == "ETH"
    to(engine, "1900")
    # 0.0526 cost 100.03984; at 2000 a coin brings 1998.
    assert resting(bot)[1] == ("SELL", "2000.0", "0.0501")
    to(engine, "2000")
    assert (text(bot.current_profit), bot.total_profits_count) == ("0.0025", 1)
    assert text(bot.profits[0].profit) == "0.0025"
    assert bot.profit_percentage == D("0.0025") * 2010 / 4
    assert messages(bot)[-2].endswith("Profit: 0.0025 ETH.")


def test_at_most_so_many_orders_rest_on_each_side_the_nearest() -> None:
    engine, bot = grid(grids_quantity=9, max_active_buy_lines=2, max_active_sell_lines=1)
    assert sides(bot) == "bbBB-Ssss"
    to(engine, "1950")
    assert sides(bot) == "bBB-Sssss"
    to(engine, "1800")
    assert sides(bot) == "-Ssssssss"
    to(engine, "2200")
    assert sides(bot) == "bbbbbbBB-"
    cancelled = [row for row in rows(bot) if row[4] == "Cancelled"]
    assert ("Grid Line", "BUY", "1850.0", "0.054", "Cancelled") in cancelled


def test_an_order_that_cannot_be_paid_is_inactive_and_placed_when_there_is_money() -> None:
    engine, bot = grid(balances={"USDT": D("387.2")})
    to(engine, "2100")
    # 99.86 came in, and 100.1 are needed at 2000; 0.04 were left.
    assert sides(bot) == "BBb-S"
    assert rows(bot)[-1] == ("Grid Line", "BUY", "2000.0", "0.05", "Inactive")
    assert messages(bot)[-1].endswith("Current price: 2100.0 USDT, Insufficient funds. ERR_805Y Not enough USDT.")
    order = bot.orders[-1]
    engine.set_free(ACCOUNT, "USDT", D(100))
    assert (sides(bot), order.status) == ("BBb-S", "Inactive")
    engine.set_free(ACCOUNT, "USDT", D(101))
    assert (sides(bot), order.status) == ("BBB-S", "Active")
    assert messages(bot)[-1].endswith("Success.")
    assert bot.orders[-1] is order


def test_a_line_that_was_passed_without_an_order_is_bought_at_once_the_price_is_above_it() -> None:
    engine, bot = grid(balances={"USDT": D("387.2")})
    to(engine, "2100", "1850")
    # 1900 was filled, 2000 was not: there was no order. What was bought is sold at the next line, which is 2000.
    assert sides(bot) == "B-S-S"
    assert resting(bot) == [("BUY", "1800.0", "0.0555"), ("SELL", "2000.0", "0.0526"), ("SELL", "2200.0", "0.0454")]
    engine.set_free(ACCOUNT, "USDT", D(1000))
    assert sides(bot) == "B-S-S"
    to(engine, "2001")
    assert sides(bot) == "BBB-S"


@pytest.mark.parametrize("fee", ["0", "0.001"])
def test_the_bots_of_an_account_share_its_money(fee: str) -> None:
    engine = world("2010", {"USDT": D(1000)}, fee=fee)
    first, second = running(engine), running(engine)
    assert [sides(bot) for bot in (first, second)] == ["BB-SS", "BB-SS"]
    to(engine, "1700", "2300", "2000")
    for bot in (first, second):
        assert bot.total_profits_count == 4
    assert first.current_profit == second.current_profit
    total = engine.account(ACCOUNT).funds
    assert total.of("USDT") + total.of("ETH") * 2000 - 1000 == D(2) * (first.current_profit_loss or D(0))


def test_a_disabled_bot_keeps_its_profits_and_nothing_else() -> None:
    engine, bot = grid()
    to(engine, "1900", "2000", "1900")
    engine.grid_bots.disable(bot.id)
    assert sides(bot) == "-----"
    assert not any(engine.account(ACCOUNT).funds.locked.values())
    assert (bot.is_enabled, bot.unrealized_profit_loss, bot.current_profit_loss) == (False, D(0), None)
    assert (bot.investment_base_currency, bot.investment_quote_currency) == (D(0), D(0))
    assert (shown(bot.current_profit), bot.total_profits_count, bot.start_price) == ("5.05486", 1, D(2010))
    before = (list(bot.orders), bot.updated_at, len(bot.events))
    to(engine, "1700", "2300")
    assert (bot.orders, bot.updated_at, len(bot.events)) == before
    to(engine, "2010")
    engine.grid_bots.enable(bot.id)
    to(engine, "1900", "2000")
    assert (shown(bot.current_profit), bot.total_profits_count) == ("10.10972", 2)


def test_enabling_and_disabling_twice_changes_nothing() -> None:
    engine, bot = grid()
    events = len(bot.events)
    engine.grid_bots.enable(bot.id)
    engine.settle()
    assert len(bot.events) == events
    engine.grid_bots.disable(bot.id)
    events = len(bot.events)
    engine.grid_bots.disable(bot.id)
    assert len(bot.events) == events


def test_orders_behind_one_that_cannot_be_paid_wait_as_well() -> None:
    engine, bot = grid("2200", order_currency_type="base", quantity_per_grid=D("0.05"))
    assert sides(bot) == "BBBB-"
    before = bot.settings
    engine.grid_bots.update(bot.id, evolve(before, max_active_buy_lines=1))
    engine.set_free(ACCOUNT, "USDT", D(98))
    engine.grid_bots.update(bot.id, before)
    # 100.1 are needed at 2000, and 90.09 at 1800.
    assert sides(bot) == "bbbB-"


def test_a_sale_that_was_passed_without_an_order_waits_until_the_price_is_below_it() -> None:
    engine, bot = grid(upper_price=D(2300), grids_quantity=6, max_active_sell_lines=2)
    to(engine, "1900")
    assert sides(bot) == "B-SSss"
    engine.set_free(ACCOUNT, "ETH", D(0))
    to(engine, "2250")
    # There were coins for two sales; those at 2200 and 2300 lack theirs.
    assert sides(bot) == "BBB-ss"
    engine.set_free(ACCOUNT, "ETH", D("0.05"))
    assert sides(bot) == "BBB-sS"
    to(engine, "2300")
    # At 2200 there is a purchase of what was sold at 2300, and a sale that waits.
    assert sides(bot) == "BBB-B-"
    engine.set_free(ACCOUNT, "ETH", D("0.2"))
    assert sides(bot) == "BBB-B-"
    to(engine, "2200")
    assert sides(bot) == "BBB-sS"
    to(engine, "2199.99")
    assert sides(bot) == "BBB-SS"


def test_a_refused_order_is_told_of_once() -> None:
    engine, bot = grid(balances={"USDT": D("387.2")})
    to(engine, "2100")
    for amount in ("50", "60", "70"):
        engine.set_free(ACCOUNT, "USDT", D(amount))
    assert sum("Insufficient funds" in message for message in messages(bot)) == 1
    assert [row for row in rows(bot) if row[4] == "Inactive"] == [("Grid Line", "BUY", "2000.0", "0.05", "Inactive")]


def test_with_profit_in_base_currency_no_more_is_sold_than_was_bought() -> None:
    engine, bot = grid("2000", lower_price=D(1999), upper_price=D(2001), grids_quantity=3, profit_currency_type="base")
    to(engine, "1999")
    assert resting(bot)[0] == ("SELL", "2000.0", "0.05")
    to(engine, "2000")
    assert (bot.total_profits_count, bot.current_profit) == (1, D(0))


def test_what_is_held_is_valued_in_the_currency_of_the_profits() -> None:
    engine, bot = grid(profit_currency_type="base")
    to(engine, "2050")
    # 0.093 ETH that cost 187.11693 are worth 190.65.
    assert bot.unrealized_profit_loss == D("0.00172345")
    assert bot.current_profit_loss == D("0.00172345")


def test_profits_are_worth_what_their_currency_is_in_dollars() -> None:
    engine = Engine(START, usd_price=lambda currency: {"BTC": D(60_000), "ETH": D(3_000)}[currency])
    engine.add_pair(MARKET, "BTC_ETH", price=D("0.05"), tick=D("0.0001"), lot=D("0.001"))
    engine.add_account(ACCOUNT, MARKET, balances={"BTC": D(5)})
    settings: dict[str, Any] = {
        "pair": "BTC_ETH",
        "lower_price": D("0.04"),
        "upper_price": D("0.06"),
        "grids_quantity": 3,
        "quantity_per_grid": D("0.1"),
    }
    for currency, price in (("quote", 60_000), ("base", 3_000)):
        bot = running(engine, profit_currency_type=currency, **settings)
        engine.walk(MARKET, "BTC_ETH", [D("0.04"), D("0.05")])
        assert bot.total_profits_count == 1
        assert bot.current_profit_usd == bot.profits[0].usd_profit == bot.current_profit * price > 0
