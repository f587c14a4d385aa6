"""A call cancelled at each of its await points: the cancellation comes through, and nothing is left behind."""

from __future__ import annotations

import asyncio
import functools
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import attrs
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from threecommas_async import HmacCredentials, RsaCredentials, ThreeCommasClient
from threecommas_async.models import Account
from threecommas_async.transport.limits import Limit

from .harness import CALLS, CREATE, DELETE, GET, KEY, FakeClock, Verdict, make_client, verdict_of
from .server import End, FaultServer, Script, http, settle
from .weather import in_chunks, too_long_a_length, zipped

T = TypeVar("T")

MOST_STEPS: Final = 500


class Stepped(Awaitable[T]):
    """Drives a coroutine, and cancels the task that it runs in when the coroutine waits for the n-th time.

    :ivar steps: how often it has waited.
    """

    def __init__(self, coroutine: Coroutine[Any, Any, T], *cancel_at: int) -> None:
        self._coroutine: Final = coroutine
        self._cancel_at: Final = cancel_at
        self.steps = 0

    def __await__(self) -> Generator[Any, Any, T]:
        send: Callable[[], Any] = functools.partial(self._coroutine.send, None)
        while True:
            try:
                waited_for = send()
            except StopIteration as stop:
                return cast("T", stop.value)
            if self.steps in self._cancel_at:
                task = asyncio.current_task()
                assert task is not None
                task.cancel()
            self.steps += 1
            try:
                yield waited_for
            except BaseException as error:  # noqa: BLE001 - all of them go to the coroutine
                send = functools.partial(self._coroutine.throw, error)
            else:
                send = functools.partial(self._coroutine.send, None)


def open_sockets() -> set[str]:
    links: set[str] = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            target = str(entry.readlink())
        except OSError:
            continue
        if target.startswith("socket:"):
            links.add(target)
    return links


@attrs.frozen(kw_only=True)
class Scene:
    """What the server does while a call is cancelled."""

    name: str
    verb: str = CREATE
    scripts: tuple[Script, ...] = ()
    reused: bool = False
    refuses: bool = False
    credentials: HmacCredentials | RsaCredentials = KEY
    ends_by_itself: bool = True
    limits: tuple[Limit, ...] | None = None


def _large_key() -> RsaCredentials:
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    return RsaCredentials("key", key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


ONE_IN_TEN_SECONDS: Final = Limit(requests=1, per=10, pause=10)
TROUBLE: Final = Script(executes=False, answer=lambda _: http("503 Service Unavailable", b""))
LIMITED: Final = Script(executes=False, answer=lambda _: http("429 Too Many Requests", b"", "Retry-After: 1"))

SCENES: Final = (
    Scene(name="create"),
    Scene(name="create, reused", reused=True),
    Scene(name="create, signed in a thread", credentials=_large_key()),
    Scene(name="delete", verb=DELETE, reused=True),
    Scene(name="get", verb=GET),
    Scene(name="chunks", scripts=(Script(answer=in_chunks),)),
    Scene(name="gzip", scripts=(Script(answer=zipped),)),
    Scene(name="refused", refuses=True),
    Scene(name="read tried again", verb=GET, scripts=(TROUBLE, TROUBLE, Script(reads=10, end=End.RESET))),
    Scene(name="rate limited", scripts=(LIMITED,)),
    Scene(name="waits for the limit", reused=True, limits=(ONE_IN_TEN_SECONDS,)),
    Scene(name="waits for the limit after a 429", scripts=(LIMITED,), limits=(ONE_IN_TEN_SECONDS,)),
    Scene(name="dropped", scripts=(Script(writes=0, end=End.RESET),)),
    Scene(name="no answer", scripts=(Script(writes=0, end=End.STALL),), ends_by_itself=False),
    Scene(name="half a request taken", scripts=(Script(reads=30, end=End.STALL),), ends_by_itself=False),
    Scene(name="half an answer", scripts=(Script(answer=too_long_a_length, end=End.STALL),), ends_by_itself=False),
    Scene(name="endless answer", scripts=(Script(answer=lambda _: b"HTTP/1.1 200 OK\r\n\r\n[", flood=b"1," * 32768),)),
)


@pytest.fixture(autouse=True)
async def _nothing_left() -> AsyncIterator[None]:
    gc.collect()
    before = open_sockets()
    yield
    await settle()
    gc.collect()
    assert open_sockets() <= before
    assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.mark.parametrize("twice", [False, True], ids=["once", "twice"])
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: cast("Scene", scene).name)
async def test_every_await_point(scene: Scene, *, twice: bool) -> None:
    step, cancelled = 0, 0
    while await _cancelled_at(scene, step, twice=twice):
        step, cancelled = step + 1, cancelled + 1
        assert step < MOST_STEPS
    assert cancelled >= 1


