"""Safety orders of running deals: which rest, when they fill, what is missing when the money is."""

from __future__ import annotations

from attrs import evolve

from tests.sandbox.engine.trading import (
    ACCOUNT,
    E1,
    PAIR,
    D,
    error,
    free,
    messages,
    opened,
    resting,
    running_bot,
    text,
    the,
    to,
    world,
)
from threecommas_async.sandbox.engine.deals.settings import SafetyStep


def test_all_that_a_step_reaches_fill_nearest_first_at_their_own_prices() -> None:
    engine = world()
    deal = opened(engine, active_safety_orders_count=1)
    to(engine, "1850")
    filled = [order for order in deal.orders if order.kind == "Safety"]
    assert [(order.number, text(order.price), order.status) for order in filled] == [
        (1, "1981.98", "Filled"),
        (2, "1941.94", "Filled"),
        (3, "1861.86", "Filled"),
    ]


def test_a_price_just_above_fills_nothing() -> None:
    engine = world()
    deal = opened(engine)
    to(engine, "1981.99")
    assert deal.completed_safety_orders_count == 0
    to(engine, "1981.98")
    assert deal.completed_safety_orders_count == 1


def test_orders_of_several_deals_fill_by_price_then_by_id() -> None:
    engine = world()
    deals = [opened(engine), opened(engine), opened(engine, safety_order_step_percentage=D("0.5"))]
    seen = list[int]()
    engine.listener = lambda entity: seen.append(entity.rank[1])
    to(engine, "1985")
    assert seen == [deals[2].id]
    seen.clear()
    to(engine, "1981.98")
    assert seen[:2] == [deals[0].id, deals[1].id]
    first = [the(deal, "Take Profit").updated_at for deal in deals[:2]]
    assert first == [engine.now, engine.now]


def test_without_active_orders_reaching_the_level_buys_by_market() -> None:
    engine = world()
    deal = opened(engine, active_safety_orders_count=0)
    assert resting(deal, "Safety") == []
    to(engine, "1982")
    assert deal.completed_safety_orders_count == 0
    to(engine, "1970")
    order = the(deal, "Safety")
    assert (text(order.price), text(order.quantity), order.status) == ("1970.0", "0.0254", "Filled")
    assert "Placing averaging order (1 out of 3). Price: market Size: 50.038 USDT (0.0254 ETH)" in messages(deal)


def test_without_active_orders_one_step_can_buy_several_by_market() -> None:
    engine = world()
    deal = opened(engine, active_safety_orders_count=0)
    to(engine, "1800")
    bought = [(order.number, text(order.price)) for order in deal.orders if order.kind == "Safety"]
    assert bought == [(1, "1800.0"), (2, "1800.0"), (3, "1800.0")]


def test_amounts_in_base_currency() -> None:
    deal = opened(world(), safety_order_volume=D("0.02"), safety_order_volume_type="base_currency")
    assert resting(deal, "Safety") == [("1981.98", "0.02"), ("1941.94", "0.03")]


def test_percentages_are_of_what_was_free_at_the_start() -> None:
    engine = world(balances={"USDT": D(1000)})
    deal = opened(
        engine,
        base_order_volume=D(20),
        base_order_volume_type="percent",
        safety_order_volume=D(10),
        safety_order_volume_type="percent",
        martingale_volume_coefficient=D(1),
    )
    assert text(deal.bought_amount) == "0.0999"
    assert resting(deal, "Safety") == [("1981.98", "0.0505"), ("1941.94", "0.0515")]


def test_custom_steps() -> None:
    custom = (SafetyStep(D("-1.1"), D(10)), SafetyStep(D(-4), D(20)))
    deal = opened(world(), custom_safety_steps=custom)
    assert resting(deal, "Safety") == [("1979.97", "0.0051"), ("1921.92", "0.0105")]
    assert "Placing averaging order (2 out of 2). Price: 1921.92 USDT Size: 20.18016 USDT (0.0105 ETH)" in messages(
        deal
    )


def test_the_last_one_is_marked_in_the_events() -> None:
    engine = world()
    deal = opened(engine)
    to(engine, "1850")
    executed = [message for message in messages(deal) if "executed" in message and "Averaging" in message]
    assert [message.endswith("#lastAO") for message in executed] == [False, False, True]


def test_an_order_at_a_price_below_zero_is_left_out() -> None:
    deal = opened(world(), safety_order_step_percentage=D(60), max_safety_orders=2)
    assert resting(deal, "Safety") == [("800.8", "0.0625")]


