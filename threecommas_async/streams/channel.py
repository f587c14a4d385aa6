"""One channel of a client: what is pushed and what was asked for comes together here, and goes to all its streams."""

from __future__ import annotations

import asyncio
import copy
import logging
import random
from datetime import datetime, timedelta
from typing import Final, Generic, Protocol, TypeVar, final

import attrs

from threecommas_async.errors import (
    AuthenticationError,
    IpBannedError,
    NotSentError,
    PermissionDeniedError,
    RateLimitedError,
    ThreeCommasError,
)
from threecommas_async.models.base import Model
from threecommas_async.secret import Secret
from threecommas_async.streams.fill import Fill
from threecommas_async.streams.kinds import Kind
from threecommas_async.streams.merge import State, Verdict
from threecommas_async.transport.cable import Cable
from threecommas_async.transport.clock import Clock
from threecommas_async.transport.transport import Transport
from threecommas_async.transport.waiting import ended, sleep_or_event

M = TypeVar("M", bound=Model)
EventT = TypeVar("EventT")

_LOGGER: Final = logging.getLogger("threecommas_async.streams")

_POLL: Final = 10.0
_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 30.0
# A change that was made so shortly before the audit may still be on its way.
_ON_ITS_WAY: Final = timedelta(seconds=10)
# Rows that are older than what was pushed, and those that are newer, look alike without the log: that many logs are
# asked for, and of more the request's time decides.
_MOST_ASKED: Final = 50
# Where the server has never told its time.
_LONG_AGO: Final = timedelta(minutes=5)


class Consumer(Protocol):
    """A stream, as the channel sees it."""

    audit: float | None
    demand: int
    """Above zero while a pass is needed; another number for each reason."""

    @property
    def has_room(self) -> bool:
        """Whether what a pass brings can be taken in."""
        ...

    @property
    def wants_since(self) -> datetime | None:
        """From when on all that changed is to be asked for."""
        ...

    @property
    def gap_since(self) -> datetime | None:
        """From when on changes may be missing."""
        ...

    @property
    def is_current(self) -> bool:
        """Whether all should be known to it."""
        ...

    def confirmed(self, server_time: datetime) -> None: ...

    def pushed(self, state: State) -> None: ...

    def row(self, state: State, *, is_active: bool, is_last_word: bool) -> Verdict:
        """Take in a row."""
        ...

    def lost(self, since: datetime, reason: str) -> None: ...

    def passing(self) -> None:
        """Note that a pass begins."""

    def passed(self, demand: int, requests: int) -> None:
        """Note that a pass is done; what was demanded when it began."""

    def failed(self, error: ThreeCommasError) -> None: ...


@attrs.define
class Counters:
    """What has come by, since the first stream was opened.

    :ivar pushes: how many messages were pushed.
    :ivar unreadable: how many messages and rows could not be read.
    :ivar requests: how many requests were made for what may have been missed.
    :ivar passes: how many times all of it was asked for.
    :ivar audit_found: how many changes the audit found that no push had brought.
    """

    pushes: int = 0
    unreadable: int = 0
    requests: int = 0
    passes: int = 0
    audit_found: int = 0


@attrs.define
class _Found:
    """What a pass has found.

    :ivar audited: how many changes that no push had brought, although nothing told of a loss.
    :ivar doubtful: rows of which only the log can tell whether they are news.
    :ivar asked: how many of them were asked for.
    """

    server_time: datetime
    audited: int = 0
    asked: int = 0
    doubtful: dict[int, State] = attrs.field(factory=dict[int, State])


