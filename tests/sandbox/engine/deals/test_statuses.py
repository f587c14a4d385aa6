"""Every transition of the table is taken by a deal, no other is possible, and each status allows what it should."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import pytest

from tests.sandbox.engine.trading import ACCOUNT, BASE_ONLY, RSI, D, opened, running_bot, steps, to, world
from threecommas_async.sandbox.engine import Engine
from threecommas_async.sandbox.engine.deals.deal import Deal, IllegalTransitionError
from threecommas_async.sandbox.engine.deals.statuses import FINISHED, LOCALIZED, TRANSITIONS, DealStatus, permissions

STATUSES: tuple[DealStatus, ...] = get_args(DealStatus)
Way = tuple[str, ...]


def bought(engine: Engine) -> Deal:
    return opened(engine, stop_loss_percentage=D(8))


def trailing(engine: Engine) -> Deal:
    deal = opened(engine, trailing_enabled=True, trailing_deviation=D(12), stop_loss_percentage=D(2), tsl_enabled=True)
    to(engine, "2050")
    return deal


def retraced(engine: Engine) -> None:
    opened(engine, BASE_ONLY, trailing_enabled=True, trailing_deviation=D(1))
    to(engine, "2100", "2079")


def signalled(engine: Engine) -> Deal:
    deal = opened(
        engine, take_profit=D(0), close_strategy_list=RSI, min_profit_percentage=D(2), stop_loss_percentage=D(8)
    )
    engine.deals.close_signal(deal.id)
    return deal


def moved(engine: Engine, deal: Deal, price: str) -> Deal:
    to(engine, price)
    return deal


def failed(engine: Engine) -> None:
    engine.set_free(ACCOUNT, "USDT", D(1))
    engine.bots.open_signal(running_bot(engine, BASE_ONLY).id)


def panic_sold_step(engine: Engine) -> None:
    deal = opened(engine, BASE_ONLY, take_profit=None, take_profit_steps=steps((100, 2)))
    engine.deals.panic_sell_step(deal.id, deal.targets[0].trade_id)


def panicking(engine: Engine) -> Deal:
    return engine.deals.panic_sell(bought(engine).id)


WAYS: dict[Way, Callable[[Engine], object]] = {
    ("base_order_placed", "bought"): bought,
    ("base_order_placed", "failed"): failed,
    ("bought", "completed"): lambda engine: moved(engine, bought(engine), "2100"),
    ("bought", "stop_loss_finished"): lambda engine: moved(engine, bought(engine), "1800"),
    ("bought", "panic_sell_pending"): panicking,
    ("bought", "cancel_pending"): lambda engine: engine.deals.cancel(bought(engine).id),
    ("bought", "ttp_activated"): trailing,
    ("bought", "close_strategy_activated"): signalled,
    ("bought", "panic_sold"): panic_sold_step,
    ("ttp_activated", "bought"): lambda engine: engine.deals.add_funds(trailing(engine).id, D(1), is_market=True),
    ("ttp_activated", "completed"): retraced,
    ("ttp_activated", "stop_loss_finished"): lambda engine: moved(engine, trailing(engine), "2000"),
    ("ttp_activated", "panic_sell_pending"): lambda engine: engine.deals.panic_sell(trailing(engine).id),
    ("ttp_activated", "cancel_pending"): lambda engine: engine.deals.cancel(trailing(engine).id),
    ("close_strategy_activated", "completed"): lambda engine: moved(engine, signalled(engine), "2100"),
    ("close_strategy_activated", "stop_loss_finished"): lambda engine: moved(engine, signalled(engine), "1800"),
    ("close_strategy_activated", "panic_sell_pending"): lambda engine: engine.deals.panic_sell(signalled(engine).id),
    ("close_strategy_activated", "cancel_pending"): lambda engine: engine.deals.cancel(signalled(engine).id),
    ("panic_sell_pending", "panic_sold"): panicking,
    ("panic_sell_pending", "cancel_pending"): lambda engine: engine.deals.cancel(panicking(engine).id),
    ("cancel_pending", "cancelled"): lambda engine: engine.deals.cancel(bought(engine).id),
}


@pytest.mark.parametrize("way", WAYS, ids=" to ".join)
def test_a_deal_takes_the_transition(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    taken, become = list[Way](), Deal.become

    def recording(deal: Deal, status: DealStatus) -> None:
        taken.append((deal.status, status))
        become(deal, status)

    monkeypatch.setattr(Deal, "become", recording)
    engine = world(settle_automatically=False)
    WAYS[way](engine)
    engine.settle()
    assert way in taken


def test_the_table_has_these_transitions_and_no_others() -> None:
    assert {(before, after) for before, afters in TRANSITIONS.items() for after in afters} == set(WAYS)


@pytest.mark.parametrize("before", STATUSES)
def test_no_other_transition_is_possible(before: DealStatus) -> None:
    deal = bought(world())
    for after in STATUSES:
        deal.status = before
        if (before, after) in WAYS:
            deal.become(after)
            assert deal.status == after
        else:
            with pytest.raises(IllegalTransitionError, match=f"{before} -> {after}"):
                deal.become(after)
            assert deal.status == before


def test_final_statuses_lead_nowhere_and_all_others_somewhere() -> None:
    assert {"completed", "stop_loss_finished", "panic_sold", "cancelled", "failed", "liquidated", "settled"} == FINISHED
    assert not set(TRANSITIONS) & FINISHED
    assert set(STATUSES) - set(TRANSITIONS) - FINISHED == {"ttp_order_placed"}


@pytest.mark.parametrize(
    ("status", "flags"),
    [
        ("base_order_placed", "yes no no no"),
        ("bought", "yes yes yes yes"),
        ("ttp_activated", "yes yes yes yes"),
        ("ttp_order_placed", "no no no no"),
        ("close_strategy_activated", "yes yes yes no"),
        ("panic_sell_pending", "yes no no no"),
        ("cancel_pending", "no no no no"),
        *((status, "no no no no") for status in sorted(FINISHED)),
    ],
)
def test_flags_of_a_status(status: DealStatus, flags: str) -> None:
    allowed = permissions(status)
    got = (allowed.cancellable, allowed.panic_sellable, allowed.add_fundable, allowed.smart_trade_convertable)
    assert " ".join("yes" if flag else "no" for flag in got) == flags


def test_every_status_has_a_text() -> None:
    assert set(LOCALIZED) == set(STATUSES)
    assert LOCALIZED["bought"] == "Active"
    assert LOCALIZED["stop_loss_finished"] == "StopLoss"
