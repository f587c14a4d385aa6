"""Stop losses: plain, with a timeout, trailing, moved to breakeven; and closings after a time."""

from __future__ import annotations

import pytest

from tests.sandbox.engine.trading import (
    ACCOUNT,
    BASE_ONLY,
    NONSTOP,
    D,
    after,
    error,
    opened,
    resting,
    rows,
    running_bot,
    status,
    steps,
    text,
    the,
    to,
    world,
)
from threecommas_async.sandbox.engine.deals.settings import Breakeven


def test_it_sells_by_market_at_the_price_as_it_is() -> None:
    engine = world()
    deal = opened(engine, BASE_ONLY, stop_loss_percentage=D(8))
    to(engine, "1841.85")
    assert deal.status == "bought"
    to(engine, "1800")
    assert (deal.status, text(deal.sold_average_price)) == ("stop_loss_finished", "1798.2")
    assert rows(deal) == [
        ("Base", "BUY", "2000.0", "0.05", "Filled"),
        ("Take Profit", "SELL", "2044.09", "0.05", "Cancelled"),
        ("Stop Loss", "SELL", "1800.0", "0.05", "Filled"),
    ]


def test_its_own_price_counts() -> None:
    engine = world()
    deal = opened(engine, BASE_ONLY, stop_loss_percentage=D(8))
    to(engine, "1841.84")
    assert deal.status == "stop_loss_finished"


def test_zero_is_off() -> None:
    engine = world()
    deal = opened(engine, BASE_ONLY, tsl_enabled=True)
    assert (deal.stop_loss_price, deal.tsl_max_price) == (None, None)
    to(engine, "1")
    assert deal.status == "bought"


def test_of_a_short_deal_it_buys_back() -> None:
    engine = world()
    deal = opened(engine, BASE_ONLY, strategy="short", stop_loss_percentage=D(8))
    to(engine, "2157.83")
    assert deal.status == "bought"
    to(engine, "2200")
    assert (deal.status, text(deal.final_profit)) == ("stop_loss_finished", "-10.21")


@pytest.mark.parametrize(("kind", "enabled"), [("stop_loss", True), ("stop_loss_and_disable_bot", False)])
def test_it_can_disable_the_bot(kind: str, enabled: bool) -> None:
    engine = world()
    deal = opened(engine, BASE_ONLY, stop_loss_percentage=D(8), stop_loss_type=kind)
    to(engine, "1800")
    assert engine.bots.get(deal.bot_id).is_enabled is enabled


def test_trailing_stop_of_a_short_follows_downwards() -> None:
    engine = world()
    deal = opened(engine, BASE_ONLY, strategy="short", take_profit=D(9), stop_loss_percentage=D(3), tsl_enabled=True)
    assert text(deal.stop_loss_price) == "2057.94"
    to(engine, "1900", "1940")
    assert (text(deal.tsl_max_price), text(deal.stop_loss_price)) == ("1900.0", "1957.0")
    to(engine, "1957")
    assert deal.status == "stop_loss_finished"


def test_breakeven_moves_the_level_step_by_step_up_to_the_limit() -> None:
    engine = world()
    deal = opened(
        engine,
        BASE_ONLY,
        take_profit=None,
        take_profit_steps=steps((25, 1), (25, 2), (25, 3), (25, 4)),
        stop_loss_percentage=D(8),
        sl_to_breakeven_enabled=True,
        sl_to_breakeven_data=Breakeven(1),
    )
    prices = [text(target.price) for target in deal.targets]
    assert prices == ["2024.05", "2044.09", "2064.13", "2084.17"]
    assert text(deal.stop_loss_price) == "1841.84"
    to(engine, "2030")
    assert text(deal.stop_loss_price) == "2002.0"
    to(engine, "2050")
    assert text(deal.stop_loss_price) == "2024.05"
    to(engine, "2070")
    assert text(deal.stop_loss_price) == "2024.05"
    to(engine, "2024")
    assert deal.status == "stop_loss_finished"
    assert deal.filled_targets == 3


def test_breakeven_without_data_stops_at_the_average_price() -> None:
    engine = world()
    deal = opened(
        engine,
        BASE_ONLY,
        take_profit=None,
        take_profit_steps=steps((50, 1), (25, 2), (25, 3)),
        stop_loss_percentage=D(8),
        sl_to_breakeven_enabled=True,
    )
    to(engine, "2050")
    assert text(deal.stop_loss_price) == "2002.0"


def test_close_timeout_sells_by_market() -> None:
    engine = world()
    deal = opened(engine, close_deals_timeout=60)
    after(engine, 59.999)
    assert deal.status == "bought"
    after(engine, 0.001)
    assert (deal.status, deal.closed_at) == ("panic_sold", engine.now)
    assert resting(deal, "Safety") == []


def test_deals_that_time_out_follow_each_other_at_their_own_moments() -> None:
    engine = world()
    deal = opened(engine, BASE_ONLY, strategy_list=NONSTOP, close_deals_timeout=60)
    start = deal.created_at
    after(engine, 200)
    deals = engine.deals.select()
    assert [(other.created_at - start).seconds for other in deals] == [0, 60, 120, 180]
    assert [other.status for other in deals] == ["panic_sold"] * 3 + ["bought"]


def test_a_stop_loss_that_fires_at_once_opens_one_deal_a_step() -> None:
    engine = world()
    running_bot(engine, BASE_ONLY, strategy_list=NONSTOP, stop_loss_percentage=D("0.05"))
    assert [deal.status for deal in engine.deals.select()] == ["stop_loss_finished"]
    to(engine, "2000", "2001")
    assert [deal.status for deal in engine.deals.select()] == ["stop_loss_finished"] * 3


def test_a_short_that_cannot_buy_back_stays_and_tries_again() -> None:
    engine = world(balances={"ETH": D(1)})
    deal = opened(engine, BASE_ONLY, strategy="short", stop_loss_percentage=D(8))
    engine.set_free(ACCOUNT, "USDT", D(0))
    to(engine, "2200")
    assert status(deal) == "bought"
    assert error(deal) == "Error placing StopLoss trade: Insufficient funds. ERR_805Y Not enough USDT."
    assert len(resting(deal, "Take Profit")) == 1
    engine.set_free(ACCOUNT, "USDT", D(20))
    assert (status(deal), error(deal), the(deal, "Stop Loss").status) == ("stop_loss_finished", None, "Filled")


def test_a_short_that_cannot_buy_back_tries_again_at_a_better_price() -> None:
    engine = world(balances={"ETH": D(1)})
    deal = opened(engine, BASE_ONLY, strategy="short", stop_loss_percentage=D(1))
    engine.set_free(ACCOUNT, "USDT", D("5"))
    to(engine, "2500")
    assert (deal.status, deal.deal_has_error) == ("bought", True)
    to(engine, "2030")
    assert deal.status == "stop_loss_finished"


def test_a_short_that_could_not_buy_back_goes_on_if_the_price_recovers() -> None:
    engine = world(balances={"ETH": D(1)})
    deal = opened(engine, BASE_ONLY, strategy="short", stop_loss_percentage=D(8))
    engine.set_free(ACCOUNT, "USDT", D(0))
    to(engine, "2200", "2000")
    assert (deal.status, deal.deal_has_error) == ("bought", False)
    to(engine, "1950")
    assert deal.status == "completed"
