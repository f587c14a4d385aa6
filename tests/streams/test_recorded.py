"""A push in the shape that was recorded: the whole deal, its log, and fields of its day, read with nothing lost."""

from __future__ import annotations

import json
from typing import Any, Final

from tests.endpoints import catalogue
from threecommas_async import codec
from threecommas_async.models import Deal
from threecommas_async.streams.deals import DEALS
from threecommas_async.streams.merge import Merge

# What the recorded push had beside the fields of the entity, and what of these it did not have yet.
OLDER: Final[dict[str, Any]] = {
    "buy_steps": [{"price": "0.2", "filled": True}],
    "failed_message": None,
    "reserved_base_coin": "110.0",
    "reserved_second_coin": "20.5",
    "reserved_quote_funds": 0,
    "reserved_base_funds": "0.0",
    "martingale_coefficient": "1.0",
    "from_currency_id": 0,
    "to_currency_id": 0,
}
YOUNGER: Final = ("take_profit_steps", "safety_strategy_list", "note")


def recorded() -> dict[str, Any]:
    deal = json.loads(catalogue.entities("deals")[0].example)
    deal = {name: value for name, value in deal.items() if name not in YOUNGER}
    log = [{"message": f"entry {number}", "created_at": f"2022-05-05T11:34:{number:02}.911Z"} for number in range(19)]
    return {**deal, **OLDER, "updated_at": "2022-05-05T11:34:54.453Z", "bot_events": log}


def test_recorded_push_is_read_with_nothing_lost() -> None:
    push = recorded()
    state = DEALS.read(json.dumps(push).encode(), 0.0, False)
    event = DEALS.told(state, "push", 0)
    deal = codec.from_json(json.dumps(push), Deal)
    assert (event.deal, event.deal.unrecognized) == (deal, {})
    assert event.deal.bot_events is not None
    assert len(event.deal.bot_events) == 19
    assert state.logged_at == event.deal.bot_events[-1].created_at
    assert state.updated_at == event.deal.updated_at


def test_ten_times_as_many_pushes_take_no_more_memory() -> None:
    merge, push = Merge(10_000), recorded()
    sizes = list[tuple[int, int]]()
    for turn in range(10):
        for deal_id in range(1, 51):
            push |= {"id": deal_id, "updated_at": f"2022-05-05T11:35:{turn:02}.{deal_id:03}Z"}
            merge.take(DEALS.read(json.dumps(push).encode(), turn, False), "push")
        sizes.append((len(merge), len([*merge.ids()])))
    assert set(sizes) == {(50, 50)}
