"""Creates of each kind whose line is cut at random bytes: what they did, and what can be found out about it.

In the suite a few of each kind; as many as wanted with ``python -m tests.sandbox.cut_creates --rounds 1000``.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from decimal import Decimal
from random import Random
from typing import Any, Final, final

from attrs import Factory, define, frozen

from tests.sandbox.relay import Cut, Relay, Way
from tests.sandbox.trading import E1, MARKET, PAIR
from threecommas_async import Outcome, ThreeCommasClient, ThreeCommasError
from threecommas_async.models import (
    GridBotSettings,
    SimpleTradePlan,
    SmartTradePlan,
    TakeProfit,
    TakeProfitStep,
    TradeCondition,
)
from threecommas_async.sandbox import Sandbox
from threecommas_async.transport.simulated_clock import SimulatedClock

_FEW: Final = 40
"""So many rounds use one account: who looks for what was created reads all that there is on it."""
_UNITS: Final = Decimal("0.0001")
_SHAPES: Final = 3
"""So many kinds of plans take turns."""
_MORE: Final = 60
"""So many bytes longer than the first response of its shape another may be."""


@final
@frozen
class Kind:
    """Something that can be created, and told apart from all others by a number that it is given."""

    path: str
    """Where it is created."""
    create: Callable[[ThreeCommasClient, int, int], Awaitable[object]]
    """Takes the account and the number."""
    find: Callable[[ThreeCommasClient, ThreeCommasError], Awaitable[object]]
    every: Callable[[ThreeCommasClient, int], AsyncIterator[object]]
    """Walks through all on an account."""
    number: Callable[[Any], int]


def _plan(number: int) -> SimpleTradePlan:
    """Return one that is over at once, one that rests, or one that waits; no two have the same units."""
    units = 1 + number * _UNITS
    shape = number % _SHAPES
    if shape == 0:
        return SimpleTradePlan.buy_market(pair=PAIR, units=units)
    if shape == 1:
        return SimpleTradePlan.buy_limit(pair=PAIR, units=units, price="1500.55")
    return SimpleTradePlan.sell_market(pair=PAIR, units=units, when=TradeCondition.at_least("3000"))


def _smart_plan(number: int) -> SmartTradePlan:
    """Return one with a note that no other has: it has its position at once, waits for it, or is over at once."""
    note = f"No. {number}"
    shape = number % _SHAPES
    if shape == 2:
        return SmartTradePlan.simple_buy(PAIR, units="0.01", note=note)
    return SmartTradePlan.buy(
        PAIR,
        units="0.01",
        price="1500.55" if shape else None,
        take_profit=TakeProfit.of(
            TakeProfitStep.at(percent="5", volume="50"), TakeProfitStep.at(percent="9", volume="50")
        ),
        note=note,
    )


def _grid(number: int) -> GridBotSettings:
    return GridBotSettings(
        name=f"Grid {number}",
        pair=PAIR,
        lower_price="1800",
        upper_price="2200",
        grids_quantity=5,
        quantity_per_grid="100",
        order_currency_type="quote",
        profit_currency_type="quote",
        grid_type="arithmetic",
    )


async def _trades(client: ThreeCommasClient, account_id: int) -> AsyncIterator[object]:
    async for trade in client.trades.iterate(account_id=account_id):
        yield trade
    async for trade in client.trades.iterate_history(account_id=account_id):
        yield trade


def _last_number(name: str) -> int:
    return int(name.rpartition(" ")[2])


KINDS: Final[Mapping[str, Kind]] = {
    "bots": Kind(
        "/ver1/bots/create_bot",
        lambda client, account_id, number: client.bots.create(
            account_id=account_id, settings=E1.evolved({"name": f"Bot {number}"})
        ),
        lambda client, error: client.bots.find_created(error),
        lambda client, account_id: client.bots.iterate(account_id=account_id),
        lambda bot: _last_number(bot.name),
    ),
    "smart trades": Kind(
        "/v2/smart_trades",
        lambda client, account_id, number: client.smart_trades.create(account_id=account_id, plan=_smart_plan(number)),
        lambda client, error: client.smart_trades.find_created(error),
        lambda client, account_id: client.smart_trades.iterate(account_id=account_id, status="all"),
        lambda trade: _last_number(trade.note),
    ),
    "trades": Kind(
        "/ver1/trades",
        lambda client, account_id, number: client.trades.create(account_id=account_id, plan=_plan(number)),
        lambda client, error: client.trades.find_created(error),
        _trades,
        lambda trade: int((trade.units.value - 1) / _UNITS),
    ),
    "grid bots": Kind(
        "/ver1/grid_bots/manual",
        lambda client, account_id, number: client.grid_bots.create(account_id=account_id, settings=_grid(number)),
        lambda client, error: client.grid_bots.find_created(error),
        lambda client, account_id: client.grid_bots.iterate(account_id=account_id),
        lambda bot: _last_number(bot.name),
    ),
}


@final
@define
class Figures:
    """What came of the creates of one kind."""

    kind: str
    rounds: int = 0
    places: Counter[str] = Factory(Counter[str])
    """In which part the line was cut."""
    outcomes: Counter[str] = Factory(Counter[str])
    """What the client said."""
    carried_out: int = 0
    twice: int = 0
    found: int = 0
    wrong: list[str] = Factory(list[str])
    """Rounds in which the client said what was not so, or something else was found."""

    HEAD = ("kind", "creates", "cut in request", "head", "body", "whole", "carried out", "twice", "found", "wrong")

    @property
    def row(self) -> tuple[object, ...]:
        places = (self.places[part] for part in ("request", "head", "body", "whole"))
        return (self.kind, self.rounds, *places, self.carried_out, self.twice, self.found, len(self.wrong))


async def cut_creates(name: str, rounds: int, seed: int) -> Figures:
    """Create so many things of a kind, and cut the line of each."""
    figures, draw, done = Figures(name), Random(f"{name} {seed}"), 0  # noqa: S311
    while done < rounds:
        few = min(_FEW, rounds - done)
        await _on_one_account(KINDS[name], figures, draw, few)
        done += few
    return figures


async def _on_one_account(kind: Kind, figures: Figures, draw: Random, rounds: int) -> None:
    clock = SimulatedClock()
    async with Sandbox(clock=clock) as sandbox, Relay(sandbox.url) as relay, sandbox.client() as other:
        await sandbox.prices.set(MARKET, PAIR, "2000")
        account_id = sandbox.accounts.add(type=MARKET, balances={"USDT": 10**9, "ETH": 10**6})
        credentials = sandbox.add_key().credentials()
        expected = Counter[int]()
        async with ThreeCommasClient(credentials, base_url=relay.url, clock=clock, limits=None) as client:
            scene = _Scene(kind, figures, draw, sandbox, relay, client, account_id)
            for number in range(_SHAPES):
                relay.begin(None)
                await kind.create(client, account_id, number)
                scene.whole.append({way: bytes(passed) for way, passed in relay.passed.items()})
                expected[number] += 1
            for number in range(_SHAPES, _SHAPES + rounds):
                await clock.advance(draw.choice([0, 1, 30]))
                if draw.random() < 0.3:  # somebody else creates much the same meanwhile
                    await kind.create(other, account_id, 10_000 + number)
                    expected[10_000 + number] += 1
                expected[number] += await scene.round(number)
        there = Counter([kind.number(row) async for row in kind.every(other, account_id)])
        figures.twice += sum(count > 1 for count in there.values())
        if there != +expected:
            figures.wrong.append(f"there are {there - expected} too many, {expected - there} too few")


@final
@define
class _Scene:
    kind: Kind
    figures: Figures
    draw: Random
    sandbox: Sandbox
    relay: Relay
    client: ThreeCommasClient
    account_id: int
    whole: list[dict[Way, bytes]] = Factory(list)
    """Request and response of the first one of each shape, of which nothing is cut; no later one is shorter."""

    async def round(self, number: int) -> int:
        """Create one, and say how often it was carried out."""
        cut = self._cut(self.whole[number % _SHAPES])
        self.sandbox.requests.clear()
        self.relay.begin(cut)
        made, error = None, None
        try:
            made = await self.kind.create(self.client, self.account_id, number)
        except ThreeCommasError as caught:
            error = caught
        await asyncio.sleep(0)
        part = self._part(cut, error)
        self.relay.begin(None)
        done = [one for one in self.sandbox.requests if one.path.endswith(self.kind.path) and one.status == 201]
        executed = len(done)
        figures = self.figures
        figures.rounds += 1
        figures.places[part] += 1
        figures.carried_out += executed
        figures.outcomes[f"{part}: {'done' if error is None else f'{type(error).__name__} {error.outcome.name}'}"] += 1
        if executed != (part != "request"):
            self._wrong(number, f"cut in the {part}, carried out {executed} times")
        if error is None:
            if self.kind.number(made) != number or not executed:
                self._wrong(number, "another one came back")
        else:
            await self._look(number, error, executed)
        return executed

    async def _look(self, number: int, error: ThreeCommasError, executed: int) -> None:
        if error.outcome is Outcome.DONE or (executed and error.outcome is Outcome.NOT_DONE):
            self._wrong(number, f"the outcome was said to be {error.outcome.name}")
        found = await self.kind.find(self.client, error)
        if found is not None:
            self.figures.found += 1
        if (None if found is None else self.kind.number(found)) != (number if executed else None):
            self._wrong(number, f"carried out {executed} times, and found was {found!r}")

    def _cut(self, whole: dict[Way, bytes]) -> Cut:
        """Return where to cut: in the request, in the head of the response, in its body, or beyond its last byte."""
        head = whole["response"].index(b"\r\n\r\n") + 4
        choices: list[tuple[Way, int, int]] = [
            ("request", 0, len(whole["request"])),
            ("response", 0, head),
            ("response", head, len(whole["response"]) + _MORE),
        ]
        way, first, end = self.draw.choice(choices)
        return Cut(way, self.draw.randrange(first, end), self.draw.random() < 0.5)

    def _part(self, cut: Cut, error: ThreeCommasError | None) -> str:
        if error is None:
            return "whole"
        if cut.way == "request":
            return "request"
        return "body" if error.status is not None else "head"

    def _wrong(self, number: int, what: str) -> None:
        self.figures.wrong.append(f"{self.figures.kind} {number}: {what}")


def table(rows: list[Figures]) -> str:
    """Return the figures as a table."""
    texts = [[str(one) for one in row] for row in (Figures.HEAD, *(figures.row for figures in rows))]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    lines = ["  ".join(f"{one:>{width}}" for one, width in zip(row, widths, strict=True)) for row in texts]
    return "\n".join(lines)


def main() -> int:
    """Run the rounds, and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.sandbox.cut_creates", description=__doc__)
    parser.add_argument("--rounds", type=int, default=1000, help="of each kind")
    parser.add_argument("--seed", type=int, default=None)
    arguments = parser.parse_args()
    seed: int = secrets.randbelow(1 << 31) if arguments.seed is None else arguments.seed
    rows = [asyncio.run(cut_creates(name, arguments.rounds, seed)) for name in KINDS]
    sys.stdout.write(f"seed {seed}\n{table(rows)}\n")
    for figures in rows:
        sys.stdout.writelines(f"{figures.kind:12} {what:50} {count}\n" for what, count in figures.outcomes.items())
        sys.stdout.writelines(f"{line}\n" for line in figures.wrong)
    return 0 if not any(figures.wrong or figures.twice for figures in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
