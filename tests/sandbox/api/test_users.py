"""The key, the trading mode and the time."""

from __future__ import annotations

from tests.sandbox.calling import MISSING, NOT_VALID, Caller, get, wrong
from threecommas_async.transport.simulated_clock import SimulatedClock


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
