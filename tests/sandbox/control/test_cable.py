"""Fault injection on the websocket, with a bare websocket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest

from tests.sandbox.calling import get
from tests.sandbox.trading import MARKET, PAIR, Exchange, exchange
from tests.sandbox.wire import Frame, Wire, identifier, subscribing, wired
from threecommas_async import SimulatedClock
from threecommas_async.sandbox import Sandbox
from threecommas_async.sandbox.control.cable import CableFaults

CLOSED = (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.ERROR)


@pytest.fixture
async def wire(here: Exchange) -> AsyncIterator[Wire]:
    """A websocket that has subscribed to deals, of which there is one."""
    await here.deal()
    async with wired(here.sandbox) as wire:
        await wire.subscribe()
        yield wire


@pytest.fixture
def faults(here: Exchange) -> CableFaults:
    return here.sandbox.cable.faults


def filled(frames: list[Frame]) -> list[object]:
    """Return how many safety orders were filled by then, for each push."""
    return [frame["completed_safety_orders_count"] for frame in frames]


# ---- how a connection ends -------------------------------------------------------------------------------------------
async def test_drop_cuts_the_connection_in_place_of_its_next_frame(
    here: Exchange, wire: Wire, faults: CableFaults
) -> None:
    faults.drop()
    await here.to("1979")
    assert (await wire.socket.receive()).type in CLOSED
    assert wire.socket.close_code == 1006
    await here.clock.sleep(1)
    assert here.sandbox.cable.connections == 0


async def test_drop_after_so_many_frames_counts_from_the_beginning_of_a_connection(
    here: Exchange, faults: CableFaults
) -> None:
    for after in (0, 1, 4):
        faults.drop(after=after)
        async with wired(here.sandbox, greet=False) as wire:
            frames = 0
            while (await wire.socket.receive()).type is aiohttp.WSMsgType.TEXT:
                frames += 1
            assert (frames, wire.socket.close_code) == (after, 1006)
    async with wired(here.sandbox) as wire:
        assert await wire.meanwhile(12) == []


async def test_drop_now_cuts_all_connections(here: Exchange, wire: Wire, faults: CableFaults) -> None:
    async with wired(here.sandbox) as other:
        faults.drop_now()
        for one in (wire, other):
            assert (await one.end()).type in CLOSED
            assert one.socket.close_code == 1006


async def test_half_frame_waits_for_the_next_push_and_cuts_it(here: Exchange, wire: Wire, faults: CableFaults) -> None:
    faults.half_frame()
    assert await wire.meanwhile(8) == []
    await here.to("1979")
    assert (await wire.end()).type in CLOSED
    assert wire.socket.close_code == 1006
    async with wired(here.sandbox) as again:
        await again.subscribe()
        await here.to("1939")
        assert filled(await again.messages()) == [2]


async def test_drop_share_of_all_frames_and_of_none(here: Exchange, faults: CableFaults) -> None:
    faults.drop_share(1.0)
    async with wired(here.sandbox, greet=False) as wire:
        frames = 0
        while (await wire.socket.receive()).type is aiohttp.WSMsgType.TEXT:
            frames += 1
        assert (frames, wire.socket.close_code) == (2, 1006)  # the welcome and the first ping always pass
    faults.drop_share(0)
    async with wired(here.sandbox) as wire:
        assert await wire.meanwhile(12) == []


async def test_stall_sends_nothing_more_on_what_is_open_and_new_connections_are_well(
    here: Exchange, wire: Wire, faults: CableFaults
) -> None:
    faults.stall()
    await here.to("1979")
    async with wired(here.sandbox) as other:
        await other.subscribe()
        await here.to("1939")
        assert filled(await other.messages()) == [2]
        faults.clear()
        await other.meanwhile(12)
    assert not wire.socket.closed
    faults.drop_now()
    ended = await wire.socket.receive()
    assert ended.type in CLOSED  # and no text before


@pytest.mark.parametrize("reconnect", [True, False])
async def test_disconnect_says_so_and_closes(wire: Wire, faults: CableFaults, reconnect: bool) -> None:
    faults.disconnect("remote", reconnect=reconnect)
    assert await wire.said() == {"type": "disconnect", "reason": "remote", "reconnect": reconnect}
    assert (await wire.socket.receive()).type is aiohttp.WSMsgType.CLOSE
    assert wire.socket.close_code == 1000


async def test_refuse_answers_the_next_handshakes_with_a_status(here: Exchange, faults: CableFaults) -> None:
    faults.refuse(503, times=2)
    faults.refuse(429)
    for status in (503, 503, 429):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with wired(here.sandbox):
                pass
        assert refused.value.status == status
    async with wired(here.sandbox) as wire:
        await wire.subscribe()


# ---- subscriptions ---------------------------------------------------------------------------------------------------
async def test_ignored_subscriptions_may_be_repeated(here: Exchange, faults: CableFaults) -> None:
    text = identifier(here.sandbox.add_key())
    async with wired(here.sandbox) as wire:
        faults.ignore_subscribe(2)
        for _ in range(2):
            await wire.socket.send_str(subscribing(text))
            assert await wire.meanwhile() == []
        await wire.socket.send_str(subscribing(text))
        assert (await wire.said())["type"] == "confirm_subscription"


async def test_reject_rejects_whoever_asks_next_even_if_wrong_signatures_meet_silence(
    here: Exchange, faults: CableFaults
) -> None:
    text = identifier(here.sandbox.add_key())
    faults.answer_wrong_signatures("silence")
    faults.reject()
    async with wired(here.sandbox) as wire:
        await wire.socket.send_str(subscribing(text))
        assert await wire.said() == {"identifier": text, "type": "reject_subscription"}


# ---- pushes ----------------------------------------------------------------------------------------------------------
async def test_muted_pushes_are_lost_while_pings_continue(here: Exchange, wire: Wire, faults: CableFaults) -> None:
    faults.mute()
    await here.to("1979")
    assert await wire.meanwhile() == []
    faults.mute(0)
    await here.to("1939")
    assert filled(await wire.messages()) == [2]


async def test_duplicated_pushes_come_twice(here: Exchange, wire: Wire, faults: CableFaults) -> None:
    faults.duplicate()
    await here.to("1979")
    first, second = await wire.messages()
    assert first == second


async def test_reordered_push_is_overtaken_by_the_next(here: Exchange, wire: Wire, faults: CableFaults) -> None:
    second = await here.deal()
    await wire.messages()
    faults.reorder()
    await here.to("1979")
    one, other = await wire.messages()
    assert (one["id"], other["id"]) == (second.id, second.id - 1)


async def test_reordered_push_is_not_kept_back_if_something_else_follows(
    here: Exchange, wire: Wire, faults: CableFaults
) -> None:
    async def send() -> None:
        faults.send('{"type": "anything"}')

    faults.reorder()
    await asyncio.gather(here.to("1979"), send())
    push, other = await wire.meanwhile()
    assert filled([push["message"]]) == [1]
    assert other == {"type": "anything"}


@pytest.mark.parametrize("fault", ["mute", "duplicate", "reorder"])
async def test_shares_are_random_and_the_same_for_the_same_seed(fault: str) -> None:
    runs = [await with_seed(fault, seed) for seed in (1, 1, 2)]
    assert runs[0] == runs[1] != runs[2]
    assert runs[0] != await with_seed("", 1)


async def with_seed(fault: str, seed: int) -> list[int]:
    """Return which of many deals a push comes of, in the order in which they come."""
    async with exchange() as here:
        first = min([(await here.deal()).id for _ in range(12)])
        async with wired(here.sandbox) as wire:
            await wire.subscribe()
            here.sandbox.cable.faults.seed(seed)
            if fault:
                getattr(here.sandbox.cable.faults, fault)(0.5)
            await here.to("1979")
            return [frame["id"] - first for frame in await wire.messages()]


async def test_any_text_can_be_sent_to_who_subscribed(here: Exchange, wire: Wire, faults: CableFaults) -> None:
    async with wired(here.sandbox) as other:
        faults.send("no JSON")
        assert await other.meanwhile() == []
    texts = [(await wire.socket.receive()).data for _ in range(3)]
    assert "no JSON" in texts


# ---- what lists show -------------------------------------------------------------------------------------------------
async def test_lists_lag_behind_and_show_what_was_there_before(here: Exchange, wire: Wire, faults: CableFaults) -> None:
    async def listed() -> list[tuple[int, int]]:
        rows = await get(here.caller, "/ver1/deals", order="created_at", order_direction="ASC")
        return [(row["id"], row["completed_safety_orders_count"]) for row in rows]

    (deal,) = await here.client.deals.list()
    faults.lag_rest(60)
    await here.to("1979")
    second = await here.deal()
    assert await listed() == [(deal.id, 0)]
    assert (await get(here.caller, f"/ver1/deals/{deal.id}/show"))["completed_safety_orders_count"] == 1
    await here.clock.sleep(30)
    await here.to("1939")
    await here.clock.sleep(31)
    assert await listed() == [(deal.id, 1), (second.id, 0)]
    faults.lag_rest(10)  # from now on, whatever was before
    assert await listed() == [(deal.id, 2), (second.id, 1)]
    faults.lag_rest(0)
    assert await listed() == [(deal.id, 2), (second.id, 1)]
    with pytest.raises(ValueError, match="seconds must be at least 0"):
        faults.lag_rest(-1)


async def test_updated_at_may_stay_but_for_the_change_that_ends_a_deal(
    here: Exchange, wire: Wire, faults: CableFaults
) -> None:
    faults.touch_without_updated_at()
    (before,) = await here.client.deals.list()
    await here.clock.sleep(10)
    await here.to("1979")
    pushed = (await wire.messages())[0]
    assert (pushed["completed_safety_orders_count"], pushed["updated_at"]) == (1, pushed["created_at"])
    assert pushed["bot_events"][-1]["created_at"] > pushed["updated_at"]
    await here.to("2050")
    ended = (await wire.messages())[-1]
    assert (ended["status"], ended["updated_at"]) == ("completed", ended["closed_at"])
    assert ended["updated_at"] > pushed["updated_at"]
    assert before.is_active


# ---- the rest --------------------------------------------------------------------------------------------------------
async def test_clear_ends_all_of_it(here: Exchange, wire: Wire, faults: CableFaults) -> None:
    faults.drop(after=1000)
    faults.half_frame()
    faults.drop_share(1)
    faults.mute()
    faults.duplicate()
    faults.reorder()
    faults.ignore_subscribe(5)
    faults.reject(5)
    faults.refuse(times=5)
    faults.lag_rest(1000)
    faults.touch_without_updated_at()
    faults.clear()
    await here.clock.sleep(10)
    await here.to("1979")
    (pushed,) = await wire.messages()
    (row,) = await get(here.caller, "/ver1/deals")
    assert pushed["updated_at"] == row["updated_at"] > pushed["created_at"]
    async with wired(here.sandbox) as other:
        await other.subscribe()
        assert await other.meanwhile(12) == []


@pytest.mark.parametrize(
    ("method", "value", "problem"),
    [
        ("mute", 1.5, "share must be from 0 to 1"),
        ("ignore_subscribe", -1, "times must be at least 0"),
        ("refuse", 200, "status must be between 400 and 599"),
        ("answer_wrong_signatures", "shout", "how must be 'reject' or 'silence'"),
    ],
)
async def test_wrong_argument_is_named(faults: CableFaults, method: str, value: object, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        getattr(faults, method)(value)


async def test_pings_come_by_another_clock_and_say_the_time_of_the_sandbox() -> None:
    clock, real = SimulatedClock(auto=False), SimulatedClock()
    async with Sandbox(clock=clock) as sandbox:
        sandbox.cable.ping_by(real)
        async with wired(sandbox) as wire:
            pings = [await wire.frame() for _ in range(4)]
            assert pings == [{"type": "ping", "message": int(clock.now().timestamp())}] * 4
            assert clock.elapsed == 0
            assert real.elapsed == pytest.approx(9)


async def test_replay_does_not_stop_for_pings_by_another_clock() -> None:
    async with exchange() as here:
        here.sandbox.cable.ping_by(SimulatedClock(auto=False))
        async with wired(here.sandbox) as wire:
            await wire.subscribe()
            here.clock.sleeps.clear()
            start = here.clock.now()
            rows = [(start + timedelta(minutes=minute), 2000) for minute in range(1, 1000)]
            await here.sandbox.prices.replay(MARKET, PAIR, rows)
            assert len(here.clock.sleeps) == 0
