"""The key, the trading mode and the time."""

from __future__ import annotations

from typing import Any

from tests.sandbox.calling import MISSING, NOT_VALID, Caller
from threecommas_async.transport.clock import SimulatedClock


async def get(caller: Caller, path: str, **query: object) -> Any:
    answer = await caller.call("GET", path, query=query)
    assert answer.status in (200, 201), answer.text
    return answer.json


async def wrong(caller: Caller, method: str, path: str, **query: object) -> Any:
    answer = await caller.call(method, path, query=query)
    assert (answer.status, answer.json["error"]) == (400, "record_invalid")
    return answer.json["error_attributes"]


async def test_ping_time_and_mode(caller: Caller, clock: SimulatedClock) -> None:
    assert await get(caller, "/ver1/ping") == {"pong": "pong"}
    assert await get(caller, "/ver1/time") == {"server_time": 1727873800}
    await clock.advance(5)
    assert await get(caller, "/ver1/time") == {"server_time": 1727873805}
    assert caller.sandbox.mode == "real"
    for mode in ("paper", "real"):
        answer = await caller.call("POST", "/ver1/users/change_mode", body={"mode": mode})
        assert (answer.status, answer.json, caller.sandbox.mode) == (201, {"mode": mode}, mode)
    assert await wrong(caller, "POST", "/ver1/users/change_mode") == {"mode": [MISSING]}
    assert await wrong(caller, "POST", "/ver1/users/change_mode", mode="x") == {"mode": [NOT_VALID]}
