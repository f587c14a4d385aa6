"""A client or its session closed at any moment of a call: the call ends with the truth, in an error of the library."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import aiohttp
import attrs
import pytest
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse

from threecommas_async import NotSentError, ThreeCommasClient
from threecommas_async.transport.limits import Limit

from .harness import CALLS, CREATE, DELETE, EXECUTIONS, GET, Verdict, make_client, verdict_of
from .server import End, FaultServer, Script, http, settle
from .virtual_time import VirtualClock, in_virtual_time
from .weather import in_chunks, too_long_a_length, zipped

BUSY_TURNS: Final = 40  # more than any call has that waits for nothing
MOST_TURNS: Final = 100
Close = Callable[[ThreeCommasClient, aiohttp.ClientSession | None], Awaitable[None]]


async def _close_client(client: ThreeCommasClient, _: aiohttp.ClientSession | None) -> None:
    await client.close()


async def _close_session(_: ThreeCommasClient, session: aiohttp.ClientSession | None) -> None:
    assert session is not None
    await session.close()


async def _close_connector(_: ThreeCommasClient, session: aiohttp.ClientSession | None) -> None:
    assert session is not None
    assert session.connector is not None
    await session.connector.close()


async def _close_both(client: ThreeCommasClient, session: aiohttp.ClientSession | None) -> None:
    await _close_session(client, session)
    await client.close()


WAYS: Final[dict[str, tuple[bool, Close]]] = {
    "client with its own session": (False, _close_client),
    "client with a borrowed session": (True, _close_client),
    "borrowed session": (True, _close_session),
    "connector of a borrowed session": (True, _close_connector),
    "borrowed session, then the client": (True, _close_both),
}
WAY: Final = pytest.mark.parametrize("way", WAYS)


@attrs.frozen
class Scene:
    """What goes on when the client is closed."""

    name: str
    scripts: tuple[Script, ...] = ()
    reused: bool = False
    refuses: bool = False
    limits: tuple[Limit, ...] | None = None


_TROUBLE: Final = Script(executes=False, answer=lambda _: http("503 Service Unavailable", b""))
_LIMITED: Final = Script(executes=False, answer=lambda _: http("429 Too Many Requests", b"", "Retry-After: 3"))
_ONE_IN_TEN_SECONDS: Final = Limit(requests=1, per=10, pause=10)

SCENES: Final = (
    Scene("a new connection"),
    Scene("a used connection", reused=True),
    Scene("chunks", (Script(answer=in_chunks),)),
    Scene("compressed", (Script(answer=zipped),), reused=True),
    Scene(
        "an answer that comes later", (Script(answer=lambda _: b"HTTP/1.1 ", later=b"200 OK\r\n\r\n{}", end=End.CLOSE),)
    ),
    Scene("no answer", (Script(writes=0, end=End.STALL),)),
    Scene("half a request taken", (Script(reads=30, end=End.STALL),), reused=True),
    Scene("half an answer", (Script(answer=too_long_a_length, end=End.STALL),)),
    Scene("dropped", (Script(writes=0, end=End.RESET),), reused=True),
    Scene("pauses between attempts", (_TROUBLE, _TROUBLE)),
    Scene("refused connections", refuses=True),
    Scene("waits for the limit", reused=True, limits=(_ONE_IN_TEN_SECONDS,)),
    Scene("waits after a 429", (_LIMITED,), limits=(_ONE_IN_TEN_SECONDS,)),
)


@WAY
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
@in_virtual_time
async def test_closing_at_every_turn_of_the_event_loop(scene: Scene, way: str) -> None:
    for verb in (CREATE, DELETE, GET):
        turns = 0
        while await _closed_after(turns, verb, scene, way):
            turns += 1
            assert turns < MOST_TURNS
        assert turns > 1


async def _closed_after(turns: int, verb: str, scene: Scene, way: str) -> bool:
    """Close after so many turns of the event loop, the later ones of some seconds; tell whether the call still ran."""
    borrows, close = WAYS[way]
    async with FaultServer() as server:
        session = aiohttp.ClientSession() if borrows else None
        client = make_client(server, session=session, limits=scene.limits, clock=VirtualClock(), timeout=20)
        if scene.reused:
            assert (await verdict_of(CALLS[verb], client, 1))[0] is Verdict.SUCCESS
        server.scripts.extend(scene.scripts)
        if scene.refuses:
            await server.refuse()
        task = asyncio.ensure_future(verdict_of(CALLS[verb], client, 2))
        for turn in range(turns):
            await asyncio.sleep(0 if turn < BUSY_TURNS else 3)
        under_way = not task.done()
        await close(client, session)
        verdict, error = await task
        await settle()
        assert server.executed[2] in EXECUTIONS[verdict] or verb == GET, error
        with pytest.raises(NotSentError):
            await CALLS[verb](client, 3)
        assert server.received[3] == 0
        await client.close()
        if session is not None:
            await session.close()
    return under_way


@pytest.mark.parametrize("place", ["before", "after", "request_start", "connection_create_end", "request_headers_sent"])
@pytest.mark.parametrize("way", WAYS)
@in_virtual_time
async def test_user_code_that_closes(way: str, place: str) -> None:
    borrows, close = WAYS[way]
    for verb in CALLS:
        async with FaultServer() as server:
            closing: list[Callable[[], Awaitable[None]]] = []

            async def closes(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
                if place == "before":
                    await closing[0]()  # noqa: B023
                response = await handler(request)
                if place == "after":
                    await closing[0]()  # noqa: B023
                return response

            async def at_signal(*_: object) -> None:
                await closing[0]()  # noqa: B023

            traces = [aiohttp.TraceConfig()]
            if place not in ("before", "after"):
                getattr(traces[0], f"on_{place}").append(at_signal)
            session = aiohttp.ClientSession(trace_configs=traces) if borrows else None
            client = make_client(
                server, session=session, middlewares=[closes], trace_configs=() if borrows else traces, timeout=20
            )
            closing.append(lambda: close(client, session))  # noqa: B023
            verdict, error = await verdict_of(CALLS[verb], client, 1)
            await settle()
            assert server.executed[1] in EXECUTIONS[verdict], error
            await client.close()
            if session is not None:
                await session.close()


@pytest.mark.parametrize("verb", CALLS)
def test_a_session_of_a_loop_that_is_closed_is_not_sent(verb: str) -> None:
    async def open_session() -> aiohttp.ClientSession:
        return aiohttp.ClientSession()

    async def call(session: aiohttp.ClientSession) -> None:
        async with FaultServer() as server, make_client(server, session=session) as client:
            for _ in range(2):
                with pytest.raises(NotSentError):
                    await CALLS[verb](client, 1)
            assert server.bytes_received == 0

    with asyncio.Runner() as first:
        session = first.run(open_session())
        with asyncio.Runner() as second:
            second.run(call(session))
        first.run(session.close())
    session = asyncio.run(open_session())
    asyncio.run(call(session))
    # That it was never closed is this test's doing.
    session._connector = None


@pytest.mark.parametrize("verb", CALLS)
def test_a_client_of_a_loop_that_is_closed_is_not_sent(verb: str) -> None:
    server = FaultServer()
    clients: list[ThreeCommasClient] = []

    async def use() -> None:
        async with server:
            clients.append(make_client(server))
            assert (await verdict_of(CALLS[verb], clients[0], 1))[0] is Verdict.SUCCESS
            assert clients[0]._transport._session is not None
            await settle()
            await _shut(clients[0])

    async def use_again() -> None:
        with pytest.raises(NotSentError):
            await CALLS[verb](clients[0], 2)

    asyncio.run(use())
    asyncio.run(use_again())
    assert server.received[2] == 0


async def _shut(client: ThreeCommasClient) -> None:
    """Close the connections, and leave the client open."""
    session = client._transport._session
    connector = getattr(getattr(session, "_session", session), "connector", None)
    assert connector is not None
    await connector.close()


@pytest.mark.parametrize("own", [True, False], ids=["own session", "borrowed session"])
@in_virtual_time
async def test_closing_twice_and_closing_unused_is_no_error(*, own: bool) -> None:
    async with FaultServer() as server, aiohttp.ClientSession() as session:
        client = make_client(server, session=None if own else session)
        await client.close()
        await client.close()
        with pytest.raises(NotSentError):
            await CALLS[GET](client, 1)
        assert session.closed is False
