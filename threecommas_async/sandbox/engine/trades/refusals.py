"""What the API refuses of simple trades, in its own words."""

from __future__ import annotations

from threecommas_async.sandbox.engine.refusals import RefusedError


def invalid_trade(description: str = "Missing or invalid parameters") -> RefusedError:
    """Say that no trade can be made of this; the page's answer does not name what is wrong."""
    return RefusedError(422, "invalid_request", description)


def cannot_be_cancelled() -> RefusedError:
    return RefusedError(400, "unprocessable_entity", "Trade cannot be cancelled")
