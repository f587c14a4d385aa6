"""The websocket of a client: one connection for all who subscribe, its frames, and its coming back after a loss.

It speaks the protocol of ActionCable and knows nothing of deals. Every frame holds a signature that is good for ever:
none is logged, quoted or left where an exception could carry it, and no exception leaves the task that reads them.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, Literal, Protocol, final

import aiohttp
import msgspec

from threecommas_async.errors import ApiError, AuthenticationError, NotSentError, ThreeCommasError
from threecommas_async.secret import Secret
from threecommas_async.transport.clock import Clock
from threecommas_async.transport.frames import drop_frames
from threecommas_async.transport.session import Session, UnusableSessionError
from threecommas_async.transport.waiting import ended, first_of, sleep_or_event

CableState = Literal["idle", "connecting", "greeting", "subscribing", "live", "waiting", "failed", "closed"]
"""How the connection stands: ``live`` once a subscription is confirmed, ``waiting`` between two attempts."""

_LOGGER: Final = logging.getLogger("threecommas_async.streams")

LARGEST_MESSAGE: Final = 4 * 1024 * 1024
# The server pings every 3 s: two pings may be lost, and one be late. As long may a connection and a welcome take.
_SILENCE: Final = 10.0
_CLOSE: Final = 0.5
_LONGEST_WORD: Final = 40
_ASK_AGAIN: Final = 2.0
_MOST_ASKS: Final = 5
# A sleep that took so much longer than it should: the event loop was held up, and nothing could be heard.
_HELD_UP: Final = 0.5
_LAST_LOOK: Final = 0.05
_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 30.0
# Accepted and dropped at once would otherwise be a loop without a pause.
_PINGS_OF_A_GOOD_CONNECTION: Final = 2


class Subscriber(Protocol):
    """Who subscribes to a channel, and what it is told."""

    @property
    def name(self) -> str:
        """What log records call it."""
        ...

    @property
    def identifier(self) -> Secret:
        """The identifier of the subscription, a JSON text with key and signature."""
        ...

    def confirmed(self) -> None:
        """Note that from now on every push comes."""

    def pushed(self, message: bytes) -> None:
        """Take in a message of the channel, as JSON."""

    def unreadable(self) -> None:
        """Note that a message came that cannot be read."""

    def lost(self, reason: str) -> None:
        """Note that nothing comes until it is confirmed again."""

    def failed(self, error: ThreeCommasError) -> None:
        """Note that nothing will come any more."""

    async def probe(self) -> ThreeCommasError | None:
        """Ask by an ordinary call whether the key may subscribe; return the refusal, if it may not."""
        ...


class _Frame(msgspec.Struct, gc=False):
    identifier: str = ""
    type: str = ""
    message: msgspec.Raw = msgspec.Raw()
    reason: str | None = None
    reconnect: bool = True


_FRAMES: Final = msgspec.json.Decoder(_Frame)
_SILENCES: Final[dict[str, str]] = {"connecting": "no connection in time", "greeting": "no welcome"}


class _RefusedError(Exception):
    """The connection ended for good, and all have been told."""


@final
class _Subscription:
    """One identifier, and all who want what it brings."""

    def __init__(self, identifier: Secret) -> None:
        self.identifier: Final = identifier
        self.subscribers: Final[list[Subscriber]] = []
        self.is_confirmed = False
        self.asks = 0
        self.ask_at = 0.0

    def fail(self, error: ThreeCommasError) -> None:
        """Tell all of them that nothing will come any more."""
        subscribers, self.subscribers[:] = [*self.subscribers], []
        for subscriber in subscribers:
            _LOGGER.warning("the stream of %s ended: %s", subscriber.name, error, extra={"channel": subscriber.name})
            subscriber.failed(error)

    def forget(self) -> bool:
        """Begin anew on another connection; tell whether it was confirmed on this one."""
        was_confirmed, self.is_confirmed, self.asks, self.ask_at = self.is_confirmed, False, 0, 0.0
        return was_confirmed


@final
class Cable:
    """The connection of a client, open from the first subscriber to the last.

    :param session: without middlewares, so that none signs the handshake, which needs neither key nor cookie.
    :param url: where the websocket is.
    :param banned_for: tells for how many seconds the API may not be asked.
    """

    def __init__(
        self,
        session: Session,
        url: str,
        clock: Clock,
        banned_for: Callable[[], float],
        rng: random.Random | None = None,
    ) -> None:
        self._session: Final = session
        self._url: Final = url
        self._clock: Final = clock
        self._banned_for: Final = banned_for
        self._random: Final = rng or random.SystemRandom()
        self._subscriptions: Final[dict[str, _Subscription]] = {}
        self._task: asyncio.Task[None] | None = None
        self._kick = asyncio.Event()
        self._welcomed = asyncio.Event()
        self._socket: aiohttp.ClientWebSocketResponse[bool] | None = None
        self._heard = 0.0
        self._pings = 0
        self._state: CableState = "idle"
        self.server_time: datetime | None = None
        """The server's clock, by its last ping."""
        self.last_loss: str | None = None
        """Why the last connection ended, or could not be made."""
        self.connections = 0
        """How many connections were made."""
        self.stray = 0
        """How many pushes came that nobody had subscribed to."""

    @property
    def url(self) -> str:
        """Where the websocket is."""
        return self._url

    @property
    def state(self) -> CableState:
        """How the connection stands."""
        if self._task is None:
            return "closed" if self._state != "idle" else "idle"
        return self._state

    @property
    def silent_for(self) -> float:
        """The seconds since anything was heard from the server, or since the connection was begun."""
        return self._clock.monotonic() - self._heard

    def join(self, subscriber: Subscriber) -> None:
        """Subscribe; the first opens the connection. Needs a running event loop."""
        identifier = subscriber.identifier
        subscription = self._subscriptions.get(identifier.reveal())
        if subscription is None:
            subscription = self._subscriptions[identifier.reveal()] = _Subscription(identifier)
        subscription.subscribers.append(subscriber)
        if subscription.is_confirmed:
            subscriber.confirmed()
        if self._task is None or self._task.done():
            self._kick, self._welcomed = asyncio.Event(), asyncio.Event()
            self._task = asyncio.create_task(self._run(), name="threecommas_async.cable")
            self._task.add_done_callback(self._ended)
        self._kick.set()

    async def leave(self, subscriber: Subscriber) -> None:
        """Want nothing more; the last closes the connection.

        A channel that nobody wants any more is ignored for as long as the connection lasts: whether the server knows
        ``unsubscribe`` is doubtful, and it could be handled after a ``subscribe`` that follows.
        """
        for subscription in self._subscriptions.values():
            if subscriber in subscription.subscribers:
                subscription.subscribers.remove(subscriber)
        if not self._is_wanted():
            await self._end()

    async def close(self, error: ThreeCommasError) -> None:
        """End the connection, and tell all who subscribed why."""
        self._fail_all(error)
        await self._end()

    # ---- connections ------------------------------------------------------------------------------------------------
    def _is_wanted(self) -> bool:
        return any(subscription.subscribers for subscription in self._subscriptions.values())

    async def _end(self) -> None:
        self._subscriptions.clear()
        task, self._task = self._task, None
        if task is not None:
            await ended(task)

    async def _run(self) -> None:
        """Keep a connection open until nobody wants it, or the server will have none."""
        attempt = 0
        while self._is_wanted():
            banned_for = self._banned_for()
            if banned_for > 0:
                self._state, reason = "waiting", "banned"
                await self._clock.sleep(banned_for)
                continue
            self._begin()
            reason = await self._connection()
            if not self._is_wanted():
                self._state = "failed"
                return
            self._state, self.last_loss = "waiting", reason
            for subscription in self._subscriptions.values():
                if subscription.forget():
                    for subscriber in [*subscription.subscribers]:
                        subscriber.lost(reason)
            if self._pings >= _PINGS_OF_A_GOOD_CONNECTION:
                attempt = 0
            pause = self._random.uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**attempt))
            attempt = min(attempt + 1, 10)
            _LOGGER.info(
                "%s; connecting again in %.1f s",
                reason,
                pause,
                extra={"state": self._state, "reason": reason, "attempt": attempt},
            )
            await self._clock.sleep(pause)

    def _begin(self) -> None:
        self._state = "connecting"
        self._welcomed.clear()
        self._pings = 0
        self._heard = self._clock.monotonic()

    async def _connection(self) -> str:
        """Make one connection and use it; return why it ended."""
        try:
            return await first_of(self._converse(), self._watch(), self._ask())
        except _RefusedError:
            return "refused"

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Tell those who listen if a mistake of this library ended the task: they would wait for ever."""
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._fail_all(NotSentError(f"the stream failed by a mistake of this library: {type(error).__name__}"))

    async def _converse(self) -> str:
        """Open the websocket and read it to its end."""
        reason, unusable = "", ""
        try:
            session = self._session.get()
            socket = await session.ws_connect(self._url, max_msg_size=LARGEST_MESSAGE, decode_text=False)
            self._socket, self._state = socket, "greeting"
            self.connections += 1
            self._heard = self._clock.monotonic()
            try:
                reason = await self._read(socket)
            finally:
                self._socket = None
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_CLOSE):
                        await socket.close()
        except UnusableSessionError as error:
            unusable = str(error)
        except aiohttp.WSServerHandshakeError as error:
            reason = f"the handshake was answered with {error.status}"
            drop_frames(error)
        except (aiohttp.ClientError, OSError) as error:
            reason = f"{'no connection' if self._state == 'connecting' else 'broken'} ({type(error).__name__})"
            drop_frames(error)
        if unusable:
            self._fail_all(NotSentError(f"the stream ended: {unusable}"))
            raise _RefusedError
        return reason

    async def _read(self, socket: aiohttp.ClientWebSocketResponse[bool]) -> str:
        while True:
            message = await socket.receive()
            if message.type is aiohttp.WSMsgType.TEXT:
                end = self._take(message.data)
                if end is not None:
                    return end
            elif message.type is aiohttp.WSMsgType.ERROR:
                return f"broken ({type(message.data).__name__})"
            elif message.type is not aiohttp.WSMsgType.BINARY:
                return f"closed with {socket.close_code}"

    def _take(self, data: bytes | str) -> str | None:
        """Take in a frame; return why it ends the connection, if it does."""
        try:
            frame = _FRAMES.decode(data)
        except (ValueError, RecursionError):
            self._heard = self._clock.monotonic()
            self._tell_unreadable()
            return None
        if self._state != "greeting" or frame.type == "welcome":
            self._heard = self._clock.monotonic()
        if frame.type:
            return self._heed(frame)
        subscription = self._subscriptions.get(frame.identifier)
        if subscription is None:
            self.stray += 1
            return None
        message = bytes(frame.message)
        for subscriber in subscription.subscribers:
            subscriber.pushed(message)
        return None

    def _heed(self, frame: _Frame) -> str | None:
        """Do what a frame of the protocol asks for."""
        match frame.type:
            case "welcome" if self._state == "greeting":
                self._state = "subscribing"
                self._welcomed.set()
            case "ping":
                self._pings += 1
                self.server_time = _moment(bytes(frame.message)) or self.server_time
            case "confirm_subscription":
                self._confirm(frame.identifier)
            case "reject_subscription":
                subscription = self._subscriptions.pop(frame.identifier, None)
                if subscription is not None:
                    subscription.fail(
                        AuthenticationError(
                            "3Commas rejected the subscription: is the key right, and does it have the permission?"
                        )
                    )
                return None if self._is_wanted() else "rejected"
            case "disconnect":
                if frame.reconnect:
                    return f"the server disconnects ({_word(frame.reason)})"
                self._fail_all(_refusal(_word(frame.reason)))
                raise _RefusedError
            case _:
                pass
        return None

    def _confirm(self, identifier: str) -> None:
        subscription = self._subscriptions.get(identifier)
        if subscription is None or subscription.is_confirmed:
            return
        subscription.is_confirmed = True
        self._state = "live"
        for subscriber in [*subscription.subscribers]:
            _LOGGER.info("subscribed to %s", subscriber.name, extra={"channel": subscriber.name, "state": self._state})
            subscriber.confirmed()
        self._kick.set()

    def _tell_unreadable(self) -> None:
        for subscription in self._subscriptions.values():
            for subscriber in subscription.subscribers:
                subscriber.unreadable()

    def _fail_all(self, error: ThreeCommasError) -> None:
        subscriptions = [*self._subscriptions.values()]
        self._subscriptions.clear()
        for subscription in subscriptions:
            subscription.fail(error)

    # ---- what keeps a connection honest -----------------------------------------------------------------------------
    async def _watch(self) -> str:
        """Return once nothing has been heard for too long. Time in which this program stood still does not count."""
        clock = self._clock
        while True:
            due = self._heard + _SILENCE - clock.monotonic()
            if due <= 0:
                heard = self._heard
                await clock.sleep(_LAST_LOOK)  # what came while the event loop was busy is read first
                if self._heard == heard:
                    return _SILENCES.get(self._state, "silence")
                continue
            began = clock.monotonic()
            await clock.sleep(due)
            held_up = clock.monotonic() - began - due
            if held_up > _HELD_UP:
                self._heard += held_up

    async def _ask(self) -> str:
        """Subscribe to what is wanted, again where no confirmation comes."""
        clock = self._clock
        await self._welcomed.wait()
        while True:
            self._kick.clear()
            now = clock.monotonic()
            waiting = [one for one in self._subscriptions.values() if one.subscribers and not one.is_confirmed]
            for subscription in [one for one in waiting if one.ask_at <= now]:
                if subscription.asks == _MOST_ASKS and await self._is_hopeless(subscription):
                    return "no confirmation"
                subscription.asks = subscription.asks % _MOST_ASKS + 1
                subscription.ask_at = clock.monotonic() + _ASK_AGAIN
                if self._socket is not None and not await _was_sent(self._socket, _command(subscription)):
                    return "broken while subscribing"
            waiting = [one for one in self._subscriptions.values() if one.subscribers and not one.is_confirmed]
            pause = max(min(one.ask_at for one in waiting) - clock.monotonic(), 0.0) if waiting else None
            await sleep_or_event(clock, pause, self._kick)

    async def _is_hopeless(self, subscription: _Subscription) -> bool:
        """Find out by an ordinary call why no confirmation comes; tell whether another connection may help."""
        error = await subscription.subscribers[0].probe() if subscription.subscribers else None
        if error is not None:
            self._subscriptions.pop(subscription.identifier.reveal(), None)
            subscription.fail(error)
            return not self._is_wanted()
        # Where another channel is well, the connection is not to blame: it is asked for again on the same one.
        return not any(other.is_confirmed for other in self._subscriptions.values())


async def _was_sent(socket: aiohttp.ClientWebSocketResponse[bool], text: str) -> bool:
    try:
        await socket.send_str(text)
    except (aiohttp.ClientError, OSError) as error:
        drop_frames(error)
        return False
    return True


def _command(subscription: _Subscription) -> str:
    return msgspec.json.encode({"identifier": subscription.identifier.reveal(), "command": "subscribe"}).decode()


def _moment(message: bytes) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(message), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _word(reason: str | None) -> str:
    """Return the reason of a disconnect if it is a word, as those of the protocol are."""
    return reason if reason is not None and len(reason) <= _LONGEST_WORD and reason.isidentifier() else "no reason"


def _refusal(reason: str) -> ThreeCommasError:
    text = f"3Commas ended the stream for good ({reason})"
    return AuthenticationError(text) if reason == "unauthorized" else ApiError(text)
