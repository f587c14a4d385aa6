"""The API key and its owner."""

from __future__ import annotations

from typing import Final

from tests.endpoints.rows import Row
from threecommas_async.models import KeyValidity, Pong, ServerTime

# What no page shows: the responses of two endpoints that are no longer documented, after the fields that they had.
ROWS: Final = (
    Row("users.validate", "GET /ver1/validate", KeyValidity, lambda c: c.users.validate()),
    Row(
        "users.change_mode",
        "POST /ver1/users/change_mode",
        None,
        lambda c: c.users.change_mode("paper"),
        response="true",
    ),
    Row("users.ping", "GET /ver1/ping", Pong, lambda c: c.users.ping(), response='{"pong": "pong"}'),
    Row("users.time", "GET /ver1/time", ServerTime, lambda c: c.users.time(), response='{"server_time": 1726617600}'),
)
