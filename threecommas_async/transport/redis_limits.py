"""The limits of a fleet of processes that use the same API key, kept in Redis.

Each limit has a log in Redis: a sorted set of the moments at which requests were, or are to be, sent, by the clock of
Redis. A request that must wait reserves its moment, sleeps until then, and asks again: the gate may have been closed,
or the log lost. A request that passes is logged with the moment at which it asked, and a reply that takes longer than a
second is not used; that second is included in the window.

Redis is unavailable if it fails, or does not reply within a second. That second must not depend on the patience of
callers, since all processes must come to the same conclusion: a separate task waits for the reply if a caller does not.

Redis can lose its data, or be unavailable. Each life of the data has a name, the epoch, so that a loss is detected.
What is known of the requests of other processes after that:

- They were sent before the loss, or before Redis became unavailable. A process that knew the lost data, or had contact,
  lets nothing pass for a window (it *holds*): then none of them is in the same window as its own. After losing contact,
  it holds for the longest window, so that shorter outages never lead to the next stage, plus a second, because a reply
  to another process may be used as late as that. Redis must still be unavailable then.
- After that, while Redis is unavailable, each process keeps to its share of the limit (it is *confined*). A process
  that regains contact, within the seconds between its attempts, logs what it has sent alone, and notes that it did.
  Until a window and those seconds have passed, all processes keep to their share, in addition to the log.
- A process that was idle may have missed all of this, and Redis may still have all its data. But in that case no
  process got a reply from Redis for longer than a window: after such a silence, all keep to their share for those
  seconds. A process can tell Redis that a reply arrived only with its next request, and so asks twice after half a
  window.
- A process that never knew any data cannot distinguish a loss from the first start of a fleet: it keeps to its share.

What this does not cover:

- Redis is unavailable to some processes only, for longer than a window, or whenever they ask during that time;
- a process starts while Redis is unavailable: it does not hold, since it might be the first of its fleet;
- a process found Redis unavailable, was idle while it was available, and then finds it unavailable twice in a row;
- Redis kept its data, and a process sent alone in the last window and has sent nothing since.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import itertools
import logging
import math
import secrets
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias, cast, final
from weakref import WeakKeyDictionary

from threecommas_async.transport.clock import Clock
from threecommas_async.transport.contact import REMEMBERED, REPLIES_WITHIN, Contact
from threecommas_async.transport.limits import (
    DOCUMENTED_LIMITS,
    Limit,
    Limiter,
    Limits,
    MemoryLimiter,
    Sent,
    Waiter,
    WaitTooLongError,
    Window,
    checked_limits,
    described,
)

if TYPE_CHECKING:
    from redis.asyncio import ConnectionPool, Redis

_LOGGER: Final = logging.getLogger("threecommas_async.transport")
# The least time that Redis has to reply, even if the caller is not willing to wait: enough for the other side of the
# world, since a caller that never gets a reply never sends.
_SHORTEST: Final = 0.5
# With less time than this, Redis is not asked: on Python 3.11, redis-py can swallow an immediate cancellation.
_WORTH_A_TRIP: Final = 0.01
_LONGEST_PATIENCE: Final = 10**12

# A word, and numbers: the end of each script says which.
_Answer: TypeAlias = tuple[str, int, int, int, int, int]

# A simulation replaces it by its own.
_OWN_TIME: Final = "the time of Redis"

_NOW: Final = """
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local function close_gate(milliseconds)
  local gate = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now + milliseconds)
  if gate > now then
    redis.call('SET', KEYS[1], gate, 'PX', gate - now)
  end
  return math.max(gate - now, 0)
end
local function note_contact(seen, awake, silence, heard)
  seen = math.min(math.max(seen, heard), now)
  if now - seen >= silence then
    awake = now
  end
  redis.call('HSET', KEYS[2], 'seen', seen, 'awake', awake)
  redis.call('PEXPIRE', KEYS[2], REMEMBERED)
  return now - awake
end
""".replace("REMEMBERED", str(round(REMEMBERED * 1000)))

# KEYS: gate, memory, one log; ARGV: now, the longest window, epoch, the moment of the last reply that arrived in time,
# name, requests, interval, patience
_TAKE: Final = (
    _NOW
    + """
