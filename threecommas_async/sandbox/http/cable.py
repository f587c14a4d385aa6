"""The websocket at ``/websocket``: subscriptions, confirmations, pings and pushes by the rules of ActionCable.

A command that cannot be executed gets no response. A repeated identifier is ignored. A subscription is confirmed once
it is registered: what happens afterwards is pushed, what happened before is not, and nothing is kept for later.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Literal, cast, final

import msgspec
from aiohttp import WSMsgType, web
from attrs import field, frozen

from threecommas_async.sandbox.http.authentication import is_signed
from threecommas_async.sandbox.http.cable_faults import CableFaultState
from threecommas_async.sandbox.state.keys import KeyRing, Permission
from threecommas_async.transport.clock import Clock

PATHS: Final = frozenset({"/websocket", "/websocket/deals", "/websocket/smart_trades"})
PING: Final = 3.0
# The JavaScript client of Rails gives up unless the server agrees to one of these.
_PROTOCOLS: Final = ("actioncable-v1-json", "actioncable-unsupported")

Sort = Literal["protocol", "push", "end"]


def _never(entity: object) -> bool:
    del entity
    return False


@frozen
class CableChannel:
    """A channel that clients can subscribe to.

    :ivar name: its name in identifiers.
    :ivar signed: the text that a subscription signs.
    :ivar permission: the permission that the key needs.
    :ivar kind: the class of the entities that are pushed on it.
    :ivar document: returns the document of an entity.
    :ivar path: the path of the list of these entities.
    :ivar entities: returns all of them.
    :ivar is_over: tells whether nothing more will happen to an entity.
    """

    name: str
    signed: bytes
    permission: Permission
    kind: type[object]
    document: Callable[[Any], Mapping[str, object]]
    path: str
    entities: Callable[[], Iterable[object]] = tuple
    is_over: Callable[[Any], bool] = _never


class _Command(msgspec.Struct):
    command: str
    identifier: str


class _User(msgspec.Struct):
    api_key: str
    signature: str


class _Identifier(msgspec.Struct):
    channel: str
    users: list[_User]


@frozen(eq=False)
class _Frame:
    """A frame to send; after an ``end``, the connection is closed."""

    sort: Sort
    text: str = field(repr=False)


@final
class CableConnection:
    """A websocket.

    :ivar subscriptions: the channels by subscribed identifier.
    """

    def __init__(self) -> None:
        self.subscriptions: Final[dict[str, CableChannel]] = {}
        self.sent = 0
        self.is_stalled = False
        self.socket: web.WebSocketResponse | None = None
        self.request: web.Request | None = None
        self._outgoing: Final[deque[_Frame]] = deque()
        self._has_outgoing: Final = asyncio.Event()

    def push(self, frame: _Frame) -> None:
        self._outgoing.append(frame)
        self._has_outgoing.set()

    async def next(self) -> _Frame:
        """Wait for the next frame to send."""
        while not self._outgoing:
            self._has_outgoing.clear()
            await self._has_outgoing.wait()
        return self._outgoing.popleft()

    def swap(self, frame: _Frame) -> _Frame:
        """Return the push that follows at once and send ``frame`` after it; return ``frame`` if none follows."""
        if not self._outgoing or self._outgoing[0].sort != "push":
            return frame
        passing, self._outgoing[0] = self._outgoing[0], frame
        return passing

    def cut(self) -> None:
        """Close the connection without a close frame."""
        transport = self.request.transport if self.request is not None else None
        if transport is not None:
            transport.abort()


@final
class CableServer:
    """All websockets of a sandbox.

    :param bring_to_present: lets everything happen in the engine that is due.
    """

    def __init__(
        self, clock: Clock, keys: KeyRing, channels: Sequence[CableChannel], bring_to_present: Callable[[], None]
    ) -> None:
        self._clock: Final = clock
        self.ping_clock = clock
        """The clock by which pings are sent; what they say is the sandbox's time."""
        self._keys: Final = keys
        self._channels: Final = {channel.name: channel for channel in channels}
        self._bring_to_present: Final = bring_to_present
        self._is_settling = False
        self.connections: Final[list[CableConnection]] = []
        self.faults: Final = CableFaultState()

    def concerns(self, request: web.Request) -> bool:
        """Tell whether a request is for a websocket of the sandbox."""
        return request.path in PATHS

    def changed(self, entity: object) -> None:
        """Push an entity that has changed to all subscribers of its channel."""
        channel = next((one for one in self._channels.values() if type(entity) is one.kind), None)
        if channel is None:
            return
        subscribed = [
            (connection, identifier)
            for connection in self.connections
            for identifier, subscribed_to in connection.subscriptions.items()
            if subscribed_to is channel
        ]
        if subscribed or self.faults.rest_lag:
            document = channel.document(entity)
            self.faults.remember(channel.name, document, self._clock.monotonic())
            message = msgspec.Raw(msgspec.json.encode(document))
            for connection, identifier in subscribed:
                text = msgspec.json.encode({"identifier": identifier, "message": message}).decode()
                for _ in range(self.faults.copies()):
                    connection.push(_Frame("push", text))
        if self.connections and not self._is_settling:
            # Closing in two phases is finished after the response that shows the first phase.
            self._is_settling = True
            asyncio.get_running_loop().call_soon(self._settle)

    def keeps_updated_at(self, entity: object) -> bool:
        """Tell whether a change leaves ``updated_at`` as it was; one that ends something never does."""
        is_over = any(type(entity) is one.kind and one.is_over(entity) for one in self._channels.values())
        return not is_over and self.faults.keeps_updated_at()

    def lag(self, seconds: float) -> None:
        """Let lists lag behind from now on."""
        self.faults.lag(seconds)
        for channel in self._channels.values() if seconds else ():
            for entity in channel.entities():
                self.faults.remember(channel.name, channel.document(entity), float("-inf"))

    def lagging(self, path: str, document: object) -> object:
        """Return the document of a list as it was a while ago, if lists are to lag."""
        channel = next((channel for channel in self._channels.values() if channel.path == path), None)
        if channel is None or not self.faults.rest_lag or not isinstance(document, list):
            return document
        now = self._clock.monotonic()
        rows = (self.faults.as_it_was(channel.name, row, now) for row in cast("list[object]", document))
        return [row for row in rows if row is not None]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve a websocket until it is closed."""
        status = self.faults.refusal()
        if status is not None:
            return web.Response(status=status, text="")
        socket = web.WebSocketResponse(protocols=_PROTOCOLS)
        if not socket.can_prepare(request).ok:
            return web.Response(status=404, text="Page not found")
        connection = CableConnection()
        connection.request = request
        await socket.prepare(request)
        connection.socket = socket
        self.connections.append(connection)
        writer = asyncio.create_task(self._write(connection, socket))
        pinger = asyncio.create_task(self._ping(connection))
        connection.push(_Frame("protocol", '{"type":"welcome"}'))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._obey(connection, cast("str", message.data))
        finally:
            self.connections.remove(connection)
            for task in (writer, pinger):
                task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(writer, pinger, return_exceptions=True)
        return socket

    def disconnect(self, reason: str, *, reconnect: bool) -> None:
        """Tell all connections that the server disconnects, and close them."""
        text = msgspec.json.encode({"type": "disconnect", "reason": reason, "reconnect": reconnect}).decode()
        for connection in self.connections:
            connection.push(_Frame("end", text))

    def send(self, text: str) -> None:
        """Send a text on all connections that have a subscription."""
        for connection in self.connections:
            if connection.subscriptions:
                connection.push(_Frame("protocol", text))

    async def close(self) -> None:
        """Close all connections."""
        for connection in [*self.connections]:
            if connection.socket is not None:
                connection.is_stalled = True
                with contextlib.suppress(TimeoutError, ConnectionError):
                    async with asyncio.timeout(0.1):
                        await connection.socket.close()
                connection.cut()

    # ---- parts ------------------------------------------------------------------------------------------------------
    def _settle(self) -> None:
        self._is_settling = False
        self._bring_to_present()

    def _obey(self, connection: CableConnection, text: str) -> None:
        """Execute a command; a wrong one gets no response."""
        try:
            command = msgspec.json.decode(text, type=_Command)
            identifier = msgspec.json.decode(command.identifier, type=_Identifier)
        except (msgspec.DecodeError, RecursionError):
            return
        channel = self._channels.get(identifier.channel)
        if command.command == "unsubscribe":
            connection.subscriptions.pop(command.identifier, None)
            return
        if command.command != "subscribe" or channel is None or command.identifier in connection.subscriptions:
            return
        if self.faults.ignores_subscription():
            return
        is_rejected = self.faults.rejects_subscription()
        if not is_rejected and not self._may_subscribe(channel, identifier.users):
            if self.faults.is_silent_on_rejection:
                return
            is_rejected = True
        if is_rejected:
            connection.push(_subscription_frame(command.identifier, "reject_subscription"))
            return
        connection.subscriptions[command.identifier] = channel
        connection.push(_subscription_frame(command.identifier, "confirm_subscription"))

    def _may_subscribe(self, channel: CableChannel, users: list[_User]) -> bool:
        if not users:
            return False
        for user in users:
            key = self._keys.find(user.api_key)
            if key is None or channel.permission not in key.permissions:
                return False
            if not is_signed(key, user.signature, channel.signed):
                return False
        return True

    async def _ping(self, connection: CableConnection) -> None:
        while True:
            now = int(self._clock.now().timestamp())
            connection.push(_Frame("protocol", f'{{"type":"ping","message":{now}}}'))
            await self.ping_clock.sleep(PING)
            self._bring_to_present()

    async def _write(self, connection: CableConnection, socket: web.WebSocketResponse) -> None:
        """Send the queued frames, with the planned faults."""
        while True:
            frame = await connection.next()
            if connection.is_stalled:
                continue
            is_push = frame.sort == "push"
            if is_push and self.faults.swaps():
                frame = connection.swap(frame)
            end = self.faults.end_of(connection.sent, is_push=is_push)
            if end == "half":
                await self._send_half(connection, frame)
                return
            if end == "drop":
                connection.cut()
                return
            try:
                await socket.send_str(frame.text)
                connection.sent += 1
                if frame.sort == "end":
                    await socket.close()
                    return
            except (ConnectionError, RuntimeError):
                return

    async def _send_half(self, connection: CableConnection, frame: _Frame) -> None:
        """Send the beginning of a frame, and close the connection."""
        transport = connection.request.transport if connection.request is not None else None
        if transport is not None:
            payload = frame.text.encode()
            transport.write(b"\x81\x7f" + len(payload).to_bytes(8, "big") + payload[: len(payload) // 2])
            await asyncio.sleep(0)
            transport.close()


def _subscription_frame(identifier: str, word: str) -> _Frame:
    return _Frame("protocol", msgspec.json.encode({"identifier": identifier, "type": word}).decode())
