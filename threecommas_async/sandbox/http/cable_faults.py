"""The planned faults of the websocket, and the lag of the API's lists."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Final, Literal, cast, final

_LATEST_KEPT: Final = 50


@final
class CableFaultState:
    """The planned faults; each method decides on one frame, push or row."""

    def __init__(self) -> None:
        self.rng = random.Random(0)  # noqa: S311 - which pushes meet a fault
        self._history: dict[tuple[str, int], list[tuple[float, dict[str, object]]]] = {}
        self.clear()

    def clear(self) -> None:
        """Drop all planned faults."""
        self.drop_after: int | None = None
        self.drop_share = 0.0
        self.drop_in_frame = False
        self.muted = 0.0
        self.duplicated = 0.0
        self.reordered = 0.0
        self.ignored_subscriptions = 0
        self.rejected_subscriptions = 0
        self.is_silent_on_rejection = False
        self.refusals: list[int] = []
        self.rest_lag = 0.0
        self.untouched = 0.0
        self._history.clear()

    def refusal(self) -> int | None:
        """Return the status of the response to the next handshake, if it is to be refused."""
        return self.refusals.pop(0) if self.refusals else None

    def ignores_subscription(self) -> bool:
        if self.ignored_subscriptions:
            self.ignored_subscriptions -= 1
            return True
        return False

    def rejects_subscription(self) -> bool:
        if self.rejected_subscriptions:
            self.rejected_subscriptions -= 1
            return True
        return False

    def copies(self) -> int:
        """Return how many times a push is sent: never, once or twice."""
        if self.muted and self.rng.random() < self.muted:
            return 0
        return 2 if self.duplicated and self.rng.random() < self.duplicated else 1

    def swaps(self) -> bool:
        return self.reordered > 0 and self.rng.random() < self.reordered

    def keeps_updated_at(self) -> bool:
        """Tell whether a change leaves ``updated_at`` unchanged."""
        return self.untouched > 0 and self.rng.random() < self.untouched

    def end_of(self, sent: int, *, is_push: bool) -> Literal["drop", "half"] | None:
        """Tell whether and how the connection ends before its next frame.

        :param sent: how many frames were sent on it.
        :param is_push: whether the next is a push; only pushes are cut in two.
        """
        if self.drop_after is not None and sent >= self.drop_after and (is_push or not self.drop_in_frame):
            half, self.drop_after, self.drop_in_frame = self.drop_in_frame, None, False
            return "half" if half else "drop"
        if self.drop_share and sent > 1 and self.rng.random() < self.drop_share:
            return "half" if is_push and self.rng.random() < 0.5 else "drop"
        return None

    def lag(self, seconds: float) -> None:
        """Let lists lag from now on: what is remembered from now on is shown after ``seconds``."""
        self.rest_lag = seconds
        self._history.clear()

    def remember(self, channel: str, document: Mapping[str, object], now: float) -> None:
        """Keep a document with its time, for lists that lag."""
        if self.rest_lag:
            history = self._history.setdefault((channel, _id_of(document)), [])
            history.append((now, dict(document)))
            del history[:-_LATEST_KEPT]

    def as_it_was(self, channel: str, document: object, now: float) -> object:
        """Return a row as in a list that lags; None if it is not in it yet."""
        if not self.rest_lag or not isinstance(document, dict):
            return document
        row = cast("dict[str, object]", document)
        history = self._history.get((channel, _id_of(row)))
        if not history:
            return row
        older = [shown for at, shown in history if at <= now - self.rest_lag]
        return {name: older[-1].get(name, value) for name, value in row.items()} if older else None


def _id_of(document: Mapping[str, object]) -> int:
    return cast("int", document["id"])
