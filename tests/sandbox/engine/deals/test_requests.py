"""What a user asks of a deal, in two phases where the exchange takes its time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.sandbox.engine.trading import (
    ACCOUNT,
    BASE_ONLY,
    NONSTOP,
    RSI,
    D,
    after,
    free,
    held,
    messages,
    opened,
    resting,
    running_bot,
    status,
    steps,
    text,
    the,
    to,
    world,
)
from threecommas_async.sandbox.engine import Engine
from threecommas_async.sandbox.engine.deals.deal import Deal
from threecommas_async.sandbox.engine.deals.settings import SafetyStep
from threecommas_async.sandbox.engine.refusals import RefusedError

THREE = steps((40, 2), (50, 3), (10, 4))


def stepped(engine: Engine) -> Deal:
    return opened(engine, BASE_ONLY, take_profit=None, take_profit_steps=THREE)


# ---- two phases ------------------------------------------------------------------------------------------------------
NEXT_CALLS: tuple[Callable[[Engine, Deal], object], ...] = (
    lambda engine, deal: to(engine, "2001"),
    lambda engine, deal: after(engine, 0),
    lambda engine, deal: engine.bots.disable(deal.bot_id),
    lambda engine, deal: engine.settle(),
)


@pytest.mark.parametrize("next_call", NEXT_CALLS)
def test_a_closing_is_settled_before_the_next_operation(next_call: Callable[[Engine, Deal], object]) -> None:
    engine = world()
    deal = opened(engine)
    engine.deals.panic_sell(deal.id)
    assert engine.deals.get(deal.id).status == "panic_sell_pending"
    next_call(engine, deal)
    assert (deal.status, text(deal.sold_average_price)) == ("panic_sold", "1998.0")


def test_a_closing_waits_for_settle_if_it_is_not_automatic() -> None:
    engine = world(settle_automatically=False)
    deal = opened(engine)
    engine.deals.panic_sell(deal.id)
    to(engine, "1900", "2200")
    after(engine, 60)
    assert deal.status == "panic_sell_pending"
    assert deal.completed_safety_orders_count == 0
    assert resting(deal, "Take Profit") == [("2044.09", "0.05")]
    engine.settle()
    assert (deal.status, text(deal.sold_average_price)) == ("panic_sold", "2197.8")


def test_a_panic_sell_that_waits_can_be_cancelled() -> None:
    engine = world(settle_automatically=False)
    deal = opened(engine)
    engine.deals.panic_sell(deal.id)
    engine.deals.cancel(deal.id)
    assert deal.status == "cancel_pending"
    engine.settle()
    assert (deal.status, text(deal.sold_volume)) == ("cancelled", "0.0")


def test_a_panic_sell_that_cannot_be_paid_stays_pending_until_it_can() -> None:
    engine = world(balances={"ETH": D(1)})
    deal = opened(engine, BASE_ONLY, strategy="short")
    engine.set_free(ACCOUNT, "USDT", D(0))
    to(engine, "2500")
    engine.deals.panic_sell(deal.id)
    engine.settle()
    assert (deal.status, deal.deal_has_error) == ("panic_sell_pending", True)
    to(engine, "2600")
    assert deal.status == "panic_sell_pending"
    engine.set_free(ACCOUNT, "USDT", D(40))
    assert (deal.status, deal.error_message) == ("panic_sold", None)


def test_a_panic_sell_that_cannot_be_paid_tries_again_at_a_better_price() -> None:
    engine = world(balances={"ETH": D(1)})
    deal = opened(engine, BASE_ONLY, strategy="short")
    engine.set_free(ACCOUNT, "USDT", D(0))
    to(engine, "2500")
    engine.deals.panic_sell(deal.id)
    to(engine, "1950")
    assert deal.status == "panic_sold"


def test_a_nonstop_bot_opens_the_next_deal_when_one_is_cancelled() -> None:
    engine = world()
    bot = running_bot(engine, strategy_list=NONSTOP)
    engine.deals.cancel(next(iter(bot.deals)))
    engine.settle()
    assert [deal.status for deal in bot.deals.values()] == ["cancelled", "bought"]


def test_panic_sell_tells_of_cancelled_orders_first() -> None:
    engine = world()
    deal = opened(engine, BASE_ONLY)
    engine.deals.panic_sell(deal.id)
    engine.settle()
    told = [message.partition(".")[0] for message in messages(deal)[3:]]
    assert told[:3] == ["Cancelling TakeProfit trade", "TakeProfit trade cancelled", "Placing StopLoss trade"]


# ---- panic_sell_step -------------------------------------------------------------------------------------------------
def test_a_step_is_sold_by_market_and_the_deal_goes_on() -> None:
    engine = world()
    deal = stepped(engine)
    first = deal.targets[0]
    to(engine, "2010")
    engine.deals.panic_sell_step(deal.id, first.trade_id)
    assert (deal.status, first.status, first.is_open, text(deal.sold_volume)) == (
        "bought",
        "Panic closing",
        False,
        "0.0",
    )
    engine.settle()
    assert (deal.status, first.status, first.executed_at) == ("bought", "Finished", engine.now)
    assert (text(deal.sold_amount), text(deal.sold_average_price)) == ("0.02", "2007.99")
    assert first.order is not None
    assert (first.order.id, first.order.status) == (first.trade_id, "Filled")


def test_the_last_step_ends_the_deal_as_panic_sold() -> None:
    engine = world()
    deal = stepped(engine)
    for target in deal.targets:
        engine.deals.panic_sell_step(deal.id, target.trade_id)
        engine.settle()
    assert (deal.status, deal.is_finished, text(deal.left)) == ("panic_sold", True, "0.0")


def test_a_step_in_panic_does_not_fill_and_is_left_out_of_a_new_split() -> None:
    engine = world(settle_automatically=False)
    deal = opened(engine, take_profit=None, take_profit_steps=THREE)
    engine.deals.panic_sell_step(deal.id, deal.targets[0].trade_id)
    to(engine, "1980")
    assert [text(target.amount) for target in deal.targets] == ["0.02", "0.046", "0.0093"]
    to(engine, "2100")
    assert [target.status for target in deal.targets] == ["Panic closing", "Finished", "Finished"]
    assert deal.status == "bought"
    engine.settle()
    assert (deal.status, text(deal.left)) == ("panic_sold", "0.0")


def test_a_trailing_step_stops_trailing_when_it_is_sold_by_market() -> None:
    engine = world()
    deal = opened(
        engine,
        BASE_ONLY,
        take_profit=None,
        take_profit_steps=steps((40, 5), (60, 1)),
        trailing_enabled=True,
        trailing_deviation=D(5),
    )
    to(engine, "2040")
    assert deal.status == "ttp_activated"
    engine.deals.panic_sell_step(deal.id, deal.targets[1].trade_id)
    assert (deal.status, deal.trailing_max_price) == ("bought", None)
    engine.settle()
    assert (deal.status, text(deal.left)) == ("bought", "0.02")


def test_a_step_of_a_short_that_cannot_be_paid_waits_for_its_price_again() -> None:
    engine = world(balances={"ETH": D(1)})
    deal = opened(engine, BASE_ONLY, strategy="short", take_profit=None, take_profit_steps=THREE)
    engine.set_free(ACCOUNT, "USDT", D(0))
    to(engine, "2500")
    engine.deals.panic_sell_step(deal.id, deal.targets[0].trade_id)
    engine.settle()
    assert (deal.status, deal.targets[0].status, deal.deal_has_error) == ("bought", "Placed", True)
    to(engine, "1900")
    assert deal.status == "completed"


def test_a_step_that_is_none_or_done_is_refused() -> None:
    engine = world()
    deal = stepped(engine)
    to(engine, "2045")
    for trade_id in (deal.targets[0].trade_id, 999):
        with pytest.raises(RefusedError) as refused:
            engine.deals.panic_sell_step(deal.id, trade_id)
        assert refused.value.status == 422
    single = opened(engine, BASE_ONLY)
    with pytest.raises(RefusedError, match="no take profit steps"):
        engine.deals.panic_sell_step(single.id, single.targets[0].trade_id)


# ---- convert ---------------------------------------------------------------------------------------------------------
def test_a_deal_that_is_converted_goes_on_as_a_smart_trade() -> None:
    engine = world()
    deal = opened(engine, stop_loss_percentage=D(8))
    to(engine, "1980")
    smart_trade = engine.deals.convert_to_smart_trade(deal.id, stop_bot=False)
    assert (deal.status, smart_trade.status, smart_trade.type) == ("cancel_pending", "created", "smart_sell")
    assert (smart_trade.position_units, smart_trade.position_price) == (D("0.0753"), D("1995.94"))
    assert [(step.price, step.share) for step in smart_trade.steps] == [(D("2037.90"), D(100))]
    assert smart_trade.stop_loss is not None
    assert (smart_trade.stop_loss.trigger, smart_trade.note) == (D("1841.84"), f"Created from deal {deal.id}")
    engine.settle()
    assert (deal.status, engine.bots.get(deal.bot_id).is_enabled, held(engine, "ETH")) == (
        "cancelled",
        True,
        "1000.0753",
    )
    assert (smart_trade.status, free(engine, "ETH")) == ("waiting_targets", "1000.0")
    to(engine, "2037.9")
    assert (smart_trade.status, held(engine, "ETH")) == ("finished", "1000.0")


def test_conversion_of_a_short_deal_can_stop_the_bot() -> None:
    engine = world()
    deal = opened(engine, BASE_ONLY, strategy="short", take_profit=None, take_profit_steps=THREE)
    smart_trade = engine.deals.convert_to_smart_trade(deal.id, stop_bot=True)
    assert (smart_trade.type, smart_trade.stop_loss) == ("smart_buy", None)
    assert [step.share for step in smart_trade.steps] == [40, 50, 10]
    assert not engine.bots.get(deal.bot_id).is_enabled


def test_a_deal_that_closes_by_signal_cannot_be_converted() -> None:
    engine = world()
    deal = opened(engine, BASE_ONLY, take_profit=D(0), close_strategy_list=RSI)
    with pytest.raises(RefusedError, match="cannot be converted"):
        engine.deals.convert_to_smart_trade(deal.id, stop_bot=False)


# ---- add funds, cancel order -----------------------------------------------------------------------------------------
def test_added_funds_keep_stop_loss_and_safety_orders() -> None:
    engine = world()
    deal = opened(engine, stop_loss_percentage=D(8))
    before = resting(deal, "Safety"), deal.stop_loss_price
    engine.deals.add_funds(deal.id, D("0.02"), is_market=True)
    assert (resting(deal, "Safety"), deal.stop_loss_price) == before
    assert resting(deal, "Take Profit") == [("2044.09", "0.07")]


def test_added_funds_of_a_short_deal_sell() -> None:
    engine = world()
    deal = opened(engine, BASE_ONLY, strategy="short")
    order = engine.deals.add_funds(deal.id, D("0.01"), is_market=False, rate=D("2010.001"))
    assert (order.side, text(order.price), order.status) == ("SELL", "2010.01", "Active")
    to(engine, "2010.01")
    assert text(deal.sold_amount) == "0.06"


def test_a_limit_that_the_price_has_passed_fills_at_once_at_its_own_price() -> None:
    engine = world()
    deal = opened(engine, BASE_ONLY)
    order = engine.deals.add_funds(deal.id, D("0.01"), is_market=False, rate=D(2010))
    assert (order.status, text(order.average_price)) == ("Filled", "2012.01")


def test_added_funds_set_a_trailing_deal_back() -> None:
    engine = world()
    deal = opened(engine, BASE_ONLY, trailing_enabled=True)
    to(engine, "2050")
    engine.deals.add_funds(deal.id, D("0.05"), is_market=True)
    assert (deal.status, deal.trailing_max_price, text(deal.take_profit_price)) == ("bought", None, "2069.64")


def test_an_amount_below_the_smallest_is_inactive() -> None:
    engine = world()
    deal = opened(engine)
    order = engine.deals.add_funds(deal.id, D("0.00009"), is_market=False, rate=D(1900))
    assert (order.kind, order.status, order.cancellable) == ("Manual Safety", "Inactive", False)
    assert (text(order.quantity), text(order.quantity_remaining), text(order.price)) == ("0.0", "0.0", "1900.0")
    assert deal.active_manual_safety_orders == 0


def test_funds_that_are_not_there_are_refused() -> None:
    engine = world(balances={"USDT": D(110)})
    deal = opened(engine, BASE_ONLY)
    for is_market in (True, False):
        with pytest.raises(RefusedError, match="ERR_805Y Not enough USDT") as refused:
            engine.deals.add_funds(deal.id, D("0.02"), is_market=is_market, rate=D(1900))
        assert (refused.value.status, refused.value.code) == (422, "record_invalid")
    assert len(deal.orders) == 2
    assert free(engine, "USDT") == "9.9"


def test_a_limit_needs_a_rate() -> None:
    engine = world()
    deal = opened(engine)
    with pytest.raises(RefusedError) as refused:
        engine.deals.add_funds(deal.id, D("0.02"), is_market=False)
    assert (refused.value.status, refused.value.fields) == (400, {"rate": ("is missing",)})


def test_a_manual_order_is_cancelled_and_its_funds_are_free() -> None:
    engine = world()
    deal = opened(engine, BASE_ONLY)
    before = free(engine, "USDT")
    order = engine.deals.add_funds(deal.id, D("0.01"), is_market=False, rate=D(1900))
    listed = engine.deals.cancel_order(deal.id, order.id)
    assert (order.status, order.quantity_remaining, text(order.total)) == ("Cancelled", order.quantity, "0.0")
    assert [row.kind for row in listed] == ["Manual Safety", "Take Profit", "Base"]
    assert free(engine, "USDT") == before
    with pytest.raises(RefusedError) as refused:
        engine.deals.cancel_order(deal.id, order.id)
    assert (refused.value.status, refused.value.code, refused.value.fields) == (422, "Cant be cancelled", None)


def test_a_cancelled_safety_order_is_not_placed_again_and_its_place_stays_empty_until_the_next_fill() -> None:
    engine = world()
    deal = opened(engine)
    engine.deals.cancel_order(deal.id, the(deal, "Safety").id)
    assert resting(deal, "Safety") == [("1981.98", "0.0253")]
    to(engine, "1980")
    assert resting(deal, "Safety") == [("1861.86", "0.0605")]


@pytest.mark.parametrize("kind", ["Take Profit", "Base"])
def test_other_orders_cannot_be_cancelled(kind: str) -> None:
    engine = world()
    deal = opened(engine)
    with pytest.raises(RefusedError, match="Cant be cancelled"):
        engine.deals.cancel_order(deal.id, the(deal, kind).id)


def test_no_order_of_a_deal_that_is_being_closed_can_be_cancelled() -> None:
    engine = world(settle_automatically=False)
    deal = opened(engine)
    engine.deals.panic_sell(deal.id)
    with pytest.raises(RefusedError, match="Cant be cancelled"):
        engine.deals.cancel_order(deal.id, the(deal, "Safety").id)


# ---- update ----------------------------------------------------------------------------------------------------------
def test_another_take_profit_moves_its_order() -> None:
    engine = world()
    deal = opened(engine)
    order = the(deal, "Take Profit")
    after(engine, 1)
    assert engine.deals.update(deal.id, {"take_profit": D(3), "note": "mine"}) is deal
    assert (text(order.price), order.status, deal.note, deal.updated_at) == ("2064.13", "Active", "mine", engine.now)
    assert (text(engine.bots.get(deal.bot_id).settings.take_profit), text(deal.settings.take_profit)) == ("2.0", "3.0")


def test_a_take_profit_that_the_price_has_passed_fills_at_once() -> None:
    engine = world()
    deal = opened(engine)
    to(engine, "2040")
    engine.deals.update(deal.id, {"take_profit": D(1)})
    assert (deal.status, text(deal.sold_average_price)) == ("completed", "2022.02595")


def test_a_stop_loss_that_the_price_has_passed_sells_at_once() -> None:
    engine = world()
    deal = opened(engine, BASE_ONLY)
    to(engine, "1900")
    engine.deals.update(deal.id, {"stop_loss_percentage": D(4)})
    assert deal.status == "stop_loss_finished"


def test_a_stop_loss_before_the_last_safety_order_is_allowed_in_a_deal() -> None:
    engine = world()
    deal = opened(engine)
    engine.deals.update(deal.id, {"stop_loss_percentage": D(4)})
    assert text(deal.stop_loss_price) == "1921.92"


def test_safety_orders_are_placed_anew_only_where_they_differ() -> None:
    engine = world()
    deal = opened(engine)
    kept = the(deal, "Safety")
    custom = (SafetyStep(D(-2), D(50)), SafetyStep(D(-3), D(75)), SafetyStep(D(-9), D(10)))
    engine.deals.update(deal.id, {"custom_safety_steps": custom})
    assert resting(deal, "Safety") == [("1941.94", "0.0387"), ("1961.96", "0.0255")]
    assert kept.status == "Active"


def test_fewer_safety_orders_are_cancelled_from_the_far_end() -> None:
    engine = world()
    deal = opened(engine)
    engine.deals.update_max_safety_orders(deal.id, 1)
    assert resting(deal, "Safety") == [("1981.98", "0.0253")]


def test_more_safety_orders_wait_while_as_many_rest_as_may() -> None:
    engine = world()
    deal = opened(engine)
    engine.deals.update_max_safety_orders(deal.id, 6)
    assert len(resting(deal, "Safety")) == 2
    to(engine, "1850")
    assert [price for price, _ in resting(deal, "Safety")] == ["1701.7", "1381.38"]


def test_more_may_rest() -> None:
    engine = world()
    deal = opened(engine)
    engine.deals.update(deal.id, {"active_safety_orders_count": 3})
    assert len(resting(deal, "Safety")) == 3
    engine.deals.update(deal.id, {"active_safety_orders_count": 1})
    assert resting(deal, "Safety") == [("1981.98", "0.0253")]


def test_one_take_profit_becomes_steps_and_steps_become_one() -> None:
    engine = world()
    deal = opened(engine, BASE_ONLY)
    row = the(deal, "Take Profit")
    engine.deals.update(deal.id, {"take_profit": D(0), "take_profit_steps": THREE})
    assert [amount for _, amount in resting(deal, "Take Profit")] == ["0.02", "0.025", "0.005"]
    assert deal.targets[0].order is row
    engine.deals.update(deal.id, {"take_profit": D(2), "take_profit_steps": ()})
    assert resting(deal, "Take Profit") == [("2044.09", "0.05")]
    assert [order.status for order in deal.orders if order.kind == "Take Profit"] == [
        "Active",
        "Cancelled",
        "Cancelled",
    ]


def test_steps_that_were_sold_stay() -> None:
    engine = world()
    deal = stepped(engine)
    to(engine, "2045")
    engine.deals.update(deal.id, {"take_profit_steps": steps((40, 9), (30, 5), (30, 6))})
    assert [(target.status, text(target.price), text(target.amount)) for target in deal.targets] == [
        ("Finished", "2044.09", "0.02"),
        ("Placed", "2104.21", "0.015"),
        ("Placed", "2124.25", "0.015"),
    ]


def test_shares_can_move_from_one_step_to_another_without_more_coins() -> None:
    engine = world(balances={"USDT": D(1000)})
    deal = opened(engine, BASE_ONLY, take_profit=None, take_profit_steps=steps((10, 2), (90, 3)))
    engine.deals.update(deal.id, {"take_profit_steps": steps((90, 2), (10, 3))})
    assert [amount for _, amount in resting(deal, "Take Profit")] == ["0.045", "0.005"]
    assert not deal.deal_has_error


def test_trailing_can_be_switched_on_and_off() -> None:
    engine = world()
    deal = opened(engine, BASE_ONLY)
    engine.deals.update(deal.id, {"trailing_enabled": True})
    assert resting(deal, "Take Profit") == []
    engine.deals.update(deal.id, {"trailing_enabled": False})
    assert resting(deal, "Take Profit") == [("2044.09", "0.05")]


def test_close_timeout_of_a_deal() -> None:
    engine = world()
    deal = opened(engine, close_deals_timeout=60)
    engine.deals.update(deal.id, {"close_timeout": None})
    after(engine, 61)
    assert status(deal) == "bought"
    engine.deals.update(deal.id, {"close_timeout": 60})
    assert status(deal) == "panic_sold"


def test_a_deal_waiting_for_its_minimum_profit_can_be_edited() -> None:
    engine = world()
    deal = opened(engine, take_profit=D(0), close_strategy_list=RSI, min_profit_percentage=D(2))
    engine.deals.close_signal(deal.id)
    engine.deals.update(deal.id, {"min_profit_percentage": D(1)})
    assert (deal.status, text(deal.take_profit_price)) == ("close_strategy_activated", "2024.05")


# ---- what the status does not allow ----------------------------------------------------------------------------------
REQUESTS: tuple[Callable[[Engine, int], object], ...] = (
    lambda engine, deal_id: engine.deals.panic_sell(deal_id),
    lambda engine, deal_id: engine.deals.cancel(deal_id),
    lambda engine, deal_id: engine.deals.panic_sell_step(deal_id, 1),
    lambda engine, deal_id: engine.deals.add_funds(deal_id, D("0.1"), is_market=True),
    lambda engine, deal_id: engine.deals.convert_to_smart_trade(deal_id, stop_bot=False),
    lambda engine, deal_id: engine.deals.close_signal(deal_id),
)


@pytest.mark.parametrize("ask", REQUESTS)
def test_a_finished_deal_refuses_everything(ask: Callable[[Engine, int], object]) -> None:
    engine = world()
    deal = opened(engine, BASE_ONLY)
    to(engine, "2060")
    with pytest.raises(RefusedError) as refused:
        ask(engine, deal.id)
    assert (refused.value.status, refused.value.code) == (422, "record_invalid")
    assert refused.value.fields is not None
    assert list(refused.value.fields) == ["base"]


def test_only_running_deals_can_be_edited() -> None:
    engine = world()
    finished = opened(engine, BASE_ONLY)
    to(engine, "2060")
    trailing = opened(engine, BASE_ONLY, trailing_enabled=True)
    to(engine, "2200")
    assert trailing.status == "ttp_activated"
    for deal in (finished, trailing):
        with pytest.raises(RefusedError) as refused:
            engine.deals.update(deal.id, {})
        assert (refused.value.status, refused.value.code, refused.value.description, refused.value.fields) == (
            400,
            "record_invalid",
            "Invalid parameters",
            {"base": ("Can't be edit",)},
        )
        with pytest.raises(RefusedError, match="Can't be edit"):
            engine.deals.update_max_safety_orders(deal.id, 1)


def test_unknown_ids_are_not_found() -> None:
    engine = world()
    for ask in (
        engine.deals.get,
        engine.deals.panic_sell,
        engine.deals.cancel,
        engine.bots.get,
        engine.bots.enable,
        engine.account,
    ):
        with pytest.raises(RefusedError) as refused:
            ask(404404)
        assert (refused.value.status, refused.value.code, refused.value.description) == (404, "not_found", "Not Found")


def test_deals_are_listed_by_id_and_scope() -> None:
    engine = world()
    done, cancelled, active = (opened(engine, BASE_ONLY, take_profit=D(profit)) for profit in (1, 90, 90))
    engine.deals.cancel(cancelled.id)
    to(engine, "2060")
    assert engine.deals.select() == [done, cancelled, active]
    assert engine.deals.select("active") == [active]
    assert engine.deals.select("finished") == [done, cancelled]
    assert engine.deals.select("completed") == [done]
    assert engine.deals.select("cancelled") == [cancelled]
    assert engine.deals.select("failed") == []
    assert engine.deals.select(bot_id=active.bot_id) == [active]
    assert (
        engine.deals.select("active", bot_id=done.bot_id)
        == engine.deals.select(account_id=99)
        == engine.deals.select(bot_id=99)
        == []
    )
