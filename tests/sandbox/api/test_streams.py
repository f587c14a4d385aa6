"""What the websocket pushes of the engine, with a bare websocket, and the streams of the client end to end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

import pytest

from tests.sandbox.calling import get
from tests.sandbox.trading import NONSTOP, Exchange, exchange
from tests.sandbox.wire import SMART_TRADES, Frame, Wire, wired
from threecommas_async.models import (
    DcaBot,
    Deal,
    EntryCondition,
    SmartTrade,
    SmartTradePlan,
    StopLoss,
    TakeProfit,
)
from threecommas_async.streams import DealChanged, Gap, Resynced, SmartTradeChanged

PLAN: Final = SmartTradePlan.buy(
    "USDT_ETH", units="0.1", take_profit=TakeProfit.at(price="2100"), stop_loss=StopLoss.at(price="1900")
)


@pytest.fixture
async def wire(here: Exchange) -> AsyncIterator[Wire]:
    """A websocket that has subscribed to deals and SmartTrades."""
    async with wired(here.sandbox) as wire:
        await wire.subscribe()
        await wire.subscribe(channel=SMART_TRADES)
        yield wire


def states(frames: list[Frame]) -> list[str]:
    """Return the status of each state that was pushed."""
    return [
        frame["status"] if isinstance(frame["status"], str) else f"smart trade {frame['status']['type']}"
        for frame in frames
    ]


async def shown(here: Exchange, frame: Frame) -> object:
    """Return what the page of a deal or SmartTrade shows."""
    is_deal = isinstance(frame["status"], str)
    return await get(here.caller, f"/ver1/deals/{frame['id']}/show" if is_deal else f"/v2/smart_trades/{frame['id']}")


# ---- deals -----------------------------------------------------------------------------------------------------------
Step = Callable[[Exchange, Deal], Awaitable[object]]

ONE_PUSH: Final[dict[str, Step]] = {
    "a safety order fills": lambda here, _: here.to("1979"),
    "two safety orders fill at once": lambda here, _: here.to("1939"),
    "the take profit fills": lambda here, _: here.to("2050"),
    "settings": lambda here, deal: here.client.deals.update(deal.id, take_profit="3"),
    "max_safety_orders": lambda here, deal: here.client.deals.update_max_safety_orders(deal.id, 2),
    "a limit order is added": lambda here, deal: here.client.deals.add_funds(
        deal.id, quantity="0.05", is_market=False, rate="1990"
    ),
    "funds are added by market": lambda here, deal: here.client.deals.add_funds(
        deal.id, quantity="0.05", is_market=True
    ),
}


@pytest.mark.parametrize("step", ONE_PUSH.values(), ids=ONE_PUSH)
async def test_each_change_of_a_deal_is_pushed_once_as_its_page_shows_it(
    here: Exchange, wire: Wire, step: Step
) -> None:
    deal = await here.deal()
    await wire.messages()
    await step(here, deal)
    (pushed,) = await wire.messages()
    assert pushed == await shown(here, pushed)
    assert pushed["id"] == deal.id
    assert pushed["bot_events"][-1].keys() == {"message", "created_at"}


TWO_PHASES: Final[dict[str, tuple[Step, list[str]]]] = {
    "panic sell": (lambda here, deal: here.client.deals.panic_sell(deal.id), ["panic_sell_pending", "panic_sold"]),
    "cancel": (lambda here, deal: here.client.deals.cancel(deal.id), ["cancel_pending", "cancelled"]),
}


@pytest.mark.parametrize(("step", "expected"), TWO_PHASES.values(), ids=TWO_PHASES)
async def test_closing_in_two_phases_is_pushed_twice(
    here: Exchange, wire: Wire, step: Step, expected: list[str]
) -> None:
    deal = await here.deal()
    await wire.messages()
    began = here.clock.elapsed
    await step(here, deal)
    pushed = [await wire.pushed(), await wire.pushed()]
    assert states(pushed) == expected
    assert here.clock.elapsed == began  # the second phase waits for nothing
    assert pushed[-1] == await shown(here, pushed[-1])


async def test_deal_from_its_beginning_to_its_end_and_the_next(here: Exchange, wire: Wire) -> None:
    await here.bot(strategy_list=[NONSTOP])
    await here.to("1979", "2050")
    pushed = await wire.messages()
    assert states(pushed) == ["bought", "bought", "completed", "bought"]
    assert [frame["completed_safety_orders_count"] for frame in pushed] == [0, 1, 1, 0]
    assert pushed[2]["finished?"] is True
    assert pushed[3]["id"] == pushed[0]["id"] + 1


async def test_stop_loss_and_trailing_take_profit(here: Exchange, wire: Wire) -> None:
    await here.deal(stop_loss_percentage="10", max_safety_orders=0)
    await here.to("1790")
    assert states(await wire.messages())[-1] == "stop_loss_finished"
    await here.deal(trailing_enabled=True, trailing_deviation="1", max_safety_orders=0)
    await wire.messages()
    await here.to("2050", "2060", "2030")
    pushed = await wire.messages()
    assert states(pushed) == ["ttp_activated", "ttp_activated", "completed"]
    assert [frame["trailing_max_price"] for frame in pushed] == ["2050.0", "2060.0", None]


async def test_price_that_changes_nothing_but_itself_is_not_pushed(here: Exchange, wire: Wire) -> None:
    deal = await here.deal()
    trade = await here.client.smart_trades.create(account_id=here.account_id, plan=PLAN)
    await wire.messages()
    await here.to("2001", "1995", "2010", "1985")
    assert await wire.messages() == []
    assert (await here.client.deals.get(deal.id)).current_price == 1985
    assert (await here.client.smart_trades.get(trade.id)).is_active


async def test_deal_that_fails_at_once_is_pushed(here: Exchange, wire: Wire) -> None:
    here.sandbox.accounts.set_balances(here.account_id, {"USDT": 10})
    await here.bot(strategy_list=[NONSTOP])
    pushed = await wire.messages()
    assert states(pushed) == ["failed"]
    assert "Insufficient funds" in pushed[0]["error_message"]


async def test_reading_pushes_nothing(here: Exchange, wire: Wire) -> None:
    deal = await here.deal()
    trade = await here.client.smart_trades.create(account_id=here.account_id, plan=PLAN)
    await wire.messages()
    await here.client.deals.list()
    await here.client.deals.get(deal.id)
    await here.client.deals.market_orders(deal.id)
    await here.client.smart_trades.list()
    await here.client.smart_trades.trades(trade.id)
    assert await wire.messages() == []


async def test_account_that_is_removed_takes_its_deals_and_smart_trades_with_it(here: Exchange, wire: Wire) -> None:
    await here.deal()
    await here.client.smart_trades.create(account_id=here.account_id, plan=PLAN)
    await wire.messages()
    here.sandbox.accounts.remove(here.account_id)
    assert {"cancelled", "smart trade cancelled"} <= set(states(await wire.messages()))


async def test_unsettled_closing_stays_pending_until_it_is_settled() -> None:
    async with exchange(settle_automatically=False) as here, wired(here.sandbox) as wire:
        await wire.subscribe()
        deal = await here.deal()
        await wire.messages()
        await here.client.deals.panic_sell(deal.id)
        assert states(await wire.messages()) == ["panic_sell_pending"]
        here.sandbox.settle()
        assert states(await wire.messages()) == ["panic_sold"]


# ---- SmartTrades -----------------------------------------------------------------------------------------------------
async def test_smart_trade_from_its_beginning_to_its_end(here: Exchange, wire: Wire) -> None:
    trade = await here.client.smart_trades.create(account_id=here.account_id, plan=PLAN)
    pushed = await wire.messages()
    assert states(pushed) == ["smart trade created", "smart trade waiting_targets"]
    assert pushed[-1] == await shown(here, pushed[-1])
    assert pushed[-1]["account"]["id"] == here.account_id
    await here.to("2100")
    (pushed_last,) = await wire.messages()
    assert (states([pushed_last]), pushed_last["id"]) == (["smart trade finished"], trade.id)
    assert pushed_last == await shown(here, pushed_last)


async def test_each_change_of_a_smart_trade_is_pushed(here: Exchange, wire: Wire) -> None:
    client = here.client.smart_trades
    plan = SmartTradePlan.buy(
        "USDT_ETH", units="0.1", when=EntryCondition.at("1950"), take_profit=TakeProfit.at(price="2100")
    )
    trade = await client.create(account_id=here.account_id, plan=plan)
    assert states(await wire.messages())[-1] == "smart trade waiting_position"
    await client.set_note(trade.id, "noted")
    (pushed,) = await wire.messages()
    assert pushed["note"] == "noted"
    await here.to("1949")
    assert states(await wire.messages()) == ["smart trade waiting_targets"]
    await client.edit(trade.id, stop_loss=StopLoss.at(price="1800"))
    asked, done = await wire.messages()  # an edit has two phases as well: its orders are placed in the second
    assert asked["stop_loss"]["conditional"]["price"]["value"] == "1800.0"
    assert [one["take_profit"]["steps"][0]["status"]["type"] for one in (asked, done)] == ["idle", "order_placed"]
    await client.reduce_funds(trade.id, order_type="market", units="0.02")
    assert states(await wire.messages()) == ["smart trade pending_reduce_funds", "smart trade waiting_targets"]
    await client.close_by_market(trade.id)
    pushed_last = await wire.messages()
    assert states(pushed_last) == ["smart trade panic_sell_pending", "smart trade panic_sold"]
    assert pushed_last[-1] == await shown(here, pushed_last[-1])


async def test_converted_deal_ends_on_one_channel_and_goes_on_on_the_other(here: Exchange, wire: Wire) -> None:
    deal = await here.deal()
    await wire.messages()
    trade = await here.client.deals.convert_to_smart_trade(deal.id, stop_bot=False)
    pushed = await wire.messages()
    assert [state for state in states(pushed) if not state.startswith("smart")][-1] == "cancelled"
    assert [state for state in states(pushed) if state.startswith("smart")][-1] == "smart trade waiting_targets"
    assert {frame["id"] for frame in pushed} == {deal.id, trade.id}


# ---- the client's streams --------------------------------------------------------------------------------------------
async def deal_states(stream: AsyncIterator[DealChanged | Gap | Resynced], until: str) -> list[str]:
    """Return the statuses that a stream tells, up to one."""
    told = list[str]()
    async for event in stream:
        assert isinstance(event, DealChanged), event
        told.append(event.deal.status or "")
        if told[-1] == until:
            return told
    raise AssertionError("the stream has ended")


async def test_stream_of_deals_tells_what_becomes_of_real_ones(here: Exchange) -> None:
    async with here.client.streams.deals() as deals:
        bot = await here.bot(strategy_list=[NONSTOP])
        first = await anext(deals)
        assert isinstance(first, DealChanged)
        assert (first.deal.bot_id, first.deal.status, first.origin) == (bot.id, "bought", "push")
        await here.to("1979")
        second = await anext(deals)
        assert isinstance(second, DealChanged)
        assert second.deal.completed_safety_orders_count == 1
        assert second.deal == await here.client.deals.get(second.deal.id)
        await here.to("2050")
        assert await deal_states(deals, "completed") == ["completed"]
        assert await deal_states(deals, "bought") == ["bought"]
        await here.clock.sleep(1000)
        assert here.client.streams.status.deals.audit_found == 0
        assert here.client.streams.status.deals.unreadable == 0


async def test_stream_of_deals_after_a_loss_is_told_what_was_missed(here: Exchange) -> None:
    await here.bot(strategy_list=[NONSTOP])
    async with here.client.streams.deals(snapshot="active") as deals:
        snapshot = [await anext(deals), await anext(deals)]
        assert isinstance(snapshot[0], DealChanged)
        assert isinstance(snapshot[1], Resynced)
        here.sandbox.cable.faults.drop_now()
        await here.to("1979", "2050")
        assert isinstance(await anext(deals), Gap)
        told = dict[int, Deal]()
        while isinstance(event := await anext(deals), DealChanged):
            assert event.origin == "backfill"
            told[event.deal.id] = event.deal
        assert isinstance(event, Resynced)
        assert sorted(deal.status or "" for deal in told.values()) == ["bought", "completed"]


async def test_stream_of_smart_trades_tells_what_becomes_of_them(here: Exchange) -> None:
    client = here.client
    async with client.streams.smart_trades() as smart_trades:
        trade = await client.smart_trades.create(account_id=here.account_id, plan=PLAN)
        await here.clock.sleep(1)
        first = await anext(smart_trades)
        assert isinstance(first, SmartTradeChanged)
        assert (first.smart_trade.id, first.smart_trade.state, first.skipped) == (trade.id, "waiting_targets", 1)
        here.sandbox.cable.faults.drop_now()
        await here.to("2100")
        events = [await anext(smart_trades) for _ in range(3)]
        assert [type(event) for event in events] == [Gap, SmartTradeChanged, Resynced]
        assert isinstance(events[1], SmartTradeChanged)
        assert events[1].smart_trade.is_finished
        await here.clock.sleep(1000)
        assert client.streams.status.smart_trades.audit_found == 0
        assert client.streams.status.smart_trades.unreadable == 0


async def test_waiting_for_a_smart_trade_and_for_a_deal(here: Exchange) -> None:
    client = here.client
    trade = await client.smart_trades.create(account_id=here.account_id, plan=PLAN)
    deal = await here.deal()
    waiting_trade = asyncio.create_task(client.streams.wait_for_smart_trade(trade.id, lambda one: one.is_finished))
    waiting_deal = asyncio.create_task(client.streams.wait_for_deal(deal.id, lambda one: one.is_finished))
    await here.clock.sleep(5)
    assert here.sandbox.cable.connections == 1
    await here.to("2050")
    assert (await waiting_deal).status == "completed"
    assert not waiting_trade.done()
    await here.to("2100")
    assert (await waiting_trade).state == "finished"
    await here.clock.sleep(1)
    assert here.sandbox.cable.connections == 0
    with pytest.raises(TimeoutError):
        await client.streams.wait_for_smart_trade(trade.id, lambda one: one.is_active, timeout=100)


async def test_converted_deal_is_seen_on_both_streams(here: Exchange) -> None:
    client = here.client
    deal = await here.deal()
    async with client.streams.deals() as deals, client.streams.smart_trades() as smart_trades:
        trade: SmartTrade = await client.deals.convert_to_smart_trade(deal.id, stop_bot=True)
        await here.clock.sleep(1)
        assert await deal_states(deals, "cancelled") == ["cancelled"]
        event = await anext(smart_trades)
        assert isinstance(event, SmartTradeChanged)
        assert (event.smart_trade.id, event.smart_trade.state) == (trade.id, "waiting_targets")
        assert here.sandbox.cable.connections == 1


async def test_streams_filter_by_bot(here: Exchange) -> None:
    one: DcaBot = await here.bot()
    other: DcaBot = await here.bot()
    async with here.client.streams.deals(bot_id=other.id) as deals:
        for bot in (one, other):
            await here.sandbox.signals.open(bot.id)
        event = await anext(deals)
        assert isinstance(event, DealChanged)
        assert event.deal.bot_id == other.id
