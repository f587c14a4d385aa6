"""The users group."""

from __future__ import annotations

from typing import Final

from threecommas_async.sandbox.documents.writing import unix_seconds
from threecommas_async.sandbox.http.forms import Form, required
from threecommas_async.sandbox.http.readers import member
from threecommas_async.sandbox.http.requests import Endpoint, HandledRequest
from threecommas_async.sandbox.state.keys import Permission
from threecommas_async.sandbox.state.platform import TradingMode

_MODES: Final[dict[str, TradingMode]] = {"paper": "paper", "real": "real"}


class ModeChange(Form):
    mode: TradingMode = required(member(_MODES))


def validate(_: HandledRequest) -> object:
    """Say that the key is good. 401: a wrong signature."""
    return {"valid": True}


def change_mode(request: HandledRequest) -> object:
    """Remember the mode, which shows as ``sandbox.mode``.

    Nobody recorded the answer: that it is a JSON document is known from clients that fail without one.
    """
    request.platform.mode = request.read(ModeChange).mode
    return {"mode": request.platform.mode}


def ping(_: HandledRequest) -> object:
    return {"pong": "pong"}


def time(request: HandledRequest) -> object:
    return {"server_time": unix_seconds(request.now)}


ENDPOINTS: Final = (
    Endpoint("GET", "/ver1/validate", 200, validate),
    Endpoint("GET", "/ver1/ping", 200, ping, signed=False),
    Endpoint("GET", "/ver1/time", 200, time, signed=False),
    Endpoint("POST", "/ver1/users/change_mode", 201, change_mode, Permission.ACCOUNTS_WRITE),
)
