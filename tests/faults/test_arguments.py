"""What a client is built with is checked when it is built: not when the first order has gone out."""

from __future__ import annotations

import math
from typing import Any, Final

import pytest

from threecommas_async import HmacCredentials, Limit, ThreeCommasClient

from .harness import CALLS, GET, Verdict, make_client, verdict_of
from .server import FaultServer
from .virtual_time import VirtualClock, in_virtual_time

PASSWORD: Final = "correct-horse-battery"
_LIMIT: Final = Limit(requests=1, per=1, pause=1)

WRONG: Final[dict[str, tuple[object, ...]]] = {
    "max_body": (None, "x", b"8", 0, -1, True, False, 1.5, math.inf, [1]),
    "limits": (5, "x", b"x", _LIMIT, [1], [None], [_LIMIT, "x"], {"requests": 5}, object(), Limit),
    "middlewares": ([1], ["x"], [None], 5, None, "abc", object()),
    "trace_configs": ([1], ["x"], [None], 5, None, "abc"),
    "session": (5, "x", object()),
    "clock": (None, 5, "x", object()),
    "timeout": (None, "3", True, 0, -1, math.nan, math.inf, -math.inf, [3]),
    "max_wait": (None, "3", True, -1, math.nan, math.inf, [3]),
    "mode": ("fake", "", 5, True),
    "plan": ("gold", "", 5),
    "credentials": (("key", "secret"), "key", 5, {"api_key": "key"}),
    "base_url": (
        None,
        5,
        "",
        "api.3commas.io",
        "/public/api",
        "ftp://host/public/api",
        "file:///etc",
        "http://api.3commas.io/public/api",
        "https:///public/api",
        "https://",
        "https://[",
        f"https://:{PASSWORD}@host",
        f"https://user:{PASSWORD}@host",
        "https://user@host",
        "https://user:@host",
        "https://host/?x=1",
        "https://host/#x",
        ["https://host"],
    ),
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param(name, value, id=f"{name} {number}: {type(value).__name__}")
        for name, values in WRONG.items()
        for number, value in enumerate(values)
    ],
)
def test_what_cannot_be_right_is_refused_when_the_client_is_built(name: str, value: object) -> None:
    arguments: dict[str, Any] = {"credentials": HmacCredentials("key", "the-secret-of-the-key"), name: value}
    with pytest.raises((TypeError, ValueError)) as caught:
        ThreeCommasClient(**arguments)
    assert name in str(caught.value)
    assert PASSWORD not in str(caught.value)


def test_the_limits_of_a_plan_are_not_given_twice() -> None:
    with pytest.raises(ValueError, match="plan or limits"):
        ThreeCommasClient(plan="pro", limits=[_LIMIT])


@in_virtual_time
async def test_what_is_right_is_taken() -> None:
    async with FaultServer() as server:
        for limits in (None, [_LIMIT], (_LIMIT,)):
            async with make_client(
                server, timeout=1, max_wait=0, max_body=1024, limits=limits, clock=VirtualClock()
            ) as client:
                assert (await verdict_of(CALLS[GET], client, 1))[0] is Verdict.SUCCESS


@in_virtual_time
async def test_the_smallest_cap_of_a_body_works() -> None:
    async with FaultServer() as server, make_client(server, max_body=1) as client:
        verdict, error = await verdict_of(CALLS["POST empty"], client, 1)
        assert verdict is Verdict.UNKNOWN, error
        assert server.received[1] == 1
