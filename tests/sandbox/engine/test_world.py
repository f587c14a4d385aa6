"""Time, prices, accounts and who is told of what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.sandbox.engine.trading import (
    ACCOUNT,
    BASE_ONLY,
    MARKET,
    NONSTOP,
    PAIR,
    START,
    D,
    after,
    free,
    held,
    opened,
    running_bot,
    steps,
    text,
    to,
    world,
)
from threecommas_async.sandbox.engine import Engine
from threecommas_async.sandbox.engine.alarms import Entity
from threecommas_async.sandbox.engine.deals.deal import Deal
from threecommas_async.sandbox.engine.refusals import RefusedError
from threecommas_async.sandbox.engine.world import Ids

WRONG: tuple[Callable[[Engine], object], ...] = (
    lambda engine: engine.set_price(MARKET, PAIR, D(0)),
    lambda engine: engine.advance_to(START - timedelta(seconds=1)),
    lambda engine: engine.add_pair(MARKET, PAIR, price=D(1), tick=D(1), lot=D(1)),
    lambda engine: engine.add_pair(MARKET, "USDTLTC", price=D(1), tick=D(1), lot=D(1)),
    lambda engine: engine.add_pair(MARKET, "USDT_LTC", price=D(1), tick=D(0), lot=D(1)),
    lambda engine: engine.add_account(ACCOUNT, MARKET),
    lambda engine: engine.set_free(ACCOUNT, "USDT", D(-1)),
)


@pytest.mark.parametrize("wrong", WRONG)
def test_what_cannot_be_is_an_error(wrong: Callable[[Engine], object]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        wrong(world())


def test_a_price_that_no_pair_has_is_an_error() -> None:
    engine = world()
    with pytest.raises(KeyError):
        engine.set_price(MARKET, "USDT_NO", D(1))
    with pytest.raises(KeyError):
        engine.book("kraken", PAIR)


def test_time_is_what_it_was_told() -> None:
    engine = world()
    assert engine.now == START
    after(engine, 90)
    assert engine.now == START + timedelta(seconds=90)
    assert opened(engine).created_at == engine.now


def test_ids_ascend_from_where_they_are_told_to() -> None:
    engine = Engine(START, ids=Ids(bot=100, deal=2_376_506_365, order=7))
    engine.add_pair(MARKET, PAIR, price=D(2000), tick=D("0.01"), lot=D("0.0001"))
    engine.add_account(ACCOUNT, MARKET, balances={"USDT": D(1000)})
    deal = opened(engine)
    assert (deal.bot_id, deal.id) == (100, 2_376_506_365)
    assert [order.id for order in deal.orders] == [7, 8, 9, 10]


def test_open_orders_lock_what_they_will_spend_with_the_fee() -> None:
    engine = world(balances={"USDT": D(1000)})
    opened(engine)
    assert free(engine, "USDT") == "774.477530828"
    assert held(engine, "USDT") == "899.9"
    assert (free(engine, "ETH"), held(engine, "ETH")) == ("0.0", "0.05")


def test_without_a_fee_nothing_is_lost() -> None:
    engine = world(fee="0")
    deal = opened(engine, BASE_ONLY)
    assert (text(deal.base_order_average_price), text(deal.take_profit_price)) == ("2000.0", "2040.0")


def test_profits_in_dollars_are_those_of_the_day_on_which_they_were_made() -> None:
    worth = {"USDT": D("1.5")}
    engine = Engine(START, usd_price=lambda currency: worth[currency])
    engine.add_pair(MARKET, PAIR, price=D(2000), tick=D("0.01"), lot=D("0.0001"))
    engine.add_account(ACCOUNT, MARKET, balances={"USDT": D(1000)})
    deal = opened(engine, BASE_ONLY)
    assert text(deal.actual_usd_profit) == "-0.3"
    to(engine, "2060")
    worth["USDT"] = D(9)
    assert (text(deal.final_profit), text(deal.usd_final_profit)) == ("2.0022955", "3.0")
    assert text(engine.bots.get(deal.bot_id).finished_deals_profit_usd) == "3.00344325"


def test_the_profit_of_an_active_deal_is_frozen_between_fills() -> None:
    engine = world()
    deal = opened(engine)
    to(engine, "1990", "1985")
    assert text(deal.final_profit) == "-0.2"
    to(engine, "1981.98")
    assert text(deal.final_profit) == "-1.20038719"
    to(engine, "2000")
    assert text(deal.final_profit) == "-1.20038719"
    assert text(deal.actual_profit) == "0.155161906"


def test_listener_hears_of_every_part_of_a_step_once_and_of_no_mere_price() -> None:
    engine = world()
    heard = list[tuple[int, str]]()

    def listener(entity: Entity) -> None:
        assert isinstance(entity, Deal)
        heard.append((entity.id, entity.status))

    engine.listener = listener
    assert engine.listener is not None
    bot = running_bot(engine, BASE_ONLY, strategy_list=NONSTOP, stop_loss_percentage=D(8))
    assert heard == [(1, "bought")]
    heard.clear()
    to(engine, "1990", "2010", "2043")
    after(engine, 60)
    assert heard == []
    to(engine, "2060")
    assert heard == [(1, "completed"), (2, "bought")]
    heard.clear()
    engine.deals.panic_sell(2)
    engine.bots.disable(bot.id)
    assert heard == [(2, "panic_sell_pending"), (2, "panic_sold"), (3, "bought")]


def test_updated_at_moves_with_the_state_and_not_with_the_price() -> None:
    engine = world()
    deal = opened(engine)
    after(engine, 10)
    to(engine, "1990")
    assert deal.updated_at == START
    to(engine, "1980")
    assert deal.updated_at == engine.now


def test_a_trailing_maximum_is_a_change() -> None:
    engine = world()
    deal = opened(engine, BASE_ONLY, trailing_enabled=True, trailing_deviation=D(5))
    to(engine, "2050")
    after(engine, 10)
    to(engine, "2049")
    assert deal.updated_at == START
    to(engine, "2051")
    assert deal.updated_at == engine.now


def test_deals_of_many_bots_leave_nothing_behind_in_the_book() -> None:
    engine = world()
    for step in range(30):
        opened(engine, take_profit=D(1), safety_order_step_percentage=D("0.5") + D(step) / 100)
    to(engine, "1950", "1900", "2100")
    assert engine.deals.select("active") == []
    assert engine.book(MARKET, PAIR).resting == 0
    assert len(engine.book(MARKET, PAIR)._falling) == len(engine.book(MARKET, PAIR)._rising) == 0


def test_fields_by_direction() -> None:
    engine = world()
    long, short = opened(engine), opened(engine, strategy="short")
    assert (long.type, short.type) == ("Deal", "Deal::ShortDeal")
    assert (long.from_currency, long.to_currency, long.pair) == ("USDT", "ETH", PAIR)
    assert (text(long.reserved_base_coin), text(long.reserved_second_coin)) == ("100.1", "0.05")
    assert (text(short.reserved_base_coin), text(short.reserved_second_coin)) == ("99.9", "0.05")
    assert (text(short.bought_amount), text(short.sold_amount)) == ("0.0", "0.05")
    assert (text(short.bought_average_price), text(short.sold_average_price)) == ("0.0", "1998.0")
    assert (text(long.average_price), text(short.average_price)) == ("2002.0", "1998.0")


def test_orders_are_listed_by_kind_and_the_newest_first() -> None:
    engine = world()
    deal = opened(engine, take_profit=None, take_profit_steps=steps((50, 2), (50, 3)))
    engine.deals.add_funds(deal.id, D("0.01"), is_market=False, rate=D(1900))
    engine.deals.add_funds(deal.id, D("0.01"), is_market=False, rate=D(1800))
    listed = [(order.kind, order.id) for order in deal.listed_orders()]
    assert listed == [
        ("Manual Safety", 7),
        ("Manual Safety", 6),
        ("Take Profit", 3),
        ("Take Profit", 2),
        ("Safety", 5),
        ("Safety", 4),
        ("Base", 1),
    ]
    assert [(order.cancellable, order.quantity_remaining == 0) for order in deal.orders[:2]] == [
        (False, True),
        (True, False),
    ]
    assert deal.last_open_target is deal.targets[1]


@pytest.mark.parametrize("settle_automatically", [True, False])
def test_a_removed_account_takes_its_bots_and_deals_with_it(settle_automatically: bool) -> None:
    engine = world(settle_automatically=settle_automatically)
    engine.add_account(8, MARKET, balances={"USDT": D(1000)})
    gone, other = opened(engine), opened(engine, account_id=8)
    engine.deals.panic_sell(opened(engine).id)
    engine.remove_account(ACCOUNT)
    assert gone.status == "cancelled"
    assert [bot.account.id for bot in engine.bots.select()] == [8]
    assert engine.deals.select() == list(engine.deals.active) == [other]
    with pytest.raises(RefusedError, match="not_found"):
        engine.account(ACCOUNT)
    to(engine, "1500", "2500")
    assert other.status == "completed"


def test_a_pair_is_removed_only_when_no_bot_trades_it() -> None:
    engine = world(pairs={"USDT_LTC": "100"})
    deal = opened(engine)
    engine.remove_pair(MARKET, "USDT_LTC")
    with pytest.raises(KeyError):
        engine.book(MARKET, "USDT_LTC")
    with pytest.raises(ValueError, match="a bot trades"):
        engine.remove_pair(MARKET, PAIR)
    engine.deals.cancel(deal.id)
    engine.bots.delete(deal.bot_id)
    engine.remove_pair(MARKET, PAIR)