def test_one_that_cannot_be_paid_marks_the_deal_which_goes_on() -> None:
    engine = world(balances={"USDT": D(200)})
    deal = opened(engine)
    assert deal.status == "bought"
    assert deal.deal_has_error
    assert deal.error_message == (
        "Error placing safety trade (2 out of 3): Insufficient funds. ERR_805Y Not enough USDT."
    )
    assert messages(deal)[-1] == deal.error_message
    assert resting(deal, "Safety") == [("1981.98", "0.0253")]
    assert free(engine, "USDT") == "49.705761906"


def test_one_that_could_not_be_paid_is_placed_when_there_is_money() -> None:
    engine = world(balances={"USDT": D(200)})
    deal = opened(engine)
    engine.set_free(ACCOUNT, "USDT", D(70))
    assert error(deal) is not None
    engine.set_free(ACCOUNT, "USDT", D(100))
    assert error(deal) is None
    assert resting(deal, "Safety") == [("1981.98", "0.0253"), ("1941.94", "0.0387")]


def test_money_that_one_deal_frees_goes_to_another_that_waits() -> None:
    engine = world(balances={"USDT": D(400)})
    first = opened(engine)
    second = opened(engine)
    assert (first.deal_has_error, second.deal_has_error) == (False, True)
    engine.deals.cancel(first.id)
    engine.settle()
    assert not second.deal_has_error
    assert len(resting(second, "Safety")) == 2


def test_buying_by_market_waits_for_money_too() -> None:
    engine = world(balances={"USDT": D(120)})
    deal = opened(engine, active_safety_orders_count=0)
    to(engine, "1970")
    assert deal.error_message is not None
    assert deal.completed_safety_orders_count == 0
    engine.set_free(ACCOUNT, "USDT", D(60))
    assert (deal.completed_safety_orders_count, deal.deal_has_error) == (1, False)


def test_reinvesting_lets_all_orders_of_the_next_deal_grow() -> None:
    engine = world()
    bot = running_bot(engine, E1, strategy_list=(), reinvesting_percentage=D(100))
    first = engine.bots.open_signal(bot.id).deal
    assert first is not None
    to(engine, "1850", "2050", "2000")
    assert text(bot.realised) == "6.7665637"
    second = engine.bots.open_signal(bot.id).deal
    assert second is not None
    assert text(second.volume_change) == "1.6"
    assert text(second.bought_amount) == "0.0508"
    assert resting(second, "Safety") == [("1981.98", "0.0261"), ("1941.94", "0.0395")]
    assert messages(second)[0] == (
        "Placing base order. Price: 2000.0 USDT Size: 101.6 USDT (Reinvested 1.6 USDT) (0.0508 ETH)"
    )


def test_risk_reduction_lets_all_orders_of_the_next_deal_shrink() -> None:
    engine = world()
    bot = running_bot(engine, E1, risk_reduction_percentage=D(50), stop_loss_percentage=D(8))
    engine.bots.open_signal(bot.id)
    to(engine, "1800", "2000")
    assert text(bot.realised) == "-24.4917417"
    second = engine.bots.open_signal(bot.id).deal
    assert second is not None
    assert text(second.volume_change) == "-3.2"
    assert text(second.bought_amount) == "0.0484"
    assert messages(second)[0] == (
        "Placing base order. Price: 2000.0 USDT Size: 96.8 USDT (Risk reduction 3.2 USDT) (0.0484 ETH)"
    )


def test_risk_reduction_leaves_the_smallest_order() -> None:
    engine = world()
    bot = running_bot(engine, evolve(E1, base_order_volume=D(5000)), risk_reduction_percentage=D(100))
    bot = engine.bots.get(bot.id)
    opening = engine.bots.open_signal(bot.id)
    assert opening.deal is not None
    to(engine, "1500")
    engine.deals.panic_sell(opening.deal.id)
    to(engine, "2000")
    second = engine.bots.open_signal(bot.id).deal
    assert second is not None
    assert resting(second, "Safety") == [("1981.98", "0.0001"), ("1941.94", "0.0001")]


def test_the_price_of_a_pair_moves_no_deal_of_another() -> None:
    engine = world(pairs={"USDT_LTC": "2000"})
    deal = opened(engine)
    engine.set_price("binance", "USDT_LTC", D(1000))
    assert (deal.pair, deal.completed_safety_orders_count, deal.current_price) == (PAIR, 0, D(2000))
