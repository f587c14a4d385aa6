"""A call that is over leaves nothing for the cycle collector: what it held, secrets among it, is freed at once."""

from __future__ import annotations

import contextlib
import gc
from collections import Counter
from collections.abc import Iterator
from typing import Final

import attrs
import pytest
from aiohttp import ClientMiddlewareType

from threecommas_async import ThreeCommasClient
from threecommas_async.transport.limits import Limit

from .harness import CALLS, CREATE, GET, make_client
from .server import End, FaultServer, Script, http, settle
from .user_code import OWN, after, before, passes, reads
from .virtual_time import VirtualClock, in_virtual_time
from .weather import HTML, in_chunks, too_long_a_length, zipped

OF_THE_CALL: Final = ("threecommas_async.", "aiohttp.client_reqrep.ClientRequest", "aiohttp.payload.")
FEW: Final = 5
MANY: Final = 25


def _answer(data: bytes) -> Script:
    return Script(answer=lambda _: data)


@attrs.frozen
class Scene:
    """How calls end.

    :ivar script: for each of them.
    :ivar loses: each loses its connection. asyncio's transports are cycles, and so are some exceptions of aiohttp with
        the frames that they came through; but nothing of the call may hang on them.
    """

    name: str
    script: Script | None = None
    refuses: bool = False
    loses: bool = False
    timeout: float = 30.0
    middlewares: tuple[ClientMiddlewareType, ...] = ()


SCENES: Final = (
    Scene("success"),
    Scene("success in chunks", Script(answer=in_chunks)),
    Scene("success, compressed", Script(answer=zipped)),
    Scene("connection closed after the answer", Script(end=End.CLOSE), loses=True),
    Scene("success behind a middleware", middlewares=(passes,)),
    Scene("success behind a middleware that reads", middlewares=(reads("text"),)),
    Scene("refusal", _answer(http("400 Bad Request", b'{"error":"record_invalid"}'))),
    Scene("refusal in a 200", _answer(http("200 OK", b'{"error":"record_invalid"}'))),
    Scene("not found", _answer(http("404 Not Found", b'{"error":"not_found"}'))),
    Scene("limited", _answer(http("429 Too Many Requests", b""))),
    Scene("failure", _answer(http("502 Bad Gateway", HTML))),
    Scene("page", _answer(http("200 OK", HTML))),
    Scene("redirect", _answer(http("302 Found", b"", "Location: /"))),
    Scene("without an id", _answer(http("200 OK", b"{}"))),
    Scene("new fields", _answer(http("200 OK", b'{"id":1,"new":[1]}'))),
    Scene("cut", Script(answer=too_long_a_length, end=End.CLOSE), loses=True),
    Scene("no answer", Script(writes=0, end=End.CLOSE), loses=True),
    Scene("reset", Script(writes=0, end=End.RESET), loses=True),
    Scene("garbage", Script(answer=lambda _: b"garbage\r\n\r\n", end=End.CLOSE), loses=True),
    Scene("timeout", Script(writes=0, end=End.STALL), timeout=1.0, loses=True),
    Scene("connection refused", refuses=True, loses=True),
    Scene("a middleware that fails before", middlewares=(before(OWN["an exception of its own"]),)),
    Scene("a middleware that fails after", middlewares=(after(OWN["an exception of its own"]),)),
)


@pytest.fixture
def kept() -> Iterator[None]:
    """Have the collector keep what it finds in ``gc.garbage``, and not run by itself."""
    gc.collect()
    gc.freeze()  # what is older need not be looked at again and again
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    yield
    gc.set_debug(0)
    gc.garbage.clear()
    gc.enable()
    gc.unfreeze()
    gc.collect()


def _found() -> Counter[str]:
    """Return what only the collector could free, by kind."""
    gc.garbage.clear()
    gc.collect()
    found = Counter(f"{type(thing).__module__}.{type(thing).__qualname__}" for thing in gc.garbage)
    gc.garbage.clear()
    return found


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("limited", [False, True], ids=["without limits", "with limits"])
@pytest.mark.parametrize("verb", [CREATE, GET])
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
@in_virtual_time
async def test_a_call_leaves_no_cycles(scene: Scene, verb: str, *, limited: bool) -> None:
    clock = VirtualClock()
    limits = (Limit(requests=10_000, per=1, pause=0),) if limited else None
    async with FaultServer() as server:
        client = make_client(
            server, clock=clock, limits=limits, timeout=scene.timeout, max_wait=0, middlewares=scene.middlewares
        )
        async with client:
            await _call(verb, client, server, None, 1)
            if scene.refuses:
                await server.refuse()
            found: list[Counter[str]] = []
            for calls in (2, FEW, MANY):
                await _call(verb, client, server, scene.script, calls)
                clock.advance(24 * 3600)
                await settle()
                found.append(_found())
    grows = found[2] - found[1]
    if scene.loses:
        grows = Counter({kind: count for kind, count in grows.items() if kind.startswith(OF_THE_CALL)})
    assert grows == Counter(), "the more calls, the more of it"


async def _call(verb: str, client: ThreeCommasClient, server: FaultServer, script: Script | None, calls: int) -> None:
    for _ in range(calls):
        server.scripts.extend([] if script is None else [script] * 4)
        with contextlib.suppress(Exception):  # how it ends is the business of other tests
            await CALLS[verb](client, 1)
        server.scripts.clear()
        await settle()