@final
class Channel(Generic[M, EventT]):
    """Listens for all streams of one kind, and asks for what was missed.

    :param cable: the websocket; None for one that only asks.
    """

    def __init__(
        self, kind: Kind[M, EventT], transport: Transport, cable: Cable | None, rng: random.Random | None = None
    ) -> None:
        self.kind: Final = kind
        self._transport: Final = transport
        self._clock: Final[Clock] = transport.clock
        self._cable: Final = cable
        self._random: Final = rng or random.SystemRandom()
        self._identifier: Secret | None = None
        self._consumers: Final[list[Consumer]] = []
        self._worker: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._is_current = cable is None
        self._has_joined = False
        self._has_warned = False
        self._latest: datetime | None = None
        self._passed_at = 0.0
        self._passed_server_time: datetime | None = None
        self.counters: Final = Counters()

    # ---- streams ----------------------------------------------------------------------------------------------------
    def add(self, consumer: Consumer, identifier: Secret) -> None:
        """Begin to tell a stream what comes."""
        self._consumers.append(consumer)
        if self._worker is None or self._worker.done():
            self._wake = asyncio.Event()
            self._passed_at = self._clock.monotonic()
            self._worker = asyncio.create_task(self._work(), name=f"threecommas_async.{self.kind.name}")
            self._worker.add_done_callback(self._ended)
        if self._cable is not None and not self._has_joined:
            self._identifier = identifier
            self._has_joined, self._is_current = True, False
            self._cable.join(self)
        elif self._is_current:
            consumer.confirmed(self._server_time())
        self.wake()

    async def remove(self, consumer: Consumer) -> None:
        """Tell a stream nothing more; with the last the channel falls silent."""
        if consumer in self._consumers:
            self._consumers.remove(consumer)
        if self._consumers:
            return
        worker, self._worker = self._worker, None
        try:
            if worker is not None:
                await ended(worker)
        finally:
            if self._cable is not None and not self._consumers:
                self._has_joined = self._is_current = False
                await self._cable.leave(self)

    def wake(self) -> None:
        """Have the channel look at what its streams need."""
        self._wake.set()

    @property
    def is_pushed(self) -> bool:
        """Whether changes come by themselves, and are not only asked for."""
        return self._cable is not None

    @property
    def gap_since(self) -> datetime | None:
        """From when on changes may be missing."""
        return min((since for one in self._consumers if (since := one.gap_since) is not None), default=None)

    @property
    def problem(self) -> str:
        """Why there is no connection."""
        return (self._cable.last_loss if self._cable is not None else None) or "no answer"

    def overflowed(self, consumer: Consumer, state: State) -> None:
        """Note that a stream had no room for a state."""
        since = self._server_time() if state.updated_at is None else min(state.updated_at, self._server_time())
        if consumer.gap_since is None:
            _LOGGER.warning(
                "%s: a stream is read too slowly, and is told what it missed once it has room",
                self.name,
                extra={"channel": self.name, "reason": "overflow"},
            )
        consumer.lost(since, "overflow")
        self.wake()

    # ---- what the cable tells ----------------------------------------------------------------------------------------
    @property
    def name(self) -> str:
        return self.kind.name

    @property
    def identifier(self) -> Secret:
        return self._identifier or Secret("")

    def confirmed(self) -> None:
        self._is_current = True
        now = self._server_time()
        for consumer in self._consumers:
            consumer.confirmed(now)
        self.wake()

    def pushed(self, message: bytes) -> None:
        self.counters.pushes += 1
        try:
            state = self.kind.read(message, self._clock.monotonic(), False)
        except ValueError:
            self.unreadable()
            return
        if state.updated_at is not None and (self._latest is None or state.updated_at > self._latest):
            self._latest = state.updated_at
        for consumer in self._consumers:
            consumer.pushed(state)

    def unreadable(self) -> None:
        self.counters.unreadable += 1
        if not self._has_warned:
            self._has_warned = True
            _LOGGER.warning(
                "a message of %s cannot be read; what it said is asked for",
                self.name,
                extra={"channel": self.name, "reason": "unreadable"},
            )
        self._open_gap("unreadable")

    def lost(self, reason: str) -> None:
        self._is_current = False
        self._open_gap(reason)

    def failed(self, error: ThreeCommasError) -> None:
        if self._cable is not None:
            self._has_joined = self._is_current = False
        self._tell_failure(error)

    def _tell_failure(self, error: ThreeCommasError) -> None:
        """End all streams; the subscription, if there is one, lasts until they have left."""
        for consumer in self._consumers:
            consumer.failed(copy.copy(error))

    async def probe(self) -> ThreeCommasError | None:
        try:
            await self._transport.request(
                "GET", self.kind.path, None, query={**self.kind.active, **self.kind.page(0, 1)}
            )
        except (AuthenticationError, PermissionDeniedError) as error:
            return copy.copy(error)
        except ThreeCommasError:
            return None
        return None

    def _open_gap(self, reason: str) -> None:
        since = self._server_time()
        _LOGGER.info(
            "%s: changes may be missed from now on (%s)",
            self.name,
            reason,
            extra={"channel": self.name, "reason": reason},
        )
        for consumer in self._consumers:
            consumer.lost(since, reason)
        self.wake()

    def _server_time(self) -> datetime:
        """Return the server's time, or one before: the clock of this machine may be wrong."""
        told = None if self._cable is None else self._cable.server_time
        return told or self._latest or self._clock.now() - _LONG_AGO

    # ---- passes -----------------------------------------------------------------------------------------------------
    def _ended(self, task: asyncio.Task[None]) -> None:
        """Tell the streams if a mistake of this library ended the task: they would wait for ever."""
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._tell_failure(NotSentError(f"the stream failed by a mistake of this library: {type(error).__name__}"))

    async def _work(self) -> None:
        """Ask for what may have been missed, whenever that is due."""
        failures = 0
        while True:
            await self._until_due()
            try:
                await self._pass()
                failures = 0
                continue
            except (AuthenticationError, PermissionDeniedError) as refusal:
                self._tell_failure(refusal)
                return
            except ThreeCommasError as error:
                if self._transport.is_closed:
                    self._tell_failure(error)
                    return
                pause = self._pause(error, failures)
                reason = type(error).__name__
            failures += 1
            _LOGGER.info(
                "%s: what was missed cannot be asked for (%s); again in %.1f s",
                self.name,
                reason,
                pause,
                extra={"channel": self.name, "reason": reason, "attempt": failures},
            )
            await self._clock.sleep(pause)

    def _pause(self, error: ThreeCommasError, failures: int) -> float:
        if isinstance(error, RateLimitedError | IpBannedError):
            return max((error.retry_at - self._clock.now()).total_seconds(), _FIRST_PAUSE)
        return _FIRST_PAUSE + self._random.uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(failures, 10)))

    async def _until_due(self) -> None:
        """Return when a pass is needed and possible."""
        while True:
            self._wake.clear()
            due_in: float | None = None
            if self._is_current and self._consumers:
                if any(one.demand and one.has_room for one in self._consumers):
                    return
                interval = self._interval()
                if interval is not None:
                    due_in = self._passed_at + interval - self._clock.monotonic()
                    if due_in <= 0:
                        return
            await sleep_or_event(self._clock, due_in, self._wake)

    def _interval(self) -> float | None:
        """Return how often all is asked for although nothing tells of a loss."""
        audits = [one.audit for one in self._consumers if one.audit is not None]
        if self._cable is None:
            return min([_POLL, *audits])
        return min(audits, default=None)

    async def _pass(self) -> None:
        """Ask for all that may have changed, and tell the streams."""
        server_time = self._server_time()
        demands = [(one, one.demand) for one in self._consumers]
        bounds = [one.wants_since for one, demand in demands if demand]
        for consumer, _ in demands:
            consumer.passing()
        since = min([self._passed_server_time or server_time, *(bound for bound in bounds if bound is not None)])
        fill = Fill(self._transport, self.kind, self._clock)
        found = _Found(server_time)
        try:
            async for state in fill.active():
                self._tell_row(state, found, is_active=True)
            async for state in fill.changed(since):
                self._tell_row(state, found, is_active=False)
            for doubtful in [*found.doubtful.values()]:
                whole = await fill.one(doubtful.id) if found.asked < _MOST_ASKED else None
                found.asked += 1
                self._tell_row(whole or doubtful, found, is_active=True, is_last_word=True)
        finally:
            self.counters.requests += fill.requests
            self.counters.unreadable += fill.unreadable
        self.counters.passes += 1
        self._passed_at, self._passed_server_time = self._clock.monotonic(), server_time
        if found.audited and self._cable is not None:
            self.counters.audit_found += found.audited
            _LOGGER.warning(
                "%s: %d changes were found that no push had brought",
                self.name,
                found.audited,
                extra={"channel": self.name, "changed": found.audited, "requests": fill.requests},
            )
        for consumer, demand in demands:
            consumer.passed(demand, fill.requests)

    def _tell_row(self, state: State, found: _Found, *, is_active: bool, is_last_word: bool = False) -> None:
        if state.updated_at is not None and (self._latest is None or state.updated_at > self._latest):
            self._latest = state.updated_at
        is_old = state.updated_at is None or state.updated_at < found.server_time - _ON_ITS_WAY
        verdicts = [
            (one, one.row(state, is_active=is_active, is_last_word=is_last_word or self.kind.one is None))
            for one in self._consumers
        ]
        if any(verdict == "doubtful" for _, verdict in verdicts):
            found.doubtful[state.id] = state
        if is_old and any(verdict == "new" and one.is_current for one, verdict in verdicts):
            found.audited += 1
