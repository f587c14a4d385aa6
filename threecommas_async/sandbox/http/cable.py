"""The websocket at ``/websocket``: subscriptions, confirmations, pings and pushes by the rules of ActionCable.

What cannot be carried out is not answered. The same identifier a second time is ignored. A subscription is confirmed
once it is registered: what happens afterwards is pushed, what happened before is not, and nothing is kept for later.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
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

Sort = Literal["protocol", "subscription", "push"]


@frozen
class CableChannel:
    """A channel that can be subscribed to.

    :ivar name: its name in identifiers.
    :ivar signed: the text whose signature opens it.
    :ivar permission: the permission that the key needs.
    :ivar kind: the class of what is pushed on it.
    :ivar document: renders it.
    :ivar path: where the list of them is.
    """

    name: str
    signed: bytes
    permission: Permission
    kind: type[object]
    document: Callable[[Any], Mapping[str, object]]
    path: str


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
    sort: Sort
    text: str = field(repr=False)


@final
class CableConnection:
    """One websocket.

    :ivar subscriptions: the identifiers that are subscribed to, and their channels.
    """

    def __init__(self) -> None:
        self.subscriptions: Final[dict[str, CableChannel]] = {}
        self.outgoing: Final[asyncio.Queue[_Frame]] = asyncio.Queue()
        self.sent = 0
        self.held_back: _Frame | None = None
        self.is_stalled = False
        self.socket: web.WebSocketResponse | None = None
        self.request: web.Request | None = None

    def push(self, frame: _Frame) -> None:
        self.outgoing.put_nowait(frame)

    def cut(self) -> None:
        """End the connection without a word."""
        transport = self.request.transport if self.request is not None else None
        if transport is not None:
            transport.abort()


@final
class CableServer:
    """All websockets of a sandbox.

    :param bring_to_present: lets everything happen in the engine that is due by now.
    """

    def __init__(
        self, clock: Clock, keys: KeyRing, channels: Sequence[CableChannel], bring_to_present: Callable[[], None]
    ) -> None:
        self._clock: Final = clock
        self._keys: Final = keys
        self._channels: Final = {channel.name: channel for channel in channels}
        self._bring_to_present: Final = bring_to_present
        self._is_settling = False
        self.connections: Final[list[CableConnection]] = []
        self.faults: Final = CableFaultState()

    def concerns(self, request: web.Request) -> bool:
        """Tell whether a request wants a websocket of the sandbox."""
        return request.path in PATHS

    def changed(self, entity: object) -> None:
        """Push what has changed to all who subscribed to its channel."""
        channels = [channel for channel in self._channels.values() if type(entity) is channel.kind]
        if not channels:
            return
        documents = dict[str, bytes]()
        for channel in channels:
            document = channel.document(entity)
            self.faults.remember(channel.name, document, self._clock.monotonic())
            documents[channel.name] = msgspec.json.encode(document)
        for connection in self.connections:
            for identifier, channel in connection.subscriptions.items():
                if channel.name in documents:
                    text = msgspec.json.encode(
                        {"identifier": identifier, "message": msgspec.Raw(documents[channel.name])}
                    ).decode()
                    for _ in range(self.faults.copies()):
                        connection.push(_Frame("push", text))
        if self.connections and not self._is_settling:
            # What is closed in two phases is finished after the response that shows the first.
            self._is_settling = True
            asyncio.get_running_loop().call_soon(self._settle)

    def lagging(self, path: str, document: object) -> object:
        """Return the answer of a list as it was a while ago, if lists are to lag behind."""
        channel = next((channel for channel in self._channels.values() if channel.path == path), None)
        if channel is None or not self.faults.rest_lag or not isinstance(document, list):
            return document
        now = self._clock.monotonic()
        rows = (self.faults.as_it_was(channel.name, row, now) for row in cast("list[object]", document))
        return [row for row in rows if row is not None]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve a websocket to its end."""
        status = self.faults.refusal()
        if status is not None:
            return web.Response(status=status, text="")
        connection = CableConnection()
        connection.request = request
        socket = web.WebSocketResponse(autoping=True)
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
        """Tell all connections that they end."""
        text = msgspec.json.encode({"type": "disconnect", "reason": reason, "reconnect": reconnect}).decode()
        for connection in self.connections:
            connection.push(_Frame("protocol", text))

    def send(self, text: str) -> None:
        """Send a text to all who have subscribed to anything."""
        for connection in self.connections:
            if connection.subscriptions:
                connection.push(_Frame("protocol", text))

    async def close(self) -> None:
        """End all connections."""
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
        """Carry out a command; whatever is wrong with it is not answered."""
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
        if self.faults.rejects_subscription() or not self._may_subscribe(channel, identifier.users):
            if self.faults.is_silent_on_rejection:
                return
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
            await self._clock.sleep(PING)
            self._bring_to_present()

    async def _write(self, connection: CableConnection, socket: web.WebSocketResponse) -> None:
        """Send what is to be sent, with the faults that are planned."""
        while True:
            frame = await connection.outgoing.get()
            if connection.is_stalled:
                continue
            for due in self._in_order(connection, frame):
                end = self.faults.end_of(connection.sent)
                if end == "half" and due.sort == "push":
                    await self._send_half(connection, due)
                    return
                if end == "drop":
                    connection.cut()
                    return
                try:
                    await socket.send_str(due.text)
                except (ConnectionError, RuntimeError):
                    return
                connection.sent += 1

    def _in_order(self, connection: CableConnection, frame: _Frame) -> list[_Frame]:
        """Return what is to be sent now: a push may be held back until the next has passed it."""
        if frame.sort != "push":
            return [frame]
        if connection.held_back is not None:
            held_back, connection.held_back = connection.held_back, None
            return [frame, held_back]
        if self.faults.swaps() and not connection.outgoing.empty():
            connection.held_back = frame
            return []
        return [frame]

    async def _send_half(self, connection: CableConnection, frame: _Frame) -> None:
        """Send the beginning of a frame, and cut the connection."""
        transport = connection.request.transport if connection.request is not None else None
        if transport is not None:
            payload = frame.text.encode()
            transport.write(b"\x81\x7f" + len(payload).to_bytes(8, "big") + payload[: len(payload) // 2])
            await asyncio.sleep(0)
            transport.close()


def _subscription_frame(identifier: str, word: str) -> _Frame:
    return _Frame("subscription", msgspec.json.encode({"identifier": identifier, "type": word}).decode())
