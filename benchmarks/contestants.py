"""Who is measured: this library, the floor beneath it, and the peer."""

from __future__ import annotations

import hashlib
import hmac
import inspect
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import aiohttp

from threecommas_async import HmacCredentials, ThreeCommasClient

from .rounds import optional_module

API_KEY: Final = "k" * 64
SECRET: Final = "s" * 64
EXCHANGE_ACCOUNT: Final = {
    "type": "binance",
    "name": "Main",
    "api_key": "exchange-key",
    "secret": "exchange-secret",
}


def base_url(port: int) -> str:
    """Return where the server is, for those who want the prefix, too."""
    return f"http://127.0.0.1:{port}/public/api"


def our_client(port: int, **options: Any) -> ThreeCommasClient:
    """Build the client, without its own limiter unless ``options`` say otherwise."""
    unlimited: dict[str, Any] = {"limits": None} if takes("limits") else {}
    return ThreeCommasClient(HmacCredentials(API_KEY, SECRET), base_url=base_url(port), **(unlimited | options))


def takes(parameter: str) -> bool:
    """Tell whether the client has such a parameter yet."""
    return parameter in inspect.signature(ThreeCommasClient).parameters


def floor_session() -> aiohttp.ClientSession:
    """Open what a careful user would write by hand: aiohttp, and HMAC in a middleware."""
    return aiohttp.ClientSession(middlewares=(_sign,))


async def _sign(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    text = request.url.raw_path_qs.encode()
    if request.body:
        text += b"?" + await request.body.as_bytes()
    request.headers["Apikey"] = API_KEY
    request.headers["Signature"] = hmac.new(SECRET.encode(), text, hashlib.sha256).hexdigest()
    return await handler(request)


async def floor_create(session: aiohttp.ClientSession, url: str) -> object:
    """Connect an account by hand."""
    body = json.dumps(EXCHANGE_ACCOUNT).encode()
    async with session.post(url, data=body, headers={"Content-Type": "application/json"}) as response:
        return json.loads(await response.read(), parse_float=Decimal)


def peer_create(port: int) -> Callable[[], object] | None:
    """Return py3cw's way to connect an account, turned to our server; None if py3cw is not installed."""
    py3cw = optional_module("py3cw.request")
    if py3cw is None:
        return None
    py3cw.__dict__["API_URL"] = f"http://127.0.0.1:{port}"
    client = py3cw.Py3CW(key=API_KEY, secret=SECRET)

    def create() -> object:
        error, data = client.request(entity="accounts", action="new", payload=EXCHANGE_ACCOUNT)
        if error or not data.get("id"):
            raise RuntimeError(f"py3cw failed: {error}")
        return data

    return create
