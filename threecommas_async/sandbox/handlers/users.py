"""The users group."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from threecommas_async.sandbox.calls import Call

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)


def validate(call: Call) -> object:
    """Say that the key is good. 401: a wrong signature."""
    return {"valid": True}


def change_mode(call: Call) -> object:
    """Remember the mode, which shows as ``sandbox.mode``.

    Nobody recorded the answer: that it is a JSON document is known from clients that fail without one.
    """
    mode = call.parameters.choice("mode", ("paper", "real"), required=True)
    call.parameters.check()
    call.state.mode = "paper" if mode == "paper" else "real"
    return {"mode": call.state.mode}


def ping(call: Call) -> object:
    return {"pong": "pong"}


def time(call: Call) -> object:
    return {"server_time": (call.now - _EPOCH) // _SECOND}
