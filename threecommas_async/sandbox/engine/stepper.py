"""One step of the world: fills, then triggers, then time and new deals, until nothing changes any more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final, final

from threecommas_async.sandbox.engine.alarms import Entity, Watcher
from threecommas_async.sandbox.engine.books import Book
from threecommas_async.sandbox.engine.bots.desk import BotDesk
from threecommas_async.sandbox.engine.world import World

_MOST_ROUNDS: Final = 10_000
_MOST_FILLS_OF_A_DEAL: Final = 1_000

Listener = Callable[[Entity], None]


@final
class Stepper:
    """Lets a world come to rest after something has happened."""

    def __init__(self, world: World, bots: BotDesk) -> None:
        self._world = world
        self._bots = bots
        self.listener: Listener | None = None
        """Told of everything that has changed: after the fills, after the triggers, after time and new deals."""
        self.settle_automatically = True
        """Whether the second phase of a closing comes by itself."""

    def begin_operation(self) -> None:
        """Begin a step that somebody asks for: what is still open of closings comes first."""
        self.settle_if_automatic()
        self.begin()

    def settle_if_automatic(self) -> None:
        if self.settle_automatically:
            self.settle()

    def begin(self) -> None:
        """Begin a step."""
        world = self._world
        world.step += 1
        world.openers.update(world.later)
        world.later.clear()

    def run(self) -> None:
        """Carry out all that is due, round by round.

        :raises RuntimeError: It does not end, which is a mistake of the engine.
        """
        for _ in range(_MOST_ROUNDS):
            books = self._fill()
            self._report()
            self._trigger(books)
            self._report()
            self._wake()
            self._report()
            if not self._is_unsettled():
                return
        raise _no_rest()

    def run_until(self, moment: datetime) -> None:
        """Let time pass. What is due on the way happens at its own moment, in the order of time (assumption)."""
        world = self._world
        while (due_at := world.next_moment()) is not None and due_at <= moment:
            self.begin()
            world.now = max(world.now, due_at)
            self.run()
        world.now = moment
        self.begin()
        self.run()

    def settle(self) -> None:
        """Carry out the second phase of closings."""
        world = self._world
        while world.settlements:
            settlements, world.settlements = world.settlements, []
            self.begin()
            for settle in settlements:
                settle()
            self.run()

    # ---- parts ------------------------------------------------------------------------------------------------------
    def _fill(self) -> list[Book]:
        """Fill the limit orders that the price has reached, those that are placed meanwhile included."""
        world, seen = self._world, dict[tuple[str, str], Book]()
        left = _MOST_ROUNDS + _MOST_FILLS_OF_A_DEAL * (len(world.active_deals) + len(world.grid_bots))
        left += _MOST_FILLS_OF_A_DEAL * len(world.active_smart_trades) + len(world.active_simple_trades)
        while world.touched:
            key = min(world.touched)
            seen[key] = book = world.touched.pop(key)
            while (order := book.take_reached()) is not None:
                order.fill(order.price, world.now)
                order.owner.filled(order)
                left -= 1
                if left < 0:
                    raise _no_rest()
        return list(seen.values())

    def _trigger(self, books: list[Book]) -> None:
        """Have those examined whose price has come, as it is seen at the end of the step."""
        _examine([watcher for book in books for watcher in book.due()])

    def _wake(self) -> None:
        """Have those examined whose time or funds have come, then let bots open deals."""
        world = self._world
        due = list(world.due())
        told, world.told[:] = list(world.told), []
        _examine([*due, *told])
        openers, world.openers = world.openers, {}
        for bot_id in sorted(openers):
            if bot_id in world.bots:
                self._bots.consider(openers[bot_id])

    def _report(self) -> None:
        changed, self._world.changed = self._world.changed, {}
        if self.listener is not None:
            for rank in sorted(changed):
                self.listener(changed[rank])

    def _is_unsettled(self) -> bool:
        world = self._world
        moment = world.next_moment()
        return bool(world.touched or world.told or world.openers) or (moment is not None and moment <= world.now)


def _no_rest() -> RuntimeError:
    return RuntimeError("the world does not come to rest")


def _examine(watchers: list[Watcher]) -> None:
    by_rank = {watcher.rank: watcher for watcher in watchers}
    for rank in sorted(by_rank):
        by_rank[rank].examine()