@pytest.mark.parametrize(
    "scene", [scene for scene in SCENES if scene.ends_by_itself], ids=lambda scene: cast("Scene", scene).name
)
async def test_every_turn_of_the_event_loop(scene: Scene) -> None:
    turns = 0
    while await _cancelled_after(scene, turns):
        turns += 1
        assert turns < MOST_STEPS
    assert turns > 1


async def _cancelled_at(scene: Scene, step: int, *, twice: bool) -> bool:
    """Cancel a call when it waits for the ``step``-th time; tell whether it waited so often."""
    async with FaultServer() as server:
        client, clock = await _prepared(scene, server)
        async with client:
            steps = Stepped(_call(scene, client), step, *([step + 1] if twice else []))
            caught = await _end_of(asyncio.ensure_future(_as_coroutine(steps)))
            assert (caught is not None) == (steps.steps > step), "the cancellation did not come through"
            await _check(scene, server, client, clock, caught)
        await settle()
    return steps.steps > step


async def _cancelled_after(scene: Scene, turns: int) -> bool:
    """Cancel a call after so many turns of the event loop; tell whether it had not ended by then."""
    async with FaultServer() as server:
        client, clock = await _prepared(scene, server)
        async with client:
            task = asyncio.ensure_future(_call(scene, client))
            for _ in range(turns):
                await asyncio.sleep(0)
            asked = task.cancel()
            caught = await _end_of(task)
            assert (caught is not None) == asked, "the cancellation did not come through"
            await _check(scene, server, client, clock, caught)
        await settle()
    return asked


async def _prepared(scene: Scene, server: FaultServer) -> tuple[ThreeCommasClient, FakeClock]:
    clock = FakeClock()
    client = make_client(
        server, clock=clock, credentials=scene.credentials, timeout=5 if scene.ends_by_itself else 0.15
    )
    if scene.reused:
        assert (await verdict_of(CALLS[CREATE], client, 1))[0] is Verdict.SUCCESS
    server.scripts.extend(scene.scripts)
    if scene.refuses:
        await server.refuse()
    return client, clock


def _call(scene: Scene, client: ThreeCommasClient) -> Coroutine[Any, Any, Account | None]:
    async def call() -> Account | None:
        try:
            return await CALLS[scene.verb](client, 7)
        except Exception:  # noqa: BLE001 - how it fails is the business of other tests
            return None

    return call()


async def _as_coroutine(awaitable: Awaitable[T]) -> T:
    return await awaitable


async def _end_of(task: asyncio.Task[Account | None]) -> BaseException | None:
    try:
        await task
    except asyncio.CancelledError as error:
        return error
    return None


async def _check(
    scene: Scene, server: FaultServer, client: ThreeCommasClient, clock: FakeClock, caught: BaseException | None
) -> None:
    await settle()
    if caught is not None:
        notes = " ".join(getattr(caught, "__notes__", ()))
        if server.executed[7] and scene.verb != GET:
            assert "under way" in notes, "carried out, and no word that it may have been"
    # Nothing is held: no connection is out of the pool, and the next call goes through with an answer of its own.
    session = client._transport._session._session
    if session is not None:
        connector = session.connector
        assert connector is not None
        assert not connector._acquired
    if scene.refuses:
        await server.listen()
    server.scripts.clear()
    clock.advance(30 * 24 * 3600)
    clock.slept.clear()
    assert (await verdict_of(CALLS["PATCH"], client, 8))[0] is Verdict.SUCCESS
    assert clock.slept == [], "a place in the limit is still taken, or somebody still waits for one"
    assert server.executed[7] <= 1
    assert server.executed[8] == 1