local memory = redis.call('HMGET', KEYS[2], 'epoch', 'steady', 'seen', 'awake')
if memory[1] ~= ARGV[3] then
  return {'lost', 0, 0, 0, 0, now}
end
local awake_for = note_contact(memory[3], memory[4], tonumber(ARGV[2]), tonumber(ARGV[4]))
local log, name, requests, interval = KEYS[3], ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7])
redis.call('ZREMRANGEBYSCORE', log, '-inf', now - interval)
local reserved = redis.call('ZSCORE', log, name)
local before
if reserved then
  redis.call('ZREM', log, name)
  before = redis.call('ZCOUNT', log, '-inf', math.max(now, tonumber(reserved)))
else
  before = redis.call('ZCARD', log)
end
local gate = close_gate(0)
local slot = now + gate
if before >= requests then
  local place = before - requests
  slot = math.max(slot, redis.call('ZRANGE', log, place, place, 'WITHSCORES')[2] + interval)
end
local taken = 'refused'
if slot - now <= tonumber(ARGV[8]) then
  taken = 'taken'
  redis.call('ZADD', log, slot, name)
end
local last = redis.call('ZRANGE', log, -1, -1, 'WITHSCORES')[2] or now
redis.call('PEXPIRE', log, math.max(last - now, 0) + 2 * interval)
return {taken, slot - now, gate, now - memory[2], awake_for, now}
"""
)

# KEYS: gate, memory, all logs; ARGV: now, the longest window, a new epoch, whether requests were sent alone, the gate,
# and for each log its interval, the number of requests, their names and ages, the number of abandoned reservations, and
# their names
_ENTER: Final = (
    _NOW
    + """
local memory = redis.call('HMGET', KEYS[2], 'epoch', 'born', 'steady', 'seen', 'awake')
local epoch, born, steady = memory[1], memory[2], memory[3]
if not epoch then
  epoch, born, steady = ARGV[3], now, now
elseif ARGV[4] == '1' then
  steady = now
end
redis.call('HSET', KEYS[2], 'epoch', epoch, 'born', born, 'steady', steady)
local awake_for = note_contact(memory[4] or now, memory[5] or now, tonumber(ARGV[2]), 0)
local gate = close_gate(tonumber(ARGV[5]))
local at = 6
for index = 3, #KEYS do
  local interval, count = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
  at = at + 2
  for _ = 1, count do
    redis.call('ZADD', KEYS[index], 'NX', now - ARGV[at + 1], ARGV[at])
    at = at + 2
  end
  for _ = 1, tonumber(ARGV[at]) do
    at = at + 1
    redis.call('ZREM', KEYS[index], ARGV[at])
  end
  at = at + 1
  if count > 0 and redis.call('PTTL', KEYS[index]) < 2 * interval then
    redis.call('PEXPIRE', KEYS[index], 2 * interval)
  end
