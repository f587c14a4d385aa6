"""The users group."""

from __future__ import annotations

from threecommas_async.sandbox.calls import Call


def validate(call: Call) -> object:
    return {"valid": True}
