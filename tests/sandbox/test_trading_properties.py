"""Random bots on random paths of the price, over HTTP: what must hold whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from random import Random
from typing import Any, Final

import pytest

from tests.sandbox.trading import E1, MANUAL, NONSTOP, RICH, Exchange, exchange
from threecommas_async.errors import ApiError
from threecommas_async.models import DcaBotSettings, Deal, TakeProfitStepSettings
from threecommas_async.sandbox import Sandbox
from threecommas_async.sandbox.engine.deals.statuses import TRANSITIONS
from threecommas_async.sandbox.engine.exact import minus, plus

STEPS: Final = 60
ZERO: Final = Decimal(0)


def reachable() -> Mapping[str, frozenset[str]]:
    """Return which statuses can be seen after which: several steps of the table may lie between two looks."""
    seen: dict[str, frozenset[str]] = {}
    for status in TRANSITIONS:
        found: set[str] = {status}
        todo: list[str] = [status]
        while todo:
            for after in TRANSITIONS.get(todo.pop(), ()):  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
                if after not in found:
                    found.add(after)
                    todo.append(after)
        seen[status] = frozenset(found)
    return seen


REACHABLE: Final = reachable()


def settings(draw: Random) -> DcaBotSettings:
    stepped = draw.random() < 0.3
    changes: dict[str, Any] = {
        "strategy": draw.choice(["long", "long", "short"]),
        "strategy_list": [draw.choice([NONSTOP, NONSTOP, MANUAL])],
        "base_order_volume": draw.choice([20, 100, "333.33"]),
        "safety_order_volume": draw.choice([10, 50]),
        "max_safety_orders": draw.choice([0, 1, 3, 6]),
        "active_safety_orders_count": draw.choice([0, 1, 3]),
        "take_profit": 0 if stepped else draw.choice(["0.7", 1, 2]),
        "take_profit_type": draw.choice(["base", "total"]),
        "trailing_enabled": draw.choice([True, False]),
        "trailing_deviation": "0.3",
        "stop_loss_percentage": draw.choice([0, 0, 500]) if stepped else draw.choice([0, 3, 6]),
        "tsl_enabled": draw.choice([True, False]),
        "cooldown": draw.choice([0, 60]),
        "close_deals_timeout": draw.choice([None, None, 300]),
    }
    if stepped:
        changes["take_profit_steps"] = [
            TakeProfitStepSettings(amount_percentage=share, profit_percentage=profit)
            for share, profit in ((40, "0.6"), (60, "1.5"))
        ]
    return E1.evolved(changes)


async def meddle(here: Exchange, draw: Random, deals: list[Deal]) -> None:
    """Do one of the things that people do; a refusal is fine."""
    active = [deal for deal in deals if not deal.is_finished]
    if not active:
        return
    deal, client = draw.choice(active), here.client
    with suppress(ApiError):
        match draw.randrange(6):
            case 0:
                await client.deals.panic_sell(deal.id)
            case 1:
                await client.deals.cancel(deal.id)
            case 2:
                await client.deals.add_funds(deal.id, quantity="0.01", is_market=True)
            case 3:
                await client.deals.update_max_safety_orders(deal.id, draw.randrange(5))
            case 4:
                for order in await client.deals.market_orders(deal.id):
                    if order.is_active:
                        await client.deals.cancel_order(deal.id, order.order_id)
            case _:
                await client.deals.update(deal.id, stop_loss_percentage=draw.choice([0, 2, 4]))


def check(before: Mapping[int, Deal], now: Mapping[int, Deal]) -> None:
    assert before.keys() <= now.keys()
    for number, was in before.items():
        deal = now[number]
        if was.is_finished:
            assert deal == was
        else:
            assert deal.status in REACHABLE[str(was.status)]


def conserved(held: Mapping[str, Decimal], deals: Mapping[int, Deal]) -> None:
    """What an account has is what it had, and what its deals bought and sold, fees included, and nothing else."""
    usdt, eth = Decimal(RICH["USDT"]), Decimal(RICH["ETH"])
    for deal in deals.values():
        usdt = plus(minus(usdt, deal.bought_volume or ZERO), deal.sold_volume or ZERO)
        eth = minus(plus(eth, deal.bought_amount or ZERO), deal.sold_amount or ZERO)
    assert held == {"USDT": usdt, "ETH": eth}


@pytest.mark.parametrize("seed", range(6))
async def test_money_is_conserved_finished_deals_never_change_and_statuses_follow_the_table(seed: int) -> None:
    draw = Random(seed)  # noqa: S311
    async with exchange() as here:
        bots = [await here.bot(settings(draw)) for _ in range(4)]
        before: dict[int, Deal] = {}
        price = 2000.0
        for _ in range(STEPS):
            price *= 1 + draw.uniform(-0.02, 0.02)
            await here.to(f"{price:.2f}")
            await here.clock.advance(draw.choice([0, 1, 45, 200]))
            if draw.random() < 0.3:
                await here.sandbox.signals.open(draw.choice(bots).id)
            if draw.random() < 0.4:
                await meddle(here, draw, list(before.values()))
            deals = {deal.id: deal for deal in await here.client.deals.list(limit=1000)}
            check(before, deals)
            conserved(await here.held(), deals)
            before = deals
        assert len(before) > 4
        listed = {bot.id: bot for bot in await here.client.bots.list()}
        for bot in bots:
            own = [deal for deal in before.values() if deal.bot_id == bot.id]
            finished = [deal.final_profit or ZERO for deal in own if deal.is_finished]
            assert listed[bot.id].finished_deals_count == len(finished)
            assert listed[bot.id].finished_deals_profit_usd == plus(ZERO, *finished)
            assert listed[bot.id].active_deals_count == len(own) - len(finished)
            fees = [await here.client.deals.market_orders(deal.id) for deal in own]
            for deal, orders in zip(own, fees, strict=True):
                totals = {
                    side: plus(ZERO, *(one.total or ZERO for one in orders if one.order_type == side))
                    for side in ("BUY", "SELL")
                }
                assert totals == {"BUY": deal.bought_volume, "SELL": deal.sold_volume}
                assert all(
                    minus(one.average_price or ZERO, one.rate or ZERO).copy_abs() * 1000 == one.rate
                    for one in orders
                    if one.is_filled
                )


async def test_two_clients_at_once_see_one_world() -> None:
    async with exchange() as here, here.sandbox.client() as other:
        bot = await here.bot(strategy_list=[NONSTOP])
        answers = await asyncio.gather(
            *(client.deals.list(bot_id=bot.id) for client in (here.client, other) for _ in range(10)),
            here.to("1980", "1941.94"),
        )
        for answer in answers[:-1]:
            assert answer is not None
            assert [deal.bot_id for deal in answer] == [bot.id]
        assert await here.client.deals.list() == await other.deals.list()


async def test_bots_and_deals_outlive_the_block() -> None:
    async with exchange() as here:
        deal = await here.deal()
        sandbox = here.sandbox
    async with sandbox, sandbox.client() as client:
        assert (await client.deals.get(deal.id)).bought_volume == deal.bought_volume
        await sandbox.prices.set("binance", "USDT_ETH", "2100")
        assert (await client.deals.get(deal.id)).status == "completed"


async def test_bots_trade_by_the_clock_of_the_machine_as_well() -> None:
    async with Sandbox() as sandbox, sandbox.client() as client:
        account_id = sandbox.accounts.add(balances={"USDT": 1000})
        bot = await client.bots.create(account_id=account_id, settings=E1.evolved({"strategy_list": [NONSTOP]}))
        await client.bots.enable(bot.id)
        [deal] = await client.deals.list()
        assert (deal.status, deal.base_order_average_price) == ("bought", Decimal("2466.51405"))
        await sandbox.prices.set("binance", "USDT_ETH", "2600")
        assert [one.status for one in await client.deals.list()] == ["bought", "completed"]
