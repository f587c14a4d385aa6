"""How fast the sandbox's trading engine is, and whether a fill stays as cheap when there are more bots.

Run it with plain Python: ``python benchmarks/engine.py [moves]``. For 10, 100 and 1,000 nonstop bots with ten safety
orders each it moves one price so many times (20,000 if nothing is given), in calm steps and in wild ones, and prints
processor time, memory, and the cost of a move and of a fill. What a fill costs contains all that follows from it: at
the end of a deal up to twenty orders that are cancelled and placed.
"""

from __future__ import annotations

import random
import sys
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from time import process_time

from threecommas_async.sandbox.engine import Engine
from threecommas_async.sandbox.engine.deals.settings import BotSettings, StartCondition

MARKET, PAIR, ACCOUNT = "binance", "USDT_ETH", 1
BOTS = (10, 100, 1_000)
MOVES = 20_000
CALM, WILD = 120, 900
"""The greatest move, in hundredths of a dollar at a price of 2,000."""
HEADER = ("walk", "bots", "moves", "deals", "fills", "set up s", "walk s", "us/move", "us/fill")


def settings(number: int) -> BotSettings:
    """Return settings that differ from bot to bot, so that the orders do not all stand at the same prices."""
    return BotSettings(
        name=f"bot {number}",
        account_id=ACCOUNT,
        pairs=(PAIR,),
        strategy_list=(StartCondition("nonstop"),),
        base_order_volume=Decimal(50 + number % 17),
        safety_order_volume=Decimal(20 + number % 13),
        safety_order_step_percentage=Decimal("0.5") + Decimal("0.01") * (number % 50),
        martingale_step_coefficient=Decimal("1.1"),
        martingale_volume_coefficient=Decimal("1.2"),
        max_safety_orders=10,
        active_safety_orders_count=10,
        take_profit=Decimal("0.8") + Decimal("0.01") * (number % 70),
    )


def prices(moves: int, greatest: int) -> Iterator[Decimal]:
    """Return a walk, always the same, that is drawn back to where it began."""
    draw, price, middle = random.Random(1), 200_000, 200_000  # noqa: S311
    for _ in range(moves):
        price += draw.randint(-greatest, greatest) + (middle - price) // 500
        yield Decimal(price).scaleb(-2)


def world(bots: int) -> Engine:
    engine = Engine(datetime(2025, 3, 1, tzinfo=UTC))
    engine.add_pair(MARKET, PAIR, price=Decimal(2_000), tick=Decimal("0.01"), lot=Decimal("0.0001"))
    engine.add_account(ACCOUNT, MARKET, balances={"USDT": Decimal(10**9)})
    for number in range(bots):
        engine.bots.enable(engine.bots.create(settings(number)).id)
    return engine


def fills(engine: Engine) -> int:
    return sum(order.status == "Filled" for deal in engine.deals.select() for order in deal.orders)


def measure(bots: int, moves: int, greatest: int) -> tuple[str, ...]:
    began = process_time()
    engine = world(bots)
    set_up = process_time() - began
    before, path = fills(engine), list(prices(moves, greatest))
    began = process_time()
    engine.walk(MARKET, PAIR, path)
    took = process_time() - began
    filled = fills(engine) - before
    counts = (bots, moves, len(engine.deals.select()), filled)
    return (
        "calm" if greatest == CALM else "wild",
        *(f"{count:,}" for count in counts),
        *(f"{seconds:.2f}" for seconds in (set_up, took)),
        *(f"{took / max(count, 1) * 1e6:.1f}" for count in (moves, filled)),
    )


def memory(bots: int, moves: int) -> str:
    """Return what a bot and its deals occupy."""
    tracemalloc.start()
    engine = world(bots)
    at_rest = tracemalloc.get_traced_memory()[0]
    engine.walk(MARKET, PAIR, prices(moves, WILD))
    walked = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    a_bot, a_deal = at_rest / bots / 1024, walked / len(engine.deals.select()) / 1024
    return (
        f"{bots:>6,} bots: {a_bot:.1f} kB each with a running deal, {a_deal:.1f} kB a deal after {moves:,} wild moves"
    )


def main() -> None:
    moves = int(sys.argv[1]) if len(sys.argv) > 1 else MOVES
    rows = (measure(bots, moves, greatest) for greatest in (CALM, WILD) for bots in BOTS)
    for row in (HEADER, *rows):
        sys.stdout.write("  ".join(cell.rjust(9) for cell in row) + "\n")
    for bots in BOTS:
        sys.stdout.write(memory(bots, 500) + "\n")


if __name__ == "__main__":
    main()