end
return {epoch, now - born, gate, now - steady, awake_for, now}
"""
)

# KEYS: gate; ARGV: now, milliseconds
_CLOSE: Final = _NOW + "return {'closed', 0, close_gate(tonumber(ARGV[2])), 0, 0, now}"

# KEYS: one log; ARGV: now, name
_RELEASE: Final = "return {'released', redis.call('ZREM', KEYS[1], ARGV[2]), 0, 0, 0, 0}"

_DIGESTS: Final = {
    script: hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest()
    for script in (_TAKE, _ENTER, _CLOSE, _RELEASE)
}


class Scripts(Protocol):
    """The methods of a Redis client that are used."""

    async def evalsha(self, digest: str, keys: int, /, *arguments: str | float) -> object:
        """Run a script that Redis knows."""
        ...

    async def eval(self, script: str, keys: int, /, *arguments: str | float) -> object:
        """Run a script."""
        ...


@final
class RedisLimits:
    """Limits that several processes share; pass it to every client as ``limits=``. Needs the extra ``redis``.

    While Redis is unavailable, calls continue, a warning is logged, and Redis is tried again every few seconds. Each
    process then keeps to its share by itself: the limits divided by ``processes``, at least one request. It does not
    know what the others have just sent, and so first sends nothing for the length of the longest window; the same
    happens when Redis has lost its data. With one process, there is no such pause.

    Each process also keeps to its share for about a minute when the fleet starts and when a process regains contact,
    and for some seconds after none has asked for longer than a window: others may not have reported yet what they sent.

    It can be used in several event loops: for each, it creates a client of its own with the same connection settings as
    ``redis``, and closes it when the loop's asynchronous generators are shut down (``asyncio.run`` does that). A client
    of a class derived from ``redis.asyncio.Redis``, of a cluster, or with a pool of another kind is used itself, and
    works in one loop only.

    :param redis: a client of Redis, from ``redis.asyncio``. It is not closed. Redis counts as unavailable if it takes
        longer than a second, or if the client raises any exception.
    :param processes: how many processes share the limits; at least 1. Event loops that run at the same time in one
        process count as several.
    :param limits: the limits to share.
    :param prefix: the prefix of the keys in Redis. They contain a hash of the API key, not the key.
    :raises ValueError: an argument is not valid; the text names it.
    :raises TypeError: an argument is of the wrong type.
    """

    def __init__(
        self,
        redis: Redis,
        *,
        processes: int,
        limits: Sequence[Limit] = DOCUMENTED_LIMITS,
        prefix: str = "threecommas",
    ) -> None:
        self._fleet: Final = Fleet(redis, processes, limits, prefix)

    @property
    def limits(self) -> tuple[Limit, ...]:
        """The limits that are shared."""
        return self._fleet.limits

    def limiter(self, origin: str, api_key: str, clock: Clock) -> RedisLimiter:
        """Return a limiter of this process for one API key."""
        return RedisLimiter(self._fleet, hashlib.sha256(f"{origin} {api_key}".encode()).hexdigest()[:32], clock)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RedisLimits) and self._fleet.same == other._fleet.same

    def __hash__(self) -> int:
        return hash(self._fleet.same)

    def __repr__(self) -> str:
        return f"<RedisLimits of {self._fleet.processes} processes: {described(self.limits)}>"


@final
class Fleet:
    """What the limiters of one :class:`RedisLimits` share."""

    def __init__(self, redis: Redis | Scripts, processes: int, limits: Sequence[Limit], prefix: str) -> None:
        checked = checked_limits(limits)
        if checked is None or isinstance(checked, Limits):
            raise TypeError(f"limits must be a sequence of Limit, not {type(limits).__name__}")
        _check(redis, processes, prefix)
        self.processes: Final = processes
        self.limits: Final = checked
        self.prefix: Final = prefix
        self.same: Final = (_place(redis), processes, frozenset(checked), prefix)
        self._redis: Final = redis
        self._twins: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[Redis, AsyncGenerator[None]]]] = (
            WeakKeyDictionary()
        )
        self._reported = False

    async def client(self) -> Scripts:
        """Return a client of Redis for the running loop.

        Connections belong to the loop that opened them, and those of a finished loop break in another. A loop has no
        other hook for its end than the shutdown of its asynchronous generators.
        """
        loop = asyncio.get_running_loop()
        if loop not in self._twins:
            twin = _twin(self._redis)
            if twin is None:
                return cast("Scripts", self._redis)
            for finished in [other for other in list(self._twins) if other.is_closed()]:
                del self._twins[finished]
            keeper = self._until_the_loop_ends(loop, twin)
            self._twins[loop] = (twin, keeper)
            await anext(keeper)
        return cast("Scripts", self._twins[loop][0])

    async def _until_the_loop_ends(self, loop: asyncio.AbstractEventLoop, twin: Redis) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            self._twins.pop(loop, None)
            with contextlib.suppress(Exception):
                await twin.aclose(close_connection_pool=True)

    def report_unavailable(self, error: Exception) -> None:
        """Log once that Redis has become unavailable."""
        if not self._reported:
            self._reported = True
            reason = type(error).__name__
            _LOGGER.warning("Redis is unavailable (%s): this process keeps to its share of the limits", reason)

    def report_available(self) -> None:
        """Log once that Redis is available again."""
        if self._reported:
            self._reported = False
            _LOGGER.warning("Redis is available again: the limits are shared")


def _check(redis: object, processes: object, prefix: object) -> None:
    from redis import Redis

    if isinstance(redis, Redis) or not callable(getattr(redis, "evalsha", None)):
        kind = f"{type(redis).__module__}.{type(redis).__name__}"
        raise TypeError(f"redis must be a client from redis.asyncio, not {kind}")
    if not isinstance(processes, int) or isinstance(processes, bool):
        raise TypeError(f"processes must be an int, not {processes!r}")
    if processes < 1:
        raise ValueError(f"processes must be at least 1, not {processes}")
    if not isinstance(prefix, str):
        raise TypeError(f"prefix must be a str, not {type(prefix).__name__}")


def _pool(redis: object) -> ConnectionPool | None:
    """Return the connection pool of a client, if it can be duplicated."""
    from redis.asyncio import BlockingConnectionPool, ConnectionPool, Redis

    if type(redis) is not Redis or type(redis.connection_pool) not in {ConnectionPool, BlockingConnectionPool}:
        return None
    return redis.connection_pool


def _place(redis: object) -> object:
    """Return what identifies the database of a client."""
    pool = _pool(redis)
    if pool is None:
        return id(redis)
    return tuple(pool.connection_kwargs.get(name) for name in ("path", "host", "port", "db"))


def _twin(redis: object) -> Redis | None:
    """Return another client with the same settings and connections of its own, if possible."""
    from redis.asyncio import BlockingConnectionPool, Redis

    pool = _pool(redis)
    if pool is None:
        return None
    settings = dict(pool.connection_kwargs)
    if isinstance(pool, BlockingConnectionPool):
        settings["timeout"] = pool.timeout
    return Redis(
        connection_pool=type(pool)(
            connection_class=pool.connection_class, max_connections=pool.max_connections, **settings
        )
    )


@final
class RedisLimiter:
    """The limiter of :class:`RedisLimits` for one API key, in one event loop.

    :param digest: represents the API key in Redis.
    :ivar shares: equal for limiters that share their limits.
    :ivar contact: what is known of Redis.
    """

    def __init__(self, fleet: Fleet, digest: str, clock: Clock) -> None:
        self.own: Final = MemoryLimiter(fleet.limits, clock, processes=fleet.processes)
        self._fleet: Final = fleet
        self._clock: Final = clock
        # The braces place all keys of an API key on the same node of a cluster.
        self._gate: Final = f"{fleet.prefix}:{{{digest}}}:gate"
        self._memory: Final = f"{fleet.prefix}:{{{digest}}}:memory"
        self._logs: Final = {window: f"{fleet.prefix}:{{{digest}}}:{_word(window)}" for window in self.own.windows}
        self._process: Final = secrets.token_hex(6)
        self._numbers: Final = itertools.count()
        self._sleeping: Final[dict[Waiter, Window]] = {}
        self._forgone: Final[dict[str, Window]] = {}  # reservations that may have been made and are not needed
        longest = max(window.interval for window in self.own.windows)
        self._silence: Final = round(longest * 1000)
        self.shares: Final = fleet.same
        self.contact = Contact(longest, has_others=fleet.processes > 1)
        self._trial: asyncio.Task[None] | None = None

    @property
    def limits(self) -> tuple[Limit, ...]:
        """The limits that are shared."""
        return self._fleet.limits

    def take(self, route: str) -> bool:
        """Let a request pass to which no limit applies; any other needs a reply from Redis."""
        return not self.own.is_limited(self.own.window(route)) and self.own.take(route)

    async def acquire(self, route: str, patience: float, on_wait: Callable[[float], None]) -> None:
        """Wait until a request may be sent, by the log of the fleet and by that of this process, and count it."""
        window = self.own.window(route)
        if not self.own.is_limited(window):
            await self.own.acquire(route, patience, on_wait)
            return
        turn = _Turn(window, self._new_name(), self._clock.monotonic() + patience, on_wait)
        try:
            while not await self._step(turn):
                pass
        except WaitTooLongError:
            await self._release(turn, turn.latest - self._clock.monotonic())
            raise
        except (Exception, asyncio.CancelledError):
            await self._release(turn, min(turn.latest - self._clock.monotonic(), _SHORTEST))
            raise
        finally:
            if turn.sent is not None and not turn.passed:
                window.withdraw(turn.sent)

    def inherit(self, older: Limiter) -> None:
        """Take over the log and the gate of a limiter of a finished event loop, and what it knew of Redis."""
        self.own.inherit(older.own)
        if isinstance(older, RedisLimiter) and older.shares == self.shares:
            if older.contact.is_later_than(self.contact):
                self.contact = older.contact.inherited()
            self._restrict()

    async def close_gate(self, seconds: float) -> None:
        """Close the gate for this process at once, and for all processes if Redis is available."""
        self.own.close(seconds)
        self._refuse_sleepers()
        if not self.contact.is_lost:
            milliseconds = _milliseconds(self.own.opens_at - self._clock.monotonic())
            await self._ask(_CLOSE, [self._gate], [milliseconds], REPLIES_WITHIN)

    def pause_of(self, route: str) -> float:
        """Return for how many seconds the API refuses ``route`` once its limit was overrun."""
        return self.own.pause_of(route)

    def due_in(self) -> float:
        """Return the seconds until Redis is to be tried again."""
        if self.contact.is_lost and self._is_trying:
            return REPLIES_WITHIN
        return self.contact.try_in(self._clock.monotonic())

    async def run(self, within: float) -> None:
        """Try Redis again."""
        self._try()
        await self._await_trial(within)

    async def _step(self, turn: _Turn) -> bool:
        """Take the next step; tell whether the request may be sent."""
        if self.contact.epoch is None or self.contact.is_old(self._clock.monotonic()):
            await self._seek_contact(turn.latest - self._clock.monotonic())
        alone = self.contact.epoch is None
        if turn.sent is None and (alone or self._is_confined(turn.window)):
            turn.sent = await self.own.wait(turn.window, turn.latest, turn.notice, turn.name, errand=self)
            return False  # time may have passed
        if alone:
            return self._passes(turn)
        asked = self._clock.monotonic()
        wait = await self._take(turn)
        if wait is None:
            return False
        if wait:
            await self._sleep(turn, wait)
            return False
        if self._clock.monotonic() - asked > REPLIES_WITHIN:
            return False
        if self._passes(turn):
            return True
        if turn.sent is None and not self._is_confined(turn.window):
            await self._sleep(turn, self.own.wait_of(turn.window))
        return False

    async def _seek_contact(self, patience: float) -> None:
        """Make contact, unless Redis has just been found unavailable."""
        if not self.contact.is_lost or self.due_in() <= 0:
            self._try()
        elif self._is_proved_lost:
            return
        await self._await_trial(patience)
        if self.contact.epoch is None and not self._is_proved_lost:
            self._give_up(TimeoutError())

    @property
    def _is_proved_lost(self) -> bool:
        return self.contact.is_proved_lost(self._clock.monotonic())

    @property
    def _is_trying(self) -> bool:
        return self._trial is not None and not self._trial.done()

    def _try(self) -> None:
        """Ask Redis in a task that gives it the full time to reply, however soon the callers that wait for it give up.

        Whether it is available must not depend on the patience of callers: all processes must come to the same result.
        """
        if not self._is_trying:
            self._trial = asyncio.create_task(self._enter())

    async def _await_trial(self, patience: float) -> None:
        if self._trial is not None:
            await asyncio.wait((self._trial,), timeout=max(patience, _SHORTEST))

    def _give_up(self, error: Exception) -> None:
        """Handle a missing reply, after too short a time to conclude that Redis is unavailable.

        :raises WaitTooLongError: unless this is the only process.
        """
        if self._fleet.processes > 1:
            self._try()
            raise WaitTooLongError(REPLIES_WITHIN)
        self._note_unavailable(error, self._clock.monotonic())

    def _passes(self, turn: _Turn) -> bool:
        """Log the request as sent now, if this process's own log allows it."""
        if turn.sent is None and self._is_confined(turn.window):
            return False
        sent = turn.sent or Sent(0, turn.name)
        turn.sent = None
        if self.own.enter(turn.window, sent) > 0:
            return False
        sent.shared = self.contact.epoch is not None
        turn.sent, turn.passed = sent, True
        return True

    def _new_name(self) -> str:
        return f"{self._process}-{next(self._numbers)}"

    def _is_confined(self, window: Window) -> bool:
        return self._fleet.processes > 1 and self._clock.monotonic() < window.confined_until

    async def _take(self, turn: _Turn) -> float | None:
        """Take or reserve a place in the log; return the seconds until then, or None if it is unknown."""
        window, epoch = turn.window, self.contact.epoch
        patience = turn.latest - self._clock.monotonic()
        turn.reserved = True
        keys = [self._gate, self._memory, self._logs[window]]
        numbers = [window.limit.requests, round(window.interval * 1000), _milliseconds(patience)]
        arguments: list[str | int] = [self._silence, epoch or "", self.contact.heard_at, turn.name, *numbers]
        answer = await self._ask(_TAKE, keys, arguments, patience)
        if answer is None:
            return None
        taken, wait, gate, steady_for, awake_for, heard_at = answer
        if taken == "lost":
            turn.reserved = False
            if self.contact.epoch == epoch:
                self.contact.epoch = None
            return None
        now = self._clock.monotonic()
        self.contact.note_reply(now, heard_at)
        self._heed_gate(gate)
        if self.contact.note_others(now, steady_for / 1000, awake_for / 1000):
            self._restrict()
        if taken == "refused":
            turn.reserved = False
            raise WaitTooLongError(wait / 1000)
        return wait / 1000

    async def _enter(self) -> None:
        """Make contact: report the requests of this process, and learn the age of Redis's data."""
        left = self.contact.is_lost
        while True:
            recent = self._recent()
            alone = left and any(not sent.shared for several in recent.values() for sent in several)
            answer = await self._tell(recent, alone=alone)
            if answer is None:
                return
            left = left or self.contact.is_lost
            for sent in itertools.chain.from_iterable(recent.values()):
                sent.shared = True
            # Others may have sent alone in the meantime.
            if all(sent.shared for sent in itertools.chain.from_iterable(self._recent().values())):
                break
        epoch, age, gate, steady_for, awake_for, heard_at = answer
        now = self._clock.monotonic()
        self.contact.note_data(now, epoch, age / 1000)
        self.contact.note_others(now, 0 if left else steady_for / 1000, awake_for / 1000)
        self.contact.note_reply(now, heard_at)
        self._fleet.report_available()
        self._heed_gate(gate)
        self._restrict()

    def _recent(self) -> dict[Window, list[Sent]]:
        now = self._clock.monotonic()
        return {window: [sent for sent in window.sent if now < sent.at + window.interval] for window in self._logs}

    async def _tell(self, recent: dict[Window, list[Sent]], *, alone: bool) -> _Answer | None:
        """Report the requests that were sent, and return the reply of Redis."""
        now = self._clock.monotonic()
        arguments: list[str | int] = [self._silence, secrets.token_hex(8), int(alone)]
        arguments.append(_milliseconds(self.own.opens_at - now))
        for window, several in recent.items():
            arguments += [round(window.interval * 1000), len(several)]
            for sent in several:
                sent.name = sent.name or self._new_name()
                arguments += [sent.name, _milliseconds(now - sent.at)]
            forgone = [name for name, place in self._forgone.items() if place is window]
            arguments += [len(forgone), *forgone]
        self._forgone.clear()
        return await self._ask(_ENTER, [self._gate, self._memory, *self._logs.values()], arguments, REPLIES_WITHIN)

    async def _ask(
        self, script: str, keys: list[str], arguments: Sequence[str | int], patience: float
    ) -> _Answer | None:
        """Run a script; return its reply, or None if Redis is unavailable.

        :raises WaitTooLongError: the caller's patience ended before Redis could reply.
        """
        if self._forgone:  # a caller did not wait for the reply
            self._try()
        bound = min(max(patience, _SHORTEST), REPLIES_WITHIN)
        limit, asked = asyncio.timeout(bound), self._clock.monotonic()
        try:
            async with limit:
                return await self._run(script, keys, arguments)
        except Exception as error:  # noqa: BLE001  # whatever the client raises, Redis cannot be used now
            if limit.expired() and bound < REPLIES_WITHIN:
                self._give_up(error)
            else:
                self._note_unavailable(error, asked)
            return None

    async def _run(self, script: str, keys: list[str], arguments: Sequence[str | int]) -> _Answer:
        from redis.exceptions import NoScriptError

        redis = await self._fleet.client()
        try:
            answer = await redis.evalsha(_DIGESTS[script], len(keys), *keys, _OWN_TIME, *arguments)
        except NoScriptError:
            answer = await redis.eval(script, len(keys), *keys, _OWN_TIME, *arguments)
        word, *numbers = cast("tuple[bytes | str, int, int, int, int, int]", answer)
        one, two, three, four, five = map(int, numbers)
        return word.decode() if isinstance(word, bytes) else word, one, two, three, four, five

    async def _release(self, turn: _Turn, within: float) -> None:
        """Release a reservation, at once if there is time, otherwise with the next attempt; it also expires."""
        if turn.reserved and self.contact.epoch is not None:
            self._forgone[turn.name] = turn.window
            if within > _WORTH_A_TRIP:
                with contextlib.suppress(Exception):
                    async with asyncio.timeout(min(within, _SHORTEST)):
                        await self._run(_RELEASE, [self._logs[turn.window]], [turn.name])
                    self._forgone.pop(turn.name, None)

    async def _sleep(self, turn: _Turn, seconds: float) -> None:
        if seconds > 0 and self._clock.monotonic() + seconds > turn.latest:
            raise WaitTooLongError(seconds)
        turn.notice(seconds)
        waiter = Waiter(turn.latest)
        self._sleeping[waiter] = turn.window
        try:
            await waiter.sleep(self._clock, seconds)
        finally:
            del self._sleeping[waiter]
        if waiter.refusal is not None:
            raise WaitTooLongError(waiter.refusal)

    def _note_unavailable(self, error: Exception, asked_at: float) -> None:
        if not self.contact.is_lost:
            self._fleet.report_unavailable(error)
        self.contact.note_failure(self._clock.monotonic(), asked_at)
        self._restrict()

    def _heed_gate(self, milliseconds: int) -> None:
        if milliseconds > 0:
            self.own.close(milliseconds / 1000)
            self._refuse_sleepers()

    def _restrict(self) -> None:
        for window in self.own.windows:
            self.contact.restrict(window)
        self.own.reconsider()
        self._refuse_sleepers()

    def _refuse_sleepers(self) -> None:
        now = self._clock.monotonic()
        for waiter, window in self._sleeping.items():
            earliest = max(self.own.opens_at, window.held_until)
            if earliest > max(waiter.latest, now):
                waiter.refuse(earliest - now)


@final
class _Turn:
    """The state of a request that waits for its turn."""

    __slots__ = ("_on_wait", "latest", "name", "passed", "reserved", "sent", "window")

    def __init__(self, window: Window, name: str, latest: float, on_wait: Callable[[float], None]) -> None:
        self.window: Final = window
        self.name: Final = name
        self.latest: Final = latest
        self.sent: Sent | None = None
        self.reserved = False
        self.passed = False
        self._on_wait: Callable[[float], None] | None = on_wait

    def notice(self, seconds: float) -> None:
        """Tell the caller that it waits, once."""
        if self._on_wait is not None:
            on_wait, self._on_wait = self._on_wait, None
            on_wait(seconds)


def _word(window: Window) -> str:
    """Return the name of a limit's log; it does not depend on the order in which a process names its limits."""
    routes = "\n".join(sorted(window.limit.routes))
    return hashlib.sha256(routes.encode()).hexdigest()[:8] if routes else "general"


def _milliseconds(seconds: float) -> int:
    return math.floor(min(max(seconds * 1000, 0), _LONGEST_PATIENCE))
