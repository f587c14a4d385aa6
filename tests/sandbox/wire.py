"""A websocket of a sandbox, with nothing but aiohttp and the standard library: signatures are made here by hand."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any, Final, cast

import aiohttp

from threecommas_async.sandbox import Sandbox, SandboxKey

DEALS: Final = "DealsChannel"
SMART_TRADES: Final = "SmartTradesChannel"
SIGNED: Final[Mapping[str, bytes]] = {DEALS: b"/deals", SMART_TRADES: b"/smart_trades"}

Frame = dict[str, Any]


def hmac_signature(key: SandboxKey, text: bytes) -> str:
    assert key.secret is not None
    return hmac.new(key.secret.encode(), text, hashlib.sha256).hexdigest()


def user(key: SandboxKey, channel: str = DEALS, signature: str | None = None) -> dict[str, str]:
    if signature is None:
        signature = hmac_signature(key, SIGNED[channel])
    return {"api_key": key.api_key, "signature": signature}


def identifier(*keys: SandboxKey, channel: str = DEALS) -> str:
    """Return the identifier of a subscription, as the vendor's page has it."""
    return json.dumps({"channel": channel, "users": [user(key, channel) for key in keys]})


def subscribing(identifier: object) -> str:
    return json.dumps({"identifier": identifier, "command": "subscribe"})


def is_ping(frame: Frame) -> bool:
    return frame.get("type") == "ping"


class Wire:
    """One websocket; frames come as they were sent, numbers exact."""

    def __init__(self, sandbox: Sandbox, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.sandbox = sandbox
        self.socket = socket

    async def frame(self) -> Frame:
        """Return the next frame."""
        text: object = (await self.socket.receive()).data
        assert isinstance(text, str), self.socket.close_code
        return cast("Frame", json.loads(text, parse_float=Decimal))

    async def said(self) -> Frame:
        """Return the next frame that is no ping."""
        while is_ping(frame := await self.frame()):
            pass
        return frame

    async def pushed(self) -> Frame:
        """Return the message of the next frame, which must be a push."""
        frame = await self.said()
        assert frame.keys() == {"identifier", "message"}, frame
        return cast("Frame", frame["message"])

    async def meanwhile(self, seconds: int = 4) -> list[Frame]:
        """Return what comes until a ping that says that so many seconds have passed, by the sandbox's clock."""
        until = self.sandbox.clock.now().timestamp() + seconds
        others = list[Frame]()
        while not is_ping(frame := await self.frame()) or frame["message"] < until:
            others += [] if is_ping(frame) else [frame]
        return others

    async def messages(self) -> list[Frame]:
        """Return what is pushed meanwhile."""
        return [cast("Frame", frame["message"]) for frame in await self.meanwhile()]

    async def subscribe(self, *keys: SandboxKey, channel: str = DEALS) -> str:
        """Subscribe, and return the identifier."""
        text = identifier(*(keys or [self.sandbox.add_key()]), channel=channel)
        await self.socket.send_str(subscribing(text))
        frame = await self.said()
        assert frame == {"identifier": text, "type": "confirm_subscription"}
        return text

    async def end(self) -> aiohttp.WSMessage:
        """Return what the connection ends with."""
        while (message := await self.socket.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
        return message


@asynccontextmanager
async def wired(
    sandbox: Sandbox, path: str = "/websocket", *, greet: bool = True, protocols: Iterable[str] = ()
) -> AsyncGenerator[Wire, None]:
    """Open a websocket, and read the welcome unless it is not to be waited for."""
    url = sandbox.url.removesuffix("/public/api") + path
    async with aiohttp.ClientSession() as session, session.ws_connect(url, protocols=protocols) as socket:
        wire = Wire(sandbox, socket)
        if greet:
            assert await wire.frame() == {"type": "welcome"}
        yield wire
